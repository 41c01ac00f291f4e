/*
 * Who is here: the sessions of all connections, found by the route of a frame, and the streams of all terminals that have said
 * Hello since the start. All are bounded, the sessions of one terminal too, so that no key takes the room of the others; the
 * session that has been silent longest makes room for a new one (its terminal is told NO_HELLO when it speaks again, and says
 * Hello by itself).
 *
 * Whoever opens it closes it; one thread. A guest's address stays good until guests_close, but may come to mean another
 * connection: a receipt is recognised by its Hello.
 */
#ifndef JUYAN_INGEST_GUESTS_H
#define JUYAN_INGEST_GUESTS_H

#include "bus.h"
#include "session.h"

struct guest {
	struct session session;
	size_t door; /* the socket it came by */
	struct bus_peer peer;
	uint32_t owed;  /* replies that are not given yet: it is not forgotten before */
	uint64_t heard; /* a count that grows with every message of anybody */
	bool here;
	uint32_t next; /* in its chain, as index + 1 */
};

struct guests;

/* Of one terminal, at the same time: one that speaks, and those that a poor line has left behind. */
enum { GUESTS_OF_ONE = 8 };

/* Who had to go for a new session: nobody, the one of all, or of the same terminal, that was silent longest. */
enum guests_gone { GUESTS_NOBODY, GUESTS_SILENT, GUESTS_OWN };

enum status guests_open(size_t sessions_max, struct guests **out) MUST_USE; /* NO_MEMORY */
void guests_close(struct guests **guests);

/* NULL: nobody has said Hello by this route and with this key. */
struct guest *guests_find(struct guests *guests, size_t door, const struct bus_peer *peer);
/*
 * The one that is here already, or a new one of this stream's terminal, for which another may have to go; NULL: as many as may be
 * here are, and all of them wait for replies. The caller opens its session for this stream.
 */
struct guest *guests_admit(struct guests *guests, size_t door, const struct bus_peer *peer, const struct stream *stream,
    enum guests_gone *gone);
void guests_forget(struct guests *guests, struct guest *guest);
/* The i-th place, whether somebody is there or not; NULL after the last. */
struct guest *guests_at(struct guests *guests, size_t i);

/*
 * NULL: there is no more room. A new one stands at 0 and has *fresh set: its place on disk has to be looked up. A site's has more
 * with it, which lives as long (guests_site).
 */
struct stream *guests_stream(struct guests *guests, uint32_t terminal_no, bool *fresh);
/* The stream is a site's from now on, which has this name. NO_MEMORY. */
enum status guests_site(struct stream *stream, const char *name) MUST_USE;

#endif

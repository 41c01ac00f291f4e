/*
 * The listeners of the event stream. What is told is one text that all share, made once; a listener who has not yet taken the
 * one before gets only the newest, so that he costs a pointer; who takes nothing for EVENTS_PATIENCE_MS is shown out. Any
 * thread.
 */
#ifndef JUYAN_DASHBOARD_EVENTS_H
#define JUYAN_DASHBOARD_EVENTS_H

#include "http.h"

enum { EVENTS_LISTENERS_MAX = 1024, EVENTS_BEAT_MS = 10000, EVENTS_PATIENCE_MS = 10000, EVENTS_CHAIN_BYTES = 8 };

struct events;

struct events_options {
	struct counters *counters;
	unsigned of_one_max; /* listeners of one session; where there are none, of one address */
	/* Whether a session still goes on; asked with each heartbeat. */
	bool (*goes_on)(void *user, uint64_t session);
	void *user;
};

enum status events_open(const struct events_options *options, struct events **out, struct reason *why) MUST_USE;
void events_end(struct events *events); /* every stream; from now on none is made. Before http_close */
void events_close(struct events **events);

/*
 * The newest `live`; whoever has heard an older one hears it, whoever comes later too. `chain` says of which ledger this lsn is,
 * and stands in the id: who heard the same number of another ledger has not heard this. NULL: not known, and nobody has.
 */
enum status events_tell_live(struct events *events, uint64_t lsn, const uint8_t chain[EVENTS_CHAIN_BYTES],
    const char *json) MUST_USE;
/* That nothing is heard; until the next `live`. Its id is 0. */
enum status events_tell_stale(struct events *events, const char *json) MUST_USE;
/* Once a second: heartbeats, and who does not read or may not any more. */
void events_tick(struct events *events);

/* EVENTS_NO_ROOM: there are as many as there may be, or it ends; EVENTS_TOO_MANY: as many of this session or address. */
enum events_place { EVENTS_TAKEN, EVENTS_NO_ROOM, EVENTS_TOO_MANY };

/* `last_id` is a Last-Event-ID, or NULL. */
enum events_place events_listen(struct events *events, struct http_call *call, uint64_t session, const char *last_id,
    enum http_turn *turn);
unsigned events_count(struct events *events);

#endif

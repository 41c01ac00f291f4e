/*
 * Where everything of ingest lies: the state that the loop (ingest.c), the taking of messages (intake.c) and the giving of
 * replies (outgoing.c) share. It belongs to the service's thread; what the committer has at a time is said in committer.h.
 */
#ifndef JUYAN_INGEST_DESK_H
#define JUYAN_INGEST_DESK_H

#include "door.h"
#include "frame.h"
#include "group.h"
#include "guests.h"
#include "service.h"

enum { DESK_FRAMES = 2 * GROUP_REPLIES_MAX + 1 };

struct desk {
	const struct service_kit *kit;
	struct door door;
	struct ledger *ledger;
	const struct registry *registry; /* the ledger's; asked for again after each administrator's event */
	struct committer *committer;
	struct guests *guests;
	uint64_t hellos;

	struct group groups[2];
	struct group *filling;
	struct group *under_way; /* with the committer, or NULL */

	/*
	 * Received frames, oldest first: those of the group under way, those of the filling one, and perhaps one that did not
	 * fit.
	 */
	struct bus_frame frames[DESK_FRAMES];
	size_t frames_head;
	size_t n_frames;
	size_t next_door; /* sockets take turns */

	/* The message that was read last; it waits here while the group has no room for it. */
	bool pending;
	struct frame frame;
	struct span events[BATCH_EVENTS_MAX];
	struct bus_peer peer;
	size_t peer_door;

	struct arena scratch;  /* one message in */
	struct arena outgoing; /* one reply */
	struct arena stored;   /* one event that is on file */
	bool no_room;          /* the last word on that in the log */
	bool settled;          /* in this turn: what was committed is answered before more is taken */
	uint32_t crowded;      /* for so many groups: batches of several sessions were in one group */
	bool sweep;            /* the registry has changed: who is revoked has to go */
	int64_t reap_ns;       /* when dead readers are looked for next */
	struct log_budget openings_budget;
	struct log_budget answers_budget;
	struct log_budget refusals_budget;
};

/*
 * intake.c: takes messages into the filling group while there are any and it has room for them, as far as one turn goes: then the
 * loop looks after the committer and the answers. *took: at least one.
 */
enum status desk_take_in(struct desk *desk, bool *took, struct reason *why) MUST_USE;

/* ingest.c: waits for the group under way, if there is one, and answers it: the ledger may be read. */
enum status desk_wait(struct desk *desk, struct reason *why) MUST_USE;

/* ingest.c: commits everything that was admitted, and waits for it. The replies of the filling group are not given by it. */
enum status desk_settle(struct desk *desk, struct reason *why) MUST_USE;

/* outgoing.c: gives all replies of a group whose commit has been decided. */
enum status desk_reply(struct desk *desk, struct group *group, struct reason *why) MUST_USE;
/* Shows out the terminals that the registry knows no longer. */
enum status desk_show_out(struct desk *desk) MUST_USE;

#endif

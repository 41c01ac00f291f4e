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
#include "line.h"
#include "parcel.h"
#include "service.h"

/* Those of both groups, of the line and the parcels, and one that is in hand. */
enum { DESK_FRAMES = 2 * GROUP_REPLIES_MAX + LINE_PLACES + PARCELS_MAX + 1 };

/*
 * What one terminal may have of a group, where several send: so many events, or so many bytes for each. A batch that is larger
 * goes in parts.
 */
enum { SHARE_EVENTS = 1024, SHARE_EVENT_BYTES = 256 };

/* A message that has been read. */
struct message {
	struct frame frame;
	struct frame_room room;
	struct arena scratch;
	struct bus_peer peer;
	size_t door;
	struct bus_frame *bytes; /* NULL: it has none, or they are another's */
};

struct desk {
	const struct service_kit *kit;
	struct door door;
	struct ledger *ledger;
	const struct registry *registry; /* the ledger's; asked for again after each administrator's event */
	struct committer *committer;
	struct guests *guests;
	uint64_t hellos;

	struct group groups[GROUPS];
	struct group *filling;
	struct group *under_way; /* with the committer, or NULL */

	/* Received frames that are needed still, each by whoever has its address; the others. */
	struct bus_frame frames[DESK_FRAMES];
	struct bus_frame *free_frames[DESK_FRAMES];
	size_t n_free_frames;
	size_t next_door; /* sockets take turns */

	bool pending;        /* the message in hand waits there: the group has no room for it */
	struct message hand; /* the one that came last */
	struct message late; /* one from the line, or a parcel's part */
	struct line line;
	struct parcels parcels;

	struct arena outgoing;             /* one reply */
	struct arena stored;               /* one event that is on file */
	bool no_room;                      /* the last word on that in the log */
	bool settled;                      /* in this turn: what was committed is answered before more is taken */
	bool door_first;                   /* the last turn ended before it came to the door */
	uint32_t crowded;                  /* for so many groups: several sessions have sent */
	const struct stream *last_speaker; /* of the last group with a batch */
	bool sweep;                        /* the registry has changed: who is revoked has to go */
	int64_t reap_ns;                   /* when dead readers are looked for next */
	struct log_budget openings_budget;
	struct log_budget answers_budget;
	struct log_budget refusals_budget;
};

/*
 * intake.c: takes messages into the filling group while there are any and it has room for them, as far as one turn goes: then the
 * loop looks after the committer and the answers. First a part of a parcel, then what stands in the line, then what comes in.
 * *took: at least one.
 */
enum status desk_take_in(struct desk *desk, bool *took, struct reason *why) MUST_USE;

/* intake.c: the filling group is ready for the first message, and knows whether there is room on disk. */
void desk_prepare(struct desk *desk);
/* intake.c: the terminal of this connection, by the key that it has proved; inside one process by the key that it says. */
const struct terminal_rule *desk_terminal(const struct desk *desk, const struct message *message);
/* intake.c: this message goes into the filling group, which has room for it. */
enum status desk_take_message(struct desk *desk, struct message *message, struct reason *why) MUST_USE;
/* intake.c: deals with a batch as far as its receipt says, with all the commits that it takes. */
enum status desk_admit(struct desk *desk, struct receipt *receipt, const struct frame *frame, struct parcel *parcel,
    struct reason *why) MUST_USE;
/* court.c: what the rules of a session ask. */
struct court desk_court(struct desk *desk);
/* intake.c: the session of whoever sent it is closed; the terminal is told why, in its turn. */
void desk_refuse(struct desk *desk, struct message *message, struct guest *guest, enum status status, const char *sentence);

/* sharing.c: whether this message has to let others go first; then it stands in the line now, or has been refused. */
bool desk_makes_wait(struct desk *desk, struct message *message);
/* sharing.c: how many of a batch's events go into the filling group at once: all, or none where it goes in parts. */
uint32_t desk_at_once(const struct desk *desk, const struct message *message);
/* sharing.c: from now on this batch goes in parts; there is a place for it. */
void desk_begin_parcel(struct desk *desk, struct message *message, struct guest *guest, const struct receipt *receipt);
/* sharing.c: takes a parcel's next part, and of the line what may go on. */
enum status desk_take_late(struct desk *desk, bool *took, struct reason *why) MUST_USE;
/* sharing.c: the filling group has taken so much of a stream. */
void desk_note_share(struct desk *desk, struct stream *stream, uint32_t events, size_t bytes);

/* ingest.c: a place for a frame (NULL: none); it is free again, with the frame closed by `done` where there is one. */
struct bus_frame *desk_frame(struct desk *desk);
void desk_frame_free(struct desk *desk, struct bus_frame *frame);
void desk_frame_done(struct desk *desk, struct bus_frame **frame);

/* ingest.c: waits for the group under way, if there is one, and answers it: the ledger may be read. */
enum status desk_wait(struct desk *desk, struct reason *why) MUST_USE;

/* ingest.c: commits everything that was admitted, and waits for it. The replies of the filling group are not given by it. */
enum status desk_settle(struct desk *desk, struct reason *why) MUST_USE;

/* outgoing.c: gives all replies of a group whose commit has been decided. */
enum status desk_reply(struct desk *desk, struct group *group, struct reason *why) MUST_USE;
/* Shows out the terminals that the registry knows no longer. */
enum status desk_show_out(struct desk *desk) MUST_USE;

#endif

/*
 * Replaying a journal: every event of a source is applied again, in its order, with the verdict that it has there, to a ledger that
 * begins empty. What follows from a journal is so made by the same code as ever: a recount compares it, a restore keeps it, a
 * question of the past asks it. Blocks are written as they were cut, so that the new journal has the chain of the old one.
 *
 * It goes on in steps (replay_until), so that what stood in the tables at an event can be looked at in between. The source and the
 * ledger are the caller's.
 */
#ifndef JUYAN_STORAGE_REPLAY_H
#define JUYAN_STORAGE_REPLAY_H

#include "journal.h"

/* Where events come from, with the chain of their blocks already checked. */
struct replay_source {
	/* OK; NOT_FOUND behind the last; DAMAGED with the sentence. The event is lent until the next call. */
	enum status (*next)(void *self, struct journal_event *out, struct reason *why);
	/* Where the block ends that the last event stands in. */
	const struct journal_end *(*end)(void *self);
	void *self;
};

/* From a snapshot of a ledger. The walk is the caller's, opened with journal_walk_open. */
struct replay_source replay_walk(struct journal_walk *walk);

struct replay;

enum { REPLAY_DIFFERENCE_BYTES = 512 };

/* Of what has been replayed so far. */
struct replay_state {
	bool right; /* false: nothing more is applied */
	bool ended; /* the source has no more */
	struct journal_end end;
	char difference[REPLAY_DIFFERENCE_BYTES]; /* where it is not right: what does not fit */
};

/* How far: behind the block in which `lsn` stands, and before the first event received later than this. */
struct replay_limit {
	uint64_t lsn;           /* UINT64_MAX: no limit */
	int64_t received_at_ms; /* INT64_MAX: no limit */
};
#define REPLAY_ALL ((struct replay_limit){ UINT64_MAX, INT64_MAX })

enum status replay_open(struct replay_source source, struct ledger *into, struct replay **out, struct reason *why) MUST_USE;
void replay_close(struct replay **replay);

/*
 * OK also where the journal does not fit (state.right); other statuses are about the machine. `progress` (may be NULL) is called
 * now and then with the last number applied.
 */
enum status replay_until(struct replay *replay, struct replay_limit limit, void (*progress)(void *user, uint64_t done), void *user,
    struct reason *why) MUST_USE;
const struct replay_state *replay_state(const struct replay *replay);

#endif

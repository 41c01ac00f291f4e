/*
 * The ledger as it was known at a time: all that had been received by then, with the registry of then, replayed into a scratch
 * ledger that can be asked like any other. Whoever opens a past closes it.
 */
#ifndef JUYAN_STORAGE_HINDSIGHT_H
#define JUYAN_STORAGE_HINDSIGHT_H

#include "replay.h"
#include "scratch.h"

struct hindsight {
	struct scratch scratch; /* ask its env */
	struct journal_end end; /* the last event that was known */
};

/*
 * What stands in the journal before the first event that was received later. `scratch_dir` is made, and removed by hindsight_close.
 * DAMAGED with what does not fit. `progress` may be NULL.
 */
enum status hindsight_open(struct env *env, const char *scratch_dir, int64_t known_at_ms,
    void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct hindsight *out, struct reason *why) MUST_USE;
void hindsight_close(struct hindsight *past); /* safe on a zeroed one */

#endif

/*
 * Reading a ledger over in the background, a little at a time, each time in a short snapshot of its own: the journal's chain
 * from its first block to its last, then every row of every other table. A row that cannot be read, a block that does not fit
 * and an order that is none are found while what is needed to mend them may still be at hand. It proves less than recount.h: a
 * row that is well formed and false is not found. For one thread.
 */
#ifndef JUYAN_STORAGE_SCRUB_H
#define JUYAN_STORAGE_SCRUB_H

#include "env.h"

struct scrub;

enum status scrub_open(struct env *env, struct scrub **out, struct reason *why) MUST_USE;
void scrub_close(struct scrub **scrub);

/*
 * Goes on for about so many bytes. OK; NOT_FOUND: that was the end of a pass, the next step begins anew; DAMAGED with the sentence:
 * the next step goes on with the table behind the damaged one. Others are about the machine.
 */
enum status scrub_step(struct scrub *scrub, uint64_t bytes, struct reason *why) MUST_USE;

/* Whether the last step has ended a pass. */
bool scrub_ended(const struct scrub *scrub);

/* Of the pass that goes on, or has just ended. */
struct scrub_tally {
	uint64_t rows;
	uint64_t bytes;
	uint64_t damages;
};
struct scrub_tally scrub_tally(const struct scrub *scrub);

#endif

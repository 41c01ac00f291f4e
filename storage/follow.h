/*
 * Following a ledger's journal from beside its writer: what has come behind an event, block by block as it stands there, and what
 * the chain says at a place. Each call looks at one short snapshot; nothing is held between calls, so a follower that is slow or
 * far behind keeps no page of the ledger. Any thread.
 */
#ifndef JUYAN_STORAGE_FOLLOW_H
#define JUYAN_STORAGE_FOLLOW_H

#include "block.h"
#include "env.h"

/* Some blocks, one behind the other. They live in the arena that was given. */
struct followed {
	uint64_t first_lsn, last_lsn; /* of their events */
	struct span *blocks;
	size_t n;               /* 0: nothing has come */
	struct journal_end end; /* of the journal, as of this snapshot */
};

/*
 * The blocks behind `after`, with which a block has to end (0: from the beginning): as many as fit in so many bytes, at least one
 * where there is one. Their chain is checked from there on. OUT_OF_RANGE with a sentence: no block ends with `after`, or the
 * journal ends before it. NO_MEMORY, BUSY (all places of readers are taken), DAMAGED, DISK.
 */
enum status follow_blocks(struct env *env, uint64_t after, size_t bytes_max, struct arena *arena, struct followed *out,
    struct reason *why) MUST_USE;

/* The chain value of the block that ends with `lsn`. NOT_FOUND: none does. */
enum status follow_chain(struct env *env, uint64_t lsn, uint8_t out[CHAIN_BYTES], struct reason *why) MUST_USE;

/* Where the journal ends. */
enum status follow_end(struct env *env, struct journal_end *out, struct reason *why) MUST_USE;

#endif

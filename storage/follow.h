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
	int64_t received_at_ms;       /* of the first */
	struct span *blocks;
	size_t n;               /* 0: nothing has come */
	struct journal_end end; /* of the journal, as of this snapshot */
};

/* What an arena has to have left for so many bytes of blocks. */
#define FOLLOW_ARENA_BYTES(bytes_max) ((size_t)(bytes_max)*2 + BLOCK_BYTES_MAX + FOLLOW_BLOCKS_MAX * sizeof(struct span) + 64)
enum { FOLLOW_BLOCKS_MAX = 4096 };

/*
 * The blocks behind `after`, with which a block has to end (0: from the beginning): as many as fit in so many bytes and hold so
 * many events, at least one where there is one. Their chain is checked from there on. OUT_OF_RANGE with a sentence: no block ends
 * with `after`, or the journal ends before it. NO_MEMORY, BUSY (all places of readers are taken), DAMAGED, DISK.
 */
enum status follow_blocks(struct env *env, uint64_t after, size_t bytes_max, uint64_t events_max, struct arena *arena,
    struct followed *out, struct reason *why) MUST_USE;

/* The one block in which an event stands; its chain is not looked at. NOT_FOUND: the journal has no such event. */
enum status follow_block(struct env *env, uint64_t lsn, struct arena *arena, struct followed *out, struct reason *why) MUST_USE;

/* The chain value of the block that ends with `lsn`. NOT_FOUND: none does. */
enum status follow_chain(struct env *env, uint64_t lsn, uint8_t out[CHAIN_BYTES], struct reason *why) MUST_USE;

/* Where the journal ends. */
enum status follow_end(struct env *env, struct journal_end *out, struct reason *why) MUST_USE;

#endif

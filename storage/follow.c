/* Short looks at the journal: see follow.h. */
#include "follow.h"

#include <string.h>

#include "journal.h"
#include "meta.h"

enum { BLOCKS_MAX = 4096 };

/* The block that the walk gives, copied: what it lends ends with the snapshot. */
static enum status
keep_block(struct followed *out, uint64_t lsn, struct span bytes, struct arena *arena)
{
	uint8_t *copy = arena_take(arena, bytes.bytes);
	struct block block;
	enum status status = copy == NULL ? STATUS_NO_MEMORY : block_open(lsn, bytes, &block);
	if (status != STATUS_OK)
		return status;
	memcpy(copy, bytes.data, bytes.bytes);
	if (out->n == 0)
		out->first_lsn = lsn;
	out->last_lsn = lsn + block.left - 1;
	out->blocks[out->n++] = (struct span){ copy, bytes.bytes };
	return STATUS_OK;
}

static enum status
keep_blocks(struct journal_walk *walk, size_t bytes_max, struct arena *arena, struct followed *out, struct reason *why)
{
	enum status status = STATUS_OK;
	size_t used = 0;
	while (status == STATUS_OK && out->n < BLOCKS_MAX) {
		uint64_t lsn;
		struct span bytes;
		status = journal_walk_block(walk, &lsn, &bytes, why);
		if (status == STATUS_OK && out->n > 0 && used + bytes.bytes > bytes_max)
			break;
		if (status == STATUS_OK)
			status = keep_block(out, lsn, bytes, arena);
		if (status == STATUS_OK)
			used += bytes.bytes;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
follow_blocks(struct env *env, uint64_t after, size_t bytes_max, struct arena *arena, struct followed *out, struct reason *why)
{
	struct store store;
	struct journal_walk walk;
	struct meta meta;
	struct followed found = { .blocks = arena_take(arena, BLOCKS_MAX * sizeof *found.blocks) };
	if (found.blocks == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	if (status == STATUS_OK && after > meta.end.lsn)
		status = reason_say(why, STATUS_OUT_OF_RANGE, "the journal ends with event %llu, before event %llu",
		    (unsigned long long)meta.end.lsn, (unsigned long long)after);
	if (status == STATUS_OK && after < meta.end.lsn) {
		status = journal_walk_behind(&store, after, &walk, why);
		if (status == STATUS_OK) {
			status = keep_blocks(&walk, bytes_max, arena, &found, why);
			journal_walk_close(&walk);
		}
	}
	store_abort(&store);
	if (status != STATUS_OK)
		return status;
	found.end = meta.end;
	*out = found;
	return STATUS_OK;
}

enum status
follow_chain(struct env *env, uint64_t lsn, uint8_t out[CHAIN_BYTES], struct reason *why)
{
	struct store store;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = journal_chain(&store, lsn, out);
	store_abort(&store);
	return status;
}

enum status
follow_end(struct env *env, struct journal_end *out, struct reason *why)
{
	struct store store;
	struct meta meta;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	store_abort(&store);
	if (status == STATUS_OK)
		*out = meta.end;
	return status;
}

/* Short looks at the journal: see follow.h. */
#include "follow.h"

#include <string.h>

#include "journal.h"
#include "meta.h"

/* The block that the walk gives, copied: what it lends ends with the snapshot. */
static enum status
keep_block(struct followed *out, uint64_t lsn, struct span bytes, struct arena *arena)
{
	struct block block;
	enum status status = block_open(lsn, bytes, &block);
	if (status != STATUS_OK)
		return status;
	uint8_t *copy = arena_take(arena, bytes.bytes);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, bytes.data, bytes.bytes);
	if (out->n == 0) {
		out->first_lsn = lsn;
		out->received_at_ms = block.next.received_at_ms;
	}
	out->last_lsn = lsn + block.left - 1;
	out->blocks[out->n++] = (struct span){ copy, bytes.bytes };
	return STATUS_OK;
}

static enum status
keep_blocks(struct journal_walk *walk, size_t bytes_max, uint64_t events_max, struct arena *arena, struct followed *out,
    struct reason *why)
{
	enum status status = STATUS_OK;
	size_t used = 0;
	uint64_t events = 0;
	while (out->n < FOLLOW_BLOCKS_MAX) {
		uint64_t lsn;
		struct span bytes;
		status = journal_walk_block(walk, &lsn, &bytes, why);
		if (status != STATUS_OK)
			break;
		used += bytes.bytes;
		events += walk->block.left;
		if (out->n > 0 && (used > bytes_max || events > events_max))
			break;
		status = keep_block(out, lsn, bytes, arena);
		if (status != STATUS_OK)
			return reason_say(why, status, "%s", status_sentence(status));
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* A snapshot, and where the journal ends in it. On failure there is none. */
static enum status
look(struct env *env, struct store *store, struct arena *arena, struct followed *out, struct reason *why)
{
	struct meta meta;
	*out = (struct followed){ .blocks = arena_take(arena, FOLLOW_BLOCKS_MAX * sizeof *out->blocks) };
	if (out->blocks == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = store_begin_read(env, store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(store, &meta, why);
	if (status != STATUS_OK)
		store_abort(store);
	else
		out->end = meta.end;
	return status;
}

enum status
follow_blocks(struct env *env, uint64_t after, size_t bytes_max, uint64_t events_max, struct arena *arena, struct followed *out,
    struct reason *why)
{
	struct store store;
	struct journal_walk walk;
	struct followed found;
	enum status status = look(env, &store, arena, &found, why);
	if (status != STATUS_OK)
		return status;
	if (after > found.end.lsn)
		status = reason_say(why, STATUS_OUT_OF_RANGE, "the journal ends with event %llu, before event %llu",
		    (unsigned long long)found.end.lsn, (unsigned long long)after);
	if (status == STATUS_OK && after < found.end.lsn) {
		status = journal_walk_behind(&store, after, &walk, why);
		if (status == STATUS_OK) {
			status = keep_blocks(&walk, bytes_max, events_max, arena, &found, why);
			journal_walk_close(&walk);
		}
	}
	store_abort(&store);
	if (status == STATUS_OK)
		*out = found;
	return status;
}

enum status
follow_block(struct env *env, uint64_t lsn, struct arena *arena, struct followed *out, struct reason *why)
{
	struct store store;
	struct journal_walk walk;
	struct followed found;
	enum status status = look(env, &store, arena, &found, why);
	if (status != STATUS_OK)
		return status;
	status = lsn == 0 || lsn > found.end.lsn ? STATUS_NOT_FOUND : journal_walk_from(&store, lsn, &walk);
	if (status == STATUS_OK) {
		struct span key = walk.walk.key;
		status = keep_block(&found, key_take_be(&key, 8), walk.walk.value, arena);
		journal_walk_close(&walk);
	}
	store_abort(&store);
	if (status != STATUS_OK)
		return reason_say(why, status, "event %llu: %s", (unsigned long long)lsn, status_sentence(status));
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
	if (status != STATUS_OK)
		reason_say(why, status, "no block of the journal ends with event %llu: %s", (unsigned long long)lsn,
		    status_sentence(status));
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

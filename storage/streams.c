/* Runs of numbers: see streams.h. */
#include "streams.h"

enum { KEY_BYTES = 12, VALUE_BYTES = 16 };

static enum status
read_run(const struct walk *walk, uint32_t terminal_no, struct stream_run *out)
{
	struct span key = walk->key;
	if (key.bytes != KEY_BYTES || walk->value.bytes != VALUE_BYTES)
		return STATUS_DAMAGED;
	struct stream_run run = { .terminal_no = (uint32_t)key_take_be(&key, 4) };
	if (run.terminal_no != terminal_no)
		return STATUS_NOT_FOUND;
	run.first_seq = key_take_be(&key, 8);
	run.first_lsn = value_get(walk->value.data, 8);
	run.events = value_get(walk->value.data + 8, 8);
	*out = run;
	return STATUS_OK;
}

/* The last run that begins at or before a number. */
static enum status
run_at(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, struct stream_run *out)
{
	struct walk walk;
	struct key key = { 0 };
	key_be(&key, terminal_no, 4);
	key_be(&key, stream_seq, 8);
	enum status status = walk_open(store, TABLE_streams, &walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&walk, key_span(&key));
	if (status == STATUS_OK)
		status = read_run(&walk, terminal_no, out);
	walk_close(&walk);
	return status;
}

enum status
streams_last(const struct store *store, uint32_t terminal_no, struct stream_run *out)
{
	return run_at(store, terminal_no, UINT64_MAX, out);
}

enum status
streams_find(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, uint64_t *lsn)
{
	struct stream_run run;
	enum status status = run_at(store, terminal_no, stream_seq, &run);
	if (status == STATUS_OK && stream_seq - run.first_seq >= run.events)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*lsn = run.first_lsn + (stream_seq - run.first_seq);
	return status;
}

enum status
streams_put(const struct store *store, const struct stream_run *run)
{
	struct key key = { 0 };
	uint8_t value[VALUE_BYTES];
	key_be(&key, run->terminal_no, 4);
	key_be(&key, run->first_seq, 8);
	value_put(value, run->first_lsn, 8);
	value_put(value + 8, run->events, 8);
	return store_put(store, TABLE_streams, key_span(&key), (struct span){ value, sizeof value });
}

enum status
streams_next_terminal(const struct store *store, uint32_t after, uint32_t *terminal_no)
{
	struct walk walk;
	struct key key = { 0 };
	if (after == UINT32_MAX) /* the last terminal of the last site */
		return STATUS_NOT_FOUND;
	key_be(&key, (uint64_t)after + 1, 4);
	enum status status = walk_open(store, TABLE_streams, &walk);
	if (status == STATUS_OK)
		status = walk_seek(&walk, key_span(&key));
	if (status == STATUS_OK) {
		struct span found = walk.key;
		*terminal_no = (uint32_t)key_take_be(&found, 4);
	}
	walk_close(&walk);
	return status;
}

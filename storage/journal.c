/* Blocks of events and their chain: see journal.h. */
#include "journal.h"

#include <sodium.h>

enum {
	AT_TERMINAL = 0,
	AT_EVENTS = 4,
	AT_FLAGS = 6,
	AT_FIRST_SEQ = 8,
	AT_RECEIVED = 16,
	AT_CHAIN = 24,
	HEADER_BYTES = AT_CHAIN + CHAIN_BYTES,
	EVENT_HEADER_BYTES = 4,
	BLOCK_BYTES = 4096 - 16, /* what one overflow page of LMDB holds */
	BLOCK_EVENTS_MAX = UINT16_MAX,
	FLAG_CONFLICT = 1
};

_Static_assert(EVENT_BYTES_MAX < 1 << 24, "an event's length fits into three bytes");
_Static_assert(CHAIN_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

static void
chain(const uint8_t before[CHAIN_BYTES], uint64_t lsn, const uint8_t *block, size_t bytes, uint8_t out[CHAIN_BYTES])
{
	uint8_t head[CHAIN_BYTES + 8 + AT_CHAIN];
	memcpy(head, before, CHAIN_BYTES);
	value_put(head + CHAIN_BYTES, lsn, 8);
	memcpy(head + CHAIN_BYTES + 8, block, AT_CHAIN);
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, CHAIN_BYTES);
	crypto_generichash_update(&state, head, sizeof head);
	crypto_generichash_update(&state, block + HEADER_BYTES, bytes - HEADER_BYTES);
	crypto_generichash_final(&state, out, CHAIN_BYTES);
}

static bool
is_conflict(const struct entry *entry)
{
	return entry->verdict == STATUS_CONFLICTING_EVENT;
}

/* Whether `next` goes on in the block of `first`, which has `events` by now. */
static bool
same_block(const struct entry *first, const struct entry *next, size_t events)
{
	return next->lsn != JOURNAL_SKIP && !is_conflict(first) && !is_conflict(next) && next->terminal_no == first->terminal_no &&
	    next->received_at_ms == first->received_at_ms && next->stream_seq == first->stream_seq + events &&
	    events < BLOCK_EVENTS_MAX;
}

static enum status
append_block(const struct store *store, struct journal_end *end, struct entry *entries, size_t n, size_t bytes)
{
	struct key key = { 0 };
	uint8_t *block;
	uint64_t lsn = end->lsn + 1;
	key_be(&key, lsn, 8);
	enum status status = store_reserve(store, TABLE_journal, key_span(&key), bytes, true, &block);
	if (status != STATUS_OK)
		return status;
	value_put(block + AT_TERMINAL, entries[0].terminal_no, 4);
	value_put(block + AT_EVENTS, n, 2);
	value_put(block + AT_FLAGS, is_conflict(&entries[0]) ? FLAG_CONFLICT : 0, 2);
	value_put(block + AT_FIRST_SEQ, entries[0].stream_seq, 8);
	value_put(block + AT_RECEIVED, (uint64_t)entries[0].received_at_ms, 8);
	uint8_t *at = block + HEADER_BYTES;
	for (size_t i = 0; i < n; i++) {
		assert(entries[i].bytes.bytes <= EVENT_BYTES_MAX && (unsigned)entries[i].verdict <= UINT8_MAX);
		*at = (uint8_t)entries[i].verdict;
		value_put(at + 1, entries[i].bytes.bytes, 3);
		if (entries[i].bytes.bytes > 0)
			memcpy(at + EVENT_HEADER_BYTES, entries[i].bytes.data, entries[i].bytes.bytes);
		at += EVENT_HEADER_BYTES + entries[i].bytes.bytes;
		entries[i].lsn = lsn + i;
	}
	assert((size_t)(at - block) == bytes);
	chain(end->chain, lsn, block, bytes, end->chain);
	memcpy(block + AT_CHAIN, end->chain, CHAIN_BYTES);
	end->lsn = lsn + n - 1;
	end->received_at_ms = entries[0].received_at_ms;
	return STATUS_OK;
}

enum status
journal_append(const struct store *store, struct journal_end *end, struct entry *entries, size_t n)
{
	for (size_t first = 0, events; first < n; first += events) {
		events = 1;
		if (entries[first].lsn == JOURNAL_SKIP)
			continue;
		size_t bytes = HEADER_BYTES + EVENT_HEADER_BYTES + entries[first].bytes.bytes;
		for (; first + events < n && same_block(&entries[first], &entries[first + events], events); events++) {
			size_t more = EVENT_HEADER_BYTES + entries[first + events].bytes.bytes;
			if (bytes + more > BLOCK_BYTES)
				break;
			bytes += more;
		}
		enum status status = append_block(store, end, entries + first, events, bytes);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* ---- reading ---- */

/* Begins a block: its first event is the next to be taken. */
static enum status
open_block(struct span key, struct span block, struct journal_walk *walk)
{
	if (key.bytes != 8 || block.bytes < HEADER_BYTES)
		return STATUS_DAMAGED;
	walk->event = (struct journal_event){
		.lsn = key_take_be(&key, 8),
		.terminal_no = (uint32_t)value_get(block.data + AT_TERMINAL, 4),
		.stream_seq = value_get(block.data + AT_FIRST_SEQ, 8),
		.received_at_ms = (int64_t)value_get(block.data + AT_RECEIVED, 8),
		.conflict = (value_get(block.data + AT_FLAGS, 2) & FLAG_CONFLICT) != 0,
	};
	walk->left = (unsigned)value_get(block.data + AT_EVENTS, 2);
	walk->at = block.data + HEADER_BYTES;
	walk->block_end = block.data + block.bytes;
	return walk->left > 0 ? STATUS_OK : STATUS_DAMAGED;
}

static enum status
take_event(struct journal_walk *walk, struct journal_event *out)
{
	if (walk->block_end - walk->at < EVENT_HEADER_BYTES)
		return STATUS_DAMAGED;
	size_t bytes = value_get(walk->at + 1, 3);
	if (bytes > EVENT_BYTES_MAX || (size_t)(walk->block_end - walk->at) < EVENT_HEADER_BYTES + bytes)
		return STATUS_DAMAGED;
	*out = walk->event;
	out->verdict = (enum status)walk->at[0];
	out->bytes = (struct span){ walk->at + EVENT_HEADER_BYTES, bytes };
	walk->at += EVENT_HEADER_BYTES + bytes;
	walk->event.lsn++;
	walk->event.stream_seq++;
	walk->left--;
	return STATUS_OK;
}

enum status
journal_find(const struct store *store, uint64_t lsn, struct journal_event *out)
{
	struct journal_walk walk = { 0 };
	struct key key = { 0 };
	key_be(&key, lsn, 8);
	enum status status = walk_open(store, TABLE_journal, &walk.walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&walk.walk, key_span(&key));
	if (status == STATUS_OK)
		status = open_block(walk.walk.key, walk.walk.value, &walk);
	if (status == STATUS_OK && lsn >= walk.event.lsn + walk.left)
		status = STATUS_NOT_FOUND;
	struct journal_event event = { 0 };
	while (status == STATUS_OK && event.lsn != lsn)
		status = take_event(&walk, &event);
	walk_close(&walk.walk);
	if (status == STATUS_OK)
		*out = event;
	return status;
}

enum status
journal_chain(const struct store *store, uint64_t lsn, uint8_t out[CHAIN_BYTES])
{
	struct journal_walk walk = { 0 };
	struct key key = { 0 };
	key_be(&key, lsn, 8);
	enum status status = walk_open(store, TABLE_journal, &walk.walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&walk.walk, key_span(&key));
	if (status == STATUS_OK)
		status = open_block(walk.walk.key, walk.walk.value, &walk);
	if (status == STATUS_OK && lsn + 1 != walk.event.lsn + walk.left)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		memcpy(out, walk.walk.value.data + AT_CHAIN, CHAIN_BYTES);
	walk_close(&walk.walk);
	return status;
}

enum status
journal_walk_open(const struct store *store, struct journal_walk *out)
{
	*out = (struct journal_walk){ 0 };
	return walk_open(store, TABLE_journal, &out->walk);
}

void
journal_walk_close(struct journal_walk *walk)
{
	walk_close(&walk->walk);
}

/* The next block, with its place and its chain checked. */
static enum status
next_block(struct journal_walk *walk, struct reason *why)
{
	enum status status = walk->begun ? walk_next(&walk->walk) : walk_first(&walk->walk);
	walk->begun = true;
	if (status != STATUS_OK)
		return status;
	struct span block = walk->walk.value;
	uint64_t expected = walk->end.lsn + 1;
	status = open_block(walk->walk.key, block, walk);
	if (status != STATUS_OK)
		return reason_say(why, status, "journal: the block behind %llu is no block", (unsigned long long)walk->end.lsn);
	if (walk->event.lsn != expected)
		return reason_say(why, STATUS_DAMAGED, "journal: %llu was expected next, the block begins at %llu",
		    (unsigned long long)expected, (unsigned long long)walk->event.lsn);
	uint8_t right[CHAIN_BYTES];
	chain(walk->end.chain, expected, block.data, block.bytes, right);
	if (memcmp(right, block.data + AT_CHAIN, CHAIN_BYTES) != 0)
		return reason_say(why, STATUS_DAMAGED,
		    "journal: the chain breaks at the block of events %llu to %llu: its content was changed",
		    (unsigned long long)expected, (unsigned long long)(expected + walk->left - 1));
	memcpy(walk->end.chain, right, CHAIN_BYTES);
	walk->end.lsn = expected + walk->left - 1;
	walk->end.received_at_ms = walk->event.received_at_ms;
	return STATUS_OK;
}

enum status
journal_walk_next(struct journal_walk *walk, struct journal_event *out, struct reason *why)
{
	enum status status = STATUS_OK;
	if (walk->left == 0) {
		if (walk->at != walk->block_end)
			return reason_say(why, STATUS_DAMAGED, "journal: bytes are left over behind event %llu",
			    (unsigned long long)walk->end.lsn);
		status = next_block(walk, why);
	}
	if (status == STATUS_OK) {
		status = take_event(walk, out);
		if (status != STATUS_OK)
			reason_say(why, status, "journal: event %llu does not fit its block", (unsigned long long)walk->event.lsn);
	}
	return status;
}

enum status
journal_walk_from(const struct store *store, uint64_t lsn, struct journal_walk *out)
{
	struct key key = { 0 };
	struct journal_event passed;
	*out = (struct journal_walk){ 0 };
	key_be(&key, lsn, 8);
	enum status status = walk_open(store, TABLE_journal, &out->walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&out->walk, key_span(&key));
	if (status == STATUS_OK)
		status = open_block(out->walk.key, out->walk.value, out);
	while (status == STATUS_OK && out->event.lsn < lsn)
		status = out->left > 0 ? take_event(out, &passed) : STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		walk_close(&out->walk);
	return status;
}

enum status
journal_walk_onward(struct journal_walk *walk, struct journal_event *out)
{
	enum status status = STATUS_OK;
	if (walk->left == 0)
		status = walk_next(&walk->walk);
	if (status == STATUS_OK && walk->left == 0)
		status = open_block(walk->walk.key, walk->walk.value, walk);
	return status == STATUS_OK ? take_event(walk, out) : status;
}

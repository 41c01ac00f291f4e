/* Blocks of events, one after another: see journal.h. */
#include "journal.h"

static bool
is_conflict(const struct entry *entry)
{
	return entry->verdict == STATUS_CONFLICTING_EVENT;
}

/* Whether `next` goes on in the block of `first`, which has `events` by now. */
static bool
same_block(const struct entry *first, const struct entry *next, size_t events)
{
	return next->lsn != JOURNAL_SKIP && !next->begins_block && !is_conflict(first) && !is_conflict(next) &&
	    next->terminal_no == first->terminal_no && next->received_at_ms == first->received_at_ms &&
	    next->stream_seq == first->stream_seq + events && events < BLOCK_EVENTS_MAX;
}

/* What a site's block has besides; its chain value there is found anew, and whoever said another is told. */
static void
seal_site_block(struct journal_end *site, struct entry *entries, size_t n, struct span block, uint8_t *site_part)
{
	value_put(site_part, (uint64_t)entries[0].first_received_at_ms, 8);
	block_chain_at_site(site->chain, site->lsn + 1, block, site->chain);
	entries[0].misfits = memcmp(site->chain, entries[0].site_chain, CHAIN_BYTES) != 0;
	memcpy(site_part + 8, site->chain, CHAIN_BYTES);
	site->lsn += n;
	site->received_at_ms = entries[0].first_received_at_ms;
}

static size_t
header_bytes(const struct entry *entry)
{
	return BLOCK_HEADER_BYTES + (entry->site_chain != NULL ? BLOCK_SITE_BYTES : 0);
}

static unsigned
flags_of(const struct entry *entry)
{
	return (is_conflict(entry) ? BLOCK_CONFLICT : 0) | (entry->site_chain != NULL ? BLOCK_RELAYED : 0);
}

static enum status
append_block(const struct store *store, struct journal_end *end, struct journal_end *sites, struct entry *entries, size_t n,
    size_t bytes)
{
	struct key key = { 0 };
	uint8_t *block;
	uint64_t lsn = end->lsn + 1;
	key_be(&key, lsn, 8);
	enum status status = store_reserve(store, TABLE_journal, key_span(&key), bytes, true, &block);
	if (status != STATUS_OK)
		return status;
	value_put(block + BLOCK_AT_TERMINAL, entries[0].terminal_no, 4);
	value_put(block + BLOCK_AT_EVENTS, n, 2);
	value_put(block + BLOCK_AT_FLAGS, flags_of(&entries[0]), 2);
	value_put(block + BLOCK_AT_FIRST_SEQ, entries[0].stream_seq, 8);
	value_put(block + BLOCK_AT_RECEIVED, (uint64_t)entries[0].received_at_ms, 8);
	uint8_t *at = block + header_bytes(&entries[0]);
	for (size_t i = 0; i < n; i++) {
		assert(entries[i].bytes.bytes <= EVENT_BYTES_MAX && (unsigned)entries[i].verdict <= UINT8_MAX);
		*at = (uint8_t)entries[i].verdict;
		value_put(at + 1, entries[i].bytes.bytes, 3);
		if (entries[i].bytes.bytes > 0)
			memcpy(at + BLOCK_EVENT_HEADER_BYTES, entries[i].bytes.data, entries[i].bytes.bytes);
		at += BLOCK_EVENT_HEADER_BYTES + entries[i].bytes.bytes;
		entries[i].lsn = lsn + i;
	}
	assert((size_t)(at - block) == bytes);
	if (entries[0].site_chain != NULL)
		seal_site_block(&sites[block_site(entries[0].terminal_no)], entries, n, (struct span){ block, bytes },
		    block + BLOCK_AT_SITE_RECEIVED);
	block_chain(end->chain, lsn, (struct span){ block, bytes }, end->chain);
	memcpy(block + BLOCK_AT_CHAIN, end->chain, CHAIN_BYTES);
	end->lsn = lsn + n - 1;
	end->received_at_ms = entries[0].received_at_ms;
	return STATUS_OK;
}

enum status
journal_append(const struct store *store, struct journal_end *end, struct journal_end *sites, struct entry *entries, size_t n)
{
	for (size_t first = 0, events; first < n; first += events) {
		events = 1;
		if (entries[first].lsn == JOURNAL_SKIP)
			continue;
		size_t bytes = header_bytes(&entries[first]) + BLOCK_EVENT_HEADER_BYTES + entries[first].bytes.bytes;
		/* A site's block stays as it was cut there. */
		size_t most = entries[first].site_chain != NULL ? SIZE_MAX : BLOCK_BYTES;
		for (; first + events < n && same_block(&entries[first], &entries[first + events], events); events++) {
			size_t more = BLOCK_EVENT_HEADER_BYTES + entries[first + events].bytes.bytes;
			if (bytes + more > most)
				break;
			bytes += more;
		}
		enum status status = append_block(store, end, sites, entries + first, events, bytes);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* ---- reading ---- */

/* The block that the walk stands at. */
static enum status
open_here(const struct walk *walk, struct block *out)
{
	struct span key = walk->key;
	return key.bytes == 8 ? block_open(key_take_be(&key, 8), walk->value, out) : STATUS_DAMAGED;
}

/* To the block that holds this number, and up to it. NOT_FOUND where there is none. */
static enum status
seek_event(const struct store *store, uint64_t lsn, struct journal_walk *out)
{
	struct key key = { 0 };
	struct journal_event passed;
	*out = (struct journal_walk){ 0 };
	key_be(&key, lsn, 8);
	enum status status = walk_open(store, TABLE_journal, &out->walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&out->walk, key_span(&key));
	if (status == STATUS_OK)
		status = open_here(&out->walk, &out->block);
	while (status == STATUS_OK && out->block.next.lsn < lsn)
		status = block_next(&out->block, &passed);
	if (status != STATUS_OK)
		walk_close(&out->walk);
	return status;
}

enum status
journal_find(const struct store *store, uint64_t lsn, struct journal_event *out)
{
	struct journal_walk walk;
	enum status status = seek_event(store, lsn, &walk);
	if (status != STATUS_OK)
		return status;
	status = block_next(&walk.block, out);
	walk_close(&walk.walk);
	return status;
}

/* The chain value of the block that the walk stands at, which has to end with this number. NOT_FOUND where it does not. */
static enum status
chain_here(const struct walk *walk, uint64_t lsn, uint8_t out[CHAIN_BYTES])
{
	struct block block;
	enum status status = open_here(walk, &block);
	if (status == STATUS_OK && lsn != block.next.lsn + block.left - 1)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		memcpy(out, walk->value.data + BLOCK_AT_CHAIN, CHAIN_BYTES);
	return status;
}

enum status
journal_chain(const struct store *store, uint64_t lsn, uint8_t out[CHAIN_BYTES])
{
	struct walk walk = { 0 };
	struct key key = { 0 };
	key_be(&key, lsn, 8);
	enum status status = walk_open(store, TABLE_journal, &walk);
	if (status == STATUS_OK)
		status = walk_seek_back(&walk, key_span(&key));
	if (status == STATUS_OK)
		status = chain_here(&walk, lsn, out);
	walk_close(&walk);
	return status;
}

enum status
journal_name(const struct store *store, uint8_t out[CHAIN_BYTES])
{
	struct walk walk = { 0 };
	memset(out, 0, CHAIN_BYTES);
	enum status status = walk_open(store, TABLE_journal, &walk);
	if (status == STATUS_OK)
		status = walk_first(&walk);
	if (status == STATUS_OK && walk.value.bytes < BLOCK_HEADER_BYTES)
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		memcpy(out, walk.value.data + BLOCK_AT_CHAIN, CHAIN_BYTES);
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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

enum status
journal_walk_block(struct journal_walk *walk, uint64_t *lsn, struct span *bytes, struct reason *why)
{
	enum status status = walk->begun ? walk_next(&walk->walk) : walk_first(&walk->walk);
	walk->begun = true;
	if (status != STATUS_OK)
		return status;
	struct span key = walk->walk.key;
	uint64_t first = key.bytes == 8 ? key_take_be(&key, 8) : 0;
	status = block_follow(&walk->end, first, walk->walk.value, &walk->block, why);
	if (status == STATUS_OK) {
		*lsn = first;
		*bytes = walk->walk.value;
	}
	return status;
}

enum status
journal_walk_next(struct journal_walk *walk, struct journal_event *out, struct reason *why)
{
	uint64_t lsn;
	struct span bytes;
	enum status status = block_next(&walk->block, out);
	if (status == STATUS_NOT_FOUND) {
		status = journal_walk_block(walk, &lsn, &bytes, why);
		if (status != STATUS_OK)
			return status;
		status = block_next(&walk->block, out);
	}
	return status == STATUS_OK
	    ? status
	    : reason_say(why, status, "journal: event %llu does not fit its block", (unsigned long long)walk->block.next.lsn);
}

enum status
journal_walk_behind(const struct store *store, uint64_t lsn, struct journal_walk *out, struct reason *why)
{
	struct key key = { 0 };
	enum status status = journal_walk_open(store, out);
	if (status != STATUS_OK || lsn == 0)
		return status;
	key_be(&key, lsn, 8);
	status = walk_seek_back(&out->walk, key_span(&key));
	if (status == STATUS_OK)
		status = open_here(&out->walk, &out->block);
	if (status != STATUS_OK) {
		journal_walk_close(out);
		return status;
	}
	uint64_t first = out->block.next.lsn, last = first + out->block.left - 1;
	memcpy(out->end.chain, out->walk.value.data + BLOCK_AT_CHAIN, CHAIN_BYTES);
	out->end.lsn = last;
	out->end.received_at_ms = out->block.next.received_at_ms;
	out->block = (struct block){ 0 };
	out->begun = true;
	if (last == lsn)
		return STATUS_OK;
	journal_walk_close(out);
	return last < lsn
	    ? reason_say(why, STATUS_NOT_FOUND, "the journal ends with event %llu", (unsigned long long)last)
	    : reason_say(why, STATUS_OUT_OF_RANGE, "no block begins with event %llu: the nearest begin with %llu and %llu",
		  (unsigned long long)lsn + 1, (unsigned long long)first, (unsigned long long)last + 1);
}

enum status
journal_walk_from(const struct store *store, uint64_t lsn, struct journal_walk *out)
{
	return seek_event(store, lsn, out);
}

enum status
journal_walk_onward(struct journal_walk *walk, struct journal_event *out)
{
	enum status status = block_next(&walk->block, out);
	if (status != STATUS_NOT_FOUND)
		return status;
	status = walk_next(&walk->walk);
	if (status == STATUS_OK)
		status = open_here(&walk->walk, &walk->block);
	return status == STATUS_OK ? block_next(&walk->block, out) : status;
}

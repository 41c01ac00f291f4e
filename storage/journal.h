/*
 * The journal: every event that came, as it came, in blocks of one terminal's consecutive events that were received together.
 *
 * Key: the first log sequence number (lsn, from 1). A block holds at most what fits one page, so that no free space has to be
 * contiguous:
 *
 *     terminal u32 · events u16 · flags u16 · first stream number u64 · received_at_ms i64 · chain 32 bytes
 *     then for each event: verdict u8 · bytes u24 · the event
 *
 * chain = BLAKE2b-256(chain of the block before · lsn · the block without its chain): one changed bit in the past changes every
 * later chain value. The verdict is part of the record, so that a recount does not depend on the rules of the version that
 * recounts.
 */
#ifndef JUYAN_STORAGE_JOURNAL_H
#define JUYAN_STORAGE_JOURNAL_H

#include "ledger.h"
#include "store.h"

enum { CHAIN_BYTES = 32 };

/* Where the journal ends. Kept in the table `meta`; changed by appending. */
struct journal_end {
	uint64_t lsn; /* of the last event; 0: none */
	int64_t received_at_ms;
	uint8_t chain[CHAIN_BYTES];
};

/* One event as it stands in the journal; `bytes` is lent. */
struct journal_event {
	uint64_t lsn;
	uint32_t terminal_no;
	uint64_t stream_seq;
	int64_t received_at_ms;
	enum status verdict;
	bool conflict; /* its number belongs to another event */
	struct span bytes;
};

/*
 * Appends entries that have their verdicts, gives them their lsn, and moves `end`. Entries with lsn == JOURNAL_SKIP are left out.
 */
enum status journal_append(const struct store *store, struct journal_end *end, struct entry *entries, size_t n) MUST_USE;

/* The event with this number. NOT_FOUND, DAMAGED, DISK. */
enum status journal_find(const struct store *store, uint64_t lsn, struct journal_event *out) MUST_USE;

/* The chain value of the block that ends with this number. NOT_FOUND: none does. DAMAGED, DISK. */
enum status journal_chain(const struct store *store, uint64_t lsn, uint8_t out[CHAIN_BYTES]) MUST_USE;

/*
 * A walk over all events in order that checks the chain block by block: DAMAGED with the sentence at the first block that does not
 * fit, NOT_FOUND behind the last.
 */
struct journal_walk {
	struct walk walk;
	struct journal_end end; /* of what has been walked */
	const uint8_t *at;      /* the next event of the block */
	const uint8_t *block_end;
	struct journal_event event;
	unsigned left; /* events of the block */
	bool begun;
};

enum status journal_walk_open(const struct store *store, struct journal_walk *out) MUST_USE;
enum status journal_walk_next(struct journal_walk *walk, struct journal_event *out, struct reason *why) MUST_USE;
/* A walk from one event on that leaves the chain aside: for what has just come. NOT_FOUND behind the last, DAMAGED. */
enum status journal_walk_from(const struct store *store, uint64_t lsn, struct journal_walk *out) MUST_USE;
enum status journal_walk_onward(struct journal_walk *walk, struct journal_event *out) MUST_USE;
void journal_walk_close(struct journal_walk *walk);

#define JOURNAL_SKIP UINT64_MAX

#endif

/*
 * The form of a block: some consecutive events of one terminal that were received together, as they stand in the journal and in
 * every copy of a part of it.
 *
 *     terminal u32 · events u16 · flags u16 · first stream number u64 · received_at_ms i64 · chain 32 bytes
 *     of a site's block (BLOCK_RELAYED): the site's received_at_ms i64 · the chain value of the block there 32 bytes
 *     then for each event: verdict u8 · bytes u24 · the event
 *
 * chain = BLAKE2b-256(chain of the block before · lsn · the block without its chain): one changed bit in the past changes every
 * later chain value. Pure: bytes are lent, nothing is owned.
 *
 * A site's block stands at its headquarters as it stood at the site, but for the terminal's number, before which comes the number
 * that the site has here (block_terminal), for the time of receipt, and for the chain: so what it was at the site can be told from
 * it, and its chain there be proved.
 */
#ifndef JUYAN_STORAGE_BLOCK_H
#define JUYAN_STORAGE_BLOCK_H

#include "wire.h"

enum {
	CHAIN_BYTES = 32,
	BLOCK_AT_TERMINAL = 0,
	BLOCK_AT_EVENTS = 4,
	BLOCK_AT_FLAGS = 6,
	BLOCK_AT_FIRST_SEQ = 8,
	BLOCK_AT_RECEIVED = 16,
	BLOCK_AT_CHAIN = 24,
	BLOCK_HEADER_BYTES = BLOCK_AT_CHAIN + CHAIN_BYTES,
	BLOCK_EVENT_HEADER_BYTES = 4,
	BLOCK_AT_SITE_RECEIVED = BLOCK_HEADER_BYTES, /* of a site's block */
	BLOCK_AT_SITE_CHAIN = BLOCK_AT_SITE_RECEIVED + 8,
	BLOCK_SITE_BYTES = 8 + CHAIN_BYTES,
	BLOCK_BYTES = 4096 - 16, /* what one overflow page of LMDB holds; a single event may be larger */
	BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES + BLOCK_SITE_BYTES + BLOCK_EVENT_HEADER_BYTES + EVENT_BYTES_MAX,
	BLOCK_EVENTS_MAX = UINT16_MAX,
	BLOCK_EVENTS_FIT = (BLOCK_BYTES - BLOCK_HEADER_BYTES) / BLOCK_EVENT_HEADER_BYTES, /* so many, all empty, fill a page */
	BLOCK_CONFLICT = 1, /* a flag: its one event has a number that belongs to another */
	BLOCK_RELAYED = 2,  /* a flag: it is a site's */

	/* A site's terminal has a number above all that are ever given: the site's own number here, then its number there. */
	SITE_BITS = 16
};

_Static_assert(TERMINAL_NO_MAX < 1 << SITE_BITS, "a terminal's number fits below its site's");

static inline uint32_t
block_terminal(uint32_t site_no, uint32_t terminal_no)
{
	return site_no << SITE_BITS | terminal_no;
}

/* The site whose terminal it is; 0: it is one of this ledger's own. */
static inline uint32_t
block_site(uint32_t terminal_no)
{
	return terminal_no >> SITE_BITS;
}

/* Where a journal, or a part of it, ends. */
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
	int64_t received_at_ms;       /* here */
	int64_t first_received_at_ms; /* where it came in: at its site, else here */
	enum status verdict;
	bool conflict;             /* its number belongs to another event */
	bool begins_block;         /* it is the first of its block */
	const uint8_t *site_chain; /* of a site's: the chain value of its block there; lent. NULL: it is none */
	struct span bytes;
};

/* A block that is being read. */
struct block {
	struct journal_event next; /* without its verdict and bytes */
	unsigned left;
	const uint8_t *at;
	const uint8_t *end;
};

/* The chain value of a block that begins at `lsn`; at least BLOCK_HEADER_BYTES, of which its own chain is left aside. */
void block_chain(const uint8_t before[CHAIN_BYTES], uint64_t lsn, struct span block, uint8_t out[CHAIN_BYTES]);

/* The chain value that a site's block had there: `before` is that of the block before it there, where it began at `site_lsn`. */
void block_chain_at_site(const uint8_t before[CHAIN_BYTES], uint64_t site_lsn, struct span block, uint8_t out[CHAIN_BYTES]);

/* DAMAGED where it cannot be a block. */
enum status block_open(uint64_t lsn, struct span block, struct block *out) MUST_USE;
/* NOT_FOUND behind the last, DAMAGED where an event does not fit. */
enum status block_next(struct block *block, struct journal_event *out) MUST_USE;

/* Opens the block that has to follow `end`, whose place and chain are checked, and moves `end` behind it. DAMAGED. */
enum status block_follow(struct journal_end *end, uint64_t lsn, struct span bytes, struct block *out, struct reason *why) MUST_USE;

#endif

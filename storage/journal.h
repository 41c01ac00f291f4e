/*
 * The journal: every event that came, as it came, in blocks (block.h). Key: the first log sequence number (lsn, from 1). A block
 * holds at most what fits one page, so that no free space has to be contiguous.
 */
#ifndef JUYAN_STORAGE_JOURNAL_H
#define JUYAN_STORAGE_JOURNAL_H

#include "block.h"
#include "ledger.h"
#include "store.h"

/*
 * Appends entries that have their verdicts, gives them their lsn, and moves `end`. Entries with lsn == JOURNAL_SKIP are left out.
 * `sites` are where the journals of sites end, by their numbers here: those of which there are entries are moved likewise.
 */
enum status journal_append(const struct store *store, struct journal_end *end, struct journal_end *sites, struct entry *entries,
    size_t n) MUST_USE;

/* The event with this number. NOT_FOUND, DAMAGED, DISK. */
enum status journal_find(const struct store *store, uint64_t lsn, struct journal_event *out) MUST_USE;

/* The chain value of the block that ends with this number. NOT_FOUND: none does. DAMAGED, DISK. */
enum status journal_chain(const struct store *store, uint64_t lsn, uint8_t out[CHAIN_BYTES]) MUST_USE;

/* The ledger's name for life: the chain value of its first block; zeros before there is one. DAMAGED, DISK. */
enum status journal_name(const struct store *store, uint8_t out[CHAIN_BYTES]) MUST_USE;

/*
 * A walk over all events in order that checks the chain block by block: DAMAGED with the sentence at the first block that does not
 * fit, NOT_FOUND behind the last.
 */
struct journal_walk {
	struct walk walk;
	struct journal_end end; /* of what has been walked */
	struct block block;     /* what is left of the one that is read */
	bool begun;
};

enum status journal_walk_open(const struct store *store, struct journal_walk *out) MUST_USE;
enum status journal_walk_next(struct journal_walk *walk, struct journal_event *out, struct reason *why) MUST_USE;
/* The next block as a whole, checked likewise; lent until the next step. Not to be mixed with single events. */
enum status journal_walk_block(struct journal_walk *walk, uint64_t *lsn, struct span *bytes, struct reason *why) MUST_USE;
/*
 * A walk over what stands behind an event, with which a block has to end (OUT_OF_RANGE with the nearest); 0: over all. The chain is
 * checked from there on: what stood before is believed.
 */
enum status journal_walk_behind(const struct store *store, uint64_t lsn, struct journal_walk *out, struct reason *why) MUST_USE;
/* A walk from one event on that leaves the chain aside: for what has just come. NOT_FOUND behind the last, DAMAGED. */
enum status journal_walk_from(const struct store *store, uint64_t lsn, struct journal_walk *out) MUST_USE;
enum status journal_walk_onward(struct journal_walk *walk, struct journal_event *out) MUST_USE;
void journal_walk_close(struct journal_walk *walk);

#define JOURNAL_SKIP UINT64_MAX

#endif

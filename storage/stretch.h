/*
 * A stretch of the journal as a file: what `juyan export` gives to an outsider, and what a backup consists of. Blocks stand in
 * it as they stand in the ledger, with their chain, so that anyone can check it without the ledger:
 *
 *     "juyan journal 1\n" · first lsn u64 · chain before it 32 bytes · ledger 32 bytes
 *     then for each block: bytes u32 (never 0) · first lsn u64 · the block (journal.h)
 *     bytes u32 = 0 · last lsn u64 · its chain 32 bytes · BLAKE2b-256 of all that stands before
 *
 * Numbers are little-endian. `ledger` is the ledger's name for life: the chain value of its first block (all zero before there is
 * one). A stretch that begins with lsn 1 has a chain of zeros before it, and all tables can be made from it again.
 *
 * A file is written beside its name (".part"), synced, and then put in place: under its name it is whole. Reading believes nothing.
 */
#ifndef JUYAN_STORAGE_STRETCH_H
#define JUYAN_STORAGE_STRETCH_H

#include "journal.h"

/* What a file holds. */
struct stretch_span {
	uint64_t first_lsn;
	uint64_t last_lsn;
	uint8_t before[CHAIN_BYTES]; /* the chain before first_lsn */
	uint8_t chain[CHAIN_BYTES];  /* … and at last_lsn */
	uint8_t ledger[CHAIN_BYTES];
	uint64_t bytes; /* of the file */
};

/*
 * Writes the blocks from the one that begins at first_lsn to the one that ends at last_lsn (0: the last there is), from one
 * snapshot. Their chain is checked on the way. OUT_OF_RANGE with a sentence that names the nearest ends of blocks, where one of
 * them is no end; NOT_FOUND: there is nothing from first_lsn on; NO_ROOM; DAMAGED where the chain does not fit; SYSTEM.
 */
enum status stretch_write(struct env *env, uint64_t first_lsn, uint64_t last_lsn, const char *path,
    void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct stretch_span *out, struct reason *why) MUST_USE;

struct stretch;

/* Opens a file and reads its head and its end (the span); the blocks are checked as they are walked. FORMAT, DAMAGED, SYSTEM. */
enum status stretch_open(const char *path, struct stretch **out, struct reason *why) MUST_USE;
void stretch_close(struct stretch **stretch);
struct stretch_span stretch_span(const struct stretch *stretch);
/* Where the block ends that the last event stands in. */
const struct journal_end *stretch_end(const struct stretch *stretch);
/* The next event; NOT_FOUND behind the last, once the end of the file has proved to fit; DAMAGED with the place. Lent. */
enum status stretch_next(struct stretch *stretch, struct journal_event *out, struct reason *why) MUST_USE;

#endif

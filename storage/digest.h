/*
 * A number for all that a table holds: the BLAKE2b-256 of each row, all added without carry. It does not depend on how the rows are
 * spread over ledgers: the numbers of several ledgers without a row in common, added likewise, are that of the ledger which has all
 * of them. So headquarters is held against its sites. Told are the tables in which a row depends on its batch and nothing else:
 * others hold log sequence numbers and terminals' numbers, which differ. It compares, and proves nothing against whoever can choose
 * rows: that is recount's. Owns nothing.
 */
#ifndef JUYAN_STORAGE_DIGEST_H
#define JUYAN_STORAGE_DIGEST_H

#include "env.h"

enum { DIGEST_TABLES = 5, DIGEST_ROW_BYTES = 32 };

struct table_digest {
	const char *name;
	uint64_t rows;
	uint8_t digest[DIGEST_ROW_BYTES];
};

/* Of one snapshot. BUSY, DAMAGED, DISK. */
enum status digest_tables(struct env *env, struct table_digest out[DIGEST_TABLES], struct reason *why) MUST_USE;

#endif

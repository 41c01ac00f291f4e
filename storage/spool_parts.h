/* What a spool is made of: shared by spool.c and spool_open.c. Nobody else includes this. */
#ifndef JUYAN_STORAGE_SPOOL_PARTS_H
#define JUYAN_STORAGE_SPOOL_PARTS_H

#include "cabinet_parts.h"
#include "spool.h"

enum { SPOOL_TABLES = 3 };

/* The one row of `self`. */
struct self {
	uint64_t settled;
	uint64_t taken;
	struct spool_numbering numbering;
	uint64_t lost;
	uint64_t bytes_max;
	uint64_t files; /* how many were ever noted: the next one's number */
	uint8_t key[PUBLIC_KEY_BYTES];
};

struct spool {
	struct alone alone;
	MDB_dbi events;
	MDB_dbi files;
	MDB_dbi self;
};

enum status spool_self_read(const struct spool *spool, MDB_txn *txn, struct self *out, struct reason *why) MUST_USE;
enum status spool_self_write(const struct spool *spool, MDB_txn *txn, const struct self *self, struct reason *why) MUST_USE;
/* Within the transaction that takes its events. */
enum status spool_note_file(const struct spool *spool, MDB_txn *txn, struct self *self, const struct spool_file *file,
    struct reason *why) MUST_USE;

#endif

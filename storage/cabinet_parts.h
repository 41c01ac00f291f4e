/* What a cabinet and a spool are made of: shared by cabinet*.c and spool*.c. Nobody else includes this. */
#ifndef JUYAN_STORAGE_CABINET_PARTS_H
#define JUYAN_STORAGE_CABINET_PARTS_H

#include <lmdb.h>

#include "cabinet.h"

enum { ALONE_DIR_BYTES = 256 };

/* An environment that stands alone in its folder. */
struct alone {
	MDB_env *mdb; /* NULL: not open */
	const char *what;
	uint64_t bytes_max; /* how much of it may ever be used */
	char dir[ALONE_DIR_BYTES];
};

/* SETTING where the path is too long, or `bytes_max` (0: not known yet) less than can be worked with. */
enum status alone_name(struct alone *alone, const char *dir, const char *what, uint64_t bytes_max, struct reason *why) MUST_USE;
/* What LMDB says of it. A full disk is NO_ROOM: the transaction is gone as a whole, and the one before it holds. */
enum status alone_status(const struct alone *alone, int rc, struct reason *why) MUST_USE;
/* NOT_FOUND: nothing stands there yet. */
enum status alone_there(const struct alone *alone, struct reason *why) MUST_USE;
/* Makes one, whole or not at all, of `tables` tables that `fill` makes and fills in its first transaction. */
enum status alone_make(struct alone *alone, unsigned tables, uint64_t bytes_max,
    enum status (*fill)(void *user, MDB_txn *txn, struct reason *why), void *user, struct reason *why) MUST_USE;
/* `bytes` 0: as large as it was. */
enum status alone_open(struct alone *alone, unsigned tables, uint64_t bytes, struct reason *why) MUST_USE;
void alone_close(struct alone *alone);

/*
 * How much of it may be used, where `used` is: seven eighths of the file, so that forgetting always finds pages; and no more than
 * the disk gives. The file never gets smaller: what it has is its own.
 */
uint64_t alone_room(const struct alone *alone, uint64_t used);

#endif

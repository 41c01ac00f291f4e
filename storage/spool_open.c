/* Opening a spool, and making one: see spool.h. */
#include <stdlib.h>
#include <string.h>

#include "spool_parts.h"

#define BYTES_DEFAULT (UINT64_C(1) << 30)

/* In a transaction that is committed, so that the handles last. */
static int
open_tables(struct spool *spool, MDB_txn *txn, unsigned flags)
{
	int rc = mdb_dbi_open(txn, "events", flags, &spool->events);
	if (rc == MDB_SUCCESS)
		rc = mdb_dbi_open(txn, "files", flags, &spool->files);
	return rc == MDB_SUCCESS ? mdb_dbi_open(txn, "self", flags, &spool->self) : rc;
}

/* ---- making one ---- */

struct beginning {
	struct spool *spool;
	struct self self;
};

static enum status
fill(void *user, MDB_txn *txn, struct reason *why)
{
	struct beginning *beginning = user;
	enum status status = alone_status(&beginning->spool->alone, open_tables(beginning->spool, txn, MDB_CREATE), why);
	return status == STATUS_OK ? spool_self_write(beginning->spool, txn, &beginning->self, why) : status;
}

static enum status
begin_where_none(struct spool *spool, const struct spool_options *options, struct reason *why)
{
	enum status status = alone_there(&spool->alone, why);
	if (status != STATUS_NOT_FOUND || options->key == NULL)
		return status;
	struct beginning beginning = { spool, { .bytes_max = options->bytes_max == 0 ? BYTES_DEFAULT : options->bytes_max } };
	memcpy(beginning.self.key, options->key, PUBLIC_KEY_BYTES);
	return alone_make(&spool->alone, SPOOL_TABLES, beginning.self.bytes_max, fill, &beginning, why);
}

/* ---- opening ---- */

static enum status
write_bytes_max(struct spool *spool, struct self *self, struct reason *why)
{
	MDB_txn *txn = NULL;
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, 0, &txn), why);
	if (status == STATUS_OK)
		status = spool_self_write(spool, txn, self, why);
	if (status == STATUS_OK)
		return alone_status(&spool->alone, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

/* Whose it is, and how large it may be. */
static enum status
settle_in(struct spool *spool, const struct spool_options *options, struct reason *why)
{
	struct self self = { 0 };
	MDB_txn *txn = NULL;
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = alone_status(&spool->alone, open_tables(spool, txn, 0), why);
	if (status == STATUS_OK)
		status = spool_self_read(spool, txn, &self, why);
	enum status ended = alone_status(&spool->alone, mdb_txn_commit(txn), status == STATUS_OK ? why : NULL);
	status = status == STATUS_OK ? ended : status;
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, STATUS_FORMAT, "%.128s: the file there is no spool", spool->alone.dir);
	if (status != STATUS_OK)
		return status;
	if (options->key != NULL && memcmp(self.key, options->key, PUBLIC_KEY_BYTES) != 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%.128s is the spool of another key: use that key, another folder, or hand the spool over", spool->alone.dir);
	spool->alone.bytes_max = self.bytes_max;
	if (options->bytes_max == 0 || options->bytes_max == self.bytes_max)
		return STATUS_OK;
	spool->alone.bytes_max = self.bytes_max = options->bytes_max;
	return write_bytes_max(spool, &self, why);
}

enum status
spool_open(const struct spool_options *options, struct spool **out, struct reason *why)
{
	struct spool *spool = calloc(1, sizeof *spool);
	if (spool == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a spool");
	enum status status = alone_name(&spool->alone, options->dir, "spool", options->bytes_max, why);
	if (status == STATUS_OK)
		status = begin_where_none(spool, options, why);
	if (status == STATUS_OK)
		status = alone_open(&spool->alone, SPOOL_TABLES, options->bytes_max, why);
	if (status == STATUS_OK)
		status = settle_in(spool, options, why);
	if (status == STATUS_OK)
		*out = spool;
	else
		spool_close(&spool);
	return status;
}

void
spool_close(struct spool **spool)
{
	if (*spool == NULL)
		return;
	alone_close(&(*spool)->alone);
	free(*spool);
	*spool = NULL;
}

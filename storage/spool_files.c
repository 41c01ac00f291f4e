/* Which files' events were taken: see spool_file in spool.h. Own rows, `hash -> how many were taken u64, the file's number u64`. */
#include <stdbool.h>

#include "key.h"
#include "spool_parts.h"

enum { FILE_BYTES = 16 };

static MDB_val
hash_val(const uint8_t hash[SPOOL_HASH_BYTES])
{
	union {
		const uint8_t *in;
		void *out;
	} data = { .in = hash };
	return (MDB_val){ SPOOL_HASH_BYTES, data.out };
}

/* The one that was noted first has to go: among so few it is simply looked for. */
static int
forget_oldest_file(const struct spool *spool, MDB_txn *txn)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	uint64_t oldest = UINT64_MAX;
	uint8_t hash[SPOOL_HASH_BYTES] = { 0 };
	int rc = mdb_cursor_open(txn, spool->files, &cursor);
	if (rc != MDB_SUCCESS)
		return rc;
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == MDB_SUCCESS) {
		const uint8_t *row = v.mv_data;
		if (k.mv_size != sizeof hash || v.mv_size != FILE_BYTES || value_get(row + 8, 8) >= oldest)
			continue;
		oldest = value_get(row + 8, 8);
		memcpy(hash, k.mv_data, sizeof hash);
	}
	mdb_cursor_close(cursor);
	k = hash_val(hash);
	return rc != MDB_NOTFOUND ? rc : mdb_del(txn, spool->files, &k, NULL);
}

enum status
spool_note_file(const struct spool *spool, MDB_txn *txn, struct self *self, const struct spool_file *file, struct reason *why)
{
	MDB_stat stat;
	MDB_val k = hash_val(file->hash), v;
	uint8_t row[FILE_BYTES];
	int rc = mdb_get(txn, spool->files, &k, &v);
	bool known = rc == MDB_SUCCESS && v.mv_size == FILE_BYTES;
	uint64_t number = known ? value_get((const uint8_t *)v.mv_data + 8, 8) : self->files++;
	if (!known && (rc == MDB_NOTFOUND || rc == MDB_SUCCESS))
		rc = mdb_stat(txn, spool->files, &stat);
	if (rc == MDB_SUCCESS && !known && stat.ms_entries >= SPOOL_FILES_MAX)
		rc = forget_oldest_file(spool, txn);
	value_put(row, file->taken, 8);
	value_put(row + 8, number, 8);
	v = (MDB_val){ sizeof row, row };
	if (rc == MDB_SUCCESS)
		rc = mdb_put(txn, spool->files, &k, &v, 0);
	return alone_status(&spool->alone, rc, why);
}

enum status
spool_file_taken(struct spool *spool, const uint8_t hash[SPOOL_HASH_BYTES], uint64_t *taken, struct reason *why)
{
	MDB_txn *txn = NULL;
	MDB_val k = hash_val(hash), v = { 0 };
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = alone_status(&spool->alone, mdb_get(txn, spool->files, &k, &v), why);
	if (status == STATUS_OK && v.mv_size != FILE_BYTES)
		status = reason_say(why, STATUS_DAMAGED, "%.128s: the spool is damaged: a row is not of a file", spool->alone.dir);
	if (status == STATUS_OK)
		*taken = value_get(v.mv_data, 8);
	mdb_txn_abort(txn);
	if (status != STATUS_NOT_FOUND)
		return status;
	*taken = 0;
	return STATUS_OK;
}

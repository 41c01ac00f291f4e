/* Tables behind a few verbs, in an environment that stands alone: see cabinet.h. */
#include "cabinet.h"

#include <stdlib.h>

#include "cabinet_parts.h"
#include "key.h"

#define BYTES_DEFAULT (UINT64_C(16) << 30)

enum { DEPTH_MAX = 2, SELF_BYTES = 4 + 8, PAGE_BYTES = 4096, ROW_BYTES = 8 + 2 };

struct cabinet {
	struct alone alone;
	struct cabinet_options options; /* its texts are lent, or not used any more */
	MDB_dbi self;
	MDB_dbi tables[CABINET_TABLES_MAX];
	MDB_txn *open[DEPTH_MAX];
	size_t depth;
	bool looks; /* the one that is open only reads */
};

static MDB_val
val_of(struct span span)
{
	union {
		const void *in;
		void *out;
	} data = { .in = span.data };
	return (MDB_val){ span.bytes, data.out };
}

static struct span
span_of(MDB_val val)
{
	return (struct span){ val.mv_data, val.mv_size };
}

static struct span
self_key(void)
{
	static const uint8_t key[] = { 's', 'e', 'l', 'f' };
	return (struct span){ key, sizeof key };
}

/* ---- opening ---- */

static enum status
open_tables(struct cabinet *cabinet, MDB_txn *txn, unsigned flags, struct reason *why)
{
	int rc = mdb_dbi_open(txn, "self", flags, &cabinet->self);
	for (size_t i = 0; i < cabinet->options.n_tables && rc == MDB_SUCCESS; i++)
		rc = mdb_dbi_open(txn, cabinet->options.tables[i], flags, &cabinet->tables[i]);
	return alone_status(&cabinet->alone, rc, why);
}

static enum status
write_self(struct cabinet *cabinet, MDB_txn *txn, struct reason *why)
{
	uint8_t row[SELF_BYTES];
	value_put(row, cabinet->options.format, 4);
	value_put(row + 4, cabinet->alone.bytes_max, 8);
	MDB_val k = val_of(self_key()), v = { sizeof row, row };
	return alone_status(&cabinet->alone, mdb_put(txn, cabinet->self, &k, &v, 0), why);
}

static enum status
fill(void *user, MDB_txn *txn, struct reason *why)
{
	struct cabinet *cabinet = user;
	enum status status = open_tables(cabinet, txn, MDB_CREATE, why);
	return status == STATUS_OK ? write_self(cabinet, txn, why) : status;
}

/* Its format, and how large it was so far. */
static enum status
read_self(struct cabinet *cabinet, MDB_txn *txn, uint64_t *bytes_max, struct reason *why)
{
	const struct alone *alone = &cabinet->alone;
	MDB_val k = val_of(self_key()), v;
	enum status status = alone_status(alone, mdb_get(txn, cabinet->self, &k, &v), why);
	if (status == STATUS_OK && (v.mv_size != SELF_BYTES || value_get(v.mv_data, 4) != cabinet->options.format))
		return reason_say(why, STATUS_FORMAT, "%.128s: this %s has a format that this version does not read", alone->dir,
		    alone->what);
	if (status == STATUS_OK)
		*bytes_max = value_get((const uint8_t *)v.mv_data + 4, 8);
	return status;
}

/* The handles last where the transaction is committed. */
static enum status
settle_in(struct cabinet *cabinet, struct reason *why)
{
	const struct alone *alone = &cabinet->alone;
	MDB_txn *txn = NULL;
	uint64_t before = 0;
	enum status status = alone_status(alone, mdb_txn_begin(alone->mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = open_tables(cabinet, txn, 0, why);
	if (status == STATUS_OK)
		status = read_self(cabinet, txn, &before, why);
	if (status != STATUS_OK)
		mdb_txn_abort(txn);
	else
		status = alone_status(alone, mdb_txn_commit(txn), why);
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, STATUS_FORMAT, "%.128s: the file there is no %s", alone->dir, alone->what);
	if (status == STATUS_OK && alone->bytes_max == 0)
		cabinet->alone.bytes_max = before;
	if (status != STATUS_OK || before == alone->bytes_max)
		return status;
	status = alone_status(alone, mdb_txn_begin(alone->mdb, NULL, 0, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = write_self(cabinet, txn, why);
	if (status == STATUS_OK)
		return alone_status(alone, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

enum status
cabinet_open(const struct cabinet_options *options, struct cabinet **out, struct reason *why)
{
	unsigned tables = (unsigned)options->n_tables + 1;
	assert(options->n_tables <= CABINET_TABLES_MAX);
	struct cabinet *cabinet = calloc(1, sizeof *cabinet);
	if (cabinet == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a %s", options->what);
	cabinet->options = *options;
	enum status status = alone_name(&cabinet->alone, options->dir, options->what, options->bytes_max, why);
	if (status == STATUS_OK)
		status = alone_there(&cabinet->alone, why);
	if (status == STATUS_NOT_FOUND) {
		cabinet->alone.bytes_max = options->bytes_max == 0 ? BYTES_DEFAULT : options->bytes_max;
		status = alone_make(&cabinet->alone, tables, cabinet->alone.bytes_max, fill, cabinet, why);
	}
	if (status == STATUS_OK)
		status = alone_open(&cabinet->alone, tables, options->bytes_max, why);
	if (status == STATUS_OK)
		status = settle_in(cabinet, why);
	if (status == STATUS_OK)
		*out = cabinet;
	else
		cabinet_close(&cabinet);
	return status;
}

void
cabinet_close(struct cabinet **cabinet)
{
	if (*cabinet == NULL)
		return;
	while ((*cabinet)->depth > 0)
		mdb_txn_abort((*cabinet)->open[--(*cabinet)->depth]);
	alone_close(&(*cabinet)->alone);
	free(*cabinet);
	*cabinet = NULL;
}

/* ---- transactions ---- */

static enum status
begin(struct cabinet *cabinet, unsigned flags, struct reason *why)
{
	assert(cabinet->depth < DEPTH_MAX && (cabinet->depth == 0 || (!cabinet->looks && flags == 0)));
	MDB_txn *outer = cabinet->depth > 0 ? cabinet->open[cabinet->depth - 1] : NULL, *txn = NULL;
	int rc = mdb_txn_begin(cabinet->alone.mdb, outer, flags, &txn);
	/* Another process opened it as a larger one: this one follows. */
	if (rc == MDB_MAP_RESIZED && outer == NULL && mdb_env_set_mapsize(cabinet->alone.mdb, 0) == MDB_SUCCESS)
		rc = mdb_txn_begin(cabinet->alone.mdb, NULL, flags, &txn);
	enum status status = alone_status(&cabinet->alone, rc, why);
	if (status != STATUS_OK)
		return status;
	cabinet->looks = flags != 0;
	cabinet->open[cabinet->depth++] = txn;
	return STATUS_OK;
}

enum status
cabinet_begin(struct cabinet *cabinet, struct reason *why)
{
	int dead;
	if (cabinet->depth == 0)
		(void)mdb_reader_check(cabinet->alone.mdb, &dead); /* who looked and died holds pages */
	return begin(cabinet, 0, why);
}

enum status
cabinet_look(struct cabinet *cabinet, struct reason *why)
{
	return begin(cabinet, MDB_RDONLY, why);
}

enum status
cabinet_end(struct cabinet *cabinet, enum status status, struct reason *why)
{
	assert(cabinet->depth > 0);
	MDB_txn *txn = cabinet->open[--cabinet->depth];
	if (status == STATUS_OK && !cabinet->looks)
		return alone_status(&cabinet->alone, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

/* ---- room ---- */

static uint64_t
used_bytes(const struct cabinet *cabinet)
{
	MDB_stat stat;
	uint64_t pages = 0;
	for (size_t i = 0; i < cabinet->options.n_tables; i++)
		if (mdb_stat(cabinet->open[cabinet->depth - 1], cabinet->tables[i], &stat) == MDB_SUCCESS)
			pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	return pages * PAGE_BYTES;
}

/* Rows are put anywhere, and the pages of a random order are half full; a page that is split makes another one. */
enum status
cabinet_room(const struct cabinet *cabinet, uint64_t bytes, uint64_t rows, struct reason *why)
{
	assert(cabinet->depth > 0);
	const struct alone *alone = &cabinet->alone;
	uint64_t used = used_bytes(cabinet), room = alone_room(alone, used), most = alone->bytes_max / 8 * 7;
	uint64_t wanted = 2 * (bytes + rows * ROW_BYTES) + 2 * PAGE_BYTES * cabinet->options.n_tables;
	if (used + wanted <= room)
		return STATUS_OK;
	if (wanted > most)
		return reason_say(why, STATUS_TOO_LARGE,
		    "%.128s: it takes %llu MiB at once, more than the whole %s may use (%llu MiB)", alone->dir,
		    (unsigned long long)(wanted >> 20), alone->what, (unsigned long long)(most >> 20));
	if (room < most)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the %s's disk is full: make room, it goes on by itself", alone->dir,
		    alone->what);
	return reason_say(why, STATUS_NO_ROOM, "%.128s: the %s is full: it may use %llu MiB", alone->dir, alone->what,
	    (unsigned long long)(room >> 20));
}

/* ---- rows ---- */

static MDB_txn *
txn_of(const struct cabinet *cabinet, size_t table)
{
	assert(cabinet->depth > 0 && table < cabinet->options.n_tables);
	return cabinet->open[cabinet->depth - 1];
}

/* That there is no such row is no failure, and needs no sentence. */
static enum status
status_of(const struct cabinet *cabinet, int rc, struct reason *why)
{
	return rc == MDB_NOTFOUND ? STATUS_NOT_FOUND : alone_status(&cabinet->alone, rc, why);
}

enum status
cabinet_get(const struct cabinet *cabinet, size_t table, struct span key, struct span *out, struct reason *why)
{
	MDB_val k = val_of(key), v;
	enum status status = status_of(cabinet, mdb_get(txn_of(cabinet, table), cabinet->tables[table], &k, &v), why);
	if (status == STATUS_OK)
		*out = span_of(v);
	return status;
}

enum status
cabinet_put(const struct cabinet *cabinet, size_t table, struct span key, struct span value, struct reason *why)
{
	MDB_val k = val_of(key), v = val_of(value);
	return status_of(cabinet, mdb_put(txn_of(cabinet, table), cabinet->tables[table], &k, &v, 0), why);
}

enum status
cabinet_delete(const struct cabinet *cabinet, size_t table, struct span key, struct reason *why)
{
	MDB_val k = val_of(key);
	enum status status = status_of(cabinet, mdb_del(txn_of(cabinet, table), cabinet->tables[table], &k, NULL), why);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Where no row is from the key on, the last of all is before it. */
static int
step(MDB_cursor *cursor, MDB_val *k, MDB_val *v, bool before)
{
	int rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
	if (!before)
		return rc;
	return rc == MDB_NOTFOUND ? mdb_cursor_get(cursor, k, v, MDB_LAST)
	    : rc == MDB_SUCCESS   ? mdb_cursor_get(cursor, k, v, MDB_PREV)
				  : rc;
}

static enum status
seek(const struct cabinet *cabinet, size_t table, struct span key, bool before, struct span *found, struct span *value,
    struct reason *why)
{
	MDB_cursor *cursor;
	MDB_val k = val_of(key), v;
	int rc = mdb_cursor_open(txn_of(cabinet, table), cabinet->tables[table], &cursor);
	if (rc != MDB_SUCCESS)
		return status_of(cabinet, rc, why);
	rc = step(cursor, &k, &v, before);
	mdb_cursor_close(cursor);
	if (rc != MDB_SUCCESS)
		return status_of(cabinet, rc, why);
	*found = span_of(k);
	*value = span_of(v);
	return STATUS_OK;
}

enum status
cabinet_from(const struct cabinet *cabinet, size_t table, struct span key, struct span *found, struct span *value,
    struct reason *why)
{
	return seek(cabinet, table, key, false, found, value, why);
}

enum status
cabinet_before(const struct cabinet *cabinet, size_t table, struct span key, struct span *found, struct span *value,
    struct reason *why)
{
	return seek(cabinet, table, key, true, found, value, why);
}

uint64_t
cabinet_rows(const struct cabinet *cabinet, size_t table)
{
	MDB_stat stat;
	return mdb_stat(txn_of(cabinet, table), cabinet->tables[table], &stat) == MDB_SUCCESS ? stat.ms_entries : 0;
}

enum status
cabinet_damaged(const struct cabinet *cabinet, size_t table, struct reason *why)
{
	return reason_say(why, STATUS_DAMAGED, "%.128s: the %s is damaged: a row of %s is not what it should be",
	    cabinet->alone.dir, cabinet->alone.what, cabinet->options.tables[table]);
}

/* LMDB behind four verbs and a walk: see store.h. */
#include "store.h"

#include <errno.h>

const char *
table_name(enum table table)
{
	static const char *const names[TABLES] = {
#define X(name) #name,
		TABLE_LIST(X)
#undef X
	};
	assert(table < TABLES);
	return names[table];
}

/* Any failure that is not listed is taken for the disk's: better to stop than to promise. */
enum status
store_status(int rc, struct reason *why)
{
	switch (rc) {
	case MDB_SUCCESS:
		return STATUS_OK;
	case MDB_NOTFOUND:
		return STATUS_NOT_FOUND;
	case MDB_MAP_FULL:
		return reason_say(why, STATUS_NO_ROOM, "the ledger's map is full: raise map_gib and start again");
	case MDB_TXN_FULL:
		return reason_say(why, STATUS_NO_ROOM, "the group is too large for one transaction");
	case ENOMEM:
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the ledger");
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
		return reason_say(why, STATUS_DAMAGED, "the ledger is damaged: %s", mdb_strerror(rc));
	case MDB_VERSION_MISMATCH:
		return reason_say(why, STATUS_FORMAT, "the ledger was written by another version of LMDB");
	case MDB_READERS_FULL:
		return reason_say(why, STATUS_BUSY, "too many readers of the ledger");
	default:
		return reason_say(why, STATUS_DISK, "the ledger's disk failed: %s", mdb_strerror(rc));
	}
}

static enum status
begin(struct env *env, MDB_txn *outer, unsigned flags, struct store *out, struct reason *why)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(env->mdb, outer, flags, &txn);
	/* Another process opened it with a larger map: this one follows. */
	if (rc == MDB_MAP_RESIZED && outer == NULL && mdb_env_set_mapsize(env->mdb, 0) == MDB_SUCCESS) {
		footprint_find(env); /* it lies elsewhere now, and something else may lie where it was */
		rc = mdb_txn_begin(env->mdb, outer, flags, &txn);
	}
	enum status status = store_status(rc, why);
	if (status == STATUS_OK)
		*out = (struct store){ txn, env->tables };
	return status;
}

uint64_t
store_transaction(const struct store *store)
{
	return mdb_txn_id(store->txn);
}

enum status
store_begin_write(struct env *env, struct store *out, struct reason *why)
{
	assert(!env->readonly);
	return begin(env, NULL, 0, out, why);
}

enum status
store_begin_read(struct env *env, struct store *out, struct reason *why)
{
	return begin(env, NULL, MDB_RDONLY, out, why);
}

enum status
store_begin_nested(struct env *env, const struct store *outer, struct store *out, struct reason *why)
{
	return begin(env, outer->txn, 0, out, why);
}

enum status
store_commit(struct store *store, struct reason *why)
{
	int rc = mdb_txn_commit(store->txn);
	store->txn = NULL;
	return store_status(rc, why);
}

void
store_abort(struct store *store)
{
	if (store->txn != NULL)
		mdb_txn_abort(store->txn);
	store->txn = NULL;
}

/* LMDB's values are not const, though it does not write to them here. */
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

enum status
store_get(const struct store *store, enum table table, struct span key, struct span *out)
{
	MDB_val k = val_of(key), v;
	enum status status = store_status(mdb_get(store->txn, store->tables[table], &k, &v), NULL);
	if (status == STATUS_OK)
		*out = span_of(v);
	return status;
}

enum status
store_put(const struct store *store, enum table table, struct span key, struct span value)
{
	MDB_val k = val_of(key), v = val_of(value);
	return store_status(mdb_put(store->txn, store->tables[table], &k, &v, 0), NULL);
}

enum status
store_reserve(const struct store *store, enum table table, struct span key, size_t bytes, bool append, uint8_t **out)
{
	MDB_val k = val_of(key), v = { bytes, NULL };
	unsigned flags = MDB_RESERVE | (append ? MDB_APPEND : 0);
	enum status status = store_status(mdb_put(store->txn, store->tables[table], &k, &v, flags), NULL);
	if (status == STATUS_OK)
		*out = v.mv_data;
	return status;
}

enum status
store_delete(const struct store *store, enum table table, struct span key)
{
	MDB_val k = val_of(key);
	return store_status(mdb_del(store->txn, store->tables[table], &k, NULL), NULL);
}

uint64_t
store_rows(const struct store *store, enum table table)
{
	MDB_stat stat;
	return mdb_stat(store->txn, store->tables[table], &stat) == MDB_SUCCESS ? stat.ms_entries : 0;
}

enum status
walk_open(const struct store *store, enum table table, struct walk *out)
{
	*out = (struct walk){ 0 };
	return store_status(mdb_cursor_open(store->txn, store->tables[table], &out->cursor), NULL);
}

void
walk_close(struct walk *walk)
{
	if (walk->cursor != NULL)
		mdb_cursor_close(walk->cursor);
	*walk = (struct walk){ 0 };
}

static enum status
walk_step(struct walk *walk, MDB_val key, MDB_cursor_op op)
{
	MDB_val value;
	enum status status = store_status(mdb_cursor_get(walk->cursor, &key, &value, op), NULL);
	if (status == STATUS_OK) {
		walk->key = span_of(key);
		walk->value = span_of(value);
	}
	return status;
}

enum status
walk_seek(struct walk *walk, struct span key)
{
	return walk_step(walk, val_of(key), MDB_SET_RANGE);
}

enum status
walk_seek_back(struct walk *walk, struct span key)
{
	enum status status = walk_seek(walk, key);
	if (status == STATUS_NOT_FOUND)
		return walk_last(walk);
	if (status != STATUS_OK)
		return status;
	if (walk->key.bytes == key.bytes && memcmp(walk->key.data, key.data, key.bytes) == 0)
		return STATUS_OK;
	return walk_step(walk, (MDB_val){ 0 }, MDB_PREV);
}

enum status
walk_first(struct walk *walk)
{
	return walk_step(walk, (MDB_val){ 0 }, MDB_FIRST);
}

enum status
walk_last(struct walk *walk)
{
	return walk_step(walk, (MDB_val){ 0 }, MDB_LAST);
}

enum status
walk_next(struct walk *walk)
{
	return walk_step(walk, (MDB_val){ 0 }, MDB_NEXT);
}

enum status
walk_previous(struct walk *walk)
{
	return walk_step(walk, (MDB_val){ 0 }, MDB_PREV);
}

/*
 * A spool in one LMDB environment of its own: see spool.h.
 *
 *     DIR/data.mdb   two tables: `events` (place, big-endian -> when it was taken i64, the event) and `self` (one row)
 */
#include "spool.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "key.h"
#include "store.h"

enum {
	SPOOL_FORMAT = 1,
	DIR_BYTES = 256,
	READERS = 16,
	PLACE_BYTES = 8,
	TAKEN_BYTES = 8,
	SELF_BYTES = 4 + 5 * 8 + PUBLIC_KEY_BYTES
};

#define BYTES_DEFAULT (UINT64_C(1) << 30)
#define BYTES_MIN (UINT64_C(1) << 20)
#define DISK_KEPT_FREE (UINT64_C(32) << 20)

/* The one row of `self`. */
struct self {
	uint64_t settled;
	uint64_t taken;
	struct spool_numbering numbering;
	uint64_t lost;
	uint8_t key[PUBLIC_KEY_BYTES];
};

struct spool {
	MDB_env *mdb;
	MDB_dbi events;
	MDB_dbi self;
	uint64_t room_bytes;
	char dir[DIR_BYTES];
};

static enum status
mdb_status(const struct spool *spool, int rc, struct reason *why)
{
	if (rc == MDB_MAP_FULL || rc == ENOSPC)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the spool is full", spool->dir);
	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND && store_status(rc, NULL) == STATUS_DISK)
		return reason_say(why, STATUS_DISK, "%.128s: the spool's disk failed: %s", spool->dir, mdb_strerror(rc));
	return store_status(rc, why);
}

/* ---- the row of its own ---- */

static char self_key[] = "spool";

static MDB_val
self_name(void)
{
	return (MDB_val){ sizeof self_key - 1, self_key };
}

static enum status
self_read(const struct spool *spool, MDB_txn *txn, struct self *out, struct reason *why)
{
	MDB_val name = self_name(), row;
	int rc = mdb_get(txn, spool->self, &name, &row);
	if (rc != MDB_SUCCESS)
		return mdb_status(spool, rc, why);
	const uint8_t *at = row.mv_data;
	if (row.mv_size != SELF_BYTES || value_get(at, 4) != SPOOL_FORMAT)
		return reason_say(why, STATUS_FORMAT, "%.128s: this spool has a format that this version does not read",
		    spool->dir);
	*out = (struct self){ value_get(at + 4, 8), value_get(at + 12, 8), { value_get(at + 20, 8), value_get(at + 28, 8) },
		value_get(at + 36, 8), { 0 } };
	memcpy(out->key, at + 44, PUBLIC_KEY_BYTES);
	if (out->settled > out->taken || out->numbering.place > out->taken + 1)
		return reason_say(why, STATUS_DAMAGED, "%.128s: the spool is damaged: its numbers contradict each other",
		    spool->dir);
	return STATUS_OK;
}

static enum status
self_write(const struct spool *spool, MDB_txn *txn, const struct self *self, struct reason *why)
{
	uint8_t row[SELF_BYTES];
	value_put(row, SPOOL_FORMAT, 4);
	value_put(row + 4, self->settled, 8);
	value_put(row + 12, self->taken, 8);
	value_put(row + 20, self->numbering.place, 8);
	value_put(row + 28, self->numbering.seq, 8);
	value_put(row + 36, self->lost, 8);
	memcpy(row + 44, self->key, PUBLIC_KEY_BYTES);
	MDB_val name = self_name(), value = { sizeof row, row };
	return mdb_status(spool, mdb_put(txn, spool->self, &name, &value, 0), why);
}

/* ---- a change ---- */

struct change {
	MDB_txn *txn;
	struct self self;
};

static enum status
change_begin(struct spool *spool, struct change *out, struct reason *why)
{
	struct change change = { 0 };
	enum status status = mdb_status(spool, mdb_txn_begin(spool->mdb, NULL, 0, &change.txn), why);
	if (status != STATUS_OK)
		return status;
	status = self_read(spool, change.txn, &change.self, why);
	if (status == STATUS_OK)
		*out = change;
	else
		mdb_txn_abort(change.txn);
	return status;
}

/* Ends it either way. What `status` says happened on the way stays the result. */
static enum status
change_end(struct spool *spool, struct change *change, enum status status, struct reason *why)
{
	if (status == STATUS_OK)
		status = self_write(spool, change->txn, &change->self, why);
	if (status == STATUS_OK)
		return mdb_status(spool, mdb_txn_commit(change->txn), why);
	mdb_txn_abort(change->txn);
	return status;
}

/* ---- opening ---- */

static int
open_tables(struct spool *spool, MDB_txn *txn)
{
	int rc = mdb_dbi_open(txn, "events", MDB_CREATE, &spool->events);
	return rc == MDB_SUCCESS ? mdb_dbi_open(txn, "self", MDB_CREATE, &spool->self) : rc;
}

/* The tables and the row, made where they are missing; and whether it is this key's spool. */
static enum status
settle_in(struct spool *spool, const uint8_t *key, struct reason *why)
{
	struct change change = { 0 };
	enum status status = mdb_status(spool, mdb_txn_begin(spool->mdb, NULL, 0, &change.txn), why);
	if (status != STATUS_OK)
		return status;
	status = mdb_status(spool, open_tables(spool, change.txn), why);
	if (status == STATUS_OK)
		status = self_read(spool, change.txn, &change.self, why);
	if (status == STATUS_NOT_FOUND && key == NULL)
		return change_end(spool, &change, reason_say(why, status, "%.128s holds no spool", spool->dir), why);
	if (status == STATUS_NOT_FOUND) {
		memcpy(change.self.key, key, PUBLIC_KEY_BYTES);
		status = STATUS_OK;
	}
	if (status == STATUS_OK && key != NULL && memcmp(change.self.key, key, PUBLIC_KEY_BYTES) != 0)
		status = reason_say(why, STATUS_CONTRADICTION,
		    "%.128s is the spool of another key: use that key, another folder, or hand the spool over", spool->dir);
	return change_end(spool, &change, status, why);
}

static enum status
open_mdb(struct spool *spool, uint64_t bytes_max, struct reason *why)
{
	int rc = mdb_env_create(&spool->mdb);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxdbs(spool->mdb, 2);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(spool->mdb, READERS);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_mapsize(spool->mdb, bytes_max);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(spool->mdb, spool->dir, MDB_NOTLS, 0600);
	if (rc == EACCES || rc == EROFS || rc == ENOENT || rc == EPERM)
		return reason_say(why, STATUS_SYSTEM, "%.128s: the spool cannot be opened: %s", spool->dir, mdb_strerror(rc));
	return mdb_status(spool, rc, why);
}

enum status
spool_open(const struct spool_options *options, struct spool **out, struct reason *why)
{
	uint64_t bytes_max = options->bytes_max == 0 ? BYTES_DEFAULT : options->bytes_max;
	if (bytes_max < BYTES_MIN)
		return reason_say(why, STATUS_SETTING, "a spool has at least %llu bytes, not %llu", (unsigned long long)BYTES_MIN,
		    (unsigned long long)bytes_max);
	if (strlen(options->dir) >= DIR_BYTES)
		return reason_say(why, STATUS_SETTING, "the spool's path is longer than %d bytes", DIR_BYTES - 1);
	struct spool *spool = calloc(1, sizeof *spool);
	if (spool == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a spool");
	strcpy(spool->dir, options->dir);
	spool->room_bytes = bytes_max / 8 * 7;
	enum status status = STATUS_OK;
	if (mkdir(spool->dir, 0700) != 0 && errno != EEXIST)
		status = reason_say(why, STATUS_SYSTEM, "%.128s: the folder cannot be made: %s", spool->dir, strerror(errno));
	if (status == STATUS_OK)
		status = open_mdb(spool, bytes_max, why);
	if (status == STATUS_OK)
		status = settle_in(spool, options->key, why);
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
	if ((*spool)->mdb != NULL)
		mdb_env_close((*spool)->mdb);
	free(*spool);
	*spool = NULL;
}

/* ---- taking ---- */

static uint64_t
used_bytes(const struct spool *spool, MDB_txn *txn)
{
	MDB_stat stat;
	if (mdb_stat(txn, spool->events, &stat) != MDB_SUCCESS)
		return 0;
	return (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
}

/* Before anything is written, so that forgetting always finds room. */
static enum status
check_room(const struct spool *spool, const struct change *change, const struct span *events, size_t n, struct reason *why)
{
	uint64_t bytes = used_bytes(spool, change->txn);
	struct statvfs disk;
	for (size_t i = 0; i < n; i++) {
		if (events[i].bytes > EVENT_BYTES_MAX)
			return reason_say(why, STATUS_TOO_LARGE, "the event has %zu bytes; at most %d are taken", events[i].bytes,
			    EVENT_BYTES_MAX);
		bytes += events[i].bytes;
	}
	if (bytes > spool->room_bytes)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the spool is full: %llu events wait for the centre", spool->dir,
		    (unsigned long long)(change->self.taken - change->self.settled));
	if (statvfs(spool->dir, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < DISK_KEPT_FREE)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the disk has less than %llu MiB left", spool->dir,
		    (unsigned long long)(DISK_KEPT_FREE >> 20));
	return STATUS_OK;
}

static enum status
put_event(const struct spool *spool, MDB_txn *txn, uint64_t place, int64_t now_ms, struct span event, struct reason *why)
{
	struct key key = { 0 };
	key_be(&key, place, PLACE_BYTES);
	MDB_val k = { key.used, key.bytes }, v = { TAKEN_BYTES + event.bytes, NULL };
	int rc = mdb_put(txn, spool->events, &k, &v, MDB_RESERVE | MDB_APPEND);
	if (rc != MDB_SUCCESS)
		return mdb_status(spool, rc, why);
	uint8_t *row = v.mv_data;
	value_put(row, (uint64_t)now_ms, TAKEN_BYTES);
	if (event.bytes > 0)
		memcpy(row + TAKEN_BYTES, event.data, event.bytes);
	return STATUS_OK;
}

enum status
spool_take(struct spool *spool, const struct span *events, size_t n, int64_t now_ms, uint64_t *last, struct reason *why)
{
	struct change change;
	enum status status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	status = check_room(spool, &change, events, n, why);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = put_event(spool, change.txn, ++change.self.taken, now_ms, events[i], why);
	uint64_t place = change.self.taken;
	status = change_end(spool, &change, status, why);
	if (status == STATUS_OK)
		*last = place;
	return status;
}

/* ---- reading and forgetting ---- */

static enum status
damaged(const struct spool *spool, struct reason *why)
{
	return reason_say(why, STATUS_DAMAGED, "%.128s: the spool is damaged: a row is not an event", spool->dir);
}

/* Copies the event that the cursor is at; NO_MEMORY where the arena is full. */
static enum status
copy_event(const struct spool *spool, const MDB_val *k, const MDB_val *v, struct arena *arena, struct spool_event *out,
    struct reason *why)
{
	if (k->mv_size != PLACE_BYTES || v->mv_size < TAKEN_BYTES || v->mv_size > TAKEN_BYTES + EVENT_BYTES_MAX)
		return damaged(spool, why);
	struct span key = { k->mv_data, k->mv_size };
	const uint8_t *row = v->mv_data;
	size_t bytes = v->mv_size - TAKEN_BYTES;
	uint8_t *copy = arena_take(arena, bytes + 1);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, row + TAKEN_BYTES, bytes);
	*out = (struct spool_event){ key_take_be(&key, PLACE_BYTES), (int64_t)value_get(row, TAKEN_BYTES), { copy, bytes } };
	return STATUS_OK;
}

static enum status
read_from(struct spool *spool, MDB_cursor *cursor, uint64_t place, struct arena *arena, struct spool_event *out, size_t *n,
    struct reason *why)
{
	struct key key = { 0 };
	key_be(&key, place, PLACE_BYTES);
	MDB_val k = { key.used, key.bytes }, v;
	size_t most = *n, done = 0;
	enum status status = STATUS_OK;
	int rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
	for (; done < most && rc == MDB_SUCCESS; rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		status = copy_event(spool, &k, &v, arena, &out[done], why);
		if (status == STATUS_OK && out[done].place != place + done)
			status = damaged(spool, why);
		if (status != STATUS_OK)
			break;
		done++;
	}
	if (status == STATUS_NO_MEMORY && done > 0)
		status = STATUS_OK;
	if (status == STATUS_OK && rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		status = mdb_status(spool, rc, why);
	if (status == STATUS_OK)
		*n = done;
	return status;
}

enum status
spool_read(struct spool *spool, uint64_t place, struct arena *arena, struct spool_event *out, size_t *n, struct reason *why)
{
	MDB_txn *txn;
	MDB_cursor *cursor = NULL;
	enum status status = mdb_status(spool, mdb_txn_begin(spool->mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = mdb_status(spool, mdb_cursor_open(txn, spool->events, &cursor), why);
	if (status == STATUS_OK)
		status = read_from(spool, cursor, place, arena, out, n, why);
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return status;
}

enum status
spool_settle(struct spool *spool, uint64_t place, struct reason *why)
{
	struct change change;
	enum status status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	if (place > change.self.taken)
		status =
		    reason_say(why, STATUS_OUT_OF_RANGE, "place %llu is settled before it is taken", (unsigned long long)place);
	for (uint64_t at = change.self.settled + 1; at <= place && status == STATUS_OK; at++) {
		struct key key = { 0 };
		key_be(&key, at, PLACE_BYTES);
		MDB_val k = { key.used, key.bytes };
		status = mdb_status(spool, mdb_del(change.txn, spool->events, &k, NULL), why);
		if (status == STATUS_NOT_FOUND)
			status = damaged(spool, why);
	}
	if (place > change.self.settled)
		change.self.settled = place;
	return change_end(spool, &change, status, why);
}

/* ---- numbers and keys ---- */

enum status
spool_number(struct spool *spool, const struct spool_numbering *numbering, uint64_t lost, struct reason *why)
{
	struct change change;
	enum status status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	change.self.numbering = *numbering;
	change.self.lost += lost;
	return change_end(spool, &change, status, why);
}

enum status
spool_hand_over(struct spool *spool, const uint8_t key[PUBLIC_KEY_BYTES], struct reason *why)
{
	struct change change;
	enum status status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	change.self.numbering = (struct spool_numbering){ 0, 0 };
	memcpy(change.self.key, key, PUBLIC_KEY_BYTES);
	return change_end(spool, &change, status, why);
}

/* ---- how it stands ---- */

static enum status
oldest(const struct spool *spool, MDB_txn *txn, const struct self *self, int64_t *out, struct reason *why)
{
	struct key key = { 0 };
	key_be(&key, self->settled + 1, PLACE_BYTES);
	MDB_val k = { key.used, key.bytes }, v;
	*out = 0;
	if (self->settled == self->taken)
		return STATUS_OK;
	enum status status = mdb_status(spool, mdb_get(txn, spool->events, &k, &v), why);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && v.mv_size < TAKEN_BYTES))
		return damaged(spool, why);
	if (status == STATUS_OK)
		*out = (int64_t)value_get(v.mv_data, TAKEN_BYTES);
	return status;
}

enum status
spool_state(struct spool *spool, struct spool_state *out, struct reason *why)
{
	MDB_txn *txn;
	struct self self;
	int64_t oldest_ms = 0;
	enum status status = mdb_status(spool, mdb_txn_begin(spool->mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = self_read(spool, txn, &self, why);
	if (status == STATUS_OK)
		status = oldest(spool, txn, &self, &oldest_ms, why);
	if (status == STATUS_OK) {
		*out = (struct spool_state){ self.settled, self.taken, self.numbering, oldest_ms, self.lost, used_bytes(spool, txn),
			spool->room_bytes, { 0 } };
		memcpy(out->key, self.key, PUBLIC_KEY_BYTES);
	}
	mdb_txn_abort(txn);
	return status;
}

enum spool_fit
spool_fit(const struct spool_state *state, uint64_t last, struct spool_numbering *out, uint64_t *lost)
{
	*out = state->numbering;
	*lost = 0;
	enum spool_fit fit = SPOOL_BEGINS;
	if (state->numbering.place != 0) {
		uint64_t settled_seq = state->numbering.seq + (state->settled + 1 - state->numbering.place) - 1;
		uint64_t taken_seq = settled_seq + (state->taken - state->settled);
		if (last >= settled_seq && last <= taken_seq)
			return SPOOL_FITS;
		fit = last < settled_seq ? SPOOL_BEHIND : SPOOL_STRANGER;
		*lost = last < settled_seq ? settled_seq - last : 0;
	}
	*out = (struct spool_numbering){ state->settled + 1, last + 1 };
	return fit;
}

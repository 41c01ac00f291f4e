/*
 * A spool in one LMDB environment of its own: see spool.h.
 *
 *     DIR/data.mdb   three tables: `events` (place, big-endian -> when it was taken i64, the event), `files` (hash -> how many of
 *                    its events were taken u64, the file's number u64) and `self` (one row)
 */
#include "key.h"
#include "spool_parts.h"
#include "store.h"

enum { SPOOL_FORMAT = 1, PLACE_BYTES = 8, TAKEN_BYTES = 8, SELF_BYTES = 4 + 7 * 8 + PUBLIC_KEY_BYTES };

/* What an event costs in LMDB beside its bytes and ours: the head of its row; and from when on it has pages of its own. */
enum { ROW_BYTES = 8 + 2 + PLACE_BYTES + TAKEN_BYTES, ROW_ALONE_BYTES = 2000, PAGE_BYTES = 4096, PAGE_HEAD_BYTES = 16 };

#define SEQ_MAX (UINT64_MAX / 4) /* a stream that takes a million events a second gets there in 146,000 years */

/* ---- the row of its own ---- */

static char self_key[] = "spool";

static MDB_val
self_name(void)
{
	return (MDB_val){ sizeof self_key - 1, self_key };
}

enum status
spool_self_read(const struct spool *spool, MDB_txn *txn, struct self *out, struct reason *why)
{
	MDB_val name = self_name(), row;
	int rc = mdb_get(txn, spool->self, &name, &row);
	if (rc != MDB_SUCCESS)
		return alone_status(&spool->alone, rc, why);
	const uint8_t *at = row.mv_data;
	if (row.mv_size != SELF_BYTES || value_get(at, 4) != SPOOL_FORMAT)
		return reason_say(why, STATUS_FORMAT, "%.128s: this spool has a format that this version does not read",
		    spool->alone.dir);
	*out = (struct self){ value_get(at + 4, 8), value_get(at + 12, 8), { value_get(at + 20, 8), value_get(at + 28, 8) },
		value_get(at + 36, 8), value_get(at + 44, 8), value_get(at + 52, 8), { 0 } };
	memcpy(out->key, at + 60, PUBLIC_KEY_BYTES);
	if (out->settled > out->taken || out->numbering.place > out->taken + 1)
		return reason_say(why, STATUS_DAMAGED, "%.128s: the spool is damaged: its numbers contradict each other",
		    spool->alone.dir);
	return STATUS_OK;
}

enum status
spool_self_write(const struct spool *spool, MDB_txn *txn, const struct self *self, struct reason *why)
{
	uint8_t row[SELF_BYTES];
	value_put(row, SPOOL_FORMAT, 4);
	value_put(row + 4, self->settled, 8);
	value_put(row + 12, self->taken, 8);
	value_put(row + 20, self->numbering.place, 8);
	value_put(row + 28, self->numbering.seq, 8);
	value_put(row + 36, self->lost, 8);
	value_put(row + 44, self->bytes_max, 8);
	value_put(row + 52, self->files, 8);
	memcpy(row + 60, self->key, PUBLIC_KEY_BYTES);
	MDB_val name = self_name(), value = { sizeof row, row };
	return alone_status(&spool->alone, mdb_put(txn, spool->self, &name, &value, 0), why);
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
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, 0, &change.txn), why);
	if (status != STATUS_OK)
		return status;
	status = spool_self_read(spool, change.txn, &change.self, why);
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
		status = spool_self_write(spool, change->txn, &change->self, why);
	if (status == STATUS_OK)
		return alone_status(&spool->alone, mdb_txn_commit(change->txn), why);
	mdb_txn_abort(change->txn);
	return status;
}

/* ---- room ---- */

static enum status
damaged(const struct spool *spool, struct reason *why)
{
	return reason_say(why, STATUS_DAMAGED, "%.128s: the spool is damaged: a row is not what it should be", spool->alone.dir);
}

static uint64_t
used_bytes(const struct spool *spool, MDB_txn *txn)
{
	MDB_stat stat;
	if (mdb_stat(txn, spool->events, &stat) != MDB_SUCCESS)
		return 0;
	return (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
}

/* At most so much: a leaf that events are appended to is filled but for its last one. */
static uint64_t
cost_bytes(size_t event_bytes)
{
	uint64_t row = ROW_BYTES + event_bytes;
	if (row < ROW_ALONE_BYTES)
		return row + row / 4;
	return (row + PAGE_HEAD_BYTES + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + ROW_BYTES;
}

/* Before anything is written, so that forgetting always finds room. */
static enum status
check_room(const struct spool *spool, const struct change *change, const struct span *events, size_t n, struct reason *why)
{
	uint64_t used = used_bytes(spool, change->txn), room = alone_room(&spool->alone, used);
	for (size_t i = 0; i < n; i++) {
		if (events[i].bytes > EVENT_BYTES_MAX)
			return reason_say(why, STATUS_TOO_LARGE, "the event has %zu bytes; at most %d are taken", events[i].bytes,
			    EVENT_BYTES_MAX);
		used += cost_bytes(events[i].bytes);
	}
	if (used <= room)
		return STATUS_OK;
	uint64_t waiting = change->self.taken - change->self.settled;
	if (room < spool->alone.bytes_max / 8 * 7)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the spool's disk is full: %llu events wait for the centre",
		    spool->alone.dir, (unsigned long long)waiting);
	return reason_say(why, STATUS_NO_ROOM, "%.128s: the spool is full: %llu events wait for the centre", spool->alone.dir,
	    (unsigned long long)waiting);
}

static enum status
put_event(const struct spool *spool, MDB_txn *txn, uint64_t place, int64_t now_ms, struct span event, struct reason *why)
{
	struct key key = { 0 };
	key_be(&key, place, PLACE_BYTES);
	MDB_val k = { key.used, key.bytes }, v = { TAKEN_BYTES + event.bytes, NULL };
	int rc = mdb_put(txn, spool->events, &k, &v, MDB_RESERVE | MDB_APPEND);
	if (rc != MDB_SUCCESS)
		return alone_status(&spool->alone, rc, why);
	uint8_t *row = v.mv_data;
	value_put(row, (uint64_t)now_ms, TAKEN_BYTES);
	if (event.bytes > 0)
		memcpy(row + TAKEN_BYTES, event.data, event.bytes);
	return STATUS_OK;
}

/* ---- taking: all in one transaction ---- */

enum status
spool_take(struct spool *spool, const struct span *events, size_t n, int64_t now_ms, const struct spool_file *file, uint64_t *last,
    struct reason *why)
{
	struct change change;
	enum status status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	status = check_room(spool, &change, events, n, why);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = put_event(spool, change.txn, ++change.self.taken, now_ms, events[i], why);
	if (status == STATUS_OK && file != NULL)
		status = spool_note_file(spool, change.txn, &change.self, file, why);
	uint64_t place = change.self.taken;
	status = change_end(spool, &change, status, why);
	if (status == STATUS_OK)
		*last = place;
	return status;
}

/* ---- reading and forgetting ---- */

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
		status = alone_status(&spool->alone, rc, why);
	if (status == STATUS_OK)
		*n = done;
	return status;
}

enum status
spool_read(struct spool *spool, uint64_t place, struct arena *arena, struct spool_event *out, size_t *n, struct reason *why)
{
	MDB_txn *txn;
	MDB_cursor *cursor = NULL;
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = alone_status(&spool->alone, mdb_cursor_open(txn, spool->events, &cursor), why);
	if (status == STATUS_OK)
		status = read_from(spool, cursor, place, arena, out, n, why);
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return status;
}

/* The rows of these places, which follow each other, from the first to the last one. */
static enum status
forget(struct spool *spool, MDB_txn *txn, uint64_t from, uint64_t to, struct reason *why)
{
	MDB_cursor *cursor;
	struct key key = { 0 };
	key_be(&key, from, PLACE_BYTES);
	MDB_val k = { key.used, key.bytes }, v;
	int rc = mdb_cursor_open(txn, spool->events, &cursor);
	if (rc != MDB_SUCCESS)
		return alone_status(&spool->alone, rc, why);
	enum status status = STATUS_OK;
	MDB_cursor_op op = MDB_SET_KEY;
	for (uint64_t at = from; at <= to && status == STATUS_OK; at++, op = MDB_NEXT) {
		rc = mdb_cursor_get(cursor, &k, &v, op);
		struct span place = { k.mv_data, k.mv_size };
		if (rc == MDB_NOTFOUND ||
		    (rc == MDB_SUCCESS && (k.mv_size != PLACE_BYTES || key_take_be(&place, PLACE_BYTES) != at)))
			status = damaged(spool, why);
		else
			status = alone_status(&spool->alone, rc == MDB_SUCCESS ? mdb_cursor_del(cursor, 0) : rc, why);
	}
	mdb_cursor_close(cursor);
	return status;
}

enum status
spool_settle(struct spool *spool, uint64_t place, struct reason *why)
{
	struct change change;
	int dead;
	enum status status =
	    alone_status(&spool->alone, mdb_reader_check(spool->alone.mdb, &dead), why); /* who looked and died holds pages */
	if (status == STATUS_OK)
		status = change_begin(spool, &change, why);
	if (status != STATUS_OK)
		return status;
	if (place > change.self.taken)
		status =
		    reason_say(why, STATUS_OUT_OF_RANGE, "place %llu is settled before it is taken", (unsigned long long)place);
	else if (place > change.self.settled)
		status = forget(spool, change.txn, change.self.settled + 1, place, why);
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
	enum status status = alone_status(&spool->alone, mdb_get(txn, spool->events, &k, &v), why);
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
	enum status status = alone_status(&spool->alone, mdb_txn_begin(spool->alone.mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = spool_self_read(spool, txn, &self, why);
	if (status == STATUS_OK)
		status = oldest(spool, txn, &self, &oldest_ms, why);
	if (status == STATUS_OK) {
		uint64_t used = used_bytes(spool, txn);
		*out = (struct spool_state){ self.settled, self.taken, self.numbering, oldest_ms, self.lost, used,
			alone_room(&spool->alone, used), { 0 } };
		memcpy(out->key, self.key, PUBLIC_KEY_BYTES);
	}
	mdb_txn_abort(txn);
	return status;
}

enum spool_fit
spool_fit(const struct spool_state *state, uint64_t last, struct spool_numbering *out, uint64_t *lost)
{
	if (last > SEQ_MAX)
		return SPOOL_NONSENSE;
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

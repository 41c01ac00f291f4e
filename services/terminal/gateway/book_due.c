/*
 * What is to be looked at when: rows in the order of their time, each of which names a row of another table. Who changes that row
 * may leave the note of its time; what comes up is looked at, and noted anew where it is too early.
 */
#include "book_inside.h"

enum { AT_BYTES = 8, HEAD_BYTES = AT_BYTES + 1, PASS_ROWS = 1000 };

/* Times before 1970 are before those after. */
static void
due_key(struct key *out, int64_t at_ms, enum book_due what, struct span key)
{
	key_be(out, (uint64_t)at_ms + (UINT64_C(1) << 63), AT_BYTES);
	key_u8(out, what);
	assert(out->used + key.bytes <= KEY_BYTES_MAX);
	memcpy(out->bytes + out->used, key.data, key.bytes);
	out->used += key.bytes;
}

enum status
book_due(struct book *book, int64_t at_ms, enum book_due what, struct span key)
{
	struct key due = { 0 };
	due_key(&due, at_ms, what, key);
	return cabinet_put(book->cabinet, BOOK_due, key_span(&due), (struct span){ NULL, 0 }, book->why);
}

enum status
book_not_due(struct book *book, int64_t at_ms, enum book_due what, struct span key)
{
	struct key due = { 0 };
	due_key(&due, at_ms, what, key);
	return cabinet_delete(book->cabinet, BOOK_due, key_span(&due), book->why);
}

static enum status
do_one(struct book *book, unsigned what, struct span key)
{
	switch (what) {
	case DUE_KEY:
		return book_key_due(book, key);
	case DUE_RAW:
		return book_raw_due(book, key);
	case DUE_WAIT:
		return book_wait_due(book, key);
	case DUE_LEFT:
		return book_left_due(book, key);
	case DUE_VEHICLE:
		return book_vehicle_due(book, key);
	case DUE_BATCH:
		return book_batch_due(book, key);
	case DUE_MESSAGE:
		return book_message_due(book, key);
	default:
		return cabinet_damaged(book->cabinet, BOOK_due, book->why);
	}
}

/* The first row that is due by now, copied; NOT_FOUND. */
static enum status
first_due(struct book *book, struct key *out)
{
	static const uint8_t lowest[] = { 0 };
	struct span found, value;
	enum status status =
	    cabinet_from(book->cabinet, BOOK_due, (struct span){ lowest, sizeof lowest }, &found, &value, book->why);
	if (status != STATUS_OK)
		return status;
	if (found.bytes <= HEAD_BYTES || found.bytes > KEY_BYTES_MAX)
		return cabinet_damaged(book->cabinet, BOOK_due, book->why);
	struct span at = found;
	if ((int64_t)(key_take_be(&at, AT_BYTES) - (UINT64_C(1) << 63)) > book->now_ms)
		return STATUS_NOT_FOUND;
	out->used = found.bytes;
	memcpy(out->bytes, found.data, found.bytes);
	return STATUS_OK;
}

static enum status
do_due(struct book *book)
{
	struct key due;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < PASS_ROWS && status == STATUS_OK; i++) {
		status = first_due(book, &due);
		if (status == STATUS_OK)
			status = cabinet_delete(book->cabinet, BOOK_due, key_span(&due), book->why);
		if (status == STATUS_OK)
			status = do_one(book, due.bytes[AT_BYTES], (struct span){ due.bytes + HEAD_BYTES, due.used - HEAD_BYTES });
		arena_reset(&book->arena);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
book_pass(struct book *book, int64_t now_ms, struct reason *why)
{
	struct key due;
	assert(!book->grouped);
	book->why = why;
	book->now_ms = now_ms;
	enum status status = cabinet_look(book->cabinet, why);
	if (status == STATUS_OK)
		status = cabinet_end(book->cabinet, first_due(book, &due), why);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = book_begin(book, why);
	if (status != STATUS_OK)
		return status;
	return book_end(book, do_due(book), why);
}

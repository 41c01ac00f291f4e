/*
 * Messages as they came, for disputes: see book.h.
 *
 *     number u64 -> when it came i64, first event u64, events u64, bytes of the source's name u8, the name, the message
 */
#include "book_inside.h"

enum { HEAD_BYTES = 25, NUMBER_BYTES = 8 };

enum status
book_raw_put(struct book *book, const char *source, uint64_t number, struct span bytes, uint64_t first_event)
{
	struct key key = { 0 };
	size_t named = strnlen(source, BOOK_SOURCE_BYTES - 1);
	if (book->options.keep_raw_ms == 0)
		return STATUS_OK;
	uint8_t *row = arena_take(&book->arena, HEAD_BYTES + named + bytes.bytes);
	if (row == NULL)
		return reason_say(book->why, STATUS_TOO_LARGE, "a message of %zu bytes is too large to be kept", bytes.bytes);
	value_put(row, (uint64_t)book->now_ms, 8);
	value_put(row + 8, first_event, 8);
	value_put(row + 16, book->self.events + 1 - first_event, 8);
	value_put(row + 24, named, 1);
	memcpy(row + HEAD_BYTES, source, named);
	if (bytes.bytes > 0)
		memcpy(row + HEAD_BYTES + named, bytes.data, bytes.bytes);
	key_be(&key, number, NUMBER_BYTES);
	struct span value = { row, HEAD_BYTES + named + bytes.bytes };
	enum status status = cabinet_put(book->cabinet, BOOK_raw, key_span(&key), value, book->why);
	if (status == STATUS_OK)
		status = book_due(book, book->now_ms + book->options.keep_raw_ms, DUE_RAW, key_span(&key));
	book->self.raw_bytes += bytes.bytes;
	return status;
}

/* The row's parts, lent. */
static enum status
take_apart(const struct book *book, struct span row, struct span *source, struct book_raw *out)
{
	size_t named = row.bytes < HEAD_BYTES ? 0 : row.data[HEAD_BYTES - 1];
	if (row.bytes < HEAD_BYTES + named)
		return cabinet_damaged(book->cabinet, BOOK_raw, book->why);
	*out = (struct book_raw){ .received_ms = (int64_t)value_get(row.data, 8),
		.first_event = value_get(row.data + 8, 8),
		.events = value_get(row.data + 16, 8),
		.bytes = { row.data + HEAD_BYTES + named, row.bytes - HEAD_BYTES - named } };
	*source = (struct span){ row.data + HEAD_BYTES, named };
	return STATUS_OK;
}

enum status
book_raw_due(struct book *book, struct span key)
{
	struct span row, source;
	struct book_raw raw;
	enum status status = cabinet_get(book->cabinet, BOOK_raw, key, &row, book->why);
	if (status == STATUS_OK)
		status = take_apart(book, row, &source, &raw);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	book->self.raw_bytes -= raw.bytes.bytes < book->self.raw_bytes ? raw.bytes.bytes : book->self.raw_bytes;
	return cabinet_delete(book->cabinet, BOOK_raw, key, book->why);
}

static enum status
look_up(struct book *book, uint64_t number, struct arena *arena, struct book_raw *out)
{
	struct key key = { 0 };
	struct span row, source;
	key_be(&key, number, NUMBER_BYTES);
	enum status status = cabinet_get(book->cabinet, BOOK_raw, key_span(&key), &row, book->why);
	if (status == STATUS_NOT_FOUND)
		return reason_say(book->why, status, "message %llu is not kept, or not any more", (unsigned long long)number);
	if (status == STATUS_OK)
		status = take_apart(book, row, &source, out);
	if (status != STATUS_OK)
		return status;
	char *name = arena_take(arena, source.bytes + 1);
	uint8_t *bytes = arena_take(arena, out->bytes.bytes + 1);
	if (name == NULL || bytes == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a message of %zu bytes", out->bytes.bytes);
	memcpy(name, source.data, source.bytes);
	name[source.bytes] = '\0';
	memcpy(bytes, out->bytes.data, out->bytes.bytes);
	out->number = number;
	out->source = name;
	out->bytes.data = bytes;
	return STATUS_OK;
}

enum status
book_raw(struct book *book, uint64_t number, struct arena *arena, struct book_raw *out, struct reason *why)
{
	struct book_raw raw;
	assert(!book->grouped);
	book->why = why;
	enum status status = cabinet_look(book->cabinet, why);
	if (status != STATUS_OK)
		return status;
	status = cabinet_end(book->cabinet, look_up(book, number, arena, &raw), why);
	if (status == STATUS_OK)
		*out = raw;
	return status;
}

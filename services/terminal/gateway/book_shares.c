/*
 * Whose what waits is, and what is left for a person: rows of the table waiting_for, beside those by name.
 *
 *     'n', source -> how many u64
 *     's', source, left u8, number -> nothing: those that are left stand before those that wait
 *
 * Where the list is full, the source that has most of it gives way, so that none takes the place of the others. Of its own what is
 * left goes first, then what has waited longest.
 */
#include "book_inside.h"

enum { NUMBER_BYTES = 8, COUNT = 'n', SHARE = 's', IS_LEFT = 1, WAITS = 2 };

static enum status
damaged(const struct book *book)
{
	return cabinet_damaged(book->cabinet, BOOK_waiting_for, book->why);
}

static void
share_key(struct key *key, const char *source, bool left)
{
	key_u8(key, SHARE);
	key_text(key, source);
	key_u8(key, left ? IS_LEFT : WAITS);
}

/* NOT_FOUND: it has none. */
static enum status
read_count(struct book *book, const struct key *key, uint64_t *out)
{
	struct span value;
	enum status status = cabinet_get(book->cabinet, BOOK_waiting_for, key_span(key), &value, book->why);
	if (status != STATUS_OK)
		return status;
	*out = value.bytes == 8 ? value_get(value.data, 8) : 0;
	return *out > 0 ? STATUS_OK : damaged(book);
}

static enum status
write_count(struct book *book, const struct key *key, uint64_t n)
{
	uint8_t value[8];
	value_put(value, n, 8);
	return n == 0
	    ? cabinet_delete(book->cabinet, BOOK_waiting_for, key_span(key), book->why)
	    : cabinet_put(book->cabinet, BOOK_waiting_for, key_span(key), (struct span){ value, sizeof value }, book->why);
}

/* One more or less. */
static enum status
change(struct book *book, const char *source, bool left, struct span number, bool more)
{
	struct key count = { 0 }, share = { 0 };
	struct span value;
	uint64_t n = 0;
	key_u8(&count, COUNT);
	key_text(&count, source);
	share_key(&share, source, left);
	assert(number.bytes == NUMBER_BYTES);
	memcpy(share.bytes + share.used, number.data, NUMBER_BYTES);
	share.used += NUMBER_BYTES;
	enum status status = more ? STATUS_OK : cabinet_get(book->cabinet, BOOK_waiting_for, key_span(&share), &value, book->why);
	if (status == STATUS_NOT_FOUND) /* it is from before shares were noted */
		return STATUS_OK;
	if (status == STATUS_OK)
		status = read_count(book, &count, &n);
	if (status == STATUS_NOT_FOUND)
		status = more ? STATUS_OK : damaged(book);
	if (status == STATUS_OK)
		status = write_count(book, &count, more ? n + 1 : n - 1);
	if (status != STATUS_OK)
		return status;
	return more ? cabinet_put(book->cabinet, BOOK_waiting_for, key_span(&share), (struct span){ NULL, 0 }, book->why)
		    : cabinet_delete(book->cabinet, BOOK_waiting_for, key_span(&share), book->why);
}

enum status
book_share_more(struct book *book, const char *source, bool left, struct span number)
{
	return change(book, source, left, number, true);
}

enum status
book_share_less(struct book *book, const char *source, bool left, struct span number)
{
	return change(book, source, left, number, false);
}

/* Which source has most; of those that have as much, the first by name. */
static enum status
find_largest(struct book *book, char out[BOOK_SOURCE_BYTES])
{
	struct key key = { 0 };
	struct span found, value;
	uint64_t most = 0;
	enum status status;
	key_u8(&key, COUNT);
	while ((status = cabinet_from(book->cabinet, BOOK_waiting_for, key_span(&key), &found, &value, book->why)) == STATUS_OK) {
		if (found.bytes == 0 || found.data[0] != COUNT)
			break;
		struct span rest = { found.data + 1, found.bytes - 1 };
		const char *source = book_key_text(&rest);
		if (source == NULL || rest.bytes > 0 || strlen(source) >= BOOK_SOURCE_BYTES || value.bytes != 8)
			return damaged(book);
		if (value_get(value.data, 8) > most) {
			most = value_get(value.data, 8);
			memcpy(out, source, strlen(source) + 1);
		}
		memcpy(key.bytes, found.data, found.bytes);
		key.bytes[found.bytes] = 0;
		key.used = found.bytes + 1;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	return most > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status
book_share_first(struct book *book, struct key *number)
{
	struct key key = { 0 };
	struct span found, value;
	char source[BOOK_SOURCE_BYTES];
	enum status status = find_largest(book, source);
	if (status != STATUS_OK)
		return status;
	key_u8(&key, SHARE);
	key_text(&key, source);
	status = cabinet_from(book->cabinet, BOOK_waiting_for, key_span(&key), &found, &value, book->why);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && (!book_key_begins(found, &key) || found.bytes != key.used + 1 + NUMBER_BYTES)))
		return damaged(book);
	if (status != STATUS_OK)
		return status;
	number->used = NUMBER_BYTES;
	memcpy(number->bytes, found.data + key.used + 1, NUMBER_BYTES);
	return STATUS_OK;
}

/* What was heard before: see book.h. A key is known for as long as is configured since it was entered. */
#include "book_inside.h"
#include "plate.h"

enum { TIME_BYTES = 8 };

static void
name_of(struct key *key, const Juyan__V1__Event *event)
{
	char plain[UNIT_ID_BYTES_MAX + 1] = "";
	char **unit_id = book_unit_of(event);
	if (unit_id != NULL)
		plate_plain(*unit_id, plain, sizeof plain);
	key_text(key, event->port);
	key_u8(key, event->what_case);
	key_text(key, event->batch_no);
	key_text(key, event->what_case == JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED ? event->machine_reported->machine : plain);
	key_text(key, event->source_key);
}

static bool
still_known(const struct book *book, struct span row)
{
	return (int64_t)value_get(row.data, TIME_BYTES) > book->now_ms - book->options.keep_keys_ms;
}

enum status
book_key(struct book *book, const Juyan__V1__Event *event, bool *repeated)
{
	struct key key = { 0 };
	struct span row;
	uint8_t at[TIME_BYTES];
	*repeated = false;
	if (event->source_key[0] == '\0')
		return STATUS_OK;
	name_of(&key, event);
	enum status status = cabinet_get(book->cabinet, BOOK_keys, key_span(&key), &row, book->why);
	if (status == STATUS_OK && row.bytes != TIME_BYTES)
		return cabinet_damaged(book->cabinet, BOOK_keys, book->why);
	if (status == STATUS_OK && still_known(book, row)) {
		*repeated = true;
		return STATUS_OK;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	value_put(at, (uint64_t)book->now_ms, TIME_BYTES);
	status = cabinet_put(book->cabinet, BOOK_keys, key_span(&key), (struct span){ at, sizeof at }, book->why);
	return status == STATUS_OK ? book_due(book, book->now_ms + book->options.keep_keys_ms, DUE_KEY, key_span(&key)) : status;
}

enum status
book_key_forget(struct book *book, const Juyan__V1__Event *event)
{
	struct key key = { 0 };
	if (event->source_key[0] == '\0')
		return STATUS_OK;
	name_of(&key, event);
	return cabinet_delete(book->cabinet, BOOK_keys, key_span(&key), book->why);
}

enum status
book_key_due(struct book *book, struct span key)
{
	struct span row;
	enum status status = cabinet_get(book->cabinet, BOOK_keys, key, &row, book->why);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK && row.bytes != TIME_BYTES)
		return cabinet_damaged(book->cabinet, BOOK_keys, book->why);
	if (status != STATUS_OK || still_known(book, row)) /* it was entered anew meanwhile, and is due later */
		return status;
	return cabinet_delete(book->cabinet, BOOK_keys, key, book->why);
}

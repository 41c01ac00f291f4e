/* The rows of notes.h: time, terminal, number, withdrawn, the bytes of `by`, then both texts. */
#include "notes.h"

enum { AT_TERMINAL = 8, AT_SEQ = 12, AT_WITHDRAWN = 20, AT_BY_BYTES = 21, AT_TEXTS = 23 };

static void
key_of(struct key *key, const char *subject)
{
	key->used = 0;
	key_text(key, subject);
}

enum status
notes_find(const struct store *store, const char *subject, struct note *out)
{
	struct key key;
	struct span row;
	key_of(&key, subject);
	enum status status = store_get(store, TABLE_notes, key_span(&key), &row);
	if (status != STATUS_OK)
		return status;
	size_t by_bytes = row.bytes < AT_TEXTS ? 0 : value_get(row.data + AT_BY_BYTES, 2);
	if (row.bytes < AT_TEXTS + by_bytes || row.bytes > AT_TEXTS + 2 * TEXT_BYTES_MAX)
		return STATUS_DAMAGED;
	out->at.occurred_at_ms = (int64_t)value_get(row.data, 8);
	out->at.terminal_no = (uint32_t)value_get(row.data + AT_TERMINAL, 4);
	out->at.stream_seq = value_get(row.data + AT_SEQ, 8);
	out->withdrawn = row.data[AT_WITHDRAWN] != 0;
	out->by = (struct span){ row.data + AT_TEXTS, by_bytes };
	out->note = (struct span){ row.data + AT_TEXTS + by_bytes, row.bytes - AT_TEXTS - by_bytes };
	return STATUS_OK;
}

enum status
notes_take(const struct store *store, const Juyan__V1__Noted *noted, const struct stamp *at)
{
	struct key key;
	struct note held;
	uint8_t row[AT_TEXTS + 2 * TEXT_BYTES_MAX];
	size_t by_bytes = strlen(noted->by), note_bytes = strlen(noted->note);
	assert(by_bytes <= TEXT_BYTES_MAX && note_bytes <= TEXT_BYTES_MAX && strlen(noted->subject) <= SUBJECT_BYTES_MAX);
	enum status status = notes_find(store, noted->subject, &held);
	if (status != STATUS_NOT_FOUND && (status != STATUS_OK || !stamp_later(at, &held.at)))
		return status;
	value_put(row, (uint64_t)at->occurred_at_ms, 8);
	value_put(row + AT_TERMINAL, at->terminal_no, 4);
	value_put(row + AT_SEQ, at->stream_seq, 8);
	row[AT_WITHDRAWN] = noted->withdrawn ? 1 : 0;
	value_put(row + AT_BY_BYTES, by_bytes, 2);
	memcpy(row + AT_TEXTS, noted->by, by_bytes);
	memcpy(row + AT_TEXTS + by_bytes, noted->note, note_bytes);
	key_of(&key, noted->subject);
	return store_put(store, TABLE_notes, key_span(&key), (struct span){ row, AT_TEXTS + by_bytes + note_bytes });
}

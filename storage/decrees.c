/* See decrees.h. */
#include "decrees.h"

#include <string.h>

#include "journal.h"

enum { NUMBER_BYTES = 8, DECREES_MAX = 1024 };

static struct span
key_of(struct key *key, const char *authority, uint64_t number)
{
	key->used = 0;
	key_text(key, authority);
	key_be(key, number, NUMBER_BYTES);
	return key_span(key);
}

enum status
decrees_last(const struct store *store, const char *authority, uint64_t *out)
{
	struct walk walk;
	struct key key;
	size_t own = strlen(authority) + 1;
	enum status status = walk_open(store, TABLE_decrees, &walk);
	*out = 0;
	if (status == STATUS_OK)
		status = walk_seek_back(&walk, key_of(&key, authority, UINT64_MAX));
	if (status == STATUS_OK && walk.key.bytes == own + NUMBER_BYTES && memcmp(walk.key.data, authority, own) == 0) {
		struct span number = { walk.key.data + own, NUMBER_BYTES };
		*out = key_take_be(&number, NUMBER_BYTES);
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
decrees_find(const struct store *store, const char *authority, uint64_t number, uint64_t *lsn)
{
	struct key key;
	struct span row;
	enum status status = store_get(store, TABLE_decrees, key_of(&key, authority, number), &row);
	if (status == STATUS_OK && row.bytes != 8)
		return STATUS_DAMAGED;
	if (status == STATUS_OK)
		*lsn = value_get(row.data, 8);
	return status;
}

enum status
decrees_put(const struct store *store, const char *authority, uint64_t number, uint64_t lsn)
{
	struct key key;
	uint8_t row[8];
	value_put(row, lsn, sizeof row);
	return store_put(store, TABLE_decrees, key_of(&key, authority, number), (struct span){ row, sizeof row });
}

static enum status
copy_event(const struct store *store, uint64_t lsn, struct arena *arena, ProtobufCBinaryData *out)
{
	struct journal_event event;
	enum status status = journal_find(store, lsn, &event);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	uint8_t *copy = arena_take(arena, event.bytes.bytes + 1);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, event.bytes.data, event.bytes.bytes);
	*out = (ProtobufCBinaryData){ event.bytes.bytes, copy };
	return STATUS_OK;
}

enum status
decrees_after(const struct store *store, const char *authority, uint64_t after, size_t bytes_max, struct arena *arena,
    ProtobufCBinaryData **out, size_t *n)
{
	size_t bytes = 0, used = 0;
	ProtobufCBinaryData *events = arena_take(arena, DECREES_MAX * sizeof *events);
	enum status status = events == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	while (status == STATUS_OK && used < DECREES_MAX && after < UINT64_MAX && bytes + EVENT_BYTES_MAX <= bytes_max) {
		uint64_t lsn;
		status = decrees_find(store, authority, ++after, &lsn);
		if (status == STATUS_OK)
			status = copy_event(store, lsn, arena, &events[used]);
		if (status == STATUS_OK)
			bytes += events[used++].len;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	*out = events;
	*n = used;
	return STATUS_OK;
}

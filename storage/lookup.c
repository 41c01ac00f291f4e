/* The rows of lookup.h. */
#include "lookup.h"

#include "civil.h"
#include "letters.h"

enum { DAY_BYTES = 4, DAY_LAST = 1 << 30 };

/* Days count down in keys. */
static uint32_t
place_of(int64_t day)
{
	return (uint32_t)(DAY_LAST - day);
}

const char *
lookup_kind_name(enum lookup_kind kind)
{
	static const char *const names[] = { NULL, "batch", "waybill", "unit", "trailer", "container" };
	return kind >= LOOKUP_BATCH && kind <= LOOKUP_CONTAINER ? names[kind] : NULL;
}

/* ---- texts ---- */

/* A sign between the parts of a number, which people write or leave out. */
static bool
parts(uint32_t letter)
{
	return letter <= ' ' || letter == '-' || (letter >= 0x2010 && letter <= 0x2015) || letter == 0x2212 || letter == 0xFF0D;
}

static size_t
put_letter(uint32_t c, uint8_t out[4])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3F));
	out[0] = (uint8_t)(lead[more] | c);
	return more + 1;
}

size_t
lookup_fold(struct span text, char out[LOOKUP_BYTES_MAX + 1])
{
	size_t used = 0;
	while (text.bytes > 0) {
		uint8_t letter[4];
		uint32_t c = letters_fold(letters_take(&text));
		if (parts(c))
			continue;
		size_t bytes = put_letter(c, letter);
		if (used + bytes > LOOKUP_BYTES_MAX)
			break;
		memcpy(out + used, letter, bytes);
		used += bytes;
	}
	out[used] = '\0';
	return used;
}

/* ---- writing ---- */

enum status
lookup_of(const struct facts *facts, struct arena *arena, struct naming *out)
{
	*out = (struct naming){ .any = facts->n_sources > 0, .lodged = facts->lodged };
	if (facts->lodged) {
		out->at = facts->lodged_at;
		out->day = civil_day_of_ms(facts->lodged_at.occurred_at_ms);
		out->units = facts->units;
		out->n_units = facts->n_units;
		out->aliases = facts->aliases;
		out->n_aliases = facts->n_aliases;
		return STATUS_OK;
	}
	/* Who was seen is sorted anew with each that comes, so it is copied. */
	struct span *seen = facts->n_seen > 0 ? arena_take(arena, facts->n_seen * sizeof *seen) : NULL;
	if (facts->n_seen > 0 && seen == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < facts->n_seen; i++)
		seen[i] = facts->seen[i].unit_id;
	out->seen = seen;
	out->n_seen = facts->n_seen;
	int64_t first = INT64_MAX;
	for (size_t i = 0; i < facts->n_sources; i++)
		if (facts->sources[i].at.occurred_at_ms < first)
			first = facts->sources[i].at.occurred_at_ms;
	out->day = out->any ? civil_day_of_ms(first) : 0;
	return STATUS_OK;
}

/* Where the rows of one batch go, or come from. */
struct target {
	const struct store *store;
	const char *port, *batch_no;
	int64_t day;
	bool put;
};

static enum status
move_name(const struct target *target, enum lookup_kind kind, struct span text)
{
	struct key key = { 0 };
	char folded[LOOKUP_BYTES_MAX + 1];
	if (lookup_fold(text, folded) == 0)
		return STATUS_OK;
	key_be(&key, place_of(target->day), DAY_BYTES);
	key_text(&key, folded);
	key_u8(&key, (unsigned)kind);
	key_text(&key, target->port);
	key_text(&key, target->batch_no);
	if (target->put)
		return store_put(target->store, TABLE_names, key_span(&key), text);
	enum status status = store_delete(target->store, TABLE_names, key_span(&key));
	return status == STATUS_NOT_FOUND ? STATUS_OK : status; /* two texts may fold to one */
}

static enum status
move_all(const struct target *target, const struct naming *naming)
{
	static const enum lookup_kind kinds[] = { 0, LOOKUP_WAYBILL, LOOKUP_TRAILER, LOOKUP_CONTAINER };
	struct span batch_no = { (const uint8_t *)target->batch_no, strlen(target->batch_no) };
	enum status status = move_name(target, LOOKUP_BATCH, batch_no);
	for (size_t i = 0; i < naming->n_units && status == STATUS_OK; i++)
		status = move_name(target, LOOKUP_UNIT, naming->units[i].unit_id);
	for (size_t i = 0; i < naming->n_aliases && status == STATUS_OK; i++)
		status = move_name(target, kinds[naming->aliases[i].kind], naming->aliases[i].text);
	for (size_t i = 0; i < naming->n_seen && status == STATUS_OK; i++)
		status = move_name(target, LOOKUP_UNIT, naming->seen[i]);
	return status;
}

/* Of units that were seen none is ever forgotten, so that their number tells one set from another. */
static bool
same(const struct naming *a, const struct naming *b)
{
	if (a->any != b->any || a->lodged != b->lodged)
		return false;
	return a->lodged ? a->at.terminal_no == b->at.terminal_no && a->at.stream_seq == b->at.stream_seq
			 : a->day == b->day && a->n_seen == b->n_seen;
}

enum status
lookup_move(const struct store *store, const char *port, const char *batch_no, const struct naming *before,
    const struct naming *now)
{
	struct target target = { store, port, batch_no, before->day, false };
	enum status status = STATUS_OK;
	if (same(before, now))
		return STATUS_OK;
	if (before->any)
		status = move_all(&target, before);
	target.day = now->day;
	target.put = true;
	return status == STATUS_OK ? move_all(&target, now) : status;
}

/* ---- reading ---- */

enum status
lookup_seek(struct walk *walk, int64_t day, const char *text)
{
	struct key key = { 0 };
	key_be(&key, place_of(day), DAY_BYTES);
	key_text(&key, text);
	key.used--; /* so that longer texts are not passed over, nor the text itself */
	return walk_seek(walk, key_span(&key));
}

/* Whether it is a key of move_name: a recount meets whatever somebody may have written there. */
static bool
is_key(struct span key)
{
	const uint8_t *at = key.data + DAY_BYTES, *end = key.data + key.bytes;
	const uint8_t *text_end = key.bytes > DAY_BYTES ? memchr(at, '\0', (size_t)(end - at)) : NULL;
	if (text_end == NULL || end - text_end < 3 || lookup_kind_name((enum lookup_kind)text_end[1]) == NULL)
		return false;
	at = text_end + 2;
	const uint8_t *port_end = memchr(at, '\0', (size_t)(end - at));
	return port_end != NULL && port_end + 1 < end && memchr(port_end + 1, '\0', (size_t)(end - port_end - 1)) == end - 1;
}

enum status
lookup_read(const struct walk *walk, struct lookup_row *out)
{
	struct span key = walk->key;
	if (!is_key(key))
		return STATUS_DAMAGED;
	out->day = DAY_LAST - (int64_t)key_take_be(&key, DAY_BYTES);
	out->text = key_take_text(&key);
	out->kind = (enum lookup_kind)key_take_be(&key, 1);
	out->port = key_take_text(&key);
	out->batch_no = key_take_text(&key);
	out->written = walk->value;
	return STATUS_OK;
}

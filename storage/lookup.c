/* The rows of lookup.h: each name is its letters and then its kind. */
#include "lookup.h"

#include "civil.h"
#include "letters.h"

enum { DAY_BYTES = 4, DAY_0 = 1 << 20 /* 1970-01-01; days before are below */ };

const char *
lookup_kind_name(enum name_kind kind)
{
	static const char *const names[NAME_KINDS] = { NULL, "batch", "waybill", "unit", "trailer", "container" };
	return (unsigned)kind < NAME_KINDS ? names[kind] : NULL;
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
	static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3F));
	out[0] = (uint8_t)(lead[more] | c);
	return more + 1;
}

size_t
lookup_fold(struct span text, char out[LOOKUP_NAME_BYTES_MAX + 1])
{
	size_t used = 0;
	while (text.bytes > 0) {
		uint8_t letter[4], first = *text.data;
		/* Most letters are digits and capitals, and each manifest has a hundred. */
		if ((first >= '0' && first <= '9') || (first >= 'A' && first <= 'Z')) {
			if (used == LOOKUP_NAME_BYTES_MAX)
				break;
			out[used++] = (char)(first >= 'A' ? first + 0x20 : first);
			text = (struct span){ text.data + 1, text.bytes - 1 };
			continue;
		}
		uint32_t c = letters_fold(letters_take(&text));
		if (parts(c))
			continue;
		size_t bytes = put_letter(c, letter);
		if (used + bytes > LOOKUP_NAME_BYTES_MAX)
			break;
		memcpy(out + used, letter, bytes);
		used += bytes;
	}
	out[used] = '\0';
	return used;
}

void
lookup_each(const Juyan__V1__ManifestLodged *manifest, bool (*each)(void *user, enum name_kind kind, const char *text), void *user)
{
	for (size_t i = 0; i < manifest->n_waybills; i++)
		if (!each(user, NAME_WAYBILL, manifest->waybills[i]->waybill_no))
			return;
	for (size_t i = 0; i < manifest->n_units; i++) {
		const Juyan__V1__Unit *unit = manifest->units[i];
		if (!each(user, NAME_UNIT, unit->unit_id))
			return;
		for (size_t k = 0; k < unit->n_trailers; k++)
			if (!each(user, NAME_TRAILER, unit->trailers[k]))
				return;
		for (size_t k = 0; k < unit->n_containers; k++)
			if (!each(user, NAME_CONTAINER, unit->containers[k]))
				return;
	}
}

/* ---- writing ---- */

static int64_t
earliest_ms(const struct facts *facts)
{
	int64_t first = facts->sources[0].at.occurred_at_ms;
	for (size_t i = 1; i < facts->n_sources; i++)
		if (facts->sources[i].at.occurred_at_ms < first)
			first = facts->sources[i].at.occurred_at_ms;
	return first;
}

struct naming
lookup_naming(const struct facts *facts)
{
	struct naming naming = { .any = facts->n_sources > 0, .lodged = facts->lodged, .deleted = facts->deleted };
	if (facts->lodged)
		naming.at = facts->lodged_at;
	else
		naming.n_seen = facts->n_seen;
	if (naming.any)
		naming.day = civil_day_of_ms(facts->lodged ? facts->lodged_at.occurred_at_ms : earliest_ms(facts));
	return naming;
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

static void
key_of(struct key *key, int64_t day, const char *port, const char *batch_no)
{
	key->used = 0;
	key_be(key, (uint64_t)(day + DAY_0), DAY_BYTES);
	key_text(key, port);
	key_text(key, batch_no);
}

struct row {
	struct arena *arena;
	uint8_t *bytes; /* NULL: no memory */
	size_t used, room;
};

static bool
add_span(struct row *row, enum name_kind kind, struct span text)
{
	char folded[LOOKUP_NAME_BYTES_MAX + 1];
	size_t bytes = lookup_fold(text, folded);
	if (row->room - row->used < bytes + 1) {
		size_t room = 2 * row->room + LOOKUP_NAME_BYTES_MAX + 1;
		uint8_t *grown = arena_take(row->arena, room);
		if (grown != NULL)
			memcpy(grown, row->bytes, row->used);
		row->bytes = grown;
		row->room = room;
		if (grown == NULL)
			return false;
	}
	memcpy(row->bytes + row->used, folded, bytes);
	row->used += bytes;
	row->bytes[row->used++] = (uint8_t)kind;
	return true;
}

static bool
add_name(void *user, enum name_kind kind, const char *text)
{
	return add_span(user, kind, (struct span){ (const uint8_t *)text, strlen(text) });
}

static enum status
write_row(const struct store *store, struct span key, const char *batch_no, const struct facts *facts,
    const Juyan__V1__ManifestLodged *manifest, struct arena *arena)
{
	enum { ROOM_FIRST = 256 };
	struct row row = { arena, arena_take(arena, ROOM_FIRST), 0, ROOM_FIRST };
	bool fits = row.bytes != NULL && add_name(&row, NAME_BATCH, batch_no);
	assert(!facts->lodged || facts->deleted || manifest != NULL);
	if (fits && facts->lodged && !facts->deleted)
		lookup_each(manifest, add_name, &row);
	for (size_t i = 0; i < facts->n_seen && fits && !facts->lodged; i++)
		fits = add_span(&row, NAME_UNIT, facts->seen[i].unit_id);
	if (row.bytes == NULL)
		return STATUS_NO_MEMORY;
	return store_put(store, TABLE_names, key, (struct span){ row.bytes, row.used });
}

enum status
lookup_move(const struct store *store, const char *port, const char *batch_no, const struct naming *before,
    const struct facts *facts, const Juyan__V1__ManifestLodged *manifest, struct arena *arena)
{
	struct key key;
	struct naming now = lookup_naming(facts);
	enum status status = STATUS_OK;
	if (same(before, &now))
		return STATUS_OK;
	if (before->any && before->day != now.day) {
		key_of(&key, before->day, port, batch_no);
		status = store_delete(store, TABLE_names, key_span(&key));
	}
	key_of(&key, now.day, port, batch_no);
	if (status == STATUS_OK)
		status = write_row(store, key_span(&key), batch_no, facts, manifest, arena);
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

/* ---- reading ---- */

bool
lookup_find(struct span names, size_t *at, struct span text, struct lookup_name *out)
{
	while (*at < names.bytes) {
		const uint8_t *end = names.data + names.bytes,
			      *found = memmem(names.data + *at, names.bytes - *at, text.data, text.bytes);
		if (found == NULL)
			return false;
		*at = (size_t)(found - names.data) + 1;
		if (found > names.data && found[-1] >= NAME_KINDS)
			continue; /* in the midst of a name */
		const uint8_t *kind = found + text.bytes;
		while (kind < end && *kind >= NAME_KINDS)
			kind++;
		if (kind == end || lookup_kind_name((enum name_kind) * kind) == NULL)
			return false;
		*out = (struct lookup_name){ { found, (size_t)(kind - found) }, (enum name_kind) * kind };
		return true;
	}
	return false;
}

enum status
lookup_read(const struct walk *walk, const char **port, const char **batch_no)
{
	struct span key = walk->key;
	const uint8_t *at = key.data + DAY_BYTES, *end = key.data + key.bytes;
	const uint8_t *port_end = key.bytes > DAY_BYTES ? memchr(at, '\0', (size_t)(end - at)) : NULL;
	if (port_end == NULL || port_end + 1 == end || memchr(port_end + 1, '\0', (size_t)(end - port_end - 1)) != end - 1)
		return STATUS_DAMAGED;
	*port = (const char *)at;
	*batch_no = (const char *)port_end + 1;
	return STATUS_OK;
}

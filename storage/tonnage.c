/* Gathering and applying changes of totals: see tonnage.h. */
#include "tonnage.h"

#include <stdlib.h>

enum { ROOM_FIRST = 256, ROOM_KEPT = 32768, VALUE_BYTES = 24, KINDS = 4 };

bool
tonnage_same_row(const struct tonnage_row *a, const struct tonnage_row *b)
{
	return a->period == b->period && a->kind == b->kind && a->direction == b->direction && a->mode == b->mode &&
	    a->basis == b->basis && (a->group == b->group || strcmp(a->group, b->group) == 0) &&
	    (a->port == b->port || strcmp(a->port, b->port) == 0);
}

static size_t
hash_text(size_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash;
}

size_t
tonnage_hash_row(const struct tonnage_row *row)
{
	size_t hash = 0xcbf29ce484222325u ^ row->period;
	hash = (hash ^ (size_t)row->kind << 24 ^ (size_t)row->direction << 16 ^ (size_t)row->mode << 8 ^ (size_t)row->basis) *
	    0x100000001b3u;
	hash = hash_text(hash_text(hash, row->group), row->port);
	return hash ^ hash >> 29;
}

/* The slot of this row, or the free one where it belongs. */
static struct tonnage_row *
slot_of(const struct tonnage_changes *changes, const struct tonnage_row *row)
{
	size_t i = tonnage_hash_row(row) & (changes->room - 1);
	while (changes->rows[i].port != NULL && !tonnage_same_row(&changes->rows[i], row))
		i = (i + 1) & (changes->room - 1);
	return &changes->rows[i];
}

static bool
make_room(struct tonnage_changes *changes)
{
	if (2 * changes->used < changes->room)
		return true;
	struct tonnage_changes grown = { .room = changes->room == 0 ? ROOM_FIRST : 2 * changes->room, .used = changes->used };
	grown.rows = calloc(grown.room, sizeof *grown.rows);
	if (grown.rows == NULL)
		return false;
	for (size_t i = 0; i < changes->room; i++)
		if (changes->rows[i].port != NULL)
			*slot_of(&grown, &changes->rows[i]) = changes->rows[i];
	free(changes->rows);
	*changes = grown;
	return true;
}

static void
add_row(struct tonnage_changes *changes, const struct tonnage_row *row)
{
	if (changes->no_memory || !make_room(changes)) {
		changes->no_memory = true;
		return;
	}
	struct tonnage_row *slot = slot_of(changes, row);
	if (slot->port == NULL) {
		*slot = *row;
		changes->used++;
		return;
	}
	slot->net_kg += row->net_kg;
	slot->batches += row->batches;
	slot->units += row->units;
}

void
tonnage_change(struct tonnage_changes *changes, const char *port, const struct counted *counted, int sign)
{
	assert(sign == 1 || sign == -1);
	add_row(changes,
	    &(struct tonnage_row){ PERIOD_HOUR, counted->hour, port, counted->direction, counted->mode, counted->basis,
		counted->group, sign * counted->net_kg, sign * counted->batches, sign * counted->units });
}

void
tonnage_changes_close(struct tonnage_changes *changes)
{
	free(changes->rows);
	*changes = (struct tonnage_changes){ 0 };
}

void
tonnage_forget(struct tonnage_changes *changes)
{
	/* A change of the registry recounts years: with its room each small group after it would be slow. */
	if (changes->room > ROOM_KEPT)
		tonnage_changes_close(changes);
	if (changes->used > 0)
		memset(changes->rows, 0, changes->room * sizeof *changes->rows);
	changes->used = 0;
	changes->no_memory = false;
}

static void
key_of(const struct tonnage_row *row, struct key *key)
{
	key->used = 0;
	key_u8(key, (unsigned)row->kind);
	key_be(key, row->period, 4);
	key_text(key, row->port);
	key_u8(key, (unsigned)row->direction);
	key_u8(key, (unsigned)row->mode);
	key_u8(key, (unsigned)row->basis);
	key_text(key, row->group);
}

static enum status
apply_row(const struct store *store, const struct tonnage_row *change)
{
	if (change->net_kg == 0 && change->batches == 0 && change->units == 0)
		return STATUS_OK;
	struct key key;
	struct span old = { 0 };
	key_of(change, &key);
	enum status status = store_get(store, TABLE_tonnage, key_span(&key), &old);
	if (status == STATUS_OK && old.bytes != VALUE_BYTES)
		return STATUS_DAMAGED;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	bool had = status == STATUS_OK;
	int64_t net_kg = change->net_kg + (had ? (int64_t)value_get(old.data, 8) : 0);
	int64_t batches = change->batches + (had ? (int64_t)value_get(old.data + 8, 8) : 0);
	int64_t units = change->units + (had ? (int64_t)value_get(old.data + 16, 8) : 0);
	/* What is taken back had been added before: no total is ever negative. */
	assert(net_kg >= 0 && batches >= 0 && units >= 0);
	if (net_kg == 0 && batches == 0 && units == 0)
		return store_delete(store, TABLE_tonnage, key_span(&key));
	uint8_t value[VALUE_BYTES];
	value_put(value, (uint64_t)net_kg, 8);
	value_put(value + 8, (uint64_t)batches, 8);
	value_put(value + 16, (uint64_t)units, 8);
	return store_put(store, TABLE_tonnage, key_span(&key), (struct span){ value, sizeof value });
}

/* The hours' changes once more by day, month and year. The hours are copied first: adding may move the table. */
static void
add_coarser(struct tonnage_changes *changes)
{
	static const enum period kinds[KINDS - 1] = { PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR };
	size_t hours = 0;
	struct tonnage_row *copy = malloc((changes->used + 1) * sizeof *copy);
	if (copy == NULL) {
		changes->no_memory = true;
		return;
	}
	for (size_t i = 0; i < changes->room; i++)
		if (changes->rows[i].port != NULL)
			copy[hours++] = changes->rows[i];
	for (size_t i = 0; i < hours; i++)
		for (size_t k = 0; k < KINDS - 1; k++) {
			struct tonnage_row row = copy[i];
			assert(row.kind == PERIOD_HOUR);
			row.kind = kinds[k];
			row.period = civil_period(copy[i].period, row.kind);
			add_row(changes, &row);
		}
	free(copy);
}

enum status
tonnage_apply(const struct store *store, struct tonnage_changes *changes)
{
	enum status status = STATUS_OK;
	if (changes->used > 0)
		add_coarser(changes);
	if (changes->no_memory)
		status = STATUS_NO_MEMORY;
	for (size_t i = 0; i < changes->room && status == STATUS_OK; i++)
		if (changes->rows[i].port != NULL)
			status = apply_row(store, &changes->rows[i]);
	tonnage_forget(changes);
	return status;
}

enum status
tonnage_seek(struct walk *walk, enum period kind, uint32_t period)
{
	struct key key = { 0 };
	key_u8(&key, (unsigned)kind);
	key_be(&key, period, 4);
	return walk_seek(walk, key_span(&key));
}

/* Whether it is a key of key_of: a recount meets whatever somebody may have written there. */
static bool
is_key(struct span key)
{
	enum { AT_PORT = 5, BEHIND_PORT = 3 };
	const uint8_t *end = key.data + key.bytes;
	const uint8_t *port_end = key.bytes > AT_PORT ? memchr(key.data + AT_PORT, '\0', key.bytes - AT_PORT) : NULL;
	if (port_end == NULL || end - port_end < BEHIND_PORT + 2 || key.data[0] < PERIOD_YEAR || key.data[0] > PERIOD_HOUR)
		return false;
	const uint8_t *group = port_end + 1 + BEHIND_PORT;
	return wire_direction_name((Juyan__V1__Direction)port_end[1]) != NULL &&
	    wire_mode_name((Juyan__V1__Mode)port_end[2]) != NULL && basis_name((enum basis)port_end[3]) != NULL &&
	    memchr(group, '\0', (size_t)(end - group)) == end - 1;
}

enum status
tonnage_read(const struct walk *walk, struct tonnage_row *out)
{
	struct span key = walk->key;
	if (walk->value.bytes != VALUE_BYTES || !is_key(key))
		return STATUS_DAMAGED;
	struct tonnage_row row = { .kind = (enum period)key_take_be(&key, 1) };
	row.period = (uint32_t)key_take_be(&key, 4);
	row.port = key_take_text(&key);
	row.direction = (Juyan__V1__Direction)key_take_be(&key, 1);
	row.mode = (Juyan__V1__Mode)key_take_be(&key, 1);
	row.basis = (enum basis)key_take_be(&key, 1);
	row.group = key_take_text(&key);
	row.net_kg = (int64_t)value_get(walk->value.data, 8);
	row.batches = (int64_t)value_get(walk->value.data + 8, 8);
	row.units = (int64_t)value_get(walk->value.data + 16, 8);
	*out = row;
	return STATUS_OK;
}

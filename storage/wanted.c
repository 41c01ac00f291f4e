/* Rows of the table `sites` with the key site, 1, name: see wanted.h. */
#include "wanted.h"

#include <stdio.h>

#include "key.h"

enum { AT_LSN = 0, AT_DROP = 8, AT_RECORD = 9, SITE_BYTES = 4, PREFIX_BYTES = 2 * SITE_BYTES, WANTED = 1 };

_Static_assert(PREFIX_BYTES + REGISTRY_KEY_BYTES <= KEY_BYTES_MAX, "every name fits into a key");

/* Terminals of sites have numbers above all such; behind 0 stand the site's decrees. */
static struct span
key_of(struct key *key, uint32_t site_no, const char *name)
{
	key->used = 0;
	key_be(key, site_no, SITE_BYTES);
	key_be(key, WANTED, SITE_BYTES);
	key_text(key, name);
	return key_span(key);
}

enum status
wanted_put(const struct store *store, uint32_t site_no, const struct wanted *wanted, struct arena *arena)
{
	struct key key;
	struct span packed;
	char name[REGISTRY_KEY_BYTES];
	bool named = registry_key(wanted->record, name);
	assert(named);
	enum status status = wire_pack(&wanted->record->base, EVENT_BYTES_MAX, arena, &packed);
	uint8_t *row = status == STATUS_OK ? arena_take(arena, AT_RECORD + packed.bytes) : NULL;
	if (status != STATUS_OK || row == NULL)
		return status != STATUS_OK ? status : STATUS_NO_MEMORY;
	value_put(row + AT_LSN, wanted->lsn, 8);
	value_put(row + AT_DROP, wanted->drop, 1);
	memcpy(row + AT_RECORD, packed.data, packed.bytes);
	return store_put(store, TABLE_sites, key_of(&key, site_no, name), (struct span){ row, AT_RECORD + packed.bytes });
}

enum status
wanted_forget(const struct store *store, uint32_t site_no, const char *name)
{
	struct key key;
	enum status status = store_delete(store, TABLE_sites, key_of(&key, site_no, name));
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
read_row(struct span row, struct arena *arena, struct wanted *out)
{
	union {
		const ProtobufCMessage *in;
		const Juyan__V1__RegistryRecord *out;
	} record;
	if (row.bytes < AT_RECORD || row.data[AT_DROP] > 1)
		return STATUS_DAMAGED;
	*out = (struct wanted){ .lsn = value_get(row.data + AT_LSN, 8), .drop = row.data[AT_DROP] != 0 };
	row = (struct span){ row.data + AT_RECORD, row.bytes - AT_RECORD };
	enum status status = wire_unpack(&juyan__v1__registry_record__descriptor, row, arena, &record.in, NULL);
	out->record = record.out;
	return status == STATUS_OK || status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
}

enum status
wanted_next(const struct store *store, uint32_t site_no, char name[REGISTRY_KEY_BYTES], struct arena *arena, struct wanted *out)
{
	struct walk walk;
	struct key key;
	struct span sought = key_of(&key, site_no, name), found;
	enum status status = walk_open(store, TABLE_sites, &walk);
	if (status != STATUS_OK)
		return status;
	status = walk_seek(&walk, sought);
	if (status == STATUS_OK && walk.key.bytes == sought.bytes && memcmp(walk.key.data, sought.data, sought.bytes) == 0)
		status = walk_next(&walk);
	found = walk.key;
	if (status == STATUS_OK && (found.bytes <= PREFIX_BYTES || memcmp(found.data, key.bytes, PREFIX_BYTES) != 0))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK && found.bytes - PREFIX_BYTES > REGISTRY_KEY_BYTES)
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		status = read_row(walk.value, arena, out);
	if (status == STATUS_OK) {
		found = (struct span){ found.data + PREFIX_BYTES, found.bytes - PREFIX_BYTES };
		snprintf(name, REGISTRY_KEY_BYTES, "%s", key_take_text(&found));
	}
	walk_close(&walk);
	return status;
}

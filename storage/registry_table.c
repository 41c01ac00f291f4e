/* The table of the registry: see registry_table.h. */
#include "registry_table.h"

#include "civil.h"

static const char *const kinds[] = { "port", "group", "terminal", "day", "capacity", "goal", "lever", "override", "published",
	"place", "authority" };

static unsigned
kind_of(const Juyan__V1__RegistryRecord *record)
{
	return (unsigned)record->record_case - JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
}

/* What names a record among those of its kind. */
static void
key_of(const Juyan__V1__RegistryRecord *record, struct key *key)
{
	key->used = 0;
	key_u8(key, kind_of(record));
	switch (record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		key_text(key, record->port->id);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP:
		key_text(key, record->group->id);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL:
		key_be(key, record->terminal->terminal_no, 4);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY:
		key_text(key, record->day->port);
		key_text(key, record->day->day);
		key_u8(key, (unsigned)record->day->kind);
		key_text(key, record->day->country);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		key_text(key, record->capacity->port);
		key_u8(key, (unsigned)record->capacity->mode);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
		key_text(key, record->goal->id);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		key_text(key, record->lever->port);
		key_u8(key, (unsigned)record->lever->mode);
		key_text(key, record->lever->name);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		key_text(key, record->override->id);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
		key_text(key, record->published->port);
		key_text(key, record->published->definition);
		key_text(key, record->published->from);
		key_text(key, record->published->to);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE:
		key_text(key, record->place->id);
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY:
		key_text(key, record->authority->id);
		break;
	default:
		assert(!"a record has been checked before it gets a key");
	}
	key_text(key, record->valid_from);
}

enum status
registry_table_put(const struct store *store, const Juyan__V1__RegistryRecord *record, struct arena *arena, struct reason *why)
{
	struct key key;
	struct span packed;
	enum status status = registry_check(record, why);
	if (status != STATUS_OK)
		return status;
	status = wire_pack(&record->base, EVENT_BYTES_MAX, arena, &packed);
	key_of(record, &key);
	return status == STATUS_OK ? store_put(store, TABLE_registry, key_span(&key), packed) : status;
}

enum status
registry_table_drop(const struct store *store, const Juyan__V1__RegistryRecord *record, struct reason *why)
{
	struct key key;
	char name[REGISTRY_KEY_BYTES];
	if (!registry_key(record, name))
		return reason_say(why, STATUS_MISSING_FIELD,
		    "what is to be dropped names no record: a kind with its id was expected");
	key_of(record, &key);
	enum status status = store_delete(store, TABLE_registry, key_span(&key));
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, STATUS_CONTRADICTION, "the registry has no such %s to drop", kinds[kind_of(record)]);
	return status;
}

enum status
registry_table_change(const struct store *store, const Juyan__V1__RegistryChanged *change, struct arena *arena, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < change->n_drop && status == STATUS_OK; i++)
		status = registry_table_drop(store, change->drop[i], why);
	for (size_t i = 0; i < change->n_put && status == STATUS_OK; i++)
		status = registry_table_put(store, change->put[i], arena, why);
	return status;
}

/* What does not unpack was right when it was written: either the arena is nearly used up, or the disk has changed it. */
static enum status
unpack(struct span row, struct arena *arena, Juyan__V1__RegistryRecord **out)
{
	enum { GROWS_AT_MOST = 128 };
	union {
		const ProtobufCMessage *in;
		Juyan__V1__RegistryRecord *out;
	} record;
	if (wire_unpack(&juyan__v1__registry_record__descriptor, row, arena, &record.in, NULL) != STATUS_OK)
		return (arena->size - arena->used) / GROWS_AT_MOST < row.bytes ? STATUS_TOO_LARGE : STATUS_DAMAGED;
	*out = record.out;
	return STATUS_OK;
}

enum status
registry_table_find(const struct store *store, const Juyan__V1__RegistryRecord *record, struct arena *arena,
    const Juyan__V1__RegistryRecord **out)
{
	struct key key;
	struct span row;
	Juyan__V1__RegistryRecord *found;
	char name[REGISTRY_KEY_BYTES];
	if (!registry_key(record, name))
		return STATUS_NOT_FOUND;
	key_of(record, &key);
	enum status status = store_get(store, TABLE_registry, key_span(&key), &row);
	if (status == STATUS_OK)
		status = unpack(row, arena, &found);
	if (status == STATUS_OK)
		*out = found;
	return status;
}

/* Whether a kind is one of a list with commas. */
static bool
is_among(const char *list, const char *kind)
{
	size_t bytes = strlen(kind);
	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, kind, bytes) == 0 && (at[bytes] == '\0' || at[bytes] == ','))
			return true;
	}
	return false;
}

enum status
registry_table_read(const struct store *store, const char *kind, struct arena *arena, Juyan__V1__RegistryRecord ***records,
    size_t *n)
{
	struct walk walk;
	size_t rows = store_rows(store, TABLE_registry), found = 0;
	Juyan__V1__RegistryRecord **list = arena_take(arena, (rows + 1) * sizeof(Juyan__V1__RegistryRecord *));
	if (list == NULL)
		return STATUS_NO_MEMORY;
	enum status status = walk_open(store, TABLE_registry, &walk);
	if (status == STATUS_OK)
		status = walk_first(&walk);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		unsigned index = walk.key.data[0];
		if (index >= sizeof kinds / sizeof kinds[0])
			status = STATUS_DAMAGED;
		else if (kind == NULL || kind[0] == '\0' || is_among(kind, kinds[index]))
			status = unpack(walk.value, arena, &list[found++]);
		if (status != STATUS_OK)
			break;
	}
	walk_close(&walk);
	if (status != STATUS_NOT_FOUND)
		return status;
	*records = list;
	*n = found;
	return STATUS_OK;
}

enum status
registry_table_view(const struct store *store, struct registry **out, struct reason *why)
{
	struct arena arena = { 0 };
	Juyan__V1__RegistryRecord **records;
	size_t n;
	enum status status = arena_open(&arena, REGISTRY_TABLE_ARENA_BYTES);
	if (status == STATUS_OK)
		status = registry_table_read(store, NULL, &arena, &records, &n);
	if (status == STATUS_TOO_LARGE)
		reason_say(why, status,
		    "the registry would need more than %d MiB of memory: drop records that are not needed any more",
		    REGISTRY_TABLE_ARENA_BYTES >> 20);
	if (status == STATUS_OK)
		status = registry_build((const Juyan__V1__RegistryRecord *const *)records, n, out, why);
	arena_close(&arena);
	return status;
}

enum status
registry_table_on_file(const struct store *store, struct registry **out, struct reason *why)
{
	struct reason misfit = { "" };
	enum status status = registry_table_view(store, out, &misfit);
	if (status_consequence(status) == REFUSE)
		return reason_say(why, STATUS_DAMAGED, "the registry on disk is none: %s", misfit.text);
	if (status != STATUS_OK && why != NULL)
		*why = misfit;
	return status;
}

bool
registry_table_moves_totals(const Juyan__V1__RegistryChanged *change)
{
	bool moves = false;
	for (size_t i = 0; i < change->n_put + change->n_drop; i++) {
		const Juyan__V1__RegistryRecord *record = i < change->n_put ? change->put[i] : change->drop[i - change->n_put];
		moves = moves || record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT ||
		    record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	}
	return moves;
}

/*
 * YAML to registry records and back, by the messages' own descriptors: a field added to cargo.proto is read and written without a
 * change here.
 */
#include "registry_file.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "nearest.h"
#include "yaml.h"

typedef Juyan__V1__RegistryRecord Record;

/* What tools/registry.yaml and tools/calendar.yaml hold; the build writes it into generated/. */
extern const unsigned char registry_yaml[], calendar_yaml[];
extern const size_t registry_yaml_bytes, calendar_yaml_bytes;

enum { ENUM_WORD_BYTES = 64, RECORDS_MAX = 100000 };

/* The lists in the order in which they are written. */
static const struct {
	int record_case;
	const char *list;
	const char *kind;
	const char *one; /* for sentences */
} lists[] = {
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE, "places", "place", "a place" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_PORT, "ports", "port", "a port" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP, "groups", "group", "a group" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL, "terminals", "terminal", "a terminal" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_DAY, "days", "day", "a day" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY, "capacities", "capacity", "a capacity" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL, "goals", "goal", "a goal" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER, "levers", "lever", "a lever" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE, "overrides", "override", "an override" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED, "published", "published", "a published figure" },
	{ JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY, "authorities", "authority", "an authority" },
};

enum { LISTS = sizeof lists / sizeof lists[0] };

const char *
registry_file_list(int record_case)
{
	for (size_t i = 0; i < LISTS; i++)
		if (lists[i].record_case == record_case)
			return lists[i].list;
	return NULL;
}

const char *
registry_file_kind(int record_case)
{
	for (size_t i = 0; i < LISTS; i++)
		if (lists[i].record_case == record_case)
			return lists[i].kind;
	return NULL;
}

int
registry_file_order(int record_case)
{
	int order = 0;
	while (order < LISTS && lists[order].record_case != record_case)
		order++;
	return order;
}

static const char *
one_of_kind(int record_case)
{
	for (size_t i = 0; i < LISTS; i++)
		if (lists[i].record_case == record_case)
			return lists[i].one;
	return "a record";
}

/* The field of RegistryRecord that holds this kind. */
static const ProtobufCFieldDescriptor *
field_of_kind(int record_case)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(&juyan__v1__registry_record__descriptor, (unsigned)record_case);
	assert(field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE);
	return field;
}

/* An enum's value as a word: its name in lower case. */
static const char *
enum_word(const ProtobufCEnumValue *value, char word[ENUM_WORD_BYTES])
{
	size_t bytes = strlen(value->name);
	assert(bytes < ENUM_WORD_BYTES);
	for (size_t i = 0; i <= bytes; i++)
		word[i] = (char)tolower((unsigned char)value->name[i]);
	return word;
}

/* ---- reading ---- */

struct reading {
	struct arena *arena;
	struct reason *why;
};

static enum status
no_memory(const struct reading *reading)
{
	return reason_say(reading->why, STATUS_NO_MEMORY, "the registry is too large for this tool's memory");
}

static enum status
read_text(const struct reading *reading, const struct yaml_node *node, const char *what, char **out)
{
	const char *text = yaml_text(node);
	if (text == NULL)
		return yaml_fail(node, reading->why, "%s is a list or a map, expected a text", what);
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(reading->arena, bytes);
	if (copy == NULL)
		return no_memory(reading);
	memcpy(copy, text, bytes);
	*out = copy;
	return STATUS_OK;
}

static enum status
read_texts(const struct reading *reading, const struct yaml_node *node, const char *what, char ***out, size_t *n)
{
	if (!yaml_is_list(node))
		return yaml_fail(node, reading->why, "%s is expected to be a list, such as [one, two]", what);
	size_t count = yaml_count(node);
	char **texts = arena_take(reading->arena, (count + 1) * sizeof *texts);
	if (texts == NULL)
		return no_memory(reading);
	for (size_t i = 0; i < count; i++) {
		enum status status = read_text(reading, yaml_item(node, i), what, &texts[i]);
		if (status != STATUS_OK)
			return status;
	}
	*out = texts;
	*n = count;
	return STATUS_OK;
}

/* The value 0 ("unspecified") has no word: the field is left out instead. */
static enum status
read_enum(const struct reading *reading, const struct yaml_node *node, const ProtobufCFieldDescriptor *field, int *out)
{
	const ProtobufCEnumDescriptor *type = field->descriptor;
	const char *text = yaml_text(node);
	char word[ENUM_WORD_BYTES], allowed[128] = "";
	size_t used = 0;
	for (unsigned i = 0; i < type->n_values; i++) {
		if (type->values[i].value == 0)
			continue;
		enum_word(&type->values[i], word);
		if (text != NULL && strcmp(text, word) == 0) {
			*out = type->values[i].value;
			return STATUS_OK;
		}
		if (used < sizeof allowed)
			used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s", used == 0 ? "" : ", ", word);
	}
	return yaml_fail(node, reading->why, "%s is '%.40s', expected one of: %s", field->name,
	    text == NULL ? "a list or a map" : text, allowed);
}

static enum status
read_key(const struct reading *reading, const struct yaml_node *node, const char *what, ProtobufCBinaryData *out)
{
	const char *text = yaml_text(node);
	uint8_t *key = arena_take(reading->arena, PUBLIC_KEY_BYTES);
	if (key == NULL)
		return no_memory(reading);
	if (text == NULL || !key_parse(text, key))
		return yaml_fail(node, reading->why, "%s is no public key, expected 40 characters of Z85 or 64 hexadecimal digits",
		    what);
	*out = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, key };
	return STATUS_OK;
}

static enum status
read_number(const struct reading *reading, const struct yaml_node *node, const ProtobufCFieldDescriptor *field, void *at)
{
	int64_t number;
	bool small = field->type == PROTOBUF_C_TYPE_UINT32;
	assert(small || field->type == PROTOBUF_C_TYPE_INT64);
	enum status status =
	    yaml_number(node, field->name, small ? 0 : INT64_MIN, small ? UINT32_MAX : INT64_MAX, &number, reading->why);
	if (status != STATUS_OK)
		return status;
	if (small)
		*(uint32_t *)at = (uint32_t)number;
	else
		*(int64_t *)at = number;
	return STATUS_OK;
}

/* One field of a record. Its kinds are those that the records of cargo.proto have; another would be our own mistake. */
static enum status
read_field(const struct reading *reading, const struct yaml_node *node, const ProtobufCFieldDescriptor *field,
    ProtobufCMessage *message)
{
	void *at = (char *)message + field->offset;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		assert(field->type == PROTOBUF_C_TYPE_STRING);
		return read_texts(reading, node, field->name, at, (size_t *)(void *)((char *)message + field->quantifier_offset));
	}
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return read_text(reading, node, field->name, at);
	case PROTOBUF_C_TYPE_BYTES:
		return read_key(reading, node, field->name, at);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(reading, node, field, at);
	case PROTOBUF_C_TYPE_BOOL: {
		bool value;
		enum status status = yaml_bool(node, field->name, &value, reading->why);
		if (status == STATUS_OK)
			*(protobuf_c_boolean *)at = value;
		return status;
	}
	default:
		return read_number(reading, node, field, at);
	}
}

/* The names of the fields, for one that is none. */
static const char *
nearest_field(const ProtobufCMessage *message, const char *key)
{
	struct nearest search = nearest_to(key);
	for (unsigned i = 0; i < message->descriptor->n_fields; i++)
		nearest_offer(&search, message->descriptor->fields[i].name);
	nearest_offer(&search, "valid_from");
	return search.name;
}

static enum status
read_fields(const struct reading *reading, const struct yaml_node *map, Record *record, ProtobufCMessage *message)
{
	for (size_t i = 0; i < yaml_count(map); i++) {
		const char *key = yaml_key(map, i);
		const struct yaml_node *value = yaml_value(map, i);
		const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(message->descriptor, key);
		enum status status;
		if (strcmp(key, "valid_from") == 0)
			status = read_text(reading, value, key, &record->valid_from);
		else if (field != NULL)
			status = read_field(reading, value, field, message);
		else
			status = yaml_fail(value, reading->why, "%s has no field '%.40s'; the nearest is '%s'",
			    one_of_kind((int)record->record_case), key, nearest_field(message, key));
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
read_record(const struct reading *reading, const struct yaml_node *map, int record_case, const Record **out)
{
	const ProtobufCFieldDescriptor *field = field_of_kind(record_case);
	const ProtobufCMessageDescriptor *type = field->descriptor;
	if (!yaml_is_map(map))
		return yaml_fail(map, reading->why, "expected the fields of %s, such as '%s: …'", one_of_kind(record_case),
		    type->fields[0].name);
	Record *record = arena_take(reading->arena, sizeof *record);
	ProtobufCMessage *message = arena_take(reading->arena, type->sizeof_message);
	if (record == NULL || message == NULL)
		return no_memory(reading);
	juyan__v1__registry_record__init(record);
	type->message_init(message);
	record->record_case = (Juyan__V1__RegistryRecord__RecordCase)record_case;
	*(ProtobufCMessage **)(void *)((char *)record + field->offset) = message;
	enum status status = read_fields(reading, map, record, message);
	struct reason wrong;
	/* Left out it would be 0: that nothing passes. That has to be said. */
	if (status == STATUS_OK && record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE && yaml_get(map, "per_mille") == NULL)
		status =
		    yaml_fail(map, reading->why, "per_mille is missing: 800 is 20 %% less than forecast, 0 that nothing passes");
	if (status == STATUS_OK && registry_check(record, &wrong) != STATUS_OK)
		status = yaml_fail(map, reading->why, "%s", wrong.text);
	if (status == STATUS_OK)
		*out = record;
	return status;
}

/* A name and where it stands, to find what stands twice. */
struct place {
	char key[REGISTRY_KEY_BYTES];
	const struct yaml_node *node;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->key, y->key);
	return order != 0 ? order : yaml_line(x->node) - yaml_line(y->node);
}

static enum status
refuse_doubles(const struct reading *reading, struct place *places, size_t n)
{
	qsort(places, n, sizeof *places, compare_places);
	for (size_t i = 1; i < n; i++)
		if (strcmp(places[i - 1].key, places[i].key) == 0)
			return yaml_fail(places[i].node, reading->why, "%s stands twice, first in line %d", places[i].key,
			    yaml_line(places[i - 1].node));
	return STATUS_OK;
}

static enum status
read_lists(const struct reading *reading, const struct yaml_node *root, struct registry_file *out, int *lines, struct place *places)
{
	for (size_t l = 0; l < LISTS; l++) {
		const struct yaml_node *list = yaml_get(root, lists[l].list);
		if (list == NULL)
			continue;
		/* "ports:" with nothing behind it is an empty list. */
		if (!yaml_is_list(list) && (yaml_text(list) == NULL || yaml_text(list)[0] != '\0'))
			return yaml_fail(list, reading->why, "%s is expected to be a list of records, each beginning with '- '",
			    lists[l].list);
		out->kinds |= UINT32_C(1) << lists[l].record_case;
		for (size_t i = 0; yaml_is_list(list) && i < yaml_count(list); i++) {
			const struct yaml_node *map = yaml_item(list, i);
			const Record *record;
			enum status status = read_record(reading, map, lists[l].record_case, &record);
			if (status != STATUS_OK)
				return status;
			bool has_name = registry_key(record, places[out->n].key);
			assert(has_name);
			places[out->n].node = map;
			lines[out->n] = yaml_line(map);
			out->records[out->n++] = record;
		}
	}
	return STATUS_OK;
}

static enum status
read_document(const struct yaml *yaml, const char *name, struct arena *arena, struct registry_file *out, struct reason *why)
{
	const char *allowed[LISTS + 1] = { NULL };
	const struct reading reading = { arena, why };
	const struct yaml_node *root = yaml_root(yaml);
	struct registry_file file = { .name = name };
	size_t n = 0;
	for (size_t l = 0; l < LISTS; l++)
		allowed[l] = lists[l].list;
	if (root == NULL || !yaml_is_map(root))
		return reason_say(why, STATUS_SYNTAX, "%s: expected lists named " REGISTRY_FILE_LISTS, name);
	enum status status = yaml_only(root, allowed, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < yaml_count(root); i++)
		n += yaml_is_list(yaml_value(root, i)) ? yaml_count(yaml_value(root, i)) : 0;
	if (n > RECORDS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "%s: it has %zu records, at most %d are allowed", name, n, RECORDS_MAX);
	file.records = arena_take(arena, (n + 1) * sizeof *file.records);
	int *lines = arena_take(arena, (n + 1) * sizeof *lines);
	struct place *places = calloc(n + 1, sizeof *places);
	if (file.records == NULL || lines == NULL || places == NULL)
		status = no_memory(&reading);
	if (status == STATUS_OK)
		status = read_lists(&reading, root, &file, lines, places);
	if (status == STATUS_OK)
		status = refuse_doubles(&reading, places, file.n);
	file.lines = lines;
	if (status == STATUS_OK)
		*out = file;
	free(places);
	return status;
}

enum status
registry_file_read(const char *path, struct arena *arena, struct registry_file *out, struct reason *why)
{
	struct yaml *yaml = NULL;
	enum status status = yaml_open_file(path, &yaml, why);
	if (status == STATUS_OK)
		status = read_document(yaml, path, arena, out, why);
	yaml_close(&yaml);
	return status;
}

enum status
registry_file_parse(const char *name, const char *text, size_t bytes, struct arena *arena, struct registry_file *out,
    struct reason *why)
{
	struct yaml *yaml = NULL;
	enum status status = yaml_open_text(name, text, bytes, &yaml, why);
	if (status == STATUS_OK)
		status = read_document(yaml, name, arena, out, why);
	yaml_close(&yaml);
	return status;
}

void
registry_file_place(const struct registry_file *file, const Record *record, struct reason *why)
{
	for (size_t i = 0; record != NULL && i < file->n; i++)
		if (file->records[i] == record) {
			struct reason sentence = *why;
			reason_write(why, "%.100s:%d: %s", file->name, file->lines[i], sentence.text);
			return;
		}
}

enum status
registry_default(struct arena *arena, const Record ***records, size_t *n, struct reason *why)
{
	struct registry_file file, days;
	enum status status =
	    registry_file_parse("the shipped registry", (const char *)registry_yaml, registry_yaml_bytes, arena, &file, why);
	if (status == STATUS_OK)
		status = registry_file_parse("the shipped calendar", (const char *)calendar_yaml, calendar_yaml_bytes, arena, &days,
		    why);
	if (status != STATUS_OK)
		return status;
	const Record **all = arena_take(arena, (file.n + days.n + 1) * sizeof *all);
	if (all == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out for the shipped registry");
	memcpy(all, file.records, file.n * sizeof *all);
	memcpy(all + file.n, days.records, days.n * sizeof *all);
	*records = all;
	*n = file.n + days.n;
	return STATUS_OK;
}

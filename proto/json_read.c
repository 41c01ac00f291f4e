/*
 * JSON into a message, led by the message's descriptor. Everything is copied into the caller's arena. Types do not hold themselves,
 * so the depth of the recursion is the depth of the proto files, whatever the JSON does.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_parts.h"

static enum status read_message(const struct place *place, const ProtobufCMessageDescriptor *type, json_t *value,
    struct arena *arena, ProtobufCMessage **out) MUST_USE;

static enum status
fail_room(const struct place *place, const struct arena *arena)
{
	return place_fail(place, STATUS_TOO_LARGE, "does not fit: %zu bytes of memory are all there is", arena->size);
}

/* What stands there, for the sentence: cut short, and only where it can be printed. */
static void
describe(json_t *value, char out[64])
{
	if (json_is_object(value) || json_is_array(value)) {
		snprintf(out, 64, "%s", json_is_object(value) ? "an object" : "a list");
		return;
	}
	char text[64];
	size_t n = json_dumpb(value, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	text[n < sizeof text ? n : 0] = '\0';
	snprintf(out, 64, "%s", n < sizeof text ? text : json_is_string(value) ? "a long text" : "a long number");
}

static enum status
fail_kind(const struct place *place, json_t *value, const char *wanted)
{
	char found[64];
	describe(value, found);
	return place_fail(place, STATUS_SYNTAX, "is %s: %s was expected", found, wanted);
}

/* ---- single values ------------------------------------------------------------------------------------------------------ */

/* A whole decimal number and nothing else: no spaces, no '+', no 0x. */
static bool
digits_only(const char *text)
{
	if (*text == '-')
		text++;
	return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Numbers may come as numbers, as strings, and as 1.0 or 1e3 where that is whole and exact. */
static bool
signed_of(json_t *value, int64_t *out)
{
	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return true;
	}
	if (json_is_real(value)) {
		double real = json_real_value(value);
		if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0) || (double)(int64_t)real != real)
			return false;
		*out = (int64_t)real;
		return true;
	}
	const char *text = json_string_value(value);
	if (text == NULL || !digits_only(text))
		return false;
	errno = 0;
	*out = strtoll(text, NULL, 10);
	return errno == 0;
}

static bool
unsigned_of(json_t *value, uint64_t *out)
{
	const char *text = json_string_value(value);
	if (text != NULL) {
		errno = 0;
		*out = strtoull(text, NULL, 10);
		return text[0] != '-' && digits_only(text) && errno == 0;
	}
	int64_t number;
	if (!signed_of(value, &number) || number < 0)
		return false;
	*out = (uint64_t)number;
	return true;
}

static enum status
read_number(const struct place *place, ProtobufCType type, json_t *value, void *out)
{
	if (type == PROTOBUF_C_TYPE_INT64) {
		int64_t number;
		if (!signed_of(value, &number))
			return fail_kind(place, value, "a whole number");
		memcpy(out, &number, sizeof number);
		return STATUS_OK;
	}
	uint64_t number;
	uint64_t max = type == PROTOBUF_C_TYPE_UINT64 ? UINT64_MAX : UINT32_MAX;
	if (!unsigned_of(value, &number) || number > max) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "a whole number from 0 to %" PRIu64, max);
		return fail_kind(place, value, wanted);
	}
	uint32_t small = (uint32_t)number;
	memcpy(out, type == PROTOBUF_C_TYPE_UINT64 ? (void *)&number : (void *)&small, type == PROTOBUF_C_TYPE_UINT64 ? 8 : 4);
	return STATUS_OK;
}

/* By name, or by number: a number that has no name here is kept, as in protobuf; whether it is allowed is for the checks to say. */
static enum status
read_enum(const struct place *place, const ProtobufCEnumDescriptor *type, json_t *value, void *out)
{
	int64_t number;
	const char *name = json_string_value(value);
	if (name != NULL) {
		const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value_by_name(type, name);
		if (known == NULL) {
			char wanted[128] = "one of";
			for (unsigned i = 0; i < type->n_values; i++)
				if (type->values[i].value != 0)
					snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s %s",
					    strcmp(wanted, "one of") == 0 ? "" : ",", type->values[i].name);
			return fail_kind(place, value, wanted);
		}
		number = known->value;
	} else if (!json_is_number(value) || !signed_of(value, &number) || number < INT32_MIN || number > INT32_MAX) {
		return fail_kind(place, value, "a name or a number");
	}
	int32_t small = (int32_t)number;
	memcpy(out, &small, sizeof small);
	return STATUS_OK;
}

static enum status
read_string(const struct place *place, json_t *value, struct arena *arena, char **out)
{
	if (!json_is_string(value))
		return fail_kind(place, value, "a text in quotes");
	size_t bytes = json_string_length(value);
	if (memchr(json_string_value(value), 0, bytes) != NULL)
		return place_fail(place, STATUS_SYNTAX, "holds a NUL: a text was expected");
	char *copy = arena_take(arena, bytes + 1);
	if (copy == NULL)
		return fail_room(place, arena);
	memcpy(copy, json_string_value(value), bytes + 1);
	*out = copy;
	return STATUS_OK;
}

static enum status
read_real(const struct place *place, json_t *value, void *out)
{
	double number = json_is_null(value) ? NAN : json_number_value(value);
	if (!json_is_number(value) && !json_is_null(value))
		return fail_kind(place, value, "a number");
	memcpy(out, &number, sizeof number);
	return STATUS_OK;
}

/* One value into its slot in the message, or in the list that the message points to. */
static enum status
read_value(const struct place *place, const ProtobufCFieldDescriptor *field, json_t *value, struct arena *arena, void *slot)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_UINT32:
		return read_number(place, field->type, value, slot);
	case PROTOBUF_C_TYPE_DOUBLE:
		return read_real(place, value, slot);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(place, field->descriptor, value, slot);
	case PROTOBUF_C_TYPE_STRING:
		return read_string(place, value, arena, slot);
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_message(place, field->descriptor, value, arena, slot);
	case PROTOBUF_C_TYPE_BYTES:
		if (!json_is_string(value))
			return fail_kind(place, value, "bytes as base64 in quotes");
		return base64_read(place, json_string_value(value), json_string_length(value), arena, slot);
	case PROTOBUF_C_TYPE_BOOL: {
		if (!json_is_boolean(value))
			return fail_kind(place, value, "true or false");
		protobuf_c_boolean truth = json_is_true(value);
		memcpy(slot, &truth, sizeof truth);
		return STATUS_OK;
	}
	default:
		assert(!"a type that this protocol does not use: test_json goes over all of them");
		return STATUS_SYNTAX;
	}
}

/* ---- fields and messages ------------------------------------------------------------------------------------------------ */

static enum status
read_list(const struct place *place, const ProtobufCFieldDescriptor *field, json_t *value, struct arena *arena, uint8_t *message)
{
	if (!json_is_array(value))
		return fail_kind(place, value, "a list in [ ]");
	size_t n = json_array_size(value);
	size_t each = json_slot_bytes(field->type);
	uint8_t *slots = n == 0 ? NULL : arena_take(arena, n * each);
	if (n > 0 && slots == NULL)
		return fail_room(place, arena);
	for (size_t i = 0; i < n; i++) {
		struct place entry = { .up = place, .index = i, .why = place->why };
		enum status status = read_value(&entry, field, json_array_get(value, i), arena, slots + i * each);
		if (status != STATUS_OK)
			return status;
	}
	memcpy(message + field->offset, &slots, sizeof slots);
	memcpy(message + field->quantifier_offset, &n, sizeof n);
	return STATUS_OK;
}

static enum status
read_oneof(const struct place *place, const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field, json_t *value,
    struct arena *arena, uint8_t *message)
{
	uint32_t chosen;
	memcpy(&chosen, message + field->quantifier_offset, sizeof chosen);
	if (chosen != 0)
		return place_fail(place, STATUS_SYNTAX, "stands beside %s: only one of the two was expected",
		    protobuf_c_message_descriptor_get_field(type, chosen)->name);
	memcpy(message + field->quantifier_offset, &field->id, sizeof field->id);
	return read_value(place, field, value, arena, message + field->offset);
}

static enum status
read_field(const struct place *place, const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field, json_t *value,
    struct arena *arena, uint8_t *message)
{
	if (json_is_null(value))
		return STATUS_OK; /* the same as if it were not there */
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(place, field, value, arena, message);
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		return read_oneof(place, type, field, value, arena, message);
	enum status status = read_value(place, field, value, arena, message + field->offset);
	if (status == STATUS_OK && field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset != 0) {
		protobuf_c_boolean known = true;
		memcpy(message + field->quantifier_offset, &known, sizeof known);
	}
	return status;
}

/* True for "unitId" where the proto file says unit_id. */
static bool
is_camel_of(const char *camel, const char *name)
{
	for (; *name != '\0'; name++) {
		char wanted = *name;
		if (wanted == '_' && name[1] >= 'a' && name[1] <= 'z')
			wanted = (char)(*++name - 'a' + 'A');
		if (*camel++ != wanted)
			return false;
	}
	return *camel == '\0';
}

static const ProtobufCFieldDescriptor *
field_of(const ProtobufCMessageDescriptor *type, const char *key)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (strcmp(key, type->fields[i].name) == 0 || is_camel_of(key, type->fields[i].name))
			return &type->fields[i];
	return NULL;
}

static enum status
fail_name(const struct place *place, const ProtobufCMessageDescriptor *type, const char *key)
{
	char names[176] = "";
	for (unsigned i = 0; i < type->n_fields; i++) {
		bool room = strlen(names) + strlen(type->fields[i].name) + sizeof ", …" <= sizeof names - sizeof ", …";
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i == 0 ? "" : ", ",
		    room ? type->fields[i].name : "…");
		if (!room)
			break;
	}
	bool printable = wire_text_clean(key, strlen(key));
	return place_fail(place, STATUS_SYNTAX, "has the unknown name \"%.40s\": one of %s was expected", printable ? key : "?",
	    names);
}

static enum status
read_message(const struct place *place, const ProtobufCMessageDescriptor *type, json_t *value, struct arena *arena,
    ProtobufCMessage **out)
{
	if (!json_is_object(value))
		return fail_kind(place, value, "an object in { }");
	ProtobufCMessage *message = arena_take(arena, type->sizeof_message);
	if (message == NULL)
		return fail_room(place, arena);
	protobuf_c_message_init(type, message);

	uint64_t seen = 0; /* a bit for each field: the two spellings of a name are one name */
	assert(type->n_fields <= 64);
	const char *key;
	json_t *member;
	json_object_foreach(value, key, member)
	{
		const ProtobufCFieldDescriptor *field = field_of(type, key);
		if (field == NULL)
			return fail_name(place, type, key);
		struct place inside = { .up = place, .name = field->name, .why = place->why };
		uint64_t bit = UINT64_C(1) << (field - type->fields);
		if ((seen & bit) != 0)
			return place_fail(&inside, STATUS_SYNTAX, "stands twice, in two spellings: once was expected");
		seen |= bit;
		enum status status = read_field(&inside, type, field, member, arena, (uint8_t *)message);
		if (status != STATUS_OK)
			return status;
	}
	*out = message;
	return STATUS_OK;
}

enum status
json_read(const ProtobufCMessageDescriptor *type, json_t *value, struct arena *arena, const ProtobufCMessage **out,
    struct reason *why)
{
	struct place whole = { .why = why };
	size_t mark = arena->used;
	ProtobufCMessage *message = NULL;
	enum status status = read_message(&whole, type, value, arena, &message);
	if (status != STATUS_OK) {
		arena->used = mark;
		return status;
	}
	*out = message;
	return STATUS_OK;
}

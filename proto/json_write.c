/* A message into JSON, led by its descriptor. The caller owns the result; every allocation may fail, and then nothing is left
 * behind. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_parts.h"

static json_t *write_message(const ProtobufCMessage *message, bool numbers);

static json_t *
write_signed(int64_t number, bool numbers)
{
	if (numbers)
		return json_integer(number);
	return json_sprintf("%" PRId64, number);
}

static json_t *
write_unsigned(uint64_t number, bool numbers)
{
	if (numbers &&
	    number <= INT64_MAX) /* jansson has no larger integer: beyond it stands as a string, which every reader takes */
		return json_integer((json_int_t)number);
	return json_sprintf("%" PRIu64, number);
}

static json_t *
write_enum(const ProtobufCEnumDescriptor *type, int32_t number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);
	return value == NULL ? json_integer(number) : json_string(value->name);
}

/* What is not UTF-8 was refused as an event, but has to be shown to whoever looks into the quarantine. */
static json_t *
write_broken_text(const char *text)
{
	static const char replacement[] = "\xEF\xBF\xBD";
	size_t bytes = strlen(text);
	char *mended = malloc(bytes * 3 + 1);
	if (mended == NULL)
		return NULL;
	char *to = mended;
	for (size_t i = 0; i < bytes;) {
		size_t length = 1;
		while (length <= 4 && i + length <= bytes && !wire_text_clean(text + i, length))
			length++;
		bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7F;
		bool clean = length <= 4 && i + length <= bytes;
		if (clean || control) {
			length = control ? 1 : length;
			memcpy(to, text + i, length);
			to += length;
			i += length;
			continue;
		}
		memcpy(to, replacement, 3);
		to += 3;
		i++;
	}
	json_t *value = json_stringn_nocheck(mended, (size_t)(to - mended));
	free(mended);
	return value;
}

static json_t *
write_text(const char *text)
{
	if (text == NULL)
		return json_string("");
	if (wire_text_clean(text, strlen(text)))
		return json_string_nocheck(text);
	return write_broken_text(text);
}

/* What is no number (a score of nothing) is null: JSON has no word for it. */
static json_t *
write_real(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

static json_t *
write_value(const ProtobufCFieldDescriptor *field, const void *slot, bool numbers)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_INT64:
		return write_signed(*(const int64_t *)slot, numbers);
	case PROTOBUF_C_TYPE_UINT64:
		return write_unsigned(*(const uint64_t *)slot, numbers);
	case PROTOBUF_C_TYPE_UINT32:
		return json_integer(*(const uint32_t *)slot);
	case PROTOBUF_C_TYPE_DOUBLE:
		return write_real(*(const double *)slot);
	case PROTOBUF_C_TYPE_ENUM:
		return write_enum(field->descriptor, *(const int32_t *)slot);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)slot);
	case PROTOBUF_C_TYPE_STRING:
		return write_text(*(char *const *)slot);
	case PROTOBUF_C_TYPE_BYTES:
		return base64_write(slot);
	case PROTOBUF_C_TYPE_MESSAGE:
		return write_message(*(const ProtobufCMessage *const *)slot, numbers);
	default:
		assert(!"a type that this protocol does not use: test_json goes over all of them");
		return NULL;
	}
}

static json_t *
write_list(const ProtobufCFieldDescriptor *field, const uint8_t *slots, size_t n, bool numbers)
{
	json_t *list = json_array();
	for (size_t i = 0; list != NULL && i < n; i++)
		if (json_array_append_new(list, write_value(field, slots + i * json_slot_bytes(field->type), numbers)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* True where the field says something: what holds its default is as good as not there, except where absence can be told apart. */
static bool
is_set(const ProtobufCFieldDescriptor *field, const uint8_t *message)
{
	const uint8_t *slot = message + field->offset;
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		return *(const uint32_t *)(const void *)(message + field->quantifier_offset) == field->id;
	if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset != 0)
		return *(const protobuf_c_boolean *)(const void *)(message + field->quantifier_offset);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(const void *const *)(const void *)slot != NULL;
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)(const void *)slot;
		return text != NULL && text[0] != '\0';
	}
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return ((const ProtobufCBinaryData *)(const void *)slot)->len > 0;
	static const uint8_t zero[8] = { 0 };
	return memcmp(slot, zero, json_slot_bytes(field->type)) != 0;
}

static json_t *
write_message(const ProtobufCMessage *message, bool numbers)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const uint8_t *base = (const uint8_t *)message;
	json_t *object = json_object();
	for (unsigned i = 0; object != NULL && i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		json_t *value;
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t n = *(const size_t *)(const void *)(base + field->quantifier_offset);
			if (n == 0)
				continue;
			value = write_list(field, *(const uint8_t *const *)(const void *)(base + field->offset), n, numbers);
		} else {
			if (!is_set(field, base))
				continue;
			value = write_value(field, base + field->offset, numbers);
		}
		/* A NULL value means that memory ran out; jansson hands it on as a failure. */
		if (json_object_set_new_nocheck(object, field->name, value) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

enum status
json_write(const ProtobufCMessage *message, bool numbers, json_t **out)
{
	json_t *value = write_message(message, numbers);
	if (value == NULL)
		return STATUS_NO_MEMORY;
	*out = value;
	return STATUS_OK;
}

/* What reading and writing JSON share: the sizes of slots, the place of a mistake, and base64. */
#include "json_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "pointers, counts and 64-bit numbers have slots of one size");
_Static_assert(sizeof(protobuf_c_boolean) == 4 && sizeof(Juyan__V1__Mode) == 4, "truths, enums and 32-bit numbers likewise");

size_t
json_slot_bytes(ProtobufCType type)
{
	if (type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_ENUM || type == PROTOBUF_C_TYPE_BOOL)
		return 4;
	return type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : 8;
}

/* ---- places ------------------------------------------------------------------------------------------------------------- */

enum { PLACE_BYTES = 128, PLACE_DEPTH_MAX = 16 };

static size_t
place_format(const struct place *place, char out[PLACE_BYTES])
{
	const struct place *chain[PLACE_DEPTH_MAX];
	size_t n = 0;
	for (; place->up != NULL && n < PLACE_DEPTH_MAX; place = place->up)
		chain[n++] = place;

	size_t at = 0;
	while (n-- > 0 && at < PLACE_BYTES) {
		const struct place *part = chain[n];
		int written = part->name == NULL ? snprintf(out + at, PLACE_BYTES - at, "[%zu]", part->index)
						 : snprintf(out + at, PLACE_BYTES - at, "%s%s", at == 0 ? "" : ".", part->name);
		at += written < 0 ? 0 : (size_t)written;
	}
	return at < PLACE_BYTES ? at : PLACE_BYTES - 1;
}

enum status
place_fail(const struct place *place, enum status status, const char *format, ...)
{
	char where[PLACE_BYTES] = "";
	size_t bytes = place_format(place, where);
	char sentence[SENTENCE_BYTES_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return reason_say(place->why, status, "%s %s", bytes == 0 ? "the value" : where, sentence);
}

/* ---- base64 ------------------------------------------------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
sextet(char c)
{
	if (c == '-')
		return 62;
	if (c == '_')
		return 63;
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? -1 : (int)(at - alphabet);
}

enum status
base64_read(const struct place *place, const char *text, size_t length, struct arena *arena, ProtobufCBinaryData *out)
{
	for (int padding = 0; padding < 2 && length > 0 && text[length - 1] == '='; padding++)
		length--;
	if (length % 4 == 1)
		return place_fail(place, STATUS_SYNTAX, "is not base64: it is cut off");
	size_t bytes = length / 4 * 3 + (length % 4 == 0 ? 0 : length % 4 - 1);
	uint8_t *data = arena_take(arena, bytes);
	if (data == NULL)
		return place_fail(place, STATUS_TOO_LARGE, "does not fit: %zu bytes of memory are all there is", arena->size);

	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t at = 0;
	for (size_t i = 0; i < length; i++) {
		int value = sextet(text[i]);
		if (value < 0)
			return place_fail(place, STATUS_SYNTAX, "is not base64: character %zu is none of its alphabet", i + 1);
		bits = bits << 6 | (uint32_t)value;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			data[at++] = (uint8_t)(bits >> n_bits);
		}
	}
	*out = (ProtobufCBinaryData){ .len = bytes, .data = bytes == 0 ? NULL : data };
	return STATUS_OK;
}

json_t *
base64_write(const ProtobufCBinaryData *bytes)
{
	size_t length = (bytes->len + 2) / 3 * 4;
	char *text = malloc(length + 1);
	if (text == NULL)
		return NULL;
	char *to = text;
	for (size_t i = 0; i < bytes->len; i += 3) {
		size_t left = bytes->len - i;
		uint32_t bits = (uint32_t)bytes->data[i] << 16 | (left > 1 ? (uint32_t)bytes->data[i + 1] << 8 : 0) |
		    (left > 2 ? bytes->data[i + 2] : 0);
		*to++ = alphabet[bits >> 18];
		*to++ = alphabet[bits >> 12 & 63];
		*to++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? alphabet[bits & 63] : '=';
	}
	*to = '\0';
	json_t *value = json_stringn_nocheck(text, length);
	free(text);
	return value;
}

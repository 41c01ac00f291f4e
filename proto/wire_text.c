/* Texts from outside: which bytes are a text at all, and what bytes hide that protobuf-c lets pass. Owns nothing; any thread. */
#include "wire_check.h"

#include <string.h>

/* How many bytes the character at `text` has; 0 where it is not valid UTF-8 (overlong, a surrogate, beyond U+10FFFF, cut off). */
static size_t
utf8_length(const unsigned char *text, size_t bytes)
{
	unsigned char lead = text[0];
	size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
	if (length == 0 || length > bytes)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] >= 0xA0))
		return 0;
	if ((lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] >= 0x90))
		return 0;
	return length;
}

/* True when all eight bytes are ASCII from space to tilde: the common case, without a branch for each byte. */
static bool
eight_plain(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
	/* The high bit of a byte comes up: in the word for not ASCII; in the second for below 0x20 (exact while all are ASCII);
	 * in the third for 0x7F. */
	uint64_t below_space = (word | highs) - ones * 0x20;
	uint64_t is_delete = (word & ~highs) + ones;
	return ((word | ~below_space | is_delete) & highs) == 0;
}

static uint64_t
eight_at(const char *text)
{
	uint64_t word;
	memcpy(&word, text, sizeof word);
	return word;
}

/* Plain ASCII from `from` on; false also where it is too short to be seen in words. What is left may be looked at twice. */
static bool
plain_from(const char *text, size_t bytes, size_t from)
{
	if (bytes >= 8)
		return bytes - from <= 8 && eight_plain(eight_at(text + bytes - 8));
	if (bytes < 4)
		return false;
	uint32_t front, back;
	memcpy(&front, text, sizeof front);
	memcpy(&back, text + bytes - 4, sizeof back);
	return eight_plain(front | (uint64_t)back << 32);
}

bool
wire_text_clean(const char *text, size_t bytes)
{
	size_t i = 0;
	while (bytes - i > 8 && eight_plain(eight_at(text + i)))
		i += 8;
	if (plain_from(text, bytes, i))
		return true;
	while (i < bytes) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x20 && c < 0x7F) {
			i++;
			continue;
		}
		if (c < 0x80)
			return false;
		size_t length = utf8_length((const unsigned char *)text + i, bytes - i);
		if (length == 0)
			return false;
		if (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0)
			return false; /* the second set of control characters, U+0080 to U+009F */
		i += length;
	}
	return true;
}

void
wire_text_mend(char *text)
{
	for (size_t bytes = strlen(text); bytes > 0;) {
		size_t length = 1;
		while (length < 4 && length < bytes && !wire_text_clean(text, length))
			length++;
		if (!wire_text_clean(text, length)) {
			*text = '?';
			length = 1;
		}
		text += length;
		bytes -= length;
	}
}

/* ---- what protobuf-c lets pass ------------------------------------------------------------------------------------------ */

/* Takes a varint off the front; the bytes have been decoded once already, so that what is wrong here is our own mistake. */
static uint64_t
take_varint(struct span *rest)
{
	uint64_t value = 0;
	for (unsigned shift = 0; rest->bytes > 0; shift += 7) {
		uint8_t byte = *rest->data++;
		rest->bytes--;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7F) << shift;
		if ((byte & 0x80) == 0)
			break;
	}
	return value;
}

static struct span
take_bytes(struct span *rest, uint64_t bytes)
{
	size_t n = bytes < rest->bytes ? (size_t)bytes : rest->bytes;
	struct span taken = { .data = rest->data, .bytes = n };
	rest->data += n;
	rest->bytes -= n;
	return taken;
}

/* Messages of this protocol nest no deeper than five; no type holds itself. */
enum status
wire_look_closer(const ProtobufCMessageDescriptor *type, struct span rest)
{
	enum status status = STATUS_OK;
	while (rest.bytes > 0 && status == STATUS_OK) {
		uint64_t key = take_varint(&rest);
		if (key >> 3 == 0)
			return STATUS_UNDECODABLE;
		const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(key >> 3));
		switch (key & 7) {
		case PROTOBUF_C_WIRE_TYPE_VARINT:
			(void)take_varint(&rest);
			break;
		case PROTOBUF_C_WIRE_TYPE_64BIT:
			(void)take_bytes(&rest, 8);
			break;
		case PROTOBUF_C_WIRE_TYPE_32BIT:
			(void)take_bytes(&rest, 4);
			break;
		default: {
			struct span value = take_bytes(&rest, take_varint(&rest));
			if (field == NULL)
				break;
			if (field->type == PROTOBUF_C_TYPE_STRING && memchr(value.data, 0, value.bytes) != NULL)
				return STATUS_NOT_TEXT;
			if (field->type == PROTOBUF_C_TYPE_MESSAGE)
				status = wire_look_closer(field->descriptor, value);
			break;
		}
		}
	}
	return status;
}

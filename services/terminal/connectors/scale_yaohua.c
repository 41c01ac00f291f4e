/*
 * The continuous output of Yaohua's XK3190-A9 and its kin (tF=0): frames of 12 bytes, without a unit and without a word on rest.
 *
 *     02  sign  six digits  decimal places '0'…'4'  two signs of checksum  03
 *
 * The checksum is the exclusive or of all between 02 and itself, its two halves written as hexadecimal digits, or as 0x30 and the
 * half ("?" for 15): some indicators do the one, some the other.
 */
#include "scale.h"

enum { FRAME_BYTES = 12, FIRST = 2, PLACES = 8, CHECK = 9 };

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether the byte can stand at this place. */
static bool
fits(size_t at, uint8_t byte)
{
	if (at == 0)
		return byte == 0x02;
	if (at == 1)
		return byte == '+' || byte == '-';
	if (at < PLACES)
		return is_digit(byte);
	if (at == PLACES)
		return byte >= '0' && byte <= '4';
	if (at < FRAME_BYTES - 1)
		return (byte >= '0' && byte <= '?') || (byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f');
	return byte == 0x03;
}

static unsigned
half_of(uint8_t sign)
{
	return sign <= '?' ? (unsigned)(sign - '0') : (sign & 0x0Fu) + 9;
}

static enum frame
frame_at(struct span bytes, const struct scale_written *written, size_t *length, struct reading *out)
{
	unsigned sum = 0;
	int64_t number = 0;
	for (size_t i = 0; i < FRAME_BYTES; i++) {
		if (i == bytes.bytes)
			return FRAME_MORE;
		if (!fits(i, bytes.data[i]))
			return FRAME_NONE;
		if (i > 0 && i < CHECK)
			sum ^= bytes.data[i];
		if (i >= FIRST && i < PLACES)
			number = number * 10 + (bytes.data[i] - '0');
	}
	if (half_of(bytes.data[CHECK]) != sum >> 4 || half_of(bytes.data[CHECK + 1]) != (sum & 0x0F))
		return FRAME_NONE;
	*out = (struct reading){ .rest = REST_UNSAID };
	*length = FRAME_BYTES;
	return scale_number(bytes.data[1] == '-' ? -number : number, bytes.data[PLACES] - '0', written, out) ? FRAME_WHOLE
													     : FRAME_NONE;
}

static const struct scale_format format = { "frame of a Yaohua A9", 1, frame_at };

SCALE_CONNECTOR(yaohua, "weighbridge: Yaohua XK3190-A9 continuous output", SCALE_SETTING_UNIT)

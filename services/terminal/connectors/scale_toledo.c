/*
 * Toledo's continuous output, which many makers speak: frames of 17 bytes, or 18 with a checksum.
 *
 *     02  status A  B  C  six digits shown  six digits of tare  0D  [checksum]
 *
 *     A  bits 0-2: where the point stands (0: two zeros are left out, 1: one, 2: none, 3: one digit behind the point, … 7: five)
 *        bits 3-4: the division, which the digits show by themselves
 *     B  bit 0 net, 1 negative, 2 out of range, 3 moving, 4 kg (else lb)
 *     C  bits 0-2: another unit (0: as B says, 1: g, 2: t), bit 4: a digit more than the division
 *
 * What is shown of a net weight is without the scale's own tare: both together are the gross mass. The checksum makes the sum of
 * all bytes, modulo 128, to 0. A frame without it is followed by the next frame's 02, or by nothing: so a frame is taken when the
 * byte after it is there.
 */
#include "scale.h"

enum {
	FRAME_BYTES = 17,
	A = 1,
	B = 2,
	C = 3,
	SHOWN = 4,
	TARE = 10,
	DIGITS = 6,
	STX = 0x02,
	CR = 0x0D,

	B_NET = 0x01,
	B_NEGATIVE = 0x02,
	B_BEYOND = 0x04,
	B_MOVING = 0x08,
	B_KG = 0x10,
	C_UNIT = 0x07,
	C_FINER = 0x10
};

static bool
fits(size_t at, uint8_t byte)
{
	if (at == 0)
		return byte == STX;
	if (at < SHOWN)
		return byte >= 0x20 && byte < 0x80;
	if (at < FRAME_BYTES - 1)
		return byte == ' ' || (byte >= '0' && byte <= '9');
	return byte == CR;
}

/* Six digits, of which the first may be blank; false: a blank behind a digit, or nothing but blanks. */
static bool
read_digits(const uint8_t *digits, int64_t *out)
{
	int64_t number = 0;
	bool begun = false;
	for (size_t i = 0; i < DIGITS; i++) {
		if (digits[i] == ' ' && begun)
			return false;
		begun = begun || digits[i] != ' ';
		number = number * 10 + (digits[i] == ' ' ? 0 : digits[i] - '0');
	}
	*out = number;
	return begun;
}

/* In what unit the digits are; places are then of kg, t or lb. False: one that no weighbridge has. */
static bool
unit_of(const uint8_t *frame, struct scale_written *written, int *places)
{
	static const int grams = 1, tonnes = 2;
	int unit = frame[C] & C_UNIT;
	written->unit_known = true;
	written->unit = frame[B] & B_KG ? DECIMAL_KG : DECIMAL_LB;
	if (unit == grams) {
		written->unit = DECIMAL_KG;
		*places += 3;
	} else if (unit == tonnes)
		written->unit = DECIMAL_T;
	return unit <= tonnes && (frame[C] & C_FINER) == 0;
}

/* What a frame of the right form says; false: it contradicts itself. */
static bool
read_frame(const uint8_t *frame, struct reading *out)
{
	struct scale_written written = { 0 };
	int64_t shown, tare = 0;
	int places = (frame[A] & 0x07) - 2;
	bool negative = frame[B] & B_NEGATIVE;
	*out = (struct reading){ .rest = frame[B] & B_MOVING ? REST_MOVING : REST_STILL };
	if (frame[B] & B_BEYOND) {
		out->said = negative ? SAID_UNDER : SAID_OVER;
		return true;
	}
	if (!read_digits(frame + SHOWN, &shown) || ((frame[B] & B_NET) && !read_digits(frame + TARE, &tare)))
		return false;
	out->said = SAID_UNCLEAR;
	return !unit_of(frame, &written, &places) || scale_number((negative ? -shown : shown) + tare, places, &written, out);
}

/*
 * How long the frame is, by what stands behind it; 0: more bytes are needed, or (*broken) its checksum is wrong. A checksum may
 * itself be 02: then another 02 follows.
 */
static size_t
length_of(struct span bytes, unsigned sum, bool *broken)
{
	uint8_t check = (uint8_t)(-sum & 0x7F);
	*broken = false;
	if (bytes.bytes == FRAME_BYTES)
		return 0;
	uint8_t next = bytes.data[FRAME_BYTES];
	if (next == STX && check == STX)
		return bytes.bytes == FRAME_BYTES + 1 ? 0 : FRAME_BYTES + (bytes.data[FRAME_BYTES + 1] == STX);
	if (next == STX || next == '\n')
		return FRAME_BYTES;
	*broken = (next & 0x7F) != check;
	return *broken ? 0 : FRAME_BYTES + 1;
}

static enum frame
frame_at(struct span bytes, const struct scale_written *written, size_t *length, struct reading *out)
{
	unsigned sum = 0;
	bool broken;
	(void)written;
	for (size_t i = 0; i < FRAME_BYTES; i++) {
		if (i == bytes.bytes)
			return FRAME_MORE;
		if (!fits(i, bytes.data[i]))
			return FRAME_NONE;
		sum += bytes.data[i];
	}
	size_t whole = length_of(bytes, sum, &broken);
	if (whole == 0)
		return broken ? FRAME_NONE : FRAME_MORE;
	*length = whole;
	return read_frame(bytes.data, out) ? FRAME_WHOLE : FRAME_NONE;
}

static const struct scale_format format = { "frame of Toledo's continuous output", 2, frame_at };

SCALE_CONNECTOR(toledo, "weighbridge: Toledo continuous output, with or without a checksum")

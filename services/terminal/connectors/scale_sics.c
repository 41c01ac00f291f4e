/*
 * MT-SICS, Mettler-Toledo's lines, as a scale sends them that was told to repeat its reading (SIR):
 *
 *     S S   23960 kg      at rest             S +      more than it can weigh
 *     S D   23955 kg      moving              S -      less than it can show
 *     S I                 it has no reading   ES ET EL it did not understand: nothing to us
 *
 * Each ends with CR LF. The mass is the one shown: the key for tare is not to be used on such a scale.
 */
#include <string.h>

#include "scale.h"

enum { LINE_WORDS = 4, FIGURE_DIGITS_MAX = 12 };

/* The words of a line; 0 where there are too many. */
static size_t
split(struct span line, struct span words[LINE_WORDS])
{
	size_t n = 0;
	for (size_t at = 0; at < line.bytes; at++) {
		if (line.data[at] == ' ')
			continue;
		if (n == LINE_WORDS)
			return 0;
		words[n].data = line.data + at;
		while (at < line.bytes && line.data[at] != ' ')
			at++;
		words[n].bytes = (size_t)(line.data + at - words[n].data);
		n++;
	}
	return n;
}

static bool
is(struct span word, const char *text)
{
	return word.bytes == strlen(text) && memcmp(word.data, text, word.bytes) == 0;
}

/* Digits with a sign in front and a point between them, as a number of which `places` digits stand behind the point. */
static bool
read_figure(struct span figure, int64_t *number, int *places)
{
	size_t at = figure.data[0] == '-' || figure.data[0] == '+', digits = 0;
	bool point = false;
	*number = 0;
	*places = 0;
	for (; at < figure.bytes; at++) {
		uint8_t sign = figure.data[at];
		if (sign == '.' && !point && digits > 0) {
			point = true;
			continue;
		}
		if (sign < '0' || sign > '9' || ++digits > FIGURE_DIGITS_MAX)
			return false;
		*number = *number * 10 + (sign - '0');
		*places += point;
	}
	if (figure.data[0] == '-')
		*number = -*number;
	return digits > 0 && (!point || *places > 0);
}

static bool
read_mass(struct span figure, struct span unit, struct reading *out)
{
	struct scale_written written = { .unit_known = true };
	int64_t number;
	int places;
	if (!read_figure(figure, &number, &places))
		return false;
	if (is(unit, "g"))
		places += 3;
	else if (!decimal_unit_of(unit, &written.unit))
		return false;
	return scale_number(number, places, &written, out);
}

static bool
read_line(struct span line, struct reading *out)
{
	struct span word[LINE_WORDS];
	size_t n = split(line, word);
	*out = (struct reading){ .said = SAID_NOTHING, .rest = REST_UNSAID };
	if (n == 1)
		return is(word[0], "ES") || is(word[0], "ET") || is(word[0], "EL");
	if (n < 2 || !is(word[0], "S"))
		return false;
	if (n == 2) {
		out->said = is(word[1], "+") ? SAID_OVER : is(word[1], "-") ? SAID_UNDER : SAID_NOTHING;
		return out->said != SAID_NOTHING || is(word[1], "I") || is(word[1], "L");
	}
	if (n != 4 || (!is(word[1], "S") && !is(word[1], "D")))
		return false;
	out->rest = is(word[1], "S") ? REST_STILL : REST_MOVING;
	return read_mass(word[2], word[3], out);
}

static enum frame
frame_at(struct span bytes, const struct scale_written *written, size_t *length, struct reading *out)
{
	size_t n = 0;
	(void)written;
	if (bytes.data[0] != 'S' && bytes.data[0] != 'E')
		return FRAME_NONE;
	while (n < bytes.bytes && bytes.data[n] >= ' ' && bytes.data[n] < 0x7F && n < SCALE_FRAME_BYTES_MAX - 2)
		n++;
	if (n == bytes.bytes || (bytes.data[n] == '\r' && n + 1 == bytes.bytes))
		return FRAME_MORE;
	if (bytes.data[n] != '\r' || bytes.data[n + 1] != '\n' || !read_line((struct span){ bytes.data, n }, out))
		return FRAME_NONE;
	*length = n + 2;
	return FRAME_WHOLE;
}

static const struct scale_format format = { "line of MT-SICS", 1, frame_at };

SCALE_CONNECTOR(sics, "weighbridge: MT-SICS lines")

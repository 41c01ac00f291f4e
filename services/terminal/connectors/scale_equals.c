/*
 * The "=" text of Yaohua's D2+ and many others: "=51.070=51.070", without an end of its own, a unit, a checksum or a word on rest.
 * Some makers send the last digit first ("=070.15"), the sign last then: the setting `digits` says which. What ends a figure is the
 * next "=", or the end of a line.
 */
#include <string.h>

#include "scale.h"

enum { FIGURE_BYTES_MAX = 12 };

/* Without blanks at its sides, and forwards. */
static struct span
figure_of(struct span text, bool reversed, uint8_t out[FIGURE_BYTES_MAX])
{
	while (text.bytes > 0 && text.data[0] == ' ')
		text = (struct span){ text.data + 1, text.bytes - 1 };
	while (text.bytes > 0 && text.data[text.bytes - 1] == ' ')
		text.bytes--;
	for (size_t i = 0; i < text.bytes; i++)
		out[i] = text.data[reversed ? text.bytes - 1 - i : i];
	return (struct span){ out, text.bytes };
}

static enum frame
frame_at(struct span bytes, const struct scale_written *written, size_t *length, struct reading *out)
{
	uint8_t figure[FIGURE_BYTES_MAX];
	size_t n = 1;
	if (bytes.data[0] != '=')
		return FRAME_NONE;
	while (n < bytes.bytes && memchr("=\r\n", bytes.data[n], 3) == NULL) {
		if (memchr("0123456789.+- ", bytes.data[n], 14) == NULL || n > FIGURE_BYTES_MAX)
			return FRAME_NONE;
		n++;
	}
	if (n == bytes.bytes)
		return FRAME_MORE;
	*out = (struct reading){ .rest = REST_UNSAID };
	*length = n;
	struct span text = figure_of((struct span){ bytes.data + 1, n - 1 }, written->reversed, figure);
	return scale_text(text, written, out) ? FRAME_WHOLE : FRAME_NONE;
}

static const struct scale_format format = { "figure behind an equals sign", 1, frame_at };

SCALE_CONNECTOR(equals, "weighbridge: \"=\" text, such as of Yaohua's D2+, in either order of digits", SCALE_SETTING_UNIT,
    { "digits", "forward (default), or reversed where the last digit comes first" })

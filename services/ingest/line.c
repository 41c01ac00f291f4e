/* An array in the order of arrival. It is short: it is looked through, and moved up. */
#include "line.h"

#include <assert.h>
#include <string.h>

bool
line_open(const struct line *line)
{
	return line->n < LINE_PLACES && line->bytes < LINE_BYTES_MAX;
}

static size_t
count_before(const struct line *line, size_t end, uint32_t terminal_no)
{
	size_t n = 0;
	for (size_t i = 0; i < end; i++)
		n += line->places[i].terminal_no == terminal_no;
	return n;
}

size_t
line_of(const struct line *line, uint32_t terminal_no)
{
	return count_before(line, line->n, terminal_no);
}

bool
line_has_before(const struct line *line, size_t at)
{
	return count_before(line, at, line->places[at].terminal_no) > 0;
}

void
line_put(struct line *line, const struct waiting *waiting)
{
	assert(line_open(line) && line_of(line, waiting->terminal_no) < LINE_OF_ONE);
	line->places[line->n++] = *waiting;
	line->bytes += waiting->frame->bytes.bytes;
}

void
line_take(struct line *line, size_t at, struct waiting *out)
{
	assert(at < line->n);
	*out = line->places[at];
	line->bytes -= out->frame->bytes.bytes;
	line->n--;
	memmove(&line->places[at], &line->places[at + 1], (line->n - at) * sizeof *line->places);
}

/*
 * The line: messages of terminals that have had their share of the group that is being filled, or whose batch is being taken in
 * parts. What a terminal has sent is taken in the order in which it came; meanwhile the others' goes past it.
 *
 * Bounded in messages and bytes, and for one terminal to a quarter of the messages: one alone cannot fill it. Frames belong to the
 * pool from which they come. One thread.
 */
#ifndef JUYAN_INGEST_LINE_H
#define JUYAN_INGEST_LINE_H

#include "bus.h"

enum {
	LINE_PLACES = 8 * WINDOW_BATCHES,
	LINE_OF_ONE = 2 * WINDOW_BATCHES, /* a window of batches, and what else may be under way */
	LINE_BYTES_MAX = 32 * FRAME_BYTES_MAX
};

struct waiting {
	uint32_t terminal_no;
	size_t door;
	struct bus_peer peer;
	struct bus_frame *frame;
	uint32_t events; /* 0: no batch */
};

/* All zero: empty. */
struct line {
	struct waiting places[LINE_PLACES]; /* the oldest first */
	size_t n;
	size_t bytes;
};

/* Whether another message may come. */
bool line_open(const struct line *line);
/* How many of a terminal's messages wait. */
size_t line_of(const struct line *line, uint32_t terminal_no);
/* Whether a message of the same terminal stands before this one. */
bool line_has_before(const struct line *line, size_t at);
/* There has to be room, for this terminal too. */
void line_put(struct line *line, const struct waiting *waiting);
void line_take(struct line *line, size_t at, struct waiting *out);

#endif

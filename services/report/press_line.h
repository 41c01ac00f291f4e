/*
 * The line between a press and whoever began it: frames of a kind, a length and so many bytes, over a socket, each with a bound.
 * Both ends are the same program, so numbers stand as they lie in memory. Used by press.c and press_main.c.
 */
#ifndef JUYAN_REPORT_PRESS_LINE_H
#define JUYAN_REPORT_PRESS_LINE_H

#include <stdatomic.h>

#include "report_writers.h"

enum press_kind {
	PRESS_QUESTION = 1, /* a Question, packed */
	PRESS_ANSWER,       /* the Answer to it */
	PRESS_NAME,         /* of the file that comes next */
	PRESS_FILE,
	PRESS_FAILURE /* a u32 status and its sentence: instead of an answer, or of the file */
};

struct press_line {
	int fd;
	int64_t until_ms;        /* clock_monotonic_ns / 1000000 */
	const atomic_bool *stop; /* may be NULL */
};

/* Each: CLOSED, TIMEOUT, INTERRUPTED, SYSTEM. */
enum status press_give(const struct press_line *line, enum press_kind kind, const void *bytes, size_t n) MUST_USE;
enum status press_give_failure(const struct press_line *line, enum status status, const struct reason *why) MUST_USE;
/* The next frame's kind and length; then its bytes, all at once or piece by piece. */
enum status press_take_head(const struct press_line *line, unsigned *kind, size_t *n) MUST_USE;
enum status press_take(const struct press_line *line, void *bytes, size_t n) MUST_USE;
/* The bytes of a PRESS_FAILURE: the status in it, which is not OK, and its sentence. UNDECODABLE for what is none. */
enum status press_take_failure(const struct press_line *line, size_t n, enum status *out, struct reason *why) MUST_USE;

#endif

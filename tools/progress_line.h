/*
 * One line on stderr that is written over itself while something long goes on, for people alone: nothing where it is no
 * terminal.
 */
#ifndef JUYAN_TOOLS_PROGRESS_LINE_H
#define JUYAN_TOOLS_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct progress_line {
	const char *doing; /* "recounting" */
	bool shows;
};

struct progress_line progress_line_begin(const char *doing);
/* A callback: `user` is the struct progress_line. */
void progress_line_step(void *user, uint64_t done, uint64_t all);
void progress_line_end(const struct progress_line *progress);

#endif

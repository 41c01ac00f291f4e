/* One line on stderr that is written over itself while something long goes on, for people alone: nothing where it is no terminal. */
#ifndef JUYAN_TOOLS_PROGRESS_H
#define JUYAN_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *doing; /* "recounting" */
	bool shows;
};

struct progress progress_begin(const char *doing);
/* A callback: `user` is the struct progress. */
void progress_step(void *user, uint64_t done, uint64_t all);
void progress_end(const struct progress *progress);

#endif

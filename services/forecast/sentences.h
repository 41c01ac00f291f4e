/*
 * A list of sentences in an arena, as messages hold them. Begin with the arena alone; when memory runs out the list remembers it
 * and takes no more, so that it is asked once, at the end. One thread.
 */
#ifndef JUYAN_FORECAST_SENTENCES_H
#define JUYAN_FORECAST_SENTENCES_H

#include "wire.h"

enum { SENTENCES_MAX = 96 };

struct sentences {
	struct arena *arena;
	char **text; /* [n]; NULL before the first */
	size_t n;
	bool failed; /* memory ran out */
};

/* At most SENTENCE_BYTES_MAX bytes; what is longer is cut. Beyond SENTENCES_MAX is our own mistake. */
void sentences_add(struct sentences *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A copy in the arena; NULL when it is used up. */
char *arena_text(struct arena *arena, const char *text);

#endif

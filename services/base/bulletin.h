/*
 * How a service stands, told to other processes and threads in DIR/run/NAME.json: to a command, and to the dashboard for its health
 * and its metrics. The file is there while the service runs; it is not synced, for after a power cut nobody stands in any way.
 * Owns nothing; any thread, one that writes.
 */
#ifndef JUYAN_BASE_BULLETIN_H
#define JUYAN_BASE_BULLETIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { BULLETIN_FIGURES = 8, BULLETIN_WORD_BYTES = 32, BULLETIN_STALE_MS = 20 * 1000 };

struct bulletin_figure {
	char name[BULLETIN_WORD_BYTES]; /* such as "behind_events": it becomes the name of a gauge */
	int64_t value;
};

struct bulletin {
	char state[BULLETIN_WORD_BYTES];   /* "going", or another word of the service's */
	char trouble[BULLETIN_WORD_BYTES]; /* "none", or what is wrong */
	char sentence[SENTENCE_BYTES_MAX]; /* … as a sentence; empty: nothing is */
	int64_t since_ms;                  /* since when it stands so */
	int64_t told_ms;                   /* when it said so; one that is older than BULLETIN_STALE_MS says nothing of now */
	size_t n;
	struct bulletin_figure figures[BULLETIN_FIGURES];
};

void bulletin_add(struct bulletin *bulletin, const char *name, int64_t value);

enum status bulletin_write(const char *data_dir, const char *service, const struct bulletin *bulletin, struct reason *why) MUST_USE;
/* NOT_FOUND: it does not run, or has nothing to tell. SYNTAX. */
enum status bulletin_read(const char *data_dir, const char *service, struct bulletin *out, struct reason *why) MUST_USE;
void bulletin_remove(const char *data_dir, const char *service);

#endif

/*
 * Each day's forecast, kept: DIR/ORIGIN.json holds what it was made from (daily totals by leaf, the registry's records) and what it
 * said (the mean of each leaf and day), so that a later one can say what has moved since. The first of an origin stays. All of the
 * last ARCHIVE_DAYS are kept, before that the first of each month, ARCHIVE_FILES at most. A file is whole or not there.
 *
 * Format, ARCHIVE_VERSION 1: a JSON object; rows of masses are lists of kilograms in which a number below zero stands for so many
 * zeros, but for "late", which counts back from the origin. "lag" and "completion" may be absent: its days were taken as complete.
 * A change of the format takes the next number, and files of another one are passed over.
 */
#ifndef JUYAN_FORECAST_ARCHIVE_H
#define JUYAN_FORECAST_ARCHIVE_H

#include "world.h"

enum { ARCHIVE_VERSION = 1, ARCHIVE_DAYS = 62, ARCHIVE_FILES = 122 };

/* A kept forecast. Owns its memory; kept_close. */
struct kept {
	struct inputs inputs;
	struct world_making making;
	char model[FORECAST_MODEL_BYTES];
	char program[SHORT_TEXT_BYTES_MAX];
	size_t n; /* leaves of the forecast: those of the inputs, and what stood for published figures or nothing known */
	struct leaf *leaf;
	size_t days;
	int64_t *mean_kg; /* [leaf * days + day] */
	int64_t *late_kg; /* [leaf * COMPLETION_LAGS + lag]: still expected of the last days, on average; lag 0: the origin */
};

/* Whether the forecast of this origin is kept already; a file of its name that cannot be read is none. */
bool archive_has(const char *dir, int64_t origin);
/* Keeps a world that no running day has changed; makes the folder, and removes what is too many. SYSTEM, NO_MEMORY. */
enum status archive_keep(const char *dir, const struct world *world, struct reason *why) MUST_USE;
/* Removes what a writing that was cut off has left behind. For who alone writes there, before he does. */
void archive_sweep(const char *dir);
/* The origins of all that are kept, oldest first; the caller frees them. NO_MEMORY. */
enum status archive_days(const char *dir, int64_t **days, size_t *n) MUST_USE;
/*
 * The newest that can be read and whose origin is not after this day. `passed` becomes a sentence about the first that was passed
 * over because it cannot be read, "FILE: …"; empty: none was. NOT_FOUND.
 */
enum status archive_find(const char *dir, int64_t origin, struct kept *out, char passed[SENTENCE_BYTES_MAX],
    struct reason *why) MUST_USE;
void kept_close(struct kept *kept);

#endif

/*
 * What the kept forecasts tell of late facts: each kept the daily totals as they stood on its day, and the ledger knows what became
 * of them. Owns the totals that it has read, so that a file is read once; late_close. One thread.
 */
#ifndef JUYAN_FORECAST_LATE_H
#define JUYAN_FORECAST_LATE_H

#include "inputs.h"

struct late_look; /* the last days' totals of one kept forecast */

struct late {
	struct late_look *looks;
	size_t n;
};

/*
 * Fills the completions of `all`, which holds the days up to yesterday, from the folder of kept forecasts (NULL: none, and nothing
 * is learned). A file that cannot be read tells nothing. NO_MEMORY.
 */
enum status late_learn(struct late *late, const char *dir, struct inputs *all) MUST_USE;
void late_close(struct late *late);

#endif

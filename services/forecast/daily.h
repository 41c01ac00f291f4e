/*
 * The daily series of one leaf, or of some together, in the form in which models take it: values from the first day of traffic on,
 * the calendar (of several ports weighed by their last year's mass), and for a single leaf the ceiling. Owns its arrays.
 */
#ifndef JUYAN_FORECAST_DAILY_H
#define JUYAN_FORECAST_DAILY_H

#include "world.h"

struct daily {
	size_t begin;       /* the first day of the series, counted from the inputs' first */
	size_t n;           /* days of it, up to the origin */
	double *values;     /* [n], as the days usually end; NAN: not known yet */
	double *open;       /* [n + days], as forecast_task's */
	double *regressors; /* [n + days][CALENDAR_COLUMNS] */
	double *ceiling;    /* [days]; INFINITY: none */
	bool bounded;       /* any day has a ceiling */
};

/* The world's ports, days and leaves have to stand; its paths are not looked at. NO_MEMORY. */
enum status daily_make(const struct world *world, const size_t *which, size_t n, struct daily *out) MUST_USE;
void daily_close(struct daily *daily);

/* The first day on which a leaf had traffic, counted from the inputs' first; past_days: none. */
size_t world_begin(const struct leaves *leaves, size_t leaf);
/* Mass over the last `days` of the history. */
int64_t world_recent_kg(const struct leaves *leaves, size_t leaf, size_t days);

#endif

/*
 * Paths for traffic that is too rare for a model of days: goods that cross on some days of a month, a port that has just opened,
 * and a port of which nothing is known at all. Pure; the caller owns all memory.
 */
#ifndef JUYAN_FORECAST_SPARSE_H
#define JUYAN_FORECAST_SPARSE_H

#include <stddef.h>
#include <stdint.h>

/* Days of traffic that make a level known well enough for no sentence about it. */
enum { SPARSE_DAYS_KNOWN = 60 };

struct sparse_task {
	const int64_t *past_kg; /* [past_days], from the first day of traffic on */
	size_t past_days;
	const double *open; /* [past_days + days], as forecast_task's */
	size_t days, paths;
	uint64_t seed;
};

/*
 * Each path is made of weeks of the last year, the later ones likelier, drawn again with their weekdays in place (a block
 * bootstrap, after Künsch 1989), and multiplied by a level of its own: of a rate that was seen n times the standard error is
 * 1 / sqrt(n), and times differ.
 * future_kg[paths][days].
 */
void sparse_paths(const struct sparse_task *task, int64_t *future_kg);

/*
 * A port without any day of traffic in `seen_days` days: it may open on any day (the rule of succession, Laplace 1814: a chance of
 * 1 in seen_days + 2), and then carries at a level between nothing and `most_kg` a day, small ones being likelier.
 */
void sparse_guess(const struct sparse_task *task, size_t seen_days, int64_t most_kg, int64_t *future_kg);

#endif

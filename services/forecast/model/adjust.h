/*
 * A history as the level models want it: on a scale between the values' own and their logarithm, without its seasons, its gaps
 * filled and its isolated blunders put aside.
 *
 *     log(value + offset) = level + season        offset: the mean of the history (of days, three times it)
 *
 * A season is an index for each of its steps: the mean distance from a moving average over whole seasons, in which older rounds
 * count less and wild ones hardly (after Huber 1964), shrunk towards none as far as the irregular could feign it (James and Stein
 * 1961; for seasonal indices Miller and Williams 2003). That is the ratio to moving average of Macaulay (1931), made robust.
 *
 * Owns its memory; adjusted_close.
 */
#ifndef JUYAN_MODEL_ADJUST_H
#define JUYAN_MODEL_ADJUST_H

#include "model.h"

/* Seasons longer than this have no index for each step: the year of days is left to the level models (experts.h). */
enum { ADJUST_SEASON_MAX = 200 };

/* How quick a series' world is. */
enum pace { PACE_MONTHS, PACE_DAYS, PACES };

struct adjusted {
	size_t n, horizon;
	double offset;   /* in the values' unit; above 0 */
	double *level;   /* [n] */
	double *season;  /* [n + horizon]: the shortest season */
	double *season2; /* [n + horizon]: the next one that has indices, or zeros */
	double noise;    /* robust standard deviation of what is new in one step */
	size_t known;    /* values that are known */
	size_t replaced; /* blunders put aside */
};

/* values: NAN unknown, none below 0. TOO_FEW where none is known; NO_MEMORY. */
enum status adjusted_make(const struct series *series, size_t horizon, struct adjusted *out) MUST_USE;
void adjusted_close(struct adjusted *adjusted);

/* Days: a first season of five steps or more within a longer one, or of seven; anything else is taken as months. */
enum pace pace_of(const struct series *series);

/* From a place on the scale to a value; never below 0. */
double adjusted_value(const struct adjusted *adjusted, double place);

#endif

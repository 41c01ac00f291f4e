/*
 * Parting a series into trend, season and remainder by local regression: STL (Cleveland, Cleveland, McRae and Terpenning 1990,
 * Journal of Official Statistics 6:1), with robust weights if wished, and with jumps: the regression is done at every few steps
 * and goes straight between them. The three parts add up to the series. Every value has to be a number: gaps are filled before.
 *
 * Owns nothing between calls; any thread. Units are the caller's.
 */
#ifndef JUYAN_MODEL_STL_H
#define JUYAN_MODEL_STL_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* Where 0 stands, the usual is taken. Windows are counted in values; even ones are made odd, those below 3 are 3. */
struct stl_options {
	size_t season_window; /* of one place in the season, from year to year; 0: the season is the same all along */
	size_t trend_window;  /* usual: the least that keeps the season out of the trend */
	size_t low_window;    /* of the low-pass filter; usual: the period */
	int season_degree;    /* 0: a level, 1: a line */
	size_t season_jump, trend_jump, low_jump; /* usual: a tenth of the window, rounded up */
	bool robust;                              /* weights against outliers */
	size_t inner, outer;                      /* rounds; usual: 2 and 0, robust 1 and 15 */
};

/*
 * season[n] and trend[n], and the robust weights weight[n] in 0 … 1 (NULL: not wished). TOO_FEW unless n > 2 periods; USAGE
 * for a period below 2; NO_FIT where a value is none; NO_MEMORY.
 */
enum status stl_part(const double *y, size_t n, size_t period, const struct stl_options *options, double *season, double *trend,
    double *weight) MUST_USE;

struct loess_options {
	size_t window;
	int degree;           /* 0: a level, 1: a line */
	size_t jump;          /* 0: a tenth of the window, rounded up */
	const double *weight; /* [n]; NULL: all alike */
	size_t robust_rounds; /* how often weights are taken anew from the errors; 0: not robust */
};

/*
 * Local regression alone (Cleveland 1979, Journal of the American Statistical Association 74): through the `window` nearest
 * values, weighed by the tricube of their distance. TOO_FEW without a value; NO_MEMORY.
 */
enum status loess(const double *y, size_t n, const struct loess_options *options, double *out) MUST_USE;

#endif

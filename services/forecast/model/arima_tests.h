/* How often a series is differenced before an ARMA describes it. Functions of their arguments. */
#ifndef JUYAN_MODEL_ARIMA_TESTS_H
#define JUYAN_MODEL_ARIMA_TESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/*
 * Strength of a season, 0 … 1: the share of variance without trend that the season explains (Wang, Smith and Hyndman 2006), by STL
 * with a season window of 11. 0 where there are too few values to tell. y[n] without gaps. NO_MEMORY.
 */
enum status season_strength(const double *y, size_t n, size_t period, double *out) MUST_USE;

/* True if the KPSS test refuses at 5 % that y[n] varies about one level (Kwiatkowski, Phillips, Schmidt and Shin 1992). */
bool kpss_refuses(const double *y, size_t n);

/* Rounding aside, all values are the same. */
bool same_throughout(const double *y, size_t n);

#endif

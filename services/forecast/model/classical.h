/* Classical decomposition (Macaulay 1931): a season as the mean deviation from a centred moving average. Owns nothing. */
#ifndef JUYAN_MODEL_CLASSICAL_H
#define JUYAN_MODEL_CLASSICAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * season[period]: that of steps 0, period, 2 period … first; sum 0, or where `multiplied` mean 1. Needs two whole periods, and
 * values above 0 where multiplied.
 */
void classical_season(const double *values, size_t n, size_t period, bool multiplied, double *season);

#endif

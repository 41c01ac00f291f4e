/*
 * What many possible outcomes say together: their mean and quantiles, in whole kilograms. Owns nothing; any thread.
 */
#ifndef JUYAN_FORECAST_SPREAD_H
#define JUYAN_FORECAST_SPREAD_H

#include <stddef.h>
#include <stdint.h>

#include "forecast.pb-c.h"

/*
 * Sorts `values` (n at least 1) and fills the quantiles: linear between the order statistics (Hyndman and Fan 1996, definition 7),
 * the mean as well rounded to the next kilogram. Keeps the message's base.
 */
void spread_of(int64_t *values, size_t n, Juyan__V1__Quantiles *out);
/* The same figure throughout: what is known already. */
void spread_known(int64_t kg, Juyan__V1__Quantiles *out);
/* One quantile of sorted values. */
int64_t spread_quantile(const int64_t *sorted, size_t n, double p);

#endif

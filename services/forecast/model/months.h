/*
 * Days seen by the month: a long way ahead, sums of days show growth that the days' noise hides, and a forecast of months adds what
 * days do not see (temporal aggregation: Athanasopoulos, Hyndman, Kourentzes and Petropoulos 2017). A month is a twelfth of the
 * year, counted back from the last day, so that the last is whole; days that are too few for one at the beginning are left out.
 *
 * Pure; owns nothing.
 */
#ifndef JUYAN_MODEL_MONTHS_H
#define JUYAN_MODEL_MONTHS_H

#include "adjust.h"

/* How many whole months `n` days of a year of `year` days hold. */
size_t months_in(size_t n, double year);
/* How many months are to be forecast, for every one of `horizon` days to lie before the middle of the last. */
size_t months_ahead(size_t horizon, double year);
/* The mean level of each month, oldest first, as a value without the week: out[months_in(adjusted->n, year)], none below 0. */
void months_make(const struct adjusted *adjusted, double year, double *out);
/*
 * What forecasts of months[months_ahead(…)] say of day h ahead (0: the first): a line between the middles of months, and before the
 * first middle its value.
 */
double months_day(const double *months, size_t n, double year, size_t h);

#endif

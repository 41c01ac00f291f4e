/* What the search for orders asks of the search for coefficients. Not for others. */
#ifndef JUYAN_MODEL_ARIMA_FITTING_H
#define JUYAN_MODEL_ARIMA_FITTING_H

#include "arima_filter.h"

void arima_first_guess(const struct arima_orders *orders, double *coefficients);

/*
 * From these coefficients to the most likely ones, and the sum of squares there, times the geometric mean of the errors' variances.
 * `quick`: near enough to compare orders. NO_FIT, NO_MEMORY.
 */
enum status arima_search(struct arima_work *work, bool quick, double *coefficients, double *sum) MUST_USE;

/* As arima_fit, beginning at these coefficients (NULL: where it would). */
enum status arima_fit_from(const struct series *series, const struct arima_orders *orders,
    const struct arima_regressors *regressors, const double *beginning, struct model *out) MUST_USE;

#endif

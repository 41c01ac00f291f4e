/* A reference case as ARIMA takes it. What it points to lasts as long as the case. */
#ifndef JUYAN_TESTS_ARIMA_CASE_H
#define JUYAN_TESTS_ARIMA_CASE_H

#include "arima.h"
#include "reference_cases.h"

struct arima_case {
	struct series series;
	struct arima_orders orders;
	struct arima_regressors regressors;
};

static inline struct arima_orders
arima_case_orders(const struct reference_case *in)
{
	const struct reference_numbers *orders = reference_get(in, "orders");
	size_t o[8];
	for (size_t i = 0; i < 8; i++)
		o[i] = (size_t)orders->values[i];
	return (struct arima_orders){ o[0], o[1], o[2], o[3], o[4], o[5], o[6], o[7] != 0 };
}

static inline struct series
arima_case_series(const struct reference_case *in)
{
	const struct reference_numbers *values = reference_get(in, "values");
	double season = reference_get(in, "orders")->values[6];
	return (struct series){ .values = values->values, .n = values->n, .periods = { season }, .n_periods = season > 1.0 };
}

static inline struct arima_case
arima_case_of(const struct reference_case *in)
{
	struct arima_case told = { .series = arima_case_series(in), .orders = arima_case_orders(in) };
	size_t columns = reference_get(in, "slopes")->n - (told.orders.constant ? 1 : 0);
	told.regressors =
	    (struct arima_regressors){ reference_get(in, "rows")->values, told.series.n + reference_get(in, "mean")->n, columns };
	return told;
}

static inline const struct arima_regressors *
arima_case_regressors(const struct arima_case *told)
{
	return told->regressors.columns == 0 ? NULL : &told->regressors;
}

#endif

/* The choice of a form by an information criterion. See ets.h. */
#include <math.h>

#include "ets_filter.h"

static double
criterion_of(const struct ets_about *about, enum ets_criterion criterion)
{
	double value = criterion == ETS_AIC ? about->aic : criterion == ETS_BIC ? about->bic : about->aicc;
	return isnan(value) ? INFINITY : value;
}

static bool
allowed(const struct ets_form *form, const struct ets_limits *limits, bool positive, size_t period)
{
	if (form->error == 'M' && (!positive || limits->additive_only))
		return false;
	if (form->error == 'A' && form->season == 'M')
		return false;
	if (form->trend != 'N' && limits->no_trend)
		return false;
	if (form->season != 'N' && (period == 1 || limits->no_season))
		return false;
	return form->trend == 'A' || !form->damped;
}

static bool
all_positive(const struct series *series)
{
	for (size_t t = 0; t < series->n; t++)
		if (!(series->values[t] > 0.0))
			return false;
	return true;
}

static bool
constant(const struct series *series)
{
	for (size_t t = 1; t < series->n; t++)
		if (series->values[t] != series->values[0])
			return false;
	return series->n > 0 && isfinite(series->values[0]);
}

/* Fits the form and keeps it where it is better than *best. */
static enum status
try_form(const struct series *series, const struct ets_form *form, enum ets_criterion criterion, struct model *best, double *least)
{
	struct model model;
	enum status status = ets_fit(series, form, &model);
	if (status != STATUS_OK)
		return status;
	double value = criterion_of(ets_about(&model), criterion);
	if (best->face != NULL && !(value < *least)) {
		model_close(&model);
		return STATUS_OK;
	}
	model_close(best);
	*best = model;
	*least = value;
	return STATUS_OK;
}

enum status
ets_choose(const struct series *series, const struct ets_limits *limits, struct model *out)
{
	static const struct ets_limits none = { 0 };
	static const char trends[] = { 'N', 'A', 'A' };
	struct model best = { 0 };
	double least = INFINITY;
	bool positive = all_positive(series);
	size_t period = ets_period(series);
	enum status status = STATUS_TOO_FEW;
	if (limits == NULL)
		limits = &none;
	if (constant(series) && series->n >= 2)
		return ets_given(series, &(struct ets_form){ .error = 'A', .trend = 'N', .season = 'N' },
		    &(struct ets_values){ .alpha = ETS_MOST, .phi = 1.0, .level = series->values[0] }, out);
	for (size_t i = 0; i < 2 * 3 * 3; i++) {
		struct ets_form form = { .error = "AM"[i / 9],
			.trend = trends[i / 3 % 3],
			.season = "NAM"[i % 3],
			.damped = i / 3 % 3 == 2 };
		if (!allowed(&form, limits, positive, period))
			continue;
		enum status one = try_form(series, &form, limits->criterion, &best, &least);
		if (one == STATUS_NO_MEMORY) {
			model_close(&best);
			return one;
		}
		if (one != STATUS_TOO_FEW)
			status = one;
	}
	if (best.face == NULL)
		return status;
	*out = best;
	return STATUS_OK;
}

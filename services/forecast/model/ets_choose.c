/* The choice of a form by an information criterion. See ets.h. */
#include <math.h>
#include <stdlib.h>

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
	if (form->trend != 'N' && limits->no_trend)
		return false;
	return form->season == 'N' || (period > 1 && !limits->no_season);
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

/* The forms that were tried: their values are of size 1. */
struct contest {
	const struct series *series; /* scaled */
	enum ets_criterion criterion;
	double least; /* the criterion's value of the best so far */
	struct ets_form form;
	struct ets_values start;
	bool any;
};

static enum status
try_form(struct contest *contest, const struct ets_form *form)
{
	struct ets_case c;
	struct ets_values start;
	struct ets_about judged;
	double deviance;
	enum status status = ets_case_of(contest->series, form, &c);
	if (status != STATUS_OK)
		return status;
	if (c.n < ets_values_needed(form, c.period))
		return STATUS_TOO_FEW;
	ets_judge(&c, 0.0, &judged); /* what the form's parameters cost */
	status = ets_search(&c, NULL, contest->least - criterion_of(&judged, contest->criterion), &start, &deviance);
	if (status != STATUS_OK)
		return status;
	ets_judge(&c, deviance, &judged);
	double value = criterion_of(&judged, contest->criterion);
	if (contest->any && !(value < contest->least))
		return STATUS_OK;
	contest->least = value;
	contest->form = *form;
	contest->start = start;
	contest->any = true;
	return STATUS_OK;
}

/* Tries all forms that are allowed. TOO_FEW where none has enough values. */
static enum status
try_all(struct contest *contest, const struct ets_limits *limits)
{
	static const struct ets_form forms[] = { { 'A', 'N', 'N', false }, { 'A', 'A', 'N', false }, { 'A', 'A', 'N', true },
		{ 'M', 'N', 'N', false }, { 'M', 'A', 'N', false }, { 'M', 'A', 'N', true }, { 'A', 'N', 'A', false },
		{ 'M', 'N', 'M', false }, { 'A', 'A', 'A', false }, { 'M', 'A', 'M', false }, { 'A', 'A', 'A', true },
		{ 'M', 'A', 'M', true }, { 'M', 'N', 'A', false }, { 'M', 'A', 'A', false }, { 'M', 'A', 'A', true } };
	bool positive = all_positive(contest->series);
	size_t period = ets_period(contest->series);
	enum status status = STATUS_TOO_FEW;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!allowed(&forms[i], limits, positive, period))
			continue;
		enum status one = try_form(contest, &forms[i]);
		if (one == STATUS_NO_MEMORY)
			return one;
		if (one != STATUS_TOO_FEW)
			status = one;
	}
	return contest->any ? STATUS_OK : status;
}

enum status
ets_choose(const struct series *series, const struct ets_limits *limits, struct model *out)
{
	static const struct ets_limits none = { 0 };
	double *y, size;
	struct ets_case c;
	if (limits == NULL)
		limits = &none;
	if (series->n >= 2 && constant(series))
		return ets_given(series, &(struct ets_form){ .error = 'A', .trend = 'N', .season = 'N' },
		    &(struct ets_values){ .alpha = ETS_MOST, .phi = 1.0, .level = series->values[0] }, out);
	enum status status = ets_case_scaled(series, &y, &size);
	if (status != STATUS_OK)
		return status;
	struct series scaled = *series;
	scaled.values = y;
	struct contest contest = { .series = &scaled, .criterion = limits->criterion, .least = INFINITY };
	status = try_all(&contest, limits);
	free(y);
	if (status == STATUS_OK)
		status = ets_case_of(series, &contest.form, &c);
	if (status != STATUS_OK)
		return status;
	contest.start = ets_values_scaled(&c, &contest.start, size);
	return ets_make(&c, &contest.start, out);
}

/* See ets.h: the fitted model, and what it can do. */
#include "ets.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ets_filter.h"

enum { VALUES_MIN = 2 };
#define SEASON_TINY 1e-10

struct ets {
	struct ets_about about;
	size_t n;
	double mean;               /* of the residuals */
	double *fitted, *residual; /* [n] each, in one piece of memory */
};

static bool
form_is_one(const struct ets_form *form)
{
	bool letters = strchr("AM", form->error) != NULL && strchr("NA", form->trend) != NULL &&
	    strchr("NAM", form->season) != NULL && form->error != 0 && form->trend != 0 && form->season != 0;
	return letters && !(form->error == 'A' && form->season == 'M') && !(form->damped && form->trend == 'N');
}

size_t
ets_period(const struct series *series)
{
	if (series->n_periods == 0)
		return 1;
	double period = series->periods[0], whole = nearbyint(period);
	return fabs(period - whole) < 1e-9 && whole >= 2.0 && whole <= ETS_PERIOD_MAX ? (size_t)whole : 1;
}

size_t
ets_values_needed(const struct ets_form *form, size_t period)
{
	return ets_columns(form, period).n + 3;
}

enum status
ets_case_of(const struct series *series, const struct ets_form *form, struct ets_case *out)
{
	size_t period = form->season == 'N' ? 1 : ets_period(series);
	if (!form_is_one(form) || (form->season != 'N' && period == 1))
		return STATUS_USAGE;
	for (size_t t = 0; t < series->n; t++)
		if (!isfinite(series->values[t]) || (form->error == 'M' && !(series->values[t] > 0.0)))
			return STATUS_NO_FIT;
	*out = (struct ets_case){ .y = series->values, .n = series->n, .period = period, .form = *form };
	return STATUS_OK;
}

struct ets_values
ets_values_scaled(const struct ets_case *c, const struct ets_values *values, double by)
{
	struct ets_values out = *values;
	out.level *= by;
	out.trend *= by;
	for (size_t k = 0; c->form.season == 'A' && k < c->period; k++)
		out.season[k] *= by;
	return out;
}

void
ets_judge(const struct ets_case *c, double deviance, struct ets_about *out)
{
	double n = (double)c->n, k;
	out->parameters = ets_columns(&c->form, c->period).n;
	k = (double)out->parameters + 1.0;
	out->minus2 = deviance;
	out->aic = deviance + 2.0 * k;
	out->bic = deviance + log(n) * k;
	out->aicc = n - k - 1.0 > 0.0 ? out->aic + 2.0 * k * (k + 1.0) / (n - k - 1.0) : INFINITY;
}

static void
describe(const struct ets_case *c, const struct ets_values *start, const struct ets_trace *trace, struct ets_about *out)
{
	ets_judge(c, (double)c->n * log(trace->squares) + 2.0 * trace->logs, out);
	out->form = c->form;
	out->period = c->period;
	out->start = *start;
	out->last = trace->last;
	out->sigma2 = trace->squares / fmax((double)c->n - (double)out->parameters, 1.0);
}

static const struct model_face face;

enum status
ets_make(const struct ets_case *c, const struct ets_values *start, struct model *out)
{
	struct ets *ets = calloc(1, sizeof *ets + 2 * c->n * sizeof(double));
	if (ets == NULL)
		return STATUS_NO_MEMORY;
	ets->n = c->n;
	ets->fitted = (double *)(ets + 1);
	ets->residual = ets->fitted + c->n;
	struct ets_trace trace = { .fitted = ets->fitted, .residual = ets->residual };
	if (!ets_run(c, start, &trace)) {
		free(ets);
		return STATUS_NO_FIT;
	}
	describe(c, start, &trace, &ets->about);
	for (size_t t = 0; t < c->n; t++)
		ets->mean += ets->residual[t] / (double)c->n;
	*out = (struct model){ .face = &face, .self = ets, .n = c->n };
	(void)snprintf(out->label, sizeof out->label, "ETS(%c,%c%s,%c)", c->form.error, c->form.trend, c->form.damped ? "d" : "",
	    c->form.season);
	return STATUS_OK;
}

enum status
ets_given(const struct series *series, const struct ets_form *form, const struct ets_values *start, struct model *out)
{
	struct ets_case c;
	enum status status = ets_case_of(series, form, &c);
	if (status != STATUS_OK)
		return status;
	return c.n < VALUES_MIN ? STATUS_TOO_FEW : ets_make(&c, start, out);
}

enum status
ets_case_scaled(const struct series *series, double **y, double *size)
{
	double sum = 0.0;
	for (size_t t = 0; t < series->n; t++)
		sum += fabs(series->values[t]);
	*size = sum > 0.0 ? sum / (double)series->n : 1.0;
	*y = calloc(series->n + 1, sizeof **y);
	if (*y == NULL)
		return STATUS_NO_MEMORY;
	for (size_t t = 0; t < series->n; t++)
		(*y)[t] = series->values[t] / *size;
	return STATUS_OK;
}

/* `near` (or NULL) in the series' units. */
static enum status
search_and_make(const struct series *series, const struct ets_case *c, const struct ets_values *near, struct model *out)
{
	double size, deviance, *y;
	struct ets_values guess, found;
	struct ets_case one = *c;
	enum status status = ets_case_scaled(series, &y, &size);
	if (status != STATUS_OK)
		return status;
	one.y = y;
	if (near != NULL)
		guess = ets_values_scaled(c, near, 1.0 / size);
	status = ets_search(&one, near == NULL ? NULL : &guess, INFINITY, &found, &deviance);
	free(y);
	if (status != STATUS_OK)
		return status;
	found = ets_values_scaled(c, &found, size);
	return ets_make(c, &found, out);
}

enum status
ets_fit(const struct series *series, const struct ets_form *form, struct model *out)
{
	struct ets_case c;
	enum status status = ets_case_of(series, form, &c);
	if (status != STATUS_OK)
		return status;
	return c.n < ets_values_needed(form, c.period) ? STATUS_TOO_FEW : search_and_make(series, &c, NULL, out);
}

const struct ets_about *
ets_about(const struct model *model)
{
	assert(model->face == &face);
	return &((const struct ets *)model->self)->about;
}

static void
forecast_added(const struct ets_about *about, size_t horizon, double *out)
{
	const struct ets_values *last = &about->last;
	double phi = about->form.damped ? last->phi : 1.0, q = last->level, power = 1.0;
	for (size_t h = 0; h < horizon; h++) {
		power *= phi;
		if (about->form.trend == 'A')
			q += power * last->trend;
		out[h] = about->form.season == 'A' ? q + last->season[h % about->period] : q;
	}
}

/*
 * A multiplied season and its level learn from the same errors, so that the mean of their product is more than the product of their
 * means (Hyndman et al. 2008, section 6.4): level and trend are kept as the means of their products with each season.
 */
static void
forecast_multiplied(const struct ets_about *about, size_t horizon, double *out)
{
	const struct ets_values *last = &about->last;
	double phi = about->form.damped ? last->phi : 1.0, level[ETS_PERIOD_MAX], trend[ETS_PERIOD_MAX];
	size_t slot = 0;
	for (size_t k = 0; k < about->period; k++) {
		level[k] = last->level * last->season[k];
		trend[k] = about->form.trend == 'A' ? last->trend * last->season[k] : 0.0;
	}
	for (size_t h = 0; h < horizon; h++) {
		for (size_t k = 0; k < about->period; k++) {
			trend[k] *= phi;
			level[k] += trend[k];
		}
		double mean = level[slot], common = about->sigma2 * last->gamma * mean;
		out[h] = mean;
		level[slot] += common * last->alpha;
		trend[slot] += about->form.trend == 'A' ? common * last->beta : 0.0;
		slot = slot + 1 == about->period ? 0 : slot + 1;
	}
}

static void
forecast(const void *self, size_t horizon, double *out)
{
	const struct ets_about *about = &((const struct ets *)self)->about;
	if (about->form.season == 'M')
		forecast_multiplied(about, horizon, out);
	else
		forecast_added(about, horizon, out);
}

/* One step of a future with the error e: its value, and the states behind it. */
static double
live(const struct ets_form *form, struct ets_values *now, double *season, double e)
{
	double grown = form->trend == 'A' ? now->phi * now->trend : 0.0, q = now->level + grown, f = q, surprise = e, of_season = e;
	if (form->season == 'A')
		f = q + *season;
	if (form->season == 'M')
		f = q * *season;
	if (form->error == 'M')
		surprise = of_season = f * e;
	if (form->season == 'M') {
		surprise = q * e;
		of_season = *season * e;
	}
	now->level = q + now->alpha * surprise;
	now->trend = form->trend == 'A' ? grown + now->beta * surprise : 0.0;
	if (form->season != 'N')
		*season += now->gamma * of_season;
	return form->error == 'M' ? f * (1.0 + e) : f + e;
}

static void
simulate(const void *self, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct ets *ets = self;
	const struct ets_form *form = &ets->about.form;
	struct ets_values now = ets->about.last;
	double spread = sqrt(ets->about.sigma2);
	if (!form->damped)
		now.phi = 1.0;
	for (size_t h = 0; h < horizon; h++) {
		double e = normal ? spread * chance_normal(chance) : ets->residual[chance_index(chance, ets->n)] - ets->mean;
		if (form->error == 'M' && e < -1.0)
			e = -1.0; /* what would be below 0 is 0 */
		path[h] = live(form, &now, &now.season[h % ets->about.period], e);
	}
}

static const double *
fitted(const void *self)
{
	return ((const struct ets *)self)->fitted;
}

/* The same weights; of our starting states and those by rule of thumb whichever go better. */
static enum status
carry_on(const struct ets_case *c, const struct ets_values *ours, struct model *out)
{
	struct ets_values guess;
	enum status status = ets_guess(c, &guess);
	if (status != STATUS_OK)
		return status;
	guess.alpha = ours->alpha;
	guess.beta = ours->beta;
	guess.gamma = ours->gamma;
	guess.phi = ours->phi;
	return ets_make(c, ets_deviance(c, &guess) < ets_deviance(c, ours) ? &guess : ours, out);
}

static enum status
again(const void *self, const struct series *series, bool anew, void **out)
{
	const struct ets_about *about = &((const struct ets *)self)->about;
	struct ets_case c;
	struct model model;
	enum status status = ets_case_of(series, &about->form, &c);
	if (status != STATUS_OK)
		return status;
	if (c.period != about->period)
		return STATUS_USAGE;
	if (c.n < (anew ? ets_values_needed(&about->form, c.period) : c.period + 1))
		return STATUS_TOO_FEW;
	status = anew ? search_and_make(series, &c, &about->start, &model) : carry_on(&c, &about->start, &model);
	if (status == STATUS_OK)
		*out = model.self;
	return status;
}

static const struct model_face face = {
	.forecast = forecast,
	.simulate = simulate,
	.fitted = fitted,
	.again = again,
	.close = free,
};

/* See ets_filter.h. */
#include "ets_filter.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* A sum of squares below this, of a series of size 1, is rounding: it must not decide between forms. */
#define SQUARES_LEAST 1e-22
#define FORECAST_LEAST 1e-10
enum { LOG_EVERY = 16 };

struct ets_columns
ets_columns(const struct ets_form *form, size_t period)
{
	struct ets_columns columns = { -1, -1, -1, -1, -1, -1, -1, 0 };
	int n = 0;
	columns.alpha = n++;
	if (form->trend != 'N')
		columns.beta = n++;
	if (form->season != 'N')
		columns.gamma = n++;
	if (form->damped)
		columns.phi = n++;
	columns.level = n++;
	if (form->trend != 'N')
		columns.trend = n++;
	if (form->season != 'N') {
		columns.season = n;
		n += (int)period - 1;
	}
	columns.n = (size_t)n;
	assert(columns.n <= ETS_COLUMNS_MAX);
	return columns;
}

void
ets_unpack(const struct ets_case *c, const double *x, struct ets_values *out)
{
	struct ets_columns at = ets_columns(&c->form, c->period);
	memset(out, 0, sizeof *out);
	out->alpha = x[at.alpha];
	out->phi = at.phi < 0 ? 1.0 : x[at.phi];
	out->level = x[at.level];
	if (at.beta >= 0) {
		out->beta = ETS_LEAST + x[at.beta] * (out->alpha - ETS_LEAST);
		out->trend = x[at.trend];
	}
	if (at.gamma >= 0) {
		out->gamma = ETS_LEAST + x[at.gamma] * (1.0 - out->alpha - ETS_LEAST);
		out->season[0] = c->form.season == 'M' ? (double)c->period : 0.0;
		for (size_t k = 1; k < c->period; k++) {
			out->season[k] = x[(size_t)at.season + k - 1];
			out->season[0] -= out->season[k];
		}
	}
}

static double
share_of(double value, double room)
{
	double share = room > 0.0 ? (value - ETS_LEAST) / room : 0.0;
	return fmin(fmax(share, 0.0), 1.0);
}

void
ets_pack(const struct ets_case *c, const struct ets_values *values, double *x)
{
	struct ets_columns at = ets_columns(&c->form, c->period);
	x[at.alpha] = values->alpha;
	x[at.level] = values->level;
	if (at.phi >= 0)
		x[at.phi] = values->phi;
	if (at.beta >= 0) {
		x[at.beta] = share_of(values->beta, values->alpha - ETS_LEAST);
		x[at.trend] = values->trend;
	}
	if (at.gamma >= 0) {
		x[at.gamma] = share_of(values->gamma, 1.0 - values->alpha - ETS_LEAST);
		for (size_t k = 1; k < c->period; k++)
			x[(size_t)at.season + k - 1] = values->season[k];
	}
}

/* Whether all roots of p[0] + p[1] z + … + z^n lie within the unit circle (Jury 1964: the recursion of Schur and Cohn). */
static bool
roots_within(double *p, size_t n)
{
	double turned[ETS_PERIOD_MAX + 2];
	for (; n > 0; n--) {
		double k = p[0] / p[n];
		if (!(fabs(k) < 1.0 + 1e-10))
			return false;
		for (size_t i = 0; i <= n; i++)
			turned[i] = p[n - i];
		for (size_t i = 0; i < n; i++)
			p[i] = p[i + 1] - k * turned[i + 1];
	}
	return true;
}

bool
ets_admissible(const struct ets_case *c, const struct ets_values *values)
{
	size_t m = c->period;
	double p[ETS_PERIOD_MAX + 2];
	double alpha = values->alpha, gamma = values->gamma;
	double beta = c->form.trend == 'N' ? 0.0 : values->beta;
	double phi = c->form.damped ? values->phi : 1.0;
	if (c->form.season == 'N')
		return true; /* the usual bounds lie within */
	double between = alpha + beta - alpha * phi;
	p[0] = phi * (1.0 - alpha - gamma);
	p[1] = between + gamma - 1.0;
	for (size_t i = 2; i < m; i++)
		p[i] = between;
	p[m] = alpha + beta - phi;
	p[m + 1] = 1.0;
	return roots_within(p, m + 1);
}

/* One pass; season and relative are constants wherever this is called, so that each form has a loop of its own. */
static inline __attribute__((always_inline)) bool
pass(const struct ets_case *c, const struct ets_values *start, struct ets_trace *trace, const char season, const bool relative)
{
	const double alpha = start->alpha;
	const double beta = c->form.trend == 'N' ? 0.0 : start->beta, phi = c->form.damped ? start->phi : 1.0;
	double level = start->level, trend = c->form.trend == 'N' ? 0.0 : start->trend;
	double squares = 0.0, logs = 0.0, product = 1.0;
	double s[ETS_PERIOD_MAX];
	size_t at = 0;
	if (season != 'N')
		memcpy(s, start->season, c->period * sizeof *s);
	for (size_t t = 0; t < c->n; t++) {
		double grown = phi * trend, q = level + grown, f = q, error, unit = 1.0;
		if (season == 'A')
			f = q + s[at];
		else if (season == 'M')
			f = q * s[at];
		error = c->y[t] - f;
		if (relative) {
			if (!(f > FORECAST_LEAST))
				return false;
			double r = error / f;
			squares += r * r;
			product *= f;
			if (t % LOG_EVERY == LOG_EVERY - 1) {
				logs += log(product);
				product = 1.0;
			}
			if (trace->residual != NULL)
				trace->residual[t] = r;
			if (season == 'M') {
				error = r * q;
				unit = r * s[at];
			}
		} else {
			squares += error * error;
			if (trace->residual != NULL)
				trace->residual[t] = error;
		}
		if (trace->fitted != NULL)
			trace->fitted[t] = f;
		level = q + alpha * error;
		trend = grown + beta * error;
		if (season != 'N') {
			s[at] += start->gamma * (season == 'M' ? unit : error);
			at = at + 1 == c->period ? 0 : at + 1;
		}
	}
	trace->squares = squares;
	trace->logs = relative ? logs + log(product) : 0.0;
	trace->last = *start;
	trace->last.level = level;
	trace->last.trend = trend;
	for (size_t k = 0; season != 'N' && k < c->period; k++)
		trace->last.season[k] = s[(at + k) % c->period];
	return true;
}

bool
ets_run(const struct ets_case *c, const struct ets_values *start, struct ets_trace *trace)
{
	if (c->form.error == 'A')
		return c->form.season == 'N' ? pass(c, start, trace, 'N', false) : pass(c, start, trace, 'A', false);
	switch (c->form.season) {
	case 'N':
		return pass(c, start, trace, 'N', true);
	case 'A':
		return pass(c, start, trace, 'A', true);
	default:
		return pass(c, start, trace, 'M', true);
	}
}

double
ets_deviance_of(const struct ets_case *c, double squares, double logs)
{
	double n = (double)c->n;
	return n * log(fmax(squares, n * SQUARES_LEAST)) + 2.0 * logs;
}

double
ets_deviance(const struct ets_case *c, const struct ets_values *start)
{
	struct ets_trace trace = { 0 };
	if (!ets_run(c, start, &trace))
		return INFINITY;
	double deviance = ets_deviance_of(c, trace.squares, trace.logs);
	return isfinite(deviance) ? deviance : INFINITY;
}

/* See experts.h. */
#include "experts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "robust.h"

enum { AR_MAX = 6, START = 6 };

/* An error beyond so many deviations of noise is wild; one after another need only be so much of it. */
#define WILD 3.0
#define AGAIN_WILD 0.7

struct spans {
	double alphas[4]; /* of the fixed smoothings */
	size_t means[3], lines[2];
	size_t learn, regress;      /* steps from which damped trend and autoregression learn */
	double damping;             /* of lines */
	double first, factor, step; /* the grid of alpha */
};

static const struct spans spans_of[PACES] = {
	[PACE_MONTHS] = { { 0.1, 0.2, 0.35, 0.6 }, { 12, 36, 60 }, { 24, 60 }, 240, 240, 0.99, 0.05, 1.0, 0.05 },
	[PACE_DAYS] = { { 0.03, 0.07, 0.15, 0.4 }, { 7, 28, 91 }, { 28, 91 }, 365, 182, 0.98, 0.0025, 1.35, 0.0 },
};

struct smoothing {
	double level, trend, cost;
};

static double
bounded(double error, double most)
{
	return error > most ? most : error < -most ? -most : error;
}

static double
start_of(const double *y, size_t n)
{
	size_t first = n < START ? n : START;
	double sum = 0.0;
	for (size_t i = 0; i < first; i++)
		sum += y[i];
	return sum / (double)first;
}

/*
 * Exponential smoothing; with damped trend where beta is above 0. Bounded errors teach and count; but a second wild one in a row on
 * the same side is a new level, and teaches all that it says.
 */
static struct smoothing
smooth(const double *y, size_t n, double alpha, double beta, double phi, double most)
{
	struct smoothing s = { start_of(y, n), 0.0, 0.0 };
	double before = 0.0, share = alpha * beta;
	for (size_t i = 0; i < n; i++) {
		double raw = y[i] - s.level - phi * s.trend, error = bounded(raw, most);
		s.cost += error * error;
		if (fabs(raw) > most && raw * before > 0.0 && fabs(before) > AGAIN_WILD * most)
			error = raw;
		before = raw;
		s.level += phi * s.trend + alpha * error;
		s.trend = phi * s.trend + share * error;
	}
	return s;
}

static void
find_base(struct expert_views *views, const double *y, size_t n, const struct spans *spans, double most)
{
	double least = INFINITY;
	for (double alpha = spans->first; alpha < 0.96; alpha = alpha * spans->factor + spans->step) {
		struct smoothing s = smooth(y, n, alpha, 0.0, 1.0, most);
		if (s.cost < least) {
			least = s.cost;
			views->base = s.level;
			views->alpha = alpha;
		}
	}
	double level = start_of(y, n);
	for (size_t i = 0; i < n; i++) {
		views->scratch[i] = y[i] - level;
		level += views->alpha * bounded(y[i] - level, most);
	}
	views->spread = robust_deviation(views->scratch, n, 0.0);
}

static void
fill(double *view, size_t horizon, double value)
{
	for (size_t h = 0; h < horizon; h++)
		view[h] = value;
}

static void
means_and_lines(struct expert_views *views, const double *y, size_t n, const struct spans *spans)
{
	for (size_t k = 0; k < 3; k++) {
		size_t span = spans->means[k] < n ? spans->means[k] : n;
		double sum = 0.0;
		for (size_t i = n - span; i < n; i++)
			sum += y[i];
		fill(views->view[EXPERT_MEAN_1 + k], views->horizon, sum / (double)span - views->base);
	}
	for (size_t k = 0; k < 3; k++) {
		size_t span = k == 2 || spans->lines[k] > n ? n : spans->lines[k];
		double middle = 0.5 * (double)(span - 1), top = 0.0, bottom = 0.0, rise = 0.0, damp = 1.0;
		for (size_t i = 0; i < span; i++) {
			double x = (double)i - middle;
			top += x * y[n - span + i];
			bottom += x * x;
		}
		double slope = bottom > 0.0 ? top / bottom : 0.0;
		for (size_t h = 0; h < views->horizon; h++) {
			rise += damp * slope;
			damp *= spans->damping;
			views->view[EXPERT_LINE_1 + k][h] = rise;
		}
	}
}

static void
damped_trend(struct expert_views *views, const double *y, size_t n, double most)
{
	static const double phis[4] = { 0.8, 0.9, 0.95, 0.98 }, betas[5] = { 0.02, 0.05, 0.1, 0.2, 0.4 };
	struct smoothing best = { 0.0, 0.0, INFINITY };
	double phi = 0.0, rise = 0.0, damp = 1.0, factor = n > 250 ? 1.8 : 1.0, step = n > 250 ? 0.0 : 0.1;
	for (double alpha = n > 250 ? 0.02 : 0.05; alpha < 0.96; alpha = alpha * factor + step)
		for (size_t p = 0; p < 4; p++)
			for (size_t b = 0; b < 5; b++) {
				struct smoothing s = smooth(y, n, alpha, betas[b], phis[p], most);
				if (s.cost < best.cost) {
					best = s;
					phi = phis[p];
				}
			}
	for (size_t h = 0; h < views->horizon; h++) {
		damp *= phi;
		rise += damp * best.trend;
		views->view[EXPERT_DAMPED][h] = best.level + rise - views->base;
	}
}

/* Solves a[n][n] x = b in b's place, by Cholesky; a is symmetric and has a ridge. */
static void
solve(double a[AR_MAX + 1][AR_MAX + 1], double *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			for (size_t k = 0; k < j; k++)
				a[i][j] -= a[i][k] * a[j][k];
			a[i][j] = i == j ? sqrt(fmax(a[i][i], 1e-300)) : a[i][j] / a[j][j];
		}
		for (size_t k = 0; k < i; k++)
			b[i] -= a[i][k] * b[k];
		b[i] /= a[i][i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++)
			b[i] -= a[k][i] * b[k];
		b[i] /= a[i][i];
	}
}

/* The coefficients of x[t] - mean on 1 and the `order` values before; large errors count less. */
static void
fit_ar(const double *x, size_t n, size_t order, double mean, double noise, double *b)
{
	memset(b, 0, (AR_MAX + 1) * sizeof *b);
	for (int pass = 0; pass < 4; pass++) {
		double a[AR_MAX + 1][AR_MAX + 1] = { { 0 } }, c[AR_MAX + 1] = { 0 };
		for (size_t i = order; i < n; i++) {
			double f[AR_MAX + 1] = { 1.0 }, error = x[i] - mean;
			for (size_t j = 1; j <= order; j++)
				f[j] = x[i - j] - mean;
			for (size_t j = 0; j <= order; j++)
				error -= b[j] * f[j];
			double weight = pass == 0 ? 1.0 : fmin(1.0, 2.0 * noise / (fabs(error) + 1e-12));
			for (size_t j = 0; j <= order; j++) {
				for (size_t k = 0; k <= j; k++)
					a[j][k] += weight * f[j] * f[k];
				c[j] += weight * f[j] * (x[i] - mean);
			}
		}
		for (size_t j = 0; j <= order; j++)
			a[j][j] += 1e-9 + (j > 0 ? 2.0 * noise * noise : 0.0);
		solve(a, c, order + 1);
		memcpy(b, c, sizeof c);
	}
}

/* The autoregression's course: of the level, or of its changes. */
static void
autoregression(struct expert_views *views, enum expert expert, const double *y, size_t n, size_t order, bool changes, double noise)
{
	double *x = views->scratch, b[AR_MAX + 1], mean = 0.0, at = y[n - 1];
	size_t count = changes ? n - 1 : n;
	for (size_t i = 0; i < count; i++) {
		x[i] = changes ? y[i + 1] - y[i] : y[i];
		mean += x[i] / (double)count;
	}
	fit_ar(x, count, order, mean, noise, b);
	for (size_t h = 0; h < views->horizon; h++) {
		double value = mean + b[0];
		for (size_t j = 1; j <= order; j++)
			value += b[j] * (x[count + h - j] - mean);
		/* An explosive fit is stopped at ten deviations from what was seen last. */
		value = (changes ? 0.0 : at) + bounded(value - (changes ? 0.0 : at), 20.0 * noise);
		x[count + h] = value;
		if (changes)
			at += value;
		views->view[expert][h] = (changes ? at : value) - views->base;
	}
}

/* The mean of seven levels around. */
static double
around(const double *y, size_t n, size_t i)
{
	size_t from = i < 3 ? 0 : i - 3, to = i + 4 > n ? n : i + 4;
	double sum = 0.0;
	for (size_t k = from; k < to; k++)
		sum += y[k];
	return sum / (double)(to - from);
}

/*
 * What the same time of earlier years did from this day on, as far as it used to come again: by the slope of this year's changes on
 * last year's over the history, times their correlation.
 */
static void
year_again(struct expert_views *views, const double *y, size_t n, size_t year)
{
	double *view = views->view[EXPERT_AGAIN], *sm = views->scratch;
	if (n < year + year / 4) {
		fill(view, views->horizon, 0.0);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sm[i] = around(y, n, i);
	for (size_t h = 0; h < views->horizon; h++) {
		double top = 0.0, now = 0.0, then = 0.0, sum = 0.0, weights = 0.0;
		size_t ahead = h + 1;
		for (size_t t = year; t + ahead < n; t += 7) {
			double a = sm[t + ahead] - sm[t], b = sm[t + ahead - year] - sm[t - year];
			top += a * b;
			now += a * a;
			then += b * b;
		}
		double likeness = then > 0.0 && now > 0.0 ? fmax(0.0, top / sqrt(then * now)) : 0.0;
		double share = likeness > 0.0 ? fmin(1.0, likeness * top / then) : 0.0;
		for (size_t back = year; back <= n - 4; back += year) {
			if (n + h - back >= n)
				continue;
			double weight = pow(0.8, (double)(back / year));
			sum += weight * (sm[n + h - back] - around(y, n, n - 1 - back));
			weights += weight;
		}
		view[h] = weights > 0.0 ? share * sum / weights : 0.0;
	}
}

static void
again(struct expert_views *views, const struct series *series, const double *y, size_t n)
{
	double last = series->n_periods == 0 ? 1.0 : series->periods[series->n_periods - 1];
	size_t season = (size_t)lround(last);
	if (season > ADJUST_SEASON_MAX) {
		year_again(views, y, n, season);
		return;
	}
	if (pace_of(series) == PACE_DAYS || season < 2 || n < season)
		fill(views->view[EXPERT_AGAIN], views->horizon, 0.0);
	else
		for (size_t h = 0; h < views->horizon; h++)
			views->view[EXPERT_AGAIN][h] = y[n - season + h % season] - views->base;
}

void
expert_views_close(struct expert_views *views)
{
	free(views->view[0]);
	free(views->scratch);
	*views = (struct expert_views){ 0 };
}

enum status
expert_views_make(const struct adjusted *adjusted, const struct series *series, struct expert_views *out)
{
	const struct spans *spans = &spans_of[pace_of(series)];
	size_t n = adjusted->n, horizon = adjusted->horizon, learn = n < spans->learn ? n : spans->learn;
	size_t regress = n < spans->regress ? n : spans->regress;
	const double *y = adjusted->level, *late = y + n - learn, *latest = y + n - regress;
	double most = WILD * adjusted->noise;
	struct expert_views views = { .horizon = horizon };
	views.view[0] = calloc(EXPERTS * horizon, sizeof(double));
	views.scratch = malloc((n + horizon + 1) * sizeof(double));
	if (views.view[0] == NULL || views.scratch == NULL) {
		expert_views_close(&views);
		return STATUS_NO_MEMORY;
	}
	for (size_t k = 1; k < EXPERTS; k++)
		views.view[k] = views.view[0] + k * horizon;
	find_base(&views, y, n, spans, most);
	for (size_t k = 0; k < 4; k++)
		fill(views.view[EXPERT_SLOWEST + k], horizon, smooth(y, n, spans->alphas[k], 0.0, 1.0, most).level - views.base);
	means_and_lines(&views, y, n, spans);
	again(&views, series, y, n);
	if (n > 3)
		damped_trend(&views, late, learn, most);
	if (n > 4 * 3)
		autoregression(&views, EXPERT_AR3, latest, regress, 3, false, adjusted->noise);
	if (n > 4 * 6)
		autoregression(&views, EXPERT_AR6, latest, regress, 6, false, adjusted->noise);
	if (n > 4 * 3)
		autoregression(&views, EXPERT_ARI3, latest, regress, 3, true, adjusted->noise);
	*out = views;
	return STATUS_OK;
}

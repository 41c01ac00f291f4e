/* Where the search of states begins: a classical season, and a line through the first values without it. See ets_filter.h. */
#include "ets_filter.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "classical.h"
#include "least_squares.h"

enum { FIRST_MIN = 10, WAVE_COLUMNS = 4 };
#define SEASON_LEAST 0.01

/* Fewer than three years: one wave round a line (a classical season of so few would be mostly noise). */
static enum status
wave(const struct ets_case *c, double *season)
{
	double *x = calloc(c->n * WAVE_COLUMNS, sizeof *x), b[WAVE_COLUMNS], turn = 2.0 * acos(-1.0) / (double)c->period;
	if (x == NULL)
		return STATUS_NO_MEMORY;
	for (size_t t = 0; t < c->n; t++) {
		double *row = x + t * WAVE_COLUMNS;
		row[0] = 1.0;
		row[1] = (double)t;
		row[2] = cos(turn * (double)t);
		row[3] = sin(turn * (double)t);
	}
	enum status status = least_squares(x, c->y, NULL, c->n, WAVE_COLUMNS, b);
	free(x);
	if (status != STATUS_OK)
		return status;
	for (size_t k = 0; k < c->period; k++) {
		double line = b[0] + b[1] * (double)k;
		season[k] = c->form.season == 'A' ? c->y[k] - line : c->y[k] / line;
	}
	return STATUS_OK;
}

/* Sum 0, or mean 1 with none near 0. */
static void
level_out(const struct ets_case *c, double *season)
{
	double mean = 0.0;
	for (size_t k = 0; k < c->period; k++) {
		if (c->form.season == 'M' && !(season[k] >= SEASON_LEAST))
			season[k] = SEASON_LEAST;
		mean += season[k] / (double)c->period;
	}
	for (size_t k = 0; k < c->period; k++)
		season[k] = c->form.season == 'M' ? season[k] / mean : season[k] - mean;
}

/* The value of step t without its season. */
static double
adjusted(const struct ets_case *c, const double *season, size_t t)
{
	if (c->form.season == 'N')
		return c->y[t];
	double s = season[t % c->period];
	return c->form.season == 'A' ? c->y[t] - s : c->y[t] / s;
}

static void
level_and_trend(const struct ets_case *c, struct ets_values *out)
{
	size_t first = 2 * c->period > FIRST_MIN ? 2 * c->period : FIRST_MIN;
	if (first > c->n)
		first = c->n;
	double middle = 0.5 * (double)(first + 1), sum = 0.0, cross = 0.0, square = 0.0;
	for (size_t t = 0; t < first; t++) {
		double x = (double)(t + 1) - middle, y = adjusted(c, out->season, t);
		sum += y;
		cross += x * y;
		square += x * x;
	}
	out->level = sum / (double)first;
	out->trend = 0.0;
	if (c->form.trend == 'N' || first < 2)
		return;
	out->trend = cross / square;
	out->level -= out->trend * middle;
}

void
ets_first_weights(const struct ets_case *c, double alpha, struct ets_values *out)
{
	out->alpha = alpha;
	out->beta = ETS_LEAST + 0.1 * (alpha - ETS_LEAST);
	out->gamma = ETS_LEAST + 0.05 * (1.0 - alpha - ETS_LEAST);
	out->phi = c->form.damped ? ETS_PHI_LEAST + 0.99 * (ETS_PHI_MOST - ETS_PHI_LEAST) : 1.0;
}

enum status
ets_guess(const struct ets_case *c, struct ets_values *out)
{
	size_t m = c->period;
	enum status status = STATUS_OK;
	*out = (struct ets_values){ 0 };
	ets_first_weights(c, ETS_LEAST + 0.2 * (ETS_MOST - ETS_LEAST) / (double)m, out);
	if (c->form.season != 'N') {
		if (c->n < 3 * m)
			status = wave(c, out->season);
		else
			classical_season(c->y, c->n, m, c->form.season == 'M', out->season);
		if (status != STATUS_OK)
			return status;
		level_out(c, out->season);
	}
	level_and_trend(c, out);
	/* A line that falls below 0 is no place to begin with multiplied errors: its middle is. */
	if (c->form.error == 'M' && c->form.trend != 'N' && !isfinite(ets_deviance(c, out))) {
		struct ets_case flat = *c;
		flat.form.trend = 'N';
		level_and_trend(&flat, out);
	}
	return STATUS_OK;
}

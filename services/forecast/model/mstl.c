/* See mstl.h. */
#include "mstl.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Without a season the trend is a line through this share of the series, and through no fewer values than the least. */
enum { TREND_SHARE = 5, TREND_LEAST = 9 };

static size_t
steps_of(double period)
{
	return (size_t)lround(period);
}

static bool
take_room(struct mstl *mstl, size_t n)
{
	mstl->n = n;
	mstl->trend = calloc(n, sizeof *mstl->trend);
	mstl->remainder = calloc(n, sizeof *mstl->remainder);
	bool whole = mstl->trend != NULL && mstl->remainder != NULL;
	for (size_t s = 0; s < mstl->kept; s++) {
		mstl->season[s] = calloc(n, sizeof *mstl->season[s]);
		whole = whole && mstl->season[s] != NULL;
	}
	return whole;
}

void
mstl_close(struct mstl *mstl)
{
	free(mstl->trend);
	free(mstl->remainder);
	for (size_t s = 0; s < PERIODS_MAX; s++)
		free(mstl->season[s]);
	*mstl = (struct mstl){ 0 };
}

static enum status
smooth_season(struct mstl *mstl, size_t s)
{
	size_t period = steps_of(mstl->periods[s]);
	struct loess_options along = { .window = period / 12, .degree = 1 };
	double *smoothed = calloc(mstl->n, sizeof *smoothed);
	if (smoothed == NULL)
		return STATUS_NO_MEMORY;
	enum status status = loess(mstl->season[s], mstl->n, &along, smoothed);
	if (status == STATUS_OK)
		memcpy(mstl->season[s], smoothed, mstl->n * sizeof *smoothed);
	free(smoothed);
	return status;
}

/* `remainder` holds the series less all seasons but the one that is looked for; each turn puts one back and takes it out anew. */
static enum status
part_seasons(struct mstl *mstl, const struct mstl_options *options)
{
	double *rest = mstl->remainder;
	enum status status = STATUS_OK;
	size_t rounds = mstl->kept < 2 ? 1 : options->rounds != 0 ? options->rounds : 2;
	for (size_t turn = 0; turn < rounds * mstl->kept && status == STATUS_OK; turn++) {
		size_t s = turn % mstl->kept;
		struct stl_options stl = { .robust = options->robust,
			.outer = options->robust ? options->outer : 0,
			.season_window = 11 + 4 * s };
		if (options->window[s] != 0)
			stl.season_window = options->window[s];
		if (options->always_same)
			stl.season_window = 0;
		for (size_t i = 0; i < mstl->n; i++)
			rest[i] += mstl->season[s][i];
		status = stl_part(rest, mstl->n, steps_of(mstl->periods[s]), &stl, mstl->season[s], mstl->trend, NULL);
		if (status == STATUS_OK && options->smooth_from != 0 && steps_of(mstl->periods[s]) >= options->smooth_from)
			status = smooth_season(mstl, s);
		for (size_t i = 0; i < mstl->n && status == STATUS_OK; i++)
			rest[i] -= mstl->season[s][i];
	}
	return status;
}

static double
variance(const double *a, const double *b, size_t n)
{
	double mean = 0.0, sum = 0.0;
	for (size_t i = 0; i < n; i++)
		mean += (a[i] + (b != NULL ? b[i] : 0.0)) / (double)n;
	for (size_t i = 0; i < n; i++) {
		double off = a[i] + (b != NULL ? b[i] : 0.0) - mean;
		sum += off * off;
	}
	return sum;
}

static void
measure(struct mstl *mstl)
{
	double rest = variance(mstl->remainder, NULL, mstl->n);
	for (size_t s = 0; s < mstl->kept; s++) {
		double with = variance(mstl->remainder, mstl->season[s], mstl->n);
		mstl->strength[s] = with > 0.0 ? fmax(0.0, 1.0 - rest / with) : 0.0;
	}
}

enum status
mstl_make(const struct series *series, const struct mstl_options *options, struct mstl *out)
{
	struct mstl mstl = { 0 };
	size_t n = series->n, window = n / TREND_SHARE > TREND_LEAST ? n / TREND_SHARE : TREND_LEAST;
	struct loess_options line = { .window = window, .degree = 1, .robust_rounds = options->robust ? 5 : 0 };
	assert(series->n_periods <= PERIODS_MAX);
	for (size_t i = 0; i < n; i++)
		if (!isfinite(series->values[i]))
			return STATUS_NO_FIT;
	if (n == 0)
		return STATUS_TOO_FEW;
	for (size_t s = 0; s < series->n_periods; s++)
		if (steps_of(series->periods[s]) >= 2 && n > 2 * steps_of(series->periods[s]))
			mstl.periods[mstl.kept++] = series->periods[s];
	if (!take_room(&mstl, n)) {
		mstl_close(&mstl);
		return STATUS_NO_MEMORY;
	}
	memcpy(mstl.remainder, series->values, n * sizeof *mstl.remainder);
	enum status status = mstl.kept > 0 ? part_seasons(&mstl, options) : loess(series->values, n, &line, mstl.trend);
	if (status != STATUS_OK) {
		mstl_close(&mstl);
		return status;
	}
	for (size_t i = 0; i < n; i++)
		mstl.remainder[i] -= mstl.trend[i];
	measure(&mstl);
	*out = mstl;
	return STATUS_OK;
}

double
mstl_season_at(const struct mstl *mstl, size_t step)
{
	double sum = 0.0;
	for (size_t s = 0; s < mstl->kept; s++) {
		size_t place = step;
		/* Whole seasons back, so that a year of 365.25 days keeps its place. */
		if (step >= mstl->n) {
			double back = ceil((double)(step - mstl->n + 1) / mstl->periods[s]) * mstl->periods[s];
			place = (size_t)fmax(0.0, fmin(round((double)step - back), (double)(mstl->n - 1)));
		}
		sum += mstl->season[s][place];
	}
	return sum;
}

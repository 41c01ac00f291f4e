/* See adjust.h. */
#include "adjust.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "robust.h"

/* Rounds that count: about a third of the history, within these. */
#define MEMORY_LEAST 6.7
#define MEMORY_MOST 33.0
/* A round farther than so many deviations from the middle of its step counts less. */
#define ROUND_WILD 3.0
/* A value farther than so many deviations from neighbours that agree with each other is a blunder. */
#define BLUNDER 5.0
/* The least deviation of a step: what is constant is not certain. */
#define NOISE_LEAST 1e-6

/* The scale's offset, in means of the history: days are nearer to the values' own scale, for their noise is. */
#define OFFSET_DAYS 3.0

struct desk {
	double *trend, *rest, *scratch, *filled;
};

enum pace
pace_of(const struct series *series)
{
	double last = series->n_periods == 0 ? 1.0 : series->periods[series->n_periods - 1];
	bool days = series->n_periods > 0 && series->periods[0] > 4.5 && (last > 60.0 || fabs(series->periods[0] - 7.0) < 0.01);
	return days ? PACE_DAYS : PACE_MONTHS;
}

double
adjusted_value(const struct adjusted *adjusted, double place)
{
	return fmax(exp(place) - adjusted->offset, 0.0);
}

void
adjusted_close(struct adjusted *adjusted)
{
	free(adjusted->level);
	free(adjusted->season);
	free(adjusted->season2);
	*adjusted = (struct adjusted){ 0 };
}

/* A line through the unknown between the known ones; beyond the last known its value. */
static void
bridge(double *values, size_t n)
{
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (isnan(values[i]))
			continue;
		size_t from = last == SIZE_MAX ? 0 : last + 1;
		for (size_t k = from; k < i; k++)
			values[k] = last == SIZE_MAX
			    ? values[i]
			    : values[last] + (values[i] - values[last]) * (double)(k - last) / (double)(i - last);
		last = i;
	}
	for (size_t k = last + 1; last != SIZE_MAX && k < n; k++)
		values[k] = values[last];
}

/* The moving average over one season; at both ends it goes on with half the slope of its last years. */
static void
moving_average(const double *y, size_t n, size_t m, double *trend)
{
	size_t half = m / 2, first = half, last = n - half - 1;
	double sum = 0.0, edge = m % 2 == 0 ? 0.5 : 1.0;
	assert(n > 2 * half);
	for (size_t i = first; i <= last; i++) {
		if (i == first)
			for (size_t k = 0; k < 2 * half + 1; k++)
				sum += y[k] * (k == 0 || k == 2 * half ? edge : 1.0);
		else if (m % 2 == 0)
			sum += 0.5 * (y[i + half] + y[i + half - 1]) - 0.5 * (y[i - half] + y[i - half - 1]);
		else
			sum += y[i + half] - y[i - half - 1];
		trend[i] = sum / (double)m;
	}
	size_t reach = last - first < 12 ? last - first : 12;
	double rise = reach == 0 ? 0.0 : (trend[first + reach] - trend[first]) / (double)reach;
	double end_rise = reach == 0 ? 0.0 : (trend[last] - trend[last - reach]) / (double)reach;
	for (size_t i = 0; i < first; i++)
		trend[i] = trend[first] - 0.5 * rise * (double)(first - i);
	for (size_t i = last + 1; i < n; i++)
		trend[i] = trend[last] + 0.5 * end_rise * (double)(i - last);
}

/* The index of the step that is `back` before the end: a mean over rounds. `known` NAN: the round says nothing. */
static double
index_of(const double *rest, const double *known, size_t n, size_t m, size_t back, double decay, double *scratch)
{
	size_t count = 0;
	for (size_t i = n - back; i >= 1; i = i > m ? i - m : 0)
		if (!isnan(known[i - 1]))
			scratch[count++] = rest[i - 1];
	if (count == 0)
		return 0.0;
	double middle = robust_median(scratch, count);
	double wild = ROUND_WILD * robust_deviation(scratch, count, middle) + 1e-12;
	double sum = 0.0, weights = 0.0, age = 1.0;
	for (size_t i = n - back; i >= 1; i = i > m ? i - m : 0, age *= decay) {
		if (isnan(known[i - 1]))
			continue;
		double far = fabs(rest[i - 1] - middle) / wild, weight = age * (far > 1.0 ? 1.0 / far : 1.0);
		sum += weight * rest[i - 1];
		weights += weight;
	}
	return sum / weights;
}

/* How much of the indices is more than chance: the irregular's share of their variance is taken off. */
static double
trust(const double *indices, const double *rest, const double *known, size_t n, size_t m, double rounds)
{
	double signal = 0.0, noise = 0.0;
	size_t count = 0;
	for (size_t j = 0; j < m; j++)
		signal += indices[j] * indices[j] / (double)m;
	for (size_t i = 0; i < n; i++) {
		if (isnan(known[i]))
			continue;
		double error = rest[i] - indices[(n - 1 - i) % m];
		noise += error * error;
		count++;
	}
	if (signal <= 0.0 || count == 0)
		return 0.0;
	return fmax(0.0, 1.0 - 0.75 * noise / (double)count / rounds / signal);
}

static void
find_season(const struct desk *desk, const double *known, size_t n, size_t horizon, size_t m, double *season)
{
	double rounds = (double)n / (double)m, memory = fmin(fmax(rounds / 3.0, MEMORY_LEAST), MEMORY_MOST);
	double decay = 1.0 - 1.0 / memory, indices[ADJUST_SEASON_MAX], mean = 0.0;
	moving_average(desk->filled, n, m, desk->trend);
	for (size_t i = 0; i < n; i++)
		desk->rest[i] = desk->filled[i] - desk->trend[i];
	for (size_t j = 0; j < m; j++) {
		indices[j] = index_of(desk->rest, known, n, m, j, decay, desk->scratch);
		mean += indices[j] / (double)m;
	}
	for (size_t j = 0; j < m; j++)
		indices[j] -= mean;
	double share = trust(indices, desk->rest, known, n, m, fmin(rounds, (1.0 + decay) / (1.0 - decay)));
	for (size_t i = 0; i < n + horizon; i++)
		season[i] = share * indices[i < n ? (n - 1 - i) % m : m - 1 - (i - n) % m];
}

static double
noise_of(const double *level, size_t n, double *scratch)
{
	if (n < 2)
		return NOISE_LEAST;
	for (size_t i = 1; i < n; i++)
		scratch[i - 1] = level[i] - level[i - 1];
	return robust_deviation(scratch, n - 1, 0.0) / sqrt(2.0) + NOISE_LEAST;
}

/* Puts blunders aside: values far from both neighbours, which agree with each other. `known` tells what is given. */
static size_t
put_aside(double *level, size_t n, double noise)
{
	size_t count = 0;
	for (size_t i = 1; i + 1 < n; i++) {
		double middle = 0.5 * (level[i - 1] + level[i + 1]);
		if (fabs(level[i] - middle) > BLUNDER * noise && fabs(level[i - 1] - level[i + 1]) < 3.0 * noise) {
			level[i] = middle;
			count++;
		}
	}
	return count;
}

/* filled: the known values; for the unknown what the season and the levels around say. */
static void
adjust(struct adjusted *out, const double *known, const struct desk *desk, const struct series *series)
{
	size_t n = out->n, found = 0;
	memcpy(desk->filled, known, n * sizeof *known);
	bridge(desk->filled, n);
	for (int pass = 0; pass < 2; pass++) {
		found = 0;
		for (size_t k = 0; k < series->n_periods && found < 2; k++) {
			size_t m = (size_t)lround(series->periods[k]);
			if (m < 2 || m > ADJUST_SEASON_MAX || n < 2 * m + 1)
				continue;
			double *season = found == 0 ? out->season : out->season2;
			for (size_t i = 0; i < n && found == 1; i++)
				desk->filled[i] -= out->season[i];
			find_season(desk, known, n, out->horizon, m, season);
			found++;
		}
		for (size_t i = 0; i < n; i++)
			out->level[i] = known[i] - out->season[i] - out->season2[i];
		bridge(out->level, n);
		out->noise = noise_of(out->level, n, desk->scratch);
		out->replaced = put_aside(out->level, n, out->noise);
		for (size_t i = 0; i < n; i++)
			desk->filled[i] = out->level[i] + out->season[i] + out->season2[i];
	}
	out->noise = noise_of(out->level, n, desk->scratch);
}

static enum status
take_room(struct adjusted *out, struct desk *desk, double **known)
{
	size_t n = out->n, whole = n + out->horizon;
	out->level = malloc((n + 1) * sizeof(double));
	out->season = calloc(whole + 1, sizeof(double));
	out->season2 = calloc(whole + 1, sizeof(double));
	desk->trend = malloc(5 * (n + 1) * sizeof(double));
	if (out->level == NULL || out->season == NULL || out->season2 == NULL || desk->trend == NULL)
		return STATUS_NO_MEMORY;
	desk->rest = desk->trend + n + 1;
	desk->scratch = desk->rest + n + 1;
	desk->filled = desk->scratch + n + 1;
	*known = desk->filled + n + 1;
	return STATUS_OK;
}

enum status
adjusted_make(const struct series *series, size_t horizon, struct adjusted *out)
{
	struct adjusted made = { .n = series->n, .horizon = horizon };
	struct desk desk = { 0 };
	double *known = NULL, sum = 0.0;
	for (size_t i = 0; i < series->n; i++)
		if (!isnan(series->values[i])) {
			assert(series->values[i] >= 0.0);
			sum += series->values[i];
			made.known++;
		}
	if (made.known == 0)
		return STATUS_TOO_FEW;
	made.offset = sum > 0.0 ? (pace_of(series) == PACE_DAYS ? OFFSET_DAYS : 1.0) * sum / (double)made.known : 1.0;
	enum status status = take_room(&made, &desk, &known);
	if (status == STATUS_OK) {
		for (size_t i = 0; i < made.n; i++)
			known[i] = log(series->values[i] + made.offset);
		adjust(&made, known, &desk, series);
		*out = made;
		made = (struct adjusted){ 0 };
	}
	free(desk.trend);
	adjusted_close(&made);
	return status;
}

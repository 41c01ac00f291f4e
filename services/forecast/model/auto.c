/* See auto.h. The thin first form: seasonal naive with its own errors drawn again. */
#include "auto.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

void
quantiles(double *values, size_t n, const double *p, size_t m, double *out)
{
	assert(n > 0);
	qsort(values, n, sizeof *values, compare);
	for (size_t i = 0; i < m; i++) {
		double place = p[i] * (double)(n - 1);
		size_t below = (size_t)place;
		double share = place - (double)below;
		out[i] = below + 1 < n ? values[below] + share * (values[below + 1] - values[below]) : values[n - 1];
	}
}

void
forecast_close(struct forecast *forecast)
{
	free(forecast->point);
	free(forecast->path);
	for (size_t i = 0; i < FORECAST_PARTS; i++)
		free(forecast->part[i]);
	*forecast = (struct forecast){ 0 };
}

static enum status
take_room(const struct forecast_task *task, struct forecast *out)
{
	out->horizon = task->horizon;
	out->paths = task->paths;
	out->point = calloc(task->horizon, sizeof *out->point);
	out->path = calloc(task->horizon * task->paths, sizeof *out->path);
	bool whole = out->point != NULL && out->path != NULL;
	for (size_t i = 0; i < FORECAST_PARTS; i++) {
		out->part[i] = calloc(task->horizon, sizeof *out->part[i]);
		whole = whole && out->part[i] != NULL;
	}
	return whole ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The last known value in the same place of the season; 0 where there is none. */
static double
last_like(const struct series *series, size_t season, size_t step)
{
	for (size_t i = series->n; i-- > 0;)
		if (i % season == step % season && isfinite(series->values[i]))
			return series->values[i];
	return 0.0;
}

static double
clamp(const struct forecast_task *task, size_t step, double value)
{
	double most = task->ceiling == NULL ? INFINITY : task->ceiling[step];
	if (task->open != NULL)
		value *= task->open[task->series.n + step];
	return fmin(fmax(value, 0.0), most);
}

enum status
forecast_make(const struct forecast_task *task, struct forecast *out, struct reason *why)
{
	struct forecast forecast = { 0 };
	const struct series *series = &task->series;
	size_t season = series->n_periods == 0 ? 1 : (size_t)lround(series->periods[0]);
	if (task->horizon < 1 || task->horizon > FORECAST_STEPS_MAX || task->paths < 100 || task->paths > FORECAST_PATHS_MAX)
		return reason_say(why, STATUS_USAGE, "a forecast has 1 to %d steps and 100 to %d paths", FORECAST_STEPS_MAX,
		    FORECAST_PATHS_MAX);
	if (series->n <= season)
		return reason_say(why, STATUS_TOO_FEW, "%zu values are too few for a season of %zu", series->n, season);
	if (take_room(task, &forecast) != STATUS_OK) {
		forecast_close(&forecast);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	for (size_t h = 0; h < task->horizon; h++) {
		forecast.point[h] = clamp(task, h, last_like(series, season, series->n + h));
		forecast.part[PART_LEVEL][h] = forecast.point[h];
	}
	for (size_t p = 0; p < task->paths; p++) {
		struct chance chance = chance_begin(task->seed, p);
		double drift = 0.0;
		for (size_t h = 0; h < task->horizon; h++) {
			size_t i = season + chance_index(&chance, series->n - season);
			double error = series->values[i] - series->values[i - season];
			drift = isfinite(error) ? error : 0.0;
			forecast.path[p * task->horizon + h] = clamp(task, h, forecast.point[h] + drift);
		}
	}
	snprintf(forecast.model, sizeof forecast.model, "seasonal naive");
	forecast.past.sum_error = NAN;
	*out = forecast;
	return STATUS_OK;
}

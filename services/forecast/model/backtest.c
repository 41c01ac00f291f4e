/* Rolling origins and their scores: see backtest.h. */
#include "backtest.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double backtest_levels[BACKTEST_LEVELS] = { 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975 };
const char *const backtest_method_names[BACKTEST_METHODS] = { "juyan", "seasonal naive", "naive" };

/* Places of the interval ends in backtest_levels. */
enum { LOW95, LOW80, HIGH80 = 5, HIGH95 };

double
backtest_scale(const double *values, size_t n, size_t season)
{
	double sum = 0.0;
	size_t known = 0;
	for (size_t i = season; i < n; i++)
		if (isfinite(values[i]) && isfinite(values[i - season])) {
			sum += fabs(values[i] - values[i - season]);
			known++;
		}
	return known == 0 || sum == 0.0 ? NAN : sum / (double)known;
}

size_t
backtest_season(const struct series *series)
{
	long season = series->n_periods == 0 ? 1 : lround(series->periods[0]);
	return season < 1 ? 1 : (size_t)season;
}

/* ---- scores ---- */

/* Of sorted values: mean |x - y| less half the mean |x - x'|. Σ over pairs |x - x'| is Σ (2 i - n + 1) x[i], i from 0. */
static double
crps_of(const double *sorted, size_t n, double y)
{
	double off = 0.0, apart = 0.0;
	for (size_t i = 0; i < n; i++) {
		off += fabs(sorted[i] - y);
		apart += (2.0 * (double)i - (double)n + 1.0) * sorted[i];
	}
	return off / (double)n - apart / ((double)n * (double)n);
}

/* The interval score at `alpha`: how wide, and how far beyond. */
static double
interval_score(double low, double high, double y, double alpha)
{
	return high - low + 2.0 / alpha * (fmax(low - y, 0.0) + fmax(y - high, 0.0));
}

static bool
within(double low, double y, double high)
{
	return low <= y && y <= high;
}

/* Sorts `drawn`. */
static void
score_step(struct backtest_score *score, double scale, double point, double *drawn, size_t paths, double y)
{
	double q[BACKTEST_LEVELS], size = fabs(y) + fabs(point);
	quantiles(drawn, paths, backtest_levels, BACKTEST_LEVELS, q);
	score->n++;
	score->smape += size == 0.0 ? 0.0 : 200.0 * fabs(y - point) / size;
	score->covered80 += within(q[LOW80], y, q[HIGH80]) ? 1.0 : 0.0;
	score->covered95 += within(q[LOW95], y, q[HIGH95]) ? 1.0 : 0.0;
	if (!isfinite(scale))
		return;
	score->n_scaled++;
	score->mase += fabs(y - point) / scale;
	score->msis += interval_score(q[LOW95], q[HIGH95], y, 0.05) / scale;
	score->crps += crps_of(drawn, paths, y) / scale;
}

enum status
backtest_add(struct backtest_tally *tally, enum backtest_method method, const struct backtest_case *one)
{
	assert(tally->n_bands >= 1 && tally->n_bands <= BACKTEST_BANDS_MAX && one->paths > 0);
	double *drawn = calloc(one->paths, sizeof *drawn);
	if (drawn == NULL)
		return STATUS_NO_MEMORY;
	size_t band = 0;
	for (size_t h = 0; h < one->horizon; h++) {
		while (band < tally->n_bands && h >= tally->band[band])
			band++;
		if (band == tally->n_bands)
			break;
		if (!isfinite(one->came[h]))
			continue;
		for (size_t p = 0; p < one->paths; p++)
			drawn[p] = one->path[p * one->stride + h];
		score_step(&tally->score[method][band], one->scale, one->point[h], drawn, one->paths, one->came[h]);
	}
	free(drawn);
	return STATUS_OK;
}

struct backtest_score
backtest_mean(const struct backtest_tally *tally, enum backtest_method method, size_t band)
{
	struct backtest_score sum = { 0 };
	for (size_t b = band == tally->n_bands ? 0 : band; b < tally->n_bands && (band == tally->n_bands || b == band); b++) {
		const struct backtest_score *one = &tally->score[method][b];
		sum.n += one->n;
		sum.n_scaled += one->n_scaled;
		sum.mase += one->mase;
		sum.smape += one->smape;
		sum.covered80 += one->covered80;
		sum.covered95 += one->covered95;
		sum.msis += one->msis;
		sum.crps += one->crps;
	}
	double n = sum.n > 0 ? (double)sum.n : NAN, scaled = sum.n_scaled > 0 ? (double)sum.n_scaled : NAN;
	return (struct backtest_score){ sum.n, sum.n_scaled, sum.mase / scaled, sum.smape / n, sum.covered80 / n, sum.covered95 / n,
		sum.msis / scaled, sum.crps / scaled };
}

/* ---- yardsticks ---- */

/* Fills `before` [lag] with the last known values of each place in the season; the last known of all where a place has none. */
static bool
last_season(const struct series *series, size_t lag, double *before)
{
	double last = NAN;
	for (size_t k = 0; k < lag; k++)
		before[k] = NAN;
	for (size_t i = 0; i < series->n; i++)
		if (isfinite(series->values[i])) {
			last = series->values[i];
			/* before[k]: the place of step n + k. */
			before[(i + lag - series->n % lag) % lag] = last;
		}
	for (size_t k = 0; k < lag; k++)
		if (isnan(before[k]))
			before[k] = last;
	return isfinite(last);
}

/* The errors that it made, less their mean. */
static size_t
own_errors(const struct series *series, size_t lag, double *error)
{
	size_t n = 0;
	double mean = 0.0;
	for (size_t i = lag; i < series->n; i++)
		if (isfinite(series->values[i]) && isfinite(series->values[i - lag])) {
			error[n] = series->values[i] - series->values[i - lag];
			mean += error[n++];
		}
	for (size_t i = 0; i < n; i++)
		error[i] -= mean / (double)n;
	return n;
}

/* Each step goes on from the path's own step a season before, as the method would have it. */
static void
draw_paths(const struct forecast_task *task, size_t lag, const double *before, const double *error, size_t errors,
    struct forecast *out)
{
	for (size_t p = 0; p < task->paths; p++) {
		struct chance chance = chance_begin(task->seed, p);
		double *path = out->path + p * task->horizon;
		for (size_t h = 0; h < task->horizon; h++) {
			double from = h < lag ? before[h] : path[h - lag];
			path[h] = from + (errors == 0 ? 0.0 : error[chance_index(&chance, errors)]);
		}
		/* Below zero only at the end: a path that was cut on the way would drift upwards. */
		for (size_t h = 0; h < task->horizon; h++)
			path[h] = fmax(path[h], 0.0);
	}
}

static enum status
yardstick_room(const struct forecast_task *task, struct forecast *out)
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

enum status
backtest_yardstick(const struct forecast_task *task, bool seasonal, struct forecast *out, struct reason *why)
{
	struct forecast forecast = { 0 };
	size_t lag = seasonal ? backtest_season(&task->series) : 1;
	double *before = calloc(lag, sizeof *before), *error = calloc(task->series.n + 1, sizeof *error);
	enum status status = before == NULL || error == NULL ? STATUS_NO_MEMORY : yardstick_room(task, &forecast);
	if (status != STATUS_OK) {
		reason_write(why, "memory ran out");
	} else if (!last_season(&task->series, lag, before)) {
		status = reason_say(why, STATUS_TOO_FEW, "no value is known");
	} else {
		for (size_t h = 0; h < task->horizon; h++)
			forecast.point[h] = forecast.part[PART_LEVEL][h] = before[h % lag];
		draw_paths(task, lag, before, error, own_errors(&task->series, lag, error), &forecast);
		snprintf(forecast.model, sizeof forecast.model, "%s",
		    backtest_method_names[seasonal ? BACKTEST_SEASONAL_NAIVE : BACKTEST_NAIVE]);
		forecast.past.sum_error = NAN;
	}
	free(before);
	free(error);
	if (status == STATUS_OK)
		*out = forecast;
	else
		forecast_close(&forecast);
	return status;
}

/* ---- rolling origins ---- */

enum status
backtest_sum(const struct forecast *forecast, size_t steps, double known, struct backtest_total *out)
{
	assert(steps <= forecast->horizon);
	double *sum = calloc(forecast->paths, sizeof *sum);
	if (sum == NULL)
		return STATUS_NO_MEMORY;
	out->mean = known;
	for (size_t h = 0; h < steps; h++)
		out->mean += forecast->point[h];
	for (size_t p = 0; p < forecast->paths; p++) {
		sum[p] = known;
		for (size_t h = 0; h < steps; h++)
			sum[p] += forecast->path[p * forecast->horizon + h];
	}
	quantiles(sum, forecast->paths, backtest_levels, BACKTEST_LEVELS, out->quantile);
	free(sum);
	return STATUS_OK;
}

static double
sum_of(const double *values, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += isfinite(values[i]) ? values[i] : 0.0;
	return sum;
}

/* What is asked at one origin: how far it looks, and which total. */
struct at {
	size_t i; /* in the task's list */
	size_t origin;
	size_t reach;       /* steps that are scored */
	size_t total_steps; /* 0: none */
	double total_known;
};

static enum status
score_one(const struct backtest_task *task, const struct at *at, enum backtest_method method, const struct forecast *forecast,
    struct backtest_tally *tally, struct backtest_total *total)
{
	const struct series *series = &task->task.series;
	const double *came = series->values + at->origin;
	struct backtest_case one = { backtest_scale(series->values, at->origin, backtest_season(series)), forecast->point,
		forecast->path, forecast->paths, forecast->horizon, came, at->reach };
	enum status status = backtest_add(tally, method, &one);
	if (status != STATUS_OK || total == NULL || at->total_steps == 0)
		return status;
	total[method].origin = at->origin;
	total[method].came = at->total_known + sum_of(came, at->total_steps);
	return backtest_sum(forecast, at->total_steps, at->total_known, &total[method]);
}

static enum status
make_one(const struct forecast_task *task, enum backtest_method method, struct forecast *out, struct reason *why)
{
	if (method == BACKTEST_JUYAN)
		return forecast_make(task, out, why);
	return backtest_yardstick(task, method == BACKTEST_SEASONAL_NAIVE, out, why);
}

/* TOO_FEW: nothing was added. */
static enum status
run_origin(const struct backtest_task *task, const struct at *at, struct backtest_tally *tally, struct backtest_total *total,
    struct reason *why)
{
	struct forecast_task one = task->task;
	struct forecast forecast[BACKTEST_METHODS] = { 0 };
	enum status status = STATUS_OK;
	one.series.n = at->origin;
	one.horizon = at->reach > at->total_steps ? at->reach : at->total_steps;
	one.ceiling = NULL;
	for (size_t m = 0; m < BACKTEST_METHODS && status == STATUS_OK; m++)
		status = make_one(&one, (enum backtest_method)m, &forecast[m], why);
	for (size_t m = 0; m < BACKTEST_METHODS && status == STATUS_OK; m++)
		status = score_one(task, at, (enum backtest_method)m, &forecast[m], tally, total);
	for (size_t m = 0; m < BACKTEST_METHODS && status == STATUS_OK && task->seen != NULL; m++)
		task->seen(task->user, at->i, (enum backtest_method)m, &forecast[m]);
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		forecast_close(&forecast[m]);
	return status;
}

static struct at
look_at(const struct backtest_task *task, size_t i)
{
	size_t origin = task->origin[i], left = task->task.series.n - origin;
	struct at at = { .i = i, .origin = origin, .reach = task->reach < left ? task->reach : left };
	if (task->total_steps != NULL && task->total_steps[i] <= left) {
		at.total_steps = task->total_steps[i];
		at.total_known = task->total_known == NULL ? 0.0 : task->total_known[i];
	}
	return at;
}

enum status
backtest_run(const struct backtest_task *task, struct backtest_tally *tally, struct backtest_total *total, struct reason *why)
{
	enum status status = STATUS_OK;
	if (task->reach == 0)
		return reason_say(why, STATUS_USAGE, "a backtest looks at least one step ahead");
	for (size_t i = 0; i < task->n_origins && status == STATUS_OK; i++) {
		if (task->origin[i] == 0 || task->origin[i] >= task->task.series.n)
			return reason_say(why, STATUS_USAGE, "an origin has values before and behind it");
		struct at at = look_at(task, i);
		struct backtest_total *row = total == NULL ? NULL : total + i * BACKTEST_METHODS;
		if (row != NULL)
			memset(row, 0, BACKTEST_METHODS * sizeof *row);
		status = run_origin(task, &at, tally, row, why);
		if (status == STATUS_OK)
			tally->origins++;
		else if (status == STATUS_TOO_FEW)
			status = STATUS_OK;
		if (task->progress != NULL)
			task->progress(task->user, i + 1, task->n_origins);
	}
	return status;
}

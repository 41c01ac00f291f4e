/* See auto.h. */
#include "auto.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "footing.h"
#include "paths.h"

/* How far back the same procedure is tried: origins, and steps between them at the pace of days. */
enum { ORIGINS_MONTHS = 60, ORIGINS_DAYS = 24, ORIGINS_DAYS_STEP = 7, ORIGINS_LEAST = 6 };
enum { HALF80_DISTANCES = 32 };
/* A smaller elasticity by working days is not worth a sentence. */
#define WORKING_TELLS 0.2

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

struct making {
	const struct forecast_task *task;
	struct footing footing;
	struct combined combined;
	struct origins origins;
	enum pace pace;
};

/* What a step can be at the least and the most, given how long it is open. */
static double
held(const struct forecast_task *task, size_t h, double value)
{
	double open = task->open == NULL ? 1.0 : fmin(task->open[task->series.n + h], 1.0);
	double most = task->ceiling == NULL ? INFINITY : task->ceiling[h];
	return fmin(fmax(open < OPEN_LEAST ? 0.0 : value * open, 0.0), most);
}

/*
 * The point and its parts: the forecast is built up from its level, and each part is what its coming in adds. So they add up on the
 * values' own scale, whatever the scale of the models.
 */
static void
put_points(const struct making *making, struct forecast *forecast)
{
	const struct forecast_task *task = making->task;
	const struct combined *c = &making->combined;
	const struct adjusted *adjusted = &c->adjusted;
	enum forecast_part season = making->pace == PACE_DAYS ? PART_WEEK : PART_YEAR;
	for (size_t h = 0; h < task->horizon; h++) {
		double place = c->base + c->local[h], before = adjusted_value(adjusted, place), after;
		forecast->part[PART_LEVEL][h] = before;
		after = adjusted_value(adjusted, place += c->line[h]);
		forecast->part[PART_TREND][h] = after - before;
		before = after;
		after = adjusted_value(adjusted, place += c->year[h]);
		forecast->part[PART_YEAR][h] = after - before;
		before = after;
		after = adjusted_value(adjusted, place += adjusted->season[adjusted->n + h] + adjusted->season2[adjusted->n + h]);
		forecast->part[season][h] += after - before;
		before = after;
		after = adjusted_value(adjusted, place + making->footing.effect[adjusted->n + h]);
		double open = task->open == NULL ? 1.0 : fmin(task->open[task->series.n + h], 1.0);
		after *= making->footing.factor[adjusted->n + h];
		forecast->point[h] = held(task, h, after);
		after = open < OPEN_LEAST ? 0.0 : after * open;
		forecast->part[PART_CALENDAR][h] = after - before;
		forecast->part[PART_CEILING][h] = forecast->point[h] - after;
	}
}

/* Errors on the scale become values. */
static void
put_paths(const struct making *making, struct forecast *forecast)
{
	const struct adjusted *adjusted = &making->combined.adjusted;
	for (size_t p = 0; p < forecast->paths; p++)
		for (size_t h = 0; h < forecast->horizon; h++) {
			double *at = &forecast->path[p * forecast->horizon + h];
			double place = combined_place(&making->combined, h) + making->footing.effect[adjusted->n + h];
			*at =
			    held(making->task, h, adjusted_value(adjusted, place + *at) * making->footing.factor[adjusted->n + h]);
		}
}

__attribute__((format(printf, 2, 3))) static void
note(struct forecast *forecast, const char *format, ...)
{
	va_list words;
	if (forecast->n_notes == FORECAST_NOTES_MAX)
		return;
	va_start(words, format);
	vsnprintf(forecast->notes[forecast->n_notes++], SENTENCE_BYTES_MAX, format, words);
	va_end(words);
}

static void
put_notes(const struct making *making, struct forecast *forecast)
{
	const struct series *series = &making->task->series;
	size_t known = making->footing.known;
	if (making->origins.n == 0)
		note(forecast,
		    "the history is short (%zu value%s known): the intervals rest on what is usual elsewhere, and are wide", known,
		    known == 1 ? " is" : "s are");
	for (size_t k = 0; k < series->n_periods; k++)
		if ((double)series->n < 2.0 * series->periods[k] + 1.0 && series->periods[k] <= ADJUST_SEASON_MAX)
			note(forecast, "%zu values are too few for a season of %g steps: the forecast has none", series->n,
			    series->periods[k]);
		else if ((double)series->n < 1.25 * series->periods[k])
			note(forecast, "%zu values are too few to know the year: the forecast has none", series->n);
	if (making->task->n_regressors > 0 && making->footing.calendar == 0)
		note(forecast, "no special day lies in the history: the calendar's special days are forecast as ordinary ones");
	if (making->task->working != NULL && making->footing.working.days >= WORKING_TELLS)
		note(forecast, "the steps go with their working days: one of 21 more or less moves a step by %.1f %%",
		    100.0 * making->footing.working.days / 21.0);
	for (size_t i = 0; i < making->footing.n_notes; i++)
		note(forecast, "%s", making->footing.notes[i]);
}

static void
put_model(const struct making *making, struct forecast *forecast)
{
	const struct combined *c = &making->combined;
	double coarse = COARSE_SHARE * (double)c->coarse, share = (1.0 - coarse) * MEMBER_SHARE;
	double rest = 1.0 - coarse - share * ((c->ets[0] != '\0') + (c->arima[0] != '\0'));
	char members[3][MODEL_LABEL_BYTES + 16] = { "", "", "" };
	const char *labels[2] = { c->ets, c->arima };
	for (size_t i = 0; i < 2; i++)
		if (labels[i][0] != '\0')
			snprintf(members[i], sizeof members[i], " + %.2g %s", share, labels[i]);
	if (c->coarse > 0)
		snprintf(members[2], sizeof members[2], " + %.2g ETS of %s", coarse,
		    c->coarse > 1 ? "quarters and half-years" : "quarters");
	snprintf(forecast->model, sizeof forecast->model, "%.2g %s", rest,
	    c->adjusted.known < 2 ? "last value" : "(smoothing, damped trend, lines, AR(3), AR(6), ARI(3))");
	size_t used = strlen(forecast->model);
	snprintf(forecast->model + used, sizeof forecast->model - used, "%s%s%s", members[0], members[1], members[2]);
}

/* Median of |said - came| / came of the sums from origins that saw the whole horizon. */
static double
sum_error(const struct origins *origins, double *scratch)
{
	size_t count = 0;
	for (size_t k = 0; k < origins->n; k++) {
		double said = 0.0, came = 0.0;
		size_t known = 0;
		for (size_t i = k * origins->horizon; i < (k + 1) * origins->horizon; i++) {
			if (isnan(origins->said[i]) || isnan(origins->came[i]))
				continue;
			said += origins->said[i];
			came += origins->came[i];
			known++;
		}
		/* Shut steps are not known either; where many are missing, the horizon is not over yet. */
		if (known * 4 >= origins->horizon * 3 && came > 0.0)
			scratch[count++] = fabs(said - came) / came;
	}
	qsort(scratch, count, sizeof *scratch, compare);
	return count == 0 ? NAN : 0.5 * (scratch[(count - 1) / 2] + scratch[count / 2]);
}

/* The seasonal naive's mean absolute step. */
static double
naive_step(const struct series *series)
{
	size_t season = series->n_periods == 0 ? 1 : (size_t)lround(series->periods[0]), count = 0;
	double sum = 0.0;
	for (size_t i = season; i < series->n; i++)
		if (!isnan(series->values[i]) && !isnan(series->values[i - season])) {
			sum += fabs(series->values[i] - series->values[i - season]);
			count++;
		}
	return count == 0 ? NAN : sum / (double)count;
}

/* How the earlier origins did; half80[h]: from the point to the 80 % interval's end, on the scale. */
static enum status
put_past(const struct making *making, const double *half80, struct forecast *forecast)
{
	const struct origins *o = &making->origins;
	double *scratch = malloc((o->n + 1) * sizeof *scratch), error = 0.0;
	size_t count = 0, covered = 0;
	if (scratch == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < o->n * o->horizon; i++) {
		if (isnan(o->error[i]))
			continue;
		error += fabs(o->came[i] - o->said[i]);
		covered += fabs(o->error[i]) <= half80[i % o->horizon];
		count++;
	}
	forecast->past = (struct forecast_past){ .origins = o->n, .sum_error = sum_error(o, scratch) };
	forecast->past.mase = count == 0 ? NAN : error / (double)count / naive_step(&making->footing.series);
	forecast->past.covered80 = count == 0 ? NAN : (double)covered / (double)count;
	free(scratch);
	return STATUS_OK;
}

/* The errors' 80 % by distance, before they become values: of thirty-odd distances, and between them of the one before. */
static enum status
find_half80(const struct forecast *forecast, double *half80)
{
	static const double level = 0.8;
	double *values = malloc(forecast->paths * sizeof *values);
	if (values == NULL)
		return STATUS_NO_MEMORY;
	size_t stride = 1 + forecast->horizon / HALF80_DISTANCES;
	for (size_t h = 0; h < forecast->horizon; h++) {
		if (h % stride != 0) {
			half80[h] = half80[h - 1];
			continue;
		}
		for (size_t p = 0; p < forecast->paths; p++)
			values[p] = fabs(forecast->path[p * forecast->horizon + h]);
		quantiles(values, forecast->paths, &level, 1, &half80[h]);
	}
	free(values);
	return STATUS_OK;
}

static struct origins_plan
plan_origins(const struct making *making)
{
	const struct series *series = &making->task->series;
	size_t season = series->n_periods == 0 ? 1 : (size_t)lround(fmin(series->periods[0], ADJUST_SEASON_MAX));
	size_t step = making->task->horizon / 8 > ORIGINS_DAYS_STEP ? making->task->horizon / 8 : ORIGINS_DAYS_STEP;
	if (making->pace == PACE_DAYS)
		return (struct origins_plan){ ORIGINS_DAYS, step, 2 * season + ORIGINS_LEAST };
	return (struct origins_plan){ ORIGINS_MONTHS, 1, 2 * season + ORIGINS_LEAST };
}

static enum status
make(struct making *making, struct forecast *forecast)
{
	const struct forecast_task *task = making->task;
	struct origins_plan plan = plan_origins(making);
	struct paths_plan draw = { making->pace, task->horizon, task->paths, task->seed };
	double *half80 = malloc(task->horizon * sizeof *half80);
	enum status status = half80 == NULL ? STATUS_NO_MEMORY : take_room(task, forecast);
	if (status == STATUS_OK)
		status = combined_make(&making->footing.series, task->horizon, true, &making->combined);
	if (status == STATUS_OK)
		status =
		    origins_look(&making->footing.series, making->combined.adjusted.offset, task->horizon, &plan, &making->origins);
	if (status == STATUS_OK)
		status = paths_draw(&making->combined, &making->origins, &draw, forecast->path);
	if (status == STATUS_OK)
		status = find_half80(forecast, half80);
	if (status == STATUS_OK)
		status = put_past(making, half80, forecast);
	if (status == STATUS_OK) {
		put_points(making, forecast);
		put_paths(making, forecast);
		put_notes(making, forecast);
		put_model(making, forecast);
	}
	free(half80);
	return status;
}

/* What cannot be asked. */
static enum status
check(const struct forecast_task *task, struct reason *why)
{
	const struct series *series = &task->series;
	if (task->horizon < 1 || task->horizon > FORECAST_STEPS_MAX || task->paths < 100 || task->paths > FORECAST_PATHS_MAX)
		return reason_say(why, STATUS_USAGE, "a forecast has 1 to %d steps and 100 to %d paths", FORECAST_STEPS_MAX,
		    FORECAST_PATHS_MAX);
	if (series->n < 1)
		return reason_say(why, STATUS_TOO_FEW, "there is no value to forecast from");
	if (series->n_periods > PERIODS_MAX)
		return reason_say(why, STATUS_USAGE, "a series has at most %d seasons", PERIODS_MAX);
	for (size_t k = 0; k < series->n_periods; k++)
		if (!(series->periods[k] >= 1.0 && series->periods[k] < 1e6))
			return reason_say(why, STATUS_USAGE, "a season has 1 to 1000000 steps, not %g", series->periods[k]);
	for (size_t i = 0; i < (series->n + task->horizon) * task->n_regressors; i++)
		if (!isfinite(task->regressors[i]))
			return reason_say(why, STATUS_USAGE, "regressor %zu of step %zu is no number", i % task->n_regressors + 1,
			    i / task->n_regressors + 1);
	for (size_t i = 0; task->open != NULL && i < series->n + task->horizon; i++)
		if (!(task->open[i] >= 0.0))
			return reason_say(why, STATUS_USAGE, "step %zu is open for no share of it", i + 1);
	for (size_t i = 0; task->working != NULL && i < series->n + task->horizon; i++) {
		struct working at = task->working(task->working_user, i);
		if (!(at.days > 0.0 && isfinite(at.days) && at.feast >= 0.0 && at.feast < at.days))
			return reason_say(why, STATUS_USAGE, "step %zu has no number of working days", i + 1);
	}
	for (size_t h = 0; task->ceiling != NULL && h < task->horizon; h++)
		if (!(task->ceiling[h] >= 0.0))
			return reason_say(why, STATUS_USAGE, "the ceiling of step %zu is below 0 or no number", h + 1);
	return STATUS_OK;
}

enum status
forecast_make(const struct forecast_task *task, struct forecast *out, struct reason *why)
{
	struct forecast forecast = { 0 };
	struct making making = { .task = task, .pace = pace_of(&task->series) };
	enum status status = check(task, why);
	if (status == STATUS_OK)
		status = footing_make(task, &making.footing, why);
	if (status == STATUS_OK) {
		status = make(&making, &forecast);
		if (status != STATUS_OK)
			status = reason_say(why, status, "memory ran out");
	}
	footing_close(&making.footing);
	combined_close(&making.combined);
	origins_close(&making.origins);
	if (status == STATUS_OK)
		*out = forecast;
	else
		forecast_close(&forecast);
	return status;
}

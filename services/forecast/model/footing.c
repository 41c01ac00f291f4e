/* See footing.h. */
#include "footing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adjust.h"
#include "clean.h"
#include "least_squares.h"

/* What is believed of an effect before any is seen: none, give or take this much on the scale. */
#define EFFECT_PRIOR 0.3
/* No effect is taken beyond these. */
#define EFFECT_LEAST (-3.0)
#define EFFECT_MOST 1.5
/* Values below this share of the offset come from rounding alone. */
#define ROUNDING 1e-9

void
footing_close(struct footing *footing)
{
	free(footing->values);
	free(footing->effect);
	free(footing->factor);
	*footing = (struct footing){ 0 };
}

static const double *
row_of(const struct forecast_task *task, size_t step)
{
	return task->regressors + step * task->n_regressors;
}

static bool
is_special(const struct forecast_task *task, size_t step)
{
	for (size_t k = 0; k < task->n_regressors; k++)
		if (row_of(task, step)[k] != 0.0)
			return true;
	return false;
}

/* Values on the footing of a fully open step; what was shut, by the calendar or by the look of it, says nothing. */
static enum status
take_values(const struct forecast_task *task, struct footing *footing, struct reason *why)
{
	size_t n = task->series.n;
	bool *keep = calloc(n + 1, sizeof *keep);
	struct clean_options options = { .keep = keep };
	struct cleaned cleaned;
	if (keep == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < n; i++)
		keep[i] = is_special(task, i);
	enum status status = clean_series(&task->series, task->open, &options, &cleaned, why);
	free(keep);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++) {
		double value = task->series.values[i], open = task->open == NULL ? 1.0 : task->open[i];
		bool silent = isnan(value) || open < OPEN_LEAST || cleaned.kind[i] == CLEAN_SHUT || cleaned.kind[i] == CLEAN_BEFORE;
		footing->values[i] = silent ? NAN : fmax(value, 0.0) / fmin(open, 1.0);
		footing->known += !silent;
	}
	for (size_t i = 0; i < cleaned.n_notes && footing->n_notes < FORECAST_NOTES_MAX; i++)
		snprintf(footing->notes[footing->n_notes++], SENTENCE_BYTES_MAX, "%s", cleaned.notes[i]);
	clean_close(&cleaned);
	if (footing->known == 0)
		return reason_say(why, STATUS_TOO_FEW, "no value is known of a step in which work was possible");
	return STATUS_OK;
}

/*
 * Least squares of what special steps did beside what the ordinary ones around them let expect. One row more for each regressor
 * holds its effect near none (Hoerl and Kennard 1970).
 */
static enum status
fit_effects(const struct forecast_task *task, const double *values, const struct adjusted *expected, size_t *learned, double *b)
{
	size_t n = task->series.n, columns = task->n_regressors, rows = 0;
	double *x = calloc((n + columns) * columns, sizeof *x), *y = calloc(n + columns, sizeof *y);
	enum status status = x == NULL || y == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		if (isnan(values[i]) || !is_special(task, i))
			continue;
		memcpy(x + rows * columns, row_of(task, i), columns * sizeof *x);
		y[rows++] = log(values[i] + expected->offset) - expected->level[i] - expected->season[i] - expected->season2[i];
	}
	*learned = rows;
	for (size_t k = 0; k < columns && status == STATUS_OK; k++)
		x[rows++ * columns + k] = expected->noise * 1.5 / EFFECT_PRIOR;
	if (status == STATUS_OK)
		status = least_squares(x, y, NULL, rows, columns, b);
	free(x);
	free(y);
	return status;
}

/* Without their effects, special steps are ordinary ones. */
static void
take_effects_off(const struct forecast_task *task, struct footing *footing, const double *b)
{
	size_t n = task->series.n;
	for (size_t i = 0; i < n + task->horizon; i++) {
		double effect = 0.0;
		for (size_t k = 0; k < task->n_regressors; k++)
			effect += b[k] * row_of(task, i)[k];
		footing->effect[i] = fmin(fmax(effect, EFFECT_LEAST), EFFECT_MOST);
		if (i < n && !isnan(footing->values[i])) {
			double place = log(footing->values[i] + footing->offset) - footing->effect[i];
			double value = exp(place) - footing->offset;
			/* What the scale's rounding leaves of nothing is nothing: of its logarithm a level would be made. */
			footing->values[i] = value > ROUNDING * footing->offset ? value : 0.0;
		}
	}
}

static enum status
learn_calendar(const struct forecast_task *task, struct footing *footing)
{
	size_t n = task->series.n;
	struct series ordinary = task->series;
	struct adjusted expected;
	double *quiet = malloc((n + task->n_regressors) * sizeof *quiet), *b = quiet + n;
	if (quiet == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		quiet[i] = is_special(task, i) ? NAN : footing->values[i];
	ordinary.values = quiet;
	enum status status = adjusted_make(&ordinary, 0, &expected);
	if (status == STATUS_OK) {
		footing->offset = expected.offset;
		status = fit_effects(task, footing->values, &expected, &footing->calendar, b);
		if (status == STATUS_OK)
			take_effects_off(task, footing, b);
		adjusted_close(&expected);
	}
	free(quiet);
	/* No ordinary step is known, or the rows cannot be fitted: the calendar then says nothing. */
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static enum status
learn_working(const struct forecast_task *task, struct footing *footing)
{
	size_t n = task->series.n;
	for (size_t i = 0; i < n + task->horizon; i++)
		footing->factor[i] = 1.0;
	if (task->working == NULL)
		return STATUS_OK;
	enum status status = working_learn(task, &footing->series, &footing->working, footing->factor);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		footing->values[i] /= footing->factor[i];
	return status;
}

enum status
footing_make(const struct forecast_task *task, struct footing *out, struct reason *why)
{
	struct footing made = { .series = task->series, .offset = 1.0 };
	made.values = calloc(task->series.n + 1, sizeof *made.values);
	made.effect = calloc(task->series.n + task->horizon + 1, sizeof *made.effect);
	made.factor = calloc(task->series.n + task->horizon + 1, sizeof *made.factor);
	made.series.values = made.values;
	enum status status = STATUS_OK;
	if (made.values == NULL || made.effect == NULL || made.factor == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status == STATUS_OK)
		status = take_values(task, &made, why);
	if (status == STATUS_OK && task->n_regressors > 0 && learn_calendar(task, &made) != STATUS_OK)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status == STATUS_OK && learn_working(task, &made) != STATUS_OK)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status == STATUS_OK)
		*out = made;
	else
		footing_close(&made);
	return status;
}

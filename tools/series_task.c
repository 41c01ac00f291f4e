/* From a series and a wish to a task: see series_task.h. */
#include "series_task.h"

#include <stdio.h>
#include <string.h>

#include "civil.h"

enum { HOURS = 48, YEARS = 5 };

/* Steps from the origin to the last one of its year. */
static size_t
to_year_end(const struct step *step, int64_t origin, int year)
{
	size_t n = 0;
	while (step_year(step, origin + (int64_t)n + 1) <= year)
		n++;
	return n;
}

size_t
series_horizon(const struct step *step, int64_t origin)
{
	int year = step_year(step, origin);
	if (step->kind == STEP_HOUR)
		return HOURS;
	if (step->kind == STEP_YEAR)
		return YEARS;
	/* With less than a month left, the year that comes is what is asked about. */
	struct step month = { .kind = STEP_MONTH };
	int64_t last = step_at(&month, step_begin(step, origin + 1) - 1.0);
	bool december = last - 12 * (last / 12) == 11;
	return to_year_end(step, origin, december || to_year_end(step, origin, year) == 0 ? year + 1 : year);
}

static enum status
horizon_to(const struct step *step, int64_t origin, const char *to, size_t *out, struct reason *why)
{
	static const enum step_kind kinds[] = { [STEP_FORM_YEAR] = STEP_YEAR,
		[STEP_FORM_MONTH] = STEP_MONTH,
		[STEP_FORM_WEEK] = STEP_WEEK,
		[STEP_FORM_DAY] = STEP_DAY,
		[STEP_FORM_TIME] = STEP_HOUR };
	char text[STEP_TEXT_BYTES];
	struct step_date date;
	int64_t number;
	if (!step_read((struct span){ (const uint8_t *)to, strlen(to) }, &date))
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a period such as 2025, 2025-06 or 2025-06-30", to);
	struct step period = { kinds[date.form], true, date.minutes / 1440 };
	if (!step_number(&period, &date, &number))
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a whole hour", to);
	/* The last step that begins before the period's end. */
	int64_t last = step_at(step, step_begin(&period, number + 1) - 1.0 / 48);
	if (last <= origin)
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a period behind %s, where the series ends", to,
		    step_text(step, origin, text));
	*out = (size_t)(last - origin);
	return STATUS_OK;
}

/* Seasons of which less than one whole turn is known say nothing. */
static void
take_seasons(const struct series_one *series, const struct step *step, const struct series_wish *wish, struct series_task *out)
{
	double usual[STEP_SEASONS_MAX];
	const double *season = wish->season != NULL ? wish->season : usual;
	size_t n = wish->season != NULL ? wish->n_seasons : step_seasons(step->kind, usual);
	struct series *into = &out->task.series;
	for (size_t i = 0; i < n; i++) {
		if ((double)series->n > season[i] && season[i] > 1.0)
			into->periods[into->n_periods++] = season[i];
		else if (season[i] > 1.0 && out->note[0] == '\0')
			snprintf(out->note, sizeof out->note,
			    "%zu %s are too few for a season of %g: this is a forecast without it.", series->n,
			    step_word(step->kind, series->n != 1), season[i]);
	}
}

static void
name_step(const void *user, size_t step, char *out)
{
	const struct series_task *task = user;
	char text[STEP_TEXT_BYTES];
	snprintf(out, STEP_NAME_BYTES, "%s", step_text(&task->step, task->first + (int64_t)step, text));
}

static struct working
working_of(const void *user, size_t step)
{
	const struct series_task *task = user;
	int64_t at = task->first + (int64_t)step;
	int year = step_year(&task->step, at), month = (int)(at - 12 * (int64_t)year) + 1;
	return (struct working){ civil_working_days(year, month), civil_has_good_friday(year, month) ? 1.0 : 0.0 };
}

enum status
series_task_make(const struct series_one *series, const struct step *step, const struct series_wish *wish, struct series_task *out,
    struct reason *why)
{
	enum status status = STATUS_OK;
	*out = (struct series_task){ .task = { .series = { .values = series->values, .n = series->n },
					 .horizon = wish->horizon,
					 .paths = wish->paths == 0 ? SERIES_TASK_PATHS : wish->paths,
					 .seed = wish->seed } };
	out->step = *step;
	out->first = series->first;
	out->task.series.step_name = name_step;
	out->task.series.step_user = out;
	out->task.working = step->kind == STEP_MONTH ? working_of : NULL;
	out->task.working_user = out;
	int64_t origin = series->first + (int64_t)series->n - 1;
	if (wish->horizon == 0 && wish->to != NULL)
		status = horizon_to(step, origin, wish->to, &out->task.horizon, why);
	else if (wish->horizon == 0)
		out->task.horizon = series_horizon(step, origin);
	if (status == STATUS_OK && out->task.horizon > FORECAST_STEPS_MAX)
		status = reason_say(why, STATUS_USAGE, "%zu %s ahead, expected at most %d", out->task.horizon,
		    step_word(step->kind, true), FORECAST_STEPS_MAX);
	if (status != STATUS_OK)
		return status;
	take_seasons(series, step, wish, out);
	return STATUS_OK;
}

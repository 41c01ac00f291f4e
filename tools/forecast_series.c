/* `juyan forecast --series FILE`: any regular series, forecast here and now, without a ledger. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forecast_parts.h"
#include "series_task.h"
#include "table.h"

enum { ROWS_BEARABLE = 62, HOURS_BEARABLE = 240 }; /* a table longer than this is by month, if nothing else was asked for */

/* One series' forecast, and what is made of it. It points into itself: not to be moved. */
struct made {
	struct series_task task;
	struct forecast forecast;
	struct prospect detail, course, rows;
};

static void
made_close(struct made *made)
{
	forecast_close(&made->forecast);
	prospect_close(&made->detail);
	prospect_close(&made->course);
	prospect_close(&made->rows);
}

static enum step_kind
rows_kind(const struct forecast_command *command, const struct step *step, size_t horizon)
{
	if (command->period_given)
		return command->period;
	if (command->shape != FORECAST_TABLE || horizon <= ROWS_BEARABLE)
		return step->kind;
	return step->kind == STEP_HOUR ? STEP_DAY : STEP_MONTH;
}

/* Weeks instead of days, days instead of hours, where the eye could not part them. */
static enum step_kind
course_kind(const struct step *step, size_t horizon)
{
	if (step->kind == STEP_DAY && horizon > ROWS_BEARABLE)
		return STEP_WEEK;
	return step->kind == STEP_HOUR && horizon > HOURS_BEARABLE ? STEP_DAY : step->kind;
}

static enum status
make_one(const struct forecast_command *command, const struct series_one *series, const struct step *step, struct made *out,
    struct reason *why)
{
	struct series_wish wish = { command->seasons_given ? command->season : NULL, command->n_seasons, command->horizon,
		command->to, command->paths, command->seed_given ? command->seed : SERIES_TASK_SEED };
	struct reason inner = { "" };
	enum status status = series_task_make(series, step, &wish, &out->task, why);
	if (status != STATUS_OK)
		return status;
	status = forecast_make(&out->task.task, &out->forecast, &inner);
	if (status != STATUS_OK)
		return reason_say(why, status, "%.80s: %.160s", series->name, inner.text);
	enum step_kind kind = rows_kind(command, step, out->task.task.horizon);
	enum step_kind course = course_kind(step, out->task.task.horizon);
	status = prospect_of_series(series, step, &out->forecast, wish.seed, step->kind, &out->detail, why);
	if (status == STATUS_OK)
		status = prospect_of_series(series, step, &out->forecast, wish.seed, course, &out->course, why);
	if (status == STATUS_OK)
		status = prospect_of_series(series, step, &out->forecast, wish.seed, kind, &out->rows, why);
	if (status == STATUS_OK && out->task.note[0] != '\0') {
		prospect_note(&out->detail, "%s", out->task.note);
		prospect_note(&out->rows, "%s", out->task.note);
	}
	return status;
}

static enum status
make_all(const struct forecast_command *command, const struct series_set *set, struct made *made, struct reason *why)
{
	bool told = set->n > 1 && isatty(STDERR_FILENO);
	enum status status = STATUS_OK;
	for (size_t i = 0; i < set->n && status == STATUS_OK; i++) {
		if (told)
			fprintf(stderr, "\r%zu of %zu series …", i + 1, set->n);
		status = make_one(command, &set->series[i], &set->step, &made[i], why);
	}
	if (told)
		fprintf(stderr, "\r\033[K");
	return status;
}

/* Every path, a row for each step: for those who sum or sort them in their own way. */
static enum status
print_paths(const struct series_set *set, const struct made *made)
{
	char text[STEP_TEXT_BYTES];
	puts("series,path,period,value");
	for (size_t i = 0; i < set->n; i++) {
		const struct series_one *series = &set->series[i];
		const struct forecast *forecast = &made[i].forecast;
		bool quoted = strpbrk(series->name, ",\"\n") != NULL;
		for (size_t p = 0; p < forecast->paths; p++)
			for (size_t h = 0; h < forecast->horizon; h++)
				printf("%s%s%s,%zu,%s,%.10g\n", quoted ? "\"" : "", series->name, quoted ? "\"" : "", p + 1,
				    step_text(&set->step, series->first + (int64_t)(series->n + h), text),
				    forecast->path[p * forecast->horizon + h]);
	}
	return STATUS_OK;
}

static enum status
show_all(const struct forecast_command *command, const struct series_set *set, const struct made *made, struct reason *why)
{
	if (command->print_paths)
		return print_paths(set, made);
	struct forecast_shown *shown = calloc(set->n, sizeof *shown);
	if (shown == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < set->n; i++)
		shown[i] = (struct forecast_shown){ &made[i].detail, &made[i].course, &made[i].rows };
	enum status status = forecast_show(command, shown, set->n, why);
	free(shown);
	return status;
}

enum status
forecast_of_file(const struct forecast_command *command, struct reason *why)
{
	struct series_options options = { command->date_column, (const char *const *)command->columns.name, command->columns.n,
		(const char *const *)command->ids.name, command->ids.n, command->gaps_unknown };
	struct series_set set = { 0 };
	enum status status = series_set_read(command->series, &options, &set, why);
	if (status != STATUS_OK)
		return status;
	struct made *made = calloc(set.n, sizeof *made);
	if (made == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	else if (command->period_given && command->period < set.step.kind)
		status = reason_say(why, STATUS_USAGE, "--period is %s, expected no finer one than the series' own: %s",
		    step_word(command->period, false), step_word(set.step.kind, false));
	if (status == STATUS_OK)
		status = make_all(command, &set, made, why);
	if (status == STATUS_OK)
		status = show_all(command, &set, made, why);
	for (size_t i = 0; made != NULL && i < set.n; i++)
		made_close(&made[i]);
	free(made);
	series_set_close(&set);
	return status;
}

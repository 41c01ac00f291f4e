/* `juyan backtest --series FILE`: rolling origins of a file's series, here and now. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backtest_parts.h"
#include "pool.h"
#include "scores.h"
#include "series_task.h"

enum { ORIGINS_MAX = 4000, MONTHS = 24, YEARS = 10, DAYS_OF_HOURS = 28, LEAST_HISTORY = 4, TOGETHER = 64 };

/* Distances by the kind of step: the last steps of each band; the last of all is how far a forecast is followed. */
static const size_t bands[STEP_KINDS][4] = {
	[STEP_HOUR] = { 6, 24, 48 },
	[STEP_DAY] = { 7, 28, 91 },
	[STEP_WEEK] = { 4, 13, 26 },
	[STEP_MONTH] = { 3, 6, 12 },
	[STEP_YEAR] = { 1, 2, 3 },
};

/* A series at work. */
struct work {
	const struct backtest_command *command;
	const struct step *step;
	const struct series_one *series;
	size_t *origin, *total_steps; /* [n] */
	double *total_known;
	size_t n;
	size_t chosen[TRIAL_ORIGINS_MAX]; /* of the picture */
	struct prospect drawn[TRIAL_ORIGINS_MAX];
	size_t n_chosen;
	enum status drawing;
	struct lookback *lookback;
	/* What came out. */
	struct backtest_tally tally;
	struct backtest_total *total; /* [n][BACKTEST_METHODS] */
	enum status status;
	struct reason why;
};

/* All series at work. Several are tried at a time, and put together in their order. */
struct lookback {
	const struct backtest_command *command;
	const struct series_set *set;
	struct backtest_tally tally;
	struct work *work; /* [TOGETHER]: those of the series from `first` on */
	size_t first;
	atomic_size_t done; /* series, for the progress */
};

static void
work_close(struct work *work)
{
	free(work->origin);
	free(work->total_steps);
	free(work->total_known);
	free(work->total);
	for (size_t i = 0; i < TRIAL_ORIGINS_MAX; i++)
		prospect_close(&work->drawn[i]);
}

/* ---- origins ---- */

/* Whether a forecast would be made at the end of this step: at a day's end of hours, a month's of days and weeks. */
static bool
is_origin(const struct step *step, int64_t number)
{
	static const struct step month = { .kind = STEP_MONTH };
	if (step->kind == STEP_MONTH || step->kind == STEP_YEAR)
		return true;
	if (step->kind == STEP_HOUR)
		return (number + 1) % 24 == 0;
	return step_at(&month, step_begin(step, number)) != step_at(&month, step_begin(step, number + 1));
}

static double
days_back(const struct backtest_command *command, const struct step *step)
{
	if (command->months > 0)
		return (double)command->months * 365.25 / 12.0 + 1.0;
	return step->kind == STEP_HOUR ? DAYS_OF_HOURS + 0.5 : (step->kind == STEP_YEAR ? YEARS : MONTHS / 12) * 365.25 + 1.0;
}

/* The year that is asked about at an origin: where all of it is known by now and its beginning was known then. */
static void
look_at_year(struct work *work, size_t i)
{
	const struct series_one *series = work->series;
	const struct step *step = work->step;
	int64_t next = series->first + (int64_t)work->origin[i];
	int year = step_year(step, next);
	size_t from = work->origin[i], to = from;
	double known = 0.0;
	if (step->kind == STEP_YEAR || step->kind == STEP_HOUR)
		return;
	while (from > 0 && step_year(step, series->first + (int64_t)from - 1) == year)
		known += isnan(series->values[--from]) ? 0.0 : series->values[from];
	while (to < series->n && step_year(step, series->first + (int64_t)to) == year)
		to++;
	bool begins = from > 0 || step_year(step, series->first - 1) < year;
	bool ends = to < series->n || step_year(step, series->first + (int64_t)to) > year;
	if (!begins || !ends)
		return;
	work->total_steps[i] = to - work->origin[i];
	work->total_known[i] = known;
}

static enum status
find_origins(struct work *work, size_t least, struct reason *why)
{
	const struct series_one *series = work->series;
	double last = step_begin(work->step, series->first + (int64_t)series->n);
	work->origin = calloc(series->n + 1, sizeof *work->origin);
	work->total_steps = calloc(series->n + 1, sizeof *work->total_steps);
	work->total_known = calloc(series->n + 1, sizeof *work->total_known);
	if (work->origin == NULL || work->total_steps == NULL || work->total_known == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t known = least; known < series->n && work->n < ORIGINS_MAX; known++) {
		int64_t number = series->first + (int64_t)known - 1;
		if (is_origin(work->step, number) &&
		    step_begin(work->step, number + 1) >= last - days_back(work->command, work->step))
			work->origin[work->n++] = known;
	}
	for (size_t i = 0; i < work->n; i++)
		look_at_year(work, i);
	if (work->n == 0)
		return reason_say(why, STATUS_TOO_FEW, "%.80s: %zu %s are too few for a backtest, expected more than %zu",
		    series->name, series->n, step_word(work->step->kind, true), least);
	return STATUS_OK;
}

/* ---- the picture ---- */

/* Some origins, each behind the end of what the one before foretold; the latest ones that can be followed to their end. */
static void
choose(struct work *work, size_t reach)
{
	size_t before = SIZE_MAX;
	for (size_t i = work->n; i-- > 0 && work->n_chosen < TRIAL_ORIGINS_MAX - 1;) {
		if (work->origin[i] + reach > work->series->n || (before != SIZE_MAX && work->origin[i] + reach > before))
			continue;
		work->chosen[work->n_chosen++] = i;
		before = work->origin[i];
	}
	/* Too short a past for that: the last one alone. */
	if (work->n_chosen == 0)
		work->chosen[work->n_chosen++] = work->n - 1;
}

static enum step_kind
drawn_kind(const struct step *step)
{
	return step->kind == STEP_DAY ? STEP_WEEK : step->kind;
}

static void
seen(void *user, size_t i, enum backtest_method method, const struct forecast *forecast)
{
	struct work *work = user;
	struct reason ignored;
	for (size_t k = 0; k < work->n_chosen && method == BACKTEST_JUYAN; k++) {
		if (work->chosen[k] != i || work->drawing != STATUS_OK)
			continue;
		struct series_one then = *work->series;
		then.n = work->origin[i];
		work->drawing =
		    prospect_of_series(&then, work->step, forecast, 0, drawn_kind(work->step), &work->drawn[k], &ignored);
	}
}

/* Of one series its origins, of several the series. */
static void
progress(void *user, size_t done, size_t of)
{
	const struct work *work = user;
	if (!isatty(STDERR_FILENO) || work->lookback->set->n > 1)
		return;
	fprintf(stderr, "\r%zu of %zu origins …\033[K%s", done, of, done == of ? "\r\033[K" : "");
}

static void
progress_of_series(struct lookback *lookback)
{
	size_t done = atomic_fetch_add(&lookback->done, 1) + 1, of = lookback->set->n;
	if (isatty(STDERR_FILENO) && of > 1)
		fprintf(stderr, "\r%zu of %zu series …\033[K%s", done, of, done == of ? "\r\033[K" : "");
}

/* Points of one line of the picture, and the interval beside it. */
struct course {
	double *at, *mean, *low, *high;
	size_t n;
};

static void
course_close(struct course *course)
{
	free(course->at);
	free(course->mean);
	free(course->low);
	free(course->high);
}

/* Of the future rows that are whole, at most until `until`; or, of the past, those from `from` on. */
static enum status
course_of(const struct prospect *prospect, bool future, double from, double until, struct course *out)
{
	size_t room = prospect->n + 1;
	struct course course = { calloc(room, sizeof(double)), calloc(room, sizeof(double)), calloc(room, sizeof(double)),
		calloc(room, sizeof(double)), 0 };
	if (course.at == NULL || course.mean == NULL || course.low == NULL || course.high == NULL) {
		course_close(&course);
		return STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < prospect->n; i++) {
		const struct prospect_row *row = &prospect->row[i];
		if (row->future != future || !row->whole || row->begin < from || row->end > until)
			continue;
		course.at[course.n] = (row->begin + row->end) / 2.0;
		course.mean[course.n] = future ? row->total[PROSPECT_MEAN] : row->known;
		course.low[course.n] = row->total[PROSPECT_P10];
		course.high[course.n++] = row->total[PROSPECT_P90];
	}
	*out = course;
	return STATUS_OK;
}

/* What came, put into the same periods: a prospect of which only the past is looked at. */
static enum status
past_of(const struct work *work, struct prospect *out)
{
	struct forecast_task task = { .series = { .values = work->series->values, .n = work->series->n },
		.horizon = 1,
		.paths = 100 };
	struct forecast naive = { 0 };
	struct reason ignored;
	enum status status = backtest_yardstick(&task, false, &naive, &ignored);
	if (status == STATUS_OK)
		status = prospect_of_series(work->series, work->step, &naive, 0, drawn_kind(work->step), out, &ignored);
	forecast_close(&naive);
	return status;
}

static enum status
draw(const struct work *work, const struct verdict *verdict, size_t reach, char *out[BACKTEST_PICTURES])
{
	struct course past = { 0 }, course[TRIAL_ORIGINS_MAX] = { 0 };
	struct prospect all = { 0 };
	struct trial trial = { .about = { "backtest", verdict->name, "what came, and what had been forecast", verdict->headline,
				   false, true } };
	size_t first = work->n_chosen == 0 ? 0 : work->origin[work->chosen[work->n_chosen - 1]];
	double origin = step_begin(work->step, work->series->first + (int64_t)first);
	double end = step_begin(work->step, work->series->first + (int64_t)work->series->n);
	enum status status = work->drawing == STATUS_OK ? past_of(work, &all) : work->drawing;
	if (status == STATUS_OK)
		status = course_of(&all, false, origin - (end - origin) / 3.0, end, &past);
	for (size_t k = 0; k < work->n_chosen && status == STATUS_OK; k++) {
		size_t known = work->origin[work->chosen[k]];
		double until = step_begin(work->step, work->series->first + (int64_t)(known + reach));
		status = course_of(&work->drawn[k], true, -INFINITY, until, &course[k]);
		trial.origin[trial.n_origins++] =
		    (struct trial_origin){ course[k].at, course[k].mean, course[k].low, course[k].high, course[k].n };
	}
	trial.past_at = past.at;
	trial.past = past.mean;
	trial.n_past = past.n;
	verdict_bands(verdict, &trial);
	if (status == STATUS_OK && (trial.n_bands == 0 || past.n == 0))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = trial_draw(&trial, &out[BACKTEST_ALONE]);
	trial.about.alone = false;
	if (status == STATUS_OK)
		status = trial_draw(&trial, &out[BACKTEST_IN_PAGE]);
	course_close(&past);
	for (size_t k = 0; k < TRIAL_ORIGINS_MAX; k++)
		course_close(&course[k]);
	prospect_close(&all);
	return status;
}

/* ---- running ---- */

static enum status
keep_years(const struct work *work, struct verdict *verdict)
{
	for (size_t i = 0; i < work->n; i++) {
		const struct backtest_total *row = work->total + i * BACKTEST_METHODS;
		if (row[BACKTEST_JUYAN].origin == 0)
			continue;
		struct verdict_year *year = verdict_add_year(verdict);
		if (year == NULL)
			return STATUS_NO_MEMORY;
		snprintf(year->name, sizeof year->name, "%s", work->series->name);
		step_text(work->step, work->series->first + (int64_t)work->origin[i] - 1, year->origin);
		year->came = row[BACKTEST_JUYAN].came;
		for (size_t m = 0; m < BACKTEST_METHODS; m++) {
			year->mean[m] = row[m].mean;
			year->p10[m] = row[m].quantile[1];
			year->p90[m] = row[m].quantile[5];
		}
	}
	return STATUS_OK;
}

static enum status
run_one(struct work *work, struct reason *why)
{
	const struct forecast_command *command = &work->command->forecast;
	struct series_wish wish = { command->seasons_given ? command->season : NULL, command->n_seasons, 1, NULL, command->paths,
		command->seed_given ? command->seed : SERIES_TASK_SEED };
	struct series_task task;
	enum status status = series_task_make(work->series, work->step, &wish, &task, why);
	if (status != STATUS_OK)
		return status;
	size_t least = 2 * backtest_season(&task.task.series);
	size_t reach = work->tally.band[work->tally.n_bands - 1];
	status = find_origins(work, least < LEAST_HISTORY ? LEAST_HISTORY : least, why);
	if (status != STATUS_OK)
		return status;
	if (work->lookback->set->n == 1)
		choose(work, reach);
	work->total = calloc(work->n * BACKTEST_METHODS, sizeof *work->total);
	if (work->total == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	struct backtest_task run = { task.task, work->origin, work->n, reach, work->total_steps, work->total_known, progress, seen,
		work };
	return backtest_run(&run, &work->tally, work->total, why);
}

static void
job(void *user, size_t i)
{
	struct lookback *lookback = user;
	struct work *work = &lookback->work[i];
	work->status = run_one(work, &work->why);
	progress_of_series(lookback);
}

static void
distance_text(const struct backtest_tally *tally, enum step_kind kind, size_t band, char out[VERDICT_DISTANCE_BYTES])
{
	size_t from = band == 0 ? 1 : tally->band[band - 1] + 1, to = tally->band[band];
	if (from == to)
		snprintf(out, VERDICT_DISTANCE_BYTES, "%zu %s", to, step_word(kind, to != 1));
	else
		snprintf(out, VERDICT_DISTANCE_BYTES, "%zu-%zu %s", from, to, step_word(kind, true));
}

static void
conclude(const struct backtest_tally *tally, enum step_kind kind, const struct forecast_command *command, struct verdict *verdict)
{
	verdict->origins = tally->origins;
	for (size_t b = 0; b <= tally->n_bands; b++)
		for (size_t m = 0; m < BACKTEST_METHODS; m++) {
			struct verdict_row *row = &verdict->row[verdict->n_rows++];
			snprintf(row->method, sizeof row->method, "%s", backtest_method_names[m]);
			row->score = backtest_mean(tally, (enum backtest_method)m, b);
			if (b == tally->n_bands)
				snprintf(row->distance, sizeof row->distance, "all");
			else
				distance_text(tally, kind, b, row->distance);
		}
	verdict_conclude(verdict);
	snprintf(verdict->made, sizeof verdict->made, "Made by juyan %s; %zu paths, seed %llu.", JUYAN_VERSION,
	    command->paths == 0 ? (size_t)SERIES_TASK_PATHS : command->paths,
	    (unsigned long long)(command->seed_given ? command->seed : SERIES_TASK_SEED));
}

/* The usual distances, as far as is asked for. */
static void
take_bands(enum step_kind kind, size_t horizon, struct backtest_tally *tally)
{
	for (size_t i = 0; i < 3 && (horizon == 0 || tally->n_bands == 0 || bands[kind][i - 1] < horizon); i++)
		tally->band[tally->n_bands++] = horizon > 0 && bands[kind][i] > horizon ? horizon : bands[kind][i];
	if (horizon > tally->band[tally->n_bands - 1])
		tally->band[tally->n_bands++] = horizon;
}

/* A series that is done joins the others. */
static enum status
take_over(struct lookback *lookback, const struct work *work, struct verdict *verdict, struct reason *why)
{
	/* Of many series some may be short. */
	if (work->status == STATUS_TOO_FEW && lookback->set->n > 1) {
		verdict_note(verdict, "%s", work->why.text);
		return STATUS_OK;
	}
	if (work->status != STATUS_OK) {
		*why = work->why;
		return work->status;
	}
	scores_add(&work->tally, &lookback->tally);
	return keep_years(work, verdict) == STATUS_OK ? STATUS_OK : reason_say(why, STATUS_NO_MEMORY, "memory ran out");
}

/* The series from `first` on that are tried together; of a file's only one, also the pictures. */
static enum status
run_some(struct lookback *lookback, size_t n, struct verdict *verdict, char *picture[BACKTEST_PICTURES], struct reason *why)
{
	const struct backtest_command *command = lookback->command;
	const struct series_set *set = lookback->set;
	for (size_t i = 0; i < n; i++) {
		struct work *work = &lookback->work[i];
		*work = (struct work){ .command = command, .step = &set->step, .lookback = lookback };
		work->series = &set->series[lookback->first + i];
		work->tally.n_bands = lookback->tally.n_bands;
		memcpy(work->tally.band, lookback->tally.band, sizeof work->tally.band);
	}
	enum status status = pool_run(command->jobs, n, job, lookback, NULL);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = take_over(lookback, &lookback->work[i], verdict, why);
	if (status == STATUS_OK && lookback->first + n == set->n)
		conclude(&lookback->tally, set->step.kind, &command->forecast, verdict);
	if (status == STATUS_OK && set->n == 1 && (command->forecast.svg != NULL || command->forecast.html != NULL)) {
		status = draw(&lookback->work[0], verdict, lookback->tally.band[lookback->tally.n_bands - 1], picture);
		status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
	}
	for (size_t i = 0; i < n; i++)
		work_close(&lookback->work[i]);
	return status;
}

static enum status
run_all(const struct backtest_command *command, const struct series_set *set, struct verdict *verdict,
    char *picture[BACKTEST_PICTURES], struct reason *why)
{
	struct lookback lookback = { .command = command, .set = set };
	enum status status = STATUS_OK;
	take_bands(set->step.kind, command->forecast.horizon, &lookback.tally);
	lookback.work = calloc(set->n < TOGETHER ? set->n : TOGETHER, sizeof *lookback.work);
	if (lookback.work == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (; lookback.first < set->n && status == STATUS_OK; lookback.first += TOGETHER) {
		size_t left = set->n - lookback.first;
		status = run_some(&lookback, left < TOGETHER ? left : TOGETHER, verdict, picture, why);
	}
	free(lookback.work);
	return status;
}

enum status
backtest_of_file(const struct backtest_command *command, struct verdict *out, char *picture[BACKTEST_PICTURES], struct reason *why)
{
	const struct forecast_command *file = &command->forecast;
	struct series_options options = { file->date_column, (const char *const *)file->columns.name, file->columns.n,
		(const char *const *)file->ids.name, file->ids.n, file->gaps_unknown };
	struct series_set set = { 0 };
	struct verdict verdict = { 0 };
	enum status status = series_set_read(file->series, &options, &set, why);
	if (status != STATUS_OK)
		return status;
	if (set.n == 1)
		snprintf(verdict.name, sizeof verdict.name, "%s", set.series[0].name);
	else
		snprintf(verdict.name, sizeof verdict.name, "%zu series", set.n);
	if (set.n > 1 && file->svg != NULL)
		status = reason_say(why, STATUS_USAGE,
		    "--svg draws one series, and there are %zu: choose one with --id or --column", set.n);
	else
		status = run_all(command, &set, &verdict, picture, why);
	if (status == STATUS_OK)
		*out = verdict;
	else
		verdict_close(&verdict);
	series_set_close(&set);
	return status;
}

/*
 * How forecasts of a slice would have done: the automatic forecast of its daily sum, made again at the end of each of the last
 * months from what was known then, beside the naive ones. Origins owe nothing to each other, so each is a job of its own; their
 * scores are added up in the order of time, so that threads change nothing.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backtest.h"
#include "civil.h"
#include "daily.h"
#include "engine_parts.h"
#include "pool.h"
#include "scores.h"

enum { MONTHS = 24, MONTHS_MAX = 120, KNOWN_DAYS_MIN = 60, PATHS_MAX = 400, YEAR_DAYS_MAX = 366, MEDIAN_ROOM = MONTHS_MAX + 1 };

static const size_t bands[] = { 7, 28, 91 };
enum { BANDS = sizeof bands / sizeof bands[0] };
static const char *const distances[BANDS + 1] = { "1-7 days", "8-28 days", "29-91 days", "1-91 days" };

/* One origin and what became of it. */
struct trial {
	size_t known;       /* days of the series that are known there */
	size_t total_steps; /* to the end of the year; 0: that is still to come */
	double total_known;
	struct backtest_tally tally;
	struct backtest_total total[BACKTEST_METHODS];
	enum status status;
};

struct trials {
	const struct world *world;
	struct daily daily;
	struct trial *trial;
	size_t n;
};

static int64_t
day_of(const struct trials *trials, size_t known)
{
	return trials->world->leaves.first_day + (int64_t)(trials->daily.begin + known) - 1;
}

/* The end of the year that the day after the origin is in, where it is over, and what of that year had passed. */
static void
set_total(const struct trials *trials, struct trial *trial)
{
	int year, month, dom;
	int64_t origin = day_of(trials, trial->known);
	civil_date(origin + 1, &year, &month, &dom);
	int64_t first = civil_day(year, 1, 1), end = civil_day(year, 12, 31);
	if (end > trials->world->leaves.origin || first < day_of(trials, 1))
		return;
	trial->total_steps = (size_t)(end - origin);
	for (int64_t day = first; day <= origin; day++)
		trial->total_known += trials->daily.values[day - day_of(trials, 1)];
}

/* Ends of months, oldest first, from which at least a week came. */
static enum status
take_origins(struct trials *trials, size_t months)
{
	trials->trial = calloc(months + 1, sizeof *trials->trial);
	if (trials->trial == NULL)
		return STATUS_NO_MEMORY;
	int year, month, dom;
	civil_date(trials->world->leaves.origin, &year, &month, &dom);
	/* The newest end of a month is too new in its first days. */
	size_t newest = dom < (int)bands[0] ? 1 : 0;
	for (size_t i = months; i-- > 0;) {
		int at = year * 12 + month - 1 - (int)(i + newest);
		int64_t known = civil_day(at / 12, at % 12 + 1, 1) - day_of(trials, 1);
		if (known < KNOWN_DAYS_MIN || known + (int64_t)bands[0] > (int64_t)trials->daily.n)
			continue;
		struct trial *trial = &trials->trial[trials->n++];
		trial->known = (size_t)known;
		trial->tally.n_bands = BANDS;
		memcpy(trial->tally.band, bands, sizeof bands);
		set_total(trials, trial);
	}
	return STATUS_OK;
}

static void
try_one(void *user, size_t i)
{
	struct trials *trials = user;
	struct trial *trial = &trials->trial[i];
	size_t paths = trials->world->making.paths;
	struct backtest_task task = { .task = { .series = { .values = trials->daily.values,
						    .n = trials->daily.n,
						    .periods = { 7.0, 365.25 },
						    .n_periods = trial->known > 2 * YEAR_DAYS_MAX ? 2 : 1 },
					  .open = trials->daily.open,
					  .regressors = trials->daily.regressors,
					  .n_regressors = CALENDAR_COLUMNS,
					  .paths = paths < PATHS_MAX ? paths : PATHS_MAX,
					  .seed = trials->world->making.seed },
		.origin = &trial->known,
		.n_origins = 1,
		.reach = bands[BANDS - 1],
		.total_steps = &trial->total_steps,
		.total_known = &trial->total_known };
	trial->status = backtest_run(&task, &trial->tally, trial->total, NULL);
}

/* ---- the report ---- */

static enum status
add_rows(const struct backtest_tally *tally, struct arena *arena, Juyan__V1__BacktestReport *report)
{
	report->rows = arena_take(arena, BACKTEST_METHODS * (BANDS + 1) * sizeof(Juyan__V1__BacktestRow *));
	if (report->rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		for (size_t b = 0; b <= BANDS; b++) {
			struct backtest_score mean = backtest_mean(tally, (enum backtest_method)m, b);
			Juyan__V1__BacktestRow *row = arena_take(arena, sizeof *row);
			if (row == NULL)
				return STATUS_NO_MEMORY;
			juyan__v1__backtest_row__init(row);
			row->method = outlook_text(arena, backtest_method_names[m]);
			row->distance = outlook_text(arena, distances[b]);
			if (row->method == NULL || row->distance == NULL)
				return STATUS_NO_MEMORY;
			row->n = (uint32_t)mean.n;
			row->mase = mean.mase;
			row->smape = mean.smape;
			row->covered80 = mean.covered80;
			row->covered95 = mean.covered95;
			row->msis = mean.msis;
			row->crps = mean.crps;
			report->rows[report->n_rows++] = row;
		}
	return STATUS_OK;
}

static enum status
add_year(const struct trials *trials, size_t i, size_t method, struct arena *arena, Juyan__V1__BacktestReport *report)
{
	const struct backtest_total *total = &trials->trial[i].total[method];
	Juyan__V1__BacktestYear *year = arena_take(arena, sizeof *year);
	Juyan__V1__Quantiles *out = arena_take(arena, sizeof *out);
	if (year == NULL || out == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__backtest_year__init(year);
	juyan__v1__quantiles__init(out);
	int64_t *const places[BACKTEST_LEVELS] = { &out->p025_kg, &out->p10_kg, &out->p25_kg, &out->p50_kg, &out->p75_kg,
		&out->p90_kg, &out->p975_kg };
	for (size_t k = 0; k < BACKTEST_LEVELS; k++)
		*places[k] = (int64_t)llround(total->quantile[k]);
	out->mean_kg = (int64_t)llround(total->mean);
	year->origin = outlook_day(arena, day_of(trials, trials->trial[i].known));
	year->method = outlook_text(arena, backtest_method_names[method]);
	year->total = out;
	year->came_kg = (int64_t)llround(total->came);
	report->years[report->n_years++] = year;
	return year->origin == NULL || year->method == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status
add_years(const struct trials *trials, struct arena *arena, Juyan__V1__BacktestReport *report)
{
	enum status status = STATUS_OK;
	report->years = arena_take(arena, (trials->n * BACKTEST_METHODS + 1) * sizeof(Juyan__V1__BacktestYear *));
	if (report->years == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < trials->n; i++)
		for (size_t m = 0; status == STATUS_OK && m < BACKTEST_METHODS; m++)
			if (trials->trial[i].total[m].origin > 0)
				status = add_year(trials, i, m, arena, report);
	return status;
}

/* Half of the forecasts of a year's total were nearer than this, of `count` whose year is over; below 0: of none it is. */
static double
usual_error(const struct trials *trials, size_t *count)
{
	double error[MEDIAN_ROOM], median = -1.0;
	const double half = 0.5;
	size_t n = 0;
	for (size_t i = 0; i < trials->n && n < MEDIAN_ROOM; i++) {
		const struct backtest_total *total = &trials->trial[i].total[BACKTEST_JUYAN];
		if (total->origin > 0 && total->came > 0.0)
			error[n++] = fabs(total->mean - total->came) / total->came;
	}
	if (n > 0)
		quantiles(error, n, &half, 1, &median);
	*count = n;
	return median;
}

static char *
headline_of(const struct trials *trials, const struct backtest_tally *tally, struct arena *arena)
{
	char text[SENTENCE_BYTES_MAX], year[96] = "";
	struct backtest_score ours = backtest_mean(tally, BACKTEST_JUYAN, BANDS);
	struct backtest_score other = backtest_mean(tally, BACKTEST_SEASONAL_NAIVE, BANDS);
	size_t n = 0;
	double error = usual_error(trials, &n);
	if (error >= 0.0)
		snprintf(year, sizeof year, "; the year's total, forecast from %zu of them, was off by %.1f %% (median)", n,
		    100.0 * error);
	if (tally->origins == 0)
		snprintf(text, sizeof text, "the history is too short to look back");
	else
		snprintf(text, sizeof text,
		    "from %zu ends of months, single days up to a quarter ahead: MASE %.2f (seasonal naive %.2f), the 80 %% "
		    "interval held %.0f %%%s",
		    tally->origins, ours.mase, other.mase, 100.0 * ours.covered80, year);
	return outlook_text(arena, text);
}

/* ---- the answer ---- */

static enum status
run_trials(struct trials *trials, size_t months, struct backtest_tally *tally)
{
	enum status status = take_origins(trials, months);
	if (status != STATUS_OK)
		return status;
	const struct world_making *making = &trials->world->making;
	status = pool_run(making->threads, trials->n, try_one, trials, making->stop);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < trials->n; i++) {
		if (status_consequence(trials->trial[i].status) == STOP)
			return trials->trial[i].status;
		if (trials->trial[i].status == STATUS_OK)
			scores_add(&trials->trial[i].tally, tally);
	}
	return STATUS_OK;
}

/* The leaves of the slice; published histories are no daily ones, and are not looked back on. */
static enum status
take_series(struct trials *trials, const Juyan__V1__Slice *slice)
{
	const struct leaves *leaves = &trials->world->leaves;
	size_t n = 0, *which = calloc(leaves->n + 1, sizeof *which);
	if (which == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < leaves->n; i++)
		if (outlook_holds(slice, &leaves->leaf[i].key) && leaves->leaf[i].key.mode != 0)
			which[n++] = i;
	enum status status = daily_make(trials->world, which, n, &trials->daily);
	free(which);
	return status;
}

static enum status
report_trials(const struct world *world, const Juyan__V1__BacktestAsk *ask, struct arena *arena, Juyan__V1__BacktestReport *report)
{
	struct trials trials = { .world = world };
	struct backtest_tally tally = { .n_bands = BANDS };
	size_t months = ask->months == 0 ? MONTHS : ask->months;
	memcpy(tally.band, bands, sizeof bands);
	enum status status = take_series(&trials, ask->slice);
	if (status == STATUS_OK)
		status = run_trials(&trials, months, &tally);
	if (status == STATUS_OK)
		status = add_rows(&tally, arena, report);
	if (status == STATUS_OK)
		status = add_years(&trials, arena, report);
	if (status == STATUS_OK) {
		report->origins = (uint32_t)tally.origins;
		report->headline = headline_of(&trials, &tally, arena);
		status = report->headline == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	daily_close(&trials.daily);
	free(trials.trial);
	return status;
}

static enum status
no_further(const void *user, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	const Juyan__V1__BacktestAsk *ask = user;
	if (ask->months > MONTHS_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "months is %u: up to %d was expected", (unsigned)ask->months,
		    MONTHS_MAX);
	*out = inputs->origin;
	return STATUS_OK;
}

enum status
answer_backtest(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why)
{
	Juyan__V1__BacktestAsk wide = *question->backtest, *ask = &wide;
	struct world *world;
	Juyan__V1__BacktestReport *report = arena_take(arena, sizeof *report);
	enum status status = engine_world(engine, ask->making, no_further, ask, &world, why);
	if (status == STATUS_OK)
		status = engine_slice(&ask->slice, world, arena, why);
	if (status == STATUS_OK && report == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		juyan__v1__backtest_report__init(report);
		status = report_trials(world, ask, arena, report);
	}
	if (status == STATUS_OK)
		status = outlook_provenance(world, outlook_ports(ask->slice), NULL, arena, &report->provenance);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_BACKTEST;
		reply->backtest = report;
	}
	return status;
}

/* Paths into periods, their spread and the year's total: see prospect.h. */
#include "prospect.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const prospect_figure_names[PROSPECT_FIGURES] = { "mean", "p025", "p10", "p25", "p50", "p75", "p90", "p975" };
const double prospect_levels[PROSPECT_FIGURES] = { 0.0, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975 };

void
prospect_close(struct prospect *prospect)
{
	free(prospect->row);
	for (size_t i = 0; i < PROSPECT_PARTS_MAX; i++)
		free(prospect->part[i]);
	*prospect = (struct prospect){ 0 };
}

void
prospect_note(struct prospect *prospect, const char *format, ...)
{
	va_list arguments;
	if (prospect->n_notes == PROSPECT_NOTES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(prospect->note[prospect->n_notes++], SENTENCE_BYTES_MAX, format, arguments);
	va_end(arguments);
}

const struct prospect_row *
prospect_year_end(const struct prospect *prospect, int year)
{
	for (size_t i = prospect->n; i-- > 0;)
		if (prospect->row[i].year == year)
			return &prospect->row[i];
	return NULL;
}

/* ---- from a series ---- */

/* One series at work: which steps make which rows, and what each path has summed up in its year so far. */
struct maker {
	const struct series_one *series;
	const struct step *step;
	const struct forecast *forecast;
	struct step coarse;
	struct prospect *out;
	double *sum;     /* [paths] of the row at work */
	double *to_date; /* [paths] */
	double *sorted;  /* [paths] */
	double mean_to_date;
};

/* The row's number of a step: that in which the step begins (of an ISO week: its Thursday, so that years agree). */
static int64_t
row_of(const struct maker *maker, int64_t number)
{
	if (maker->coarse.kind == maker->step->kind)
		return number;
	if (maker->coarse.kind == STEP_YEAR)
		return step_year(maker->step, number);
	return step_at(&maker->coarse, step_begin(maker->step, number) + 1e-6);
}

static void
spread(double *values, double *sorted, size_t n, double figures[PROSPECT_FIGURES])
{
	memcpy(sorted, values, n * sizeof *sorted);
	quantiles(sorted, n, prospect_levels + 1, PROSPECT_FIGURES - 1, figures + 1);
}

static void
begin_row(struct maker *maker, struct prospect_row *row, int64_t number)
{
	step_text(&maker->coarse, number, row->period);
	row->begin = step_begin(&maker->coarse, number);
	row->end = step_begin(&maker->coarse, number + 1);
	row->year = step_year(&maker->coarse, number);
	row->whole = step_begin(maker->step, maker->series->first) <= row->begin &&
	    step_begin(maker->step, maker->series->first + (int64_t)(maker->series->n + maker->forecast->horizon)) >= row->end;
	for (size_t p = 0; p < maker->forecast->paths; p++)
		maker->sum[p] = 0.0;
}

/* Adds one step, past or to come, to the row. */
static void
add_step(struct maker *maker, size_t row, size_t i)
{
	struct prospect_row *into = &maker->out->row[row];
	const struct forecast *forecast = maker->forecast;
	if (i < maker->series->n) {
		double value = maker->series->values[i];
		if (isnan(value))
			return;
		into->known = isnan(into->known) ? value : into->known + value;
		into->total[PROSPECT_MEAN] += value;
		for (size_t p = 0; p < forecast->paths; p++)
			maker->sum[p] += value;
		return;
	}
	size_t h = i - maker->series->n;
	into->future = true;
	into->total[PROSPECT_MEAN] += forecast->point[h];
	for (size_t p = 0; p < forecast->paths; p++)
		maker->sum[p] += forecast->path[p * forecast->horizon + h];
	for (size_t k = 0; k < FORECAST_PARTS; k++)
		maker->out->part[k][row] += forecast->part[k][h];
}

static void
end_row(struct maker *maker, size_t i)
{
	struct prospect_row *row = &maker->out->row[i];
	size_t paths = maker->forecast->paths;
	if (i == 0 || row->year != row[-1].year) {
		maker->mean_to_date = 0.0;
		for (size_t p = 0; p < paths; p++)
			maker->to_date[p] = 0.0;
	}
	maker->mean_to_date += row->total[PROSPECT_MEAN];
	row->to_date[PROSPECT_MEAN] = maker->mean_to_date;
	if (!row->future) {
		/* No path has left the others yet. */
		for (size_t p = 0; p < paths; p++)
			maker->to_date[p] = maker->mean_to_date;
		for (size_t f = 1; f < PROSPECT_FIGURES; f++) {
			row->total[f] = row->total[PROSPECT_MEAN];
			row->to_date[f] = maker->mean_to_date;
		}
		return;
	}
	for (size_t p = 0; p < paths; p++)
		maker->to_date[p] += maker->sum[p];
	spread(maker->sum, maker->sorted, paths, row->total);
	spread(maker->to_date, maker->sorted, paths, row->to_date);
}

static void
make_rows(struct maker *maker)
{
	struct prospect *out = maker->out;
	size_t steps = maker->series->n + maker->forecast->horizon;
	int64_t before = 0;
	out->first_future = SIZE_MAX;
	for (size_t i = 0; i < steps; i++) {
		int64_t number = row_of(maker, maker->series->first + (int64_t)i);
		if (i == 0 || number != before) {
			if (i > 0)
				end_row(maker, out->n - 1);
			out->row[out->n].known = NAN;
			begin_row(maker, &out->row[out->n++], number);
		}
		if (i >= maker->series->n && out->first_future == SIZE_MAX)
			out->first_future = out->n - 1;
		add_step(maker, out->n - 1, i);
		before = number;
	}
	end_row(maker, out->n - 1);
}

/* What a person should know of the origin's year, when not all of it is in the sum. */
static void
note_year(const struct series_one *series, const struct step *step, struct prospect *out)
{
	char text[STEP_TEXT_BYTES];
	int64_t origin = series->first + (int64_t)series->n - 1;
	int year = step_year(step, origin);
	size_t unknown = 0;
	for (size_t i = 0; i < series->n; i++)
		if (isnan(series->values[i]) && step_year(step, series->first + (int64_t)i) == year)
			unknown++;
	if (unknown > 0)
		prospect_note(out, "%zu %s of %d are unknown and count for nothing in its total.", unknown,
		    step_word(step->kind, unknown > 1), year);
	if (step_year(step, series->first) == year && step_year(step, series->first - 1) == year)
		prospect_note(out, "The total of %d begins with %s, where the series does.", year,
		    step_text(step, series->first, text));
}

/* In one line how far the same procedure was off before. */
static void
describe_past(const struct forecast *forecast, const struct step *step, char out[PROSPECT_LINE_BYTES])
{
	const struct forecast_past *past = &forecast->past;
	char error[64] = "";
	if (past->origins == 0 || isnan(past->mase) || isnan(past->covered80)) {
		snprintf(out, PROSPECT_LINE_BYTES, "the history is too short to know how far off this would have been");
		return;
	}
	if (isfinite(past->sum_error))
		snprintf(error, sizeof error, " the sum of the next %zu %s was off by %.1f %% (median);", forecast->horizon,
		    step_word(step->kind, forecast->horizon != 1), 100.0 * past->sum_error);
	snprintf(out, PROSPECT_LINE_BYTES,
	    "forecast again from %zu earlier %s:%s of single %s %.0f %% lay within the 80 %% interval, MASE %.2f", past->origins,
	    step_word(step->kind, past->origins != 1), error, step_word(step->kind, true), 100.0 * past->covered80, past->mase);
}

static void
describe(const struct series_one *series, const struct step *step, const struct forecast *forecast, uint64_t seed,
    struct prospect *out)
{
	snprintf(out->name, sizeof out->name, "%s", series->name);
	step_text(step, series->first + (int64_t)series->n - 1, out->origin);
	out->seed = seed;
	out->paths = forecast->paths;
	snprintf(out->model, sizeof out->model, "%s", forecast->model);
	snprintf(out->program, sizeof out->program, "juyan %s", JUYAN_VERSION);
	snprintf(out->history, sizeof out->history, "%zu %s", series->n, step_word(step->kind, series->n != 1));
	describe_past(forecast, step, out->backtest);
	for (size_t i = 0; i < forecast->n_notes; i++)
		prospect_note(out, "%s", forecast->notes[i]);
	note_year(series, step, out);
}

static enum status
take_room(struct maker *maker)
{
	static const char *const names[FORECAST_PARTS] = { [PART_LEVEL] = "level",
		[PART_TREND] = "trend",
		[PART_WEEK] = "week",
		[PART_YEAR] = "year",
		[PART_CALENDAR] = "calendar",
		[PART_CEILING] = "ceiling" };
	struct prospect *out = maker->out;
	size_t rows = maker->series->n + maker->forecast->horizon, paths = maker->forecast->paths;
	maker->sum = calloc(paths, sizeof *maker->sum);
	maker->to_date = calloc(paths, sizeof *maker->to_date);
	maker->sorted = calloc(paths, sizeof *maker->sorted);
	out->row = calloc(rows, sizeof *out->row);
	bool whole = maker->sum != NULL && maker->to_date != NULL && maker->sorted != NULL && out->row != NULL;
	for (size_t k = 0; k < FORECAST_PARTS; k++) {
		snprintf(out->part_name[k], PROSPECT_WORD_BYTES, "%s", names[k]);
		out->part[k] = calloc(rows, sizeof *out->part[k]);
		whole = whole && out->part[k] != NULL;
	}
	out->n_parts = FORECAST_PARTS;
	return whole ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status
prospect_of_series(const struct series_one *series, const struct step *step, const struct forecast *forecast, uint64_t seed,
    enum step_kind rows, struct prospect *out, struct reason *why)
{
	static_assert((int)FORECAST_PARTS <= (int)PROSPECT_PARTS_MAX, "every part has its place");
	struct prospect prospect = { .kind = rows };
	struct maker maker = { .series = series, .step = step, .forecast = forecast, .coarse = { .kind = rows }, .out = &prospect };
	assert(rows >= step->kind);
	if (rows == step->kind)
		maker.coarse = *step;
	else if (rows == STEP_WEEK)
		maker.coarse = (struct step){ STEP_WEEK, true, -3 }; /* weeks from Monday; 1969-12-29 was one */
	enum status status = take_room(&maker);
	if (status == STATUS_OK) {
		make_rows(&maker);
		describe(series, step, forecast, seed, &prospect);
		*out = prospect;
	} else {
		reason_write(why, "memory ran out");
		prospect_close(&prospect);
	}
	free(maker.sum);
	free(maker.to_date);
	free(maker.sorted);
	return status;
}

/* From periods to points: see prospect_picture.h. */
#include "prospect_picture.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fan.h"
#include "waterfall.h"

enum { TOLD_BYTES = 1024, LABEL_BYTES = 64 };

/* From the first step of a year to that of the next, of days as of weeks and months. */
enum { YEAR_DAYS_LEAST = 358, YEAR_DAYS_MOST = 372 };

/* Beyond this share of itself the 95 % interval of the year before is too wide to be drawn as a line: that of 3 %, as for goals. */
#define BEFORE_WIDTH_MOST 0.12

/* Room for the points of a picture. */
struct points {
	double *past_at, *past, *at, *mean, *before_at, *before;
	double (*quantile)[PICTURE_LEVELS];
	size_t n_past, n, n_before;
};

static void
points_close(struct points *points)
{
	free(points->past_at);
	free(points->past);
	free(points->at);
	free(points->mean);
	free(points->before_at);
	free(points->before);
	free(points->quantile);
}

static enum status
points_open(size_t rows, struct points *out)
{
	size_t room = rows + 2;
	*out = (struct points){ .past_at = calloc(room, sizeof(double)),
		.past = calloc(room, sizeof(double)),
		.at = calloc(room, sizeof(double)),
		.mean = calloc(room, sizeof(double)),
		.before_at = calloc(room, sizeof(double)),
		.before = calloc(room, sizeof(double)),
		.quantile = calloc(room, sizeof *out->quantile) };
	if (out->past_at != NULL && out->past != NULL && out->at != NULL && out->mean != NULL && out->before_at != NULL &&
	    out->before != NULL && out->quantile != NULL)
		return STATUS_OK;
	points_close(out);
	return STATUS_NO_MEMORY;
}

static void
add_past(struct points *points, double at, double value)
{
	points->past_at[points->n_past] = at;
	points->past[points->n_past++] = value;
}

static void
add_future(struct points *points, double at, const double figures[PROSPECT_FIGURES])
{
	points->at[points->n] = at;
	points->mean[points->n] = figures[PROSPECT_MEAN];
	for (size_t q = 0; q < PICTURE_LEVELS; q++)
		points->quantile[points->n][q] = figures[PROSPECT_P025 + q];
	points->n++;
}

/* How much of the past is drawn beside so much future. */
static size_t
past_rows(const struct prospect *prospect)
{
	static const size_t
	    least[STEP_KINDS] = { [STEP_HOUR] = 168, [STEP_DAY] = 180, [STEP_WEEK] = 104, [STEP_MONTH] = 36, [STEP_YEAR] = 15 };
	size_t future = prospect->n - prospect->first_future;
	size_t wanted = 2 * future > least[prospect->kind] ? 2 * future : least[prospect->kind];
	return wanted < prospect->first_future ? wanted : prospect->first_future;
}

/* Where what is known ends: within a period that is known in part, that is not said; its beginning is near enough. */
static double
origin_of(const struct prospect *prospect)
{
	return prospect->row[prospect->first_future].begin;
}

static void
about(const struct prospect *prospect, const char *id, bool alone, struct picture_about *out)
{
	*out = (struct picture_about){ .id = id, .title = prospect->name, .mass = prospect->mass, .alone = alone };
}

/* "forecast of 2336; 80 %: 2078 to 2497" */
static void
tell(const struct prospect *prospect, const double figures[PROSPECT_FIGURES], char out[TOLD_BYTES])
{
	char mean[PICTURE_TEXT_BYTES], low[PICTURE_TEXT_BYTES], high[PICTURE_TEXT_BYTES];
	snprintf(out, TOLD_BYTES, "%s; 80 %%: %s to %s", picture_figure(prospect->mass, figures[PROSPECT_MEAN], mean),
	    picture_figure(prospect->mass, figures[PROSPECT_P10], low),
	    picture_figure(prospect->mass, figures[PROSPECT_P90], high));
}

enum status
prospect_fan(const struct prospect *prospect, const char *id, bool alone, char **out)
{
	struct points points;
	struct fan fan = { .goal = NAN };
	char told[TOLD_BYTES], spread[TOLD_BYTES], subtitle[LABEL_BYTES], label[LABEL_BYTES];
	const struct prospect_row *last = &prospect->row[prospect->n - 1];
	assert(prospect->first_future < prospect->n);
	enum status status = points_open(prospect->n, &points);
	if (status != STATUS_OK)
		return status;
	for (size_t i = prospect->first_future - past_rows(prospect); i < prospect->n; i++) {
		const struct prospect_row *row = &prospect->row[i];
		/* A part of a period would look like a fall. */
		if (!row->whole && (!row->future || points.n > 0))
			continue;
		double middle = (row->begin + row->end) / 2.0;
		if (row->future)
			add_future(&points, middle, row->total);
		else
			add_past(&points, middle, row->known);
	}
	about(prospect, id, alone, &fan.about);
	snprintf(subtitle, sizeof subtitle, "each %s", step_word(prospect->kind, false));
	snprintf(label, sizeof label, "known to %s", prospect->origin);
	tell(prospect, last->total, spread);
	snprintf(told, sizeof told, "%s, each %s; known to %s, forecast to %s. The last one is forecast as %.500s.", prospect->name,
	    step_word(prospect->kind, false), prospect->origin, last->period, spread);
	fan.about.subtitle = subtitle;
	fan.about.told = told;
	fan.past_at = points.past_at;
	fan.past = points.past;
	fan.n_past = points.n_past;
	fan.at = points.at;
	fan.mean = points.mean;
	fan.quantile = (const double(*)[PICTURE_LEVELS])points.quantile;
	fan.n = points.n;
	fan.origin = origin_of(prospect);
	fan.origin_label = label;
	status = fan_draw(&fan, out);
	points_close(&points);
	return status;
}

/* ---- the year ---- */

/* The year that holds most of what is to come. */
static int
year_of(const struct prospect *prospect)
{
	int best = prospect->row[prospect->first_future].year;
	size_t most = 0, n = 0;
	for (size_t i = prospect->first_future; i < prospect->n; i++) {
		n = i > prospect->first_future && prospect->row[i].year == prospect->row[i - 1].year ? n + 1 : 1;
		if (n > most) {
			most = n;
			best = prospect->row[i].year;
		}
	}
	return best;
}

/* The sum as it grows: zero at the year's beginning, then the end of every period. Times of the year before are moved by a year. */
static void
gather_year(const struct prospect *prospect, int year, struct points *points)
{
	static const double nothing[PROSPECT_FIGURES] = { 0.0 };
	const struct prospect_row *first[2] = { NULL, NULL };
	for (size_t i = 0; i < prospect->n; i++) {
		const struct prospect_row *row = &prospect->row[i];
		if (row->year < year - 1 || row->year > year)
			continue;
		size_t which = row->year == year ? 0 : 1;
		bool begins = first[which] == NULL;
		if (begins)
			first[which] = row;
		if (which == 1) {
			if (begins)
				points->before_at[points->n_before++] = row->begin;
			points->before_at[points->n_before] = row->end;
			points->before[points->n_before++] = row->to_date[PROSPECT_MEAN];
			continue;
		}
		if (begins && !row->future)
			add_past(points, row->begin, 0.0);
		if (!row->future)
			add_past(points, row->end, row->to_date[PROSPECT_MEAN]);
		/* The fan opens from what is known, or from nothing. */
		else if (points->n == 0)
			add_future(points, row->begin, begins ? nothing : row[-1].to_date);
		if (row->future)
			add_future(points, row->end, row->to_date);
	}
	double shift = first[0] != NULL && first[1] != NULL ? first[0]->begin - first[1]->begin : 0.0;
	/* Without its beginning it is no year that this one could be held against. */
	if (shift < YEAR_DAYS_LEAST || shift > YEAR_DAYS_MOST)
		points->n_before = 0;
	for (size_t i = 0; i < points->n_before; i++)
		points->before_at[i] += shift;
	/* A leap year is a day longer than its neighbours. */
	while (points->n_before > 0 && points->before_at[points->n_before - 1] > points->at[points->n - 1] + 1.5)
		points->n_before--;
	/* … or shorter: where all of both years is drawn, they end alike. */
	double *last = points->n_before > 0 ? &points->before_at[points->n_before - 1] : NULL;
	if (last != NULL && *last > points->at[points->n - 1] - 1.5)
		*last = points->at[points->n - 1];
}

/* Whether a year that is over is known, and not estimated from few published totals. */
static bool
is_sure(const struct prospect_row *end)
{
	return end->to_date[PROSPECT_P975] - end->to_date[PROSPECT_P025] <= BEFORE_WIDTH_MOST * end->to_date[PROSPECT_MEAN];
}

enum status
prospect_fan_year(const struct prospect *prospect, const char *id, bool alone, char **out)
{
	struct points points;
	struct fan fan = { .goal = NAN };
	char told[TOLD_BYTES], spread[TOLD_BYTES], subtitle[LABEL_BYTES], label[LABEL_BYTES], before[LABEL_BYTES];
	int year = year_of(prospect);
	const struct prospect_row *end = prospect_year_end(prospect, year);
	const struct prospect_row *last = prospect_year_end(prospect, year - 1);
	if (prospect->kind == STEP_YEAR || prospect->kind == STEP_HOUR)
		return STATUS_NOT_FOUND;
	enum status status = points_open(prospect->n, &points);
	if (status != STATUS_OK)
		return status;
	gather_year(prospect, year, &points);
	about(prospect, id, alone, &fan.about);
	snprintf(subtitle, sizeof subtitle, "%d, from its beginning", year);
	snprintf(label, sizeof label, "known to %s", prospect->origin);
	tell(prospect, end->to_date, spread);
	snprintf(told, sizeof told, "%s: %d as it adds up; known to %s. By the end of %s it is forecast as %.500s.", prospect->name,
	    year, prospect->origin, end->period, spread);
	/* The year before counts as far as this one has come to be drawn, if all of it is known. */
	if (points.n_before > 1 && last != NULL && !last->future && is_sure(last)) {
		snprintf(before, sizeof before, "%d", year - 1);
		fan.line[fan.n_lines++] =
		    (struct picture_line){ before, PICTURE_DASHED, points.before_at, points.before, points.n_before };
	}
	fan.about.subtitle = subtitle;
	fan.about.told = told;
	fan.past_at = points.past_at;
	fan.past = points.past;
	fan.n_past = points.n_past;
	fan.at = points.at;
	fan.mean = points.mean;
	fan.quantile = (const double(*)[PICTURE_LEVELS])points.quantile;
	fan.n = points.n;
	fan.origin = points.at[0];
	fan.origin_label = label;
	status = fan_draw(&fan, out);
	points_close(&points);
	return status;
}

/* ---- parts ---- */

enum status
prospect_waterfall(const struct prospect *prospect, const char *id, bool alone, char **out)
{
	struct waterfall waterfall = { .n = 0 };
	double whole = 0.0, sum = 0.0, most = 0.0;
	char told[TOLD_BYTES], subtitle[LABEL_BYTES * 2], figure[PICTURE_TEXT_BYTES];
	for (size_t i = prospect->first_future; i < prospect->n; i++)
		whole += prospect->row[i].total[PROSPECT_MEAN] - (isfinite(prospect->row[i].known) ? prospect->row[i].known : 0.0);
	for (size_t k = 0; k < prospect->n_parts; k++) {
		double value = 0.0;
		for (size_t i = prospect->first_future; i < prospect->n; i++)
			value += prospect->part[k][i];
		sum += value;
		most = fmax(most, fabs(value));
		if (value != 0.0 && waterfall.n + 1 < WATERFALL_STEPS_MAX)
			waterfall.step[waterfall.n++] = (struct waterfall_step){ prospect->part_name[k], value, false };
	}
	if (waterfall.n < 2 || fabs(sum - whole) > 1e-6 * fmax(most, 1.0))
		return STATUS_NOT_FOUND;
	waterfall.step[waterfall.n++] = (struct waterfall_step){ "forecast", whole, true };
	about(prospect, id, alone, &waterfall.about);
	snprintf(subtitle, sizeof subtitle, "what the forecast from %s to %s is made of",
	    prospect->row[prospect->first_future].period, prospect->row[prospect->n - 1].period);
	snprintf(told, sizeof told, "%s: %s, %s in all.", prospect->name, subtitle, picture_figure(prospect->mass, whole, figure));
	waterfall.about.subtitle = subtitle;
	waterfall.about.told = told;
	return waterfall_draw(&waterfall, out);
}

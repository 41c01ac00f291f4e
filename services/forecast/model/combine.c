/* See combine.h. */
#include "combine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arima.h"
#include "clean.h"
#include "ets.h"
#include "months.h"

double
combine_weight(enum pace pace, enum expert expert, size_t h)
{
	const double *knots = combine_knots[pace], *weights = combine_weights[pace][expert];
	double at = (double)(h + 1);
	for (size_t k = 0; k + 1 < WEIGHT_KNOTS; k++)
		if (at <= knots[k + 1]) {
			double share = fmax(0.0, (at - knots[k]) / (knots[k + 1] - knots[k]));
			return weights[k] + share * (weights[k + 1] - weights[k]);
		}
	return weights[WEIGHT_KNOTS - 1];
}

void
combined_close(struct combined *combined)
{
	adjusted_close(&combined->adjusted);
	free(combined->local);
	*combined = (struct combined){ 0 };
}

double
combined_place(const struct combined *combined, size_t h)
{
	const struct adjusted *adjusted = &combined->adjusted;
	return combined->base + combined->local[h] + combined->line[h] + combined->year[h] + adjusted->season[adjusted->n + h] +
	    adjusted->season2[adjusted->n + h];
}

double
combined_value(const struct combined *combined, size_t h)
{
	return adjusted_value(&combined->adjusted, combined_place(combined, h));
}

static bool
is_line(enum expert expert)
{
	return expert == EXPERT_LINE_1 || expert == EXPERT_LINE_2 || expert == EXPERT_LINE_ALL;
}

static void
weigh(struct combined *combined, const struct expert_views *views, const struct series *series)
{
	enum pace pace = pace_of(series);
	bool years = series->n_periods > 0 && series->periods[series->n_periods - 1] > ADJUST_SEASON_MAX;
	for (size_t h = 0; h < views->horizon; h++)
		for (size_t k = 0; k < EXPERTS; k++) {
			double part = combine_weight(pace, (enum expert)k, h) * views->view[k][h];
			if (is_line((enum expert)k))
				combined->line[h] += part;
			else if (k == EXPERT_AGAIN && years)
				combined->year[h] += part;
			else
				combined->local[h] += part;
		}
}

/* A break of the level by less than this share is left to the smoothings. */
#define JUMP_LEAST 0.35
/* ETS and ARIMA are taken no farther than this from the experts, on the scale. */
#define MEMBER_FAR 0.5
/* Days are moved this part of the way to what months say: not before the first distance, wholly from the second on. */
#define MONTHS_SHARE 0.5
enum { MONTHS_FROM = 28, MONTHS_WHOLE = 90, MONTHS_LEAST = 12 };
/* Within so many years of a break months are too few to tell growth from it. */
#define BREAK_YEARS 2.0
/* Fewer means of quarters or half-years tell nothing. */
#define COARSE_LEAST 8
/* Steps of a half-year, the coarsest. */
#define COARSE_MOST ((size_t)6)

/*
 * The history cleaned, what lies before a lasting break moved onto the level behind it; NULL where it cannot be cleaned. since is
 * written where a break was not made good: the steps since the last one.
 */
static double *
on_present_level(const struct series *series, size_t *since)
{
	struct clean_options options = { 0 };
	struct cleaned cleaned;
	struct reason why;
	double *values = malloc(series->n * sizeof(double));
	if (values == NULL || clean_series(series, NULL, &options, &cleaned, &why) != STATUS_OK) {
		free(values);
		return NULL;
	}
	memcpy(values, cleaned.values, series->n * sizeof(double));
	for (size_t b = 0; b < cleaned.n_breaks; b++) {
		const struct level_break *at = &cleaned.breaks[b];
		double jump = at->after - at->before;
		if (at->kind != BREAK_TEMPORARY)
			*since = series->n - at->at; /* they are sorted */
		if (cleaned.of_log && at->kind == BREAK_LASTING && fabs(jump) > JUMP_LEAST)
			for (size_t i = 0; i < at->at; i++)
				values[i] *= exp(jump);
	}
	for (size_t i = 0; i < series->n; i++)
		values[i] = fmax(values[i], 0.0);
	clean_close(&cleaned);
	return values;
}

static double
bounded(double value, double most)
{
	return value > most ? most : value < -most ? -most : value;
}

/* Adds a member's forecast, places on the scale with or without seasons, in the place of a part of the experts'. */
static void
take_in(const struct combined *combined, const double *places, bool seasonal, double *moves)
{
	const struct adjusted *adjusted = &combined->adjusted;
	for (size_t h = 0; h < adjusted->horizon; h++) {
		double season = adjusted->season[adjusted->n + h] + adjusted->season2[adjusted->n + h];
		double ours = combined_place(combined, h) - (seasonal ? 0.0 : season);
		if (isfinite(places[h]))
			moves[h] += MEMBER_SHARE * bounded(places[h] - ours, MEMBER_FAR);
	}
}

/* Exponential smoothing with its own season, of places on the scale. */
static enum status
ask_ets(struct combined *combined, const struct series *series, double *scratch, double *moves)
{
	struct ets_limits limits = { .additive_only = true };
	struct model member = { 0 };
	enum status status = ets_choose(series, &limits, &member);
	if (status != STATUS_OK)
		return status;
	member.face->forecast(member.self, combined->adjusted.horizon, scratch);
	take_in(combined, scratch, series->n_periods > 0, moves);
	snprintf(combined->ets, sizeof combined->ets, "%s", member.label);
	model_close(&member);
	return STATUS_OK;
}

/* ARIMA, of values in their own unit. */
static enum status
ask_arima(struct combined *combined, const struct series *series, double *scratch, double *moves)
{
	struct arima_limits limits = { .latest = 240 };
	struct model member = { 0 };
	enum status status = arima_choose(series, &limits, NULL, &member);
	if (status != STATUS_OK)
		return status;
	member.face->forecast(member.self, combined->adjusted.horizon, scratch);
	for (size_t h = 0; h < combined->adjusted.horizon; h++)
		scratch[h] = log(fmax(scratch[h], 0.0) + combined->adjusted.offset);
	take_in(combined, scratch, series->n_periods > 0, moves);
	snprintf(combined->arima, sizeof combined->arima, "%s", member.label);
	model_close(&member);
	return STATUS_OK;
}

/* ETS and ARIMA can do with the season themselves: one, short, of whole steps. */
static bool
is_their_season(const struct series *series)
{
	return series->n_periods == 1 && series->periods[0] <= ETS_PERIOD_MAX && series->periods[0] == rint(series->periods[0]);
}

/* The members look at the history without blunders, and without seasons that are not theirs. One that fits nothing is left out. */
static enum status
add_members(struct combined *combined, const struct series *series)
{
	const struct adjusted *adjusted = &combined->adjusted;
	size_t n = adjusted->n, horizon = adjusted->horizon;
	double *places = malloc((n + 2 * horizon) * sizeof(double)), *scratch = places + n, *moves = scratch + horizon;
	struct series clean = *series;
	double theirs = is_their_season(series) ? 1.0 : 0.0;
	if (places == NULL)
		return STATUS_NO_MEMORY;
	memset(moves, 0, horizon * sizeof *moves);
	for (size_t i = 0; i < n; i++)
		places[i] = adjusted->level[i] + theirs * (adjusted->season[i] + adjusted->season2[i]);
	clean.n_periods = theirs > 0.0 ? 1 : 0;
	clean.values = places;
	enum status status = ask_ets(combined, &clean, scratch, moves);
	if (status != STATUS_NO_MEMORY) {
		for (size_t i = 0; i < n; i++)
			places[i] = adjusted_value(adjusted, places[i]);
		status = ask_arima(combined, &clean, scratch, moves);
	}
	for (size_t h = 0; h < horizon; h++)
		combined->local[h] += moves[h];
	free(places);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* The forecast of months, each part of it as places of days: places[3][horizon] of level, with trend, with the year. */
static void
place_months(const struct combined *days, const struct combined *months, double year, double *values, double *places)
{
	size_t n = months->adjusted.horizon, horizon = days->adjusted.horizon;
	for (size_t part = 0; part < 3; part++) {
		for (size_t k = 0; k < n; k++) {
			double place = months->base + months->local[k] + (part > 0 ? months->line[k] : 0.0);
			place = part > 1 ? combined_place(months, k) : place;
			values[k] = log(adjusted_value(&months->adjusted, place) + days->adjusted.offset);
		}
		for (size_t h = 0; h < horizon; h++)
			places[part * horizon + h] = months_day(values, n, year, h);
	}
}

/* Moves what is said of far days towards what the same days say as months; near days stay. */
static enum status
look_by_months(struct combined *days, double year)
{
	size_t horizon = days->adjusted.horizon, n = months_in(days->adjusted.n, year), ahead = months_ahead(horizon, year);
	if (n < MONTHS_LEAST || horizon <= MONTHS_FROM)
		return STATUS_OK;
	double *values = malloc((n + ahead + 3 * horizon) * sizeof *values), *said = values + n, *places = said + ahead;
	struct series series = { .values = values, .n = n, .periods = { 12.0 }, .n_periods = 1 };
	struct combined months = { 0 };
	if (values == NULL)
		return STATUS_NO_MEMORY;
	months_make(&days->adjusted, year, values);
	enum status status = combined_make(&series, ahead, true, &months);
	if (status == STATUS_OK)
		place_months(days, &months, year, said, places);
	for (size_t h = MONTHS_FROM; status == STATUS_OK && h < horizon; h++) {
		double share = MONTHS_SHARE * fmin(1.0, (double)(h + 1 - MONTHS_FROM) / (double)(MONTHS_WHOLE - MONTHS_FROM));
		double level = places[h], trend = places[horizon + h], all = places[2 * horizon + h];
		days->local[h] += share * (level - days->base - days->local[h]);
		days->line[h] += share * (trend - level - days->line[h]);
		days->year[h] += share * (all - trend - days->year[h]);
	}
	combined_close(&months);
	free(values);
	return status;
}

/* The means of each `group` of levels up to the end; returns how many. */
static size_t
put_means(const struct adjusted *adjusted, size_t group, double *means)
{
	size_t count = adjusted->n / group;
	for (size_t i = 0; i < count; i++) {
		const double *from = adjusted->level + adjusted->n - (count - i) * group;
		means[i] = 0.0;
		for (size_t k = 0; k < group; k++)
			means[i] += from[k] / (double)group;
	}
	return count;
}

/* How a forecast of group means moves each group of steps: as a whole, so that their shape stays. */
static void
move_groups(const struct combined *combined, const double *means, size_t group, double *moves)
{
	size_t horizon = combined->adjusted.horizon;
	for (size_t from = 0; from < horizon; from += group) {
		size_t to = from + group < horizon ? from + group : horizon;
		double ours = 0.0;
		for (size_t h = from; h < to; h++)
			ours += (combined->base + combined->local[h] + combined->line[h]) / (double)(to - from);
		double move = bounded(means[from / group] - ours, MEMBER_FAR);
		for (size_t h = from; h < to && isfinite(move); h++)
			moves[h] += COARSE_SHARE * fmin(1.0, (double)(h + 1) / COARSE_FROM) * move;
	}
}

/* ETS of the level's means over `group` steps. One that fits nothing is left out. */
static enum status
ask_coarse(struct combined *combined, size_t group, double *scratch, double *moves)
{
	const struct ets_limits limits = { .additive_only = true };
	struct series means = { .values = scratch, .n = put_means(&combined->adjusted, group, scratch) };
	struct model member = { 0 };
	if (means.n < COARSE_LEAST)
		return STATUS_OK;
	enum status status = ets_choose(&means, &limits, &member);
	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status : STATUS_OK;
	double *ahead = scratch + means.n;
	member.face->forecast(member.self, (combined->adjusted.horizon + group - 1) / group, ahead);
	move_groups(combined, ahead, group, moves);
	combined->coarse++;
	model_close(&member);
	return STATUS_OK;
}

static enum status
add_coarse(struct combined *combined)
{
	size_t n = combined->adjusted.n, horizon = combined->adjusted.horizon;
	double *moves = calloc(n + 2 * horizon, sizeof *moves), *scratch = moves + horizon;
	if (moves == NULL)
		return STATUS_NO_MEMORY;
	enum status status = ask_coarse(combined, 3, scratch, moves);
	if (status == STATUS_OK)
		status = ask_coarse(combined, COARSE_MOST, scratch, moves);
	for (size_t h = 0; h < horizon; h++)
		combined->local[h] += moves[h];
	free(moves);
	return status;
}

/*
 * Steps looked at for so many asked for: whole half-years where those have a say, so that what is said of a step does not hang on
 * how many more are asked for.
 */
static size_t
reach_of(size_t horizon, bool coarse)
{
	return coarse ? (horizon + COARSE_MOST - 1) / COARSE_MOST * COARSE_MOST : horizon;
}

enum status
combined_make(const struct series *series, size_t asked, bool whole, struct combined *out)
{
	struct combined made = { 0 };
	struct expert_views views = { 0 };
	struct series present = *series;
	enum pace pace = pace_of(series);
	double season = series->n_periods == 0 ? 6.0 : series->periods[0];
	bool coarse = whole && pace == PACE_MONTHS && season == 12.0;
	size_t since = SIZE_MAX, horizon = reach_of(asked, coarse);
	double *moved = whole && pace == PACE_DAYS ? on_present_level(series, &since) : NULL;
	if (moved != NULL)
		present.values = moved;
	enum status status = adjusted_make(&present, horizon, &made.adjusted);
	free(moved);
	if (status != STATUS_OK)
		return status;
	made.local = calloc(3 * horizon, sizeof(double));
	status = made.local == NULL ? STATUS_NO_MEMORY : expert_views_make(&made.adjusted, series, &views);
	if (status != STATUS_OK) {
		combined_close(&made);
		return status;
	}
	made.line = made.local + horizon;
	made.year = made.line + horizon;
	made.base = views.base;
	made.alpha = views.alpha;
	made.spread = views.spread;
	weigh(&made, &views, series);
	expert_views_close(&views);
	if (whole && pace == PACE_MONTHS && (double)made.adjusted.known >= 3.0 * season)
		status = add_members(&made, series);
	double last = series->n_periods == 0 ? 1.0 : series->periods[series->n_periods - 1];
	if (status == STATUS_OK && whole && pace == PACE_DAYS && last > ADJUST_SEASON_MAX && (double)since >= BREAK_YEARS * last)
		status = look_by_months(&made, last);
	if (status == STATUS_OK && coarse && (double)made.adjusted.known >= 3.0 * season)
		status = add_coarse(&made);
	if (status != STATUS_OK) {
		combined_close(&made);
		return status;
	}
	made.adjusted.horizon = asked;
	*out = made;
	return STATUS_OK;
}

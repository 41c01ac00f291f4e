/* See clean.h. */
#include "clean.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clean_notes.h"
#include "mstl.h"
#include "outlier.h"
#include "robust.h"
#include "shut.h"
#include "transform.h"

/* A step open for a smaller share tells nothing. */
#define OPEN_LEAST 0.05
/* What is less than this on the logarithm's scale is neither wild nor a break: about a fifth. */
#define LOG_LEAST 0.2

enum {
	ROUNDS_MAX = 5,  /* of looking for wild values */
	WIDTH_LEAST = 4, /* of the search for breaks */
	WIDTH_MOST = 28,
	SMOOTH_FROM = 50, /* seasons of so many steps are smoothed along their places */
	ROBUST_OUTER = 5  /* of the decomposition's weights: enough against single values, and a third of the usual time */
};

/* The stretch that counts: the caller's series from its beginning on. */
struct work {
	size_t n;
	struct series series;   /* of `values` */
	double *values;         /* [n]: filled */
	double *adjusted;       /* [n]: their logarithms (or themselves), without season */
	double *season;         /* [n]: on the same scale */
	bool *missing, *wild;   /* [n]: unknown or not to be believed; found wild here */
	struct transform scale; /* lambda 0 or 1 */
	bool negative;          /* the series has values below zero */
};

static void
work_close(struct work *work)
{
	free(work->values);
	free(work->missing);
}

static enum status
work_open(struct work *work, const struct series *series, const struct cleaned *cleaned, bool negative)
{
	size_t begin = cleaned->begin, n = cleaned->n - begin;
	*work = (struct work){ .n = n, .series = *series, .negative = negative };
	work->values = calloc(3 * n + 1, sizeof *work->values);
	work->missing = calloc(2 * n + 1, sizeof *work->missing);
	if (work->values == NULL || work->missing == NULL)
		return STATUS_NO_MEMORY;
	work->adjusted = work->values + n;
	work->season = work->adjusted + n;
	work->wild = work->missing + n;
	work->series.values = work->values;
	work->series.n = n;
	memcpy(work->values, cleaned->values + begin, n * sizeof *work->values);
	for (size_t i = 0; i < n; i++)
		work->missing[i] = cleaned->kind[begin + i] != CLEAN_KEPT;
	return STATUS_OK;
}

/* --- filling -------------------------------------------------------------------------------------------------------------- */

/* Straight lines over the missing between their known neighbours `step` apart; level towards an end. False where none is known. */
static bool
bridge(const struct work *work, double *x, size_t from, size_t step)
{
	size_t before = SIZE_MAX;
	for (size_t i = from; i < work->n; i += step) {
		if (work->missing[i])
			continue;
		size_t first = before == SIZE_MAX ? from : before + step;
		for (size_t k = first; k < i; k += step)
			x[k] = before == SIZE_MAX ? x[i]
						  : x[before] + (x[i] - x[before]) * (double)(k - before) / (double)(i - before);
		before = i;
	}
	for (size_t k = before == SIZE_MAX ? work->n : before + step; k < work->n; k += step)
		x[k] = x[before];
	return before != SIZE_MAX;
}

/*
 * Before any season is known: each place of the shortest season for itself, as long as the missing are few there; else, and
 * without a season, from neighbour to neighbour.
 */
static void
fill_first(struct work *work)
{
	size_t period = work->series.n_periods == 0 ? 1 : (size_t)lround(work->series.periods[0]);
	bool whole = period >= 2 && work->n > 2 * period;
	for (size_t place = 0; place < period && whole; place++) {
		size_t known = 0;
		for (size_t i = place; i < work->n; i += period)
			known += !work->missing[i];
		whole = known >= 2;
	}
	for (size_t place = 0; place < (whole ? period : 1); place++)
		bridge(work, work->values, place, whole ? period : 1);
}

static double
back(const void *user, size_t i, double adjusted)
{
	const struct work *work = user;
	double value = adjusted + work->season[i];
	return work->negative ? value : transform_back(&work->scale, value);
}

/* With the season known: a line from neighbour to neighbour where the season is out, and the season on it. */
static void
fill_again(struct work *work)
{
	bridge(work, work->adjusted, 0, 1);
	for (size_t i = 0; i < work->n; i++)
		if (work->missing[i])
			work->values[i] = back(work, i, work->adjusted[i]);
}

/* --- looking -------------------------------------------------------------------------------------------------------------- */

/* Logarithms, unless values are below zero or one in ten is nothing. */
static enum status
choose_scale(struct work *work)
{
	size_t zeros = 0;
	for (size_t i = 0; i < work->n; i++)
		zeros += work->values[i] == 0.0;
	work->scale = transform_none;
	if (work->negative || zeros * 10 > work->n)
		return STATUS_OK;
	return transform_make(work->values, work->n, 0.0, &work->scale);
}

static enum status
analyse(struct work *work)
{
	struct mstl parts;
	struct mstl_options options = { .robust = true, .outer = ROBUST_OUTER, .smooth_from = SMOOTH_FROM };
	struct series there = work->series;
	enum status status = choose_scale(work);
	if (status != STATUS_OK)
		return status;
	there.values = work->adjusted;
	for (size_t i = 0; i < work->n; i++)
		work->adjusted[i] = transform_there(&work->scale, work->values[i]);
	status = mstl_make(&there, &options, &parts);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < work->n; i++) {
		work->season[i] = mstl_season_at(&parts, i);
		work->adjusted[i] -= work->season[i];
	}
	mstl_close(&parts);
	return STATUS_OK;
}

/* How small an error or a jump may be without being looked at. */
static double
least_of(const struct work *work, double *room)
{
	if (work->scale.lambda == 0.0)
		return LOG_LEAST;
	for (size_t i = 0; i < work->n; i++)
		room[i] = fabs(work->values[i]);
	return LOG_LEAST * robust_median(room, work->n);
}

/* The longest season, if it is long enough for days of its own; else 0. */
static size_t
long_season(const struct work *work)
{
	size_t n = work->series.n_periods;
	return n == 0 || work->series.periods[n - 1] < SMOOTH_FROM ? 0 : (size_t)lround(work->series.periods[n - 1]);
}

/* The series' own values in place of those that were taken for wild. */
static enum status
take_back(struct work *work, const struct cleaned *cleaned)
{
	for (size_t i = 0; i < work->n; i++)
		if (work->missing[i] && cleaned->kind[cleaned->begin + i] == CLEAN_KEPT) {
			work->missing[i] = false;
			work->values[i] = cleaned->values[cleaned->begin + i];
		}
	fill_again(work);
	return analyse(work);
}

/*
 * Until a look at the filled series finds nothing more: then another cleaning of it finds nothing either. Where wild values turn
 * out to be the way of the series, all come back.
 */
static enum status
find_outliers(struct work *work, const struct cleaned *cleaned, const bool *keep)
{
	double *room = calloc(work->n + 1, sizeof *room);
	enum status status = room == NULL ? STATUS_NO_MEMORY : analyse(work);
	for (int round = 0; round < ROUNDS_MAX && status == STATUS_OK; round++) {
		struct outlier_view view = { work->adjusted, work->values, work->n, long_season(work), least_of(work, room), back,
			work };
		size_t found;
		bool common;
		status = outlier_find(&view, keep, work->wild, &found, &common);
		if (status == STATUS_OK && common) {
			status = take_back(work, cleaned);
			break;
		}
		if (status != STATUS_OK || found == 0)
			break;
		for (size_t i = 0; i < work->n; i++)
			work->missing[i] = work->missing[i] || work->wild[i];
		fill_again(work);
		status = analyse(work);
	}
	free(room);
	return status;
}

static struct breaks_options
breaks_options(const struct work *work, double *room)
{
	size_t period = work->series.n_periods == 0 ? 1 : (size_t)lround(work->series.periods[0]), width = 6;
	double longest = work->series.n_periods == 0 ? 1.0 : work->series.periods[work->series.n_periods - 1];
	if (period > 1)
		width = period < 12 ? 4 * period : period / 2;
	width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
	size_t reach = 2 * (size_t)lround(longest);
	return (
	    struct breaks_options){ .width = width, .reach = reach < 4 * width ? 4 * width : reach, .least = least_of(work, room) };
}

static enum status
find_breaks(struct work *work, const struct clean_options *options, struct cleaned *cleaned)
{
	double *room = calloc(work->n + 1, sizeof *room);
	if (room == NULL)
		return STATUS_NO_MEMORY;
	struct breaks_options how = breaks_options(work, room);
	free(room);
	enum status status = breaks_find(work->adjusted, work->n, &how, cleaned->breaks, &cleaned->n_breaks);
	if (status != STATUS_OK)
		return status;
	cleaned->of_log = work->scale.lambda == 0.0;
	bool shocked = false;
	for (size_t b = 0; b < cleaned->n_breaks; b++) {
		struct level_break *found = &cleaned->breaks[b];
		for (size_t i = found->at; i < found->until && found->kind == BREAK_TEMPORARY; i++) {
			size_t step = cleaned->begin + i;
			if (cleaned->kind[step] != CLEAN_KEPT || work->wild[i] || (options->keep != NULL && options->keep[step]))
				continue;
			shocked = true;
			work->missing[i] = options->replace_shocks;
			cleaned->kind[step] = CLEAN_SHOCK;
		}
		found->at += cleaned->begin;
		found->until += cleaned->begin;
		if (found->kind != BREAK_TEMPORARY)
			cleaned->regime = found->at;
	}
	if (shocked && options->replace_shocks)
		fill_again(work);
	return STATUS_OK;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------ */

static bool
take_room(struct cleaned *cleaned, size_t n)
{
	cleaned->n = n;
	cleaned->values = calloc(n + 1, sizeof *cleaned->values);
	cleaned->weight = calloc(n + 1, sizeof *cleaned->weight);
	cleaned->kind = calloc(n + 1, sizeof *cleaned->kind);
	return cleaned->values != NULL && cleaned->weight != NULL && cleaned->kind != NULL;
}

void
clean_close(struct cleaned *cleaned)
{
	free(cleaned->values);
	free(cleaned->weight);
	free(cleaned->kind);
	*cleaned = (struct cleaned){ 0 };
}

/* What is known, as if each step had been open all along. */
static enum status
take_values(const struct series *series, const double *open, const struct clean_options *options, struct cleaned *cleaned,
    bool *negative)
{
	size_t known = 0;
	*negative = false;
	for (size_t i = 0; i < cleaned->n; i++) {
		double value = series->values[i], share = open == NULL ? 1.0 : open[i];
		if (isinf(value))
			return STATUS_OUT_OF_RANGE;
		cleaned->kind[i] = share < OPEN_LEAST ? CLEAN_CLOSED : isnan(value) ? CLEAN_GAP : CLEAN_KEPT;
		cleaned->values[i] = cleaned->kind[i] == CLEAN_KEPT ? value / (options->reopen ? share : 1.0) : NAN;
		known += cleaned->kind[i] == CLEAN_KEPT;
		*negative = *negative || value < 0.0;
	}
	return known == 0 ? STATUS_TOO_FEW : STATUS_OK;
}

static enum status
find_shut(const struct series *series, struct cleaned *cleaned)
{
	struct series known = *series;
	struct shut_found found;
	bool *shut = calloc(cleaned->n + 1, sizeof *shut);
	known.values = cleaned->values;
	enum status status = shut == NULL ? STATUS_NO_MEMORY : shut_find(&known, shut, &found);
	if (status == STATUS_OK) {
		cleaned->begin = found.begin;
		cleaned->at_end = found.at_end;
		for (size_t i = 0; i < cleaned->n; i++)
			if (shut[i] && !isnan(cleaned->values[i]))
				cleaned->kind[i] = i < found.begin   ? CLEAN_BEFORE
				    : i + found.at_end >= cleaned->n ? CLEAN_END
								     : CLEAN_SHUT;
	}
	free(shut);
	return status;
}

/* The work's values and findings become the cleaned series'; what only is told keeps its value. */
static void
give(const struct work *work, const struct clean_options *options, struct cleaned *cleaned)
{
	for (size_t i = 0; i < cleaned->begin; i++)
		cleaned->values[i] = isnan(cleaned->values[i]) ? 0.0 : cleaned->values[i];
	for (size_t i = 0; i < work->n; i++) {
		enum clean_kind *kind = &cleaned->kind[cleaned->begin + i];
		if (work->wild[i])
			*kind = CLEAN_OUTLIER;
		if (work->missing[i] && (*kind != CLEAN_END || options->replace_end))
			cleaned->values[cleaned->begin + i] = work->values[i];
		cleaned->weight[cleaned->begin + i] = *kind == CLEAN_KEPT ? 1.0 : 0.0;
	}
	if (cleaned->regime < cleaned->begin)
		cleaned->regime = cleaned->begin;
}

static enum status
clean_known(const struct series *series, const struct clean_options *options, bool negative, struct cleaned *cleaned)
{
	struct work work;
	enum status status = negative ? STATUS_OK : find_shut(series, cleaned);
	if (status != STATUS_OK)
		return status;
	status = work_open(&work, series, cleaned, negative);
	if (status == STATUS_OK) {
		fill_first(&work);
		if (memchr(work.missing, true, work.n) != NULL) {
			status = analyse(&work);
			fill_again(&work);
		}
	}
	if (status == STATUS_OK)
		status = options->keep_outliers
		    ? analyse(&work)
		    : find_outliers(&work, cleaned, options->keep == NULL ? NULL : options->keep + cleaned->begin);
	if (status == STATUS_OK)
		status = find_breaks(&work, options, cleaned);
	if (status == STATUS_OK) {
		clean_tell(cleaned, series, work.wild, work.values);
		give(&work, options, cleaned);
	}
	work_close(&work);
	return status;
}

enum status
clean_series(const struct series *series, const double *open, const struct clean_options *options, struct cleaned *out,
    struct reason *why)
{
	struct cleaned cleaned = { 0 };
	bool negative;
	enum status status = STATUS_NO_MEMORY;
	assert(options != NULL);
	if (take_room(&cleaned, series->n))
		status = take_values(series, open, options, &cleaned, &negative);
	if (status == STATUS_OK)
		status = clean_known(series, options, negative, &cleaned);
	if (status == STATUS_OK) {
		*out = cleaned;
		return STATUS_OK;
	}
	clean_close(&cleaned);
	switch (status) {
	case STATUS_TOO_FEW:
		return reason_say(why, STATUS_TOO_FEW, "none of the series' %zu values is known", series->n);
	case STATUS_OUT_OF_RANGE:
		return reason_say(why, STATUS_OUT_OF_RANGE, "a value of the series is infinite");
	default:
		return reason_say(why, status, "%s", status_sentence(status));
	}
}

void
clean_on_present_level(const struct cleaned *cleaned, double *out)
{
	double shift = 0.0;
	size_t b = cleaned->n_breaks;
	for (size_t i = cleaned->n; i-- > 0;) {
		out[i] = cleaned->of_log ? cleaned->values[i] * exp(shift) : cleaned->values[i] + shift;
		for (; b > 0 && cleaned->breaks[b - 1].at >= i; b--)
			if (cleaned->breaks[b - 1].kind != BREAK_TEMPORARY)
				shift += cleaned->breaks[b - 1].after - cleaned->breaks[b - 1].before;
	}
}

/* Rows of dates and values put on a regular grid: the step, gaps, doubles, order. See series_file.h. */
#include "series_file.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series_parts.h"

enum { MINUTES_PER_HOUR = 60, MINUTES_PER_DAY = 1440 };

/* Rows of one series behind each other, in the file's order. */
struct sorted {
	struct series_row *row;
	size_t *begin; /* [n_names + 1] */
};

static enum status
sort_rows(const struct series_rows *rows, struct sorted *out, struct reason *why)
{
	struct sorted sorted = { calloc(rows->n, sizeof *sorted.row), calloc(rows->n_names + 2, sizeof *sorted.begin) };
	if (sorted.row == NULL || sorted.begin == NULL) {
		free(sorted.row);
		free(sorted.begin);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	for (size_t i = 0; i < rows->n; i++)
		sorted.begin[rows->row[i].series + 2]++;
	for (size_t i = 2; i < rows->n_names + 2; i++)
		sorted.begin[i] += sorted.begin[i - 1];
	for (size_t i = 0; i < rows->n; i++)
		sorted.row[sorted.begin[rows->row[i].series + 1]++] = rows->row[i];
	*out = sorted;
	return STATUS_OK;
}

/* ---- the step ---- */

/* Which step lies between two dates; STEP_KINDS: none that is known. */
static enum step_kind
kind_between(int64_t minutes)
{
	int64_t days = minutes / MINUTES_PER_DAY;
	if (minutes == MINUTES_PER_HOUR)
		return STEP_HOUR;
	if (minutes % MINUTES_PER_DAY != 0)
		return STEP_KINDS;
	if (days == 1)
		return STEP_DAY;
	if (days == 7)
		return STEP_WEEK;
	if (days >= 28 && days <= 31)
		return STEP_MONTH;
	return days == 365 || days == 366 ? STEP_YEAR : STEP_KINDS;
}

/* What lies between most neighbours; a gap or a double here and there does not matter. */
static enum status
recognise(const char *path, const struct sorted *sorted, size_t names, struct step *out, struct reason *why)
{
	const struct series_row *first = &sorted->row[sorted->begin[0]];
	size_t seen[STEP_KINDS + 1] = { 0 }, best = 0;
	for (size_t s = 0; s < names; s++)
		for (size_t i = sorted->begin[s] + 1; i < sorted->begin[s + 1]; i++) {
			int64_t minutes = sorted->row[i].date.minutes - sorted->row[i - 1].date.minutes;
			if (minutes > 0)
				seen[kind_between(minutes)]++;
		}
	for (size_t k = 1; k < STEP_KINDS; k++)
		if (seen[k] > seen[best])
			best = k;
	switch (first->date.form) {
	case STEP_FORM_YEAR:
		out->kind = STEP_YEAR;
		return STATUS_OK;
	case STEP_FORM_MONTH:
		out->kind = STEP_MONTH;
		return STATUS_OK;
	case STEP_FORM_WEEK:
		*out = (struct step){ STEP_WEEK, true, first->date.minutes / MINUTES_PER_DAY };
		return STATUS_OK;
	case STEP_FORM_DAY:
	case STEP_FORM_TIME:
		break;
	}
	if (seen[best] == 0)
		return reason_say(why, STATUS_SYNTAX,
		    "%.100s: no two dates stand an hour, a day, a week, a month or a year apart; expected a regular series", path);
	*out = (struct step){ (enum step_kind)best, false, (int64_t)floor((double)first->date.minutes / MINUTES_PER_DAY) };
	return STATUS_OK;
}

/* ---- one series ---- */

struct place {
	const char *path;
	const struct series_row *row;
};

static enum status
wrong_order(const struct place *at, const struct step *step, int64_t number, int64_t before, uint64_t before_line,
    struct reason *why)
{
	char text[STEP_TEXT_BYTES], other[STEP_TEXT_BYTES];
	step_text(step, number, text);
	if (number == before)
		return reason_say(why, STATUS_SYNTAX, "%.100s:%llu: %s stands twice (see line %llu), expected each %s once",
		    at->path, (unsigned long long)at->row->line, text, (unsigned long long)before_line,
		    step_word(step->kind, false));
	return reason_say(why, STATUS_SYNTAX, "%.100s:%llu: %s stands behind %s, expected dates in rising order", at->path,
	    (unsigned long long)at->row->line, text, step_text(step, before, other));
}

static enum status
gap(const struct place *at, const struct step *step, int64_t first, int64_t last, struct reason *why)
{
	char from[STEP_TEXT_BYTES], to[STEP_TEXT_BYTES], range[2 * STEP_TEXT_BYTES + 8];
	step_text(step, first, from);
	step_text(step, last, to);
	if (first == last)
		snprintf(range, sizeof range, "%s is", from);
	else
		snprintf(range, sizeof range, "%s to %s are", from, to);
	return reason_say(why, STATUS_SYNTAX,
	    "%.80s:%llu: before this row %s missing (%lld %s), expected every %s, or --gaps unknown", at->path,
	    (unsigned long long)at->row->line, range, (long long)(last - first + 1), step_word(step->kind, first != last),
	    step_word(step->kind, false));
}

/* Numbers every row and looks at its place behind the one before. */
static enum status
number_rows(const char *path, const struct step *step, const struct series_options *options, const struct series_row *row, size_t n,
    int64_t *number, struct reason *why)
{
	for (size_t i = 0; i < n; i++) {
		struct place at = { path, &row[i] };
		if (!step_number(step, &row[i].date, &number[i]))
			return reason_say(why, STATUS_SYNTAX,
			    "%.100s:%llu: the date is not the beginning of a %s as the others are", path,
			    (unsigned long long)row[i].line, step_word(step->kind, false));
		if (i == 0)
			continue;
		if (number[i] <= number[i - 1])
			return wrong_order(&at, step, number[i], number[i - 1], row[i - 1].line, why);
		if (number[i] > number[i - 1] + 1 && !options->gaps_unknown)
			return gap(&at, step, number[i - 1] + 1, number[i] - 1, why);
	}
	if (number[n - 1] - number[0] >= SERIES_STEPS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "%.100s:%llu: the series spans %lld %s, expected at most %d", path,
		    (unsigned long long)row[n - 1].line, (long long)(number[n - 1] - number[0] + 1), step_word(step->kind, true),
		    SERIES_STEPS_MAX);
	return STATUS_OK;
}

static enum status
fill(const struct series_row *row, const int64_t *number, size_t n, struct series_one *out, struct reason *why)
{
	size_t first = 0, last = n;
	while (first < n && isnan(row[first].value))
		first++;
	while (last > first && isnan(row[last - 1].value))
		last--;
	if (first == last)
		return reason_say(why, STATUS_TOO_FEW, "the series '%.80s' has no known value", out->name);
	out->first = number[first];
	out->n = (size_t)(number[last - 1] - number[first]) + 1;
	out->values = calloc(out->n, sizeof *out->values);
	if (out->values == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < out->n; i++)
		out->values[i] = NAN;
	for (size_t i = first; i < last; i++)
		out->values[number[i] - out->first] = row[i].value;
	for (size_t i = 0; i < out->n; i++)
		out->unknown += isnan(out->values[i]) ? 1 : 0;
	return STATUS_OK;
}

static enum status
make_series(const char *path, const struct series_options *options, const struct series_rows *rows, const struct sorted *sorted,
    struct series_set *set, struct reason *why)
{
	enum status status = STATUS_OK;
	int64_t *number = calloc(rows->n, sizeof *number);
	set->series = calloc(rows->n_names, sizeof *set->series);
	if (number == NULL || set->series == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t s = 0; s < rows->n_names && status == STATUS_OK; s++) {
		const struct series_row *row = sorted->row + sorted->begin[s];
		size_t n = sorted->begin[s + 1] - sorted->begin[s];
		struct series_one *one = &set->series[set->n++];
		snprintf(one->name, sizeof one->name, "%s", rows->name[s]);
		status = number_rows(path, &set->step, options, row, n, number, why);
		if (status == STATUS_OK)
			status = fill(row, number, n, one, why);
	}
	free(number);
	return status;
}

enum status
series_set_read(const char *path, const struct series_options *options, struct series_set *out, struct reason *why)
{
	struct series_rows rows = { 0 };
	struct sorted sorted = { 0 };
	struct series_set set = { 0 };
	enum status status = series_rows_read(path, options, &rows, why);
	if (status == STATUS_OK)
		status = sort_rows(&rows, &sorted, why);
	if (status == STATUS_OK)
		status = recognise(path, &sorted, rows.n_names, &set.step, why);
	if (status == STATUS_OK)
		status = make_series(path, options, &rows, &sorted, &set, why);
	free(sorted.row);
	free(sorted.begin);
	series_rows_close(&rows);
	if (status == STATUS_OK)
		*out = set;
	else
		series_set_close(&set);
	return status;
}

void
series_set_close(struct series_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->series[i].values);
	free(set->series);
	*set = (struct series_set){ 0 };
}

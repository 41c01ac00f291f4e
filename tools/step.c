/* Dates into numbers of steps and back: see step.h. */
#include "step.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"

enum { MINUTES_PER_DAY = 1440, DATE_BYTES_MAX = 24 };

static int64_t
floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* The Monday of an ISO year's first week: that with its 4 January. */
static int64_t
first_monday(int year)
{
	int64_t fourth = civil_day(year, 1, 4);
	return fourth - (civil_weekday(fourth) + 6) % 7;
}

static bool
digits(const char *text, size_t n, int *out)
{
	int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = value;
	return true;
}

static bool
read_week(const char *text, struct step_date *out)
{
	int year, week;
	size_t at = text[4] == '-' ? 5 : 4;
	if (text[at] != 'W' || strlen(text) != at + 3 || !digits(text, 4, &year) || !digits(text + at + 1, 2, &week))
		return false;
	if (year < 1900 || year > 2199 || week < 1)
		return false;
	int64_t monday = first_monday(year) + 7 * (week - 1);
	if (monday >= first_monday(year + 1))
		return false;
	*out = (struct step_date){ STEP_FORM_WEEK, monday * MINUTES_PER_DAY };
	return true;
}

/* "08", "08:00" or "08:00:00"; seconds have to be none. */
static bool
read_clock(const char *text, int64_t *minutes)
{
	int hour, minute = 0, second = 0;
	size_t n = strlen(text);
	if ((n != 2 && n != 5 && n != 8) || !digits(text, 2, &hour) || hour > 23)
		return false;
	if (n >= 5 && (text[2] != ':' || !digits(text + 3, 2, &minute) || minute > 59))
		return false;
	if (n == 8 && (text[5] != ':' || !digits(text + 6, 2, &second) || second != 0))
		return false;
	*minutes = hour * 60 + minute;
	return true;
}

bool
step_read(struct span text, struct step_date *out)
{
	char copy[DATE_BYTES_MAX + 1];
	uint32_t period;
	enum period kind;
	int64_t day, minutes = 0;
	if (text.bytes < 4 || text.bytes > DATE_BYTES_MAX || memchr(text.data, 0, text.bytes) != NULL)
		return false;
	memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	if (text.bytes >= 7 && (copy[4] == 'W' || copy[5] == 'W'))
		return read_week(copy, out);
	bool timed = text.bytes > 10;
	if (timed) {
		if ((copy[10] != 'T' && copy[10] != ' ') || !read_clock(copy + 11, &minutes))
			return false;
		copy[10] = '\0';
	}
	if (!civil_parse(copy, &period, &kind) || (timed && kind != PERIOD_DAY))
		return false;
	if (kind == PERIOD_DAY)
		day = civil_day((int)(period / 10000), (int)(period / 100 % 100), (int)(period % 100));
	else if (kind == PERIOD_MONTH)
		day = civil_day((int)(period / 100), (int)(period % 100), 1);
	else
		day = civil_day((int)period, 1, 1);
	*out = (struct step_date){ timed   ? STEP_FORM_TIME
		    : kind == PERIOD_DAY   ? STEP_FORM_DAY
		    : kind == PERIOD_MONTH ? STEP_FORM_MONTH
					   : STEP_FORM_YEAR,
		day * MINUTES_PER_DAY + minutes };
	return true;
}

static int64_t
month_number(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return (int64_t)year * 12 + month - 1;
}

bool
step_number(const struct step *step, const struct step_date *date, int64_t *out)
{
	int64_t day = floor_div(date->minutes, MINUTES_PER_DAY);
	if (step->kind == STEP_HOUR) {
		*out = floor_div(date->minutes, 60);
		return date->minutes % 60 == 0;
	}
	*out = step_at(step, (double)day);
	return step->kind == STEP_WEEK ? (day - step->anchor) % 7 == 0
				       : step->kind != STEP_DAY || date->minutes % MINUTES_PER_DAY == 0;
}

int64_t
step_at(const struct step *step, double days)
{
	int64_t day = (int64_t)floor(days);
	switch (step->kind) {
	case STEP_HOUR:
		return (int64_t)floor(days * 24.0 + 1e-6);
	case STEP_DAY:
		return day;
	case STEP_WEEK:
		return floor_div(day - step->anchor, 7);
	case STEP_MONTH:
		return month_number(day);
	case STEP_YEAR:
		return floor_div(month_number(day), 12);
	case STEP_KINDS:
		break;
	}
	assert(false);
	return 0;
}

double
step_begin(const struct step *step, int64_t number)
{
	switch (step->kind) {
	case STEP_HOUR:
		return (double)number / 24.0;
	case STEP_DAY:
		return (double)number;
	case STEP_WEEK:
		return (double)(number * 7 + step->anchor);
	case STEP_MONTH:
		return (double)civil_day((int)floor_div(number, 12), (int)(number - 12 * floor_div(number, 12)) + 1, 1);
	case STEP_YEAR:
		return (double)civil_day((int)number, 1, 1);
	case STEP_KINDS:
		break;
	}
	assert(false);
	return 0.0;
}

int
step_year(const struct step *step, int64_t number)
{
	int year, month, dom;
	double begin = step_begin(step, number);
	/* An ISO week belongs to the year of its Thursday. */
	civil_date((int64_t)floor(begin + 1e-6) + (step->kind == STEP_WEEK && step->iso_week ? 3 : 0), &year, &month, &dom);
	return year;
}

const char *
step_text(const struct step *step, int64_t number, char out[STEP_TEXT_BYTES])
{
	int year, month, dom;
	int64_t day = (int64_t)floor(step_begin(step, number) + 1e-6);
	civil_date(day, &year, &month, &dom);
	if (step->kind == STEP_YEAR)
		snprintf(out, STEP_TEXT_BYTES, "%04d", year);
	else if (step->kind == STEP_MONTH)
		snprintf(out, STEP_TEXT_BYTES, "%04d-%02d", year, month);
	else if (step->kind == STEP_WEEK && step->iso_week)
		snprintf(out, STEP_TEXT_BYTES, "%04d-W%02d", step_year(step, number),
		    (int)((day - first_monday(step_year(step, number))) / 7) + 1);
	else if (step->kind == STEP_HOUR)
		snprintf(out, STEP_TEXT_BYTES, "%04d-%02d-%02dT%02d", year, month, dom, (int)(number - 24 * floor_div(number, 24)));
	else
		snprintf(out, STEP_TEXT_BYTES, "%04d-%02d-%02d", year, month, dom);
	return out;
}

static const char *const words[STEP_KINDS][2] = {
	[STEP_HOUR] = { "hour", "hours" },
	[STEP_DAY] = { "day", "days" },
	[STEP_WEEK] = { "week", "weeks" },
	[STEP_MONTH] = { "month", "months" },
	[STEP_YEAR] = { "year", "years" },
};

const char *
step_word(enum step_kind kind, bool many)
{
	return words[kind][many];
}

bool
step_kind_of(const char *word, enum step_kind *out)
{
	for (size_t i = 0; i < STEP_KINDS; i++)
		if (strcmp(words[i][0], word) == 0) {
			*out = (enum step_kind)i;
			return true;
		}
	return false;
}

size_t
step_seasons(enum step_kind kind, double out[STEP_SEASONS_MAX])
{
	static const double seasons[STEP_KINDS][2] = {
		[STEP_HOUR] = { 24, 168 },
		[STEP_DAY] = { 7, 365.25 },
		[STEP_WEEK] = { 365.25 / 7 },
		[STEP_MONTH] = { 12 },
	};
	size_t n = 0;
	while (n < 2 && seasons[kind][n] > 0.0) {
		out[n] = seasons[kind][n];
		n++;
	}
	return n;
}

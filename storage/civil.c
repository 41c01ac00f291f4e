/* The civil calendar: days since 1970 by Howard Hinnant's eras of 400 years, periods as numbers, and their texts. */
#include "civil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199, DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468, OFFSET_MINUTES_MAX = 14 * 60 };

static int64_t
floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t
civil_day(int year, int month, int day)
{
	assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

void
civil_date(int64_t day, int *year, int *month, int *dom)
{
	day += DAYS_TO_1970;
	int64_t era = floor_div(day, DAYS_PER_ERA);
	int64_t day_of_era = day - era * DAYS_PER_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	*dom = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
	*month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

int
civil_weekday(int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	int64_t weekday = (day + 4) % 7;
	return (int)(weekday < 0 ? weekday + 7 : weekday);
}

int
civil_working_days(int year, int month)
{
	int64_t end = month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, month + 1, 1);
	int count = 0;
	for (int64_t day = civil_day(year, month, 1); day < end; day++)
		count += civil_weekday(day) != 0 && civil_weekday(day) != 6;
	return count;
}

/* Easter Sunday: the Sunday behind the full moon of the Gregorian epacts (Butcher 1876; Knuth 1968, vol. 1, 1.3.2). */
static int64_t
easter(int year)
{
	int golden = year % 19 + 1, century = year / 100 + 1;
	int skipped = 3 * century / 4 - 12, moon = (8 * century + 5) / 25 - 5;
	int epact = (11 * golden + 20 + moon - skipped) % 30;
	if ((epact == 25 && golden > 11) || epact == 24)
		epact++;
	int full = 44 - epact;
	int64_t day = civil_day(year, 3, 1) + (full < 21 ? full + 30 : full) - 1;
	return day + 7 - civil_weekday(day);
}

bool
civil_has_good_friday(int year, int month)
{
	int of_year, of_month, dom;
	civil_date(easter(year) - 2, &of_year, &of_month, &dom);
	return of_month == month;
}

int64_t
civil_day_of_ms(int64_t local_ms)
{
	return floor_div(local_ms, CIVIL_MS_PER_DAY);
}

/* yyyymmddhh; years beyond four digits do not fit and do not come: an event's time is bounded. */
static uint32_t
hour_of(int64_t day, int64_t hour)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	assert(year >= 1 && year <= 4000 && hour >= 0 && hour <= 23);
	return (((uint32_t)year * 100 + (uint32_t)month) * 100 + (uint32_t)dom) * 100 + (uint32_t)hour;
}

uint32_t
civil_hour(int64_t utc_ms, int32_t offset_minutes)
{
	int64_t local_ms = utc_ms + (int64_t)offset_minutes * 60000;
	int64_t day = civil_day_of_ms(local_ms);
	return hour_of(day, (local_ms - day * CIVIL_MS_PER_DAY) / CIVIL_MS_PER_HOUR);
}

/* How many decimal digits a period of this kind has behind its year, as a power of ten. */
static uint32_t
scale_of(enum period kind)
{
	switch (kind) {
	case PERIOD_YEAR:
		return 1;
	case PERIOD_MONTH:
		return 100;
	case PERIOD_DAY:
		return 10000;
	case PERIOD_HOUR:
		return 1000000;
	}
	assert(!"a period kind that does not exist");
	return 1;
}

uint32_t
civil_period(uint32_t hour, enum period kind)
{
	return hour / (scale_of(PERIOD_HOUR) / scale_of(kind));
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

uint32_t
civil_first_hour(uint32_t period, enum period kind)
{
	switch (kind) {
	case PERIOD_YEAR:
		period = period * 100 + 1;
		/* fall through */
	case PERIOD_MONTH:
		period = period * 100 + 1;
		/* fall through */
	case PERIOD_DAY:
		period = period * 100;
		/* fall through */
	case PERIOD_HOUR:
		break;
	}
	return period;
}

uint32_t
civil_last_hour(uint32_t period, enum period kind)
{
	switch (kind) {
	case PERIOD_YEAR:
		period = period * 100 + 12;
		/* fall through */
	case PERIOD_MONTH:
		period = period * 100 + (uint32_t)days_in((int)(period / 100), (int)(period % 100));
		/* fall through */
	case PERIOD_DAY:
		period = period * 100 + 23;
		/* fall through */
	case PERIOD_HOUR:
		break;
	}
	return period;
}

/* ---- texts ---- */

/* Exactly `digits` decimal digits. */
static bool
take_number(const char **text, int digits, int *out)
{
	int value = 0;
	for (int i = 0; i < digits; i++) {
		char c = (*text)[i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*text += digits;
	*out = value;
	return true;
}

/* A separator and a number of two digits within bounds. */
static bool
take_part(const char **text, char separator, int min, int max, int *out)
{
	if (**text != separator)
		return false;
	(*text)++;
	return take_number(text, 2, out) && *out >= min && *out <= max;
}

bool
civil_parse(const char *text, uint32_t *period, enum period *kind)
{
	int year, month, day, hour;
	if (!take_number(&text, 4, &year) || year < YEAR_MIN || year > YEAR_MAX)
		return false;
	uint32_t value = (uint32_t)year;
	enum period found = PERIOD_YEAR;
	if (*text != '\0') {
		if (!take_part(&text, '-', 1, 12, &month))
			return false;
		value = value * 100 + (uint32_t)month;
		found = PERIOD_MONTH;
	}
	if (*text != '\0') {
		if (!take_part(&text, '-', 1, days_in(year, month), &day))
			return false;
		value = value * 100 + (uint32_t)day;
		found = PERIOD_DAY;
	}
	if (*text != '\0') {
		if (!take_part(&text, 'T', 0, 23, &hour))
			return false;
		value = value * 100 + (uint32_t)hour;
		found = PERIOD_HOUR;
	}
	if (*text != '\0')
		return false;
	*period = value;
	*kind = found;
	return true;
}

void
civil_format(uint32_t period, enum period kind, char text[CIVIL_TEXT_BYTES])
{
	uint32_t hour = civil_first_hour(period, kind);
	char whole[32];
	snprintf(whole, sizeof whole, "%04u-%02u-%02uT%02u", hour / 1000000, hour / 10000 % 100, hour / 100 % 100, hour % 100);
	static const size_t bytes[] = { 0, 4, 7, 10, 13 };
	assert(bytes[kind] < CIVIL_TEXT_BYTES);
	memcpy(text, whole, bytes[kind]);
	text[bytes[kind]] = '\0';
}

bool
civil_parse_day(const char *text, int64_t *day)
{
	uint32_t period;
	enum period kind;
	if (!civil_parse(text, &period, &kind) || kind != PERIOD_DAY)
		return false;
	*day = civil_day((int)(period / 10000), (int)(period / 100 % 100), (int)(period % 100));
	return true;
}

bool
civil_parse_offset(const char *text, int32_t *minutes)
{
	int sign = *text == '-' ? -1 : 1;
	int hours, rest;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (!take_number(&text, 2, &hours) || !take_part(&text, ':', 0, 59, &rest) || *text != '\0')
		return false;
	if (hours * 60 + rest > OFFSET_MINUTES_MAX)
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

void
civil_format_ms(int64_t utc_ms, char text[32])
{
	int64_t day = civil_day_of_ms(utc_ms);
	int ms = (int)(utc_ms - day * CIVIL_MS_PER_DAY);
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	assert(year >= -99999 && year <= 99999);
	snprintf(text, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, dom, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
	    ms % 1000);
}

/* Dates and closures of the simulated ports. */
#include "port_calendar.h"

#include <assert.h>
#include <stddef.h>

/*
 * The holidays that move. Chinese New Year is settled far ahead. Tsagaan Sar is proclaimed in Mongolia: the dates to 2025 are
 * those that were kept; from 2026 on they are expected dates (from 2028 on only our guess), and nothing real may be planned by
 * them.
 */
struct new_years {
	int16_t year;
	int8_t chinese_month, chinese_day;
	int8_t mongolian_month, mongolian_day;
};

static const struct new_years new_years[] = {
	{ 2015, 2, 19, 2, 19 },
	{ 2016, 2, 8, 2, 9 },
	{ 2017, 1, 28, 2, 27 },
	{ 2018, 2, 16, 2, 16 },
	{ 2019, 2, 5, 2, 5 },
	{ 2020, 1, 25, 2, 24 },
	{ 2021, 2, 12, 2, 12 },
	{ 2022, 2, 1, 2, 2 },
	{ 2023, 1, 22, 2, 21 },
	{ 2024, 2, 10, 2, 10 },
	{ 2025, 1, 29, 3, 1 },
	{ 2026, 2, 17, 2, 18 }, /* Mongolian: unverified from here on */
	{ 2027, 2, 6, 2, 7 },
	{ 2028, 1, 26, 2, 26 },
	{ 2029, 2, 13, 2, 14 },
	{ 2030, 2, 3, 2, 3 },
	{ 2031, 1, 23, 2, 22 },
	{ 2032, 2, 11, 2, 12 },
	{ 2033, 1, 31, 3, 1 },
	{ 2034, 2, 19, 2, 19 },
	{ 2035, 2, 8, 2, 9 },
};

_Static_assert(sizeof new_years / sizeof new_years[0] == CALENDAR_YEAR_MAX - CALENDAR_YEAR_MIN + 1, "a row for every year");

/*
 * Fixed closures by the agreement of 2004 as they are usually kept. May Day, Qingming and the smaller Mongolian
 * days (26 November, 29 December, Chinggis Khaan's day) are mostly kept open by agreement, and so they are here.
 */
struct fixed {
	int8_t month, first, last;
};

static const struct fixed fixed[] = {
	{ 1, 1, 1 },   /* New Year */
	{ 7, 11, 15 }, /* Naadam */
	{ 10, 1, 3 },  /* National Day of China */
};

/* Shut for months, as published: year, month, day, first and last. */
static const int shut[][2][3] = {
	{ { 2020, 2, 14 }, { 2020, 3, 29 } },
	{ { 2021, 10, 20 }, { 2022, 5, 24 } },
};

enum { NEW_YEAR_DAYS = 3 };

/* Days from 1970-01-01, by counting years from March, so that the leap day is the last of its year. */
int64_t
port_calendar_day(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	assert(y >= 0 && m >= 0 && m < 12);
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

void
port_calendar_date(int64_t day, int *year, int *month, int *day_of_month)
{
	assert(day >= 0);
	/* A first guess of the year that is never too late, then forward: few steps, and plainly the reverse of the above. */
	int y = (int)(1970 + day / 366);
	while (port_calendar_day(y + 1, 1, 1) <= day)
		y++;
	int m = 1;
	while (m < 12 && port_calendar_day(y, m + 1, 1) <= day)
		m++;
	*year = y;
	*month = m;
	*day_of_month = (int)(day - port_calendar_day(y, m, 1)) + 1;
}

int
port_calendar_weekday(int64_t day)
{
	assert(day >= 0);
	return (int)((day + 4) % 7);
}

int64_t
port_calendar_start_ms(int64_t day)
{
	return day * CALENDAR_MS_PER_DAY - CALENDAR_OFFSET_MS;
}

static bool
within(int64_t day, int64_t first, int64_t days)
{
	return day >= first && day < first + days;
}

bool
port_calendar_closed(int64_t day)
{
	int year, month, day_of_month;
	port_calendar_date(day, &year, &month, &day_of_month);
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (month == fixed[i].month && day_of_month >= fixed[i].first && day_of_month <= fixed[i].last)
			return true;
	for (size_t i = 0; i < sizeof shut / sizeof shut[0]; i++)
		if (day >= port_calendar_day(shut[i][0][0], shut[i][0][1], shut[i][0][2]) &&
		    day <= port_calendar_day(shut[i][1][0], shut[i][1][1], shut[i][1][2]))
			return true;
	if (year < CALENDAR_YEAR_MIN || year > CALENDAR_YEAR_MAX)
		return false;
	const struct new_years *row = &new_years[year - CALENDAR_YEAR_MIN];
	return within(day, port_calendar_day(year, row->chinese_month, row->chinese_day), NEW_YEAR_DAYS) ||
	    within(day, port_calendar_day(year, row->mongolian_month, row->mongolian_day), NEW_YEAR_DAYS);
}

bool
port_calendar_road_open(int64_t day)
{
	return port_calendar_weekday(day) != 0 && !port_calendar_closed(day);
}

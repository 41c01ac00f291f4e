/*
 * Days and hours of the civil calendar, as pure functions. Owns nothing; any thread.
 *
 * A day is counted from 1970-01-01 (day 0). A period is written as a number that sorts by time within its kind:
 * year 2025, month 202501, day 20250131, hour 2025013108. All are local to a port once its UTC offset has been applied.
 */
#ifndef JUYAN_STORAGE_CIVIL_H
#define JUYAN_STORAGE_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CIVIL_MS_PER_DAY INT64_C(86400000)
#define CIVIL_MS_PER_HOUR INT64_C(3600000)

enum period { PERIOD_YEAR = 1, PERIOD_MONTH = 2, PERIOD_DAY = 3, PERIOD_HOUR = 4 };

enum { CIVIL_TEXT_BYTES = 16 }; /* "2025-01-31T08" and its NUL */

int64_t civil_day(int year, int month, int day);
void civil_date(int64_t day, int *year, int *month, int *dom);
/* 0 Sunday … 6 Saturday. */
int civil_weekday(int64_t day);
/* The days from Monday to Friday in a month. */
int civil_working_days(int year, int month);
/* Whether Good Friday lies in a month: of all feasts of the Gregorian year the one that moves a working day between two months. */
bool civil_has_good_friday(int year, int month);
/* The day in which a time stands; floors for times before 1970. */
int64_t civil_day_of_ms(int64_t local_ms);
/* The hour period (yyyymmddhh) of a UTC time at an offset. */
uint32_t civil_hour(int64_t utc_ms, int32_t offset_minutes);
/* The period of a coarser or equal kind that holds this hour. */
uint32_t civil_period(uint32_t hour, enum period kind);
/* The first and the last hour of a period. */
uint32_t civil_first_hour(uint32_t period, enum period kind);
uint32_t civil_last_hour(uint32_t period, enum period kind);

/* "2025", "2025-01", "2025-01-31" or "2025-01-31T08": strict, and only dates that exist in 1900 … 2199. */
bool civil_parse(const char *text, uint32_t *period, enum period *kind);
void civil_format(uint32_t period, enum period kind, char text[CIVIL_TEXT_BYTES]);
/* An ISO day to its number; false for anything else. */
bool civil_parse_day(const char *text, int64_t *day);
/* "+08:00" or "-05:30" to minutes; false for anything else or beyond 14 hours. */
bool civil_parse_offset(const char *text, int32_t *minutes);
/* ISO 8601 UTC with milliseconds, "2025-01-31T08:00:00.000Z"; `text` holds 32 bytes. */
void civil_format_ms(int64_t utc_ms, char text[32]);

#endif

/*
 * The days of the border, for the simulator: dates, weekdays, and when the ports are shut. It has its own arithmetic of dates,
 * so that the simulator's tally shares no code with the ledger that it is compared with. Owns nothing; any thread.
 *
 * Days are counted from 1970-01-01 (day 0), local to the ports, which both keep UTC+8 without summer time.
 */
#ifndef JUYAN_SIMULATE_PORT_CALENDAR_H
#define JUYAN_SIMULATE_PORT_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_MS_PER_DAY INT64_C(86400000)
#define CALENDAR_MS_PER_HOUR INT64_C(3600000)
#define CALENDAR_OFFSET_MS (8 * CALENDAR_MS_PER_HOUR)

/* The years for which the holidays that move are known here. */
enum { CALENDAR_YEAR_MIN = 2015, CALENDAR_YEAR_MAX = 2035 };

int64_t port_calendar_day(int year, int month, int day);
void port_calendar_date(int64_t day, int *year, int *month, int *day_of_month);
int port_calendar_weekday(int64_t day); /* 0 Sunday … 6 Saturday */
/* UTC milliseconds of local midnight at which the day begins. */
int64_t port_calendar_start_ms(int64_t day);

/* Shut for everybody: a public holiday that is kept, or a closure for reasons of health. */
bool port_calendar_closed(int64_t day);
/* Whether trucks cross: not closed, and no Sunday. AGV and trains also run on Sundays. */
bool port_calendar_road_open(int64_t day);

#endif

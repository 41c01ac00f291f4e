/*
 * What the registry's days say of a port and a span of days: on which it is open, and the regressors by which a model learns
 * what the days around a closure and around the festivals that move are worth. Pure; a calendar owns its arrays
 * (calendar_close) and may be read from any thread.
 *
 * The rule for a day: a closed day beats all; a day open by agreement beats a holiday; a holiday is shut, but for the share of
 * years in which it is kept open (open_per_mille; of several, the least). A railway keeps its timetable on holidays, as the
 * agreement of 2004 has it: for it only closed days count. Weekly days of rest are no matter of a calendar; the model's week
 * learns them.
 *
 * A shut day says nothing to a model (its share of work is 0), so no column speaks of it. What is a column:
 *
 *   spring_festival_before  1 on the 7 days before Chinese New Year
 *   spring_festival_after   1 on the 7 days behind its last day of rest
 *   spring_festival_later   1 on the 7 days behind those: traffic comes back slowly
 *   tsagaan_sar_before      the same for the Mongolian new year
 *   tsagaan_sar_after
 *   closure_before          the next day is shut: 1, or how likely that is
 *   closure_after           the day before was shut: likewise
 *   perhaps_open            a holiday that is kept open in some years: 1
 *   open_by_agreement       1: a holiday that is kept open, or another day that was agreed on
 *
 * Regressors of days around a festival are 0 on a shut day. A holiday that nobody has declared yet is an ordinary day here;
 * known_to says how far the registry knows.
 */
#ifndef JUYAN_FORECAST_CALENDAR_H
#define JUYAN_FORECAST_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "cargo.pb-c.h"
#include "status.h"

enum calendar_column {
	CALENDAR_SPRING_FESTIVAL_BEFORE,
	CALENDAR_SPRING_FESTIVAL_AFTER,
	CALENDAR_SPRING_FESTIVAL_LATER,
	CALENDAR_TSAGAAN_SAR_BEFORE,
	CALENDAR_TSAGAAN_SAR_AFTER,
	CALENDAR_CLOSURE_BEFORE,
	CALENDAR_CLOSURE_AFTER,
	CALENDAR_PERHAPS_OPEN,
	CALENDAR_OPEN_BY_AGREEMENT,
	CALENDAR_COLUMNS
};

enum { CALENDAR_DAYS_MAX = 100000 };

struct calendar {
	int64_t first_day; /* as civil.h numbers days */
	size_t days;
	double *open;     /* [days]: 0 shut, 1 open, between: how likely it is open */
	double *column;   /* [days][CALENDAR_COLUMNS], row by row */
	int64_t known_to; /* the last day of any holiday that the registry has; INT64_MIN: none */
};

/*
 * `records` may be of all kinds; others than days are passed over. `mode` unspecified: all modes together, which is the road.
 * USAGE for more days than CALENDAR_DAYS_MAX or none, NO_MEMORY.
 */
enum status calendar_make(const Juyan__V1__RegistryRecord *const *records, size_t n, const char *port, Juyan__V1__Mode mode,
    int64_t first_day, size_t days, struct calendar *out) MUST_USE;
void calendar_close(struct calendar *calendar);

/* "spring_festival_before" and so on. */
const char *calendar_column_name(enum calendar_column column);

#endif

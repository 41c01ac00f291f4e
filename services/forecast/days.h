/*
 * What the calendar says of each day of a port, past and future, in the form in which a forecast takes it. The railway keeps its
 * own timetable, so each port has two calendars. Owns its memory; days_close.
 */
#ifndef JUYAN_FORECAST_DAYS_H
#define JUYAN_FORECAST_DAYS_H

#include "calendar.h"
#include "inputs.h"

/*
 * One calendar over the inputs' past days and the future behind them. A holiday that is kept open in some years is past either way:
 * it was open when something like an ordinary day's traffic passed. Of the future `open` is 1 where a day can be open at all, and
 * `odds` say how likely that is.
 */
struct days_of {
	struct calendar calendar;
	double *odds; /* [future] */
};

struct days {
	struct days_of road, rail;
};

enum status days_make(const struct inputs *inputs, const char *port, size_t future, struct days *out) MUST_USE;
void days_close(struct days *days);

static inline const struct days_of *
days_for(const struct days *days, Juyan__V1__Mode mode)
{
	return mode == JUYAN__V1__MODE__RAIL ? &days->rail : &days->road;
}

/*
 * The most that may pass on each of the `future` days behind the origin by the registry's capacities, INT64_MAX where none is
 * declared: for one mode of a port, or (unspecified) for the port as a whole. Of several the one with the latest valid_from holds.
 * True where any day has a bound.
 */
bool days_ceiling(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t future, int64_t *most_kg);

#endif

/*
 * What the calendar says of each day of a port, past and future, in the form that a forecast takes it. Owns its memory.
 */
#ifndef JUYAN_FORECAST_DAYS_H
#define JUYAN_FORECAST_DAYS_H

#include "inputs.h"

struct days {
	char port[PORT_BYTES_MAX + 1];
	size_t n;           /* from the inputs' first day on */
	double *open;       /* [n]: share of the day in which work is possible */
	double *regressors; /* [n][n_regressors] row by row; NULL: none */
	size_t n_regressors;
};

/* The inputs' past days and `future` more. NO_MEMORY. */
enum status days_make(const struct inputs *inputs, const char *port, size_t future, struct days *out) MUST_USE;
void days_close(struct days *days);

/*
 * The most that may pass on each of the `future` days behind the origin by the registry's capacities, INT64_MAX where none is
 * declared: for one mode of a port, or (unspecified) for the port as a whole. Of several the one with the latest valid_from holds.
 * True where any day has a bound.
 */
bool days_ceiling(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t future, int64_t *most_kg);

#endif

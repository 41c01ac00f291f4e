/*
 * Series from a CSV file: one row a date and, beside it, a value (or a column for each of several series, or a column that names
 * the series). The step is recognised from the dates. What is wrong is said as "FILE:LINE: what, what was expected".
 *
 * The first row names the columns. The date's column is `date_column`, else one named date, day, hour, week, month, year, time,
 * period or ds, else the first. A column named series_id, series, unique_id or id names the series, which may stand mixed. Values
 * are those of `columns`; else of a column named value; else of all that are left. An empty cell, NA or nan is unknown.
 * A set owns its memory; series_set_close.
 */
#ifndef JUYAN_TOOLS_SERIES_FILE_H
#define JUYAN_TOOLS_SERIES_FILE_H

#include <stdbool.h>

#include "step.h"

enum {
	SERIES_NAME_BYTES = 128,
	SERIES_COUNT_MAX = 4096,
	SERIES_ROWS_MAX = 5000000,
	SERIES_STEPS_MAX = 500000,
	SERIES_COLUMNS_MAX = 64
};

struct series_options {
	const char *date_column;    /* NULL: found as said above */
	const char *const *columns; /* [n_columns] */
	size_t n_columns;
	const char *const *ids; /* [n_ids]: only these series; none: all */
	size_t n_ids;
	bool gaps_unknown; /* missing dates are unknown values; else an error */
};

struct series_one {
	char name[SERIES_NAME_BYTES];
	int64_t first; /* number of the first step, which has a known value, as has the last */
	size_t n;
	size_t unknown;
	double *values; /* [n]; NAN: unknown */
};

struct series_set {
	struct step step;
	struct series_one *series;
	size_t n;
};

/* SYNTAX, OUT_OF_RANGE, TOO_MANY, TOO_FEW, NOT_FOUND (a column or series that was named), SYSTEM, NO_MEMORY. */
enum status series_set_read(const char *path, const struct series_options *options, struct series_set *out,
    struct reason *why) MUST_USE;
void series_set_close(struct series_set *set);

#endif

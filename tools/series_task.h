/*
 * A file's series as a task for the automatic forecast: its seasons, how far to look, and of months their working days (Monday to
 * Friday, and whether Good Friday is one of them). Shared by forecast, backtest and bench. A series_task lends the series' values
 * and owns nothing; it stays where it is, for its task points back at it.
 */
#ifndef JUYAN_TOOLS_SERIES_TASK_H
#define JUYAN_TOOLS_SERIES_TASK_H

#include "auto.h"
#include "series_file.h"

enum { SERIES_TASK_PATHS = 1000, SERIES_TASK_SEED = 1 };

struct series_task {
	struct forecast_task task;
	struct step step; /* and the number of the first one: for their names */
	int64_t first;
	char note[SENTENCE_BYTES_MAX]; /* what was done otherwise than asked for; empty: nothing */
};

struct series_wish {
	const double *season; /* NULL: those that the step usually has */
	size_t n_seasons;
	size_t horizon; /* 0: up to `to` */
	const char *to; /* a period, to whose end; NULL: the usual */
	size_t paths;   /* 0: SERIES_TASK_PATHS */
	uint64_t seed;
};

/* USAGE: a horizon or a period that cannot be. */
enum status series_task_make(const struct series_one *series, const struct step *step, const struct series_wish *wish,
    struct series_task *out, struct reason *why) MUST_USE;

/* How far the usual forecast looks: two days of hours, to the end of the year (of the next one, in its last month), five years. */
size_t series_horizon(const struct step *step, int64_t origin);

#endif

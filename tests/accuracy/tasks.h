/*
 * The benchmark's series and tasks as numbers in memory: what its files say, read for the accuracy program. A set owns its memory;
 * tasks_close. Read by any number of threads.
 */
#ifndef JUYAN_TESTS_ACCURACY_TASKS_H
#define JUYAN_TESTS_ACCURACY_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "auto.h"

enum { ID_BYTES = 64, DATE_BYTES = 16 };

/* What the steps are. */
enum calendar { CALENDAR_NONE, CALENDAR_MONTHS, CALENDAR_DAYS };

/* One series: a value a step from the first step on; NAN: not known. */
struct column {
	char id[ID_BYTES];
	long first; /* months since year 0, days since 1970, or 0 */
	double *values;
	size_t n, room;
};

struct question {
	size_t column;
	char origin[DATE_BYTES];
	size_t n;         /* values up to and including the origin: all that the forecast may see */
	size_t points;    /* single steps asked for; 0: none */
	size_t total;     /* steps to the year's end; 0: no total */
	double known;     /* of that year, up to the origin */
	double last_year; /* the whole year before */
};

struct tasks {
	struct column *columns;
	size_t n_columns;
	struct question *questions;
	size_t n_questions;
	double periods[2];
	size_t n_periods;
	enum calendar calendar;
};

/*
 * Reads FOLDER/SERIES.csv and FOLDER/tasks_KIND.csv of monthly (or, `daily`, of daily) series; `core`: the core series alone. Ends
 * the process with a sentence on stderr where a file is not as expected.
 */
void tasks_read(struct tasks *tasks, const char *series_path, const char *tasks_path, bool daily, bool core);
/* Reads a wide file, `id,v1,v2,…` a line: one question a series, at its end. */
void tasks_read_wide(struct tasks *tasks, const char *path, double period, size_t horizon);
/* A working_counter (auto.h) of a column of months. */
struct working tasks_working(const void *column, size_t step);
void tasks_close(struct tasks *tasks);

#endif

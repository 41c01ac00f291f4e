/* See calendar.h: the records of days as spans, painted onto the days that are asked for and those around them. */
#include "calendar.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

typedef Juyan__V1__RegistryRecord Record;

enum { WEEK = 7, EDGE = 1 }; /* EDGE: days beyond either end that the columns look at */

/* A record of days, with the stretch in which this version of it holds. */
struct stretch {
	const Juyan__V1__CalendarDay *day;
	int64_t first, last;
};

/* A record of days, and since when it holds. */
struct version {
	const Juyan__V1__CalendarDay *day;
	int64_t from;
};

/* The days asked for, from EDGE before them to EDGE behind. */
struct canvas {
	int64_t first;
	size_t days;
	double *open;
	bool *closed, *agreed;
};

static const char *const names[] = { "spring_festival_before", "spring_festival_after", "spring_festival_later",
	"tsagaan_sar_before", "tsagaan_sar_after", "closure_before", "closure_after", "perhaps_open", "open_by_agreement" };
_Static_assert(sizeof names / sizeof names[0] == CALENDAR_COLUMNS, "a name for every column");

const char *
calendar_column_name(enum calendar_column column)
{
	assert((unsigned)column < CALENDAR_COLUMNS);
	return names[column];
}

/* ---- which records hold ---- */

/* INT64_MIN for a record that holds since ever. */
static int64_t
valid_from(const Record *record)
{
	int64_t day;
	return civil_parse_day(record->valid_from, &day) ? day : INT64_MIN;
}

static bool
concerns(const Record *record, const char *port)
{
	return record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_DAY &&
	    (strcmp(record->day->port, "*") == 0 || strcmp(record->day->port, port) == 0);
}

/* By what makes two records versions of one, in the order in which the registry keeps them. */
static int
id_order(const Juyan__V1__CalendarDay *a, const Juyan__V1__CalendarDay *b)
{
	int order = strcmp(a->port, b->port);
	if (order == 0)
		order = strcmp(a->day, b->day);
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	return order != 0 ? order : strcmp(a->country, b->country);
}

static int
version_order(const void *left, const void *right)
{
	const struct version *a = left, *b = right;
	int order = id_order(a->day, b->day);
	return order != 0 ? order : (a->from > b->from) - (a->from < b->from);
}

/* The records that concern a port, versions of one id together and in their order; room for all. */
static size_t
take_versions(const Record *const *records, size_t n, const char *port, struct version *out)
{
	size_t taken = 0;
	bool in_order = true;
	for (size_t i = 0; i < n; i++) {
		if (!concerns(records[i], port))
			continue;
		out[taken] = (struct version){ records[i]->day, valid_from(records[i]) };
		in_order = in_order && (taken == 0 || version_order(&out[taken - 1], &out[taken]) <= 0);
		taken++;
	}
	if (!in_order)
		qsort(out, taken, sizeof *out, version_order);
	return taken;
}

/*
 * The days on which this version holds. Of several of one id the latest that is not after the day does; before the first of them,
 * the first. What is no day was refused by the registry; it is passed over.
 */
static bool
read_stretch(const struct version *versions, size_t n, size_t i, struct stretch *out)
{
	const Juyan__V1__CalendarDay *day = versions[i].day;
	out->day = day;
	if (!civil_parse_day(day->day, &out->first))
		return false;
	if (day->to[0] == '\0')
		out->last = out->first;
	else if (!civil_parse_day(day->to, &out->last))
		return false;
	if (i > 0 && id_order(versions[i - 1].day, day) == 0 && versions[i].from > out->first)
		out->first = versions[i].from;
	if (i + 1 < n && id_order(day, versions[i + 1].day) == 0 && versions[i + 1].from - 1 < out->last)
		out->last = versions[i + 1].from - 1;
	return out->first <= out->last;
}

/* ---- painting ---- */

/* Calls for a loop over the days of a stretch that are on the canvas. */
static size_t
first_index(const struct canvas *canvas, int64_t day)
{
	if (day <= canvas->first)
		return 0;
	return day - canvas->first >= (int64_t)canvas->days ? canvas->days : (size_t)(day - canvas->first);
}

static void
paint(const struct canvas *canvas, const struct stretch *stretch, bool rail)
{
	for (size_t i = first_index(canvas, stretch->first); i < first_index(canvas, stretch->last + 1); i++) {
		double share = (double)stretch->day->open_per_mille / 1000.0;
		if (stretch->day->kind == JUYAN__V1__DAY_KIND__CLOSED)
			canvas->closed[i] = true;
		else if (stretch->day->kind == JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT)
			canvas->agreed[i] = true;
		else if (!rail && share < canvas->open[i])
			canvas->open[i] = share;
	}
}

static double *
cell(struct calendar *calendar, size_t day, enum calendar_column column)
{
	return &calendar->column[day * CALENDAR_COLUMNS + (size_t)column];
}

/* 1 on the days first … last, as far as they are asked for. */
static void
mark(struct calendar *calendar, enum calendar_column column, int64_t first, int64_t last)
{
	for (int64_t day = first; day <= last; day++)
		if (day >= calendar->first_day && day - calendar->first_day < (int64_t)calendar->days)
			*cell(calendar, (size_t)(day - calendar->first_day), column) = 1.0;
}

static void
mark_festival(struct calendar *calendar, const struct stretch *stretch)
{
	if (strcmp(stretch->day->festival, "spring_festival") == 0) {
		mark(calendar, CALENDAR_SPRING_FESTIVAL_BEFORE, stretch->first - WEEK, stretch->first - 1);
		mark(calendar, CALENDAR_SPRING_FESTIVAL_AFTER, stretch->last + 1, stretch->last + WEEK);
		mark(calendar, CALENDAR_SPRING_FESTIVAL_LATER, stretch->last + WEEK + 1, stretch->last + 2 * WEEK);
	} else if (strcmp(stretch->day->festival, "tsagaan_sar") == 0) {
		mark(calendar, CALENDAR_TSAGAAN_SAR_BEFORE, stretch->first - WEEK, stretch->first - 1);
		mark(calendar, CALENDAR_TSAGAAN_SAR_AFTER, stretch->last + 1, stretch->last + WEEK);
	}
}

/* Of the canvas, where all records have been painted, the days asked for. */
static void
settle(const struct canvas *canvas, struct calendar *calendar)
{
	for (size_t i = 0; i < canvas->days; i++) {
		double by_holidays = canvas->open[i];
		canvas->open[i] = canvas->closed[i] ? 0.0 : canvas->agreed[i] ? 1.0 : by_holidays;
		bool asked = i >= EDGE && i - EDGE < calendar->days;
		if (asked && !canvas->closed[i] && canvas->agreed[i])
			*cell(calendar, i - EDGE, CALENDAR_OPEN_BY_AGREEMENT) = 1.0;
	}
	for (size_t d = 0; d < calendar->days; d++) {
		double open = calendar->open[d] = canvas->open[d + EDGE];
		*cell(calendar, d, CALENDAR_CLOSURE_BEFORE) = 1.0 - canvas->open[d + EDGE + 1];
		*cell(calendar, d, CALENDAR_CLOSURE_AFTER) = 1.0 - canvas->open[d + EDGE - 1];
		*cell(calendar, d, CALENDAR_PERHAPS_OPEN) = open > 0.0 && open < 1.0 ? 1.0 : 0.0;
		for (int column = 0; open <= 0.0 && column < CALENDAR_COLUMNS; column++)
			*cell(calendar, d, (enum calendar_column)column) = 0.0;
	}
}

/* ---- the whole ---- */

static enum status
read_records(const Record *const *records, size_t n, const char *port, bool rail, const struct canvas *canvas,
    struct calendar *calendar)
{
	struct stretch stretch;
	struct version *versions = calloc(n + 1, sizeof *versions);
	if (versions == NULL)
		return STATUS_NO_MEMORY;
	size_t taken = take_versions(records, n, port, versions);
	calendar->known_to = INT64_MIN;
	for (size_t i = 0; i < taken; i++) {
		if (!read_stretch(versions, taken, i, &stretch))
			continue;
		paint(canvas, &stretch, rail);
		if (stretch.day->kind != JUYAN__V1__DAY_KIND__HOLIDAY)
			continue;
		mark_festival(calendar, &stretch);
		if (stretch.last > calendar->known_to)
			calendar->known_to = stretch.last;
	}
	free(versions);
	return STATUS_OK;
}

enum status
calendar_make(const Record *const *records, size_t n, const char *port, Juyan__V1__Mode mode, int64_t first_day, size_t days,
    struct calendar *out)
{
	if (days == 0 || days > CALENDAR_DAYS_MAX)
		return STATUS_USAGE;
	enum status status = STATUS_NO_MEMORY;
	struct canvas canvas = { .first = first_day - EDGE, .days = days + 2 * EDGE };
	struct calendar calendar = { .first_day = first_day, .days = days };
	canvas.open = calloc(canvas.days, sizeof *canvas.open);
	canvas.closed = calloc(canvas.days, sizeof *canvas.closed);
	canvas.agreed = calloc(canvas.days, sizeof *canvas.agreed);
	calendar.open = calloc(days, sizeof *calendar.open);
	calendar.column = calloc(days, CALENDAR_COLUMNS * sizeof *calendar.column);
	if (canvas.open == NULL || canvas.closed == NULL || canvas.agreed == NULL || calendar.open == NULL ||
	    calendar.column == NULL)
		goto done;
	for (size_t i = 0; i < canvas.days; i++)
		canvas.open[i] = 1.0;
	status = read_records(records, n, port, mode == JUYAN__V1__MODE__RAIL, &canvas, &calendar);
	if (status != STATUS_OK)
		goto done;
	settle(&canvas, &calendar);
	*out = calendar;
	calendar = (struct calendar){ 0 };
done:
	calendar_close(&calendar);
	free(canvas.open);
	free(canvas.closed);
	free(canvas.agreed);
	return status;
}

void
calendar_close(struct calendar *calendar)
{
	free(calendar->open);
	free(calendar->column);
	*calendar = (struct calendar){ 0 };
}

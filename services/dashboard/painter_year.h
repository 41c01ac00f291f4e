/*
 * The year of an overview while it is made, for picture_overview.c and picture_course.c alone. What belongs to nobody else is
 * freed by picture_overview.c.
 */
#ifndef JUYAN_DASHBOARD_PAINTER_YEAR_H
#define JUYAN_DASHBOARD_PAINTER_YEAR_H

#include "painter_parts.h"

struct year {
	struct painter *painter;
	json_t *object;
	const Juyan__V1__Goal *goal; /* NULL: the calendar year of everything, which has no plan */
	const Juyan__V1__GoalReports *reports;
	const Juyan__V1__GoalReport *report; /* of this goal; NULL: none */
	const char *why_none;
	int64_t from, to, today;      /* `to` may be after today, and `from` too */
	int64_t hour, into_ms;        /* of today, by the clock that is furthest ahead */
	bool any, reaches;            /* anything is on file; the ledger reaches back to a year before `from` */
	int64_t first_day;            /* of the ledger, for these ports */
	bool published_before;        /* published totals reach back so far, of which the forecast knows */
	int64_t whole_day;            /* from which on all of these ports are in the ledger */
	int64_t published_kg;         /* of what was done: known from published totals alone */
	int64_t *done_kg, *before_kg; /* of each day from `from`, and from a year before that */
};

/* The last day that the year knows: today, or the end of the period. */
static inline int64_t
year_known_to(const struct year *year)
{
	return year->today < year->to ? year->today : year->to;
}

/* A question about the year's slice; `names` as goal_slice. */
enum status year_totals(struct year *year, Juyan__V1__TotalsAsk *ask, int64_t from, int64_t to, const Juyan__V1__Totals **out,
    struct reason *why) MUST_USE;
/* What each day has, into an array of the days from…to that the caller owns. */
enum status year_days(struct year *year, int64_t from, int64_t to, int64_t **out, struct reason *why) MUST_USE;

/* The course, day by day; and where the plan stands at this moment. */
enum status year_put_course(struct year *year, struct reason *why) MUST_USE;
json_t *year_plan_now(const struct year *year);

#endif

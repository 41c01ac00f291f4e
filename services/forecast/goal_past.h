/*
 * The past of a goal's leaves: what is known of it, what paths revise, and how sure it is. Pure; any thread. For goal.c alone.
 */
#ifndef JUYAN_FORECAST_GOAL_PAST_H
#define JUYAN_FORECAST_GOAL_PAST_H

#include "goal.h"

static inline int64_t
min_day(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
max_day(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What passed on a day of the history, of all leaves that count; 0 outside of it. */
int64_t goal_past_day(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t day);
int64_t goal_past_sum(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t first, int64_t last);
/* The first day on which what was done reached the target; INT64_MAX where it has not. */
int64_t goal_met_day(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t from, int64_t to);

/* The first day, not before `from`, on which a path's past may differ from what is known. */
int64_t goal_revised_from(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t from);
/* What a path revises of the days first … last. */
int64_t goal_revision(const Juyan__V1__Goal *goal, const struct leaves *leaves, size_t path, int64_t first, int64_t last);

/*
 * Whether days first … last of the history are known: counted, or pinned down by published figures, so that the paths' sums over
 * them spread by no more than GOAL_LAST_YEAR_SPREAD. Days before the history are not.
 */
bool goal_is_pinned(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t first, int64_t last);
/* Whether something of this day of the history is known from published totals alone. */
bool goal_is_published(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t day);

#endif

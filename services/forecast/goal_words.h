/*
 * A goal's figures in words that a port manager could read out. Pure; lives in the arena. For goal.c alone.
 */
#ifndef JUYAN_FORECAST_GOAL_WORDS_H
#define JUYAN_FORECAST_GOAL_WORDS_H

#include "forecast.pb-c.h"
#include "sentences.h"

/* What the words need beside the report. */
struct goal_facts {
	int64_t from, to, origin;
	int64_t first_day;  /* of the history */
	int64_t asked;      /* the day of the report: the origin, or later where nothing has come since */
	int64_t open_days;  /* of the period, after the origin */
	int64_t met;        /* the day; INT64_MAX: not met */
	int64_t reached[3]; /* by 10, 50 and 90 % of paths; INT64_MAX: later than the period */
	int64_t rate_days;  /* that the rate had is of */
	int64_t unnamed_kg; /* in the period, of leaves that may or may not count: what they are is not known */
	bool any;           /* a leaf counts for it */
	const Juyan__V1__Goal *next;
};

void goal_words(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out);

#endif

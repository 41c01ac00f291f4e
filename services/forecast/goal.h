/*
 * What can be said of a goal on a day: done, plan line, rates, the end, the chance, the days on which it may be reached, and all
 * that in words. Pure: a function of the goal, the leaves with their paths, the open days and what was counted by basis. What it
 * makes lives in the caller's arena; texts and the goal itself are lent from the arguments. Any thread.
 *
 * What is done, where the plan line stands, last year and the rates are those of the leaves' origin, the last day of which anything
 * is known; the day asked about may lie behind it. Last year is told where figures pin it down: its paths spread by no more than
 * GOAL_LAST_YEAR_SPREAD. A day on which it was met is an estimate where it rests on published totals.
 *
 * A leaf counts for a goal when its port, direction, mode and group are among the goal's; what is not known of a leaf (a history
 * from published figures) does not match a goal that asks for it, and a sentence says how much that is.
 */
#ifndef JUYAN_FORECAST_GOAL_H
#define JUYAN_FORECAST_GOAL_H

#include "forecast.pb-c.h"
#include "leaves.h"
#include "open_days.h"
#include "wire.h"

/* Open days that the rate had is taken from. */
enum { GOAL_RATE_DAYS = 28 };
/* Standard deviation of last year's sum, relative to it, up to which it can be told. */
#define GOAL_LAST_YEAR_SPREAD 0.03

struct goal_basis {
	const char *basis; /* "weighed", "declared", "corrected", "unknown" */
	int64_t net_kg;
};

/* All of it is lent. */
struct goal_ground {
	const struct leaves *leaves; /* their future reaches to the goal's last day, where that is after the origin */
	int64_t asked;               /* the day of the report; before the origin (such as 0): the origin */
	const struct open_days *open;
	const struct goal_basis *basis; /* of the goal's slice, its first day to the origin: what the ledger counted */
	size_t n_basis;
	const Juyan__V1__Goal *const *goals; /* all goals of the registry, for the one that follows; may hold this one */
	size_t n_goals;
};

/* First and last day of a goal. False where they are no days or stand the wrong way round. */
bool goal_days(const Juyan__V1__Goal *goal, int64_t *from, int64_t *to) MUST_USE;
bool goal_holds(const Juyan__V1__Goal *goal, const struct leaf_key *key);
/* Same ports, direction, mode and groups, in any order. */
bool goal_same_slice(const Juyan__V1__Goal *a, const Juyan__V1__Goal *b);
/* A higher target (the least such) of the same slice and period, else the goal of the same slice that begins next; NULL: none. */
const Juyan__V1__Goal *goal_next(const Juyan__V1__Goal *goal, const Juyan__V1__Goal *const *goals, size_t n);

/*
 * The whole report but its outlook. Where `basis` says less than what was done, the rest is "published"; where it says more,
 * CONTRADICTION. OUT_OF_RANGE where the goal's days or target cannot be or the paths do not reach to its end; NO_MEMORY.
 * Without any leaf that counts for it, `end` is absent and a sentence says that no forecast can be made.
 */
enum status goal_report(const Juyan__V1__Goal *goal, const struct goal_ground *ground, struct arena *arena,
    Juyan__V1__GoalReport **out, struct reason *why) MUST_USE;

/* How the paths end, for plans and comparisons. Owns its arrays; goal_outcome_close. */
struct goal_outcome {
	int64_t *total_kg; /* [paths] at the goal's end, what is done included */
	int64_t *reached;  /* [paths] the day on which the target is reached, also of the past; INT64_MAX: not within the period */
	int64_t *day_kg;   /* [days] working room */
	int64_t *past_kg;  /* [past_days] likewise */
	double chance;     /* share of paths that reach it */
};

/* For leaves of this many paths and days. NO_MEMORY. */
enum status goal_outcome_open(const struct leaves *leaves, struct goal_outcome *out) MUST_USE;
void goal_outcome_close(struct goal_outcome *outcome);
/* For a goal whose days goal_days gives and whose end the paths reach (asserted). May be called again and again. */
void goal_play(const Juyan__V1__Goal *goal, const struct leaves *leaves, struct goal_outcome *outcome);
/* The day by which a share of all paths has reached it; INT64_MAX: later than the period. Sorts `reached`. */
int64_t goal_reached_by(int64_t *reached, size_t paths, double share);

#endif

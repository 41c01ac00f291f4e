/*
 * What it would take to reach a goal: for each lever of the registry the least value that brings the chance to a level, and their
 * combination at least cost. Pure: tries values through scenario_apply and goal_play. Any thread; the report lives in the arena.
 *
 * One lever: the chance never falls when a lever grows, so that the least value is found by halving.
 *
 * Together: levers of one port and mode work by their product, so that of their combinations only those are looked at than which
 * none is both cheaper and stronger. Without capacities a path's total is linear in each product: all combinations are tried in
 * that cheap form first, which never promises too little; then, from the cheapest on, through the scenario itself, until one
 * reaches the level. That one is the cheapest there is, unless a bound was met (PLAN_TRIALS_MAX, PLAN_COMBINATIONS_MAX,
 * PLAN_LOOKS_MAX, PLAN_VALUES_MAX): then a sentence says so.
 */
#ifndef JUYAN_FORECAST_PLAN_H
#define JUYAN_FORECAST_PLAN_H

#include "goal.h"
#include "scenario.h"

enum {
	PLAN_TRIALS_MAX = 96, /* of combinations, through the scenario */
	PLAN_COMBINATIONS_MAX = 65536,
	PLAN_PLAYS_MIN = 32, /* of all trials, however large */
};

/* Work that a report may cost, some seconds of each: path looks of the linear form, and values of the paths that are tried. */
#define PLAN_LOOKS_MAX ((size_t)1 << 30)
#define PLAN_VALUES_MAX ((size_t)1 << 31)

#define PLAN_CHANCE 0.8 /* the level where none is wished */

/* All of it is lent. Only levers of the goal's ports and mode are tried. */
struct plan_ask {
	const Juyan__V1__Goal *goal;
	const struct leaves *leaves;
	const struct open_days *open;
	const struct scenario_ground *scene;
	double chance; /* wished; 0: PLAN_CHANCE; below 1 */
	int64_t from;  /* the first day on which a change can hold; at most the origin: the day after it */
};

/*
 * The whole report but its provenance. OUT_OF_RANGE as goal_report, or for a chance that is none; NO_MEMORY; INTERRUPTED by the
 * scene's stop.
 */
enum status plan_report(const struct plan_ask *ask, struct arena *arena, Juyan__V1__PlanReport **out, struct reason *why) MUST_USE;

#endif

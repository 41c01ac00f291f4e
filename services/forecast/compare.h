/*
 * Scenarios side by side, the first without any: the end, the chance of a goal, and every month. Pure: scenario_apply on copies of
 * the leaves, so that every scenario sees the same possible futures. Any thread; the comparison lives in the arena.
 */
#ifndef JUYAN_FORECAST_COMPARE_H
#define JUYAN_FORECAST_COMPARE_H

#include "goal.h"
#include "scenario.h"

enum { COMPARE_SCENARIOS_MAX = 16 };

/* All of it is lent. */
struct compare_ask {
	const Juyan__V1__Slice *slice; /* NULL: everything; not looked at where there is a goal */
	const Juyan__V1__Goal *goal;   /* NULL: none; then `to` and `slice` say what is compared */
	int64_t to;                    /* last day, after the origin and within the paths; with a goal: its own */
	const struct leaves *leaves;
	const struct open_days *open;
	const struct scenario_ground *scene;
	Juyan__V1__Scenario *const *scenarios;
	size_t n_scenarios;
};

bool compare_slice_holds(const Juyan__V1__Slice *slice, const struct leaf_key *key);

/*
 * The whole comparison but its provenance. Rows are of the slice as a whole, a month each, from the origin's month to that of the
 * last day. What scenario_apply says, with the scenario's name; OUT_OF_RANGE, TOO_MANY, NO_MEMORY, INTERRUPTED.
 */
enum status compare_scenarios(const struct compare_ask *ask, struct arena *arena, Juyan__V1__Comparison **out,
    struct reason *why) MUST_USE;

#endif

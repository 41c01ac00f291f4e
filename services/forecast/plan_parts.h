/*
 * Trials of levers' values, for plan*.c alone. What is opened owns its memory; one thread.
 */
#ifndef JUYAN_FORECAST_PLAN_PARTS_H
#define JUYAN_FORECAST_PLAN_PARTS_H

#include "phrase.h"
#include "plan.h"
#include "sentences.h"

struct lever_try {
	const Juyan__V1__Lever *lever;
	int64_t value;
};

struct trials {
	const struct plan_ask *ask;
	double level, chance_now;
	struct leaves base, scratch;
	struct open_days open;
	struct goal_outcome outcome;
	char from[PHRASE_ISO_BYTES];
	size_t played;
};

enum status trials_open(const struct plan_ask *ask, struct trials *out) MUST_USE;
void trials_close(struct trials *trials);
/* The goal's chance with these values. What scenario_apply says. */
enum status trials_play(struct trials *trials, const struct lever_try *levers, size_t n, double *chance,
    struct reason *why) MUST_USE;
/*
 * Sets levers[which] to the least value that reaches the level, where `low` does not and `high` does; *chance is that of `high` and
 * becomes that of the value found.
 */
enum status trials_least(struct trials *trials, struct lever_try *levers, size_t n, size_t which, int64_t low, int64_t high,
    double *chance, struct reason *why) MUST_USE;

/* Of so many more; at its bound rather than beyond the integers. */
int64_t plan_cost(const Juyan__V1__Lever *lever, int64_t more);

/* Fills report->together, cost and cost_unit from the rows of report->levers that have a cost. */
enum status plan_together(struct trials *trials, struct arena *arena, Juyan__V1__PlanReport *report, struct sentences *words,
    struct reason *why) MUST_USE;

#endif

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
	size_t plays_left; /* trials_play counts down to 0 and plays on: who begins what is long looks here */
	struct leaves base, scratch;
	struct open_days open;
	struct goal_outcome outcome;
	char from[PHRASE_ISO_BYTES];
	struct scenario_ground scene; /* the asked one's; its capacities may be left out for a trial */
};

enum status trials_open(const struct plan_ask *ask, struct trials *out) MUST_USE;
void trials_close(struct trials *trials);
/* The goal's chance with these values; every path's total is in trials->outcome. What scenario_apply says. */
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

/* ---- lines: what passes by one port and mode, and the ways to let more through ---- */

enum { LINES_MAX = 8, LINE_LEVERS_MAX = 6, LINE_OPTIONS_MAX = 20000 };

struct line_option {
	int64_t cost;
	double effect; /* product of values to those they have now; where a lever stands at 0, its value times that of the others */
	int64_t values[LINE_LEVERS_MAX];
};

struct line {
	const Juyan__V1__Lever *levers[LINE_LEVERS_MAX];
	size_t n_levers;
	struct line_option *options; /* each dearer and stronger than the one before it; the first: as it is */
	size_t n_options;
	double *gain_kg; /* [paths] what an effect of 1 more brings, without capacities */
};

struct lines {
	struct line line[LINES_MAX]; /* by number of options: the last has most */
	size_t n;
	const char *unit;
	bool other_units, coarse; /* some levers were left out; not every value was looked at */
};

/* Of the levers in the report's rows that have a cost. Plays one trial for each. What scenario_apply says; NO_MEMORY. */
enum status lines_open(struct trials *trials, const Juyan__V1__PlanReport *report, struct lines *out, struct reason *why) MUST_USE;
void lines_close(struct lines *lines);
/* The trial of these options. `tried` has room for SCENARIO_LEVERS_MAX. */
size_t lines_try(const struct lines *lines, const uint16_t *options, struct lever_try *tried);
const Juyan__V1__Lever *plan_lever_of(const struct trials *trials, const Juyan__V1__PlanLever *row);

/* Fills report->together, cost and cost_unit from the rows of report->levers that have a cost. */
enum status plan_together(struct trials *trials, struct arena *arena, Juyan__V1__PlanReport *report, struct sentences *words,
    struct reason *why) MUST_USE;

#endif

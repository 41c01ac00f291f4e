/* The cheapest combination of levers: branch and bound, as plan.h says. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan_parts.h"
#include "wire.h"

#define COST_MAX (INT64_MAX / SCENARIO_LEVERS_MAX / 2)

struct search {
	struct trials *trials;
	struct lever_try tried[SCENARIO_LEVERS_MAX];
	size_t n;
	int64_t best[SCENARIO_LEVERS_MAX]; /* values of the cheapest so far */
	int64_t best_cost;                 /* INT64_MAX: none */
	bool cut;                          /* the trials are used up */
	struct reason *why;
};

int64_t
plan_cost(const Juyan__V1__Lever *lever, int64_t more)
{
	assert(more >= 0);
	return lever->cost > 0 && more > COST_MAX / lever->cost ? COST_MAX : lever->cost * more;
}

/* ---- which levers ---- */

static const Juyan__V1__Lever *
lever_of_row(const struct trials *trials, const Juyan__V1__PlanLever *row)
{
	const struct scenario_ground *scene = trials->ask->scene;
	for (size_t i = 0; i < scene->n_levers; i++)
		if (scene->levers[i]->port == row->port && scene->levers[i]->name == row->name)
			return scene->levers[i];
	return NULL;
}

/* Those with a cost in one unit, the widest last: its values are halved, the others' are counted through. */
static void
choose(struct search *search, const Juyan__V1__PlanReport *report, const char **unit, bool *other_units)
{
	*unit = NULL;
	*other_units = false;
	for (size_t i = 0; i < report->n_levers; i++) {
		const Juyan__V1__Lever *lever = lever_of_row(search->trials, report->levers[i]);
		if (lever == NULL || lever->cost <= 0 || lever->most <= lever->now)
			continue;
		if (*unit == NULL)
			*unit = lever->cost_unit;
		if (strcmp(*unit, lever->cost_unit) != 0) {
			*other_units = true;
			continue;
		}
		size_t at = search->n++;
		for (; at > 0 && search->tried[at - 1].lever->most - search->tried[at - 1].lever->now > lever->most - lever->now;
		     at--)
			search->tried[at] = search->tried[at - 1];
		search->tried[at] = (struct lever_try){ lever, lever->now };
	}
}

/* ---- the search ---- */

static enum status
play(struct search *search, double *chance)
{
	if (search->trials->played >= PLAN_TRIALS_MAX) {
		search->cut = true;
		*chance = 0;
		return STATUS_OK;
	}
	return trials_play(search->trials, search->tried, search->n, chance, search->why);
}

static void
rest_at_most(struct search *search, size_t from)
{
	for (size_t i = from; i < search->n; i++)
		search->tried[i].value = search->tried[i].lever->most;
}

static void
keep(struct search *search, int64_t cost)
{
	if (cost >= search->best_cost)
		return;
	search->best_cost = cost;
	for (size_t i = 0; i < search->n; i++)
		search->best[i] = search->tried[i].value;
}

/*
 * The least value of lever k up to `high` that can still reach the level with all behind it at their most; false where none can.
 * Halves within the trials that are left.
 */
static enum status
least(struct search *search, size_t k, int64_t high, bool *found, int64_t *value)
{
	double chance;
	int64_t low = search->tried[k].lever->now - 1;
	*found = false;
	rest_at_most(search, k + 1);
	search->tried[k].value = high;
	enum status status = play(search, &chance);
	if (status != STATUS_OK || chance < search->trials->level)
		return status;
	while (high - low > 1) {
		search->tried[k].value = low + (high - low) / 2;
		status = play(search, &chance);
		if (status != STATUS_OK)
			return status;
		if (chance >= search->trials->level)
			high = search->tried[k].value;
		else
			low = search->tried[k].value;
	}
	*found = true;
	*value = high;
	return STATUS_OK;
}

/* The most of lever k that is not yet as dear as the best. */
static int64_t
affordable(const struct search *search, size_t k, int64_t cost)
{
	const Juyan__V1__Lever *lever = search->tried[k].lever;
	int64_t more = search->best_cost == INT64_MAX ? INT64_MAX / 2 : (search->best_cost - 1 - cost) / lever->cost;
	return more < lever->most - lever->now ? lever->now + more : lever->most;
}

/* Levers before k stand at values that cost `cost`. As deep as there are levers. */
static enum status
descend(struct search *search, size_t k, int64_t cost)
{
	const Juyan__V1__Lever *lever = search->tried[k].lever;
	bool found;
	int64_t value = 0;
	if (cost >= search->best_cost)
		return STATUS_OK;
	enum status status = least(search, k, affordable(search, k, cost), &found, &value);
	if (status != STATUS_OK || !found)
		return status;
	if (k + 1 == search->n) {
		search->tried[k].value = value;
		keep(search, cost + plan_cost(lever, value - lever->now));
		return STATUS_OK;
	}
	for (; status == STATUS_OK && !search->cut && value <= affordable(search, k, cost); value++) {
		search->tried[k].value = value;
		status = descend(search, k + 1, cost + plan_cost(lever, value - lever->now));
	}
	return status;
}

/* What single levers have shown already bounds the search from the first. */
static void
begin_with_one(struct search *search, const Juyan__V1__PlanReport *report)
{
	for (size_t i = 0; i < search->n; i++) {
		for (size_t j = 0; j < search->n; j++)
			search->tried[j].value = search->tried[j].lever->now;
		for (size_t row = 0; row < report->n_levers; row++) {
			if (lever_of_row(search->trials, report->levers[row]) != search->tried[i].lever ||
			    !report->levers[row]->has_needed)
				continue;
			search->tried[i].value = report->levers[row]->needed;
			keep(search, report->levers[row]->cost);
		}
	}
}

/* ---- the answer ---- */

static enum status
fill(const struct search *search, struct arena *arena, Juyan__V1__PlanReport *report)
{
	Juyan__V1__PlanLever **rows = arena_take(arena, search->n * sizeof *rows);
	report->together = rows;
	for (size_t i = 0; rows != NULL && i < search->n; i++) {
		const Juyan__V1__Lever *lever = search->tried[i].lever;
		if (search->best[i] == lever->now)
			continue;
		Juyan__V1__PlanLever *row = arena_take(arena, sizeof *row);
		if (row == NULL)
			return STATUS_NO_MEMORY;
		for (size_t j = 0; j < report->n_levers; j++)
			if (lever_of_row(search->trials, report->levers[j]) == lever)
				*row = *report->levers[j];
		row->has_needed = true;
		row->needed = search->best[i];
		row->cost = plan_cost(lever, row->needed - row->now);
		rows[report->n_together++] = row;
	}
	report->cost = search->best_cost;
	return rows == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static void
say(const struct search *search, const Juyan__V1__PlanReport *report, struct sentences *words)
{
	char text[SENTENCE_BYTES_MAX] = "";
	size_t used = 0;
	for (size_t i = 0; i < report->n_together && used < sizeof text - 80; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.30s %" PRId64, i == 0 ? "" : ", ",
		    report->together[i]->name, report->together[i]->needed);
	sentences_add(words, "Cheapest together: %s, at %" PRId64 " %.40s.", text, report->cost, report->cost_unit);
	if (search->cut)
		sentences_add(words, "The search ended after %d trials: something cheaper may exist.", PLAN_TRIALS_MAX);
}

enum status
plan_together(struct trials *trials, struct arena *arena, Juyan__V1__PlanReport *report, struct sentences *words,
    struct reason *why)
{
	struct search search = { .trials = trials, .best_cost = INT64_MAX, .why = why };
	const char *unit;
	bool other_units;
	choose(&search, report, &unit, &other_units);
	if (search.n == 0) {
		sentences_add(words, "No lever has a cost in the registry, so that the cheapest combination is not known.");
		return STATUS_OK;
	}
	begin_with_one(&search, report);
	enum status status = descend(&search, 0, 0);
	if (status != STATUS_OK)
		return status;
	if (other_units)
		sentences_add(words, "Only levers whose cost is in %.40s are combined: other units cannot be added to it.", unit);
	if (search.best_cost == INT64_MAX) {
		sentences_add(words, "All levers with a cost together, at their most, do not bring it there.");
		return STATUS_OK;
	}
	report->cost_unit = arena_text(arena, unit);
	if (report->cost_unit == NULL)
		return STATUS_NO_MEMORY;
	status = fill(&search, arena, report);
	if (status == STATUS_OK)
		say(&search, report, words);
	return status;
}

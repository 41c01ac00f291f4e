/*
 * See plan.h. Trials run on folded leaves: what a lever cannot tell apart (the groups of one port, direction and mode, by whether
 * they count for the goal) is added up first, so that a trial costs a tenth. Rounding apart that is what the scenario makes of the
 * whole leaves.
 */
#include "plan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phrase.h"
#include "plan_parts.h"

/* The most that halving to the least value of a lever can take: its values are at most a million. */
enum { PLAYS_LEVER = 22 };

/* ---- folding ---- */

static bool
alike(const Juyan__V1__Goal *goal, const struct leaf_key *a, const struct leaf_key *b)
{
	return strcmp(a->port, b->port) == 0 && a->direction == b->direction && a->mode == b->mode &&
	    goal_holds(goal, a) == goal_holds(goal, b);
}

static void
add_all(int64_t *to, const int64_t *kg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += kg[i];
}

/* Room for as many leaves as there are at most, all of it 0. */
static enum status
fold_open(const struct leaves *leaves, struct leaves *out)
{
	struct leaves made = *leaves;
	made.n = 0;
	made.leaf = calloc(leaves->n + 1, sizeof *made.leaf);
	made.future_kg = calloc(leaves->n * leaves->paths * leaves->days + 1, sizeof *made.future_kg);
	if (made.leaf == NULL || made.future_kg == NULL) {
		leaves_close(&made);
		return STATUS_NO_MEMORY;
	}
	*out = made;
	return STATUS_OK;
}

/* Of the days that either is revised on. */
static enum status
add_revisions(const struct leaves *leaves, size_t i, const struct leaves *made, size_t at)
{
	const struct leaf *from = &leaves->leaf[i];
	struct leaf *to = &made->leaf[at];
	size_t days = from->revised_days > to->revised_days ? from->revised_days : to->revised_days;
	if (from->revision_kg == NULL)
		return STATUS_OK;
	int64_t *sum = calloc(leaves->paths * days + 1, sizeof *sum), first = leaves->origin + 1 - (int64_t)days;
	if (sum == NULL)
		return STATUS_NO_MEMORY;
	for (size_t path = 0; path < leaves->paths; path++)
		for (size_t d = 0; d < days; d++) {
			int64_t day = first + (int64_t)d;
			sum[path * days + d] =
			    leaves_revision(leaves, i, path, day, day) + leaves_revision(made, at, path, day, day);
		}
	free(to->revision_kg);
	to->revision_kg = sum;
	to->revised_days = days;
	return STATUS_OK;
}

static enum status
fold(const Juyan__V1__Goal *goal, const struct leaves *leaves, struct leaves *out)
{
	struct leaves made;
	size_t values = leaves->paths * leaves->days;
	enum status status = fold_open(leaves, &made);
	for (size_t i = 0; status == STATUS_OK && i < leaves->n; i++) {
		const struct leaf *leaf = &leaves->leaf[i];
		size_t at = 0;
		while (at < made.n && !alike(goal, &made.leaf[at].key, &leaf->key))
			at++;
		if (at == made.n) {
			made.leaf[at].key = leaf->key;
			made.leaf[at].past_kg = calloc(leaves->past_days + 1, sizeof(int64_t));
			status = made.leaf[at].past_kg == NULL ? STATUS_NO_MEMORY : STATUS_OK;
			made.n++;
		}
		if (status != STATUS_OK) {
			leaves_close(&made);
			return status;
		}
		add_all(made.leaf[at].past_kg, leaf->past_kg, leaves->past_days);
		if (add_revisions(leaves, i, &made, at) != STATUS_OK) {
			leaves_close(&made);
			return STATUS_NO_MEMORY;
		}
		add_all(leaves_path(&made, at, 0), leaves_path(leaves, i, 0), values);
	}
	if (status == STATUS_OK)
		*out = made;
	return status;
}

/* ---- one trial ---- */

enum status
trials_open(const struct plan_ask *ask, struct trials *out)
{
	struct trials made = { .ask = ask, .scene = *ask->scene };
	enum status status = fold(ask->goal, ask->leaves, &made.base);
	if (status == STATUS_OK)
		status = leaves_copy(&made.base, &made.scratch);
	if (status == STATUS_OK)
		status = open_days_copy(ask->open, &made.open);
	if (status == STATUS_OK)
		status = goal_outcome_open(ask->leaves, &made.outcome);
	if (status != STATUS_OK) {
		trials_close(&made);
		return status;
	}
	int64_t first = ask->leaves->origin + 1;
	phrase_iso(ask->from > first ? ask->from : first, made.from);
	size_t plays = PLAN_VALUES_MAX / (made.base.n * made.base.paths * made.base.days + 1);
	made.plays_left = plays < PLAN_PLAYS_MIN ? PLAN_PLAYS_MIN : plays;
	*out = made;
	return STATUS_OK;
}

void
trials_close(struct trials *trials)
{
	leaves_close(&trials->base);
	leaves_close(&trials->scratch);
	open_days_close(&trials->open);
	goal_outcome_close(&trials->outcome);
}

/* The scratch as the base is: leaves that a trial added go, and every path is what it was. */
static void
restore(struct trials *trials)
{
	struct leaves *scratch = &trials->scratch;
	while (scratch->n > trials->base.n)
		free(scratch->leaf[--scratch->n].past_kg);
	memcpy(scratch->future_kg, trials->base.future_kg, scratch->n * scratch->paths * scratch->days * sizeof(int64_t));
}

enum status
trials_play(struct trials *trials, const struct lever_try *levers, size_t n, double *chance, struct reason *why)
{
	Juyan__V1__LeverChange set[SCENARIO_LEVERS_MAX];
	Juyan__V1__Change change[SCENARIO_LEVERS_MAX], *changes[SCENARIO_LEVERS_MAX];
	Juyan__V1__Scenario scenario = JUYAN__V1__SCENARIO__INIT;
	assert(n <= SCENARIO_LEVERS_MAX);
	scenario.changes = changes;
	for (size_t i = 0; i < n; i++) {
		if (levers[i].value == levers[i].lever->now)
			continue;
		size_t at = scenario.n_changes++;
		juyan__v1__lever_change__init(&set[at]);
		set[at].name = levers[i].lever->name;
		set[at].value = levers[i].value;
		juyan__v1__change__init(&change[at]);
		change[at].from = trials->from;
		change[at].port = levers[i].lever->port;
		change[at].mode = (char *)(uintptr_t)wire_mode_name(levers[i].lever->mode); /* only looked at */
		change[at].what_case = JUYAN__V1__CHANGE__WHAT_LEVER;
		change[at].lever = &set[at];
		changes[at] = &change[at];
	}
	trials->plays_left -= trials->plays_left > 0;
	enum status status = stop_look(trials->scene.stop);
	if (status != STATUS_OK)
		return status;
	restore(trials);
	status = scenario_apply(&scenario, &trials->scene, &trials->open, &trials->scratch, NULL, why);
	if (status != STATUS_OK)
		return status;
	goal_play(trials->ask->goal, &trials->scratch, &trials->outcome);
	*chance = trials->outcome.chance;
	return STATUS_OK;
}

/* ---- one lever ---- */

/* Halves between a value that is too low and one that is enough. */
enum status
trials_least(struct trials *trials, struct lever_try *levers, size_t n, size_t which, int64_t low, int64_t high, double *chance,
    struct reason *why)
{
	double got;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		levers[which].value = middle;
		enum status status = trials_play(trials, levers, n, &got, why);
		if (status != STATUS_OK)
			return status;
		if (got >= trials->level) {
			high = middle;
			*chance = got;
		} else {
			low = middle;
		}
	}
	levers[which].value = high;
	return STATUS_OK;
}

static bool
in_reach(const Juyan__V1__Goal *goal, const Juyan__V1__Lever *lever)
{
	bool port = goal->n_ports == 0;
	for (size_t i = 0; i < goal->n_ports; i++)
		port = port || strcmp(goal->ports[i], lever->port) == 0;
	return port && (goal->mode == 0 || goal->mode == lever->mode);
}

static Juyan__V1__PlanLever *
lever_row(const Juyan__V1__Lever *lever, struct arena *arena)
{
	Juyan__V1__PlanLever *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return NULL;
	juyan__v1__plan_lever__init(row);
	row->port = lever->port;
	row->mode = (char *)(uintptr_t)wire_mode_name(lever->mode);
	row->name = lever->name;
	row->now = lever->now;
	row->most = lever->most > lever->now ? lever->most : lever->now;
	return row;
}

static void
say_lever(const struct trials *trials, const Juyan__V1__Lever *lever, const Juyan__V1__PlanLever *row, double chance,
    struct sentences *words)
{
	char text[PHRASE_BYTES], cost[PHRASE_BYTES + 40] = "";
	const char *idle = scenario_lever_idle(&trials->base, lever);
	if (trials->chance_now >= trials->level)
		return;
	if (idle != NULL) {
		sentences_add(words, "%.40s at %.32s (%s): %s, so that it changes nothing.", row->name, row->port, row->mode, idle);
		return;
	}
	if (row->cost > 0)
		snprintf(cost, sizeof cost, ", at %" PRId64 " %.40s", row->cost, lever->cost_unit);
	if (row->has_needed)
		sentences_add(words, "%.40s at %.32s (%s): %" PRId64 " in place of %" PRId64 " bring the chance to %s%s.",
		    row->name, row->port, row->mode, row->needed, row->now, phrase_chance(chance, text), cost);
	else if (!row->has_needed && row->most > row->now)
		sentences_add(words, "%.40s at %.32s (%s): even %" PRId64 ", the most that can be had, bring it only to %s.",
		    row->name, row->port, row->mode, row->most, phrase_chance(row->chance_at_most, text));
}

/* A lever that cannot be tried gets a sentence and no row. */
static enum status
one_lever(struct trials *trials, const Juyan__V1__Lever *lever, struct arena *arena, Juyan__V1__PlanReport *report,
    struct sentences *words)
{
	struct lever_try tried = { lever, lever->most > lever->now ? lever->most : lever->now };
	struct reason why;
	Juyan__V1__PlanLever *row = lever_row(lever, arena);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	enum status status = trials_play(trials, &tried, 1, &row->chance_at_most, &why);
	if (status_consequence(status) == REFUSE) {
		sentences_add(words, "%.40s at %.32s cannot be tried: %.150s.", lever->name, lever->port, why.text);
		return STATUS_OK;
	}
	double chance = row->chance_at_most;
	row->has_needed = trials->chance_now >= trials->level || chance >= trials->level;
	if (status == STATUS_OK && trials->chance_now >= trials->level)
		tried.value = lever->now;
	else if (status == STATUS_OK && row->has_needed)
		status = trials_least(trials, &tried, 1, 0, lever->now, row->most, &chance, &why);
	if (status != STATUS_OK)
		return status;
	if (row->has_needed) {
		row->needed = tried.value;
		row->cost = plan_cost(lever, row->needed - row->now);
	}
	report->levers[report->n_levers++] = row;
	say_lever(trials, lever, row, chance, words);
	return STATUS_OK;
}

/* ---- the report ---- */

static enum status
check_ask(const struct plan_ask *ask, struct reason *why)
{
	int64_t from, to;
	const Juyan__V1__Goal *goal = ask->goal;
	if (ask->chance < 0 || ask->chance >= 1)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the chance wished is %g, expected a share below 1, such as 0.8",
		    ask->chance);
	if (!goal_days(goal, &from, &to) || goal->target_kg <= 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.40s has no days or no target", goal->id);
	if (to <= ask->leaves->origin)
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.40s ended on %.12s: nothing can change it any more", goal->id,
		    goal->to);
	if (to > ask->leaves->origin + (int64_t)ask->leaves->days || ask->leaves->paths == 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.40s ends on %.12s, which is not forecast", goal->id, goal->to);
	if (ask->from > to)
		return reason_say(why, STATUS_OUT_OF_RANGE, "changes would begin after %.12s, on which goal %.40s ends", goal->to,
		    goal->id);
	return STATUS_OK;
}

static void
say_head(const struct trials *trials, struct sentences *words)
{
	char now[PHRASE_BYTES], level[PHRASE_BYTES];
	phrase_chance(trials->chance_now, now);
	snprintf(level, sizeof level, "%.3g %%", 100 * trials->level);
	if (trials->chance_now >= trials->level)
		sentences_add(words, "The chance is %s as it is: %s needs no change.", now, level);
	else
		sentences_add(words,
		    "The chance is %s as it is; %s is wished. It is taken that demand allows what the levers let pass.", now,
		    level);
}

static enum status
try_all(struct trials *trials, struct arena *arena, Juyan__V1__PlanReport *report, struct sentences *words, struct reason *why)
{
	const struct scenario_ground *scene = trials->ask->scene;
	size_t tried = 0; /* also those that get no row, for each has a sentence */
	enum status status = trials_play(trials, NULL, 0, &trials->chance_now, why);
	report->chance_now = trials->chance_now;
	if (status == STATUS_OK)
		say_head(trials, words);
	for (size_t i = 0; status == STATUS_OK && i < scene->n_levers; i++)
		if (in_reach(trials->ask->goal, scene->levers[i])) {
			if (tried == SCENARIO_LEVERS_MAX || trials->plays_left < PLAYS_LEVER) {
				sentences_add(words, "Only the first %zu levers were tried.", tried);
				break;
			}
			tried++;
			status = one_lever(trials, scene->levers[i], arena, report, words);
		}
	if (status == STATUS_OK && report->n_levers == 0)
		sentences_add(words, "The registry has no lever that works on this goal.");
	if (status == STATUS_OK && report->n_levers > 0 && trials->chance_now < trials->level)
		status = plan_together(trials, arena, report, words, why);
	return status;
}

enum status
plan_report(const struct plan_ask *ask, struct arena *arena, Juyan__V1__PlanReport **out, struct reason *why)
{
	struct sentences words = { .arena = arena };
	struct trials trials;
	enum status status = check_ask(ask, why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__PlanReport *report = arena_take(arena, sizeof *report);
	Juyan__V1__PlanLever **rows = arena_take(arena, SCENARIO_LEVERS_MAX * sizeof *rows);
	if (report == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__plan_report__init(report);
	report->levers = rows;
	status = trials_open(ask, &trials);
	if (status != STATUS_OK)
		return status;
	trials.level = ask->chance > 0 ? ask->chance : PLAN_CHANCE;
	status = try_all(&trials, arena, report, &words, why);
	trials_close(&trials);
	report->sentences = words.text;
	report->n_sentences = words.n;
	if (status == STATUS_OK && words.failed)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		*out = report;
	return status;
}

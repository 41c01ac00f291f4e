/* The cheapest combination of levers, as plan.h says: first the linear form, then the scenario itself. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_parts.h"

/* What the linear form takes as enough. */
struct combination {
	int64_t cost;
	uint16_t options[LINES_MAX];
};

struct search {
	struct trials *trials;
	struct lines lines;
	size_t paths;
	double target_kg;
	double *total_kg; /* [lines * paths] of the lines before each */
	double *rest_kg;  /* [(lines + 1) * paths] the most that each line and those behind it can bring */
	uint16_t options[LINES_MAX];
	struct combination *list;
	size_t n;
	struct combination best; /* cost INT64_MAX: none */
	size_t played;
	size_t looks_left; /* at one path each */
	bool cut;          /* a bound was met */
	struct reason *why;
};

/* ---- the linear form ---- */

/* Room for another look at all paths, and time for it. */
static bool
looks(struct search *search)
{
	if (search->looks_left < search->paths || stop_look(search->trials->scene.stop) != STATUS_OK)
		search->cut = true;
	else
		search->looks_left -= search->paths;
	return !search->cut;
}

/*
 * Whether enough paths reach the target with an option of a line, the lines before it as in total_kg and those behind it at their
 * most. Not known any more when the looks are used up: then it is not.
 */
static bool
enough(struct search *search, size_t line, size_t option)
{
	const struct line *at = &search->lines.line[line];
	const double *total_kg = search->total_kg + line * search->paths, *rest_kg = search->rest_kg + (line + 1) * search->paths;
	double effect = at->options[option].effect - at->options[0].effect;
	size_t reaching = 0;
	if (!looks(search))
		return false;
	for (size_t i = 0; i < search->paths; i++)
		reaching += total_kg[i] + effect * at->gain_kg[i] + rest_kg[i] >= search->target_kg;
	return (double)reaching >= search->trials->level * (double)search->paths;
}

/* The totals with this option, for the line behind. */
static void
take(struct search *search, size_t line, size_t option)
{
	const struct line *at = &search->lines.line[line];
	const double *total_kg = search->total_kg + line * search->paths;
	double effect = at->options[option].effect - at->options[0].effect,
	       *next_kg = search->total_kg + (line + 1) * search->paths;
	for (size_t i = 0; i < search->paths; i++)
		next_kg[i] = total_kg[i] + effect * at->gain_kg[i];
	search->options[line] = (uint16_t)option;
}

/* The cheapest option of a line that is enough, by halving; n_options where none is. */
static size_t
least_enough(struct search *search, size_t line)
{
	size_t high = search->lines.line[line].n_options - 1, low = 0;
	if (!enough(search, line, high))
		return high + 1;
	if (enough(search, line, 0))
		return 0;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (enough(search, line, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The last line's choice; what it costs joins the list. */
static void
end_line(struct search *search, size_t line, int64_t cost)
{
	const struct line *at = &search->lines.line[line];
	size_t option = least_enough(search, line);
	if (option == at->n_options)
		return;
	search->options[line] = (uint16_t)option;
	struct combination *found = &search->list[search->n++];
	found->cost = cost + at->options[option].cost;
	memcpy(found->options, search->options, sizeof found->options);
}

/*
 * As deep as there are lines. What is too weak even with all lines behind it at their most is left out, so that whatever is gone
 * into ends in the list.
 */
static void
list_from(struct search *search, size_t line, int64_t cost)
{
	const struct line *at = &search->lines.line[line];
	if (line + 1 == search->lines.n) {
		if (search->n < PLAN_COMBINATIONS_MAX)
			end_line(search, line, cost);
		else
			search->cut = true;
		return;
	}
	for (size_t i = least_enough(search, line); i < at->n_options && looks(search); i++) {
		take(search, line, i);
		list_from(search, line + 1, cost + at->options[i].cost);
	}
}

/* From the last line on. */
static void
sum_rests(struct search *search)
{
	for (size_t line = search->lines.n; line-- > 0;) {
		const struct line *at = &search->lines.line[line];
		double effect = at->options[at->n_options - 1].effect - at->options[0].effect;
		double *rest_kg = search->rest_kg + line * search->paths;
		for (size_t i = 0; i < search->paths; i++)
			rest_kg[i] = rest_kg[search->paths + i] + effect * at->gain_kg[i];
	}
}

static int
cheaper(const void *a, const void *b)
{
	const struct combination *left = a, *right = b;
	if (left->cost != right->cost)
		return left->cost < right->cost ? -1 : 1;
	return memcmp(left->options, right->options, sizeof left->options);
}

/* ---- the scenario itself ---- */

static enum status
play(struct search *search, const struct combination *combination, bool *is_enough)
{
	struct lever_try tried[SCENARIO_LEVERS_MAX];
	double chance = 0;
	*is_enough = false;
	if (search->played == PLAN_TRIALS_MAX || search->trials->plays_left == 0) {
		search->cut = true;
		return STATUS_OK;
	}
	search->played++;
	size_t n = lines_try(&search->lines, combination->options, tried);
	enum status status = trials_play(search->trials, tried, n, &chance, search->why);
	*is_enough = chance >= search->trials->level;
	return status;
}

/*
 * A combination that the linear form took as enough and that is not: ceilings stand in its way. The cheapest stronger option of its
 * last line that is enough, where that is cheaper than the best so far.
 */
static enum status
strengthen(struct search *search, struct combination combination)
{
	size_t last = search->lines.n - 1, low = combination.options[last];
	const struct line_option *options = search->lines.line[last].options;
	int64_t before = combination.cost - options[low].cost;
	size_t high = search->lines.line[last].n_options - 1;
	bool is_enough = false;
	while (high > low && search->best.cost != INT64_MAX && before + options[high].cost >= search->best.cost)
		high--;
	if (high == low)
		return STATUS_OK;
	combination.options[last] = (uint16_t)high;
	enum status status = play(search, &combination, &is_enough);
	if (status != STATUS_OK || !is_enough)
		return status;
	while (high - low > 1 && status == STATUS_OK && !search->cut) {
		combination.options[last] = (uint16_t)(low + (high - low) / 2);
		status = play(search, &combination, &is_enough);
		if (is_enough)
			high = combination.options[last];
		else if (!search->cut)
			low = combination.options[last];
	}
	combination.options[last] = (uint16_t)high;
	combination.cost = before + options[high].cost;
	search->best = combination;
	return status;
}

/* From the cheapest on; what is as dear as the best cannot better it. */
static enum status
prove(struct search *search)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && !search->cut && i < search->n && search->list[i].cost < search->best.cost; i++) {
		bool is_enough;
		status = play(search, &search->list[i], &is_enough);
		if (status == STATUS_OK && is_enough)
			search->best = search->list[i];
		else if (status == STATUS_OK)
			status = strengthen(search, search->list[i]);
	}
	return status;
}

/* All at their most: what that does not reach nothing does. */
static enum status
play_most(struct search *search, bool *is_enough)
{
	struct combination most = { .cost = 0 };
	for (size_t i = 0; i < search->lines.n; i++)
		most.options[i] = (uint16_t)(search->lines.line[i].n_options - 1);
	return play(search, &most, is_enough);
}

static enum status
run(struct search *search, bool *listed_all)
{
	const struct leaves *leaves = &search->trials->base;
	enum status status = trials_play(search->trials, NULL, 0, &search->trials->chance_now, search->why);
	if (status != STATUS_OK)
		return status;
	/* A kilogram of rounding for each leaf and day must not make too little of it. */
	search->target_kg = (double)(search->trials->ask->goal->target_kg - (int64_t)((leaves->n + LINES_MAX) * leaves->days));
	for (size_t i = 0; i < search->paths; i++)
		search->total_kg[i] = (double)search->trials->outcome.total_kg[i];
	bool reachable;
	status = play_most(search, &reachable);
	if (status != STATUS_OK || !reachable)
		return status;
	sum_rests(search);
	list_from(search, 0, 0);
	qsort(search->list, search->n, sizeof *search->list, cheaper);
	*listed_all = !search->cut;
	search->cut = false;
	status = stop_look(search->trials->scene.stop);
	return status == STATUS_OK ? prove(search) : status;
}

/* ---- the answer ---- */

static enum status
fill_row(const struct search *search, const struct lever_try *tried, struct arena *arena, Juyan__V1__PlanReport *report)
{
	Juyan__V1__PlanLever *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < report->n_levers; i++)
		if (plan_lever_of(search->trials, report->levers[i]) == tried->lever)
			*row = *report->levers[i];
	row->has_needed = true;
	row->needed = tried->value;
	row->cost = plan_cost(tried->lever, tried->value - tried->lever->now);
	report->together[report->n_together++] = row;
	return STATUS_OK;
}

static enum status
fill(const struct search *search, struct arena *arena, Juyan__V1__PlanReport *report)
{
	struct lever_try tried[SCENARIO_LEVERS_MAX];
	size_t n = lines_try(&search->lines, search->best.options, tried);
	enum status status = STATUS_OK;
	report->together = arena_take(arena, (n + 1) * sizeof(Juyan__V1__PlanLever *));
	report->cost_unit = arena_text(arena, search->lines.unit);
	report->cost = search->best.cost;
	if (report->together == NULL || report->cost_unit == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (tried[i].value != tried[i].lever->now)
			status = fill_row(search, &tried[i], arena, report);
	return status;
}

static void
say(const struct search *search, const Juyan__V1__PlanReport *report, bool listed_all, struct sentences *words)
{
	char text[SENTENCE_BYTES_MAX] = "";
	size_t used = 0;
	for (size_t i = 0; i < report->n_together && used < sizeof text - 100; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.30s at %.20s %" PRId64, i == 0 ? "" : ", ",
		    report->together[i]->name, report->together[i]->port, report->together[i]->needed);
	if (search->lines.other_units)
		sentences_add(words, "Only levers whose cost is in %.40s are combined: other units cannot be added to it.",
		    search->lines.unit);
	if (search->best.cost == INT64_MAX)
		sentences_add(words,
		    search->cut || !listed_all ? "No combination that reaches it was found."
					       : "All levers with a cost, together at their most, do not bring it there.");
	else
		sentences_add(words, "Cheapest together: %s; at %" PRId64 " %.40s.", text, report->cost, report->cost_unit);
	if (search->cut || !listed_all || (search->lines.coarse && search->best.cost != INT64_MAX))
		sentences_add(words, "Not every combination was tried: %s may exist.",
		    search->best.cost == INT64_MAX ? "one that does" : "a cheaper one");
}

static enum status
search_open(struct trials *trials, struct search *search)
{
	search->trials = trials;
	search->paths = trials->ask->leaves->paths;
	search->total_kg = calloc((search->lines.n + 1) * search->paths + 1, sizeof *search->total_kg);
	search->rest_kg = calloc((search->lines.n + 1) * search->paths + 1, sizeof *search->rest_kg);
	search->list = calloc(PLAN_COMBINATIONS_MAX, sizeof *search->list);
	search->best.cost = INT64_MAX;
	search->looks_left = PLAN_LOOKS_MAX;
	return search->total_kg == NULL || search->rest_kg == NULL || search->list == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status
plan_together(struct trials *trials, struct arena *arena, Juyan__V1__PlanReport *report, struct sentences *words,
    struct reason *why)
{
	struct search search = { .why = why };
	bool listed_all = true;
	enum status status = lines_open(trials, report, &search.lines, why);
	if (status != STATUS_OK)
		return status;
	if (search.lines.n == 0) {
		sentences_add(words, "No lever has a cost in the registry, so that the cheapest combination is not known.");
		return STATUS_OK;
	}
	status = search_open(trials, &search);
	if (status == STATUS_OK)
		status = run(&search, &listed_all);
	if (status == STATUS_OK && search.best.cost != INT64_MAX)
		status = fill(&search, arena, report);
	if (status == STATUS_OK)
		say(&search, report, listed_all, words);
	free(search.total_kg);
	free(search.rest_kg);
	free(search.list);
	lines_close(&search.lines);
	return status;
}

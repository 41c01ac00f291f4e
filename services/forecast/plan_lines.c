/* The ways to let more through at each port and mode, and what they bring: see plan_parts.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan_parts.h"

#define COST_MAX (INT64_MAX / SCENARIO_LEVERS_MAX / 2)

int64_t
plan_cost(const Juyan__V1__Lever *lever, int64_t more)
{
	assert(more >= 0);
	return lever->cost > 0 && more > COST_MAX / lever->cost ? COST_MAX : lever->cost * more;
}

const Juyan__V1__Lever *
plan_lever_of(const struct trials *trials, const Juyan__V1__PlanLever *row)
{
	const struct scenario_ground *scene = trials->ask->scene;
	for (size_t i = 0; i < scene->n_levers; i++)
		if (scene->levers[i]->port == row->port && scene->levers[i]->name == row->name)
			return scene->levers[i];
	return NULL;
}

/* ---- which levers ---- */

static void
join(struct lines *lines, const Juyan__V1__Lever *lever)
{
	size_t at = 0;
	while (at < lines->n &&
	    (lines->line[at].levers[0]->mode != lever->mode || strcmp(lines->line[at].levers[0]->port, lever->port) != 0))
		at++;
	if (at == LINES_MAX || (at < lines->n && lines->line[at].n_levers == LINE_LEVERS_MAX)) {
		lines->coarse = true;
		return;
	}
	struct line *line = &lines->line[at];
	lines->n += at == lines->n;
	line->levers[line->n_levers++] = lever;
}

/* Costs in one unit: that of the first. Levers of one line stand together, as they multiply. */
static void
choose(const struct trials *trials, const Juyan__V1__PlanReport *report, struct lines *lines)
{
	for (size_t i = 0; i < report->n_levers; i++) {
		const Juyan__V1__Lever *lever = plan_lever_of(trials, report->levers[i]);
		if (lever == NULL || lever->cost <= 0 || lever->most <= lever->now)
			continue;
		if (lines->unit == NULL)
			lines->unit = lever->cost_unit;
		if (strcmp(lines->unit, lever->cost_unit) == 0)
			join(lines, lever);
		else
			lines->other_units = true;
	}
}

/* ---- options of a line ---- */

/* So large a step through each lever's values that there are not too many combinations. */
static int64_t
steps_of(const struct line *line, bool *coarse)
{
	for (int64_t step = 1;; step++) {
		double n = 1;
		for (size_t i = 0; i < line->n_levers; i++)
			n *= (double)((line->levers[i]->most - line->levers[i]->now + step - 1) / step + 1);
		if (n <= LINE_OPTIONS_MAX) {
			*coarse = *coarse || step > 1;
			return step;
		}
	}
}

static void
weigh(const struct line *line, struct line_option *option)
{
	option->cost = 0;
	option->effect = 1;
	for (size_t i = 0; i < line->n_levers; i++) {
		const Juyan__V1__Lever *lever = line->levers[i];
		option->cost += plan_cost(lever, option->values[i] - lever->now);
		option->effect *= (double)option->values[i] / (lever->now > 0 ? (double)lever->now : 1);
	}
}

/* The next combination, as an odometer turns; false behind the last. */
static bool
turn(const struct line *line, int64_t step, int64_t *values)
{
	for (size_t i = 0; i < line->n_levers; i++) {
		const Juyan__V1__Lever *lever = line->levers[i];
		if (values[i] < lever->most) {
			values[i] = values[i] + step < lever->most ? values[i] + step : lever->most;
			return true;
		}
		values[i] = lever->now;
	}
	return false;
}

static int
cheaper(const void *a, const void *b)
{
	const struct line_option *left = a, *right = b;
	if (left->cost != right->cost)
		return left->cost < right->cost ? -1 : 1;
	return (left->effect < right->effect) - (left->effect > right->effect);
}

/* Of all combinations those than which none is both cheaper and as strong. */
static enum status
fill_options(struct line *line, bool *coarse)
{
	struct line_option option = { .cost = 0 };
	int64_t step = steps_of(line, coarse);
	size_t n = 0;
	line->options = calloc(LINE_OPTIONS_MAX, sizeof *line->options);
	if (line->options == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < line->n_levers; i++)
		option.values[i] = line->levers[i]->now;
	do {
		assert(n < LINE_OPTIONS_MAX);
		weigh(line, &option);
		line->options[n++] = option;
	} while (turn(line, step, option.values));
	qsort(line->options, n, sizeof *line->options, cheaper);
	for (size_t i = 0; i < n; i++)
		if (line->n_options == 0 || line->options[i].effect > line->options[line->n_options - 1].effect)
			line->options[line->n_options++] = line->options[i];
	return STATUS_OK;
}

/* Without capacities a path's total is linear in the effect: two points make the line. */
static enum status
fill_gain(struct trials *trials, struct line *line, const int64_t *base_kg, struct reason *why)
{
	size_t paths = trials->ask->leaves->paths;
	struct lever_try tried[LINE_LEVERS_MAX];
	const struct line_option *top = &line->options[line->n_options - 1];
	double chance, more = top->effect - line->options[0].effect;
	line->gain_kg = calloc(paths + 1, sizeof *line->gain_kg);
	if (line->gain_kg == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < line->n_levers; i++)
		tried[i] = (struct lever_try){ line->levers[i], top->values[i] };
	trials->scene.n_capacities = 0;
	enum status status = trials_play(trials, tried, line->n_levers, &chance, why);
	trials->scene.n_capacities = trials->ask->scene->n_capacities;
	for (size_t i = 0; status == STATUS_OK && more > 0 && i < paths; i++)
		line->gain_kg[i] = (double)(trials->outcome.total_kg[i] - base_kg[i]) / more;
	return status;
}

/* ---- all lines ---- */

static int
fewer(const void *a, const void *b)
{
	const struct line *left = a, *right = b;
	return (left->n_options > right->n_options) - (left->n_options < right->n_options);
}

static enum status
fill(struct trials *trials, struct lines *lines, struct reason *why)
{
	double chance;
	size_t bytes = trials->ask->leaves->paths * sizeof(int64_t);
	int64_t *base_kg = malloc(bytes + 1);
	if (base_kg == NULL)
		return STATUS_NO_MEMORY;
	enum status status = trials_play(trials, NULL, 0, &chance, why);
	memcpy(base_kg, trials->outcome.total_kg, bytes);
	for (size_t i = 0; status == STATUS_OK && i < lines->n; i++) {
		status = fill_options(&lines->line[i], &lines->coarse);
		if (status == STATUS_OK)
			status = fill_gain(trials, &lines->line[i], base_kg, why);
	}
	free(base_kg);
	return status;
}

enum status
lines_open(struct trials *trials, const Juyan__V1__PlanReport *report, struct lines *out, struct reason *why)
{
	struct lines lines = { .n = 0 };
	choose(trials, report, &lines);
	enum status status = lines.n == 0 ? STATUS_OK : fill(trials, &lines, why);
	if (status != STATUS_OK) {
		lines_close(&lines);
		return status;
	}
	qsort(lines.line, lines.n, sizeof lines.line[0], fewer);
	*out = lines;
	return STATUS_OK;
}

void
lines_close(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		free(lines->line[i].options);
		free(lines->line[i].gain_kg);
	}
	*lines = (struct lines){ .n = 0 };
}

size_t
lines_try(const struct lines *lines, const uint16_t *options, struct lever_try *tried)
{
	size_t n = 0;
	for (size_t i = 0; i < lines->n; i++)
		for (size_t j = 0; j < lines->line[i].n_levers; j++)
			tried[n++] = (struct lever_try){ lines->line[i].levers[j], lines->line[i].options[options[i]].values[j] };
	return n;
}

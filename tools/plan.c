/* `juyan plan`: what it would take to reach a goal, lever by lever and together. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foreseeing.h"
#include "planner_files.h"

enum { KEY_JSON = 0x100, KEY_CHANCE, KEY_FROM };

struct command {
	struct foreseeing foreseeing;
	struct planner_files files; /* its report alone: a plan is a table */
	char *goal;
	char *from;
	double chance; /* 0: the service's own */
	bool json;
};

static const struct argp_option options[] = {
	{ "chance", KEY_CHANCE, "SHARE", 0, "the chance that is wished, such as 0.9 (default: 0.8)", 1 },
	{ "from", KEY_FROM, "DAY", 0, "when changes can begin (default: at once)", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON", 1 },
	{ 0 },
};

static const char doc[] = "Says what it would take to reach a goal: for each lever of the registry (AGVs, trips, hours, lanes, "
			  "trains, wagons) the least value "
			  "that brings the chance to a level, and the cheapest combination where costs are known.\v"
			  "It is taken that demand allows: what passes by a mode grows with the product of its levers, up to the "
			  "registry's capacities. Levers "
			  "are records of the registry ('juyan registry show --kind lever').\n\n"
			  "  juyan plan annual-2026                         to have four chances of five\n"
			  "  juyan plan annual-2026 --chance 0.95 --from 2026-07-01";

static double
take_chance(struct argp_state *state, const char *text)
{
	char *end;
	double chance = strtod(text, &end);
	if (end == text || *end != '\0' || !(chance > 0 && chance < 1))
		argp_error(state, "--chance is '%s', expected a share between 0 and 1, such as 0.8", text);
	return chance;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->files;
		state->child_inputs[1] = &command->foreseeing;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case KEY_CHANCE:
		command->chance = take_chance(state, arg);
		return 0;
	case KEY_FROM:
		foreseeing_check_day(state, "--from", arg);
		command->from = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (command->goal != NULL)
			argp_error(state, "'%s' is one name too many", arg);
		command->goal = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which goal? 'juyan registry show --kind goal' lists them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
cost_cell(struct sheet *sheet, int64_t cost)
{
	char figure[TABLE_FIGURE_BYTES];
	sheet_cell(sheet, cost > 0 ? table_count(cost, figure) : "");
}

static void
lever_row(struct sheet *sheet, const Juyan__V1__PlanLever *lever, bool costs)
{
	char chance[FORESEEING_CHANCE_BYTES];
	sheet_cell(sheet, lever->port);
	sheet_cell(sheet, lever->mode);
	sheet_cell(sheet, lever->name);
	sheet_cellf(sheet, "%" PRId64, lever->now);
	if (lever->has_needed)
		sheet_cellf(sheet, "%" PRId64, lever->needed);
	else
		sheet_cell(sheet, "-");
	sheet_cellf(sheet, "%" PRId64, lever->most);
	sheet_cell(sheet, foreseeing_chance(lever->chance_at_most, chance));
	if (costs)
		cost_cell(sheet, lever->has_needed ? lever->cost : 0);
}

/* A column of costs where any is known; below the rule their sum, where there is one. */
static enum status
say_levers(struct sheet *sheet, Juyan__V1__PlanLever *const *levers, size_t n, int64_t sum)
{
	static const struct table_column columns[] = { { "port", TABLE_LEFT }, { "mode", TABLE_LEFT }, { "lever", TABLE_LEFT },
		{ "now", TABLE_RIGHT }, { "needed", TABLE_RIGHT }, { "most", TABLE_RIGHT }, { "chance with most", TABLE_RIGHT },
		{ "cost", TABLE_RIGHT } };
	bool costs = sum > 0;
	for (size_t i = 0; i < n; i++)
		costs = costs || (levers[i]->has_needed && levers[i]->cost > 0);
	enum status status = sheet_table(sheet, columns, costs ? 8 : 7);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		lever_row(sheet, levers[i], costs);
	if (sum > 0) {
		sheet_sums(sheet);
		for (size_t i = 0; i < 7; i++)
			sheet_cell(sheet, i == 0 ? "together" : "");
		cost_cell(sheet, sum);
	}
	return sheet_table_end(sheet);
}

static enum status
say(struct sheet *sheet, const void *answer, struct reason *why)
{
	const Juyan__V1__PlanReport *report = answer;
	enum status status = STATUS_OK;
	(void)why;
	sheet_points(sheet, report->sentences, report->n_sentences);
	if (report->n_levers > 0) {
		sheet_heading(sheet, "One lever alone:");
		status = say_levers(sheet, report->levers, report->n_levers, 0);
		sheet_line(sheet,
		    "needed: the least value with which the wished chance is had; - where even the most is too little.");
	}
	if (status == STATUS_OK && report->n_together > 0) {
		char head[96];
		snprintf(head, sizeof head, "At least cost (%.64s):", report->cost_unit);
		sheet_heading(sheet, head);
		status = say_levers(sheet, report->together, report->n_together, report->cost);
	}
	sheet_provenance(sheet, report->provenance);
	return status;
}

static enum status
show(struct command *command, const Juyan__V1__PlanReport *report)
{
	char title[256];
	struct reason *why = &command->foreseeing.why;
	snprintf(title, sizeof title, "What it would take to reach %.200s", command->goal);
	enum status status = command->json ? foreseeing_print_json(&report->base, stdout) : planner_print(say, report, why);
	if (status == STATUS_OK)
		status = planner_write_report(&command->files, title,
		    "The least change of each lever, and of all together, that brings the chance to the wished level. It is taken "
		    "that demand allows.",
		    say, report, why);
	return status;
}

static enum status
ask(struct command *command)
{
	Juyan__V1__PlanAsk ask_plan = JUYAN__V1__PLAN_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	ask_plan.goal = command->goal;
	ask_plan.chance = command->chance;
	if (command->from != NULL)
		ask_plan.from = command->from;
	ask_plan.making = &command->foreseeing.making;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_PLAN;
	question.plan = &ask_plan;
	enum status status = foreseeing_ask(&command->foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_PLAN, &reply);
	if (status != STATUS_OK)
		return status;
	return show(command, reply->plan);
}

int
tool_plan(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &planner_report_argp, 0, NULL, 1 }, { &foreseeing_argp, 0, NULL, 2 }, { 0 } };
	const struct argp argp = { options, parse, "GOAL", doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "plan");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

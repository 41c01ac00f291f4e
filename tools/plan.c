/* `juyan plan`: what it would take to reach a goal, lever by lever and together. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foreseeing.h"
#include "table.h"

enum { KEY_JSON = 0x100, KEY_CHANCE, KEY_FROM };

struct command {
	struct foreseeing foreseeing;
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
		state->child_inputs[0] = &command->foreseeing;
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
cost_cell(struct table *table, int64_t cost)
{
	char figure[TABLE_FIGURE_BYTES];
	table_cell(table, cost > 0 ? table_count(cost, figure) : "");
}

static enum status
print_levers(Juyan__V1__PlanLever *const *levers, size_t n, int64_t sum)
{
	static const struct table_column columns[] = { { "port", TABLE_LEFT }, { "mode", TABLE_LEFT }, { "lever", TABLE_LEFT },
		{ "now", TABLE_RIGHT }, { "needed", TABLE_RIGHT }, { "most", TABLE_RIGHT }, { "chance at most", TABLE_RIGHT },
		{ "cost", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__PlanLever *lever = levers[i];
		char chance[FORESEEING_CHANCE_BYTES];
		table_cell(table, lever->port);
		table_cell(table, lever->mode);
		table_cell(table, lever->name);
		table_cellf(table, "%" PRId64, lever->now);
		if (lever->has_needed)
			table_cellf(table, "%" PRId64, lever->needed);
		else
			table_cell(table, "-");
		table_cellf(table, "%" PRId64, lever->most);
		table_cell(table, foreseeing_chance(lever->chance_at_most, chance));
		cost_cell(table, lever->has_needed ? lever->cost : 0);
	}
	if (sum > 0) {
		table_sums(table);
		for (size_t i = 0; i + 1 < sizeof columns / sizeof columns[0]; i++)
			table_cell(table, i == 0 ? "together" : "");
		cost_cell(table, sum);
	}
	status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static enum status
print(const Juyan__V1__PlanReport *report)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < report->n_sentences; i++)
		printf("%s\n", report->sentences[i]);
	putchar('\n');
	if (report->n_levers > 0) {
		puts("One lever alone:");
		status = print_levers(report->levers, report->n_levers, 0);
		putchar('\n');
	}
	if (status == STATUS_OK && report->n_together > 0) {
		printf("At least cost (%s):\n", report->cost_unit);
		status = print_levers(report->together, report->n_together, report->cost);
		putchar('\n');
	}
	foreseeing_print_provenance(report->provenance, stdout);
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
	return command->json ? foreseeing_print_json(&reply->plan->base, stdout) : print(reply->plan);
}

int
tool_plan(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &foreseeing_argp, 0, NULL, 2 }, { 0 } };
	const struct argp argp = { options, parse, "GOAL", doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "plan");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

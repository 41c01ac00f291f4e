/*
 * `juyan goal`: will it be reached, when, how sure is that, and what does it need a day. People get sentences and figures; programs
 * get the reports as JSON, in whole kilograms.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "foreseeing.h"
#include "phrase.h"
#include "table.h"

enum { KEY_JSON = 0x100 };

struct command {
	struct foreseeing foreseeing;
	char *goal; /* NULL: every goal whose period holds the day */
	bool json;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "as JSON, in kg", 1 },
	{ 0 },
};

static const char doc[] = "Says of a goal what is done, what it still needs, how its period will end and how sure that is. Without "
			  "a NAME: every goal whose "
			  "period holds the day.\v"
			  "NAME is a goal's id in the registry ('juyan registry show --kind goal'). The chance is the share of "
			  "possible futures that reach the "
			  "target; 80 % means from the 10th to the 90th of a hundred of them.\n\n"
			  "  juyan goal                                     will we make it?\n"
			  "  juyan goal annual-2025 --as-of 2025-06-30      what was to be said at the end of June\n"
			  "  juyan goal annual-2025 --json                  for programs";

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
	case ARGP_KEY_ARG:
		if (command->goal != NULL)
			argp_error(state, "'%s' is one name too many", arg);
		command->goal = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- for people ---- */

static void
print_head(const Juyan__V1__GoalReport *report)
{
	const Juyan__V1__Goal *goal = report->goal;
	printf("%s: ", goal->name[0] == '\0' ? goal->id : goal->name);
	for (size_t i = 0; i < goal->n_ports; i++)
		printf("%s%s", i == 0 ? "" : " and ", goal->ports[i]);
	printf("%s", goal->n_ports == 0 ? "all ports" : "");
	for (size_t i = 0; i < goal->n_groups; i++)
		printf(", %s", goal->groups[i]);
	if (goal->mode != 0)
		printf(", by %s", wire_mode_name(goal->mode));
	if (goal->direction != 0)
		printf(", %s", wire_direction_name(goal->direction));
	printf(", %s to %s; as of %s\n\n", goal->from, goal->to, report->as_of);
}

static void
figure_row(struct table *table, const char *name, int64_t kg)
{
	char figure[TABLE_FIGURE_BYTES];
	table_cell(table, name);
	table_cell(table, table_tonnes(kg, figure));
}

/* Tonnes to the kilogram, each figure on a line of its own. */
static enum status
print_figures(const Juyan__V1__GoalReport *report)
{
	static const struct table_column columns[] = { { "", TABLE_LEFT }, { "t", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, 2, &table);
	if (status != STATUS_OK)
		return status;
	figure_row(table, "target", report->goal->target_kg);
	figure_row(table, "done", report->done_kg);
	for (size_t i = 0; i < report->n_done_by_basis; i++) {
		char name[64];
		snprintf(name, sizeof name, "  %.40s", report->done_by_basis[i]->basis);
		figure_row(table, name, report->done_by_basis[i]->net_kg);
	}
	figure_row(table, "plan line", report->plan_kg);
	if (report->has_last_year_kg)
		figure_row(table, "a year ago", report->last_year_kg);
	figure_row(table, "needed an open day", report->rate_needed_kg);
	figure_row(table, "had an open day", report->rate_had_kg);
	status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static enum status
print_end(const Juyan__V1__Quantiles *end)
{
	static const struct table_column columns[] = { { "end, in t", TABLE_LEFT }, { "", TABLE_RIGHT } };
	const struct {
		const char *name;
		int64_t kg;
	} rows[] = { { "97.5 %", end->p975_kg }, { "90 %", end->p90_kg }, { "75 %", end->p75_kg }, { "50 %", end->p50_kg },
		{ "25 %", end->p25_kg }, { "10 %", end->p10_kg }, { "2.5 %", end->p025_kg }, { "mean", end->mean_kg } };
	struct table *table;
	enum status status = table_open(columns, 2, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		figure_row(table, rows[i].name, rows[i].kg);
	putchar('\n');
	status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static void
print_dates(const Juyan__V1__GoalReport *report)
{
	static const char later[] = "later";
	char chance[FORESEEING_CHANCE_BYTES];
	if (report->met_on[0] != '\0' || report->days_left == 0)
		return;
	printf("\nchance %s; reached by, with 10 %%: %s, 50 %%: %s, 90 %%: %s\n", foreseeing_chance(report->chance, chance),
	    report->reached_p10[0] == '\0' ? later : report->reached_p10,
	    report->reached_p50[0] == '\0' ? later : report->reached_p50,
	    report->reached_p90[0] == '\0' ? later : report->reached_p90);
	printf("%lld days left, of them %lld open\n", (long long)report->days_left, (long long)report->open_days_left);
}

static enum status
print_report(const Juyan__V1__GoalReport *report)
{
	print_head(report);
	for (size_t i = 0; i < report->n_sentences; i++)
		printf("  %s\n", report->sentences[i]);
	putchar('\n');
	enum status status = print_figures(report);
	if (status == STATUS_OK && report->end != NULL && report->days_left > 0)
		status = print_end(report->end);
	if (report->end != NULL)
		print_dates(report);
	return status;
}

static enum status
print_all(const Juyan__V1__GoalReports *reports)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < reports->n_goals; i++) {
		if (i > 0)
			putchar('\n');
		status = print_report(reports->goals[i]);
	}
	if (reports->n_goals == 0)
		puts("The registry has no goal whose period holds this day: 'juyan registry show --kind goal'.");
	putchar('\n');
	foreseeing_print_provenance(reports->provenance, stdout);
	return status;
}

static enum status
ask(struct command *command)
{
	Juyan__V1__GoalAsk ask_goal = JUYAN__V1__GOAL_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	if (command->goal != NULL)
		ask_goal.id = command->goal;
	ask_goal.making = &command->foreseeing.making;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_GOAL;
	question.goal = &ask_goal;
	enum status status = foreseeing_ask(&command->foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_GOALS, &reply);
	if (status != STATUS_OK)
		return status;
	return command->json ? foreseeing_print_json(&reply->goals->base, stdout) : print_all(reply->goals);
}

int
tool_goal(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &foreseeing_argp, 0, NULL, 2 }, { 0 } };
	const struct argp argp = { options, parse, "[NAME]", doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "goal");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

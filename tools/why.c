/* `juyan why`: what a forecast is made of, and what moved since an earlier one. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "foreseeing.h"
#include "phrase.h"
#include "table.h"

enum { KEY_JSON = 0x100, KEY_SINCE, KEY_TO };

struct command {
	struct foreseeing foreseeing;
	char *since, *to;
	bool json;
};

static const struct argp_option options[] = {
	{ "since", KEY_SINCE, "DAY", 0, "what moved since the forecast of this day (default: yesterday's)", 1 },
	{ "to", KEY_TO, "DAY", 0, "the year to date on this day (default: the end of the year)", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, in kg", 1 },
	{ 0 },
};

static const char doc[] =
    "Says what the forecast of a year's total is made of, and why it moved since an earlier one: new data, corrections, calendar, "
    "overrides, model. The parts add up to the figure, and the moves to the difference.\v"
    "  juyan why                                   why did it move since yesterday?\n"
    "  juyan why --since 2025-06-30 --port ceke    since the end of June, at Ceke";

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->foreseeing;
		state->child_inputs[1] = &command->foreseeing;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case KEY_SINCE:
		foreseeing_check_day(state, "--since", arg);
		command->since = arg;
		return 0;
	case KEY_TO:
		foreseeing_check_day(state, "--to", arg);
		command->to = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
print_row(struct table *table, const char *name, int64_t kg)
{
	char figure[TABLE_FIGURE_BYTES];
	table_cell(table, name);
	table_cell(table, table_tonnes(kg, figure));
}

/* Parts, with their sum below a rule; before them what they start from, where there is such. */
static enum status
print_parts(const char *title, Juyan__V1__WhyPart *const *parts, size_t n, const char *sum_name, int64_t sum)
{
	const struct table_column columns[] = { { title, TABLE_LEFT }, { "t", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, 2, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		print_row(table, parts[i]->name, parts[i]->kg);
	table_sums(table);
	print_row(table, sum_name, sum);
	status = table_print(table, stdout);
	table_close(&table);
	putchar('\n');
	return status;
}

static enum status
print(const Juyan__V1__WhyReport *report)
{
	char now[PHRASE_BYTES], then[PHRASE_BYTES], moved[PHRASE_BYTES];
	int64_t difference = report->mean_kg - report->earlier_kg;
	printf("The year to date on %s is expected to be %s.\n", report->to, phrase_mass(report->mean_kg, PHRASE_NEAREST, now));
	if (report->earlier == NULL)
		puts("No earlier forecast is kept that it could be compared with.");
	else if (difference == 0)
		printf("The forecast from the data up to %s said the same.\n", report->earlier->origin);
	else
		printf("The forecast from the data up to %s said %s: it is %s %s now.\n", report->earlier->origin,
		    phrase_mass(report->earlier_kg, PHRASE_NEAREST, then),
		    phrase_mass(difference < 0 ? -difference : difference, PHRASE_NEAREST, moved),
		    difference < 0 ? "less" : "more");
	putchar('\n');
	enum status status = print_parts("made of", report->parts, report->n_parts, "expected", report->mean_kg);
	if (status == STATUS_OK && report->earlier != NULL)
		status = print_parts("moved by", report->moves, report->n_moves, "together", difference);
	foreseeing_print_provenance(report->provenance, stdout);
	return status;
}

static enum status
ask(struct command *command)
{
	Juyan__V1__WhyAsk ask_why = JUYAN__V1__WHY_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	ask_why.slice = &command->foreseeing.slice;
	ask_why.making = &command->foreseeing.making;
	if (command->since != NULL)
		ask_why.since = command->since;
	if (command->to != NULL)
		ask_why.to = command->to;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_WHY;
	question.why = &ask_why;
	enum status status = foreseeing_ask(&command->foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_WHY, &reply);
	if (status != STATUS_OK)
		return status;
	return command->json ? foreseeing_print_json(&reply->why->base, stdout) : print(reply->why);
}

int
tool_why(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &foreseeing_slice_argp, 0, NULL, 2 }, { &foreseeing_argp, 0, NULL, 3 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "why");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

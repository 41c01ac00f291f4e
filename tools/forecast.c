/*
 * `juyan forecast`: how tonnage goes on, with its spread. For the ledger, whole or by port, mode, direction and goods; or for any
 * series in a CSV file.
 */
#include <argp.h>
#include <string.h>

#include "forecast_parts.h"
#include "tool.h"

enum {
	KEY_PRINT_PATHS = 0x100,
	KEY_TO,
	KEY_PERIOD,
	KEY_BY,
	KEY_SCENARIO,
	KEY_CSV,
	KEY_JSON,
	KEY_SVG,
	KEY_HTML,
};

static const struct argp_option options[] = {
	{ "by", KEY_BY, "LIST", 0, "a forecast for each: any of port, direction, mode, group; they add up to the whole", 2 },
	{ "scenario", KEY_SCENARIO, "FILE", 0, "with the future changes that this YAML file declares", 2 },
	{ "to", KEY_TO, "PERIOD", 0, "to the end of 2025, 2025-06, 2025-06-30 … (default: of the year; in December, of the next)",
	    3 },
	{ "period", KEY_PERIOD, "day|week|month|year", 0, "one row for each", 3 },
	{ NULL, 0, NULL, 0, "What to show", 4 },
	{ "csv", KEY_CSV, NULL, 0,
	    "as CSV: known, mean and quantiles of each period and of the year to its end (the ledger's in kg)", 4 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with parts, notes and all that is needed to make it again", 4 },
	{ "svg", KEY_SVG, "FILE", 0, "write the picture: history, forecast, 50, 80 and 95 % bands", 4 },
	{ "html", KEY_HTML, "FILE", 0, "write a report in one file: pictures, tables, notes, how it was made", 4 },
	{ "print-paths", KEY_PRINT_PATHS, NULL, 0,
	    "of a file's series, print every sample path as CSV: series, path, period, value", 4 },
	{ 0 },
};

static const char doc[] =
    "Tells how tonnage goes on, and how sure that is: a forecast for each period and for the year's total, with intervals that "
    "have "
    "been "
    "held against what came after earlier forecasts.\v"
    "'80 % from … to' means: in 80 of 100 such cases what comes lies between. The year to date holds what is known and, from "
    "there, "
    "whole sample paths, so that its spread is that of a sum. Below the table stands how far such forecasts were off before.\n\n"
    "  juyan forecast                                  the whole ledger to the end of the year, by month\n"
    "  juyan forecast --by port,mode --to 2026-03      each port and mode, which add up\n"
    "  juyan forecast --scenario railway.yaml          with what is planned\n"
    "  juyan forecast --series coal.csv --html coal.html\n"
    "  juyan forecast --series loads.csv --season 24,168 --horizon 72 --csv";

static void
take_by(struct argp_state *state, char *text, struct forecast_command *command)
{
	static const char *const words[FORECAST_FILTERS] = { "port", "direction", "mode", "group" };
	char *word;
	while ((word = strsep(&text, ",")) != NULL) {
		size_t i = 0;
		while (i < FORECAST_FILTERS && strcmp(words[i], word) != 0)
			i++;
		if (i == FORECAST_FILTERS)
			argp_error(state, "--by has '%s', expected any of port, direction, mode, group", word);
		else
			command->by[i] = true;
	}
}

/* What goes together; the rest was looked at where it was taken. */
static void
check_all(struct argp_state *state, const struct forecast_command *command)
{
	bool of_ledger = command->scenario != NULL;
	for (size_t i = 0; i < FORECAST_FILTERS; i++)
		of_ledger = of_ledger || command->by[i];
	if (command->series != NULL && of_ledger)
		argp_error(state, "--series goes without --by and --scenario");
	if (command->series == NULL && command->print_paths)
		argp_error(state, "--print-paths goes with --series");
	if (command->to != NULL && command->horizon > 0)
		argp_error(state, "--to goes without --horizon");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct forecast_command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = command;
		return 0;
	case KEY_BY:
		take_by(state, arg, command);
		return 0;
	case KEY_SCENARIO:
		command->scenario = arg;
		return 0;
	case KEY_PRINT_PATHS:
		command->print_paths = true;
		return 0;
	case KEY_TO:
		command->to = arg;
		return 0;
	case KEY_PERIOD:
		if (!step_kind_of(arg, &command->period) || command->period == STEP_HOUR)
			argp_error(state, "--period is '%s', expected day, week, month or year", arg);
		command->period_given = true;
		return 0;
	case KEY_CSV:
		command->shape = FORECAST_CSV;
		return 0;
	case KEY_JSON:
		command->shape = FORECAST_JSON;
		return 0;
	case KEY_SVG:
		command->svg = arg;
		return 0;
	case KEY_HTML:
		command->html = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		return 0;
	case ARGP_KEY_END:
		check_all(state, command);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int
tool_forecast(int argc, char **argv)
{
	struct forecast_command command = { .shape = FORECAST_TABLE };
	const struct argp_child children[] = { { &forecast_which_argp, 0, NULL, 0 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = command.series != NULL ? forecast_of_file(&command, &why) : forecast_of_ledger(&command, &why);
	if (fflush(stdout) != 0 && status == STATUS_OK)
		status = reason_say(&why, STATUS_SYSTEM, "the output cannot be written");
	return status == STATUS_OK ? TOOL_FINE : tool_fail("forecast", status, &why);
}

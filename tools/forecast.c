/*
 * `juyan forecast`: how tonnage goes on, with its spread. For the ledger, whole or by port, mode, direction and goods; or for any
 * series in a CSV file.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "forecast_parts.h"
#include "tool.h"

enum {
	KEY_SERIES = 0x100,
	KEY_SEASON,
	KEY_DATE,
	KEY_COLUMN,
	KEY_ID,
	KEY_GAPS,
	KEY_PATHS,
	KEY_PRINT_PATHS,
	KEY_SEED,
	KEY_TO,
	KEY_HORIZON,
	KEY_PERIOD,
	KEY_BY,
	KEY_PORT,
	KEY_DIRECTION,
	KEY_MODE,
	KEY_GROUP,
	KEY_AS_OF,
	KEY_SCENARIO,
	KEY_CSV,
	KEY_JSON,
	KEY_SVG,
	KEY_HTML,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "A file's series", 1 },
	{ "series", KEY_SERIES, "FILE", 0,
	    "forecast the series in this CSV file (- is standard input) instead of the ledger: a first row with names, then a date "
	    "and "
	    "a "
	    "value on each row; several columns of values, or a column series_id, are several series",
	    1 },
	{ "season", KEY_SEASON, "N[,N]", 0,
	    "seasons in steps, or 'none' (default: hours 24,168; days 7,365.25; weeks 52.18; months 12)", 1 },
	{ "date-column", KEY_DATE, "NAME", 0, "the column of dates (default: date, month …, else the first)", 1 },
	{ "column", KEY_COLUMN, "NAME", 0, "a column of values (may be repeated, or a list; default: value, else all others)", 1 },
	{ "id", KEY_ID, "NAME", 0, "only this series (may be repeated, or a list)", 1 },
	{ "gaps", KEY_GAPS, "unknown", 0, "take missing dates as unknown values; else they are an error", 1 },
	{ "paths", KEY_PRINT_PATHS, NULL, 0, "print every sample path as CSV: series, path, period, value", 1 },
	{ NULL, 0, NULL, 0, "The ledger", 2 },
	{ "port", KEY_PORT, "ID", 0, "only this port (may be repeated, or a list with commas; so may the next three)", 2 },
	{ "direction", KEY_DIRECTION, "WORD", 0, "only import or export", 2 },
	{ "mode", KEY_MODE, "WORD", 0, "only truck, agv or rail", 2 },
	{ "group", KEY_GROUP, "ID", 0, "only this commodity group", 2 },
	{ "by", KEY_BY, "LIST", 0, "a forecast for each: any of port, direction, mode, group; they add up to the whole", 2 },
	{ "as-of", KEY_AS_OF, "DAY", 0, "as if asked at the end of this day, from what lies before", 2 },
	{ "scenario", KEY_SCENARIO, "FILE", 0, "with the future changes that this YAML file declares", 2 },
	{ NULL, 0, NULL, 0, "How far, and how", 3 },
	{ "to", KEY_TO, "PERIOD", 0, "to the end of 2025, 2025-06, 2025-06-30 … (default: of the year; in December, of the next)",
	    3 },
	{ "horizon", KEY_HORIZON, "N", 0, "so many steps ahead (of the ledger: days)", 3 },
	{ "period", KEY_PERIOD, "WORD", 0, "one row for each day, week, month or year", 3 },
	{ "seed", KEY_SEED, "N", 0, "of the sample paths: the same seed gives the same figures (default: 1)", 3 },
	{ "draw", KEY_PATHS, "N", 0, "how many sample paths (default: 1000)", 3 },
	{ NULL, 0, NULL, 0, "What to show", 4 },
	{ "csv", KEY_CSV, NULL, 0,
	    "as CSV: known, mean and quantiles of each period and of the year to its end (the ledger's in kg)", 4 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with parts, notes and all that is needed to make it again", 4 },
	{ "svg", KEY_SVG, "FILE", 0, "write the picture: history, forecast, 50, 80 and 95 % bands", 4 },
	{ "html", KEY_HTML, "FILE", 0, "write a report in one file: pictures, tables, notes, how it was made", 4 },
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
take_names(struct argp_state *state, struct forecast_names *names, char *text)
{
	char *name;
	while ((name = strsep(&text, ",")) != NULL) {
		if (name[0] == '\0')
			continue;
		if (names->n == FORECAST_NAMES_MAX)
			argp_error(state, "at most %d names may be given for one option", FORECAST_NAMES_MAX);
		names->name[names->n++] = name;
	}
}

static uint64_t
number(const char *text, const char *what, uint64_t min, uint64_t max, struct argp_state *state)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max)
		argp_error(state, "--%s is '%s', expected a number from %llu to %llu", what, text, (unsigned long long)min,
		    (unsigned long long)max);
	return value;
}

static void
take_seasons(struct argp_state *state, char *text, struct forecast_command *command)
{
	char *word, *end;
	command->seasons_given = true;
	command->n_seasons = 0;
	if (strcmp(text, "none") == 0)
		return;
	while ((word = strsep(&text, ",")) != NULL) {
		double season = strtod(word, &end);
		if (end == word || *end != '\0' || !(season >= 2.0 && season <= 20000.0))
			argp_error(state, "--season has '%s', expected steps from 2 to 20000, or none", word);
		if (command->n_seasons == STEP_SEASONS_MAX)
			argp_error(state, "--season: at most %d seasons", STEP_SEASONS_MAX);
		if (command->n_seasons > 0 && season <= command->season[command->n_seasons - 1])
			argp_error(state, "--season has '%s', expected seasons in rising order", word);
		command->season[command->n_seasons++] = season;
	}
}

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

static void
check_words(struct argp_state *state, const struct forecast_names *names, const char *option, const char *const *allowed,
    const char *expected)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t j = 0;
		while (allowed[j] != NULL && strcmp(names->name[i], allowed[j]) != 0)
			j++;
		if (allowed[j] == NULL)
			argp_error(state, "%s has '%s', expected %s", option, names->name[i], expected);
	}
}

static void
check_all(struct argp_state *state, const struct forecast_command *command)
{
	static const char *const directions[] = { "import", "export", NULL };
	static const char *const modes[] = { "truck", "agv", "rail", NULL };
	bool of_ledger = command->as_of != NULL || command->scenario != NULL;
	for (size_t i = 0; i < FORECAST_FILTERS; i++)
		of_ledger = of_ledger || command->by[i] || command->filter[i].n > 0;
	bool of_file = command->seasons_given || command->date_column != NULL || command->columns.n > 0 || command->ids.n > 0 ||
	    command->gaps_unknown || command->print_paths;
	if (command->series != NULL && of_ledger)
		argp_error(state, "--series goes without the options of the ledger");
	if (command->series == NULL && of_file)
		argp_error(state, "--season, --column, --date-column, --id, --gaps and --paths go with --series");
	if (command->to != NULL && command->horizon > 0)
		argp_error(state, "--to goes without --horizon");
	check_words(state, &command->filter[FORECAST_DIRECTION], "--direction", directions, "import or export");
	check_words(state, &command->filter[FORECAST_MODE], "--mode", modes, "truck, agv or rail");
}

static error_t
parse_series(int key, char *arg, struct argp_state *state)
{
	struct forecast_command *command = state->input;
	switch (key) {
	case KEY_SERIES:
		command->series = arg;
		return 0;
	case KEY_SEASON:
		take_seasons(state, arg, command);
		return 0;
	case KEY_DATE:
		command->date_column = arg;
		return 0;
	case KEY_COLUMN:
		take_names(state, &command->columns, arg);
		return 0;
	case KEY_ID:
		take_names(state, &command->ids, arg);
		return 0;
	case KEY_GAPS:
		if (strcmp(arg, "unknown") != 0)
			argp_error(state, "--gaps is '%s', expected unknown", arg);
		command->gaps_unknown = true;
		return 0;
	case KEY_PRINT_PATHS:
		command->print_paths = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse_ledger(int key, char *arg, struct argp_state *state)
{
	struct forecast_command *command = state->input;
	int64_t day;
	switch (key) {
	case KEY_PORT:
		take_names(state, &command->filter[FORECAST_PORT], arg);
		return 0;
	case KEY_DIRECTION:
		take_names(state, &command->filter[FORECAST_DIRECTION], arg);
		return 0;
	case KEY_MODE:
		take_names(state, &command->filter[FORECAST_MODE], arg);
		return 0;
	case KEY_GROUP:
		take_names(state, &command->filter[FORECAST_GROUP], arg);
		return 0;
	case KEY_BY:
		take_by(state, arg, command);
		return 0;
	case KEY_AS_OF:
		if (!civil_parse_day(arg, &day))
			argp_error(state, "--as-of is '%s', expected a day such as 2025-01-31", arg);
		command->as_of = arg;
		return 0;
	case KEY_SCENARIO:
		command->scenario = arg;
		return 0;
	default:
		return parse_series(key, arg, state);
	}
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct forecast_command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->connection;
		return 0;
	case KEY_TO:
		command->to = arg;
		return 0;
	case KEY_HORIZON:
		command->horizon = number(arg, "horizon", 1, FORECAST_STEPS_MAX, state);
		return 0;
	case KEY_PERIOD:
		if (!step_kind_of(arg, &command->period) || command->period == STEP_HOUR)
			argp_error(state, "--period is '%s', expected day, week, month or year", arg);
		command->period_given = true;
		return 0;
	case KEY_SEED:
		command->seed = number(arg, "seed", 0, UINT64_MAX, state);
		command->seed_given = true;
		return 0;
	case KEY_PATHS:
		command->paths = number(arg, "draw", 100, FORECAST_PATHS_MAX, state);
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
		return parse_ledger(key, arg, state);
	}
}

int
tool_forecast(int argc, char **argv)
{
	struct forecast_command command = { .shape = FORECAST_TABLE };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 5 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = command.series != NULL ? forecast_of_file(&command, &why) : forecast_of_ledger(&command, &why);
	if (fflush(stdout) != 0 && status == STATUS_OK)
		status = reason_say(&why, STATUS_SYSTEM, "the output cannot be written");
	return status == STATUS_OK ? TOOL_FINE : tool_fail("forecast", status, &why);
}

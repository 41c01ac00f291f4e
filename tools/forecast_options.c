/* The options that say of what a forecast is made, for forecast and backtest alike: a file's series, or a slice of the ledger. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "forecast_parts.h"

enum {
	KEY_SERIES = 0x400, /* beside those of the commands */
	KEY_SEASON,
	KEY_DATE,
	KEY_COLUMN,
	KEY_ID,
	KEY_GAPS,
	KEY_PATHS,
	KEY_SEED,
	KEY_HORIZON,
	KEY_PORT,
	KEY_DIRECTION,
	KEY_MODE,
	KEY_GROUP,
	KEY_AS_OF,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "A file's series", 1 },
	{ "series", KEY_SERIES, "FILE", 0,
	    "the series in this CSV file (- is standard input) instead of the ledger: a first row with names, then a date and a "
	    "value "
	    "on "
	    "each row; several columns of values, or a column series_id, are several series",
	    1 },
	{ "season", KEY_SEASON, "N[,N]", 0,
	    "seasons in steps, or 'none' (default: hours 24,168; days 7,365.25; weeks 52.18; months 12)", 1 },
	{ "date-column", KEY_DATE, "NAME", 0, "the column of dates (default: date, month …, else the first)", 1 },
	{ "column", KEY_COLUMN, "NAME", 0, "a column of values (may be repeated, or a list; default: value, else all others)", 1 },
	{ "id", KEY_ID, "NAME", 0, "only this series (may be repeated, or a list)", 1 },
	{ "gaps", KEY_GAPS, "unknown", 0, "take missing dates as unknown values; else they are an error", 1 },
	{ NULL, 0, NULL, 0, "The ledger", 2 },
	{ "port", KEY_PORT, "ID", 0, "only this port; each of these may be repeated, or be a list with commas", 2 },
	{ "direction", KEY_DIRECTION, "import|export", 0, "only this direction", 2 },
	{ "mode", KEY_MODE, "truck|agv|rail", 0, "only this mode", 2 },
	{ "group", KEY_GROUP, "ID", 0, "only this commodity group", 2 },
	{ "as-of", KEY_AS_OF, "DAY", 0, "as if asked at the end of this day, from what lies before", 2 },
	{ NULL, 0, NULL, 0, "How far, and how", 3 },
	{ "horizon", KEY_HORIZON, "N", 0, "so many steps ahead (of the ledger: days)", 3 },
	{ "seed", KEY_SEED, "N", 0, "of the sample paths: the same seed gives the same figures (default: 1)", 3 },
	{ "paths", KEY_PATHS, "N", 0, "how many sample paths are drawn (default: 1000)", 3 },
	{ 0 },
};

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

uint64_t
forecast_number(const char *text, const char *what, uint64_t min, uint64_t max, struct argp_state *state)
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

/* What goes together. */
static void
check_all(struct argp_state *state, const struct forecast_command *command)
{
	static const char *const directions[] = { "import", "export", NULL };
	static const char *const modes[] = { "truck", "agv", "rail", NULL };
	bool of_ledger = command->as_of != NULL;
	for (size_t i = 0; i < FORECAST_FILTERS; i++)
		of_ledger = of_ledger || command->filter[i].n > 0;
	bool of_file = command->seasons_given || command->date_column != NULL || command->columns.n > 0 || command->ids.n > 0 ||
	    command->gaps_unknown;
	if (command->series != NULL && of_ledger)
		argp_error(state, "--series goes without the options of the ledger");
	if (command->series == NULL && of_file)
		argp_error(state, "--season, --column, --date-column, --id and --gaps go with --series");
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
	case KEY_AS_OF:
		if (!civil_parse_day(arg, &day))
			argp_error(state, "--as-of is '%s', expected a day such as 2025-01-31", arg);
		command->as_of = arg;
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
	case KEY_HORIZON:
		command->horizon = forecast_number(arg, "horizon", 1, FORECAST_STEPS_MAX, state);
		return 0;
	case KEY_SEED:
		command->seed = forecast_number(arg, "seed", 0, UINT64_MAX, state);
		command->seed_given = true;
		return 0;
	case KEY_PATHS:
		command->paths = forecast_number(arg, "paths", 100, FORECAST_PATHS_MAX, state);
		return 0;
	case ARGP_KEY_END:
		check_all(state, command);
		return 0;
	default:
		return parse_ledger(key, arg, state);
	}
}

static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 5 }, { 0 } };
const struct argp forecast_which_argp = { options, parse, NULL, NULL, children, NULL, NULL };

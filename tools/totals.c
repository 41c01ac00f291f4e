/*
 * `juyan totals`: tonnage by any of port, period, direction, mode, commodity group and basis. People get a table with thousands
 * separators and what each figure rests on; programs get CSV or JSON in whole kilograms.
 */
#include <argp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "asking.h"
#include "civil.h"
#include "json.h"
#include "known.h"
#include "totals_rows.h"

enum {
	KEY_FROM = 0x100,
	KEY_TO,
	KEY_PERIOD,
	KEY_BY,
	KEY_PORT,
	KEY_MODE,
	KEY_DIRECTION,
	KEY_GROUP,
	KEY_BASIS,
	KEY_CSV,
	KEY_JSON,
	KEY_WATCH,
	KEY_KNOWN_AT
};

enum { FILTER_MAX = 64, WATCH_SECONDS = 2, WATCH_SECONDS_MAX = 3600 };

enum shape { SHAPE_TABLE, SHAPE_CSV, SHAPE_JSON };

/* Names to keep, as given by a repeated or comma-separated option. They point into argv's words or their copies. */
struct filter {
	char *names[FILTER_MAX];
	size_t n;
};

struct command {
	struct asking asking;
	struct totals_dims by;
	bool by_given;
	Juyan__V1__PeriodKind period;
	char *from;
	char *to;
	struct filter filters[TOTALS_DIMS]; /* that of the period stays empty */
	enum shape shape;
	int watch_seconds; /* 0: once */
	const char *known_at;
	struct known known; /* open where that was given */
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Which", 1 },
	{ "from", KEY_FROM, "PERIOD", 0,
	    "from the beginning of 2025, 2025-01, 2025-01-31 or 2025-01-31T08, in the ports' local time", 1 },
	{ "to", KEY_TO, "PERIOD", 0, "to the end of it", 1 },
	{ "port", KEY_PORT, "ID", 0,
	    "only this port, or the ports below this place (may be repeated, or a list with commas; so may the next four)", 1 },
	{ "direction", KEY_DIRECTION, "import|export", 0, "only this direction", 1 },
	{ "mode", KEY_MODE, "truck|agv|rail", 0, "only this mode", 1 },
	{ "group", KEY_GROUP, "ID", 0, "only this commodity group", 1 },
	{ "basis", KEY_BASIS, "weighed|declared|corrected|unknown", 0, "only what rests on this", 1 },
	{ "as-known-at", KEY_KNOWN_AT, "TIME", 0,
	    "the figures as they were known then (2026-01-31T08:00+08:00, or with Z): of what had been received, with the registry "
	    "of then; "
	    "recounted from the journal in the data folder",
	    1 },
	{ NULL, 0, NULL, 0, "How", 2 },
	{ "by", KEY_BY, "LIST", 0,
	    "one row for each: any of place, port, period, direction, mode, group, basis (place: the one right above the port); "
	    "rows "
	    "are sorted in this order; 'all': one row for everything (default: port,period)",
	    2 },
	{ "period", KEY_PERIOD, "hour|day|month|year", 0, "one row for each (default: year)", 2 },
	{ "csv", KEY_CSV, NULL, 0, "as CSV, in kg", 2 },
	{ "json", KEY_JSON, NULL, 0,
	    "as a JSON array of rows, in kg: net_kg is the known mass, units_unknown how many units have none; null: not asked for",
	    2 },
	{ "watch", KEY_WATCH, "SECONDS", OPTION_ARG_OPTIONAL, "again and again, every 2 seconds", 2 },
	{ 0 },
};

static const char doc[] =
    "Shows how much has passed: tonnage by port, period, direction, mode, commodity group and what the mass rests on.\v"
    "A batch counts from its release, in the port's local day. Weighed, declared and corrected mass are never added twice: each "
    "unit "
    "has one basis. A unit whose mass is not known is counted as a unit, and its mass is in no figure.\n\n"
    "  juyan totals                                  each port and year\n"
    "  juyan totals --period day --from 2025-11      each day since November\n"
    "  juyan totals --by group,basis --port ceke     goods and their basis\n"
    "  juyan totals --by place,period                each league and year, where the registry has places\n"
    "  juyan totals --as-known-at 2026-01-01T00:00+08:00   what was said then of the year before";

/* ---- options ---- */

static void
take_names(struct argp_state *state, struct filter *filter, char *text)
{
	char *name;
	while ((name = strsep(&text, ",")) != NULL) {
		if (name[0] == '\0')
			continue;
		if (filter->n == FILTER_MAX)
			argp_error(state, "at most %d names may be given for one option", FILTER_MAX);
		filter->names[filter->n++] = name;
	}
}

static void
take_period_kind(struct argp_state *state, const char *text, Juyan__V1__PeriodKind *out)
{
	static const struct {
		const char *word;
		Juyan__V1__PeriodKind kind;
	} words[] = {
		{ "hour", JUYAN__V1__PERIOD_KIND__HOUR },
		{ "day", JUYAN__V1__PERIOD_KIND__DAY },
		{ "month", JUYAN__V1__PERIOD_KIND__MONTH },
		{ "year", JUYAN__V1__PERIOD_KIND__YEAR },
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i].word) == 0) {
			*out = words[i].kind;
			return;
		}
	argp_error(state, "--period is '%s', expected hour, day, month or year", text);
}

static void
take_dims(struct argp_state *state, char *text, struct totals_dims *by)
{
	char *name;
	by->n = 0;
	if (strcmp(text, "all") == 0)
		return;
	while ((name = strsep(&text, ",")) != NULL) {
		enum totals_dim dim;
		if (!totals_dim_of(name, &dim))
			argp_error(state,
			    "--by has '%s', expected any of place, port, period, direction, mode, group, basis, or all", name);
		else if (!totals_dims_have(by, dim))
			by->dims[by->n++] = dim;
	}
}

static int
take_seconds(struct argp_state *state, const char *text)
{
	char *end;
	long seconds = strtol(text, &end, 10);
	if (end == text || *end != '\0' || seconds < 1 || seconds > WATCH_SECONDS_MAX)
		argp_error(state, "--watch is '%s', expected 1 to %d seconds", text, WATCH_SECONDS_MAX);
	return (int)seconds;
}

static void
check_period(struct argp_state *state, const char *option, const char *text)
{
	uint32_t period;
	enum period kind;
	if (!civil_parse(text, &period, &kind))
		argp_error(state, "%s is '%s', expected a form such as 2025, 2025-01, 2025-01-31 or 2025-01-31T08", option, text);
}

static void
check_words(struct argp_state *state, const struct filter *filter, const char *option, const char *const *allowed,
    const char *expected)
{
	for (size_t i = 0; i < filter->n; i++) {
		size_t j = 0;
		while (allowed[j] != NULL && strcmp(filter->names[i], allowed[j]) != 0)
			j++;
		if (allowed[j] == NULL)
			argp_error(state, "%s has '%s', expected %s", option, filter->names[i], expected);
	}
}

/* Both were looked at when they were taken. */
static void
check_order(struct argp_state *state, const char *from, const char *to)
{
	uint32_t first, last;
	enum period kind_from, kind_to;
	if (from == NULL || to == NULL || !civil_parse(from, &first, &kind_from) || !civil_parse(to, &last, &kind_to))
		return;
	if (civil_first_hour(first, kind_from) > civil_last_hour(last, kind_to))
		argp_error(state, "--from is '%s' and --to is '%s', expected an end that is not before the beginning", from, to);
}

static void
check_all(struct argp_state *state, struct command *command)
{
	static const char *const directions[] = { "import", "export", NULL };
	static const char *const modes[] = { "truck", "agv", "rail", NULL };
	static const char *const bases[] = { "weighed", "declared", "corrected", "unknown", NULL };
	check_words(state, &command->filters[TOTALS_DIRECTION], "--direction", directions, "import or export");
	check_words(state, &command->filters[TOTALS_MODE], "--mode", modes, "truck, agv or rail");
	check_words(state, &command->filters[TOTALS_BASIS], "--basis", bases, "weighed, declared, corrected or unknown");
	check_order(state, command->from, command->to);
	/* Who names a kind of period wants to see periods; who wants to see them without naming one gets years. */
	if (command->period != JUYAN__V1__PERIOD_KIND__PERIOD_KIND_UNSPECIFIED && !totals_dims_have(&command->by, TOTALS_PERIOD))
		command->by.dims[command->by.n++] = TOTALS_PERIOD;
	if (command->period == JUYAN__V1__PERIOD_KIND__PERIOD_KIND_UNSPECIFIED && totals_dims_have(&command->by, TOTALS_PERIOD))
		command->period = JUYAN__V1__PERIOD_KIND__YEAR;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->asking.connection;
		break;
	case KEY_FROM:
		check_period(state, "--from", arg);
		command->from = arg;
		break;
	case KEY_TO:
		check_period(state, "--to", arg);
		command->to = arg;
		break;
	case KEY_PERIOD:
		take_period_kind(state, arg, &command->period);
		break;
	case KEY_BY:
		take_dims(state, arg, &command->by);
		break;
	case KEY_PORT:
		take_names(state, &command->filters[TOTALS_PORT], arg);
		break;
	case KEY_DIRECTION:
		take_names(state, &command->filters[TOTALS_DIRECTION], arg);
		break;
	case KEY_MODE:
		take_names(state, &command->filters[TOTALS_MODE], arg);
		break;
	case KEY_GROUP:
		take_names(state, &command->filters[TOTALS_GROUP], arg);
		break;
	case KEY_BASIS:
		take_names(state, &command->filters[TOTALS_BASIS], arg);
		break;
	case KEY_CSV:
		command->shape = SHAPE_CSV;
		break;
	case KEY_JSON:
		command->shape = SHAPE_JSON;
		break;
	case KEY_WATCH:
		command->watch_seconds = arg == NULL ? WATCH_SECONDS : take_seconds(state, arg);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		break;
	case KEY_KNOWN_AT:
		command->known_at = arg;
		break;
	case ARGP_KEY_END:
		check_all(state, command);
		if (command->known_at != NULL && (command->watch_seconds > 0 || command->asking.connection.connect != NULL))
			argp_error(state,
			    "--as-known-at is of the data folder, and once: it does not go with --connect or --watch");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- asking ---- */

/* People are told what a figure rests on, so for them the basis is asked for as well and folded again. */
static enum status
ask_rows(struct command *command, bool with_basis, struct totals_rows *out)
{
	static char nothing[] = "";
	Juyan__V1__TotalsAsk ask_totals = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	struct filter *filters = command->filters;
	ask_totals.from = command->from == NULL ? nothing : command->from;
	ask_totals.to = command->to == NULL ? nothing : command->to;
	ask_totals.ports = filters[TOTALS_PORT].names;
	ask_totals.n_ports = filters[TOTALS_PORT].n;
	ask_totals.directions = filters[TOTALS_DIRECTION].names;
	ask_totals.n_directions = filters[TOTALS_DIRECTION].n;
	ask_totals.modes = filters[TOTALS_MODE].names;
	ask_totals.n_modes = filters[TOTALS_MODE].n;
	ask_totals.groups = filters[TOTALS_GROUP].names;
	ask_totals.n_groups = filters[TOTALS_GROUP].n;
	ask_totals.bases = filters[TOTALS_BASIS].names;
	ask_totals.n_bases = filters[TOTALS_BASIS].n;
	ask_totals.by_period = command->period;
	ask_totals.by_port = totals_dims_have(&command->by, TOTALS_PORT);
	ask_totals.by_place = totals_dims_have(&command->by, TOTALS_PLACE);
	ask_totals.by_direction = totals_dims_have(&command->by, TOTALS_DIRECTION);
	ask_totals.by_mode = totals_dims_have(&command->by, TOTALS_MODE);
	ask_totals.by_group = totals_dims_have(&command->by, TOTALS_GROUP);
	ask_totals.by_basis = with_basis || totals_dims_have(&command->by, TOTALS_BASIS);
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask_totals;
	enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_TOTALS, &answer);
	if (status != STATUS_OK)
		return status;
	return totals_rows_gather(answer->totals, &command->by, out);
}

static enum status
show_once(struct command *command)
{
	struct totals_rows rows = { 0 };
	bool for_people = command->shape == SHAPE_TABLE;
	bool split = for_people && !totals_dims_have(&command->by, TOTALS_BASIS);
	enum status status = ask_rows(command, split, &rows);
	/* More rows than one answer holds: it may fit without the bases. */
	if (status == STATUS_TOO_MANY && split) {
		split = false;
		status = ask_rows(command, false, &rows);
	}
	if (status != STATUS_OK)
		return status;
	if (for_people && command->watch_seconds > 0 && isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	switch (command->shape) {
	case SHAPE_TABLE:
		status = totals_rows_table(&rows, &command->by, split, stdout);
		if (status == STATUS_OK) {
			fputc('\n', stdout);
			asking_print_as_of(&command->asking, stdout);
		}
		break;
	case SHAPE_CSV:
		status = totals_rows_csv(&rows, &command->by, stdout);
		break;
	case SHAPE_JSON:
		status = totals_rows_json(&rows, &command->by, stdout);
		break;
	}
	totals_rows_close(&rows);
	return status;
}

int
tool_totals(int argc, char **argv)
{
	struct command command = { .asking.name = "totals", .by = { { TOTALS_PORT, TOTALS_PERIOD }, 2 } };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 3 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = command.known_at != NULL
	    ? known_open(tool_data(command.asking.connection.data), command.known_at, &command.known, &command.asking.why)
	    : STATUS_OK;
	if (status == STATUS_OK) {
		command.asking.ask = command.known.ask;
		command.known.ask = NULL;
		status = show_once(&command);
	}
	while (status == STATUS_OK && command.watch_seconds > 0 && fflush(stdout) == 0) {
		nanosleep(&(struct timespec){ .tv_sec = command.watch_seconds }, NULL);
		if (command.shape == SHAPE_TABLE && !isatty(STDOUT_FILENO))
			fputc('\n', stdout);
		status = show_once(&command);
	}
	int code = asking_end(&command.asking, status);
	known_close(&command.known);
	return code;
}

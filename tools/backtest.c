/* `juyan backtest`: how far such forecasts were off, made again at earlier origins, beside the naive ones. */
#include <argp.h>
#include <stdlib.h>

#include "backtest_parts.h"
#include "html_report.h"
#include "tool.h"

enum { KEY_MONTHS = 0x100, KEY_CSV, KEY_JSON, KEY_SVG, KEY_HTML, KEY_JOBS, MONTHS_MAX = 1200, JOBS_MAX = 64 };

static const struct argp_option options[] = {
	{ "months", KEY_MONTHS, "N", 0, "origins of the last N months (default: 24; hours: 28 days; years: 10 years)", 3 },
	{ "jobs", KEY_JOBS, "N", 0, "try N series of a file at a time (default: one for each processor); the figures are the same",
	    3 },
	{ NULL, 0, NULL, 0, "What to show", 4 },
	{ "csv", KEY_CSV, NULL, 0, "as CSV: the scores of each method at each distance", 4 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with the year's totals", 4 },
	{ "svg", KEY_SVG, "FILE", 0, "write the picture: what came, what had been forecast, coverage, how far off", 4 },
	{ "html", KEY_HTML, "FILE", 0, "write a report in one file", 4 },
	{ 0 },
};

static const char doc[] =
    "Makes the same forecast again at many earlier origins, each from what was known then, and holds it against what came: at each "
    "distance, and for the year's total, beside the seasonal naive (the last season again) and the naive (the last value "
    "again).\v" VERDICT_WORDS "\n\n"
    "  juyan backtest                                  the ledger, origins of the last 24 months\n"
    "  juyan backtest --port ceke --mode truck --months 12\n"
    "  juyan backtest --series coal.csv --html backtest.html\n"
    "  juyan backtest --series loads.csv --season 24,168 --horizon 24";

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct backtest_command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->forecast;
		return 0;
	case KEY_MONTHS:
		command->months = forecast_number(arg, "months", 1, MONTHS_MAX, state);
		return 0;
	case KEY_JOBS:
		command->jobs = forecast_number(arg, "jobs", 1, JOBS_MAX, state);
		return 0;
	case KEY_CSV:
		command->forecast.shape = FORECAST_CSV;
		return 0;
	case KEY_JSON:
		command->forecast.shape = FORECAST_JSON;
		return 0;
	case KEY_SVG:
		command->forecast.svg = arg;
		return 0;
	case KEY_HTML:
		command->forecast.html = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- showing ---- */

static enum status
show(const struct backtest_command *command, const struct verdict *verdict)
{
	if (command->forecast.shape == FORECAST_TABLE)
		return verdict_table(verdict, stdout);
	if (command->forecast.shape == FORECAST_CSV)
		return verdict_csv(verdict, stdout);
	json_t *json = verdict_json(verdict);
	if (json == NULL)
		return STATUS_NO_MEMORY;
	int failed = json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	json_decref(json);
	fputc('\n', stdout);
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static enum status
write_report(const char *path, const struct verdict *verdict, const char *picture, struct reason *why)
{
	char title[SERIES_NAME_BYTES + 32];
	struct html_report *report = NULL;
	snprintf(title, sizeof title, "Backtest: %s", verdict->name);
	enum status status = html_report_open(path, title,
	    "How far such forecasts were off: made again at earlier origins, each from what was known then, and held against what "
	    "came.",
	    &report, why);
	if (status != STATUS_OK)
		return status;
	verdict_report(verdict, picture, report);
	return html_report_close(&report, true, why);
}

static enum status
write_all(const struct backtest_command *command, const struct verdict *verdict, char *picture[BACKTEST_PICTURES],
    struct reason *why)
{
	const struct forecast_command *asked = &command->forecast;
	enum status status = STATUS_OK;
	if (asked->svg != NULL && picture[BACKTEST_ALONE] == NULL)
		return reason_say(why, STATUS_USAGE, "--svg: there is nothing to draw");
	if (asked->svg != NULL)
		status = html_report_picture_file(asked->svg, picture[BACKTEST_ALONE], why);
	if (status == STATUS_OK && asked->html != NULL)
		status = write_report(asked->html, verdict, picture[BACKTEST_IN_PAGE], why);
	return status;
}

int
tool_backtest(int argc, char **argv)
{
	struct backtest_command command = { .forecast.shape = FORECAST_TABLE };
	const struct argp_child children[] = { { &forecast_which_argp, 0, NULL, 0 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	struct reason why = { "" };
	struct verdict verdict = { 0 };
	char *picture[BACKTEST_PICTURES] = { NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = command.forecast.series != NULL ? backtest_of_file(&command, &verdict, picture, &why)
							     : backtest_of_ledger(&command, &verdict, picture, &why);
	if (status == STATUS_OK) {
		status = show(&command, &verdict);
		if (status != STATUS_OK)
			reason_write(&why, "%s", status_sentence(status));
	}
	if (status == STATUS_OK)
		status = write_all(&command, &verdict, picture, &why);
	if (fflush(stdout) != 0 && status == STATUS_OK)
		status = reason_say(&why, STATUS_SYSTEM, "the output cannot be written");
	for (size_t i = 0; i < BACKTEST_PICTURES; i++)
		free(picture[i]);
	verdict_close(&verdict);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("backtest", status, &why);
}

/* `juyan why`: what a forecast is made of, and what moved since an earlier one. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "foreseeing.h"
#include "phrase.h"
#include "planner_files.h"
#include "planner_picture.h"

enum { KEY_JSON = 0x100, KEY_SINCE, KEY_TO };

struct command {
	struct foreseeing foreseeing;
	struct planner_files files;
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
    "Compared is the last forecast that is kept from the day of --since or before. --svg draws what the forecast is made of; with "
    "--since, what moved it. --html has both.\n\n"
    "  juyan why                                  why did it move since yesterday?\n"
    "  juyan why --since 2025-06-30 --port ceke   since the end of June, at Ceke\n"
    "  juyan why --html why.html                  a report to print and keep";

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->files;
		state->child_inputs[1] = &command->foreseeing;
		state->child_inputs[2] = &command->foreseeing;
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

/* ---- for people ---- */

static const struct {
	const char *name, *says;
} words[] = {
	{ "known", "counted or published already" },
	{ "level", "as much a day as of late" },
	{ "trend", "growth or decline that goes on" },
	{ "week", "days of the week" },
	{ "year", "time of the year" },
	{ "calendar", "holidays and closed days" },
	{ "scenario", "declared changes of the future" },
	{ "override", "planners' overrides" },
	{ "ceiling", "what capacities do not let through" },
	{ "new data", "what came since then, against what had been expected" },
	{ "corrections", "what is known now of days before that and was not then" },
	{ "overrides", "planners' overrides that came or went" },
	{ "model", "forecast otherwise than it was then" },
};

static const char *
meaning(const char *name)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].says;
	return "";
}

static int64_t
whole_tonnes(int64_t kg)
{
	return (kg < 0 ? kg - 500 : kg + 500) / 1000;
}

/* Parts, with their sum below a rule. The running sum is what is rounded, so that the tonnes shown add up as well. */
static enum status
say_parts(struct sheet *sheet, const char *title, Juyan__V1__WhyPart *const *parts, size_t n, const char *sum_name, int64_t sum_kg)
{
	const struct table_column columns[] = { { title, TABLE_LEFT }, { "t", TABLE_RIGHT }, { "that is", TABLE_LEFT } };
	int64_t sum = 0;
	enum status status = sheet_table(sheet, columns, 3);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++) {
		int64_t before = whole_tonnes(sum);
		sum += parts[i]->kg;
		sheet_cell(sheet, parts[i]->name);
		sheet_tonnes(sheet, (whole_tonnes(sum) - before) * 1000);
		sheet_cell(sheet, meaning(parts[i]->name));
	}
	sheet_sums(sheet);
	sheet_cell(sheet, sum_name);
	sheet_tonnes(sheet, sum_kg);
	sheet_cell(sheet, "");
	return sheet_table_end(sheet);
}

static void
say_words(struct sheet *sheet, const Juyan__V1__WhyReport *report)
{
	char now[PHRASE_BYTES], then[PHRASE_BYTES], moved[PHRASE_BYTES];
	int64_t difference = report->mean_kg - report->earlier_kg;
	sheet_line(sheet, "The year to date on %s is expected to be %s.", report->to,
	    phrase_mass(report->mean_kg, PHRASE_NEAREST, now));
	if (report->earlier == NULL)
		sheet_line(sheet, "No earlier forecast is kept that it could be compared with.");
	else if (difference == 0)
		sheet_line(sheet, "The forecast from the data up to %s said the same.", report->earlier->origin);
	else
		sheet_line(sheet, "The forecast from the data up to %s said %s: it is %s %s now.", report->earlier->origin,
		    phrase_mass(report->earlier_kg, PHRASE_NEAREST, then),
		    phrase_mass(difference < 0 ? -difference : difference, PHRASE_NEAREST, moved),
		    difference < 0 ? "less" : "more");
}

static enum status
say_picture(struct sheet *sheet, const Juyan__V1__WhyReport *report, bool moves, struct reason *why)
{
	char *svg = NULL;
	if (sheet->report == NULL)
		return STATUS_OK;
	enum status drawn = moves ? planner_picture_moves(report, false, &svg, why) : planner_picture_why(report, false, &svg, why);
	return sheet_picture(sheet, drawn, &svg);
}

static enum status
say(struct sheet *sheet, const void *answer, struct reason *why)
{
	const Juyan__V1__WhyReport *report = answer;
	say_words(sheet, report);
	enum status status = say_picture(sheet, report, false, why);
	if (status == STATUS_OK)
		status = say_parts(sheet, "made of", report->parts, report->n_parts, "expected", report->mean_kg);
	if (status == STATUS_OK && report->earlier != NULL)
		status = say_picture(sheet, report, true, why);
	if (status == STATUS_OK && report->earlier != NULL)
		status =
		    say_parts(sheet, "moved by", report->moves, report->n_moves, "together", report->mean_kg - report->earlier_kg);
	sheet_provenance(sheet, report->provenance);
	return status;
}

/* ---- asking ---- */

static enum status
show(struct command *command, const Juyan__V1__WhyReport *report)
{
	char *svg = NULL;
	struct reason *why = &command->foreseeing.why;
	enum status status = command->json ? foreseeing_print_json(&report->base, stdout) : planner_print(say, report, why);
	if (status == STATUS_OK && command->files.svg != NULL) {
		enum status drawn = command->since != NULL ? planner_picture_moves(report, true, &svg, why)
							   : planner_picture_why(report, true, &svg, why);
		status = planner_write_picture(&command->files, drawn, &svg, why);
	}
	if (status == STATUS_OK)
		status = planner_write_report(&command->files, "Why the forecast is as it is",
		    "What the forecast is made of, and what moved it since an earlier one. Parts add up to the figure, moves to "
		    "the "
		    "difference.",
		    say, report, why);
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
	return show(command, reply->why);
}

int
tool_why(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &planner_files_argp, 0, NULL, 1 }, { &foreseeing_slice_argp, 0, NULL, 2 },
		{ &foreseeing_argp, 0, NULL, 3 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "why");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

/*
 * `juyan goal`: will it be reached, when, how sure is that, and what does it need a day. People get sentences, figures and
 * pictures; programs get the reports as JSON, in whole kilograms.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "foreseeing.h"
#include "planner_files.h"
#include "planner_picture.h"

enum { KEY_JSON = 0x100 };

enum { HEAD_BYTES = 1024 };

struct command {
	struct foreseeing foreseeing;
	struct planner_files files;
	char *goal; /* NULL: every goal whose period holds the day */
	bool json;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "as JSON, in kg; with --svg or --html the course by day as well", 1 },
	{ 0 },
};

static const char doc[] = "Says of a goal what is done, what it still needs, how its period will end and how sure that is. Without "
			  "a NAME: every goal whose "
			  "period holds the day.\v"
			  "NAME is a goal's id in the registry ('juyan registry show --kind goal'). The chance is the share of "
			  "possible futures that reach the "
			  "target; an 80 % interval leaves out the lowest tenth of them and the highest. The plan line spreads the "
			  "target evenly over the open days of the period. --svg draws one goal.\n\n"
			  "  juyan goal                                 will we make it?\n"
			  "  juyan goal annual-2025 --as-of 2025-06-30  what was to be said on that day\n"
			  "  juyan goal annual-2025 --html goal.html    a report to print and keep\n"
			  "  juyan goal annual-2025 --json              for programs";

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

static const char *
name_of(const Juyan__V1__Goal *goal)
{
	return goal->name[0] == '\0' ? goal->id : goal->name;
}

/* Whether its end is still a forecast. ISO days sort as texts do. */
static bool
is_open(const Juyan__V1__GoalReport *report)
{
	return report->days_left > 0 || strcmp(report->known_to, report->goal->to) < 0;
}

/* "26 Mt in 2025: ceke and wuliji, 2025-01-01 to 2025-12-31; as of 2025-06-30" */
static void
say_head(struct sheet *sheet, const Juyan__V1__GoalReport *report)
{
	const Juyan__V1__Goal *goal = report->goal;
	char text[HEAD_BYTES];
	size_t used = (size_t)snprintf(text, sizeof text, "%.200s: ", name_of(goal));
	for (size_t i = 0; i < goal->n_ports && used < sizeof text / 2; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.64s", i == 0 ? "" : " and ", goal->ports[i]);
	if (goal->n_ports == 0)
		used += (size_t)snprintf(text + used, sizeof text - used, "all ports");
	for (size_t i = 0; i < goal->n_groups && used < sizeof text * 3 / 4; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, ", %.64s", goal->groups[i]);
	snprintf(text + used, sizeof text - used, "%s%s%s%s, %.16s to %.16s; as of %.16s", goal->mode != 0 ? ", by " : "",
	    goal->mode != 0 ? wire_mode_name(goal->mode) : "", goal->direction != 0 ? ", " : "",
	    goal->direction != 0 ? wire_direction_name(goal->direction) : "", goal->from, goal->to, report->as_of);
	used = strlen(text);
	if (report->known_to[0] != '\0' && strcmp(report->known_to, report->as_of) != 0)
		snprintf(text + used, sizeof text - used, ", from what is known to %.16s", report->known_to);
	sheet_heading(sheet, text);
}

static void
figure_row(struct sheet *sheet, const char *name, int64_t kg)
{
	sheet_cell(sheet, name);
	sheet_tonnes(sheet, kg);
}

static enum status
say_figures(struct sheet *sheet, const Juyan__V1__GoalReport *report)
{
	static const struct table_column columns[] = { { "where it stands", TABLE_LEFT }, { "t", TABLE_RIGHT } };
	enum status status = sheet_table(sheet, columns, 2);
	if (status != STATUS_OK)
		return status;
	figure_row(sheet, "target", report->goal->target_kg);
	figure_row(sheet, "done", report->done_kg);
	for (size_t i = 0; i < report->n_done_by_basis; i++) {
		char name[64];
		snprintf(name, sizeof name, "  of it %.40s", report->done_by_basis[i]->basis);
		figure_row(sheet, name, report->done_by_basis[i]->net_kg);
	}
	figure_row(sheet, "plan line on this day", report->plan_kg);
	if (report->has_last_year_kg)
		figure_row(sheet, "a year ago by the same day", report->last_year_kg);
	if (is_open(report) && report->met_on[0] == '\0')
		figure_row(sheet, "needed each open day that is left", report->rate_needed_kg);
	figure_row(sheet, "came each of the last open days", report->rate_had_kg);
	return sheet_table_end(sheet);
}

static enum status
say_end(struct sheet *sheet, const Juyan__V1__Quantiles *end)
{
	static const struct table_column columns[] = { { "how it may end, in t", TABLE_LEFT }, { "from", TABLE_RIGHT },
		{ "middle", TABLE_RIGHT }, { "to", TABLE_RIGHT } };
	const struct {
		const char *name;
		int64_t from, to;
	} rows[] = { { "50 of 100 possible futures", end->p25_kg, end->p75_kg }, { "80 of 100", end->p10_kg, end->p90_kg },
		{ "95 of 100", end->p025_kg, end->p975_kg } };
	enum status status = sheet_table(sheet, columns, sizeof columns / sizeof columns[0]);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sheet_cell(sheet, rows[i].name);
		sheet_tonnes(sheet, rows[i].from);
		if (i == 0)
			sheet_tonnes(sheet, end->p50_kg);
		else
			sheet_cell(sheet, "");
		sheet_tonnes(sheet, rows[i].to);
	}
	return sheet_table_end(sheet);
}

static void
day_row(struct sheet *sheet, const char *name, const char *day)
{
	sheet_cell(sheet, name);
	sheet_cell(sheet, day[0] == '\0' ? "not within the period" : day);
}

static enum status
say_dates(struct sheet *sheet, const Juyan__V1__GoalReport *report)
{
	static const struct table_column columns[] = { { "will it be reached?", TABLE_LEFT }, { "", TABLE_RIGHT } };
	char chance[FORESEEING_CHANCE_BYTES];
	if (report->met_on[0] != '\0' || !is_open(report))
		return STATUS_OK;
	enum status status = sheet_table(sheet, columns, 2);
	if (status != STATUS_OK)
		return status;
	sheet_cell(sheet, "chance");
	sheet_cell(sheet, foreseeing_chance(report->chance, chance));
	day_row(sheet, "in 10 of 100 possible futures by", report->reached_p10);
	day_row(sheet, "in 50 of 100 by", report->reached_p50);
	day_row(sheet, "in 90 of 100 by", report->reached_p90);
	sheet_cell(sheet, "days left");
	sheet_cellf(sheet, "%lld", (long long)report->days_left);
	sheet_cell(sheet, "of them open");
	sheet_cellf(sheet, "%lld", (long long)report->open_days_left);
	return sheet_table_end(sheet);
}

static enum status
say_picture(struct sheet *sheet, const Juyan__V1__GoalReport *report, size_t number, struct reason *why)
{
	char *svg = NULL;
	struct reason none = { "" };
	if (sheet->report == NULL)
		return STATUS_OK;
	enum status drawn = planner_picture_goal(report, number, false, &svg, &none);
	if (drawn != STATUS_OK && drawn != STATUS_NOT_FOUND)
		*why = none;
	return sheet_picture(sheet, drawn, &svg);
}

static enum status
say_report(struct sheet *sheet, const Juyan__V1__GoalReport *report, size_t number, struct reason *why)
{
	say_head(sheet, report);
	sheet_points(sheet, report->sentences, report->n_sentences);
	enum status status = say_picture(sheet, report, number, why);
	if (status == STATUS_OK)
		status = say_figures(sheet, report);
	if (status == STATUS_OK && report->end != NULL && is_open(report))
		status = say_end(sheet, report->end);
	if (status == STATUS_OK && report->end != NULL)
		status = say_dates(sheet, report);
	return status;
}

static enum status
say(struct sheet *sheet, const void *answer, struct reason *why)
{
	const Juyan__V1__GoalReports *reports = answer;
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < reports->n_goals; i++)
		status = say_report(sheet, reports->goals[i], i + 1, why);
	if (reports->n_goals == 0)
		sheet_line(sheet, "The registry has no goal whose period holds this day: 'juyan registry show --kind goal'.");
	sheet_provenance(sheet, reports->provenance);
	return status;
}

/* ---- asking ---- */

static enum status
write_picture(const struct command *command, const Juyan__V1__GoalReports *reports, struct reason *why)
{
	char *svg = NULL;
	if (command->files.svg == NULL)
		return STATUS_OK;
	if (reports->n_goals != 1)
		return reason_say(why, STATUS_USAGE, "--svg draws one goal, and there are %zu: name one, or take --html",
		    reports->n_goals);
	enum status drawn = planner_picture_goal(reports->goals[0], 1, true, &svg, why);
	return planner_write_picture(&command->files, drawn, &svg, why);
}

static enum status
write_report(const struct command *command, const Juyan__V1__GoalReports *reports, struct reason *why)
{
	char title[HEAD_BYTES] = "Goals";
	if (reports->n_goals == 1)
		snprintf(title, sizeof title, "Goal: %.200s", name_of(reports->goals[0]->goal));
	return planner_write_report(&command->files, title,
	    "What is done, what is still needed, how it may end and how sure that is: of 100 such cases about 80 lie within the 80 "
	    "% "
	    "interval.",
	    say, reports, why);
}

static enum status
ask(struct command *command)
{
	Juyan__V1__GoalAsk ask_goal = JUYAN__V1__GOAL_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	struct reason *why = &command->foreseeing.why;
	if (command->goal != NULL)
		ask_goal.id = command->goal;
	ask_goal.making = &command->foreseeing.making;
	ask_goal.course = command->files.svg != NULL || command->files.html != NULL;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_GOAL;
	question.goal = &ask_goal;
	enum status status = foreseeing_ask(&command->foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_GOALS, &reply);
	if (status != STATUS_OK)
		return status;
	status = command->json ? foreseeing_print_json(&reply->goals->base, stdout) : planner_print(say, reply->goals, why);
	if (status == STATUS_OK)
		status = write_picture(command, reply->goals, why);
	if (status == STATUS_OK)
		status = write_report(command, reply->goals, why);
	return status;
}

int
tool_goal(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &planner_files_argp, 0, NULL, 1 }, { &foreseeing_argp, 0, NULL, 2 }, { 0 } };
	const struct argp argp = { options, parse, "[NAME]", doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "goal");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return foreseeing_end(&command.foreseeing, ask(&command));
}

/*
 * `juyan scenario`: a file of declared changes, compared side by side with the forecast as it is. Where the registry can be asked,
 * ports and levers are looked up before anything is forecast, so that what is wrong is said with its line.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "asking.h"
#include "civil.h"
#include "foreseeing.h"
#include "phrase.h"
#include "planner_files.h"
#include "planner_picture.h"
#include "scenario_file.h"
#include "standing.h"

enum { KEY_JSON = 0x100, KEY_GOAL, KEY_TO, KEY_MONTHS };

enum { ARENA_BYTES = 16 * 1024 * 1024, COLUMNS_MAX = SCENARIO_FILE_MAX + 2, NAME_BYTES = 256 };

struct command {
	struct foreseeing foreseeing;
	struct planner_files files;
	struct arena arena;
	struct scenario_file file;
	char *path, *goal, *to;
	bool json, months;
};

static const struct argp_option options[] = {
	{ "goal", KEY_GOAL, "NAME", 0, "compare the chance of this goal too; its slice and its end are compared", 1 },
	{ "to", KEY_TO, "DAY", 0, "compare the year to date on this day (default: the end of the year)", 1 },
	{ "months", KEY_MONTHS, NULL, 0, "each month as well", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, in kg", 1 },
	{ 0 },
};

static const char doc[] = "Compares declared changes of the future: more AGVs, a railway that opens, closed days, a lane, demand. "
			  "FILE holds one scenario or "
			  "several; the first row of what is shown is the forecast without any.\v"
			  "Each scenario changes the same possible futures, so that what differs is the scenario alone. "
			  "tools/README.md tells the form of "
			  "FILE and what each change assumes; tools/scenarios/example.yaml is an example.\n\n"
			  "  juyan scenario example.yaml --goal annual-2025\n"
			  "  juyan scenario example.yaml --port ceke --months\n"
			  "  juyan scenario example.yaml --html scenarios.html   a report to keep";

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
	case KEY_GOAL:
		command->goal = arg;
		return 0;
	case KEY_TO:
		foreseeing_check_day(state, "--to", arg);
		command->to = arg;
		return 0;
	case KEY_MONTHS:
		command->months = true;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (command->path != NULL)
			argp_error(state, "'%s' is one file too many", arg);
		command->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which file of scenarios?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- the file, with the registry at hand ---- */

/* The records of one kind, copied into the arena: an answer is lent until the next question. */
static enum status
ask_kind(struct asking *asking, const char *kind, struct arena *arena, Juyan__V1__RegistryRecord **records, size_t room, size_t *n)
{
	Juyan__V1__RegistryAsk ask_records = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask_records.kind = (char *)(uintptr_t)kind; /* it is only read */
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask_records;
	enum status status = asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer);
	for (size_t i = 0; status == STATUS_OK && i < answer->registry->n_records && *n < room; i++) {
		const ProtobufCMessage *copy;
		struct span packed;
		status = wire_pack(&answer->registry->records[i]->base, FRAME_BYTES_MAX, arena, &packed);
		if (status == STATUS_OK)
			status = wire_unpack(&juyan__v1__registry_record__descriptor, packed, arena, &copy, &asking->why);
		if (status == STATUS_OK)
			records[(*n)++] = (Juyan__V1__RegistryRecord *)(uintptr_t)copy;
	}
	return status;
}

/* The day on which the registry is looked at: the one asked about, else today's by the machine's clock, an offset aside. */
static int64_t
registry_day(const struct command *command)
{
	int64_t day;
	if (civil_parse_day(command->foreseeing.making.as_of, &day))
		return day;
	return civil_day_of_ms((int64_t)time(NULL) * 1000);
}

static enum status
read_with(struct command *command, Juyan__V1__RegistryRecord **records, size_t n)
{
	struct standing standing = { 0 };
	Juyan__V1__Registry registry = JUYAN__V1__REGISTRY__INIT;
	registry.records = records;
	registry.n_records = n;
	enum status status = standing_open(&registry, registry_day(command), &standing);
	if (status != STATUS_OK)
		return status;
	const struct scenario_ground ground = { .ports = standing.ports,
		.n_ports = standing.n_ports,
		.levers = standing.levers,
		.n_levers = standing.n_levers };
	status = scenario_file_read(command->path, &ground, &command->arena, &command->file, &command->foreseeing.why);
	standing_close(&standing);
	return status;
}

/* Over --connect the registry may not be within reach; then the service looks names up, and says which change it is. */
static enum status
read_file(struct command *command)
{
	enum { RECORDS_MAX = 4096 };
	struct asking asking = { .name = "scenario", .connection = command->foreseeing.connection };
	if (asking.connection.connect != NULL && asking.connection.ask == NULL)
		return scenario_file_read(command->path, NULL, &command->arena, &command->file, &command->foreseeing.why);
	/* The form first: what is wrong with it needs no registry. */
	enum status status = scenario_file_read(command->path, NULL, &command->arena, &command->file, &command->foreseeing.why);
	if (status != STATUS_OK)
		return status;
	size_t n = 0;
	Juyan__V1__RegistryRecord **records = calloc(RECORDS_MAX, sizeof *records);
	if (records == NULL)
		return STATUS_NO_MEMORY;
	status = ask_kind(&asking, "port", &command->arena, records, RECORDS_MAX, &n);
	if (status == STATUS_OK)
		status = ask_kind(&asking, "lever", &command->arena, records, RECORDS_MAX, &n);
	if (status == STATUS_OK)
		status = read_with(command, records, n);
	else
		command->foreseeing.why = asking.why;
	free(records);
	ask_close(&asking.ask);
	return status;
}

/* ---- for people ---- */

struct shown {
	const struct command *command;
	const Juyan__V1__Comparison *comparison;
};

static const char *
name_of(const Juyan__V1__ComparedScenario *scenario)
{
	return scenario->name[0] == '\0' ? "as it is" : scenario->name;
}

static void
say_head(struct sheet *sheet, const Juyan__V1__Comparison *comparison)
{
	char target[PHRASE_BYTES];
	const Juyan__V1__Goal *goal = comparison->goal;
	if (goal == NULL)
		sheet_line(sheet, "The year to date on %s.", comparison->to);
	else
		sheet_line(sheet, "Chance of the goal %s: %s from %s to %s.", goal->name[0] != '\0' ? goal->name : goal->id,
		    phrase_mass(goal->target_kg, PHRASE_NEAREST, target), goal->from, goal->to);
}

static enum status
say_ends(struct sheet *sheet, const Juyan__V1__Comparison *comparison)
{
	static const struct table_column columns[] = { { "at the end, in t", TABLE_LEFT }, { "80 % from", TABLE_RIGHT },
		{ "to", TABLE_RIGHT }, { "middle", TABLE_RIGHT }, { "mean", TABLE_RIGHT }, { "chance", TABLE_RIGHT },
		{ "as likely as not by", TABLE_LEFT } };
	const bool chances = comparison->n_scenarios > 0 && comparison->scenarios[0]->has_chance;
	enum status status = sheet_table(sheet, columns, chances ? 7 : 5);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < comparison->n_scenarios; i++) {
		const Juyan__V1__ComparedScenario *at = comparison->scenarios[i];
		char chance[FORESEEING_CHANCE_BYTES];
		sheet_cell(sheet, name_of(at));
		sheet_tonnes(sheet, at->end->p10_kg);
		sheet_tonnes(sheet, at->end->p90_kg);
		sheet_tonnes(sheet, at->end->p50_kg);
		sheet_tonnes(sheet, at->end->mean_kg);
		if (!chances)
			continue;
		sheet_cell(sheet, foreseeing_chance(at->chance, chance));
		sheet_cell(sheet, at->reached_p50[0] == '\0' ? "not within the period" : at->reached_p50);
	}
	return sheet_table_end(sheet);
}

/* Every scenario has the same months. */
static enum status
say_months(struct sheet *sheet, const Juyan__V1__Comparison *comparison)
{
	struct table_column columns[COLUMNS_MAX] = { { "month, mean in t", TABLE_LEFT } };
	size_t n = 1;
	for (size_t i = 0; i < comparison->n_scenarios && n < COLUMNS_MAX; i++)
		columns[n++] = (struct table_column){ name_of(comparison->scenarios[i]), TABLE_RIGHT };
	enum status status = sheet_table(sheet, columns, n);
	if (status != STATUS_OK)
		return status;
	for (size_t row = 0; comparison->n_scenarios > 0 && row < comparison->scenarios[0]->n_rows; row++) {
		sheet_cell(sheet, comparison->scenarios[0]->rows[row]->period);
		for (size_t i = 0; i + 1 < n; i++) {
			const Juyan__V1__ComparedScenario *at = comparison->scenarios[i];
			if (row < at->n_rows)
				sheet_tonnes(sheet, at->rows[row]->total->mean_kg);
			else
				sheet_cell(sheet, "");
		}
	}
	return sheet_table_end(sheet);
}

static enum status
say_picture(struct sheet *sheet, const Juyan__V1__Comparison *comparison, struct reason *why)
{
	char *svg = NULL;
	if (sheet->report == NULL)
		return STATUS_OK;
	enum status drawn = planner_picture_comparison(comparison, false, &svg, why);
	return sheet_picture(sheet, drawn, &svg);
}

static enum status
say(struct sheet *sheet, const void *answer, struct reason *why)
{
	const struct shown *shown = answer;
	const Juyan__V1__Comparison *comparison = shown->comparison;
	say_head(sheet, comparison);
	enum status status = say_picture(sheet, comparison, why);
	if (status == STATUS_OK)
		status = say_ends(sheet, comparison);
	if (status == STATUS_OK && (shown->command->months || sheet->report != NULL))
		status = say_months(sheet, comparison);
	for (size_t i = 0; i < comparison->n_scenarios; i++) {
		const Juyan__V1__ComparedScenario *at = comparison->scenarios[i];
		char name[NAME_BYTES];
		snprintf(name, sizeof name, "%.200s:", name_of(at));
		sheet_heading(sheet, name);
		sheet_points(sheet, at->sentences, at->n_sentences);
	}
	sheet_provenance(sheet, comparison->provenance);
	return status;
}

static enum status
show(struct command *command, const Juyan__V1__Comparison *comparison)
{
	const struct shown shown = { command, comparison };
	struct reason *why = &command->foreseeing.why;
	char *svg = NULL;
	enum status status = command->json ? foreseeing_print_json(&comparison->base, stdout) : planner_print(say, &shown, why);
	if (status == STATUS_OK && command->files.svg != NULL) {
		enum status drawn = planner_picture_comparison(comparison, true, &svg, why);
		status = planner_write_picture(&command->files, drawn, &svg, why);
	}
	if (status == STATUS_OK)
		status = planner_write_report(&command->files, "Scenarios",
		    "Declared changes of the future beside the forecast as it is. Each changes the same possible futures, so that "
		    "what "
		    "differs is the scenario alone.",
		    say, &shown, why);
	return status;
}

static enum status
ask(struct command *command)
{
	Juyan__V1__CompareAsk ask_compare = JUYAN__V1__COMPARE_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	enum status status = arena_open(&command->arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = read_file(command);
	if (status != STATUS_OK)
		return status;
	ask_compare.slice = &command->foreseeing.slice;
	ask_compare.making = &command->foreseeing.making;
	ask_compare.scenarios = command->file.scenarios;
	ask_compare.n_scenarios = command->file.n;
	if (command->goal != NULL)
		ask_compare.goal = command->goal;
	if (command->to != NULL)
		ask_compare.to = command->to;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_COMPARE;
	question.compare = &ask_compare;
	status = foreseeing_ask(&command->foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_COMPARISON, &reply);
	if (status != STATUS_OK)
		return status;
	return show(command, reply->comparison);
}

int
tool_scenario(int argc, char **argv)
{
	struct command command = { .json = false };
	const struct argp_child children[] = { { &planner_files_argp, 0, NULL, 1 }, { &foreseeing_slice_argp, 0, NULL, 2 },
		{ &foreseeing_argp, 0, NULL, 3 }, { 0 } };
	const struct argp argp = { options, parse, "FILE", doc, children, NULL, NULL };
	foreseeing_begin(&command.foreseeing, "scenario");
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = ask(&command);
	arena_close(&command.arena);
	return foreseeing_end(&command.foreseeing, status);
}

/*
 * `juyan override`: planners' judgements that forecasts follow until they are withdrawn. They are records of the registry, so that
 * who and why stay in the journal for good.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "administer.h"
#include "asking.h"
#include "civil.h"
#include "json.h"
#include "nearest.h"
#include "override_score.h"
#include "percent.h"
#include "table.h"

enum { KEY_FROM = 0x100, KEY_TO, KEY_PORT, KEY_MODE, KEY_DIRECTION, KEY_CHANGE, KEY_BY, KEY_REASON, KEY_JSON };

enum { ID_BYTES = 64 };

struct command {
	struct asking asking;
	const char *action, *id;
	Juyan__V1__Override record; /* as the options say */
	const char *by, *reason;
	int64_t per_mille; /* below 0: not said */
	bool json;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "add:", 1 },
	{ "from", KEY_FROM, "DAY", 0, "its first day", 1 },
	{ "to", KEY_TO, "DAY", 0, "its last day", 1 },
	{ "change", KEY_CHANGE, "PERCENT", 0, "by how much the forecast is to differ, with its sign: -20% ; -100% : nothing passes",
	    1 },
	{ "port", KEY_PORT, "ID", 0, "at this port alone", 1 },
	{ "mode", KEY_MODE, "truck|agv|rail", 0, "for this mode alone", 1 },
	{ "direction", KEY_DIRECTION, "import|export", 0, "for this direction alone", 1 },
	{ NULL, 0, NULL, 0, "add and withdraw:", 2 },
	{ "reason", KEY_REASON, "WHY", 0, "why; it stays in the journal", 2 },
	{ "by", KEY_BY, "WHO", 0, "who (default: the login name)", 2 },
	{ NULL, 0, NULL, 0, "list:", 3 },
	{ "json", KEY_JSON, NULL, 0, "for programs", 3 },
	{ 0 },
};

static const char doc[] =
    "Planners' judgements that forecasts follow until they are withdrawn. Each is told with every forecast that follows it.\v"
    "  juyan override list\n"
    "  juyan override add --from 2026-03-01 --to 2026-03-31 --change -20% \\\n"
    "      --port ceke --reason \"road works announced\"\n"
    "  juyan override score     what came of those that are over\n"
    "  juyan override withdraw judgement-1 --reason \"works put off\"\n\n"
    "Without a NAME, `add` takes the next of judgement-1, judgement-2 ….";

static bool
only_asks(const struct command *command)
{
	return strcmp(command->action, "list") == 0 || strcmp(command->action, "score") == 0;
}

static void
take_arg(struct argp_state *state, const char *arg, struct command *command)
{
	static const char *const actions[] = { "add", "list", "withdraw", "score" };
	if (command->action != NULL && command->id == NULL && !only_asks(command)) {
		command->id = arg;
		return;
	}
	if (command->action != NULL)
		argp_error(state, "'%s' is one argument too many", arg);
	for (size_t i = 0; i < 4; i++)
		if (strcmp(arg, actions[i]) == 0)
			command->action = actions[i];
	if (command->action == NULL)
		argp_error(state, "'%s' is not expected here: add, list, withdraw or score", arg);
}

static void
check_days(struct argp_state *state, const Juyan__V1__Override *record)
{
	int64_t from, to;
	if (!civil_parse_day(record->from, &from))
		argp_error(state, "--from is '%s', expected a day such as 2026-03-01", record->from);
	if (!civil_parse_day(record->to, &to))
		argp_error(state, "--to is '%s', expected a day such as 2026-03-31", record->to);
	if (to < from)
		argp_error(state, "--to is before --from");
}

static void
check_all(struct argp_state *state, struct command *command)
{
	if (command->action == NULL)
		argp_error(state, "what is to be done? add, list, withdraw or score");
	bool add = strcmp(command->action, "add") == 0, list = only_asks(command);
	if (!list && (command->reason == NULL || command->reason[0] == '\0'))
		argp_error(state, "--reason is missing: why is it %s?", add ? "added" : "withdrawn");
	if (!list && !add && command->id == NULL)
		argp_error(state, "which one? 'juyan override list' lists them");
	if (add)
		check_days(state, &command->record);
	if (add && command->per_mille < 0)
		argp_error(state, "--change is missing: by how much is the forecast to differ?");
}

static error_t
parse_record(int key, char *arg, struct argp_state *state, Juyan__V1__Override *record)
{
	switch (key) {
	case KEY_FROM:
		record->from = arg;
		return 0;
	case KEY_TO:
		record->to = arg;
		return 0;
	case KEY_PORT:
		record->port = arg;
		return 0;
	case KEY_MODE:
		if (!wire_mode_of(arg, &record->mode))
			argp_error(state, "--mode is '%s', expected truck, agv or rail", arg);
		return 0;
	case KEY_DIRECTION:
		if (!wire_direction_of(arg, &record->direction))
			argp_error(state, "--direction is '%s', expected import or export", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->asking.connection;
		return 0;
	case KEY_CHANGE:
		if (!percent_change(arg, &command->per_mille))
			argp_error(state, "--change is '%s', expected %s", arg, PERCENT_EXPECTED);
		return 0;
	case KEY_BY:
		command->by = arg;
		return 0;
	case KEY_REASON:
		command->reason = arg;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case ARGP_KEY_ARG:
		take_arg(state, arg, command);
		return 0;
	case ARGP_KEY_END:
		check_all(state, command);
		return 0;
	default:
		return parse_record(key, arg, state, &command->record);
	}
}

/* ---- the registry's overrides ---- */

/* Lent until the next question. */
static enum status
ask_overrides(struct command *command, const Juyan__V1__Registry **out)
{
	static char kind[] = "override";
	Juyan__V1__RegistryAsk ask_records = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask_records.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask_records;
	enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer);
	if (status == STATUS_OK)
		*out = answer->registry;
	return status;
}

static const Juyan__V1__RegistryRecord *
find(const Juyan__V1__Registry *registry, const char *id)
{
	for (size_t i = 0; i < registry->n_records; i++)
		if (registry->records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE &&
		    strcmp(registry->records[i]->override->id, id) == 0)
			return registry->records[i];
	return NULL;
}

static enum status
send(struct command *command, Juyan__V1__RegistryRecord *record, bool put)
{
	Juyan__V1__RegistryChanged change = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	change.by = (char *)(uintptr_t)administer_by(command->by);
	change.reason = (char *)(uintptr_t)command->reason;
	if (put) {
		change.put = &record;
		change.n_put = 1;
	} else {
		change.drop = &record;
		change.n_drop = 1;
	}
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &change;
	return administer(&command->asking.connection, &event, &command->asking.why);
}

/* ---- add and withdraw ---- */

static enum status
add(struct command *command)
{
	static char every[] = "*";
	char id[ID_BYTES];
	const Juyan__V1__Registry *registry;
	Juyan__V1__RegistryRecord record = JUYAN__V1__REGISTRY_RECORD__INIT;
	enum status status = ask_overrides(command, &registry);
	if (status != STATUS_OK)
		return status;
	snprintf(id, sizeof id, "%.60s", command->id == NULL ? "" : command->id);
	for (size_t n = 1; command->id == NULL && (n == 1 || find(registry, id) != NULL); n++)
		snprintf(id, sizeof id, "judgement-%zu", n);
	if (find(registry, id) != NULL)
		return reason_say(&command->asking.why, STATUS_CONTRADICTION,
		    "there is an override '%s' already: withdraw it first", id);
	command->record.id = id;
	command->record.per_mille = command->per_mille;
	command->record.by = (char *)(uintptr_t)administer_by(command->by);
	command->record.reason = (char *)(uintptr_t)command->reason;
	if (command->record.port[0] == '\0')
		command->record.port = every;
	record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE;
	record.override = &command->record;
	status = send(command, &record, true);
	if (status == STATUS_OK)
		printf("added: %s\n", id);
	return status;
}

static enum status
withdraw(struct command *command)
{
	const Juyan__V1__Registry *registry;
	enum status status = ask_overrides(command, &registry);
	if (status != STATUS_OK)
		return status;
	const Juyan__V1__RegistryRecord *found = find(registry, command->id);
	if (found == NULL) {
		struct nearest near = nearest_to(command->id);
		for (size_t i = 0; i < registry->n_records; i++)
			nearest_offer(&near, registry->records[i]->override->id);
		return near.name == NULL
		    ? reason_say(&command->asking.why, STATUS_NOT_FOUND, "there is no override '%.64s', nor any other", command->id)
		    : reason_say(&command->asking.why, STATUS_NOT_FOUND, "there is no override '%.64s'; the nearest is '%.64s'",
			  command->id, near.name);
	}
	status = send(command, (Juyan__V1__RegistryRecord *)(uintptr_t)found, false);
	if (status == STATUS_OK)
		printf("withdrawn: %s\n", command->id);
	return status;
}

/* ---- list ---- */

static void
list_row(struct table *table, const Juyan__V1__Override *record)
{
	char change[PERCENT_BYTES];
	const char *mode = wire_mode_name(record->mode), *direction = wire_direction_name(record->direction);
	table_cell(table, record->id);
	table_cell(table, strcmp(record->port, "*") == 0 ? "all" : record->port);
	table_cell(table, mode == NULL ? "all" : mode);
	table_cell(table, direction == NULL ? "both" : direction);
	table_cell(table, record->from);
	table_cell(table, record->to);
	table_cell(table, percent_text(record->per_mille, change));
	table_cell(table, record->by);
	table_cell(table, record->reason);
}

static enum status
list(struct command *command)
{
	static const struct table_column columns[] = { { "name", TABLE_LEFT }, { "port", TABLE_LEFT }, { "mode", TABLE_LEFT },
		{ "direction", TABLE_LEFT }, { "from", TABLE_LEFT }, { "to", TABLE_LEFT }, { "change", TABLE_RIGHT },
		{ "by", TABLE_LEFT }, { "reason", TABLE_LEFT } };
	const Juyan__V1__Registry *registry;
	struct table *table;
	json_t *json = NULL;
	enum status status = ask_overrides(command, &registry);
	if (status == STATUS_OK && command->json) {
		status = json_write(&registry->base, true, &json);
		if (status == STATUS_OK)
			json_dumpf(json, stdout, JSON_INDENT(2));
		json_decref(json);
		putchar('\n');
		return status;
	}
	if (status == STATUS_OK && registry->n_records == 0) {
		puts("There are no overrides: forecasts follow the data alone.");
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < registry->n_records; i++)
		list_row(table, registry->records[i]->override);
	status = table_print(table, stdout);
	table_close(&table);
	return status;
}

/* ---- score ---- */

static void
off_cell(struct table *table, int64_t kg, int64_t came_kg)
{
	if (came_kg == 0)
		table_cell(table, "-");
	else
		table_cellf(table, "%+.1f %%", 100 * ((double)kg / (double)came_kg - 1));
}

static enum status
score_one(struct command *command, struct foreseeing *foreseeing, const Juyan__V1__Override *record, struct table *table)
{
	struct override_score score;
	const struct reason *failed = &command->asking.why;
	char figure[TABLE_FIGURE_BYTES];
	enum status status = override_score(&command->asking, foreseeing, record, &score, &failed);
	if (status != STATUS_OK) {
		command->asking.why = *failed;
		return status;
	}
	table_cell(table, record->id);
	table_cell(table, record->by);
	table_cell(table, record->from);
	table_cell(table, record->to);
	table_cell(table, table_tonnes(score.came_kg, figure));
	table_cell(table, table_whole_tonnes(score.with_kg, figure));
	off_cell(table, score.with_kg, score.came_kg);
	table_cell(table, table_whole_tonnes(score.without_kg, figure));
	off_cell(table, score.without_kg, score.came_kg);
	return STATUS_OK;
}

/* The records are copied: an answer is lent until the next question. */
static enum status
score_all(struct command *command, struct arena *arena, struct foreseeing *foreseeing, struct table *table, size_t *scored)
{
	const Juyan__V1__Registry *registry;
	const ProtobufCMessage *copy;
	struct span packed;
	int64_t to, known_to = INT64_MIN;
	enum status status = ask_overrides(command, &registry);
	if (status == STATUS_OK)
		status = wire_pack(&registry->base, FRAME_BYTES_MAX, arena, &packed);
	if (status == STATUS_OK)
		status = wire_unpack(&juyan__v1__registry__descriptor, packed, arena, &copy, &command->asking.why);
	if (status != STATUS_OK)
		return status;
	registry = (const Juyan__V1__Registry *)copy;
	if (registry->n_records > 0)
		status = override_known_to(foreseeing, &known_to);
	if (status != STATUS_OK)
		command->asking.why = foreseeing->why;
	for (size_t i = 0; status == STATUS_OK && i < registry->n_records; i++)
		if (civil_parse_day(registry->records[i]->override->to, &to) && to <= known_to) {
			status = score_one(command, foreseeing, registry->records[i]->override, table);
			++*scored;
		}
	return status;
}

static enum status
score(struct command *command)
{
	static const struct table_column columns[] = { { "name", TABLE_LEFT }, { "by", TABLE_LEFT }, { "from", TABLE_LEFT },
		{ "to", TABLE_LEFT }, { "came, t", TABLE_RIGHT }, { "with it, t", TABLE_RIGHT }, { "off", TABLE_RIGHT },
		{ "without, t", TABLE_RIGHT }, { "off", TABLE_RIGHT } };
	struct foreseeing foreseeing;
	struct arena arena = { .base = NULL };
	struct table *table = NULL;
	size_t scored = 0;
	foreseeing_begin(&foreseeing, "override");
	foreseeing.connection = command->asking.connection;
	enum status status = arena_open(&arena, 2 * DECODE_BYTES_MAX);
	if (status == STATUS_OK)
		status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status == STATUS_OK)
		status = score_all(command, &arena, &foreseeing, table, &scored);
	if (status == STATUS_OK && scored == 0)
		puts("There is no override whose days are over and on file: nothing can be scored yet.");
	else if (status == STATUS_OK)
		status = table_print(table, stdout);
	table_close(&table);
	foresee_close(&foreseeing.foresee);
	arena_close(&arena);
	return status;
}

int
tool_override(int argc, char **argv)
{
	struct command command = { .asking.name = "override", .record = JUYAN__V1__OVERRIDE__INIT, .per_mille = -1 };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 4 }, { 0 } };
	const struct argp argp = { options, parse, "add [NAME]\nlist\nwithdraw NAME\nscore", doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status;
	if (strcmp(command.action, "add") == 0)
		status = add(&command);
	else if (strcmp(command.action, "withdraw") == 0)
		status = withdraw(&command);
	else
		status = strcmp(command.action, "list") == 0 ? list(&command) : score(&command);
	return asking_end(&command.asking, status);
}

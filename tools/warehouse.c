/* `juyan warehouse`: how the warehouse service stands, and the SQL that makes its tables. */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"
#include "civil.h"
#include "clock.h"
#include "options.h"
#include "schema.h"
#include "tool.h"

enum { KEY_JSON = 0x100, KEY_PARTITIONS };

struct command {
	const char *data;
	bool json;
	bool sql;
	bool monthly;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON", 1 },
	{ NULL, 0, NULL, 0, "sql:", 2 },
	{ "partitions", KEY_PARTITIONS, "month|none", 0, "as the setting warehouse_partitions (default: month)", 2 },
	{ 0 },
};

static const char arguments_doc[] = "\nsql";
static const char doc[] =
    "Tell how the warehouse stands: the service of 'juyan serve' that keeps the facts in PostgreSQL as well, for everyone's SQL."
    "\v"
    "  (nothing)   how it stands: going, connecting, or waiting for what is\n"
    "              wrong to be put right; and how far it is behind the ledger\n"
    "  sql         prints the SQL that makes its tables, for who wants to run\n"
    "              that himself\n"
    "\n"
    "The service is off unless the setting 'warehouse' says where PostgreSQL is: 'juyan serve --set warehouse=\"host=db1,db2 "
    "dbname=cargo user=juyan\"', or in the settings' file. It makes its tables itself where its role may.";

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = text;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case KEY_PARTITIONS:
		if (strcmp(text, "month") != 0 && strcmp(text, "none") != 0)
			argp_error(state, "--partitions is '%s', expected month or none", text);
		command->monthly = strcmp(text, "month") == 0;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0 || strcmp(text, "sql") != 0)
			argp_error(state, "'%s' is not expected here", text);
		command->sql = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse, arguments_doc, doc, NULL, NULL, NULL };

/* ---- how it stands ---- */

static const char *
state_of(const struct bulletin *bulletin)
{
	const struct clock clock = clock_system();
	return clock_utc_ms(&clock) - bulletin->told_ms > BULLETIN_STALE_MS ? "silent" : bulletin->state;
}

static enum status
print_json(const struct bulletin *bulletin, struct reason *why)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:I, s:I}", "state", state_of(bulletin), "trouble", bulletin->trouble, "sentence",
	    bulletin->sentence, "since_ms", (json_int_t)bulletin->since_ms, "told_ms", (json_int_t)bulletin->told_ms);
	for (size_t i = 0; root != NULL && i < bulletin->n; i++)
		json_object_set_new(root, bulletin->figures[i].name, json_integer(bulletin->figures[i].value));
	if (root == NULL || json_dumpf(root, stdout, JSON_INDENT(1)) != 0) {
		json_decref(root);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	putchar('\n');
	json_decref(root);
	return STATUS_OK;
}

static void
print(const struct bulletin *bulletin)
{
	char since[32];
	civil_format_ms(bulletin->since_ms, since);
	printf("%s since %s\n", state_of(bulletin), since);
	if (strcmp(bulletin->trouble, "none") != 0)
		printf("%s: %s\n", bulletin->trouble, bulletin->sentence);
	for (size_t i = 0; i < bulletin->n; i++)
		printf("%-28s %" PRId64 "\n", bulletin->figures[i].name, bulletin->figures[i].value);
}

static enum status
show(const struct command *command, struct reason *why)
{
	struct bulletin bulletin;
	const char *dir = tool_data(command->data);
	enum status status = bulletin_read(dir, "warehouse", &bulletin, why);
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, status,
		    "%.128s: no warehouse tells how it stands: 'juyan serve' does not run, or its setting 'warehouse' is empty",
		    dir);
	if (status == STATUS_OK && command->json)
		status = print_json(&bulletin, why);
	else if (status == STATUS_OK)
		print(&bulletin);
	return status;
}

int
tool_warehouse(int argc, char **argv)
{
	struct command command = { .monthly = true };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = command.sql ? schema_print(command.monthly, stdout) : show(&command, &why);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("warehouse", status, &why);
}

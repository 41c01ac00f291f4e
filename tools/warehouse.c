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
#include "lock.h"
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
state_of(const struct bulletin *standing)
{
	const struct clock clock = clock_system();
	return bulletin_silent(standing, clock_utc_ms(&clock)) ? "silent" : standing->state;
}

static enum status
print_json(const struct bulletin *standing, struct reason *why)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "state", state_of(standing), "server",
	    standing->where, "trouble", standing->trouble, "sentence", standing->why, "since_ms", (json_int_t)standing->since_ms,
	    "told_ms", (json_int_t)standing->told_ms, "position_events", (json_int_t)standing->reached, "ledger_events",
	    (json_int_t)standing->lsn, "behind_events", (json_int_t)bulletin_behind(standing, 0), "written_timestamp_seconds",
	    (json_int_t)standing->reached_at_ms / 1000);
	if (root == NULL || json_dumpf(root, stdout, JSON_INDENT(1)) != 0) {
		json_decref(root);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	putchar('\n');
	json_decref(root);
	return STATUS_OK;
}

static void
print(const struct bulletin *standing)
{
	char when[32];
	civil_format_ms(standing->since_ms, when);
	printf("%s since %s\n", state_of(standing), when);
	if (strcmp(standing->trouble, BULLETIN_WELL) != 0)
		printf("%s: %s\n", standing->trouble, standing->why);
	printf("%-28s %" PRIu64 "\n%-28s %" PRIu64 "\n%-28s %" PRIu64 "\n", "position_events", standing->reached, "ledger_events",
	    standing->lsn, "behind_events", bulletin_behind(standing, 0));
	civil_format_ms(standing->reached_at_ms, when);
	printf("%-28s %s\n", "written", standing->reached_at_ms == 0 ? "not since it was started" : when);
}

static enum status
show(const struct command *command, struct reason *why)
{
	struct bulletin standing;
	const char *dir = tool_data(command->data);
	enum status status = bulletin_read(dir, "warehouse", &standing, why);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !lock_held(dir, "warehouse")))
		return reason_say(why, STATUS_NOT_FOUND,
		    "%.128s: no warehouse tells how it stands: 'juyan serve' does not run, or its setting 'warehouse' is empty",
		    dir);
	if (status == STATUS_OK && command->json)
		status = print_json(&standing, why);
	else if (status == STATUS_OK)
		print(&standing);
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

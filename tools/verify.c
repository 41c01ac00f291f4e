/*
 * `juyan verify`: proves that a ledger is right, from its journal alone. Works beside a running Juyan (it reads one snapshot) and
 * without one; it needs room for a second set of tables while it works.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "recount.h"
#include "tool.h"

enum { KEY_JSON = 0x100, KEY_SCRATCH };

struct command {
	const char *data;
	const char *scratch;
	bool json;
	bool shows_progress;
	struct reason why;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder (default: $JUYAN_DATA, else ./juyan-data)", 1 },
	{ "scratch", KEY_SCRATCH, "DIR", 0, "where to recount: a folder that does not exist yet (default: in the data folder)", 1 },
	{ "json", KEY_JSON, NULL, 0, "as a JSON object", 1 },
	{ 0 },
};

static const char doc[] =
    "Proves that a ledger is right: checks the chain of its journal, recounts all its events from nothing, and compares every "
    "table.\v"
    "Ends with 0 and the chain's value when all is right, with 1 and the first thing that does not fit when it is not. The chain's "
    "value "
    "names the whole past: two ledgers with the same value hold the same events. Juyan may go on running meanwhile.";

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = arg;
		break;
	case KEY_SCRATCH:
		command->scratch = arg;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One line that is written over itself, for people alone. */
static void
on_progress(void *user, uint64_t done, uint64_t all)
{
	const struct command *command = user;
	if (command->shows_progress && all > 0)
		fprintf(stderr, "\rrecounting: %" PRIu64 " of %" PRIu64 " events (%" PRIu64 " %%)", done, all, done * 100 / all);
}

static void
result_chain(const struct recount_result *result, char out[CHAIN_TEXT_BYTES])
{
	for (size_t i = 0; i < sizeof result->chain; i++)
		snprintf(out + 2 * i, 3, "%02x", result->chain[i]);
}

static enum status
print_json(const struct recount_result *result, const char *chain)
{
	json_t *json = json_pack("{s:b, s:I, s:I, s:I, s:s}", "right", result->right, "last_lsn", (json_int_t)result->last_lsn,
	    "events", (json_int_t)result->events, "rows", (json_int_t)result->rows, "chain", chain);
	if (json == NULL)
		return STATUS_NO_MEMORY;
	if (!result->right)
		json_object_set_new(json, "difference", json_stringn_nocheck(result->difference, strlen(result->difference)));
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
	return STATUS_OK;
}

static enum status
print_result(const struct command *command, const struct recount_result *result)
{
	char chain[CHAIN_TEXT_BYTES];
	result_chain(result, chain);
	if (command->json)
		return print_json(result, chain);
	if (result->right)
		printf("right: %" PRIu64 " events, %" PRIu64 " rows, chain %s\n", result->events, result->rows, chain);
	else
		printf("NOT RIGHT: %s\n", result->difference);
	return STATUS_OK;
}

static enum status
verify(struct command *command, bool *right)
{
	const struct env_options env_options = { .dir = tool_data(command->data), .readonly = true };
	char scratch[PATH_MAX];
	struct env *env = NULL;
	struct recount_result result;
	int bytes = command->scratch != NULL ? snprintf(scratch, sizeof scratch, "%s", command->scratch)
					     : snprintf(scratch, sizeof scratch, "%s/verify.%ld", env_options.dir, (long)getpid());
	if (bytes < 0 || (size_t)bytes >= sizeof scratch)
		return reason_say(&command->why, STATUS_USAGE, "the folder's name is too long");
	enum status status = env_open(&env_options, &env, &command->why);
	if (status == STATUS_OK)
		status = recount(env, scratch, NULL, on_progress, command, &result, &command->why);
	if (command->shows_progress)
		fputs("\r\033[K", stderr);
	if (status == STATUS_OK)
		status = print_result(command, &result);
	if (status == STATUS_OK)
		*right = result.right;
	env_close(&env);
	return status;
}

int
tool_verify(int argc, char **argv)
{
	struct command command = { .shows_progress = isatty(STDERR_FILENO) };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	bool right = false;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = verify(&command, &right);
	/* Exit 1 is for a ledger that is not right alone: whoever watches must be able to tell it from a wrong path. */
	if (status != STATUS_OK) {
		int code = tool_fail("verify", status, &command.why);
		return code == TOOL_WRONG ? TOOL_FAILED : code;
	}
	return right ? TOOL_FINE : TOOL_WRONG;
}

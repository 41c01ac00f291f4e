/*
 * `juyan export`: a stretch of the journal as a file that anyone can check without the ledger. Beside a running Juyan or
 * without.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpoint.h"
#include "options.h"
#include "progress_line.h"
#include "stretch.h"
#include "tool.h"

enum { KEY_FROM = 0x100, KEY_TO, KEY_OUT = 'o' };

struct command {
	const char *data;
	const char *out;
	uint64_t from;
	uint64_t to;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 1 },
	{ "from", KEY_FROM, "LSN", 0, "from the event with this number (default: the first)", 1 },
	{ "to", KEY_TO, "LSN", 0, "to this one (default: the last there is)", 1 },
	{ "out", KEY_OUT, "FILE", 0, "the file to write", 1 },
	{ 0 },
};

static const char doc[] =
    "Write a stretch of the journal as a file, as it stands in the ledger, with its chain."
    "\v"
    "'juyan verify --archive FILE' checks it offline. Events stand in blocks, and a stretch has whole ones: where none begins or "
    "ends at the number given, the nearest are told. A stretch from the first event holds all that the ledger knows.";

static uint64_t
number(struct argp_state *state, const char *option, const char *text)
{
	char *end;
	unsigned long long value = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
	if (value == 0 || *end != '\0')
		argp_error(state, "%s is '%s', expected the number of an event", option, text);
	return value;
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = text;
		return 0;
	case KEY_FROM:
		command->from = number(state, "--from", text);
		return 0;
	case KEY_TO:
		command->to = number(state, "--to", text);
		return 0;
	case KEY_OUT:
		command->out = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	case ARGP_KEY_END:
		if (command->out == NULL)
			argp_error(state, "--out FILE is needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int
tool_export(int argc, char **argv)
{
	struct command command = { .from = 1 };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct reason why = { "" };
	struct env *env = NULL;
	struct stretch_span span;
	char chain[CHAIN_TEXT_BYTES];
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &command) != 0)
		return TOOL_USAGE;
	const struct env_options env_options = { .dir = tool_data(command.data), .readonly = true };
	struct progress_line progress = progress_line_begin("writing");
	enum status status = env_open(&env_options, &env, &why);
	if (status == STATUS_OK)
		status = stretch_write(env, command.from, command.to, command.out, progress_line_step, &progress, &span, &why);
	progress_line_end(&progress);
	env_close(&env);
	if (status != STATUS_OK)
		return tool_fail("export", status, &why);
	chain_text(span.chain, chain);
	printf("events %" PRIu64 " to %" PRIu64 ", %" PRIu64 " bytes, chain %s\n", span.first_lsn, span.last_lsn, span.bytes,
	    chain);
	return TOOL_FINE;
}

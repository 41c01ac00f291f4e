/* `juyan restore`: makes a data folder of a backup. The ledger comes into its place as a whole, at the end. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "checkpoints.h"
#include "exclusive.h"
#include "options.h"
#include "progress_line.h"
#include "remake.h"
#include "secrets.h"
#include "tool.h"

enum { KEY_FROM = 'f', KEY_CHECKPOINT = 'c', KEY_PUBLIC = 'p' };

struct command {
	const char *data;
	const char *from;
	const char *checkpoint;
	const char *public_key;
};

static const struct argp_option options[] = {
	{ "from", KEY_FROM, "FOLDER", 0, "the backup's folder, or a file that was exported from the first event on", 1 },
	{ "data", 'd', "DIR", 0, "the data folder to make ($JUYAN_DATA, else ./juyan-data); it may not have a ledger yet", 1 },
	{ "checkpoint", KEY_CHECKPOINT, "FILE", 0, "what was published: the journal has to have stood there, with those totals",
	    1 },
	{ "public-key", KEY_PUBLIC, "FILE", 0, "who has to have signed that", 1 },
	{ 0 },
};

static const char doc[] =
    "Make a data folder of a backup."
    "\v"
    "Every event is applied again, as it came: all tables are as they were, bit for bit, and the chain value is the same. A backup "
    "that was damaged is refused with the place. Where it is cut off, nothing stands in the ledger's place: begin again.\n\n"
    "Keys that are in the backup are put back; without them put a copy of keys/ into the data folder, or let terminals learn the "
    "new "
    "key.";

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = text;
		return 0;
	case KEY_FROM:
		command->from = text;
		return 0;
	case KEY_CHECKPOINT:
		command->checkpoint = text;
		return 0;
	case KEY_PUBLIC:
		command->public_key = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	case ARGP_KEY_END:
		if (command->from == NULL)
			argp_error(state, "--from FOLDER is needed");
		if ((command->checkpoint == NULL) != (command->public_key == NULL))
			argp_error(state, "--checkpoint and --public-key go together");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static enum status
read_checkpoint(const struct command *command, struct checkpoint *out, struct reason *why)
{
	struct signer signer = { .name = "" };
	enum status status = checkpoints_public_key(command->public_key, &signer, why);
	return status == STATUS_OK ? checkpoints_load(command->checkpoint, &signer, out, why) : status;
}

static enum status
restore(const struct command *command, struct remake_result *result, struct reason *why)
{
	const char *dir = tool_data(command->data);
	struct progress_line progress = progress_line_begin("restoring");
	struct checkpoint checkpoint = { .lsn = 0 };
	struct exclusive exclusive = { .n = 0 };
	size_t secrets;
	bool published = command->checkpoint != NULL;
	enum status status = published ? read_checkpoint(command, &checkpoint, why) : STATUS_OK;
	if (status == STATUS_OK)
		status = exclusive_take(dir, &exclusive, why);
	if (status == STATUS_OK)
		status = secrets_copy(command->from, dir, false, &secrets, why);
	if (status == STATUS_OK)
		status = remake_restore(dir, &command->from, 1, published ? &checkpoint : NULL, progress_line_step, &progress,
		    result, why);
	progress_line_end(&progress);
	exclusive_give(&exclusive);
	checkpoint_free(&checkpoint);
	return status;
}

int
tool_restore(int argc, char **argv)
{
	struct command command = { .data = NULL };
	struct remake_result result;
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct reason why = { "" };
	char chain[CHAIN_TEXT_BYTES];
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &command) != 0)
		return TOOL_USAGE;
	enum status status = restore(&command, &result, &why);
	if (status != STATUS_OK)
		return tool_fail("restore", status, &why);
	chain_text(result.end.chain, chain);
	printf("restored: %" PRIu64 " events, %" PRIu64 " bytes, chain %s\n", result.end.lsn, result.bytes, chain);
	if (command.checkpoint != NULL)
		puts("the checkpoint fits");
	return TOOL_FINE;
}

/*
 * `juyan checkpoint`: signs where the ledger stands and what its totals are, so that it can be shown later that nothing of it was
 * changed. Reads one snapshot, beside a running Juyan or without one.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoints.h"
#include "civil.h"
#include "clock.h"
#include "files.h"
#include "options.h"
#include "tool.h"

enum { KEY_OUT = 'o', KEY_PUBLIC = 'p', KEY_NAME = 'n', ARGUMENTS_MAX = 2 };

struct command {
	const char *data;
	const char *out;
	const char *public_key;
	const char *name;
	const char *arguments[ARGUMENTS_MAX];
	size_t n_arguments;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 1 },
	{ "out", KEY_OUT, "FILE", 0, "write the checkpoint to this file as well; '-': print it", 1 },
	{ "public-key", KEY_PUBLIC, "FILE", 0, "who has to have signed it, for show: a file such as DIR/keys/checkpoint.key.pub",
	    1 },
	{ "name", KEY_NAME, "NAME", 0, "the signer's name in a new key (default: juyan)", 1 },
	{ 0 },
};

static const char arguments_doc[] = "\nkey\nshow FILE --public-key PUB";
static const char doc[] =
    "Sign where the ledger stands: how many events it has, the value that names them all, and the totals of every year."
    "\v"
    "  (nothing)   makes a checkpoint, and keeps it in DIR/checkpoints\n"
    "  key         makes the key that signs: DIR/keys/checkpoint.key, and its\n"
    "              public half beside it with .pub\n"
    "  show FILE   checks who signed a checkpoint, and shows it\n"
    "\n"
    "Give the checkpoints away: print them, mail them, leave them with a notary. Who has one and the public key can tell later "
    "whether a ledger, a backup or an exported stretch still says the same: 'juyan verify --checkpoint FILE --public-key PUB'. A "
    "running Juyan makes one every night, once there is a key.";

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = text;
		return 0;
	case KEY_OUT:
		command->out = text;
		return 0;
	case KEY_PUBLIC:
		command->public_key = text;
		return 0;
	case KEY_NAME:
		command->name = text;
		return 0;
	case ARGP_KEY_ARG:
		if (command->n_arguments == ARGUMENTS_MAX)
			argp_error(state, "'%s' is one argument too many", text);
		command->arguments[command->n_arguments++] = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse, arguments_doc, doc, NULL, NULL, NULL };

/* ---- what it does ---- */

static enum status
make_key(const struct command *command, struct reason *why)
{
	struct signer signer;
	char text[SIGNER_TEXT_BYTES];
	const char *dir = tool_data(command->data);
	enum status status = checkpoints_make_key(dir, command->name == NULL ? "juyan" : command->name, &signer, why);
	if (status != STATUS_OK)
		return status;
	signer_public_text(&signer, text);
	signer_wipe(&signer);
	printf("public key %s\nkept in %s/keys/checkpoint.key.pub: give it to whoever is to check; keep checkpoint.key secret\n",
	    text, dir);
	return STATUS_OK;
}

static enum status
put_out(const struct command *command, const struct checkpoint_kept *kept, struct reason *why)
{
	if (command->out != NULL && strcmp(command->out, "-") == 0) {
		fwrite(kept->text.data, 1, kept->text.bytes, stdout);
		return STATUS_OK;
	}
	printf("%s\n", kept->path);
	return command->out == NULL ? STATUS_OK : files_save(command->out, kept->text, 0644, why);
}

static enum status
make(const struct command *command, struct reason *why)
{
	const struct env_options env_options = { .dir = tool_data(command->data), .readonly = true };
	const struct clock clock = clock_system();
	struct env *env = NULL;
	struct signer signer = { .name = "" };
	struct checkpoint_kept kept = { .path = "" };
	struct arena arena = { .base = NULL };
	enum status status = checkpoints_key(env_options.dir, &signer, why);
	if (status == STATUS_OK)
		status = arena_open(&arena, CHECKPOINT_TEXT_MAX + 4096);
	if (status == STATUS_OK)
		status = env_open(&env_options, &env, why);
	if (status == STATUS_OK)
		status = checkpoints_keep(env, env_options.dir, &signer, clock_utc_ms(&clock), &arena, &kept, why);
	if (status == STATUS_OK)
		status = put_out(command, &kept, why);
	checkpoint_free(&kept.checkpoint);
	env_close(&env);
	arena_close(&arena);
	signer_wipe(&signer);
	return status;
}

static void
print(const struct checkpoint *checkpoint, const char *signer)
{
	char ledger[CHAIN_TEXT_BYTES], chain[CHAIN_TEXT_BYTES], received[32], made[32];
	chain_text(checkpoint->ledger, ledger);
	chain_text(checkpoint->chain, chain);
	civil_format_ms(checkpoint->received_at_ms, received);
	civil_format_ms(checkpoint->made_at_ms, made);
	printf("signed by %s\nledger    %s\nevents    %" PRIu64 "\nchain     %s\nreceived  %s\nmade      %s\n", signer, ledger,
	    checkpoint->lsn, chain, received, made);
	if (checkpoint->totals_from != 0)
		printf("totals from %" PRIu32 " on\n", checkpoint->totals_from);
	for (size_t i = 0; i < checkpoint->n_totals; i++) {
		const struct checkpoint_total *total = &checkpoint->totals[i];
		printf("  %-12s %" PRIu32 "  %-6s %-5s %16" PRId64 " kg %10" PRId64 " units %10" PRId64 " batches\n", total->port,
		    total->year, wire_direction_name(total->direction), wire_mode_name(total->mode), total->net_kg, total->units,
		    total->batches);
	}
}

static enum status
show(const struct command *command, struct reason *why)
{
	struct signer signer = { .name = "" };
	struct checkpoint checkpoint = { .lsn = 0 };
	if (command->public_key == NULL)
		return reason_say(why, STATUS_USAGE, "show: --public-key FILE says who has to have signed it");
	enum status status = checkpoints_public_key(command->public_key, &signer, why);
	if (status == STATUS_OK)
		status = checkpoints_load(command->arguments[1], &signer, &checkpoint, why);
	if (status == STATUS_OK)
		print(&checkpoint, signer.name);
	checkpoint_free(&checkpoint);
	return status;
}

static enum status
run(const struct command *command, struct reason *why)
{
	const char *action = command->arguments[0];
	if (command->n_arguments == 0)
		return make(command, why);
	if (strcmp(action, "key") == 0 && command->n_arguments == 1)
		return make_key(command, why);
	if (strcmp(action, "show") == 0 && command->n_arguments == 2)
		return show(command, why);
	return reason_say(why, STATUS_USAGE, "expected: nothing, key, or show FILE; 'juyan checkpoint --help' tells more");
}

int
tool_checkpoint(int argc, char **argv)
{
	struct command command = { .data = NULL };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &command) != 0)
		return TOOL_USAGE;
	enum status status = run(&command, &why);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("checkpoint", status, &why);
}

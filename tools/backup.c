/*
 * `juyan backup`: adds to a folder what of the journal it does not have, while Juyan runs. What cannot be made of the journal
 * again, the keys and the users of the dashboard, is copied on request.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "backup.h"
#include "checkpoints.h"
#include "clock.h"
#include "files.h"
#include "options.h"
#include "progress_line.h"
#include "secrets.h"
#include "tool.h"

enum { KEY_TO = 't', KEY_WITH_KEYS = 'k', KEY_JSON = 0x100 };

struct command {
	const char *data;
	const char *to;
	bool with_keys;
	bool json;
};

/* What one run has done. */
struct done {
	struct backup_result result;
	char checkpoint[CHECKPOINT_PATH_BYTES]; /* empty: there is no key */
	size_t secrets;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 1 },
	{ "to", KEY_TO, "FOLDER", 0, "where the backup stands, or is to begin", 1 },
	{ "with-keys", KEY_WITH_KEYS, NULL, 0,
	    "copy the secret keys and the dashboard's users as well (for the owner alone to read)", 1 },
	{ "json", KEY_JSON, NULL, 0, "say what was done as a JSON object", 1 },
	{ 0 },
};

static const char doc[] =
    "Copy what is new to a backup's folder, while Juyan runs."
    "\v"
    "The first run copies the whole journal, each later one what has come since, in a file of its own, and reads it again. All "
    "totals follow from the journal: 'juyan restore' makes a data folder of it. With a key ('juyan checkpoint key') each run puts "
    "a "
    "signed checkpoint beside it.\n\n"
    "  juyan backup --to /backup/juyan\n"
    "  juyan verify --archive /backup/juyan\n\n"
    "The keys are not in it, unless --with-keys is given: keep that copy as secret as the original.";

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = text;
		return 0;
	case KEY_TO:
		command->to = text;
		return 0;
	case KEY_WITH_KEYS:
		command->with_keys = true;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	case ARGP_KEY_END:
		if (command->to == NULL)
			argp_error(state, "--to FOLDER is needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* For whoever finds the folder in ten years. */
static enum status
write_note(const struct command *command, struct reason *why)
{
	char path[FILES_PATH_BYTES], text[1024];
	snprintf(path, sizeof path, "%.400s/README.txt", command->to);
	int bytes = snprintf(text, sizeof text,
	    "A backup of a Juyan ledger: journal-FIRST-LAST.jnl are its events, each file going on where the one before ends.\n"
	    "Prove it:        juyan verify --archive THIS-FOLDER\n"
	    "Make a ledger:   juyan restore --from THIS-FOLDER --data NEW-FOLDER\n"
	    "checkpoint-*.txt say, signed, how far each run came; keep copies of them, and of checkpoint.key.pub, elsewhere.\n"
	    "The secret keys and the users of the dashboard %s\n",
	    command->with_keys ? "are in keys/ and users.json: who can read these can write the ledger."
			       : "are not in it: without DATA/keys and DATA/users.json terminals have to learn a new key.");
	return files_save(path, (struct span){ (const uint8_t *)text, (size_t)bytes }, 0644, why);
}

/* ---- the run ---- */

/* The checkpoint first: the stretch then goes as far as it speaks of. */
static enum status
make_checkpoint(struct env *env, const struct command *command, struct arena *arena, struct checkpoint_kept *out,
    struct reason *why)
{
	const struct clock clock = clock_system();
	const char *dir = tool_data(command->data);
	struct signer signer = { .name = "" };
	enum status status = checkpoints_key(dir, &signer, NULL);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	status = checkpoints_key(dir, &signer, why);
	if (status == STATUS_OK)
		status = arena_open(arena, CHECKPOINT_TEXT_MAX + 4096);
	if (status == STATUS_OK)
		status = checkpoints_keep(env, dir, &signer, clock_utc_ms(&clock), arena, out, why);
	signer_wipe(&signer);
	return status;
}

static enum status
put_checkpoint(const struct command *command, const struct checkpoint_kept *kept, struct done *done, struct reason *why)
{
	char from[FILES_PATH_BYTES], to[FILES_PATH_BYTES];
	if (kept->path[0] == '\0')
		return STATUS_OK;
	snprintf(done->checkpoint, sizeof done->checkpoint, "%.300s/checkpoint-%.128s", command->to, strrchr(kept->path, '/') + 1);
	snprintf(from, sizeof from, "%.400s/keys/checkpoint.key.pub", tool_data(command->data));
	snprintf(to, sizeof to, "%.400s/checkpoint.key.pub", command->to);
	enum status status = files_save(done->checkpoint, kept->text, 0644, why);
	return status == STATUS_OK ? secrets_copy_file(from, to, 0644, why) : status;
}

static enum status
run(const struct command *command, struct done *done, struct reason *why)
{
	const struct env_options env_options = { .dir = tool_data(command->data), .readonly = true };
	struct progress_line progress = progress_line_begin("copying");
	struct checkpoint_kept kept = { .path = "" };
	struct arena arena = { .base = NULL };
	struct env *env = NULL;
	enum status status = env_open(&env_options, &env, why);
	if (status == STATUS_OK)
		status = make_checkpoint(env, command, &arena, &kept, why);
	if (status == STATUS_OK)
		status = backup_run(env, command->to, kept.checkpoint.lsn, progress_line_step, &progress, &done->result, why);
	progress_line_end(&progress);
	env_close(&env);
	if (status == STATUS_OK)
		status = put_checkpoint(command, &kept, done, why);
	if (status == STATUS_OK && command->with_keys)
		status = secrets_copy(env_options.dir, command->to, true, &done->secrets, why);
	if (status == STATUS_OK)
		status = write_note(command, why);
	checkpoint_free(&kept.checkpoint);
	arena_close(&arena);
	return status;
}

static enum status
print(const struct command *command, const struct done *done)
{
	const struct backup_result *result = &done->result;
	char chain[CHAIN_TEXT_BYTES];
	chain_text(result->all.chain, chain);
	if (!command->json) {
		printf("%" PRIu64 " events new in %" PRIu64 " bytes; %" PRIu64 " events in %zu files, %" PRIu64
		       " bytes, chain %s\n",
		    result->new_events, result->new_bytes, result->all.last_lsn, result->files, result->all.bytes, chain);
		if (done->checkpoint[0] != '\0')
			printf("checkpoint %s\n", done->checkpoint);
		printf(done->secrets > 0 ? "%zu files of keys and users\n" : "keys are not in it\n", done->secrets);
		return STATUS_OK;
	}
	json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I}", "new_events", (json_int_t)result->new_events,
	    "new_bytes", (json_int_t)result->new_bytes, "last_lsn", (json_int_t)result->all.last_lsn, "files",
	    (json_int_t)result->files, "bytes", (json_int_t)result->all.bytes, "chain", chain, "checkpoint", done->checkpoint,
	    "secrets", (json_int_t)done->secrets);
	if (json == NULL)
		return STATUS_NO_MEMORY;
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
	return STATUS_OK;
}

int
tool_backup(int argc, char **argv)
{
	struct command command = { .data = NULL };
	struct done done = { .secrets = 0 };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &command) != 0)
		return TOOL_USAGE;
	enum status status = run(&command, &done, &why);
	if (status == STATUS_OK)
		status = print(&command, &done);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("backup", status, &why);
}

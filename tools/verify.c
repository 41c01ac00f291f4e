/*
 * `juyan verify`: proves that a ledger is right, from its journal alone, or that journal files are, and holds a published
 * checkpoint against them. Works beside a running Juyan (it reads one snapshot) and without one; it needs room for a second set
 * of tables while it works.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoints.h"
#include "digest.h"
#include "options.h"
#include "progress_line.h"
#include "recount.h"
#include "tool.h"

enum {
	KEY_JSON = 0x100,
	KEY_SCRATCH,
	KEY_SITE,
	KEY_TABLES,
	KEY_ARCHIVE = 'a',
	KEY_CHECKPOINT = 'c',
	KEY_PUBLIC = 'p',
	ARCHIVES_MAX = 4096
};

struct command {
	const char *data;
	const char *scratch;
	const char *checkpoint;
	const char *public_key;
	uint32_t site_no; /* whose checkpoint it is; 0: this ledger's */
	const char **archives;
	size_t n_archives;
	bool tables;
	struct table_digest digests[DIGEST_TABLES];
	bool json;
	struct reason why;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder (default: $JUYAN_DATA, else ./juyan-data)", 1 },
	{ "archive", KEY_ARCHIVE, "FILE", 0,
	    "instead of a ledger: a backup's folder, or a file that was exported; several go on from each other (may be repeated)",
	    1 },
	{ "checkpoint", KEY_CHECKPOINT, "FILE", 0, "what was published: the journal has to have stood there, with those totals",
	    1 },
	{ "public-key", KEY_PUBLIC, "FILE", 0, "who has to have signed that", 1 },
	{ "site", KEY_SITE, "NUMBER", 0, "that is a checkpoint of this site (a terminal's number, as 'juyan sites' shows it)", 1 },
	{ "scratch", KEY_SCRATCH, "DIR", 0,
	    "where to recount: a folder that does not exist yet (default: in the data folder; for files in $TMPDIR or /tmp)", 1 },
	{ "tables", KEY_TABLES, NULL, 0, "and tell how much stands in the tables that depend on batches alone, and a digest of it",
	    1 },
	{ "json", KEY_JSON, NULL, 0, "as a JSON object", 1 },
	{ 0 },
};

static const char doc[] =
    "Proves that a ledger is right: checks the chain of its journal, recounts all its events from nothing, and compares every "
    "table.\v"
    "Ends with 0 and the chain's value when all is right, with 1 and the first thing that does not fit when it is not. The chain's "
    "value "
    "names the whole past: two ledgers with the same value hold the same events. Juyan may go on running meanwhile.\n\n"
    "Whoever can write the file can make another ledger that is as right. Against that helps a checkpoint that was given away:\n\n"
    "  juyan verify --checkpoint 2026-11-21-48211.txt --public-key checkpoint.key.pub\n"
    "  juyan verify --archive /backup --checkpoint … --public-key …   (offline, without the ledger)\n\n"
    "At a headquarters the journals of its sites are proved with its own: their chains are computed anew from what came of them. "
    "Against a checkpoint that a site has given away:\n\n"
    "  juyan verify --site 2 --checkpoint … --public-key …\n\n"
    "Of a stretch that does not begin with the first event the chain alone is proved.";

static void
add_archive(struct argp_state *state, struct command *command, const char *path)
{
	if (command->archives == NULL)
		command->archives = calloc(ARCHIVES_MAX, sizeof *command->archives);
	if (command->archives == NULL || command->n_archives == ARCHIVES_MAX)
		argp_error(state, "more than %d files: name their folder", ARCHIVES_MAX);
	else
		command->archives[command->n_archives++] = path;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case 'd':
		command->data = arg;
		break;
	case KEY_ARCHIVE:
		add_archive(state, command, arg);
		break;
	case KEY_CHECKPOINT:
		command->checkpoint = arg;
		break;
	case KEY_PUBLIC:
		command->public_key = arg;
		break;
	case KEY_SCRATCH:
		command->scratch = arg;
		break;
	case KEY_SITE:
		command->site_no = (uint32_t)strtoul(arg, NULL, 10);
		if (command->site_no == 0 || command->site_no > TERMINAL_NO_MAX)
			argp_error(state, "--site is '%s', expected a terminal's number", arg);
		break;
	case KEY_TABLES:
		command->tables = true;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case ARGP_KEY_ARG:
		if (command->n_archives == 0)
			argp_error(state, "'%s' is not expected here", arg);
		add_archive(state, command, arg);
		break;
	case ARGP_KEY_END:
		if (command->n_archives > 0 && command->data != NULL)
			argp_error(state, "--data and --archive exclude each other");
		if ((command->checkpoint == NULL) != (command->public_key == NULL))
			argp_error(state, "--checkpoint and --public-key go together");
		if (command->tables && command->n_archives > 0)
			argp_error(state, "--tables needs a ledger");
		if (command->site_no != 0 && (command->checkpoint == NULL || command->n_archives > 0))
			argp_error(state, "--site goes with --checkpoint, and with a ledger");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- what it says ---- */

static json_t *
json_of_sites(const struct recount_result *result)
{
	json_t *list = json_array();
	for (size_t i = 0; list != NULL && i < result->n_sites; i++) {
		char chain[CHAIN_TEXT_BYTES];
		const struct recount_site *site = &result->sites[i];
		chain_text(site->end.chain, chain);
		json_array_append_new(list,
		    json_pack("{s:I, s:I, s:s}", "terminal_no", (json_int_t)site->site_no, "last_lsn", (json_int_t)site->end.lsn,
			"chain", chain));
	}
	return list;
}

static void
digest_text(const struct table_digest *table, char out[2 * DIGEST_ROW_BYTES + 1])
{
	for (size_t i = 0; i < DIGEST_ROW_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", table->digest[i]);
}

static json_t *
json_of_tables(const struct table_digest *tables)
{
	json_t *all = json_object();
	char digest[2 * DIGEST_ROW_BYTES + 1];
	for (size_t i = 0; all != NULL && i < DIGEST_TABLES; i++) {
		digest_text(&tables[i], digest);
		json_object_set_new(all, tables[i].name,
		    json_pack("{s:I, s:s}", "rows", (json_int_t)tables[i].rows, "digest", digest));
	}
	return all;
}

static enum status
print_json(const struct command *command, const struct recount_result *result, const struct checkpoint *published)
{
	char chain[CHAIN_TEXT_BYTES], ledger[CHAIN_TEXT_BYTES];
	chain_text(result->chain, chain);
	chain_text(result->ledger, ledger);
	json_t *json = json_pack("{s:b, s:I, s:I, s:I, s:s, s:I, s:s}", "right", result->right, "last_lsn",
	    (json_int_t)result->last_lsn, "events", (json_int_t)result->events, "rows", (json_int_t)result->rows, "chain", chain,
	    "first_lsn", (json_int_t)result->first_lsn, "ledger", ledger);
	if (json == NULL)
		return STATUS_NO_MEMORY;
	if (!result->right)
		json_object_set_new(json, "difference", json_stringn_nocheck(result->difference, strlen(result->difference)));
	if (result->n_sites > 0)
		json_object_set_new(json, "sites", json_of_sites(result));
	if (command->tables)
		json_object_set_new(json, "tables", json_of_tables(command->digests));
	if (published != NULL)
		json_object_set_new(json, "checkpoint_lsn", json_integer((json_int_t)published->lsn));
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
	return STATUS_OK;
}

static enum status
print_result(const struct command *command, const struct recount_result *result, const struct checkpoint *published)
{
	char chain[CHAIN_TEXT_BYTES];
	chain_text(result->chain, chain);
	if (command->json)
		return print_json(command, result, published);
	if (!result->right) {
		printf("NOT RIGHT: %s\n", result->difference);
		return STATUS_OK;
	}
	if (command->n_archives == 0)
		printf("right: %" PRIu64 " events, %" PRIu64 " rows, chain %s\n", result->events, result->rows, chain);
	else
		printf("right: events %" PRIu64 " to %" PRIu64 "%s, chain %s\n", result->first_lsn, result->last_lsn,
		    result->first_lsn == 1 ? "" : " (a stretch: its chain alone is proved)", chain);
	for (size_t i = 0; i < result->n_sites; i++) {
		chain_text(result->sites[i].end.chain, chain);
		printf("site %" PRIu32 ": events 1 to %" PRIu64 " of its journal are as they were chained there, chain %s\n",
		    result->sites[i].site_no, result->sites[i].end.lsn, chain);
	}
	for (size_t i = 0; command->tables && i < DIGEST_TABLES; i++) {
		char digest[2 * DIGEST_ROW_BYTES + 1];
		digest_text(&command->digests[i], digest);
		printf("%s: %" PRIu64 " rows, digest %s\n", command->digests[i].name, command->digests[i].rows, digest);
	}
	if (published != NULL)
		printf("the checkpoint %sfits: event %" PRIu64 "%s\n", command->site_no != 0 ? "of the site " : "", published->lsn,
		    result->first_lsn == 1 && command->site_no == 0 ? " and the totals at it" : "");
	return STATUS_OK;
}

/* ---- proving ---- */

static enum status
find_scratch(struct command *command, char out[PATH_MAX])
{
	const char *temporary = getenv("TMPDIR");
	const char *folder = command->n_archives == 0   ? tool_data(command->data)
	    : temporary != NULL && temporary[0] != '\0' ? temporary
							: "/tmp";
	int bytes = command->scratch != NULL
	    ? snprintf(out, PATH_MAX, "%s", command->scratch)
	    : snprintf(out, PATH_MAX, "%s/%sverify.%ld", folder, command->n_archives == 0 ? "" : "juyan-", (long)getpid());
	return bytes >= 0 && bytes < PATH_MAX ? STATUS_OK
					      : reason_say(&command->why, STATUS_USAGE, "the folder's name is too long");
}

static enum status
read_checkpoint(struct command *command, struct checkpoint *out)
{
	struct signer signer = { .name = "" };
	enum status status = checkpoints_public_key(command->public_key, &signer, &command->why);
	return status == STATUS_OK ? checkpoints_load(command->checkpoint, &signer, out, &command->why) : status;
}

static enum status
prove(struct command *command, const struct checkpoint *given, struct recount_result *result)
{
	const struct checkpoint *published = command->site_no == 0 ? given : NULL;
	const struct env_options env_options = { .dir = tool_data(command->data), .readonly = true };
	struct progress_line progress = progress_line_begin("recounting");
	char scratch[PATH_MAX];
	struct env *env = NULL;
	enum status status = find_scratch(command, scratch);
	if (status == STATUS_OK && command->n_archives > 0) {
		status = recount_stretches(command->archives, command->n_archives, scratch, published, progress_line_step,
		    &progress, result, &command->why);
	} else if (status == STATUS_OK) {
		status = env_open(&env_options, &env, &command->why);
		if (status == STATUS_OK)
			status = recount(env, scratch, published, progress_line_step, &progress, result, &command->why);
		if (status == STATUS_OK && result->right && command->site_no != 0)
			status = recount_site_checkpoint(env, command->site_no, given, &result->right, result->difference,
			    &command->why);
		if (status == STATUS_OK && command->tables)
			status = digest_tables(env, command->digests, &command->why);
		env_close(&env);
	}
	progress_line_end(&progress);
	return status;
}

static enum status
verify(struct command *command, bool *right)
{
	struct checkpoint checkpoint = { .lsn = 0 };
	const struct checkpoint *published = command->checkpoint != NULL ? &checkpoint : NULL;
	struct recount_result result;
	enum status status = published == NULL ? STATUS_OK : read_checkpoint(command, &checkpoint);
	if (status == STATUS_OK)
		status = prove(command, published, &result);
	if (status == STATUS_OK)
		status = print_result(command, &result, published);
	if (status == STATUS_OK)
		*right = result.right;
	checkpoint_free(&checkpoint);
	return status;
}

int
tool_verify(int argc, char **argv)
{
	struct command command = { .data = NULL };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	bool right = false;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = verify(&command, &right);
	free(command.archives);
	/* Exit 1 is for what is not right alone: whoever watches must be able to tell it from a wrong path. */
	if (status != STATUS_OK) {
		int code = tool_fail("verify", status, &command.why);
		return code == TOOL_WRONG ? TOOL_FAILED : code;
	}
	return right ? TOOL_FINE : TOOL_WRONG;
}

/* Making a ledger anew and putting it in place: see remake.h. */
#include "remake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "meta.h"
#include "scratch.h"
#include "stretches.h"

/* A ledger takes some six times the bytes of its journal; a larger map costs nothing. */
enum { MAP_BYTES_A_BYTE = 16, PATH_BYTES = 320 };
#define MAP_BYTES_MIN (UINT64_C(64) << 30)

struct remake {
	char dir[PATH_BYTES];    /* DIR/remade */
	char made[PATH_BYTES];   /* DIR/remade/ledger */
	char ledger[PATH_BYTES]; /* DIR/ledger */
	uint64_t last_lsn;
	remake_progress *progress;
	void *user;
	struct remake_result result;
};

static uint64_t
file_bytes(const char *folder)
{
	char path[PATH_BYTES + 16];
	struct stat info;
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static enum status
name_folders(const char *dir, struct remake *out, struct reason *why)
{
	if (strlen(dir) >= sizeof out->dir - 64)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path of the data folder is too long", dir);
	snprintf(out->dir, sizeof out->dir, "%s/remade", dir);
	snprintf(out->made, sizeof out->made, "%s/remade/ledger", dir);
	snprintf(out->ledger, sizeof out->ledger, "%s/ledger", dir);
	out->result.bytes_before = file_bytes(out->ledger);
	return STATUS_OK;
}

static enum status
begin(const char *dir, struct remake *out, struct reason *why)
{
	enum status status = name_folders(dir, out, why);
	if (status == STATUS_OK)
		scratch_remove(out->dir); /* what an attempt that was cut off has left */
	return status;
}

/* ---- replaying into the new one ---- */

static void
on_progress(void *user, uint64_t done)
{
	const struct remake *remake = user;
	if (remake->progress != NULL)
		remake->progress(remake->user, done, remake->last_lsn);
}

static enum status
step(struct replay *replay, struct replay_limit limit, struct remake *remake, struct reason *why)
{
	enum status status = replay_until(replay, limit, on_progress, remake, why);
	if (status == STATUS_OK && !replay_state(replay)->right)
		status = reason_say(why, STATUS_DAMAGED, "%.250s", replay_state(replay)->difference);
	return status;
}

static enum status
compare(struct env *env, const struct checkpoint *published, struct reason *why)
{
	struct checkpoint found = { .lsn = 0 };
	char difference[CHECKPOINT_DIFFERENCE_BYTES] = "";
	enum status status = checkpoint_make(env, 0, &found, why);
	if (status == STATUS_OK && !checkpoint_fits(published, &found, difference))
		status = reason_say(why, STATUS_DAMAGED, "%.250s", difference);
	checkpoint_free(&found);
	return status;
}

static enum status
replay_into(struct scratch *scratch, struct replay_source source, const struct checkpoint *published, struct remake *remake,
    struct reason *why)
{
	struct replay *replay = NULL;
	enum status status = replay_open(source, scratch->ledger, &replay, why);
	if (status == STATUS_OK && published != NULL) {
		status = step(replay, (struct replay_limit){ published->lsn, INT64_MAX }, remake, why);
		if (status == STATUS_OK)
			status = compare(scratch->env, published, why);
	}
	if (status == STATUS_OK)
		status = step(replay, REPLAY_ALL, remake, why);
	if (status == STATUS_OK)
		remake->result.end = replay_state(replay)->end;
	replay_close(&replay);
	return status;
}

/* Reads the new ledger from its file: it ends as it should, and its chain leads there. */
static enum status
read_again(const struct remake *remake, struct reason *why)
{
	const struct env_options options = { .dir = remake->dir, .readonly = true };
	struct env *env = NULL;
	struct store store = { .txn = NULL };
	struct journal_walk walk = { .begun = false };
	struct meta meta;
	struct span block;
	uint64_t lsn;
	enum status status = env_open(&options, &env, why);
	if (status == STATUS_OK)
		status = store_begin_read(env, &store, why);
	if (status == STATUS_OK)
		status = meta_read(&store, &meta, why);
	if (status == STATUS_OK)
		status = journal_walk_open(&store, &walk);
	while (status == STATUS_OK)
		status = journal_walk_block(&walk, &lsn, &block, why);
	bool right = status == STATUS_NOT_FOUND && meta.end.lsn == remake->result.end.lsn && walk.end.lsn == meta.end.lsn &&
	    memcmp(walk.end.chain, meta.end.chain, CHAIN_BYTES) == 0 &&
	    memcmp(walk.end.chain, remake->result.end.chain, CHAIN_BYTES) == 0;
	if (status == STATUS_NOT_FOUND)
		status = right
		    ? STATUS_OK
		    : reason_say(why, STATUS_DAMAGED,
			  "the new ledger has another chain value than the old journal: its blocks were not cut by Juyan");
	journal_walk_close(&walk);
	store_abort(&store);
	env_close(&env);
	return status;
}

/* The whole new ledger, synced, in remake->made. */
static enum status
make(struct remake *remake, struct replay_source source, uint64_t journal_bytes, const struct checkpoint *published,
    struct reason *why)
{
	struct scratch scratch = { .dir = "" };
	uint64_t map_bytes = journal_bytes * MAP_BYTES_A_BYTE > MAP_BYTES_MIN ? journal_bytes * MAP_BYTES_A_BYTE : MAP_BYTES_MIN;
	enum status status = scratch_open(remake->dir, map_bytes, &scratch, why);
	if (status == STATUS_OK)
		status = replay_into(&scratch, source, published, remake, why);
	if (status == STATUS_OK)
		status = env_sync(scratch.env, why);
	if (status == STATUS_OK)
		scratch.dir[0] = '\0'; /* it stays */
	scratch_close(&scratch);
	if (status == STATUS_OK)
		status = read_again(remake, why);
	if (status == STATUS_OK)
		status = files_sync(remake->made, why);
	if (status != STATUS_OK)
		scratch_remove(remake->dir);
	return status;
}

static enum status
end(struct remake *remake, enum status status, struct remake_result *out)
{
	scratch_remove(remake->dir);
	if (status != STATUS_OK)
		return status;
	remake->result.bytes = file_bytes(remake->ledger);
	*out = remake->result;
	return STATUS_OK;
}

/* ---- from a backup ---- */

enum status
remake_restore(const char *dir, const char *const *paths, size_t n, const struct checkpoint *published, remake_progress *progress,
    void *user, struct remake_result *out, struct reason *why)
{
	struct remake remake = { .progress = progress, .user = user };
	struct stretches *stretches = NULL;
	struct stretch_span span = { .first_lsn = 0 };
	enum status status = begin(dir, &remake, why);
	if (status == STATUS_OK && access(remake.ledger, F_OK) == 0)
		return reason_say(why, STATUS_CONTRADICTION, "%.160s has a ledger: it is not replaced", dir);
	if (status == STATUS_OK)
		status = stretches_open(paths, n, &stretches, why);
	if (status == STATUS_OK) {
		span = stretches_span(stretches);
		remake.last_lsn = span.last_lsn;
		if (span.first_lsn != 1)
			status = reason_say(why, STATUS_DAMAGED,
			    "the files begin with event %" PRIu64 ": a ledger can only be made of all events", span.first_lsn);
		else if (published != NULL && published->lsn > span.last_lsn)
			status = reason_say(why, STATUS_DAMAGED,
			    "the files end with event %" PRIu64 ", and the checkpoint knows %" PRIu64 " events", span.last_lsn,
			    published->lsn);
	}
	if (status == STATUS_OK)
		status = make(&remake, stretches_source(stretches), span.bytes, published, why);
	if (status == STATUS_OK && renameat2(AT_FDCWD, remake.made, AT_FDCWD, remake.ledger, RENAME_NOREPLACE) != 0)
		status = files_fail(remake.ledger, "it cannot be put in its place", why);
	if (status == STATUS_OK)
		status = files_sync_beside(remake.ledger, why);
	stretches_close(&stretches);
	return end(&remake, status, out);
}

/* ---- from an older format ---- */

/* The format of a folder's ledger; 0: there is none that could be read. */
static unsigned
format_of(const char *dir)
{
	const struct env_options options = { .dir = dir, .readonly = true, .journal_only = true };
	struct env *env = NULL;
	struct store store = { .txn = NULL };
	struct meta meta;
	unsigned format = 0;
	enum status status = env_open(&options, &env, NULL);
	if (status == STATUS_OK)
		status = store_begin_read(env, &store, NULL);
	if (status == STATUS_OK)
		status = meta_read_any(&store, &format, &meta, NULL);
	store_abort(&store);
	env_close(&env);
	return status == STATUS_OK ? format : 0;
}

static enum status
keep_old(const struct remake *remake, const char *dir, unsigned format, struct reason *why)
{
	char old[PATH_BYTES];
	snprintf(old, sizeof old, "%s/ledger.%u-old", dir, format);
	if (renameat2(AT_FDCWD, remake->made, AT_FDCWD, old, RENAME_NOREPLACE) != 0)
		return files_fail(old, "the old ledger cannot be kept under this name", why);
	return files_sync_beside(old, why);
}

/* An upgrade that was cut off behind the exchange: the old ledger stands where the new one was made. */
static enum status
finish(const char *dir, struct remake *remake, struct reason *why)
{
	unsigned format = format_of(remake->dir);
	return format == 0 || format >= LEDGER_FORMAT ? STATUS_OK : keep_old(remake, dir, format, why);
}

static enum status
upgrade_from(struct env *env, struct remake *remake, struct reason *why)
{
	struct store store;
	struct meta meta;
	struct journal_walk walk = { .begun = false };
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read_any(&store, &remake->result.format_before, &meta, why);
	if (status == STATUS_OK && remake->result.format_before == LEDGER_FORMAT)
		status = reason_say(why, STATUS_CONTRADICTION, "the ledger has this version's format (%d) already", LEDGER_FORMAT);
	if (status == STATUS_OK && remake->result.format_before > LEDGER_FORMAT)
		status = reason_say(why, STATUS_FORMAT, "the ledger has format %u, which a later version made",
		    remake->result.format_before);
	remake->last_lsn = meta.end.lsn;
	if (status == STATUS_OK)
		status = journal_walk_open(&store, &walk);
	if (status == STATUS_OK)
		status = make(remake, replay_walk(&walk), remake->result.bytes_before, NULL, why);
	if (status == STATUS_OK &&
	    (remake->result.end.lsn != meta.end.lsn || memcmp(remake->result.end.chain, meta.end.chain, CHAIN_BYTES) != 0))
		status = reason_say(why, STATUS_DAMAGED, "the old ledger's journal does not end where it says: events are missing");
	journal_walk_close(&walk);
	store_abort(&store);
	return status;
}

enum status
remake_upgrade(const char *dir, remake_progress *progress, void *user, struct remake_result *out, struct reason *why)
{
	const struct env_options options = { .dir = dir, .readonly = true, .journal_only = true };
	struct remake remake = { .progress = progress, .user = user };
	struct env *env = NULL;
	enum status status = name_folders(dir, &remake, why);
	if (status == STATUS_OK)
		status = finish(dir, &remake, why);
	if (status == STATUS_OK)
		status = begin(dir, &remake, why);
	if (status == STATUS_OK)
		status = env_open(&options, &env, why);
	if (status == STATUS_OK)
		status = upgrade_from(env, &remake, why);
	env_close(&env);
	if (status == STATUS_OK)
		status = files_exchange(remake.made, remake.ledger, why);
	if (status == STATUS_OK)
		status = keep_old(&remake, dir, remake.result.format_before, why);
	return end(&remake, status, out);
}

/* ---- from itself ---- */

static enum status
same_rows(const struct store *a, const struct store *b, struct reason *why)
{
	for (int i = 0; i < TABLES; i++)
		if (store_rows(a, (enum table)i) != store_rows(b, (enum table)i))
			return reason_say(why, STATUS_DAMAGED, "the copy has another number of rows in the table '%s'",
			    table_name((enum table)i));
	return STATUS_OK;
}

static enum status
compare_copy(struct env *env, struct remake *remake, struct reason *why)
{
	const struct env_options options = { .dir = remake->dir, .readonly = true };
	struct env *copy_env = NULL;
	struct store store = { .txn = NULL }, copy = { .txn = NULL };
	struct meta meta;
	enum status status = env_open(&options, &copy_env, why);
	if (status == STATUS_OK)
		status = store_begin_read(env, &store, why);
	if (status == STATUS_OK)
		status = store_begin_read(copy_env, &copy, why);
	if (status == STATUS_OK)
		status = meta_read(&store, &meta, why);
	if (status == STATUS_OK)
		status = same_rows(&store, &copy, why);
	if (status == STATUS_OK)
		remake->result.end = meta.end;
	store_abort(&copy);
	store_abort(&store);
	env_close(&copy_env);
	return status == STATUS_OK ? read_again(remake, why) : status;
}

enum status
remake_compact(const char *dir, struct remake_result *out, struct reason *why)
{
	const struct env_options options = { .dir = dir, .readonly = true };
	struct remake remake = { .progress = NULL };
	struct env *env = NULL;
	enum status status = begin(dir, &remake, why);
	if (status == STATUS_OK)
		status = env_open(&options, &env, why);
	if (status == STATUS_OK)
		status = files_make_folder(remake.dir, 0700, why);
	if (status == STATUS_OK)
		status = files_make_folder(remake.made, 0700, why);
	if (status == STATUS_OK)
		status = env_copy(env, remake.made, why);
	if (status == STATUS_OK)
		status = compare_copy(env, &remake, why);
	env_close(&env);
	if (status == STATUS_OK)
		status = files_exchange(remake.made, remake.ledger, why);
	return end(&remake, status, out);
}

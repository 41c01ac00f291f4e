/* Adding to a backup's folder what it does not have: see backup.h. */
#include "backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "files.h"
#include "meta.h"
#include "stretches.h"

#define JOURNAL_PREFIX "journal-"

static enum status
lock_folder(const char *folder, int *fd, struct reason *why)
{
	char path[FILES_PATH_BYTES];
	if ((size_t)snprintf(path, sizeof path, "%s/lock", folder) >= sizeof path - 128)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", folder);
	int opened = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (opened < 0)
		return files_fail(path, "it cannot be opened", why);
	if (flock(opened, LOCK_EX | LOCK_NB) == 0) {
		*fd = opened;
		return STATUS_OK;
	}
	enum status status = errno == EWOULDBLOCK
	    ? reason_say(why, STATUS_IN_USE, "%.160s: another backup into this folder is under way", folder)
	    : files_fail(path, "it cannot be locked", why);
	close(opened);
	return status;
}

/* What a run that was cut off has left. */
static void
remove_parts(const char *folder)
{
	char path[FILES_PATH_BYTES];
	struct dirent *entry;
	DIR *names = opendir(folder);
	while (names != NULL && (entry = readdir(names)) != NULL) {
		size_t bytes = strlen(entry->d_name);
		bool part = bytes > 5 && strcmp(entry->d_name + bytes - 5, ".part") == 0 &&
		    strncmp(entry->d_name, JOURNAL_PREFIX, sizeof JOURNAL_PREFIX - 1) == 0;
		if (part && (size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < sizeof path)
			unlink(path);
	}
	if (names != NULL)
		closedir(names);
}

/* What the folder holds; nothing where it is new. */
static enum status
look_into(const char *folder, struct backup_result *out, struct reason *why)
{
	struct stretches *stretches = NULL;
	enum status status = stretches_open(&folder, 1, &stretches, why);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	out->all = stretches_span(stretches);
	out->files = stretches_count(stretches);
	stretches_close(&stretches);
	return STATUS_OK;
}

/* The ledger has to go on from what the folder holds. */
static enum status
check_ledger(struct env *env, const char *folder, const struct stretch_span *held, uint64_t *last_lsn, struct reason *why)
{
	struct store store;
	struct meta meta;
	uint8_t name[CHAIN_BYTES] = { 0 }, chain[CHAIN_BYTES] = { 0 };
	enum status found = STATUS_OK, status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	if (status == STATUS_OK)
		status = journal_name(&store, name);
	if (status == STATUS_OK && held->last_lsn != 0 && held->last_lsn <= meta.end.lsn)
		found = journal_chain(&store, held->last_lsn, chain);
	store_abort(&store);
	if (status != STATUS_OK || (found != STATUS_OK && found != STATUS_NOT_FOUND))
		return status != STATUS_OK ? status : found;
	*last_lsn = *last_lsn == 0 ? meta.end.lsn : *last_lsn;
	if (held->last_lsn == 0)
		return STATUS_OK;
	if (memcmp(name, held->ledger, CHAIN_BYTES) != 0)
		return reason_say(why, STATUS_CONTRADICTION, "%.128s is the backup of another ledger", folder);
	if (held->last_lsn > meta.end.lsn)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%.128s holds events up to %" PRIu64 ", and the ledger ends with %" PRIu64 ": an older one was put back",
		    folder, held->last_lsn, meta.end.lsn);
	if (memcmp(chain, held->chain, CHAIN_BYTES) != 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%.128s and the ledger tell different pasts: their chain values differ at event %" PRIu64, folder,
		    held->last_lsn);
	return STATUS_OK;
}

/* Reads a file from its first byte to its last. */
static enum status
read_again(const char *path, const struct stretch_span *written, struct reason *why)
{
	struct stretch *stretch = NULL;
	struct journal_event event;
	enum status status = stretch_open(path, &stretch, why);
	while (status == STATUS_OK)
		status = stretch_next(stretch, &event, why);
	if (status == STATUS_NOT_FOUND && stretch != NULL)
		status = stretch_end(stretch)->lsn == written->last_lsn &&
			memcmp(stretch_end(stretch)->chain, written->chain, CHAIN_BYTES) == 0
		    ? STATUS_OK
		    : reason_say(why, STATUS_DAMAGED, "%.128s: it is not what was written", path);
	stretch_close(&stretch);
	return status;
}

static enum status
add_file(struct env *env, const char *folder, uint64_t last_lsn, void (*progress)(void *user, uint64_t done, uint64_t all),
    void *user, struct backup_result *result, struct reason *why)
{
	char path[FILES_PATH_BYTES];
	struct stretch_span span;
	uint64_t first_lsn = result->all.last_lsn + 1;
	snprintf(path, sizeof path, "%s/" JOURNAL_PREFIX "%012" PRIu64 "-%012" PRIu64 STRETCH_SUFFIX, folder, first_lsn, last_lsn);
	enum status status = stretch_write(env, first_lsn, last_lsn, path, progress, user, &span, why);
	if (status == STATUS_OK && (status = read_again(path, &span, why)) != STATUS_OK)
		unlink(path);
	if (status != STATUS_OK)
		return status;
	result->new_events = last_lsn - first_lsn + 1;
	result->new_bytes = span.bytes;
	result->files++;
	if (first_lsn == 1)
		result->all = (struct stretch_span){ .first_lsn = 1 };
	memcpy(result->all.ledger, span.ledger, CHAIN_BYTES);
	memcpy(result->all.chain, span.chain, CHAIN_BYTES);
	result->all.last_lsn = last_lsn;
	result->all.bytes += span.bytes;
	return STATUS_OK;
}

enum status
backup_run(struct env *env, const char *folder, uint64_t last_lsn, void (*progress)(void *user, uint64_t done, uint64_t all),
    void *user, struct backup_result *out, struct reason *why)
{
	struct backup_result result = { .files = 0 };
	int fd = -1;
	enum status status = files_make_folder(folder, 0700, why);
	if (status == STATUS_OK)
		status = lock_folder(folder, &fd, why);
	if (status == STATUS_OK) {
		remove_parts(folder);
		status = look_into(folder, &result, why);
	}
	if (status == STATUS_OK)
		status = check_ledger(env, folder, &result.all, &last_lsn, why);
	if (status == STATUS_OK && last_lsn > result.all.last_lsn)
		status = add_file(env, folder, last_lsn, progress, user, &result, why);
	if (fd >= 0)
		close(fd);
	if (status == STATUS_OK)
		*out = result;
	return status;
}

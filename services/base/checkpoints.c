/* Keys and files of checkpoints: see checkpoints.h. */
#include "checkpoints.h"

#include <dirent.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "civil.h"
#include "files.h"
#include "signers.h"

static enum status
key_path(const char *dir, char out[CHECKPOINT_PATH_BYTES], struct reason *why)
{
	int bytes = snprintf(out, CHECKPOINT_PATH_BYTES, "%s/keys/checkpoint.key", dir);
	return bytes < CHECKPOINT_PATH_BYTES ? STATUS_OK : reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", dir);
}

enum status
checkpoints_make_key(const char *dir, const char *name, struct signer *out, struct reason *why)
{
	char path[CHECKPOINT_PATH_BYTES];
	enum status status = key_path(dir, path, why);
	return status == STATUS_OK ? signers_make(path, name, out, why) : status;
}

enum status
checkpoints_key(const char *dir, struct signer *out, struct reason *why)
{
	char path[CHECKPOINT_PATH_BYTES];
	enum status status = key_path(dir, path, why);
	if (status == STATUS_OK)
		status = signers_load(path, true, out, why);
	return status == STATUS_NOT_FOUND
	    ? reason_say(why, status, "%.120s: there is no such key; 'juyan checkpoint key' makes one", path)
	    : status;
}

enum status
checkpoints_public_key(const char *path, struct signer *out, struct reason *why)
{
	return signers_load(path, false, out, why);
}

enum status
checkpoints_load(const char *path, const struct signer *signer, struct checkpoint *out, struct reason *why)
{
	struct arena arena;
	struct span text;
	struct reason inner = { "" };
	enum status status = arena_open(&arena, CHECKPOINT_TEXT_MAX + 4096);
	if (status != STATUS_OK)
		return reason_say(why, status, "no memory to read a checkpoint");
	status = files_load(path, CHECKPOINT_TEXT_MAX, &arena, &text, why);
	if (status == STATUS_OK && (status = checkpoint_read(text, signer, out, &inner)) != STATUS_OK)
		reason_say(why, status, "%.100s: %.150s", path, inner.text);
	arena_close(&arena);
	return status;
}

static enum status
save(const char *dir, struct checkpoint_kept *kept, struct reason *why)
{
	char folder[CHECKPOINT_PATH_BYTES - 64], made[32];
	civil_format_ms(kept->checkpoint.made_at_ms, made);
	if ((size_t)snprintf(folder, sizeof folder, "%s/checkpoints", dir) >= sizeof folder)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", dir);
	snprintf(kept->path, sizeof kept->path, "%s/%.10s-%" PRIu64 ".txt", folder, made, kept->checkpoint.lsn);
	enum status status = files_make_folder(folder, 0755, why);
	return status == STATUS_OK ? files_save(kept->path, kept->text, 0644, why) : status;
}

enum status
checkpoints_keep(struct env *env, const char *dir, const struct signer *signer, int64_t now_ms, struct arena *arena,
    struct checkpoint_kept *out, struct reason *why)
{
	struct checkpoint_kept kept = { .path = "" };
	enum status status = checkpoint_make(env, now_ms, &kept.checkpoint, why);
	if (status == STATUS_OK)
		status = checkpoint_write(&kept.checkpoint, signer, arena, &kept.text, why);
	if (status == STATUS_OK)
		status = save(dir, &kept, why);
	if (status == STATUS_OK)
		*out = kept;
	else
		checkpoint_free(&kept.checkpoint);
	return status;
}

enum { DATE_BYTES = sizeof "2026-11-21" - 1 };

/* Of one day's files the one that was made last; or, with an empty date, finds the last day. */
static int64_t
look_through(const char *folder, char date[DATE_BYTES + 1], const struct signer *signer)
{
	char path[CHECKPOINT_PATH_BYTES];
	struct dirent *entry;
	int64_t last_ms = 0;
	bool finding = date[0] == '\0';
	DIR *names = opendir(folder);
	while (names != NULL && (entry = readdir(names)) != NULL) {
		struct checkpoint checkpoint = { .lsn = 0 };
		const char *name = entry->d_name;
		if (strlen(name) <= DATE_BYTES || name[0] == '.' ||
		    (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
			continue;
		if (finding && strncmp(name, date, DATE_BYTES) > 0)
			snprintf(date, DATE_BYTES + 1, "%.*s", DATE_BYTES, name);
		if (finding || strncmp(name, date, DATE_BYTES) != 0 ||
		    checkpoints_load(path, signer, &checkpoint, NULL) != STATUS_OK)
			continue;
		last_ms = checkpoint.made_at_ms > last_ms ? checkpoint.made_at_ms : last_ms;
		checkpoint_free(&checkpoint);
	}
	if (names != NULL)
		closedir(names);
	return last_ms;
}

int64_t
checkpoints_last_made(const char *dir, const struct signer *signer)
{
	char folder[CHECKPOINT_PATH_BYTES - 64], date[DATE_BYTES + 1] = "";
	if ((size_t)snprintf(folder, sizeof folder, "%s/checkpoints", dir) >= sizeof folder)
		return 0;
	look_through(folder, date, signer);
	return date[0] == '\0' ? 0 : look_through(folder, date, signer);
}

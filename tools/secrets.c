/* Copying keys and users: see secrets.h. */
#include "secrets.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

enum { SECRET_BYTES_MAX = 1024 * 1024 };

enum status
secrets_copy_file(const char *from, const char *to, unsigned mode, struct reason *why)
{
	struct arena arena;
	struct span bytes;
	enum status status = arena_open(&arena, SECRET_BYTES_MAX + 4096);
	if (status != STATUS_OK)
		return reason_say(why, status, "no memory to copy a file");
	status = files_load(from, SECRET_BYTES_MAX, &arena, &bytes, why);
	if (status == STATUS_OK)
		status = files_save(to, bytes, mode, why);
	explicit_bzero(arena.base, arena.used);
	arena_close(&arena);
	return status;
}

static enum status
copy_one(const char *from, const char *to, const char *name, bool replace, size_t *copied, struct reason *why)
{
	char source[FILES_PATH_BYTES], target[FILES_PATH_BYTES];
	struct stat info;
	int a = snprintf(source, sizeof source, "%s/%s", from, name), b = snprintf(target, sizeof target, "%s/%s", to, name);
	if (a >= (int)sizeof source || b >= (int)sizeof target)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", from);
	if (lstat(source, &info) != 0 || !S_ISREG(info.st_mode) || (!replace && access(target, F_OK) == 0))
		return STATUS_OK;
	size_t bytes = strlen(name);
	bool public = bytes > 4 && strcmp(name + bytes - 4, ".pub") == 0;
	++*copied;
	return secrets_copy_file(source, target, public ? 0644 : 0600, why);
}

static enum status
copy_folder(const char *from, const char *to, bool replace, size_t *copied, struct reason *why)
{
	struct dirent *entry;
	DIR *names = opendir(from);
	if (names == NULL)
		return errno == ENOENT || errno == ENOTDIR ? STATUS_OK : files_fail(from, "it cannot be opened", why);
	enum status status = files_make_folder(to, 0700, why);
	while (status == STATUS_OK && (entry = readdir(names)) != NULL)
		status = copy_one(from, to, entry->d_name, replace, copied, why);
	closedir(names);
	return status;
}

enum status
secrets_copy(const char *from, const char *to, bool replace, size_t *copied, struct reason *why)
{
	char source[FILES_PATH_BYTES], target[FILES_PATH_BYTES];
	snprintf(source, sizeof source, "%.400s/keys", from);
	snprintf(target, sizeof target, "%.400s/keys", to);
	*copied = 0;
	enum status status = copy_folder(source, target, replace, copied, why);
	return status == STATUS_OK ? copy_one(from, to, "users.json", replace, copied, why) : status;
}

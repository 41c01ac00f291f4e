/* See own_file.h. */
#include "own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 320 };

static const char *
path_of(const char *dir, const char *name, const char *ending, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%s/%s%s", dir, name, ending);
	return out;
}

uint64_t
own_file_version(const char *dir, const char *name)
{
	char path[PATH_BYTES];
	struct stat info;
	if (stat(path_of(dir, name, "", path), &info) != 0)
		return 0;
	uint64_t ns = (uint64_t)info.st_mtim.tv_sec * 1000000000 + (uint64_t)info.st_mtim.tv_nsec;
	return (ns ^ (uint64_t)info.st_ino << 40 ^ (uint64_t)info.st_size << 20) | 1;
}

static enum status
load(int fd, json_t **out, struct reason *why)
{
	struct stat info;
	json_error_t error;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > OWN_FILE_BYTES_MAX)
		return reason_say(why, STATUS_SETTING, "it is no file of at most 1 MiB");
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0 || info.st_uid != geteuid())
		return reason_say(why, STATUS_SETTING, "it is not this user's alone; expected: chmod 600");
	*out = json_loadfd(fd, JSON_REJECT_DUPLICATES, &error);
	if (*out == NULL)
		return reason_say(why, STATUS_SETTING, "line %d: %.80s", error.line, error.text);
	return STATUS_OK;
}

enum status
own_file_read(const char *dir, const char *name, json_t **out, struct reason *why)
{
	char path[PATH_BYTES];
	struct reason inner = { "" };
	json_t *json = NULL;
	int fd = open(path_of(dir, name, "", path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*out = NULL;
		return STATUS_OK;
	}
	enum status status = fd < 0 ? reason_say(&inner, STATUS_SETTING, "%s", strerror(errno)) : load(fd, &json, &inner);
	if (fd >= 0)
		close(fd);
	if (status != STATUS_OK)
		return reason_say(why, status, "%.120s: %.120s", path, inner.text);
	*out = json;
	return STATUS_OK;
}

/* A name that is not on disk would bring the old file back after a power cut. */
static bool
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool right = fd >= 0 && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return right;
}

enum status
own_file_write(const char *dir, const char *name, json_t *json, struct reason *why)
{
	char path[PATH_BYTES], draft[PATH_BYTES];
	if (json == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	path_of(dir, name, "", path);
	path_of(dir, name, ".XXXXXX", draft);
	int fd = mkostemp(draft, O_CLOEXEC); /* 0600 */
	bool right = fd >= 0 && json_dumpfd(json, fd, JSON_INDENT(2)) == 0 && fsync(fd) == 0 && rename(draft, path) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!right && fd >= 0)
		unlink(draft);
	json_decref(json);
	if (right && !sync_folder(dir)) {
		right = false;
		error = errno;
	}
	return right ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%.160s cannot be written: %s", path, strerror(error));
}

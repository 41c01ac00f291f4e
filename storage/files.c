/* Files and folders: see files.h. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status
files_fail(const char *path, const char *what, struct reason *why)
{
	bool full = errno == ENOSPC || errno == EDQUOT;
	reason_say(why, STATUS_SYSTEM, "%.160s: %s: %s", path, what, strerror(errno));
	return full ? STATUS_NO_ROOM : STATUS_SYSTEM;
}

enum status
files_sync(const char *folder, struct reason *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* EINVAL: this file system has nothing to sync there. */
	enum status status =
	    fd >= 0 && (fsync(fd) == 0 || errno == EINVAL) ? STATUS_OK : files_fail(folder, "the folder cannot be synced", why);
	if (fd >= 0)
		close(fd);
	return status;
}

enum status
files_sync_beside(const char *path, struct reason *why)
{
	char folder[FILES_PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int bytes = slash == NULL ? 1 : (int)(slash - path) + 1;
	snprintf(folder, sizeof folder, "%.*s", bytes, slash == NULL ? "." : path);
	return files_sync(folder, why);
}

enum status
files_make_folder(const char *path, unsigned mode, struct reason *why)
{
	struct stat info;
	if (mkdir(path, mode) == 0)
		return files_sync_beside(path, why);
	if (errno != EEXIST)
		return files_fail(path, "the folder cannot be made", why);
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? STATUS_OK
							       : reason_say(why, STATUS_SYSTEM, "%.160s is no folder", path);
}

static bool
write_all(int fd, struct span bytes)
{
	while (bytes.bytes > 0) {
		ssize_t n = write(fd, bytes.data, bytes.bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes.data += n;
		bytes.bytes -= (size_t)n;
	}
	return true;
}

enum status
files_save(const char *path, struct span bytes, unsigned mode, struct reason *why)
{
	char part[FILES_PATH_BYTES];
	if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", path);
	unlink(part); /* what an earlier one left, with its mode */
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return files_fail(part, "it cannot be made", why);
	enum status status = write_all(fd, bytes) && fsync(fd) == 0 ? STATUS_OK : files_fail(part, "it cannot be written", why);
	if (close(fd) != 0 && status == STATUS_OK)
		status = files_fail(part, "it cannot be written", why);
	if (status == STATUS_OK && rename(part, path) != 0)
		status = files_fail(path, "it cannot be put in its place", why);
	if (status != STATUS_OK)
		unlink(part);
	return status == STATUS_OK ? files_sync_beside(path, why) : status;
}

static enum status
load(FILE *file, const char *path, size_t bytes_max, struct arena *arena, struct span *out, struct reason *why)
{
	uint8_t *bytes = arena_take(arena, bytes_max + 1);
	if (bytes == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "%.160s: no memory to read it", path);
	size_t n = fread(bytes, 1, bytes_max + 1, file);
	if (ferror(file))
		return files_fail(path, "it cannot be read", why);
	if (n > bytes_max)
		return reason_say(why, STATUS_TOO_LARGE, "%.160s has more than %zu bytes", path, bytes_max);
	*out = (struct span){ bytes, n };
	return STATUS_OK;
}

enum status
files_load(const char *path, size_t bytes_max, struct arena *arena, struct span *out, struct reason *why)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL) {
		bool absent = errno == ENOENT;
		enum status status = files_fail(path, "it cannot be opened", why);
		return absent ? STATUS_NOT_FOUND : status;
	}
	enum status status = load(file, path, bytes_max, arena, out, why);
	fclose(file);
	return status;
}

enum status
files_exchange(const char *a, const char *b, struct reason *why)
{
	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
		return files_fail(b, "the old and the new cannot be exchanged in one step", why);
	enum status status = files_sync_beside(a, why);
	return status == STATUS_OK ? files_sync_beside(b, why) : status;
}

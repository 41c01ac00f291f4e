/* Locks of open file descriptions (fcntl F_OFD_*). The caller of lock_take owns the descriptor. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static enum status
open_file(const char *dir, const char *name, int flags, int *fd, struct reason *why)
{
	char path[PATH_BYTES];
	if (snprintf(path, sizeof path, "%s/run/%s.lock", dir, name) >= (int)sizeof path)
		return reason_say(why, STATUS_SETTING, "%.64s…: the path of the data folder is too long", dir);
	int opened = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (opened < 0)
		return reason_say(why, STATUS_SYSTEM, "%s: it cannot be opened: %s", path, strerror(errno));
	*fd = opened;
	return STATUS_OK;
}

enum { PID_BYTES = 16 };

/* Who holds it may have done so for so short a time that his number is not there yet: then the text is empty. */
static void
read_pid(int fd, char pid[PID_BYTES])
{
	ssize_t n = pread(fd, pid, PID_BYTES - 1, 0);
	pid[n < 0 ? 0 : n] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
}

static enum status
fail_in_use(int fd, const char *dir, const char *name, struct reason *why)
{
	char pid[PID_BYTES] = "";
	read_pid(fd, pid);
	return reason_say(why, STATUS_IN_USE, "%.128s: in use by process %s, which runs %s", dir,
	    pid[0] == '\0' ? "(unknown)" : pid, name);
}

/* The file stays when the process goes: removing it would let two processes lock two files of one name. */
enum status
lock_take(const char *dir, const char *name, int *fd, struct reason *why)
{
	int opened = -1;
	enum status status = open_file(dir, name, O_RDWR | O_CREAT, &opened, why);
	if (status != STATUS_OK)
		return status;
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char pid[PID_BYTES];
	int bytes = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	if (fcntl(opened, F_OFD_SETLK, &whole) != 0)
		status = fail_in_use(opened, dir, name, why);
	else if (ftruncate(opened, 0) != 0 || pwrite(opened, pid, (size_t)bytes, 0) != bytes)
		status = reason_say(why, STATUS_SYSTEM, "%.128s/run/%s.lock: it cannot be written: %s", dir, name, strerror(errno));
	if (status == STATUS_OK)
		*fd = opened;
	else
		close(opened);
	return status;
}

bool
lock_held(const char *dir, const char *name)
{
	int fd = -1;
	if (open_file(dir, name, O_RDWR, &fd, NULL) != STATUS_OK)
		return false;
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	bool held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	close(fd);
	return held;
}

bool
lock_is_ours(const char *dir, const char *name)
{
	int fd = -1;
	char pid[PID_BYTES] = "", own[PID_BYTES];
	if (!lock_held(dir, name) || open_file(dir, name, O_RDONLY, &fd, NULL) != STATUS_OK)
		return false;
	read_pid(fd, pid);
	close(fd);
	snprintf(own, sizeof own, "%ld", (long)getpid());
	return strcmp(pid, own) == 0;
}

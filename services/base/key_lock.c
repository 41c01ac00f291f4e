/* The lock beside a key (KEY.sent.lock). It stays when its holder goes: removing it would let two lock two files of one name. */
#include "key_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, LOCK_TURN_MS = 20 };

enum status
key_lock(const char *key_path, int wait_ms, int *fd, struct reason *why)
{
	char path[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof path, "%s.sent.lock", key_path) >= sizeof path)
		return reason_say(why, STATUS_SYSTEM, "%s: the name is too long", key_path);
	int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (opened < 0)
		return reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(errno));
	for (int waited_ms = 0; flock(opened, LOCK_EX | LOCK_NB) != 0; waited_ms += LOCK_TURN_MS) {
		int error = errno;
		if (error == EWOULDBLOCK && waited_ms < wait_ms && poll(NULL, 0, LOCK_TURN_MS) == 0)
			continue;
		close(opened);
		if (error == EWOULDBLOCK)
			return reason_say(why, STATUS_IN_USE,
			    "%s: another process sends with this key; give each sender a key of its own, or wait", path);
		return reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(error));
	}
	*fd = opened;
	return STATUS_OK;
}

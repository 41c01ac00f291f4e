/* See notify.h. Owns the socket. */
#include "notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { SAID_BYTES = 512, SEND_WAIT_S = 1 };

/* A path, or with "@" in front a name in the kernel's own table, which begins with a zero byte instead. */
static enum status
address_of(const char *name, struct sockaddr_un *out, socklen_t *bytes, struct reason *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(name);
	if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof address.sun_path)
		return reason_say(why, STATUS_SETTING, "NOTIFY_SOCKET is '%.64s'; expected: a path, or a name behind '@'", name);
	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	*out = address;
	*bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '@' ? 0 : 1));
	return STATUS_OK;
}

/* $WATCHDOG_USEC holds for the process that $WATCHDOG_PID names, or for whoever reads it. */
static enum status
watchdog_of(int64_t *out, struct reason *why)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	char own[32], *end = NULL;
	snprintf(own, sizeof own, "%ld", (long)getpid());
	*out = 0;
	if (usec == NULL || (pid != NULL && strcmp(pid, own) != 0))
		return STATUS_OK;
	errno = 0;
	long long number = strtoll(usec, &end, 10);
	if (errno != 0 || end == usec || *end != '\0' || number < 1000)
		return reason_say(why, STATUS_SETTING, "WATCHDOG_USEC is '%.32s'; expected: microseconds, 1000 or more", usec);
	*out = number / 1000;
	return STATUS_OK;
}

enum status
notify_open(struct notify *out, struct reason *why)
{
	struct notify notify = { .fd = -1 };
	struct sockaddr_un address;
	socklen_t bytes;
	struct timeval patience = { .tv_sec = SEND_WAIT_S };
	const char *name = getenv("NOTIFY_SOCKET");
	enum status status = STATUS_OK;
	if (name != NULL && name[0] != '\0') {
		status = address_of(name, &address, &bytes, why);
		if (status == STATUS_OK)
			status = watchdog_of(&notify.watchdog_ms, why);
		if (status != STATUS_OK)
			return status;
		notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (notify.fd < 0 || setsockopt(notify.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
		    connect(notify.fd, (const struct sockaddr *)&address, bytes) != 0) {
			status = reason_say(why, STATUS_SYSTEM, "the service manager at NOTIFY_SOCKET %.64s cannot be told: %s",
			    name, strerror(errno));
			notify_close(&notify);
			return status;
		}
	}
	*out = notify;
	return STATUS_OK;
}

void
notify_say(const struct notify *notify, const char *format, ...)
{
	char said[SAID_BYTES];
	va_list args;
	if (notify->fd < 0)
		return;
	va_start(args, format);
	int n = vsnprintf(said, sizeof said, format, args);
	va_end(args);
	if (n < 0)
		return;
	size_t bytes = (size_t)n < sizeof said ? (size_t)n : sizeof said - 1;
	ssize_t sent = send(notify->fd, said, bytes, MSG_NOSIGNAL);
	(void)sent;
}

void
notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

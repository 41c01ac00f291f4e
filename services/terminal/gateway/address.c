/* Sockets by numeric addresses: see address.h. */
#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEEP_IDLE_S = 30, KEEP_EVERY_S = 15, KEEP_TIMES = 6 };

/* "HOST:PORT" or "[HOST]:PORT" in two; false: neither. */
static bool
split(const char *text, char host[64], char port[8])
{
	bool bracket = text[0] == '[';
	const char *begin = bracket ? text + 1 : text, *colon = strrchr(text, ':');
	const char *end = bracket ? strchr(text, ']') : colon;
	if (colon == NULL || end == NULL || (bracket && end + 1 != colon) || end == begin || end - begin >= 64)
		return false;
	if (strlen(colon + 1) == 0 || strlen(colon + 1) > 5 || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	snprintf(host, 64, "%.*s", (int)(end - begin), begin);
	snprintf(port, 8, "%s", colon + 1);
	return true;
}

enum status
address_read(const char *text, struct address *out, struct reason *why)
{
	char host[64], port[8];
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	if (!split(text, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
		return reason_say(why, STATUS_SYNTAX, "'%.64s' is no address; expected one in numbers, such as 192.168.1.50:4001",
		    text);
	struct address address = { .bytes = found->ai_addrlen };
	memcpy(&address.at, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	*out = address;
	return STATUS_OK;
}

const char *
address_text(const struct address *address, char out[ADDRESS_TEXT_BYTES])
{
	char host[56], port[8];
	if (getnameinfo((const struct sockaddr *)&address->at, address->bytes, host, sizeof host, port, sizeof port,
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(out, ADDRESS_TEXT_BYTES, "somewhere");
	else
		snprintf(out, ADDRESS_TEXT_BYTES, address->at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return out;
}

static enum status
fail(const struct address *address, int fd, struct reason *why)
{
	char text[ADDRESS_TEXT_BYTES];
	int error = errno;
	if (fd >= 0)
		close(fd);
	return reason_say(why, STATUS_SYSTEM, "%s: %s", address_text(address, text), strerror(error));
}

enum status
address_listen(const struct address *address, int backlog, int *fd, struct reason *why)
{
	const int on = 1;
	int opened = socket(address->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (opened < 0 || setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    bind(opened, (const struct sockaddr *)&address->at, address->bytes) != 0 || listen(opened, backlog) != 0)
		return fail(address, opened, why);
	*fd = opened;
	return STATUS_OK;
}

struct address
address_of(int fd)
{
	struct address address = { .bytes = sizeof address.at };
	if (getsockname(fd, (struct sockaddr *)&address.at, &address.bytes) != 0)
		address.bytes = 0;
	return address;
}

enum status
address_dial(const struct address *address, int *fd, struct reason *why)
{
	int opened = socket(address->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (opened < 0 || (connect(opened, (const struct sockaddr *)&address->at, address->bytes) != 0 && errno != EINPROGRESS))
		return fail(address, opened, why);
	*fd = opened;
	return STATUS_OK;
}

int
address_failure(int fd)
{
	int error = 0;
	socklen_t bytes = sizeof error;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0 ? errno : error;
}

void
address_tune(int fd)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEP_EVERY_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEP_TIMES },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, (KEEP_IDLE_S + KEEP_EVERY_S * KEEP_TIMES) * 1000 },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};
	for (size_t i = 0; i < sizeof options / sizeof options[0];
	     i++) /* where one is not known, the connection works all the same */
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value) != 0)
			continue;
}

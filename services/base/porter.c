/*
 * Listening sockets with TCP_DEFER_ACCEPT, before which a classic filter drops what would begin a connection. A shorter backlog
 * would not do: libzmq takes connections as fast as they come, and while its threads tell each other of new ones they look at
 * nothing else.
 */
#include "porter.h"

#include <assert.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"

enum { SILENT_S = 10 /* so long the kernel keeps who says nothing to itself, about */, FLAGS_AT = 13, FLAG_SYN = 2 };

/* The address of "tcp://ADDRESS:PORT", where it is one; NULL: it is a name, or an interface. */
static struct addrinfo *
address_of(const char *endpoint)
{
	char host[ENDPOINT_BYTES];
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	if (strncmp(endpoint, "tcp://", strlen("tcp://")) != 0)
		return NULL;
	snprintf(host, sizeof host, "%s", endpoint + strlen("tcp://"));
	char *colon = strrchr(host, ':');
	if (colon == NULL || colon == host)
		return NULL;
	*colon = '\0';
	const char *port = strcmp(colon + 1, "*") == 0 ? "0" : colon + 1;
	char *name = host;
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		name = host + 1;
	}
	return getaddrinfo(name, port, &hints, &found) == 0 ? found : NULL;
}

static bool
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int
porter_listen(const char *endpoint, int backlog)
{
	struct addrinfo *address = address_of(endpoint);
	if (address == NULL)
		return -1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool right = fd >= 0 && set(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, SILENT_S);
	if (right && address->ai_family == AF_INET6)
		right = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	right = right && bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, backlog) == 0;
	freeaddrinfo(address);
	if (!right && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void
porter_add(struct porter *porter, int fd)
{
	assert(porter->n < PORTER_SOCKETS_MAX);
	if (fd >= 0)
		porter->fds[porter->n++] = fd;
}

/* A connection that is taken while the filter is there keeps it; it is never begun again, so that is all one. */
static bool
shut(int fd)
{
	struct sock_filter steps[] = { BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_AT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FLAG_SYN, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX) };
	const struct sock_fprog filter = { sizeof steps / sizeof steps[0], steps };
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

bool
porter_failed(struct porter *porter, uint64_t failures, int64_t now_ms)
{
	porter_look(porter, now_ms);
	porter->failures += failures;
	if (porter->shut || porter->failures < PORTER_FAILURES)
		return false;
	for (size_t i = 0; i < porter->n; i++)
		porter->shut = shut(porter->fds[i]) || porter->shut;
	return porter->shut;
}

int
porter_look(struct porter *porter, int64_t now_ms)
{
	int64_t left_ms = porter->since_ms + PORTER_MS - now_ms;
	if (left_ms > 0 && left_ms <= PORTER_MS)
		return porter->shut ? (int)left_ms : 0;
	porter->since_ms = now_ms;
	porter->failures = 0;
	for (size_t i = 0; i < porter->n && porter->shut; i++)
		set(porter->fds[i], SOL_SOCKET, SO_DETACH_FILTER, 0);
	porter->shut = false;
	return 0;
}

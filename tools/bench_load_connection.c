/* Hostile connections for `juyan bench load`, which never come to a session: strange keys, half-open ones, storms. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_load_parts.h"

enum { STRANGERS = 16, STRANGER_MS = 20, HALF_OPEN = 500, TURN_MS = 10 };

static bool
stopped(const struct load_act *act)
{
	return atomic_load(act->stop);
}

/* A socket that connects, or has. */
static int
connect_to(const struct load_target *target)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *colon = strrchr(target->endpoint, ':');
	const struct linger cut = { .l_onoff = 1, .l_linger = 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	there.sin_port = htons((uint16_t)strtoul(colon == NULL ? "0" : colon + 1, NULL, 10));
	if (fd < 0)
		return -1;
	/* Cut, not closed: thousands of them would use up the ports of this machine. */
	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &cut, sizeof cut) == 0 &&
	    (connect(fd, (const struct sockaddr *)&there, sizeof there) == 0 || errno == EINPROGRESS))
		return fd;
	close(fd);
	return -1;
}

static const uint8_t greeting[] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3 };

/* A connection made and cut; every other one begins as ZeroMQ does. */
static void
run_storm(struct load_act *act)
{
	for (size_t i = 0; !stopped(act); i++) {
		int fd = connect_to(act->target);
		struct pollfd wait = { .fd = fd, .events = POLLOUT };
		if (fd < 0) {
			poll(NULL, 0, TURN_MS);
			continue;
		}
		act->done += poll(&wait, 1, TURN_MS) == 1 && (i % 2 == 0 || send(fd, greeting, sizeof greeting, MSG_NOSIGNAL) > 0);
		close(fd);
	}
}

/* Whether the server has closed it. */
static bool
is_shut(int fd)
{
	char bytes[256];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Every other one begins as ZeroMQ does and then falls silent. */
static void
run_half_open(struct load_act *act)
{
	int fds[HALF_OPEN];
	memset(fds, -1, sizeof fds);
	while (!stopped(act)) {
		for (size_t i = 0; i < HALF_OPEN && !stopped(act); i++) {
			if (fds[i] >= 0 && is_shut(fds[i])) {
				close(fds[i]);
				fds[i] = -1;
			}
			if (fds[i] >= 0)
				continue;
			fds[i] = connect_to(act->target);
			act->done += fds[i] >= 0;
			if (fds[i] >= 0 && i % 2 == 0 && send(fds[i], greeting, sizeof greeting, MSG_NOSIGNAL) < 0 &&
			    errno != EAGAIN) {
				close(fds[i]);
				fds[i] = -1;
			}
		}
		poll(NULL, 0, TURN_MS);
	}
	for (size_t i = 0; i < HALF_OPEN; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Handshakes go on in libzmq's thread; a socket whose key was refused is silent for good, and is made anew with another key. */
static void
run_strangers(struct load_act *act)
{
	struct bus_socket *sockets[STRANGERS] = { NULL };
	struct key_pair keys;
	while (!stopped(act)) {
		for (size_t i = 0; i < STRANGERS && !stopped(act); i++) {
			key_pair_make(&keys);
			bus_socket_close(&sockets[i]);
			act->done += bus_connect(act->bus, act->target->endpoint, &keys, act->target->server_key, &sockets[i],
					 NULL) == STATUS_OK;
		}
		poll(NULL, 0, STRANGER_MS);
	}
	for (size_t i = 0; i < STRANGERS; i++)
		bus_socket_close(&sockets[i]);
}

void
load_act_connection(struct load_act *act)
{
	if (act->kind == LOAD_strangers)
		run_strangers(act);
	else if (act->kind == LOAD_half_open)
		run_half_open(act);
	else
		run_storm(act);
}

/*
 * The porter at a server's tcp endpoints: he lets nobody in for a moment when too many have failed at the door, so that a storm
 * of connections does not take libzmq's threads from those who are in. Their connections go on; who comes meanwhile is not heard,
 * and TCP tries again, first after a second.
 *
 * He makes the listening sockets, which then belong to libzmq, and only such connections come to it as have said something. For
 * bus.c and watch.c alone; one thread.
 */
#ifndef JUYAN_BASE_PORTER_H
#define JUYAN_BASE_PORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many failures in so long shut the door for the rest of that time: an honest port has a few a day. */
enum { PORTER_FAILURES = 50, PORTER_MS = 100, PORTER_SOCKETS_MAX = 16 };

/* All zero: the door is open, and there is none. */
struct porter {
	int fds[PORTER_SOCKETS_MAX]; /* libzmq's */
	size_t n;
	bool shut;
	uint64_t failures; /* since `since_ms` */
	int64_t since_ms;
};

/*
 * A socket that listens at this endpoint; -1: there is none, for whichever reason. libzmq then makes one in its own way, or says
 * what is wrong.
 */
int porter_listen(const char *endpoint, int backlog);
/* libzmq has taken this socket; -1: none. */
void porter_add(struct porter *porter, int fd);
/* So many have failed. True: the door is shut, and was open before. */
bool porter_failed(struct porter *porter, uint64_t failures, int64_t now_ms);
/* Opens the door when it is time. How many ms it stays shut; 0: it is open. */
int porter_look(struct porter *porter, int64_t now_ms);

#endif

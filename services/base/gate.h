/*
 * The gate before a server's tcp endpoints: it lets nobody in for a moment when too many have failed at the door, so that a storm
 * of connections does not take libzmq's threads from those who are in. Their connections go on; who comes meanwhile is not heard,
 * and TCP tries again, first after a second.
 *
 * It makes the listening sockets, which then belong to libzmq, and only such connections come to it as have said something. For
 * bus.c alone; one thread.
 */
#ifndef JUYAN_BASE_GATE_H
#define JUYAN_BASE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many failures in so long shut it for the rest of that time: an honest port has a few a day. */
enum { GATE_FAILURES = 50, GATE_MS = 100, GATE_SOCKETS_MAX = 16 };

/* All zero: open, and before nothing. */
struct gate {
	int fds[GATE_SOCKETS_MAX]; /* libzmq's */
	size_t n;
	bool shut;
	uint64_t failures; /* since `since_ms` */
	int64_t since_ms;
};

/*
 * A socket that listens at this endpoint; -1: there is none, for whichever reason. libzmq then makes one in its own way, or says
 * what is wrong.
 */
int gate_listen(const char *endpoint, int backlog);
/* libzmq has taken this socket. */
void gate_add(struct gate *gate, int fd);
/* So many have failed. True: it is shut, and was open before. */
bool gate_failed(struct gate *gate, uint64_t failures, int64_t now_ms);
/* Opens it when it is time. How many ms it stays shut; 0: it is open. */
int gate_look(struct gate *gate, int64_t now_ms);

#endif

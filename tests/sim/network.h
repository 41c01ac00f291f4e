/*
 * The network: bus.h again, in memory. A client's socket connects by itself, as ZeroMQ's do, when the centre listens and lets its
 * key in; each connection is a route of its own, in order both ways, with queues as long as the bus has them. What the network may
 * do: be slow, break a connection with what is on its way, leave it open and dark, let nobody through. Hostile, which no CURVE
 * connection does, it may also lose or double a single frame towards the centre.
 */
#ifndef JUYAN_TESTS_NETWORK_H
#define JUYAN_TESTS_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.h"

enum { CLIENTS_MAX = 6 };

/* The keys with which a client connects; its number stands in the secret one, for the key may be a copy of the owner's. */
void network_key(size_t client, size_t owner, struct key_pair *out);

extern struct weather {
	int64_t delay_ns; /* of a frame: up to so long */
	int64_t connect_ns;
	unsigned lose; /* of 1000 frames to the centre */
	unsigned twice;
} weather;

void network_begin(void);
void network_end(void); /* everything that is left on its way is freed */
void network_tick(void);
int64_t network_next_ns(void);

/* Of one client's connections. */
void network_break(size_t client);
/* It takes everything and brings nothing, until it is found out. */
void network_darken(size_t client, int64_t until_ns);
/* Nobody gets through before this time. */
void network_part(size_t client, int64_t until_ns);
/* Everybody gets through again. */
void network_join(void);

/* Frames that the bus would not send: more than one part, or too large. */
void network_throw(struct bus_socket *socket);

#endif

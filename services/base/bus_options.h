/*
 * Every option of every socket of the bus, in one place: nothing relies on a default of the library. For bus.c alone.
 */
#ifndef JUYAN_BASE_BUS_OPTIONS_H
#define JUYAN_BASE_BUS_OPTIONS_H

#include <stdbool.h>

#include "status.h"

enum { BUS_BACKLOG = 256 };

struct link {
	int type;
	int send_hwm;       /* messages for one peer: more than a window of acknowledgements */
	int receive_hwm;    /* messages of one peer; times FRAME_BYTES_MAX it bounds the memory that a peer can take */
	int mandatory;      /* 1: sending to a peer that has gone says so; -1: only a ROUTER has it */
	const char *domain; /* a server's: whom auth lets in */
};

extern const struct link link_server, link_client, link_publisher, link_listener;

bool bus_set_number(void *zmq, int option, int value);
/* Every option that both kinds of socket have; CURVE comes apart, for it depends on the endpoint. */
enum status bus_set_options(void *zmq, const struct link *link, bool ipv6, struct reason *why) MUST_USE;

#endif

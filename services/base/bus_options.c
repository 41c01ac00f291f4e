/* See bus_options.h. */
#include "bus_options.h"

#include <stddef.h>
#include <stdint.h>

#include <zmq.h>

#include "auth.h"
#include "bounds.h"

enum { CURVE_BYTES = 64 /* what CURVE adds to a frame: 33 bytes, and room */ };

const struct link link_server = { ZMQ_ROUTER, 64, 2 * WINDOW_BATCHES, 1, AUTH_DOMAIN };
const struct link link_client = { ZMQ_DEALER, 2 * WINDOW_BATCHES, 64, -1, NULL };
const struct link link_publisher = { ZMQ_PUB, 256, 0, -1, AUTH_DOMAIN_READERS };
const struct link link_listener = { ZMQ_SUB, 0, 256, -1, NULL };

static const struct {
	int option;
	int value;
} common_options[] = {
	{ ZMQ_LINGER, 500 },  /* what has to arrive is acknowledged; an end waits for the rest no longer than this */
	{ ZMQ_IMMEDIATE, 1 }, /* nothing queues for a peer that is not there, and sending says so */
	/*
	 * No ZMQ_HEARTBEAT: of a peer that was reset while its queue here was full, libzmq 4.3.4 keeps the engine, and the next
	 * heartbeat ends the process by its own assert (stream_engine_base.cpp, !_io_error). TCP finds out who has gone, in some
	 * 25 s; the session's Ping and the feed's news do what else heartbeats would.
	 */
	{ ZMQ_TCP_KEEPALIVE, 1 },
	{ ZMQ_TCP_KEEPALIVE_IDLE, 10 },
	{ ZMQ_TCP_KEEPALIVE_INTVL, 5 },
	{ ZMQ_TCP_KEEPALIVE_CNT, 3 },
	{ ZMQ_TCP_MAXRT, 25000 },
	{ ZMQ_HANDSHAKE_IVL, 10000 },
	{ ZMQ_CONNECT_TIMEOUT, 10000 },
	{ ZMQ_RECONNECT_IVL, 100 },
	{ ZMQ_RECONNECT_IVL_MAX, 5000 },
	{ ZMQ_BACKLOG, BUS_BACKLOG },
	{ ZMQ_SNDTIMEO, 0 }, /* a call that would wait is a mistake of ours: waiting is bus_wait's */
	{ ZMQ_RCVTIMEO, 0 },
};

bool
bus_set_number(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

enum status
bus_set_options(void *zmq, const struct link *link, bool ipv6, struct reason *why)
{
	const int64_t frame_bytes = FRAME_BYTES_MAX + CURVE_BYTES; /* libzmq compares it with the frame as it travels */
	bool right = zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &frame_bytes, sizeof frame_bytes) == 0;
	right = right && bus_set_number(zmq, ZMQ_SNDHWM, link->send_hwm) && bus_set_number(zmq, ZMQ_RCVHWM, link->receive_hwm);
	right = right && (link->mandatory < 0 || bus_set_number(zmq, ZMQ_ROUTER_MANDATORY, link->mandatory));
	right = right && bus_set_number(zmq, ZMQ_IPV6, ipv6 ? 1 : 0);
	for (size_t i = 0; i < sizeof common_options / sizeof common_options[0]; i++)
		right = right && bus_set_number(zmq, common_options[i].option, common_options[i].value);
	return right ? STATUS_OK
		     : reason_say(why, STATUS_SYSTEM, "a socket's options cannot be set: %s", zmq_strerror(zmq_errno()));
}

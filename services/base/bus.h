/*
 * Every ZeroMQ socket of the project is made here, with every option set, from one table of links; zmq.h is included by bus.c,
 * watch.c and auth.c alone. A bus holds the process's one context. Sockets are made, used and closed in one thread.
 */
#ifndef JUYAN_BASE_BUS_H
#define JUYAN_BASE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"
#include "keys.h"
#include "log.h"
#include "status.h"
#include "wire.h"

struct bus;
struct bus_socket;

enum status bus_open(struct bus **out, struct reason *why) MUST_USE;
void bus_close(struct bus **bus);   /* all its sockets have to be closed before */
void *bus_context(struct bus *bus); /* for auth.c */

/*
 * A server (ROUTER) may be bound to several endpoints: "tcp://ADDR:PORT" and "ipc://PATH" always speak CURVE with `keys` and take
 * only whom auth lets in; "inproc://NAME" has no CURVE and is for this process alone (its peers' keys are what they claim: see
 * bus_peer.local). A tcp port of 0 or "*" takes a free one; bus_endpoint tells which.
 */
enum status bus_serve(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys, struct bus_socket **out,
    struct reason *why) MUST_USE;
/* The endpoint as bound, such as "tcp://127.0.0.1:40123". */
const char *bus_endpoint(const struct bus_socket *socket, size_t i);

/*
 * Counts (handshakes_failed) and logs as `who` what fails at a server before auth hears of it: no CURVE, a wrong server key, a port
 * scan. Both have to outlive the socket.
 */
enum status bus_watch(struct bus_socket *socket, const char *who, struct log *log, struct counters *counters,
    struct reason *why) MUST_USE;

/*
 * A client (DEALER). server_key is NULL for inproc and needed elsewhere. It connects again by itself after a break, but not after
 * auth has refused its key: who wants to try again then closes the socket and makes a new one.
 */
enum status bus_connect(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key,
    struct bus_socket **out, struct reason *why) MUST_USE;
void bus_socket_close(struct bus_socket **socket);

/*
 * News: a publisher (PUB) is bound as a server is, and bus_give with no peer gives to all who listen. It never waits for anyone:
 * who is too slow loses messages. Over tcp and ipc only keys with the right to read are let in. A listener (SUB) connects as a
 * client does and takes everything.
 */
enum status bus_publish(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys,
    struct bus_socket **out, struct reason *why) MUST_USE;
enum status bus_listen(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key,
    struct bus_socket **out, struct reason *why) MUST_USE;

enum { BUS_ROUTE_BYTES_MAX = 32 };

/* Who sent a frame to a server: where to answer, and which key the connection has proved. */
struct bus_peer {
	uint8_t route[BUS_ROUTE_BYTES_MAX];
	size_t route_bytes;
	bool request; /* asked with a REQ socket: the answer gets its empty frame too */
	bool local;   /* came over inproc: `key` is not proved and not set */
	uint8_t key[PUBLIC_KEY_BYTES];
};

/* A received frame. It owns its memory; close it when what points into it is done with. */
struct bus_frame {
	struct span bytes;
	_Alignas(8) unsigned char message[64]; /* a zmq_msg_t */
};

/* Waits until one of the sockets has something to read, or wait_ms have gone; `ready` may be NULL. INTERRUPTED never: EINTR is gone
 * about. */
enum status bus_wait(struct bus_socket *const *sockets, size_t n, int wait_ms, bool *ready) MUST_USE;
/* Wakes also when a descriptor of the caller's can be read; without sockets (n 0) it waits for that alone. fd -1: none. */
enum status bus_wait_with(struct bus_socket *const *sockets, size_t n, int fd, int wait_ms) MUST_USE;

/* RETRY (TIMEOUT) at once when nothing waits. TOO_LARGE: the message had more than one frame or broke FRAME_BYTES_MAX, and is gone;
 * NOT_AUTHORISED: no key came with it (auth has died), and it is gone. `peer` is set by servers: whole with OK, its route also with
 * TOO_LARGE. */
enum status bus_take(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame) MUST_USE;
void bus_frame_close(struct bus_frame *frame);

/* Never blocks. CLOSED: the peer is away. BUSY: its queue is full. Both: nothing was sent. `peer` is NULL for clients. */
enum status bus_give(struct bus_socket *socket, const struct bus_peer *peer, struct span bytes) MUST_USE;

#endif

/*
 * ZeroMQ, kept in one place: a context for the process, sockets with every option set (bus_options.h), frames in and out without
 * ever blocking. A socket belongs to the thread that opened it. Nothing here relies on a default of the library.
 */
#include "bus.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "auth.h"
#include "bus_options.h"
#include "clock.h"
#include "endpoint.h"
#include "porter.h"
#include "watch.h"

enum { ENDPOINTS_MAX = PORTER_SOCKETS_MAX, WAIT_SOCKETS_MAX = 16, ITEMS_MAX = 2 * WAIT_SOCKETS_MAX + 1 };

/* How many failed connections are looked at when there is nothing else to do, and how many beside work, each so many frames. */
enum { WATCH_IDLE = 10000, WATCH_BUSY = 1000, TAKES_PER_LOOK = 256 };

/*
 * The threads in which libzmq encrypts and shakes hands. With a second one, terminals that have their connection there do not wait
 * while the other is busy with strangers at the door.
 */
enum { IO_THREADS = 2 };

_Static_assert(sizeof(zmq_msg_t) == sizeof((struct bus_frame *)0)->message, "a frame holds a zmq_msg_t");

struct bus {
	void *context;
	atomic_uint monitors; /* how many were ever made: their names must differ */
};

struct bus_socket {
	struct bus *bus;
	void *zmq;
	bool server;        /* bound: a ROUTER or a PUB */
	bool routes, local; /* a ROUTER: each message has a peer; within this process */
	size_t n;
	char (*endpoints)[ENDPOINT_BYTES];
	struct watch watch;
	struct porter porter;
	unsigned takes;
};

static enum status
fail(struct reason *why, const char *what)
{
	return reason_say(why, STATUS_SYSTEM, "%s: %s", what, zmq_strerror(zmq_errno()));
}

static enum status
set_curve(struct bus_socket *socket, const char *domain, const struct key_pair *keys, const uint8_t *server_key, struct reason *why)
{
	bool right = true;
	if (socket->server) {
		right = bus_set_number(socket->zmq, ZMQ_CURVE_SERVER, 1) &&
		    zmq_setsockopt(socket->zmq, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0;
	} else {
		right = zmq_setsockopt(socket->zmq, ZMQ_CURVE_SERVERKEY, server_key, PUBLIC_KEY_BYTES) == 0 &&
		    zmq_setsockopt(socket->zmq, ZMQ_CURVE_PUBLICKEY, keys->public_key, PUBLIC_KEY_BYTES) == 0;
	}
	right = right && zmq_setsockopt(socket->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key, PUBLIC_KEY_BYTES) == 0;
	return right ? STATUS_OK : fail(why, "a socket's keys cannot be set");
}

/* ---- the bus ---- */

enum status
bus_open(struct bus **out, struct reason *why)
{
	struct bus *bus = calloc(1, sizeof *bus);
	if (bus == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	bus->context = zmq_ctx_new();
	if (bus->context == NULL || zmq_ctx_set(bus->context, ZMQ_IO_THREADS, IO_THREADS) != 0 ||
	    zmq_ctx_set(bus->context, ZMQ_MAX_SOCKETS, 1023) != 0) {
		enum status status = fail(why, "ZeroMQ's context cannot be made");
		bus_close(&bus);
		return status;
	}
	*out = bus;
	return STATUS_OK;
}

void
bus_close(struct bus **bus)
{
	if (*bus == NULL)
		return;
	while ((*bus)->context != NULL && zmq_ctx_term((*bus)->context) != 0 && zmq_errno() == EINTR)
		continue;
	free(*bus);
	*bus = NULL;
}

void *
bus_context(struct bus *bus)
{
	return bus->context;
}

/* ---- sockets ---- */

static enum status
check_endpoints(const char *const *endpoints, size_t n, bool *ipv6, struct reason *why)
{
	assert(n > 0 && n <= ENDPOINTS_MAX);
	*ipv6 = false;
	for (size_t i = 0; i < n; i++) {
		enum status status = endpoint_check(endpoints[i], why);
		if (status != STATUS_OK)
			return status;
		/* One socket is either open to this process alone or speaks CURVE everywhere. */
		assert(endpoint_is_local(endpoints[i]) == endpoint_is_local(endpoints[0]));
		*ipv6 = *ipv6 || endpoint_is_ipv6(endpoints[i]);
	}
	return STATUS_OK;
}

static enum status
socket_make(struct bus *bus, const struct link *link, const char *const *endpoints, size_t n, struct bus_socket **out,
    struct reason *why)
{
	bool ipv6;
	enum status status = check_endpoints(endpoints, n, &ipv6, why);
	if (status != STATUS_OK)
		return status;
	struct bus_socket *socket = calloc(1, sizeof *socket);
	if (socket == NULL || (socket->endpoints = calloc(n, sizeof *socket->endpoints)) == NULL) {
		free(socket);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	socket->bus = bus;
	socket->server = link->domain != NULL;
	socket->routes = link->type == ZMQ_ROUTER;
	socket->local = endpoint_is_local(endpoints[0]);
	socket->zmq = zmq_socket(bus->context, link->type);
	status = socket->zmq == NULL ? fail(why, "a socket cannot be made") : bus_set_options(socket->zmq, link, ipv6, why);
	if (status != STATUS_OK) {
		bus_socket_close(&socket);
		return status;
	}
	*out = socket;
	return STATUS_OK;
}

static enum status
bind_one(struct bus_socket *socket, const char *endpoint, struct reason *why)
{
	char asked[ENDPOINT_BYTES];
	endpoint_to_bind(endpoint, asked);
	int fd = porter_listen(asked, BUS_BACKLOG);
	if (!bus_set_number(socket->zmq, ZMQ_USE_FD, fd) || zmq_bind(socket->zmq, asked) != 0)
		return reason_say(why, STATUS_SYSTEM, "%s: it cannot be listened on: %s", endpoint, zmq_strerror(zmq_errno()));
	porter_add(&socket->porter, fd);
	size_t bytes = ENDPOINT_BYTES;
	if (zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, socket->endpoints[socket->n], &bytes) != 0)
		return fail(why, endpoint);
	socket->n++;
	return STATUS_OK;
}

static enum status
bound(struct bus *bus, const struct link *link, const char *const *endpoints, size_t n, const struct key_pair *keys,
    struct bus_socket **out, struct reason *why)
{
	struct bus_socket *socket = NULL;
	enum status status = socket_make(bus, link, endpoints, n, &socket, why);
	if (status == STATUS_OK && !socket->local) {
		assert(keys != NULL && !key_published(keys->public_key));
		status = set_curve(socket, link->domain, keys, NULL, why);
	}
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = bind_one(socket, endpoints[i], why);
	if (status != STATUS_OK) {
		bus_socket_close(&socket);
		return status;
	}
	*out = socket;
	return STATUS_OK;
}

enum status
bus_serve(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys, struct bus_socket **out,
    struct reason *why)
{
	return bound(bus, &link_server, endpoints, n, keys, out, why);
}

enum status
bus_publish(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys, struct bus_socket **out,
    struct reason *why)
{
	return bound(bus, &link_publisher, endpoints, n, keys, out, why);
}

const char *
bus_endpoint(const struct bus_socket *socket, size_t i)
{
	assert(i < socket->n);
	return socket->endpoints[i];
}

static enum status
connected(struct bus *bus, const struct link *link, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key,
    struct bus_socket **out, struct reason *why)
{
	struct bus_socket *socket = NULL;
	enum status status = socket_make(bus, link, &endpoint, 1, &socket, why);
	if (status == STATUS_OK && !socket->local) {
		assert(keys != NULL && server_key != NULL);
		status = set_curve(socket, NULL, keys, server_key, why);
	}
	if (status == STATUS_OK && link->type == ZMQ_SUB && zmq_setsockopt(socket->zmq, ZMQ_SUBSCRIBE, "", 0) != 0)
		status = fail(why, "a listener cannot subscribe");
	if (status == STATUS_OK && zmq_connect(socket->zmq, endpoint) != 0)
		status = reason_say(why, STATUS_SETTING, "%s: it cannot be connected to: %s", endpoint, zmq_strerror(zmq_errno()));
	if (status != STATUS_OK) {
		bus_socket_close(&socket);
		return status;
	}
	snprintf(socket->endpoints[socket->n++], ENDPOINT_BYTES, "%s", endpoint);
	*out = socket;
	return STATUS_OK;
}

enum status
bus_connect(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key, struct bus_socket **out,
    struct reason *why)
{
	return connected(bus, &link_client, endpoint, keys, server_key, out, why);
}

enum status
bus_listen(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key, struct bus_socket **out,
    struct reason *why)
{
	return connected(bus, &link_listener, endpoint, keys, server_key, out, why);
}

enum status
bus_watch(struct bus_socket *socket, const char *who, struct log *log, struct counters *counters, struct reason *why)
{
	assert(socket->server && socket->watch.pair == NULL);
	const struct watch_ear ear = { who, log, counters, &socket->porter };
	unsigned no = atomic_fetch_add(&socket->bus->monitors, 1);
	return watch_open(socket->bus->context, socket->zmq, no, &ear, &socket->watch, why);
}

void
bus_socket_close(struct bus_socket **socket)
{
	struct bus_socket *s = *socket;
	if (s == NULL)
		return;
	watch_close(&s->watch);
	if (s->zmq != NULL)
		zmq_close(s->zmq);
	free(s->endpoints);
	free(s);
	*socket = NULL;
}

/* ---- frames ---- */

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

/* What is waited for: the sockets, the caller's descriptor, and behind these news of open doors. A shut one shortens *left_ms. */
static int
gather(struct bus_socket *const *sockets, size_t n, int fd, zmq_pollitem_t items[ITEMS_MAX], int64_t *left_ms)
{
	int n_items = 0;
	for (size_t i = 0; i < n; i++)
		items[n_items++] = (zmq_pollitem_t){ .socket = sockets[i]->zmq, .events = ZMQ_POLLIN };
	if (fd >= 0)
		items[n_items++] = (zmq_pollitem_t){ .fd = fd, .events = ZMQ_POLLIN };
	for (size_t i = 0; i < n; i++) {
		void *door = watch_door(&sockets[i]->watch, WATCH_IDLE, left_ms);
		if (door != NULL)
			items[n_items++] = (zmq_pollitem_t){ .socket = door, .events = ZMQ_POLLIN };
	}
	return n_items;
}

/* Waits for the sockets, and for a descriptor of the caller's where fd >= 0; with neither it is a pause. */
static enum status
wait_for(struct bus_socket *const *sockets, size_t n, int fd, int wait_ms, bool *ready)
{
	assert(n <= WAIT_SOCKETS_MAX && wait_ms >= 0);
	size_t own = n + (fd >= 0 ? 1 : 0);
	int64_t until = now_ms() + wait_ms;
	for (bool some = false;;) {
		zmq_pollitem_t items[ITEMS_MAX];
		int64_t now = now_ms(), left = until > now ? until - now : 0;
		int n_items = gather(sockets, n, fd, items, &left);
		int found = zmq_poll(items, n_items, (long)left);
		if (found < 0 && zmq_errno() != EINTR)
			return zmq_errno() == ETERM ? STATUS_CLOSED : STATUS_SYSTEM;
		for (size_t i = 0; i < own && found > 0; i++)
			some = some || items[i].revents != 0;
		if (ready != NULL)
			*ready = some;
		if (some || (found >= 0 && now_ms() >= until))
			return STATUS_OK;
	}
}

enum status
bus_wait(struct bus_socket *const *sockets, size_t n, int wait_ms, bool *ready)
{
	return wait_for(sockets, n, -1, wait_ms, ready);
}

enum status
bus_wait_with(struct bus_socket *const *sockets, size_t n, int fd, int wait_ms)
{
	return wait_for(sockets, n, fd, wait_ms, NULL);
}

static zmq_msg_t *
message_of(struct bus_frame *frame)
{
	return (zmq_msg_t *)(void *)frame->message;
}

/* Receives one frame into an open message; false when nothing waits. */
static bool
receive(void *zmq, zmq_msg_t *message)
{
	int n;
	do
		n = zmq_msg_recv(message, zmq, ZMQ_DONTWAIT);
	while (n < 0 && zmq_errno() == EINTR);
	return n >= 0;
}

/* The rest of a message that has more parts than it should: all of it has arrived already, so this ends. */
static void
discard_rest(void *zmq, zmq_msg_t *message)
{
	while (zmq_msg_more(message) && receive(zmq, message))
		continue;
}

/* The route in front of each message that a ROUTER receives, and the empty frame that a REQ socket puts behind it. */
static bool
take_route(struct bus_socket *socket, struct bus_peer *peer, zmq_msg_t *message)
{
	if (!receive(socket->zmq, message))
		return false;
	size_t bytes = zmq_msg_size(message);
	*peer = (struct bus_peer){ .local = socket->local };
	if (bytes <= BUS_ROUTE_BYTES_MAX) {
		memcpy(peer->route, zmq_msg_data(message), bytes);
		peer->route_bytes = bytes;
	}
	bool more = zmq_msg_more(message) && receive(socket->zmq, message);
	if (more && zmq_msg_size(message) == 0 && zmq_msg_more(message)) {
		peer->request = true;
		more = receive(socket->zmq, message);
	}
	return more;
}

/* Which key the connection has proved. In libzmq 4.3.4 the route's frame does not say it reliably; the payload's does. */
static bool
take_key(zmq_msg_t *message, struct bus_peer *peer)
{
	const char *user = zmq_msg_gets(message, "User-Id");
	return user != NULL && key_parse(user, peer->key);
}

enum status
bus_take(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame)
{
	assert(socket->routes == (peer != NULL));
	zmq_msg_t *message = message_of(frame);
	/* Who is never idle never waits: what libzmq tells meanwhile would stand in memory without end. */
	if (++socket->takes % TAKES_PER_LOOK == 0)
		watch_drain(&socket->watch, WATCH_BUSY);
	zmq_msg_init(message);
	enum status status = STATUS_OK;
	bool got = peer == NULL ? receive(socket->zmq, message) : take_route(socket, peer, message);
	if (!got)
		status = STATUS_TIMEOUT;
	else if (zmq_msg_more(message) || zmq_msg_size(message) > FRAME_BYTES_MAX || (peer != NULL && peer->route_bytes == 0))
		status = STATUS_TOO_LARGE;
	else if (peer != NULL && !socket->local && !take_key(message, peer))
		status = STATUS_NOT_AUTHORISED;
	if (status == STATUS_OK) {
		frame->bytes = (struct span){ zmq_msg_data(message), zmq_msg_size(message) };
		return STATUS_OK;
	}
	discard_rest(socket->zmq, message);
	zmq_msg_close(message);
	return status;
}

void
bus_frame_close(struct bus_frame *frame)
{
	zmq_msg_close(message_of(frame));
	frame->bytes = (struct span){ NULL, 0 };
}

static bool
send_part(void *zmq, const void *data, size_t bytes, int flags)
{
	int n;
	do
		n = zmq_send(zmq, data, bytes, ZMQ_DONTWAIT | flags);
	while (n < 0 && zmq_errno() == EINTR);
	return n >= 0;
}

enum status
bus_give(struct bus_socket *socket, const struct bus_peer *peer, struct span bytes)
{
	assert(socket->routes == (peer != NULL));
	if (bytes.bytes > FRAME_BYTES_MAX)
		return STATUS_TOO_LARGE;
	/* Once a ROUTER has taken the route, the parts behind it do not fail: they go to the peer or are dropped with it. */
	bool sent = peer == NULL || send_part(socket->zmq, peer->route, peer->route_bytes, ZMQ_SNDMORE);
	if (sent && peer != NULL && peer->request)
		sent = send_part(socket->zmq, "", 0, ZMQ_SNDMORE);
	if (sent && send_part(socket->zmq, bytes.data, bytes.bytes, 0))
		return STATUS_OK;
	return zmq_errno() == EAGAIN ? STATUS_BUSY : STATUS_CLOSED;
}

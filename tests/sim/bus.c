/* bus.h over the lines of the network: connecting, waiting, taking and giving. */
#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "centre.h"
#include "lines.h"
#include "sim.h"
#include "truth.h"

enum status
bus_open(struct bus **out, struct reason *why)
{
	(void)why;
	static struct bus bus;
	*out = &bus;
	return STATUS_OK;
}

void
bus_close(struct bus **bus)
{
	*bus = NULL;
}

void *
bus_context(struct bus *bus)
{
	return bus;
}

enum status
bus_serve(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys, struct bus_socket **out,
    struct reason *why)
{
	(void)bus;
	(void)endpoints;
	(void)n;
	(void)why;
	struct bus_socket *socket = calloc(1, sizeof *socket);
	sim_check(socket != NULL, "no memory");
	socket->server = true;
	socket->local = keys == NULL;
	if (!socket->local)
		network.centre = socket;
	*out = socket;
	return STATUS_OK;
}

enum status
bus_publish(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys, struct bus_socket **out,
    struct reason *why)
{
	return bus_serve(bus, endpoints, n, keys, out, why);
}

const char *
bus_endpoint(const struct bus_socket *socket, size_t i)
{
	(void)socket;
	(void)i;
	return "tcp://centre:1";
}

enum status
bus_watch(struct bus_socket *socket, const char *who, struct log *log, struct counters *counters, struct reason *why)
{
	(void)socket;
	(void)who;
	(void)log;
	(void)counters;
	(void)why;
	return STATUS_OK;
}

enum status
bus_connect(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key, struct bus_socket **out,
    struct reason *why)
{
	(void)bus;
	(void)endpoint;
	(void)server_key;
	(void)why;
	struct bus_socket *socket = calloc(1, sizeof *socket);
	sim_check(socket != NULL && network.n_clients < 16, "no memory for a socket");
	socket->client = keys->secret_key[0] - 1U;
	memcpy(socket->key, keys->public_key, PUBLIC_KEY_BYTES);
	socket->connect_ns = sim.now_ns + sim_between(MS / 10, weather.connect_ns);
	network.clients[network.n_clients++] = socket;
	*out = socket;
	return STATUS_OK;
}

static void
close_client(struct bus_socket *socket)
{
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used && network.lines[i].socket == socket) {
			queue_cut(&network.lines[i].to_client, 0);
			line_cut(&network.lines[i]);
			network.lines[i].socket = NULL;
		}
	size_t i = 0;
	while (network.clients[i] != socket)
		i++;
	network.clients[i] = network.clients[--network.n_clients];
}

static void
close_centre(void)
{
	network.centre = NULL;
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used) {
			line_cut(&network.lines[i]);
			queue_cut(&network.lines[i].to_centre, 0);
		}
}

void
bus_socket_close(struct bus_socket **socket)
{
	if (*socket == NULL)
		return;
	if (!(*socket)->server)
		close_client(*socket);
	else if (!(*socket)->local)
		close_centre();
	free(*socket);
	*socket = NULL;
}

/* ---- waiting ---- */

static bool
line_ready(const struct bus_socket *socket, const struct line *line)
{
	if (!line->used)
		return false;
	return socket->server ? queue_ready(&line->to_centre) : line->socket == socket && queue_ready(&line->to_client);
}

static bool
socket_ready(const struct bus_socket *socket)
{
	if (socket->local)
		return false;
	for (size_t i = 0; i < LINES_MAX; i++)
		if (line_ready(socket, &network.lines[i]))
			return true;
	return false;
}

struct waiting {
	struct bus_socket *const *sockets;
	size_t n;
	int fd;
};

static bool
fd_ready(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	return fd >= 0 && fd != CENTRE_FD && poll(&pollfd, 1, 0) > 0;
}

static bool
any_ready(const void *what)
{
	const struct waiting *waiting = what;
	for (size_t i = 0; i < waiting->n; i++)
		if (socket_ready(waiting->sockets[i]))
			return true;
	return fd_ready(waiting->fd);
}

enum status
bus_wait_with(struct bus_socket *const *sockets, size_t n, int fd, int wait_ms)
{
	const struct waiting waiting = { sockets, n, fd };
	assert((n > 0 || fd >= 0) && wait_ms >= 0);
	int64_t until_ns = sim.now_ns + wait_ms * MS;
	if (fd == CENTRE_FD && centre_done_ns() < until_ns)
		until_ns = centre_done_ns();
	if (!any_ready(&waiting))
		sim_wait(until_ns, any_ready, &waiting);
	return STATUS_OK;
}

enum status
bus_wait(struct bus_socket *const *sockets, size_t n, int wait_ms, bool *ready)
{
	enum status status = bus_wait_with(sockets, n, -1, wait_ms);
	const struct waiting waiting = { sockets, n, -1 };
	if (ready != NULL)
		*ready = any_ready(&waiting);
	return status;
}

/* The courier's sleep outside of a session. */
int __wrap_poll(struct pollfd *fds, nfds_t n, int wait_ms);
int __real_poll(struct pollfd *fds, nfds_t n, int wait_ms);

int
__wrap_poll(struct pollfd *fds, nfds_t n, int wait_ms)
{
	if (n == 0)
		sim_wait(sim.now_ns + wait_ms * MS, NULL, NULL);
	return n == 0 ? 0 : __real_poll(fds, n, 0);
}

/* ---- frames ---- */

static void
set_frame(struct bus_frame *frame, struct message *message)
{
	memcpy(frame->message, &message, sizeof message);
	frame->bytes = (struct span){ message->data, message->bytes };
}

void
bus_frame_close(struct bus_frame *frame)
{
	struct message *message;
	memcpy(&message, frame->message, sizeof message);
	free(message);
	frame->bytes = (struct span){ NULL, 0 };
}

/* Whose turn it is: each connection in turn. */
static struct line *
next_line(struct bus_socket *socket)
{
	for (size_t i = 0; i < LINES_MAX; i++) {
		struct line *line = &network.lines[(socket->turn + i) % LINES_MAX];
		if (!line_ready(socket, line))
			continue;
		socket->turn = (size_t)(line - network.lines) + 1;
		return line;
	}
	return NULL;
}

static void
set_peer(struct bus_peer *peer, const struct line *line)
{
	*peer = (struct bus_peer){ .route_bytes = sizeof line->route };
	memcpy(peer->route, &line->route, sizeof line->route);
	memcpy(peer->key, line->key, PUBLIC_KEY_BYTES);
}

enum status
bus_take(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame)
{
	assert(socket->server == (peer != NULL));
	struct line *line = socket->local ? NULL : next_line(socket);
	if (line == NULL)
		return STATUS_TIMEOUT;
	struct message *message = queue_take(socket->server ? &line->to_centre : &line->to_client);
	if (socket->server) {
		set_peer(peer, line);
		/* It waits from when nothing of its own stands before it. */
		int64_t since_ns = message->at_ns > line->taken_ns ? message->at_ns : line->taken_ns;
		line->taken_ns = sim.now_ns;
		truth_asked(line->route, line->key, (struct span){ message->data, message->odd ? 0 : message->bytes }, since_ns);
	}
	if (message->odd) {
		free(message);
		return STATUS_TOO_LARGE;
	}
	set_frame(frame, message);
	return STATUS_OK;
}

static struct line *
line_of(const struct bus_peer *peer)
{
	uint32_t route;
	memcpy(&route, peer->route, sizeof route);
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used && network.lines[i].up && network.lines[i].route == route)
			return &network.lines[i];
	return NULL;
}

static void
put_delayed(const struct line *line, struct queue *queue, struct span bytes, bool odd)
{
	int64_t delay_ns = sim_between(MS / 20, weather.delay_ns);
	queue_put(queue, bytes, line->dark_until_ns > 0 ? INT64_MAX : sim.now_ns + delay_ns, odd);
}

static enum status
give_client(const struct bus_peer *peer, struct span bytes)
{
	uint32_t route;
	memcpy(&route, peer->route, sizeof route);
	if (centre_is_dying())
		return STATUS_CLOSED;
	truth_answered(route, bytes);
	struct line *line = line_of(peer);
	if (line == NULL || line->socket == NULL)
		return STATUS_CLOSED;
	if (line->to_client.n >= TO_CLIENT_MAX)
		return STATUS_BUSY;
	put_delayed(line, &line->to_client, bytes, false);
	return STATUS_OK;
}

enum status
bus_give(struct bus_socket *socket, const struct bus_peer *peer, struct span bytes)
{
	assert(socket->server == (peer != NULL));
	if (bytes.bytes > FRAME_BYTES_MAX)
		return STATUS_TOO_LARGE;
	if (socket->server)
		return give_client(peer, bytes);
	struct line *line = socket->line;
	if (line == NULL || line->to_centre.n >= TO_CENTRE_MAX)
		return STATUS_BUSY;
	if (sim_below(1000) < weather.lose) {
		sim_trace("network: a frame of client %zu is lost", socket->client);
		return STATUS_OK;
	}
	put_delayed(line, &line->to_centre, bytes, false);
	if (sim_below(1000) < weather.twice) {
		sim_trace("network: a frame of client %zu comes twice", socket->client);
		put_delayed(line, &line->to_centre, bytes, false);
	}
	return STATUS_OK;
}

void
network_throw(struct bus_socket *socket)
{
	if (socket->line != NULL && socket->line->to_centre.n < TO_CENTRE_MAX)
		put_delayed(socket->line, &socket->line->to_centre, (struct span){ NULL, 0 }, true);
}

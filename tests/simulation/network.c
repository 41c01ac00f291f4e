/* Lines between clients and the centre. */
#include "network.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "centre.h"
#include "sim.h"
#include "truth.h"

enum { LINES_MAX = 96, TO_CENTRE_MAX = 2 * WINDOW_BATCHES + 2 * WINDOW_BATCHES, TO_CLIENT_MAX = 128 };

struct message {
	struct message *next;
	int64_t at_ns;
	bool odd;
	size_t bytes;
	uint8_t data[];
};

struct queue {
	struct message *head;
	struct message **end;
	int64_t last_ns;
	unsigned n;
};

/* One connection; its remains are kept until they have been read. */
struct line {
	bool used;
	bool up;
	int64_t dark_until_ns;
	int64_t taken_ns; /* the centre's last frame from it */
	uint32_t route;
	size_t client;
	uint8_t key[PUBLIC_KEY_BYTES];
	struct bus_socket *socket; /* the client's; NULL: closed */
	struct queue to_centre;
	struct queue to_client;
};

struct bus_socket {
	bool server;
	bool local;
	size_t client;
	uint8_t key[PUBLIC_KEY_BYTES];
	struct line *line;
	int64_t connect_ns; /* without a line: when it tries again */
	size_t turn;        /* whose frame is taken next */
};

struct bus {
	int unused;
};

struct weather weather;

static struct network {
	struct line lines[LINES_MAX];
	struct bus_socket *centre;
	struct bus_socket *clients[16];
	size_t n_clients;
	uint32_t routes;
	int64_t parted_ns[CLIENTS_MAX];
} network;

void
network_key(size_t client, size_t owner, struct key_pair *out)
{
	memset(out->public_key, 0x5A, sizeof out->public_key);
	memset(out->secret_key, 0xA5, sizeof out->secret_key);
	out->secret_key[0] = (uint8_t)(client + 1);
	out->public_key[0] = (uint8_t)(owner + 1);
}

/* ---- queues ---- */

static void
queue_begin(struct queue *queue)
{
	*queue = (struct queue){ NULL, NULL, 0, 0 };
}

static void
queue_put(struct queue *queue, struct span bytes, int64_t at_ns, bool odd)
{
	struct message *message = malloc(sizeof *message + bytes.bytes);
	sim_check(message != NULL, "no memory");
	*message = (struct message){ .at_ns = at_ns > queue->last_ns ? at_ns : queue->last_ns, .odd = odd, .bytes = bytes.bytes };
	if (bytes.bytes > 0)
		memcpy(message->data, bytes.data, bytes.bytes);
	if (queue->head == NULL)
		queue->head = message;
	else
		*queue->end = message;
	queue->end = &message->next;
	queue->last_ns = message->at_ns;
	queue->n++;
}

static struct message *
queue_take(struct queue *queue)
{
	struct message *message = queue->head;
	queue->head = message->next;
	queue->n--;
	return message;
}

/* Keeps the first ones: what had arrived, or had left in time. */
static void
queue_cut(struct queue *queue, unsigned keep)
{
	struct queue kept;
	queue_begin(&kept);
	while (queue->head != NULL) {
		struct message *message = queue_take(queue);
		if (kept.n < keep)
			queue_put(&kept, (struct span){ message->data, message->bytes },
			    message->at_ns == INT64_MAX ? sim.now_ns : message->at_ns, message->odd);
		free(message);
	}
	*queue = kept;
}

static bool
queue_ready(const struct queue *queue)
{
	return queue->head != NULL && queue->head->at_ns <= sim.now_ns;
}

/* ---- connections ---- */

static void
retry_later(struct bus_socket *socket)
{
	socket->line = NULL;
	socket->connect_ns = sim.now_ns + sim_between(MS, weather.connect_ns);
}

static void
cut(struct line *line)
{
	if (!line->up)
		return;
	bool dark = line->dark_until_ns > 0;
	sim_trace("network: connection %u of client %zu breaks, %u frames to the centre and %u back on their way", line->route,
	    line->client, line->to_centre.n, line->to_client.n);
	line->up = false;
	queue_cut(&line->to_centre, dark ? 0 : (unsigned)sim_below(line->to_centre.n + 1));
	queue_cut(&line->to_client, dark ? 0 : (unsigned)sim_below(line->to_client.n + 1));
	if (line->socket != NULL)
		retry_later(line->socket);
}

void
network_break(size_t client)
{
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used && network.lines[i].client == client)
			cut(&network.lines[i]);
}

void
network_darken(size_t client, int64_t until_ns)
{
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used && network.lines[i].up && network.lines[i].client == client) {
			sim_trace("network: connection %u of client %zu goes dark", network.lines[i].route, client);
			network.lines[i].dark_until_ns = until_ns;
			queue_cut(&network.lines[i].to_centre, 0);
			queue_cut(&network.lines[i].to_client, 0);
		}
}

void
network_part(size_t client, int64_t until_ns)
{
	network.parted_ns[client] = until_ns;
	network_break(client);
}

void
network_join(void)
{
	memset(network.parted_ns, 0, sizeof network.parted_ns);
}

static void
connect_now(struct bus_socket *socket)
{
	size_t i = 0;
	while (i < LINES_MAX && network.lines[i].used)
		i++;
	sim_check(i < LINES_MAX, "too many connections");
	struct line *line = &network.lines[i];
	*line = (struct line){ .used = true, .up = true, .route = ++network.routes, .client = socket->client, .socket = socket };
	memcpy(line->key, socket->key, PUBLIC_KEY_BYTES);
	queue_begin(&line->to_centre);
	queue_begin(&line->to_client);
	socket->line = line;
	sim_trace("network: client %zu is connected by route %u", socket->client, line->route);
}

static bool
is_over(const struct line *line)
{
	return line->used && !line->up && line->to_centre.head == NULL && line->to_client.head == NULL;
}

void
network_tick(void)
{
	for (size_t i = 0; i < LINES_MAX; i++) {
		struct line *line = &network.lines[i];
		if (line->used && line->up && line->dark_until_ns > 0 && line->dark_until_ns <= sim.now_ns)
			cut(line);
		if (is_over(line))
			line->used = false;
	}
	for (size_t i = 0; i < network.n_clients; i++) {
		struct bus_socket *socket = network.clients[i];
		if (socket->line != NULL || socket->connect_ns > sim.now_ns)
			continue;
		if (network.centre == NULL || network.parted_ns[socket->client] > sim.now_ns)
			retry_later(socket);
		else if (!centre_lets_in(socket->key))
			socket->connect_ns = INT64_MAX; /* this socket does not try again: see bus_connect */
		else
			connect_now(socket);
	}
}

int64_t
network_next_ns(void)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < LINES_MAX; i++) {
		const struct line *line = &network.lines[i];
		if (!line->used)
			continue;
		if (line->to_centre.head != NULL && line->to_centre.head->at_ns > sim.now_ns && line->to_centre.head->at_ns < next)
			next = line->to_centre.head->at_ns;
		if (line->to_client.head != NULL && line->to_client.head->at_ns > sim.now_ns && line->to_client.head->at_ns < next)
			next = line->to_client.head->at_ns;
		if (line->up && line->dark_until_ns > 0 && line->dark_until_ns < next)
			next = line->dark_until_ns;
	}
	for (size_t i = 0; i < network.n_clients; i++)
		if (network.clients[i]->line == NULL && network.clients[i]->connect_ns < next)
			next = network.clients[i]->connect_ns;
	return next;
}

void
network_begin(void)
{
	network = (struct network){ .routes = 0 };
}

void
network_end(void)
{
	for (size_t i = 0; i < LINES_MAX; i++)
		if (network.lines[i].used) {
			queue_cut(&network.lines[i].to_centre, 0);
			queue_cut(&network.lines[i].to_client, 0);
			network.lines[i].used = false;
		}
}

/* ---- bus.h ---- */

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
			cut(&network.lines[i]);
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
			cut(&network.lines[i]);
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

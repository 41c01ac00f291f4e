/* What befalls the lines between clients and the centre. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "centre.h"
#include "sim.h"

struct weather weather;

struct network network;

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

void
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

struct message *
queue_take(struct queue *queue)
{
	struct message *message = queue->head;
	queue->head = message->next;
	queue->n--;
	return message;
}

/* Keeps the first ones: what had arrived, or had left in time. */
void
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

bool
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

void
line_cut(struct line *line)
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
			line_cut(&network.lines[i]);
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
			line_cut(line);
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

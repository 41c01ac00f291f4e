/*
 * The lines of the network, for network.c (what befalls them) and bus.c (what goes over them) alone. Owned by network.c's one
 * network; a line's remains are kept until they have been read.
 */
#ifndef JUYAN_TESTS_LINES_H
#define JUYAN_TESTS_LINES_H

#include "network.h"

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

extern struct network {
	struct line lines[LINES_MAX];
	struct bus_socket *centre;
	struct bus_socket *clients[16];
	size_t n_clients;
	uint32_t routes;
	int64_t parted_ns[CLIENTS_MAX];
} network;

void queue_put(struct queue *queue, struct span bytes, int64_t at_ns, bool odd);
struct message *queue_take(struct queue *queue);
/* Keeps the first ones: what had arrived, or had left in time. */
void queue_cut(struct queue *queue, unsigned keep);
bool queue_ready(const struct queue *queue);

/* The connection breaks; what is on its way may arrive, in part. */
void line_cut(struct line *line);

#endif

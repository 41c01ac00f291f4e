/*
 * A world for tests of the bus and of the key check: a server over the three transports, people with keys, a log that can be read.
 * One for each test program; nothing in it sleeps, each thing is waited for with a deadline.
 */
#ifndef JUYAN_TESTS_BUS_WORLD_H
#define JUYAN_TESTS_BUS_WORLD_H

#include <stdio.h>

#include "auth.h"
#include "bus.h"
#include "folder.h"

enum { DEADLINE_MS = 10000, TURN_MS = 10 };

struct world {
	char folder[FOLDER_BYTES];
	char *log_text;
	size_t log_bytes;
	FILE *log_stream;
	struct log *log;
	struct counters counters;
	struct bus *bus;
	struct auth *auth;
	struct key_pair server, gate, scale, stranger;
	struct bus_socket *curve, *local;
	struct bus_socket *client; /* here, so that a test that fails leaves nothing open behind it */
	char tcp[128], ipc[128];
};

extern struct world world;

int64_t now_ms(void);
uint64_t counted(enum counter counter);
/* Lets in the gate and, unless it is revoked, the scale, which may also read. */
void allow(bool scale_revoked);
int setup(void **state);
int teardown(void **state);
/* One client at a time: the one before is closed. */
struct bus_socket *connect_as(const char *endpoint, const struct key_pair *keys, const uint8_t *server_key);
/* Gives until the connection stands, or until the deadline. */
bool give_soon(struct bus_socket *client, struct span bytes, int wait_ms);
/* Takes one frame within the deadline; what is refused on the way is returned as it is. */
enum status take_soon(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame, int wait_ms) MUST_USE;
struct span text(const char *words);
/* Turns the server until a counter has risen. */
bool counted_soon(enum counter counter, uint64_t from);
bool logged(const char *words);
/* A question and an answer, as the gate. */
void converse(const char *endpoint, struct bus_socket *server, bool local);
/* A client that is not ours, with the gate's key; the test closes it. */
void *foreign(int type);

#endif

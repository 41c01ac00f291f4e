/*
 * A centre played by hand, for tests of the terminal's end: a server socket within this process that hears what comes and says what
 * the test wants said, in the test's own thread.
 */
#ifndef JUYAN_TESTS_PLAYED_CENTRE_H
#define JUYAN_TESTS_PLAYED_CENTRE_H

#include "ingest.pb-c.h"
#include "reply.h"
#include "talk.h"

#define PLAYED_ENDPOINT "inproc://centre"
enum { PLAYED_DEADLINE_MS = 10000, PLAYED_ARENA_BYTES = 4 << 20 };

struct played_centre {
	struct bus *bus;
	struct bus_socket *socket;
	struct bus_peer peer; /* whoever spoke last */
	struct key_pair keys;
	struct arena in; /* of what was heard last */
	struct arena out;
};

static inline void
played_open(struct played_centre *centre)
{
	static const char *const endpoints[] = { PLAYED_ENDPOINT };
	*centre = (struct played_centre){ 0 };
	key_pair_make(&centre->keys);
	assert_int_equal(arena_open(&centre->in, PLAYED_ARENA_BYTES), STATUS_OK);
	assert_int_equal(arena_open(&centre->out, PLAYED_ARENA_BYTES), STATUS_OK);
	assert_int_equal(bus_open(&centre->bus, NULL), STATUS_OK);
	assert_int_equal(bus_serve(centre->bus, endpoints, 1, &centre->keys, &centre->socket, NULL), STATUS_OK);
}

/* Whoever borrowed the bus has closed his sockets. */
static inline void
played_close(struct played_centre *centre)
{
	bus_socket_close(&centre->socket);
	bus_close(&centre->bus);
	arena_close(&centre->in);
	arena_close(&centre->out);
}

/* What waits, lent until the next hearing; NULL: nothing. */
static inline const Juyan__V1__FromTerminal *
played_hears_some(struct played_centre *centre)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	enum status status = bus_take(centre->socket, &centre->peer, &frame);
	if (status == STATUS_TIMEOUT)
		return NULL;
	assert_int_equal(status, STATUS_OK);
	arena_reset(&centre->in);
	assert_int_equal(wire_unpack(&juyan__v1__from_terminal__descriptor, frame.bytes, &centre->in, &message, NULL), STATUS_OK);
	bus_frame_close(&frame);
	return (const void *)message;
}

/* What comes next has to be this. */
static inline const Juyan__V1__FromTerminal *
played_hears(struct played_centre *centre, Juyan__V1__FromTerminal__SayCase say)
{
	bool ready;
	assert_int_equal(bus_wait(&centre->socket, 1, PLAYED_DEADLINE_MS, &ready), STATUS_OK);
	assert_true(ready);
	const Juyan__V1__FromTerminal *from = played_hears_some(centre);
	assert_non_null(from);
	assert_int_equal(from->say_case, say);
	return from;
}

/* What was packed into `out` goes to whoever spoke last. */
static inline void
played_says(struct played_centre *centre, enum status packed, struct span frame)
{
	assert_int_equal(packed, STATUS_OK);
	assert_int_equal(bus_give(centre->socket, &centre->peer, frame), STATUS_OK);
	arena_reset(&centre->out);
}

static inline void
played_welcomes(struct played_centre *centre, uint64_t last)
{
	struct span frame = { NULL, 0 };
	played_says(centre, reply_welcome(last, 7, "seven", NULL, 0, &centre->out, &frame), frame);
}

static inline void
played_acks(struct played_centre *centre, uint64_t first, uint32_t n, uint64_t last, const struct answer *answers, size_t n_answers)
{
	struct receipt receipt = { .first = first, .n = n, .done = n, .tail = last, .answers_to = n_answers };
	struct span frame = { NULL, 0 };
	played_says(centre, reply_ack(&receipt, answers, &centre->out, &frame), frame);
}

static inline void
played_refuses(struct played_centre *centre, enum status status, const char *sentence)
{
	struct span frame = { NULL, 0 };
	played_says(centre, reply_refusal(status, sentence, 0, &centre->out, &frame), frame);
}

#endif

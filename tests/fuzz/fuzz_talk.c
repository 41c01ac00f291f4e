/*
 * A terminal and whatever its server says: frames, silence, breaks and a clock that goes on, in any order, over a bus of the
 * target's own. Nothing that a server says may bring a terminal down, or have it forget an event that was not acknowledged.
 *
 * The input is a list of moves: a byte that says which, then what it needs.
 *
 * reads: services/terminal/
 */
#include <assert.h>

#include "fuzz.h"
#include "talk.h"

#include "ingest.pb-c.h"

enum { MOVES_MAX = 200, EVENT_BYTES = 24 };

/* ---- the bus ---- */

struct bus {
	int nothing;
};

struct bus_socket {
	struct span waits; /* the frame that comes next; data NULL: none */
};

static struct bus the_bus;
static struct bus_socket the_socket;
static enum status gives;
static int64_t now_ns;

enum status
bus_open(struct bus **out, struct reason *why)
{
	(void)why;
	*out = &the_bus;
	return STATUS_OK;
}

void
bus_close(struct bus **bus)
{
	*bus = NULL;
}

enum status
bus_connect(struct bus *bus, const char *endpoint, const struct key_pair *keys, const uint8_t *server_key, struct bus_socket **out,
    struct reason *why)
{
	(void)bus;
	(void)endpoint;
	(void)keys;
	(void)server_key;
	(void)why;
	*out = &the_socket;
	return STATUS_OK;
}

void
bus_socket_close(struct bus_socket **socket)
{
	*socket = NULL;
}

enum status
bus_take(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame)
{
	(void)peer;
	if (socket->waits.data == NULL)
		return STATUS_TIMEOUT;
	frame->bytes = socket->waits;
	socket->waits.data = NULL;
	return STATUS_OK;
}

void
bus_frame_close(struct bus_frame *frame)
{
	frame->bytes.data = NULL;
}

/* What a terminal says can be read by ingest. */
enum status
bus_give(struct bus_socket *socket, const struct bus_peer *peer, struct span bytes)
{
	const ProtobufCMessage *message = NULL;
	struct reason why = { "" };
	(void)socket;
	(void)peer;
	fuzz_holds(wire_unpack(&juyan__v1__from_terminal__descriptor, bytes, fuzz_arena(0, DECODE_BYTES_MAX), &message, &why) ==
	    STATUS_OK);
	return gives;
}

enum status
bus_wait(struct bus_socket *const *sockets, size_t n, int wait_ms, bool *ready)
{
	(void)sockets;
	(void)n;
	(void)ready;
	now_ns += (int64_t)wait_ms * 1000000;
	return STATUS_OK;
}

enum status
bus_wait_with(struct bus_socket *const *sockets, size_t n, int fd, int wait_ms)
{
	(void)fd;
	return bus_wait(sockets, n, wait_ms, NULL);
}

static int64_t
clock_now_ns(void *user)
{
	(void)user;
	return now_ns;
}

/* ---- what must hold ---- */

static uint64_t acked;

static void
on_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	(void)user;
	(void)wait_ns;
	fuzz_holds(events > 0 && last_stream_seq > acked);
	acked = last_stream_seq;
}

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	(void)user;
	fuzz_holds(answer->sentence != NULL);
}

static void
check(struct terminal *t)
{
	struct terminal_tally tally = terminal_tally(t);
	uint64_t held = window_filled(&t->window), settled = tally.accepted + tally.conflict + tally.quarantined + tally.refused;
	for (size_t i = 0; i < t->window.sealed; i++)
		held += window_parcel(&t->window, i)->n;
	/* A duplicate may have been counted as such when it was sent for the first time. */
	fuzz_holds(settled + tally.duplicate + held == tally.sent);
}

static void
move(struct terminal *t, struct span *input)
{
	static const uint8_t event[EVENT_BYTES] = { 8, 1 };
	struct reason why = { "" };
	enum status s = STATUS_OK;
	switch (fuzz_byte(input) % 8) {
	case 0:
	case 1:
		the_socket.waits = fuzz_part(input);
		s = talk_turn(t, &why);
		break;
	case 2:
		for (unsigned n = fuzz_byte(input); n > 0 && s == STATUS_OK; n--)
			s = terminal_send(t, (struct span){ event, 2 + n % (EVENT_BYTES - 2) }, &why);
		break;
	case 3:
		now_ns += (int64_t)fuzz_number(input) * 1000000;
		s = talk_turn(t, &why);
		break;
	case 4:
		s = terminal_push(t, &why);
		break;
	case 5:
		s = terminal_flush(t, 100, &why);
		break;
	case 6:
		s = terminal_hello(t, 100, &why);
		break;
	default:
		gives = (enum status[]){ STATUS_OK, STATUS_BUSY, STATUS_CLOSED }[fuzz_byte(input) % 3];
		s = terminal_set_next_seq(t, fuzz_byte(input));
	}
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0' || s == STATUS_BUSY || s == STATUS_OUT_OF_RANGE);
	check(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	struct key_pair keys = { { 1 }, { 2 } };
	struct terminal *t = NULL;
	struct reason why = { "" };
	struct terminal_options options = { .endpoint = "inproc://ingest",
		.keys = &keys,
		.batch_events = fuzz_byte(&input) % 32,
		.patience_ms = 50,
		.on_answer = on_answer,
		.on_ack = on_ack };
	acked = 0;
	now_ns = 1;
	gives = STATUS_OK;
	the_socket.waits.data = NULL;
	fuzz_holds(terminal_open(&options, &t, &why) == STATUS_OK);
	t->caller.clock.monotonic_ns = clock_now_ns;
	talk_again(t);
	for (int i = 0; i < MOVES_MAX && input.bytes > 0; i++)
		move(t, &input);
	terminal_close(&t);
	return 0;
}

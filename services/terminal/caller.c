/* The machine of caller.h. */
#include "caller.h"

#include <assert.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

/*
 * How long a Hello waits for its Welcome before the socket is made anew: CURVE closes the door without a word, and never opens it
 * again.
 */
#define GREETING_NS (INT64_C(3000) * NS_PER_MS)
/* Silence while something is under way: after this a Ping asks whether it got lost … */
#define PING_NS (INT64_C(250) * NS_PER_MS)
/* Silence while nothing is owed: the centre is asked whether it is still there. */
#define IDLE_NS (INT64_C(10000) * NS_PER_MS)
/* … and after this the connection is given up. */
#define SILENCE_NS (INT64_C(10000) * NS_PER_MS)
/* A socket without a connection cannot say when it has one: it is tried after this, and each time a little later. */
#define KNOCK_NS_MIN (INT64_C(1) * NS_PER_MS)
#define KNOCK_NS_MAX (INT64_C(50) * NS_PER_MS)
/* Inside one process nothing is slow. */
#define LOCAL_KNOCKS_NS (INT64_C(200) * NS_PER_MS)
#define PAUSE_NS_MIN (INT64_C(50) * NS_PER_MS)
#define PAUSE_NS_MAX (INT64_C(2000) * NS_PER_MS)

enum status
caller_prepare(struct caller *c)
{
	assert(c->bus != NULL && c->endpoint != NULL && c->keys != NULL);
	caller_again(c);
	c->pause_ns = PAUSE_NS_MIN;
	return arena_open(&c->arena, DECODE_BYTES_MAX);
}

void
caller_hang_up(struct caller *c)
{
	bus_socket_close(&c->socket);
	arena_close(&c->arena);
}

static void
enter(struct caller *c, enum caller_state state)
{
	c->state = state;
	c->state_ns = clock_monotonic_ns(&c->clock);
	c->heard_ns = c->state_ns;
	c->pinged_ns = c->state_ns;
}

void
caller_again(struct caller *c)
{
	enter(c, CALLER_AWAY);
	c->again_ns = c->state_ns;
	c->knock_ns = KNOCK_NS_MIN;
}

void
caller_pause(struct caller *c)
{
	enter(c, CALLER_AWAY);
	c->again_ns = c->state_ns + c->pause_ns;
	c->pause_ns = c->pause_ns * 2 < PAUSE_NS_MAX ? c->pause_ns * 2 : PAUSE_NS_MAX;
}

void
caller_unpause(struct caller *c)
{
	c->pause_ns = PAUSE_NS_MIN;
}

void
caller_anew(struct caller *c)
{
	bus_socket_close(&c->socket);
	c->reconnects++;
	caller_again(c);
}

void
caller_later(struct caller *c, int64_t at_ns)
{
	bus_socket_close(&c->socket);
	caller_again(c);
	c->again_ns = at_ns;
}

void
caller_open(struct caller *c)
{
	enter(c, CALLER_OPEN);
}

bool
caller_not_now(enum status status)
{
	return status == STATUS_BUSY || status == STATUS_CLOSED;
}

/* ---- saying ---- */

static enum status
say(struct caller *c, const Juyan__V1__FromTerminal *from)
{
	arena_reset(&c->arena);
	struct span frame;
	enum status s = wire_pack(&from->base, FRAME_BYTES_MAX, &c->arena, &frame);
	return s == STATUS_OK ? bus_give(c->socket, NULL, frame) : s;
}

static enum status
say_hello(struct caller *c)
{
	Juyan__V1__FromTerminal from;
	Juyan__V1__Hello hello;
	uint8_t key[PUBLIC_KEY_BYTES];
	char software[] = "juyan " JUYAN_VERSION;
	juyan__v1__from_terminal__init(&from);
	juyan__v1__hello__init(&hello);
	memcpy(key, c->keys->public_key, sizeof key);
	hello.version = PROTOCOL_VERSION;
	hello.software = software;
	hello.public_key = (ProtobufCBinaryData){ sizeof key, key };
	if (c->on_hello != NULL)
		c->on_hello(c->user, &hello);
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	from.hello = &hello;
	return say(c, &from);
}

/* The nonce is the number of the last that was given: a Pong that comes back before its answer shows that the answer is lost. */
static enum status
say_ping(struct caller *c)
{
	Juyan__V1__FromTerminal from;
	Juyan__V1__Ping ping;
	juyan__v1__from_terminal__init(&from);
	juyan__v1__ping__init(&ping);
	ping.nonce = c->serial;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_PING;
	from.ping = &ping;
	return say(c, &from);
}

enum status
caller_give(struct caller *c, struct span frame, bool owed)
{
	enum status s = bus_give(c->socket, NULL, frame);
	if (s != STATUS_OK)
		return s;
	if (!owed)
		c->heard_ns = clock_monotonic_ns(&c->clock);
	c->serial++;
	return STATUS_OK;
}

enum status
caller_hear(struct caller *c, const Juyan__V1__ToTerminal **out, struct reason *why)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	if (c->socket == NULL)
		return STATUS_TIMEOUT;
	enum status s = bus_take(c->socket, NULL, &frame);
	if (s == STATUS_TIMEOUT)
		return s;
	if (s != STATUS_OK)
		return reason_say(why, s, "the centre's answer cannot be read: %s", status_sentence(s));
	arena_reset(&c->arena);
	s = wire_unpack(&juyan__v1__to_terminal__descriptor, frame.bytes, &c->arena, &message, why);
	bus_frame_close(&frame);
	if (s != STATUS_OK)
		return s;
	c->heard_ns = clock_monotonic_ns(&c->clock);
	*out = (const void *)message;
	return STATUS_OK;
}

/* ---- what time brings ---- */

static enum status
knock(struct caller *c, struct reason *why)
{
	enum status s = STATUS_OK;
	if (clock_monotonic_ns(&c->clock) < c->again_ns)
		return s;
	if (c->socket == NULL)
		s = bus_connect(c->bus, c->endpoint, c->keys, c->server_key, &c->socket, why);
	if (s != STATUS_OK)
		return s;
	s = say_hello(c);
	if (s == STATUS_OK) {
		enter(c, CALLER_GREETING);
	} else if (caller_not_now(s)) {
		/* A key that was refused, and a service of this process that has ended, are found again by a new socket alone. */
		c->again_ns = clock_monotonic_ns(&c->clock) + c->knock_ns;
		c->knock_ns = c->knock_ns * 2 < KNOCK_NS_MAX ? c->knock_ns * 2 : KNOCK_NS_MAX;
		if (c->again_ns - c->state_ns > (c->server_key == NULL ? LOCAL_KNOCKS_NS : GREETING_NS))
			caller_anew(c);
	} else {
		return reason_say(why, s, "the Hello cannot be sent: %s", status_sentence(s));
	}
	return STATUS_OK;
}

/* A Hello without an answer, silence. */
static void
watch(struct caller *c, bool owed)
{
	int64_t now = clock_monotonic_ns(&c->clock);
	if (c->state == CALLER_GREETING && now - c->state_ns > GREETING_NS)
		caller_anew(c);
	if (c->state != CALLER_OPEN)
		return;
	int64_t quiet_ns = owed ? PING_NS : IDLE_NS;
	bool unanswered = owed || c->pinged_ns > c->heard_ns;
	if (unanswered && now - c->heard_ns > SILENCE_NS + (owed ? 0 : IDLE_NS)) {
		caller_anew(c);
	} else if (now - c->heard_ns > quiet_ns && now - c->pinged_ns > quiet_ns) {
		c->pinged_ns = now;
		if (say_ping(c) != STATUS_OK)
			caller_again(c); /* there is no connection any more */
	}
}

enum status
caller_turn(struct caller *c, bool owed, struct reason *why)
{
	watch(c, owed);
	return c->state == CALLER_AWAY ? knock(c, why) : STATUS_OK;
}

int64_t
caller_next_ns(const struct caller *c, bool owed)
{
	switch (c->state) {
	case CALLER_AWAY:
		return c->again_ns;
	case CALLER_GREETING:
		return c->state_ns + GREETING_NS;
	case CALLER_OPEN:
	default:
		break;
	}
	return (c->heard_ns > c->pinged_ns ? c->heard_ns : c->pinged_ns) + (owed ? PING_NS : IDLE_NS);
}

enum status
caller_wait(struct caller *c, int fd, int64_t until_ns)
{
	int64_t left_ns = until_ns - clock_monotonic_ns(&c->clock);
	if (left_ns <= 0 || (c->socket == NULL && fd < 0))
		return STATUS_OK;
	return bus_wait_with(&c->socket, c->socket == NULL ? 0 : 1, fd, (int)(left_ns / NS_PER_MS) + 1);
}

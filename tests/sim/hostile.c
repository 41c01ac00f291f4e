/* A terminal that has a key and means harm: noise, floods, wrong numbers, too many batches, what it has heard others say. */
#include "../check.h"

#include "clients.h"
#include "network.h"
#include "sim.h"
#include "tale.h"

#include "ingest.pb-c.h"

enum { EVENTS = 12, ARENA = 1 << 20 };

static struct hostile {
	struct key_pair keys;
	struct bus_socket *socket;
	struct arena arena;
	uint64_t next; /* the number that the centre expects, as far as it was heard */
} hostile;

static void
say(const Juyan__V1__FromTerminal *from)
{
	struct span frame;
	if (wire_pack(&from->base, FRAME_BYTES_MAX, &hostile.arena, &frame) == STATUS_OK)
		(void)!bus_give(hostile.socket, NULL, frame);
}

static void
say_hello(void)
{
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	Juyan__V1__Hello hello = JUYAN__V1__HELLO__INIT;
	hello.version = sim_chance(90) ? PROTOCOL_VERSION : (uint32_t)sim_bits();
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	from.hello = &hello;
	say(&from);
}

static void
say_batch(uint64_t first, size_t n)
{
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	Juyan__V1__EventBatch batch = JUYAN__V1__EVENT_BATCH__INIT;
	ProtobufCBinaryData events[EVENTS];
	for (size_t i = 0; i < n; i++) {
		struct span bytes = tale_any();
		union {
			const uint8_t *lent;
			uint8_t *data;
		} both = { .lent = bytes.data };
		events[i] = (ProtobufCBinaryData){ sim_chance(10) ? sim_below(bytes.bytes) : bytes.bytes, both.data };
	}
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH;
	from.event_batch = &batch;
	batch.first_stream_seq = first;
	batch.n_events = n;
	batch.events = events;
	say(&from);
}

static uint64_t
some_number(void)
{
	switch (sim_below(4)) {
	case 0:
		return 1 + sim_below(hostile.next);
	case 1:
		return sim_bits() >> sim_below(64);
	default:
		return hostile.next;
	}
}

static void
say_noise(void)
{
	uint8_t noise[64];
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)sim_bits();
	noise[0] = sim_chance(50) ? 0x12 : noise[0]; /* as a batch begins */
	(void)!bus_give(hostile.socket, NULL, (struct span){ noise, sim_below(sizeof noise) });
}

static void
say_ping(void)
{
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	Juyan__V1__Ping ping = JUYAN__V1__PING__INIT;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_PING;
	from.ping = &ping;
	say(&from);
}

static void
listen(void)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	while (bus_take(hostile.socket, NULL, &frame) == STATUS_OK) {
		arena_reset(&hostile.arena);
		if (wire_unpack(&juyan__v1__to_terminal__descriptor, frame.bytes, &hostile.arena, &message, NULL) == STATUS_OK) {
			const Juyan__V1__ToTerminal *to = (const void *)message;
			if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_WELCOME)
				hostile.next = to->welcome->last_stream_seq + 1;
			else if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK)
				hostile.next = to->batch_ack->last_stream_seq + 1;
		}
		bus_frame_close(&frame);
	}
}

/* What is to be committed, and at once the same again: the second can only be compared when the first is on disk. */
static void
say_twice(size_t times)
{
	for (size_t i = 0; i < times; i++) {
		if (i % (WINDOW_BATCHES / 2) == 0)
			say_hello();
		say_batch(hostile.next, 1);
		say_batch(hostile.next++, 1);
	}
}

static void
misbehave(void)
{
	size_t burst = 1 + (sim_chance(20) ? sim_below(40) : sim_below(4));
	size_t mischief = sim_below(7);
	if (mischief == 6)
		say_twice(burst);
	for (size_t i = 0; i < burst; i++) {
		arena_reset(&hostile.arena);
		if (mischief == 0)
			say_hello();
		else if (mischief <= 2)
			say_batch(mischief == 1 ? some_number() : hostile.next, sim_below(EVENTS));
		else if (mischief == 3)
			say_noise();
		else if (mischief == 4)
			say_ping();
		else if (mischief == 5 && sim_chance(20))
			network_throw(hostile.socket);
	}
}

void
hostile_live(void *self)
{
	(void)self;
	if (hostile.arena.base == NULL)
		sim_check(arena_open(&hostile.arena, ARENA) == STATUS_OK, "no memory");
	hostile.next = 1;
	network_key(CLIENTS_MAX - 1, CLIENTS_MAX - 1, &hostile.keys);
	for (;;) {
		struct reason why;
		if (hostile.socket == NULL)
			sim_check(bus_connect(NULL, "tcp://centre:1", &hostile.keys, NULL, &hostile.socket, &why) == STATUS_OK,
			    "%s", why.text);
		arena_reset(&hostile.arena);
		if (sim_chance(30))
			say_hello();
		misbehave();
		sim_wait(sim.now_ns + sim_between(MS / 10, 2 * SECOND), NULL, NULL);
		if (sim_chance(70))
			listen();
		if (sim_chance(10))
			bus_socket_close(&hostile.socket);
	}
}

void
hostile_end(void)
{
	bus_socket_close(&hostile.socket);
}

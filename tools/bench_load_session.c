/*
 * Hostile sessions for `juyan bench load`: peers with a right key that keep to no rule, each in a loop of its own. What they send
 * is cheap to make and dear to take, as far as that can be.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_load_parts.h"
#include "ingest.pb-c.h"
#include "random.h"

enum {
	WAIT_MS = 20,
	CROWD = 200,
	BOMB_EVENTS = 500 * 1000,
	ARENA_BYTES = 2 * FRAME_BYTES_MAX,
	SMALL_BATCH = 10,
	BURST = 3 * WINDOW_BATCHES
};

struct peer {
	struct load_act *act;
	struct bus_socket *socket;
	struct arena arena;  /* what it says */
	struct arena answer; /* what it hears */
	struct random random;
	uint64_t next; /* number of its stream; 0: it has heard no Welcome */
	uint32_t under_way;
};

static bool
stopped(const struct load_act *act)
{
	return atomic_load(act->stop);
}

static bool
peer_connect(struct peer *peer)
{
	const struct load_target *target = peer->act->target;
	bus_socket_close(&peer->socket);
	peer->next = 0;
	return bus_connect(peer->act->bus, target->endpoint, &target->keys[peer->act->kind], target->server_key, &peer->socket,
		   NULL) == STATUS_OK;
}

/* True: it is on its way. What finds no room waits a moment for it, so that this process does not spin. */
static bool
give(struct peer *peer, struct span frame)
{
	if (bus_give(peer->socket, NULL, frame) == STATUS_OK) {
		peer->act->done++;
		return true;
	}
	enum status status = bus_wait(&peer->socket, 1, 1, NULL);
	(void)status;
	return false;
}

static struct span
packed(struct peer *peer, Juyan__V1__FromTerminal__SayCase says, void *message)
{
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	struct span frame = { NULL, 0 };
	from.say_case = says;
	from.hello = message; /* a union of pointers */
	arena_reset(&peer->arena);
	if (wire_pack(&from.base, FRAME_BYTES_MAX, &peer->arena, &frame) != STATUS_OK)
		frame = (struct span){ (const uint8_t *)"", 0 };
	return frame;
}

static bool
say_hello(struct peer *peer)
{
	Juyan__V1__Hello hello = JUYAN__V1__HELLO__INIT;
	char software[] = "hostile";
	hello.version = PROTOCOL_VERSION;
	hello.software = software;
	return give(peer, packed(peer, JUYAN__V1__FROM_TERMINAL__SAY_HELLO, &hello));
}

static bool
say_ping(struct peer *peer)
{
	Juyan__V1__Ping ping = JUYAN__V1__PING__INIT;
	return give(peer, packed(peer, JUYAN__V1__FROM_TERMINAL__SAY_PING, &ping));
}

/* `shift` moves the content, so that the same number says something else. */
static bool
say_batch(struct peer *peer, uint64_t first, uint32_t n, uint64_t shift)
{
	static _Thread_local ProtobufCBinaryData spans[BATCH_EVENTS_MAX];
	const struct bench_events *events = &peer->act->target->events;
	Juyan__V1__EventBatch batch = JUYAN__V1__EVENT_BATCH__INIT;
	size_t bytes = 0;
	for (batch.n_events = 0; batch.n_events < n && bytes < FRAME_BYTES_MAX - 2 * EVENT_BYTES_MAX; batch.n_events++) {
		struct span event = events->spans[(first + shift + batch.n_events) % events->n];
		spans[batch.n_events] = (ProtobufCBinaryData){ event.bytes, (uint8_t *)(uintptr_t)event.data };
		bytes += event.bytes + 8;
	}
	batch.first_stream_seq = first;
	batch.events = spans;
	if (!give(peer, packed(peer, JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH, &batch)))
		return false;
	peer->under_way++;
	return true;
}

static void
hear(struct peer *peer, struct span frame)
{
	const ProtobufCMessage *message;
	arena_reset(&peer->answer);
	if (wire_unpack(&juyan__v1__to_terminal__descriptor, frame, &peer->answer, &message, NULL) != STATUS_OK)
		return;
	const Juyan__V1__ToTerminal *to = (const void *)message;
	if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_WELCOME) {
		peer->next = to->welcome->last_stream_seq + 1;
		peer->under_way = 0;
	} else if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK && peer->under_way > 0) {
		peer->under_way--;
	} else if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_REFUSAL) {
		peer->next = 0;
	}
}

static void
hear_all(struct peer *peer)
{
	struct bus_frame frame;
	while (!stopped(peer->act) && bus_take(peer->socket, NULL, &frame) == STATUS_OK) {
		hear(peer, frame.bytes);
		bus_frame_close(&frame);
	}
}

static void
wait_a_moment(struct peer *peer)
{
	enum status status = bus_wait(&peer->socket, 1, WAIT_MS, NULL);
	(void)status;
}

/* In a session; false: not yet, or stopped. */
static bool
in_session(struct peer *peer)
{
	hear_all(peer);
	if (peer->next == 0 && say_hello(peer))
		for (int i = 0; peer->next == 0 && i < 100 && !stopped(peer->act); i++) {
			wait_a_moment(peer);
			hear_all(peer);
		}
	return peer->next != 0 && !stopped(peer->act);
}

/* ---- the kinds ---- */

static void
send_garbage(struct peer *peer)
{
	uint64_t bytes[512];
	size_t n = random_below(&peer->random, sizeof bytes);
	for (size_t i = 0; i * 8 < n; i++)
		bytes[i] = random_next(&peer->random);
	give(peer, (struct span){ (const uint8_t *)bytes, n });
	hear_all(peer);
}

/* An event_batch of empty events, behind a field that nobody knows: it has to be unpacked. Built once. */
static void
send_bomb(struct peer *peer)
{
	static const uint8_t head[] = { 0x78, 0x01, 0x12, 0xc0, 0x84, 0x3d }; /* field 15; event_batch of 1,000,000 bytes */
	if (peer->arena.used == 0) {
		uint8_t *bomb = arena_take(&peer->arena, sizeof head + 2 * BOMB_EVENTS);
		if (bomb == NULL)
			return;
		memcpy(bomb, head, sizeof head);
		for (size_t i = 0; i < BOMB_EVENTS; i++)
			memcpy(bomb + sizeof head + 2 * i, "\x12\x00", 2);
	}
	give(peer, (struct span){ peer->arena.base, sizeof head + 2 * BOMB_EVENTS });
	hear_all(peer);
}

/* In bursts of which the server can answer each frame: who hears no Welcome cannot begin again. */
static void
send_flood(struct peer *peer)
{
	if (!in_session(peer))
		return;
	for (int i = 0; i < BURST && !stopped(peer->act); i++)
		if (say_batch(peer, peer->next, SMALL_BATCH, 0))
			peer->next += SMALL_BATCH;
	wait_a_moment(peer);
}

static void
send_numbers(struct peer *peer)
{
	if (!in_session(peer))
		return;
	while (peer->under_way < WINDOW_BATCHES && !stopped(peer->act)) {
		uint64_t old = peer->next > 2 * SMALL_BATCH ? 1 + random_next(&peer->random) % (peer->next - SMALL_BATCH - 1) : 1;
		uint32_t kind = random_below(&peer->random, 8);
		if (kind == 0 && say_batch(peer, peer->next, SMALL_BATCH, 0))
			peer->next += SMALL_BATCH;
		else if (kind < 3)
			say_batch(peer, peer->next + 1000, SMALL_BATCH, 0);
		else if (kind < 6)
			say_batch(peer, old, SMALL_BATCH, 0);
		else if (kind == 6)
			say_batch(peer, old, 1, 1);
		else
			say_batch(peer, UINT64_MAX - 3, SMALL_BATCH, 0); /* closes the session */
	}
	wait_a_moment(peer);
}

static void
send_huge(struct peer *peer)
{
	if (!in_session(peer))
		return;
	while (peer->under_way < WINDOW_BATCHES && !stopped(peer->act)) {
		if (!say_batch(peer, peer->next, BATCH_EVENTS_MAX, 0))
			break;
		/* How many fitted is not told: each event here takes less than 250 bytes. */
		peer->next += BATCH_EVENTS_MAX;
	}
	wait_a_moment(peer);
}

static void
send_pings(struct peer *peer)
{
	if (peer->next == 0 && !in_session(peer))
		return;
	say_ping(peer);
}

static void
send_hellos(struct peer *peer)
{
	if (say_hello(peer))
		hear_all(peer);
}

/* Each says Hello and a Ping and is gone, the oldest first. */
static void
run_crowd(struct load_act *act)
{
	static struct peer crowd[CROWD];
	memset(crowd, 0, sizeof crowd);
	for (size_t i = 0; !stopped(act); i = (i + 1) % CROWD) {
		struct peer *peer = &crowd[i];
		peer->act = act;
		if (peer->arena.base == NULL && arena_open(&peer->arena, 4096) != STATUS_OK)
			break;
		if (!peer_connect(peer))
			continue;
		for (int tries = 0; tries < WAIT_MS && !stopped(act) && !say_hello(peer); tries++)
			continue;
		say_ping(peer);
	}
	for (size_t i = 0; i < CROWD; i++) {
		bus_socket_close(&crowd[i].socket);
		arena_close(&crowd[i].arena);
	}
}

void
load_act_session(struct load_act *act)
{
	static void (*const turns[])(struct peer *) = { [LOAD_garbage] = send_garbage,
		[LOAD_bombs] = send_bomb,
		[LOAD_flood] = send_flood,
		[LOAD_numbers] = send_numbers,
		[LOAD_huge] = send_huge,
		[LOAD_deaf] = send_pings,
		[LOAD_hellos] = send_hellos };
	struct peer peer = { .act = act };
	if (act->kind == LOAD_crowd) {
		run_crowd(act);
		return;
	}
	random_seed(&peer.random, 1, (uint64_t)act->kind);
	if (arena_open(&peer.arena, ARENA_BYTES) == STATUS_OK && arena_open(&peer.answer, DECODE_BYTES_MAX) == STATUS_OK &&
	    peer_connect(&peer))
		while (!stopped(act))
			turns[act->kind](&peer);
	bus_socket_close(&peer.socket);
	arena_close(&peer.arena);
	arena_close(&peer.answer);
}

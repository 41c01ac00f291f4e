/*
 * One scenario over every transport, with the server in this process and in one of its own: terminals send the crossings of a
 * day, twice, otherwise, too early, without the right, malformed; the server is started again in between; the totals come out the
 * same everywhere.
 *
 * also: address thread
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger.h"
#include "raw.h"
#include "scene.h"
#include "server.h"
#include "terminal.h"

enum { BUSY_EVENTS = 4000, TRUCKS = 40, WEIGHED = 30, GATE = 101, SCALE = 102, OFFICE = 103 };

struct world {
	struct server server;
	struct arena arena;
	struct key_pair gate, scale, office, stranger;
	struct terminal *admin_terminal, *gate_terminal, *scale_terminal, *office_terminal;
	uint64_t answers[8]; /* by disposition, over all terminals */
	enum status last_code;
	char last_sentence[SENTENCE_BYTES_MAX];
};

/* ---- the terminals ---- */

static void
remember(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct world *world = user;
	assert_true(answer->disposition > 1 && answer->disposition < 8);
	world->answers[answer->disposition]++;
	world->last_code = (enum status)answer->code;
	assert_string_equal(answer->name, status_name(world->last_code));
	snprintf(world->last_sentence, sizeof world->last_sentence, "%s", answer->sentence);
}

static struct terminal *
connect_as(struct world *world, const struct key_pair *keys, uint32_t batch_events)
{
	struct server *server = &world->server;
	struct terminal_options options = {
		/* In one process there is one context. */
		.bus = server->host == NULL ? NULL : host_kit(server->host)->bus,
		.endpoint = server->endpoint,
		.keys = keys,
		.server_key = server->transport == INPROC ? NULL : server->key,
		.batch_events = batch_events,
		.patience_ms = DEADLINE_MS,
		.on_answer = remember,
		.user = world,
	};
	struct terminal *terminal = NULL;
	expect(terminal_open(&options, &terminal, &why), STATUS_OK);
	return terminal;
}

static struct terminal *
come_in(struct world *world, const struct key_pair *keys, uint32_t batch_events)
{
	struct terminal *terminal = connect_as(world, keys, batch_events);
	expect(terminal_hello(terminal, DEADLINE_MS, &why), STATUS_OK);
	return terminal;
}

static void
all_come_in(struct world *world)
{
	world->admin_terminal = come_in(world, &world->server.admin, 1);
	world->gate_terminal = come_in(world, &world->gate, 7);
	world->scale_terminal = come_in(world, &world->scale, 3);
	world->office_terminal = come_in(world, &world->office, 0);
}

static void
all_leave(struct world *world)
{
	terminal_close(&world->admin_terminal);
	terminal_close(&world->gate_terminal);
	terminal_close(&world->scale_terminal);
	terminal_close(&world->office_terminal);
}

static void
send_event(struct world *world, struct terminal *terminal, struct span event)
{
	expect(terminal_send(terminal, event, &why), STATUS_OK);
	arena_reset(&world->arena);
}

static void
flush(struct terminal *terminal)
{
	expect(terminal_flush(terminal, DEADLINE_MS, &why), STATUS_OK);
	assert_int_equal(terminal_last_acked(terminal) + 1, terminal_next_seq(terminal));
}

/* ---- the scenes ---- */

static void
set_the_scene(struct world *world)
{
	Juyan__V1__RegistryRecord rows[5], *records[] = { &rows[0], &rows[1], &rows[2], &rows[3], &rows[4] };
	Juyan__V1__Port north, south;
	Juyan__V1__Terminal gate, scale, office;
	char *ports[] = { scene_text("north") };
	scene_port(&rows[0], &north, "north");
	scene_port(&rows[1], &south, "south");
	scene_terminal(&rows[2], &gate, GATE, "gate", world->gate.public_key, ports);
	scene_terminal(&rows[3], &scale, SCALE, "scale", world->scale.public_key, ports);
	scene_terminal(&rows[4], &office, OFFICE, "office", world->office.public_key, ports);
	struct terminal *admin = come_in(world, &world->server.admin, 1);
	send_event(world, admin, scene_registry(records, 5, &world->arena));
	flush(admin);
	assert_int_equal(terminal_tally(admin).accepted, 1);
	terminal_close(&admin);
}

static void
name_batch(char batch_no[16], int truck)
{
	snprintf(batch_no, 16, "T%05d", truck);
}

/* Trucks from `from` to `to`: the releases overtake the manifests, and some trucks are not weighed. */
static void
trucks_cross(struct world *world, int from, int to)
{
	char batch_no[16];
	for (int truck = from; truck < to; truck++) {
		name_batch(batch_no, truck);
		send_event(world, world->gate_terminal, scene_release("north", batch_no, &world->arena));
		if (truck < WEIGHED)
			send_event(world, world->scale_terminal,
			    scene_weighing("north", batch_no, 140000, 40000 + truck, &world->arena));
		send_event(world, world->office_terminal, scene_manifest("north", batch_no, 90000, &world->arena));
	}
	flush(world->gate_terminal);
	flush(world->scale_terminal);
	flush(world->office_terminal);
}

/*
 * Many events at once, so that groups overlap: small batches, large ones, and meanwhile a second program with the scale's key that
 * sends again what is on file. None of these batches has a manifest: they count for nothing.
 */
static void
a_busy_hour(struct world *world)
{
	char batch_no[16];
	struct terminal *again = come_in(world, &world->scale, 4);
	expect(terminal_set_next_seq(again, 1), STATUS_OK);
	for (int i = 0; i < BUSY_EVENTS; i++) {
		snprintf(batch_no, sizeof batch_no, "X%05d", i);
		send_event(world, world->gate_terminal, scene_release("north", batch_no, &world->arena));
		send_event(world, world->office_terminal, scene_release("north", batch_no, &world->arena));
		if (i % (BUSY_EVENTS / (TRUCKS / 2)) != 0)
			continue;
		int truck = i / (BUSY_EVENTS / (TRUCKS / 2));
		name_batch(batch_no, truck);
		send_event(world, again, scene_weighing("north", batch_no, 140000, 40000 + truck, &world->arena));
		expect(terminal_push(again, &why), STATUS_OK);
	}
	flush(world->gate_terminal);
	flush(world->office_terminal);
	expect(terminal_flush(again, DEADLINE_MS, &why), STATUS_OK);
	assert_int_equal(terminal_tally(again).duplicate, TRUCKS / 2);
	assert_int_equal(terminal_tally(again).accepted, 0);
	terminal_close(&again);
}

static void
everything_comes_twice(struct world *world)
{
	char batch_no[16];
	struct terminal_tally before = terminal_tally(world->office_terminal);
	expect(terminal_set_next_seq(world->office_terminal, 1), STATUS_OK);
	for (int truck = 0; truck < TRUCKS / 2; truck++) {
		name_batch(batch_no, truck);
		send_event(world, world->office_terminal, scene_manifest("north", batch_no, 90000, &world->arena));
	}
	flush(world->office_terminal);
	struct terminal_tally after = terminal_tally(world->office_terminal);
	assert_int_equal(after.duplicate - before.duplicate, TRUCKS / 2);
	assert_int_equal(after.accepted, before.accepted);
}

/* Other content under a number that is taken, twice: the first stands. */
static void
a_number_is_used_again(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		expect(terminal_set_next_seq(world->office_terminal, 3), STATUS_OK);
		send_event(world, world->office_terminal, scene_manifest("north", "T99999", 1000000, &world->arena));
		expect(terminal_flush(world->office_terminal, DEADLINE_MS, &why), STATUS_OK);
		assert_int_equal(world->last_code, STATUS_CONFLICTING_EVENT);
	}
	assert_int_equal(terminal_tally(world->office_terminal).conflict, 2);
	expect(terminal_hello(world->office_terminal, DEADLINE_MS, &why), STATUS_OK);
	assert_int_equal(terminal_next_seq(world->office_terminal), terminal_last_acked(world->office_terminal) + 1);
}

/* What may not be said, and what nobody can understand, takes its number: the stream goes on behind it. */
static void
what_is_wrong_is_kept(struct world *world)
{
	send_event(world, world->gate_terminal, scene_release("south", "T00001", &world->arena));
	flush(world->gate_terminal);
	assert_int_equal(world->last_code, STATUS_NOT_AUTHORISED);
	send_event(world, world->gate_terminal, scene_release("north", "", &world->arena));
	flush(world->gate_terminal);
	assert_int_equal(world->last_code, STATUS_MISSING_FIELD);
	assert_true(world->last_sentence[0] != '\0');
	static const uint8_t noise[] = { 0xFF, 0xFF, 0xFF };
	send_event(world, world->gate_terminal, (struct span){ noise, sizeof noise });
	flush(world->gate_terminal);
	assert_int_equal(world->last_code, STATUS_UNDECODABLE);
	struct terminal_tally tally = terminal_tally(world->gate_terminal);
	assert_int_equal(tally.refused, 1);
	assert_int_equal(tally.quarantined, 2);
}

/* An administrator's event that does not fit what is on file, in one batch with one that does. */
static void
an_administrator_errs(struct world *world)
{
	Juyan__V1__Event event = scene_event("", "", JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED);
	Juyan__V1__QuarantineReleased released;
	juyan__v1__quarantine_released__init(&released);
	released.lsn = 1;
	released.by = scene_text("the test");
	released.reason = scene_text("event 1 is not in quarantine");
	event.quarantine_released = &released;
	Juyan__V1__RegistryRecord row, *records[] = { &row };
	Juyan__V1__Port east;
	scene_port(&row, &east, "east");
	struct terminal *admin = connect_as(world, &world->server.admin, 10);
	expect(terminal_hello(admin, DEADLINE_MS, &why), STATUS_OK);
	send_event(world, admin, scene_registry(records, 1, &world->arena));
	send_event(world, admin, scene_pack(&event, &world->arena));
	send_event(world, admin, scene_registry(records, 1, &world->arena));
	flush(admin);
	struct terminal_tally tally = terminal_tally(admin);
	assert_int_equal(tally.accepted, 2);
	assert_int_equal(tally.quarantined, 1);
	assert_true(world->last_sentence[0] != '\0');
	terminal_close(&admin);
}

/* A terminal of another maker: no Hello, a gap, an empty frame. The scale's own terminal is away meanwhile. */
static void
another_maker_errs(struct world *world)
{
	struct server *server = &world->server;
	struct bus *bus = server->host == NULL ? NULL : host_kit(server->host)->bus;
	struct bus *own = NULL;
	struct bus_socket *socket = NULL;
	if (bus == NULL) {
		expect(bus_open(&own, &why), STATUS_OK);
		bus = own;
	}
	expect(bus_connect(bus, server->endpoint, &world->scale, server->transport == INPROC ? NULL : server->key, &socket, &why),
	    STATUS_OK);
	Juyan__V1__FromTerminal from;
	Juyan__V1__EventBatch batch;
	Juyan__V1__Hello hello;
	uint8_t content[] = { 0 };
	ProtobufCBinaryData events[] = { { 1, content }, { 1, content } };
	juyan__v1__from_terminal__init(&from);
	juyan__v1__event_batch__init(&batch);
	juyan__v1__hello__init(&hello);

	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH;
	from.event_batch = &batch;
	batch.first_stream_seq = 1000;
	batch.n_events = 2;
	batch.events = events;
	raw_say(socket, &from, &world->arena);
	const Juyan__V1__ToTerminal *to = raw_hear(socket, &world->arena);
	assert_int_equal(to->say_case, JUYAN__V1__TO_TERMINAL__SAY_REFUSAL);
	assert_int_equal(to->refusal->code, STATUS_NO_HELLO);

	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	from.hello = &hello;
	hello.version = PROTOCOL_VERSION;
	hello.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, world->scale.public_key };
	raw_say(socket, &from, &world->arena);
	to = raw_hear(socket, &world->arena);
	assert_int_equal(to->say_case, JUYAN__V1__TO_TERMINAL__SAY_WELCOME);
	assert_int_equal(to->welcome->terminal_no, SCALE);
	assert_int_equal(to->welcome->last_stream_seq, WEIGHED);

	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH;
	from.event_batch = &batch;
	raw_say(socket, &from, &world->arena);
	to = raw_hear(socket, &world->arena);
	assert_int_equal(to->say_case, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
	assert_int_equal(to->batch_ack->last_stream_seq, WEIGHED);
	assert_int_equal(to->batch_ack->n_answers, 2);
	assert_int_equal(to->batch_ack->answers[1]->disposition, JUYAN__V1__DISPOSITION__REFUSED);
	assert_int_equal(to->batch_ack->answers[1]->code, STATUS_GAP);
	assert_non_null(strstr(to->batch_ack->answers[1]->sentence, "I expect 31,"));

	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY__NOT_SET;
	raw_say(socket, &from, &world->arena);
	to = raw_hear(socket, &world->arena);
	assert_int_equal(to->say_case, JUYAN__V1__TO_TERMINAL__SAY_REFUSAL);
	assert_int_equal(to->refusal->code, STATUS_NO_CONTENT);
	bus_socket_close(&socket);
	bus_close(&own);
}

/* Over CURVE the door stays shut without a word; inside the process it is said. */
static void
a_stranger_stays_outside(struct world *world)
{
	struct terminal *stranger = connect_as(world, &world->stranger, 1);
	expect(terminal_hello(stranger, 500, &why), world->server.transport == INPROC ? STATUS_REVOKED : STATUS_TIMEOUT);
	terminal_close(&stranger);
}

static void
the_gate_is_revoked(struct world *world)
{
	Juyan__V1__RegistryRecord row, *records[] = { &row };
	Juyan__V1__Terminal gate;
	char *ports[] = { scene_text("north") };
	scene_terminal(&row, &gate, GATE, "gate", world->gate.public_key, ports);
	gate.revoked = true;
	send_event(world, world->admin_terminal, scene_registry(records, 1, &world->arena));
	flush(world->admin_terminal);
	expect(terminal_send(world->gate_terminal, scene_release("north", "T00001", &world->arena), &why), STATUS_OK);
	expect(terminal_flush(world->gate_terminal, DEADLINE_MS, &why), STATUS_REVOKED);
}

static void
check_totals(struct world *world)
{
	struct env *own = NULL;
	struct reader *reader = NULL;
	if (world->server.host == NULL) {
		struct env_options options = { .dir = world->server.folder, .readonly = true };
		expect(env_open(&options, &own, &why), STATUS_OK);
	}
	expect(reader_open(own != NULL ? own : host_kit(world->server.host)->env, &reader, &why), STATUS_OK);
	int64_t weighed_kg = 0;
	for (int truck = 0; truck < WEIGHED; truck++)
		weighed_kg += 140000 - (40000 + truck);
	scene_check_sum(reader, &world->arena, "weighed", weighed_kg, WEIGHED);
	scene_check_sum(reader, &world->arena, "declared", (TRUCKS - WEIGHED) * INT64_C(90000), TRUCKS - WEIGHED);
	reader_close(&reader);
	env_close(&own);
}

/* In one process the terminals share the server's context, and end with it; elsewhere they go on by themselves. */
static void
start_again(struct world *world, bool no_room)
{
	bool together = !world->server.own_process;
	if (together)
		all_leave(world);
	server_stop(&world->server);
	world->server.no_room = no_room;
	server_start(&world->server);
	if (together)
		all_come_in(world);
}

/* Nothing is taken, nothing is lost, and it goes on when there is room: by itself, where the terminal has lived on. */
static void
there_is_no_room(struct world *world)
{
	start_again(world, true);
	uint64_t before = terminal_last_acked(world->office_terminal);
	send_event(world, world->office_terminal, scene_manifest("north", "T00020", 90000, &world->arena));
	expect(terminal_flush(world->office_terminal, 1000, &why), STATUS_TIMEOUT);
	assert_int_equal(terminal_last_acked(world->office_terminal), before);
	start_again(world, false);
	if (!world->server.own_process)
		send_event(world, world->office_terminal, scene_manifest("north", "T00020", 90000, &world->arena));
	flush(world->office_terminal);
	assert_int_equal(terminal_last_acked(world->office_terminal), before + 1);
}

static void
play(enum transport transport, bool own_process)
{
	static struct world world;
	world = (struct world){ .server = { .transport = transport, .own_process = own_process } };
	folder_make(world.server.folder);
	snprintf(world.server.listen, sizeof world.server.listen, "tcp://127.0.0.1:0");
	expect(arena_open(&world.arena, DECODE_BYTES_MAX), STATUS_OK);
	world.server.log_stream = getenv("JUYAN_TEST_LOG") != NULL ? stderr : tmpfile();
	expect(log_open(world.server.log_stream, LOG_DEBUG, &world.server.log), STATUS_OK);
	key_pair_make(&world.gate);
	key_pair_make(&world.scale);
	key_pair_make(&world.office);
	key_pair_make(&world.stranger);

	server_start(&world.server);
	set_the_scene(&world);
	all_come_in(&world);
	trucks_cross(&world, 0, TRUCKS / 2);
	everything_comes_twice(&world);
	a_busy_hour(&world);

	there_is_no_room(&world);
	trucks_cross(&world, TRUCKS / 2, TRUCKS);
	a_number_is_used_again(&world);
	what_is_wrong_is_kept(&world);
	another_maker_errs(&world);
	a_stranger_stays_outside(&world);
	an_administrator_errs(&world);
	if (terminal_tally(world.admin_terminal).sent == 0)
		expect(terminal_hello(world.admin_terminal, DEADLINE_MS, &why), STATUS_OK);
	the_gate_is_revoked(&world);
	check_totals(&world);

	all_leave(&world);
	server_stop(&world.server);
	log_close(&world.server.log);
	if (world.server.log_stream != stderr)
		fclose(world.server.log_stream);
	arena_close(&world.arena);
	folder_remove(world.server.folder);
}

static void
over_inproc(void **state)
{
	(void)state;
	play(INPROC, false);
}

static void
over_ipc(void **state)
{
	(void)state;
	play(IPC, false);
}

static void
over_tcp(void **state)
{
	(void)state;
	play(TCP, false);
}

static bool
no_server(void)
{
	const char *program = getenv("JUYAN");
	if (program != NULL && access(program, X_OK) == 0)
		return false;
	print_message("JUYAN names no program: the server in its own process is not tried\n");
	return true;
}

static void
over_ipc_to_another_process(void **state)
{
	(void)state;
	if (no_server())
		skip();
	play(IPC, true);
}

static void
over_tcp_to_another_process(void **state)
{
	(void)state;
	if (no_server())
		skip();
	play(TCP, true);
}

int
main(void)
{
	/* The process first: nothing is forked once a context has lived here. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_ipc_to_another_process),
		cmocka_unit_test(over_tcp_to_another_process),
		cmocka_unit_test(over_inproc),
		cmocka_unit_test(over_ipc),
		cmocka_unit_test(over_tcp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

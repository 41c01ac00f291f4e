/*
 * also: thread
 *
 * Whose turn it is: ingest turned by hand, beside a peer that sends what takes long and brings nothing. What another terminal sends
 * is on disk and answered after one turn of each, however much of the bad still waits.
 */
#include "check.h"

#include <string.h>

#include "folder.h"
#include "founding.h"
#include "ingest.h"
#include "ingest.pb-c.h"

enum { TURNS_MAX = 20, WAIT_MS = 50, ARENA_BYTES = 2 * FRAME_BYTES_MAX, TERMINALS = 2 };

static struct world {
	char folder[FOLDER_BYTES];
	struct log *log;
	FILE *log_file;
	struct counters counters;
	struct config config;
	struct service_kit kit;
	struct key_pair server, keys[TERMINALS];
	struct bus_socket *sockets[TERMINALS];
	struct arena arena;
	void *ingest;
} world;

static struct reason why;

static void
expect_ok(enum status status)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why.text);
}

static uint64_t
counted(enum counter counter)
{
	return atomic_load(&world.counters.values[counter]);
}

/* This registry has no ports: what is sent for one is taken into quarantine, which is as far as these tests go. */
static uint64_t
taken(void)
{
	return counted(COUNTER_events_accepted) + counted(COUNTER_events_quarantined);
}

/* ---- the service, without a host ---- */

static void
found(void)
{
	static char all[] = "*", *every[] = { all }, name[] = "a terminal";
	Juyan__V1__Terminal terminals[TERMINALS];
	Juyan__V1__RegistryRecord records[TERMINALS];
	const Juyan__V1__RegistryRecord *list[TERMINALS];
	struct ledger *ledger;
	for (size_t i = 0; i < TERMINALS; i++) {
		key_pair_make(&world.keys[i]);
		juyan__v1__terminal__init(&terminals[i]);
		juyan__v1__registry_record__init(&records[i]);
		terminals[i].terminal_no = (uint32_t)i + 2;
		terminals[i].name = name;
		terminals[i].public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, world.keys[i].public_key };
		terminals[i].n_ports = terminals[i].n_kinds = 1;
		terminals[i].ports = terminals[i].kinds = every;
		records[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
		records[i].terminal = &terminals[i];
		list[i] = &records[i];
	}
	expect_ok(ledger_open(world.kit.env, &ledger, &why));
	expect_ok(founding_with(ledger, world.folder, 1735707600000, list, TERMINALS, &why));
	ledger_close(&ledger);
}

static int
setup(void **state)
{
	(void)state;
	char path[FOLDER_BYTES + 16];
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", world.folder, i == 0 ? "keys" : "run");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	world.log_file = tmpfile();
	assert_int_equal(log_open(world.log_file, LOG_ERROR, &world.log), STATUS_OK);
	config_defaults(&world.config);
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	world.config.listen[0] = '\0';
	key_pair_make(&world.server);
	world.kit = (struct service_kit){ .config = &world.config,
		.keys = &world.server,
		.log = world.log,
		.counters = &world.counters,
		.clock = clock_system() };
	expect_ok(env_open(&(struct env_options){ .dir = world.folder, .headroom_disk_bytes = 1 }, &world.kit.env, &why));
	expect_ok(bus_open(&world.kit.bus, &why));
	expect_ok(auth_open(world.kit.bus, world.log, &world.counters, &world.kit.auth, &why));
	expect_ok(arena_open(&world.arena, ARENA_BYTES));
	found();
	expect_ok(ingest_service.open(&world.kit, &world.ingest, &why));
	for (size_t i = 0; i < TERMINALS; i++)
		expect_ok(bus_connect(world.kit.bus, "inproc://ingest", NULL, NULL, &world.sockets[i], &why));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < TERMINALS; i++)
		bus_socket_close(&world.sockets[i]);
	ingest_service.close(&world.ingest);
	arena_close(&world.arena);
	auth_close(&world.kit.auth);
	bus_close(&world.kit.bus);
	env_close(&world.kit.env);
	log_close(&world.log);
	fclose(world.log_file);
	folder_remove(world.folder);
	return 0;
}

/* ---- the terminals ---- */

enum { GOOD, BAD };

static enum status
say(size_t who, Juyan__V1__FromTerminal *from)
{
	struct span frame;
	arena_reset(&world.arena);
	assert_int_equal(wire_pack(&from->base, FRAME_BYTES_MAX, &world.arena, &frame), STATUS_OK);
	return bus_give(world.sockets[who], NULL, frame);
}

/* So many events from this number on. */
static enum status
say_events(size_t who, uint64_t seq, uint32_t n)
{
	enum { EVENT_BYTES = 128 };
	static uint8_t bytes[BATCH_EVENTS_MAX][EVENT_BYTES];
	static ProtobufCBinaryData data[BATCH_EVENTS_MAX];
	char port[] = "ceke", batch_no[32], unit[] = "1234", lane[] = "road-in-1";
	Juyan__V1__EventBatch batch = JUYAN__V1__EVENT_BATCH__INIT;
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	for (uint32_t i = 0; i < n; i++) {
		Juyan__V1__UnitArrived arrived = JUYAN__V1__UNIT_ARRIVED__INIT;
		Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
		snprintf(batch_no, sizeof batch_no, "B%zu-%llu", who, (unsigned long long)(seq + i));
		arrived.unit_id = unit;
		arrived.lane = lane;
		event.occurred_at_ms = 1735707600000;
		event.port = port;
		event.batch_no = batch_no;
		event.what_case = JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED;
		event.unit_arrived = &arrived;
		data[i] = (ProtobufCBinaryData){ juyan__v1__event__get_packed_size(&event), bytes[i] };
		assert_true(data[i].len <= EVENT_BYTES);
		juyan__v1__event__pack(&event, bytes[i]);
	}
	batch.first_stream_seq = seq;
	batch.n_events = n;
	batch.events = data;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH;
	from.event_batch = &batch;
	return say(who, &from);
}

static enum status
say_event(size_t who, uint64_t seq)
{
	return say_events(who, seq, 1);
}

static void
turn(void)
{
	expect_ok(ingest_service.step(world.ingest, 0, &why));
}

/* One that waits for the disk, or for a message, where there is nothing else to do. */
static void
turn_on(void)
{
	expect_ok(ingest_service.step(world.ingest, WAIT_MS, &why));
}

/* What one has heard last of this kind, in the order of hearing. */
static struct heard {
	uint64_t first; /* of a BatchAck */
	uint32_t events;
	size_t answers, duplicates;
} heard;

static void
note_ack(const Juyan__V1__BatchAck *ack)
{
	heard = (struct heard){ .first = ack->first_stream_seq, .events = ack->events, .answers = ack->n_answers };
	for (size_t i = 0; i < ack->n_answers; i++) {
		assert_true(i == 0 || ack->answers[i - 1]->stream_seq < ack->answers[i]->stream_seq);
		heard.duplicates += ack->answers[i]->disposition == JUYAN__V1__DISPOSITION__DUPLICATE;
	}
}

/* The next answer that has come; NOT_SET: none has. */
static Juyan__V1__ToTerminal__SayCase
hear_one(size_t who)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	if (bus_take(world.sockets[who], NULL, &frame) != STATUS_OK)
		return JUYAN__V1__TO_TERMINAL__SAY__NOT_SET;
	arena_reset(&world.arena);
	expect_ok(wire_unpack(&juyan__v1__to_terminal__descriptor, frame.bytes, &world.arena, &message, &why));
	bus_frame_close(&frame);
	const Juyan__V1__ToTerminal *to = (const void *)message;
	if (to->say_case == JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK)
		note_ack(to->batch_ack);
	return to->say_case;
}

/* Takes what has come; how many answers of this kind are among it. */
static size_t
hear(size_t who, Juyan__V1__ToTerminal__SayCase what)
{
	Juyan__V1__ToTerminal__SayCase one;
	size_t n = 0;
	while ((one = hear_one(who)) != JUYAN__V1__TO_TERMINAL__SAY__NOT_SET)
		n += one == what;
	return n;
}

/* How many turns it takes until this one hears it. */
static size_t
turn_until(size_t who, Juyan__V1__ToTerminal__SayCase what)
{
	for (size_t turns = 1; turns <= TURNS_MAX; turns++) {
		turn_on();
		if (hear(who, what) > 0)
			return turns;
	}
	fail_msg("nothing was heard in %d turns", TURNS_MAX);
	return 0;
}

static void
greet(size_t who)
{
	Juyan__V1__Hello hello = JUYAN__V1__HELLO__INIT;
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	hello.version = PROTOCOL_VERSION;
	hello.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, world.keys[who].public_key };
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	from.hello = &hello;
	assert_int_equal(say(who, &from), STATUS_OK);
	turn_until(who, JUYAN__V1__TO_TERMINAL__SAY_WELCOME);
}

/* ---- what must hold ---- */

/* Large frames that are no message, as many as the queue takes: each is a turn by itself. */
static void
frames_that_bring_nothing_do_not_hold_up_the_others(void **state)
{
	(void)state;
	static uint8_t rubbish[FRAME_BYTES_MAX];
	size_t waiting = 0;
	memset(rubbish, 0xff, sizeof rubbish);
	greet(GOOD);
	while (bus_give(world.sockets[BAD], NULL, (struct span){ rubbish, sizeof rubbish }) == STATUS_OK)
		waiting++;
	assert_true(waiting >= 2 * WINDOW_BATCHES);
	assert_int_equal(say_event(GOOD, 1), STATUS_OK);
	turn_until(GOOD, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
	assert_true(counted(COUNTER_frames_undecodable) <= 4);
	assert_int_equal(taken(), 1);
}

/* Small ones, and many peers: a turn ends long before the replies of a group are used up. */
static void
a_turn_has_an_end_however_small_the_frames_are(void **state)
{
	(void)state;
	enum { PEERS = 12, TURN_FRAMES_MAX = 128 };
	struct bus_socket *peers[PEERS];
	size_t waiting = 0;
	for (size_t i = 0; i < PEERS; i++) {
		expect_ok(bus_connect(world.kit.bus, "inproc://ingest", NULL, NULL, &peers[i], &why));
		while (bus_give(peers[i], NULL, (struct span){ (const uint8_t *)"\xff", 1 }) == STATUS_OK)
			waiting++;
	}
	assert_true(waiting >= 2 * TURN_FRAMES_MAX);
	turn();
	uint64_t read = counted(COUNTER_frames_undecodable);
	for (size_t i = 0; i < PEERS; i++)
		bus_socket_close(&peers[i]);
	assert_in_range(read, 1, TURN_FRAMES_MAX);
}

/* A number sent twice makes the service look on disk, and so commit first: once in a turn, and then the answers go out. */
static void
numbers_sent_twice_cost_the_others_one_commit(void **state)
{
	(void)state;
	greet(GOOD);
	greet(BAD);
	for (uint64_t seq = 1; seq <= WINDOW_BATCHES / 2; seq++) {
		assert_int_equal(say_event(BAD, seq), STATUS_OK);
		assert_int_equal(say_event(BAD, seq), STATUS_OK);
	}
	assert_int_equal(say_event(GOOD, 1), STATUS_OK);
	uint64_t commits = counted(COUNTER_commits);
	turn_until(GOOD, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
	assert_int_equal(counted(COUNTER_commits), commits + 1);
	for (int i = 0; i < TURNS_MAX; i++)
		turn();
	assert_int_equal(taken(), 1 + WINDOW_BATCHES / 2);
	assert_int_equal(counted(COUNTER_events_duplicate), WINDOW_BATCHES / 2);
	assert_int_equal(hear(BAD, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK), WINDOW_BATCHES);
}

/* ---- batches in parts ---- */

static void
ping(size_t who)
{
	Juyan__V1__Ping said = JUYAN__V1__PING__INIT;
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_PING;
	from.ping = &said;
	assert_int_equal(say(who, &from), STATUS_OK);
}

/* Both have sent lately: from now on each has its share. Both stand at number 2 then. */
static void
crowd(void)
{
	greet(GOOD);
	greet(BAD);
	for (size_t who = 0; who < TERMINALS; who++) {
		assert_int_equal(say_event(who, 1), STATUS_OK);
		turn_until(who, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
	}
}

/* Lets the good one send an event at each step of the bad one's batch; how many of them are answered before that is. */
static uint64_t
answered_before(uint64_t next)
{
	uint64_t answered = 0;
	Juyan__V1__ToTerminal__SayCase said;
	for (int tries = 0; tries < TURNS_MAX; tries++, answered++) {
		assert_int_equal(say_event(GOOD, next + answered), STATUS_OK);
		turn_until(GOOD, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
		if ((said = hear_one(BAD)) != JUYAN__V1__TO_TERMINAL__SAY__NOT_SET) {
			assert_int_equal(said, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
			return answered;
		}
	}
	fail_msg("the batch was not answered in %d rounds", TURNS_MAX);
	return 0;
}

static void
others_are_answered_before_the_last_part_of_a_huge_batch(void **state)
{
	(void)state;
	crowd();
	assert_int_equal(say_events(BAD, 2, BATCH_EVENTS_MAX), STATUS_OK);
	assert_true(answered_before(2) >= 2);
	assert_int_equal(heard.first, 2);
	assert_int_equal(heard.events, BATCH_EVENTS_MAX);
	assert_int_equal(heard.answers,
	    BATCH_EVENTS_MAX); /* there is no such port here: each has its reason, whichever part it was in */
	assert_int_equal(heard.duplicates, 0);
}

/* The same once more: each of its numbers makes the service look on disk, and so wait for what is under way. */
static void
others_are_answered_while_a_huge_batch_is_compared_with_the_disk(void **state)
{
	(void)state;
	crowd();
	assert_int_equal(say_events(BAD, 2, BATCH_EVENTS_MAX), STATUS_OK);
	uint64_t next = 3 + answered_before(2);
	uint64_t before = taken();
	assert_int_equal(say_events(BAD, 2, BATCH_EVENTS_MAX), STATUS_OK);
	uint64_t answered = answered_before(next);
	assert_true(answered >= 2);
	assert_int_equal(heard.duplicates, BATCH_EVENTS_MAX);
	assert_int_equal(taken(), before + answered + 1);
}

/* What a terminal says behind its huge batch is answered behind it; and what it says twice is seen. */
static void
a_terminal_is_answered_in_its_order(void **state)
{
	(void)state;
	static const Juyan__V1__ToTerminal__SayCase order[] = { JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK,
		JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK, JUYAN__V1__TO_TERMINAL__SAY_PONG, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK,
		JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK };
	enum { ANSWERS = sizeof order / sizeof order[0] };
	uint64_t firsts[ANSWERS] = { 0 };
	size_t n = 0;
	crowd();
	assert_int_equal(say_events(BAD, 2, 3000), STATUS_OK);
	assert_int_equal(say_events(BAD, 3002, 1000), STATUS_OK);
	ping(BAD);
	assert_int_equal(say_events(BAD, 3002, 1), STATUS_OK);
	assert_int_equal(say_events(BAD, 4002, 2000), STATUS_OK);
	for (int turns = 0; turns < 4 * TURNS_MAX && n < ANSWERS; turns++) {
		Juyan__V1__ToTerminal__SayCase said;
		turn_on();
		for (; (said = hear_one(BAD)) != JUYAN__V1__TO_TERMINAL__SAY__NOT_SET; n++) {
			assert_true(n < ANSWERS);
			assert_int_equal(said, order[n]);
			firsts[n] = heard.first;
		}
	}
	assert_int_equal(n, ANSWERS);
	assert_int_equal(firsts[0], 2);
	assert_int_equal(firsts[1], 3002);
	assert_int_equal(firsts[3], 3002);
	assert_int_equal(firsts[4], 4002);
	assert_int_equal(counted(COUNTER_events_duplicate), 1);
	assert_int_equal(taken(), 2 + 6000);
}

/* More than a window of huge batches: the session is closed, what was begun ends, and the others have noticed nothing. */
static void
who_crowds_the_line_is_shown_out(void **state)
{
	(void)state;
	size_t said = 0;
	crowd();
	for (int turns = 0; turns < TURNS_MAX && counted(COUNTER_batches_window) == 0; turns++) {
		while (say_events(BAD, 2 + said * BATCH_EVENTS_MAX, BATCH_EVENTS_MAX) == STATUS_OK)
			said++;
		turn_on();
	}
	assert_true(counted(COUNTER_batches_window) > 0);
	assert_int_equal(say_event(GOOD, 2), STATUS_OK);
	turn_until(GOOD, JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK);
	for (int turns = 0; turns < 4 * TURNS_MAX; turns++) {
		turn_on();
		hear(BAD, JUYAN__V1__TO_TERMINAL__SAY_REFUSAL);
	}
	uint64_t before = taken();
	greet(BAD);
	assert_int_equal(taken(), before);
	assert_in_range(before, 3, 3 + (said - 1) * BATCH_EVENTS_MAX); /* not all of it */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_that_bring_nothing_do_not_hold_up_the_others, setup, teardown),
		cmocka_unit_test_setup_teardown(a_turn_has_an_end_however_small_the_frames_are, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_sent_twice_cost_the_others_one_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_answered_before_the_last_part_of_a_huge_batch, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_answered_while_a_huge_batch_is_compared_with_the_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(a_terminal_is_answered_in_its_order, setup, teardown),
		cmocka_unit_test_setup_teardown(who_crowds_the_line_is_shown_out, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The booth with a service made of cardboard behind it: what it is handed, what it never sees, and that each asker hears one reply,
 * at once, later, or a Failure.
 *
 * also: thread
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "booth.h"
#include "folder.h"
#include "forecast.pb-c.h"
#include "ledger.h"

enum { DEADLINE_MS = 10000, TURN_MS = 10, ASKERS = 7, MANY = BOOTH_QUESTIONS_AT_ONCE + 20 };

static struct world {
	char folder[FOLDER_BYTES];
	struct log *log;
	FILE *log_stream;
	struct counters counters;
	struct config config;
	struct key_pair server;
	struct bus *bus;
	struct auth *auth;
	struct env *env;
	struct ledger *ledger;
	struct arena arena;
	struct service_kit kit;
	struct booth *booth;
	struct bus_socket *client;
	/* What the service does with a question, and which it was handed. */
	enum status says;
	const char *because;
	bool later;
	size_t handed;
	struct booth_asker askers[MANY];
} world;

/* ---- the service ---- */

static struct span
reply_to(uint64_t nonce, struct arena *arena)
{
	Juyan__V1__ForecastReply reply = JUYAN__V1__FORECAST_REPLY__INIT;
	Juyan__V1__GoalReports goals = JUYAN__V1__GOAL_REPORTS__INIT;
	struct span packed = { NULL, 0 };
	reply.nonce = nonce;
	reply.say_case = JUYAN__V1__FORECAST_REPLY__SAY_GOALS;
	reply.goals = &goals;
	assert_int_equal(wire_pack(&reply.base, FRAME_BYTES_MAX, arena, &packed), STATUS_OK);
	return packed;
}

static enum status
answer(void *service, const struct booth_question *question, struct span *reply, struct reason *why)
{
	assert_ptr_equal(service, &world);
	assert_ptr_equal(question->message->descriptor, &juyan__v1__forecast_question__descriptor);
	assert_true(world.handed < MANY);
	world.askers[world.handed++] = question->asker;
	if (world.says != STATUS_OK)
		return reason_say(why, world.says, "%s", world.because);
	if (!world.later)
		*reply = reply_to(question->asker.nonce, question->arena);
	return STATUS_OK;
}

static const struct booth_kind kind = { .name = "cardboard",
	.question = &juyan__v1__forecast_question__descriptor,
	.reply = &juyan__v1__forecast_reply__descriptor,
	.arena_bytes = 2 * DECODE_BYTES_MAX,
	.answer = answer };

static int
setup(void **state)
{
	(void)state;
	struct reason why = { "" };
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	world.log_stream = fopen("/dev/null", "w");
	config_defaults(&world.config);
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	key_pair_make(&world.server);
	const struct env_options options = { .dir = world.folder,
		.map_bytes = 1 << 28,
		.headroom_map_bytes = 1 << 20,
		.headroom_disk_bytes = 1 };
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	assert_int_equal(arena_open(&world.arena, 2 * DECODE_BYTES_MAX), STATUS_OK);
	assert_int_equal(env_open(&options, &world.env, &why), STATUS_OK);
	assert_int_equal(ledger_open(world.env, &world.ledger, &why), STATUS_OK);
	assert_int_equal(bus_open(&world.bus, &why), STATUS_OK);
	assert_int_equal(auth_open(world.bus, world.log, &world.counters, &world.auth, &why), STATUS_OK);
	world.kit = (struct service_kit){ .bus = world.bus,
		.env = world.env,
		.auth = world.auth,
		.config = &world.config,
		.keys = &world.server,
		.log = world.log,
		.counters = &world.counters,
		.clock = clock_system() };
	if (booth_open(&world.kit, &kind, "", &world, &world.booth, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(bus_connect(world.bus, "inproc://cardboard", NULL, NULL, &world.client, &why), STATUS_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bus_socket_close(&world.client);
	booth_close(&world.booth);
	auth_close(&world.auth);
	bus_close(&world.bus);
	ledger_close(&world.ledger);
	env_close(&world.env);
	arena_close(&world.arena);
	log_close(&world.log);
	fclose(world.log_stream);
	folder_remove(world.folder);
	return 0;
}

/* ---- asking ---- */

static void
give(uint32_t version, uint64_t nonce, char *change_mode)
{
	uint8_t bytes[512];
	Juyan__V1__Change change = JUYAN__V1__CHANGE__INIT, *changes[] = { &change };
	Juyan__V1__Scenario scenario = JUYAN__V1__SCENARIO__INIT;
	Juyan__V1__Making making = JUYAN__V1__MAKING__INIT;
	Juyan__V1__GoalAsk ask = JUYAN__V1__GOAL_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	change.mode = change_mode;
	scenario.changes = changes;
	scenario.n_changes = 1;
	making.scenario = &scenario;
	ask.making = &making;
	question.version = version;
	question.nonce = nonce;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_GOAL;
	question.goal = &ask;
	assert_true(juyan__v1__forecast_question__get_packed_size(&question) <= sizeof bytes);
	assert_int_equal(bus_give(world.client, NULL, (struct span){ bytes, juyan__v1__forecast_question__pack(&question, bytes) }),
	    STATUS_OK);
}

static void
turn(void)
{
	struct reason why = { "" };
	if (booth_step(world.booth, -1, TURN_MS, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

/* NULL: nothing is there. */
static const Juyan__V1__ForecastReply *
take(void)
{
	struct bus_frame frame;
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	if (bus_take(world.client, NULL, &frame) != STATUS_OK)
		return NULL;
	arena_reset(&world.arena);
	if (wire_unpack(&juyan__v1__forecast_reply__descriptor, frame.bytes, &world.arena, &message, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	bus_frame_close(&frame);
	return (const Juyan__V1__ForecastReply *)message;
}

static const Juyan__V1__ForecastReply *
next(void)
{
	const Juyan__V1__ForecastReply *reply = take();
	for (int waited_ms = 0; reply == NULL && waited_ms < DEADLINE_MS; waited_ms += TURN_MS) {
		turn();
		reply = take();
	}
	assert_non_null(reply);
	return reply;
}

static void
fails_with(enum status status, uint64_t nonce, const char *part)
{
	const Juyan__V1__ForecastReply *reply = next();
	assert_int_equal(reply->nonce, nonce);
	assert_int_equal(reply->say_case, JUYAN__V1__FORECAST_REPLY__SAY_FAILURE);
	assert_int_equal(reply->failure->code, status);
	assert_string_equal(reply->failure->name, status_name(status));
	if (strstr(reply->failure->sentence, part) == NULL)
		fail_msg("'%s' is not in: %s", part, reply->failure->sentence);
}

static uint64_t
counted(enum counter counter)
{
	return atomic_load(&world.counters.values[counter]);
}

/* ---- the tests ---- */

static char truck[] = "truck", broken[] = "tr\x1buck", no_text[] = "\xff";

static void
what_is_no_question_never_reaches_the_service(void **state)
{
	(void)state;
	assert_int_equal(bus_give(world.client, NULL, (struct span){ (const uint8_t *)"\xff\xff", 2 }), STATUS_OK);
	fails_with(STATUS_UNDECODABLE, 0, "");
	give(PROTOCOL_VERSION + 1, 7, truck);
	fails_with(STATUS_VERSION, 7, "version 2");
	give(PROTOCOL_VERSION, 8, broken); /* four messages down, in a member of a oneof */
	fails_with(STATUS_NOT_TEXT, 8, "mode");
	give(PROTOCOL_VERSION, 9, no_text);
	fails_with(STATUS_NOT_TEXT, 9, "mode");
	assert_int_equal(world.handed, 0);
	assert_int_equal(counted(COUNTER_questions_failed), 4);
	assert_int_equal(counted(COUNTER_frames_undecodable), 1);
	give(PROTOCOL_VERSION, 10, truck);
	assert_int_equal(next()->nonce, 10);
	assert_int_equal(world.handed, 1);
}

/* Of several askers, for the queue of one is shorter than a turn. */
static void
a_turn_takes_so_many_and_no_more(void **state)
{
	(void)state;
	struct bus_socket *clients[ASKERS] = { world.client };
	struct reason why = { "" };
	for (size_t i = 0; i < ASKERS; i++) {
		if (i > 0)
			assert_int_equal(bus_connect(world.bus, "inproc://cardboard", NULL, NULL, &clients[i], &why), STATUS_OK);
		world.client = clients[i];
		for (uint64_t k = 1; k <= MANY / ASKERS; k++)
			give(PROTOCOL_VERSION, k, truck);
	}
	turn();
	assert_int_equal(world.handed, BOOTH_QUESTIONS_AT_ONCE);
	for (size_t i = 0; i < ASKERS; i++) {
		world.client = clients[i];
		for (uint64_t k = 1; k <= MANY / ASKERS; k++)
			assert_int_equal(next()->nonce, k);
		assert_null(take());
		if (i + 1 < ASKERS)
			bus_socket_close(&world.client);
	}
	assert_int_equal(world.handed, MANY);
}

static void
a_reply_may_come_later(void **state)
{
	(void)state;
	world.later = true;
	give(PROTOCOL_VERSION, 1, truck);
	give(PROTOCOL_VERSION, 2, truck);
	turn();
	assert_int_equal(world.handed, 2);
	assert_null(take());
	for (size_t i = 2; i-- > 0;) {
		arena_reset(&world.arena);
		booth_give(world.booth, &world.askers[i], reply_to(world.askers[i].nonce, &world.arena));
	}
	assert_int_equal(next()->nonce, 2);
	assert_int_equal(next()->nonce, 1);
	bus_socket_close(&world.client);
	/* The socket hears of it in its own time. */
	for (int waited_ms = 0; counted(COUNTER_peers_away) == 0 && waited_ms < DEADLINE_MS; waited_ms += TURN_MS) {
		turn();
		arena_reset(&world.arena);
		booth_give(world.booth, &world.askers[0], reply_to(1, &world.arena));
	}
	assert_int_equal(counted(COUNTER_peers_away), 1);
}

/* A sentence that was cut within a Chinese name was no UTF-8 any more: who asked could not decode why. */
static void
what_the_service_refuses_the_asker_hears(void **state)
{
	(void)state;
	world.says = STATUS_BUSY;
	world.because = "ask again";
	give(PROTOCOL_VERSION, 1, truck);
	fails_with(STATUS_BUSY, 1, "ask again");
	world.says = STATUS_NOT_FOUND;
	world.because = "no goal '\xe7\xad\x96\xe5\x85'";
	give(PROTOCOL_VERSION, 2, truck);
	fails_with(STATUS_NOT_FOUND, 2,
	    "no goal '\xe7\xad\x96?"
	    "?'");
	world.because = "";
	give(PROTOCOL_VERSION, 3, truck);
	fails_with(STATUS_NOT_FOUND, 3, status_sentence(STATUS_NOT_FOUND));
	assert_int_equal(counted(COUNTER_questions_failed), 3);
}

static void
what_stops_the_service_comes_back(void **state)
{
	(void)state;
	struct reason why = { "" };
	enum status status = STATUS_OK;
	world.says = STATUS_SYSTEM;
	world.because = "the disk is gone";
	give(PROTOCOL_VERSION, 1, truck);
	for (int waited_ms = 0; status == STATUS_OK && waited_ms < DEADLINE_MS; waited_ms += TURN_MS)
		status = booth_step(world.booth, -1, TURN_MS, &why);
	assert_int_equal(status, STATUS_SYSTEM);
	assert_string_equal(why.text, "the disk is gone");
	assert_null(take());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(what_is_no_question_never_reaches_the_service),
		TEST(a_turn_takes_so_many_and_no_more),
		TEST(a_reply_may_come_later),
		TEST(what_the_service_refuses_the_asker_hears),
		TEST(what_stops_the_service_comes_back),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The worker beside a query service that the test plays itself: what a broken answer becomes, how many questions wait, and that it
 * ends while nobody answers it.
 *
 * also: thread
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "forecast.pb-c.h"
#include "lock.h"
#include "worker.h"

enum { DEADLINE_MS = 30000, TURN_MS = 10 };

static struct world {
	char folder[FOLDER_BYTES];
	struct log *log;
	FILE *log_stream;
	struct counters counters;
	struct config config;
	struct bus *bus;
	struct bus_socket *query; /* where the worker asks */
	int lock_fd;
	struct arena arena;
	struct service_kit kit;
	struct worker *worker;
} world;

static int
setup(void **state)
{
	(void)state;
	struct reason why = { "" };
	char run[FOLDER_BYTES + 8];
	const char *const endpoint = "inproc://query";
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	snprintf(run, sizeof run, "%s/run", world.folder);
	assert_int_equal(mkdir(run, 0700), 0);
	world.log_stream = fopen("/dev/null", "w");
	config_defaults(&world.config);
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	assert_int_equal(arena_open(&world.arena, 2 * DECODE_BYTES_MAX), STATUS_OK);
	assert_int_equal(bus_open(&world.bus, &why), STATUS_OK);
	assert_int_equal(lock_take(world.folder, "query", &world.lock_fd, &why), STATUS_OK);
	if (bus_serve(world.bus, &endpoint, 1, NULL, &world.query, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	world.kit = (struct service_kit){ .bus = world.bus,
		.config = &world.config,
		.log = world.log,
		.counters = &world.counters,
		.clock = clock_system() };
	if (worker_open(&world.kit, &world.worker, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	worker_close(&world.worker);
	bus_socket_close(&world.query);
	bus_close(&world.bus);
	close(world.lock_fd);
	arena_close(&world.arena);
	log_close(&world.log);
	fclose(world.log_stream);
	folder_remove(world.folder);
	return 0;
}

static enum status
give(uint64_t nonce)
{
	Juyan__V1__GoalAsk ask = JUYAN__V1__GOAL_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	question.version = PROTOCOL_VERSION;
	question.nonce = nonce;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_GOAL;
	question.goal = &ask;
	struct errand errand = { .asker = { .nonce = nonce }, .n = juyan__v1__forecast_question__get_packed_size(&question) };
	errand.bytes = malloc(errand.n);
	assert_non_null(errand.bytes);
	juyan__v1__forecast_question__pack(&question, errand.bytes);
	enum status status = worker_give(world.worker, &errand);
	if (status != STATUS_OK)
		free(errand.bytes);
	return status;
}

/* One question of the worker's, whichever it is, is answered with a failure of this code. */
static void
play_query(uint32_t code)
{
	struct bus_peer peer;
	struct bus_frame frame;
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	uint8_t bytes[256];
	static char sentence[] = "all is well";
	Juyan__V1__Failure failure = JUYAN__V1__FAILURE__INIT;
	Juyan__V1__Answer answer = JUYAN__V1__ANSWER__INIT;
	assert_int_equal(bus_wait(&world.query, 1, TURN_MS, NULL), STATUS_OK);
	if (bus_take(world.query, &peer, &frame) != STATUS_OK)
		return;
	arena_reset(&world.arena);
	assert_int_equal(wire_unpack(&juyan__v1__question__descriptor, frame.bytes, &world.arena, &message, &why), STATUS_OK);
	answer.nonce = ((const Juyan__V1__Question *)message)->nonce;
	bus_frame_close(&frame);
	failure.code = code;
	failure.sentence = sentence;
	answer.say_case = JUYAN__V1__ANSWER__SAY_FAILURE;
	answer.failure = &failure;
	assert_int_equal(bus_give(world.query, &peer, (struct span){ bytes, juyan__v1__answer__pack(&answer, bytes) }), STATUS_OK);
}

static const Juyan__V1__Failure *
failure_with(uint64_t nonce, uint32_t code)
{
	struct errand errand;
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	bool taken = false;
	assert_int_equal(give(nonce), STATUS_OK);
	for (int waited_ms = 0; !taken && waited_ms < DEADLINE_MS; waited_ms += TURN_MS) {
		play_query(code);
		taken = worker_take(world.worker, &errand);
	}
	assert_true(taken);
	assert_int_equal(errand.asker.nonce, nonce);
	arena_reset(&world.arena);
	assert_int_equal(wire_unpack(&juyan__v1__forecast_reply__descriptor, (struct span){ errand.bytes, errand.n }, &world.arena,
			     &message, &why),
	    STATUS_OK);
	free(errand.bytes);
	const Juyan__V1__ForecastReply *reply = (const Juyan__V1__ForecastReply *)message;
	assert_int_equal(reply->nonce, nonce);
	assert_int_equal(reply->say_case, JUYAN__V1__FORECAST_REPLY__SAY_FAILURE);
	return reply->failure;
}

/* It became OK with no answer behind it, and the thread read what was not there. */
static void
a_failure_without_a_code_is_a_broken_answer(void **state)
{
	(void)state;
	const Juyan__V1__Failure *failure = failure_with(7, STATUS_OK);
	assert_int_equal(failure->code, STATUS_UNDECODABLE);
	assert_non_null(strstr(failure->sentence, "all is well"));
	failure = failure_with(8, STATUS_TOO_MANY);
	assert_int_equal(failure->code, STATUS_TOO_MANY);
	assert_string_equal(failure->sentence, "all is well");
}

static void
so_many_wait_and_it_ends_all_the_same(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < WORKER_WAITING_MAX; i++)
		assert_int_equal(give(i), STATUS_OK);
	assert_int_equal(give(99), STATUS_BUSY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_failure_without_a_code_is_a_broken_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(so_many_wait_and_it_ends_all_the_same, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

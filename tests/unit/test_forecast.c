/*
 * The forecast service among its neighbours, in one process: it answers over ipc and inside the process, what it cannot read it
 * answers with a reason, more questions than it takes are told so and the others keep their order, and an engine without any
 * service gives the same bytes.
 *
 * also: thread
 */
#include "check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "foresee.h"
#include "founding.h"
#include "host.h"
#include "roster.h"
#include "worker.h"

enum { DEADLINE_MS = 60000, TURN_MS = 20, FLOOD = 100 };

static struct world {
	char folder[FOLDER_BYTES];
	FILE *log_stream;
	struct log *log;
	struct config config;
	struct host *host;
	struct bus_socket *client; /* inside the process */
	struct arena arena;
} world;

static int
setup(void **state)
{
	(void)state;
	struct reason why = { "" };
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	world.log_stream = fopen("/dev/null", "w");
	config_defaults(&world.config);
	world.config.map_gib = 1;
	world.config.forecast_paths = 100;
	snprintf(world.config.listen, sizeof world.config.listen, "tcp://127.0.0.1:0");
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	assert_int_equal(arena_open(&world.arena, 2 * DECODE_BYTES_MAX), STATUS_OK);
	if (host_open(&world.config, roster, ROSTER_SERVICES, founding, world.log, &world.host, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(bus_connect(host_kit(world.host)->bus, "inproc://forecast", NULL, NULL, &world.client, &why), STATUS_OK);
	return 0;
}

static void
end_host(void)
{
	bus_socket_close(&world.client);
	host_close(&world.host);
}

static int
teardown(void **state)
{
	(void)state;
	end_host();
	log_close(&world.log);
	fclose(world.log_stream);
	arena_close(&world.arena);
	folder_remove(world.folder);
	return 0;
}

static void
give(struct span bytes)
{
	int waited_ms = 0;
	enum status status;
	while ((status = bus_give(world.client, NULL, bytes)) == STATUS_BUSY && waited_ms < DEADLINE_MS) {
		poll(NULL, 0, TURN_MS);
		waited_ms += TURN_MS;
	}
	assert_int_equal(status, STATUS_OK);
}

/* The next reply; it lives in the arena. */
static const Juyan__V1__ForecastReply *
take(void)
{
	struct bus_frame frame;
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	enum status status = STATUS_TIMEOUT;
	for (int waited_ms = 0; status == STATUS_TIMEOUT && waited_ms < DEADLINE_MS; waited_ms += TURN_MS) {
		assert_int_equal(bus_wait(&world.client, 1, TURN_MS, NULL), STATUS_OK);
		status = bus_take(world.client, NULL, &frame);
	}
	assert_int_equal(status, STATUS_OK);
	arena_reset(&world.arena);
	if (wire_unpack(&juyan__v1__forecast_reply__descriptor, frame.bytes, &world.arena, &message, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	bus_frame_close(&frame);
	return (const Juyan__V1__ForecastReply *)message;
}

static struct span
outlook_question(uint32_t version, uint64_t nonce, char *port, uint8_t bytes[256])
{
	char *ports[] = { port };
	Juyan__V1__Slice slice = JUYAN__V1__SLICE__INIT;
	Juyan__V1__OutlookAsk ask = JUYAN__V1__OUTLOOK_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	slice.ports = ports;
	slice.n_ports = port != NULL;
	ask.slice = &slice;
	ask.by_period = JUYAN__V1__PERIOD_KIND__YEAR;
	question.version = version;
	question.nonce = nonce;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &ask;
	return (struct span){ bytes, juyan__v1__forecast_question__pack(&question, bytes) };
}

static void
fails_with(struct span question, uint64_t nonce, enum status status)
{
	give(question);
	const Juyan__V1__ForecastReply *reply = take();
	assert_int_equal(reply->say_case, JUYAN__V1__FORECAST_REPLY__SAY_FAILURE);
	assert_int_equal(reply->nonce, nonce);
	assert_int_equal(reply->failure->code, status);
	assert_true(reply->failure->sentence[0] != '\0');
}

static void
bad_questions_get_a_reason(void **state)
{
	(void)state;
	uint8_t bytes[256];
	char unknown[] = "ceka", broken[] = "ce\tke", ceke[] = "ceke";
	fails_with((struct span){ (const uint8_t *)"\xff\xff", 2 }, 0, STATUS_UNDECODABLE);
	fails_with(outlook_question(2, 7, NULL, bytes), 7, STATUS_VERSION);
	fails_with(outlook_question(1, 8, broken, bytes), 8, STATUS_NOT_TEXT);
	fails_with(outlook_question(1, 9, unknown, bytes), 9, STATUS_UNKNOWN_PORT);
	give(outlook_question(1, 10, ceke, bytes));
	const Juyan__V1__ForecastReply *reply = take();
	assert_int_equal(reply->nonce, 10);
	assert_int_equal(reply->say_case, JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK);
	assert_true(reply->outlook->provenance->n_notes > 0); /* nothing is known of any port yet, and it says so */
}

static void
a_flood_is_told_and_the_others_keep_their_order(void **state)
{
	(void)state;
	uint8_t bytes[256];
	uint64_t last = 0;
	size_t answered = 0, busy = 0;
	for (uint64_t i = 1; i <= FLOOD; i++)
		give(outlook_question(1, i, NULL, bytes));
	for (size_t i = 0; i < FLOOD; i++) {
		const Juyan__V1__ForecastReply *reply = take();
		if (reply->say_case == JUYAN__V1__FORECAST_REPLY__SAY_FAILURE) {
			assert_int_equal(reply->failure->code, STATUS_BUSY);
			busy++;
			continue;
		}
		assert_true(reply->nonce > last);
		last = reply->nonce;
		answered++;
	}
	assert_true(answered >= WORKER_WAITING_MAX);
	assert_int_equal(answered + busy, FLOOD);
}

static struct span
foreseen(struct arena *arena)
{
	struct tool_connection connection = { .data = world.folder };
	struct foresee *foresee = NULL;
	struct reason why = { "" };
	struct span packed = { NULL, 0 };
	const Juyan__V1__ForecastReply *reply = NULL;
	Juyan__V1__OutlookAsk ask = JUYAN__V1__OUTLOOK_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	Juyan__V1__Making making = JUYAN__V1__MAKING__INIT;
	static char long_ago[] = "2025-06-30";
	making.paths = 150;
	making.as_of = long_ago;
	ask.by_port = true;
	ask.making = &making;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &ask;
	if (foresee_open(&connection, &foresee, &why) != STATUS_OK ||
	    foresee_question(foresee, &question, &reply, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(wire_pack(&reply->base, FRAME_BYTES_MAX, arena, &packed), STATUS_OK);
	foresee_close(&foresee);
	return packed;
}

/* A local midnight between the two would make them differ: as of a day that is over they cannot. */
static void
with_and_without_a_service_it_is_the_same(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	assert_int_equal(arena_open(&arena, 4 * FRAME_BYTES_MAX), STATUS_OK);
	struct span by_service = foreseen(&arena);
	end_host();
	struct span by_engine = foreseen(&arena);
	assert_int_equal(by_service.bytes, by_engine.bytes);
	assert_memory_equal(by_service.data, by_engine.data, by_engine.bytes);
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bad_questions_get_a_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(a_flood_is_told_and_the_others_keep_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(with_and_without_a_service_it_is_the_same, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

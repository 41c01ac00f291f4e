/*
 * A busy terminal for the crash test, and an eye on what a killed server left on disk. One thread; owns its session.
 *
 *     crash_load send ENDPOINT SERVER.pub KEY NAME BATCH    streams until SIGTERM: "acked N" as it is acknowledged, then "done N"
 *     crash_load look DIR                                   "NAME LAST_STREAM_SEQ" for each terminal in the ledger; needs no server
 *
 * The event with the number N of a terminal is a function of its name and N alone, so that test_crash.py can say what N events must
 * count for, and a terminal that starts again goes on where the ledger stands. Every four events are one truck at ceke: a manifest,
 * a weighing, the release, and a correction (each third truck) or the departure.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "ledger.h"
#include "terminal.h"

enum { PATIENCE_MS = 60000 };

static const int64_t FIRST_MS = INT64_C(1735689600000); /* 2025-01-01T00:00Z */

/* protobuf-c wants texts that it might write to. */
static char PORT[] = "ceke", UNIT[] = "1234", COAL[] = "27011290", WAYBILL[] = "W1", BY[] = "crash test",
	    REASON[] = "each third truck";

static volatile sig_atomic_t asked_to_stop;

static void
note_stop(int number)
{
	(void)number;
	asked_to_stop = 1;
}

static int
fail(const char *what, const struct reason *why)
{
	fprintf(stderr, "crash_load: %s: %s\n", what, why->text);
	return 1;
}

static void
print_acked(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	(void)user, (void)events, (void)wait_ns;
	printf("acked %" PRIu64 "\n", last_stream_seq);
	fflush(stdout);
}

/* Nothing but "duplicate" is an answer here: all events are right, and some are sent again after a break. */
static void
print_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	(void)user;
	if (answer->disposition != JUYAN__V1__DISPOSITION__DUPLICATE) {
		printf("wrong %" PRIu64 " %s: %s\n", answer->stream_seq, answer->name, answer->sentence);
		fflush(stdout);
	}
}

/* The four things that a truck does; `truck` counts from 0. test_crash.py knows the same numbers. */
static void
fill_manifest(Juyan__V1__Event *event, Juyan__V1__ManifestLodged *manifest, int64_t truck)
{
	static Juyan__V1__Unit unit;
	static Juyan__V1__Unit *units[] = { &unit };
	static Juyan__V1__GoodsLine line;
	static Juyan__V1__GoodsLine *goods[] = { &line };
	static Juyan__V1__Waybill waybill;
	static Juyan__V1__Waybill *waybills[] = { &waybill };

	juyan__v1__unit__init(&unit);
	unit.unit_id = UNIT;
	juyan__v1__goods_line__init(&line);
	line.hs_code = COAL;
	line.has_declared_kg = 1;
	line.declared_kg = 90000 + truck % 1000;
	juyan__v1__waybill__init(&waybill);
	waybill.waybill_no = WAYBILL;
	waybill.goods = goods;
	waybill.n_goods = 1;
	manifest->direction = JUYAN__V1__DIRECTION__IMPORT;
	manifest->mode = JUYAN__V1__MODE__TRUCK;
	manifest->units = units;
	manifest->n_units = 1;
	manifest->waybills = waybills;
	manifest->n_waybills = 1;
	event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	event->manifest_lodged = manifest;
}

static void
fill_weighing(Juyan__V1__Event *event, Juyan__V1__UnitWeighed *weighed, int64_t truck)
{
	weighed->unit_id = UNIT;
	weighed->has_gross_kg = 1;
	weighed->gross_kg = 130000 + truck % 7777;
	weighed->has_tare_kg = 1;
	weighed->tare_kg = 30000;
	weighed->stability = JUYAN__V1__STABILITY__STABLE;
	event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	event->unit_weighed = weighed;
}

static void
fill_last(Juyan__V1__Event *event, Juyan__V1__MassCorrected *corrected, Juyan__V1__UnitDeparted *departed, int64_t truck)
{
	if (truck % 3 != 0) {
		departed->unit_id = UNIT;
		event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED;
		event->unit_departed = departed;
		return;
	}
	corrected->unit_id = UNIT;
	corrected->has_net_kg = 1;
	corrected->net_kg = 99000 + truck % 5555;
	corrected->by = BY;
	corrected->reason = REASON;
	event->what_case = JUYAN__V1__EVENT__WHAT_MASS_CORRECTED;
	event->mass_corrected = corrected;
}

/* The event with the number `seq`, encoded. */
static size_t
make_event(const char *name, uint64_t seq, uint8_t *buffer, size_t room)
{
	int64_t truck = (int64_t)(seq - 1) / 4;
	char batch_no[64];
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	Juyan__V1__ManifestLodged manifest = JUYAN__V1__MANIFEST_LODGED__INIT;
	Juyan__V1__UnitWeighed weighed = JUYAN__V1__UNIT_WEIGHED__INIT;
	Juyan__V1__Released released = JUYAN__V1__RELEASED__INIT;
	Juyan__V1__MassCorrected corrected = JUYAN__V1__MASS_CORRECTED__INIT;
	Juyan__V1__UnitDeparted departed = JUYAN__V1__UNIT_DEPARTED__INIT;

	snprintf(batch_no, sizeof batch_no, "%s-%" PRId64, name, truck);
	event.occurred_at_ms = FIRST_MS + truck * 60000 + (int64_t)((seq - 1) % 4);
	event.port = PORT;
	event.batch_no = batch_no;
	switch ((seq - 1) % 4) {
	case 0:
		fill_manifest(&event, &manifest, truck);
		break;
	case 1:
		fill_weighing(&event, &weighed, truck);
		break;
	case 2:
		event.what_case = JUYAN__V1__EVENT__WHAT_RELEASED;
		event.released = &released;
		break;
	default:
		fill_last(&event, &corrected, &departed, truck);
		break;
	}
	if (juyan__v1__event__get_packed_size(&event) > room)
		return 0;
	return juyan__v1__event__pack(&event, buffer);
}

static int
stream(struct terminal *terminal, const char *name)
{
	struct reason why = { "" };
	uint8_t buffer[1024];

	if (terminal_hello(terminal, PATIENCE_MS, &why) != STATUS_OK)
		return fail("hello", &why);
	while (!asked_to_stop) {
		size_t bytes = make_event(name, terminal_next_seq(terminal), buffer, sizeof buffer);
		if (bytes == 0)
			return fail("an event", &(struct reason){ "does not fit its buffer" });
		if (terminal_send(terminal, (struct span){ buffer, bytes }, &why) != STATUS_OK)
			return fail("send", &why);
	}
	if (terminal_flush(terminal, PATIENCE_MS, &why) != STATUS_OK)
		return fail("flush", &why);
	printf("done %" PRIu64 "\n", terminal_last_acked(terminal));
	return 0;
}

static int
run_send(char **argv)
{
	struct reason why = { "" };
	struct key_pair keys;
	uint8_t server_key[PUBLIC_KEY_BYTES];
	struct terminal *terminal = NULL;
	struct sigaction action = { .sa_handler = note_stop };
	int code = 1;

	sigaction(SIGTERM, &action, NULL);
	if (key_public_load(argv[1], server_key, &why) != STATUS_OK || key_pair_load(argv[2], &keys, &why) != STATUS_OK)
		return fail("keys", &why);
	struct terminal_options options = {
		.endpoint = argv[0],
		.keys = &keys,
		.server_key = server_key,
		.batch_events = (uint32_t)strtoul(argv[4], NULL, 10),
		.patience_ms = PATIENCE_MS,
		.on_answer = print_answer,
		.on_ack = print_acked,
	};
	if (terminal_open(&options, &terminal, &why) != STATUS_OK)
		fail("open", &why);
	else
		code = stream(terminal, argv[3]);
	terminal_close(&terminal);
	key_pair_wipe(&keys);
	return code;
}

static int
print_streams(struct reader *reader)
{
	struct reason why = { "" };
	struct arena arena = { 0 };
	const Juyan__V1__Answer *answer;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;

	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	if (arena_open(&arena, DECODE_BYTES_MAX) != STATUS_OK)
		return fail("arena", &(struct reason){ "no memory" });
	if (reader_answer(reader, &question, &arena, &answer, &why) != STATUS_OK ||
	    answer->say_case != JUYAN__V1__ANSWER__SAY_STATUS) {
		arena_close(&arena);
		return fail("status", &why);
	}
	for (size_t i = 0; i < answer->status->n_streams; i++)
		printf("%s %" PRIu64 "\n", answer->status->streams[i]->terminal_name, answer->status->streams[i]->last_stream_seq);
	arena_close(&arena);
	return 0;
}

static int
run_look(const char *dir)
{
	struct reason why = { "" };
	struct env_options options = { .dir = dir, .readonly = true };
	struct env *env = NULL;
	struct reader *reader = NULL;
	int code = 1;

	if (env_open(&options, &env, &why) != STATUS_OK || reader_open(env, &reader, &why) != STATUS_OK)
		fail(dir, &why);
	else
		code = print_streams(reader);
	reader_close(&reader);
	env_close(&env);
	return code;
}

int
main(int argc, char **argv)
{
	if (argc == 7 && strcmp(argv[1], "send") == 0)
		return run_send(argv + 2);
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return run_look(argv[2]);
	fprintf(stderr, "usage: crash_load send ENDPOINT SERVER.pub KEY NAME BATCH | crash_load look DIR\n");
	return 2;
}

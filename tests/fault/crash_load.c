/*
 * A busy terminal for the crash test, and an eye on what a killed server left on disk. One thread; owns its session.
 *
 *     crash_load send ENDPOINT SERVER.pub KEY NAME BATCH [EVENTS]
 *         streams until SIGTERM, or up to so many: "acked N" as it is acknowledged, "refused N WHY" where it is
 *         tried again later, then "done N"
 *     crash_load look DIR
 *         "NAME LAST_STREAM_SEQ" for each terminal in the ledger; needs no server
 *     crash_load hold DIR
 *         takes a snapshot, says "held", and keeps it until it is killed
 *
 * Its events are trucks.h's.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "ledger.h"
#include "store.h"
#include "terminal.h"
#include "trucks.h"

enum { PATIENCE_MS = 60000 };

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

/* All events are right: some are sent again after a break ("duplicate"), and some may find no room, and are tried again. */
static void
print_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	(void)user;
	bool later = status_consequence((enum status)answer->code) == RETRY;
	if (answer->disposition != JUYAN__V1__DISPOSITION__DUPLICATE) {
		printf("%s %" PRIu64 " %s: %s\n", later ? "refused" : "wrong", answer->stream_seq, answer->name, answer->sentence);
		fflush(stdout);
	}
}

static int
stream(struct terminal *terminal, const char *name, uint64_t events)
{
	struct reason why = { "" };
	uint8_t buffer[TRUCK_EVENT_BYTES];

	if (terminal_hello(terminal, PATIENCE_MS, &why) != STATUS_OK)
		return fail("hello", &why);
	while (!asked_to_stop && terminal_next_seq(terminal) <= events) {
		size_t bytes = trucks_event(name, terminal_next_seq(terminal), buffer, sizeof buffer);
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
		code = stream(terminal, argv[3], argv[5] == NULL ? UINT64_MAX : strtoull(argv[5], NULL, 10));
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

/* A reader that hangs with a snapshot in its hands, until it is killed. */
static int
hold(struct env *env)
{
	struct reason why = { "" };
	struct store store;
	if (store_begin_read(env, &store, &why) != STATUS_OK)
		return fail("hold", &why);
	puts("held");
	fflush(stdout);
	pause();
	store_abort(&store);
	return 0;
}

static int
run_look(const char *dir, bool holds)
{
	struct reason why = { "" };
	struct env_options options = { .dir = dir, .readonly = true };
	struct env *env = NULL;
	struct reader *reader = NULL;
	int code = 1;

	if (env_open(&options, &env, &why) != STATUS_OK || reader_open(env, &reader, &why) != STATUS_OK)
		fail(dir, &why);
	else
		code = holds ? hold(env) : print_streams(reader);
	reader_close(&reader);
	env_close(&env);
	return code;
}

int
main(int argc, char **argv)
{
	if ((argc == 7 || argc == 8) && strcmp(argv[1], "send") == 0)
		return run_send(argv + 2);
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return run_look(argv[2], false);
	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		return run_look(argv[2], true);
	fprintf(stderr,
	    "usage: crash_load send ENDPOINT SERVER.pub KEY NAME BATCH [EVENTS] | crash_load look DIR | crash_load hold DIR\n");
	return 2;
}

/*
 * The query service on a small ledger, turned by hand in the test's own thread: who may ask, what a bad question gets, and that
 * the list of keys follows the registry.
 *
 * also: thread
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"
#include "folder.h"
#include "ledger.h"
#include "query.h"

enum { DEADLINE_MS = 10000, TURN_MS = 10, ADMINISTRATOR = 1, GATE = 2, READER = 3, LATE = 4, PEOPLE = 5 };

static struct world {
	char folder[FOLDER_BYTES];
	struct log *log;
	FILE *log_stream;
	struct counters counters;
	struct config config;
	struct key_pair server, people[PEOPLE]; /* people[0] is a stranger */
	struct bus *bus;
	struct auth *auth;
	struct env *env;
	struct ledger *ledger;
	uint64_t stream_seq;
	struct arena arena;
	struct service_kit kit;
	void *query;
	char tcp[128], ipc[320];
	struct bus_socket *client;
	struct bus_frame frame;
	bool framed;
} world;

/* ---- the world ---- */

static void
announce(void *user, const char *service, const char *endpoint)
{
	(void)user;
	assert_string_equal(service, "query");
	if (strncmp(endpoint, "tcp", 3) == 0)
		snprintf(world.tcp, sizeof world.tcp, "%s", endpoint);
	else
		snprintf(world.ipc, sizeof world.ipc, "%s", endpoint);
}

/* Journals that these people are terminals of that number. */
static void
register_people(uint32_t first, uint32_t last, bool revoked)
{
	static char name[] = "somebody", all[] = "*", by[] = "test";
	static char *every[] = { all };
	Juyan__V1__RegistryRecord records[PEOPLE], *put[PEOPLE];
	Juyan__V1__Terminal terminals[PEOPLE];
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	for (uint32_t i = first; i <= last; i++) {
		juyan__v1__registry_record__init(&records[i]);
		juyan__v1__terminal__init(&terminals[i]);
		terminals[i].terminal_no = i;
		terminals[i].name = name;
		terminals[i].public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, world.people[i].public_key };
		terminals[i].n_ports = terminals[i].n_kinds = 1;
		terminals[i].ports = terminals[i].kinds = every;
		terminals[i].administrator = i == ADMINISTRATOR;
		terminals[i].reader = i == READER || i == LATE;
		terminals[i].revoked = revoked;
		records[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
		records[i].terminal = &terminals[i];
		put[changed.n_put++] = &records[i];
	}
	changed.by = changed.reason = by;
	changed.put = put;
	event.occurred_at_ms = TIME_MS_MIN + (int64_t)world.stream_seq;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;
	struct entry entry = { .terminal_no = ADMINISTRATOR,
		.stream_seq = ++world.stream_seq,
		.received_at_ms = TIME_MS_MIN,
		.event = &event };
	struct reason why = { "" };
	arena_reset(&world.arena);
	assert_int_equal(wire_pack(&event.base, EVENT_BYTES_MAX, &world.arena, &entry.bytes), STATUS_OK);
	if (ledger_apply(world.ledger, &entry, 1, &why) != STATUS_OK || entry.verdict != STATUS_OK)
		fail_msg("%s", why.text);
}

static int
setup(void **state)
{
	(void)state;
	struct reason why = { "" };
	char run[96];
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	snprintf(run, sizeof run, "%s/run", world.folder);
	world.log_stream = fopen("/dev/null", "w");
	config_defaults(&world.config);
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	snprintf(world.config.query_listen, sizeof world.config.query_listen, "tcp://127.0.0.1:0");
	key_pair_make(&world.server);
	for (int i = 0; i < PEOPLE; i++)
		key_pair_make(&world.people[i]);
	const struct env_options options = { .dir = world.folder,
		.map_bytes = 1 << 28,
		.headroom_map_bytes = 1 << 20,
		.headroom_disk_bytes = 1 };
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	assert_int_equal(arena_open(&world.arena, DECODE_BYTES_MAX), STATUS_OK);
	assert_int_equal(env_open(&options, &world.env, &why), STATUS_OK);
	assert_int_equal(ledger_open(world.env, &world.ledger, &why), STATUS_OK);
	register_people(ADMINISTRATOR, READER, false);
	assert_int_equal(bus_open(&world.bus, &why), STATUS_OK);
	assert_int_equal(auth_open(world.bus, world.log, &world.counters, &world.auth, &why), STATUS_OK);
	world.kit = (struct service_kit){ .bus = world.bus,
		.env = world.env,
		.auth = world.auth,
		.config = &world.config,
		.keys = &world.server,
		.log = world.log,
		.counters = &world.counters,
		.clock = clock_system(),
		.readonly = true,
		.announce = announce };
	if (query_service.open(&world.kit, &world.query, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return 0;
}

static void
drop_frame(void)
{
	if (world.framed)
		bus_frame_close(&world.frame);
	world.framed = false;
}

static int
teardown(void **state)
{
	(void)state;
	drop_frame();
	bus_socket_close(&world.client);
	query_service.close(&world.query);
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
turn(void)
{
	struct reason why = { "" };
	if (query_service.step(world.query, TURN_MS, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

/* Connects as one of the people, gives the frame and turns the service until an answer is there. NULL: none came in time. */
static const Juyan__V1__Answer *
ask_bytes(const char *endpoint, int who, struct span bytes, int wait_ms)
{
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	bool given = false;
	drop_frame();
	bus_socket_close(&world.client);
	bool local = strncmp(endpoint, "inproc", 6) == 0;
	if (bus_connect(world.bus, endpoint, &world.people[who], local ? NULL : world.server.public_key, &world.client, &why) !=
	    STATUS_OK)
		fail_msg("%s", why.text);
	for (int waited_ms = 0; waited_ms < wait_ms; waited_ms += TURN_MS) {
		given = given || bus_give(world.client, NULL, bytes) == STATUS_OK;
		turn();
		if (!given || bus_take(world.client, NULL, &world.frame) != STATUS_OK)
			continue;
		world.framed = true;
		assert_int_equal(wire_unpack(&juyan__v1__answer__descriptor, world.frame.bytes, &world.arena, &message, &why),
		    STATUS_OK);
		return (const Juyan__V1__Answer *)message;
	}
	return NULL;
}

static const Juyan__V1__Answer *
ask(const char *endpoint, int who, const Juyan__V1__Question *question)
{
	struct span bytes;
	arena_reset(&world.arena);
	assert_int_equal(wire_pack(&question->base, FRAME_BYTES_MAX, &world.arena, &bytes), STATUS_OK);
	return ask_bytes(endpoint, who, bytes, DEADLINE_MS);
}

static Juyan__V1__Question
status_question(void)
{
	static Juyan__V1__StatusAsk about = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	question.version = PROTOCOL_VERSION;
	question.nonce = 4711;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &about;
	return question;
}

static void
assert_failure(const Juyan__V1__Answer *answer, enum status status, uint64_t nonce)
{
	assert_non_null(answer);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_FAILURE);
	assert_int_equal(answer->failure->code, status);
	assert_string_equal(answer->failure->name, status_name(status));
	assert_int_not_equal(strlen(answer->failure->sentence), 0);
	assert_int_equal(answer->nonce, nonce);
}

/* ---- the tests ---- */

static void
test_answers_over_the_three_transports(void **state)
{
	(void)state;
	const char *const endpoints[] = { world.tcp, world.ipc, "inproc://query" };
	const int who[] = { READER, ADMINISTRATOR, 0 }; /* inside the process nobody is asked who he is */
	Juyan__V1__Question question = status_question();
	for (int i = 0; i < 3; i++) {
		const Juyan__V1__Answer *answer = ask(endpoints[i], who[i], &question);
		assert_non_null(answer);
		assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_STATUS);
		assert_int_equal(answer->nonce, 4711);
		assert_int_equal(answer->status->last_lsn, 1);
	}
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_questions_answered]), 3);
}

/* What the ledger does not know of: how those fare that bring its journal elsewhere. */
static void
test_a_warehouse_in_trouble_asks_for_a_person(void **state)
{
	(void)state;
	struct reason why = { "" };
	struct clock clock = clock_system();
	char nowhere[] = "";
	Juyan__V1__AttentionAsk about = JUYAN__V1__ATTENTION_ASK__INIT;
	Juyan__V1__Question question = status_question();
	about.now_ms = clock_utc_ms(&clock);
	about.port = nowhere;
	question.ask_case = JUYAN__V1__QUESTION__ASK_ATTENTION;
	question.attention = &about;
	const struct bulletin bulletin = { .state = "waiting",
		.since_ms = about.now_ms,
		.told_ms = about.now_ms,
		.trouble = "rights",
		.why = "permission denied for schema juyan",
		.lasts = true };
	assert_int_equal(ask(world.ipc, READER, &question)->attention->n_rows, 0);
	assert_int_equal(bulletin_write(world.folder, "warehouse", &bulletin, &why), STATUS_OK);
	const Juyan__V1__Answer *answer = ask(world.ipc, READER, &question);
	assert_int_equal(answer->attention->n_rows, 1);
	assert_string_equal(answer->attention->rows[0]->kind, "warehouse");
	assert_string_equal(answer->attention->rows[0]->sentence, bulletin.why);
	assert_int_equal(answer->attention->counts[0]->n, 1);
	bulletin_remove(world.folder, "warehouse");
	assert_int_equal(ask(world.ipc, READER, &question)->attention->n_rows, 0);
}

static void
test_a_terminal_without_the_right_is_told_so(void **state)
{
	(void)state;
	Juyan__V1__Question question = status_question();
	assert_failure(ask(world.tcp, GATE, &question), STATUS_NOT_AUTHORISED, 0);
	assert_failure(ask(world.ipc, GATE, &question), STATUS_NOT_AUTHORISED, 0);
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_questions_refused]), 2);
	assert_non_null(ask(world.tcp, READER, &question));
}

static void
test_a_bad_question_gets_a_reason_and_disturbs_nobody(void **state)
{
	(void)state;
	Juyan__V1__Question question = status_question();
	uint8_t noise[64];
	memset(noise, 0xA5, sizeof noise);
	assert_failure(ask_bytes(world.tcp, READER, (struct span){ noise, sizeof noise }, DEADLINE_MS), STATUS_UNDECODABLE, 0);
	question.version = PROTOCOL_VERSION + 1;
	assert_failure(ask(world.tcp, READER, &question), STATUS_VERSION, 4711);
	question = status_question();
	question.ask_case = JUYAN__V1__QUESTION__ASK__NOT_SET;
	assert_failure(ask(world.tcp, READER, &question), STATUS_NO_CONTENT, 4711);
	/* A text that is none must not come back inside a sentence: the asker could not decode the answer. */
	char evil[] = "x\xff\n", empty[] = "";
	char *ports[] = { empty, evil };
	Juyan__V1__TotalsAsk totals = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__BatchAsk batch = JUYAN__V1__BATCH_ASK__INIT;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &totals;
	totals.n_ports = 2;
	totals.ports = ports;
	assert_failure(ask(world.tcp, READER, &question), STATUS_NOT_TEXT, 4711);
	question.ask_case = JUYAN__V1__QUESTION__ASK_BATCH;
	question.batch = &batch;
	batch.batch_no = evil;
	assert_failure(ask(world.tcp, READER, &question), STATUS_NOT_TEXT, 4711);
	question = status_question();
	assert_int_equal(ask(world.tcp, READER, &question)->say_case, JUYAN__V1__ANSWER__SAY_STATUS);
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_questions_failed]), 5);
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_frames_undecodable]), 1);
}

static bool
key_counted(enum counter counter, int who)
{
	Juyan__V1__Question question = status_question();
	struct span bytes;
	uint64_t before = atomic_load(&world.counters.values[counter]);
	arena_reset(&world.arena);
	assert_int_equal(wire_pack(&question.base, FRAME_BYTES_MAX, &world.arena, &bytes), STATUS_OK);
	(void)ask_bytes(world.tcp, who, bytes, 20 * TURN_MS);
	return atomic_load(&world.counters.values[counter]) > before;
}

/* Where no neighbour writes the ledger, query itself follows the registry: a new key gets in, a revoked one does not any more. */
static void
test_the_list_of_keys_follows_the_registry(void **state)
{
	(void)state;
	bool refused = false, accepted = false, refused_again = false;
	for (int i = 0; i < 100 && !refused; i++)
		refused = key_counted(COUNTER_keys_refused, LATE);
	assert_true(refused);
	register_people(LATE, LATE, false);
	for (int i = 0; i < 100 && !accepted; i++)
		accepted = key_counted(COUNTER_questions_answered, LATE);
	assert_true(accepted);
	register_people(LATE, LATE, true);
	for (int i = 0; i < 100 && !refused_again; i++)
		refused_again = key_counted(COUNTER_keys_refused, LATE);
	assert_true(refused_again);
}

struct seen {
	Juyan__V1__Event event;
	char batch_no[16];
	uint8_t bytes[64];
};

/* More batches than one slice of a search, all seen at a gate. */
static void
fill_names(void)
{
	enum { BATCHES = QUERY_SLICE_BATCHES + 1 };
	static char port[] = "nowhere", unit_id[] = "T1";
	struct entry *entries = calloc(BATCHES, sizeof *entries);
	struct seen *all = calloc(BATCHES, sizeof *all);
	struct reason why = { "" };
	Juyan__V1__UnitArrived arrived = JUYAN__V1__UNIT_ARRIVED__INIT;
	assert_true(entries != NULL && all != NULL);
	arrived.unit_id = unit_id;
	for (size_t i = 0; i < BATCHES; i++) {
		struct seen *seen = &all[i];
		juyan__v1__event__init(&seen->event);
		snprintf(seen->batch_no, sizeof seen->batch_no, "B%zu", i);
		seen->event.occurred_at_ms = TIME_MS_MIN;
		seen->event.port = port;
		seen->event.batch_no = seen->batch_no;
		seen->event.what_case = JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED;
		seen->event.unit_arrived = &arrived;
		assert_true(juyan__v1__event__get_packed_size(&seen->event) <= sizeof seen->bytes);
		entries[i] = (struct entry){ .terminal_no = GATE,
			.stream_seq = i + 1,
			.received_at_ms = TIME_MS_MIN,
			.bytes = { seen->bytes, juyan__v1__event__pack(&seen->event, seen->bytes) },
			.event = &seen->event };
	}
	if (ledger_apply(world.ledger, entries, BATCHES, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	free(entries);
	free(all);
}

static void
give(const Juyan__V1__Question *question)
{
	struct span bytes;
	arena_reset(&world.arena);
	assert_int_equal(wire_pack(&question->base, FRAME_BYTES_MAX, &world.arena, &bytes), STATUS_OK);
	assert_int_equal(bus_give(world.client, NULL, bytes), STATUS_OK);
}

static const Juyan__V1__Answer *
next_answer(void)
{
	const ProtobufCMessage *message = NULL;
	struct reason why = { "" };
	drop_frame();
	for (int waited_ms = 0; waited_ms < DEADLINE_MS; waited_ms += TURN_MS) {
		if (bus_take(world.client, NULL, &world.frame) == STATUS_OK) {
			world.framed = true;
			arena_reset(&world.arena);
			assert_int_equal(
			    wire_unpack(&juyan__v1__answer__descriptor, world.frame.bytes, &world.arena, &message, &why),
			    STATUS_OK);
			return (const Juyan__V1__Answer *)message;
		}
		turn();
	}
	fail_msg("no answer in time");
	return NULL;
}

static void
test_a_search_keeps_nobody_waiting(void **state)
{
	enum { SEARCHES = 10, SEARCHES_TAKEN = 8 };
	(void)state;
	static char text[] = "t1";
	Juyan__V1__SearchAsk about = JUYAN__V1__SEARCH_ASK__INIT;
	Juyan__V1__Question search = status_question(), status = status_question();
	struct reason why = { "" };
	fill_names();
	about.text = text;
	search.ask_case = JUYAN__V1__QUESTION__ASK_SEARCH;
	search.search = &about;
	assert_int_equal(bus_connect(world.bus, "inproc://query", NULL, NULL, &world.client, &why), STATUS_OK);
	for (uint64_t i = 1; i <= SEARCHES; i++) {
		search.nonce = i;
		give(&search);
	}
	give(&status);
	/* Who comes when too many wait is told so at once; who asks something else is answered before the first search is. */
	for (uint64_t i = SEARCHES_TAKEN + 1; i <= SEARCHES; i++)
		assert_failure(next_answer(), STATUS_BUSY, i);
	const Juyan__V1__Answer *answer = next_answer();
	assert_int_equal(answer->nonce, 4711);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_STATUS);
	for (uint64_t i = 1; i <= SEARCHES_TAKEN; i++) {
		answer = next_answer();
		assert_int_equal(answer->nonce, i);
		assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_SEARCH);
		assert_int_equal(answer->search->n_rows, 100);
		assert_true(answer->search->more);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_answers_over_the_three_transports),
		TEST(test_a_warehouse_in_trouble_asks_for_a_person),
		TEST(test_a_terminal_without_the_right_is_told_so),
		TEST(test_a_search_keeps_nobody_waiting),
		TEST(test_a_bad_question_gets_a_reason_and_disturbs_nobody),
		TEST(test_the_list_of_keys_follows_the_registry),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

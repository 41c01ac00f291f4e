/*
 * The feed on a small ledger, turned by hand in the test's own thread and by a clock that the test moves: each news says which came
 * before it, whoever lost some can have them, who may not read hears nothing, and who is slow costs nobody anything.
 *
 * also: thread
 */
#include "check.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "feed.h"
#include "folder.h"
#include "ledger.h"
#include "said.h"

#include "feed.pb-c.h"

enum { ADMIN = 1, READER = 2, GATE = 3, PEOPLE = 4, LISTENERS = 3, DEADLINE_TURNS = 2000, TURN_MS = 5 };

static struct world {
	char folder[FOLDER_BYTES];
	struct log *log;
	FILE *log_stream;
	struct counters counters;
	struct config config;
	struct key_pair server, people[PEOPLE];
	struct bus *bus;
	struct auth *auth;
	struct env *env;
	struct ledger *ledger;
	struct reader *reader;
	struct service_kit kit;
	void *feed;
	char tcp[128], ipc[320];
	int64_t monotonic_ns, utc_ms;
	struct bus_socket *listeners[LISTENERS];
	struct arena arena;
} world;

static void
must(enum status status, const struct reason *why)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why->text);
}

/* ---- the world ---- */

static int64_t
monotonic_ns(void *user)
{
	return ((struct world *)user)->monotonic_ns;
}

static int64_t
utc_ms(void *user)
{
	return ((struct world *)user)->utc_ms;
}

static void
announce(void *user, const char *service, const char *endpoint)
{
	(void)user;
	assert_string_equal(service, "feed");
	bool tcp = strncmp(endpoint, "tcp", 3) == 0;
	snprintf(tcp ? world.tcp : world.ipc, tcp ? sizeof world.tcp : sizeof world.ipc, "%s", endpoint);
}

static void
take(struct said said, uint32_t terminal_no)
{
	struct reason why = { "" };
	struct entry entry = { .terminal_no = terminal_no,
		.stream_seq = ledger_stream_tail(world.ledger, terminal_no) + 1,
		.received_at_ms = MIDNIGHT,
		.bytes = said.bytes,
		.event = said.event };
	must(ledger_apply(world.ledger, &entry, 1, &why), &why);
	assert_int_equal(entry.verdict, STATUS_OK);
}

static void
register_person(uint32_t no, const char *rights)
{
	char key[sodium_base64_ENCODED_LEN(PUBLIC_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	sodium_bin2base64(key, sizeof key, world.people[no].public_key, PUBLIC_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
	take(registry_changed(
		 "'put': [" PORT("ceke", "RELEASE") ", {'terminal': {'terminal_no': %u, 'name': 'n', 'public_key': '%s', "
						    "'ports': ['*'], 'kinds': ['*']%s}}]",
		 no, key, rights),
	    ADMIN);
}

/* libzmq leaves an address in a thread of its own, some time after it was told to. */
static void
open_feed(void)
{
	struct reason why = { "" };
	enum status status = STATUS_SYSTEM;
	for (int turns = 0; turns < DEADLINE_TURNS && status == STATUS_SYSTEM; turns++) {
		status = feed_service.open(&world.kit, &world.feed, &why);
		if (status == STATUS_SYSTEM)
			poll(NULL, 0, TURN_MS);
	}
	must(status, &why);
}

static void
open_ledger(void)
{
	struct reason why = { "" };
	const struct env_options options = { .dir = world.folder,
		.scratch = true,
		.map_bytes = 1 << 28,
		.headroom_map_bytes = 1,
		.headroom_disk_bytes = 1 };
	must(env_open(&options, &world.env, &why), &why);
	must(ledger_open(world.env, &world.ledger, &why), &why);
	must(reader_open(world.env, &world.reader, &why), &why);
	register_person(ADMIN, ", 'administrator': true");
	register_person(READER, ", 'reader': true");
	register_person(GATE, "");
}

static int
setup(void **state)
{
	struct reason why = { "" };
	said_forget(state);
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	world.log_stream = fopen("/dev/null", "w");
	config_defaults(&world.config);
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.folder);
	snprintf(world.config.feed_listen, sizeof world.config.feed_listen, "tcp://127.0.0.1:0");
	key_pair_make(&world.server);
	for (int i = 0; i < PEOPLE; i++)
		key_pair_make(&world.people[i]);
	char run[FOLDER_BYTES + 8];
	snprintf(run, sizeof run, "%s/run", world.folder);
	assert_int_equal(mkdir(run, 0700), 0); /* a ledger that is not synced has none */
	must(log_open(world.log_stream, LOG_DEBUG, &world.log), &why);
	must(arena_open(&world.arena, 4 * DECODE_BYTES_MAX), &why);
	open_ledger();
	must(bus_open(&world.bus, &why), &why);
	must(auth_open(world.bus, world.log, &world.counters, &world.auth, &why), &why);
	world.kit = (struct service_kit){ .bus = world.bus,
		.env = world.env,
		.auth = world.auth,
		.config = &world.config,
		.keys = &world.server,
		.log = world.log,
		.counters = &world.counters,
		.clock = { utc_ms, monotonic_ns, &world },
		.readonly = true,
		.announce = announce };
	open_feed();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < LISTENERS; i++)
		bus_socket_close(&world.listeners[i]);
	feed_service.close(&world.feed);
	auth_close(&world.auth);
	bus_close(&world.bus);
	reader_close(&world.reader);
	ledger_close(&world.ledger);
	env_close(&world.env);
	arena_close(&world.arena);
	log_close(&world.log);
	fclose(world.log_stream);
	folder_remove(world.folder);
	return 0;
}

/* ---- turning and listening ---- */

/* The clock goes on by so much with the turn. */
static void
turn(int64_t ms)
{
	struct reason why = { "" };
	world.monotonic_ns += ms * 1000000;
	world.utc_ms += ms;
	must(feed_service.step(world.feed, 0, &why), &why);
}

static void
listen_to(int i, const char *endpoint, int who)
{
	struct reason why = { "" };
	bool local = strncmp(endpoint, "inproc", 6) == 0;
	bus_socket_close(&world.listeners[i]);
	must(bus_listen(world.bus, endpoint, &world.people[who], local ? NULL : world.server.public_key, &world.listeners[i], &why),
	    &why);
}

/* NULL: nothing waits there. */
static const Juyan__V1__News *
next(int i)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	struct reason why = { "" };
	enum status status = bus_take(world.listeners[i], NULL, &frame);
	if (status == STATUS_TIMEOUT)
		return NULL;
	assert_int_equal(status, STATUS_OK);
	must(wire_unpack(&juyan__v1__news__descriptor, frame.bytes, &world.arena, &message, &why), &why);
	bus_frame_close(&frame);
	return (const Juyan__V1__News *)message;
}

/* The turn's real time; until something can be read. */
static void
pause_for(struct bus_socket *const *listeners, size_t n)
{
	enum status status = bus_wait(listeners, n, TURN_MS, NULL);
	assert_true(status == STATUS_OK || status == STATUS_TIMEOUT);
}

/* Turns until this listener hears something that it has not heard; `ms` for each turn. */
static const Juyan__V1__News *
hear(int i, int64_t ms)
{
	arena_reset(&world.arena);
	for (int turns = 0; turns < DEADLINE_TURNS; turns++) {
		const Juyan__V1__News *news = next(i);
		if (news != NULL)
			return news;
		turn(ms);
		pause_for(&world.listeners[i], 1);
	}
	fail_msg("listener %d hears nothing", i);
	return NULL;
}

/* A listener is there when it hears that the feed is alive. */
static void
settle(int i)
{
	while (hear(i, 1000)->lsn < ledger_lsn(world.ledger))
		;
	turn(0);
	while (next(i) != NULL)
		;
}

static void
weigh(const char *batch_no, int kg)
{
	take(cargo(MIDNIGHT, "ceke", batch_no,
		 "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'TRUCK', 'units': [{'unit_id': 'T'}], 'waybills': "
		 "[{'waybill_no': "
		 "'W', 'goods': [{'hs_code': '2701', 'declared_kg': %d}]}]}",
		 kg),
	    GATE);
	take(cargo(MIDNIGHT, "ceke", batch_no, RELEASED), GATE);
}

/* The next news that tell of something. */
static const Juyan__V1__News *
hear_of(int i, uint64_t lsn)
{
	const Juyan__V1__News *news;
	do
		news = hear(i, 10);
	while (news->lsn < lsn);
	return news;
}

/* ---- the tests ---- */

static void
test_all_who_listen_hear_the_same(void **state)
{
	(void)state;
	listen_to(0, world.tcp, READER);
	listen_to(1, world.ipc, ADMIN);
	listen_to(2, "inproc://feed", ADMIN);
	for (int i = 0; i < LISTENERS; i++)
		settle(i);
	for (int i = 0; i < LISTENERS; i++)
		while (next(i) != NULL)
			;
	uint64_t before = ledger_lsn(world.ledger);
	weigh("B1", 1000);
	turn(0);
	for (int i = 0; i < LISTENERS; i++) {
		const Juyan__V1__News *news = hear_of(i, before + 2);
		assert_int_equal(news->before_lsn, before);
		assert_int_equal(news->lsn, before + 2);
		assert_int_equal(news->version, PROTOCOL_VERSION);
		assert_int_equal(news->events, 2);
		assert_int_equal(news->received_at_ms, MIDNIGHT);
		assert_int_equal(news->n_crossings, 1);
		assert_string_equal(news->crossings[0]->crossing->batch_no, "B1");
		assert_int_equal(news->crossings[0]->n_happened, 2);
		assert_string_equal(news->crossings[0]->happened[1], "released");
		assert_int_equal(news->n_days, 1);
		assert_string_equal(news->days[0]->day, "2025-01-31");
		assert_int_equal(news->days[0]->net_kg, 1000);
		assert_false(news->registry);
	}
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_news_told]), 1);
}

static void
test_it_says_each_second_that_it_is_alive(void **state)
{
	(void)state;
	listen_to(0, "inproc://feed", ADMIN);
	settle(0);
	int64_t told_at_ms = 0;
	for (int i = 0; i < 3; i++) {
		const Juyan__V1__News *news = hear(0, 100);
		assert_int_equal(news->lsn, ledger_lsn(world.ledger));
		assert_int_equal(news->before_lsn, news->lsn);
		assert_int_equal(news->n_crossings + news->n_days, 0);
		assert_true(i == 0 || (news->told_at_ms - told_at_ms >= 1000 && news->told_at_ms - told_at_ms <= 1100));
		told_at_ms = news->told_at_ms;
	}
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_news_told]), 0);
}

static void
test_who_was_away_knows_what_was_missed_and_can_have_it(void **state)
{
	(void)state;
	struct reason why = { "" };
	listen_to(0, world.ipc, READER);
	settle(0);
	uint64_t known = ledger_lsn(world.ledger);
	/* The feed goes, something is committed, and it comes again. */
	feed_service.close(&world.feed);
	weigh("B1", 1000);
	open_feed();
	listen_to(0, world.ipc, READER);
	settle(0);
	weigh("B2", 500);
	const Juyan__V1__News *news = hear_of(0, known + 4);
	assert_int_equal(news->before_lsn, known + 2);
	assert_int_equal(news->n_crossings, 1);
	assert_int_equal(news->days[0]->net_kg, 1500);
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__NewsAsk ask = JUYAN__V1__NEWS_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
	question.news = &ask;
	ask.after_lsn = known;
	must(reader_answer(world.reader, &question, &world.arena, &answer, &why), &why);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_NEWS);
	assert_int_equal(answer->news->before_lsn, known);
	assert_int_equal(answer->news->lsn, known + 4);
	assert_int_equal(answer->news->n_crossings, 2);
	assert_int_equal(answer->news->days[0]->net_kg, 1500);
}

static void
test_who_may_not_read_hears_nothing(void **state)
{
	(void)state;
	listen_to(0, world.tcp, GATE);
	listen_to(1, world.tcp, 0); /* a stranger */
	listen_to(2, world.ipc, READER);
	settle(2);
	weigh("B1", 1000);
	(void)hear_of(2, ledger_lsn(world.ledger));
	for (int turns = 0; turns < DEADLINE_TURNS && atomic_load(&world.counters.values[COUNTER_keys_refused]) < 2; turns++) {
		turn(10);
		pause_for(world.listeners, 2);
	}
	assert_true(atomic_load(&world.counters.values[COUNTER_keys_refused]) >= 2);
	weigh("B2", 1000);
	(void)hear_of(2, ledger_lsn(world.ledger));
	assert_null(next(0));
	assert_null(next(1));
}

static void
test_a_right_that_is_taken_away_is_felt(void **state)
{
	(void)state;
	listen_to(0, world.ipc, READER);
	listen_to(1, world.ipc, ADMIN);
	settle(0);
	settle(1);
	register_person(READER, "");
	uint64_t taken = ledger_lsn(world.ledger);
	for (int turns = 0; turns < 10; turns++) /* the doors are shut, and made anew when the list is sure to be the new one */
		turn(1000);
	for (int i = 0; i < 2; i++)
		while (next(i) != NULL)
			;
	weigh("B1", 1000);
	/* Who still may comes back by himself, and sees from before_lsn what he has missed. */
	const Juyan__V1__News *news = hear(1, 100);
	while (news->lsn <= taken)
		news = hear(1, 100);
	weigh("B2", 1000);
	news = hear_of(1, ledger_lsn(world.ledger));
	assert_int_equal(news->days[0]->net_kg, 2000);
	assert_null(next(0));
}

static void
test_a_slow_listener_costs_nobody_anything(void **state)
{
	enum { COMMITS = 3000 };
	(void)state;
	listen_to(0, world.ipc, READER); /* who takes nothing */
	listen_to(1, world.ipc, ADMIN);
	settle(0);
	settle(1);
	uint64_t begun = ledger_lsn(world.ledger), known = begun;
	char batch_no[16];
	for (int n = 0; n < COMMITS; n++) {
		snprintf(batch_no, sizeof batch_no, "B%d", n % 50);
		take(cargo(MIDNIGHT + n, "ceke", batch_no, "'unit_arrived': {'unit_id': 'T'}"), GATE);
		turn(0);
		if (n % 100 == 99) { /* the other one takes what there is, and has lost none */
			while (known < ledger_lsn(world.ledger)) {
				const Juyan__V1__News *news = hear(1, 0);
				assert_int_equal(news->before_lsn, known);
				known = news->lsn;
			}
		}
	}
	/* What the slow one has is whole up to where it breaks off, and there it sees that it does. */
	known = begun;
	bool gap = false;
	for (const Juyan__V1__News *news = hear(0, 1000); news->lsn < ledger_lsn(world.ledger) || known < news->lsn;
	     news = hear(0, 1000)) {
		assert_true(news->before_lsn >= known);
		gap = gap || news->before_lsn > known;
		known = news->lsn;
	}
	assert_true(gap);
	assert_int_equal(known, ledger_lsn(world.ledger));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_all_who_listen_hear_the_same),
		TEST(test_it_says_each_second_that_it_is_alive),
		TEST(test_who_was_away_knows_what_was_missed_and_can_have_it),
		TEST(test_who_may_not_read_hears_nothing),
		TEST(test_a_right_that_is_taken_away_is_felt),
		TEST(test_a_slow_listener_costs_nobody_anything),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}

/* What headquarters tells of decrees, and what the relay makes of it before its ledger is asked, which nobody serves here. */
#include "check.h"

#include "herald.h"

#include "config.h"
#include "everything.h"
#include "folder.h"

static struct scene {
	struct book book;
	struct bus *bus;
	struct auth *auth;
	struct log *log;
	struct counters counters;
	struct config config;
	struct key_pair keys;
	struct service_kit kit;
	struct herald *herald;
	struct arena arena;
	int64_t now_ns;
} scene;

#define SECONDS(n) (INT64_C(1000000000) * (n))
#define LEAGUE "'put': [{'place': {'id': 'league'}}]"
#define REGION "'put': [{'place': {'id': 'region'}}]"

static int64_t
scene_ns(void *user)
{
	(void)user;
	return scene.now_ns;
}

/* The data folder has no room for keys: nothing can be handed over. */
static int
set_up(void **state)
{
	struct reason why = { "" };
	memset(&scene, 0, sizeof scene);
	said_forget(state);
	book_open(&scene.book);
	book_take(&scene.book, ADMIN, decreed_authority("'place', 'goal'"));
	key_pair_make(&scene.keys);
	snprintf(scene.config.data_dir, sizeof scene.config.data_dir, "%s/nowhere", scene.book.dir);
	must(arena_open(&scene.arena, 1 << 16), &why);
	must(log_open(stderr, LOG_ERROR, &scene.log), &why);
	must(bus_open(&scene.bus, &why), &why);
	must(auth_open(scene.bus, scene.log, &scene.counters, &scene.auth, &why), &why);
	scene.kit = (struct service_kit){ .bus = scene.bus,
		.env = scene.book.env,
		.auth = scene.auth,
		.config = &scene.config,
		.keys = &scene.keys,
		.log = scene.log,
		.counters = &scene.counters,
		.clock = clock_system() };
	scene.kit.clock.monotonic_ns = scene_ns;
	must(herald_open(&scene.kit, &scene.herald, &why), &why);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	herald_close(&scene.herald);
	auth_close(&scene.auth);
	bus_close(&scene.bus);
	log_close(&scene.log);
	arena_close(&scene.arena);
	book_close(&scene.book);
	return 0;
}

/* ---- both ends ---- */

/* Which decrees are asked for, each as AUTHORITY>NUMBER, until it asks no more; then its time to ask comes again. */
static void
asks(const char *wanted)
{
	char text[256] = "";
	for (int i = 0; i < 8; i++) {
		const ProtobufCMessage *message;
		arena_reset(&scene.arena);
		struct span frame = herald_ask(scene.herald, &scene.arena);
		if (frame.data == NULL)
			continue;
		assert_int_equal(wire_unpack(&juyan__v1__from_terminal__descriptor, frame, &scene.arena, &message, NULL),
		    STATUS_OK);
		const Juyan__V1__DecreesAsk *ask = ((const Juyan__V1__FromTerminal *)(const void *)message)->decrees_ask;
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%s>%u", used > 0 ? " " : "", ask->authority, (unsigned)ask->after);
	}
	assert_string_equal(text, wanted);
	scene.now_ns += SECONDS(2);
}

static void
tells(const char *authority, size_t n, const struct said *said)
{
	ProtobufCBinaryData events[8];
	Juyan__V1__Decrees told = JUYAN__V1__DECREES__INIT;
	assert_true(n <= sizeof events / sizeof events[0]);
	for (size_t i = 0; i < n; i++)
		events[i] = (ProtobufCBinaryData){ said[i].bytes.bytes, (uint8_t *)(uintptr_t)said[i].bytes.data };
	told.authority = (char *)(uintptr_t)authority;
	told.n_events = n;
	told.events = events;
	herald_told(scene.herald, &told);
}

#define TELLS(authority, ...) \
	tells(authority, sizeof((struct said[]){ __VA_ARGS__ }) / sizeof(struct said), (struct said[]){ __VA_ARGS__ })

static void
stuck(uint64_t number, const char *part)
{
	const struct herald_stuck *stuck = herald_stuck(scene.herald);
	assert_int_equal(stuck->number, number);
	if (strstr(stuck->why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, stuck->why.text);
}

static uint64_t
refusals(void)
{
	return atomic_load(&scene.counters.values[COUNTER_relay_decrees_refused]);
}

/* ---- what must hold ---- */

static void
test_each_authority_is_asked_of_behind_what_was_taken(void **state)
{
	(void)state;
	asks("above>0");
	book_take(&scene.book, GATE, decreed(1, LEAGUE));
	asks("above>1");
	scene.now_ns -= SECONDS(1); /* nobody's link is worn by it */
	asks("");
	/* Who decides nothing is not asked of: there may be any number of such. */
	book_take(&scene.book, ADMIN, registry_changed("'put': [{'authority': {'id': 'idle', 'public_key': '" KEY_2 "'}}]"));
	book_take(&scene.book, ADMIN,
	    registry_changed("'put': [{'authority': {'id': 'other', 'public_key': '" KEY_2 "', 'kinds': ['group']}}]"));
	asks("above>1 other>0");
	book_take(&scene.book, ADMIN, registry_changed("'drop': [{'authority': {'id': 'above'}}, {'authority': {'id': 'other'}}]"));
	asks("");
}

static void
test_what_is_not_the_next_decree_is_told_and_left_out(void **state)
{
	(void)state;
	uint64_t lsn = ledger_lsn(scene.book.ledger);
	struct said turned = decreed(1, LEAGUE), none = cargo(MIDNIGHT, "ceke", "B", RELEASED);
	struct said garbage = { .bytes = { (const uint8_t *)"\xff\xff", 2 } }, empty = { .bytes = { (const uint8_t *)"", 0 } };
	asks("above>0");
	TELLS("above", decreed(2, LEAGUE));
	stuck(1, "something else");
	TELLS("above", garbage);
	TELLS("above", empty, decreed(1, LEAGUE));
	TELLS("above", none);
	TELLS("nobody", decreed(1, LEAGUE));
	TELLS("", decreed(1, LEAGUE));
	stuck(1, "something else");
	assert_int_equal(refusals(), 1);
	TELLS("above", decreed_by(2, 1, LEAGUE));
	stuck(1, "is not signed with the key");
	uint8_t *bytes = arena_take(&said_arena, turned.bytes.bytes);
	memcpy(bytes, turned.bytes.data, turned.bytes.bytes);
	for (size_t i = 0; i + 6 < turned.bytes.bytes; i++)
		if (memcmp(bytes + i, "league", 6) == 0)
			bytes[i] = 'L';
	turned.bytes.data = bytes;
	TELLS("above", turned);
	stuck(1, "is not signed with the key");
	asks("above>0"); /* it may be mended there */
	tells("above", 0, NULL);
	stuck(0, "");
	assert_int_equal(ledger_lsn(scene.book.ledger), lsn);
}

/* Between the question and the answer it came in another way. */
static void
test_an_answer_that_came_too_late_is_no_trouble(void **state)
{
	(void)state;
	asks("above>0");
	book_take(&scene.book, GATE, decreed(1, LEAGUE));
	TELLS("above", decreed(1, LEAGUE));
	stuck(0, "");
	TELLS("above", decreed_by(2, 2, REGION));
	stuck(2, "is not signed with the key");
	book_take(&scene.book, GATE, decreed(2, REGION));
	asks("above>2");
	stuck(0, "");
}

static void
test_what_cannot_be_handed_over_is_told_when_that_lasts(void **state)
{
	(void)state;
	for (int i = 0; i <= 30; i++) {
		stuck(0, "");
		asks("above>0");
		TELLS("above", decreed(1, LEAGUE), decreed(2, REGION));
	}
	asks("above>0");
	stuck(1, "cannot be handed to the ledger here");
	assert_int_equal(refusals(), 0);
	book_take(&scene.book, ADMIN, registry_changed("'drop': [{'authority': {'id': 'above'}}]"));
	asks("");
	stuck(0, ""); /* nobody waits for it any more */
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(each_authority_is_asked_of_behind_what_was_taken),
		CASE(what_is_not_the_next_decree_is_told_and_left_out),
		CASE(an_answer_that_came_too_late_is_no_trouble),
		CASE(what_cannot_be_handed_over_is_told_when_that_lasts),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}

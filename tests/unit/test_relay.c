/*
 * A site's end of the session with headquarters, over the bus within one process: what is brought, in which bounds, where it goes
 * on after whatever happens to either end, and what is told when headquarters holds another past, or less than it had confirmed.
 */
#include "check.h"

#include "../any.h"
#include "carrier.h"
#include "follow.h"
#include "opened_ledger.h"
#include "played_headquarters.h"

enum { TURNS_MAX = 20000, SOME = 400, NEWS = CARRIER_HALTED + 1 };
#define SECONDS(n) ((int64_t)(n)*1000000000)

static struct scene {
	struct played_headquarters hq;
	struct key_pair keys;
	struct book book;
	struct carrier *carrier;
	int64_t ahead_ns; /* the carrier's clock, before the machine's */
	unsigned told[NEWS];
	char sentence[SENTENCE_BYTES_MAX]; /* of the last news that are not good */
} scene;

static struct reason why;

static int64_t
scene_ns(void *user)
{
	(void)user;
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) + scene.ahead_ns;
}

static void
on_news(void *user, enum carrier_news news, const char *sentence)
{
	(void)user;
	scene.told[news]++;
	if (news != CARRIER_CONNECTED)
		snprintf(scene.sentence, sizeof scene.sentence, "%s", sentence);
}

static void
begin(uint64_t confirmed)
{
	struct carrier_options options = { .bus = scene.hq.centre.bus,
		.env = scene.book.env,
		.endpoint = PLAYED_ENDPOINT,
		.keys = &scene.keys,
		.clock = clock_system(),
		.confirmed = confirmed,
		.on_news = on_news };
	options.clock.monotonic_ns = scene_ns;
	must(carrier_open(&options, &scene.carrier, &why), &why);
}

/* So many events, some at once. */
static void
write_events(size_t n)
{
	static struct entry entries[SOME];
	while (n > 0) {
		size_t some = 1 + any_below(n < SOME ? n : SOME);
		uint32_t terminal_no = any_chance(50) ? GATE : SCALE;
		for (size_t i = 0; i < some; i++) {
			struct said said = cargo(MIDNIGHT + (int64_t)any_below(1000), "ceke", "B", RELEASED);
			entries[i] = entry_of(&scene.book, terminal_no, i, said);
			entries[i].verdict = STATUS_OK;
		}
		must(ledger_apply(scene.book.ledger, entries, some, &why), &why);
		arena_reset(&said_arena);
		n -= some;
	}
}

static int
set_up(void **state)
{
	memset(&scene, 0, sizeof scene);
	if (said_begin(state) != 0)
		return 1;
	played_open(&scene.hq.centre);
	key_pair_make(&scene.keys);
	folder_make_quick(scene.book.dir);
	book_open_env(&scene.book, 64 << 20);
	book_take(&scene.book, ADMIN, book_founding());
	begin(0);
	return 0;
}

static int
tear_down(void **state)
{
	carrier_close(&scene.carrier);
	played_close(&scene.hq.centre);
	book_close(&scene.book);
	return said_end(state);
}

static uint64_t
lsn(void)
{
	return ledger_lsn(scene.book.ledger);
}

static struct carrier_view
view(void)
{
	struct carrier_view out;
	carrier_look(scene.carrier, &out);
	return out;
}

/* Both ends, until nothing is said any more and headquarters has so much. */
static void
turn_until(bool (*done)(void))
{
	for (int i = 0; i < TURNS_MAX; i++) {
		carrier_turn(scene.carrier, 1);
		while (played_serves_one(&scene.hq))
			;
		if (done())
			return;
	}
	fail_msg("it does not come to that: %s", scene.sentence);
}

static void
turn_some(void)
{
	for (int i = 0; i < 20; i++) {
		carrier_turn(scene.carrier, 1);
		while (played_serves_one(&scene.hq))
			;
	}
}

static bool
has_all(void)
{
	struct carrier_view now = view();
	return now.confirmed == lsn() && now.state == CARRIER_CARRYING;
}

static bool
is_stopped(void)
{
	return view().state == CARRIER_STOPPED;
}

static void
holds_all(void)
{
	uint8_t chain[CHAIN_BYTES];
	struct carrier_view now = view();
	assert_int_equal(played_tail(&scene.hq)->lsn, lsn());
	must(follow_chain(scene.book.env, lsn(), chain, &why), &why);
	assert_memory_equal(played_tail(&scene.hq)->chain, chain, CHAIN_BYTES);
	assert_int_equal(now.confirmed, lsn());
	assert_int_equal(now.waits_from_ms, 0);
	assert_int_equal(now.status, STATUS_OK);
	assert_string_equal(now.name, "ceke");
}

/* Headquarters has all of it, each event once. */
static void
bring(size_t n)
{
	write_events(n);
	turn_until(has_all);
	holds_all();
}

/* As if the process had ended and begun. */
static void
restart(void)
{
	uint64_t confirmed = view().confirmed;
	carrier_close(&scene.carrier);
	begin(confirmed);
}

/* Headquarters has no more than its first blocks. */
static void
forget_from(size_t block)
{
	assert_true(block <= scene.hq.n);
	scene.hq.n = block;
}

/* … and from there on those of another past. */
static void
fork_from(size_t block)
{
	for (size_t i = block; i <= scene.hq.n; i++)
		scene.hq.held[i].chain[i % CHAIN_BYTES] ^= 1;
}

static void
test_all_is_brought_and_nothing_twice(void **state)
{
	(void)state;
	bring(5000);
	assert_int_equal(scene.hq.events, lsn());
	assert_int_equal(scene.hq.hellos, 1);
	assert_int_equal(view().delivered, lsn());
	assert_int_equal(scene.told[CARRIER_CONNECTED], 1);
	assert_int_equal(scene.told[CARRIER_HALTED] + scene.told[CARRIER_LOST] + scene.told[CARRIER_NO_ANSWER], 0);
}

static void
test_what_comes_meanwhile_is_brought_as_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < 30; i++) {
		write_events(1 + any_below(200));
		turn_some();
	}
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.hq.events, lsn());
	assert_int_equal(scene.hq.hellos, 1);
}

static void
test_frames_keep_to_the_bounds_of_the_welcome(void **state)
{
	(void)state;
	scene.hq.bytes_max = 100 * 1024;
	scene.hq.window = 1;
	bring(20000);
	assert_in_range(scene.hq.bytes_most, 60 * 1024, 100 * 1024);
	assert_true(scene.hq.batches >= 4);
	scene.hq.bytes_max = 0;
	scene.hq.events_max = 500;
	scene.hq.events_most = 0;
	restart();
	bring(5000);
	assert_in_range(scene.hq.events_most, 100, 500);
}

static void
test_no_more_is_under_way_than_the_window(void **state)
{
	(void)state;
	turn_until(has_all);
	scene.hq.deaf = true;
	write_events(50000);
	size_t heard = 0;
	for (int i = 0; i < 20; i++) {
		carrier_turn(scene.carrier, 1);
		while (played_serves_one(&scene.hq))
			heard++;
	}
	assert_int_equal(heard, WINDOW_BATCHES);
}

static void
test_a_new_process_goes_on_from_the_welcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < 10; i++) {
		write_events(3000);
		for (size_t turns = any_below(4); turns > 0; turns--) {
			carrier_turn(scene.carrier, 1);
			played_serves_one(&scene.hq);
		}
		restart();
		while (played_serves_one(&scene.hq)) /* what the last one has sent */
			;
	}
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.hq.events, lsn());
	assert_int_equal(scene.told[CARRIER_LOST] + scene.told[CARRIER_HALTED], 0);
}

static void
test_an_answer_that_is_lost_is_asked_after(void **state)
{
	(void)state;
	turn_until(has_all);
	write_events(100);
	scene.hq.deaf = true;
	turn_some();
	scene.hq.deaf = false;
	size_t hellos = scene.hq.hellos;
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.hq.hellos, hellos + 1);
}

static void
test_an_older_copy_of_headquarters_gets_the_rest_again(void **state)
{
	(void)state;
	bring(5000);
	size_t blocks = scene.hq.n;
	uint64_t lost = lsn() - scene.hq.held[blocks / 2].lsn;
	forget_from(blocks / 2);
	restart();
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.told[CARRIER_LOST], 1);
	char wanted[64];
	snprintf(wanted, sizeof wanted, "has %llu events of this site less", (unsigned long long)lost);
	assert_non_null(strstr(scene.sentence, wanted));
	/* Once told it is not told again. */
	restart();
	bring(100);
	assert_int_equal(scene.told[CARRIER_LOST], 1);
	/* … and so it is where it loses all, under way. */
	forget_from(0);
	scene.hq.refusal = STATUS_NO_HELLO;
	write_events(10);
	turn_some();
	scene.hq.refusal = STATUS_OK;
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.told[CARRIER_LOST], 2);
}

static void
test_the_first_record_that_differs_is_found(void **state)
{
	(void)state;
	bring(20000);
	for (size_t round = 0; round < 30; round++) {
		size_t block = 1 + (round == 0 ? 0 : round == 1 ? scene.hq.n - 1 : any_below(scene.hq.n));
		uint64_t differs = scene.hq.held[block - 1].lsn + 1;
		scene.hq.probes = scene.hq.batches = 0;
		fork_from(block);
		restart();
		turn_until(is_stopped);
		assert_int_equal(view().status, STATUS_OTHER_PAST);
		assert_int_equal(view().differs, differs);
		char wanted[64];
		snprintf(wanted, sizeof wanted, "event %llu is the first that is another one", (unsigned long long)differs);
		assert_non_null(strstr(scene.sentence, wanted));
		/* Found by halving, by old blocks alone; and nothing else is sent. */
		assert_int_equal(scene.hq.probes, scene.hq.batches);
		assert_true(scene.hq.probes <= 16);
		write_events(10);
		turn_some();
		assert_int_equal(scene.hq.probes, scene.hq.batches);
		assert_int_equal(scene.told[CARRIER_HALTED], round + 1);
		/* A minute later the same Welcome says it all. */
		size_t probes = scene.hq.probes, hellos = scene.hq.hellos;
		scene.ahead_ns += SECONDS(61);
		turn_some();
		assert_int_equal(scene.hq.hellos, hellos + 1);
		assert_int_equal(scene.hq.probes, probes);
		assert_int_equal(scene.told[CARRIER_HALTED], round + 1);
		assert_true(is_stopped());
		/* Put right it goes on by itself. */
		fork_from(block);
		scene.ahead_ns += SECONDS(61);
		turn_until(has_all);
		holds_all();
		assert_int_equal(view().differs, 0);
	}
	assert_int_equal(scene.told[CARRIER_LOST], 0);
}

static void
test_a_search_that_is_broken_off_goes_on(void **state)
{
	(void)state;
	bring(20000);
	size_t block = 1 + any_below(scene.hq.n);
	uint64_t differs = scene.hq.held[block - 1].lsn + 1;
	fork_from(block);
	restart();
	for (int i = 0; i < TURNS_MAX && !is_stopped(); i++) {
		carrier_turn(scene.carrier, 1);
		scene.hq.deaf = any_chance(30);
		if (scene.hq.deaf)
			scene.ahead_ns += SECONDS(1);
		played_serves_one(&scene.hq);
	}
	assert_int_equal(view().differs, differs);
}

static void
test_a_ledger_that_is_behind_its_own_past_brings_nothing(void **state)
{
	(void)state;
	bring(3000);
	/* One more block there than here: of this past, as far as can be told. */
	scene.hq.held[scene.hq.n + 1] = scene.hq.held[scene.hq.n];
	scene.hq.held[++scene.hq.n].lsn += 9;
	uint64_t ends = lsn();
	restart();
	turn_until(is_stopped);
	assert_int_equal(view().differs, ends + 1);
	assert_non_null(strstr(scene.sentence, "this ledger was restored from an older copy"));
	size_t held = scene.hq.n;
	write_events(20); /* what comes now comes in the place of what is there */
	scene.ahead_ns += SECONDS(61);
	turn_some();
	assert_int_equal(scene.hq.n, held);
	assert_int_equal(view().differs, ends + 1);
	assert_true(is_stopped());
}

static void
test_a_refusal_is_told_once_and_tried_again_after_growing_pauses(void **state)
{
	(void)state;
	static const enum status refusals[] = { STATUS_UNKNOWN_PORT, STATUS_NOT_AUTHORISED, STATUS_OTHER_PAST };
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		turn_until(has_all);
		scene.hq.refusal = refusals[i];
		scene.hq.refuse_from = lsn() + 1;
		write_events(100);
		turn_until(is_stopped);
		assert_int_equal(view().status, refusals[i]);
		assert_string_equal(view().why.text, "as the test wants it");
		assert_true(view().waits_from_ms > 0);
		for (int64_t pause = 1; pause < 60; pause *= 2) {
			size_t hellos = scene.hq.hellos;
			scene.ahead_ns += SECONDS(pause) - SECONDS(1) / 2;
			turn_some();
			assert_int_equal(scene.hq.hellos, hellos);
			scene.ahead_ns += SECONDS(1) / 2;
			turn_some();
			assert_int_equal(scene.hq.hellos, hellos + 1);
			assert_true(is_stopped());
		}
		assert_int_equal(scene.told[CARRIER_HALTED], i + 1);
		assert_int_equal(scene.told[CARRIER_CONNECTED], i + 1);
		scene.hq.refusal = STATUS_OK;
		scene.ahead_ns += SECONDS(60);
		turn_until(has_all);
		holds_all();
		assert_int_equal(scene.told[CARRIER_CONNECTED], i + 2);
	}
}

static void
test_without_room_there_it_waits_and_goes_on(void **state)
{
	(void)state;
	turn_until(has_all);
	scene.hq.full = true;
	write_events(1000);
	turn_some();
	assert_false(is_stopped());
	scene.hq.full = false;
	scene.ahead_ns += SECONDS(3);
	turn_until(has_all);
	holds_all();
	assert_int_equal(scene.told[CARRIER_HALTED], 0);
}

static void
test_a_key_that_is_not_a_sites_is_told(void **state)
{
	(void)state;
	bring(10);
	scene.hq.chainless = true;
	restart();
	turn_until(is_stopped);
	assert_int_equal(view().status, STATUS_NOT_AUTHORISED);
	assert_non_null(strstr(scene.sentence, "a site needs a key of its own"));
}

static bool
says_no_answer(void)
{
	return scene.told[CARRIER_NO_ANSWER] > 0;
}

static void
test_who_hears_nothing_says_so_once(void **state)
{
	(void)state;
	scene.hq.deaf = true;
	for (int i = 0; i < 100 && !says_no_answer(); i++) {
		scene.ahead_ns += SECONDS(1) / 10;
		turn_some();
	}
	assert_int_equal(scene.told[CARRIER_NO_ANSWER], 1);
	assert_int_equal(view().state, CARRIER_AWAY);
	assert_int_equal(view().status, STATUS_TIMEOUT);
	for (int i = 0; i < 20; i++) {
		scene.ahead_ns += SECONDS(2);
		turn_some();
	}
	assert_int_equal(scene.told[CARRIER_NO_ANSWER], 1);
	scene.hq.deaf = false;
	write_events(100);
	turn_until(has_all);
	holds_all();
}

static void
test_a_welcome_that_leaves_no_room_is_refused(void **state)
{
	(void)state;
	scene.hq.bytes_max = 1000;
	turn_until(is_stopped);
	assert_int_equal(view().status, STATUS_UNDECODABLE);
	assert_int_equal(scene.hq.batches, 0);
	scene.hq.bytes_max = 0;
	scene.ahead_ns += SECONDS(2);
	turn_until(has_all);
	holds_all();
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_is_brought_and_nothing_twice),
		CASE(what_comes_meanwhile_is_brought_as_well),
		CASE(frames_keep_to_the_bounds_of_the_welcome),
		CASE(no_more_is_under_way_than_the_window),
		CASE(a_new_process_goes_on_from_the_welcome),
		CASE(an_answer_that_is_lost_is_asked_after),
		CASE(an_older_copy_of_headquarters_gets_the_rest_again),
		CASE(the_first_record_that_differs_is_found),
		CASE(a_search_that_is_broken_off_goes_on),
		CASE(a_ledger_that_is_behind_its_own_past_brings_nothing),
		CASE(a_refusal_is_told_once_and_tried_again_after_growing_pauses),
		CASE(without_room_there_it_waits_and_goes_on),
		CASE(a_key_that_is_not_a_sites_is_told),
		CASE(who_hears_nothing_says_so_once),
		CASE(a_welcome_that_leaves_no_room_is_refused),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

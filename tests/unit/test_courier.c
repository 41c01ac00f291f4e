/*
 * From the spool to a centre that is played by hand: which numbers what waits goes out under, what is sent again after a break, and
 * what a person is told when the centre came back from an older copy, another process sends with the same key, or the key is not
 * wanted any more. Whatever happens, the spool forgets nothing that was not confirmed.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "courier.h"
#include "folder.h"
#include "played_centre.h"

enum { TURNS_MAX = 2000, NEWS = COURIER_FULL + 1 };

static struct scene {
	struct played_centre centre;
	char dir[FOLDER_BYTES];
	struct key_pair keys;
	struct spool *spool;
	struct courier *courier;
	unsigned told[NEWS];
	char sentence[SENTENCE_BYTES_MAX];
} scene;

static struct reason why;
static uint32_t batch_events = 3;

static void
must(enum status status)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why.text);
}

static void
on_news(void *user, enum courier_news news, const char *sentence)
{
	(void)user;
	scene.told[news]++;
	if (news != COURIER_CONNECTED)
		snprintf(scene.sentence, sizeof scene.sentence, "%s", sentence);
}

static void
open_courier(void)
{
	struct spool_options spool = { scene.dir, 0, scene.keys.public_key };
	must(spool_open(&spool, &scene.spool, &why));
	struct courier_options options = {
		.spool = scene.spool,
		.terminal = { .bus = scene.centre.bus,
		    .endpoint = PLAYED_ENDPOINT,
		    .keys = &scene.keys,
		    .batch_events = batch_events },
		.bell = -1,
		.on_news = on_news,
	};
	must(courier_open(&options, &scene.courier, &why));
}

static void
close_courier(void)
{
	courier_close(&scene.courier);
	spool_close(&scene.spool);
}

static int
setup(void **state)
{
	(void)state;
	scene = (struct scene){ 0 };
	played_open(&scene.centre);
	folder_make_quick(scene.dir);
	key_pair_make(&scene.keys);
	open_courier();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close_courier();
	played_close(&scene.centre);
	folder_remove(scene.dir);
	return 0;
}

/* Events whose byte is that of their place. */
static void
take(size_t n)
{
	struct spool_state state;
	must(spool_state(scene.spool, &state, &why));
	for (size_t i = 0; i < n; i++) {
		uint64_t last;
		uint8_t byte = (uint8_t)(state.taken + i + 1);
		must(spool_take(scene.spool, &(struct span){ &byte, 1 }, 1, 1000, NULL, &last, &why));
	}
}

static void
turn(void)
{
	must(courier_turn(scene.courier, 1, &why));
}

/* Turns until the centre hears this. */
static const Juyan__V1__FromTerminal *
hears(Juyan__V1__FromTerminal__SayCase say)
{
	const Juyan__V1__FromTerminal *from = NULL;
	for (int i = 0; i < TURNS_MAX && (from = played_hears_some(&scene.centre)) == NULL; i++)
		turn();
	assert_non_null(from);
	assert_int_equal(from->say_case, say);
	return from;
}

static void
welcome(uint64_t last)
{
	hears(JUYAN__V1__FROM_TERMINAL__SAY_HELLO);
	played_welcomes(&scene.centre, last);
}

/* A batch whose first number is `seq`, with the events from `place` on. */
static void
hears_batch(uint64_t seq, size_t n, uint64_t place)
{
	const Juyan__V1__EventBatch *batch = hears(JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH)->event_batch;
	assert_int_equal(batch->first_stream_seq, seq);
	assert_int_equal(batch->n_events, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(batch->events[i].data[0], (uint8_t)(place + i));
}

static void
settled_is(uint64_t place)
{
	struct spool_state state = { 0 };
	for (int i = 0; i < TURNS_MAX && state.settled < place; i++) {
		turn();
		must(spool_state(scene.spool, &state, &why));
	}
	assert_int_equal(state.settled, place);
}

/* ---- the tests ---- */

static void
the_first_welcome_gives_the_numbers(void **state)
{
	(void)state;
	take(4);
	welcome(100);
	hears_batch(101, 3, 1);
	hears_batch(104, 1, 4);
	played_acks(&scene.centre, 101, 3, 103, NULL, 0);
	settled_is(3);
	played_acks(&scene.centre, 104, 1, 104, NULL, 0);
	settled_is(4);
	take(1);
	hears_batch(105, 1, 5);
	assert_int_equal(scene.told[COURIER_CONNECTED], 1);
	assert_true(courier_state(scene.courier).connected);
}

static void
what_was_not_confirmed_comes_again_after_a_restart(void **state)
{
	(void)state;
	take(6);
	welcome(100);
	hears_batch(101, 3, 1);
	hears_batch(104, 3, 4);
	played_acks(&scene.centre, 101, 3, 103, NULL, 0);
	while (courier_state(scene.courier).settled < 3)
		turn();
	close_courier(); /* what was confirmed last is noted now */
	open_courier();
	welcome(106); /* the second batch had arrived after all */
	hears_batch(104, 3, 4);
	struct answer again[] = { { 104, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" },
		{ 105, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" },
		{ 106, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" } };
	played_acks(&scene.centre, 104, 3, 106, again, 3);
	settled_is(6);
	assert_int_equal(courier_state(scene.courier).conflicts, 0);
}

/*
 * More than what is read at once: the session was begun anew again and again, for the centre had more than was sent in it so far.
 */
static void
much_that_the_centre_has_is_sent_again_to_the_end(void **state)
{
	(void)state;
	enum { MUCH = 5000, BATCH = 1000 };
	static uint8_t bytes[MUCH];
	static struct span events[MUCH];
	uint64_t last;
	for (size_t i = 0; i < MUCH; i++) {
		bytes[i] = (uint8_t)(i + 1);
		events[i] = (struct span){ &bytes[i], 1 };
	}
	must(spool_take(scene.spool, events, MUCH, 1, NULL, &last, &why));
	must(spool_number(scene.spool, &(struct spool_numbering){ 1, 1 }, 0, &why));
	close_courier();
	batch_events = BATCH;
	open_courier();
	batch_events = 3;
	welcome(MUCH);
	for (uint64_t first = 1; first <= MUCH; first += BATCH) {
		hears_batch(first, BATCH, first);
		played_acks(&scene.centre, first, BATCH, MUCH, NULL, 0);
	}
	settled_is(MUCH);
	assert_int_equal(courier_state(scene.courier).tally.reconnects, 0);
}

static void
a_centre_that_forgot_the_session_gets_the_rest(void **state)
{
	(void)state;
	take(6);
	welcome(0);
	hears_batch(1, 3, 1);
	hears_batch(4, 3, 4);
	played_refuses(&scene.centre, STATUS_NO_HELLO, "who are you?");
	welcome(3);
	hears_batch(1, 3, 1); /* its answer alone says whose the three are */
	hears_batch(4, 3, 4);
	played_acks(&scene.centre, 1, 3, 3, NULL, 0);
	played_acks(&scene.centre, 4, 3, 6, NULL, 0);
	settled_is(6);
}

static void
a_centre_from_an_older_copy_is_told_and_gone_on_with(void **state)
{
	(void)state;
	struct spool_state said;
	take(3);
	welcome(100);
	hears_batch(101, 3, 1);
	played_acks(&scene.centre, 101, 3, 103, NULL, 0);
	settled_is(3);
	take(2);
	hears_batch(104, 2, 4);
	played_refuses(&scene.centre, STATUS_NO_HELLO, "who are you?");
	welcome(50);
	welcome(50); /* the terminal's memory does not fit; the spool's rules begin anew */
	hears_batch(51, 2, 4);
	played_acks(&scene.centre, 51, 2, 52, NULL, 0);
	settled_is(5);
	assert_int_equal(scene.told[COURIER_LOST], 1);
	assert_non_null(strstr(scene.sentence, "53 events less"));
	must(spool_state(scene.spool, &said, &why));
	assert_int_equal(said.lost, 53);
}

static void
another_with_the_same_key_is_told_and_nothing_is_lost(void **state)
{
	(void)state;
	take(3);
	welcome(100);
	hears_batch(101, 3, 1);
	close_courier();
	open_courier();
	welcome(250);
	hears_batch(251, 3, 1);
	assert_int_equal(scene.told[COURIER_KEY_TWICE], 1);
	assert_non_null(strstr(scene.sentence, "up to 250"));
	struct answer conflict = { 252, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, "other content" };
	played_acks(&scene.centre, 251, 3, 253, &conflict, 1);
	settled_is(3);
	assert_int_equal(scene.told[COURIER_KEY_TWICE], 2);
	assert_int_equal(courier_state(scene.courier).conflicts, 1);
}

static void
quarantine_is_told_and_settles(void **state)
{
	(void)state;
	take(3);
	welcome(0);
	hears_batch(1, 3, 1);
	struct answer answer = { 2, JUYAN__V1__DISPOSITION__QUARANTINED, STATUS_UNKNOWN_PORT, "no such port" };
	played_acks(&scene.centre, 1, 3, 3, &answer, 1);
	settled_is(3);
	assert_int_equal(scene.told[COURIER_QUARANTINED], 1);
	assert_non_null(strstr(scene.sentence, "no such port"));
	assert_int_equal(courier_state(scene.courier).quarantined, 1);
}

/* It was told again at every knock. */
static void
a_revoked_key_is_told_once_and_tried_again(void **state)
{
	(void)state;
	take(2);
	hears(JUYAN__V1__FROM_TERMINAL__SAY_HELLO);
	played_refuses(&scene.centre, STATUS_REVOKED, "revoked on Monday");
	hears(JUYAN__V1__FROM_TERMINAL__SAY_HELLO);
	played_refuses(&scene.centre, STATUS_REVOKED, "revoked on Monday");
	while (!courier_state(scene.courier).away)
		turn();
	assert_int_equal(scene.told[COURIER_NOT_LET_IN], 1);
	assert_string_equal(scene.sentence, "revoked on Monday");
	struct spool_state said;
	must(spool_state(scene.spool, &said, &why));
	assert_int_equal(said.settled, 0);
	assert_int_equal(said.taken, 2);
}

static void
a_spool_that_was_handed_over_goes_on_under_the_new_key(void **state)
{
	(void)state;
	take(3);
	welcome(100);
	hears_batch(101, 3, 1);
	played_acks(&scene.centre, 101, 3, 103, NULL, 0);
	settled_is(3);
	take(2);
	close_courier();
	struct spool_options whoever = { scene.dir, 0, NULL };
	must(spool_open(&whoever, &scene.spool, &why));
	key_pair_make(&scene.keys);
	must(spool_hand_over(scene.spool, scene.keys.public_key, &why));
	spool_close(&scene.spool);
	open_courier();
	welcome(0);
	hears_batch(1, 2, 4);
	played_acks(&scene.centre, 1, 2, 2, NULL, 0);
	settled_is(5);
	assert_int_equal(scene.told[COURIER_LOST] + scene.told[COURIER_KEY_TWICE], 0);
}

static void
a_number_that_no_stream_has_is_no_welcome(void **state)
{
	(void)state;
	take(1);
	welcome(UINT64_MAX);
	while (!courier_state(scene.courier).away)
		turn();
	assert_int_equal(scene.told[COURIER_REFUSED], 1);
	assert_non_null(strstr(scene.sentence, "which no stream has"));
	welcome(8);
	hears_batch(9, 1, 1);
}

/* The knocking was begun anew twice a second, so that a door once shut was never tried with a new socket. */
static void
an_absent_centre_is_told_and_found_again(void **state)
{
	(void)state;
	take(1);
	bus_socket_close(&scene.centre.socket);
	while (!courier_state(scene.courier).away)
		turn();
	assert_int_equal(scene.told[COURIER_AWAY], 1);
	static const char *const endpoints[] = { PLAYED_ENDPOINT };
	must(bus_serve(scene.centre.bus, endpoints, 1, &scene.centre.keys, &scene.centre.socket, &why));
	welcome(0);
	hears_batch(1, 1, 1);
	assert_int_equal(scene.told[COURIER_CONNECTED], 1);
}

/* One process at a time; also two handles of one process. */
static void
a_spool_is_brought_by_one(void **state)
{
	(void)state;
	int first = -1, second = -1;
	must(courier_lock(scene.dir, &first, &why));
	assert_int_equal(courier_lock(scene.dir, &second, &why), STATUS_IN_USE);
	close(first);
	must(courier_lock(scene.dir, &second, &why));
	close(second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_welcome_gives_the_numbers),
		TEST(what_was_not_confirmed_comes_again_after_a_restart),
		TEST(much_that_the_centre_has_is_sent_again_to_the_end),
		TEST(a_centre_that_forgot_the_session_gets_the_rest),
		TEST(a_centre_from_an_older_copy_is_told_and_gone_on_with),
		TEST(another_with_the_same_key_is_told_and_nothing_is_lost),
		TEST(quarantine_is_told_and_settles),
		TEST(a_revoked_key_is_told_once_and_tried_again),
		TEST(a_spool_that_was_handed_over_goes_on_under_the_new_key),
		TEST(a_number_that_no_stream_has_is_no_welcome),
		TEST(an_absent_centre_is_told_and_found_again),
		TEST(a_spool_is_brought_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

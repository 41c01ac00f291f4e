/*
 * The terminal's end of a session against a centre played by hand, in one thread and with a clock of the test's own: what is
 * lost, refused, late or half settled is sent again, and each event's fate is told once.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "played_centre.h"

static struct scene {
	struct played_centre centre;
	struct terminal *terminal;
	int64_t now_ns;
	uint64_t told; /* answers handed to the terminal's maker */
	uint64_t told_seq;
	uint64_t acked;      /* the last on_ack */
	uint64_t ack_events; /* over all on_ack */
} scene;

static struct reason why;

static int64_t
scene_ns(void *user)
{
	(void)user;
	return scene.now_ns += 10000; /* looking at the clock takes a little time: a deadline comes by itself */
}

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	(void)user;
	scene.told++;
	scene.told_seq = answer->stream_seq;
}

static void
on_ack(void *user, uint64_t last, uint32_t events, int64_t wait_ns)
{
	(void)user;
	assert_true(last > scene.acked && wait_ns >= 0);
	scene.acked = last;
	scene.ack_events += events;
}

static void
turn(void)
{
	if (terminal_push(scene.terminal, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

static void
pass_ms(int64_t ms)
{
	scene.now_ns += ms * 1000000;
	turn();
}

/* ---- the centre ---- */

static bool
centre_hears_nothing(void)
{
	return played_hears_some(&scene.centre) == NULL;
}

static const Juyan__V1__FromTerminal *
centre_hears(Juyan__V1__FromTerminal__SayCase say)
{
	return played_hears(&scene.centre, say);
}

static void
centre_hears_batch(uint64_t first, size_t n)
{
	const Juyan__V1__EventBatch *batch = centre_hears(JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH)->event_batch;
	assert_int_equal(batch->first_stream_seq, first);
	assert_int_equal(batch->n_events, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(batch->events[i].data[0], (first + i) & 0xFF);
}

static void
centre_says(enum status packed, struct span frame)
{
	played_says(&scene.centre, packed, frame);
}

static void
centre_welcomes(uint64_t last)
{
	centre_hears(JUYAN__V1__FROM_TERMINAL__SAY_HELLO);
	played_welcomes(&scene.centre, last);
	turn();
	assert_true(scene.terminal->caller.state == CALLER_OPEN);
}

static void
centre_acks(uint64_t first, uint32_t n, uint64_t last, const struct answer *answers, size_t n_answers)
{
	played_acks(&scene.centre, first, n, last, answers, n_answers);
	turn();
}

static void
centre_refuses_batch(uint64_t first, uint32_t n, uint64_t last, enum status reason)
{
	struct receipt receipt = { .first = first, .n = n, .done = n, .tail = last, .refused = reason, .refused_from = first };
	struct span frame = { NULL, 0 };
	receipt.sentence = "later";
	centre_says(reply_ack(&receipt, NULL, &scene.centre.out, &frame), frame);
	turn();
}

/* ---- the scene ---- */

static int
setup(void **state)
{
	(void)state;
	scene = (struct scene){ .now_ns = 1 };
	played_open(&scene.centre);
	struct terminal_options options = {
		.bus = scene.centre.bus,
		.endpoint = PLAYED_ENDPOINT,
		.keys = &scene.centre.keys,
		.batch_events = 3,
		.patience_ms = 1,
		.on_answer = on_answer,
		.on_ack = on_ack,
	};
	if (terminal_open(&options, &scene.terminal, &why) != STATUS_OK)
		return -1;
	scene.terminal->caller.clock.monotonic_ns = scene_ns;
	talk_again(scene.terminal);
	turn();
	centre_welcomes(100);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	terminal_close(&scene.terminal);
	played_close(&scene.centre);
	return 0;
}

/* Events whose first byte is that of their number. */
static void
send_events(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)terminal_next_seq(scene.terminal);
		assert_int_equal(terminal_send(scene.terminal, (struct span){ &byte, 1 }, &why), STATUS_OK);
	}
}

static void
check_tally(uint64_t accepted, uint64_t told, uint64_t retries)
{
	struct terminal_tally tally = terminal_tally(scene.terminal);
	assert_int_equal(tally.accepted, accepted);
	assert_int_equal(scene.told, told);
	assert_int_equal(tally.duplicate + tally.conflict + tally.quarantined + tally.refused, told);
	assert_int_equal(tally.retries, retries);
}

/* ---- the tests ---- */

static void
full_batches_go_by_themselves_and_the_rest_when_pushed(void **state)
{
	(void)state;
	assert_int_equal(terminal_welcome(scene.terminal)->terminal_no, 7);
	assert_string_equal(terminal_welcome(scene.terminal)->terminal_name, "seven");
	assert_int_equal(terminal_next_seq(scene.terminal), 101);
	send_events(4);
	centre_hears_batch(101, 3);
	assert_true(centre_hears_nothing());
	turn();
	centre_hears_batch(104, 1);
	centre_acks(101, 3, 103, NULL, 0);
	centre_acks(104, 1, 104, NULL, 0);
	assert_int_equal(scene.acked, 104);
	assert_int_equal(scene.ack_events, 4);
	assert_int_equal(terminal_last_acked(scene.terminal), 104);
	check_tally(4, 0, 0);
}

static void
the_window_holds_no_more_than_it_may(void **state)
{
	(void)state;
	send_events(3 * WINDOW_SLOTS);
	uint8_t byte = 0;
	assert_int_equal(terminal_send(scene.terminal, (struct span){ &byte, 1 }, &why), STATUS_TIMEOUT);
	assert_int_equal(terminal_next_seq(scene.terminal), 101 + 3 * WINDOW_SLOTS);
	for (uint64_t i = 0; i < WINDOW_BATCHES; i++)
		centre_hears_batch(101 + 3 * i, 3);
	assert_true(centre_hears_nothing());
	centre_acks(101, 3, 103, NULL, 0);
	centre_hears_batch(101 + 3 * WINDOW_BATCHES, 3);
	send_events(1);
}

static void
a_lost_answer_shows_by_a_pong(void **state)
{
	(void)state;
	send_events(6);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	pass_ms(100);
	assert_true(centre_hears_nothing());
	pass_ms(300);
	uint64_t nonce = centre_hears(JUYAN__V1__FROM_TERMINAL__SAY_PING)->ping->nonce;
	struct span frame = { NULL, 0 };
	centre_says(reply_pong(nonce, 104, 0, &scene.centre.out, &frame), frame);
	turn();
	/* The centre has 104 numbers; only its answer can say whether what stands under them came from here. */
	centre_welcomes(104);
	assert_int_equal(scene.acked, 0);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_acks(101, 3, 104, NULL, 0);
	assert_int_equal(scene.acked, 103);
	centre_acks(104, 3, 106, NULL, 0);
	assert_int_equal(scene.ack_events, 6);
	check_tally(6, 0, 2);
}

static void
no_room_is_retried_after_a_pause(void **state)
{
	(void)state;
	send_events(6);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_refuses_batch(101, 3, 100, STATUS_NO_ROOM);
	centre_refuses_batch(104, 3, 100, STATUS_NO_ROOM);
	assert_true(centre_hears_nothing());
	pass_ms(60);
	centre_welcomes(100);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_refuses_batch(101, 3, 100, STATUS_NO_ROOM);
	centre_refuses_batch(104, 3, 100, STATUS_NO_ROOM);
	pass_ms(60);
	assert_true(centre_hears_nothing()); /* the second pause is longer */
	pass_ms(60);
	centre_welcomes(100);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_acks(101, 3, 103, NULL, 0);
	centre_acks(104, 3, 106, NULL, 0);
	check_tally(6, 0, 4);
}

/* Another's event has its number, and there was no room to keep this one for a person: it was forgotten, and nobody had it. */
static void
a_conflict_without_room_is_sent_again(void **state)
{
	(void)state;
	const struct answer no_room = { 102, JUYAN__V1__DISPOSITION__REFUSED, STATUS_NO_ROOM, "later" };
	const struct answer conflict = { 102, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, "another's" };
	send_events(6);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_acks(101, 3, 106, &no_room, 1);
	assert_int_equal(scene.acked, 101);
	centre_acks(104, 3, 106, NULL, 0); /* nor does a later batch settle it */
	assert_int_equal(scene.acked, 101);
	pass_ms(60);
	centre_welcomes(106);
	centre_hears_batch(102, 2);
	centre_hears_batch(104, 3);
	centre_acks(102, 2, 106, &conflict, 1);
	centre_acks(104, 3, 106, NULL, 0);
	assert_int_equal(scene.acked, 106);
	assert_int_equal(scene.told_seq, 102);
	check_tally(5, 1, 2);
}

static void
a_gap_is_closed_at_once(void **state)
{
	(void)state;
	send_events(6);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_refuses_batch(104, 3, 100, STATUS_GAP); /* the first one never arrived */
	centre_welcomes(100);
	centre_hears_batch(101, 3);
	centre_hears_batch(104, 3);
	centre_acks(101, 3, 103, NULL, 0);
	centre_acks(104, 3, 106, NULL, 0);
	check_tally(6, 0, 2);
}

static void
each_answer_is_told_once(void **state)
{
	(void)state;
	send_events(3);
	centre_hears_batch(101, 3);
	struct answer quarantined = { 102, JUYAN__V1__DISPOSITION__QUARANTINED, STATUS_UNKNOWN_PORT, "no such port" };
	/* Only the first two are on disk; the third has to come again. */
	struct answer answers[] = { quarantined, { 103, JUYAN__V1__DISPOSITION__REFUSED, STATUS_NO_ROOM, "later" } };
	centre_acks(101, 3, 102, answers, 2);
	assert_int_equal(scene.told, 1);
	assert_int_equal(scene.told_seq, 102);
	pass_ms(60);
	centre_welcomes(102);
	centre_hears_batch(103, 1);
	/* It had arrived over the old connection after all: that is what was wanted, and no news. */
	struct answer duplicate = { 103, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" };
	centre_acks(103, 1, 103, &duplicate, 1);
	check_tally(2, 1, 1);
}

static void
what_is_sent_again_on_purpose_is_told(void **state)
{
	(void)state;
	assert_int_equal(terminal_set_next_seq(scene.terminal, 0), STATUS_OUT_OF_RANGE);
	assert_int_equal(terminal_set_next_seq(scene.terminal, 50), STATUS_OK);
	send_events(3);
	assert_int_equal(terminal_set_next_seq(scene.terminal, 60), STATUS_BUSY);
	centre_hears_batch(50, 3);
	struct answer answers[] = { { 50, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" },
		{ 51, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, "" },
		{ 52, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "" } };
	centre_acks(50, 3, 100, answers, 3);
	check_tally(0, 3, 0);
	assert_int_equal(terminal_tally(scene.terminal).conflict, 1);
	assert_int_equal(terminal_set_next_seq(scene.terminal, 101), STATUS_OK);
}

static void
a_centre_that_forgot_the_session_is_greeted_again(void **state)
{
	(void)state;
	send_events(3);
	centre_hears_batch(101, 3);
	struct span frame = { NULL, 0 };
	centre_says(reply_refusal(STATUS_NO_HELLO, "who are you?", 0, &scene.centre.out, &frame), frame);
	turn();
	/* A second such refusal belongs to what was sent before the Hello. */
	centre_says(reply_refusal(STATUS_NO_HELLO, "who are you?", 0, &scene.centre.out, &frame), frame);
	turn();
	centre_welcomes(100);
	assert_true(scene.terminal->caller.state == CALLER_OPEN);
	centre_hears_batch(101, 3);
	centre_acks(101, 3, 103, NULL, 0);
	check_tally(3, 0, 1);
}

static void
a_refusal_is_handed_on_with_its_sentence(void **state)
{
	(void)state;
	struct span frame = { NULL, 0 };
	centre_says(reply_refusal(STATUS_REVOKED, "the key was revoked on Monday", 0, &scene.centre.out, &frame), frame);
	assert_int_equal(terminal_push(scene.terminal, &why), STATUS_REVOKED);
	assert_string_equal(why.text, "the key was revoked on Monday");
}

static void
a_centre_that_lost_events_is_not_believed(void **state)
{
	(void)state;
	send_events(3);
	centre_hears_batch(101, 3);
	centre_acks(101, 3, 103, NULL, 0);
	send_events(3);
	centre_hears_batch(104, 3);
	talk_again(scene.terminal);
	turn();
	centre_hears(JUYAN__V1__FROM_TERMINAL__SAY_HELLO);
	struct span frame = { NULL, 0 };
	centre_says(reply_welcome(50, 7, "seven", NULL, 0, &scene.centre.out, &frame), frame);
	assert_int_equal(terminal_push(scene.terminal, &why), STATUS_GAP);
	assert_non_null(strstr(why.text, "expects event 51"));
}

static void
nonsense_from_the_centre_is_an_error(void **state)
{
	(void)state;
	static const uint8_t noise[] = { 0xFF, 0xFF };
	centre_says(STATUS_OK, (struct span){ noise, sizeof noise });
	assert_int_equal(terminal_push(scene.terminal, &why), STATUS_UNDECODABLE);
	turn();
	centre_welcomes(100);
	send_events(3);
	centre_hears_batch(101, 3);
	struct answer answer = { 900, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, "" };
	struct receipt receipt = { .first = 101, .n = 3, .done = 3, .tail = 103, .answers_to = 1 };
	struct span frame = { NULL, 0 };
	centre_says(reply_ack(&receipt, &answer, &scene.centre.out, &frame), frame);
	assert_int_equal(terminal_push(scene.terminal, &why), STATUS_UNDECODABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_batches_go_by_themselves_and_the_rest_when_pushed),
		TEST(the_window_holds_no_more_than_it_may),
		TEST(a_lost_answer_shows_by_a_pong),
		TEST(no_room_is_retried_after_a_pause),
		TEST(a_conflict_without_room_is_sent_again),
		TEST(a_gap_is_closed_at_once),
		TEST(each_answer_is_told_once),
		TEST(what_is_sent_again_on_purpose_is_told),
		TEST(a_centre_that_forgot_the_session_is_greeted_again),
		TEST(a_refusal_is_handed_on_with_its_sentence),
		TEST(a_centre_that_lost_events_is_not_believed),
		TEST(nonsense_from_the_centre_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

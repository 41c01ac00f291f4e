/* A gateway's book: what customs answers to a message by its number alone. */
#include "check.h"

#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)

/* A part of a manifest, lodged by the message of this number. */
static void
lodged(const char *message_no, enum part part, const char *batch, const char *units, const char *waybills, int minutes)
{
	say_part(part, batch, units, waybills, AT(minutes))->message_no = desk_text(message_no);
	desk_enter();
}

static void
answered(Juyan__V1__Event__WhatCase what, const char *message_no, const char *batch, int minutes)
{
	static char reason[] = "customs refused the document";
	desk.batch = batch;
	Juyan__V1__Event *event = desk_event(what, AT(minutes));
	if (what == JUYAN__V1__EVENT__WHAT_INSPECTED) {
		event->inspected->by = JUYAN__V1__AUTHORITY__CUSTOMS;
		event->inspected->outcome = JUYAN__V1__OUTCOME__HELD;
		event->inspected->held = reason;
	}
	if (what == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED)
		event->manifest_deleted->reason = reason;
	findings_last(&desk.findings)->message_no = desk_text(message_no);
	desk_enter();
}

static void
released(const char *message_no, const char *batch, int minutes)
{
	answered(JUYAN__V1__EVENT__WHAT_RELEASED, message_no, batch, minutes);
}

static void
refused(const char *message_no, const char *batch, int minutes)
{
	answered(JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, message_no, batch, minutes);
}

/* ---- whose it is ---- */

static void
a_release_that_names_but_its_message_is_of_the_batch_that_the_message_lodged(void **state)
{
	(void)state;
	lodged("M1", PART_REPLACE, "B1", "A", "W1:1", 1);
	lodged("M2", PART_REPLACE, "B2", "B", "W2:2", 1);
	out();
	released("M2", "", 5);
	assert_string_equal(out(), "released B2 @5");
	assert_string_equal(remarks(), "");
}

static void
a_hold_that_names_but_its_message_is_of_that_batch_too(void **state)
{
	(void)state;
	lodged("M1", PART_REPLACE, "B1", "A", "W1:1", 1);
	out();
	answered(JUYAN__V1__EVENT__WHAT_INSPECTED, "M1", "", 5);
	assert_string_equal(out(), "inspected B1  @5");
}

static void
an_answer_before_its_message_waits_and_is_joined_when_that_comes(void **state)
{
	(void)state;
	released("M1", "", 5);
	assert_string_equal(remarks(), "no_manifest");
	assert_int_equal(tally().waiting_units, 1);
	desk_reopen();
	lodged("M0", PART_REPLACE, "B0", "A", "W0:1", 6);
	assert_string_equal(out(), "manifest_lodged B0 [A] {W0:1} @6");
	lodged("M1", PART_REPLACE, "B1", "B", "W1:1", 7);
	assert_string_equal(out(), "manifest_lodged B1 [B] {W1:1} @7; released B1 @5");
	assert_int_equal(tally().waiting_units, 0);
}

static void
an_answer_whose_message_never_comes_is_left_for_a_person_by_its_number(void **state)
{
	struct book_waiting list[4];
	size_t n = 4;
	(void)state;
	released("M1", "", 5);
	desk.now_ms = AT(13 * 60);
	assert_int_equal(book_pass(desk.book, desk.now_ms, &desk.why), STATUS_OK);
	assert_string_equal(remarks(), "no_manifest too_late");
	assert_int_equal(tally().left, 1);
	arena_reset(&desk.out);
	assert_int_equal(book_waiting(desk.book, &desk.out, list, &n, &desk.why), STATUS_OK);
	assert_int_equal(n, 1);
	assert_true(list[0].too_late);
	assert_string_equal(list[0].message_no, "M1");
	lodged("M1", PART_REPLACE, "B1", "B", "W1:1", 7);
	assert_string_equal(out(), "manifest_lodged B1 [B] {W1:1} @7");
}

static void
an_answer_that_came_twice_counts_once(void **state)
{
	(void)state;
	lodged("M1", PART_REPLACE, "B1", "A", "W1:1", 1);
	out();
	for (int i = 0; i < 2; i++) {
		desk.key = "M1/11/5";
		released("M1", "", 5);
	}
	assert_string_equal(out(), "released B1 @5");
	assert_string_equal(remarks(), "repeated");
}

static void
an_answer_to_a_deletion_releases_nothing(void **state)
{
	(void)state;
	lodged("M1", PART_REPLACE, "B1", "A", "W1:1 W2:2", 1);
	lodged("M2", PART_DROP, "B1", "", "W1", 2);
	out();
	released("M2", "", 5);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_change");
}

/* ---- refusals ---- */

static void
a_refused_message_lodged_nothing(void **state)
{
	(void)state;
	lodged("V1", PART_ADD, "B1", "A", "", 1);
	lodged("M1", PART_REPLACE, "B1", "", "W1:1", 2);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @2");
	refused("M1", "", 5);
	assert_string_equal(out(), "manifest_deleted B1 @2+");
	lodged("M2", PART_REPLACE, "B1", "", "W7:7", 6);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W7:7} @6");
}

static void
of_a_refused_message_what_a_later_one_said_anew_stays(void **state)
{
	(void)state;
	lodged("M1", PART_ADD, "B1", "A", "W1:1 W2:2", 1);
	lodged("M2", PART_ADD, "B1", "", "W1:10", 2);
	out();
	refused("M1", "B1", 5);
	assert_string_equal(out(), "manifest_deleted B1 @2+"); /* its only unit was M1's */
	lodged("M3", PART_ADD, "B1", "A", "", 6);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:10} @6");
}

static void
a_manifest_that_is_refused_as_a_double_takes_nothing_from_the_first(void **state)
{
	(void)state;
	lodged("M1", PART_ADD, "B1", "A", "W1:1", 1);
	lodged("M2", PART_ADD, "B1", "A", "W1:1", 2);
	out();
	refused("M2", "", 5);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "differs");
}

static void
a_refusal_after_the_release_is_for_a_person(void **state)
{
	(void)state;
	lodged("M1", PART_ADD, "B1", "A", "W1:1", 1);
	released("M1", "B1", 3);
	out();
	refused("M1", "", 5);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "differs");
}

static void
a_refused_deletion_and_one_of_another_batch_are_for_a_person(void **state)
{
	(void)state;
	lodged("M1", PART_ADD, "B1", "A", "W1:1 W2:2", 1);
	lodged("M2", PART_DROP, "B1", "", "W1", 2);
	out();
	refused("M2", "", 5);
	refused("M1", "B2", 6);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "differs differs");
}

static void
a_refusal_before_its_message_waits_for_it(void **state)
{
	(void)state;
	refused("M1", "B1", 5);
	assert_string_equal(remarks(), "no_manifest");
	lodged("M1", PART_ADD, "B1", "A", "W1:1", 1);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @1; manifest_deleted B1 @1+");
}

static void
a_message_is_known_for_sixty_days(void **state)
{
	(void)state;
	lodged("M1", PART_ADD, "B1", "A", "W1:1", 1);
	out();
	desk.now_ms = AT(61 * 24 * 60);
	assert_int_equal(book_pass(desk.book, desk.now_ms, &desk.why), STATUS_OK);
	released("M1", "", 5);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_manifest");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_release_that_names_but_its_message_is_of_the_batch_that_the_message_lodged),
		TEST(a_hold_that_names_but_its_message_is_of_that_batch_too),
		TEST(an_answer_before_its_message_waits_and_is_joined_when_that_comes),
		TEST(an_answer_whose_message_never_comes_is_left_for_a_person_by_its_number),
		TEST(an_answer_that_came_twice_counts_once),
		TEST(an_answer_to_a_deletion_releases_nothing),
		TEST(a_refused_message_lodged_nothing),
		TEST(of_a_refused_message_what_a_later_one_said_anew_stays),
		TEST(a_manifest_that_is_refused_as_a_double_takes_nothing_from_the_first),
		TEST(a_refusal_after_the_release_is_for_a_person),
		TEST(a_refused_deletion_and_one_of_another_batch_are_for_a_person),
		TEST(a_refusal_before_its_message_waits_for_it),
		TEST(a_message_is_known_for_sixty_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

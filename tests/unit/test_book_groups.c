/* A gateway's book: what is entered in one sync, what of it fails, and what is told of it. */
#include "check.h"

#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)
#define PLATES "A B C D E F G H"

static int
begin_with_a_manifest(void **state)
{
	desk_begin(state);
	part(PART_WHOLE, "B1", PLATES, "W:1", 0);
	out();
	return 0;
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, begin_with_a_manifest, desk_end)

static void
what_was_not_committed_was_never_there(void **state)
{
	(void)state;
	assert_int_equal(book_begin(desk.book, &desk.why), STATUS_OK);
	desk.key = "k1";
	arrived("A", 1);
	arrived("X", 1);
	assert_string_equal(remarks(), ""); /* none is told before it is on disk */
	assert_int_equal(tally().messages, 3);
	desk_reopen();
	assert_int_equal(tally().messages, 1);
	assert_int_equal(tally().waiting_units, 0);
	assert_int_equal(book_begin(desk.book, &desk.why), STATUS_OK);
	desk.key = "k1";
	arrived("A", 1);
	weighed("A", -1, 1);
	assert_int_equal(book_commit(desk.book, &desk.why), STATUS_OK);
	assert_string_equal(remarks(), "implausible");
	desk_reopen();
	assert_string_equal(out(), "unit_arrived B1 A @1");
}

/* More than the book can keep of one message. */
static void
say_too_much(void)
{
	static uint8_t much[50 << 20];
	say_arrived("Y", "", AT(4));
	desk.findings.messages[desk.findings.n_messages - 1] = (struct span){ much, sizeof much };
}

static void
one_that_fails_takes_nothing_of_its_group_with_it(void **state)
{
	(void)state;
	assert_int_equal(book_begin(desk.book, &desk.why), STATUS_OK);
	arrived("A", 1);
	say_arrived("B", "", AT(2));
	say_arrived("X", "", AT(3));
	say_too_much();
	assert_int_equal(desk_try(), STATUS_TOO_LARGE);
	arrived("C", 5);
	assert_int_equal(book_commit(desk.book, &desk.why), STATUS_OK);
	assert_string_equal(remarks(), "");
	assert_string_equal(out(), "unit_arrived B1 A @1; unit_arrived B1 C @5");
	assert_int_equal(tally().waiting_units, 0);
	assert_int_equal(tally().messages, 3);
}

/* What is undone with its findings is not counted, either. */
static void
of_very_many_remarks_at_once_all_are_counted(void **state)
{
	(void)state;
	assert_int_equal(book_begin(desk.book, &desk.why), STATUS_OK);
	for (int i = 0; i < 1500; i++)
		say_weighed("", "", "s1", 5, AT(1));
	desk_enter();
	for (int i = 0; i < 100; i++)
		say_weighed("", "", "s1", 5, AT(1));
	say_too_much();
	assert_int_equal(desk_try(), STATUS_TOO_LARGE);
	desk.source = "gate-2";
	say_weighed("", "", "s1", 5, AT(1));
	desk_enter();
	assert_int_equal(desk.untold, 0);
	assert_int_equal(book_commit(desk.book, &desk.why), STATUS_OK);
	assert_int_equal(tally().remarks[REMARK_lacks], 1501);
	assert_int_equal(desk.untold, 1501 - 1024);
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(1));
	desk_enter();
	assert_int_equal(desk.untold, 1501 - 1024);
}

/* It would need more memory after each restart, too: it is given up, not the process. */
static void
an_event_that_needs_more_memory_than_there_is_for_one_is_too_large(void **state)
{
	(void)state;
	enum { MANY = 800000 };
	Juyan__V1__ManifestLodged *said = say_part(PART_DROP, "B1", "", "W", AT(1))->event->manifest_lodged;
	Juyan__V1__Waybill **waybills = malloc(MANY * sizeof(void *));
	assert_non_null(waybills);
	for (size_t i = 0; i < MANY; i++)
		waybills[i] = said->waybills[0];
	said->waybills = waybills;
	said->n_waybills = MANY;
	assert_int_equal(desk_try(), STATUS_TOO_LARGE);
	assert_non_null(strstr(desk.why.text, "for one event"));
	free(waybills);
	assert_int_equal(tally().messages, 1);
	arrived("A", 2);
	assert_string_equal(out(), "unit_arrived B1 A @2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(what_was_not_committed_was_never_there),
		WITH(one_that_fails_takes_nothing_of_its_group_with_it),
		WITH(of_very_many_remarks_at_once_all_are_counted),
		WITH(an_event_that_needs_more_memory_than_there_is_for_one_is_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

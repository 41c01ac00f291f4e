/*
 * A gateway's book: to which batch an event of a unit belongs, each rule of book_units.h through the book's face; and what waits.
 */
#include "check.h"

#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)
#define LODGED(batch, unit, at) "manifest_lodged " batch " [" unit "] {W:1} @" at

static void
a_unit_goes_to_the_batch_whose_manifest_names_it(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A B", "W:1", 1);
	part(PART_WHOLE, "B2", "C", "W:1", 1);
	out();
	arrived("B", 10);
	weighed("C", 70000, 11);
	departed("A", 12);
	assert_string_equal(out(), "unit_arrived B1 B @10; unit_weighed B2 C 70000 @11; unit_departed B1 A @12");
	assert_string_equal(remarks(), "");
}

static void
plates_are_compared_plain_and_go_out_as_the_manifest_writes_them(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "1234_УНА", "W:1", 1);
	out();
	arrived("1234-уна", 2);
	departed("1234УНА", 3);
	assert_string_equal(out(), "unit_arrived B1 1234 УНА @2; unit_departed B1 1234 УНА @3");
}

static void
a_batch_that_is_said_holds(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	out();
	desk.batch = "B9";
	arrived("A", 2);
	assert_string_equal(out(), "unit_arrived B9 A @2");
}

static void
ports_are_apart(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	out();
	desk.port = "wuliji";
	arrived("A", 2);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_manifest");
}

static void
what_no_manifest_names_waits_and_is_taken_up_in_the_order_of_its_times(void **state)
{
	(void)state;
	departed("A", 30);
	arrived("A", 10);
	weighed("A", 70000, 20);
	arrived("B", 11);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_manifest no_manifest no_manifest no_manifest");
	assert_int_equal(tally().waiting_units, 4);
	desk_reopen();
	part(PART_WHOLE, "B1", "A", "W:1", 5);
	assert_string_equal(out(),
	    LODGED("B1", "A", "5") "; unit_arrived B1 A @10; unit_weighed B1 A 70000 @20; unit_departed B1 A @30");
	assert_string_equal(remarks(), "");
	assert_int_equal(tally().waiting_units, 1);
}

static void
a_part_without_waybills_names_its_units_already(void **state)
{
	(void)state;
	arrived("A", 10);
	part(PART_REPLACE, "B1", "A", "", 5);
	assert_string_equal(out(), "unit_arrived B1 A @10");
}

static void
what_was_seen_after_it_left_waits_for_the_next_manifest(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10);
	departed("A", 60);
	out();
	arrived("A", 300);
	assert_string_equal(out(), "");
	weighed("A", 70000, 30); /* from before it left, and late: still of the batch that it left */
	assert_string_equal(out(), "unit_weighed B1 A 70000 @30");
	part(PART_WHOLE, "B2", "A", "W:1", 290);
	assert_string_equal(out(), LODGED("B2", "A", "290") "; unit_arrived B2 A @300");
	departed("A", 350);
	assert_string_equal(out(), "unit_departed B2 A @350");
}

/* The gate of a way out speaks first; the scale behind it, customs and the next gate speak of the same crossing. */
static void
what_is_heard_just_after_a_unit_left_is_of_the_batch_that_it_left(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10);
	departed("A", 60);
	part(PART_WHOLE, "B2", "A", "W:1", 60); /* of its next crossing */
	out();
	weighed("A", 7, 61);
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(62));
	findings_last(&desk.findings)->unit_id = "A";
	desk_enter();
	departed("A", 63);
	assert_string_equal(out(), "unit_weighed B1 A 7 @61; released B1 @62; unit_departed B1 A @63");
	arrived("A", 65);
	weighed("A", 8, 66);
	departed("A", 90);
	weighed("A", 9, 105);
	assert_string_equal(out(),
	    "unit_arrived B2 A @65; unit_weighed B2 A 8 @66; unit_departed B2 A @90; unit_weighed B2 A 9 @105");
	remarks();
	weighed("A", 9, 106);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_manifest");
}

/* The scale's clock is the gateway's own. */
static void
a_gate_whose_clock_is_behind_sees_a_unit_leave_before_it_was_weighed(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10);
	departed("A", 60);
	part(PART_WHOLE, "B2", "A", "W:1", 61);
	arrived("A", 66);
	weighed("A", 8, 72);
	out();
	departed("A", 71);
	weighed("A", 9, 72);
	assert_string_equal(out(), "unit_departed B2 A @71; unit_weighed B2 A 9 @72");
}

static void
a_second_crossing_on_one_day_goes_to_the_new_batch(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10);
	departed("A", 60);
	part(PART_WHOLE, "B2", "A", "W:1", 90);
	out();
	arrived("A", 120);
	departed("A", 150);
	weighed("A", 5, 59);
	weighed("A", 6, 140);
	assert_string_equal(out(),
	    "unit_arrived B2 A @120; unit_departed B2 A @150; unit_weighed B1 A 5 @59; unit_weighed B2 A 6 @140");
}

static void
of_several_that_it_has_not_left_an_arrival_goes_to_the_latest(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10); /* nobody told that it left */
	part(PART_WHOLE, "B2", "A", "W:1", 1440);
	arrived("A", 1500);
	departed("A", 1560);
	out();
	assert_string_equal(remarks(), "");
	arrived("A", 20); /* late, from the first day */
	assert_string_equal(out(), "unit_arrived B1 A @20");
}

static void
a_unit_leaves_under_the_batch_under_which_it_was_seen(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	arrived("A", 10);
	part(PART_WHOLE, "B2", "A", "W:1", 30); /* of its next crossing, lodged while it is still here */
	out();
	weighed("A", 7, 40);
	departed("A", 50);
	arrived("A", 200);
	departed("A", 220);
	assert_string_equal(out(),
	    "unit_weighed B1 A 7 @40; unit_departed B1 A @50; unit_arrived B2 A @200; unit_departed B2 A @220");
}

static void
nothing_leaves_under_a_manifest_that_was_lodged_long_after(void **state)
{
	(void)state;
	departed("A", 10);
	part(PART_WHOLE, "B1", "A", "W:1", 71);
	assert_string_equal(out(), LODGED("B1", "A", "71"));
	part(PART_WHOLE, "B2", "A", "W:1", 70);
	assert_string_equal(out(), LODGED("B2", "A", "70") "; unit_departed B2 A @10");
}

static void
what_was_seen_long_before_is_of_another_crossing(void **state)
{
	(void)state;
	desk.options.wait_ms = 3 * 1440 * INT64_C(60000);
	desk_reopen();
	arrived("A", 10);
	part(PART_WHOLE, "B1", "A", "W:1", 10 + 721);
	assert_string_equal(out(), LODGED("B1", "A", "731"));
	part(PART_WHOLE, "B2", "A", "W:1", 10 + 720);
	assert_string_equal(out(), LODGED("B2", "A", "730") "; unit_arrived B2 A @10");
}

static void
a_unit_that_was_dropped_or_whose_manifest_was_is_not_named(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A B", "W:1", 1);
	part(PART_DROP, "B1", "A", "", 2);
	out();
	arrived("A", 3);
	assert_string_equal(out(), "");
	part(PART_DROP, "B1", "", "", 4);
	arrived("B", 5);
	assert_string_equal(out(), "manifest_deleted B1 @4");
	part(PART_ADD, "B1", "A B", "", 6);
	assert_string_equal(out(), "unit_arrived B1 A @3; unit_arrived B1 B @5");
}

static void
what_waits_too_long_is_left_for_a_person(void **state)
{
	struct book_waiting list[4];
	size_t n = 4;
	(void)state;
	arrived("A", 10);
	remarks();
	pass(AT(719));
	assert_string_equal(remarks(), "");
	assert_int_equal(book_waiting(desk.book, &desk.out, list, &n, &desk.why), STATUS_OK);
	assert_int_equal(n, 1);
	assert_false(list[0].too_late);
	assert_string_equal(list[0].source, "gate-1");
	assert_string_equal(list[0].event->unit_arrived->unit_id, "A");
	assert_int_equal(list[0].since_ms, AT(0));
	assert_int_equal(list[0].raw, 1);
	pass(AT(720));
	assert_string_equal(remarks(), "too_late");
	assert_int_equal(tally().waiting_units, 0);
	assert_int_equal(tally().left, 1);
	part(PART_WHOLE, "B1", "A", "W:1", 5);
	assert_string_equal(out(), LODGED("B1", "A", "5"));
	n = 4;
	assert_int_equal(book_waiting(desk.book, &desk.out, list, &n, &desk.why), STATUS_OK);
	assert_int_equal(n, 1);
	assert_true(list[0].too_late);
	pass(AT(720 + 60 * 1440));
	assert_int_equal(tally().left, 0);
	n = 4;
	assert_int_equal(book_waiting(desk.book, &desk.out, list, &n, &desk.why), STATUS_OK);
	assert_int_equal(n, 0);
}

/* The plates that wait and are left, oldest first; those that are left in brackets. */
static const char *
those_that_wait(void)
{
	static char text[BOOK_TEXT];
	static struct book_waiting list[64];
	size_t n = 64;
	text[0] = '\0';
	assert_int_equal(book_waiting(desk.book, &desk.out, list, &n, &desk.why), STATUS_OK);
	for (size_t i = 0; i < n; i++)
		add_text(text, list[i].too_late ? "%s[%s]" : "%s%s", i > 0 ? " " : "", list[i].event->unit_arrived->unit_id);
	return text;
}

static void
what_is_left_gives_way_before_what_waits(void **state)
{
	(void)state;
	desk.options.waiting_max = 3;
	desk_reopen();
	arrived("A", 1);
	arrived("B", 2);
	pass(AT(720));
	arrived("C", 721);
	assert_string_equal(those_that_wait(), "[A] [B] C");
	remarks();
	arrived("D", 722);
	assert_string_equal(remarks(), "too_late no_manifest");
	assert_string_equal(those_that_wait(), "[B] C D");
	assert_int_equal(tally().left, 1);
	assert_int_equal(tally().waiting_units, 2);
	arrived("E", 723);
	arrived("F", 724);
	assert_string_equal(those_that_wait(), "D E F");
	assert_int_equal(tally().left, 0);
	assert_int_equal(tally().waiting_units, 3);
	pass(AT(5000)); /* what was noted of those that are gone hurts nobody */
	assert_string_equal(those_that_wait(), "[D] [E] [F]");
}

static void
a_source_that_fills_the_list_holds_up_itself_alone(void **state)
{
	(void)state;
	char plate[16];
	desk.options.waiting_max = 6;
	desk_reopen();
	desk.source = "quiet";
	arrived("A", 1);
	desk.source = "mad";
	for (int i = 0; i < 40; i++) {
		snprintf(plate, sizeof plate, "X%d", i);
		arrived(plate, 2);
	}
	assert_string_equal(those_that_wait(), "A X35 X36 X37 X38 X39");
	desk_reopen();
	desk.source = "quiet";
	arrived("B", 3);
	say_weighed("", "L1", "s1", 5, AT(3));
	desk_enter();
	assert_int_equal(tally().waiting_units, 5);
	assert_int_equal(tally().waiting_weighings, 1);
	remarks();
	part(PART_WHOLE, "B1", "A B X38 X2", "W:1", 5);
	assert_string_equal(out(),
	    LODGED("B1", "A B X38 X2", "5") "; unit_arrived B1 A @1; unit_arrived B1 B @3; unit_arrived B1 X38 @2");
	assert_string_equal(remarks(), "");
	assert_int_equal(tally().waiting_units, 2);
	assert_int_equal(tally().left, 0);
}

/* 35 gave way, one with each that came after the list was full. */
static void
nothing_gives_way_without_a_remark(void **state)
{
	(void)state;
	desk.options.waiting_max = 5;
	desk_reopen();
	for (int i = 0; i < 40; i++)
		arrived("A", i);
	assert_int_equal(tally().remarks[REMARK_too_late], 35);
	assert_int_equal(tally().waiting_units, 5);
}

static void
what_is_of_no_unit_and_no_batch_lacks_it(void **state)
{
	(void)state;
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(1));
	desk_event(JUYAN__V1__EVENT__WHAT_INSPECTED, AT(1));
	desk_event(JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, AT(1));
	say_arrived("", "", AT(1));
	say_weighed("", "", "s1", 5, AT(1));
	desk_enter();
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "lacks lacks lacks lacks lacks");
}

static void
releases_and_inspections_of_a_batch_go_out_as_they_are(void **state)
{
	(void)state;
	desk.batch = "B1";
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(1));
	desk.batch = "B1";
	desk_event(JUYAN__V1__EVENT__WHAT_INSPECTED, AT(2));
	desk_enter();
	part(PART_WHOLE, "B2", "A", "W:1", 3);
	desk_event(JUYAN__V1__EVENT__WHAT_INSPECTED, AT(4))->inspected->unit_id = desk_text("a");
	desk_enter();
	assert_string_equal(out(), "released B1 @1; inspected B1  @2; " LODGED("B2", "A", "3") "; inspected B2 A @4");
}

static void
a_release_that_names_but_a_unit_is_of_its_batch(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W:1", 1);
	out();
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(2));
	findings_last(&desk.findings)->unit_id = "a";
	desk_enter();
	assert_string_equal(out(), "released B1 @2");
	desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(3));
	findings_last(&desk.findings)->unit_id = "C";
	desk_enter();
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_manifest");
}

static void
a_release_before_its_manifest_counts_when_it_is_said_again(void **state)
{
	static const char *const outs[] = { "", "released B1 @2", "" }, *const said[] = { "no_manifest", "", "repeated" };
	(void)state;
	for (int n = 0; n < 3; n++) {
		desk_event(JUYAN__V1__EVENT__WHAT_RELEASED, AT(2))->source_key = desk_text("k");
		findings_last(&desk.findings)->unit_id = "A";
		desk_enter();
		assert_string_equal(out(), outs[n]);
		assert_string_equal(remarks(), said[n]);
		if (n == 0)
			part(PART_WHOLE, "B1", "A", "W:1", 1);
		out();
	}
}

static void
a_machine_is_of_no_batch(void **state)
{
	(void)state;
	Juyan__V1__Event *event = desk_event(JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED, AT(1));
	event->machine_reported->machine = desk_text("agv-1");
	event->machine_reported->kind = JUYAN__V1__MACHINE_KIND__VEHICLE;
	event->machine_reported->condition = JUYAN__V1__CONDITION__WORKING;
	desk_enter();
	assert_string_equal(out(), "machine_reported @1");
}

static void
what_is_no_event_is_a_remark_and_nothing_else(void **state)
{
	char text[200];
	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	arrived(text, 1);
	desk.batch = text;
	arrived("A", 1);
	desk.key = text;
	arrived("A", 1);
	weighed("A", -1, 1);
	say_arrived("A", "", INT64_MAX);
	desk_enter();
	say_arrived("A", "", INT64_MIN);
	desk_enter();
	desk_event(JUYAN__V1__EVENT__WHAT_NOTED, AT(1));
	desk_enter();
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "implausible implausible implausible implausible implausible implausible strange");
	assert_int_equal(tally().waiting_units, 0);
	assert_int_equal(tally().remarks[REMARK_implausible], 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_unit_goes_to_the_batch_whose_manifest_names_it),
		TEST(plates_are_compared_plain_and_go_out_as_the_manifest_writes_them),
		TEST(a_batch_that_is_said_holds),
		TEST(ports_are_apart),
		TEST(what_no_manifest_names_waits_and_is_taken_up_in_the_order_of_its_times),
		TEST(a_part_without_waybills_names_its_units_already),
		TEST(what_was_seen_after_it_left_waits_for_the_next_manifest),
		TEST(what_is_heard_just_after_a_unit_left_is_of_the_batch_that_it_left),
		TEST(a_gate_whose_clock_is_behind_sees_a_unit_leave_before_it_was_weighed),
		TEST(a_second_crossing_on_one_day_goes_to_the_new_batch),
		TEST(of_several_that_it_has_not_left_an_arrival_goes_to_the_latest),
		TEST(a_unit_leaves_under_the_batch_under_which_it_was_seen),
		TEST(nothing_leaves_under_a_manifest_that_was_lodged_long_after),
		TEST(what_was_seen_long_before_is_of_another_crossing),
		TEST(a_unit_that_was_dropped_or_whose_manifest_was_is_not_named),
		TEST(what_waits_too_long_is_left_for_a_person),
		TEST(what_is_left_gives_way_before_what_waits),
		TEST(a_source_that_fills_the_list_holds_up_itself_alone),
		TEST(nothing_gives_way_without_a_remark),
		TEST(what_is_of_no_unit_and_no_batch_lacks_it),
		TEST(releases_and_inspections_of_a_batch_go_out_as_they_are),
		TEST(a_release_that_names_but_a_unit_is_of_its_batch),
		TEST(a_release_before_its_manifest_counts_when_it_is_said_again),
		TEST(a_machine_is_of_no_batch),
		TEST(what_is_no_event_is_a_remark_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

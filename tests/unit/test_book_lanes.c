/* A gateway's book: which vehicle stood on a scale, each rule of book_lanes.h through the book's face. */
#include "check.h"

#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)

static int
begin_with_manifests(void **state)
{
	desk_begin(state);
	part(PART_WHOLE, "BA", "A", "W:1", 0);
	part(PART_WHOLE, "BB", "B", "W:1", 0);
	part(PART_WHOLE, "BC", "C", "W:1", 0);
	out();
	return 0;
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, begin_with_manifests, desk_end)

static void
saw(const char *unit_id, const char *lane, int minutes)
{
	say_arrived(unit_id, lane, AT(minutes));
	desk_enter();
}

static void
stood(const char *lane, const char *scale, int64_t kg, int minutes)
{
	say_weighed("", lane, scale, kg, AT(minutes));
	desk_enter();
}

static void
a_weighing_belongs_to_the_vehicle_seen_last_before_it(void **state)
{
	(void)state;
	saw("A", "L1", 9);
	saw("B", "L1", 10);
	saw("C", "L2", 11);
	out();
	stood("L1", "s1", 700, 12);
	assert_string_equal(out(), "unit_weighed BB B 700 @12");
	assert_string_equal(remarks(), "");
}

static void
and_to_none_that_was_seen_too_long_before(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	out();
	stood("L1", "s1", 700, 16);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "no_vehicle");
	assert_int_equal(tally().waiting_weighings, 1);
	stood("L1", "s1", 701, 15);
	assert_string_equal(out(), "unit_weighed BA A 701 @15");
}

static void
one_vehicle_gets_one_weighing_of_a_scale_for_each_time_that_it_was_seen(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	out();
	stood("L1", "s1", 700, 11);
	stood("L1", "s1", 701, 12);
	assert_string_equal(out(), "unit_weighed BA A 700 @11");
	assert_string_equal(remarks(), "no_vehicle");
	stood("L1", "s2", 702, 12);
	assert_string_equal(out(), "unit_weighed BA A 702 @12");
	saw("A", "L1", 14); /* once more: the weighing that waits was before it, and near */
	assert_string_equal(out(), "unit_arrived BA A @14; unit_weighed BA A 701 @12");
}

static void
never_to_one_behind_which_another_was_seen(void **state)
{
	(void)state;
	saw("A", "L1", 9); /* drove past the scale */
	saw("B", "L1", 10);
	out();
	stood("L1", "s1", 700, 11);
	stood("L1", "s1", 701, 12);
	assert_string_equal(out(), "unit_weighed BB B 700 @11");
	assert_string_equal(remarks(), "no_vehicle");
}

static void
a_weighing_that_comes_first_waits_for_its_vehicle(void **state)
{
	(void)state;
	stood("L1", "s1", 700, 10);
	stood("L1", "s1", 800, 30);
	assert_string_equal(remarks(), "no_vehicle no_vehicle");
	desk_reopen();
	saw("A", "L1", 12); /* a camera behind the scale */
	saw("B", "L1", 29); /* its message was late */
	assert_string_equal(out(),
	    "unit_arrived BA A @12; unit_weighed BA A 700 @10; unit_arrived BB B @29; unit_weighed BB B 800 @30");
	assert_int_equal(tally().waiting_weighings, 0);
}

static void
where_the_one_before_has_its_weighing_it_is_the_one_after(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	saw("B", "L1", 14);
	out();
	stood("L1", "s1", 700, 11);
	stood("L1", "s1", 800, 12);
	assert_string_equal(out(), "unit_weighed BA A 700 @11; unit_weighed BB B 800 @12");
}

static void
between_two_without_a_weighing_it_is_the_one_before(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	saw("B", "L1", 12);
	out();
	stood("L1", "s1", 700, 11);
	assert_string_equal(out(), "unit_weighed BA A 700 @11");
}

static void
a_gate_that_weighs_has_weighed_for_its_own_scale(void **state)
{
	(void)state;
	say_weighed("A", "L1", "s1", 650, AT(10));
	desk_enter();
	assert_string_equal(out(), "unit_weighed BA A 650 @10");
	stood("L1", "s1", 651, 11);
	assert_string_equal(remarks(), "no_vehicle");
	stood("L1", "s2", 652, 11);
	assert_string_equal(out(), "unit_weighed BA A 652 @11");
}

static void
a_vehicle_that_leaves_through_the_lane_was_seen_too(void **state)
{
	(void)state;
	say_departed("A", "L1", AT(10));
	desk_enter();
	out();
	stood("L1", "s1", 700, 9);
	assert_string_equal(out(), "unit_weighed BA A 700 @9");
}

static void
a_paired_weighing_without_a_manifest_waits_for_that(void **state)
{
	(void)state;
	saw("X", "L1", 10);
	stood("L1", "s1", 700, 11);
	assert_string_equal(remarks(), "no_manifest no_manifest");
	assert_int_equal(tally().waiting_units, 2);
	part(PART_WHOLE, "BX", "X", "W:1", 20);
	assert_string_equal(out(), "manifest_lodged BX [X] {W:1} @20; unit_arrived BX X @10; unit_weighed BX X 700 @11");
	stood("L1", "s1", 700, 40);
	assert_string_equal(remarks(), "no_vehicle");
	saw("Y", "L1", 41); /* from one waiting to the other: it waits as long as in all */
	assert_string_equal(remarks(), "no_manifest no_manifest");
	assert_int_equal(tally().waiting_weighings, 0);
	pass(AT(720));
	assert_string_equal(remarks(), "too_late too_late");
}

static void
stood_behind_the_gate(const char *lane, const char *scale, int64_t kg, int minutes)
{
	say_weighed("", lane, scale, kg, AT(minutes));
	findings_last(&desk.findings)->seen_before = true;
	desk_enter();
}

/* The plate of the second was not read: its weighing is for a person, and the third has its own. */
static void
where_the_gate_stands_before_the_scale_an_unread_plate_shifts_nobody(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	stood_behind_the_gate("L1", "s1", 700, 11);
	stood_behind_the_gate("L1", "s1", 800, 13);
	assert_string_equal(out(), "unit_arrived BA A @10; unit_weighed BA A 700 @11");
	assert_string_equal(remarks(), "no_vehicle");
	desk_reopen();
	saw("C", "L1", 14);
	stood_behind_the_gate("L1", "s1", 900, 15);
	assert_string_equal(out(), "unit_arrived BC C @14; unit_weighed BC C 900 @15");
	assert_int_equal(tally().waiting_weighings, 1);
	saw("B", "L1", 12); /* its message was late */
	assert_string_equal(out(), "unit_arrived BB B @12; unit_weighed BB B 800 @13");
	assert_int_equal(tally().waiting_weighings, 0);
}

static void
a_weighing_that_waits_too_long_is_left_for_a_person(void **state)
{
	(void)state;
	stood("L1", "s1", 700, 10);
	remarks();
	pass(AT(720));
	assert_string_equal(remarks(), "too_late");
	assert_int_equal(tally().waiting_weighings, 0);
	saw("A", "L1", 10);
	assert_string_equal(out(), "unit_arrived BA A @10");
}

static void
vehicles_in_lanes_are_forgotten(void **state)
{
	(void)state;
	saw("A", "L1", 10);
	out();
	pass(AT(724)); /* wait_ms and pair_ms after it was entered */
	stood("L1", "s1", 700, 10);
	assert_string_equal(out(), "unit_weighed BA A 700 @10");
	pass(AT(725));
	stood("L1", "s2", 700, 10);
	assert_string_equal(out(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_weighing_belongs_to_the_vehicle_seen_last_before_it),
		WITH(and_to_none_that_was_seen_too_long_before),
		WITH(one_vehicle_gets_one_weighing_of_a_scale_for_each_time_that_it_was_seen),
		WITH(never_to_one_behind_which_another_was_seen),
		WITH(a_weighing_that_comes_first_waits_for_its_vehicle),
		WITH(where_the_one_before_has_its_weighing_it_is_the_one_after),
		WITH(between_two_without_a_weighing_it_is_the_one_before),
		WITH(a_gate_that_weighs_has_weighed_for_its_own_scale),
		WITH(a_vehicle_that_leaves_through_the_lane_was_seen_too),
		WITH(a_paired_weighing_without_a_manifest_waits_for_that),
		WITH(where_the_gate_stands_before_the_scale_an_unread_plate_shifts_nobody),
		WITH(a_weighing_that_waits_too_long_is_left_for_a_person),
		WITH(vehicles_in_lanes_are_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A gateway's book: the parts of manifests, each rule of book_manifest.h through the book's face. */
#include "check.h"

#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)

static void
a_manifest_goes_out_when_it_has_units_a_direction_and_waybills(void **state)
{
	(void)state;
	part(PART_REPLACE, "B1", "", "W1:1000 W2:500", 1);
	assert_string_equal(out(), "");
	part(PART_REPLACE, "B1", "蒙A1", "", 3);
	assert_string_equal(out(), "manifest_lodged B1 [蒙A1] {W1:1000 W2:500} @3");
	assert_string_equal(remarks(), "");
}

static void
a_part_that_knows_no_direction_waits_for_one_that_does(void **state)
{
	(void)state;
	struct finding *finding = say_part(PART_ADD, "B1", "A", "W1:1", AT(1));
	finding->whatever_direction = true;
	finding->event->manifest_lodged->direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	desk_enter();
	assert_string_equal(out(), "");
	part(PART_ADD, "B1", "B", "", 2);
	assert_string_equal(out(), "manifest_lodged B1 [A B] {W1:1} @2");
}

static void
a_part_without_direction_that_should_know_it_lacks_it(void **state)
{
	(void)state;
	struct finding *finding = say_part(PART_ADD, "B1", "A", "W1:1", AT(1));
	finding->event->manifest_lodged->direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	desk_enter();
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "lacks");
}

static void
an_empty_vehicle_needs_no_waybills(void **state)
{
	(void)state;
	say_part(PART_REPLACE, "B1", "A", "", AT(1))->without_goods = true;
	desk_enter();
	assert_string_equal(out(), "manifest_lodged B1 [A] {} @1");
	part(PART_ADD, "B1", "", "W1:7", 2);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:7} @2");
}

static void
a_part_is_added_replaced_or_dropped(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A B", "W1:1 W2:2", 1);
	assert_string_equal(out(), "manifest_lodged B1 [A B] {W1:1 W2:2} @1");
	part(PART_ADD, "B1", "", "W2:20 W3:3", 2);
	assert_string_equal(out(), "manifest_lodged B1 [A B] {W1:1 W2:20 W3:3} @2");
	part(PART_REPLACE, "B1", "C", "", 3);
	assert_string_equal(out(), "manifest_lodged B1 [C] {W1:1 W2:20 W3:3} @3");
	part(PART_DROP, "B1", "", "W1", 4);
	assert_string_equal(out(), "manifest_lodged B1 [C] {W2:20 W3:3} @4");
	part(PART_WHOLE, "B1", "D", "W9:9", 5);
	assert_string_equal(out(), "manifest_lodged B1 [D] {W9:9} @5");
	part(PART_DROP, "B1", "", "", 6);
	assert_string_equal(out(), "manifest_deleted B1 @6");
	part(PART_ADD, "B1", "", "W9:9", 7);
	assert_string_equal(out(), "");
	part(PART_ADD, "B1", "D", "", 8);
	assert_string_equal(out(), "manifest_lodged B1 [D] {W9:9} @8");
}

static void
what_changes_nothing_does_not_go_out_again(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @1");
	part(PART_WHOLE, "B1", "A", "W1:1", 2);
	assert_string_equal(out(), "");
}

static void
an_older_part_does_not_replace_a_newer_one(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:2", 10);
	out();
	part(PART_WHOLE, "B1", "A", "W1:1", 5);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "overtaken");
	part(PART_ADD, "B1", "", "W1:1 W2:1", 9);
	assert_string_equal(out(), "");
	part(PART_DROP, "B1", "", "", 9);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "overtaken overtaken");
}

static void
a_deletion_is_not_undone_by_an_older_manifest(void **state)
{
	(void)state;
	part(PART_DROP, "B1", "", "", 10);
	assert_string_equal(out(), "manifest_deleted B1 @10");
	part(PART_WHOLE, "B1", "A", "W1:1", 9);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "overtaken");
	part(PART_WHOLE, "B1", "A", "W1:1", 11);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @11");
}

static void
of_a_late_part_what_is_not_known_otherwise_holds(void **state)
{
	(void)state;
	part(PART_ADD, "B1", "A", "W1:1", 10);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @10");
	part(PART_ADD, "B1", "", "W1:9 W2:2", 5); /* it was sent before, and comes late: the centre has to take it */
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1 W2:2} @10+");
	part(PART_ADD, "B1", "", "W3:3", 6);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1 W2:2 W3:3} @10++");
}

static void
what_was_dropped_is_not_brought_back_by_an_older_part(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1 W2:2", 1);
	part(PART_DROP, "B1", "", "W2", 5);
	part(PART_ADD, "B1", "", "W2:2", 4);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1 W2:2} @1; manifest_lodged B1 [A] {W1:1} @5");
	part(PART_DROP, "B1", "", "W3", 8); /* also before it came */
	part(PART_ADD, "B1", "", "W3:3", 7);
	assert_string_equal(out(), "");
}

static void
a_manifest_that_loses_its_last_unit_or_waybill_is_taken_back(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	part(PART_DROP, "B1", "A", "", 2);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @1; manifest_deleted B1 @2");
	part(PART_ADD, "B1", "B", "", 3);
	part(PART_DROP, "B1", "", "W1", 4);
	assert_string_equal(out(), "manifest_lodged B1 [B] {W1:1} @3; manifest_deleted B1 @4");
}

static void
a_plate_in_another_writing_is_the_same_unit(void **state)
{
	(void)state;
	part(PART_ADD, "B1", "1234_уна", "W1:1", 1);
	part(PART_ADD, "B1", "1234-УНА", "", 2);
	assert_string_equal(out(), "manifest_lodged B1 [1234 уна] {W1:1} @1");
	desk.batch = "B2"; /* seen under its batch before the manifest came: that writing holds */
	arrived("蒙A·12345", 3);
	part(PART_WHOLE, "B2", "蒙A12345", "W1:1", 4);
	assert_string_equal(out(), "unit_arrived B2 蒙A·12345 @3; manifest_lodged B2 [蒙A·12345] {W1:1} @4");
}

static void
manifest_deleted_of_a_machine_deletes(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	desk.batch = "B1";
	desk_event(JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, AT(2));
	desk_enter();
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1} @1; manifest_deleted B1 @2");
}

static void
a_part_that_makes_too_much_is_refused_and_changes_nothing(void **state)
{
	char units[4096] = "";
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	out();
	for (int i = 0; i < UNITS_MAX; i++)
		snprintf(units + strlen(units), sizeof units - strlen(units), "U%d ", i);
	part(PART_ADD, "B1", units, "", 2);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "implausible");
	part(PART_ADD, "B1", "", "W2:2", 3);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1 W2:2} @3");
	part(PART_REPLACE, "B1", units, "", 4);
	assert_non_null(strstr(out(), "U127]"));
}

static void
a_manifest_of_too_many_bytes_is_refused_and_changes_nothing(void **state)
{
	char text[TEXT_BYTES_MAX + 1];
	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	out();
	struct finding *finding = say_part(PART_ADD, "B1", "", "W2:2", AT(2));
	Juyan__V1__Waybill *waybill = finding->event->manifest_lodged->waybills[0];
	for (int i = 0; i < 200; i++) {
		Juyan__V1__GoodsLine *line = findings_new(&desk.findings, &juyan__v1__goods_line__descriptor);
		line->description = text;
		assert_true(findings_append(&desk.findings, &waybill->goods, &waybill->n_goods, line));
	}
	desk_enter();
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "implausible");
	part(PART_ADD, "B1", "", "W3:3", 3);
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:1 W3:3} @3");
}

static void
a_unit_twice_in_a_part_is_refused(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A A", "W1:1", 1);
	assert_string_equal(out(), "");
	assert_string_equal(remarks(), "implausible");
}

static void
a_batch_is_forgotten_sixty_days_after_its_last_change(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A", "W1:1", 1);
	pass(AT(59 * 1440));
	part(PART_ADD, "B1", "", "W2:2", 2);
	out();
	pass(AT(118 * 1440));
	part(PART_ADD, "B1", "", "W1:3", 3); /* it is still known */
	assert_string_equal(out(), "manifest_lodged B1 [A] {W1:3 W2:2} @3");
	pass(AT(179 * 1440));
	part(PART_ADD, "B1", "", "W1:4", 4);
	assert_string_equal(out(), "");
	arrived("A", 5);
	assert_string_equal(out(), "");
}

static void
a_batch_is_forgotten_seven_days_after_all_have_left(void **state)
{
	(void)state;
	part(PART_WHOLE, "B1", "A B", "W1:1", 1);
	departed("A", 2);
	pass(AT(8 * 1440)); /* B is still here */
	departed("B", 3);
	out();
	pass(AT(14 * 1440));
	part(PART_ADD, "B1", "", "W2:2", 4);
	assert_string_equal(out(), "manifest_lodged B1 [A B] {W1:1 W2:2} @4");
	pass(AT(22 * 1440));
	part(PART_ADD, "B1", "", "W3:3", 5);
	assert_string_equal(out(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_manifest_goes_out_when_it_has_units_a_direction_and_waybills),
		TEST(a_part_that_knows_no_direction_waits_for_one_that_does),
		TEST(a_part_without_direction_that_should_know_it_lacks_it),
		TEST(an_empty_vehicle_needs_no_waybills),
		TEST(a_part_is_added_replaced_or_dropped),
		TEST(what_changes_nothing_does_not_go_out_again),
		TEST(an_older_part_does_not_replace_a_newer_one),
		TEST(a_deletion_is_not_undone_by_an_older_manifest),
		TEST(of_a_late_part_what_is_not_known_otherwise_holds),
		TEST(what_was_dropped_is_not_brought_back_by_an_older_part),
		TEST(a_manifest_that_loses_its_last_unit_or_waybill_is_taken_back),
		TEST(a_plate_in_another_writing_is_the_same_unit),
		TEST(manifest_deleted_of_a_machine_deletes),
		TEST(a_part_that_makes_too_much_is_refused_and_changes_nothing),
		TEST(a_manifest_of_too_many_bytes_is_refused_and_changes_nothing),
		TEST(a_unit_twice_in_a_part_is_refused),
		TEST(a_batch_is_forgotten_sixty_days_after_its_last_change),
		TEST(a_batch_is_forgotten_seven_days_after_all_have_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

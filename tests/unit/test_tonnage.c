/* The changes of totals that a group gathers: what they leave behind for the next group. */
#include "check.h"

#include "civil.h"
#include "tonnage.h"

enum { HOURS = 100000 };

/* After a change of the registry had recounted some years, every commit behind it went through the room of all their rows. */
static void
test_years_recounted_do_not_slow_the_groups_behind(void **state)
{
	(void)state;
	struct tonnage_changes changes = { 0 };
	struct counted counted = { .direction = JUYAN__V1__DIRECTION__IMPORT,
		.mode = JUYAN__V1__MODE__TRUCK,
		.basis = BASIS_WEIGHED,
		.group = "coal",
		.net_kg = 1 };
	for (int64_t hour = 0; hour < HOURS; hour++) {
		counted.hour = civil_hour(TIME_MS_MIN + hour * 3600000, 480);
		tonnage_change(&changes, "ceke", &counted, 1);
	}
	assert_int_equal(changes.used, HOURS);
	size_t room = changes.room;
	tonnage_forget(&changes);
	assert_int_equal(changes.used, 0);
	assert_true(changes.room < room / 4);
	tonnage_change(&changes, "ceke", &counted, 1);
	assert_int_equal(changes.used, 1);
	size_t small = changes.room;
	tonnage_forget(&changes);
	assert_int_equal(changes.room, small); /* a group's usual room is kept */
	tonnage_changes_close(&changes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_years_recounted_do_not_slow_the_groups_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

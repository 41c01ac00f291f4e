/* The nearest of the known names: known distances, what a distance has to obey, and what is chosen. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nearest.h"

static void
test_each_edit_costs_one(void **unused)
{
	(void)unused;
	assert_int_equal(nearest_distance("ceke", "ceke"), 0);
	assert_int_equal(nearest_distance("ceke", "CEKE"), 0);
	assert_int_equal(nearest_distance("ceke", "cek"), 1);
	assert_int_equal(nearest_distance("ceke", "cecke"), 1);
	assert_int_equal(nearest_distance("ceke", "ceka"), 1);
	assert_int_equal(nearest_distance("ceke", "ecke"), 1);
	assert_int_equal(nearest_distance("", "ceke"), 4);
	assert_int_equal(nearest_distance("ceke", ""), 4);
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
	assert_int_equal(nearest_distance("trains_per_day", "train_per_days"), 2);
}

static void
test_the_nearest_is_chosen_and_the_first_of_equals(void **unused)
{
	(void)unused;
	static const char *const names[] = { "agvs", "trips_per_day", "hours", "lanes", "trains_per_day" };
	assert_string_equal(nearest_of("avgs", names, 5), "agvs");
	assert_string_equal(nearest_of("train_per_day", names, 5), "trains_per_day");
	assert_string_equal(nearest_of("hour", names, 5), "hours");
	assert_string_equal(nearest_of("", names, 5), "agvs");
	assert_null(nearest_of("agvs", names, 0));
	struct nearest search = nearest_to("xa");
	assert_null(search.name);
	nearest_offer(&search, "a");
	nearest_offer(&search, "x");
	assert_string_equal(search.name, "a");
	assert_int_equal(search.distance, 1);
}

/* Only the first bytes of a name are looked at, and nothing is written behind the rows. */
static void
test_long_names_are_cut(void **unused)
{
	(void)unused;
	char a[200], b[200];
	memset(a, 'a', sizeof a - 1);
	memset(b, 'b', sizeof b - 1);
	a[sizeof a - 1] = b[sizeof b - 1] = '\0';
	assert_int_equal(nearest_distance(a, b), NEAREST_BYTES_MAX);
	a[NEAREST_BYTES_MAX] = 'x';
	memcpy(b, a, sizeof b);
	b[NEAREST_BYTES_MAX] = 'y';
	assert_int_equal(nearest_distance(a, b), 0);
}

static uint64_t state;

static uint64_t
random_below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

static void
any_name(char out[12])
{
	size_t bytes = (size_t)random_below(11);
	for (size_t i = 0; i < bytes; i++)
		out[i] = (char)('a' + random_below(3));
	out[bytes] = '\0';
}

static void
test_it_is_the_same_both_ways_and_within_its_bounds(void **unused)
{
	(void)unused;
	for (int i = 0; i < 20000; i++) {
		char a[12], b[12];
		any_name(a);
		any_name(b);
		size_t x = strlen(a), y = strlen(b), d = nearest_distance(a, b);
		assert_int_equal(d, nearest_distance(b, a));
		assert_true(d <= (x > y ? x : y) && d >= (x > y ? x - y : y - x));
		assert_true((d == 0) == (strcmp(a, b) == 0));
	}
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	state += state == 0;
	printf("seed=%llu\n", (unsigned long long)state);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_edit_costs_one),
		cmocka_unit_test(test_the_nearest_is_chosen_and_the_first_of_equals),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_it_is_the_same_both_ways_and_within_its_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Medians of any values, beside those of the sorted ones. */
#include "check.h"

#include <math.h>

#include "any.h"
#include "robust.h"

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void
test_median(void **state)
{
	double values[50], sorted[50];
	(void)state;
	assert_true(isnan(robust_median(values, 0)));
	for (size_t round = 0; round < 20000; round++) {
		size_t n = 1 + any_below(50), kinds = 1 + any_below(60);
		for (size_t i = 0; i < n; i++)
			values[i] = sorted[i] = (double)any_below(kinds);
		qsort(sorted, n, sizeof *sorted, compare);
		assert_true(robust_median(values, n) == (sorted[n / 2] + sorted[(n - 1) / 2]) / 2.0);
		qsort(values, n, sizeof *values, compare);
		assert_memory_equal(values, sorted, n * sizeof *values);
	}
}

static void
test_deviation(void **state)
{
	double values[] = { 1.0, 2.0, 3.0, 4.0, 1000.0 };
	(void)state;
	assert_true(robust_deviation(values, 5, 3.0) == 1.4826);
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_deviation),
	};
	return cmocka_run_group_tests_name("robust", tests, NULL, NULL);
}

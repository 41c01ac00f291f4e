/* Scales: there and back, zeros, means, and Guerrero's lambda beside R's. */
#include "check.h"

#include "any.h"
#include "chance.h"
#include "reference.h"
#include "transform.h"

static void
test_there_and_back(void **state)
{
	double values[] = { 0.0, 1.0, 5.0, 100.0, NAN, 1e9 };
	(void)state;
	for (double lambda = 0.0; lambda <= 1.0; lambda += 0.125) {
		struct transform transform;
		assert_int_equal(transform_make(values, 6, lambda, &transform), STATUS_OK);
		assert_true(transform.offset == (lambda < 1.0 ? 0.05 * 52.5 : 0.0));
		for (size_t i = 0; i < 6; i++) {
			double again = transform_back(&transform, transform_there(&transform, values[i]));
			assert_true(isnan(values[i]) ? isnan(again) : fabs(again - values[i]) <= 1e-9 * (values[i] + 10.0));
			assert_true(i == 0 || isnan(again) || isnan(values[i - 1]) ||
			    transform_there(&transform, values[i]) > transform_there(&transform, values[i - 1]));
		}
		assert_true(transform_back(&transform, -1e6) == 0.0);
	}
}

static void
test_refused(void **state)
{
	double negative[] = { 1.0, -1.0 }, nothing[] = { 0.0, NAN };
	struct transform transform;
	double lambda;
	(void)state;
	assert_int_equal(transform_make(negative, 2, 0.0, &transform), STATUS_OUT_OF_RANGE);
	assert_int_equal(transform_make(negative, 1, 1.5, &transform), STATUS_OUT_OF_RANGE);
	assert_int_equal(transform_make(negative, 1, NAN, &transform), STATUS_OUT_OF_RANGE);
	assert_int_equal(transform_make(nothing, 2, 0.0, &transform), STATUS_TOO_FEW);
	assert_int_equal(transform_make(nothing, 0, 0.0, &transform), STATUS_TOO_FEW);
	assert_int_equal(transform_guerrero(negative, 2, 2, &lambda), STATUS_TOO_FEW);
}

/* The mean of many draws is the mean that was told. */
static void
test_mean(void **state)
{
	(void)state;
	struct chance chance = chance_begin(any_bits(), 0);
	for (double lambda = 0.0; lambda <= 1.0; lambda += 0.25) {
		struct transform transform = { lambda, 0.0 };
		double mean = transform_there(&transform, 1000.0), spread = 0.2 * pow(1000.0, lambda), sum = 0.0;
		enum { DRAWS = 200000 };
		for (size_t i = 0; i < DRAWS; i++)
			sum += transform_back(&transform, mean + spread * chance_normal(&chance));
		assert_true(fabs(sum / DRAWS / transform_back_mean(&transform, mean, spread * spread) - 1.0) < 0.005);
	}
}

static void
test_guerrero(void **state)
{
	struct reference *series = reference_read("stl/one.csv"), *naive = reference_read("stl/naive.csv");
	double lambda, values[240];
	(void)state;
	for (size_t i = 0; i < series->rows; i++)
		values[i] = sqrt(series->value[0][i]) * (double)(i + 1);
	assert_int_equal(transform_guerrero(values, series->rows, 12, &lambda), STATUS_OK);
	assert_true(fabs(lambda - reference_column(naive, "lambda")[0]) < 1e-3);
	/* Spread in proportion to the mean asks for the logarithm, spread that is always the same for none. */
	for (size_t i = 0; i < 240; i++)
		values[i] = exp((double)i / 50.0) * (1.0 + 0.3 * sin((double)(i % 12)));
	assert_int_equal(transform_guerrero(values, 240, 12, &lambda), STATUS_OK);
	assert_true(lambda < 0.05);
	for (size_t i = 0; i < 240; i++)
		values[i] = 100.0 + (double)i + 30.0 * sin((double)(i % 12));
	assert_int_equal(transform_guerrero(values, 240, 12, &lambda), STATUS_OK);
	assert_true(lambda > 0.95);
	free(series);
	free(naive);
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_mean),
		cmocka_unit_test(test_guerrero),
	};
	return cmocka_run_group_tests_name("transform", tests, NULL, NULL);
}

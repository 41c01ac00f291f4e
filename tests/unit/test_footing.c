/* A history put on the footing of ordinary steps: what was nothing stays nothing. */
#include <math.h>

#include "check.h"
#include "footing.h"

enum { DAYS = 420, HORIZON = 60 };

static double values[DAYS], regressors[DAYS + HORIZON];

/* The rounding differs with the size. */
enum { SIZES = 40 };

/* Small traffic with days of none, a holiday every seventh week, and less on the day before it. */
static void
make_history(double size)
{
	for (size_t i = 0; i < DAYS + HORIZON; i++)
		regressors[i] = i % 49 == 48 ? 1.0 : 0.0;
	for (size_t i = 0; i < DAYS; i++) {
		double usual = size * (700000.0 + 1000.0 * (double)(i * 37 % 100));
		values[i] = i % 9 == 4 ? 0.0 : regressors[i] > 0.0 ? 0.6 * usual : usual;
	}
}

/* Taken from the scale's logarithm and back, 0 had become some 1e-9: a tiny level, from which one rose by a million times. */
static void
test_nothing_stays_nothing(void **unused)
{
	(void)unused;
	struct footing footing;
	struct reason why;
	size_t nothing = 0;
	const struct forecast_task task = { .series = { .values = values, .n = DAYS, .periods = { 7.0 }, .n_periods = 1 },
		.regressors = regressors,
		.n_regressors = 1,
		.horizon = HORIZON,
		.paths = 100,
		.seed = 1 };
	for (size_t size = 0; size < SIZES; size++) {
		make_history(1.0 + 0.01 * (double)size);
		assert_int_equal(footing_make(&task, &footing, &why), STATUS_OK);
		for (size_t i = 0; i < DAYS; i++) {
			if (values[i] > 0.0 || regressors[i] > 0.0 || isnan(footing.values[i]))
				continue;
			assert_true(footing.values[i] == 0.0);
			nothing++;
		}
		footing_close(&footing);
	}
	assert_true(nothing > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nothing_stays_nothing) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

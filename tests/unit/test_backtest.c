/* The scores of a backtest, against values worked out by hand, and what the rolling origins see. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "any.h"
#include "backtest.h"

static void
expect_near(double found, double expected)
{
	if (!(fabs(found - expected) <= 1e-9 * fmax(1.0, fabs(expected))))
		fail_msg("%.12g, expected %.12g", found, expected);
}

static struct backtest_score
score_of(double point, const double *drawn, size_t paths, double came, double scale)
{
	struct backtest_tally tally = { .n_bands = 1, .band = { 1 } };
	struct backtest_case one = { scale, &point, drawn, paths, 1, &came, 1 };
	assert_int_equal(backtest_add(&tally, BACKTEST_JUYAN, &one), STATUS_OK);
	return backtest_mean(&tally, BACKTEST_JUYAN, 0);
}

static void
test_scale(void **state)
{
	(void)state;
	static const double values[] = { 1, 2, 4, 1, NAN, 10 };
	expect_near(backtest_scale(values, 4, 1), (1 + 2 + 3) / 3.0);
	expect_near(backtest_scale(values, 4, 2), (3 + 1) / 2.0);
	/* Of lag 2 the pairs (0,2), (1,3), (3,5) are known; (2,4) is not. */
	expect_near(backtest_scale(values, 6, 2), (3 + 1 + 9) / 3.0);
	assert_true(isnan(backtest_scale(values, 2, 2)));
	static const double same[] = { 3, 3, 3 };
	assert_true(isnan(backtest_scale(same, 3, 1)));
}

/*
 * 41 paths at 0, 1, … 40: of type 7 the quantiles at p are 40 p, so the 80 % interval is 4 … 36, the 95 % one 1 … 39. The CRPS is
 * mean |x - y| less half of mean |x - x'|, and that mean is (n² - 1) / 3 n = 1680 / 123.
 */
static void
test_scores_by_hand(void **state)
{
	(void)state;
	double drawn[41];
	for (int i = 0; i < 41; i++)
		drawn[i] = (i * 7) % 41; /* their order does not matter */
	const double half = 1680.0 / 123.0 / 2.0;
	struct backtest_score at = score_of(18, drawn, 41, 20, 4);
	expect_near(at.mase, 0.5);
	expect_near(at.smape, 200.0 * 2 / 38);
	expect_near(at.covered80, 1);
	expect_near(at.covered95, 1);
	expect_near(at.msis, 38.0 / 4);
	expect_near(at.crps, (420.0 / 41 - half) / 4); /* 2 (1 + … + 20) = 420 */

	at = score_of(18, drawn, 41, 37, 4); /* beyond the 80 %, within the 95 % */
	expect_near(at.covered80, 0);
	expect_near(at.covered95, 1);
	expect_near(at.msis, 38.0 / 4);
	expect_near(at.crps, ((703.0 + 6) / 41 - half) / 4); /* 1 + … + 37 below, 1 + 2 + 3 above */

	at = score_of(0, drawn, 41, 50, 4); /* 11 beyond the upper end: 2 / 0.05 times as much more */
	expect_near(at.covered95, 0);
	expect_near(at.msis, (38 + 40 * 11) / 4.0);
	expect_near(at.crps, (50 - 20 - half) / 4);
	expect_near(at.smape, 200);

	at = score_of(18, drawn, 41, 39, 4); /* an end belongs to its interval */
	expect_near(at.covered95, 1);
}

static void
test_nothing_of_nothing(void **state)
{
	(void)state;
	static const double drawn[3] = { 0, 0, 0 };
	struct backtest_score at = score_of(0, drawn, 3, 0, NAN);
	expect_near(at.smape, 0);
	expect_near(at.covered80, 1);
	assert_int_equal(at.n, 1);
	assert_int_equal(at.n_scaled, 0);
	assert_true(isnan(at.mase) && isnan(at.crps) && isnan(at.msis));
	at = score_of(0, drawn, 3, NAN, 1);
	assert_int_equal(at.n, 0);
}

static void
test_bands(void **state)
{
	(void)state;
	static const double point[6] = { 1, 1, 1, 1, 1, 1 }, came[6] = { 2, 3, NAN, 5, 6, 99 };
	struct backtest_tally tally = { .n_bands = 2, .band = { 2, 5 } };
	struct backtest_case one = { 1.0, point, point, 1, 6, came, 6 };
	assert_int_equal(backtest_add(&tally, BACKTEST_NAIVE, &one), STATUS_OK);
	struct backtest_score near = backtest_mean(&tally, BACKTEST_NAIVE, 0), far = backtest_mean(&tally, BACKTEST_NAIVE, 1),
			      all = backtest_mean(&tally, BACKTEST_NAIVE, 2);
	assert_int_equal(near.n, 2);
	expect_near(near.mase, 1.5);
	assert_int_equal(far.n, 2);
	expect_near(far.mase, 4.5);
	assert_int_equal(all.n, 4);
	expect_near(all.mase, 3.0);
	assert_int_equal(backtest_mean(&tally, BACKTEST_JUYAN, 2).n, 0);
}

static void
test_yardsticks(void **state)
{
	(void)state;
	static const double values[] = { 10, 20, 30, 12, NAN, 33, 14 };
	struct forecast_task task = { .series = { values, 7, { 3 }, 1 }, .horizon = 5, .paths = 100, .seed = 7 };
	struct forecast forecast;
	static const double seasonal[5] = { 20, 33, 14, 20, 33 };
	assert_int_equal(backtest_yardstick(&task, true, &forecast, NULL), STATUS_OK);
	for (size_t h = 0; h < 5; h++)
		expect_near(forecast.point[h], seasonal[h]);
	forecast_close(&forecast);
	assert_int_equal(backtest_yardstick(&task, false, &forecast, NULL), STATUS_OK);
	for (size_t h = 0; h < 5; h++)
		expect_near(forecast.point[h], 14);
	for (size_t i = 0; i < 500; i++)
		assert_true(forecast.path[i] >= 0);
	forecast_close(&forecast);
	task.series.n = 0;
	assert_int_equal(backtest_yardstick(&task, false, &forecast, NULL), STATUS_TOO_FEW);
}

/* A series that repeats itself exactly: the seasonal naive is never off, and what counts for a total is added to it. */
static void
test_rolling_origins(void **state)
{
	(void)state;
	double values[60];
	for (size_t i = 0; i < 60; i++)
		values[i] = 100.0 + (double)(i % 4) + (i >= 56 ? 1000.0 : 0.0);
	static const size_t origins[] = { 40, 48, 56 }, steps[] = { 8, 4, 0 };
	static const double known[] = { 5, 7, 9 };
	struct backtest_task task = { .task = { .series = { values, 60, { 4 }, 1 }, .paths = 100, .seed = any_below(1000) },
		.origin = origins,
		.n_origins = 3,
		.reach = 6,
		.total_steps = steps,
		.total_known = known };
	struct backtest_tally tally = { .n_bands = 2, .band = { 3, 6 } };
	struct backtest_total total[3][BACKTEST_METHODS];
	struct reason why = { "" };
	assert_int_equal(backtest_run(&task, &tally, total[0], &why), STATUS_OK);
	assert_int_equal(tally.origins, 3);
	/* Two origins see six steps, the last one the four that are left: three of them near. */
	assert_int_equal(backtest_mean(&tally, BACKTEST_SEASONAL_NAIVE, 0).n, 9);
	assert_int_equal(backtest_mean(&tally, BACKTEST_SEASONAL_NAIVE, 1).n, 7);
	expect_near(backtest_mean(&tally, BACKTEST_SEASONAL_NAIVE, 2).smape,
	    (200.0 * 1000 / 1200 + 200.0 * 1000 / 1202 + 200.0 * 1000 / 1204 + 200.0 * 1000 / 1206) / 16);
	expect_near(total[0][BACKTEST_SEASONAL_NAIVE].mean, 5 + 2 * 406);
	expect_near(total[0][BACKTEST_SEASONAL_NAIVE].came, 5 + 2 * 406);
	expect_near(total[0][BACKTEST_NAIVE].mean, 5 + 8 * 103);
	expect_near(total[1][BACKTEST_SEASONAL_NAIVE].came, 7 + 406);
	assert_int_equal(total[2][BACKTEST_JUYAN].origin, 0);
}

/* What comes after an origin does not reach into what is forecast from it. */
static void
test_no_look_ahead(void **state)
{
	(void)state;
	double values[2][80];
	struct backtest_total total[2][BACKTEST_METHODS];
	static const size_t origin = 60, steps = 12;
	for (size_t i = 0; i < 80; i++) {
		values[0][i] = 50.0 + (double)(i % 12) + (double)any_below(10);
		values[1][i] = i < 60 ? values[0][i] : 1e6;
	}
	for (size_t v = 0; v < 2; v++) {
		struct backtest_task task = { .task = { .series = { values[v], 80, { 12 }, 1 }, .paths = 200, .seed = 3 },
			.origin = &origin,
			.n_origins = 1,
			.reach = 12,
			.total_steps = &steps };
		struct backtest_tally tally = { .n_bands = 1, .band = { 12 } };
		assert_int_equal(backtest_run(&task, &tally, total[v], NULL), STATUS_OK);
	}
	for (size_t m = 0; m < BACKTEST_METHODS; m++) {
		expect_near(total[1][m].mean, total[0][m].mean);
		assert_memory_equal(total[1][m].quantile, total[0][m].quantile, sizeof total[0][m].quantile);
		assert_true(total[1][m].came > 1e6);
	}
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_scores_by_hand),
		cmocka_unit_test(test_nothing_of_nothing),
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_yardsticks),
		cmocka_unit_test(test_rolling_origins),
		cmocka_unit_test(test_no_look_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

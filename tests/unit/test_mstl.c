/* Several seasons, beside R's mstl(); what goes on behind the end. */
#include "check.h"

#include "mstl.h"
#include "reference.h"

static struct series
series_of(const struct reference *table, size_t n_periods, double first, double second)
{
	return (struct series){ .values = table->value[0], .n = table->rows, .periods = { first, second }, .n_periods = n_periods };
}

static void
test_reference_of_two(void **state)
{
	struct reference *table = reference_read("stl/daily.csv");
	struct series series = series_of(table, 2, 7, 365);
	struct mstl mstl;
	(void)state;
	for (int robust = 0; robust < 2; robust++) {
		assert_int_equal(mstl_make(&series, &(struct mstl_options){ .robust = robust == 1 }, &mstl), STATUS_OK);
		assert_int_equal(mstl.kept, 2);
		reference_compare("week", mstl.season[0], reference_column(table, robust == 1 ? "robust_week" : "week"), mstl.n,
		    1e-9);
		reference_compare("year", mstl.season[1], reference_column(table, robust == 1 ? "robust_year" : "year"), mstl.n,
		    1e-9);
		reference_compare("trend", mstl.trend, reference_column(table, robust == 1 ? "robust_trend" : "trend"), mstl.n,
		    1e-9);
		assert_true(mstl.strength[0] > 0.5 && mstl.strength[1] > 0.9 && mstl.strength[1] <= 1.0);
		mstl_close(&mstl);
	}
	free(table);
}

static void
test_reference_of_one(void **state)
{
	struct reference *table = reference_read("stl/one.csv");
	struct series series = series_of(table, 1, 12, 0);
	struct mstl mstl;
	(void)state;
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ 0 }, &mstl), STATUS_OK);
	reference_compare("season", mstl.season[0], reference_column(table, "season"), mstl.n, 1e-9);
	reference_compare("trend", mstl.trend, reference_column(table, "trend"), mstl.n, 1e-9);
	for (size_t i = 0; i < mstl.n; i++)
		assert_true(fabs(mstl.trend[i] + mstl.season[0][i] + mstl.remainder[i] - table->value[0][i]) < 1e-9);
	mstl_close(&mstl);
	free(table);
}

/* The year, of which there are not two, is left out; without any season the parts are trend and remainder. */
static void
test_short(void **state)
{
	struct reference *table = reference_read("stl/daily.csv");
	struct series series = series_of(table, 2, 7, 365);
	struct mstl mstl;
	(void)state;
	series.n = 500;
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ .robust = true }, &mstl), STATUS_OK);
	assert_int_equal(mstl.kept, 1);
	assert_true(mstl.periods[0] == 7.0);
	mstl_close(&mstl);
	for (series.n = 1; series.n < 15; series.n++) {
		assert_int_equal(mstl_make(&series, &(struct mstl_options){ .robust = true }, &mstl), STATUS_OK);
		assert_int_equal(mstl.kept, 0);
		assert_true(mstl_season_at(&mstl, 20) == 0.0);
		for (size_t i = 0; i < mstl.n; i++)
			assert_true(fabs(mstl.trend[i] + mstl.remainder[i] - series.values[i]) < 1e-9);
		mstl_close(&mstl);
	}
	series.n = 0;
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ 0 }, &mstl), STATUS_TOO_FEW);
	free(table);
}

/* Behind the end each season goes on at its own place, a year of 365.25 days with it. */
static void
test_behind_the_end(void **state)
{
	enum { DAYS = 1500 };
	static double y[DAYS];
	struct series series = { .values = y, .n = DAYS, .periods = { 7, 365.25 }, .n_periods = 2 };
	struct mstl mstl;
	(void)state;
	for (size_t i = 0; i < DAYS; i++)
		y[i] = 100.0 + (i % 7 == 3 ? 20.0 : 0.0) + 30.0 * sin(2.0 * M_PI * (double)i / 365.25);
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ .always_same = true }, &mstl), STATUS_OK);
	for (size_t i = DAYS - 50; i < DAYS + 1000; i++) {
		double expected = (i % 7 == 3 ? 20.0 : 0.0) - 20.0 / 7.0 + 30.0 * sin(2.0 * M_PI * (double)i / 365.25);
		if (!(fabs(mstl_season_at(&mstl, i) - expected) < 1.5))
			fail_msg("step %zu: %g, not %g", i, mstl_season_at(&mstl, i), expected);
	}
	mstl_close(&mstl);
}

/* Smoothed along its places, a long season of few years is nearer to what it is. */
static void
test_smoothed(void **state)
{
	struct reference *table = reference_read("stl/daily.csv");
	struct series series = series_of(table, 2, 7, 365);
	struct mstl rough, smooth;
	double off_rough = 0.0, off_smooth = 0.0;
	(void)state;
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ 0 }, &rough), STATUS_OK);
	assert_int_equal(mstl_make(&series, &(struct mstl_options){ .smooth_from = 50 }, &smooth), STATUS_OK);
	for (size_t i = 0; i < series.n; i++) {
		double true_season = 80.0 * sin(2.0 * M_PI * (double)(i + 1) / 365.0);
		off_rough += fabs(rough.season[1][i] - true_season);
		off_smooth += fabs(smooth.season[1][i] - true_season);
		assert_true(fabs(smooth.trend[i] + mstl_season_at(&smooth, i) + smooth.remainder[i] - series.values[i]) < 1e-9);
	}
	assert_true(off_smooth < 0.6 * off_rough);
	mstl_close(&rough);
	mstl_close(&smooth);
	free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_of_two),
		cmocka_unit_test(test_reference_of_one),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_behind_the_end),
		cmocka_unit_test(test_smoothed),
	};
	return cmocka_run_group_tests_name("mstl", tests, NULL, NULL);
}

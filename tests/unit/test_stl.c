/* Trend, season and remainder, beside R's stl(); the parts of made-up series whose parts are known. */
#include "check.h"

#include "any.h"
#include "chance.h"
#include "reference.h"
#include "stl.h"

enum { ROWS = 2000 };

static double season[ROWS], trend[ROWS], weight[ROWS];

static void
expect_as_reference(const char *name, struct stl_options options)
{
	struct reference *table = reference_read("stl/monthly.csv");
	char column[64];
	assert_int_equal(stl_part(table->value[0], table->rows, 12, &options, season, trend, weight), STATUS_OK);
	snprintf(column, sizeof column, "%s_season", name);
	reference_compare(column, season, reference_column(table, column), table->rows, 1e-9);
	snprintf(column, sizeof column, "%s_trend", name);
	reference_compare(column, trend, reference_column(table, column), table->rows, 1e-9);
	snprintf(column, sizeof column, "%s_weight", name);
	reference_compare(column, weight, reference_column(table, column), table->rows, 1e-9);
	free(table);
}

static void
test_reference(void **state)
{
	(void)state;
	expect_as_reference("periodic", (struct stl_options){ .season_window = 0 });
	expect_as_reference("periodic_robust", (struct stl_options){ .robust = true });
	expect_as_reference("seven", (struct stl_options){ .season_window = 7 });
	expect_as_reference("thirteen_robust", (struct stl_options){ .season_window = 13, .robust = true });
	expect_as_reference("line",
	    (struct stl_options){ .season_window = 9,
		.season_degree = 1,
		.trend_window = 21,
		.season_jump = 1,
		.trend_jump = 1,
		.low_jump = 1 });
	expect_as_reference("long",
	    (struct stl_options){ .season_window = 35, .trend_window = 201, .low_window = 25, .trend_jump = 5, .robust = true });
}

/* A line is its own local line, whatever the window, the jumps and the weights. */
static void
test_loess_keeps_a_line(void **state)
{
	double y[100], out[100], w[100];
	(void)state;
	for (size_t i = 0; i < 100; i++) {
		y[i] = 3.0 + 0.5 * (double)i;
		w[i] = i % 3 == 0 ? 0.2 : 1.0;
	}
	for (size_t window = 5; window < 300; window += 14)
		for (size_t jump = 1; jump < 12; jump += 5) {
			struct loess_options options = { .window = window,
				.degree = 1,
				.jump = jump,
				.weight = w,
				.robust_rounds = jump / 5 };
			assert_int_equal(loess(y, 100, &options, out), STATUS_OK);
			reference_compare("line", out, y, 100, 1e-12);
		}
	assert_int_equal(loess(y, 1, &(struct loess_options){ .window = 7 }, out), STATUS_OK);
	assert_true(out[0] == y[0]);
	assert_int_equal(loess(y, 0, &(struct loess_options){ .window = 7 }, out), STATUS_TOO_FEW);
}

/* A line and a season that sums to nothing are found again, and so they are under outliers with robust weights. */
static void
test_parts_are_found(void **state)
{
	double y[240], line[240], wave[240];
	(void)state;
	for (size_t i = 0; i < 240; i++) {
		line[i] = 100.0 + (double)i;
		wave[i] = 30.0 * sin(2.0 * M_PI * (double)i / 12.0);
		y[i] = line[i] + wave[i];
	}
	struct stl_options options = { .season_window = 11 };
	assert_int_equal(stl_part(y, 240, 12, &options, season, trend, NULL), STATUS_OK);
	reference_compare("trend", trend, line, 240, 1e-3);
	reference_compare("season", season, wave, 240, 2e-2);
	for (size_t i = 0; i < 240; i++)
		y[i] += (double)(i * 7919 % 13) - 6.0;
	y[100] *= 5.0;
	y[170] = 0.0;
	options.robust = true;
	assert_int_equal(stl_part(y, 240, 12, &options, season, trend, weight), STATUS_OK);
	reference_compare("trend", trend, line, 240, 1e-2);
	reference_compare("season", season, wave, 240, 2e-1);
	assert_true(weight[100] == 0.0 && weight[170] == 0.0);
}

/* In another unit the parts are the same in that unit; to the last bit, where the units differ by a power of two. */
static void
test_scale(void **state)
{
	static double y[300], other_season[300], other_trend[300];
	(void)state;
	struct chance chance = chance_begin(any_bits(), 0);
	for (size_t round = 0; round < 20; round++) {
		struct stl_options options = { .season_window = round % 4 == 0 ? 0 : 7 + 2 * round, .robust = round % 2 == 1 };
		size_t n = 30 + chance_index(&chance, 271), period = 2 + chance_index(&chance, n / 2 - 2);
		for (size_t i = 0; i < n; i++)
			y[i] = 100.0 + 10.0 * chance_normal(&chance);
		if (n <= 2 * period)
			continue;
		assert_int_equal(stl_part(y, n, period, &options, season, trend, NULL), STATUS_OK);
		for (size_t i = 0; i < n; i++)
			y[i] = 1024.0 * y[i];
		assert_int_equal(stl_part(y, n, period, &options, other_season, other_trend, NULL), STATUS_OK);
		for (size_t i = 0; i < n; i++) {
			assert_true(other_season[i] == 1024.0 * season[i]);
			assert_true(other_trend[i] == 1024.0 * trend[i]);
		}
	}
}

static void
test_refused(void **state)
{
	double y[24] = { 0 };
	struct stl_options options = { .season_window = 7 }, odd = { .season_degree = 2 };
	(void)state;
	season[0] = -77.0;
	assert_int_equal(stl_part(y, 24, 12, &options, season, trend, NULL), STATUS_TOO_FEW);
	assert_int_equal(stl_part(y, 24, 1, &options, season, trend, NULL), STATUS_USAGE);
	assert_int_equal(stl_part(y, 24, 4, &odd, season, trend, NULL), STATUS_USAGE);
	y[3] = NAN;
	assert_int_equal(stl_part(y, 24, 4, &options, season, trend, NULL), STATUS_NO_FIT);
	assert_true(season[0] == -77.0);
}

/* A series without any change is all trend, robust or not. */
static void
test_constant(void **state)
{
	double y[60];
	struct stl_options options = { .season_window = 7, .robust = true };
	(void)state;
	for (size_t i = 0; i < 60; i++)
		y[i] = 42.0;
	assert_int_equal(stl_part(y, 60, 12, &options, season, trend, weight), STATUS_OK);
	reference_compare("trend", trend, y, 60, 1e-12);
	for (size_t i = 0; i < 60; i++)
		assert_true(fabs(season[i]) < 1e-9 && weight[i] >= 0.0 && weight[i] <= 1.0);
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_loess_keeps_a_line),
		cmocka_unit_test(test_parts_are_found),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_constant),
	};
	return cmocka_run_group_tests_name("stl", tests, NULL, NULL);
}

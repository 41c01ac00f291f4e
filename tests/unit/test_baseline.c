/* The baselines: their points, errors and paths by hand. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "baseline.h"

enum { HORIZON = 6, PATHS = 20000, LONG = 60 };

static const double values[] = { 2.0, 5.0, 3.0, 4.0, 8.0, 5.0, 6.0, 9.0 };
static const struct series series = { .values = values, .n = 8, .periods = { 3.0 }, .n_periods = 1 };

static void
check_points(enum baseline_kind kind, const char *label, const double *expected, size_t first, double fitted_last)
{
	struct model model;
	double ahead[HORIZON];
	assert_int_equal(baseline_fit(&series, kind, &model), STATUS_OK);
	assert_string_equal(model.label, label);
	model.face->forecast(model.self, HORIZON, ahead);
	for (size_t h = 0; h < HORIZON; h++)
		assert_true(fabs(ahead[h] - expected[h]) < 1e-12);
	const double *fitted = model.face->fitted(model.self);
	for (size_t t = 0; t < series.n; t++)
		assert_int_equal(isnan(fitted[t]) != 0, t < first);
	assert_true(fabs(fitted[series.n - 1] - fitted_last) < 1e-12);
	model_close(&model);
}

static void
test_points(void **state)
{
	(void)state;
	check_points(BASELINE_LAST, "Naive", (double[]){ 9.0, 9.0, 9.0, 9.0, 9.0, 9.0 }, 1, 6.0);
	check_points(BASELINE_SEASON, "Seasonal naive", (double[]){ 5.0, 6.0, 9.0, 5.0, 6.0, 9.0 }, 3, 8.0);
	check_points(BASELINE_DRIFT, "Random walk with drift", (double[]){ 10.0, 11.0, 12.0, 13.0, 14.0, 15.0 }, 1, 7.0);
	check_points(BASELINE_MEAN, "Mean", (double[]){ 5.25, 5.25, 5.25, 5.25, 5.25, 5.25 }, 0, 5.25);
}

/* The variance h steps ahead (Hyndman and Athanasopoulos 2021, table 5.2), with that of an estimated drift or mean. */
static double
variance_at(enum baseline_kind kind, double sigma2, double n, size_t h)
{
	double step = (double)h + 1.0;
	switch (kind) {
	case BASELINE_LAST:
		return sigma2 * step;
	case BASELINE_SEASON:
		return sigma2 * (double)(h / 3 + 1);
	case BASELINE_DRIFT:
		return sigma2 * (step + step * step / (n - 1.0));
	default:
		return sigma2 * (1.0 + 1.0 / n);
	}
}

static void
test_paths_spread_as_theory_says(void **state)
{
	double y[LONG], point[HORIZON], path[HORIZON];
	struct series noise = { .values = y, .n = LONG, .periods = { 3.0 }, .n_periods = 1 };
	struct chance chance = chance_begin(3, 0);
	(void)state;
	for (size_t t = 0; t < LONG; t++)
		y[t] = 50.0 + 4.0 * chance_normal(&chance);
	for (enum baseline_kind kind = BASELINE_LAST; kind <= BASELINE_MEAN; kind++) {
		struct model model;
		double mean[HORIZON] = { 0.0 }, square[HORIZON] = { 0.0 }, sigma2 = 0.0, errors = 0.0;
		assert_int_equal(baseline_fit(&noise, kind, &model), STATUS_OK);
		const double *fitted = model.face->fitted(model.self);
		for (size_t t = 0; t < LONG; t++) {
			if (isnan(fitted[t]))
				continue;
			sigma2 += (y[t] - fitted[t]) * (y[t] - fitted[t]);
			errors += 1.0;
		}
		sigma2 /= errors - (kind >= BASELINE_DRIFT ? 1.0 : 0.0);
		model.face->forecast(model.self, HORIZON, point);
		for (size_t p = 0; p < PATHS; p++) {
			model.face->simulate(model.self, true, &chance, HORIZON, path);
			for (size_t h = 0; h < HORIZON; h++) {
				mean[h] += (path[h] - point[h]) / PATHS;
				square[h] += (path[h] - point[h]) * (path[h] - point[h]) / PATHS;
			}
		}
		for (size_t h = 0; h < HORIZON; h++) {
			double variance = variance_at(kind, sigma2, LONG, h);
			assert_true(fabs(mean[h]) < 5.0 * sqrt(variance / PATHS));
			assert_true(fabs(square[h] / variance - 1.0) < 0.06);
		}
		model_close(&model);
	}
}

static void
test_same_seed_same_bytes_and_again(void **state)
{
	double path[HORIZON], other[HORIZON];
	(void)state;
	for (enum baseline_kind kind = BASELINE_LAST; kind <= BASELINE_MEAN; kind++) {
		struct model model, copy;
		struct chance first = chance_begin(5, 1), second = first;
		assert_int_equal(baseline_fit(&series, kind, &model), STATUS_OK);
		copy = model;
		assert_int_equal(model.face->again(model.self, &series, kind % 2 == 0, &copy.self), STATUS_OK);
		model.face->simulate(model.self, false, &first, HORIZON, path);
		copy.face->simulate(copy.self, false, &second, HORIZON, other);
		assert_memory_equal(path, other, sizeof path);
		model_close(&model);
		model_close(&copy);
	}
}

static void
test_what_is_refused(void **state)
{
	struct series cut = series;
	const double gap[] = { 1.0, (double)NAN, 2.0, 3.0 };
	struct model model;
	(void)state;
	cut.n = 1;
	for (enum baseline_kind kind = BASELINE_LAST; kind <= BASELINE_MEAN; kind++)
		assert_int_equal(baseline_fit(&cut, kind, &model), STATUS_TOO_FEW);
	cut.n = 3;
	assert_int_equal(baseline_fit(&cut, BASELINE_SEASON, &model), STATUS_TOO_FEW);
	cut.n_periods = 0;
	assert_int_equal(baseline_fit(&cut, BASELINE_SEASON, &model), STATUS_USAGE);
	cut = (struct series){ .values = gap, .n = 4 };
	assert_int_equal(baseline_fit(&cut, BASELINE_LAST, &model), STATUS_NO_FIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_paths_spread_as_theory_says),
		cmocka_unit_test(test_same_seed_same_bytes_and_again),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Theta: the standard form as R's thetaf, the dynamic one as its authors' definition says word for word, and what holds of both:
 * paths spread as theory says, units make no difference, short and constant series are no failure.
 */
#include "check.h"

#include "reference_lines.h"
#include "theta.h"

enum { PATHS = 20000, HORIZON = 15, LONG = 84, MONTHS = 12 };

static const enum theta_kind kinds[] = { THETA_STANDARD, THETA_DYNAMIC };
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct series
months(double *values, size_t n, uint64_t seed)
{
	struct chance chance = chance_begin(seed, 0);
	double level = 100.0;
	for (size_t t = 0; t < n; t++) {
		level += 0.5 + 2.0 * chance_normal(&chance);
		values[t] = level * (1.0 + 0.3 * sin(2.0 * acos(-1.0) * (double)t / MONTHS)) + 2.0 * chance_normal(&chance);
	}
	return (struct series){ .values = values, .n = n, .periods = { MONTHS }, .n_periods = 1 };
}

static bool
near(double a, double b, double share)
{
	return fabs(a - b) <= share * fabs(b);
}

static void
check_upper80(const struct reference *r, const struct model *model)
{
	const struct theta_about *about = theta_about(model);
	double ahead[REFERENCE_VALUES_MAX];
	model->face->forecast(model->self, r->n, ahead);
	for (size_t h = 0; h < r->n; h++)
		ahead[h] += normal_quantile(0.9) * sqrt(about->sigma2 * (1.0 + (double)h * about->alpha * about->alpha));
	reference_agrees(r, "theta", ahead, r->n);
}

static void
test_the_standard_form_agrees_with_r(void **state)
{
	static struct reference r;
	struct model model = { 0 }, fit;
	double ahead[REFERENCE_VALUES_MAX];
	size_t seen = 0;
	(void)state;
	reference_open(&r);
	while (reference_next(&r)) {
		if (strcmp(r.word, "theta") == 0) {
			struct theta_about given = { .kind = THETA_STANDARD, .alpha = r.values[1], .level = r.values[2] };
			assert_int_equal(theta_given(&r.series, &given, &model), STATUS_OK);
			assert_int_equal(theta_about(&model)->period > 1, r.values[0] > 0.0);
			assert_true(near(theta_about(&model)->drift, r.values[3], 1e-6));
			assert_true(near(theta_about(&model)->sigma2, r.values[4], 1e-6));
			/* Our own search does no worse. */
			assert_int_equal(theta_fit(&r.series, THETA_STANDARD, &fit), STATUS_OK);
			assert_true(theta_about(&fit)->sigma2 <= r.values[4] * (1.0 + 1e-9));
			assert_true(fabs(theta_about(&fit)->alpha - r.values[1]) < 1e-3);
			model_close(&fit);
		} else if (model.face != NULL && strcmp(r.word, "fitted") == 0) {
			reference_agrees(&r, "theta", model.face->fitted(model.self), model.n);
		} else if (model.face != NULL && strcmp(r.word, "ahead") == 0) {
			model.face->forecast(model.self, r.n, ahead);
			reference_agrees(&r, "theta", ahead, r.n);
		} else if (model.face != NULL && strcmp(r.word, "upper80") == 0) {
			check_upper80(&r, &model);
			model_close(&model);
			seen++;
		}
	}
	assert_true(seen >= 8);
}

/* The line through the first n of y, by least squares from the start: its value at 0 and its slope. */
static void
line_through(const double *y, size_t n, double *start, double *slope)
{
	double x_mean = 0.5 * (double)(n + 1), y_mean = 0.0, cross = 0.0, square = 0.0;
	for (size_t t = 0; t < n; t++)
		y_mean += y[t] / (double)n;
	for (size_t t = 0; t < n; t++) {
		cross += ((double)(t + 1) - x_mean) * (y[t] - y_mean);
		square += ((double)(t + 1) - x_mean) * ((double)(t + 1) - x_mean);
	}
	*slope = n > 1 ? cross / square : 0.0;
	*start = y_mean - x_mean * *slope;
}

/* Fiorucci et al. 2016: at each step the line through all before it, its weight 1 - 1/theta; ahead, forecasts stand for values. */
static void
test_the_dynamic_form_is_as_defined(void **state)
{
	double y[LONG + HORIZON], ahead[HORIZON];
	struct series series = months(y, LONG, 3);
	struct theta_about given = { .kind = THETA_DYNAMIC, .alpha = 0.35, .level = 40.0, .share = 1.0 - 1.0 / 2.5 };
	struct model model;
	(void)state;
	series.n_periods = 0;
	assert_int_equal(theta_given(&series, &given, &model), STATUS_OK);
	model.face->forecast(model.self, HORIZON, ahead);
	const double *fitted = model.face->fitted(model.self);
	assert_true(isnan(fitted[0]));
	double level = given.level + given.alpha * (y[0] - given.level);
	for (size_t t = 1; t < LONG + HORIZON; t++) {
		double start, slope, kept = pow(1.0 - given.alpha, (double)t);
		line_through(y, t, &start, &slope);
		double f = level + given.share * (kept * start + (1.0 - kept * (1.0 - given.alpha)) / given.alpha * slope);
		if (t >= LONG)
			y[t] = f;
		assert_true(near(t < LONG ? fitted[t] : ahead[t - LONG], f, 1e-10));
		level += given.alpha * (y[t] - level);
	}
	model_close(&model);
}

/* No alpha, level or share nearby gives a smaller variance. */
static void
test_the_fit_is_a_floor(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 5);
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct model model, other;
		assert_int_equal(theta_fit(&series, kinds[i], &model), STATUS_OK);
		const struct theta_about *best = theta_about(&model);
		assert_int_equal(best->period, MONTHS);
		for (int k = 0; k < 6; k++) {
			struct theta_about given = *best;
			double by = k % 2 == 0 ? 0.999 : 1.001;
			*(k < 2 ? &given.alpha : k < 4 ? &given.level : &given.share) *= by;
			if (given.alpha > (i == 0 ? 0.9999 : 0.99) || given.share > 0.9999)
				continue;
			assert_int_equal(theta_given(&series, &given, &other), STATUS_OK);
			assert_true(theta_about(&other)->sigma2 >= best->sigma2 * (1.0 - 1e-9));
			model_close(&other);
		}
		model_close(&model);
	}
}

static void
test_paths_of_the_standard_form_spread_as_theory_says(void **state)
{
	static double path[HORIZON];
	double y[LONG], point[HORIZON], mean[HORIZON], square[HORIZON];
	struct series series = months(y, LONG, 7);
	struct model model;
	(void)state;
	series.n_periods = 0;
	assert_int_equal(theta_given(&series, &(struct theta_about){ .alpha = 0.4, .level = 100.0 }, &model), STATUS_OK);
	model.face->forecast(model.self, HORIZON, point);
	for (int normal = 0; normal < 2; normal++) {
		struct chance chance = chance_begin(11, (uint64_t)normal);
		memset(mean, 0, sizeof mean);
		memset(square, 0, sizeof square);
		for (size_t p = 0; p < PATHS; p++) {
			model.face->simulate(model.self, normal, &chance, HORIZON, path);
			for (size_t h = 0; h < HORIZON; h++) {
				mean[h] += (path[h] - point[h]) / PATHS;
				square[h] += (path[h] - point[h]) * (path[h] - point[h]) / PATHS;
			}
		}
		for (size_t h = 0; h < HORIZON; h++) {
			double variance = theta_about(&model)->sigma2 * (1.0 + 0.16 * (double)h);
			assert_true(fabs(mean[h]) < 5.0 * sqrt(variance / PATHS));
			assert_true(near(square[h], variance, normal ? 0.06 : 0.15));
		}
	}
	model_close(&model);
}

/* The paths of both forms lie round their points, whose season they have. */
static void
test_paths_lie_round_the_points(void **state)
{
	double y[LONG], point[HORIZON], path[HORIZON];
	struct series series = months(y, LONG, 9);
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct model model;
		struct chance chance = chance_begin(13, i);
		double mean[HORIZON] = { 0.0 };
		assert_int_equal(theta_fit(&series, kinds[i], &model), STATUS_OK);
		model.face->forecast(model.self, HORIZON, point);
		for (size_t p = 0; p < PATHS; p++) {
			model.face->simulate(model.self, p % 2 == 0, &chance, HORIZON, path);
			for (size_t h = 0; h < HORIZON; h++)
				mean[h] += path[h] / PATHS;
		}
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(near(mean[h], point[h], 0.01));
		model_close(&model);
	}
}

static void
test_units_make_no_difference_and_seeds_repeat(void **state)
{
	double y[LONG], z[LONG], path[HORIZON], other[HORIZON];
	struct series series = months(y, LONG, 15), large = series;
	(void)state;
	for (size_t t = 0; t < LONG; t++)
		z[t] = 1000.0 * y[t];
	large.values = z;
	for (size_t i = 0; i < KINDS; i++) {
		struct model one, two;
		struct chance first = chance_begin(1, 2), second = first, third = first;
		assert_int_equal(theta_fit(&series, kinds[i], &one), STATUS_OK);
		assert_int_equal(theta_fit(&large, kinds[i], &two), STATUS_OK);
		one.face->simulate(one.self, false, &first, HORIZON, path);
		one.face->simulate(one.self, false, &second, HORIZON, other);
		assert_memory_equal(path, other, sizeof path);
		two.face->simulate(two.self, false, &third, HORIZON, other);
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(near(other[h], 1000.0 * path[h], 1e-5));
		model_close(&one);
		model_close(&two);
	}
}

static void
test_again(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 17), shorter = series;
	shorter.n = LONG - 13;
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct model model, same, fresh;
		assert_int_equal(theta_fit(&series, kinds[i], &model), STATUS_OK);
		same = fresh = model;
		assert_int_equal(model.face->again(model.self, &shorter, false, &same.self), STATUS_OK);
		assert_int_equal(model.face->again(model.self, &shorter, true, &fresh.self), STATUS_OK);
		assert_true(theta_about(&same)->alpha == theta_about(&model)->alpha);
		assert_true(theta_about(&fresh)->sigma2 <= theta_about(&same)->sigma2 * (1.0 + 1e-9));
		model_close(&model);
		model_close(&same);
		model_close(&fresh);
	}
}

/* Constant, short, with zeros, below zero, with a season that is no factor: a forecast, or TOO_FEW. */
static void
test_odd_series(void **state)
{
	enum { SHAPES = 5 };
	double y[40], ahead[HORIZON], path[HORIZON];
	struct chance chance = chance_begin(1, 1);
	(void)state;
	for (size_t shape = 0; shape < SHAPES; shape++) {
		for (size_t n = 0; n <= 40; n++) {
			struct series series = { .values = y, .n = n, .periods = { 4.0 }, .n_periods = 1 };
			for (size_t t = 0; t < n; t++) {
				const double shapes[SHAPES] = { 7.0, 0.0, t % 4 == 1 ? 0.0 : 10.0, t % 4 == 1 ? -10.0 : 5.0,
					(double)(t * t) };
				y[t] = shapes[shape];
			}
			for (size_t i = 0; i < KINDS; i++) {
				struct model model;
				enum status status = theta_fit(&series, kinds[i], &model);
				assert_int_equal(status, n < 5 ? STATUS_TOO_FEW : STATUS_OK);
				if (status != STATUS_OK)
					continue;
				model.face->forecast(model.self, HORIZON, ahead);
				model.face->simulate(model.self, false, &chance, HORIZON, path);
				for (size_t h = 0; h < HORIZON; h++) {
					assert_true(isfinite(ahead[h]) && isfinite(path[h]));
					assert_true(shape > 1 || fabs(ahead[h] - y[0]) < 1e-9);
				}
				model_close(&model);
			}
		}
	}
	y[3] = (double)NAN;
	struct series gap = { .values = y, .n = 40 };
	struct model none;
	assert_int_equal(theta_fit(&gap, THETA_STANDARD, &none), STATUS_NO_FIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_standard_form_agrees_with_r),
		cmocka_unit_test(test_the_dynamic_form_is_as_defined),
		cmocka_unit_test(test_the_fit_is_a_floor),
		cmocka_unit_test(test_paths_of_the_standard_form_spread_as_theory_says),
		cmocka_unit_test(test_paths_lie_round_the_points),
		cmocka_unit_test(test_units_make_no_difference_and_seeds_repeat),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_odd_series),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

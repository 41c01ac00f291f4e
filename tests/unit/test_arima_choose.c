/* Orders that ARIMA chooses by itself: beside R's choice, and on series on which much can go wrong. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "any.h"
#include "arima.h"
#include "arima_case.h"
#include "arima_tests.h"

/* Worse than R's choice by more than this is worse; R's diffuse beginning alone makes a tenth of it. */
#define WORSE 0.05

/* AICc of models that are differenced otherwise are of other values: not to be compared. */
static void
test_the_choice_is_as_good_as_r_s(void **state)
{
	(void)state;
	struct reference_case in = { .n = 0 };
	FILE *file = reference_open("arima_auto");
	size_t cases = 0, compared = 0, worse = 0;
	for (; reference_next(file, &in); cases++) {
		struct series series = arima_case_series(&in);
		struct arima_orders theirs = arima_case_orders(&in);
		double aicc = reference_get(&in, "likelihood")->values[1];
		struct model model;
		assert_int_equal(arima_choose(&series, NULL, NULL, &model), STATUS_OK);
		struct arima_facts facts = arima_facts(&model);
		bool same = theirs.d == facts.orders.d && theirs.seasonal_d == facts.orders.seasonal_d;
		printf("%-16s %-36s AICc %10.3f   R (%zu,%zu,%zu)(%zu,%zu,%zu)%s %10.3f  %+.3f%s\n", in.name, model.label,
		    facts.aicc, theirs.p, theirs.d, theirs.q, theirs.seasonal_p, theirs.seasonal_d, theirs.seasonal_q,
		    theirs.constant ? "+c" : "  ", aicc, facts.aicc - aicc, same ? "" : "  differenced otherwise");
		compared += same ? 1 : 0;
		worse += same && facts.aicc > aicc + WORSE ? 1 : 0;
		model_close(&model);
	}
	printf("%zu series, %zu differenced alike, %zu of them worse than R's by more than %g\n", cases, compared, worse, WORSE);
	fclose(file);
	reference_clear(&in);
	assert_true(cases >= 30 && compared + 1 >= cases && worse <= 1);
}

static void
test_a_constant_is_its_own_mean(void **state)
{
	(void)state;
	double values[60], out[12], path[12];
	struct series series = { .values = values, .n = 60, .periods = { 12.0 }, .n_periods = 1 };
	struct chance chance = chance_begin(1, 1);
	struct model model;
	for (int zero = 0; zero < 2; zero++) {
		for (size_t t = 0; t < 60; t++)
			values[t] = zero == 1 ? 0.0 : 7.1;
		assert_int_equal(arima_choose(&series, NULL, NULL, &model), STATUS_OK);
		assert_string_equal(model.label, "ARIMA(0,0,0) with mean");
		model.face->forecast(model.self, 12, out);
		model.face->simulate(model.self, false, &chance, 12, path);
		for (size_t h = 0; h < 12; h++)
			assert_true(fabs(out[h] - values[0]) < 1e-12 && fabs(path[h] - values[0]) < 1e-12);
		model_close(&model);
	}
}

static void
test_a_line_goes_on(void **state)
{
	(void)state;
	double values[40], out[10];
	struct model model;
	for (size_t t = 0; t < 40; t++)
		values[t] = 3.0 * (double)t;
	assert_int_equal(arima_choose(&(struct series){ .values = values, .n = 40 }, NULL, NULL, &model), STATUS_OK);
	model.face->forecast(model.self, 10, out);
	for (size_t h = 0; h < 10; h++)
		assert_true(fabs(out[h] - 3.0 * (double)(40 + h)) < 1e-9);
	model_close(&model);
}

static void
expect_sound(const struct model *model, double most)
{
	double out[30], path[30];
	struct chance chance = chance_begin(1, 1);
	model->face->forecast(model->self, 30, out);
	model->face->simulate(model->self, true, &chance, 30, path);
	for (size_t h = 0; h < 30; h++)
		assert_true(fabs(out[h]) < most && fabs(path[h]) < most);
}

/* However short, with however many gaps: a model, and forecasts that are numbers; without a known value TOO_FEW. */
static void
test_short_series(void **state)
{
	(void)state;
	double values[40];
	struct model model;
	assert_int_equal(arima_choose(&(struct series){ .values = values, .n = 0 }, NULL, NULL, &model), STATUS_TOO_FEW);
	values[0] = values[1] = NAN;
	assert_int_equal(arima_choose(&(struct series){ .values = values, .n = 2 }, NULL, NULL, &model), STATUS_TOO_FEW);
	for (int round = 0; round < 400; round++) {
		struct series series = { .values = values,
			.n = 1 + any_below(40),
			.periods = { (double)(2 + any_below(12)) },
			.n_periods = 1 };
		for (size_t t = 0; t < series.n; t++)
			values[t] = any_chance(15) ? NAN : (double)any_below(1000);
		values[any_below(series.n)] = 5.0;
		assert_int_equal(arima_choose(&series, NULL, NULL, &model), STATUS_OK);
		expect_sound(&model, 1e7);
		model_close(&model);
	}
}

/* A walk, now and then with a jump, a season, an outlier, gaps, or all of them. */
static void
test_any_series(void **state)
{
	(void)state;
	double values[300];
	struct model model;
	for (int round = 0; round < 40; round++) {
		struct series series = { .values = values,
			.n = 30 + any_below(270),
			.periods = { any_chance(50) ? 12.0 : 7.0 },
			.n_periods = any_below(2) };
		struct chance chance = chance_begin(any_bits(), 0);
		double level = 100.0, season = (double)any_below(30), step = (double)any_below(4);
		for (size_t t = 0; t < series.n; t++) {
			level += step * chance_normal(&chance) + (any_chance(1) ? 40.0 : 0.0);
			values[t] = level + season * sin(2.0 * M_PI * (double)t / series.periods[0]) + chance_normal(&chance);
			values[t] = any_chance(1) ? 0.0 : values[t];
			if (round % 4 == 0 && any_chance(3))
				values[t] = NAN;
		}
		assert_int_equal(arima_choose(&series, NULL, NULL, &model), STATUS_OK);
		expect_sound(&model, 1e5);
		model_close(&model);
	}
}

static void
test_limits_and_regressors(void **state)
{
	(void)state;
	double values[120], rows[144];
	struct series series = { .values = values, .n = 120, .periods = { 12.0 }, .n_periods = 1 };
	struct chance chance = chance_begin(4, 0);
	struct model model;
	for (size_t t = 0; t < 144; t++)
		rows[t] = t % 17 == 3 ? 1.0 : 0.0;
	for (size_t t = 0; t < 120; t++)
		values[t] = 50.0 + 9.0 * sin(2.0 * M_PI * (double)t / 12.0) - 20.0 * rows[t] + chance_normal(&chance);
	assert_int_equal(arima_choose(&series, NULL, &(struct arima_regressors){ rows, 144, 1 }, &model), STATUS_OK);
	struct arima_facts facts = arima_facts(&model);
	assert_int_equal(facts.orders.seasonal_d, 1);
	assert_true(fabs(facts.slopes[facts.n_slopes - 1] + 20.0) < 2.0);
	model_close(&model);
	struct arima_limits limits = { .order_max = 1, .seasonless = true };
	assert_int_equal(arima_choose(&series, &limits, NULL, &model), STATUS_OK);
	facts = arima_facts(&model);
	assert_true(facts.orders.p <= 1 && facts.orders.q <= 1 && facts.orders.season <= 1);
	model_close(&model);
}

/* By hand: 1, 2, 3 about 2 has partial sums -1, -1, 0 and variance 2/3, so the statistic is 2 / (9 · 2/3). */
static void
test_kpss(void **state)
{
	(void)state;
	double values[200], walk = 0.0;
	struct chance chance = chance_begin(2, 0);
	assert_false(kpss_refuses((const double[]){ 1.0, 2.0, 3.0 }, 3));
	for (size_t t = 0; t < 200; t++)
		values[t] = chance_normal(&chance);
	assert_false(kpss_refuses(values, 200));
	for (size_t t = 0; t < 200; t++)
		values[t] = walk += values[t];
	assert_true(kpss_refuses(values, 200));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_choice_is_as_good_as_r_s),
		cmocka_unit_test(test_a_constant_is_its_own_mean),
		cmocka_unit_test(test_a_line_goes_on),
		cmocka_unit_test(test_short_series),
		cmocka_unit_test(test_any_series),
		cmocka_unit_test(test_limits_and_regressors),
		cmocka_unit_test(test_kpss),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

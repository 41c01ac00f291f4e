/* ARIMA with orders given: against R's values, and what must hold of any. */
#include "check.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "any.h"
#include "arima.h"
#include "arima_case.h"
#include "arima_filter.h"

/* What R says and what we say are this near, in parts of the value. */
#define NEAR 1e-6
#define LIKELIHOOD_NEAR 1e-4

/* The difference of two numbers in parts of the second's size; of small ones in their own. */
static double
apart(double ours, double theirs, double size)
{
	if (isnan(ours) || isnan(theirs))
		return isnan(ours) == isnan(theirs) ? 0.0 : INFINITY;
	return fabs(ours - theirs) / fmax(fabs(theirs), size);
}

static void
test_given_coefficients_say_what_r_says(void **state)
{
	(void)state;
	struct reference_case in = { .n = 0 };
	FILE *file = reference_open("arima");
	size_t cases = 0;
	for (; reference_next(file, &in); cases++) {
		struct arima_case told = arima_case_of(&in);
		const struct reference_numbers *mean = reference_get(&in, "mean"), *theirs = reference_get(&in, "fitted");
		struct model model;
		double out[64], forecasts = 0.0, fitted = 0.0;
		assert_int_equal(arima_given(&told.series, &told.orders, arima_case_regressors(&told),
				     reference_get(&in, "coefficients")->values, reference_get(&in, "slopes")->values, &model),
		    STATUS_OK);
		struct arima_facts facts = arima_facts(&model);
		model.face->forecast(model.self, mean->n, out);
		for (size_t h = 0; h < mean->n; h++)
			forecasts = fmax(forecasts, apart(out[h], mean->values[h], 1e-3));
		for (size_t t = 0; t < told.series.n; t++)
			if (!isnan(facts.residuals[t]))
				fitted = fmax(fitted, apart(told.series.values[t] - facts.residuals[t], theirs->values[t], 1e-3));
		double off = facts.log_likelihood - reference_get(&in, "likelihood")->values[0];
		printf("%-16s %-34s apart from R: forecasts %.1e, fitted %.1e, log likelihood %+.1e\n", in.name, model.label,
		    forecasts, fitted, off);
		assert_true(forecasts < NEAR && fitted < NEAR && fabs(off) < LIKELIHOOD_NEAR);
		model_close(&model);
	}
	fclose(file);
	assert_true(cases >= 20);
	reference_clear(&in);
}

static void
test_the_most_likely_is_as_likely_as_r_s(void **state)
{
	(void)state;
	struct reference_case in = { .n = 0 };
	FILE *file = reference_open("arima");
	while (reference_next(file, &in)) {
		struct arima_case told = arima_case_of(&in);
		const double *theirs = reference_get(&in, "likelihood")->values;
		struct model model;
		assert_int_equal(arima_fit(&told.series, &told.orders, arima_case_regressors(&told), &model), STATUS_OK);
		struct arima_facts facts = arima_facts(&model);
		printf("%-16s %-34s log likelihood %.6f, R's %.6f\n", in.name, model.label, facts.log_likelihood, theirs[0]);
		assert_true(facts.log_likelihood > theirs[0] - LIKELIHOOD_NEAR);
		/* R counts n where values are unknown, too. */
		if (strstr(in.name, "gaps") == NULL) {
			assert_true(facts.aicc < theirs[1] + 2.0 * LIKELIHOOD_NEAR);
			/* Of nearly the same optimum, which R's search ends short of. */
			assert_true(apart(facts.variance, theirs[2], DBL_MIN) < 1e-3);
		}
		model_close(&model);
	}
	fclose(file);
	reference_clear(&in);
}

/* Between 0.1 and 1 of what is left to a unit root. */
static void
any_coefficients(const struct arima_orders *orders, double *coefficients)
{
	double x[ARIMA_COEFFICIENTS_MAX];
	for (size_t i = 0; i < arima_coefficients(orders); i++)
		x[i] = ((double)any_below(2001) - 1000.0) / 600.0;
	arima_bind(orders, x, coefficients);
}

static struct arima_orders
any_orders(void)
{
	struct arima_orders orders = { .p = any_below(4), .d = any_below(3), .q = any_below(4) };
	if (any_chance(70)) {
		orders.season = 2 + any_below(11);
		orders.seasonal_p = any_below(3);
		orders.seasonal_d = any_below(2);
		orders.seasonal_q = any_below(3);
	}
	orders.constant = orders.d + orders.seasonal_d < 2 && any_chance(50);
	return orders;
}

static void
any_values(double *out, size_t n)
{
	double level = 0.0;
	for (size_t t = 0; t < n; t++) {
		level += (double)any_below(1000) / 1000.0 - 0.5;
		out[t] = 100.0 + level + (double)any_below(1000) / 500.0;
	}
}

static void
expect_same_errors(struct arima_work *work, const struct arma *arma)
{
	double fast[200], root[200], ending[ARMA_STATES_MAX + 1 + ARIMA_LOST_MAX], scale, most = 0.0;
	size_t used = work->used;
	assert_true(arima_filter(work, arma));
	memcpy(fast, work->error, used * sizeof *fast);
	memcpy(root, work->root, used * sizeof *root);
	memcpy(ending, work->ending, work->stride * sizeof *ending);
	scale = work->log_scale;
	for (size_t i = 0; i < used; i++)
		most = fmax(most, fabs(fast[i]));
	size_t all = work->states + work->lost;
	work->dense = calloc(3 * all * all + 2 * all, sizeof(double));
	assert_non_null(work->dense);
	assert_true(arima_filter_gaps(work, arma));
	assert_int_equal(work->used, used);
	/* 1.1e-7 is the most that some hundred seeds have shown: the dense filter loses digits to its wide beginning. */
	assert_true(fabs(work->log_scale - scale) < 1e-6);
	for (size_t i = 0; i < used; i++) {
		assert_true(fabs(work->error[i] - fast[i]) < 1e-5 * most);
		assert_true(fabs(work->root[i] - root[i]) < 1e-5 * root[i]);
	}
	for (size_t i = 0; i < work->stride; i++)
		assert_true(fabs(work->ending[i] - ending[i]) < 1e-5 * fmax(most, fabs(ending[i])));
}

/* The filter of rank one and the one with whole covariances are two ways to the same errors. */
static void
test_both_filters_agree(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct arima_orders orders = any_orders();
		struct arima_work work;
		struct arma arma;
		double values[200], coefficients[ARIMA_COEFFICIENTS_MAX];
		struct series series = { .values = values, .n = 40 + any_below(160) };
		any_values(values, series.n);
		any_coefficients(&orders, coefficients);
		arima_expand(&orders, coefficients, &arma);
		assert_int_equal(arima_work_open(&work, &series, &orders, NULL), STATUS_OK);
		expect_same_errors(&work, &arma);
		arima_work_close(&work);
	}
}

static void
test_any_numbers_bind_to_coefficients_and_back(void **state)
{
	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct arima_orders orders = any_orders();
		double x[ARIMA_COEFFICIENTS_MAX], coefficients[ARIMA_COEFFICIENTS_MAX], again[ARIMA_COEFFICIENTS_MAX];
		any_coefficients(&orders, coefficients);
		assert_true(arima_roots_outside(&orders, coefficients, 1.0));
		arima_free(&orders, coefficients, x);
		arima_bind(&orders, x, again);
		for (size_t i = 0; i < arima_coefficients(&orders); i++)
			assert_true(fabs(again[i] - coefficients[i]) < 1e-9);
	}
	struct arima_orders walk = { .p = 1 };
	assert_false(arima_roots_outside(&walk, &(double){ 0.995 }, 1.01));
	assert_true(arima_roots_outside(&walk, &(double){ 0.985 }, 1.01));
}

static const struct arima_orders airline = { .d = 1, .q = 1, .seasonal_d = 1, .seasonal_q = 1, .season = 12 };

/* A season, a trend and noise. */
static void
simple_values(double *out, size_t n)
{
	struct chance chance = chance_begin(5, 0);
	for (size_t t = 0; t < n; t++)
		out[t] = 100.0 + 0.3 * (double)t + 10.0 * sin(2.0 * M_PI * (double)t / 12.0) + 3.0 * chance_normal(&chance);
}

static void
test_the_same_seed_gives_the_same_bytes(void **state)
{
	(void)state;
	double values[120], one[2][36], other[36];
	struct model model;
	simple_values(values, 120);
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 120 }, &airline, NULL, &model), STATUS_OK);
	for (int normal = 0; normal < 2; normal++) {
		for (size_t i = 0; i < 2; i++) {
			struct chance chance = chance_begin(1, 2);
			model.face->simulate(model.self, normal == 1, &chance, 36, one[i]);
		}
		struct chance chance = chance_begin(1, 3);
		model.face->simulate(model.self, normal == 1, &chance, 36, other);
		assert_memory_equal(one[0], one[1], sizeof one[0]);
		assert_memory_not_equal(one[0], other, sizeof other);
	}
	model_close(&model);
}

/* Of the airline model: psi is the sum of what theta and Theta leave of each step and each season. */
static double
airline_variance(const struct arima_facts *facts, size_t steps)
{
	double theta = facts->coefficients[0], high = facts->coefficients[1], sum = 0.0, psi[64] = { 0 };
	for (size_t j = 0; j < steps; j++) {
		double shock =
		    (j == 0 ? 1.0 : 0.0) + (j == 1 ? theta : 0.0) + (j == 12 ? high : 0.0) + (j == 13 ? theta * high : 0.0);
		psi[j] = shock + (j >= 1 ? psi[j - 1] : 0.0) + (j >= 12 ? psi[j - 12] : 0.0) - (j >= 13 ? psi[j - 13] : 0.0);
		sum += psi[j] * psi[j];
	}
	return sum * facts->variance;
}

static void
test_paths_vary_as_the_model_says(void **state)
{
	(void)state;
	enum { PATHS = 20000, STEPS = 30 };
	double values[120], point[STEPS], path[STEPS];
	struct model model;
	simple_values(values, 120);
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 120 }, &airline, NULL, &model), STATUS_OK);
	struct arima_facts facts = arima_facts(&model);
	model.face->forecast(model.self, STEPS, point);
	for (int normal = 0; normal < 2; normal++) {
		double squares[STEPS] = { 0 }, sum[STEPS] = { 0 };
		for (size_t p = 0; p < PATHS; p++) {
			struct chance chance = chance_begin(11, p);
			model.face->simulate(model.self, normal == 1, &chance, STEPS, path);
			for (size_t h = 0; h < STEPS; h++) {
				sum[h] += (path[h] - point[h]) / PATHS;
				squares[h] += (path[h] - point[h]) * (path[h] - point[h]) / PATHS;
			}
		}
		for (size_t h = 0; h < STEPS; h++) {
			double variance = airline_variance(&facts, h + 1);
			assert_true(fabs(squares[h] / variance - 1.0) < 0.06);
			assert_true(fabs(sum[h]) < 5.0 * sqrt(variance / PATHS));
		}
	}
	model_close(&model);
}

/* Powers of two change no digit; others no more than the search's end. */
static void
test_units_do_not_matter(void **state)
{
	(void)state;
	static const double scale[2] = { 0x1p24, 1e7 }, near[2] = { 1e-14, 1e-4 };
	double values[120], large[120], out[2][24];
	struct model model;
	simple_values(values, 120);
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 120 }, &airline, NULL, &model), STATUS_OK);
	model.face->forecast(model.self, 24, out[0]);
	model_close(&model);
	for (size_t i = 0; i < 2; i++) {
		for (size_t t = 0; t < 120; t++)
			large[t] = scale[i] * values[t];
		assert_int_equal(arima_fit(&(struct series){ .values = large, .n = 120 }, &airline, NULL, &model), STATUS_OK);
		model.face->forecast(model.self, 24, out[1]);
		for (size_t h = 0; h < 24; h++)
			assert_true(apart(out[1][h], scale[i] * out[0][h], 1.0) < near[i]);
		model_close(&model);
	}
}

static void
test_again(void **state)
{
	(void)state;
	double values[120], out[2][24];
	struct model model, shorter;
	struct arima_regressors rows = { .n_rows = 144, .columns = 1 };
	double dip[144] = { [30] = 1.0, [101] = 1.0, [125] = 1.0 };
	rows.rows = dip;
	simple_values(values, 120);
	values[30] -= 40.0;
	values[101] -= 40.0;
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 120 }, &airline, &rows, &model), STATUS_OK);
	model.face->forecast(model.self, 24, out[0]);
	assert_true(out[0][5] < out[0][4] - 25.0); /* the dip that is known to come */
	for (int anew = 0; anew < 2; anew++) {
		shorter = model;
		assert_int_equal(
		    model.face->again(model.self, &(struct series){ .values = values, .n = 120 }, anew == 1, &shorter.self),
		    STATUS_OK);
		shorter.face->forecast(shorter.self, 24, out[1]);
		for (size_t h = 0; h < 24; h++)
			assert_true(apart(out[1][h], out[0][h], 1.0) < (anew == 1 ? 1e-4 : 1e-12));
		model_close(&shorter);
		/* The one-step forecast of the whole model is the first forecast of the model of what came before. */
		shorter = model;
		assert_int_equal(
		    model.face->again(model.self, &(struct series){ .values = values, .n = 101 }, anew == 1, &shorter.self),
		    STATUS_OK);
		shorter.face->forecast(shorter.self, 24, out[1]);
		assert_true(apart(out[1][0], model.face->fitted(model.self)[101], 1.0) < (anew == 1 ? 0.1 : 1e-9));
		model_close(&shorter);
	}
	model_close(&model);
}

static void
test_near_unit_roots_nothing_explodes(void **state)
{
	(void)state;
	struct chance chance = chance_begin(3, 1);
	double values[150], out[200], level = 0.0;
	struct arima_orders orders = { .p = 2, .q = 1, .constant = true };
	struct model model;
	for (size_t t = 0; t < 150; t++)
		values[t] = 50.0 + (level += chance_normal(&chance));
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 150 }, &orders, NULL, &model), STATUS_OK);
	model.face->forecast(model.self, 200, out);
	for (size_t h = 0; h < 200; h++)
		assert_true(fabs(out[h] - 50.0) < 100.0);
	model_close(&model);
	/* Differenced once too often: theta is as good as -1. */
	for (size_t t = 0; t < 150; t++)
		values[t] = chance_normal(&chance);
	orders = (struct arima_orders){ .d = 1, .q = 1 };
	assert_int_equal(arima_fit(&(struct series){ .values = values, .n = 150 }, &orders, NULL, &model), STATUS_OK);
	assert_true(arima_facts(&model).coefficients[0] < -0.95);
	model.face->forecast(model.self, 200, out);
	assert_true(fabs(out[199]) < 1.0);
	model_close(&model);
}

static void
test_what_cannot_be_fitted_is_refused(void **state)
{
	(void)state;
	double values[40];
	struct series series = { .values = values, .n = 40 };
	struct model model = { .n = 77 };
	struct arima_orders orders = airline;
	simple_values(values, 40);
	series.n = 13;
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_TOO_FEW);
	series.n = 0;
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_TOO_FEW);
	series.n = 40;
	orders.constant = true;
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_USAGE);
	orders = (struct arima_orders){ .seasonal_p = 1 };
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_USAGE);
	orders = (struct arima_orders){ .p = ARIMA_ORDER_MAX + 1 };
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_USAGE);
	orders = (struct arima_orders){ .p = 1 };
	assert_int_equal(arima_fit(&series, &orders, &(struct arima_regressors){ values, 39, 1 }, &model), STATUS_USAGE);
	assert_int_equal(arima_given(&series, &orders, NULL, &(double){ 1.1 }, NULL, &model), STATUS_NO_FIT);
	values[7] = INFINITY;
	assert_int_equal(arima_fit(&series, &orders, NULL, &model), STATUS_NO_FIT);
	assert_int_equal(model.n, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_coefficients_say_what_r_says),
		cmocka_unit_test(test_the_most_likely_is_as_likely_as_r_s),
		cmocka_unit_test(test_both_filters_agree),
		cmocka_unit_test(test_any_numbers_bind_to_coefficients_and_back),
		cmocka_unit_test(test_the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(test_paths_vary_as_the_model_says),
		cmocka_unit_test(test_units_do_not_matter),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_near_unit_roots_nothing_explodes),
		cmocka_unit_test(test_what_cannot_be_fitted_is_refused),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* ARIMA against R's values, and what must hold of any of them. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "any.h"
#include "arima.h"
#include "reference_cases.h"

struct told {
	struct series series;
	struct arima_orders orders;
	struct arima_regressors regressors;
	const struct arima_regressors *lent;
	size_t lost;
};

static struct told
told_of(const struct reference_case *in)
{
	const struct reference_numbers *orders = reference_get(in, "orders"), *values = reference_get(in, "values"),
				       *rows = reference_get(in, "rows"), *slopes = reference_get(in, "slopes"),
				       *mean = reference_get(in, "mean");
	size_t o[8];
	for (size_t i = 0; i < 8; i++)
		o[i] = (size_t)orders->values[i];
	struct told told = {
		.series = { .values = values->values, .n = values->n, .periods = { (double)o[6] }, .n_periods = o[6] > 1 },
		.orders = { o[0], o[1], o[2], o[3], o[4], o[5], o[6], o[7] != 0 },
		.regressors = { rows->values, values->n + mean->n, slopes->n - o[7] },
		.lost = o[1] + o[4] * o[6]
	};
	return told;
}

static const struct arima_regressors *
lent(const struct told *told)
{
	return told->regressors.columns == 0 ? NULL : &told->regressors;
}

/* The greatest difference of two numbers, in parts of the second's size. */
static double
apart(double ours, double theirs)
{
	if (isnan(ours) || isnan(theirs))
		return isnan(ours) == isnan(theirs) ? 0.0 : INFINITY;
	return fabs(ours - theirs) / fmax(fabs(theirs), 1e-3);
}

/* R's diffuse beginning is a great variance, not a boundless one: its fitted values differ from ours until that is forgotten. */
static double
fitted_apart(const struct reference_case *in, const struct told *told, const struct model *model, double *first)
{
	const double *theirs = reference_get(in, "fitted")->values, *residuals = arima_facts(model).residuals;
	double worst = 0.0;
	size_t met = 0;
	*first = 0.0;
	for (size_t t = 0; t < told->series.n; t++) {
		if (isnan(residuals[t]))
			continue;
		double is = apart(told->series.values[t] - residuals[t], theirs[t]);
		*first = fmax(*first, is);
		if (met++ >= told->lost)
			worst = fmax(worst, is);
	}
	assert_true(met > 0);
	return worst;
}

static void
test_given_coefficients_say_what_r_says(void **state)
{
	(void)state;
	struct reference_case in = { .n = 0 };
	FILE *file = reference_open("arima");
	size_t cases = 0;
	while (reference_next(file, &in)) {
		struct told told = told_of(&in);
		const struct reference_numbers *mean = reference_get(&in, "mean");
		struct model model;
		double out[64], worst = 0.0, first, likelihood = reference_get(&in, "likelihood")->values[0];
		assert_int_equal(arima_given(&told.series, &told.orders, lent(&told), reference_get(&in, "coefficients")->values,
				     reference_get(&in, "slopes")->values, &model),
		    STATUS_OK);
		model.face->forecast(model.self, mean->n, out);
		for (size_t h = 0; h < mean->n; h++)
			worst = fmax(worst, apart(out[h], mean->values[h]));
		double fitted = fitted_apart(&in, &told, &model, &first), off = arima_facts(&model).log_likelihood - likelihood;
		printf("%-16s %-34s forecasts %.1e fitted %.1e (from the first: %.1e) log likelihood %+.1e\n", in.name, model.label,
		    worst, fitted, first, off);
		model_close(&model);
		cases++;
	}
	fclose(file);
	assert_true(cases >= 20);
	reference_clear(&in);
}

static void
test_the_most_likely_is_at_least_as_likely_as_r_s(void **state)
{
	(void)state;
	struct reference_case in = { .n = 0 };
	FILE *file = reference_open("arima");
	while (reference_next(file, &in)) {
		struct told told = told_of(&in);
		struct model model;
		double likelihood = reference_get(&in, "likelihood")->values[0];
		assert_int_equal(arima_fit(&told.series, &told.orders, lent(&told), &model), STATUS_OK);
		printf("%-16s %-34s log likelihood %.6f, R's %.6f: %+.2e\n", in.name, model.label,
		    arima_facts(&model).log_likelihood, likelihood, arima_facts(&model).log_likelihood - likelihood);
		model_close(&model);
	}
	fclose(file);
	reference_clear(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_coefficients_say_what_r_says),
		cmocka_unit_test(test_the_most_likely_is_at_least_as_likely_as_r_s),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The season repeated over a model of the rest: beside R's stlf() with the naive rest, and as the face of a model. */
#include "check.h"

#include "any.h"
#include "reference.h"
#include "stl_model.h"

/* The simplest rest: the last value goes on, with unit steps of chance. */
struct naive {
	size_t n;
	double *fitted, last;
};

static const struct model_face naive_face;

static void
naive_forecast(const void *self, size_t horizon, double *out)
{
	for (size_t h = 0; h < horizon; h++)
		out[h] = ((const struct naive *)self)->last;
}

static void
naive_simulate(const void *self, bool normal, struct chance *chance, size_t horizon, double *path)
{
	double at = ((const struct naive *)self)->last;
	(void)normal;
	for (size_t h = 0; h < horizon; h++)
		path[h] = at += 0.1 * chance_normal(chance);
}

static const double *
naive_fitted(const void *self)
{
	return ((const struct naive *)self)->fitted;
}

static enum status
naive_make(const struct series *series, void **out)
{
	struct naive *naive = calloc(1, sizeof *naive);
	assert_non_null(naive);
	assert_int_equal(series->n_periods, 0);
	naive->n = series->n;
	naive->fitted = calloc(series->n, sizeof *naive->fitted);
	naive->last = series->values[series->n - 1];
	naive->fitted[0] = NAN;
	memcpy(naive->fitted + 1, series->values, (series->n - 1) * sizeof *naive->fitted);
	*out = naive;
	return STATUS_OK;
}

static enum status
naive_again(const void *self, const struct series *series, bool anew, void **out)
{
	(void)self;
	(void)anew;
	return naive_make(series, out);
}

static void
naive_close(void *self)
{
	free(((struct naive *)self)->fitted);
	free(self);
}

static const struct model_face naive_face = { naive_forecast, naive_simulate, naive_fitted, naive_again, naive_close };

static enum status
naive_fit(const struct series *series, void *user, struct model *out)
{
	enum status status = user != NULL ? *(enum status *)user : STATUS_OK;
	if (status != STATUS_OK)
		return status;
	*out = (struct model){ .face = &naive_face, .n = series->n, .label = "naive" };
	return naive_make(series, &out->self);
}

static struct reference *table;

static struct model
fit(double lambda)
{
	struct series series = { .values = table->value[0], .n = table->rows, .periods = { 12 }, .n_periods = 1 };
	struct stl_model_options options = { .scale = { lambda, 0.0 }, .fit = naive_fit };
	struct model model;
	assert_int_equal(stl_model_fit(&series, &options, &model), STATUS_OK);
	return model;
}

static void
test_reference(void **state)
{
	struct reference *naive = reference_read("stl/naive.csv");
	double out[30];
	struct model model = fit(1.0);
	(void)state;
	model.face->forecast(model.self, 30, out);
	reference_compare("point", out, reference_column(naive, "point"), 30, 1e-9);
	assert_string_equal(model.label, "STL + naive");
	model_close(&model);
	model = fit(0.0);
	model.face->forecast(model.self, 30, out);
	reference_compare("of log", out, reference_column(naive, "of_log"), 30, 1e-9);
	assert_string_equal(model.label, "STL of log + naive");
	model_close(&model);
	free(naive);
}

/* A model of the first 100 values, led on to all, is the model of all; each fitted value is the season over the value before. */
static void
test_again(void **state)
{
	double out[30], expected[30];
	struct model whole = fit(0.0), later = whole, early;
	struct series series = { .values = table->value[0], .n = 100, .periods = { 12 }, .n_periods = 1 };
	struct stl_model_options options = { .scale = { 0.0, 0.0 }, .fit = naive_fit };
	(void)state;
	assert_int_equal(stl_model_fit(&series, &options, &early), STATUS_OK);
	series.n = table->rows;
	assert_int_equal(early.face->again(early.self, &series, false, &later.self), STATUS_OK);
	whole.face->forecast(whole.self, 30, expected);
	later.face->forecast(later.self, 30, out);
	reference_compare("again", out, expected, 30, 1e-15);
	const double *fitted = whole.face->fitted(whole.self);
	assert_true(isnan(fitted[0]));
	for (size_t i = 1; i < table->rows; i++)
		assert_true(fitted[i] > 0.0);
	series.n = 20;
	assert_int_equal(whole.face->again(whole.self, &series, true, &later.self), STATUS_TOO_FEW);
	model_close(&whole);
	model_close(&early);
	later.face->close(later.self);
}

/* The same draws give the same path; on the logarithm's scale no path is below zero, however wild. */
static void
test_paths(void **state)
{
	double one[500], two[500];
	struct model model = fit(0.0);
	uint64_t seed = any_bits();
	(void)state;
	for (uint64_t stream = 0; stream < 50; stream++) {
		struct chance first = chance_begin(seed, stream), second = first;
		model.face->simulate(model.self, true, &first, 500, one);
		model.face->simulate(model.self, true, &second, 500, two);
		assert_memory_equal(one, two, sizeof one);
		for (size_t h = 0; h < 500; h++)
			assert_true(one[h] >= 0.0 && isfinite(one[h]));
	}
	model_close(&model);
}

static void
test_refused(void **state)
{
	struct series series = { .values = table->value[0], .n = 20, .periods = { 12 }, .n_periods = 1 };
	enum status refusal = STATUS_NO_FIT;
	struct stl_model_options options = { .scale = transform_none, .fit = naive_fit, .user = &refusal };
	struct model model = { 0 };
	(void)state;
	assert_int_equal(stl_model_fit(&series, &options, &model), STATUS_TOO_FEW);
	series.n = table->rows;
	assert_int_equal(stl_model_fit(&series, &options, &model), STATUS_NO_FIT);
	assert_null(model.face);
}

int
main(void)
{
	any_begin();
	table = reference_read("stl/one.csv");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_refused),
	};
	int failed = cmocka_run_group_tests_name("stl_model", tests, NULL, NULL);
	free(table);
	return failed;
}

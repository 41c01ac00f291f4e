/*
 * Exponential smoothing: as R's given its weights and states, at least as likely as R's own fit, and what holds of any fit: paths
 * spread as theory says, units make no difference, short and constant series are no failure.
 */
#include "check.h"

#include "ets.h"
#include "ets_filter.h"
#include "reference_lines.h"

enum { PATHS = 20000, HORIZON = 14, LONG = 96, MONTHS = 12 };

static const struct ets_form forms[] = { { 'A', 'N', 'N', false }, { 'A', 'A', 'N', false }, { 'A', 'A', 'N', true },
	{ 'A', 'N', 'A', false }, { 'A', 'A', 'A', false }, { 'A', 'A', 'A', true }, { 'M', 'N', 'N', false },
	{ 'M', 'A', 'N', false }, { 'M', 'A', 'N', true }, { 'M', 'N', 'A', false }, { 'M', 'A', 'A', false },
	{ 'M', 'A', 'A', true }, { 'M', 'N', 'M', false }, { 'M', 'A', 'M', false }, { 'M', 'A', 'M', true } };
enum { FORMS = sizeof forms / sizeof *forms };

static struct ets_form
form_of(const char *letters)
{
	size_t n = strlen(letters);
	assert_in_range(n, 3, 4);
	return (struct ets_form){ .error = letters[0], .trend = letters[1], .season = letters[n - 1], .damped = n == 4 };
}

/* A monthly series with all that a series may have; the same each time. */
static struct series
months(double *values, size_t n, uint64_t seed)
{
	struct chance chance = chance_begin(seed, 0);
	double level = 100.0;
	for (size_t t = 0; t < n; t++) {
		level += 0.6 + 2.0 * chance_normal(&chance);
		values[t] = level * (1.0 + 0.2 * sin(2.0 * acos(-1.0) * (double)t / MONTHS)) + 3.0 * chance_normal(&chance);
	}
	return (struct series){ .values = values, .n = n, .periods = { MONTHS }, .n_periods = 1 };
}

/* Weights and states that suit `months`. */
static struct ets_values
some_values(const struct ets_form *form)
{
	struct ets_values values = { .alpha = 0.4, .beta = 0.05, .gamma = 0.2, .phi = 0.93, .level = 100.0, .trend = 1.0 };
	for (size_t k = 0; k < MONTHS; k++) {
		double wave = sin(2.0 * acos(-1.0) * (double)k / MONTHS);
		values.season[k] = form->season == 'M' ? 1.0 + 0.2 * wave : 20.0 * wave;
	}
	return values;
}

/* --- as R --------------------------------------------------------------------------------------------------------------------- */

static void
read_states(const struct reference *r, struct ets_values *values)
{
	assert_in_range(r->n, 2, 2 + ETS_PERIOD_MAX);
	values->level = r->values[0];
	values->trend = r->values[1];
	for (size_t k = 2; k < r->n; k++)
		values->season[k - 2] = r->values[k];
}

static void
test_given_weights_and_states_agree_with_r(void **state)
{
	static struct reference r;
	struct model model = { 0 };
	struct ets_values values = { 0 };
	char letters[REFERENCE_WORD_BYTES] = "";
	double minus2 = 0.0, aicc = 0.0, sigma2 = 0.0, ahead[REFERENCE_VALUES_MAX];
	size_t seen = 0;
	(void)state;
	reference_open(&r);
	while (reference_next(&r)) {
		if (strcmp(r.word, "ets") == 0) {
			memcpy(letters, r.name, sizeof letters);
			minus2 = r.values[0];
			aicc = r.values[1];
			sigma2 = r.values[2];
		} else if (strcmp(r.word, "weights") == 0) {
			values = (struct ets_values){ r.values[0], r.values[1], r.values[2], r.values[3], 0.0, 0.0, { 0.0 } };
		} else if (strcmp(r.word, "states") == 0) {
			struct ets_form form = form_of(letters);
			read_states(&r, &values);
			assert_int_equal(ets_given(&r.series, &form, &values, &model), STATUS_OK);
			assert_true(fabs(ets_about(&model)->minus2 - minus2) < 1e-6 * fabs(minus2));
			assert_true(fabs(ets_about(&model)->aicc - aicc) < 1e-6 * fabs(aicc));
			assert_true(fabs(ets_about(&model)->sigma2 - sigma2) < 1e-6 * sigma2);
		} else if (strcmp(r.word, "fitted") == 0 && model.face != NULL) {
			reference_agrees(&r, letters, model.face->fitted(model.self), model.n);
		} else if (strcmp(r.word, "ahead") == 0 && model.face != NULL) {
			model.face->forecast(model.self, r.n, ahead);
			reference_agrees(&r, letters, ahead, r.n);
			model_close(&model);
			seen++;
		}
	}
	assert_true(seen >= 30);
}

static void
test_a_fit_is_as_likely_as_rs(void **state)
{
	static struct reference r;
	(void)state;
	reference_open(&r);
	while (reference_next(&r)) {
		struct model model;
		if (strcmp(r.word, "ets") == 0) {
			struct ets_form form = form_of(r.name);
			assert_int_equal(ets_fit(&r.series, &form, &model), STATUS_OK);
			if (!(ets_about(&model)->minus2 <= r.values[0] + 0.01))
				fail_msg("%s %s: %.6f, R has %.6f", r.of, r.name, ets_about(&model)->minus2, r.values[0]);
			model_close(&model);
		} else if (strcmp(r.word, "best") == 0) {
			assert_int_equal(ets_choose(&r.series, NULL, &model), STATUS_OK);
			if (!(ets_about(&model)->aicc <= r.values[0] + 0.01))
				fail_msg("%s %s: %.6f, R has %s %.6f", r.of, model.label, ets_about(&model)->aicc, r.name,
				    r.values[0]);
			model_close(&model);
		}
	}
}

/* --- the search --------------------------------------------------------------------------------------------------------------- */

/* The deviance's slopes, of which the search is made, against differences. */
static void
test_slopes_are_those_of_the_deviance(void **state)
{
	double y[LONG], x[ETS_COLUMNS_MAX];
	struct series series = months(y, LONG, 3);
	(void)state;
	for (size_t i = 0; i < FORMS; i++) {
		struct ets_case c;
		struct ets_sums sums;
		struct ets_values values = some_values(&forms[i]), near;
		assert_int_equal(ets_case_of(&series, &forms[i], &c), STATUS_OK);
		ets_pack(&c, &values, x);
		assert_true(ets_slopes(&c, x, &sums));
		ets_unpack(&c, x, &values);
		assert_true(fabs(ets_deviance_of(&c, sums.squares, sums.logs) - ets_deviance(&c, &values)) < 1e-8);
		for (size_t k = 0; k < ets_columns(&c.form, c.period).n; k++) {
			double slope = 2.0 * LONG * sums.rd[k] / sums.squares + 2.0 * sums.h[k], at = x[k],
			       gap = 1e-6 * (1.0 + fabs(at));
			x[k] = at + gap;
			ets_unpack(&c, x, &near);
			double above = ets_deviance(&c, &near);
			x[k] = at - gap;
			ets_unpack(&c, x, &near);
			double difference = (above - ets_deviance(&c, &near)) / (2.0 * gap);
			x[k] = at;
			if (!(fabs(slope - difference) < 1e-4 * (1.0 + fabs(slope))))
				fail_msg("form %zu, column %zu: %.9g, differences say %.9g", i, k, slope, difference);
		}
	}
}

/* Going on from where a fit ended gains nothing, however long the series. */
static void
test_a_fit_is_a_floor(void **state)
{
	enum { LONGER = 1000 };
	static double y[LONGER];
	(void)state;
	for (size_t n = LONG; n <= LONGER; n += LONGER - LONG) {
		struct series series = months(y, n, 59);
		for (size_t i = 0; i < FORMS; i++) {
			struct model model, on;
			assert_int_equal(ets_fit(&series, &forms[i], &model), STATUS_OK);
			on = model;
			assert_int_equal(model.face->again(model.self, &series, true, &on.self), STATUS_OK);
			assert_true(fabs(ets_about(&on)->minus2 - ets_about(&model)->minus2) < 0.01);
			model_close(&model);
			model_close(&on);
		}
	}
}

/* What admissible means: with nothing new to learn, what was wrong at first fades. */
static void
test_admissible_weights_forget(void **state)
{
	enum { STEPS = 6000, TRIALS = 300 };
	static double nothing[STEPS], residual[STEPS];
	struct chance chance = chance_begin(5, 0);
	size_t kept = 0, forgotten = 0;
	(void)state;
	for (size_t i = 0; i < TRIALS; i++) {
		struct ets_case c = { .y = nothing, .n = STEPS, .period = 2 + chance_index(&chance, 11), .form = forms[3 + i % 3] };
		struct ets_values values = { .alpha = chance_uniform(&chance), .phi = 0.8 + 0.18 * chance_uniform(&chance) };
		struct ets_trace trace = { .residual = residual };
		double late = 0.0;
		values.beta = values.alpha * chance_uniform(&chance);
		values.gamma = (1.0 - values.alpha) * chance_uniform(&chance);
		values.season[0] = 1.0;
		assert_true(ets_run(&c, &values, &trace));
		for (size_t t = STEPS - 100; t < STEPS; t++)
			late = fmax(late, fabs(residual[t]));
		if (late > 1e-6 && late < 1e3)
			continue; /* too near the border to tell */
		assert_int_equal(ets_admissible(&c, &values), late <= 1e-6);
		late <= 1e-6 ? forgotten++ : kept++;
	}
	assert_true(kept > 5 && forgotten > 100);
}

static void
test_units_make_no_difference(void **state)
{
	double y[LONG], z[LONG], ahead[HORIZON], scaled[HORIZON];
	struct series series = months(y, LONG, 7);
	(void)state;
	for (size_t t = 0; t < LONG; t++)
		z[t] = 1000.0 * y[t];
	struct series large = series;
	large.values = z;
	for (size_t i = 0; i <= FORMS; i++) {
		struct model one, other;
		if (i < FORMS) {
			assert_int_equal(ets_fit(&series, &forms[i], &one), STATUS_OK);
			assert_int_equal(ets_fit(&large, &forms[i], &other), STATUS_OK);
		} else {
			assert_int_equal(ets_choose(&series, NULL, &one), STATUS_OK);
			assert_int_equal(ets_choose(&large, NULL, &other), STATUS_OK);
		}
		assert_string_equal(one.label, other.label);
		one.face->forecast(one.self, HORIZON, ahead);
		other.face->forecast(other.self, HORIZON, scaled);
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(fabs(scaled[h] - 1000.0 * ahead[h]) < 1e-4 * fabs(scaled[h]));
		model_close(&one);
		model_close(&other);
	}
}

static void
test_limits_are_kept(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 9);
	struct model model;
	(void)state;
	assert_int_equal(ets_choose(&series, &(struct ets_limits){ .additive_only = true, .no_trend = true }, &model), STATUS_OK);
	assert_string_equal(model.label, "ETS(A,N,A)");
	model_close(&model);
	assert_int_equal(ets_choose(&series, &(struct ets_limits){ .no_season = true, .no_trend = true }, &model), STATUS_OK);
	assert_int_equal(ets_about(&model)->form.season, 'N');
	assert_int_equal(ets_about(&model)->period, 1);
	model_close(&model);
	y[5] = 0.0;
	assert_int_equal(ets_choose(&series, NULL, &model), STATUS_OK);
	assert_int_equal(ets_about(&model)->form.error, 'A');
	model_close(&model);
}

/* --- paths -------------------------------------------------------------------------------------------------------------------- */

/* How an error moves the value j steps later (Hyndman et al. 2008, table 6.1). */
static double
weight_after(const struct ets_about *about, size_t j)
{
	double sum = 0.0, power = 1.0, phi = about->form.damped ? about->start.phi : 1.0;
	for (size_t k = 0; k < j; k++)
		sum += power *= phi;
	return about->start.alpha + (about->form.trend == 'A' ? about->start.beta * sum : 0.0) +
	    (about->form.season == 'A' && j % about->period == 0 ? about->start.gamma : 0.0);
}

static void
check_spread(const struct model *model, bool normal)
{
	static double path[HORIZON], mean[HORIZON], square[HORIZON];
	double point[HORIZON], growth = 1.0;
	const struct ets_about *about = ets_about(model);
	struct chance chance = chance_begin(11, normal);
	memset(mean, 0, sizeof mean);
	memset(square, 0, sizeof square);
	model->face->forecast(model->self, HORIZON, point);
	for (size_t p = 0; p < PATHS; p++) {
		model->face->simulate(model->self, normal, &chance, HORIZON, path);
		for (size_t h = 0; h < HORIZON; h++) {
			mean[h] += (path[h] - point[h]) / PATHS;
			square[h] += (path[h] - point[h]) * (path[h] - point[h]) / PATHS;
		}
	}
	/* Residuals drawn again have the variance of those that were, without the loss of degrees of freedom. */
	double n = (double)model->n, sigma2 = about->sigma2 * (normal ? 1.0 : (n - (double)about->parameters) / n);
	for (size_t h = 0; h < HORIZON; h++) {
		double variance = sigma2 * growth;
		assert_true(fabs(mean[h]) < 5.0 * sqrt(variance / PATHS));
		assert_true(fabs(square[h] / variance - 1.0) < (normal ? 0.06 : 0.15));
		growth += weight_after(about, h + 1) * weight_after(about, h + 1);
	}
}

static void
test_paths_spread_as_theory_says(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 13);
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct model model;
		struct ets_values values = some_values(&forms[i]);
		assert_int_equal(ets_given(&series, &forms[i], &values, &model), STATUS_OK);
		check_spread(&model, true);
		check_spread(&model, false);
		model_close(&model);
	}
}

/*
 * The mean square of the step `horizon` ahead with multiplied errors, within the first season: level and trend learn g(x) e where e
 * is independent of x, so that their second moments go from step to step.
 */
static double
mean_square(const struct ets_about *about, size_t horizon)
{
	const struct ets_values *last = &about->last;
	double alpha = last->alpha, beta = about->form.trend == 'A' ? last->beta : 0.0, phi = about->form.damped ? last->phi : 1.0;
	double l = last->level, b = about->form.trend == 'A' ? last->trend : 0.0, ll = l * l, lb = l * b, bb = b * b, square = 0.0;
	for (size_t h = 0; h < horizon; h++) {
		double s = about->form.season == 'N' ? 0.0 : last->season[h], q = l + phi * b;
		double qq = ll + 2.0 * phi * lb + phi * phi * bb, qb = phi * lb + phi * phi * bb;
		double ff = about->form.season == 'M' ? s * s * qq : qq + 2.0 * s * q + s * s;
		double learnt = about->sigma2 * (about->form.season == 'M' ? qq : ff);
		square = (1.0 + about->sigma2) * ff;
		l = q;
		b *= phi;
		ll = qq + alpha * alpha * learnt;
		lb = qb + alpha * beta * learnt;
		bb = phi * phi * bb + beta * beta * learnt;
	}
	return square;
}

static void
test_paths_of_multiplied_errors_spread_as_theory_says(void **state)
{
	double y[LONG], point[HORIZON], path[HORIZON];
	struct series series = months(y, LONG, 17);
	(void)state;
	for (size_t i = 6; i < FORMS; i++) {
		struct model model;
		struct ets_values values = some_values(&forms[i]);
		struct chance chance = chance_begin(19, i);
		double mean[HORIZON] = { 0.0 }, square[HORIZON] = { 0.0 };
		assert_int_equal(ets_given(&series, &forms[i], &values, &model), STATUS_OK);
		model.face->forecast(model.self, HORIZON, point);
		for (size_t p = 0; p < PATHS; p++) {
			model.face->simulate(model.self, true, &chance, HORIZON, path);
			for (size_t h = 0; h < HORIZON; h++) {
				mean[h] += path[h] / PATHS;
				square[h] += path[h] * path[h] / PATHS;
			}
		}
		for (size_t h = 0; h < MONTHS; h++) {
			double variance = mean_square(ets_about(&model), h + 1) - point[h] * point[h];
			assert_true(fabs(mean[h] - point[h]) < 5.0 * sqrt(variance / PATHS));
			assert_true(fabs((square[h] - mean[h] * mean[h]) / variance - 1.0) < 0.06);
		}
		model_close(&model);
	}
}

/* A year on a multiplied season has learnt once: its factor and the level from the same e, both in proportion to themselves. */
static void
test_a_multiplied_season_learns_in_proportion(void **state)
{
	double y[LONG], path[MONTHS + 1], square = 0.0, alpha = 0.05, gamma = 0.9;
	struct series series = months(y, LONG, 47);
	struct ets_values values = some_values(&forms[12]);
	struct chance chance = chance_begin(53, 0);
	struct model model;
	(void)state;
	values.alpha = alpha;
	values.gamma = gamma;
	series.n -= 9; /* so that the next step's factor is far from 1 */
	assert_int_equal(ets_given(&series, &forms[12], &values, &model), STATUS_OK);
	const struct ets_about *about = ets_about(&model);
	double e2 = about->sigma2, point = about->last.level * about->last.season[0];
	assert_true(about->last.season[0] > 1.2);
	for (size_t p = 0; p < PATHS; p++) {
		model.face->simulate(model.self, true, &chance, MONTHS + 1, path);
		square += path[MONTHS] * path[MONTHS] / (point * point) / PATHS;
	}
	double learnt =
	    1.0 + (alpha * alpha + gamma * gamma + 4.0 * alpha * gamma) * e2 + 3.0 * alpha * alpha * gamma * gamma * e2 * e2;
	double expected = learnt * pow(1.0 + alpha * alpha * e2, MONTHS - 1.0) * (1.0 + e2);
	assert_true(fabs((square - 1.0) / (expected - 1.0) - 1.0) < 0.08);
	model_close(&model);
}

/* Errors of more than the whole forecast leave nothing, not less. */
static void
test_multiplied_errors_never_go_below_zero(void **state)
{
	double y[LONG], path[HORIZON];
	struct series series = months(y, LONG, 41);
	struct ets_values values = { .alpha = 0.01, .level = 20.0 };
	struct chance chance = chance_begin(43, 0);
	struct model model;
	size_t nothing = 0;
	(void)state;
	assert_int_equal(ets_given(&series, &forms[6], &values, &model), STATUS_OK);
	assert_true(ets_about(&model)->sigma2 > 1.0);
	for (size_t p = 0; p < 1000; p++) {
		model.face->simulate(model.self, true, &chance, HORIZON, path);
		for (size_t h = 0; h < HORIZON; h++) {
			assert_true(path[h] >= 0.0);
			nothing += path[h] == 0.0;
		}
	}
	assert_true(nothing > 100);
	model_close(&model);
}

static void
test_same_seed_same_bytes(void **state)
{
	double y[LONG], path[HORIZON], other[HORIZON];
	struct series series = months(y, LONG, 23);
	(void)state;
	for (int normal = 0; normal < 2; normal++) {
		struct model one, two;
		struct chance first = chance_begin(1, 2), second = chance_begin(1, 2);
		assert_int_equal(ets_choose(&series, NULL, &one), STATUS_OK);
		assert_int_equal(ets_choose(&series, NULL, &two), STATUS_OK);
		one.face->simulate(one.self, normal, &first, HORIZON, path);
		two.face->simulate(two.self, normal, &second, HORIZON, other);
		assert_memory_equal(path, other, sizeof path);
		model_close(&one);
		model_close(&two);
	}
}

/* --- again -------------------------------------------------------------------------------------------------------------------- */

static struct model
again(const struct model *model, const struct series *series, bool anew)
{
	struct model out = *model;
	out.n = series->n;
	assert_int_equal(model->face->again(model->self, series, anew, &out.self), STATUS_OK);
	return out;
}

static void
test_again(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 29), shorter = series;
	shorter.n = LONG - 20;
	(void)state;
	for (size_t i = 0; i < FORMS; i++) {
		struct model model, same, cut, fresh;
		assert_int_equal(ets_fit(&series, &forms[i], &model), STATUS_OK);
		same = again(&model, &series, false);
		assert_true(ets_about(&same)->minus2 <= ets_about(&model)->minus2 + 1e-9);
		cut = again(&model, &shorter, false);
		assert_true(ets_about(&cut)->start.alpha == ets_about(&model)->start.alpha);
		fresh = again(&model, &shorter, true);
		assert_true(ets_about(&fresh)->minus2 <= ets_about(&cut)->minus2 + 1e-6);
		model_close(&model);
		model_close(&same);
		model_close(&cut);
		model_close(&fresh);
	}
}

/* --- what a series may be like ------------------------------------------------------------------------------------------------ */

static void
test_a_constant_series_stays(void **state)
{
	double y[LONG], ahead[HORIZON], path[HORIZON];
	const double levels[] = { 0.0, 5.0, 1e9, -3.0 };
	struct chance chance = chance_begin(1, 1);
	(void)state;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		struct series series = { .values = y, .n = LONG, .periods = { MONTHS }, .n_periods = 1 };
		struct model model;
		for (size_t t = 0; t < LONG; t++)
			y[t] = levels[i];
		assert_int_equal(ets_choose(&series, NULL, &model), STATUS_OK);
		assert_string_equal(model.label, "ETS(A,N,N)");
		model.face->forecast(model.self, HORIZON, ahead);
		model.face->simulate(model.self, false, &chance, HORIZON, path);
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(ahead[h] == levels[i] && path[h] == levels[i]);
		model_close(&model);
		for (size_t k = 0; k < FORMS; k++) {
			enum status status = ets_fit(&series, &forms[k], &model);
			assert_true(status == STATUS_OK || (status == STATUS_NO_FIT && forms[k].error == 'M' && levels[i] <= 0.0));
			if (status == STATUS_OK) {
				model.face->forecast(model.self, HORIZON, ahead);
				for (size_t h = 0; h < HORIZON; h++)
					assert_true(fabs(ahead[h] - levels[i]) <= 1e-6 * fabs(levels[i]));
				model_close(&model);
			}
		}
	}
}

/* A line without noise is met to rounding, and no form with more parameters is preferred to it. */
static void
test_a_straight_line_goes_on(void **state)
{
	double y[LONG], ahead[HORIZON];
	struct series series = { .values = y, .n = LONG, .periods = { MONTHS }, .n_periods = 1 };
	struct model model;
	(void)state;
	for (size_t t = 0; t < LONG; t++)
		y[t] = 10.0 + 3.0 * (double)t;
	assert_int_equal(ets_choose(&series, NULL, &model), STATUS_OK);
	model.face->forecast(model.self, HORIZON, ahead);
	for (size_t h = 0; h < HORIZON; h++)
		assert_true(fabs(ahead[h] - (10.0 + 3.0 * (double)(LONG + h))) < 1e-3);
	model_close(&model);
}

static void
test_short_series(void **state)
{
	double y[40], ahead[HORIZON], path[HORIZON];
	struct series series = months(y, 40, 31);
	struct chance chance = chance_begin(1, 1);
	(void)state;
	for (series.n = 0; series.n < 40; series.n++) {
		struct model model;
		enum status status = ets_choose(&series, NULL, &model);
		assert_int_equal(status, series.n < 5 ? STATUS_TOO_FEW : STATUS_OK);
		for (size_t i = 0; i < FORMS; i++) {
			struct model one;
			size_t period = forms[i].season == 'N' ? 1 : MONTHS;
			enum status fit = ets_fit(&series, &forms[i], &one);
			assert_int_equal(fit, series.n < ets_values_needed(&forms[i], period) ? STATUS_TOO_FEW : STATUS_OK);
			if (fit == STATUS_OK)
				model_close(&one);
		}
		if (status != STATUS_OK)
			continue;
		model.face->forecast(model.self, HORIZON, ahead);
		model.face->simulate(model.self, false, &chance, HORIZON, path);
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(isfinite(ahead[h]) && isfinite(path[h]));
		model_close(&model);
	}
}

static void
test_what_is_refused(void **state)
{
	double y[LONG];
	struct series series = months(y, LONG, 37);
	struct model model;
	(void)state;
	assert_int_equal(ets_fit(&series, &(struct ets_form){ 'A', 'N', 'M', false }, &model), STATUS_USAGE);
	assert_int_equal(ets_fit(&series, &(struct ets_form){ 'A', 'N', 'N', true }, &model), STATUS_USAGE);
	assert_int_equal(ets_fit(&series, &(struct ets_form){ 'A', 'M', 'N', false }, &model), STATUS_USAGE);
	series.periods[0] = 365.25;
	assert_int_equal(ets_fit(&series, &forms[4], &model), STATUS_USAGE);
	assert_int_equal(ets_choose(&series, NULL, &model), STATUS_OK);
	assert_int_equal(ets_about(&model)->period, 1);
	model_close(&model);
	y[50] = 0.0;
	assert_int_equal(ets_fit(&series, &forms[6], &model), STATUS_NO_FIT);
	y[50] = (double)NAN;
	assert_int_equal(ets_fit(&series, &forms[0], &model), STATUS_NO_FIT);
	assert_int_equal(ets_choose(&series, NULL, &model), STATUS_NO_FIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_weights_and_states_agree_with_r),
		cmocka_unit_test(test_a_fit_is_as_likely_as_rs),
		cmocka_unit_test(test_slopes_are_those_of_the_deviance),
		cmocka_unit_test(test_a_fit_is_a_floor),
		cmocka_unit_test(test_admissible_weights_forget),
		cmocka_unit_test(test_units_make_no_difference),
		cmocka_unit_test(test_limits_are_kept),
		cmocka_unit_test(test_paths_spread_as_theory_says),
		cmocka_unit_test(test_paths_of_multiplied_errors_spread_as_theory_says),
		cmocka_unit_test(test_a_multiplied_season_learns_in_proportion),
		cmocka_unit_test(test_multiplied_errors_never_go_below_zero),
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_a_constant_series_stays),
		cmocka_unit_test(test_a_straight_line_goes_on),
		cmocka_unit_test(test_short_series),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

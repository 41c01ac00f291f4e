/* Waves as columns, and regression with ARIMA errors. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fourier.h"
#include "regression.h"

enum { DAYS = 1461, AHEAD = 400, ROWS = DAYS + AHEAD, COLUMNS = 2 };

static void
test_waves(void **state)
{
	(void)state;
	double row[64];
	assert_int_equal(fourier_harmonics_max(12.0), 6);
	assert_int_equal(fourier_harmonics_max(7.0), 3);
	assert_int_equal(fourier_harmonics_max(1.0), 0);
	assert_int_equal(fourier_columns(12.0, 6), 11);
	assert_int_equal(fourier_columns(12.0, 5), 10);
	assert_int_equal(fourier_columns(365.25, 12), 24);
	for (size_t step = 0; step < 5000; step += 371) {
		fourier_row(365.25, 12, step, row);
		for (size_t k = 1; k <= 12; k++) {
			double angle = 2.0 * M_PI * (double)(k * step) / 365.25;
			assert_true(fabs(row[2 * k - 2] - cos(angle)) < 1e-11);
			assert_true(fabs(row[2 * k - 1] - sin(angle)) < 1e-11);
		}
	}
	fourier_row(12.0, 6, 3, row);
	assert_true(fabs(row[10] + 1.0) < 1e-14);
}

/* Days with a week, a year, two kinds of marked days and slow errors, all known. */
struct days {
	double rows[ROWS][COLUMNS], truth[ROWS], values[DAYS];
	struct series series;
	struct arima_regressors calendar;
};

static struct days *
days_make(uint64_t seed)
{
	struct days *days = calloc(1, sizeof *days);
	struct chance chance = chance_begin(seed, 0);
	double error = 0.0;
	assert_non_null(days);
	for (size_t t = 0; t < ROWS; t++) {
		days->rows[t][0] = t % 97 == 40 ? 1.0 : 0.0;
		days->rows[t][1] = t % 53 == 10 ? 1.0 : 0.0;
		days->truth[t] = 200.0 + 12.0 * cos(2.0 * M_PI * (double)t / 7.0) + 5.0 * sin(4.0 * M_PI * (double)t / 7.0) +
		    25.0 * sin(2.0 * M_PI * (double)t / 365.25) - 80.0 * days->rows[t][0] + 30.0 * days->rows[t][1];
		error = 0.6 * error + 6.0 * chance_normal(&chance);
		if (t < DAYS)
			days->values[t] = days->truth[t] + error;
	}
	days->series = (struct series){ .values = days->values, .n = DAYS, .periods = { 7.0, 365.25 }, .n_periods = 2 };
	days->calendar = (struct arima_regressors){ days->rows[0], ROWS, COLUMNS };
	return days;
}

static double
mean_error(const double *out, const double *truth, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += fabs(out[i] - truth[i]) / (double)n;
	return sum;
}

static void
test_what_was_put_in_is_found(void **state)
{
	(void)state;
	struct days *days = days_make(1);
	struct model model;
	double out[AHEAD];
	assert_int_equal(regression_fit(&days->series, NULL, &days->calendar, &model), STATUS_OK);
	struct regression_facts facts = regression_facts(&model);
	print_message("%s: calendar %.2f %.2f\n", model.label, facts.calendar[0], facts.calendar[1]);
	assert_int_equal(facts.harmonics[0], 2);
	assert_int_equal(facts.harmonics[1], 1);
	assert_int_equal(facts.calendar_columns, 2);
	/* 16 and 28 marked days of standard deviation 6: a standard error of 1.5 and less. */
	assert_true(fabs(facts.calendar[0] + 80.0) < 5.0 && fabs(facts.calendar[1] - 30.0) < 4.0);
	model.face->forecast(model.self, AHEAD, out);
	assert_true(mean_error(out, days->truth + DAYS, AHEAD) < 2.0);
	model_close(&model);
	free(days);
}

static void
expect_parts_add_up(const struct model *model, bool logarithm)
{
	double out[AHEAD], *part[REGRESSION_PARTS], room[REGRESSION_PARTS][AHEAD];
	for (size_t i = 0; i < REGRESSION_PARTS; i++)
		part[i] = room[i];
	assert_int_equal(regression_parts(model, AHEAD, part), STATUS_OK);
	model->face->forecast(model->self, AHEAD, out);
	for (size_t h = 0; h < AHEAD; h++) {
		double sum = 0.0;
		for (size_t i = 0; i < REGRESSION_PARTS; i++)
			sum += part[i][h];
		assert_true(fabs(sum - (logarithm ? log(out[h]) : out[h])) < 1e-9 * fmax(1.0, fabs(sum)));
	}
}

static void
test_parts_add_up(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 6; round++) {
		struct days *days = days_make(round);
		struct regression_options options = { .trend = round % 2 == 1, .logarithm = round >= 4 };
		struct chance chance = chance_begin(9, round);
		struct model model;
		double walk = 0.0;
		for (size_t t = 0; t < DAYS; t++) {
			if (round == 2 || round == 3)
				days->values[t] += walk += 4.0 * chance_normal(&chance);
			days->values[t] += options.trend ? 0.05 * (double)t : 0.0;
		}
		assert_int_equal(regression_fit(&days->series, &options, &days->calendar, &model), STATUS_OK);
		print_message("%s\n", model.label);
		expect_parts_add_up(&model, options.logarithm);
		model_close(&model);
		free(days);
	}
}

static void
test_each_part_is_what_was_put_in(void **state)
{
	(void)state;
	struct days *days = days_make(3);
	struct regression_options options = { .trend = true };
	struct model model;
	double *part[REGRESSION_PARTS], room[REGRESSION_PARTS][AHEAD];
	for (size_t t = 0; t < DAYS; t++)
		days->values[t] += 0.05 * (double)t;
	assert_int_equal(regression_fit(&days->series, &options, &days->calendar, &model), STATUS_OK);
	for (size_t i = 0; i < REGRESSION_PARTS; i++)
		part[i] = room[i];
	assert_int_equal(regression_parts(&model, AHEAD, part), STATUS_OK);
	for (size_t h = 0; h < AHEAD; h++) {
		double t = (double)(DAYS + h);
		double week = 12.0 * cos(2.0 * M_PI * t / 7.0) + 5.0 * sin(4.0 * M_PI * t / 7.0);
		assert_true(fabs(part[REGRESSION_PERIOD][h] - week) < 2.0);
		assert_true(fabs(part[REGRESSION_PERIOD + 1][h] - 25.0 * sin(2.0 * M_PI * t / 365.25)) < 3.0);
		assert_true(fabs(part[REGRESSION_TREND][h] - 0.05 * (double)(h + 1)) < 3.0);
		assert_true(fabs(part[REGRESSION_LEVEL][h] - 200.0 - 0.05 * (double)DAYS) < 4.0);
		assert_true(fabs(part[REGRESSION_ERRORS][h]) < (h < 20 ? 25.0 : 0.1));
		assert_true(fabs(part[REGRESSION_CALENDAR][h]) < 1e-12 || days->rows[DAYS + h][0] + days->rows[DAYS + h][1] > 0.0);
		assert_true(part[REGRESSION_PERIOD + 2][h] == 0.0);
	}
	model_close(&model);
	free(days);
}

/* Days of which nothing is known count for nothing, however far from 0 the others are. */
static void
test_gaps(void **state)
{
	(void)state;
	struct days *days = days_make(5);
	struct model model;
	double out[AHEAD];
	for (size_t t = 0; t < DAYS; t++)
		if (t % 29 == 3 || (t > 700 && t < 730))
			days->values[t] = NAN;
		else
			days->values[t] += 5000.0;
	assert_int_equal(regression_fit(&days->series, NULL, &days->calendar, &model), STATUS_OK);
	struct regression_facts facts = regression_facts(&model);
	assert_int_equal(facts.harmonics[0], 2);
	assert_true(facts.harmonics[1] >= 1 && facts.harmonics[1] <= 3);
	model.face->forecast(model.self, AHEAD, out);
	for (size_t h = 0; h < AHEAD; h++)
		out[h] -= 5000.0;
	assert_true(mean_error(out, days->truth + DAYS, AHEAD) < 2.5);
	const double *fitted = model.face->fitted(model.self);
	for (size_t t = 0; t < DAYS; t++)
		assert_true(isnan(fitted[t]) == isnan(days->values[t]) || t == 0);
	model_close(&model);
	free(days);
}

static void
test_logarithm(void **state)
{
	(void)state;
	struct days *days = days_make(6);
	struct regression_options options = { .logarithm = true };
	struct model model, plain;
	double logs[DAYS], out[2][AHEAD], path[2][AHEAD];
	for (size_t t = 0; t < DAYS; t++)
		logs[t] = log(days->values[t]);
	struct series of_logs = days->series;
	of_logs.values = logs;
	assert_int_equal(regression_fit(&days->series, &options, &days->calendar, &model), STATUS_OK);
	assert_int_equal(regression_fit(&of_logs, NULL, &days->calendar, &plain), STATUS_OK);
	struct chance chance[2] = { chance_begin(1, 1), chance_begin(1, 1) };
	model.face->forecast(model.self, AHEAD, out[0]);
	plain.face->forecast(plain.self, AHEAD, out[1]);
	model.face->simulate(model.self, false, &chance[0], AHEAD, path[0]);
	plain.face->simulate(plain.self, false, &chance[1], AHEAD, path[1]);
	for (size_t h = 0; h < AHEAD; h++)
		assert_true(fabs(out[0][h] - exp(out[1][h])) < 1e-9 && fabs(path[0][h] - exp(path[1][h])) < 1e-9);
	model_close(&model);
	model_close(&plain);
	days->values[100] = 0.0;
	assert_int_equal(regression_fit(&days->series, &options, &days->calendar, &model), STATUS_NO_FIT);
	free(days);
}

static void
test_again(void **state)
{
	(void)state;
	struct days *days = days_make(7);
	struct model model, shorter;
	double out[2][AHEAD];
	struct series cut = days->series;
	assert_int_equal(regression_fit(&days->series, NULL, &days->calendar, &model), STATUS_OK);
	model.face->forecast(model.self, AHEAD, out[0]);
	for (int anew = 0; anew < 2; anew++) {
		shorter = model;
		assert_int_equal(model.face->again(model.self, &days->series, anew == 1, &shorter.self), STATUS_OK);
		shorter.face->forecast(shorter.self, AHEAD, out[1]);
		for (size_t h = 0; h < AHEAD; h++)
			assert_true(fabs(out[1][h] - out[0][h]) < (anew == 1 ? 0.5 : 1e-9));
		model_close(&shorter);
		cut.n = DAYS - 365;
		shorter = model;
		assert_int_equal(model.face->again(model.self, &cut, anew == 1, &shorter.self), STATUS_OK);
		shorter.face->forecast(shorter.self, AHEAD, out[1]);
		assert_true(mean_error(out[1], days->truth + cut.n, AHEAD) < 3.0);
		if (anew == 0)
			assert_true(fabs(out[1][0] - model.face->fitted(model.self)[cut.n]) < 1e-9);
		model_close(&shorter);
	}
	cut.n = ROWS + 1;
	assert_int_equal(model.face->again(model.self, &cut, false, &shorter.self), STATUS_USAGE);
	model_close(&model);
	free(days);
}

/* A month of days has no year; a few have no week; fewer than columns are too few. */
static void
test_short_series(void **state)
{
	(void)state;
	struct days *days = days_make(8);
	struct model model;
	double out[AHEAD];
	for (size_t n = 0; n < 60; n++) {
		days->series.n = n;
		enum status status = regression_fit(&days->series, NULL, &days->calendar, &model);
		if (status != STATUS_OK) {
			assert_int_equal(status, STATUS_TOO_FEW);
			assert_true(n < 8);
			continue;
		}
		assert_int_equal(regression_facts(&model).harmonics[1], 0);
		model.face->forecast(model.self, AHEAD, out);
		for (size_t h = 0; h < AHEAD; h++)
			assert_true(fabs(out[h]) < 1e5);
		model_close(&model);
	}
	for (size_t t = 0; t < DAYS; t++)
		days->values[t] = 3.0;
	days->series.n = DAYS;
	assert_int_equal(regression_fit(&days->series, NULL, NULL, &model), STATUS_OK);
	model.face->forecast(model.self, AHEAD, out);
	for (size_t h = 0; h < AHEAD; h++)
		assert_true(fabs(out[h] - 3.0) < 1e-6);
	model_close(&model);
	free(days);
}

static void
test_what_cannot_be_is_refused(void **state)
{
	(void)state;
	struct days *days = days_make(9);
	struct model model = { .n = 77 };
	struct arima_regressors few = { days->rows[0], DAYS - 1, COLUMNS };
	assert_int_equal(regression_fit(&days->series, NULL, &few, &model), STATUS_USAGE);
	days->rows[5][0] = NAN;
	assert_int_equal(regression_fit(&days->series, NULL, &days->calendar, &model), STATUS_NO_FIT);
	days->rows[5][0] = 0.0;
	days->values[5] = INFINITY;
	assert_int_equal(regression_fit(&days->series, NULL, &days->calendar, &model), STATUS_NO_FIT);
	assert_int_equal(model.n, 77);
	free(days);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waves),
		cmocka_unit_test(test_what_was_put_in_is_found),
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_each_part_is_what_was_put_in),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_logarithm),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_short_series),
		cmocka_unit_test(test_what_cannot_be_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

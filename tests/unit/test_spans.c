/*
 * Totals over spans become a history and a future: the history meets its totals, shut steps stay empty, a record day leaves its
 * neighbours alone, and over random ports the intervals of the year's total hold what they say.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../any.h"
#include "spans.h"

enum { YEAR = 365, STEPS_MAX = 6 * YEAR, PATHS = 400, PORTS = 60 };

static double profile[STEPS_MAX];

static double
sum(const double *values, size_t first, size_t last)
{
	double total = 0.0;
	for (size_t i = first; i <= last; i++)
		total += values[i];
	return total;
}

static void
all_open(void)
{
	for (size_t i = 0; i < STEPS_MAX; i++)
		profile[i] = 1.0;
}

static struct spans_task
task_of(const struct span_total *span, size_t n_spans, size_t n, size_t horizon)
{
	return (struct spans_task){ .span = span,
		.n_spans = n_spans,
		.profile = profile,
		.n = n,
		.horizon = horizon,
		.year = YEAR,
		.paths = PATHS,
		.seed = 7 };
}

static struct spans_result
forecast(const struct spans_task *task)
{
	struct spans_result result;
	struct reason why = { "" };
	if (spans_forecast(task, &result, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return result;
}

/* The quantile of the paths' sums over the whole horizon. */
static double
sum_quantile(const struct forecast *future, double p)
{
	double sums[PATHS], out;
	for (size_t i = 0; i < PATHS; i++)
		sums[i] = sum(future->path + i * future->horizon, 0, future->horizon - 1);
	quantiles(sums, PATHS, &p, 1, &out);
	return out;
}

static const struct span_total two_years[] = {
	{ 0, YEAR - 1, 12.0e6, SPAN_EXACT },
	{ YEAR, YEAR + 180, 7.0e6, SPAN_ABOUT },
	{ YEAR, YEAR + 272, 12.4608e6, SPAN_EXACT },
};

static void
test_the_history_meets_its_totals(void **state)
{
	(void)state;
	all_open();
	struct spans_task task = task_of(two_years, 3, YEAR + 273, 92);
	struct spans_result result = forecast(&task);
	for (size_t k = 0; k < 3; k++) {
		double total = sum(result.past, two_years[k].first, two_years[k].last);
		assert_true(fabs(total / two_years[k].total - 1.0) < (k == 1 ? 0.05 : 1e-6));
	}
	for (size_t i = 0; i < task.n; i++)
		assert_true(result.past[i] > 0.0 && result.past_sd[i] > 0.0);
	spans_close(&result);
}

static void
test_the_same_seed_gives_the_same_bytes(void **state)
{
	(void)state;
	all_open();
	struct spans_task task = task_of(two_years, 3, YEAR + 273, 92);
	struct spans_result one = forecast(&task), two = forecast(&task);
	assert_memory_equal(one.future.path, two.future.path, PATHS * 92 * sizeof(double));
	assert_memory_equal(one.past, two.past, task.n * sizeof(double));
	task.seed = 8;
	struct spans_result other = forecast(&task);
	assert_memory_not_equal(one.future.path, other.future.path, PATHS * 92 * sizeof(double));
	spans_close(&one);
	spans_close(&two);
	spans_close(&other);
}

static void
test_shut_steps_stay_empty_and_the_ceiling_holds(void **state)
{
	(void)state;
	double ceiling[92];
	all_open();
	for (size_t i = 100; i < 130; i++)
		profile[i] = 0.0;
	for (size_t i = YEAR + 300; i < YEAR + 303; i++)
		profile[i] = 0.0;
	for (size_t h = 0; h < 92; h++)
		ceiling[h] = 60000.0;
	struct spans_task task = task_of(two_years, 3, YEAR + 273, 92);
	task.ceiling = ceiling;
	struct spans_result result = forecast(&task);
	for (size_t i = 100; i < 130; i++)
		assert_true(result.past[i] == 0.0);
	for (size_t p = 0; p < PATHS; p++)
		for (size_t h = 0; h < 92; h++) {
			double value = result.future.path[p * 92 + h];
			bool shut = h >= 27 && h < 30;
			assert_true(value >= 0.0 && value <= 60000.0 && shut == (value == 0.0));
		}
	spans_close(&result);
}

/* The record day of three times its neighbours counts in the sum and says next to nothing of the days to come. */
static void
test_a_record_day_leaves_its_neighbours_alone(void **state)
{
	(void)state;
	all_open();
	const struct span_total with_record[] = { two_years[0], two_years[1], two_years[2],
		{ YEAR + 267, YEAR + 267, 217000.0, SPAN_EXACT } };
	struct spans_task plain = task_of(two_years, 3, YEAR + 273, 92), record = task_of(with_record, 4, YEAR + 273, 92);
	struct spans_result without = forecast(&plain), with = forecast(&record);
	double ratio = sum_quantile(&with.future, 0.5) / sum_quantile(&without.future, 0.5);
	assert_true(ratio > 0.97 && ratio < 1.06);
	assert_true(fabs(with.past[YEAR + 267] - 217000.0) < 1.0);
	assert_true(fabs(sum(with.past, YEAR, YEAR + 272) / 12.4608e6 - 1.0) < 1e-6);
	spans_close(&without);
	spans_close(&with);
}

static void
test_a_thousandfold_unit_gives_a_thousandfold_answer(void **state)
{
	(void)state;
	struct span_total larger[3];
	all_open();
	memcpy(larger, two_years, sizeof larger);
	for (size_t k = 0; k < 3; k++)
		larger[k].total *= 1000.0;
	struct spans_task small = task_of(two_years, 3, YEAR + 273, 92), large = task_of(larger, 3, YEAR + 273, 92);
	struct spans_result one = forecast(&small), thousand = forecast(&large);
	assert_true(fabs(sum_quantile(&thousand.future, 0.5) / sum_quantile(&one.future, 0.5) - 1000.0) < 1e-3);
	spans_close(&one);
	spans_close(&thousand);
}

/* Days that are known beat what a year's total suggests, and narrow the future. */
static void
test_observed_days_are_believed(void **state)
{
	(void)state;
	double observed[YEAR + 60];
	all_open();
	for (size_t i = 0; i < YEAR + 60; i++)
		observed[i] = i < YEAR ? NAN : 80000.0 * (1.0 + 0.1 * sin((double)i));
	struct spans_task task = task_of(two_years, 1, YEAR + 60, 30);
	struct spans_result before = forecast(&task);
	task.observed = observed;
	struct spans_result after = forecast(&task);
	double rate = sum_quantile(&after.future, 0.5) / 30.0;
	assert_true(rate > 70000.0 && rate < 90000.0);
	double wide = sum_quantile(&before.future, 0.9) / sum_quantile(&before.future, 0.1);
	double narrow = sum_quantile(&after.future, 0.9) / sum_quantile(&after.future, 0.1);
	assert_true(narrow < wide);
	assert_true(after.past[YEAR + 5] == observed[YEAR + 5] && after.past_sd[YEAR + 5] == 0.0);
	spans_close(&before);
	spans_close(&after);
}

/* The sum of a path's own history over the last year, as far as it is known, and its spread relative to the mean. */
static double
drawn_spread(const struct spans_result *result, size_t first, size_t last, double *mean)
{
	double all = 0.0, squares = 0.0;
	for (size_t p = 0; p < PATHS; p++) {
		double one = sum(result->drawn + p * result->kept, first, last);
		all += one / PATHS;
		squares += one * one / PATHS;
	}
	*mean = all;
	return sqrt(fmax(0.0, squares - all * all)) / all;
}

/* A past that is drawn is as sure as its figures: exact ones to a hair, about ones about, and what lies between them hardly. */
static void
test_the_past_is_as_sure_as_its_figures(void **state)
{
	(void)state;
	double mean = 0.0;
	all_open();
	struct spans_task task = task_of(two_years, 3, YEAR + 273, 92);
	task.keep = 273;
	struct spans_result result = forecast(&task);
	assert_int_equal(result.kept, 273);
	assert_true(drawn_spread(&result, 0, 272, &mean) < 0.001);
	assert_true(fabs(mean / 12.4608e6 - 1.0) < 0.002);
	double half = drawn_spread(&result, 0, 180, &mean);
	assert_true(half > 0.005 && half < 0.025);
	assert_true(fabs(mean / 7.0e6 - 1.0) < 0.02);
	assert_true(drawn_spread(&result, 0, 90, &mean) > 0.03);
	struct spans_result without = forecast(&(struct spans_task){ .span = two_years,
	    .n_spans = 3,
	    .profile = profile,
	    .n = YEAR + 273,
	    .horizon = 92,
	    .year = YEAR,
	    .paths = PATHS,
	    .seed = 7 });
	assert_int_equal(without.kept, 0);
	assert_memory_equal(without.future.path, result.future.path, PATHS * 92 * sizeof(double));
	spans_close(&result);
	spans_close(&without);
	/* The same year known "about" alone. */
	struct span_total about[] = { two_years[0], { YEAR, YEAR + 272, 12.4608e6, SPAN_ABOUT } };
	task = task_of(about, 2, YEAR + 273, 92);
	task.keep = 273;
	result = forecast(&task);
	half = drawn_spread(&result, 0, 272, &mean);
	assert_true(half > 0.012 && half < 0.03);
	spans_close(&result);
}

static void
test_bad_tasks_are_refused(void **state)
{
	(void)state;
	struct spans_result result;
	struct reason why;
	const struct span_total beyond = { 0, YEAR, 1.0, SPAN_EXACT }, nothing = { 0, 1, 0.0, SPAN_EXACT };
	all_open();
	struct spans_task task = task_of(&beyond, 1, YEAR, 30);
	assert_int_equal(spans_forecast(&task, &result, &why), STATUS_USAGE);
	task.span = &nothing;
	assert_int_equal(spans_forecast(&task, &result, &why), STATUS_USAGE);
	task.n_spans = 0;
	assert_int_equal(spans_forecast(&task, &result, &why), STATUS_TOO_FEW);
	task.paths = 1;
	assert_int_equal(spans_forecast(&task, &result, &why), STATUS_USAGE);
}

/* A port whose rate wanders, swings and surges; its figures are the year to a few days, as newspapers print them. */
static bool
inside_for_port(uint64_t seed)
{
	static double rate[4 * YEAR];
	struct chance chance = chance_begin(seed, 0);
	double level = log(50000.0), surge = 0.0, phase = 6.28 * chance_uniform(&chance);
	for (size_t i = 0; i < 4 * YEAR; i++) {
		level += 0.30 / sqrt(YEAR) * chance_normal(&chance);
		surge = surge * (1.0 - 1.0 / 28.0) + 0.15 * sqrt(2.0 / 28.0) * chance_normal(&chance);
		rate[i] = exp(level + surge + 0.15 * sin(6.2832 * (double)i / YEAR + phase) + 0.25 * chance_normal(&chance));
	}
	size_t asked = 3 * YEAR + 60 + chance_index(&chance, 240);
	struct span_total span[5];
	for (size_t year = 0; year < 3; year++)
		span[year] = (struct span_total){ year * YEAR, year * YEAR + YEAR - 1, 0.0, SPAN_EXACT };
	span[3] = (struct span_total){ 3 * YEAR, asked - 30, 0.0, SPAN_ABOUT };
	span[4] = (struct span_total){ 3 * YEAR, asked, 0.0, SPAN_EXACT };
	for (size_t k = 0; k < 5; k++)
		span[k].total = sum(rate, span[k].first, span[k].last);
	struct spans_task task = task_of(span, 5, asked + 1, 4 * YEAR - 1 - asked);
	struct spans_result result = forecast(&task);
	double came = sum(rate, asked + 1, 4 * YEAR - 1);
	bool inside = came >= sum_quantile(&result.future, 0.1) && came <= sum_quantile(&result.future, 0.9);
	spans_close(&result);
	return inside;
}

static void
test_intervals_hold_what_they_say(void **state)
{
	(void)state;
	size_t inside = 0;
	all_open();
	any_begin();
	for (size_t i = 0; i < PORTS; i++)
		inside += inside_for_port(any_bits());
	print_message("%zu of %d within their 80 %% interval\n", inside, PORTS);
	/* 48 of 60 are expected; beyond these bounds fewer than one run in ten thousand. */
	assert_in_range(inside, 35, 59);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_history_meets_its_totals),
		cmocka_unit_test(test_the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(test_shut_steps_stay_empty_and_the_ceiling_holds),
		cmocka_unit_test(test_a_record_day_leaves_its_neighbours_alone),
		cmocka_unit_test(test_a_thousandfold_unit_gives_a_thousandfold_answer),
		cmocka_unit_test(test_observed_days_are_believed),
		cmocka_unit_test(test_the_past_is_as_sure_as_its_figures),
		cmocka_unit_test(test_bad_tasks_are_refused),
		cmocka_unit_test(test_intervals_hold_what_they_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

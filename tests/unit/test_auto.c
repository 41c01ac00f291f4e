/*
 * The automatic forecast: what holds of every answer, whatever the series. How near it comes to what came is measured in
 * tests/accuracy.
 * also: thread
 */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"

enum { N_MAX = 1200, HORIZON = 14, PATHS = 300 };

static double values[N_MAX];

static uint64_t
seed(void)
{
	const char *given = getenv("JUYAN_SEED");
	uint64_t seed = given == NULL ? 20260101 : strtoull(given, NULL, 10);
	printf("seed=%llu\n", (unsigned long long)seed);
	return seed;
}

/* Around 1000 with a trend, a season of m steps, and noise. */
static void
make_series(size_t n, size_t m, double noise, uint64_t stream)
{
	struct chance chance = chance_begin(7, stream);
	for (size_t i = 0; i < n; i++) {
		double season = m < 2 ? 0.0 : 200.0 * sin(2.0 * M_PI * (double)i / (double)m);
		values[i] = fmax(0.0, 1000.0 + 0.5 * (double)i + season + noise * chance_normal(&chance));
	}
}

static struct forecast_task
task_of(size_t n, double period)
{
	return (struct forecast_task){ .series = { .values = values, .n = n, .periods = { period }, .n_periods = period > 1.0 },
		.horizon = HORIZON,
		.paths = PATHS,
		.seed = 5 };
}

static struct forecast
made(const struct forecast_task *task)
{
	struct forecast forecast;
	struct reason why = { "" };
	if (forecast_make(task, &forecast, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return forecast;
}

/* Numbers, none below 0, none above the ceiling, and parts that add up. */
static void
hold(const struct forecast_task *task, const struct forecast *forecast)
{
	for (size_t h = 0; h < task->horizon; h++) {
		double most = task->ceiling == NULL ? INFINITY : task->ceiling[h], sum = 0.0, size = 1.0;
		assert_true(isfinite(forecast->point[h]) && forecast->point[h] >= 0.0 && forecast->point[h] <= most);
		for (size_t k = 0; k < FORECAST_PARTS; k++) {
			sum += forecast->part[k][h];
			size += fabs(forecast->part[k][h]);
		}
		assert_true(fabs(sum - forecast->point[h]) <= 1e-9 * size);
		for (size_t p = 0; p < task->paths; p++) {
			double at = forecast->path[p * task->horizon + h];
			assert_true(isfinite(at) && at >= 0.0 && at <= most);
		}
	}
	assert_true(forecast->horizon == task->horizon && forecast->paths == task->paths && forecast->model[0] != '\0');
}

static double
quantile_at(const struct forecast *forecast, size_t h, double level)
{
	double at[PATHS], out;
	for (size_t p = 0; p < PATHS; p++)
		at[p] = forecast->path[p * forecast->horizon + h];
	quantiles(at, PATHS, &level, 1, &out);
	return out;
}

static bool
same(const struct forecast *a, const struct forecast *b)
{
	return memcmp(a->point, b->point, a->horizon * sizeof *a->point) == 0 &&
	    memcmp(a->path, b->path, a->horizon * a->paths * sizeof *a->path) == 0 && strcmp(a->model, b->model) == 0;
}

static void *
make_in_thread(void *user)
{
	struct forecast_task task = task_of(90, 12.0);
	*(struct forecast *)user = made(&task);
	return NULL;
}

static void
the_same_task_gives_the_same_bytes(void **state)
{
	(void)state;
	pthread_t threads[4];
	struct forecast forecasts[4];
	make_series(90, 12, 80.0, 1);
	struct forecast_task task = task_of(90, 12.0);
	struct forecast alone = made(&task);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_in_thread, &forecasts[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(same(&alone, &forecasts[i]));
		forecast_close(&forecasts[i]);
	}
	task.seed = 6;
	struct forecast other = made(&task);
	assert_memory_equal(alone.point, other.point, HORIZON * sizeof(double));
	assert_false(same(&alone, &other));
	forecast_close(&other);
	forecast_close(&alone);
}

static void
any_length_from_one_value_on_has_an_answer(void **state)
{
	(void)state;
	static const double periods[] = { 1.0, 4.0, 7.0, 12.0, 24.0, 52.18 };
	for (size_t k = 0; k < sizeof periods / sizeof *periods; k++)
		for (size_t n = 1; n <= 60; n += n < 26 ? 1 : 17) {
			make_series(n, (size_t)periods[k], 50.0, n);
			struct forecast_task task = task_of(n, periods[k]);
			struct forecast forecast = made(&task);
			hold(&task, &forecast);
			assert_true(n > 3 || forecast.n_notes > 0);
			assert_true(quantile_at(&forecast, HORIZON - 1, 0.9) > quantile_at(&forecast, HORIZON - 1, 0.1));
			forecast_close(&forecast);
		}
}

static void
a_short_history_is_wide_and_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++)
		values[i] = 1000.0;
	struct forecast_task task = task_of(5, 12.0);
	struct forecast forecast = made(&task);
	double width = quantile_at(&forecast, HORIZON - 1, 0.9) - quantile_at(&forecast, HORIZON - 1, 0.1);
	assert_true(width > 200.0);
	assert_true(strstr(forecast.notes[0], "short") != NULL);
	assert_true(strstr(forecast.notes[1], "too few for a season of 12") != NULL);
	assert_int_equal(forecast.past.origins, 0);
	forecast_close(&forecast);
}

static void
the_median_of_paths_is_near_the_point(void **state)
{
	(void)state;
	make_series(120, 12, 100.0, 3);
	struct forecast_task task = task_of(120, 12.0);
	struct forecast forecast = made(&task);
	hold(&task, &forecast);
	for (size_t h = 0; h < HORIZON; h++) {
		double width = quantile_at(&forecast, h, 0.9) - quantile_at(&forecast, h, 0.1);
		assert_true(fabs(quantile_at(&forecast, h, 0.5) - forecast.point[h]) < 0.25 * width);
	}
	assert_true(forecast.past.origins > 20 && forecast.past.mase > 0.2 && forecast.past.mase < 1.2);
	assert_true(forecast.past.covered80 > 0.6 && forecast.past.covered80 < 0.99);
	forecast_close(&forecast);
}

/* A clean season and trend go on. */
static void
season_and_trend_go_on(void **state)
{
	(void)state;
	make_series(180, 12, 10.0, 4);
	struct forecast_task task = task_of(180 - HORIZON, 12.0);
	struct forecast forecast = made(&task);
	for (size_t h = 0; h < HORIZON; h++)
		assert_true(fabs(forecast.point[h] - values[180 - HORIZON + h]) < 60.0);
	forecast_close(&forecast);
}

/* A series in other units is the same series. */
static void
units_do_not_matter(void **state)
{
	(void)state;
	struct forecast forecasts[2];
	for (size_t k = 0; k < 2; k++) {
		make_series(100, 12, 100.0, 5);
		for (size_t i = 0; i < 100; i++)
			values[i] *= k == 0 ? 1.0 : 4096.0;
		struct forecast_task task = task_of(100, 12.0);
		forecasts[k] = made(&task);
	}
	for (size_t i = 0; i < HORIZON; i++)
		assert_true(fabs(forecasts[1].point[i] / 4096.0 - forecasts[0].point[i]) < 1e-3 * forecasts[0].point[i]);
	forecast_close(&forecasts[0]);
	forecast_close(&forecasts[1]);
}

static void
ceilings_and_shut_steps_hold(void **state)
{
	(void)state;
	double open[120 + HORIZON], ceiling[HORIZON];
	make_series(120, 7, 100.0, 6);
	for (size_t i = 0; i < 120 + HORIZON; i++) {
		open[i] = i % 7 == 3 ? 0.0 : i % 7 == 4 ? 0.5 : 1.0;
		if (i < 120)
			values[i] *= open[i];
	}
	for (size_t h = 0; h < HORIZON; h++)
		ceiling[h] = h % 2 == 0 ? 700.0 : 1e9;
	struct forecast_task task = task_of(120, 7.0);
	task.open = open;
	task.ceiling = ceiling;
	struct forecast forecast = made(&task);
	hold(&task, &forecast);
	for (size_t h = 0; h < HORIZON; h++) {
		double share = open[120 + h];
		assert_true(share > 0.0 || forecast.point[h] == 0.0);
		assert_true(share > 0.0 || quantile_at(&forecast, h, 0.99) == 0.0);
		assert_true(share != 0.5 || h % 2 == 0 || fabs(forecast.point[h] - 530.0) < 150.0);
		assert_true(share != 1.0 || h % 2 == 0 || fabs(forecast.point[h] - 1060.0) < 300.0);
	}
	forecast_close(&forecast);
}

/* What is shut says nothing: a month without traffic does not pull the level down. */
static void
a_closure_does_not_poison_the_level(void **state)
{
	(void)state;
	double open[200 + HORIZON];
	make_series(200, 1, 30.0, 7);
	for (size_t i = 0; i < 200 + HORIZON; i++)
		open[i] = i >= 130 && i < 197 ? 0.0 : 1.0;
	for (size_t i = 130; i < 197; i++)
		values[i] = 0.0;
	struct forecast_task task = task_of(200, 12.0);
	task.open = open;
	struct forecast declared = made(&task);
	task.open = NULL;
	struct forecast seen = made(&task);
	for (size_t h = 0; h < HORIZON; h++) {
		assert_true(fabs(declared.point[h] - 1100.0) < 100.0);
		assert_true(fabs(seen.point[h] - 1100.0) < 150.0);
	}
	forecast_close(&declared);
	forecast_close(&seen);
}

/* A special day that halved the traffic before halves it again, and is the calendar's part. */
static void
the_calendar_comes_again(void **state)
{
	(void)state;
	static double special[N_MAX + HORIZON];
	make_series(700, 7, 40.0, 8);
	for (size_t i = 0; i < 700 + HORIZON; i++) {
		special[i] = i % 45 == 30 || i == 705;
		if (i < 700 && special[i] > 0.0)
			values[i] *= 0.4;
	}
	struct forecast_task task = task_of(700, 7.0);
	task.regressors = special;
	task.n_regressors = 1;
	struct forecast with = made(&task);
	hold(&task, &with);
	for (size_t h = 0; h < HORIZON; h++)
		if (special[700 + h] > 0.0) {
			assert_true(with.part[PART_CALENDAR][h] < -0.4 * with.part[PART_LEVEL][h]);
			assert_true(with.part[PART_CALENDAR][h] > -0.8 * with.part[PART_LEVEL][h]);
		} else
			assert_true(with.part[PART_CALENDAR][h] == 0.0);
	forecast_close(&with);
}

static void
gaps_constants_and_zeros_are_series_too(void **state)
{
	(void)state;
	make_series(100, 12, 100.0, 9);
	for (size_t i = 0; i < 100; i++)
		if (i % 9 == 4 || (i > 40 && i < 60) || i == 99)
			values[i] = NAN;
	struct forecast_task task = task_of(100, 12.0);
	struct forecast forecast = made(&task);
	hold(&task, &forecast);
	assert_true(fabs(forecast.point[0] - 1050.0) < 350.0);
	forecast_close(&forecast);
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < 100; i++)
			values[i] = k == 0 ? 0.0 : 321.0;
		forecast = made(&task);
		hold(&task, &forecast);
		for (size_t h = 0; h < HORIZON; h++)
			assert_true(fabs(forecast.point[h] - values[0]) < 0.5);
		forecast_close(&forecast);
	}
}

/* Half of a series' hundred single values are gone, at any place, and no answer is out of bounds. */
static void
random_series_hold(void **state)
{
	(void)state;
	struct chance chance = chance_begin(seed(), 0);
	for (int round = 0; round < 40; round++) {
		size_t n = 2 + chance_index(&chance, 150);
		double wild = chance_uniform(&chance), gone = 0.5 * chance_uniform(&chance),
		       period = 1.0 + (double)chance_index(&chance, 14);
		make_series(n, (size_t)period, 300.0, (uint64_t)round);
		for (size_t i = 0; i < n; i++) {
			double dice = chance_uniform(&chance);
			values[i] = i > 0 && dice < gone ? NAN
			    : dice > 0.97                ? values[i] * 50.0 * wild
			    : dice > 0.94                ? 0.0
							 : values[i];
		}
		struct forecast_task task = task_of(n, period);
		struct forecast forecast = made(&task);
		hold(&task, &forecast);
		forecast_close(&forecast);
	}
}

static void
days_have_a_week_and_a_year(void **state)
{
	(void)state;
	struct chance chance = chance_begin(3, 3);
	for (size_t i = 0; i < N_MAX; i++)
		values[i] = 1000.0 + 300.0 * sin(2.0 * M_PI * (double)i / 365.25) - (i % 7 == 0 ? 500.0 : 0.0) +
		    50.0 * chance_normal(&chance);
	struct forecast_task task = task_of(N_MAX - 120, 7.0);
	task.series.periods[task.series.n_periods++] = 365.25;
	task.horizon = 120;
	struct forecast forecast = made(&task);
	hold(&task, &forecast);
	double error = 0.0;
	for (size_t h = 0; h < 120; h++) {
		error += fabs(forecast.point[h] - values[N_MAX - 120 + h]) / 120.0;
		assert_true((N_MAX - 120 + h) % 7 != 0 || forecast.part[PART_WEEK][h] < -200.0);
	}
	assert_true(error < 120.0);
	forecast_close(&forecast);
}

static void
what_cannot_be_asked_is_refused(void **state)
{
	(void)state;
	struct forecast forecast;
	struct reason why;
	make_series(50, 12, 10.0, 1);
	struct forecast_task task = task_of(50, 12.0);
	task.horizon = 0;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_USAGE);
	task = task_of(50, 12.0);
	task.paths = 99;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_USAGE);
	task = task_of(0, 12.0);
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_TOO_FEW);
	task = task_of(3, 12.0);
	values[0] = values[1] = values[2] = NAN;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_TOO_FEW);
	values[1] = INFINITY;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_OUT_OF_RANGE);
}

static void
quantiles_are_of_type_seven(void **state)
{
	(void)state;
	static const double levels[3] = { 0.0, 0.3, 1.0 };
	double sample[4] = { 4.0, 1.0, 3.0, 2.0 }, out[3];
	quantiles(sample, 4, levels, 3, out);
	assert_true(out[0] == 1.0 && fabs(out[1] - 1.9) < 1e-12 && out[2] == 4.0);
}

/* Quarters and half-years are asked where a year has twelve steps, and enough of them are known. */
static void
test_quarters_where_months(void **state)
{
	static const struct {
		size_t n;
		double period;
		const char *asked;
	} cases[] = { { 120, 12.0, "0.3 ETS of quarters and half-years" }, { 40, 12.0, "0.15 ETS of quarters" }, { 30, 12.0, NULL },
		{ 120, 6.0, NULL }, { 300, 52.0, NULL } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		make_series(cases[i].n, (size_t)cases[i].period, 30.0, i);
		struct forecast_task task = task_of(cases[i].n, cases[i].period);
		struct forecast forecast = made(&task);
		hold(&task, &forecast);
		assert_true((strstr(forecast.model, "quarters") != NULL) == (cases[i].asked != NULL));
		assert_true(cases[i].asked == NULL || strstr(forecast.model, cases[i].asked) != NULL);
		forecast_close(&forecast);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_task_gives_the_same_bytes),
		cmocka_unit_test(any_length_from_one_value_on_has_an_answer),
		cmocka_unit_test(a_short_history_is_wide_and_says_so),
		cmocka_unit_test(the_median_of_paths_is_near_the_point),
		cmocka_unit_test(season_and_trend_go_on),
		cmocka_unit_test(units_do_not_matter),
		cmocka_unit_test(ceilings_and_shut_steps_hold),
		cmocka_unit_test(a_closure_does_not_poison_the_level),
		cmocka_unit_test(the_calendar_comes_again),
		cmocka_unit_test(gaps_constants_and_zeros_are_series_too),
		cmocka_unit_test(random_series_hold),
		cmocka_unit_test(days_have_a_week_and_a_year),
		cmocka_unit_test(what_cannot_be_asked_is_refused),
		cmocka_unit_test(quantiles_are_of_type_seven),
		cmocka_unit_test(test_quarters_where_months),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

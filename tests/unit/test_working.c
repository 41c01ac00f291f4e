/*
 * Working days: a series made with a known elasticity gives it back, a feast counts where it is kept and hardly where it is not,
 * and the forecast of a month goes with its days.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"
#include "civil.h"
#include "footing.h"

enum { FIRST = 12 * 2001, N = 240, HORIZON = 12 };

static double values[N];

static struct working
working_of(const void *user, size_t step)
{
	int at = FIRST + (int)step;
	(void)user;
	return (
	    struct working){ civil_working_days(at / 12, at % 12 + 1), civil_has_good_friday(at / 12, at % 12 + 1) ? 1.0 : 0.0 };
}

/* A level that wanders, a season, working days to the power of `days`, without those of the feast to the power of `feast`. */
static void
make_series(double days, double feast, double noise, uint64_t stream)
{
	struct chance chance = chance_begin(11, stream);
	double level = 6.0;
	for (size_t i = 0; i < N; i++) {
		struct working at = working_of(NULL, i);
		level += 0.01 * chance_normal(&chance);
		values[i] = exp(level + 0.2 * sin(2.0 * M_PI * (double)i / 12.0) + noise * chance_normal(&chance)) *
		    pow(at.days / 21.0, days) * pow(1.0 - at.feast / at.days, feast);
	}
}

static struct forecast_task
task_of(void)
{
	return (struct forecast_task){ .series = { .values = values, .n = N, .periods = { 12.0 }, .n_periods = 1 },
		.working = working_of,
		.horizon = HORIZON,
		.paths = 200,
		.seed = 3 };
}

static struct working_effect
learned(void)
{
	struct forecast_task task = task_of();
	struct footing footing;
	struct reason why = { "" };
	assert_int_equal(footing_make(&task, &footing, &why), STATUS_OK);
	struct working_effect effect = footing.working;
	footing_close(&footing);
	return effect;
}

static void
test_elasticity_comes_back(void **state)
{
	static const double given[] = { 0.0, 0.4, 0.8, 1.2 };
	(void)state;
	for (size_t k = 0; k < 4; k++)
		for (uint64_t stream = 0; stream < 5; stream++) {
			make_series(given[k], 0.0, 0.02, stream);
			struct working_effect effect = learned();
			assert_true(fabs(effect.days - given[k]) < 0.15);
			assert_true(fabs(effect.feast) < 0.3);
			/* A few blunders teach nothing. */
			values[50] *= 3.0;
			values[120] = 0.0;
			values[121] = NAN;
			assert_true(fabs(learned().days - given[k]) < 0.2);
		}
	make_series(0.8, 1.0, 0.005, 1);
	assert_true(fabs(learned().feast - 1.0) < 0.2);
}

/* What chance could feign is not believed: a wild series keeps near what is usual. */
static void
test_noise_teaches_little(void **state)
{
	(void)state;
	for (uint64_t stream = 0; stream < 10; stream++) {
		make_series(0.5, 0.0, 0.6, stream);
		struct working_effect effect = learned();
		assert_true(fabs(effect.days - 0.5) < 0.5 && fabs(effect.feast) < 0.3);
	}
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

/* The forecast with working days lies above the one without where a month has more of them than usual, and its parts add up. */
static void
test_forecast_goes_with_days(void **state)
{
	(void)state;
	make_series(1.0, 0.0, 0.01, 4);
	struct forecast_task task = task_of();
	struct forecast with = made(&task);
	task.working = NULL;
	struct forecast without = made(&task);
	double usual[12] = { 0.0 };
	for (size_t i = 0; i < N + HORIZON; i++)
		usual[i % 12] += working_of(NULL, i).days / (double)((N + HORIZON) / 12);
	for (size_t h = 0; h < HORIZON; h++) {
		double sum = 0.0, more = log(working_of(NULL, N + h).days / usual[h % 12]);
		for (size_t k = 0; k < FORECAST_PARTS; k++)
			sum += with.part[k][h];
		assert_true(fabs(sum - with.point[h]) <= 1e-9 * with.point[h]);
		double ordinary = with.point[h] - with.part[PART_CALENDAR][h];
		assert_true(fabs(log(with.point[h] / ordinary) - more) < 0.25 * fabs(more) + 0.005);
		assert_true(without.part[PART_CALENDAR][h] == 0.0);
	}
	assert_true(strstr(with.notes[0], "working days") != NULL && without.n_notes == 0);
	forecast_close(&with);
	forecast_close(&without);
}

static struct working
same_days(const void *user, size_t step)
{
	(void)user;
	(void)step;
	return (struct working){ 21.0, 0.0 };
}

/* Steps that are all alike are forecast as if nothing were known of them. */
static void
test_alike_changes_nothing(void **state)
{
	(void)state;
	make_series(0.0, 0.0, 0.05, 2);
	struct forecast_task task = task_of();
	task.working = same_days;
	struct forecast alike = made(&task);
	task.working = NULL;
	struct forecast unknown = made(&task);
	for (size_t h = 0; h < HORIZON; h++)
		assert_true(fabs(alike.point[h] - unknown.point[h]) <= 1e-9 * unknown.point[h]);
	forecast_close(&alike);
	forecast_close(&unknown);
}

static struct working
no_days(const void *user, size_t step)
{
	(void)user;
	return (struct working){ step == N + 3 ? 0.0 : 21.0, 0.0 };
}

static struct working
all_feast(const void *user, size_t step)
{
	(void)user;
	return (struct working){ 21.0, step == 5 ? 21.0 : 0.0 };
}

static void
test_refused(void **state)
{
	struct forecast forecast;
	struct reason why = { "" };
	(void)state;
	make_series(0.0, 0.0, 0.05, 2);
	struct forecast_task task = task_of();
	task.working = no_days;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_USAGE);
	assert_true(strstr(why.text, "step 244 ") != NULL);
	task.working = all_feast;
	assert_int_equal(forecast_make(&task, &forecast, &why), STATUS_USAGE);
	assert_true(strstr(why.text, "step 6 ") != NULL);
}

/* Any length, gaps, zeros and constants: numbers come out. */
static void
test_any_series(void **state)
{
	(void)state;
	for (size_t n = 1; n < 60; n++)
		for (int kind = 0; kind < 3; kind++) {
			make_series(0.7, 0.5, 0.1, n);
			for (size_t i = 0; i < n; i++)
				values[i] = kind == 1 ? 5.0 : kind == 2 && i % 3 == 1 ? (i % 2 == 0 ? NAN : 0.0) : values[i];
			struct forecast_task task = task_of();
			task.series.n = n;
			task.series.n_periods = n > 12 ? 1 : 0;
			struct forecast forecast = made(&task);
			for (size_t h = 0; h < HORIZON; h++)
				assert_true(isfinite(forecast.point[h]) && forecast.point[h] >= 0.0);
			forecast_close(&forecast);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elasticity_comes_back),
		cmocka_unit_test(test_noise_teaches_little),
		cmocka_unit_test(test_forecast_goes_with_days),
		cmocka_unit_test(test_alike_changes_nothing),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_any_series),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

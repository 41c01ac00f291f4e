/* Days seen by the month: months counted back from the last day, lines between their middles, and what they add far ahead. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "combine.h"
#include "months.h"

enum { N_MAX = 2000, HORIZON = 366 };

static const double year = 365.25;
static double values[N_MAX + HORIZON], level[N_MAX];

static uint64_t
seed(void)
{
	const char *given = getenv("JUYAN_SEED");
	uint64_t seed = given == NULL ? 20260301 : strtoull(given, NULL, 10);
	printf("seed=%llu\n", (unsigned long long)seed);
	return seed;
}

static void
months_are_counted_back_from_the_last_day(void **state)
{
	(void)state;
	for (size_t n = 0; n < N_MAX; n++) {
		double out[N_MAX / 30 + 1];
		struct adjusted adjusted = { .n = n, .offset = 5.0, .level = level };
		size_t months = months_in(n, year);
		/* The last month alone is at 12, all before it at 7. */
		for (size_t i = 0; i < n; i++)
			level[i] = log((i + 30 >= n ? 12.0 : 7.0) + 5.0);
		months_make(&adjusted, year, out);
		for (size_t k = 0; k < months; k++)
			assert_true(fabs(out[k] - (k + 1 == months ? 12.0 : 7.0)) < 1e-9);
	}
}

static void
five_years_of_days_are_sixty_months(void **state)
{
	(void)state;
	assert_int_equal(months_in(1827, year), 60);
	assert_int_equal(months_in(30, year), 0);
	assert_int_equal(months_in(0, year), 0);
}

static void
a_level_far_below_is_no_value_below_zero(void **state)
{
	(void)state;
	double out[3];
	struct adjusted adjusted = { .n = 92, .offset = 5.0, .level = level };
	for (size_t i = 0; i < 92; i++)
		level[i] = log(5.0) - 1.0;
	months_make(&adjusted, year, out);
	for (size_t k = 0; k < 3; k++)
		assert_true(out[k] == 0.0);
}

/* A line by the month is a line by the day; before the first middle it stands. */
static void
days_lie_on_the_line_between_months(void **state)
{
	(void)state;
	for (size_t horizon = 1; horizon <= HORIZON; horizon++) {
		double months[16];
		size_t n = months_ahead(horizon, year);
		assert_true(n <= 16);
		for (size_t k = 0; k < n; k++)
			months[k] = 100.0 + 12.0 * (double)k;
		for (size_t h = 0; h < horizon; h++) {
			double line = 100.0 + 12.0 * (((double)h + 0.5) * 12.0 / year - 0.5);
			assert_true(fabs(months_day(months, n, year, h) - fmax(line, 100.0)) < 1e-9);
		}
	}
	const double alone = 3.0;
	assert_true(months_day(&alone, 1, year, 200) == 3.0);
}

/* Around 1000, growing by `growth` a year, with a week and as much noise as days have. */
static void
make_days(size_t n, double growth, struct chance *chance)
{
	for (size_t i = 0; i < n; i++)
		values[i] = 1000.0 * exp(growth * (double)i / year) * (i % 7 == 0 ? 0.6 : 1.0) *
		    fmax(0.0, 1.0 + 0.15 * chance_normal(chance));
}

static struct combined
made(size_t n, size_t horizon, bool whole)
{
	struct series series = { .values = values, .n = n, .periods = { 7.0, year }, .n_periods = 2 };
	struct combined combined;
	assert_int_equal(combined_make(&series, horizon, whole, &combined), STATUS_OK);
	return combined;
}

static double
sum_of(const struct combined *combined, size_t from, size_t to)
{
	double sum = 0.0;
	for (size_t h = from; h < to; h++)
		sum += combined_value(combined, h);
	return sum;
}

static void
growth_that_days_hide_is_seen_by_months(void **state)
{
	(void)state;
	struct chance chance = chance_begin(seed(), 0);
	double by_days = 0.0, by_months = 0.0;
	for (int round = 0; round < 20; round++) {
		double came = 0.0;
		make_days(1500 + HORIZON, 0.15, &chance);
		for (size_t h = 90; h < HORIZON; h++)
			came += values[1500 + h];
		struct combined days = made(1500, HORIZON, false), both = made(1500, HORIZON, true);
		by_days += (came - sum_of(&days, 90, HORIZON)) / came / 20.0;
		by_months += (came - sum_of(&both, 90, HORIZON)) / came / 20.0;
		combined_close(&days);
		combined_close(&both);
	}
	printf("the growth that is missed: %.4f by days alone, %.4f with months\n", by_days, by_months);
	assert_true(by_days > 0.05 && fabs(by_months) < 0.9 * by_days);
}

/* What is said of a day does not hang on how many more are asked for, and the parts add up to finite places. */
static void
a_longer_question_changes_no_day(void **state)
{
	(void)state;
	struct chance chance = chance_begin(seed(), 1);
	for (int round = 0; round < 20; round++) {
		size_t n = 30 + chance_index(&chance, N_MAX - 30), shorter = 1 + chance_index(&chance, HORIZON - 1);
		make_days(n, 0.5 * chance_uniform(&chance) - 0.25, &chance);
		struct combined near = made(n, shorter, true), far = made(n, HORIZON, true);
		for (size_t h = 0; h < shorter; h++) {
			assert_true(isfinite(combined_place(&near, h)));
			assert_true(fabs(combined_place(&near, h) - combined_place(&far, h)) < 1e-9);
		}
		combined_close(&near);
		combined_close(&far);
	}
}

/* Months that hold a fall would take it for a trend, and pull far days away from where they are. */
static void
months_are_silent_after_a_break(void **state)
{
	(void)state;
	struct chance chance = chance_begin(seed(), 2);
	double share = 0.0;
	for (int round = 0; round < 20; round++) {
		double late = 0.0;
		make_days(1500, 0.12, &chance);
		for (size_t i = 1440; i < 1500; i++)
			values[i] *= 0.4;
		for (size_t i = 1472; i < 1500; i++)
			late += values[i] / 28.0;
		struct combined combined = made(1500, HORIZON, true);
		share += sum_of(&combined, 90, 356) / 266.0 / late / 20.0;
		combined_close(&combined);
	}
	printf("60 days after a fall of 60 %%: far days stand at %.3f of the last weeks\n", share);
	assert_true(fabs(share - 1.0) < 0.06);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_are_counted_back_from_the_last_day),
		cmocka_unit_test(five_years_of_days_are_sixty_months),
		cmocka_unit_test(a_level_far_below_is_no_value_below_zero),
		cmocka_unit_test(days_lie_on_the_line_between_months),
		cmocka_unit_test(growth_that_days_hide_is_seen_by_months),
		cmocka_unit_test(a_longer_question_changes_no_day),
		cmocka_unit_test(months_are_silent_after_a_break),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The intervals of the automatic forecast keep their word: over many histories made by chance, of kinds that are known, four fifths
 * of what comes lies within the 80 % intervals, of single steps and of sums alike.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "auto.h"

enum { N_MAX = 800, PATHS = 400, MONTHS = 120, MONTHS_AHEAD = 12, DAYS = 420, DAYS_AHEAD = 56 };
enum { ROUNDS = 60, ROUNDS_DAYS = 50, ROUNDS_HEAP = 8, YEAR = 365 };

#define GROWTH 0.3 /* a year, of its logarithm */

/* The level: how it moves (deviation of a step), how much of a step back to the mean, and what a single value has beside. */
struct kind {
	const char *name;
	double walk, back, noise, season;
};

enum { KINDS_MONTHS = 4, KINDS_DAYS = 5 };

static const struct kind of_months[KINDS_MONTHS] = {
	{ "noise around a level", 0.0, 0.0, 0.08, 0.0 },
	{ "random walk", 0.05, 0.0, 0.0, 0.0 },
	{ "autoregression", 0.06, 0.3, 0.0, 0.0 },
	{ "moving level and season", 0.02, 0.0, 0.05, 0.2 },
};

static const struct kind of_days[KINDS_DAYS] = {
	{ "noise around a level", 0.0, 0.0, 0.15, 0.0 },
	{ "random walk", 0.03, 0.0, 0.0, 0.0 },
	{ "slow walk under noise", 0.004, 0.0, 0.15, 0.0 },
	{ "autoregression", 0.06, 0.5, 0.0, 0.0 },
	{ "moving level and week", 0.004, 0.0, 0.1, 0.2 },
};

struct covered {
	double steps, sums;
	size_t n_steps, n_sums;
};

static uint64_t
seed(void)
{
	const char *given = getenv("JUYAN_SEED");
	uint64_t seed = given == NULL ? 20260101 : strtoull(given, NULL, 10);
	printf("seed=%llu\n", (unsigned long long)seed);
	return seed;
}

static void
make_series(const struct kind *kind, double period, struct chance *chance, double *values, size_t n)
{
	double level = 0.0;
	for (size_t i = 0; i < n; i++) {
		double season = kind->season * sin(2.0 * M_PI * (double)i / period);
		level += kind->walk * chance_normal(chance) - kind->back * level;
		values[i] = 1000.0 * exp(level + season + kind->noise * chance_normal(chance));
	}
}

/* Whether `came` lies within the 80 % interval of drawn[PATHS]. */
static bool
within(double *drawn, double came)
{
	static const double levels[2] = { 0.1, 0.9 };
	double ends[2];
	quantiles(drawn, PATHS, levels, 2, ends);
	return came >= ends[0] && came <= ends[1];
}

static void
look(const struct forecast *forecast, const double *came, struct covered *covered)
{
	double drawn[PATHS], sums[PATHS] = { 0.0 }, sum = 0.0;
	for (size_t h = 0; h < forecast->horizon; h++) {
		sum += came[h];
		for (size_t p = 0; p < PATHS; p++) {
			drawn[p] = forecast->path[p * forecast->horizon + h];
			sums[p] += drawn[p];
		}
		covered->steps += within(drawn, came[h]);
		covered->n_steps++;
		if (h + 1 != forecast->horizon / 4 && h + 1 != forecast->horizon / 2 && h + 1 != forecast->horizon)
			continue;
		for (size_t p = 0; p < PATHS; p++)
			drawn[p] = sums[p];
		covered->sums += within(drawn, sum);
		covered->n_sums++;
	}
}

static struct covered
covered_of(const struct kind *kind, const struct forecast_task *like, size_t rounds, uint64_t stream)
{
	double values[N_MAX];
	struct covered covered = { 0 };
	struct chance chance = chance_begin(stream, 0);
	struct forecast_task task = *like;
	task.series.values = values;
	for (size_t round = 0; round < rounds; round++) {
		struct forecast forecast;
		struct reason why = { "" };
		make_series(kind, like->series.periods[0], &chance, values, like->series.n + like->horizon);
		task.seed = round;
		if (forecast_make(&task, &forecast, &why) != STATUS_OK)
			fail_msg("%s", why.text);
		look(&forecast, values + like->series.n, &covered);
		forecast_close(&forecast);
	}
	covered.steps /= (double)covered.n_steps;
	covered.sums /= (double)covered.n_sums;
	printf("%s: steps %.3f, sums %.3f\n", kind->name, covered.steps, covered.sums);
	return covered;
}

/* A kind alone may be off by what so few rounds leave to chance; all together may not. */
static void
hold(const struct kind *kinds, size_t n, const struct forecast_task *task, size_t rounds)
{
	double steps = 0.0, sums = 0.0;
	uint64_t from = seed();
	for (size_t k = 0; k < n; k++) {
		struct covered covered = covered_of(&kinds[k], task, rounds, from + k);
		assert_true(covered.steps > 0.60 && covered.steps < 0.92);
		assert_true(covered.sums > 0.58 && covered.sums < 0.95);
		steps += covered.steps / (double)n;
		sums += covered.sums / (double)n;
	}
	assert_true(steps > 0.75 && steps < 0.85);
	assert_true(sums > 0.72 && sums < 0.88);
}

static void
intervals_of_months_keep_their_word(void **state)
{
	(void)state;
	struct forecast_task task = { .series = { .n = MONTHS, .periods = { 12.0 }, .n_periods = 1 },
		.horizon = MONTHS_AHEAD,
		.paths = PATHS };
	hold(of_months, KINDS_MONTHS, &task, ROUNDS);
}

static void
intervals_of_days_keep_their_word(void **state)
{
	(void)state;
	struct forecast_task task = { .series = { .n = DAYS, .periods = { 7.0 }, .n_periods = 1 },
		.horizon = DAYS_AHEAD,
		.paths = PATHS };
	hold(of_days, KINDS_DAYS, &task, ROUNDS_DAYS);
}

/* The share of sums[PATHS] that lie within the middle half of their 80 % interval: about half of them, if they are one heap. */
static double
inner_share(double *sums)
{
	static const double levels[3] = { 0.1, 0.5, 0.9 };
	double ends[3], inner = 0.0;
	quantiles(sums, PATHS, levels, 3, ends);
	for (size_t p = 0; p < PATHS; p++)
		inner += fabs(sums[p] - ends[1]) < 0.25 * (ends[2] - ends[0]);
	return inner / PATHS;
}

/*
 * The residuals of a slow smoothing that lags behind growth have a mean. Drawn with one sign a path, they parted the sums into two
 * heaps: the year was said to end well above or well below the forecast, and seldom near it.
 */
static void
sums_of_days_are_one_heap(void **state)
{
	(void)state;
	static const struct kind kind = { "noise around growth", 0.0, 0.0, 0.3, 0.0 };
	double values[N_MAX], inner = 0.0;
	struct chance chance = chance_begin(seed(), 0);
	struct forecast_task task = { .series = { .values = values, .n = N_MAX, .periods = { 7.0 }, .n_periods = 1 },
		.horizon = YEAR,
		.paths = PATHS };
	for (size_t round = 0; round < ROUNDS_HEAP; round++) {
		double sums[PATHS] = { 0.0 };
		struct forecast forecast;
		struct reason why = { "" };
		make_series(&kind, 7.0, &chance, values, N_MAX);
		for (size_t i = 0; i < N_MAX; i++)
			values[i] *= exp(GROWTH * (double)i / YEAR);
		if (forecast_make(&task, &forecast, &why) != STATUS_OK)
			fail_msg("%s", why.text);
		for (size_t i = 0; i < (size_t)PATHS * YEAR; i++)
			sums[i / YEAR] += forecast.path[i];
		inner += inner_share(sums) / ROUNDS_HEAP;
		forecast_close(&forecast);
	}
	printf("%.3f of the sums in the middle half of their 80 %% interval\n", inner);
	assert_true(inner > 0.42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_of_months_keep_their_word),
		cmocka_unit_test(intervals_of_days_keep_their_word),
		cmocka_unit_test(sums_of_days_are_one_heap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * How complete the last days are: by hand, what says nothing, what has come already, and over random late arrivals the estimate is
 * nearly unbiased and the year's interval holds what it says.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "../any.h"
#include "completion.h"

enum { LOOKS = 45, PATHS = 400, PORTS = 1600, LAST = LOOKS + 2 * COMPLETION_LAGS, FUTURE = 60 };

#define KT 1000000.0

/* Every look saw this share of its last day, and of the day before; the rest was complete. */
static size_t
plain_looks(double last, double before, struct completion_look *out)
{
	for (size_t i = 0; i < LOOKS; i++)
		for (size_t lag = 0; lag < COMPLETION_LAGS; lag++) {
			double share = lag == 0 ? last : lag == 1 ? before : 1.0;
			out[i].now_kg[lag] = (int64_t)((40.0 + (double)(i % 7)) * KT);
			out[i].known_kg[lag] = (int64_t)llround(share * (double)out[i].now_kg[lag]);
		}
	return LOOKS;
}

static void
test_by_hand(void **state)
{
	(void)state;
	struct completion_look looks[LOOKS];
	struct completion learned;
	completion_learn(looks, plain_looks(0.8, 0.95, looks), NULL, &learned);
	assert_int_equal(learned.looks, LOOKS);
	assert_true(fabs(completion_mean(&learned, 0) - 1.0 / 0.8) < 1e-6);
	assert_true(fabs(completion_mean(&learned, 1) - 1.0 / 0.95) < 1e-6);
	assert_true(completion_mean(&learned, 2) == 1.0 && completion_spread(&learned, 2) == 0.0);
	assert_true(completion_mean(&learned, COMPLETION_LAGS) == 1.0);
	assert_true(fabs(completion_spread(&learned, 0) - 0.0) < 1e-6);
	assert_false(completion_unsure(&learned, 0));
	/* A ledger that takes back: fewer tonnes than were known. */
	completion_learn(looks, plain_looks(1.02, 1.0, looks), NULL, &learned);
	assert_true(fabs(completion_mean(&learned, 0) - 1.0 / 1.02) < 1e-6);
}

static void
test_what_has_come_is_not_expected_again(void **state)
{
	(void)state;
	struct completion_look looks[LOOKS];
	struct completion learned;
	double come[COMPLETION_LAGS];
	plain_looks(0.8, 0.95, looks);
	for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
		come[lag] = 1.1;
	completion_learn(looks, LOOKS, come, &learned);
	assert_true(fabs(completion_mean(&learned, 0) - 1.0 / 0.8 / 1.1) < 1e-6);
	assert_true(completion_mean(&learned, 1) == 1.0); /* more has come than usual: that is no reason to take it back */
	assert_true(completion_mean(&learned, 2) == 1.0);
}

static void
test_what_says_nothing(void **state)
{
	(void)state;
	struct completion_look looks[LOOKS];
	struct completion learned;
	plain_looks(0.8, 0.95, looks);
	completion_learn(looks, COMPLETION_LOOKS_MIN - 1, NULL, &learned);
	assert_int_equal(learned.looks, 0);
	assert_true(completion_mean(&learned, 0) == 1.0 && completion_spread(&learned, 0) == 0.0);
	completion_learn(NULL, 0, NULL, &learned);
	assert_int_equal(learned.looks, 0);
	/* Looks from before a history was filled in. */
	for (size_t i = 0; i < 10; i++)
		for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
			looks[i].known_kg[lag] = 0;
	completion_learn(looks, LOOKS, NULL, &learned);
	assert_int_equal(learned.looks, LOOKS - 10);
	assert_true(fabs(completion_mean(&learned, 0) - 1.0 / 0.8) < 1e-6);
}

static void
test_an_uneven_day_is_unsure(void **state)
{
	(void)state;
	struct completion_look looks[LOOKS];
	struct completion learned;
	plain_looks(0.8, 0.95, looks);
	for (size_t i = 0; i < LOOKS; i += 2)
		looks[i].known_kg[0] /= 4;
	completion_learn(looks, LOOKS, NULL, &learned);
	assert_true(completion_unsure(&learned, 0));
	assert_false(completion_unsure(&learned, 1));
}

/* ---- random late arrivals ---- */

/* A port: whole days, and what is known of each so many days after its end. */
struct port {
	double whole[LAST + FUTURE];
	double missing[LAST]; /* of the day at its end; it comes in day by day */
	double speed;
};

static double
known_at(const struct port *port, size_t day, size_t lag)
{
	return floor(port->whole[day] * (1.0 - port->missing[day] * pow(port->speed, (double)lag)));
}

static void
make_port(struct chance *chance, struct port *port)
{
	double usual = 0.05 + 0.3 * chance_uniform(chance), week = 0.0;
	port->speed = 0.2 + 0.4 * chance_uniform(chance);
	for (size_t day = 0; day < LAST + FUTURE; day++) {
		port->whole[day] = 60.0 * KT * exp(0.2 * chance_normal(chance));
		week = 0.6 * week + 0.8 * chance_normal(chance); /* late days come together */
		if (day < LAST)
			port->missing[day] = fmin(usual * exp(0.3 * week), 0.9);
	}
}

static void
learn(const struct port *port, struct completion *out)
{
	struct completion_look looks[LOOKS];
	for (size_t i = 0; i < LOOKS; i++)
		for (size_t lag = 0; lag < COMPLETION_LAGS; lag++) {
			size_t day = COMPLETION_LAGS - 1 + i - lag;
			looks[i].known_kg[lag] = (int64_t)known_at(port, day, lag);
			looks[i].now_kg[lag] = (int64_t)known_at(port, day, LAST - 1 - day);
		}
	completion_learn(looks, LOOKS, NULL, out);
}

/* Late days in one path, and the days behind them, of which the port's own law is known. */
static double
path_of(const struct port *port, const struct completion *completion, struct chance *chance)
{
	size_t look = completion_draw(completion, chance);
	double sum = 0.0;
	for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
		sum += known_at(port, LAST - 1 - lag, lag) * completion->growth[look][lag];
	for (size_t day = 0; day < FUTURE; day++)
		sum += 60.0 * KT * exp(0.2 * chance_normal(chance));
	return sum;
}

static int
order(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void
test_random_late_arrivals(void **state)
{
	(void)state;
	any_begin();
	struct chance chance = chance_begin(any_bits(), 0);
	double off = 0.0, missing = 0.0;
	size_t inside = 0;
	for (size_t i = 0; i < PORTS; i++) {
		struct port port;
		struct completion completion;
		double sums[PATHS], known = 0.0, expected = 0.0, whole = 0.0, year = 0.0;
		make_port(&chance, &port);
		learn(&port, &completion);
		assert_int_equal(completion.looks, LOOKS);
		for (size_t lag = 0; lag < COMPLETION_LAGS; lag++) {
			known += known_at(&port, LAST - 1 - lag, lag);
			expected += known_at(&port, LAST - 1 - lag, lag) * completion_mean(&completion, lag);
			whole += port.whole[LAST - 1 - lag];
		}
		off += (expected - whole) / KT;
		missing += (whole - known) / KT;
		for (size_t day = LAST; day < LAST + FUTURE; day++)
			year += port.whole[day];
		for (size_t p = 0; p < PATHS; p++)
			sums[p] = path_of(&port, &completion, &chance);
		qsort(sums, PATHS, sizeof *sums, order);
		inside += whole + year >= sums[PATHS / 10] && whole + year <= sums[PATHS - PATHS / 10];
	}
	print_message("of %.0f kt missing the estimate is off by %.1f kt; %zu of %d years within their 80 %% interval\n",
	    missing / PORTS, off / PORTS, inside, PORTS);
	assert_true(fabs(off) < 0.05 * missing);
	/* 1280 of 1600 are expected. */
	assert_in_range(inside, 1200, 1360);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_what_has_come_is_not_expected_again),
		cmocka_unit_test(test_what_says_nothing),
		cmocka_unit_test(test_an_uneven_day_is_unsure),
		cmocka_unit_test(test_random_late_arrivals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

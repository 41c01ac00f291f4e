/*
 * How long a machine was available: the definition at its bounds, and any reports against a machine that is looked at each minute.
 */
#include "check.h"

#include "../any.h"
#include "said.h"
#include "uptime.h"

#define WORKING JUYAN__V1__CONDITION__WORKING
#define CHARGING JUYAN__V1__CONDITION__CHARGING
#define BY_HAND JUYAN__V1__CONDITION__BY_HAND
#define STOPPED JUYAN__V1__CONDITION__STOPPED
#define FAULT JUYAN__V1__CONDITION__FAULT
#define SILENT JUYAN__V1__CONDITION__SILENT

enum { REPORTS_MAX = 40, ROUNDS = 300 };

struct report {
	int64_t at_ms;
	Juyan__V1__Condition condition;
};

#define NOW (MIDNIGHT + HOURS(15))

/* Of reports in the order of time. */
static struct uptime
look_back(const struct report *reports, size_t n)
{
	struct uptime uptime;
	uptime_begin(&uptime, NOW, MIDNIGHT);
	while (n > 0 && uptime_feed(&uptime, reports[n - 1].at_ms, reports[n - 1].condition))
		n--;
	uptime_end(&uptime);
	return uptime;
}

#define LOOK(...) look_back((struct report[]){ __VA_ARGS__ }, sizeof((struct report[]){ __VA_ARGS__ }) / sizeof(struct report))

static void
test_who_works_or_charges_is_available_and_nobody_else(void **state)
{
	(void)state;
	for (int condition = 1; condition <= JUYAN__V1__CONDITION__OFFLINE; condition++)
		assert_int_equal(uptime_available((Juyan__V1__Condition)condition), condition == WORKING || condition == CHARGING);
	struct uptime uptime = LOOK({ NOW - HOURS(4), WORKING }, { NOW - HOURS(3), CHARGING }, { NOW - HOURS(2), BY_HAND },
	    { NOW - HOURS(1), STOPPED }, { NOW - MINUTES(30), FAULT });
	assert_int_equal(uptime.last_24h.known_ms, HOURS(4));
	assert_int_equal(uptime.last_24h.available_ms, HOURS(2));
	assert_int_equal(uptime.last_24h.charging_ms, HOURS(1));
	assert_int_equal(uptime.last_24h.stops, 1);
	assert_int_equal(uptime.last_24h.faults, 1);
	assert_int_equal(uptime.since_ms, NOW - MINUTES(30));
}

static void
test_a_report_holds_for_two_and_a_half_hours_at_most(void **state)
{
	(void)state;
	struct uptime uptime = LOOK({ NOW - HOURS(10), WORKING }, { NOW - HOURS(1), WORKING });
	assert_int_equal(uptime.last_24h.known_ms, MACHINE_HOLDS_MS + HOURS(1));
	assert_int_equal(uptime.since_ms, NOW - HOURS(1)); /* what was before the gap is not known to have lasted */
	uptime = LOOK({ NOW - HOURS(1) - MACHINE_HOLDS_MS, WORKING }, { NOW - HOURS(1), WORKING });
	assert_int_equal(uptime.last_24h.known_ms, MACHINE_HOLDS_MS + HOURS(1));
	assert_int_equal(uptime.since_ms, NOW - HOURS(1) - MACHINE_HOLDS_MS);
}

static void
test_what_is_told_again_each_hour_is_one_stop(void **state)
{
	(void)state;
	struct uptime uptime = LOOK({ NOW - HOURS(5), WORKING }, { NOW - HOURS(4), STOPPED }, { NOW - HOURS(3), STOPPED },
	    { NOW - HOURS(2), STOPPED }, { NOW - HOURS(1), FAULT }, { NOW - MINUTES(50), STOPPED });
	assert_int_equal(uptime.last_24h.stops, 2);
	assert_int_equal(uptime.last_24h.faults, 1);
	assert_int_equal(uptime.since_ms, NOW - MINUTES(50));
}

static void
test_the_day_and_the_24_hours_begin_where_they_begin(void **state)
{
	(void)state;
	/* It came to stop before both, and in the one before the other. */
	struct uptime uptime = LOOK({ NOW - HOURS(25), STOPPED }, { NOW - HOURS(23), WORKING }, { MIDNIGHT - HOURS(1), FAULT },
	    { MIDNIGHT + HOURS(1), WORKING });
	assert_int_equal(uptime.last_24h.known_ms, HOURS(1) + MACHINE_HOLDS_MS + HOURS(2) + MACHINE_HOLDS_MS);
	assert_int_equal(uptime.last_24h.stops, 0);
	assert_int_equal(uptime.last_24h.faults, 1);
	assert_int_equal(uptime.day.known_ms, HOURS(1) + MACHINE_HOLDS_MS);
	assert_int_equal(uptime.day.available_ms, MACHINE_HOLDS_MS);
	assert_int_equal(uptime.day.faults, 0);
	assert_int_equal(uptime.hours[0].known_ms, HOURS(1));
	assert_int_equal(uptime.hours[0].available_ms, 0);
	assert_int_equal(uptime.hours[1].available_ms, HOURS(1));
}

static void
test_a_clock_that_is_ahead_tells_of_now(void **state)
{
	(void)state;
	struct uptime uptime = LOOK({ NOW - HOURS(1), WORKING }, { NOW + MINUTES(10), SILENT });
	assert_int_equal(uptime.since_ms, NOW);
	assert_int_equal(uptime.last_24h.available_ms, HOURS(1));
	assert_int_equal(uptime.last_24h.known_ms, HOURS(1));
}

/* A machine that chatters is not looked through without end: what was before its last reports is not known. */
static void
test_looking_back_ends(void **state)
{
	struct uptime uptime;
	int fed = 1;
	(void)state;
	uptime_begin(&uptime, NOW, MIDNIGHT);
	while (uptime_feed(&uptime, NOW - fed, fed % 2 == 0 ? WORKING : STOPPED))
		fed++;
	uptime_end(&uptime);
	assert_int_equal(fed, UPTIME_REPORTS_MAX);
	assert_int_equal(uptime.last_24h.known_ms, UPTIME_REPORTS_MAX);
	assert_int_equal(uptime.since_ms, NOW - 1);
}

/* ---- against the naive way ---- */

static int
compare(const void *a, const void *b)
{
	const struct report *x = a, *y = b;
	return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

/* Which report tells how it stood in the minute that begins here; NULL: nobody knows. */
static const struct report *
report_at(const struct report *reports, size_t n, int64_t ms)
{
	const struct report *last = NULL;
	for (size_t i = 0; i < n; i++)
		if (reports[i].at_ms <= ms)
			last = &reports[i];
	return last != NULL && ms - last->at_ms < MACHINE_HOLDS_MS ? last : NULL;
}

static void
equals_naive(const struct report *reports, size_t n, const struct uptime_span *found)
{
	struct uptime_span right = { .known_ms = 0 };
	for (int64_t ms = found->from_ms; ms < found->to_ms; ms += MINUTES(1)) {
		const struct report *now = report_at(reports, n, ms);
		right.known_ms += now != NULL ? MINUTES(1) : 0;
		right.available_ms += now != NULL && (now->condition == WORKING || now->condition == CHARGING) ? MINUTES(1) : 0;
		right.charging_ms += now != NULL && now->condition == CHARGING ? MINUTES(1) : 0;
	}
	assert_int_equal(found->known_ms, right.known_ms);
	assert_int_equal(found->available_ms, right.available_ms);
	assert_int_equal(found->charging_ms, right.charging_ms);
}

/* How often it came to be so: of reports that stand next to each other. */
static uint32_t
beginnings(const struct report *reports, size_t n, int64_t from_ms, Juyan__V1__Condition condition)
{
	uint32_t found = 0;
	for (size_t i = 0; i < n; i++) {
		bool goes_on =
		    i > 0 && reports[i - 1].condition == condition && reports[i].at_ms - reports[i - 1].at_ms <= MACHINE_HOLDS_MS;
		found += reports[i].condition == condition && reports[i].at_ms >= from_ms && !goes_on;
	}
	return found;
}

static void
test_any_reports_give_what_a_look_in_each_minute_gives(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct report reports[REPORTS_MAX];
		size_t n = 1 + any_below(REPORTS_MAX);
		for (size_t i = 0; i < n; i++)
			reports[i] = (struct report){ NOW - MINUTES((int64_t)any_below(40 * 60)),
				(Juyan__V1__Condition)(1 + any_below(any_chance(50) ? 2 : 8)) };
		qsort(reports, n, sizeof *reports, compare);
		struct uptime found = look_back(reports, n);
		equals_naive(reports, n, &found.last_24h);
		equals_naive(reports, n, &found.day);
		int64_t known_ms = 0;
		for (int hour = 0; hour < UPTIME_HOURS; hour++) {
			equals_naive(reports, n, &found.hours[hour]);
			known_ms += found.hours[hour].known_ms;
		}
		assert_int_equal(known_ms, found.last_24h.known_ms);
		assert_int_equal(found.last_24h.stops, beginnings(reports, n, found.last_24h.from_ms, STOPPED));
		assert_int_equal(found.last_24h.faults, beginnings(reports, n, found.last_24h.from_ms, FAULT));
		assert_int_equal(found.day.stops, beginnings(reports, n, MIDNIGHT, STOPPED));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_works_or_charges_is_available_and_nobody_else),
		cmocka_unit_test(test_a_report_holds_for_two_and_a_half_hours_at_most),
		cmocka_unit_test(test_what_is_told_again_each_hour_is_one_stop),
		cmocka_unit_test(test_the_day_and_the_24_hours_begin_where_they_begin),
		cmocka_unit_test(test_a_clock_that_is_ahead_tells_of_now),
		cmocka_unit_test(test_looking_back_ends),
		cmocka_unit_test(test_any_reports_give_what_a_look_in_each_minute_gives),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

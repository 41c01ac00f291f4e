/* The calendar against the C library's gmtime, and its texts against themselves. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "civil.h"

enum { ROUNDS = 200000 };

static uint64_t state;

static uint64_t
next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A time in 1900 … 2199. */
static int64_t
random_ms(void)
{
	const int64_t first = INT64_C(-2208988800000), last = INT64_C(7258118399999);
	return first + (int64_t)(next() % (uint64_t)(last - first + 1));
}

static void
test_days_agree_with_gmtime(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t day = civil_day_of_ms(random_ms());
		time_t seconds = (time_t)(day * 86400);
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		int year, month, dom;
		civil_date(day, &year, &month, &dom);
		assert_int_equal(year, tm.tm_year + 1900);
		assert_int_equal(month, tm.tm_mon + 1);
		assert_int_equal(dom, tm.tm_mday);
		assert_int_equal(civil_weekday(day), tm.tm_wday);
		assert_int_equal(civil_day(year, month, dom), day);
	}
}

static void
test_hours_agree_with_gmtime(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t ms = random_ms();
		int32_t offset = (int32_t)(next() % (28 * 60 + 1)) - 14 * 60;
		int64_t local = ms + offset * INT64_C(60000);
		time_t seconds = (time_t)(local >= 0 ? local / 1000 : -((-local + 999) / 1000));
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		uint32_t hour = civil_hour(ms, offset);
		int day = ((tm.tm_year + 1900) * 100 + tm.tm_mon + 1) * 100 + tm.tm_mday;
		assert_int_equal(hour, (uint32_t)day * 100 + (uint32_t)tm.tm_hour);
		assert_int_equal(civil_period(hour, PERIOD_YEAR), tm.tm_year + 1900);
		assert_int_equal(civil_period(hour, PERIOD_DAY), hour / 100);
		char text[32], expected[64];
		civil_format_ms(local, text);
		snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
		assert_memory_equal(text, expected, 19);
	}
}

static void
test_periods_hold_their_hours(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t hour = civil_hour(random_ms(), 480);
		for (int kind = PERIOD_YEAR; kind <= PERIOD_HOUR; kind++) {
			uint32_t period = civil_period(hour, (enum period)kind);
			uint32_t first = civil_first_hour(period, (enum period)kind),
				 last = civil_last_hour(period, (enum period)kind);
			assert_true(first <= hour && hour <= last);
			assert_int_equal(civil_period(first, (enum period)kind), period);
			assert_int_equal(civil_period(last, (enum period)kind), period);
		}
	}
	assert_int_equal(civil_last_hour(202402, PERIOD_MONTH), 2024022923);
	assert_int_equal(civil_last_hour(210002, PERIOD_MONTH), 2100022823);
	assert_int_equal(civil_first_hour(2025, PERIOD_YEAR), 2025010100);
	assert_int_equal(civil_last_hour(2025, PERIOD_YEAR), 2025123123);
}

static void
test_texts_come_back(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t hour = civil_hour(random_ms(), 0);
		enum period kind = (enum period)(1 + next() % 4), parsed_kind;
		uint32_t period = civil_period(hour, kind), parsed;
		char text[CIVIL_TEXT_BYTES];
		civil_format(period, kind, text);
		assert_true(civil_parse(text, &parsed, &parsed_kind));
		assert_int_equal(parsed, period);
		assert_int_equal(parsed_kind, kind);
	}
	char text[CIVIL_TEXT_BYTES];
	civil_format(2025013108, PERIOD_HOUR, text);
	assert_string_equal(text, "2025-01-31T08");
}

static void
test_only_dates_that_exist(void **unused)
{
	(void)unused;
	static const char *const wrong[] = { "", "25", "2025-", "2025-1", "2025-13", "2025-00", "2025-02-29", "2100-02-29",
		"2025-04-31", "2025-01-31T", "2025-01-31T24", "2025-01-31T08:00", "2025-01-31 08", "1899", "2200", " 2025", "2025 ",
		"2025-01-3x", "-025", "2025/01/31", "2025-01-31T8", "+2025" };
	uint32_t period = 7;
	enum period kind = PERIOD_YEAR;
	int64_t day = 7;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(civil_parse(wrong[i], &period, &kind));
		assert_false(civil_parse_day(wrong[i], &day));
	}
	assert_false(civil_parse_day("2025-01", &day));
	assert_int_equal(period, 7);
	assert_int_equal(day, 7);
	assert_true(civil_parse_day("1970-01-02", &day));
	assert_int_equal(day, 1);
	assert_true(civil_parse("2000-02-29", &period, &kind));
}

static void
test_offsets(void **unused)
{
	(void)unused;
	static const char *const wrong[] = { "", "8", "+8", "08:00", "+08", "+08:0", "+08:60", "+14:01", "-15:00", "+08:00 ",
		"+0800", "Z" };
	int32_t minutes = 7;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(civil_parse_offset(wrong[i], &minutes));
	assert_int_equal(minutes, 7);
	assert_true(civil_parse_offset("+08:00", &minutes));
	assert_int_equal(minutes, 480);
	assert_true(civil_parse_offset("-05:30", &minutes));
	assert_int_equal(minutes, -330);
	assert_true(civil_parse_offset("-14:00", &minutes));
	assert_int_equal(minutes, -840);
}

static void
test_times_before_1970_floor(void **unused)
{
	(void)unused;
	char text[32];
	assert_int_equal(civil_day_of_ms(-1), -1);
	assert_int_equal(civil_hour(-1, 0), 1969123123);
	civil_format_ms(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	/* The last hour of a local day is another UTC day. */
	assert_int_equal(civil_hour(INT64_C(1738339200000), 480), 2025020100);
}

static void
test_working_days(void **unused)
{
	(void)unused;
	assert_int_equal(civil_working_days(2025, 1), 23);
	assert_int_equal(civil_working_days(2025, 2), 20);
	assert_int_equal(civil_working_days(2024, 2), 21);
	assert_int_equal(civil_working_days(2025, 12), 23);
	/* Easter was on 31 March 2024, 20 April 2025, 1 April 2018, 23 March 2008 and 25 April 1943. */
	static const int march[] = { 2024, 2018, 2008 }, april[] = { 2025, 1943, 2000, 1981, 2049 };
	for (size_t i = 0; i < 3; i++)
		assert_true(civil_has_good_friday(march[i], 3) && !civil_has_good_friday(march[i], 4));
	for (size_t i = 0; i < 5; i++)
		assert_true(civil_has_good_friday(april[i], 4) && !civil_has_good_friday(april[i], 3));
	for (int year = 1900; year < 2200; year++)
		assert_true(civil_has_good_friday(year, 3) != civil_has_good_friday(year, 4));
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	state += state == 0;
	printf("seed=%llu\n", (unsigned long long)state);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_agree_with_gmtime),
		cmocka_unit_test(test_hours_agree_with_gmtime),
		cmocka_unit_test(test_periods_hold_their_hours),
		cmocka_unit_test(test_texts_come_back),
		cmocka_unit_test(test_only_dates_that_exist),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_times_before_1970_floor),
		cmocka_unit_test(test_working_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

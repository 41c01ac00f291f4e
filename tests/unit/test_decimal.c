/* Numbers of spreadsheets into kilograms, and times into milliseconds. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "civil.h"
#include "decimal.h"
#include "moment.h"

static const struct decimal_style plain = { '.', 0 };
static const struct decimal_style english = { '.', ',' };
static const struct decimal_style german = { ',', '.' };
static const struct decimal_style french = { ',', ' ' };

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static void
expect_kg(const char *text, struct decimal_style style, enum decimal_unit unit, int64_t expected)
{
	struct reason why = { "" };
	int64_t kg = -1;
	enum status status = decimal_kg(span_of(text), style, unit, &kg, &why);
	if (status != STATUS_OK)
		fail_msg("'%s': %s", text, why.text);
	assert_int_equal(kg, expected);
}

static void
expect_no_kg(const char *text, struct decimal_style style, enum status expected, const char *sentence)
{
	struct reason why = { "" };
	int64_t kg = -77;
	assert_int_equal(decimal_kg(span_of(text), style, DECIMAL_KG, &kg, &why), expected);
	assert_string_equal(why.text, sentence);
	assert_int_equal(kg, -77);
}

static void
test_units(void **state)
{
	(void)state;
	expect_kg("23.96", plain, DECIMAL_T, 23960);
	expect_kg("23.96", plain, DECIMAL_CENTNER, 2396);
	expect_kg("23.96", plain, DECIMAL_KG, 24);
	expect_kg("1", plain, DECIMAL_LB, 0);
	expect_kg("2204.6226218", plain, DECIMAL_LB, 1000);
	expect_kg("100000000", plain, DECIMAL_LB, 45359237);
	expect_kg("0", plain, DECIMAL_T, 0);
	expect_kg("+7", plain, DECIMAL_KG, 7);
	expect_kg("007.50", plain, DECIMAL_KG, 8);
	expect_kg("0.000000000000000001", plain, DECIMAL_T, 0);
	expect_kg("1000000000", plain, DECIMAL_KG, MASS_KG_MAX);
	expect_kg("1.5000000000000000000000000000000", plain, DECIMAL_T, 1500);
	expect_kg("0000000000000000000000000000000012", plain, DECIMAL_T, 12000);
}

static void
test_rounding_is_half_away_from_zero(void **state)
{
	(void)state;
	expect_kg("0.5", plain, DECIMAL_KG, 1);
	expect_kg("-0.5", plain, DECIMAL_KG, -1);
	expect_kg("0.4999999", plain, DECIMAL_KG, 0);
	expect_kg("-0.4999999", plain, DECIMAL_KG, 0);
	expect_kg("2.5", plain, DECIMAL_KG, 3);
	expect_kg("3.5", plain, DECIMAL_KG, 4);
	expect_kg("1.0005", plain, DECIMAL_T, 1001);
	expect_kg("1.00049999", plain, DECIMAL_T, 1000);
}

static void
test_thousands(void **state)
{
	(void)state;
	expect_kg("1,234,567.4", english, DECIMAL_KG, 1234567);
	expect_kg("1234567", english, DECIMAL_KG, 1234567);
	expect_kg("23,960", english, DECIMAL_KG, 23960);
	expect_kg("1.234,5", german, DECIMAL_KG, 1235);
	expect_kg("1 234,5", french, DECIMAL_KG, 1235);
	expect_kg("1\xC2\xA0"
		  "234",
	    french, DECIMAL_KG, 1234);
	expect_kg("1\xE2\x80\xAF"
		  "234",
	    french, DECIMAL_KG, 1234);
	expect_no_kg("12,34", english, STATUS_SYNTAX, "a number such as 1,234.56");
	expect_no_kg("1234,567", english, STATUS_SYNTAX, "a number such as 1,234.56");
	expect_no_kg(",123", english, STATUS_SYNTAX, "a number such as 1,234.56");
	expect_no_kg("1,,234", english, STATUS_SYNTAX, "a number such as 1,234.56");
	expect_no_kg("1,234,", english, STATUS_SYNTAX, "a number such as 1,234.56");
	expect_no_kg("1.234,567.8", german, STATUS_SYNTAX, "a number such as 1.234,56");
	expect_no_kg("23,960", plain, STATUS_SYNTAX, "a number such as 1234.56");
}

static void
test_what_is_no_number(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "-", "+", ".", "5.", ".5", "1e3", "1E3", "NaN", "inf", "0x10", "1..2", "1.2.3",
		"--1", "1-", " 1", "1 ", "1 kg", "１２", "12t", "+-1" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		expect_no_kg(wrong[i], plain, STATUS_SYNTAX, "a number such as 1234.56");
	expect_no_kg("1234567890123456789", plain, STATUS_OUT_OF_RANGE, "a number of at most 18 digits");
	expect_no_kg("0.1234567890123456789", plain, STATUS_OUT_OF_RANGE, "a number of at most 18 digits");
	expect_no_kg("1000000001", plain, STATUS_OUT_OF_RANGE, "at most 1000000000 kg");
	expect_no_kg("-1000000001", plain, STATUS_OUT_OF_RANGE, "at most 1000000000 kg");
}

static void
test_whole_numbers(void **state)
{
	(void)state;
	struct reason why = { "" };
	int64_t n = 0;

	assert_int_equal(decimal_whole(span_of("12.0"), plain, &n, &why), STATUS_OK);
	assert_int_equal(n, 12);
	assert_int_equal(decimal_whole(span_of("12.5"), plain, &n, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "a whole number");
}

/* Millionths of a tonne are grams: a second way to the same number. */
static void
test_random_numbers(void **state)
{
	(void)state;
	for (int round = 0; round < 50000; round++) {
		int64_t gram = (int64_t)any_below(1000000000);
		char text[64];
		snprintf(text, sizeof text, "-%s%lld.%06lld", any_below(2) == 0 ? "" : "0", (long long)(gram / 1000000),
		    (long long)(gram % 1000000));
		expect_kg(text + 1, plain, DECIMAL_T, (gram + 500) / 1000);
		expect_kg(text, plain, DECIMAL_T, -((gram + 500) / 1000));
	}
}

static void
expect_ms(const char *text, const char *form, const int32_t *offset, int64_t expected)
{
	struct reason why = { "" };
	int64_t ms = -1;
	if (moment_parse(span_of(text), form, offset, &ms, &why) != STATUS_OK)
		fail_msg("'%s' in %s: expected %s", text, form, why.text);
	assert_int_equal(ms, expected);
}

static void
expect_no_ms(const char *text, const char *form, const int32_t *offset, const char *sentence)
{
	struct reason why = { "" };
	int64_t ms = -77;
	assert_int_not_equal(moment_parse(span_of(text), form, offset, &ms, &why), STATUS_OK);
	assert_string_equal(why.text, sentence);
	assert_int_equal(ms, -77);
}

static void
test_times(void **state)
{
	(void)state;
	const int64_t noon = INT64_C(1422705600000); /* 2015-01-31T12:00Z */
	const int32_t china = 480, zero = 0;

	expect_ms("2015-01-31T12:00:00Z", "iso", NULL, noon);
	expect_ms("2015-01-31T20:00:00.000+08:00", "iso", NULL, noon);
	expect_ms("2015-01-31 20:00", "iso", &china, noon);
	expect_ms("2015-01-31T20:00+08", "iso", &zero, noon);
	expect_ms("2015-01-31T08:30:00-0330", "iso", &china, noon);
	expect_ms("2015-01-31T12:00:00.5Z", "iso", NULL, noon + 500);
	expect_ms("2015-01-31T12:00:00.123999Z", "iso", NULL, noon + 123);
	expect_ms("2015-01-31", "iso", &zero, noon - 12 * CIVIL_MS_PER_HOUR);
	expect_ms("31.1.2015 20:00", "D.M.YYYY hh:mm", &china, noon);
	expect_ms("20150131200000", "YYYYMMDDhhmmss", &china, noon);
	expect_ms("2015/1/31 20:00:00.007", "YYYY/M/D hh:mm:ss.fff", &china, noon + 7);
	expect_ms("2015-01-31 20:00 +08:00", "YYYY-MM-DD hh:mm zone", NULL, noon);
	expect_ms("2015年01月31日", "YYYY年MM月DD日", &zero, noon - 12 * CIVIL_MS_PER_HOUR);
	expect_ms("1422705600", "unix_s", NULL, noon);
	expect_ms("1422705600000", "unix_ms", NULL, noon);
	expect_ms("2016-02-29", "iso", &zero, civil_day(2016, 2, 29) * CIVIL_MS_PER_DAY);
}

static void
test_what_is_no_time(void **state)
{
	(void)state;
	const int32_t zero = 0;
	const char *iso = "a time in the form 2015-01-31T08:05:00+08:00";
	const char *exist = "a day and an hour that exist, within 1900 … 2199";

	expect_no_ms("", "iso", &zero, iso);
	expect_no_ms("2015-1-31", "iso", &zero, iso);
	expect_no_ms("2015-01-31T12", "iso", &zero, iso);
	expect_no_ms("2015-01-31T12:00 UTC", "iso", &zero, iso);
	expect_no_ms("2015-01-31T12:00:00.", "iso", &zero, iso);
	expect_no_ms("2015-01-31T12:00+15:00", "iso", &zero, iso);
	expect_no_ms("2015-02-29", "iso", &zero, exist);
	expect_no_ms("2015-01-31T24:00", "iso", &zero, exist);
	expect_no_ms("1899-12-31", "iso", &zero, exist);
	expect_no_ms("2015-01-31 12:00", "iso", NULL, "a time with its zone (such as +08:00), because the mapping gives no offset");
	expect_no_ms("31.01.15", "DD.MM.YYYY", &zero, "a time in the form DD.MM.YYYY");
	expect_no_ms("31.01.2015 ", "DD.MM.YYYY", &zero, "a time in the form DD.MM.YYYY");
	expect_no_ms("14227056000000000", "unix_ms", NULL, "milliseconds since 1970");
	expect_no_ms("12.5", "unix_s", NULL, "seconds since 1970");
	expect_no_ms("999999999999999", "unix_ms", NULL, "a time within 1900 … 2199");
}

static void
test_forms(void **state)
{
	(void)state;
	struct reason why;
	enum moment_zone zone;

	assert_int_equal(moment_form("iso", &zone, NULL), STATUS_OK);
	assert_int_equal(zone, MOMENT_ZONE_MAY);
	assert_int_equal(moment_form("unix_ms", &zone, NULL), STATUS_OK);
	assert_int_equal(zone, MOMENT_ZONE_ALWAYS);
	assert_int_equal(moment_form("DD/MM/YYYY h:mm", &zone, NULL), STATUS_OK);
	assert_int_equal(zone, MOMENT_ZONE_NEVER);
	assert_int_equal(moment_form("DD/MM/YYYY zone", &zone, NULL), STATUS_OK);
	assert_int_equal(zone, MOMENT_ZONE_ALWAYS);
	assert_int_equal(moment_form("hh:mm", &zone, &why), STATUS_SYNTAX);
	assert_int_equal(moment_form("YYYY-MM-DD D", &zone, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "each part once, but 'D' stands twice");
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_rounding_is_half_away_from_zero),
		cmocka_unit_test(test_thousands),
		cmocka_unit_test(test_what_is_no_number),
		cmocka_unit_test(test_whole_numbers),
		cmocka_unit_test(test_random_numbers),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_what_is_no_time),
		cmocka_unit_test(test_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

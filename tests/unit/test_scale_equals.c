/* "=" text: both orders of digits, the unit that only a setting can say, what ends a figure, and what comes after rubbish. */
#include "check.h"

#include "scales.h"

static const struct connector *const equals = &equals_connector;

/* The text for `times` times, then what empties the scale. */
static void
weighs(const char *settings, const char *text, const char *empty, const char *expected)
{
	struct scales scales;
	scales_open(&scales, equals, settings);
	for (int i = 0; i < 6; i++)
		scales_feed(&scales, text, strlen(text));
	for (int i = 0; i < 6; i++)
		scales_feed(&scales, empty, strlen(empty));
	scales_found(&scales, expected);
	scales_close(&scales);
}

static void
test_forward(void **state)
{
	(void)state;
	weighs("unit: t", "=51.070", "=00.000", "51070 kg@1000;");
	weighs("unit: t", "=  51.07", "=   0.00", "51070 kg@1000;");
	weighs("unit: kg", "=146800", "=000000", "146800 kg@1000;");
	weighs("{}", "=146800", "=-00040", "146800 kg@1000;");
	weighs("{unit: t, digits: forward}", "=51.070", "=0", "51070 kg@1000;");
}

static void
test_reversed(void **state)
{
	(void)state;
	weighs("{unit: t, digits: reversed}", "=070.15", "=000.00", "51070 kg@1000;");
	weighs("{digits: reversed}", "=086410", "=04000-", "14680 kg@1000;");
	weighs("{digits: reversed}", "=008641 ", "=000000 ", "146800 kg@1000;");
}

static void
test_ends_of_a_figure(void **state)
{
	(void)state;
	weighs("{}", "=146800\r\n", "=000000\r\n", "146800 kg@1000;");
	weighs("{}", "=146800\n", "=000000\n", "146800 kg@1000;");
}

static void
test_no_unit(void **state)
{
	(void)state;
	weighs("{}", "=51.070", "=00.000", "lacks;");
	weighs("{}", "=46800.0", "=0.0", "46800 kg@1000;");
}

/* The first figure may be the rest of one: what is broken is skipped, and said once. */
static void
test_broken(void **state)
{
	static const char *const rubbish[] = { "=14x800", "=1.4.6", "=+-5", "=", "==", "=146800146800146800", "= ", "=1 2",
		"51.070", "=99999999999" };
	(void)state;
	for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
		struct scales scales;
		scales_open(&scales, equals, "{}");
		scales_feed(&scales, "=000000=000000", 14);
		scales_feed(&scales, "\n", 1);
		scales_feed(&scales, rubbish[i], strlen(rubbish[i]));
		for (int k = 0; k < 6; k++)
			scales_feed(&scales, "=146800", 7);
		for (int k = 0; k < 6; k++)
			scales_feed(&scales, "=000000", 7);
		scales_found(&scales, "broken_frame;146800 kg@1000;");
		scales_close(&scales);
	}
}

/* A figure that lost its last digits looks like another, smaller one: alone it neither ends a load nor makes one. */
static void
test_one_lost_digit_changes_nothing(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, equals, "unit: t");
	for (int k = 0; k < 60; k++)
		scales_feed(&scales,
		    k % 7 == 3       ? "=0.0"
			: k % 7 == 5 ? "=146.80"
				     : "=146.800",
		    k % 7 == 3       ? 4
			: k % 7 == 5 ? 7
				     : 8);
	for (int k = 0; k < 8; k++)
		scales_feed(&scales, k == 2 ? "=146.800" : "=000.000", 8);
	scales_feed(&scales, "=000.000=000.000=000.000=000.000=000.000", 40);
	scales_found(&scales, "146800 kg@1000;");
	scales_close(&scales);
}

static void
test_settings(void **state)
{
	struct scales scales;
	struct reason why = { "" };
	(void)state;
	assert_int_equal(scales_try(&scales, equals, "\ndigits: backward", &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "gateway.yaml:2: digits: backward: expected forward or reversed");
	scales_close(&scales);
	assert_int_equal(scales_try(&scales, equals, "unit: tons", &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "gateway.yaml:1: unit: tons: expected kg, t, centner or lb");
	scales_close(&scales);
}

static void
test_guess(void **state)
{
	const char *text = "070.15=070.15=070.15=070.15";
	(void)state;
	assert_true(equals_guess((struct span){ (const uint8_t *)text, strlen(text) }, ""));
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)text, strlen(text) }, ""), equals);
	assert_false(equals_guess((struct span){ (const uint8_t *)"a=5\nb=6\nconfiguration=7\n", 25 }, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_reversed),
		cmocka_unit_test(test_ends_of_a_figure),
		cmocka_unit_test(test_no_unit),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_one_lost_digit_changes_nothing),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_guess),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

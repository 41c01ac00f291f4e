/* MT-SICS: stable and moving lines, over and under range, units, lines that are no reading, and rubbish between lines. */
#include "check.h"

#include "scales.h"

static const struct connector *const sics = &sics_connector;

static void
hears(const char *lines, const char *expected)
{
	struct scales scales;
	scales_open(&scales, sics, "stable_frames: 3");
	scales_feed(&scales, "S S 0 kg\r\n", 10);
	scales_feed(&scales, lines, strlen(lines));
	scales_found(&scales, expected);
	scales_close(&scales);
}

static void
test_lines(void **state)
{
	(void)state;
	hears("S D      8000 kg\r\nS S     23960 kg\r\nS D      9000 kg\r\nS S         0 kg\r\n", "23960 kg@1000;");
	hears("S S 23.96 t\r\nS S 0.00 t\r\n", "23960 kg@1000;");
	hears("S S 23960000 g\r\nS S 0 g\r\n", "23960 kg@1000;");
	hears("S S 600500.5 g\r\nS S 0 g\r\n", "601 kg@1000;"); /* 600.5005 kg */
	hears("S S 1000.0 lb\r\nS S 0 lb\r\n", "");             /* 454 kg: below the least load */
	hears("S S 146800 kg\r\nS S -40 kg\r\n", "146800 kg@1000;");
}

static void
test_beyond(void **state)
{
	(void)state;
	hears("S S 90000 kg\r\nS +\r\nS +\r\nS +\r\nS S 90000 kg\r\nS S 0 kg\r\n", "implausible;");
	hears("S S 90000 kg\r\nS +\r\nS S 90000 kg\r\nS S 0 kg\r\n", "90000 kg@1000;"); /* one jolt */
	hears("S S 90000 kg\r\nS -\r\nS -\r\nS -\r\n", "90000 kg@1000;");
	hears("S -\r\nS -\r\nS S 0 kg\r\nS -\r\n", "");
	hears("S -\r\nS -\r\nS -\r\nS -\r\n", "implausible;"); /* an empty scale that says so all the time has no zero */
}

static void
test_no_reading(void **state)
{
	(void)state;
	hears("S S 90000 kg\r\nS I\r\nES\r\nS L\r\nET\r\nEL\r\nS S 0 kg\r\n", "90000 kg@1000;");
}

static void
test_never_at_rest(void **state)
{
	(void)state;
	hears("S D 90000 kg\r\nS D 90000 kg\r\nS D 90000 kg\r\nS D 90000 kg\r\nS S 0 kg\r\n", "implausible;");
}

static void
test_broken(void **state)
{
	static const char *const rubbish[] = { "S S 90000 stone\r\n", "S S 90000\r\n", "S X 90000 kg\r\n", "S S 9 0 kg\r\n",
		"S S 9e4 kg\r\n", "S S 90000 kg\n", "S S 90000. kg\r\n", "S S - kg\r\n", "S S .5 kg\r\n",
		"S S 9999999999999999999999 kg\r\n", "S S 999999999999 t\r\n", "SS 90000 kg\r\n", "S\r\n", "hello\r\n",
		"S S 1 kg S S 1 kg S S 1 kg S S 1 kg S S 1 kg S S 1 kg S S 1", "S S 90000 kg\r", "E\r\n" };
	(void)state;
	for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
		char lines[256];
		snprintf(lines, sizeof lines, "%sS S 146800 kg\r\nS S 0 kg\r\n", rubbish[i]);
		hears(lines, "broken_frame;146800 kg@1000;");
	}
}

static void
test_guess(void **state)
{
	const char *text = "S S     23960 kg\r\nS D     23955 kg\r\nS S 0 kg\r\n";
	(void)state;
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)text, strlen(text) }, ""), sics);
	assert_false(sics_guess((struct span){ (const uint8_t *)text, 18 }, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_no_reading),
		cmocka_unit_test(test_never_at_rest),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_guess),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

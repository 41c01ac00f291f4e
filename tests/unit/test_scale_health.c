/* How a scale stands: working, silent, stuck at one load, offline, and again working; told at each change and each hour. */
#include "check.h"

#include "scales.h"

static const struct connector *const yaohua = &yaohua_connector;

/* Seconds pass, each with `frames` frames of this reading. */
static void
pass(struct scales *scales, int seconds, int frames, int64_t kg)
{
	for (int i = 0; i < seconds; i++) {
		int64_t end_ms = scales->now_ms + 1000;
		if (frames > 0)
			scales_say(scales, kg, frames);
		scales->now_ms = end_ms;
		scales_pass(scales);
	}
}

static void
begin(struct scales *scales, const char *settings)
{
	scales_open(scales, yaohua, settings);
	scales_line(scales, true);
}

static void
test_working_each_hour(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "{}");
	pass(&scales, 3600, 1, 0);
	scales_found(&scales, "WORKING;");
	pass(&scales, 3600, 1, 0);
	scales_found(&scales, "WORKING;");
	scales_close(&scales);
}

static void
test_silent(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "silent_s: 7");
	pass(&scales, 6, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 1, 0, 0);
	scales_found(&scales, "SILENT;");
	assert_string_equal(scales.last_remark, "no frame for 7 s");
	pass(&scales, 50, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 1, 5, 0);
	scales_found(&scales, "WORKING;");
	pass(&scales, 6, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 10, 0, 0);
	scales_found(&scales, "SILENT;");
	/* Bytes that are no frames are no speech. */
	for (int i = 0; i < 20; i++) {
		scales.now_ms += 1000;
		scales_feed(&scales, "????????????", 12);
		scales_pass(&scales);
	}
	scales_found(&scales, "broken_frame;");
	scales_close(&scales);
}

static void
test_silence_may_be_allowed(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "silent_s: 0");
	pass(&scales, 1, 1, 0);
	pass(&scales, 3000, 0, 0);
	scales_found(&scales, "WORKING;");
	scales_close(&scales);
}

static void
test_stuck(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "{stuck_s: 120, stands_s: 60}");
	pass(&scales, 10, 2, 0);
	scales_found(&scales, "WORKING;");
	pass(&scales, 119, 2, 146800);
	scales_found(&scales, "146800 kg@13100;");
	pass(&scales, 2, 2, 146800);
	scales_found(&scales, "STUCK;");
	assert_string_equal(scales.last_remark, "146800 kg for 120 s, without a change");
	pass(&scales, 600, 2, 146800);
	scales_found(&scales, "");
	pass(&scales, 1, 2, 146820); /* it sways */
	scales_found(&scales, "WORKING;");
	pass(&scales, 100, 2, 146820);
	pass(&scales, 3, 2, 0);
	pass(&scales, 3000, 2, 0); /* an empty scale may be so all day */
	scales_found(&scales, "");
	pass(&scales, 3000, 2, 499);
	scales_found(&scales, "WORKING;");
	scales_close(&scales);
}

/* Ten at once, then one in half a minute; the last word holds. */
static void
test_a_loose_line_is_told_at_a_pace(void **state)
{
	struct scales scales;
	unsigned told = 0;
	(void)state;
	begin(&scales, "{}");
	pass(&scales, 1, 5, 0);
	for (int i = 0; i < 300; i++) {
		scales_line(&scales, false);
		pass(&scales, 1, 0, 0);
		scales_line(&scales, true);
		pass(&scales, 1, 5, 0);
	}
	for (const char *at = scales.found; (at = strchr(at, ';')) != NULL; at++)
		told++;
	assert_in_range(told, 20, 31);
	scales.found[0] = '\0';
	scales_line(&scales, false);
	pass(&scales, 31, 0, 0);
	assert_string_equal(scales.found + strlen(scales.found) - 8, "OFFLINE;");
	scales.found[0] = '\0';
	pass(&scales, 300, 0, 0);
	scales_found(&scales, "");
	scales_close(&scales);
}

static void
test_offline(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	pass(&scales, 9, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 9, 0, 0); /* there never was a line */
	scales_found(&scales, "OFFLINE;");
	scales_line(&scales, true);
	scales_found(&scales, "");
	pass(&scales, 1, 1, 0);
	scales_found(&scales, "WORKING;");
	scales_line(&scales, false);
	scales_found(&scales, "OFFLINE;");
	scales_line(&scales, false);
	pass(&scales, 100, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 3600, 0, 0);
	scales_found(&scales, "OFFLINE;");
	scales_line(&scales, true);
	pass(&scales, 9, 0, 0);
	scales_found(&scales, "");
	pass(&scales, 9, 0, 0);
	scales_found(&scales, "SILENT;");
	scales_close(&scales);
}

static void
test_machine_and_lane(void **state)
{
	struct scales scales;
	struct moment_of when = { 1000, "" };
	char frame[SCALES_FRAME_BYTES];
	(void)state;
	begin(&scales, "{scale: west, lane: L3}");
	yaohua->take(scales.state, (struct span){ (uint8_t *)frame, scales_yaohua(0, 0, true, frame) }, &when, &scales.findings);
	yaohua->pass(scales.state, 2000, &scales.findings);
	assert_int_equal(scales.findings.n, 1);
	const Juyan__V1__Event *event = scales.findings.list[0].event;
	struct reason why = { "" };
	assert_int_equal(event->occurred_at_ms, 2000);
	assert_string_equal(event->machine_reported->machine, "west");
	assert_string_equal(event->machine_reported->lane, "L3");
	((Juyan__V1__Event *)(uintptr_t)event)->port = (char *)(uintptr_t) "ceke";
	assert_int_equal(wire_event_check(event, &why), STATUS_OK);
	scales_close(&scales);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_working_each_hour),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_silence_may_be_allowed),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_offline),
		cmocka_unit_test(test_a_loose_line_is_told_at_a_pace),
		cmocka_unit_test(test_machine_and_lane),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

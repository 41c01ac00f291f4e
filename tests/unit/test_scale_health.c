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

static void
see(struct scales *scales, const char *unit_id, int64_t off_ms)
{
	yaohua->seen(scales->state, "L1", unit_id, scales->now_ms + off_ms, scales->now_ms);
}

static void
test_an_empty_scale_that_vehicles_do_not_move_is_stuck_within_a_minute(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "lane: L1");
	pass(&scales, 3000, 1, 0);
	scales_found(&scales, "WORKING;");
	see(&scales, "蒙A 1001", 0);
	pass(&scales, 100, 1, 0);
	see(&scales, "蒙A1001", 0); /* the same once more, as it leaves */
	see(&scales, "B2", 0);
	pass(&scales, 100, 1, 0);
	scales_found(&scales, "");
	see(&scales, "C3", 0);
	pass(&scales, 59, 1, 0);
	scales_found(&scales, "");
	pass(&scales, 1, 1, 0);
	scales_found(&scales, "STUCK;");
	assert_string_equal(scales.last_remark, "0 kg for 3259 s, while 3 vehicles were seen in its lane");
	pass(&scales, 10, 1, 20); /* it lives */
	scales_found(&scales, "WORKING;");
	scales_close(&scales);
}

static void
test_a_loaded_scale_that_vehicles_do_not_move_is_stuck_within_a_minute(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "{lane: L1, stuck_vehicles: 2}");
	pass(&scales, 10, 1, 40000);
	scales_found(&scales, "WORKING;");
	see(&scales, "A1", 0);
	see(&scales, "B2", 0);
	pass(&scales, 60, 1, 40000);
	scales_found(&scales, "STUCK;");
	scales_close(&scales);
}

static void
test_a_scale_that_notices_vehicles_or_has_none_is_not_stuck(void **state)
{
	struct scales scales;
	char plate[16];
	(void)state;
	begin(&scales, "lane: L1");
	pass(&scales, 10, 1, 0);
	scales_found(&scales, "WORKING;");
	for (int i = 0; i < 20; i++) { /* two at the gate while the one before stands there */
		snprintf(plate, sizeof plate, "A%d", 2 * i);
		see(&scales, plate, 0);
		snprintf(plate, sizeof plate, "A%d", 2 * i + 1);
		see(&scales, plate, 0);
		pass(&scales, 100, 1, 0);
		pass(&scales, 5, 1, 20);
		pass(&scales, 5, 1, 0);
	}
	for (int i = 0; i < 20; i++) { /* another lane; what was long ago, and what came after that */
		snprintf(plate, sizeof plate, "B%d", i);
		yaohua->seen(scales.state, "L2", plate, scales.now_ms, scales.now_ms);
		see(&scales, plate, -301000);
		see(&scales, plate, 301000);
		see(&scales, plate, -1000 * (10 + i));
		pass(&scales, 1, 1, i % 2 * 20);
	}
	pass(&scales, 1000, 1, 0);
	scales_found(&scales, "");
	scales_close(&scales);
}

/* Nobody knows what it would have said. */
static void
test_vehicles_during_an_outage_say_nothing_of_a_scale(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "lane: L1");
	pass(&scales, 10, 1, 0);
	see(&scales, "A1", 0);
	see(&scales, "B2", 0);
	scales_line(&scales, false);
	see(&scales, "C3", 0);
	pass(&scales, 100, 0, 0);
	scales_line(&scales, true);
	pass(&scales, 100, 1, 0);
	scales_found(&scales, "WORKING;OFFLINE;WORKING;");
	see(&scales, "D4", 0);
	see(&scales, "E5", 0);
	see(&scales, "F6", 0);
	pass(&scales, 20, 0, 0);
	pass(&scales, 100, 1, 0);
	scales_found(&scales, "SILENT;WORKING;");
	scales_close(&scales);
}

static void
test_vehicles_may_be_set_to_mean_nothing(void **state)
{
	struct scales scales;
	(void)state;
	begin(&scales, "{lane: L1, stuck_vehicles: 0}");
	pass(&scales, 10, 1, 0);
	see(&scales, "A1", 0);
	see(&scales, "B2", 0);
	pass(&scales, 1000, 1, 0);
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
		cmocka_unit_test(test_an_empty_scale_that_vehicles_do_not_move_is_stuck_within_a_minute),
		cmocka_unit_test(test_a_loaded_scale_that_vehicles_do_not_move_is_stuck_within_a_minute),
		cmocka_unit_test(test_a_scale_that_notices_vehicles_or_has_none_is_not_stuck),
		cmocka_unit_test(test_vehicles_during_an_outage_say_nothing_of_a_scale),
		cmocka_unit_test(test_vehicles_may_be_set_to_mean_nothing),
		cmocka_unit_test(test_offline),
		cmocka_unit_test(test_a_loose_line_is_told_at_a_pace),
		cmocka_unit_test(test_machine_and_lane),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

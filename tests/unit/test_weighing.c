/*
 * A load on, a load off, one weighing: what stands half on the bridge, what never rests, what is told early, what a broken line
 * changes, and what the settings of every scale do. Through the Yaohua connector; the rules are the same for all.
 */
#include "check.h"

#include "scales.h"
#include "weighing.h"

static const struct connector *const yaohua = &yaohua_connector;

/* Readings in kg, each for so many frames, 100 ms apart; {0, 0} ends them. */
struct stand {
	int64_t kg;
	int frames;
};

static void
stands(struct scales *scales, const struct stand *stand)
{
	for (; stand->frames > 0; stand++)
		scales_say(scales, stand->kg, stand->frames);
}

/* The same, moving: no two readings in a row are equal. */
static void
rolls(struct scales *scales, int64_t from_kg, int64_t to_kg)
{
	for (int i = 0; i < 10; i++)
		scales_say(scales, from_kg + (to_kg - from_kg) * i / 10 + (i % 2) * 20, 1);
}

static void
found_after(const char *settings, const struct stand *stand, const char *expected)
{
	struct scales scales;
	scales_open(&scales, yaohua, settings);
	stands(&scales, stand);
	scales_found(&scales, expected);
	scales_close(&scales);
}

static void
test_one_weighing_for_each_load(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	for (int i = 0; i < 3; i++) {
		scales_say(&scales, 0, 10);
		rolls(&scales, 1000, 146800);
		scales_say(&scales, 146800, 50);
		rolls(&scales, 146000, 600);
	}
	scales_say(&scales, 0, 10);
	/* Each is dated by its first stable reading: 2.5 s after the one before was off, and 8 s later than that one. */
	scales_found(&scales, "146800 kg@3500;146800 kg@11500;146800 kg@19500;");
	scales_close(&scales);
}

static void
test_partial_stands(void **state)
{
	(void)state;
	/* Half on, all of it, half off again. */
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 41200, 50 }, { 146800, 8 }, { 88000, 90 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@7400;");
	/* Driving on makes peaks, which are not stable. */
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 151000, 4 }, { 146800, 8 }, { 149000, 4 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@2800;");
}

/* Within the tolerance the last stable reading counts: the scale had come to rest most then. */
static void
test_last_of_the_highest(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 146820, 9 }, { 146800, 9 }, { 146700, 9 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@1500;");
	found_after("tolerance_kg: 200", (const struct stand[]){ { 146820, 9 }, { 146800, 9 }, { 146700, 9 }, { 0, 9 }, { 0, 0 } },
	    "146700 kg@1500;");
	found_after("tolerance_kg: 0", (const struct stand[]){ { 146820, 9 }, { 146800, 9 }, { 0, 9 }, { 0, 0 } },
	    "146820 kg@1500;");
}

static void
test_so_many_equal_frames(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 146800, 4 }, { 146700, 4 }, { 146800, 4 }, { 0, 9 }, { 0, 0 } },
	    "implausible;");
	found_after("stable_frames: 4", (const struct stand[]){ { 146800, 4 }, { 146700, 3 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@1400;");
	found_after("stable_frames: 20", (const struct stand[]){ { 146800, 20 }, { 0, 19 }, { 0, 0 } }, "");
	found_after("stable_frames: 20", (const struct stand[]){ { 146800, 20 }, { 0, 20 }, { 0, 0 } }, "146800 kg@3000;");
}

static void
test_empty_is_below_the_minimum(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 499, 50 }, { 0, 9 }, { 0, 0 } }, "");
	found_after("{}", (const struct stand[]){ { 500, 50 }, { 499, 9 }, { 0, 0 } }, "500 kg@1500;");
	found_after("minimum_kg: 3000", (const struct stand[]){ { 2999, 50 }, { 14000, 9 }, { 2900, 9 }, { 0, 0 } },
	    "14000 kg@6500;");
	/* One or two readings of nothing are no empty scale: the load is still the same one. */
	found_after("{}", (const struct stand[]){ { 146800, 9 }, { 0, 2 }, { 146800, 9 }, { 0, 9 }, { 0, 0 } }, "146800 kg@1500;");
	/* Drifted zero, both ways: no load, no remark. */
	found_after("{}", (const struct stand[]){ { 300, 50 }, { -300, 50 }, { 0, 9 }, { 0, 0 } }, "");
}

/* A lonely reading on an empty scale is nothing; a load that never rests is a remark with its greatest reading. */
static void
test_never_at_rest(void **state)
{
	struct scales scales;
	(void)state;
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 146800, 1 }, { 0, 9 }, { 0, 0 } }, "");
	scales_open(&scales, yaohua, "{}");
	rolls(&scales, 1000, 90000);
	rolls(&scales, 90000, 1000);
	scales_say(&scales, 0, 9);
	scales_found(&scales, "implausible;");
	assert_string_equal(scales.last_remark,
	    "scale north: a load of up to 90000 kg has gone and never came to rest: expected 5 equal readings");
	scales_close(&scales);
}

static void
test_told_early_and_once(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "stands_s: 60");
	scales_say(&scales, 146800, 604);
	scales_found(&scales, "");
	scales_say(&scales, 146800, 1);
	scales_found(&scales, "146800 kg@1500;");
	stands(&scales, (const struct stand[]){ { 146820, 900 }, { 60000, 900 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "");
	scales_close(&scales);
	found_after("stands_s: 5", (const struct stand[]){ { 146800, 55 }, { 0, 0 } }, "146800 kg@1500;");
	found_after("stands_s: 0", (const struct stand[]){ { 146800, 5000 }, { 0, 0 } }, "");
	found_after("{}", (const struct stand[]){ { 146800, 5000 }, { 0, 0 } }, "");
}

/* Half of a long vehicle, or of a slow one, may stand there for minutes: the whole is the one mass of it. */
static void
test_half_on_for_minutes(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 41200, 3000 }, { 146800, 9 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@302400;");
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 146800, 9 }, { 88000, 3000 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@2400;");
}

/* Of a vehicle longer than the bridge no reading is the whole, and nobody adds up what may be the same axle twice. */
static void
test_two_steps_are_not_added(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 0, 9 }, { 60000, 90 }, { 86800, 90 }, { 0, 9 }, { 0, 0 } }, "86800 kg@11400;");
}

/* Two vehicles without an empty scale between them, or a zero that has drifted above the minimum: a person hears of it, once. */
static void
test_never_empty_between_two(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	stands(&scales, (const struct stand[]){ { 520, 90 }, { 146800, 9 }, { 88000, 9 }, { 520, 90 }, { 0, 0 } });
	scales_found(&scales, "");
	stands(&scales, (const struct stand[]){ { 131000, 9 }, { 520, 90 }, { 90000, 9 }, { 520, 90 }, { 0, 0 } });
	scales_found(&scales, "differs;");
	assert_string_equal(scales.last_remark,
	    "scale north: a load of 146800 kg fell to 520 kg and rose again to 131000 kg: expected less "
	    "than 500 kg between two vehicles; they count as one, or the empty scale needs to be set to zero");
	scales_say(&scales, 0, 9);
	scales_found(&scales, "146800 kg@10500;");
	/* One that drives off in steps, and rolls back a little, is one. */
	stands(&scales, (const struct stand[]){ { 146800, 9 }, { 60000, 9 }, { 60300, 9 }, { 21000, 9 }, { 0, 9 }, { 0, 0 } });
	scales_close(&scales);
	found_after("{}", (const struct stand[]){ { 146800, 9 }, { 60000, 9 }, { 60300, 9 }, { 21000, 9 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@1500;");
}

/* A load that sways for minutes is told while it stands there: nobody would hear of it before it goes. */
static void
test_unsteady_for_minutes(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	scales_say(&scales, 0, 9);
	for (int i = 0; i < 2990; i++)
		scales_say(&scales, 90000 + i % 2 * 40, 1);
	scales_found(&scales, "");
	for (int i = 0; i < 2990; i++)
		scales_say(&scales, 90000 + i % 2 * 40, 1);
	scales_found(&scales, "implausible;");
	assert_string_equal(scales.last_remark,
	    "scale north: a load of up to 90040 kg does not come to rest: expected 5 equal readings within minutes");
	scales_say(&scales, 90000, 9);
	scales_say(&scales, 0, 9);
	scales_found(&scales, "90000 kg@600400;");
	scales_close(&scales);
}

/* What was told stays the only mass of the load; a person is told that it was not all. */
static void
test_heavier_after_it_was_told(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "stands_s: 5");
	stands(&scales, (const struct stand[]){ { 41200, 60 }, { 146800, 60 }, { 150000, 60 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "41200 kg@1500;differs;");
	assert_string_equal(scales.last_remark,
	    "scale north: a load that stood still and was told as 41200 kg became heavier, up to 146800 kg");
	scales_close(&scales);
}

static void
test_zeroed_under_a_load(void **state)
{
	(void)state;
	found_after("{}", (const struct stand[]){ { 146800, 9 }, { 0, 9 }, { -146800, 90 }, { 0, 9 }, { 0, 0 } },
	    "146800 kg@1500;implausible;");
	/* A jolt below nothing is no zero that is lost. */
	found_after("{}", (const struct stand[]){ { 0, 9 }, { -900, 1 }, { 0, 9 }, { -800, 2 }, { 0, 9 }, { 0, 0 } }, "");
	found_after("{}", (const struct stand[]){ { 300000, 9 }, { 0, 9 }, { 0, 0 } }, "300000 kg@1500;implausible;");
}

/* The vehicle stands there whether or not the line holds. */
static void
test_line_breaks_under_a_load(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	scales_say(&scales, 146800, 9);
	scales_line(&scales, false);
	scales.now_ms += 30000;
	scales_line(&scales, true);
	scales_say(&scales, 146800, 9);
	scales_say(&scales, 0, 9);
	scales_found(&scales, "146800 kg@1500;");
	/* After a long time: what stood there is told as soon as something is heard, and the same load not again. */
	scales_say(&scales, 90000, 9);
	scales.now_ms += 120000;
	scales_say(&scales, 90000, 9);
	scales_say(&scales, 0, 9);
	scales_found(&scales, "90000 kg@34200;");
	/* … another one is another one: in half a minute one drives off, and the next one on. */
	scales_say(&scales, 90000, 9);
	scales.now_ms += 31000;
	scales_say(&scales, 70000, 9);
	scales_say(&scales, 0, 9);
	scales_found(&scales, "90000 kg@156900;70000 kg@188800;");
	scales_close(&scales);
}

/* What drives off while the scale is heard again was there before, or is one that nobody heard: no mass of a part. */
static void
test_a_part_is_no_load_after_a_long_silence(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	scales_say(&scales, 146800, 9);
	scales.now_ms += 120000;
	stands(&scales, (const struct stand[]){ { 146800, 2 }, { 120000, 1 }, { 88000, 9 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "146800 kg@1500;");
	scales_say(&scales, 146800, 9);
	scales.now_ms += 120000;
	stands(&scales, (const struct stand[]){ { 131000, 1 }, { 130000, 1 }, { 120000, 1 }, { 88000, 9 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "146800 kg@124500;implausible;");
	assert_string_equal(scales.last_remark,
	    "scale north: a load of up to 131000 kg was driving off when the scale was heard again, "
	    "and stopped at 88000 kg: no mass");
	/* Half on before the silence and after it: it is one load. */
	scales_say(&scales, 41200, 9);
	scales.now_ms += 120000;
	stands(&scales, (const struct stand[]){ { 41200, 9 }, { 146800, 9 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "146800 kg@369300;");
	/* Half off, likewise. */
	stands(&scales, (const struct stand[]){ { 146800, 9 }, { 88000, 9 }, { 0, 0 } });
	scales.now_ms += 120000;
	stands(&scales, (const struct stand[]){ { 88000, 9 }, { 0, 9 }, { 0, 0 } });
	scales_found(&scales, "146800 kg@371100;");
	scales_close(&scales);
	/* At the first start, too. */
	found_after("{}", (const struct stand[]){ { 131000, 1 }, { 130000, 1 }, { 88000, 9 }, { 0, 9 }, { 0, 0 } }, "implausible;");
}

/* Killed under a load, and begun again with what was kept: its mass is told once, whether or not it was told before. */
static void
test_restart_under_a_load(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct scales before, after;
		struct span kept = { NULL, 0 }, again;
		const char *settings = early ? "stands_s: 5" : "{}";
		scales_open(&before, yaohua, settings);
		scales_open(&after, yaohua, settings);
		assert_false(yaohua->keep(before.state, &before.arena, &kept));
		scales_say(&before, 41200, 9);
		scales_say(&before, 146800, 60);
		scales_found(&before, early ? "146800 kg@2400;" : "");
		assert_true(yaohua->keep(before.state, &before.arena, &kept));
		assert_false(yaohua->keep(before.state, &before.arena, &again));
		yaohua->recall(after.state, kept);
		assert_false(yaohua->keep(after.state, &after.arena, &again));
		after.now_ms = before.now_ms + 20000;
		scales_say(&after, 88000, 9);
		scales_say(&after, 0, 9);
		scales_found(&after, early ? "" : "146800 kg@2400;");
		scales_close(&after);
		/* What is no such thing is as nothing. */
		for (size_t cut = 0; cut < kept.bytes; cut += 7) {
			scales_open(&after, yaohua, settings);
			yaohua->recall(after.state, (struct span){ kept.data, cut });
			scales_say(&after, 0, 9);
			scales_found(&after, "");
			scales_close(&after);
		}
		scales_close(&before);
	}
}

static void
test_names_and_keys(void **state)
{
	struct scales scales;
	char first[SHORT_TEXT_BYTES_MAX + 1];
	(void)state;
	scales_open(&scales, yaohua, "{scale: 磅-2, lane: L7, weighs: tare, seen: before}");
	stands(&scales, (const struct stand[]){ { 0, 5 }, { 50120, 9 }, { 0, 5 }, { 0, 0 } });
	scales_found(&scales, "tare 50120 kg@2000;");
	assert_string_equal(scales.last_key, "磅-2@1600-1");
	assert_true(scales.last_seen_before);
	snprintf(first, sizeof first, "%s", scales.last_key);
	stands(&scales, (const struct stand[]){ { 50120, 9 }, { 0, 5 }, { 0, 0 } });
	assert_string_not_equal(scales.last_key, first);
	scales_close(&scales);
}

/* The frames that made the reading stable are what is kept, and no others. */
static void
test_raw_frames(void **state)
{
	struct scales scales;
	char frame[SCALES_FRAME_BYTES];
	(void)state;
	scales_open(&scales, yaohua, "{}");
	stands(&scales, (const struct stand[]){ { 0, 50 }, { 41200, 50 }, { 146800, 5 }, { 88000, 3 }, { 0, 5 }, { 0, 0 } });
	assert_int_equal(scales.last_raw_bytes, 5 * 12);
	scales_yaohua(146800, 0, true, frame);
	for (size_t i = 0; i < 5; i++)
		assert_memory_equal(scales.last_raw + 12 * i, frame, 12);
	stands(&scales, (const struct stand[]){ { 146800, 500 }, { 0, 5 }, { 0, 0 } });
	assert_true(scales.last_raw_bytes <= WEIGHING_RAW_BYTES_MAX);
	scales_close(&scales);
}

static void
test_settings_that_are_refused(void **state)
{
	static const char *const refused[][2] = {
		{ "stable_frames: 0", "stable_frames" },
		{ "minimum_kg: many", "minimum_kg" },
		{ "tolerance_kg: -1", "tolerance_kg" },
		{ "stands_s: 1.5", "stands_s" },
		{ "silent_s: -1", "silent_s" },
		{ "stuck_s: 0", "stuck_s" },
		{ "seen: behind", "expected either or before" },
		{ "weighs: net", "expected gross or tare" },
		{ "scale: a name of more than thirty-two bytes", "at most 32 bytes" },
		{ "scale: ''", "scale" },
		{ "lane: [1]", "lane" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct scales scales;
		struct reason why = { "" };
		assert_int_equal(scales_try(&scales, yaohua, refused[i][0], &why), STATUS_SYNTAX);
		assert_non_null(strstr(why.text, "gateway.yaml:1"));
		assert_non_null(strstr(why.text, refused[i][1]));
		assert_null(scales.state);
		scales_close(&scales);
	}
}

static void
test_no_settings_at_all(void **state)
{
	struct place place = { "a source whose name is much too long", "ceke", 480, NULL };
	struct reason why = { "" };
	void *opened = NULL;
	(void)state;
	assert_int_equal(yaohua->open(NULL, &place, &opened, &why), STATUS_SYNTAX);
	assert_non_null(strstr(why.text, "setting scale"));
	place.source = "short";
	assert_int_equal(yaohua->open(NULL, &place, &opened, &why), STATUS_OK);
	yaohua->close(&opened);
	assert_null(opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_weighing_for_each_load),
		cmocka_unit_test(test_partial_stands),
		cmocka_unit_test(test_last_of_the_highest),
		cmocka_unit_test(test_so_many_equal_frames),
		cmocka_unit_test(test_empty_is_below_the_minimum),
		cmocka_unit_test(test_never_at_rest),
		cmocka_unit_test(test_told_early_and_once),
		cmocka_unit_test(test_half_on_for_minutes),
		cmocka_unit_test(test_two_steps_are_not_added),
		cmocka_unit_test(test_never_empty_between_two),
		cmocka_unit_test(test_unsteady_for_minutes),
		cmocka_unit_test(test_a_part_is_no_load_after_a_long_silence),
		cmocka_unit_test(test_heavier_after_it_was_told),
		cmocka_unit_test(test_zeroed_under_a_load),
		cmocka_unit_test(test_line_breaks_under_a_load),
		cmocka_unit_test(test_restart_under_a_load),
		cmocka_unit_test(test_names_and_keys),
		cmocka_unit_test(test_raw_frames),
		cmocka_unit_test(test_settings_that_are_refused),
		cmocka_unit_test(test_no_settings_at_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

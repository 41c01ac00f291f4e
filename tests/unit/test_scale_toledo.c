/*
 * Toledo's continuous output: the decimal point, net and gross, negative, out of range, movement, kilograms, pounds, tonnes and
 * grams, with and without its checksum, and that reading goes on behind a broken frame.
 */
#include "check.h"

#include "scales.h"

static const struct connector *const toledo = &toledo_connector;

static void
say(struct scales *scales, struct toledo said, int frames)
{
	char frame[SCALES_FRAME_BYTES];
	size_t n = scales_toledo(&said, frame);
	for (int i = 0; i < frames; i++)
		scales_feed(scales, frame, n);
}

static void
weighs(struct toledo said, const char *expected)
{
	for (int checked = 0; checked < 2; checked++) {
		struct scales scales;
		said.checked = checked;
		scales_open(&scales, toledo, "{}");
		say(&scales, said, 4);
		say(&scales, (struct toledo){ .point = 2, .checked = checked }, 7);
		scales_found(&scales, expected);
		scales_close(&scales);
	}
}

static void
test_point(void **state)
{
	(void)state;
	weighs((struct toledo){ .shown = 1468, .point = 0 }, "146800 kg@1000;");
	weighs((struct toledo){ .shown = 14680, .point = 1 }, "146800 kg@1000;");
	weighs((struct toledo){ .shown = 146800, .point = 2 }, "146800 kg@1000;");
	weighs((struct toledo){ .shown = 146804, .point = 3 }, "14680 kg@1000;");
	weighs((struct toledo){ .shown = 146805, .point = 3 }, "14681 kg@1000;");
	weighs((struct toledo){ .shown = 999999, .point = 4 }, "10000 kg@1000;");
	weighs((struct toledo){ .shown = 999999, .point = 5 }, "1000 kg@1000;");
}

static void
test_units(void **state)
{
	(void)state;
	weighs((struct toledo){ .shown = 14680, .point = 4, .unit = 2 }, "146800 kg@1000;");      /* 146.80 t */
	weighs((struct toledo){ .shown = 100000, .point = 2, .pounds = true }, "45359 kg@1000;"); /* 45,359.237 kg */
	weighs((struct toledo){ .shown = 600000, .point = 2, .unit = 1 }, "600 kg@1000;");        /* 600,000 g */
	weighs((struct toledo){ .shown = 600000, .point = 2, .unit = 3 }, "lacks;");              /* ounces */
}

/* What a scale shows net and its tare together are the gross mass. */
static void
test_net(void **state)
{
	(void)state;
	weighs((struct toledo){ .shown = 96800, .tare = 50000, .point = 2, .net = true }, "146800 kg@1000;");
	weighs((struct toledo){ .shown = 96800, .tare = 50000, .point = 2 }, "96800 kg@1000;");
	weighs((struct toledo){ .shown = 10000, .tare = 50000, .point = 2, .net = true, .negative = true }, "40000 kg@1000;");
}

static void
test_negative_and_beyond(void **state)
{
	struct scales scales;
	(void)state;
	weighs((struct toledo){ .shown = 300, .point = 2, .negative = true }, "");
	weighs((struct toledo){ .shown = 40000, .point = 2, .negative = true }, "implausible;");
	weighs((struct toledo){ .beyond = true, .negative = true, .point = 2 }, "");
	scales_open(&scales, toledo, "{}");
	say(&scales, (struct toledo){ .shown = 146800, .point = 2, .checked = true }, 4);
	say(&scales, (struct toledo){ .beyond = true, .point = 2, .checked = true }, 5);
	say(&scales, (struct toledo){ .shown = 146800, .point = 2, .checked = true }, 4);
	say(&scales, (struct toledo){ .point = 2, .checked = true }, 4);
	scales_found(&scales, "implausible;"); /* one part of it was weighed, the whole was not: no mass */
	scales_close(&scales);
}

/* The scale says when it rests: readings of movement make no mass, however often they are equal. */
static void
test_motion(void **state)
{
	(void)state;
	weighs((struct toledo){ .shown = 146800, .point = 2, .moving = true }, "");
	struct scales scales;
	scales_open(&scales, toledo, "{}");
	say(&scales, (struct toledo){ .shown = 146900, .point = 2, .moving = true }, 30);
	say(&scales, (struct toledo){ .shown = 146800, .point = 2 }, 3);
	say(&scales, (struct toledo){ .shown = 146700, .point = 2, .moving = true }, 30);
	say(&scales, (struct toledo){ .point = 2 }, 4);
	scales_found(&scales, "146800 kg@1000;");
	scales_close(&scales);
	scales_open(&scales, toledo, "{}");
	say(&scales, (struct toledo){ .shown = 146900, .point = 2, .moving = true }, 30);
	say(&scales, (struct toledo){ .point = 2 }, 4);
	scales_found(&scales, "implausible;");
	scales_close(&scales);
}

/* A checksum may be 02, which is also how a frame begins. */
static void
test_checksum_02(void **state)
{
	char frame[SCALES_FRAME_BYTES];
	struct toledo said = { .shown = 146800, .point = 2, .checked = true };
	(void)state;
	for (;; said.tare++) {
		scales_toledo(&said, frame);
		if (frame[17] == 2)
			break;
	}
	for (int checked = 0; checked < 2; checked++) {
		struct scales scales;
		char expected[64];
		said.checked = checked;
		scales_open(&scales, toledo, "{}");
		say(&scales, said, 4);
		say(&scales, (struct toledo){ .point = 2, .checked = checked }, 7);
		snprintf(expected, sizeof expected, "%" PRId64 " kg@1000;", said.shown);
		scales_found(&scales, expected);
		scales_close(&scales);
	}
}

static void
test_broken(void **state)
{
	char frame[SCALES_FRAME_BYTES];
	struct toledo said = { .shown = 146800, .point = 2, .checked = true };
	(void)state;
	for (size_t at = 0; at < 18; at++) {
		struct scales scales;
		scales_open(&scales, toledo, "{}");
		say(&scales, (struct toledo){ .point = 2, .checked = true }, 3);
		scales_toledo(&said, frame);
		frame[at] ^= 0x01;
		scales_feed(&scales, frame, 18);
		say(&scales, said, 4);
		say(&scales, (struct toledo){ .point = 2, .checked = true }, 4);
		scales_found(&scales, "broken_frame;146800 kg@1000;");
		scales_close(&scales);
	}
}

static void
test_blanks(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, toledo, "{}");
	for (int i = 0; i < 4; i++)
		scales_feed(&scales, "\x02*0  46800     0\r", 17);
	scales_found(&scales, "");
	for (int i = 0; i < 4; i++)
		scales_feed(&scales, "\x02*0      0     0\r", 17);
	scales_found(&scales, "46800 kg@1000;");
	scales_feed(&scales, "\x02*0            0\r", 17);
	scales_feed(&scales, "\x02*0 4 800     0\r", 17);
	say(&scales, (struct toledo){ .point = 2 }, 4);
	scales_found(&scales, "broken_frame;");
	scales_close(&scales);
}

static void
test_guess(void **state)
{
	char frames[3 * SCALES_FRAME_BYTES];
	struct toledo said = { .shown = 146800, .point = 2, .checked = true };
	size_t n = 0;
	(void)state;
	for (int i = 0; i < 3; i++)
		n += scales_toledo(&said, frames + n);
	assert_ptr_equal(connector_guess((struct span){ (uint8_t *)frames, n }, ""), toledo);
	assert_false(toledo_guess((struct span){ (uint8_t *)frames, 18 }, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_point),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_negative_and_beyond),
		cmocka_unit_test(test_motion),
		cmocka_unit_test(test_checksum_02),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_guess),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

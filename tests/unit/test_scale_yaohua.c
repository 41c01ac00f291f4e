/*
 * Yaohua's XK3190-A9: the frame by its published vectors, both writings of the checksum, the decimal point, the sign, that only
 * whole frames with a right checksum are read, and that reading goes on behind anything else.
 */
#include "check.h"

#include "scales.h"

static const char t239[] = "\x02+023960015\x03", t1468[] = "\x02+146800010\x03", t120[] = "\x02-00012001E\x03";
static const struct connector *const yaohua = &yaohua_connector;

/* A frame for `frames` times, then an empty scale: what was found. */
static void
weighs(const char *settings, const char *frame, const char *expected)
{
	struct scales scales;
	scales_open(&scales, yaohua, settings);
	for (int i = 0; i < 5; i++)
		scales_feed(&scales, frame, 12);
	scales_say(&scales, 0, 5);
	scales_found(&scales, expected);
	scales_close(&scales);
}

static void
test_published_frames(void **state)
{
	(void)state;
	weighs("{}", t239, "23960 kg@1000;");
	weighs("{}", t1468, "146800 kg@1000;");
	weighs("{}", t120, "");
}

static void
test_both_checksums(void **state)
{
	char hexadecimal[SCALES_FRAME_BYTES], plain[SCALES_FRAME_BYTES];
	(void)state;
	for (int64_t number = 1000; number < 400000; number += 997) {
		struct scales scales;
		scales_open(&scales, yaohua, "stable_frames: 3");
		scales_yaohua(number, 0, true, hexadecimal);
		scales_yaohua(number, 0, false, plain);
		scales_feed(&scales, hexadecimal, 12);
		scales_feed(&scales, plain, 12);
		scales_feed(&scales, hexadecimal, 12);
		scales_say(&scales, 0, 3);
		scales.found[0] = number > UNIT_KG_MAX_ROAD ? '\0' : scales.found[0];
		char expected[64];
		snprintf(expected, sizeof expected, "%" PRId64 " kg@1000;", number);
		if (number <= UNIT_KG_MAX_ROAD)
			scales_found(&scales, expected);
		scales_close(&scales);
	}
	weighs("{}", "\x02-00012001e\x03", ""); /* lower case, too */
}

/* Six digits hold 146,800 kg, but not 146,800.0: what a decimal place shows is less than 100 t, and so it is read. */
static void
test_decimal_places(void **state)
{
	char frame[SCALES_FRAME_BYTES];
	(void)state;
	scales_yaohua(999999, 1, true, frame);
	weighs("{}", frame, "100000 kg@1000;"); /* 99,999.9 */
	scales_yaohua(468000, 1, true, frame);
	weighs("{}", frame, "46800 kg@1000;");
	scales_yaohua(146800, 3, true, frame);
	weighs("unit: t", frame, "146800 kg@1000;");
	scales_yaohua(14680, 2, true, frame);
	weighs("unit: t", frame, "146800 kg@1000;");
	scales_yaohua(999999, 4, true, frame);
	weighs("unit: t", frame, "100000 kg@1000;"); /* 99.9999 */
	scales_yaohua(146800, 3, true, frame);
	weighs("unit: kg", frame, "");
}

static void
test_figures_without_a_unit_are_no_mass(void **state)
{
	char frame[SCALES_FRAME_BYTES];
	struct scales scales;
	(void)state;
	scales_yaohua(146800, 3, true, frame);
	weighs("{}", frame, "lacks;");
	scales_open(&scales, yaohua, "{}");
	for (int i = 0; i < 50; i++)
		scales_feed(&scales, frame, 12);
	scales_found(&scales, "lacks;"); /* once for a connection */
	assert_non_null(strstr(scales.last_remark, "unit"));
	scales_close(&scales);
}

static void
test_sign(void **state)
{
	char frame[SCALES_FRAME_BYTES];
	(void)state;
	scales_yaohua(-146800, 0, true, frame);
	weighs("{}", frame, "implausible;"); /* set to zero under a load: no mass */
}

/* Every frame with one changed byte is no frame: nothing is read of it, and the next one is. */
static void
test_changed_byte(void **state)
{
	(void)state;
	for (size_t at = 0; at < 12; at++) {
		for (unsigned change = 1; change < 256; change++) {
			char frame[13];
			struct scales scales;
			memcpy(frame, t239, 13);
			frame[at] = (char)((unsigned char)frame[at] ^ change);
			if ((at == 9 || at == 10) && (frame[at] | 0x20) == (t239[at] | 0x20))
				continue; /* the same digit */
			scales_open(&scales, yaohua, "stable_frames: 1");
			scales_say(&scales, 0, 1);
			scales_feed(&scales, frame, 12);
			scales_say(&scales, 0, 1);
			/* Two changed bytes may hide each other; one never does. 02 in the middle begins a frame of its own. */
			scales_found(&scales, "broken_frame;");
			scales_close(&scales);
		}
	}
}

static void
test_one_remark_for_a_disturbance(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	scales_say(&scales, 0, 3);
	for (int i = 0; i < 1000; i++)
		scales_feed(&scales, "rubbish ", 8);
	scales_say(&scales, 0, 3);
	scales_feed(&scales, "again", 5);
	scales_say(&scales, 0, 10);
	scales_found(&scales, "broken_frame;");
	assert_string_equal(scales.last_remark,
	    "scale north: bytes that are no frame of a Yaohua A9, beginning with 72 75 62 62 69 73 68 20 72 75 62 62 69 73 68 20");
	scales_feed(&scales, "\x02+0", 3);
	scales_say(&scales, 0, 1);
	scales_found(&scales, "broken_frame;");
	assert_string_equal(scales.last_remark, "scale north: bytes that are no frame of a Yaohua A9, beginning with 02 2B 30");
	scales_close(&scales);
}

/* A connection begins in the middle of a frame, and some serial servers send line ends of their own. */
static void
test_no_disturbance(void **state)
{
	struct scales scales;
	(void)state;
	scales_open(&scales, yaohua, "{}");
	scales_feed(&scales, t239 + 4, 8);
	for (int i = 0; i < 6; i++) {
		scales_feed(&scales, t239, 12);
		scales_feed(&scales, "\r\n", 2);
	}
	scales_line(&scales, false);
	scales_line(&scales, true);
	scales_feed(&scales, t239 + 7, 5);
	scales_say(&scales, 0, 5);
	scales_found(&scales, "23960 kg@1000;");
	scales_close(&scales);
}

static void
test_guess(void **state)
{
	char frames[36];
	(void)state;
	memcpy(frames, t239, 12);
	memcpy(frames + 12, t120, 12);
	memcpy(frames + 24, t1468, 12);
	assert_true(yaohua_guess((struct span){ (uint8_t *)frames, 36 }, "capture.bin"));
	assert_true(yaohua_guess((struct span){ (uint8_t *)frames + 5, 31 }, "capture.bin"));
	assert_ptr_equal(connector_guess((struct span){ (uint8_t *)frames, 36 }, ""), yaohua);
	assert_false(yaohua_guess((struct span){ (uint8_t *)frames, 12 }, ""));
	assert_false(yaohua_guess((struct span){ (const uint8_t *)"", 0 }, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_frames),
		cmocka_unit_test(test_both_checksums),
		cmocka_unit_test(test_decimal_places),
		cmocka_unit_test(test_figures_without_a_unit_are_no_mass),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_changed_byte),
		cmocka_unit_test(test_one_remark_for_a_disturbance),
		cmocka_unit_test(test_no_disturbance),
		cmocka_unit_test(test_guess),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

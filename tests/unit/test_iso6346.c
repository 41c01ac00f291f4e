/*
 * Container numbers: the check digit by ISO 6346, that it finds each wrong sign and each pair in the wrong order that it can find,
 * and the plain writing with its remark.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "any.h"
#include "container.h"
#include "iso6346.h"

/* CSQU3054383 is the standard's own example; the others are made up, their digits reckoned by hand. */
static void
test_check_digits(void **state)
{
	(void)state;
	assert_int_equal(iso6346_digit("CSQU305438"), '3');
	assert_true(iso6346_right("CSQU3054383"));
	assert_true(iso6346_right("ZZZU9999992"));
	/* A sum of 10 modulo 11 is written as 0. */
	assert_true(iso6346_right("AAAU0000060"));
	for (char digit = '0'; digit <= '9'; digit++) {
		char number[] = "CSQU305438?";
		number[10] = digit;
		assert_int_equal(iso6346_right(number), digit == '3');
	}
}

static void
test_form(void **state)
{
	static const char *const none[] = { "", "C", "CSQU", "CSQU305438", "CSQU30543833", "CSQU 305438", "csqu3054383",
		"CSQ13054383", "CSQUA054383", "CSQU305438X", "煤炭3054383" };
	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_false(iso6346_is(none[i]));
		assert_false(iso6346_right(none[i]));
	}
	assert_true(iso6346_is("CSQU3054384"));
	assert_false(iso6346_right("CSQU3054384"));
	assert_int_equal(iso6346_digit("CSQU30543"), 0);
}

/* One wrong digit is always seen where the sum does not pass through 10 (the standard's known weakness). */
static void
test_one_wrong_digit_is_seen(void **state)
{
	(void)state;
	for (int run = 0; run < 2000; run++) {
		char number[ISO6346_BYTES + 1] = "";
		for (size_t i = 0; i < 10; i++)
			number[i] = (char)(i < 4 ? 'A' + (char)any_below(26) : '0' + (char)any_below(10));
		number[10] = iso6346_digit(number);
		assert_true(iso6346_right(number));
		size_t place = 4 + any_below(6);
		number[place] = (char)('0' + (number[place] - '0' + 1 + (char)any_below(9)) % 10);
		assert_true(!iso6346_right(number) || number[10] == '0');
	}
}

struct seen {
	struct arena arena;
	struct findings findings;
};

static void
open_seen(struct seen *seen)
{
	assert_int_equal(arena_open(&seen->arena, 1 << 16), STATUS_OK);
	findings_open(&seen->findings, &seen->arena);
	findings_message(&seen->findings, (struct span){ (const uint8_t *)"raw", 3 });
}

/* The number in plain writing; `remark` is the one remark expected, NULL for none. */
static void
becomes(const char *text, const char *plain, const char *remark)
{
	struct seen seen;
	open_seen(&seen);
	assert_string_equal(container_number(&seen.findings, text), plain);
	assert_int_equal(seen.findings.n, remark != NULL ? 1 : 0);
	if (remark != NULL) {
		assert_int_equal(seen.findings.list[0].remark, REMARK_check_digit);
		assert_string_equal(seen.findings.list[0].text, remark);
	}
	arena_close(&seen.arena);
}

static void
test_plain_writing(void **state)
{
	(void)state;
	becomes("CSQU3054383", "CSQU3054383", NULL);
	becomes(" csqu 305438-3\r\n", "CSQU3054383", NULL);
	becomes("CSQU.305438/3", "CSQU3054383", NULL);
	becomes("CSQU3054389", "CSQU3054389", "container CSQU3054389: its check digit is 9, expected 3");
	becomes("CSQU305438", "CSQU305438", "container CSQU305438: it has no check digit, expected 3 at its end");
	becomes("яма-17", "яма17", NULL);
	becomes("", "", NULL);
	becomes(" - ", "", NULL);
	becomes("A\x01\xFF", "A??", NULL);
}

static void
test_long_and_full(void **state)
{
	char text[400];
	struct seen seen;
	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	open_seen(&seen);
	assert_int_equal(strlen(container_number(&seen.findings, text)), SHORT_TEXT_BYTES_MAX);
	while (!findings_full(&seen.findings))
		(void)container_number(&seen.findings, text);
	assert_null(container_number(&seen.findings, text));
	arena_close(&seen.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_digits),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_one_wrong_digit_is_seen),
		cmocka_unit_test(test_plain_writing),
		cmocka_unit_test(test_long_and_full),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A report from a press, a process of its own: the same bytes as without, what is wrong with the question comes through, and a
 * press that dies, hangs, lies or needs too much is no more than a report that cannot be had. This program is the press as well.
 */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "opened_ledger.h"
#include "press.h"
#include "press_line.h"

#define NOON 1738296000000 /* 31 January 2025 at UTC+8 */
#define LIES "JUYAN_TEST_LIES"

static struct world {
	struct book book;
	struct arena arena;
	int asked, fail_at; /* this question fails; -1: none */
} world;

static enum status
answer(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *given;
	assert_ptr_equal(user, &world);
	question->version = PROTOCOL_VERSION;
	if (world.asked++ == world.fail_at)
		return reason_say(why, STATUS_TIMEOUT, "no answer came");
	arena_reset(&world.arena);
	enum status status = reader_answer(world.book.reader, question, &world.arena, &given, why);
	if (status != STATUS_OK)
		return status;
	if (given->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return reason_say(why, (enum status)given->failure->code, "%s", given->failure->sentence);
	*out = given;
	return STATUS_OK;
}

static const struct source source = { .query = answer, .user = &world };

static int64_t
in_ms(int64_t ms)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000 + ms;
}

static struct press_order
order_of(enum report_format format, const char *port)
{
	return (struct press_order){ .source = &source,
		.asked = { .from = "2025-01", .to = "", .port = port, .now_ms = NOON, .fresh = true },
		.format = format,
		.lang = REPORT_ZH,
		.memory_mib = 1024,
		.until_ms = in_ms(60000) };
}

/* What comes of it; nobody is left behind. */
static enum status
print(const struct press_order *order, struct reason *why)
{
	char name[REPORT_FILE_NAME_BYTES];
	struct report_file file = { 0 };
	why->text[0] = '\0';
	enum status status = press_print(order, name, &file, why);
	report_file_close(&file);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return status;
}

static enum status
print_lie(const char *lie, struct reason *why)
{
	struct press_order order = order_of(REPORT_PDF, "");
	setenv(LIES, lie, 1);
	enum status status = print(&order, why);
	unsetenv(LIES);
	return status;
}

/* ---- presses that are none ---- */

static int
lie(const char *how)
{
	const struct press_line line = { .fd = STDIN_FILENO, .until_ms = INT64_MAX };
	const uint32_t large[2] = { PRESS_FILE, UINT32_MAX };
	uint8_t garbage[64];
	struct reason why;
	enum status status = STATUS_OK;
	memset(garbage, 0xff, sizeof garbage);
	if (strcmp(how, "aborts") == 0)
		abort();
	if (strcmp(how, "hangs") == 0)
		for (;;)
			pause();
	if (strcmp(how, "garbage") == 0)
		return write(STDIN_FILENO, garbage, sizeof garbage) < 0;
	if (strcmp(how, "nameless") == 0)
		status = press_give(&line, PRESS_FILE, "x", 1);
	if (strcmp(how, "large") == 0) {
		status = press_give(&line, PRESS_NAME, "x", 1);
		return status != STATUS_OK || write(STDIN_FILENO, large, sizeof large) < 0;
	}
	if (strcmp(how, "no question") == 0)
		status = press_give(&line, PRESS_QUESTION, garbage, sizeof garbage);
	if (strcmp(how, "fine failure") == 0) {
		reason_write(&why, "all is well");
		status = press_give_failure(&line, STATUS_OK, &why);
	}
	if (strcmp(how, "files") == 0) {
		DIR *folder = opendir("/proc/self/fd");
		int n = -3; /* ".", ".." and the folder itself */
		while (folder != NULL && readdir(folder) != NULL)
			n++;
		closedir(folder);
		reason_write(&why, "%d files", n);
		status = press_give_failure(&line, STATUS_USAGE, &why);
	}
	return status != STATUS_OK ? 1 : 7;
}

/* ---- tests ---- */

static void
test_the_same_file_as_without(void **state)
{
	(void)state;
	static const enum report_format formats[] = { REPORT_PDF, REPORT_XLSX, REPORT_CSV };
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		struct press_order order = order_of(formats[i], "ceke");
		struct report *report = NULL;
		struct report_file here = { 0 }, there = { 0 };
		char name[REPORT_FILE_NAME_BYTES], expected[REPORT_FILE_NAME_BYTES];
		struct reason why = { "" };
		must(report_open(&source, &order.asked, &report, &why), &why);
		must(report_write(report, order.format, order.lang, &here, &why), &why);
		must(press_print(&order, name, &there, &why), &why);
		assert_string_equal(name, report_file_name(report, order.format, expected));
		assert_int_equal(there.bytes, here.bytes);
		assert_memory_equal(there.data, here.data, here.bytes);
		report_file_close(&here);
		report_file_close(&there);
		report_close(&report);
	}
}

static void
test_what_is_wrong_comes_through(void **state)
{
	(void)state;
	struct press_order order = order_of(REPORT_PDF, "cekke");
	struct reason why;
	assert_int_equal(print(&order, &why), STATUS_UNKNOWN_PORT);
	assert_non_null(strstr(why.text, "ceke"));
	order = order_of(REPORT_PDF, "");
	order.asked.from = "2099";
	assert_int_equal(print(&order, &why), STATUS_OUT_OF_RANGE);
	for (int i = 0; i < 3; i++) {
		world.asked = 0;
		world.fail_at = i;
		order = order_of(REPORT_XLSX, "");
		assert_int_equal(print(&order, &why), STATUS_TIMEOUT);
		assert_string_equal(why.text, "no answer came");
	}
	world.fail_at = -1;
}

static void
test_one_that_dies_or_lies(void **state)
{
	(void)state;
	struct reason why;
	assert_int_equal(print_lie("aborts", &why), STATUS_NO_MEMORY);
	assert_non_null(strstr(why.text, "signal 6"));
	assert_int_equal(print_lie("leaves", &why), STATUS_NO_MEMORY);
	assert_non_null(strstr(why.text, "code 7"));
	static const char *const lies[] = { "garbage", "nameless", "large", "no question", "fine failure" };
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
		assert_int_equal(print_lie(lies[i], &why), STATUS_SYSTEM);
	struct press_order order = order_of(REPORT_PDF, "");
	order.program = "/nowhere/juyan";
	assert_int_equal(print(&order, &why), STATUS_SYSTEM);
}

static void
test_one_that_hangs(void **state)
{
	(void)state;
	const atomic_bool stop = true;
	struct press_order order = order_of(REPORT_PDF, "");
	struct reason why;
	setenv(LIES, "hangs", 1);
	order.until_ms = in_ms(200);
	assert_int_equal(print(&order, &why), STATUS_TIMEOUT);
	order.until_ms = in_ms(60000);
	order.stop = &stop;
	assert_int_equal(print(&order, &why), STATUS_INTERRUPTED);
	unsetenv(LIES);
}

static void
test_it_takes_no_files_with_it(void **state)
{
	(void)state;
	struct reason why;
	int open_one = dup(STDERR_FILENO);
	assert_true(open_one > STDERR_FILENO);
	assert_int_equal(print_lie("files", &why), STATUS_USAGE);
	assert_string_equal(why.text, "3 files");
	close(open_one);
}

/* Sanitizers take more address space than anybody has: their programs are not bounded. */
static void
test_one_that_needs_too_much(void **state)
{
	(void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	struct press_order order = order_of(REPORT_PDF, "");
	struct reason why;
	for (int mib = 1; mib <= 64; mib *= 2) {
		order.memory_mib = mib;
		enum status status = print(&order, &why);
		assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
		assert_true(mib > 1 || status == STATUS_NO_MEMORY);
	}
#endif
}

static int
open_world(void **state)
{
	if (said_begin(state) != 0)
		return -1;
	book_open(&world.book);
	world.fail_at = -1;
	return arena_open(&world.arena, 4 * DECODE_BYTES_MAX) == STATUS_OK ? 0 : -1;
}

static int
close_world(void **state)
{
	arena_close(&world.arena);
	book_close(&world.book);
	return said_end(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_file_as_without),
		cmocka_unit_test(test_what_is_wrong_comes_through),
		cmocka_unit_test(test_one_that_dies_or_lies),
		cmocka_unit_test(test_one_that_hangs),
		cmocka_unit_test(test_it_takes_no_files_with_it),
		cmocka_unit_test(test_one_that_needs_too_much),
	};
	if (argc > 1 && strcmp(argv[1], PRESS_WORD) == 0)
		return getenv(LIES) != NULL ? lie(getenv(LIES)) : press_main(argc - 1, argv + 1);
	return cmocka_run_group_tests(tests, open_world, close_world);
}

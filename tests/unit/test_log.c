/* The log: one line for one decision, whatever the texts in it hold. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "log.h"

struct written {
	char *text;
	size_t bytes;
	FILE *stream;
	struct log *log;
};

static int
setup(void **state)
{
	static struct written written;
	written = (struct written){ 0 };
	written.stream = open_memstream(&written.text, &written.bytes);
	*state = &written;
	return written.stream == NULL || log_open(written.stream, LOG_INFO, &written.log) != STATUS_OK;
}

static int
teardown(void **state)
{
	struct written *written = *state;
	log_close(&written->log);
	fclose(written->stream);
	free(written->text);
	return 0;
}

static size_t
lines(const struct written *written)
{
	size_t n = 0;
	for (size_t i = 0; i < written->bytes; i++)
		n += written->text[i] == '\n';
	return n;
}

static void
test_a_line_has_its_parts(void **state)
{
	struct written *written = *state;
	char quoted[LOG_QUOTED_BYTES];
	log_say(written->log, LOG_INFO, "ingest", "session_opened", "terminal=%d name=%s", 3, log_quoted("ceke gate 1", quoted));
	log_say(written->log, LOG_DEBUG, "ingest", "not_wanted", "%s", "");
	assert_int_equal(lines(written), 1);
	assert_int_equal(written->text[10], 'T');
	assert_string_equal(written->text + 24, " info ingest session_opened terminal=3 name=\"ceke gate 1\"\n");
}

static void
test_a_hostile_text_cannot_forge_a_line(void **state)
{
	struct written *written = *state;
	char quoted[LOG_QUOTED_BYTES];
	const char *hostile =
	    "x\"\n2026-01-01T00:00:00.000Z info auth key_accepted\r\x1b[2J\\ \xc2\x85 \xe2\x80\xa8 \xe2\x80\xae \xff\xc0\x80 策克";
	log_say(written->log, LOG_WARNING, "auth", "refused", "name=%s", log_quoted(hostile, quoted));
	assert_int_equal(lines(written), 1);
	assert_non_null(strstr(written->text,
	    "name=\"x\\\"\\x0a2026-01-01T00:00:00.000Z info auth key_accepted\\x0d\\x1b[2J\\\\ "
	    "\\xc2\\x85 \\xe2\\x80\\xa8 \\xe2\\x80\\xae "
	    "\\xff\\xc0\\x80 策克\"\n"));
	/* Also where a caller has forgotten to quote. */
	log_say(written->log, LOG_WARNING, "auth", "refused", "name=%s", "a\nb\x7f\tc");
	assert_int_equal(lines(written), 2);
	assert_non_null(strstr(written->text, "name=a?b??c\n"));
}

static void
test_long_texts_are_cut(void **state)
{
	struct written *written = *state;
	static char text[20000];
	char quoted[LOG_QUOTED_BYTES];
	for (size_t start = 0; start < 4; start++) { /* wherever the cut falls, no character is cut in two */
		memset(text, 'a', start);
		for (size_t i = start; i + 3 < 3000; i += 3)
			memcpy(text + i, "策", 3);
		log_quoted(text, quoted);
		assert_true(strlen(quoted) < LOG_QUOTED_BYTES && strlen(quoted) > LOG_QUOTED_BYTES - 16);
		assert_string_equal(quoted + strlen(quoted) - 7, "策…\"");
	}
	memset(text, 'a', sizeof text - 1);
	log_say(written->log, LOG_ERROR, "x", "y", "%s", text);
	assert_int_equal(lines(written), 1);
	assert_true(written->bytes < 5000);
	assert_string_equal(written->text + written->bytes - 5, "a…\n");
}

static void
test_a_flood_is_withheld_and_counted(void **state)
{
	(void)state;
	struct log_budget budget = { 0 };
	uint64_t withheld = 0, lines_given = 0, told = 0;
	for (int i = 0; i < 1000; i++) {
		if (log_affords(&budget, &withheld)) {
			lines_given++;
			told += withheld;
		}
	}
	assert_true(lines_given >= LOG_BUDGET_LINES && lines_given < 500);
	assert_int_equal(lines_given + told + budget.withheld, 1000);
}

static void
test_levels_and_counters_have_names(void **state)
{
	(void)state;
	enum log_level level;
	assert_true(log_level_of("warning", &level));
	assert_int_equal(level, LOG_WARNING);
	assert_false(log_level_of("loud", &level));
	for (int i = 0; i < COUNTERS; i++)
		assert_true(strlen(counter_name((enum counter)i)) > 0 && strlen(counter_meaning((enum counter)i)) > 0);
	assert_string_equal(counter_name(COUNTER_keys_refused), "keys_refused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_line_has_its_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hostile_text_cannot_forge_a_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_texts_are_cut, setup, teardown),
		cmocka_unit_test(test_a_flood_is_withheld_and_counted),
		cmocka_unit_test(test_levels_and_counters_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

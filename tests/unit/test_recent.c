/* Answers that may be given again: only for their target, while the ledger stands, and for their time; the oldest goes first. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recent.h"

static struct recent *recent;

static int
setup(void **state)
{
	struct reason why = { "" };
	(void)state;
	assert_int_equal(recent_open(&recent, &why), STATUS_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	recent_close(&recent);
	return 0;
}

static void
keep(const char *target, uint64_t lsn, int64_t until_ms, const char *text, size_t n)
{
	struct body *body = NULL;
	assert_int_equal(body_make(text, n, &body), STATUS_OK);
	recent_put(recent, target, lsn, until_ms, body);
	body_drop(&body);
}

/* NULL: nothing is given. */
static void
gives(const char *target, uint64_t lsn, int64_t now_ms, const char *text)
{
	struct body *found = recent_find(recent, target, lsn, now_ms);
	if (text == NULL)
		assert_null(found);
	else
		assert_string_equal(found->bytes, text);
	body_drop(&found);
}

static void
test_nothing_old(void **state)
{
	(void)state;
	keep("/api/v1/flow", 7, 1000, "seven", 5);
	gives("/api/v1/flow", 7, 999, "seven");
	gives("/api/v1/flow", 7, 1000, NULL); /* its time is over */
	gives("/api/v1/flow", 8, 999, NULL);  /* the ledger has moved */
	gives("/api/v1/flow", 6, 999, NULL);
	gives("/api/v1/flow?port=ceke", 7, 999, NULL);
	keep("/api/v1/flow", 8, 1000, "eight", 5);
	gives("/api/v1/flow", 8, 999, "eight");
}

static void
test_bounds(void **state)
{
	char target[2 * RECENT_TARGET_BYTES], text[16];
	(void)state;
	for (int i = 0; i <= RECENT_ANSWERS; i++) {
		snprintf(target, sizeof target, "/%d", i);
		snprintf(text, sizeof text, "%d", i);
		keep(target, 1, 1000, text, strlen(text));
	}
	gives("/0", 1, 0, NULL); /* it made room */
	gives("/1", 1, 0, "1");
	memset(target, 'x', sizeof target);
	target[sizeof target - 1] = '\0';
	keep(target, 1, 1000, "long", 4);
	gives(target, 1, 0, NULL);
	char *large = calloc(1, RECENT_BYTES_MAX + 1);
	assert_non_null(large);
	keep("/large", 1, 1000, large, RECENT_BYTES_MAX + 1);
	gives("/large", 1, 0, NULL);
	free(large);
	gives("/1", 1, 0, "1"); /* neither has driven anything out */
}

/* Who holds an answer keeps it while others drive it out. */
static void
test_held(void **state)
{
	(void)state;
	keep("/held", 1, 1000, "held", 4);
	struct body *held = recent_find(recent, "/held", 1, 0);
	for (int i = 0; i < RECENT_ANSWERS; i++)
		keep("/other", 1, 1000, "other", 5);
	gives("/held", 1, 0, NULL);
	assert_string_equal(held->bytes, "held");
	body_drop(&held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_old, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Settings: defaults, files and single values, and the sentences that stop a start. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "folder.h"

static char folder[FOLDER_BYTES];
static char path[128];

static int
setup(void **state)
{
	(void)state;
	folder_make(folder);
	snprintf(path, sizeof path, "%s/juyan.yaml", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static enum status
read_text(const char *text, struct config *config, struct reason *why)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return config_read(path, config, why);
}

static void
refused(const char *text, int line, const char *sentence)
{
	struct config config, before;
	struct reason why = { "" };
	char expected[SENTENCE_BYTES_MAX];
	config_defaults(&config);
	before = config;
	assert_int_equal(read_text(text, &config, &why), STATUS_SETTING);
	snprintf(expected, sizeof expected, "%s:%d: %s", path, line, sentence);
	if (strncmp(why.text, expected, strlen(expected)) != 0)
		fail_msg("'%s' does not begin with '%s'", why.text, expected);
	assert_memory_equal(&config, &before, sizeof config); /* nothing of a wrong file holds */
}

static void
test_defaults_are_within_their_own_bounds(void **state)
{
	(void)state;
	struct config config, set;
	struct reason why;
	char value[32];
	config_defaults(&config);
	config_defaults(&set);
#define text(name, fallback) assert_int_equal(config_set(&set, #name, fallback, &why), STATUS_OK);
#define number(name, fallback) \
	snprintf(value, sizeof value, "%lld", (long long)(fallback)); \
	assert_int_equal(config_set(&set, #name, value, &why), STATUS_OK);
#define X(kind, name, fallback, min, max, unit, prose) kind(name, fallback)
	CONFIG_LIST(X)
#undef X
#undef text
#undef number
	assert_memory_equal(&config, &set, sizeof config);
	assert_string_equal(config.log_level, "info");
}

static void
test_a_file_is_read_over_the_defaults(void **state)
{
	(void)state;
	struct config config;
	struct reason why;
	config_defaults(&config);
	assert_int_equal(
	    read_text("map_gib: 2\nlisten:\n  - tcp://127.0.0.1:0\n  - tcp://[::1]:0\nlog_level: error\n", &config, &why),
	    STATUS_OK);
	assert_int_equal(config.map_gib, 2);
	assert_string_equal(config.listen, "tcp://127.0.0.1:0,tcp://[::1]:0");
	assert_string_equal(config.log_level, "error");
	assert_int_equal(config.sessions_max, 1024);
	assert_int_equal(read_text("", &config, &why), STATUS_OK);
	assert_int_equal(config.map_gib, 2);
}

static void
test_what_is_wrong_is_said_with_file_and_line(void **state)
{
	(void)state;
	refused("map_gib: 2\nsessions: 5\n", 2, "there is no setting 'sessions'; there are: listen, query_listen");
	refused("\n\nmap_gib: 0\n", 3, "map_gib is '0'; expected: a whole number from 1 to 16384 GiB");
	refused("map_gib: 16385\n", 1, "map_gib is '16385'; expected");
	refused("map_gib: 1.5\n", 1, "map_gib is '1.5'; expected");
	refused("map_gib: -1\n", 1, "map_gib is '-1'; expected");
	refused("map_gib:\n", 1, "map_gib is ''; expected");
	refused("map_gib: 99999999999999999999\n", 1, "map_gib is '99999999999999999999'; expected");
	refused("log_level: loud\n", 1, "log_level is 'loud'; expected: debug, info, warning or error");
	refused("listen: tcp://127.0.0.1:99999\n", 1, "listen: 'tcp://127.0.0.1:99999': expected: a port from 0 to 65535");
	refused("listen: udp://x:1\n", 1, "listen: 'udp://x:1' is no endpoint; expected: tcp://ADDRESS:PORT");
	refused("listen: {a: b}\n", 1, "expected: one value");
	refused("- a\n", 1, "expected: settings");
	refused("map_gib: 2\nmap_gib: 3\n", 2, "'map_gib' stands here twice");
}

static void
test_endpoints_are_split(void **state)
{
	(void)state;
	struct config_endpoints endpoints;
	struct reason why;
	assert_int_equal(config_endpoints("", &endpoints, &why), STATUS_OK);
	assert_int_equal(endpoints.n, 0);
	assert_int_equal(config_endpoints(" tcp://*:1 , tcp://[::1]:0", &endpoints, &why), STATUS_OK);
	assert_int_equal(endpoints.n, 2);
	assert_string_equal(endpoints.text[0], "tcp://*:1");
	assert_string_equal(endpoints.text[1], "tcp://[::1]:0");
	const char *const wrong[] = { ",", "tcp://a:1,", "tcp://", "tcp://:1", "tcp://a", "tcp://a:", "inproc://x:1",
		"tcp://a:1,,tcp://b:1" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (config_endpoints(wrong[i], &endpoints, &why) != STATUS_SETTING)
			fail_msg("'%s' was taken", wrong[i]);
	assert_int_equal(
	    config_endpoints("tcp://a:1,tcp://a:2,tcp://a:3,tcp://a:4,tcp://a:5,tcp://a:6,tcp://a:7,tcp://a:8,tcp://a:9",
		&endpoints, &why),
	    STATUS_SETTING);
	assert_int_equal(endpoints.n, 2); /* untouched by what failed */
}

/* Each setting stands there with the first words of its prose, in lines that fit a terminal of 80 columns. */
static void
test_explains_every_setting(void **state)
{
	(void)state;
	char *text = NULL;
	size_t bytes = 0, column = 0;
	FILE *out = open_memstream(&text, &bytes);
	assert_non_null(out);
	config_explain(out);
	fclose(out);
#define X(kind, name, fallback, min, max, unit, prose) \
	assert_non_null(strstr(text, #name)); \
	assert_non_null(strstr(strstr(text, #name), (char[]){ (prose)[0], (prose)[1], (prose)[2], (prose)[3], '\0' }));
	CONFIG_LIST(X)
#undef X
	for (size_t i = 0; i < bytes; i++) {
		column = text[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 79);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_within_their_own_bounds),
		cmocka_unit_test(test_a_file_is_read_over_the_defaults),
		cmocka_unit_test(test_what_is_wrong_is_said_with_file_and_line),
		cmocka_unit_test(test_endpoints_are_split),
		cmocka_unit_test(test_explains_every_setting),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

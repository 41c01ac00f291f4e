/* Endpoints as texts: what is refused, and with which words. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

static void
test_the_three_transports_are_known(void **state)
{
	(void)state;
	const char *const right[] = { "tcp://127.0.0.1:4711", "tcp://[::1]:*", "ipc:///tmp/x.ipc", "inproc://ingest" };
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_int_equal(endpoint_check(right[i], NULL), STATUS_OK);
	assert_true(endpoint_is_local("inproc://ingest"));
	assert_false(endpoint_is_local("ipc://inproc://"));
	assert_true(endpoint_is_ipv6("tcp://[::1]:1"));
	assert_false(endpoint_is_ipv6("ipc:///tmp/[x]"));
}

static void
test_others_are_refused_with_a_sentence(void **state)
{
	(void)state;
	struct reason why = { "" };
	char path[400] = "ipc:///tmp/";
	assert_int_equal(endpoint_check("udp://127.0.0.1:1", &why), STATUS_SETTING);
	assert_string_equal(why.text, "'udp://127.0.0.1:1' is no endpoint; expected: tcp://ADDRESS:PORT or ipc://PATH");
	assert_int_equal(endpoint_check("", &why), STATUS_SETTING);
	const char *const ports[] = { "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://x:65536", "tcp://x:99999", "tcp://x:1a",
		"tcp://x:-1", "tcp://x:000001" };
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		assert_int_equal(endpoint_check(ports[i], &why), STATUS_SETTING);
		assert_non_null(strstr(why.text, "a port from 0 to 65535"));
	}
	assert_int_equal(endpoint_check("tcp://[::1]:65535", &why), STATUS_OK);
	memset(path + strlen(path), 'x', 102);
	assert_int_equal(endpoint_check(path, &why), STATUS_OK); /* 107 bytes and a NUL are what a local socket holds */
	path[strlen(path)] = 'x';
	assert_int_equal(endpoint_check(path, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "less than 108 bytes"));
	memset(path + strlen(path), 'x', sizeof path - strlen(path) - 1);
	path[sizeof path - 1] = '\0';
	assert_int_equal(endpoint_check(path, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "less than 320 bytes"));
}

static void
test_port_0_is_any_port(void **state)
{
	(void)state;
	char out[ENDPOINT_BYTES];
	const char *const pairs[][2] = { { "tcp://127.0.0.1:0", "tcp://127.0.0.1:*" }, { "tcp://[::]:0", "tcp://[::]:*" },
		{ "tcp://127.0.0.1:10", "tcp://127.0.0.1:10" }, { "tcp://127.0.0.1:*", "tcp://127.0.0.1:*" },
		{ "ipc://x:0", "ipc://x:0" } };
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		endpoint_to_bind(pairs[i][0], out);
		assert_string_equal(out, pairs[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_three_transports_are_known),
		cmocka_unit_test(test_others_are_refused_with_a_sentence),
		cmocka_unit_test(test_port_0_is_any_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

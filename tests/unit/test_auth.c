/*
 * The key check: who is let in and who is not, what is counted and logged of it, and that nonsense does not end it.
 *
 * also: thread
 */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#include "bus_world.h"

/* Nothing of this client may reach the server; the refusal is counted. */
static void
refused(const char *endpoint, const struct key_pair *keys, const uint8_t *server_key, enum counter counter)
{
	uint64_t before = counted(counter), accepted = counted(COUNTER_keys_accepted);
	struct bus_socket *client = connect_as(endpoint, keys, server_key);
	struct bus_peer peer;
	struct bus_frame frame;
	(void)give_soon(client, text("let me in"), TURN_MS);
	assert_true(counted_soon(counter, before));
	(void)give_soon(client, text("let me in"), TURN_MS);
	assert_int_equal(take_soon(world.curve, &peer, &frame, 10 * TURN_MS), STATUS_TIMEOUT);
	assert_int_equal(counted(COUNTER_keys_accepted), accepted);
	bus_socket_close(&world.client);
}

static void
test_an_unknown_key_is_refused_and_named(void **state)
{
	(void)state;
	char key[KEY_TEXT_BYTES], line[128];
	refused(world.tcp, &world.stranger, world.server.public_key, COUNTER_keys_refused);
	refused(world.ipc, &world.stranger, world.server.public_key, COUNTER_keys_refused);
	key_format(world.stranger.public_key, key);
	snprintf(line, sizeof line, "warning auth key_refused key=\"%s\" from=", key);
	assert_true(logged(line));
}

static void
test_a_revoked_key_is_refused_from_then_on(void **state)
{
	(void)state;
	struct bus_socket *client = connect_as(world.tcp, &world.scale, world.server.public_key);
	struct bus_peer peer;
	struct bus_frame frame;
	assert_true(give_soon(client, text("hello"), DEADLINE_MS));
	assert_int_equal(take_soon(world.curve, &peer, &frame, DEADLINE_MS), STATUS_OK);
	bus_frame_close(&frame);
	bus_socket_close(&world.client);
	allow(true);
	refused(world.tcp, &world.scale, world.server.public_key, COUNTER_keys_refused);
	allow(false);
	converse(world.tcp, world.curve, false);
}

static void
test_a_wrong_server_key_makes_no_connection(void **state)
{
	(void)state;
	refused(world.tcp, &world.gate, world.stranger.public_key, COUNTER_handshakes_failed);
	assert_int_equal(counted(COUNTER_keys_refused), 0); /* it never came so far */
	converse(world.tcp, world.curve, false);
}

/* Speaks to the port without ZeroMQ; the server has to hang up. */
static void
plain(const void *bytes, size_t n)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	address.sin_port = htons((uint16_t)strtol(strrchr(world.tcp, ':') + 1, NULL, 10));
	struct timeval patience = { .tv_sec = DEADLINE_MS / 1000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
	char greeting[256];
	ssize_t got;
	while ((got = recv(fd, greeting, sizeof greeting, 0)) > 0)
		continue;
	assert_true(got == 0 || errno == ECONNRESET);
	close(fd);
}

static void
test_a_client_without_curve_is_refused(void **state)
{
	(void)state;
	uint64_t before = counted(COUNTER_handshakes_failed);
	uint8_t no_security[64] = { 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1, 'N', 'U', 'L', 'L' };
	plain(no_security, sizeof no_security);
	assert_true(counted_soon(COUNTER_handshakes_failed, before));
	assert_true(logged("warning test handshake_failed at=\"tcp://127.0.0.1:"));
	uint8_t old_version[12] = { 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 0 };
	plain(old_version, sizeof old_version);
	plain("GET / HTTP/1.1\r\n\r\n", 18);
	converse(world.tcp, world.curve, false);
}

/* Whoever speaks to the key check itself, from inside, gets 400 for nonsense, and the check lives on. */
static void
test_the_key_check_survives_nonsense(void **state)
{
	(void)state;
	static uint8_t large[5000];
	char code[8] = "";
	int linger_ms = 0, wait_ms = DEADLINE_MS, got = 0;
	void *asker = zmq_socket(bus_context(world.bus), ZMQ_REQ);
	assert_non_null(asker);
	zmq_setsockopt(asker, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
	zmq_setsockopt(asker, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
	zmq_connect(asker, "inproc://zeromq.zap.01");
	for (int parts = 1; parts <= 20; parts++) {
		for (int i = 1; i <= parts; i++)
			zmq_send(asker, large, i == 3 ? sizeof large : (size_t)i, i < parts ? ZMQ_SNDMORE : 0);
		for (int i = 0; i < 6; i++) { /* version, request, code, text, user, metadata */
			char part[8] = "";
			got += zmq_recv(asker, part, sizeof part - 1, 0) >= 0;
			if (i == 2)
				memcpy(code, part, sizeof code);
		}
	}
	zmq_close(asker);
	assert_int_equal(got, 20 * 6);
	assert_string_equal(code, "400");
	assert_true(auth_alive(world.auth));
	assert_int_equal(counted(COUNTER_keys_refused), 20);
	converse(world.tcp, world.curve, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_an_unknown_key_is_refused_and_named),
		TEST(test_a_revoked_key_is_refused_from_then_on),
		TEST(test_a_wrong_server_key_makes_no_connection),
		TEST(test_a_client_without_curve_is_refused),
		TEST(test_the_key_check_survives_nonsense),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

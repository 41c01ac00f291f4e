/*
 * The bus over its three transports: what comes through and what does not, who has gone, who is slow.
 *
 * also: thread
 */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#include "bus_world.h"
#include "porter.h"

static void
test_converses_over_the_three_transports(void **state)
{
	(void)state;
	converse(world.tcp, world.curve, false);
	converse(world.ipc, world.curve, false);
	converse("inproc://test", world.local, true);
	assert_int_equal(counted(COUNTER_keys_accepted), 2);
	assert_int_equal(counted(COUNTER_keys_refused), 0);
}

static void
test_the_largest_frame_passes_and_a_larger_one_does_not(void **state)
{
	(void)state;
	size_t bytes = (size_t)FRAME_BYTES_MAX;
	uint8_t *large = calloc(1, bytes + 1);
	assert_non_null(large);
	const char *endpoints[] = { world.tcp, "inproc://test" };
	for (int i = 0; i < 2; i++) {
		struct bus_socket *server = i == 0 ? world.curve : world.local;
		struct bus_socket *client = connect_as(endpoints[i], &world.gate, i == 0 ? world.server.public_key : NULL);
		struct bus_peer peer;
		struct bus_frame frame;
		assert_true(give_soon(client, (struct span){ large, bytes }, DEADLINE_MS));
		assert_int_equal(take_soon(server, &peer, &frame, DEADLINE_MS), STATUS_OK);
		assert_int_equal(frame.bytes.bytes, bytes);
		bus_frame_close(&frame);
		assert_int_equal(bus_give(client, NULL, (struct span){ large, bytes + 1 }), STATUS_TOO_LARGE);
		bus_socket_close(&world.client);
	}
	free(large);
}

static void
test_a_hostile_message_does_not_come_through(void **state)
{
	(void)state;
	struct bus_peer peer;
	struct bus_frame frame;
	void *client = foreign(ZMQ_DEALER);
	uint8_t *large = calloc(2, FRAME_BYTES_MAX);
	bool sent = large != NULL && zmq_send(client, "a", 1, ZMQ_SNDMORE) == 1 && zmq_send(client, "b", 1, ZMQ_SNDMORE) == 1 &&
	    zmq_send(client, "c", 1, 0) == 1 && zmq_send(client, "whole", 5, 0) == 5;
	enum status parts = take_soon(world.curve, &peer, &frame, DEADLINE_MS);
	enum status whole = take_soon(world.curve, &peer, &frame, DEADLINE_MS);
	bool in_step = whole == STATUS_OK && frame.bytes.bytes == 5;
	if (whole == STATUS_OK)
		bus_frame_close(&frame);
	/* The connection falls over this one; the client comes again by itself and sends on. */
	sent = sent && zmq_send(client, large, 2 * (size_t)FRAME_BYTES_MAX, 0) > 0;
	uint64_t before = counted(COUNTER_keys_accepted);
	bool again = counted_soon(COUNTER_keys_accepted, before);
	sent = sent && zmq_send(client, "next", 4, 0) == 4;
	enum status next = take_soon(world.curve, &peer, &frame, DEADLINE_MS);
	size_t next_bytes = next == STATUS_OK ? frame.bytes.bytes : 0;
	if (next == STATUS_OK)
		bus_frame_close(&frame);
	zmq_close(client);
	free(large);
	assert_true(sent && in_step && again);
	assert_int_equal(parts, STATUS_TOO_LARGE);
	assert_int_equal(next_bytes, 4);
}

static void
test_a_req_socket_gets_its_answer(void **state)
{
	(void)state;
	struct bus_peer peer;
	struct bus_frame frame;
	char answer[8] = "";
	void *client = foreign(ZMQ_REQ);
	int sent = zmq_send(client, "ask", 3, 0);
	enum status status = take_soon(world.curve, &peer, &frame, DEADLINE_MS), given = STATUS_CLOSED;
	if (status == STATUS_OK) {
		bus_frame_close(&frame);
		given = bus_give(world.curve, &peer, text("answer"));
	}
	int got = given == STATUS_OK ? zmq_recv(client, answer, sizeof answer, 0) : -1;
	zmq_close(client);
	assert_int_equal(sent, 3);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(got, 6);
	assert_string_equal(answer, "answer");
}

static void
test_a_peer_that_has_gone_is_said_to_be_gone(void **state)
{
	(void)state;
	struct bus_socket *client = connect_as(world.tcp, &world.gate, world.server.public_key);
	struct bus_peer peer;
	struct bus_frame frame;
	assert_true(give_soon(client, text("hello"), DEADLINE_MS));
	assert_int_equal(take_soon(world.curve, &peer, &frame, DEADLINE_MS), STATUS_OK);
	bus_frame_close(&frame);
	bus_socket_close(&world.client);
	enum status status = STATUS_OK;
	for (int64_t until = now_ms() + DEADLINE_MS; status == STATUS_OK && now_ms() < until;) {
		assert_int_equal(bus_wait(&world.curve, 1, TURN_MS, NULL), STATUS_OK);
		status = bus_give(world.curve, &peer, text("are you there?"));
	}
	assert_int_equal(status, STATUS_CLOSED);
	/* A client whose server is away: nothing is taken, and it says so. */
	client = connect_as("tcp://127.0.0.1:9", &world.gate, world.server.public_key);
	assert_int_equal(bus_give(client, NULL, text("hello?")), STATUS_BUSY);
	bus_socket_close(&world.client);
}

static void
test_a_slow_peer_does_not_hold_the_server(void **state)
{
	(void)state;
	struct bus_socket *client = connect_as("inproc://test", &world.gate, NULL);
	struct bus_peer peer;
	struct bus_frame frame;
	assert_true(give_soon(client, text("hello"), DEADLINE_MS));
	assert_int_equal(take_soon(world.local, &peer, &frame, DEADLINE_MS), STATUS_OK);
	bus_frame_close(&frame);
	enum status status = STATUS_OK;
	for (int i = 0; status == STATUS_OK && i < 10000; i++)
		status = bus_give(world.local, &peer, text("another"));
	assert_int_equal(status, STATUS_BUSY);
	bus_socket_close(&world.client);
}

static void
test_an_endpoint_in_use_is_said_to_be(void **state)
{
	(void)state;
	struct bus_socket *server = NULL;
	struct reason why = { "" };
	const char *endpoint = world.tcp;
	assert_int_equal(bus_serve(world.bus, &endpoint, 1, &world.server, &server, &why), STATUS_SYSTEM);
	assert_non_null(strstr(why.text, "in use"));
	assert_null(server);
}

/* A server that always finds something to take never waits. */
static void
test_failed_handshakes_are_heard_of_without_waiting(void **state)
{
	(void)state;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	to.sin_port = htons((uint16_t)atoi(strrchr(world.tcp, ':') + 1));
	int stranger = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t failed = counted(COUNTER_handshakes_failed);
	assert_int_equal(connect(stranger, (struct sockaddr *)&to, sizeof to), 0);
	close(stranger);
	for (int64_t until = now_ms() + DEADLINE_MS; counted(COUNTER_handshakes_failed) == failed && now_ms() < until;) {
		struct bus_peer peer;
		struct bus_frame frame;
		assert_int_equal(bus_take(world.curve, &peer, &frame), STATUS_TIMEOUT);
	}
	assert_int_equal(counted(COUNTER_handshakes_failed), failed + 1);
}

/* As many connections that break off as a storm brings: the door is shut before, who is in goes on, and then it is open again. */
static void
test_a_storm_shuts_the_door_for_a_moment(void **state)
{
	(void)state;
	enum { STORM = 100000 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	to.sin_port = htons((uint16_t)atoi(strrchr(world.tcp, ':') + 1));
	const struct linger cut = { .l_onoff = 1, .l_linger = 0 };
	struct bus_socket *client = connect_as(world.tcp, &world.gate, world.server.public_key);
	struct bus_peer peer;
	struct bus_frame frame;
	assert_true(give_soon(client, text("before"), DEADLINE_MS));
	assert_int_equal(take_soon(world.curve, &peer, &frame, DEADLINE_MS), STATUS_OK);
	bus_frame_close(&frame);
	int begun = 0;
	for (; counted(COUNTER_doors_shut) == 0 && begun < STORM; begun++) {
		int stranger = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		struct pollfd wait = { .fd = stranger, .events = POLLOUT };
		assert_int_equal(setsockopt(stranger, SOL_SOCKET, SO_LINGER, &cut, sizeof cut), 0);
		if (connect(stranger, (struct sockaddr *)&to, sizeof to) == 0 || poll(&wait, 1, TURN_MS) == 1)
			assert_int_equal(send(stranger, "\xff", 1, MSG_NOSIGNAL), 1);
		close(stranger);
		assert_int_equal(bus_wait(&world.curve, 1, 0, NULL), STATUS_OK);
	}
	assert_int_equal(counted(COUNTER_doors_shut), 1);
	assert_true(counted(COUNTER_handshakes_failed) >= PORTER_FAILURES);
	assert_true(logged("warning test door_shut"));
	int stranger = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd wait = { .fd = stranger, .events = POLLOUT };
	assert_int_equal(connect(stranger, (struct sockaddr *)&to, sizeof to), -1);
	assert_int_equal(poll(&wait, 1, TURN_MS), 0); /* it is not heard */
	close(stranger);

	assert_true(give_soon(client, text("meanwhile"), DEADLINE_MS));
	assert_int_equal(take_soon(world.curve, &peer, &frame, DEADLINE_MS), STATUS_OK);
	bus_frame_close(&frame);
	assert_int_equal(bus_wait(&world.curve, 1, 2 * PORTER_MS, NULL), STATUS_OK); /* whoever serves opens it */
	converse(world.tcp, world.curve, false);
}

/* What libzmq says of each try to accept stood in our memory once: 50 MiB a second, for anybody who holds enough connections. */
static void
test_a_port_without_descriptors_is_not_told_of_each_try(void **state)
{
	(void)state;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	to.sin_port = htons((uint16_t)atoi(strrchr(world.tcp, ':') + 1));
	int stranger = socket(AF_INET, SOCK_STREAM, 0);
	struct rlimit before, none;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)stranger;
	uint64_t failed = counted(COUNTER_handshakes_failed);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int connected = connect(stranger, (struct sockaddr *)&to, sizeof to);
	assert_int_equal(send(stranger, "?", 1, MSG_NOSIGNAL), 1); /* who says nothing does not come to the port */
	for (int turn = 0; turn < 20; turn++)
		assert_int_equal(bus_wait(&world.curve, 1, TURN_MS, NULL), STATUS_OK);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	close(stranger);
	assert_int_equal(connected, 0);
	assert_true(counted(COUNTER_handshakes_failed) - failed < 10);
	converse(world.tcp, world.curve, false); /* with room again it goes on by itself */
}

static struct bus_socket *
listen_as(const char *endpoint, const struct key_pair *keys, const uint8_t *server_key)
{
	struct reason why = { "" };
	bus_socket_close(&world.client);
	if (bus_listen(world.bus, endpoint, keys, server_key, &world.client, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return world.client;
}

/* Tells until the listener has heard, or for so long. */
static bool
hears(struct bus_socket *publisher, struct bus_socket *listener, int wait_ms)
{
	for (int64_t until = now_ms() + wait_ms; now_ms() < until;) {
		struct bus_frame frame;
		assert_int_equal(bus_give(publisher, NULL, text("news")), STATUS_OK);
		assert_int_equal(bus_wait(&listener, 1, TURN_MS, NULL), STATUS_OK);
		if (bus_take(listener, NULL, &frame) != STATUS_OK)
			continue;
		assert_memory_equal(frame.bytes.data, "news", 4);
		bus_frame_close(&frame);
		return true;
	}
	return false;
}

static void
test_news_reaches_all_who_may_read(void **state)
{
	(void)state;
	char ipc[160];
	struct reason why = { "" };
	struct bus_socket *curve = NULL, *local = NULL;
	snprintf(ipc, sizeof ipc, "ipc://%s/news.ipc", world.folder);
	const char *doors[] = { "tcp://127.0.0.1:0", ipc }, *inside[] = { "inproc://news" };
	assert_int_equal(bus_publish(world.bus, doors, 2, &world.server, &curve, &why), STATUS_OK);
	assert_int_equal(bus_publish(world.bus, inside, 1, NULL, &local, &why), STATUS_OK);
	for (size_t i = 0; i < 2; i++)
		assert_true(hears(curve, listen_as(bus_endpoint(curve, i), &world.scale, world.server.public_key), DEADLINE_MS));
	assert_true(hears(local, listen_as(inside[0], &world.gate, NULL), DEADLINE_MS));
	/* The gate may send and not read: it is refused at this door, and only at this one. */
	uint64_t refused = counted(COUNTER_keys_refused);
	struct bus_socket *gate = listen_as(bus_endpoint(curve, 0), &world.gate, world.server.public_key);
	for (int64_t until = now_ms() + DEADLINE_MS; counted(COUNTER_keys_refused) == refused && now_ms() < until;)
		assert_false(hears(curve, gate, TURN_MS));
	assert_int_equal(counted(COUNTER_keys_refused), refused + 1);
	converse(world.tcp, world.curve, false);
	bus_socket_close(&world.client);
	bus_socket_close(&local);
	bus_socket_close(&curve);
}

static void
test_a_slow_listener_loses_news_and_holds_nobody(void **state)
{
	(void)state;
	const char *inside = "inproc://news";
	struct reason why = { "" };
	struct bus_socket *publisher = NULL;
	struct bus_frame frame;
	int heard = 0;
	assert_int_equal(bus_publish(world.bus, &inside, 1, NULL, &publisher, &why), STATUS_OK);
	struct bus_socket *listener = listen_as(inside, &world.gate, NULL);
	assert_true(hears(publisher, listener, DEADLINE_MS));
	for (int i = 0; i < 10000; i++)
		assert_int_equal(bus_give(publisher, NULL, text("news")), STATUS_OK);
	for (; bus_take(listener, NULL, &frame) == STATUS_OK; heard++)
		bus_frame_close(&frame);
	assert_in_range(heard, 1, 9999);
	bus_socket_close(&world.client);
	bus_socket_close(&publisher);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_converses_over_the_three_transports),
		TEST(test_the_largest_frame_passes_and_a_larger_one_does_not),
		TEST(test_a_hostile_message_does_not_come_through),
		TEST(test_a_req_socket_gets_its_answer),
		TEST(test_a_peer_that_has_gone_is_said_to_be_gone),
		TEST(test_a_slow_peer_does_not_hold_the_server),
		TEST(test_an_endpoint_in_use_is_said_to_be),
		TEST(test_failed_handshakes_are_heard_of_without_waiting),
		TEST(test_a_storm_shuts_the_door_for_a_moment),
		TEST(test_a_port_without_descriptors_is_not_told_of_each_try),
		TEST(test_news_reaches_all_who_may_read),
		TEST(test_a_slow_listener_loses_news_and_holds_nobody),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The bus and the key check together, over the three transports: who is let in and who is not, what is too large, who has gone.
 * Nothing here sleeps: each thing is waited for with a deadline.
 *
 * also: thread
 */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "auth.h"
#include "bus.h"
#include "folder.h"

enum { DEADLINE_MS = 10000, TURN_MS = 10 };

static struct world {
	char folder[FOLDER_BYTES];
	char *log_text;
	size_t log_bytes;
	FILE *log_stream;
	struct log *log;
	struct counters counters;
	struct bus *bus;
	struct auth *auth;
	struct key_pair server, gate, scale, stranger;
	struct bus_socket *curve, *local;
	struct bus_socket *client; /* here, so that a test that fails leaves nothing open behind it */
	char tcp[128], ipc[128];
} world;

/* ---- helpers ---- */

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t
counted(enum counter counter)
{
	return atomic_load(&world.counters.values[counter]);
}

static Juyan__V1__RegistryRecord *
terminal_record(Juyan__V1__RegistryRecord *record, Juyan__V1__Terminal *terminal, uint32_t no, struct key_pair *keys, bool revoked)
{
	static char name[] = "a terminal", all[] = "*";
	static char *every[] = { all };
	juyan__v1__registry_record__init(record);
	juyan__v1__terminal__init(terminal);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	record->terminal = terminal;
	terminal->terminal_no = no;
	terminal->name = name;
	terminal->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys->public_key };
	terminal->n_ports = terminal->n_kinds = 1;
	terminal->ports = terminal->kinds = every;
	terminal->revoked = revoked;
	return record;
}

/* Lets in the gate and, unless it is revoked, the scale. */
static void
allow(bool scale_revoked)
{
	Juyan__V1__RegistryRecord records[2];
	Juyan__V1__Terminal terminals[2];
	const Juyan__V1__RegistryRecord *list[] = { terminal_record(&records[0], &terminals[0], 1, &world.gate, false),
		terminal_record(&records[1], &terminals[1], 2, &world.scale, scale_revoked) };
	struct registry *registry = NULL;
	struct reason why = { "" };
	if (registry_build(list, 2, &registry, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(auth_replace(world.auth, registry), STATUS_OK);
	registry_close(&registry);
}

static int
setup(void **state)
{
	(void)state;
	struct reason why = { "" };
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	world.log_stream = open_memstream(&world.log_text, &world.log_bytes);
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	key_pair_make(&world.server);
	key_pair_make(&world.gate);
	key_pair_make(&world.scale);
	key_pair_make(&world.stranger);
	assert_int_equal(bus_open(&world.bus, &why), STATUS_OK);
	assert_int_equal(auth_open(world.bus, world.log, &world.counters, &world.auth, &why), STATUS_OK);
	allow(false);
	snprintf(world.ipc, sizeof world.ipc, "ipc://%s/test.ipc", world.folder);
	const char *curve[] = { "tcp://127.0.0.1:0", world.ipc }, *local[] = { "inproc://test" };
	assert_int_equal(bus_serve(world.bus, curve, 2, &world.server, &world.curve, &why), STATUS_OK);
	assert_int_equal(bus_watch(world.curve, "test", world.log, &world.counters, &why), STATUS_OK);
	assert_int_equal(bus_serve(world.bus, local, 1, NULL, &world.local, &why), STATUS_OK);
	snprintf(world.tcp, sizeof world.tcp, "%s", bus_endpoint(world.curve, 0));
	assert_string_equal(bus_endpoint(world.curve, 1), world.ipc);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bus_socket_close(&world.client);
	bus_socket_close(&world.local);
	bus_socket_close(&world.curve);
	auth_close(&world.auth);
	bus_close(&world.bus);
	log_close(&world.log);
	fclose(world.log_stream);
	free(world.log_text);
	folder_remove(world.folder);
	return 0;
}

/* One client at a time: the one before is closed. */
static struct bus_socket *
connect_as(const char *endpoint, const struct key_pair *keys, const uint8_t *server_key)
{
	struct reason why = { "" };
	bus_socket_close(&world.client);
	if (bus_connect(world.bus, endpoint, keys, server_key, &world.client, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return world.client;
}

/* Gives until the connection stands, or until the deadline. */
static bool
give_soon(struct bus_socket *client, struct span bytes, int wait_ms)
{
	for (int64_t until = now_ms() + wait_ms; now_ms() < until;) {
		if (bus_give(client, NULL, bytes) == STATUS_OK)
			return true;
		assert_int_equal(bus_wait(&client, 1, TURN_MS, NULL), STATUS_OK);
	}
	return false;
}

/* Takes one frame from a socket within the deadline; what is refused on the way is returned as it is. */
static enum status
take_soon(struct bus_socket *socket, struct bus_peer *peer, struct bus_frame *frame, int wait_ms)
{
	for (int64_t until = now_ms() + wait_ms; now_ms() < until;) {
		enum status status = bus_take(socket, peer, frame);
		if (status != STATUS_TIMEOUT)
			return status;
		assert_int_equal(bus_wait(&socket, 1, TURN_MS, NULL), STATUS_OK);
	}
	return STATUS_TIMEOUT;
}

static struct span
text(const char *words)
{
	return (struct span){ (const uint8_t *)words, strlen(words) };
}

/* Turns the server until a counter has risen. */
static bool
counted_soon(enum counter counter, uint64_t from)
{
	for (int64_t until = now_ms() + DEADLINE_MS; now_ms() < until;) {
		if (counted(counter) > from)
			return true;
		assert_int_equal(bus_wait(&world.curve, 1, TURN_MS, NULL), STATUS_OK);
	}
	return false;
}

static bool
logged(const char *words)
{
	fflush(world.log_stream);
	return strstr(world.log_text, words) != NULL;
}

/* ---- the tests ---- */

static void
converse(const char *endpoint, struct bus_socket *server, bool local)
{
	struct bus_socket *client = connect_as(endpoint, &world.gate, local ? NULL : world.server.public_key);
	struct bus_peer peer;
	struct bus_frame frame;
	assert_true(give_soon(client, text("question"), DEADLINE_MS));
	assert_int_equal(take_soon(server, &peer, &frame, DEADLINE_MS), STATUS_OK);
	assert_int_equal(frame.bytes.bytes, 8);
	assert_memory_equal(frame.bytes.data, "question", 8);
	bus_frame_close(&frame);
	assert_int_equal(peer.local, local);
	if (!local)
		assert_memory_equal(peer.key, world.gate.public_key, PUBLIC_KEY_BYTES);
	assert_int_equal(bus_give(server, &peer, text("answer")), STATUS_OK);
	assert_int_equal(take_soon(client, NULL, &frame, DEADLINE_MS), STATUS_OK);
	assert_memory_equal(frame.bytes.data, "answer", 6);
	bus_frame_close(&frame);
	assert_int_equal(bus_take(client, NULL, &frame), STATUS_TIMEOUT);
	bus_socket_close(&world.client);
}

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
	address.sin_port = htons((uint16_t)atoi(strrchr(world.tcp, ':') + 1));
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

/* A client that is not ours, with the gate's key. */
static void *
foreign(int type)
{
	void *zmq = zmq_socket(bus_context(world.bus), type);
	int linger_ms = 0, wait_ms = DEADLINE_MS;
	assert_non_null(zmq);
	zmq_setsockopt(zmq, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
	zmq_setsockopt(zmq, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
	zmq_setsockopt(zmq, ZMQ_CURVE_SERVERKEY, world.server.public_key, PUBLIC_KEY_BYTES);
	zmq_setsockopt(zmq, ZMQ_CURVE_PUBLICKEY, world.gate.public_key, PUBLIC_KEY_BYTES);
	zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, world.gate.secret_key, PUBLIC_KEY_BYTES);
	if (zmq_connect(zmq, world.tcp) != 0) {
		zmq_close(zmq);
		fail_msg("%s", zmq_strerror(zmq_errno()));
	}
	return zmq;
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
test_bad_endpoints_are_refused_with_a_sentence(void **state)
{
	(void)state;
	struct bus_socket *server = NULL;
	struct reason why = { "" };
	char longer[200] = "ipc:///tmp/";
	memset(longer + strlen(longer), 'x', 150);
	const char *endpoint = longer;
	assert_int_equal(bus_serve(world.bus, &endpoint, 1, &world.server, &server, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "less than 108 bytes"));
	endpoint = "udp://127.0.0.1:1";
	assert_int_equal(bus_serve(world.bus, &endpoint, 1, &world.server, &server, &why), STATUS_SETTING);
	endpoint = world.tcp;
	assert_int_equal(bus_serve(world.bus, &endpoint, 1, &world.server, &server, &why), STATUS_SYSTEM);
	assert_non_null(strstr(why.text, "in use"));
	assert_null(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_converses_over_the_three_transports),
		TEST(test_an_unknown_key_is_refused_and_named),
		TEST(test_a_revoked_key_is_refused_from_then_on),
		TEST(test_a_wrong_server_key_makes_no_connection),
		TEST(test_a_client_without_curve_is_refused),
		TEST(test_the_largest_frame_passes_and_a_larger_one_does_not),
		TEST(test_a_hostile_message_does_not_come_through),
		TEST(test_the_key_check_survives_nonsense),
		TEST(test_a_req_socket_gets_its_answer),
		TEST(test_a_peer_that_has_gone_is_said_to_be_gone),
		TEST(test_a_slow_peer_does_not_hold_the_server),
		TEST(test_bad_endpoints_are_refused_with_a_sentence),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

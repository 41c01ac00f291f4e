/* See bus_world.h. */
#include "check.h"

#include "bus_world.h"

#include <string.h>
#include <time.h>

#include <zmq.h>

struct world world;

/* ---- helpers ---- */

int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t
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
	terminal->reader = keys == &world.scale;
	return record;
}

void
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

int
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

int
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

struct bus_socket *
connect_as(const char *endpoint, const struct key_pair *keys, const uint8_t *server_key)
{
	struct reason why = { "" };
	bus_socket_close(&world.client);
	if (bus_connect(world.bus, endpoint, keys, server_key, &world.client, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return world.client;
}

bool
give_soon(struct bus_socket *client, struct span bytes, int wait_ms)
{
	for (int64_t until = now_ms() + wait_ms; now_ms() < until;) {
		if (bus_give(client, NULL, bytes) == STATUS_OK)
			return true;
		assert_int_equal(bus_wait(&client, 1, TURN_MS, NULL), STATUS_OK);
	}
	return false;
}

enum status
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

struct span
text(const char *words)
{
	return (struct span){ (const uint8_t *)words, strlen(words) };
}

bool
counted_soon(enum counter counter, uint64_t from)
{
	for (int64_t until = now_ms() + DEADLINE_MS; now_ms() < until;) {
		if (counted(counter) > from)
			return true;
		assert_int_equal(bus_wait(&world.curve, 1, TURN_MS, NULL), STATUS_OK);
	}
	return false;
}

bool
logged(const char *words)
{
	fflush(world.log_stream);
	return strstr(world.log_text, words) != NULL;
}

void
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

void *
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

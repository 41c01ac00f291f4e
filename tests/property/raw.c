/* The words of raw.h. */
#include "check.h"

#include "raw.h"
#include "server.h"

void
raw_say(struct bus_socket *socket, const Juyan__V1__FromTerminal *from, struct arena *arena)
{
	struct span frame;
	arena_reset(arena);
	assert_int_equal(wire_pack(&from->base, FRAME_BYTES_MAX, arena, &frame), STATUS_OK);
	enum status s;
	for (int i = 0; (s = bus_give(socket, NULL, frame)) == STATUS_BUSY && i < DEADLINE_MS / 10; i++)
		assert_int_equal(bus_wait(&socket, 1, 10, NULL), STATUS_OK);
	assert_int_equal(s, STATUS_OK);
}

const Juyan__V1__ToTerminal *
raw_hear(struct bus_socket *socket, struct arena *arena)
{
	struct bus_frame frame;
	const ProtobufCMessage *message;
	bool ready;
	assert_int_equal(bus_wait(&socket, 1, DEADLINE_MS, &ready), STATUS_OK);
	assert_true(ready);
	assert_int_equal(bus_take(socket, NULL, &frame), STATUS_OK);
	arena_reset(arena);
	expect(wire_unpack(&juyan__v1__to_terminal__descriptor, frame.bytes, arena, &message, &why), STATUS_OK);
	bus_frame_close(&frame);
	return (const void *)message;
}

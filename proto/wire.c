/*
 * Memory and coding: the arena, and messages in and out of it. What the fields of a message may say is the business of
 * wire_event.c. An arena owns one block, taken in arena_open and freed in arena_close; nothing else here takes memory.
 */
#include "wire.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_ALIGNMENT = 16 };

_Static_assert(_Alignof(max_align_t) <= ARENA_ALIGNMENT, "anything can stand at the front of what an arena gives");

/* ---- the arena ---------------------------------------------------------------------------------------------------------- */

static void *
take_for_protobuf(void *arena, size_t bytes)
{
	return arena_take(arena, bytes);
}

/* Parts are never given back one by one: arena_reset takes all. */
static void
free_for_protobuf(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

enum status
arena_open(struct arena *arena, size_t bytes)
{
	size_t size = bytes & ~(size_t)(ARENA_ALIGNMENT - 1);
	assert(size > 0);

	uint8_t *base = aligned_alloc(ARENA_ALIGNMENT, size);
	if (base == NULL)
		return STATUS_NO_MEMORY;
	*arena = (struct arena){
		.allocator = { .alloc = take_for_protobuf, .free = free_for_protobuf, .allocator_data = arena },
		.base = base,
		.size = size,
	};
	return STATUS_OK;
}

void
arena_close(struct arena *arena)
{
	free(arena->base);
	*arena = (struct arena){ 0 };
}

void
arena_reset(struct arena *arena)
{
	arena->used = 0;
	arena->exhausted = false;
}

void *
arena_take(struct arena *arena, size_t bytes)
{
	/* `used` and `size` are multiples of the alignment, so that what fits unrounded fits rounded, and the rounding cannot
	 * overflow. */
	assert(arena->used <= arena->size && arena->used % ARENA_ALIGNMENT == 0);
	if (bytes > arena->size - arena->used) {
		arena->exhausted = true;
		return NULL;
	}
	void *taken = arena->base + arena->used;
	arena->used += (bytes + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
	return taken;
}

/* ---- bytes and messages ------------------------------------------------------------------------------------------------- */

enum status
wire_unpack(const ProtobufCMessageDescriptor *type, struct span frame, struct arena *arena, const ProtobufCMessage **out,
    struct reason *why)
{
	assert(arena->allocator.allocator_data == arena);
	if (frame.bytes > FRAME_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "a message of %zu bytes: at most %d were expected", frame.bytes,
		    FRAME_BYTES_MAX);

	size_t mark = arena->used;
	bool exhausted_before = arena->exhausted;
	arena->exhausted = false;
	const ProtobufCMessage *message = protobuf_c_message_unpack(type, &arena->allocator, frame.bytes, frame.data);
	if (message != NULL) {
		arena->exhausted = exhausted_before;
		*out = message;
		return STATUS_OK;
	}
	bool exhausted = arena->exhausted;
	arena->exhausted = exhausted_before;
	arena->used = mark;
	if (exhausted)
		return reason_say(why, STATUS_UNDECODABLE,
		    "%zu bytes would unpack to more than %zu bytes of memory: they are no honest %s", frame.bytes,
		    arena->size - mark, type->short_name);
	return reason_say(why, STATUS_UNDECODABLE, "%zu bytes do not decode as %s of protocol version %d", frame.bytes,
	    type->short_name, PROTOCOL_VERSION);
}

enum status
wire_pack(const ProtobufCMessage *message, size_t bytes_max, struct arena *arena, struct span *out)
{
	size_t bytes = protobuf_c_message_get_packed_size(message);
	if (bytes > bytes_max)
		return STATUS_TOO_LARGE;
	uint8_t *data = arena_take(arena, bytes);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	size_t packed = protobuf_c_message_pack(message, data);
	assert(packed == bytes);
	*out = (struct span){ .data = data, .bytes = packed };
	return STATUS_OK;
}

/* ---- names -------------------------------------------------------------------------------------------------------------- */

static const char *const direction_names[] = {
	[JUYAN__V1__DIRECTION__IMPORT] = "import",
	[JUYAN__V1__DIRECTION__EXPORT] = "export",
};
static const char *const mode_names[] = {
	[JUYAN__V1__MODE__TRUCK] = "truck",
	[JUYAN__V1__MODE__AGV] = "agv",
	[JUYAN__V1__MODE__RAIL] = "rail",
};

static const char *const machine_kind_names[] = {
	[JUYAN__V1__MACHINE_KIND__GATE] = "gate",
	[JUYAN__V1__MACHINE_KIND__SCALE] = "scale",
	[JUYAN__V1__MACHINE_KIND__VEHICLE] = "vehicle",
	[JUYAN__V1__MACHINE_KIND__SOURCE] = "source",
};
static const char *const condition_names[] = {
	[JUYAN__V1__CONDITION__WORKING] = "working",
	[JUYAN__V1__CONDITION__CHARGING] = "charging",
	[JUYAN__V1__CONDITION__BY_HAND] = "by_hand",
	[JUYAN__V1__CONDITION__STOPPED] = "stopped",
	[JUYAN__V1__CONDITION__FAULT] = "fault",
	[JUYAN__V1__CONDITION__SILENT] = "silent",
	[JUYAN__V1__CONDITION__STUCK] = "stuck",
	[JUYAN__V1__CONDITION__OFFLINE] = "offline",
};

enum {
	DIRECTION_NAMES = sizeof direction_names / sizeof direction_names[0],
	MODE_NAMES = sizeof mode_names / sizeof mode_names[0],
	MACHINE_KIND_NAMES = sizeof machine_kind_names / sizeof machine_kind_names[0],
	CONDITION_NAMES = sizeof condition_names / sizeof condition_names[0],
};

const char *
wire_direction_name(Juyan__V1__Direction direction)
{
	return (unsigned)direction < DIRECTION_NAMES ? direction_names[direction] : NULL;
}

const char *
wire_mode_name(Juyan__V1__Mode mode)
{
	return (unsigned)mode < MODE_NAMES ? mode_names[mode] : NULL;
}

const char *
wire_machine_kind_name(Juyan__V1__MachineKind kind)
{
	return (unsigned)kind < MACHINE_KIND_NAMES ? machine_kind_names[kind] : NULL;
}

const char *
wire_condition_name(Juyan__V1__Condition condition)
{
	return (unsigned)condition < CONDITION_NAMES ? condition_names[condition] : NULL;
}

bool
wire_direction_of(const char *name, Juyan__V1__Direction *out)
{
	for (unsigned i = 1; i < DIRECTION_NAMES; i++)
		if (strcmp(name, direction_names[i]) == 0) {
			*out = (Juyan__V1__Direction)i;
			return true;
		}
	return false;
}

bool
wire_mode_of(const char *name, Juyan__V1__Mode *out)
{
	for (unsigned i = 1; i < MODE_NAMES; i++)
		if (strcmp(name, mode_names[i]) == 0) {
			*out = (Juyan__V1__Mode)i;
			return true;
		}
	return false;
}

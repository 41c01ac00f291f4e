/*
 * Bytes from outside into checked messages, in bounded memory.
 *
 * An arena is one block of memory, handed out from the front and emptied as a whole; decoding allocates from nothing else,
 * so a frame can never take more than the arena, whatever it claims. Decoded messages live in the arena until arena_reset.
 * Spans are lent: they point into memory that somebody else owns. One thread at a time for one arena.
 */
#ifndef JUYAN_PROTO_WIRE_H
#define JUYAN_PROTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "bounds.h"
#include "cargo.pb-c.h"
#include "status.h"

struct span {
	const uint8_t *data;
	size_t bytes;
};

struct arena {
	ProtobufCAllocator allocator; /* hands out of this arena; frees nothing */
	uint8_t *base;
	size_t used;
	size_t size;
	bool exhausted; /* it has refused something since the last reset */
};

enum status arena_open(struct arena *arena, size_t bytes) MUST_USE; /* NO_MEMORY. An open arena stays where it is */
void arena_close(struct arena *arena);                              /* safe on a zeroed one */
void arena_reset(struct arena *arena);
/* NULL when the arena is used up; 16-byte aligned, not zeroed. */
void *arena_take(struct arena *arena, size_t bytes) MUST_USE;

/*
 * Unpacks any message of this protocol. UNDECODABLE (also when it would take more than the arena holds) or TOO_LARGE (above
 * FRAME_BYTES_MAX) with the sentence in `why`; what it had taken of the arena is given back.
 * It checks the coding alone: what the fields may say is checked by the functions below.
 */
enum status wire_unpack(const ProtobufCMessageDescriptor *type, struct span frame, struct arena *arena,
    const ProtobufCMessage **out, struct reason *why) MUST_USE;

/* Packs into the arena; TOO_LARGE above bytes_max, NO_MEMORY when the arena is used up. */
enum status wire_pack(const ProtobufCMessage *message, size_t bytes_max, struct arena *arena, struct span *out) MUST_USE;

/*
 * Decodes one event and checks all that can be checked without a registry: bounds, enums, texts, counts, required fields. Of a
 * registry's records it checks the form alone; the rest is registry_check's.
 * On a status other than OK the sentence names the field, what it holds and what was expected; *out is then untouched
 * and what was taken of the arena is given back. A fixed_event inside of a quarantine_released is checked likewise.
 * An event takes at most EVENT_DECODE_BYTES: an arena with so much left always gives the same answer.
 */
enum status wire_event(struct span bytes, struct arena *arena, const Juyan__V1__Event **out, struct reason *why) MUST_USE;
/* The checks alone, for an event that did not come as bytes. Its strings end at their first NUL and it has no fixed_event. */
enum status wire_event_check(const Juyan__V1__Event *event, struct reason *why) MUST_USE;

/* The name of what an event says, such as "unit_weighed"; NULL where it says nothing. */
const char *wire_event_kind(const Juyan__V1__Event *event);
/* The names in the order of the proto file; NULL after the last. */
const char *wire_event_kind_name(size_t i);
/* True for what only an administrator may send. */
bool wire_event_administers(const Juyan__V1__Event *event);
/* True for what is about one batch; the others leave batch_no empty. */
bool wire_event_of_batch(const Juyan__V1__Event *event);

/* Valid UTF-8 without control characters (NUL and DEL among them). */
bool wire_text_clean(const char *text, size_t bytes);
/* Makes such a text of one that is none, or was cut within a sign: each byte that cannot stay becomes '?'. */
void wire_text_mend(char *text);

/* "import", "truck" and so on: enum values in lower case; NULL or false where there is no such value. */
const char *wire_direction_name(Juyan__V1__Direction direction);
const char *wire_mode_name(Juyan__V1__Mode mode);
const char *wire_machine_kind_name(Juyan__V1__MachineKind kind);
const char *wire_condition_name(Juyan__V1__Condition condition);
bool wire_direction_of(const char *name, Juyan__V1__Direction *out) MUST_USE;
bool wire_mode_of(const char *name, Juyan__V1__Mode *out) MUST_USE;

#endif

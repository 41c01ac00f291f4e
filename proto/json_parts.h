/* Where in a JSON value we are: a chain of names and indices on the stack, which becomes text when something is wrong. For json_*.c
 * alone. */
#ifndef JUYAN_PROTO_JSON_PARTS_H
#define JUYAN_PROTO_JSON_PARTS_H

#include "json.h"

/* How many bytes a value of this type has in a message or in a list. */
size_t json_slot_bytes(ProtobufCType type);

/* Where in a JSON value we are: a chain of names and indices on the stack, which becomes text when something is wrong. */
struct place {
	const struct place *up; /* NULL: the whole value */
	const char *name;       /* as the proto file spells it; NULL: an entry of the list above */
	size_t index;
	struct reason *why;
};

enum status place_fail(const struct place *place, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Bytes from base64 (either alphabet, with or without '='), into the arena. */
enum status base64_read(const struct place *place, const char *text, size_t length, struct arena *arena,
    ProtobufCBinaryData *out) MUST_USE;
/* The caller owns the result; NULL: no memory. */
json_t *base64_write(const ProtobufCBinaryData *bytes);

#endif

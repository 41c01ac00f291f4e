/*
 * Messages to and from protobuf's own JSON form, for any message of this protocol, by its descriptor.
 *
 * Reading takes camelCase and snake_case names, 64-bit numbers as JSON numbers or strings, enums as names or numbers, bytes as
 * base64; an unknown name is an error that names it. Writing uses the names of the proto files (snake_case) and leaves out what is
 * not set. 64-bit numbers are written as JSON numbers with `numbers`, else as strings as protobuf's own form wants.
 * Owns nothing; any thread.
 */
#ifndef JUYAN_PROTO_JSON_H
#define JUYAN_PROTO_JSON_H

#include <jansson.h>

#include "wire.h"

/*
 * SYNTAX with a sentence naming the path ("manifest_lodged.units[2].unit_id") and what was expected; TOO_LARGE when the arena is
 * used up. *out lives in the arena and keeps nothing of `value`. It checks the form alone: wire_event_check says whether an event
 * is right.
 */
enum status json_read(const ProtobufCMessageDescriptor *type, json_t *value, struct arena *arena, const ProtobufCMessage **out,
    struct reason *why) MUST_USE;

/*
 * The caller owns *out (json_decref). Bytes of a text that are not UTF-8 become U+FFFD, so that what is in quarantine can be shown.
 * NO_MEMORY.
 */
enum status json_write(const ProtobufCMessage *message, bool numbers, json_t **out) MUST_USE;

#endif

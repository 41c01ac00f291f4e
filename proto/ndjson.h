/*
 * One line of an event file in JSON: one Event in protobuf's own JSON form. Pure; the event lives in the arena.
 */
#ifndef JUYAN_PROTO_NDJSON_H
#define JUYAN_PROTO_NDJSON_H

#include "wire.h"

/* True for a line that says nothing: spaces and tabs alone. */
bool ndjson_blank(struct span line);
/* SYNTAX with a sentence. What the event's fields may say is not checked here: see wire_event_check. */
enum status ndjson_event(struct span line, struct arena *arena, const Juyan__V1__Event **out, struct reason *why) MUST_USE;

#endif

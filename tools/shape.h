/*
 * The shape of a message as a mapping gives it: which of its fields come from which values, by the names of the proto files. Read
 * once from YAML, filled for each row. Pure. Lives in the arena that it was read into.
 */
#ifndef JUYAN_TOOLS_SHAPE_H
#define JUYAN_TOOLS_SHAPE_H

#include "when.h"

struct shape;

/*
 * `beside` (NULL-ended) are names of the map that are the caller's; "when" is always allowed. `path` is how messages call this
 * place ("" at the top). SYNTAX with "MAPFILE:LINE: …" and the names that are allowed; NO_MEMORY.
 */
enum status shape_read(const struct yaml_node *map, const ProtobufCMessageDescriptor *type, const char *const *beside,
    const char *path, struct value_reader *reader, const struct shape **out, struct reason *why) MUST_USE;

/* The message for this row, in the row's arena; NULL when its condition does not hold. A text that is not known stays empty, a
 * number unset. */
enum status shape_fill(const struct shape *shape, const struct value_row *row, ProtobufCMessage **out, struct reason *why) MUST_USE;

#endif

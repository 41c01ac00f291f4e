/*
 * Conditions of a mapping: whether a row makes an event, or an item of a list. Read once from YAML, asked for each row. Pure. Lives
 * in the arena that it was read into.
 *
 *     when: { column: released_at, present: yes }      or a list of such maps, which all have to hold
 */
#ifndef JUYAN_TOOLS_WHEN_H
#define JUYAN_TOOLS_WHEN_H

#include "value.h"

struct when;

/* SYNTAX with "MAPFILE:LINE: …", NO_MEMORY. `node` may be NULL: then it always holds, and *out is NULL. */
enum status when_read(const struct yaml_node *node, struct value_reader *reader, const struct when **out,
    struct reason *why) MUST_USE;
/* `when` may be NULL. */
enum status when_holds(const struct when *when, const struct value_row *row, bool *out, struct reason *why) MUST_USE;

#endif

/*
 * A YAML document with the place of everything in it, over libyaml: so that whatever is wrong can be said with file and line. Used
 * for settings, the registry and mapping files. A document owns its memory; nodes are lent until yaml_close. Anchors, tags and
 * several documents in one file are refused; depth and size are bounded.
 */
#ifndef JUYAN_BASE_YAML_H
#define JUYAN_BASE_YAML_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

enum { YAML_FILE_BYTES_MAX = 8 * 1024 * 1024, YAML_DEPTH_MAX = 16 };

struct yaml;      /* one document */
struct yaml_node; /* one node of it */

enum status yaml_open_file(const char *path, struct yaml **out, struct reason *why) MUST_USE;
/* `name` stands in messages for the file. */
enum status yaml_open_text(const char *name, const char *text, size_t bytes, struct yaml **out, struct reason *why) MUST_USE;
void yaml_close(struct yaml **yaml);

const struct yaml_node *yaml_root(const struct yaml *yaml); /* NULL for an empty document */

bool yaml_is_map(const struct yaml_node *node);
bool yaml_is_list(const struct yaml_node *node);
const char *yaml_text(const struct yaml_node *node); /* of a scalar; NULL for others */
size_t yaml_count(const struct yaml_node *node);     /* pairs of a map, items of a list */
const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i);
const char *yaml_key(const struct yaml_node *map, size_t i);
const struct yaml_node *yaml_value(const struct yaml_node *map, size_t i);
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key); /* NULL: not there */
int yaml_line(const struct yaml_node *node);

/* SYNTAX with "FILE:LINE: …". */
#define yaml_fail(node, why, ...) (yaml_write_fail(node, why, __VA_ARGS__), reason_given(STATUS_SYNTAX))
void yaml_write_fail(const struct yaml_node *node, struct reason *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Refuses a map that has a key which is not in the NULL-ended list (it names the allowed ones). */
enum status yaml_only(const struct yaml_node *map, const char *const *allowed, struct reason *why) MUST_USE;
/* A whole number within bounds; `what` names it in the message. */
enum status yaml_number(const struct yaml_node *node, const char *what, int64_t min, int64_t max, int64_t *out,
    struct reason *why) MUST_USE;
enum status yaml_bool(const struct yaml_node *node, const char *what, bool *out, struct reason *why) MUST_USE;

#endif

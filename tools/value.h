/*
 * One value of a mapping: how a cell, or several with text between, becomes what an event's field wants. Read once from YAML, asked
 * for each row. Pure. Values live in the arena that they were read into, and lend texts from the YAML document.
 *
 * A value stands in YAML as a text ("TB-{port}-{line}") or as a map with `column` or `text` and what is to be done with it.
 * README.md says it for users.
 */
#ifndef JUYAN_TOOLS_VALUE_H
#define JUYAN_TOOLS_VALUE_H

#include "decimal.h"
#include "yaml.h"

enum { VALUE_COLUMNS_MAX = 256, VALUE_BYTES_MAX = 4096 };

struct value;

enum value_kind {
	VALUE_TEXT,
	VALUE_NAME,   /* of an enum, in any case */
	VALUE_MASS,   /* kg */
	VALUE_WHOLE,  /* a whole number from 0 */
	VALUE_MOMENT, /* ms since 1970 UTC */
	VALUE_UNIT,   /* the name of a mass unit */
	VALUE_OFFSET, /* "+08:00" */
};

/* The columns that a mapping asks for, in the order in which it does; a value knows them by their place here. */
struct value_columns {
	size_t n;
	const char *name[VALUE_COLUMNS_MAX];
	int line[VALUE_COLUMNS_MAX]; /* of the mapping, where it is asked for first */
};

/* What reading needs, and what holds where a value says nothing else. */
struct value_reader {
	struct arena *arena;
	struct value_columns *columns;
	struct decimal_style style;
	const char *form;           /* of times */
	const struct value *offset; /* of times; NULL: none given */
	const char **unknown;       /* cells that mean "not known" */
	size_t unknowns;
};

/* One row: a cleaned cell for each of the mapping's columns. */
struct value_row {
	const struct value_columns *columns;
	const struct span *cells;
	uint64_t line;
	struct arena *arena; /* for texts that have to be made */
};

/* SYNTAX with "MAPFILE:LINE: …", NO_MEMORY. `names` only for VALUE_NAME; `field` is how messages call the value. */
enum status value_read(const struct yaml_node *node, enum value_kind kind, const ProtobufCEnumDescriptor *names, const char *field,
    struct value_reader *reader, const struct value **out, struct reason *why) MUST_USE;

/* The text that `column` or `text` of a map says; the map's other names are the caller's. */
enum status value_read_origin(const struct yaml_node *map, const char *field, struct value_reader *reader, const struct value **out,
    struct reason *why) MUST_USE;
/* `decimal` and `thousands` of a map, over what `style` holds. */
enum status value_read_style(const struct yaml_node *map, struct decimal_style *style, struct reason *why) MUST_USE;
/* A list of texts, or one; in the arena. */
enum status value_read_texts(const struct yaml_node *node, const char *what, struct arena *arena, const char ***out, size_t *n,
    struct reason *why) MUST_USE;

/* The text for this row; NULL data when it is not known. */
enum status value_text(const struct value *value, const struct value_row *row, struct span *out, struct reason *why) MUST_USE;
/* The number for this row, for every kind but VALUE_TEXT; *known is false, and *out not touched, when it is not known. */
enum status value_number(const struct value *value, const struct value_row *row, bool *known, int64_t *out,
    struct reason *why) MUST_USE;

/* Blanks at the ends taken away: spaces, tabs, line ends, no-break and ideographic spaces. */
struct span value_trim(struct span text);
/* Trimmed, and line ends and tabs within become a space. Lent from the cell or in the arena. */
enum status value_clean(struct span cell, struct arena *arena, struct span *out) MUST_USE;

#endif

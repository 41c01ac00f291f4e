/*
 * A mapping: how each row of a spreadsheet becomes events. Read once from YAML (README.md says its form to users), bound to a
 * file's columns, then asked for each row. Pure but for reading its own file. A mapping owns all that it read; it is not changed
 * after it was read, so any number of files may use it.
 */
#ifndef JUYAN_TOOLS_MAPPING_H
#define JUYAN_TOOLS_MAPPING_H

#include "value.h"

enum { MAPPING_EVENTS_MAX = 16 };

struct mapping;

/* Where a file has the columns that the mapping asks for. */
struct mapping_binding {
	size_t fields; /* every row has to have as many */
	size_t at[VALUE_COLUMNS_MAX];
};

/* The events of one row, in the mapping's order; in the row's arena. They are not checked yet: see wire_event_check. */
struct mapping_events {
	size_t n;
	const Juyan__V1__Event *list[MAPPING_EVENTS_MAX];
};

/* SYNTAX with "MAPFILE:LINE: …", SYSTEM, NO_MEMORY. */
enum status mapping_open(const char *path, struct mapping **out, struct reason *why) MUST_USE;
enum status mapping_open_text(const char *name, const char *text, size_t bytes, struct mapping **out, struct reason *why) MUST_USE;
void mapping_close(struct mapping **mapping);

char mapping_separator(const struct mapping *mapping);
/* One that recode_knows; "utf-8" if nothing is said. */
const char *mapping_encoding(const struct mapping *mapping);
/* The line with the columns' names; 0: there is none, and columns are called 1, 2, 3 … What stands before it is no data. */
uint64_t mapping_header_line(const struct mapping *mapping);

/*
 * Finds the columns by the fields of the header (or, where there is none, of the first row: only how many counts). NOT_FOUND,
 * CONTRADICTION (a name that is asked for stands twice): no row of this file can be used. The arena is for the work alone.
 */
enum status mapping_bind(const struct mapping *mapping, const struct span *fields, size_t n, struct arena *arena,
    struct mapping_binding *out, struct reason *why) MUST_USE;

/*
 * The events of one row: none for a row whose fields are all empty, or for which the mapping's conditions do not hold. REFUSE
 * statuses: the row cannot be used, and `why` says which field, which column, what it holds, what was expected. NO_MEMORY: the
 * arena is too small.
 */
enum status mapping_row(const struct mapping *mapping, const struct mapping_binding *binding, const struct span *fields, size_t n,
    uint64_t line, struct arena *arena, struct mapping_events *out, struct reason *why) MUST_USE;

#endif

/*
 * Rows in the text form that COPY reads: cells between tabs, \N for null, what would end a cell escaped. A copytext owns its bytes.
 * Where memory ends, no_memory says so once at the end. Pure; one thread.
 */
#ifndef JUYAN_WAREHOUSE_COPYTEXT_H
#define JUYAN_WAREHOUSE_COPYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct copytext {
	char *bytes;
	size_t used, room;
	size_t rows;
	bool in_row; /* a cell of it has been written */
	bool no_memory;
};

void copytext_close(struct copytext *text);
void copytext_empty(struct copytext *text); /* keeps its room */

void copytext_null(struct copytext *text);
void copytext_span(struct copytext *text, struct span value);
void copytext_string(struct copytext *text, const char *value); /* NULL: null */
/* The same, but nothing is null. */
void copytext_some(struct copytext *text, struct span value);
void copytext_number(struct copytext *text, int64_t value);
void copytext_bool(struct copytext *text, bool value);
void copytext_day(struct copytext *text, int64_t day);
void copytext_time(struct copytext *text, int64_t utc_ms);
void copytext_end(struct copytext *text);

/* An element of a PostgreSQL array: "{" begins, "}" ends one, which the caller writes with copytext_raw. */
void copytext_element(struct copytext *text, const char *value, bool first);
void copytext_raw(struct copytext *text, const char *value);

#endif

/*
 * The flags that stand in square brackets in a published figure's source: how exact it is, and what it counts. Pure; owns nothing.
 */
#ifndef JUYAN_TOOLS_HISTORY_FLAGS_H
#define JUYAN_TOOLS_HISTORY_FLAGS_H

#include <stdbool.h>

#include "cargo.pb-c.h"

enum { HISTORY_DEFINITION_BYTES = 33 };

struct history_flags {
	Juyan__V1__Precision precision;
	char definition[HISTORY_DEFINITION_BYTES]; /* "all", "coal", "coal_imports" … */
};

/* False where a bracket is not closed. */
bool history_flags_read(const char *source, struct history_flags *out);

#endif

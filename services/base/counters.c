/* The names and meanings of counters.h. */
#include "counters.h"

#include <assert.h>

static const struct {
	const char *name;
	const char *meaning;
} rows[] = {
#define X(name, meaning) { #name, meaning },
	COUNTER_LIST(X)
#undef X
};

_Static_assert(sizeof rows / sizeof rows[0] == COUNTERS, "one row for each counter");

const char *
counter_name(enum counter counter)
{
	assert(counter < COUNTERS);
	return rows[counter].name;
}

const char *
counter_meaning(enum counter counter)
{
	assert(counter < COUNTERS);
	return rows[counter].meaning;
}

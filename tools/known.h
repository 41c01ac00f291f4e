/* Questions to a data folder's past: the ledger as it was known at a time (hindsight.h), with an ask on it. For one command. */
#ifndef JUYAN_TOOLS_KNOWN_H
#define JUYAN_TOOLS_KNOWN_H

#include "ask.h"
#include "hindsight.h"

struct known {
	struct env *env;
	struct hindsight past;
	struct ask *ask; /* to be taken: who takes it closes it, before known_close */
};

/* Reads the time, recounts with a line of progress on stderr. USAGE, NOT_FOUND: nothing was known then. */
enum status known_open(const char *data, const char *time, struct known *out, struct reason *why) MUST_USE;
void known_close(struct known *known); /* safe on a zeroed one */

#endif

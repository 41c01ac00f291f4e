/*
 * How often the changes of one machine are told: some at once, and from then on one in half a minute, so that a loose contact does
 * not fill spool and ledger. What is not told now is told when its turn has come: whoever asks keeps how the machine stands, and
 * asks again. Zeroed, nothing was told yet. Times are milliseconds of one clock. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_PACE_H
#define JUYAN_CONNECTORS_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_AT_ONCE = 10, PACE_MS = 30 * 1000 };

struct pace {
	int64_t full_ms; /* when all of PACE_AT_ONCE may be told again */
};

bool pace_allows(const struct pace *pace, int64_t now_ms);
void pace_told(struct pace *pace, int64_t now_ms);

#endif

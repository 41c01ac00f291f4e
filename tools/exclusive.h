/* A data folder for a command alone: no service of the roster runs on it, and none can begin. For the main thread. */
#ifndef JUYAN_TOOLS_EXCLUSIVE_H
#define JUYAN_TOOLS_EXCLUSIVE_H

#include "roster.h"
#include "status.h"

struct exclusive {
	int fds[ROSTER_SERVICES];
	size_t n;
};

/* Makes DIR and DIR/run where they are missing. IN_USE with who runs what. */
enum status exclusive_take(const char *dir, struct exclusive *out, struct reason *why) MUST_USE;
void exclusive_give(struct exclusive *exclusive);

#endif

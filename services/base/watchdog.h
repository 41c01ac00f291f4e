/*
 * Whether the loops of a process truly turn. Each loop stamps its own turns; the main thread looks, says in the log which one is
 * stuck, and feeds the service manager's watchdog only while all of them are fresh. A process that no longer does its work is
 * thereby ended and started again by its manager, though it is still there. watchdog_turned: the loop's thread; else one thread.
 */
#ifndef JUYAN_BASE_WATCHDOG_H
#define JUYAN_BASE_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"
#include "log.h"
#include "notify.h"

enum { WATCHDOG_STUCK_MS = 10 * 1000 }; /* a turn that takes longer is told, with a watching manager or without */

struct watchdog_loop {
	const char *name;
	_Atomic int64_t turned_ms; /* when its last turn began, on the monotonic clock */
	bool stuck;                /* it was told, and has not turned since */
};

struct watchdog {
	struct notify notify;
	int64_t fed_ms;
};

static inline void
watchdog_turned(struct watchdog_loop *loop, int64_t now_ms)
{
	atomic_store_explicit(&loop->turned_ms, now_ms, memory_order_relaxed);
}

/* The manager hears that all are up ("READY=1"); and, before an end in good order, "STOPPING=1". */
void watchdog_ready(struct watchdog *dog, const struct watchdog_loop *loops, size_t n, int64_t now_ms);
void watchdog_stopping(const struct watchdog *dog);
/* Once a second or oftener. */
void watchdog_look(struct watchdog *dog, struct watchdog_loop *loops, size_t n, int64_t now_ms, struct log *log,
    struct counters *counters);

#endif

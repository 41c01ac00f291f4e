/*
 * Runs jobs that owe nothing to each other on several threads. Each job writes to a place of its own, so the result is the same
 * whichever thread takes it and however many there are. Threads live for one call.
 */
#ifndef JUYAN_FORECAST_POOL_H
#define JUYAN_FORECAST_POOL_H

#include <stdatomic.h>
#include <stddef.h>

#include "status.h"

/*
 * Calls job(user, i) for each i below n, and returns when all are done. threads 0: as many as there are processors. INTERRUPTED
 * when `stop` (may be NULL) has become true: jobs that had not begun were left out.
 */
enum status pool_run(size_t threads, size_t n, void (*job)(void *user, size_t i), void *user, const atomic_bool *stop) MUST_USE;

#endif

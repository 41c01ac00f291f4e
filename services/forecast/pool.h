/*
 * Runs jobs that owe nothing to each other on several threads. Each job writes to a place of its own, so the result is the same
 * whichever thread takes it and however many there are. Threads live for one call.
 */
#ifndef JUYAN_FORECAST_POOL_H
#define JUYAN_FORECAST_POOL_H

#include <stddef.h>

/* Calls job(user, i) for each i below n, and returns when all are done. threads 0: as many as there are processors. */
void pool_run(size_t threads, size_t n, void (*job)(void *user, size_t i), void *user);

#endif

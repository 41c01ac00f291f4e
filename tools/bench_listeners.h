/*
 * Many listeners of the dashboard's event stream, for `juyan bench dashboard`: each a connection of its own, all read by one
 * thread, which notes who heard which log sequence number when. The caller owns them; one thread may call.
 */
#ifndef JUYAN_TOOLS_BENCH_LISTENERS_H
#define JUYAN_TOOLS_BENCH_LISTENERS_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { BENCH_LISTENERS = 500 };

struct bench_listeners;

struct bench_hearing {
	uint32_t who;
	uint64_t lsn; /* all up to it is in what was heard */
	int64_t at_ns;
};

/* Returns when each has heard a first `live`. */
enum status bench_listeners_open(const char *address, struct bench_listeners **out, struct reason *why) MUST_USE;
void bench_listeners_close(struct bench_listeners **listeners); /* safe on NULL */
/* Until each has heard of `lsn`; TIMEOUT after 30 s, CLOSED where one was shown out. */
enum status bench_listeners_wait(struct bench_listeners *listeners, uint64_t lsn, struct reason *why) MUST_USE;
/* The processor time that the listening has taken so far, in seconds. */
double bench_listeners_cpu(const struct bench_listeners *listeners);
/* Ends the listening. What was heard, of each listener in order; lent until they are closed. */
const struct bench_hearing *bench_listeners_end(struct bench_listeners *listeners, size_t *n);

#endif

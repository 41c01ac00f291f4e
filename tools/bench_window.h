/*
 * What `juyan bench dashboard` measures with: ingest, query, feed and forecast in one process, the dashboard in another, a year of
 * the simulated ports in their ledger, and a terminal that goes on with the events of today. The caller owns a zeroed window and
 * closes it; one thread.
 */
#ifndef JUYAN_TOOLS_BENCH_WINDOW_H
#define JUYAN_TOOLS_BENCH_WINDOW_H

#include "bench_listeners.h"
#include "bench_parts.h"
#include "child.h"

struct bench_window {
	char dir[512];
	struct child serve, dashboard;
	struct bus *bus;
	struct terminal *terminal;
	struct simulation *simulation;
	int64_t today;      /* of the ports: events from here on are sent one by one */
	uint64_t loaded;    /* events before today */
	uint64_t to_lsn;    /* what turns a number of the stream into a log sequence number */
	uint64_t first_seq; /* of the event whose acknowledgement stands in acked_ns[0] */
	int64_t *acked_ns;
	size_t n_acked;
	struct bench_times waits; /* from sending to acknowledgement, of the events since bench_window_pace began */
};

enum { BENCH_WINDOW_EVENTS_MAX = 400000 };

/* Starts all and streams the year in. */
enum status bench_window_open(const char *dir, uint64_t seed, struct bench_window *out, struct reason *why) MUST_USE;
void bench_window_close(struct bench_window *window);

/* `n` events, each acknowledged before the next, `per_s` a second; their waits are in `waits` afterwards. */
enum status bench_window_pace(struct bench_window *window, size_t n, unsigned per_s, struct reason *why) MUST_USE;
/* The log sequence number of the last event that was acknowledged. */
uint64_t bench_window_lsn(const struct bench_window *window);
/* Waits until the dashboard has heard of it; TIMEOUT. */
enum status bench_window_heard(struct bench_window *window, struct reason *why) MUST_USE;
/* How late each hearing was behind each event's acknowledgement: adds to `out`. */
void bench_window_late(const struct bench_window *window, const struct bench_hearing *hearings, size_t n, struct bench_times *out);

#endif

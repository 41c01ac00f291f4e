/*
 * What many listeners of the dashboard cost ingest, for `juyan bench dashboard`: short rounds with and without them, in turn. A
 * disk and its neighbours change from minute to minute more than listeners do; so each round is held against the one beside it,
 * and what is told is the middle of these ratios, with how far they lie apart. The caller owns a zeroed struct and closes it.
 */
#ifndef JUYAN_TOOLS_BENCH_ROUNDS_H
#define JUYAN_TOOLS_BENCH_ROUNDS_H

#include <jansson.h>

#include "bench_window.h"

enum { BENCH_ROUNDS_MAX = 40, BENCH_PER_S = 100 };

/* One round: ingest's acknowledgements. */
struct bench_round {
	double p50_us, p99_us;
};

/* Of several ratios, such as with the listeners by without them. */
struct bench_ratio {
	double median, quarter, three_quarters, least, most;
};
/* Sorts them; at least one. */
struct bench_ratio bench_ratio_of(double *ratios, size_t n);

/* All rounds of one kind together. */
struct bench_side {
	struct bench_round rounds[BENCH_ROUNDS_MAX];
	struct bench_times acks;
	double p50_us, p99_us;
	double cpu_s, seconds; /* what the dashboard took of a processor, and in how long */
};

struct bench_rounds {
	unsigned seconds, pairs; /* of a round; at most BENCH_ROUNDS_MAX */
	struct bench_side with, without;
	struct bench_ratio p50, p99;
	struct bench_times late;
	double late_p50_ms, late_p99_ms, late_max_ms;
	double listening_cpu_s; /* what the listeners themselves took, in the time of `with` */
};

enum status bench_rounds_measure(struct bench_rounds *rounds, struct bench_window *window, struct reason *why) MUST_USE;
void bench_rounds_close(struct bench_rounds *rounds);
/* NULL: memory ran out. */
json_t *bench_rounds_json(const struct bench_rounds *rounds);
void bench_rounds_print(const struct bench_rounds *rounds);

#endif

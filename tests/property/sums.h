/*
 * The sums of a ledger against those that a naive recount of the same events comes to (naive.h), for ports and batches of
 * history.h.
 */
#ifndef JUYAN_TESTS_SUMS_H
#define JUYAN_TESTS_SUMS_H

#include "ledger.h"
#include "naive.h"

/* The registry that counts: history.h's of the beginning, or the changed one. */
struct sums_rules {
	bool changed;
	bool departure_counts; /* at wuliji, where it is changed */
};

struct sums_world {
	const char *const *ports;
	size_t n_ports;
	size_t batches; /* "B0", "B1" … */
};

/* By hour (0), day, month or year (3). False: what differs stands in the test's output. The arena is emptied. */
bool sums_agree(struct env *env, const struct naive_event *events, size_t n, const struct sums_rules *rules,
    const struct sums_world *world, size_t period, struct arena *arena);

#endif

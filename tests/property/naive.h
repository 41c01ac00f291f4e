/*
 * What a set of events counts for, computed the slow and obvious way: for each batch every fact is looked for among all events,
 * every time. It shares nothing with storage/ but the messages. The ledger has to agree with it.
 */
#ifndef JUYAN_TESTS_NAIVE_H
#define JUYAN_TESTS_NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cargo.pb-c.h"

struct naive_event {
	uint32_t terminal_no;
	uint64_t stream_seq;
	const Juyan__V1__Event *event;
};

/* One batch, or one unit of it, among all events. */
struct naive_batch {
	const struct naive_event *events;
	size_t n;
	const char *port, *batch_no, *unit_id;
};

struct naive_rules {
	bool (*on_departure)(const char *port);
	const char *(*group)(const char *hs_code, const char *description);
};

enum { NAIVE_UTC_OFFSET_HOURS = 8 };

/*
 * Adds to the total with this key: "port hour direction mode group basis", such as "ceke 2025-01-31T08 import truck coal weighed".
 */
typedef void naive_add(void *user, const char *key, int64_t net_kg, int64_t batches, int64_t units);

/* Adds what one batch counts for. */
void naive_count(struct naive_batch batch, const struct naive_rules *rules, naive_add *add, void *user);

#endif

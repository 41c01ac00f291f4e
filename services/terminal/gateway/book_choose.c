/* Which batch, and which vehicle: see book_units.h and book_lanes.h. */
#include "book_lanes.h"
#include "book_units.h"

#define AHEAD_MS (INT64_C(60) * 60 * 1000)
#define LATE_MS (12 * AHEAD_MS)
#define GONE_MS (AHEAD_MS / 4)
#define NEVER_MS INT64_MIN

/* How far the event is from when it was seen under the batch last, or left it. */
static int64_t
distance(const struct units_batch *batch, int64_t at_ms)
{
	int64_t sighting_ms = batch->left_ms != NEVER_MS ? batch->left_ms : batch->seen_ms;
	return sighting_ms > at_ms ? sighting_ms - at_ms : at_ms - sighting_ms;
}

/* How well a batch fits: the rule by which it does, from 1; 0: none. */
static int
rule_of(const struct units_batch *batch, const struct units_event *event)
{
	int64_t at = event->occurred_at_ms;
	if (batch->named_ms == NEVER_MS)
		return 0;
	if (batch->left_ms != NEVER_MS && batch->left_ms >= at)
		return batch->named_ms <= at + AHEAD_MS ? 1 : 0;
	if (batch->left_ms != NEVER_MS)
		return !event->arrival && at - batch->left_ms <= GONE_MS ? 2 : 0;
	if (!event->arrival && batch->seen_ms != NEVER_MS && batch->seen_ms <= at + GONE_MS)
		return 2;
	if (batch->named_ms <= at + AHEAD_MS)
		return 3;
	return !event->departure && batch->named_ms <= at + LATE_MS ? 4 : 0;
}

/* Of two that fit by one rule. */
static bool
better(int rule, const struct units_batch *a, const struct units_batch *b, int64_t at_ms)
{
	int64_t of_a, of_b;
	switch (rule) {
	case 1:
		return a->left_ms < b->left_ms;
	case 2:
		of_a = distance(a, at_ms);
		of_b = distance(b, at_ms);
		return of_a < of_b || (of_a == of_b && a->named_ms > b->named_ms);
	case 3:
		return a->named_ms > b->named_ms;
	default:
		return a->named_ms < b->named_ms;
	}
}

bool
units_choose(const struct units_batch *batches, size_t n, const struct units_event *event, size_t *out)
{
	int best = 0;
	size_t chosen = 0;
	for (size_t i = 0; i < n; i++) {
		int rule = rule_of(&batches[i], event);
		if (rule == 0 ||
		    (best != 0 &&
			(rule > best || (rule == best && !better(rule, &batches[i], &batches[chosen], event->occurred_at_ms)))))
			continue;
		best = rule;
		chosen = i;
	}
	if (best != 0)
		*out = chosen;
	return best != 0;
}

const struct lanes_vehicle *
lanes_choose(const struct lanes_vehicle *before, const struct lanes_vehicle *after, int64_t weighed_ms, int64_t pair_ms,
    bool seen_before)
{
	if (before != NULL && !before->weighed && weighed_ms - before->seen_ms <= pair_ms)
		return before;
	return !seen_before && after != NULL && !after->weighed && after->seen_ms - weighed_ms <= pair_ms ? after : NULL;
}

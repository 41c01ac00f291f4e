/*
 * To which of the batches that name a plate an event of it belongs. Pure. The first of these that there is:
 *
 * 1. A batch that the unit left at the event's time or later, and whose manifest was there by then: the one that it left first.
 * 2. For what is no arrival: of the batches that it has not left, and those that it left at most a quarter of an hour before, the
 *    one under which it was seen nearest: last before, or up to a quarter of an hour after, for a gate's clock may be behind.
 * 3. Of the batches that it has not left, and whose manifest is not more than an hour later: the one with the latest manifest.
 * 4. For what is no departure: of those whose manifest came later, up to twelve hours, the one with the earliest.
 *
 * A quarter of an hour, because at a way out the gate sees a vehicle leave before it stands on the scale there, before customs
 * answers, and before it comes to the next gate. An hour, because clocks differ and offices write while a truck stands at the gate.
 * Nothing leaves under a manifest that was lodged long after; and what was heard of a vehicle days before is of another crossing,
 * of which nobody told: it is left for a person.
 */
#ifndef JUYAN_GATEWAY_BOOK_UNITS_H
#define JUYAN_GATEWAY_BOOK_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One batch that names the plate. A time that is not known is INT64_MIN. */
struct units_batch {
	int64_t named_ms; /* the manifest's, when it first named it */
	int64_t seen_ms;  /* last */
	int64_t left_ms;
};

struct units_event {
	int64_t occurred_at_ms;
	bool arrival, departure;
};

/* False where it is none. */
bool units_choose(const struct units_batch *batches, size_t n, const struct units_event *event, size_t *out);

#endif

/*
 * The traffic of the fault tests: what a terminal's event number N says is a function of the terminal's name and N alone, so that
 * anyone can say what N events must count for, and a terminal that starts again goes on where the ledger stands.
 *
 * Every four events are one truck at ceke: a manifest, a weighing, the release, and a correction (each third truck) or the
 * departure. test_crash.py knows the same numbers. Owns nothing; one thread.
 */
#ifndef JUYAN_TESTS_TRUCKS_H
#define JUYAN_TESTS_TRUCKS_H

#include <stddef.h>
#include <stdint.h>

enum { TRUCK_EVENTS = 4, TRUCK_EVENT_BYTES = 1024 };

/* The event with this number, encoded; gives its bytes, 0 where it does not fit. */
size_t trucks_event(const char *name, uint64_t seq, uint8_t *buffer, size_t room);

struct trucks_sums {
	int64_t weighed_kg, weighed, corrected_kg, corrected; /* kilograms and batches */
};

/* What the first so many events of a terminal must count for. */
struct trucks_sums trucks_count(uint64_t events);

#endif

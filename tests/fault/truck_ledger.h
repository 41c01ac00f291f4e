/*
 * A ledger that one terminal fills with trucks, and the proof of what is in it. For programs that tests drive; one thread.
 *
 * truck_ledger_open opens the real ledger for writing, and founds one with port, group and terminal where it is empty.
 * Whoever opens it closes it.
 */
#ifndef JUYAN_TESTS_TRUCK_LEDGER_H
#define JUYAN_TESTS_TRUCK_LEDGER_H

#include "ledger.h"

enum { TRUCK_TERMINAL = 2, TRUCK_GROUP_MAX = 512 };

struct truck_ledger;

enum status truck_ledger_open(const char *dir, struct truck_ledger **out, struct reason *why) MUST_USE;
void truck_ledger_close(struct truck_ledger **ledger);

/* How many of the terminal's events are on disk. */
uint64_t truck_ledger_tail(const struct truck_ledger *ledger);

/* The next n events in one group. OK: they are acknowledged. */
enum status truck_ledger_write(struct truck_ledger *ledger, size_t n, struct reason *why) MUST_USE;

/*
 * What a start after a fault must find: the ledger opens, has at least `acked` events, counts each of them once, and a recount from
 * its journal agrees. The sentence says what does not hold; `there` (may be NULL) is how many events it has.
 */
enum status truck_ledger_check(const char *dir, uint64_t acked, uint64_t *there, struct reason *why) MUST_USE;

#endif

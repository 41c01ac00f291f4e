/*
 * What was told of machines: port, machine, when, terminal, number -> of what kind it is, how it stood, a note, where. Each report
 * is a row of its own, so that the table is a function of the set of events, and how a machine stands now, since when, and how long
 * it was available all follow from its rows (uptime.h).
 */
#ifndef JUYAN_STORAGE_MACHINES_H
#define JUYAN_STORAGE_MACHINES_H

#include "facts.h"
#include "store.h"
#include "uptime.h"

/* One row. Texts are lent by the snapshot. */
struct machine_report {
	const char *port, *machine;
	struct stamp at;
	Juyan__V1__MachineKind kind;
	Juyan__V1__Condition condition;
	struct span note, lane;
};

/* Takes in a machine_reported. */
enum status machines_take(const struct store *store, const Juyan__V1__Event *event, const struct stamp *at) MUST_USE;

/* DAMAGED. */
enum status machines_read(const struct walk *walk, struct machine_report *out) MUST_USE;

/* Whose machines, and when it is asked. */
struct machines_wanted {
	const char *port;       /* NULL: all */
	const char *after_port; /* only those behind this port and machine; NULL: from the first */
	const char *after_machine;
	int64_t now_ms;
};

/*
 * Each machine of which something was told in the last MACHINE_KNOWN_MS, in the order of ports and names, with the last that was
 * told of it: what lies further ahead of now than clocks differ is left out. `walk` stands there, for machines_look_back, and may
 * be moved. What `see` returns ends it, unless it is OK; DAMAGED.
 */
enum status machines_each(const struct store *store, const struct machines_wanted *wanted,
    enum status (*see)(void *user, const struct machine_report *last, struct walk *walk), void *user) MUST_USE;

/* From the report where the walk stands back, as far as it matters. `day_ms` as of uptime_begin. DAMAGED. */
enum status machines_look_back(struct walk *walk, int64_t now_ms, int64_t day_ms, struct uptime *out) MUST_USE;

#endif

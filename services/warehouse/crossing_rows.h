/*
 * What the ledger knows of a crossing, as rows of the warehouse's tables. Pure: the same facts and registry give the same bytes.
 */
#ifndef JUYAN_WAREHOUSE_CROSSING_ROWS_H
#define JUYAN_WAREHOUSE_CROSSING_ROWS_H

#include "copytext.h"
#include "harvest.h"
#include "tables.h"

enum { COUNTS_AS_BYTES = 33 };

/* An hour of a port in which a crossing counts. */
struct counted_hour {
	const char *port;
	uint32_t hour; /* yyyymmddhh */
};

/* A list of them that grows; each may stand there more than once, but not twice on end from `begun` on. */
struct counted_hours {
	struct counted_hour *at;
	size_t n, room;
	size_t begun; /* where those of the last crossing begin */
	bool no_memory;
};

void counted_hours_add(struct counted_hours *hours, const char *port, uint32_t hour);
/* Sorts them, each once. */
void counted_hours_settle(struct counted_hours *hours);
void counted_hours_close(struct counted_hours *hours);

struct crossing_rows {
	int64_t day;                     /* under which they stand */
	char counts_as[COUNTS_AS_BYTES]; /* empty: it does not count */
};

/*
 * Adds the rows of one crossing to those tables, and the hours in which it counts to `hours`, which the port outlives.
 */
void crossing_rows_add(const struct harvest_name *name, const struct harvested *known, const struct registry *registry,
    struct copytext texts[WAREHOUSE_TABLES], struct counted_hours *hours, struct crossing_rows *out);

#endif

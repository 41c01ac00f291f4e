/*
 * The simulator's tally for people and for programs. Rows bear the names that `juyan totals --json` uses, so that the two can
 * be compared line by line. Owns nothing.
 */
#ifndef JUYAN_TOOLS_SIMULATE_REPORT_H
#define JUYAN_TOOLS_SIMULATE_REPORT_H

#include <stdio.h>

#include "simulation.h"

struct simulate_report {
	const struct simulation *simulation;
	enum tally_period period;
	uint64_t events; /* that the tally rests on */
};

/* {events, batches, units, net_kg, rows: [{port, period, direction, mode, group, basis, net_kg, batches, units, units_unknown}]} */
enum status simulate_report_json(const struct simulate_report *report, FILE *out, struct reason *why) MUST_USE;
/* One row for each period, port, direction, mode, group and basis, and their sum. */
enum status simulate_report_table(const struct simulate_report *report, FILE *out, struct reason *why) MUST_USE;

#endif

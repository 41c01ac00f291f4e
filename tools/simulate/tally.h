/*
 * The exact totals that the simulated events have to lead to, worked out from the crossings themselves by rules that are
 * written here once more, without any code of the ledger: the tests compare the two.
 *
 * A crossing is added when its last event has gone out (or, for a look in between, as far as its events have gone out); only
 * facts marked as known count. The caller owns a tally and closes it; one thread. Memory grows with the days (or hours), not
 * with the events.
 */
#ifndef JUYAN_SIMULATE_TALLY_H
#define JUYAN_SIMULATE_TALLY_H

#include <stddef.h>

#include "crossing.h"

enum tally_period { TALLY_YEAR, TALLY_MONTH, TALLY_DAY, TALLY_HOUR };

/* In order of precedence. */
enum tally_basis { TALLY_CORRECTED, TALLY_WEIGHED, TALLY_DECLARED, TALLY_UNKNOWN, TALLY_BASES };

struct tally_row {
	uint32_t period;   /* yyyy, yyyymm, yyyymmdd or yyyymmddhh, local to the port */
	uint8_t port;      /* enum crossing_port */
	uint8_t direction; /* enum crossing_direction */
	uint8_t mode;      /* enum crossing_mode */
	uint8_t group;     /* see goods_group_id */
	uint8_t basis;     /* enum tally_basis */
	int64_t net_kg, batches, units, units_unknown;
};

struct tally;

struct tally *tally_open(enum tally_period finest); /* NULL: no memory */
void tally_close(struct tally **tally);
/* False: no memory; the tally is then worth nothing. */
bool tally_add(struct tally *tally, const struct crossing *crossing);
/*
 * The rows of this period and coarser than the tally's finest or as fine, of this tally and of `more` (may be NULL) together,
 * sorted by period, port, direction, mode, group, basis. The caller frees *out. False: no memory.
 */
bool tally_rows(const struct tally *tally, const struct tally *more, enum tally_period period, struct tally_row **out, size_t *n);

const char *tally_basis_name(uint8_t basis);
/* "2025", "2025-01", "2025-01-31" or "2025-01-31T08"; `text` holds 16 bytes. */
void tally_period_text(uint32_t period, enum tally_period kind, char text[16]);

#endif

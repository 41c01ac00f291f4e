/*
 * How far a warehouse has come in the journal of one ledger: its row of juyan.position. It is read back after every connecting,
 * also where nobody knows what became of a commit, and written first in each transaction, on the condition that it still stands
 * where it was read: of two programs at once the second changes no row, and learns it.
 */
#ifndef JUYAN_WAREHOUSE_POSITION_H
#define JUYAN_WAREHOUSE_POSITION_H

#include "follow.h"
#include "pgline.h"

enum { POSITION_CHAIN_BYTES = 2 * CHAIN_BYTES + 1, POSITION_NAME_BYTES = 256 };

struct position {
	uint64_t lsn;
	uint8_t chain[CHAIN_BYTES];
	int64_t received_at_ms;
	uint64_t ahead_lsn;
	uint64_t counted_lsn;
	uint64_t swept_lsn;                  /* a sweep has written crossings whose first event may have this number */
	uint64_t sweep_lsn;                  /* 0: no sweep is under way */
	char sweep_port[PORT_BYTES_MAX + 1]; /* … the last that is done; empty: none is */
	char sweep_batch_no[BATCH_NO_BYTES_MAX + 1];
};

/* The ledger's row, or what it is before there is one (zeros), which is then made. `ledger` is its name as hexadecimal digits. */
enum trouble position_read(struct pgline *line, const char *ledger, struct position *out, struct reason *why) MUST_USE;
/* In a transaction. CONTENDED: it does not stand where it was read. */
enum trouble position_move(struct pgline *line, const char *ledger, const struct position *from, const struct position *to,
    struct reason *why) MUST_USE;

#endif

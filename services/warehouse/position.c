/* The row of position.h. */
#include "position.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { NUMBER_BYTES = 24 };

static uint64_t
number_cell(const struct pgline *line, int column)
{
	const char *cell = pgline_cell(line, 0, column);
	return cell == NULL ? 0 : strtoull(cell, NULL, 10);
}

static void
text_cell(const struct pgline *line, int column, char *out, size_t bytes)
{
	const char *cell = pgline_cell(line, 0, column);
	snprintf(out, bytes, "%s", cell == NULL ? "" : cell);
}

static enum trouble
begin_position(struct pgline *line, const char *ledger, struct reason *why)
{
	static const char insert[] = "INSERT INTO juyan.position (ledger, lsn, chain, ahead_lsn, counted_lsn, written_at, program)"
				     " VALUES ($1, 0, $2, 0, 0, now(), $3)";
	char zeros[POSITION_CHAIN_BYTES];
	memset(zeros, '0', sizeof zeros - 1);
	zeros[sizeof zeros - 1] = '\0';
	const char *const parameters[] = { ledger, zeros, JUYAN_VERSION };
	return pgline_ask(line, insert, parameters, 3, why);
}

enum trouble
position_read(struct pgline *line, const char *ledger, struct position *out, struct reason *why)
{
	static const char select[] =
	    "SELECT lsn, chain, ahead_lsn, counted_lsn, sweep_lsn, sweep_port, sweep_batch_no,"
	    " CAST(EXTRACT(EPOCH FROM received_at) * 1000 AS bigint), swept_lsn FROM juyan.position WHERE ledger = $1";
	struct position position = { 0 };
	enum trouble trouble = pgline_ask(line, select, &ledger, 1, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	if (pgline_rows(line) == 0) {
		trouble = begin_position(line, ledger, why);
		if (trouble == TROUBLE_NONE)
			*out = position;
		return trouble;
	}
	const char *chain = pgline_cell(line, 0, 1);
	size_t bytes;
	if (chain == NULL || sodium_hex2bin(position.chain, CHAIN_BYTES, chain, strlen(chain), NULL, &bytes, NULL) != 0 ||
	    bytes != CHAIN_BYTES) {
		(void)reason_say(why, STATUS_DAMAGED, "juyan.position holds a chain value that is none");
		return TROUBLE_SCHEMA;
	}
	position.lsn = number_cell(line, 0);
	position.ahead_lsn = number_cell(line, 2);
	position.counted_lsn = number_cell(line, 3);
	position.sweep_lsn = number_cell(line, 4);
	text_cell(line, 5, position.sweep_port, sizeof position.sweep_port);
	text_cell(line, 6, position.sweep_batch_no, sizeof position.sweep_batch_no);
	position.received_at_ms = (int64_t)number_cell(line, 7);
	position.swept_lsn = number_cell(line, 8);
	*out = position;
	return TROUBLE_NONE;
}

enum trouble
position_move(struct pgline *line, const char *ledger, const struct position *from, const struct position *to, struct reason *why)
{
	static const char update[] =
	    "UPDATE juyan.position SET lsn = $2, chain = $3, received_at = $4, ahead_lsn = $5, counted_lsn = $6, sweep_lsn = $7,"
	    " sweep_port = $8, sweep_batch_no = $9, written_at = now(), program = $10, swept_lsn = $15"
	    " WHERE ledger = $1 AND lsn = $11 AND chain = $12 AND COALESCE(sweep_port, '') = $13"
	    " AND COALESCE(sweep_batch_no, '') = $14";
	char lsn[NUMBER_BYTES], ahead[NUMBER_BYTES], counted[NUMBER_BYTES], sweep[NUMBER_BYTES], from_lsn[NUMBER_BYTES];
	char swept[NUMBER_BYTES];
	char chain[POSITION_CHAIN_BYTES], from_chain[POSITION_CHAIN_BYTES], received[32];
	bool sweeping = to->sweep_lsn != 0, begun = sweeping && to->sweep_port[0] != '\0';
	snprintf(lsn, sizeof lsn, "%" PRIu64, to->lsn);
	snprintf(ahead, sizeof ahead, "%" PRIu64, to->ahead_lsn);
	snprintf(counted, sizeof counted, "%" PRIu64, to->counted_lsn);
	snprintf(sweep, sizeof sweep, "%" PRIu64, to->sweep_lsn);
	snprintf(swept, sizeof swept, "%" PRIu64, to->swept_lsn);
	snprintf(from_lsn, sizeof from_lsn, "%" PRIu64, from->lsn);
	sodium_bin2hex(chain, sizeof chain, to->chain, CHAIN_BYTES);
	sodium_bin2hex(from_chain, sizeof from_chain, from->chain, CHAIN_BYTES);
	civil_format_ms(to->received_at_ms, received);
	const char *const parameters[] = { ledger, lsn, chain, received, ahead, counted, sweeping ? sweep : NULL,
		begun ? to->sweep_port : NULL, begun ? to->sweep_batch_no : NULL, JUYAN_VERSION, from_lsn, from_chain,
		from->sweep_port, from->sweep_batch_no, to->swept_lsn == 0 ? NULL : swept };
	enum trouble trouble = pgline_ask(line, update, parameters, sizeof parameters / sizeof parameters[0], why);
	if (trouble != TROUBLE_NONE || pgline_changed(line) == 1)
		return trouble;
	(void)reason_say(why, STATUS_CONTRADICTION, "another program has moved this ledger's position in the warehouse");
	return TROUBLE_CONTENDED;
}

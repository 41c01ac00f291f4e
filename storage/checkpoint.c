/* Making a checkpoint and holding another against it: see checkpoint.h. Its text is checkpoint_text.c's. */
#include "checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "meta.h"
#include "tonnage.h"

enum { ROOM_FIRST = 64 };

void
checkpoint_free(struct checkpoint *checkpoint)
{
	free(checkpoint->totals);
	*checkpoint = (struct checkpoint){ 0 };
}

void
chain_text(const uint8_t chain[CHAIN_BYTES], char out[CHAIN_TEXT_BYTES])
{
	for (size_t i = 0; i < CHAIN_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", chain[i]);
}

/* ---- making ---- */

/* The table comes by year, port, direction and mode, and within them by what is added up here. */
static enum status
add_row(struct checkpoint *checkpoint, size_t *room, const struct tonnage_row *row)
{
	struct checkpoint_total *last = checkpoint->n_totals > 0 ? &checkpoint->totals[checkpoint->n_totals - 1] : NULL;
	if (last == NULL || last->year != row->period || last->direction != row->direction || last->mode != row->mode ||
	    strcmp(last->port, row->port) != 0) {
		if (checkpoint->n_totals == *room) {
			size_t grown = *room == 0 ? ROOM_FIRST : 2 * *room;
			struct checkpoint_total *totals = realloc(checkpoint->totals, grown * sizeof *totals);
			if (totals == NULL)
				return STATUS_NO_MEMORY;
			checkpoint->totals = totals;
			*room = grown;
		}
		last = &checkpoint->totals[checkpoint->n_totals++];
		*last = (struct checkpoint_total){ .year = row->period, .direction = row->direction, .mode = row->mode };
		snprintf(last->port, sizeof last->port, "%s", row->port);
	}
	last->net_kg += row->net_kg;
	last->units += row->units;
	last->batches += row->batches;
	return STATUS_OK;
}

static enum status
read_totals(const struct store *store, struct checkpoint *checkpoint)
{
	struct walk walk;
	struct tonnage_row row;
	size_t room = 0;
	enum status status = walk_open(store, TABLE_tonnage, &walk);
	if (status == STATUS_OK)
		status = tonnage_seek(&walk, PERIOD_YEAR, 0);
	while (status == STATUS_OK && (status = tonnage_read(&walk, &row)) == STATUS_OK && row.kind == PERIOD_YEAR &&
	    (status = add_row(checkpoint, &room, &row)) == STATUS_OK)
		status = walk_next(&walk);
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Whole years, the newest ones, as many as a text has room for. */
static void
cut_totals(struct checkpoint *checkpoint)
{
	size_t first = checkpoint->n_totals > CHECKPOINT_TOTALS_MAX ? checkpoint->n_totals - CHECKPOINT_TOTALS_MAX : 0;
	if (first == 0)
		return;
	while (first < checkpoint->n_totals && checkpoint->totals[first].year == checkpoint->totals[first - 1].year)
		first++;
	checkpoint->totals_from = checkpoint->totals[first - 1].year + 1;
	checkpoint->n_totals -= first;
	memmove(checkpoint->totals, checkpoint->totals + first, checkpoint->n_totals * sizeof *checkpoint->totals);
}

enum status
checkpoint_make(struct env *env, int64_t now_ms, struct checkpoint *out, struct reason *why)
{
	struct checkpoint checkpoint = { .made_at_ms = now_ms };
	struct store store;
	struct meta meta;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	if (status == STATUS_OK && meta.end.lsn == 0)
		status = reason_say(why, STATUS_NOT_FOUND, "the ledger is empty: there is nothing that a checkpoint could say");
	if (status == STATUS_OK) {
		reason_say(why, STATUS_OK, "the ledger's totals cannot be read");
		status = journal_name(&store, checkpoint.ledger);
	}
	if (status == STATUS_OK)
		status = read_totals(&store, &checkpoint);
	store_abort(&store);
	if (status != STATUS_OK) {
		checkpoint_free(&checkpoint);
		return status;
	}
	checkpoint.lsn = meta.end.lsn;
	checkpoint.received_at_ms = meta.end.received_at_ms;
	memcpy(checkpoint.chain, meta.end.chain, CHAIN_BYTES);
	cut_totals(&checkpoint);
	*out = checkpoint;
	return STATUS_OK;
}

/* ---- comparing ---- */

static bool
same_figures(const struct checkpoint_total *a, const struct checkpoint_total *b)
{
	return a->net_kg == b->net_kg && a->units == b->units && a->batches == b->batches;
}

static int
compare_places(const struct checkpoint_total *a, const struct checkpoint_total *b)
{
	int ports = strcmp(a->port, b->port);
	if (a->year != b->year)
		return a->year < b->year ? -1 : 1;
	if (ports != 0)
		return ports;
	return a->direction != b->direction ? (int)a->direction - (int)b->direction : (int)a->mode - (int)b->mode;
}

static bool
tell_total(const struct checkpoint_total *published, const struct checkpoint_total *found,
    char difference[CHECKPOINT_DIFFERENCE_BYTES])
{
	static const struct checkpoint_total nothing = { .port = "" };
	const struct checkpoint_total *place = published != NULL ? published : found;
	const struct checkpoint_total *a = published != NULL ? published : &nothing, *b = found != NULL ? found : &nothing;
	snprintf(difference, CHECKPOINT_DIFFERENCE_BYTES,
	    "totals: the checkpoint says of %s %" PRIu32 " %s %s %" PRId64 " kg, %" PRId64 " units, %" PRId64
	    " batches; by the journal it was %" PRId64 " kg, %" PRId64 " units, %" PRId64 " batches",
	    place->port, place->year, wire_direction_name(place->direction), wire_mode_name(place->mode), a->net_kg, a->units,
	    a->batches, b->net_kg, b->units, b->batches);
	return false;
}

static bool
totals_fit(const struct checkpoint *published, const struct checkpoint *found, char difference[CHECKPOINT_DIFFERENCE_BYTES])
{
	size_t i = 0, k = 0;
	/* A version with other bounds may have left out other years: what both tell is compared. */
	uint32_t from = published->totals_from > found->totals_from ? published->totals_from : found->totals_from;
	while (i < published->n_totals && published->totals[i].year < from)
		i++;
	while (k < found->n_totals && found->totals[k].year < from)
		k++;
	while (i < published->n_totals || k < found->n_totals) {
		const struct checkpoint_total *a = i < published->n_totals ? &published->totals[i] : NULL;
		const struct checkpoint_total *b = k < found->n_totals ? &found->totals[k] : NULL;
		int order = a == NULL ? 1 : b == NULL ? -1 : compare_places(a, b);
		if (order != 0)
			return tell_total(order < 0 ? a : NULL, order < 0 ? NULL : b, difference);
		if (!same_figures(a, b))
			return tell_total(a, b, difference);
		i++;
		k++;
	}
	return true;
}

bool
checkpoint_fits(const struct checkpoint *published, const struct checkpoint *found, char difference[CHECKPOINT_DIFFERENCE_BYTES])
{
	char theirs[CHAIN_TEXT_BYTES], ours[CHAIN_TEXT_BYTES];
	if (memcmp(published->ledger, found->ledger, CHAIN_BYTES) != 0) {
		chain_text(published->ledger, theirs);
		chain_text(found->ledger, ours);
		snprintf(difference, CHECKPOINT_DIFFERENCE_BYTES, "the checkpoint speaks of another ledger: of %s, this is %s",
		    theirs, ours);
		return false;
	}
	if (published->lsn != found->lsn || published->received_at_ms != found->received_at_ms ||
	    memcmp(published->chain, found->chain, CHAIN_BYTES) != 0) {
		chain_text(published->chain, theirs);
		chain_text(found->chain, ours);
		snprintf(difference, CHECKPOINT_DIFFERENCE_BYTES,
		    "journal: at event %" PRIu64
		    " the chain value is %s, by the checkpoint it was %s: an event up to there was changed, added or removed",
		    published->lsn, ours, theirs);
		return false;
	}
	return totals_fit(published, found, difference);
}

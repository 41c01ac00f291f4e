/* Crossings in the yard, or those that left on a day: a range of `passages`, each told from its facts. */
#include "answer.h"
#include "manifests.h"
#include "passages.h"

enum { FACTS_BYTES = 8 * 1024 * 1024 };

/* What is looked for, and how far the page has come. */
struct listing {
	const Juyan__V1__CrossingsAsk *ask;
	struct snapshot *snapshot;
	size_t rows_max, begun;
	Juyan__V1__Crossings *out;
	struct arena facts; /* of one batch */
};

static enum status
tell_row(struct listing *listing, const struct passage_row *row)
{
	struct snapshot *snapshot = listing->snapshot;
	struct facts facts;
	const Juyan__V1__CrossingsAsk *ask = listing->ask;
	arena_reset(&listing->facts);
	enum status status = manifests_find(&snapshot->store, row->port, row->batch_no, &listing->facts, &facts);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status; /* to a walk it would be the end */
	const char *mode = wire_mode_name(facts.mode);
	if (!answer_among(ask->modes, ask->n_modes, mode != NULL ? mode : ""))
		return STATUS_OK;
	if (listing->out->n_rows == listing->rows_max || snapshot->arena->used - listing->begun > PAGE_BYTES) {
		listing->out->more = true;
		return STATUS_OK;
	}
	Juyan__V1__Crossing **slot = &listing->out->rows[listing->out->n_rows];
	status = answer_crossing(snapshot, row->port, row->batch_no, &facts, slot);
	listing->out->n_rows += status == STATUS_OK;
	return status;
}

static enum status
list_place(struct listing *listing, uint32_t place)
{
	struct walk walk;
	const Juyan__V1__CrossingsAsk *ask = listing->ask;
	bool later = ask->after_batch_no[0] != '\0';
	const char *one = answer_one_port(listing->snapshot, ask->port), *port = later ? ask->after_port : one != NULL ? one : "";
	enum status status = walk_open(&listing->snapshot->store, TABLE_passages, &walk);
	if (status == STATUS_OK)
		status = passages_seek(&walk, place, port[0] != '\0' ? port : NULL, later ? ask->after_batch_no : NULL);
	for (; status == STATUS_OK && !listing->out->more; status = walk_next(&walk)) {
		struct passage_row row;
		status = passages_read(&walk, &row);
		if (status != STATUS_OK || row.place != place || (one != NULL && strcmp(row.port, one) != 0))
			break;
		if (answer_asks_port(listing->snapshot, ask->port, row.port))
			status = tell_row(listing, &row);
		if (status != STATUS_OK)
			break;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
answer_crossings(struct snapshot *snapshot, const Juyan__V1__CrossingsAsk *ask, Juyan__V1__Crossings **out, struct reason *why)
{
	struct listing listing = { .ask = ask, .snapshot = snapshot, .rows_max = answer_rows(ask->rows_max) };
	int64_t day = 0;
	enum status status = answer_check_port(snapshot, ask->port, true, why);
	if (status == STATUS_OK && ask->day[0] != '\0')
		status = answer_check_day(ask->day, "day", &day, why);
	if (status == STATUS_OK)
		status = answer_check_modes(ask->modes, ask->n_modes, why);
	if (status != STATUS_OK)
		return status;
	if ((ask->after_port[0] == '\0') != (ask->after_batch_no[0] == '\0') || strlen(ask->after_port) > PORT_BYTES_MAX ||
	    strlen(ask->after_batch_no) > BATCH_NO_BYTES_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "after_port and after_batch_no: the last row's were expected, or none");
	listing.out = arena_take(snapshot->arena, sizeof *listing.out);
	Juyan__V1__Crossing **rows = arena_take(snapshot->arena, listing.rows_max * sizeof *rows);
	if (listing.out == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__crossings__init(listing.out);
	listing.out->rows = rows;
	listing.begun = snapshot->arena->used;
	*out = listing.out;
	status = arena_open(&listing.facts, FACTS_BYTES);
	if (status == STATUS_OK)
		status = list_place(&listing, ask->day[0] != '\0' ? passages_place(day) : PLACE_YARD);
	arena_close(&listing.facts);
	return status;
}

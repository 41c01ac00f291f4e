/*
 * Plates on disk, and the events that belong to them; which batch it is, is book_units.h's.
 *
 *     port, plain plate, batch -> named u8, named i64, seen i64, left i64, bytes of the plate u8, the plate as it is written there
 */
#include "book_units.h"

#include "book_inside.h"
#include "book_manifest.h"
#include "plate.h"

enum { HEAD_BYTES = 26, CANDIDATES_MAX = 512 };

static void
plate_key(struct key *key, const char *port, const char *plain, const char *batch)
{
	key_text(key, port);
	key_text(key, plain);
	if (batch != NULL)
		key_text(key, batch);
}

static bool
take_apart(struct span row, struct book_plate *out)
{
	size_t bytes = row.bytes < HEAD_BYTES ? 0 : row.data[HEAD_BYTES - 1];
	if (row.bytes != HEAD_BYTES + bytes || row.bytes < HEAD_BYTES || bytes > UNIT_ID_BYTES_MAX)
		return false;
	*out = (struct book_plate){ .named = row.data[0] != 0,
		.named_ms = (int64_t)value_get(row.data + 1, 8),
		.seen_ms = (int64_t)value_get(row.data + 9, 8),
		.left_ms = (int64_t)value_get(row.data + 17, 8) };
	memcpy(out->unit_id, row.data + HEAD_BYTES, bytes);
	return manifest_time_right(out->named_ms) && manifest_time_right(out->seen_ms) && manifest_time_right(out->left_ms);
}

enum status
book_plate(struct book *book, const char *port, const char *plain, const char *batch, struct book_plate *out)
{
	struct key key = { 0 };
	struct span row;
	plate_key(&key, port, plain, batch);
	*out = (struct book_plate){ .named_ms = BOOK_NEVER_MS, .seen_ms = BOOK_NEVER_MS, .left_ms = BOOK_NEVER_MS };
	enum status status = cabinet_get(book->cabinet, BOOK_plates, key_span(&key), &row, book->why);
	if (status == STATUS_OK && !take_apart(row, out))
		return cabinet_damaged(book->cabinet, BOOK_plates, book->why);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
book_plate_put(struct book *book, const char *port, const char *plain, const char *batch, const struct book_plate *plate)
{
	struct key key = { 0 };
	uint8_t row[HEAD_BYTES + UNIT_ID_BYTES_MAX];
	size_t bytes = strlen(plate->unit_id);
	plate_key(&key, port, plain, batch);
	value_put(row, plate->named, 1);
	value_put(row + 1, (uint64_t)plate->named_ms, 8);
	value_put(row + 9, (uint64_t)plate->seen_ms, 8);
	value_put(row + 17, (uint64_t)plate->left_ms, 8);
	value_put(row + 25, bytes, 1);
	memcpy(row + HEAD_BYTES, plate->unit_id, bytes);
	return cabinet_put(book->cabinet, BOOK_plates, key_span(&key), (struct span){ row, HEAD_BYTES + bytes }, book->why);
}

enum status
book_plate_forget(struct book *book, const char *port, const char *plain, const char *batch)
{
	struct key key = { 0 };
	plate_key(&key, port, plain, batch);
	return cabinet_delete(book->cabinet, BOOK_plates, key_span(&key), book->why);
}

/* ---- which batch ---- */

/* The batches that name a plate now. Of very many, those with the lowest numbers. */
struct candidates {
	struct units_batch batches[CANDIDATES_MAX];
	const char *names[CANDIDATES_MAX];
	size_t n;
};

static enum status
gather(struct book *book, const char *port, const char *plain, struct candidates *out)
{
	struct key prefix = { 0 };
	struct book_plate plate;
	plate_key(&prefix, port, plain, NULL);
	struct span at = key_span(&prefix), found, row;
	out->n = 0;
	while (out->n < CANDIDATES_MAX) {
		enum status status = cabinet_from(book->cabinet, BOOK_plates, at, &found, &row, book->why);
		if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !book_key_begins(found, &prefix)))
			return STATUS_OK;
		if (status != STATUS_OK)
			return status;
		struct span rest = { found.data + prefix.used, found.bytes - prefix.used };
		const char *name = book_key_text(&rest);
		if (name == NULL || rest.bytes > 0 || strlen(name) > BATCH_NO_BYTES_MAX || !take_apart(row, &plate))
			return cabinet_damaged(book->cabinet, BOOK_plates, book->why);
		/* The next key is this one with a byte more. */
		char *copy = arena_take(&book->arena, found.bytes + 1);
		if (copy == NULL)
			return reason_say(book->why, STATUS_NO_MEMORY, "no memory to look for a plate");
		memcpy(copy, found.data, found.bytes);
		copy[found.bytes] = '\0';
		at = (struct span){ (uint8_t *)copy, found.bytes + 1 };
		if (!plate.named)
			continue;
		out->names[out->n] = copy + prefix.used;
		out->batches[out->n++] = (struct units_batch){ plate.named_ms, plate.seen_ms, plate.left_ms };
	}
	return STATUS_OK;
}

/* NULL: none. */
static enum status
find_batch(struct book *book, const Juyan__V1__Event *event, const char *plain, const char **out)
{
	size_t chosen;
	struct candidates *candidates = arena_take(&book->arena, sizeof *candidates);
	struct units_event of = { event->occurred_at_ms, event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED,
		event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED };
	if (candidates == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to look for a plate");
	enum status status = gather(book, event->port, plain, candidates);
	*out = NULL;
	if (status == STATUS_OK && units_choose(candidates->batches, candidates->n, &of, &chosen))
		*out = candidates->names[chosen];
	return status;
}

/* ---- going out ---- */

static bool
is_gates(const Juyan__V1__Event *event)
{
	return event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED ||
	    event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED || event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
}

/* What the event says of the plate under its batch. */
static enum status
note_plate(struct book *book, const Juyan__V1__Event *event, const char *plain, struct book_plate *plate)
{
	bool departed = event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, fresh = plate->named_ms == BOOK_NEVER_MS;
	int64_t *time = departed ? &plate->left_ms : &plate->seen_ms;
	if (is_gates(event) && event->occurred_at_ms > *time)
		*time = event->occurred_at_ms;
	enum status status = book_plate_put(book, event->port, plain, event->batch_no, plate);
	return status == STATUS_OK && (departed || fresh) ? book_batch_heard(book, event) : status;
}

/* An event with its batch. */
static enum status
go_out(struct book *book, const struct book_said *said, const char *plain)
{
	Juyan__V1__Event *event = said->event;
	struct book_plate plate;
	bool out = false;
	enum status status = book_plate(book, event->port, plain, event->batch_no, &plate);
	char *unit_id = arena_take(&book->arena, sizeof plate.unit_id);
	if (status == STATUS_OK && unit_id == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for an event");
	if (status != STATUS_OK)
		return status;
	if (plate.unit_id[0] == '\0')
		memcpy(plate.unit_id, *book_unit_of(event), strlen(*book_unit_of(event)) + 1);
	*book_unit_of(event) = memcpy(unit_id, plate.unit_id, sizeof plate.unit_id);
	status = book_out(book, said->source, event, &out);
	return status == STATUS_OK && out ? note_plate(book, event, plain, &plate) : status;
}

static void
name_batch(Juyan__V1__Event *event, const char *batch_no)
{
	union {
		const char *in;
		char *out;
	} name = { .in = batch_no }; /* protobuf-c's texts are not const, though nobody writes to them */
	event->batch_no = name.out;
}

enum status
book_unit_again(struct book *book, const struct book_said *said, bool *taken)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	const char *batch_no = NULL;
	plate_plain(*book_unit_of(said->event), plain, sizeof plain);
	enum status status = find_batch(book, said->event, plain, &batch_no);
	*taken = status == STATUS_OK && batch_no != NULL;
	if (!*taken)
		return status;
	name_batch(said->event, batch_no);
	return go_out(book, said, plain);
}

enum status
book_unit_released(struct book *book, const struct book_said *said, const char *unit_id)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	const char *batch_no = NULL;
	plate_plain(unit_id, plain, sizeof plain);
	enum status status = find_batch(book, said->event, plain, &batch_no);
	if (status != STATUS_OK)
		return status;
	if (batch_no != NULL) {
		name_batch(said->event, batch_no);
		return book_out(book, said->source, said->event, NULL);
	}
	book_remark(book, said->source, REMARK_no_manifest,
	    "%s was released, and no manifest names it: its release is left for a person", unit_id);
	return book_key_forget(book, said->event);
}

enum status
book_unit_found(struct book *book, const struct book_said *said)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	const Juyan__V1__Event *event = said->event;
	bool taken = true;
	plate_plain(*book_unit_of(event), plain, sizeof plain);
	enum status status = event->batch_no[0] != '\0' ? go_out(book, said, plain) : book_unit_again(book, said, &taken);
	if (status == STATUS_OK && !taken)
		status = book_wait(book, said, WAIT_UNIT, plain);
	if (status == STATUS_OK && !taken)
		book_remark(book, said->source, REMARK_no_manifest, "%s was seen, and no manifest names it yet: its %s waits",
		    *book_unit_of(event), wire_event_kind(event));
	return status;
}

enum status
book_unit(struct book *book, const struct book_said *said)
{
	const char *lane = book_lane_of(said->event);
	enum status status = book_lane_seen(book, said->event);
	if (status == STATUS_OK)
		status = book_unit_found(book, said);
	return status == STATUS_OK && lane[0] != '\0' ? book_take_up(book, WAIT_LANE, said->event->port, lane) : status;
}

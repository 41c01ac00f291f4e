/* Manifests on disk, the plates that they name, and what goes out of them: the rules are book_manifest.h's. */
#include "book_inside.h"
#include "book_manifest.h"
#include "plate.h"

#define KEPT_MS (60 * BOOK_DAY_MS)
#define KEPT_LEFT_MS (7 * BOOK_DAY_MS)

struct batch {
	struct key key;
	const char *port, *batch_no; /* lent */
	struct manifest manifest;
};

static enum status
batch_open(struct book *book, const char *port, const char *batch_no, struct batch *out)
{
	struct span row;
	*out = (struct batch){ .port = port, .batch_no = batch_no };
	manifest_begin(&out->manifest);
	key_text(&out->key, port);
	key_text(&out->key, batch_no);
	enum status status = cabinet_get(book->cabinet, BOOK_batches, key_span(&out->key), &row, book->why);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = manifest_unpack(row, &book->arena, &out->manifest);
	if (status == STATUS_DAMAGED)
		return cabinet_damaged(book->cabinet, BOOK_batches, book->why);
	return status == STATUS_NO_MEMORY ? reason_say(book->why, status, "no memory for a manifest") : status;
}

/* Whether all the units that it names have left. */
static enum status
all_left(struct book *book, const struct batch *batch, bool *left)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	struct book_plate plate;
	size_t in = 0, gone = 0;
	for (size_t i = 0; i < batch->manifest.n_units; i++) {
		if (!batch->manifest.units[i].in)
			continue;
		plate_plain(batch->manifest.units[i].unit->unit_id, plain, sizeof plain);
		enum status status = book_plate(book, batch->port, plain, batch->batch_no, &plate);
		if (status != STATUS_OK)
			return status;
		in++;
		gone += plate.left_ms != BOOK_NEVER_MS;
	}
	*left = in > 0 && in == gone;
	return STATUS_OK;
}

/* Notes when it will be looked at, where that is sooner than was noted. */
static enum status
note_due(struct book *book, struct batch *batch)
{
	bool left;
	enum status status = all_left(book, batch, &left);
	if (status != STATUS_OK)
		return status;
	int64_t due = batch->manifest.changed_ms + (left ? KEPT_LEFT_MS : KEPT_MS);
	int64_t noted = batch->manifest.due_ms;
	if (noted != MANIFEST_NEVER_MS && noted <= due)
		return STATUS_OK;
	if (noted != MANIFEST_NEVER_MS)
		status = book_not_due(book, noted, DUE_BATCH, key_span(&batch->key));
	batch->manifest.due_ms = due;
	return status == STATUS_OK ? book_due(book, due, DUE_BATCH, key_span(&batch->key)) : status;
}

/* TOO_LARGE without a sentence: nothing was written. */
static enum status
batch_save(struct book *book, struct batch *batch)
{
	struct span row;
	batch->manifest.changed_ms = book->now_ms;
	enum status status = note_due(book, batch);
	if (status == STATUS_OK)
		status = manifest_pack(&batch->manifest, &book->arena, &row);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "no memory for a manifest");
	return status == STATUS_OK ? cabinet_put(book->cabinet, BOOK_batches, key_span(&batch->key), row, book->why) : status;
}

/* ---- plates ---- */

/* What the manifest says of each of its units now is what is known of the plates. */
static enum status
name_plates(struct book *book, const struct batch *batch)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	for (size_t i = 0; i < batch->manifest.n_units; i++) {
		const struct manifest_line *line = &batch->manifest.units[i];
		struct book_plate plate;
		plate_plain(line->unit->unit_id, plain, sizeof plain);
		enum status status = book_plate(book, batch->port, plain, batch->batch_no, &plate);
		if (status != STATUS_OK)
			return status;
		if (line->in && (!plate.named || line->at_ms < plate.named_ms))
			plate.named_ms = line->at_ms;
		plate.named = line->in;
		if (plate.unit_id[0] == '\0')
			memcpy(plate.unit_id, line->unit->unit_id, strlen(line->unit->unit_id) + 1);
		status = book_plate_put(book, batch->port, plain, batch->batch_no, &plate);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* The part's units as copies, written as this batch's first word of them wrote them. */
static enum status
write_alike(struct book *book, const struct batch *batch, Juyan__V1__ManifestLodged *said)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	struct book_plate plate;
	Juyan__V1__Unit **units = arena_take(&book->arena, (said->n_units + 1) * sizeof(void *));
	for (size_t i = 0; units != NULL && i < said->n_units; i++) {
		plate_plain(said->units[i]->unit_id, plain, sizeof plain);
		enum status status = book_plate(book, batch->port, plain, batch->batch_no, &plate);
		if (status != STATUS_OK)
			return status;
		units[i] = arena_take(&book->arena, sizeof *units[i]);
		char *unit_id = arena_take(&book->arena, sizeof plate.unit_id);
		if (units[i] == NULL || unit_id == NULL)
			return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
		*units[i] = *said->units[i];
		memcpy(unit_id, plate.unit_id, sizeof plate.unit_id);
		if (unit_id[0] != '\0')
			units[i]->unit_id = unit_id;
	}
	if (units == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	said->units = units;
	return STATUS_OK;
}

static enum status
take_up_units(struct book *book, const struct batch *batch)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	enum status status = STATUS_OK;
	for (size_t i = 0; i < batch->manifest.n_units && status == STATUS_OK; i++) {
		if (!batch->manifest.units[i].in)
			continue;
		plate_plain(batch->manifest.units[i].unit->unit_id, plain, sizeof plain);
		status = book_take_up(book, WAIT_UNIT, batch->port, plain);
	}
	return status;
}

/* ---- what goes out ---- */

static uint64_t
hash_of(struct span bytes)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < bytes.bytes; i++)
		h = (h ^ bytes.data[i]) * UINT64_C(1099511628211);
	return h;
}

/* An event of the batch, as of the time that its manifest has now. */
static Juyan__V1__Event *
event_of(struct book *book, const struct batch *batch, const struct book_said *said, Juyan__V1__Event__WhatCase what)
{
	Juyan__V1__Event *event = arena_take(&book->arena, sizeof *event);
	if (event == NULL)
		return NULL;
	*event = *said->event;
	event->what_case = what;
	event->occurred_at_ms = manifest_time(&batch->manifest);
	return event;
}

static enum status
delete_it(struct book *book, struct batch *batch, const struct book_said *said, char *reason)
{
	Juyan__V1__Event *event = event_of(book, batch, said, JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED);
	Juyan__V1__ManifestDeleted *deleted = arena_take(&book->arena, sizeof *deleted);
	if (event == NULL || deleted == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	juyan__v1__manifest_deleted__init(deleted);
	deleted->reason = reason;
	event->manifest_deleted = deleted;
	batch->manifest.sent = SENT_DELETED;
	batch->manifest.sent_at_ms = event->occurred_at_ms;
	return book_out(book, said->source, event, NULL);
}

/* *taken is false where the whole would be no event: it is refused, with a remark. */
static enum status
lodge_it(struct book *book, struct batch *batch, const struct book_said *said, bool *taken)
{
	Juyan__V1__Event *event = event_of(book, batch, said, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED);
	Juyan__V1__ManifestLodged *whole = manifest_whole(&batch->manifest, &book->arena);
	struct span bytes = { NULL, 0 };
	*taken = true;
	if (event == NULL || whole == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	enum status status = wire_pack(&whole->base, MANIFEST_BYTES_MAX, &book->arena, &bytes);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "no memory for a manifest");
	uint64_t hash = status == STATUS_OK ? hash_of(bytes) : 0;
	if (status == STATUS_OK && batch->manifest.sent == SENT_LODGED && batch->manifest.sent_hash == hash)
		return STATUS_OK;
	event->manifest_lodged = whole;
	batch->manifest.sent = SENT_LODGED;
	batch->manifest.sent_at_ms = event->occurred_at_ms;
	batch->manifest.sent_hash = hash;
	return book_out(book, said->source, event, taken);
}

/* What the change means for what the centre knows of the batch. */
static enum status
tell(struct book *book, struct batch *batch, const struct book_said *said, bool all, char *reason, bool *taken)
{
	static char lost[] = "its last unit or its last waybill was taken out";
	*taken = true;
	if (manifest_complete(&batch->manifest))
		return lodge_it(book, batch, said, taken);
	if (batch->manifest.sent == SENT_LODGED || (all && batch->manifest.sent == SENT_NOTHING))
		return delete_it(book, batch, said, all || reason[0] != '\0' ? reason : lost);
	return STATUS_OK;
}

/* ---- parts ---- */

static enum status
keep(struct book *book, struct batch *batch, const struct book_said *said, bool all, char *reason, bool *kept)
{
	struct reason sentence = { "" };
	struct span row;
	bool taken;
	enum status status = manifest_pack(&batch->manifest, &book->arena, &row);
	if (status == STATUS_TOO_LARGE) {
		reason_say(&sentence, status, "batch \"%s\" would have more parts than can be kept", batch->batch_no);
		book_refuse(book, said->source, status, &sentence);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return reason_say(book->why, status, "no memory for a manifest");
	status = tell(book, batch, said, all, reason, &taken);
	if (status != STATUS_OK || !taken)
		return status;
	*kept = true;
	status = name_plates(book, batch);
	if (status == STATUS_OK)
		status = batch_save(book, batch);
	return status == STATUS_OK ? take_up_units(book, batch) : status;
}

/* Before a part is taken in: what of it the manifest does not have. */
static enum status
note_new(struct book *book, const struct manifest *manifest, const Juyan__V1__ManifestLodged *said, Juyan__V1__ManifestLodged *out)
{
	out->units = arena_take(&book->arena, (said->n_units + 1) * sizeof(void *));
	out->waybills = arena_take(&book->arena, (said->n_waybills + 1) * sizeof(void *));
	if (out->units == NULL || out->waybills == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	for (size_t i = 0; i < said->n_units; i++)
		if (manifest_unit_at(manifest, said->units[i]) == MANIFEST_NEVER_MS)
			out->units[out->n_units++] = said->units[i];
	for (size_t i = 0; i < said->n_waybills; i++)
		if (manifest_waybill_at(manifest, said->waybills[i]) == MANIFEST_NEVER_MS)
			out->waybills[out->n_waybills++] = said->waybills[i];
	return STATUS_OK;
}

/* Of that, what the part has brought: a later word, or a bound, may have kept it out. */
static void
keep_brought(const struct manifest *manifest, int64_t at_ms, bool kept, Juyan__V1__ManifestLodged *brought)
{
	size_t units = brought->n_units, waybills = brought->n_waybills;
	brought->n_units = brought->n_waybills = 0;
	for (size_t i = 0; kept && i < units; i++)
		if (manifest_unit_at(manifest, brought->units[i]) == at_ms)
			brought->units[brought->n_units++] = brought->units[i];
	for (size_t i = 0; kept && i < waybills; i++)
		if (manifest_waybill_at(manifest, brought->waybills[i]) == at_ms)
			brought->waybills[brought->n_waybills++] = brought->waybills[i];
}

/* `brought` may be NULL: nobody asks. */
static enum status
apply(struct book *book, const struct book_said *said, const struct finding *finding, char *reason,
    Juyan__V1__ManifestLodged *brought)
{
	struct reason sentence = { "" };
	struct batch batch;
	bool held = false, kept = false;
	const Juyan__V1__Event *event = said->event;
	const Juyan__V1__ManifestLodged *lodged = finding->event->manifest_lodged;
	bool all = finding->part == PART_DROP && lodged->n_units == 0 && lodged->n_waybills == 0;
	enum status status = batch_open(book, event->port, event->batch_no, &batch);
	if (status == STATUS_OK)
		status = write_alike(book, &batch, finding->event->manifest_lodged);
	if (status == STATUS_OK && brought != NULL)
		status = note_new(book, &batch.manifest, lodged, brought);
	if (status != STATUS_OK)
		return status;
	status = manifest_apply(&batch.manifest, finding, event->occurred_at_ms, &book->arena, &held, &sentence);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "%s", sentence.text);
	if (status != STATUS_OK)
		book_refuse(book, said->source, status, &sentence);
	else if (!held)
		book_remark(book, said->source, REMARK_overtaken,
		    "a part of the manifest of batch \"%s\" is older than what is known", event->batch_no);
	status = status == STATUS_OK && held ? keep(book, &batch, said, all, reason, &kept) : STATUS_OK;
	if (status == STATUS_OK && brought != NULL)
		keep_brought(&batch.manifest, event->occurred_at_ms, kept && finding->part != PART_DROP, brought);
	return status;
}

enum status
book_part(struct book *book, const struct book_said *said, const struct finding *finding, Juyan__V1__ManifestLodged *brought)
{
	static char dropped[] = "";
	struct finding own = *finding;
	own.event = said->event;
	return apply(book, said, &own, dropped, finding->message_no != NULL ? brought : NULL);
}

static enum status
drop(struct book *book, const struct book_said *said, int64_t at_ms, Juyan__V1__ManifestLodged *what, char *reason)
{
	Juyan__V1__Event *event = arena_take(&book->arena, sizeof *event);
	if (event == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	*event = *said->event;
	event->occurred_at_ms = at_ms;
	event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	event->manifest_lodged = what;
	struct book_said own = *said;
	own.event = event;
	struct finding finding = { .event = event, .part = PART_DROP };
	return apply(book, &own, &finding, reason, NULL);
}

enum status
book_withdraw(struct book *book, const struct book_said *said)
{
	Juyan__V1__ManifestLodged *nothing = arena_take(&book->arena, sizeof *nothing);
	if (nothing == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for a manifest");
	juyan__v1__manifest_lodged__init(nothing);
	return drop(book, said, said->event->occurred_at_ms, nothing, said->event->manifest_deleted->reason);
}

enum status
book_take_back(struct book *book, const struct book_said *said, int64_t at_ms, Juyan__V1__ManifestLodged *brought, char *reason)
{
	assert(brought->n_units + brought->n_waybills > 0); /* else it would mean all of the batch */
	return drop(book, said, at_ms, brought, reason);
}

enum status
book_batch_heard(struct book *book, const Juyan__V1__Event *event)
{
	struct batch batch;
	enum status status = batch_open(book, event->port, event->batch_no, &batch);
	if (status == STATUS_OK)
		status = manifest_mention(&batch.manifest, *book_unit_of(event), &book->arena);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "no memory for a manifest");
	if (status == STATUS_OK)
		status = batch_save(book, &batch);
	return status == STATUS_TOO_LARGE ? STATUS_OK : status; /* it stays as it was */
}

/* ---- forgetting ---- */

static enum status
forget(struct book *book, const struct batch *batch)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	enum status status = STATUS_OK;
	for (size_t i = 0; i < batch->manifest.n_units && status == STATUS_OK; i++) {
		plate_plain(batch->manifest.units[i].unit->unit_id, plain, sizeof plain);
		status = book_plate_forget(book, batch->port, plain, batch->batch_no);
	}
	return status == STATUS_OK ? cabinet_delete(book->cabinet, BOOK_batches, key_span(&batch->key), book->why) : status;
}

enum status
book_batch_due(struct book *book, struct span key)
{
	struct batch batch;
	struct span row;
	struct key own = { .used = key.bytes };
	memcpy(own.bytes, key.data, key.bytes);
	struct span rest = key_span(&own);
	enum status status = cabinet_get(book->cabinet, BOOK_batches, rest, &row, book->why);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	const char *port = book_key_text(&rest), *batch_no = port == NULL ? NULL : book_key_text(&rest);
	if (batch_no == NULL || rest.bytes > 0)
		return cabinet_damaged(book->cabinet, BOOK_batches, book->why);
	status = batch_open(book, port, batch_no, &batch);
	if (status != STATUS_OK || batch.manifest.due_ms > book->now_ms) /* another note of it is to come */
		return status;
	bool left;
	status = all_left(book, &batch, &left);
	if (status != STATUS_OK)
		return status;
	if (batch.manifest.changed_ms + (left ? KEPT_LEFT_MS : KEPT_MS) <= book->now_ms)
		return forget(book, &batch);
	int64_t changed_ms = batch.manifest.changed_ms;
	batch.manifest.due_ms = changed_ms + (left ? KEPT_LEFT_MS : KEPT_MS);
	status = book_due(book, batch.manifest.due_ms, DUE_BATCH, key_span(&batch.key));
	if (status == STATUS_OK)
		status = manifest_pack(&batch.manifest, &book->arena, &row);
	return status == STATUS_OK ? cabinet_put(book->cabinet, BOOK_batches, key_span(&batch.key), row, book->why) : status;
}

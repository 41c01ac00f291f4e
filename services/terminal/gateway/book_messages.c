/*
 * By which message a part of a manifest was lodged, and what customs answers to it by that number alone. A message is known for
 * sixty days.
 *
 *     port, number -> time of the part i64, which part u8, released u8, bytes of the batch's number u8, the number, what the
 *     message brought (a manifest_lodged whose units and waybills are but named)
 *
 * A refused message lodges nothing: what it brought, and no later one has said anew, is taken out. What it changed or took out is
 * not brought back, for nobody keeps what stood there before: that is for a person, and so is a refusal after the release.
 */
#include "book_inside.h"

#define KEPT_MS (60 * BOOK_DAY_MS)

enum { HEAD_BYTES = 11, BROUGHT_BYTES_MAX = 96 * 1024 };

struct lodging {
	int64_t at_ms;
	bool dropped, released;
	char batch_no[BATCH_NO_BYTES_MAX + 1];
	struct span brought;
};

static void
message_key(struct key *key, const char *port, const char *message_no)
{
	key_text(key, port);
	key_text(key, message_no);
}

/* NOT_FOUND: no part was lodged by it. */
static enum status
find(struct book *book, const char *port, const char *message_no, struct lodging *out)
{
	struct key key = { 0 };
	struct span row;
	message_key(&key, port, message_no);
	enum status status = cabinet_get(book->cabinet, BOOK_messages, key_span(&key), &row, book->why);
	if (status != STATUS_OK)
		return status;
	size_t bytes = row.bytes < HEAD_BYTES ? 0 : row.data[HEAD_BYTES - 1];
	if (bytes == 0 || bytes > BATCH_NO_BYTES_MAX || row.bytes < HEAD_BYTES + bytes ||
	    memchr(row.data + HEAD_BYTES, 0, bytes) != NULL)
		return cabinet_damaged(book->cabinet, BOOK_messages, book->why);
	*out = (struct lodging){ .at_ms = (int64_t)value_get(row.data, 8),
		.dropped = row.data[8] == PART_DROP,
		.released = row.data[9] != 0 };
	memcpy(out->batch_no, row.data + HEAD_BYTES, bytes);
	uint8_t *brought = arena_take(&book->arena, row.bytes - HEAD_BYTES - bytes + 1); /* the row does not outlive a write */
	if (brought == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to look for a message");
	out->brought = (struct span){ brought, row.bytes - HEAD_BYTES - bytes };
	memcpy(brought, row.data + HEAD_BYTES + bytes, out->brought.bytes);
	return out->at_ms >= -TIME_MS_HIGHEST && out->at_ms <= TIME_MS_HIGHEST
	    ? STATUS_OK
	    : cabinet_damaged(book->cabinet, BOOK_messages, book->why);
}

static enum status
put(struct book *book, const char *port, const char *message_no, const struct lodging *lodging)
{
	struct key key = { 0 };
	size_t bytes = strlen(lodging->batch_no);
	uint8_t *row = arena_take(&book->arena, HEAD_BYTES + bytes + lodging->brought.bytes);
	if (row == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to note a message");
	message_key(&key, port, message_no);
	value_put(row, (uint64_t)lodging->at_ms, 8);
	row[8] = lodging->dropped ? PART_DROP : PART_ADD;
	row[9] = lodging->released;
	row[10] = (uint8_t)bytes;
	memcpy(row + HEAD_BYTES, lodging->batch_no, bytes);
	if (lodging->brought.bytes > 0)
		memcpy(row + HEAD_BYTES + bytes, lodging->brought.data, lodging->brought.bytes);
	struct span value = { row, HEAD_BYTES + bytes + lodging->brought.bytes };
	return cabinet_put(book->cabinet, BOOK_messages, key_span(&key), value, book->why);
}

/* ---- lodging ---- */

/* The names alone. */
static enum status
pack_names(struct book *book, const Juyan__V1__ManifestLodged *brought, struct span *out)
{
	Juyan__V1__ManifestLodged names = *brought;
	names.units = arena_take(&book->arena, (brought->n_units + 1) * sizeof(void *));
	names.waybills = arena_take(&book->arena, (brought->n_waybills + 1) * sizeof(void *));
	Juyan__V1__Unit *units = arena_take(&book->arena, (brought->n_units + 1) * sizeof *units);
	Juyan__V1__Waybill *waybills = arena_take(&book->arena, (brought->n_waybills + 1) * sizeof *waybills);
	if (names.units == NULL || names.waybills == NULL || units == NULL || waybills == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < brought->n_units; i++) {
		juyan__v1__unit__init(&units[i]);
		units[i].unit_id = brought->units[i]->unit_id;
		names.units[i] = &units[i];
	}
	for (size_t i = 0; i < brought->n_waybills; i++) {
		juyan__v1__waybill__init(&waybills[i]);
		waybills[i].waybill_no = brought->waybills[i]->waybill_no;
		names.waybills[i] = &waybills[i];
	}
	return wire_pack(&names.base, BROUGHT_BYTES_MAX, &book->arena, out);
}

enum status
book_message_lodged(struct book *book, const struct book_said *said, const struct finding *finding,
    const Juyan__V1__ManifestLodged *brought)
{
	const Juyan__V1__Event *event = said->event;
	struct lodging lodging = { .at_ms = event->occurred_at_ms, .dropped = finding->part == PART_DROP };
	struct key key = { 0 };
	memcpy(lodging.batch_no, event->batch_no, strlen(event->batch_no) + 1);
	enum status status = pack_names(book, brought, &lodging.brought);
	if (status != STATUS_OK)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to note a message");
	status = put(book, event->port, finding->message_no, &lodging);
	message_key(&key, event->port, finding->message_no);
	if (status == STATUS_OK)
		status = book_due(book, book->now_ms + KEPT_MS, DUE_MESSAGE, key_span(&key));
	return status == STATUS_OK ? book_take_up(book, WAIT_MESSAGE, event->port, finding->message_no) : status;
}

/* A number that was used again in the meantime is forgotten as early as its first: sixty days are more than any answer takes. */
enum status
book_message_due(struct book *book, struct span key)
{
	enum status status = cabinet_delete(book->cabinet, BOOK_messages, key, book->why);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- answers ---- */

static enum status
note_released(struct book *book, const char *port, const char *message_no, struct lodging *lodging)
{
	lodging->released = true;
	return put(book, port, message_no, lodging);
}

static enum status
refuse(struct book *book, const struct book_said *said, const char *message_no, const struct lodging *lodging)
{
	const ProtobufCMessage *message;
	if (lodging->released || lodging->dropped || lodging->brought.bytes == 0) {
		book_remark(book, said->source, REMARK_differs, "customs refuses message %s of batch %s, %s: it is for a person",
		    message_no, lodging->batch_no,
		    lodging->released      ? "after it had released the batch"
			: lodging->dropped ? "a deletion that has been carried out here"
					   : "which brought nothing new: what it changed stays changed");
		return STATUS_OK;
	}
	enum status status =
	    wire_unpack(&juyan__v1__manifest_lodged__descriptor, lodging->brought, &book->arena, &message, book->why);
	if (status != STATUS_OK)
		return book->arena.exhausted ? STATUS_NO_MEMORY : cabinet_damaged(book->cabinet, BOOK_messages, book->why);
	Juyan__V1__ManifestLodged brought = *(const Juyan__V1__ManifestLodged *)message;
	return book_take_back(book, said, lodging->at_ms, &brought, said->event->manifest_deleted->reason);
}

/* What answers a message that is known. */
static enum status
answer(struct book *book, const struct book_said *said, const char *message_no, struct lodging *lodging)
{
	Juyan__V1__Event *event = said->event;
	if (event->batch_no[0] != '\0' && strcmp(event->batch_no, lodging->batch_no) != 0) {
		book_remark(book, said->source, REMARK_differs,
		    "an answer to message %s is of batch %s, and the message of batch %s: it is for a person", message_no,
		    event->batch_no, lodging->batch_no);
		return STATUS_OK;
	}
	event->batch_no = lodging->batch_no;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED)
		return refuse(book, said, message_no, lodging);
	if (lodging->dropped) {
		book_remark(book, said->source, REMARK_no_change,
		    "message %s deleted a manifest: an answer to it releases nothing and holds nothing", message_no);
		return STATUS_OK;
	}
	enum status status =
	    event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED ? note_released(book, event->port, message_no, lodging) : STATUS_OK;
	return status == STATUS_OK ? book_out(book, said->source, event, NULL) : status;
}

enum status
book_message_again(struct book *book, const struct book_said *said, const char *message_no, bool *taken)
{
	struct lodging lodging;
	enum status status = find(book, said->event->port, message_no, &lodging);
	*taken = status == STATUS_OK;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	return answer(book, said, message_no, &lodging);
}

enum status
book_message_answered(struct book *book, const struct book_said *said, const char *message_no)
{
	bool taken;
	enum status status = book_message_again(book, said, message_no, &taken);
	if (status != STATUS_OK || taken)
		return status;
	book_remark(book, said->source, REMARK_no_manifest, "an answer to message %s, which lodged nothing here yet: its %s waits",
	    message_no, wire_event_kind(said->event));
	return book_wait(book, said, WAIT_MESSAGE, message_no);
}

enum status
book_message_released(struct book *book, const struct book_said *said, const char *message_no)
{
	struct lodging lodging;
	enum status status = find(book, said->event->port, message_no, &lodging);
	if (status == STATUS_OK)
		status = note_released(book, said->event->port, message_no, &lodging);
	return status == STATUS_OK || status == STATUS_NOT_FOUND ? book_out(book, said->source, said->event, NULL) : status;
}

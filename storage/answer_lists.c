/* Pages of what waits for a person: the quarantine, and batches with something to review. */
#include "answer.h"
#include "judge.h"
#include "manifests.h"
#include "quarantine.h"
#include "sites.h"

enum { REVIEW_BYTES = 4 };

/* What waits from a site can be settled there alone, under the number that it has there. */
static void
explain_site(const struct snapshot *snapshot, const struct journal_event *held, enum status reason,
    const Juyan__V1__QuarantineRow *row, struct reason *why)
{
	uint64_t there;
	struct reason said = *why;
	const struct terminal_rule *site = registry_terminal(snapshot->registry, block_site(held->terminal_no));
	if (row->settled_lsn == 0 && site != NULL && sites_lsn(&snapshot->store, held, &there) == STATUS_OK)
		reason_say(why, reason, "%.150s; it is settled at its site, %.40s, where it is event %llu", said.text, site->name,
		    (unsigned long long)there);
}

/*
 * The sentence is found anew: what is wrong with the event now, so that a person sees whether a fix of the registry helped;
 * else the general one of its reason.
 */
static void
explain(const struct snapshot *snapshot, const struct journal_event *held, enum status reason, Juyan__V1__QuarantineRow *row,
    struct reason *why)
{
	const Juyan__V1__Event *event = NULL;
	reason_say(why, reason, "%s", status_sentence(reason));
	if (reason == STATUS_CONFLICTING_EVENT || reason == STATUS_BATCH_FULL)
		reason_say(why, reason, "%s (number %llu of the stream)", status_sentence(reason),
		    (unsigned long long)held->stream_seq);
	enum status status = wire_event(held->bytes, snapshot->arena, &event, reason == STATUS_CONFLICTING_EVENT ? NULL : why);
	if (held->site_chain != NULL)
		explain_site(snapshot, held, reason, row, why);
	if (status != STATUS_OK)
		return;
	if (held->site_chain == NULL && reason != STATUS_CONFLICTING_EVENT &&
	    judge_event(snapshot->registry, held->terminal_no, event, why) == STATUS_OK && row->settled_lsn == 0 &&
	    reason != STATUS_BATCH_FULL && !wire_event_administers(event))
		reason_say(why, reason, "%s when it came; by today's registry it could be released", status_sentence(reason));
	union {
		const Juyan__V1__Event *in;
		Juyan__V1__Event *out;
	} message = { .in = event };
	row->event = message.out;
}

static enum status
tell_settling(struct snapshot *snapshot, Juyan__V1__QuarantineRow *row)
{
	const Juyan__V1__QuarantineReleased *settling;
	enum status status = quarantine_settling(&snapshot->store, row->settled_lsn, snapshot->arena, &settling);
	if (status != STATUS_OK)
		return status;
	row->settled_by = answer_string(snapshot->arena, settling->by);
	row->settled_reason = answer_string(snapshot->arena, settling->reason);
	return row->settled_by != NULL && row->settled_reason != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_row(struct snapshot *snapshot, const struct quarantine_row *from, bool whole, Juyan__V1__QuarantineRow **out)
{
	struct journal_event held;
	struct reason why;
	Juyan__V1__QuarantineRow *row = arena_take(snapshot->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	enum status status = journal_find(&snapshot->store, from->lsn, &held);
	if (status == STATUS_NOT_FOUND) /* to the caller that would be the end of the list */
		status = STATUS_DAMAGED;
	if (status != STATUS_OK)
		return status;
	juyan__v1__quarantine_row__init(row);
	row->lsn = from->lsn;
	row->terminal_no = held.terminal_no;
	row->stream_seq = held.stream_seq;
	row->received_at_ms = held.first_received_at_ms;
	row->code = (uint32_t)from->reason;
	row->settled_lsn = from->settled_lsn;
	if (whole && row->settled_lsn != 0)
		status = tell_settling(snapshot, row);
	if (status != STATUS_OK)
		return status;
	explain(snapshot, &held, from->reason, row, &why);
	row->terminal_name = answer_terminal_name(snapshot, held.terminal_no);
	row->name = answer_string(snapshot->arena, status_name(from->reason));
	row->state = answer_string(snapshot->arena, quarantine_state_name(from->state));
	row->sentence = answer_string(snapshot->arena, why.text);
	if (!whole)
		row->event = NULL;
	if (whole) {
		row->raw_event.data = (uint8_t *)answer_text(snapshot->arena, held.bytes);
		row->raw_event.len = held.bytes.bytes;
	}
	*out = row;
	return row->terminal_name != NULL && row->name != NULL && row->state != NULL && row->sentence != NULL &&
		(!whole || row->raw_event.data != NULL)
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

static enum status
only_one(struct snapshot *snapshot, uint64_t lsn, Juyan__V1__QuarantineList *list, struct reason *why)
{
	struct quarantine_row row;
	enum status status = quarantine_get(&snapshot->store, lsn, &row);
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, status, "no event with number %llu is in quarantine", (unsigned long long)lsn);
	if (status == STATUS_OK)
		status = tell_row(snapshot, &row, true, &list->rows[0]);
	list->n_rows = 1;
	return status;
}

enum status
answer_quarantine(struct snapshot *snapshot, const Juyan__V1__QuarantineAsk *ask, Juyan__V1__QuarantineList **out,
    struct reason *why)
{
	struct walk walk;
	size_t rows_max = answer_rows(ask->rows_max), begun = snapshot->arena->used;
	Juyan__V1__QuarantineList *list = arena_take(snapshot->arena, sizeof *list);
	Juyan__V1__QuarantineRow **rows = arena_take(snapshot->arena, rows_max * sizeof *rows);
	if (list == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__quarantine_list__init(list);
	list->rows = rows;
	*out = list;
	if (ask->only_lsn != 0)
		return only_one(snapshot, ask->only_lsn, list, why);
	enum status status = walk_open(&snapshot->store, TABLE_quarantine, &walk);
	if (status == STATUS_OK)
		status = quarantine_seek(&walk, ask->after_lsn < UINT64_MAX ? ask->after_lsn + 1 : UINT64_MAX);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		struct quarantine_row row;
		status = quarantine_read(&walk, &row);
		if (status == STATUS_OK && row.state != QUARANTINE_WAITING && !ask->settled)
			continue;
		list->more = list->n_rows == rows_max || snapshot->arena->used - begun > PAGE_BYTES;
		if (status == STATUS_OK && !list->more)
			status = tell_row(snapshot, &row, false, &rows[list->n_rows]);
		if (status != STATUS_OK || list->more)
			break;
		list->n_rows++;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
tell_review(struct snapshot *snapshot, const struct walk *walk, Juyan__V1__ReviewRow **out)
{
	struct span key = walk->key;
	Juyan__V1__ReviewRow *row = arena_take(snapshot->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	if (walk->value.bytes != REVIEW_BYTES)
		return STATUS_DAMAGED;
	juyan__v1__review_row__init(row);
	row->port = answer_string(snapshot->arena, key_take_text(&key));
	row->batch_no = answer_string(snapshot->arena, key_take_text(&key));
	row->remarks = answer_remarks(snapshot->arena, (uint32_t)value_get(walk->value.data, REVIEW_BYTES), &row->n_remarks);
	*out = row;
	return row->port != NULL && row->batch_no != NULL && row->remarks != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Where a page begins: at a port's first batch, or behind the last row of the page before. */
static enum status
seek_review(struct walk *walk, const Juyan__V1__ReviewAsk *ask, const char *one)
{
	struct key key = { 0 };
	bool later = ask->after_batch_no[0] != '\0';
	const char *port = later ? ask->after_port : one;
	if (port[0] != '\0')
		key_text(&key, port);
	if (later)
		key_text(&key, ask->after_batch_no);
	enum status status = key.used > 0 ? walk_seek(walk, key_span(&key)) : walk_first(walk);
	if (status == STATUS_OK && later && walk->key.bytes == key.used && memcmp(walk->key.data, key.bytes, key.used) == 0)
		status = walk_next(walk);
	return status;
}

enum status
answer_review(struct snapshot *snapshot, const Juyan__V1__ReviewAsk *ask, Juyan__V1__ReviewList **out, struct reason *why)
{
	struct walk walk;
	size_t rows_max = answer_rows(ask->rows_max), begun = snapshot->arena->used;
	const char *one = places_id(registry_places(snapshot->registry), ask->port) == NULL ? ask->port : "";
	if (strlen(ask->port) > PORT_BYTES_MAX || strlen(ask->after_port) > PORT_BYTES_MAX ||
	    strlen(ask->after_batch_no) > BATCH_NO_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "a port or batch number is longer than allowed");
	Juyan__V1__ReviewList *list = arena_take(snapshot->arena, sizeof *list);
	Juyan__V1__ReviewRow **rows = arena_take(snapshot->arena, rows_max * sizeof *rows);
	if (list == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__review_list__init(list);
	list->rows = rows;
	*out = list;
	enum status status = walk_open(&snapshot->store, TABLE_review, &walk);
	if (status == STATUS_OK)
		status = seek_review(&walk, ask, one);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		if (one[0] != '\0' && strcmp((const char *)walk.key.data, one) != 0)
			break;
		if (!answer_asks_port(snapshot, ask->port, (const char *)walk.key.data))
			continue;
		list->more = list->n_rows == rows_max || snapshot->arena->used - begun > PAGE_BYTES;
		if (!list->more)
			status = tell_review(snapshot, &walk, &rows[list->n_rows]);
		if (status != STATUS_OK || list->more)
			break;
		list->n_rows++;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

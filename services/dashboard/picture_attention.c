/* What asks for a person: the list, and one event in quarantine. */
#include <inttypes.h>

#include "painter_parts.h"

struct wanted {
	const char *port;
	bool noted;
};

/* A time of 0 is none. */
static enum status
put_time(json_t *object, const char *name, int64_t ms)
{
	return put_json(object, name, kg_json(ms > 0, ms));
}

static json_t *
row_json(const Juyan__V1__AttentionRow *row)
{
	json_t *object = told_json(&row->base);
	if (object != NULL &&
	    (put_time(object, "since_ms", row->since_ms) != STATUS_OK ||
		put_time(object, "noted_at_ms", row->noted_at_ms) != STATUS_OK)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static enum status
put_counts(json_t *object, const Juyan__V1__AttentionList *list)
{
	json_t *counts = json_array();
	enum status status = put_json(object, "counts", counts);
	for (size_t i = 0; i < list->n_counts && status == STATUS_OK; i++)
		status = append_json(counts, told_json(&list->counts[i]->base));
	return status;
}

static enum status
draw_attention(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	char id[PORT_BYTES_MAX + 1];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__AttentionAsk ask = JUYAN__V1__ATTENTION_ASK__INIT;
	const Juyan__V1__Answer *answer;
	struct port *port;
	enum status status = kept_port(painter, wanted->port, &port, why);
	if (status != STATUS_OK)
		return status;
	snprintf(id, sizeof id, "%s", port != NULL ? port->id : "");
	question.ask_case = JUYAN__V1__QUESTION__ASK_ATTENTION;
	question.attention = &ask;
	ask.now_ms = painter->now_ms;
	ask.port = id;
	ask.noted = wanted->noted;
	status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_ATTENTION, &answer, why);
	if (status != STATUS_OK)
		return status;
	json_t *rows = json_array();
	status = put_json(object, "rows", rows);
	for (size_t i = 0; i < answer->attention->n_rows && status == STATUS_OK; i++)
		status = append_json(rows, row_json(answer->attention->rows[i]));
	if (status == STATUS_OK)
		status = put_json(object, "more", json_boolean(answer->attention->more));
	return status == STATUS_OK ? put_counts(object, answer->attention) : status;
}

enum status
painter_attention(struct painter *painter, const char *port, bool noted, json_t **out, struct reason *why)
{
	const struct wanted wanted = { port, noted };
	return painter_paint(painter, draw_attention, &wanted, out, why);
}

/* ---- quarantine ---- */

static enum status
draw_quarantined(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	uint64_t lsn = *(const uint64_t *)what;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__QuarantineAsk ask = JUYAN__V1__QUARANTINE_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_QUARANTINE;
	question.quarantine = &ask;
	ask.only_lsn = lsn;
	ask.settled = true;
	enum status status = lsn > 0 ? painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_QUARANTINE, &answer, why)
				     : reason_say(why, STATUS_NOT_FOUND, "there is no event 0");
	if (status != STATUS_OK)
		return status;
	if (answer->quarantine->n_rows == 0)
		return reason_say(why, STATUS_NOT_FOUND, "event %" PRIu64 " is not in quarantine", lsn);
	json_t *row = told_json(&answer->quarantine->rows[0]->base);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	/* The contract has the event, not its bytes. */
	int failed = json_object_del(row, "raw_event") | json_object_del(row, "settled_lsn") | json_object_update(object, row);
	json_decref(row);
	return failed == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status
painter_quarantined(struct painter *painter, uint64_t lsn, json_t **out, struct reason *why)
{
	return painter_paint(painter, draw_quarantined, &lsn, out, why);
}

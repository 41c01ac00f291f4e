/* What is looked for by name: crossings, and the whole story of one; and what asks for a person. */
#include "json.h"
#include "painter_parts.h"

/* ---- search ---- */

static enum status
ask_search(struct painter *painter, const char *text, uint32_t rows_max, const Juyan__V1__SearchResults **out, struct reason *why)
{
	char copy[SHORT_TEXT_BYTES_MAX + 2];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__SearchAsk ask = JUYAN__V1__SEARCH_ASK__INIT;
	const Juyan__V1__Answer *answer;
	if (snprintf(copy, sizeof copy, "%s", text) > SHORT_TEXT_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "'q' has more than %d bytes", SHORT_TEXT_BYTES_MAX);
	question.ask_case = JUYAN__V1__QUESTION__ASK_SEARCH;
	question.search = &ask;
	ask.text = copy;
	ask.rows_max = rows_max;
	enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_SEARCH, &answer, why);
	if (status == STATUS_OK)
		*out = answer->search;
	return status;
}

static enum status
draw_search(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const Juyan__V1__SearchResults *found;
	const char *text = what;
	enum status status = ask_search(painter, text != NULL ? text : "", 0, &found, why);
	if (status != STATUS_OK)
		return status;
	json_t *rows = json_array();
	status = put_json(object, "rows", rows);
	for (size_t i = 0; i < found->n_rows && status == STATUS_OK; i++)
		status = append_json(rows,
		    json_pack("{s:s, s:s, s:o}", "found", found->rows[i]->found, "kind", found->rows[i]->kind, "crossing",
			told_json(&found->rows[i]->crossing->base)));
	return status == STATUS_OK ? put_json(object, "more", json_boolean(found->more)) : status;
}

enum status
painter_search(struct painter *painter, const char *text, json_t **out, struct reason *why)
{
	return painter_paint(painter, draw_search, text, out, why);
}

/* ---- one crossing ---- */

struct wanted {
	const char *port, *batch_no;
};

static json_t *
event_json(const Juyan__V1__StoryEvent *event)
{
	json_t *object = told_json(&event->base);
	const char *kind = event->event != NULL ? wire_event_kind(event->event) : NULL;
	if (object != NULL &&
	    (put_json(object, "occurred_at_ms", json_integer(event->event != NULL ? event->event->occurred_at_ms : 0)) !=
		    STATUS_OK ||
		put_json(object, "kind", json_string(kind != NULL ? kind : "")) != STATUS_OK)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *
list_json(size_t n, json_t *(*one)(const ProtobufCMessage *message), ProtobufCMessage *const *messages)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n && list != NULL; i++)
		if (append_json(list, one(messages[i])) != STATUS_OK) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
event_of(const ProtobufCMessage *message)
{
	return event_json((const Juyan__V1__StoryEvent *)message);
}

static json_t *
texts_json(char *const *texts, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n && list != NULL; i++)
		if (append_json(list, json_string(texts[i])) != STATUS_OK) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static enum status
put_story(json_t *object, const Juyan__V1__BatchStory *story)
{
	enum status status = put_json(object, "port", json_string(story->port));
	if (status == STATUS_OK)
		status = put_json(object, "batch_no", json_string(story->batch_no));
	if (status == STATUS_OK)
		status = put_json(object, "state", json_string(story->state));
	if (status == STATUS_OK)
		status = put_json(object, "remarks", texts_json(story->remarks, story->n_remarks));
	if (status == STATUS_OK)
		status = put_json(object, "remark_names", texts_json(story->remark_names, story->n_remark_names));
	if (status == STATUS_OK)
		status = put_json(object, "counted",
		    list_json(story->n_counted, told_json, (ProtobufCMessage *const *)(void *)story->counted));
	if (status == STATUS_OK)
		status = put_json(object, "events",
		    list_json(story->n_events, event_of, (ProtobufCMessage *const *)(void *)story->events));
	return status;
}

/* A search finds numbers that are alike as well, so it is looked for among them. */
static enum status
put_crossing(struct painter *painter, json_t *object, const struct wanted *wanted, struct reason *why)
{
	const Juyan__V1__SearchResults *found;
	json_t *crossing = NULL;
	struct reason none;
	enum status status = ask_search(painter, wanted->batch_no, ANSWER_ROWS_MAX, &found, &none);
	if (status != STATUS_OK && status_consequence(status) != REFUSE) {
		*why = none;
		return status;
	}
	for (size_t i = 0; status == STATUS_OK && crossing == NULL && i < found->n_rows; i++) {
		const Juyan__V1__Crossing *row = found->rows[i]->crossing;
		if (strcmp(row->port, wanted->port) == 0 && strcmp(row->batch_no, wanted->batch_no) == 0) {
			crossing = told_json(&row->base);
			if (crossing == NULL)
				return STATUS_NO_MEMORY;
		}
	}
	return put_json(object, "crossing", crossing != NULL ? crossing : json_null());
}

static enum status
draw_batch(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	char id[PORT_BYTES_MAX + 1], batch_no[BATCH_NO_BYTES_MAX + 1];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__BatchAsk ask = JUYAN__V1__BATCH_ASK__INIT;
	const Juyan__V1__Answer *answer;
	struct port *port;
	enum status status = kept_port(painter, wanted->port, &port, why);
	if (status != STATUS_OK)
		return status;
	snprintf(id, sizeof id, "%s", wanted->port);
	if (snprintf(batch_no, sizeof batch_no, "%s", wanted->batch_no) > BATCH_NO_BYTES_MAX)
		return reason_say(why, STATUS_NOT_FOUND, "no batch number has more than %d bytes", BATCH_NO_BYTES_MAX);
	question.ask_case = JUYAN__V1__QUESTION__ASK_BATCH;
	question.batch = &ask;
	ask.port = id;
	ask.batch_no = batch_no;
	status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_BATCH, &answer, why);
	if (status == STATUS_OK)
		status = put_story(object, answer->batch);
	return status == STATUS_OK ? put_crossing(painter, object, wanted, why) : status;
}

enum status
painter_batch(struct painter *painter, const char *port, const char *batch_no, json_t **out, struct reason *why)
{
	const struct wanted wanted = { port, batch_no };
	return painter_paint(painter, draw_batch, &wanted, out, why);
}

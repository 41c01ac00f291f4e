/* Questions of one picture, and the moment that they are of. See painter.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "painter_parts.h"

enum { TRIES_MAX = 3 };

enum status
painter_open(const struct source *source, struct painter **out, struct reason *why)
{
	struct painter *painter = calloc(1, sizeof *painter);
	if (painter == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	painter->source = *source;
	*out = painter;
	return STATUS_OK;
}

void
painter_close(struct painter **painter)
{
	if (*painter == NULL)
		return;
	kept_forget(&(*painter)->kept);
	free(*painter);
	*painter = NULL;
}

void
painter_forget(struct painter *painter)
{
	kept_forget(&painter->kept);
}

void
painter_set_now(struct painter *painter, int64_t now_ms, bool fresh)
{
	painter->now_ms = now_ms;
	painter->fresh = fresh;
}

enum status
painter_ask(struct painter *painter, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	enum status status = painter->source.query(painter->source.user, question, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case != expected)
		return reason_say(why, STATUS_UNDECODABLE, "query gave an answer to another question");
	painter->lsn_low = answer->lsn < painter->lsn_low ? answer->lsn : painter->lsn_low;
	painter->lsn_high = answer->lsn > painter->lsn_high ? answer->lsn : painter->lsn_high;
	*out = answer;
	return STATUS_OK;
}

enum status
painter_totals(struct painter *painter, Juyan__V1__TotalsAsk *ask, const Juyan__V1__Totals **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = ask;
	enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_TOTALS, &answer, why);
	if (status == STATUS_OK)
		*out = answer->totals;
	return status;
}

enum status
painter_crossings(struct painter *painter, const Juyan__V1__CrossingsAsk *ask,
    enum status (*see)(void *user, const Juyan__V1__Crossing *crossing), void *user, struct reason *why)
{
	char after_port[PORT_BYTES_MAX + 1] = "", after_batch_no[BATCH_NO_BYTES_MAX + 1] = "";
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__CrossingsAsk page = *ask;
	bool more = true;
	question.ask_case = JUYAN__V1__QUESTION__ASK_CROSSINGS;
	question.crossings = &page;
	page.after_port = after_port;
	page.after_batch_no = after_batch_no;
	while (more) {
		const Juyan__V1__Answer *answer;
		enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_CROSSINGS, &answer, why);
		if (status != STATUS_OK)
			return status;
		const Juyan__V1__Crossings *crossings = answer->crossings;
		for (size_t i = 0; i < crossings->n_rows && status == STATUS_OK; i++)
			status = see(user, crossings->rows[i]);
		if (status != STATUS_OK)
			return reason_say(why, status, "memory ran out");
		more = crossings->more && crossings->n_rows > 0;
		if (more) {
			const Juyan__V1__Crossing *last = crossings->rows[crossings->n_rows - 1];
			snprintf(after_port, sizeof after_port, "%s", last->port);
			snprintf(after_batch_no, sizeof after_batch_no, "%s", last->batch_no);
		}
	}
	return STATUS_OK;
}

static json_t *
mark_json(const struct painter *painter)
{
	const struct kept *kept = &painter->kept;
	return json_pack("{s:I, s:o, s:I, s:b}", "lsn", (json_int_t)painter->lsn_low, "received_at_ms",
	    kg_json(kept->received_at_ms > 0, kept->received_at_ms), "made_at_ms", (json_int_t)painter->now_ms, "fresh",
	    (int)painter->fresh);
}

static enum status
paint_once(struct painter *painter, painter_draw draw, const void *what, json_t **out, struct reason *why)
{
	json_t *object = json_object();
	painter->lsn_low = UINT64_MAX;
	painter->lsn_high = 0;
	enum status status = object != NULL ? kept_catch_up(painter, why) : STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = draw(painter, what, object, why);
	if (status == STATUS_OK)
		status = put_json(object, "mark", mark_json(painter));
	if (status != STATUS_OK) {
		json_decref(object);
		return status == STATUS_NO_MEMORY ? reason_say(why, status, "memory ran out") : status;
	}
	*out = object;
	return STATUS_OK;
}

/* Where more has come during one try than is told one by one, the next one would fare no better. */
enum status
painter_paint(struct painter *painter, painter_draw draw, const void *what, json_t **out, struct reason *why)
{
	for (int tries = 1;; tries++) {
		json_t *object;
		enum status status = paint_once(painter, draw, what, &object, why);
		if (status != STATUS_OK)
			return status;
		bool hopeless = tries == TRIES_MAX || (tries > 1 && painter->kept.skipped);
		if (painter->lsn_low == painter->lsn_high || hopeless) {
			*out = object;
			return STATUS_OK;
		}
		json_decref(object);
	}
}

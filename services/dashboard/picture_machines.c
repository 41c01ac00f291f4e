/* The machines: how each stands, since when, and how long it was available. */
#include "painter_parts.h"

enum { MACHINES_MAX = 500 };

/* What of an hour is not known is null. */
static json_t *
hours_json(const Juyan__V1__MachineRow *row)
{
	json_t *hours = json_array();
	for (size_t i = 0; i < row->n_hours; i++)
		if (append_json(hours, kg_json(row->hours[i] >= 0, row->hours[i])) != STATUS_OK) {
			json_decref(hours);
			return NULL;
		}
	return hours;
}

static json_t *
row_json(const Juyan__V1__MachineRow *row)
{
	json_t *object = told_json(&row->base);
	if (object != NULL &&
	    (put_json(object, "latest", told_json(&row->latest->base)) != STATUS_OK ||
		put_json(object, "day", told_json(&row->day->base)) != STATUS_OK ||
		put_json(object, "hours", hours_json(row)) != STATUS_OK)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	char id[PORT_BYTES_MAX + 1];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__MachinesAsk ask = JUYAN__V1__MACHINES_ASK__INIT;
	const Juyan__V1__Answer *answer;
	struct port *port;
	enum status status = kept_port(painter, what, &port, why);
	if (status != STATUS_OK)
		return status;
	snprintf(id, sizeof id, "%s", port != NULL ? port->id : "");
	question.ask_case = JUYAN__V1__QUESTION__ASK_MACHINES;
	question.machines = &ask;
	ask.now_ms = painter->now_ms;
	ask.port = id;
	ask.rows_max = MACHINES_MAX;
	status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_MACHINES, &answer, why);
	if (status != STATUS_OK)
		return status;
	json_t *rows = json_array();
	status = put_json(object, "rows", rows);
	for (size_t i = 0; i < answer->machines->n_rows && status == STATUS_OK; i++)
		status = append_json(rows, row_json(answer->machines->rows[i]));
	return status == STATUS_OK ? put_json(object, "more", json_boolean(answer->machines->more)) : status;
}

enum status
painter_machines(struct painter *painter, const char *port, json_t **out, struct reason *why)
{
	return painter_paint(painter, draw, port, out, why);
}

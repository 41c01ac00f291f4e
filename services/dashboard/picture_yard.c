/* The yard: how many stand there at which stage, and when something was last known to happen at a port. */
#include "painter_parts.h"

/* One that was released so long ago has left, and nobody said so. One that is not released stands there still. */
bool
yard_add(const struct painter *painter, struct yard *yard, const Juyan__V1__Crossing *crossing)
{
	int64_t gone_ms = crossing->has_released_at_ms ? painter->now_ms - crossing->released_at_ms : 0;
	if (strcmp(crossing->stage, "released") == 0 && gone_ms > UNHEARD_MS) {
		yard->unheard++;
		return false;
	}
	const struct {
		const char *stage;
		int64_t *n;
	} stages[] = { { "weighed", &yard->weighed }, { "inspected", &yard->inspected }, { "held", &yard->held },
		{ "released", &yard->released } };
	int64_t *n = &yard->arrived;
	for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
		if (strcmp(crossing->stage, stages[i].stage) == 0)
			n = stages[i].n;
	++*n;
	yard->units += crossing->units;
	return true;
}

json_t *
yard_json(const struct yard *yard)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "arrived", (json_int_t)yard->arrived, "weighed",
	    (json_int_t)yard->weighed, "inspected", (json_int_t)yard->inspected, "held", (json_int_t)yard->held, "released",
	    (json_int_t)yard->released, "units", (json_int_t)yard->units, "unheard", (json_int_t)yard->unheard);
}

/* What is told of a time to come is a clock that is wrong. */
static void
saw(const struct painter *painter, struct port *port, int64_t ms)
{
	if (ms > painter->now_ms + TIME_AHEAD_MS_MAX || (port->seen && ms <= port->last_event_ms))
		return;
	port->seen = true;
	port->last_event_ms = ms;
}

void
port_saw(struct painter *painter, const Juyan__V1__Crossing *crossing)
{
	const struct {
		protobuf_c_boolean has;
		int64_t ms;
	} times[] = { { crossing->has_lodged_at_ms, crossing->lodged_at_ms },
		{ crossing->has_arrived_at_ms, crossing->arrived_at_ms },
		{ crossing->has_first_weighed_at_ms, crossing->first_weighed_at_ms },
		{ crossing->has_last_weighed_at_ms, crossing->last_weighed_at_ms },
		{ crossing->has_inspected_at_ms, crossing->inspected_at_ms },
		{ crossing->has_released_at_ms, crossing->released_at_ms },
		{ crossing->has_departed_at_ms, crossing->departed_at_ms } };
	struct port *port = kept_port_of(painter, crossing->port);
	for (size_t i = 0; port != NULL && i < sizeof times / sizeof times[0]; i++)
		if (times[i].has)
			saw(painter, port, times[i].ms);
}

static enum status
look_at_lanes(struct painter *painter, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__LanesAsk ask = JUYAN__V1__LANES_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_LANES;
	question.lanes = &ask;
	enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_LANES, &answer, why);
	for (size_t i = 0; status == STATUS_OK && i < answer->lanes->n_rows; i++) {
		const Juyan__V1__LaneRow *row = answer->lanes->rows[i];
		struct port *port = kept_port_of(painter, row->port);
		if (port != NULL && row->has_last_at_ms)
			saw(painter, port, row->last_at_ms);
	}
	return status;
}

static enum status
see(void *user, const Juyan__V1__Crossing *crossing)
{
	port_saw(user, crossing);
	return STATUS_OK;
}

/*
 * A port without lanes, or that has been quiet for longer than lanes are looked at: the last days on which something passed. What
 * has passed there and never left stands on none of these days: then at least the hour of the totals is known.
 */
static enum status
look_back(struct painter *painter, struct port *port, struct reason *why)
{
	enum { DAYS_LOOKED_AT = 3 };
	char id[PORT_BYTES_MAX + 1], text[CIVIL_TEXT_BYTES];
	Juyan__V1__CrossingsAsk ask = JUYAN__V1__CROSSINGS_ASK__INIT;
	enum status status = history_of(painter, port, why);
	const struct history *history = &port->history;
	snprintf(id, sizeof id, "%s", port->id);
	ask.port = id;
	ask.day = text;
	int looked = 0;
	for (size_t i = history->days; i > 0 && status == STATUS_OK && !port->seen && looked < DAYS_LOOKED_AT; i--) {
		if (history->units[i - 1] == 0)
			continue;
		looked++;
		days_text(history->first_day + (int64_t)i - 1, text);
		status = painter_crossings(painter, &ask, see, painter, why);
	}
	int64_t hour_ms;
	if (status != STATUS_OK || port->seen)
		return status;
	status = history_last_hour(painter, port, &hour_ms, why);
	if (status == STATUS_OK)
		saw(painter, port, hour_ms);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/*
 * The lanes are a month of crossings. While the road is flooded each news would ask for them again: then they may be some seconds
 * old, and what stands in the yard is known anyway.
 */
enum status
ports_look(struct painter *painter, struct reason *why)
{
	enum { LANES_EVERY_MS = 5000 };
	struct kept *kept = &painter->kept;
	int64_t age_ms = painter->now_ms - kept->lanes_ms;
	bool lately = kept->lanes_ms > 0 && age_ms >= 0 && age_ms < LANES_EVERY_MS;
	if (kept->lanes_seen)
		return STATUS_OK;
	enum status status = lately ? STATUS_OK : look_at_lanes(painter, why);
	for (size_t i = 0; i < kept->n_ports && status == STATUS_OK; i++)
		if (!kept->ports[i].seen)
			status = look_back(painter, &kept->ports[i], why);
	kept->lanes_seen = status == STATUS_OK && !lately;
	if (status == STATUS_OK && !lately)
		kept->lanes_ms = painter->now_ms;
	return status;
}

/* One day of the ports, hour by hour, and the yard as it is now. */
#include <stdlib.h>

#include "painter_parts.h"

enum {
	MODES = 3,
	AGV_DAYS = 14,
	TRAIN_DAYS_AFTER = 7 /* how long after a day a train that came on it is still looked for among those that left */
};

static const char *const modes[MODES] = { "truck", "agv", "rail" };

struct wanted {
	const char *port, *day;
};

struct flow {
	struct painter *painter;
	json_t *object;
	struct port *port; /* NULL: all */
	char id[PORT_BYTES_MAX + 1];
	char *ids[1];
	int64_t day, today;
	char day_text[CIVIL_TEXT_BYTES];
	/* the yard, and trains, while they are gathered */
	struct yard yard;
	Juyan__V1__Crossing **rows; /* copies */
	size_t n, room;
	json_t *trains;
};

/* ---- hours ---- */

static void
of_port(struct flow *flow, Juyan__V1__TotalsAsk *ask)
{
	if (flow->port == NULL)
		return;
	ask->ports = flow->ids;
	ask->n_ports = 1;
}

static enum status
put_hour(json_t *list, const struct flow *flow, int hour, const struct mass mass[MODES])
{
	char text[CIVIL_TEXT_BYTES];
	enum status status = STATUS_OK;
	days_hour_text(flow->day, hour, text);
	for (int mode = 0; mode < MODES && status == STATUS_OK; mode++)
		status = append_json(list,
		    json_pack("{s:s, s:s, s:o}", "hour", text, "mode", modes[mode], "mass", mass_json(&mass[mode])));
	return status;
}

/* Up to the present hour; and what a clock ahead of ours has told, so that hours add up to their day. */
static enum status
put_hours(struct flow *flow, struct reason *why)
{
	struct mass mass[HOURS][MODES] = { { { 0 } } };
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	bool any;
	int64_t first_day;
	uint32_t first_hour, period;
	enum period kind;
	ask.from = ask.to = flow->day_text;
	ask.by_period = JUYAN__V1__PERIOD_KIND__HOUR;
	ask.by_mode = ask.by_basis = true;
	of_port(flow, &ask);
	enum status status = painter_totals(flow->painter, &ask, &totals, why);
	if (status != STATUS_OK)
		return status;
	int last = flow->day < flow->today
	    ? HOURS - 1
	    : (int)((kept_local_ms(flow->painter, flow->port) - flow->day * CIVIL_MS_PER_DAY) / CIVIL_MS_PER_HOUR);
	for (size_t i = 0; i < totals->n_rows; i++) {
		const Juyan__V1__TotalsRow *row = totals->rows[i];
		if (!civil_parse(row->period, &period, &kind))
			return STATUS_UNDECODABLE;
		last = (int)(period % 100) > last ? (int)(period % 100) : last;
		for (int mode = 0; mode < MODES; mode++)
			if (strcmp(row->mode, modes[mode]) == 0)
				mass_add(&mass[period % 100][mode], row);
	}
	status = history_begin(flow->painter, flow->port, &any, &first_day, &first_hour, why);
	if (status != STATUS_OK)
		return status;
	json_t *list = json_array();
	status = put_json(flow->object, "hours", list);
	bool unknown = flow->day < flow->today && (!any || flow->day < first_day); /* before the ledger's first event */
	for (int hour = 0; status == STATUS_OK && !unknown && hour <= last; hour++)
		status = put_hour(list, flow, hour, mass[hour]);
	return status;
}

/* ---- AGVs round the clock ---- */

struct trips {
	int64_t trips, net_kg;
};

static enum status
read_trips(struct flow *flow, int64_t first, struct trips trips[AGV_DAYS][HOURS], struct reason *why)
{
	static char agv[] = "agv", *only[] = { agv };
	char from[CIVIL_TEXT_BYTES];
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	days_text(first, from);
	ask.from = from;
	ask.to = flow->day_text;
	ask.by_period = JUYAN__V1__PERIOD_KIND__HOUR;
	ask.modes = only;
	ask.n_modes = 1;
	of_port(flow, &ask);
	enum status status = painter_totals(flow->painter, &ask, &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		uint32_t period;
		enum period kind;
		char text[CIVIL_TEXT_BYTES];
		int64_t day;
		if (!civil_parse(totals->rows[i]->period, &period, &kind))
			return STATUS_UNDECODABLE;
		civil_format(civil_period(period, PERIOD_DAY), PERIOD_DAY, text);
		if (!civil_parse_day(text, &day))
			return STATUS_UNDECODABLE;
		trips[day - first][period % 100] = (struct trips){ totals->rows[i]->units, totals->rows[i]->net_kg };
	}
	return status;
}

static enum status
put_agv(struct flow *flow, struct reason *why)
{
	struct trips trips[AGV_DAYS][HOURS] = { { { 0, 0 } } };
	int64_t first = flow->day - AGV_DAYS + 1, first_day, present;
	uint32_t first_hour, hour_no;
	bool any;
	char hour[CIVIL_TEXT_BYTES];
	enum period kind;
	enum status status = history_begin(flow->painter, flow->port, &any, &first_day, &first_hour, why);
	if (status == STATUS_OK)
		status = read_trips(flow, first, trips, why);
	if (status != STATUS_OK)
		return status;
	json_t *list = json_array();
	status = put_json(flow->object, "agv", list);
	present = kept_local_ms(flow->painter, flow->port) / CIVIL_MS_PER_HOUR;
	for (int64_t i = 0; any && i < AGV_DAYS * HOURS && status == STATUS_OK; i++) {
		const struct trips *one = &trips[i / HOURS][i % HOURS];
		days_hour_text(first + i / HOURS, (int)(i % HOURS), hour);
		if (!civil_parse(hour, &hour_no, &kind) || hour_no < first_hour || (first * HOURS + i > present && one->trips == 0))
			continue;
		status = append_json(list,
		    json_pack("{s:s, s:I, s:I}", "hour", hour, "trips", (json_int_t)one->trips, "net_kg", (json_int_t)one->net_kg));
	}
	return status;
}

/* ---- the yard, and trains ---- */

static bool
on_day(const struct flow *flow, const Juyan__V1__Crossing *crossing, protobuf_c_boolean has, int64_t ms)
{
	const struct port *port = kept_port_of(flow->painter, crossing->port);
	return has && port != NULL && civil_day_of_ms(ms + port->offset_ms) == flow->day;
}

static enum status
take_train(struct flow *flow, const Juyan__V1__Crossing *crossing)
{
	if (strcmp(crossing->mode, "rail") != 0 ||
	    !(on_day(flow, crossing, crossing->has_arrived_at_ms, crossing->arrived_at_ms) ||
		on_day(flow, crossing, crossing->has_released_at_ms, crossing->released_at_ms) ||
		on_day(flow, crossing, crossing->has_departed_at_ms, crossing->departed_at_ms)))
		return STATUS_OK;
	return append_json(flow->trains, told_json(&crossing->base));
}

static Juyan__V1__Crossing *
copy_of(const Juyan__V1__Crossing *crossing)
{
	size_t bytes = juyan__v1__crossing__get_packed_size(crossing);
	uint8_t *packed = malloc(bytes + 1);
	Juyan__V1__Crossing *copy =
	    packed == NULL ? NULL : juyan__v1__crossing__unpack(NULL, juyan__v1__crossing__pack(crossing, packed), packed);
	free(packed);
	return copy;
}

static enum status
see_in_yard(void *user, const Juyan__V1__Crossing *crossing)
{
	struct flow *flow = user;
	if (!yard_add(flow->painter, &flow->yard, crossing))
		return STATUS_OK;
	if (flow->n == flow->room) {
		size_t room = flow->room == 0 ? 256 : 2 * flow->room;
		Juyan__V1__Crossing **grown = realloc(flow->rows, room * sizeof(Juyan__V1__Crossing *));
		if (grown == NULL)
			return STATUS_NO_MEMORY;
		flow->rows = grown;
		flow->room = room;
	}
	flow->rows[flow->n] = copy_of(crossing);
	if (flow->rows[flow->n] == NULL)
		return STATUS_NO_MEMORY;
	flow->n++;
	return take_train(flow, crossing);
}

static int
longest_first(const void *a, const void *b)
{
	const Juyan__V1__Crossing *x = *(Juyan__V1__Crossing *const *)a, *y = *(Juyan__V1__Crossing *const *)b;
	if (x->arrived_at_ms != y->arrived_at_ms)
		return x->arrived_at_ms < y->arrived_at_ms ? -1 : 1;
	int order = strcmp(x->port, y->port);
	return order != 0 ? order : strcmp(x->batch_no, y->batch_no);
}

static enum status
put_yard(struct flow *flow, struct reason *why)
{
	Juyan__V1__CrossingsAsk ask = JUYAN__V1__CROSSINGS_ASK__INIT;
	ask.port = flow->id;
	enum status status = painter_crossings(flow->painter, &ask, see_in_yard, flow, why);
	if (status != STATUS_OK)
		return status;
	if (flow->n > 0)
		qsort(flow->rows, flow->n, sizeof(Juyan__V1__Crossing *), longest_first);
	json_t *list = json_array();
	status = put_json(flow->object, "crossings", list);
	for (size_t i = 0; i < flow->n && i < YARD_ROWS_MAX && status == STATUS_OK; i++)
		status = append_json(list, told_json(&flow->rows[i]->base));
	if (status == STATUS_OK)
		status = put_json(flow->object, "yard", yard_json(&flow->yard));
	return status == STATUS_OK ? put_json(flow->object, "crossings_more", json_boolean(flow->n > YARD_ROWS_MAX)) : status;
}

static enum status
see_left(void *user, const Juyan__V1__Crossing *crossing)
{
	return take_train(user, crossing);
}

/* Those of the yard are there already. A train that stayed longer than a week is shown on the day on which it left. */
static enum status
put_trains(struct flow *flow, struct reason *why)
{
	static char rail[] = "rail", *only[] = { rail };
	char text[CIVIL_TEXT_BYTES];
	Juyan__V1__CrossingsAsk ask = JUYAN__V1__CROSSINGS_ASK__INIT;
	enum status status = STATUS_OK;
	ask.port = flow->id;
	ask.day = text;
	ask.modes = only;
	ask.n_modes = 1;
	for (int64_t day = flow->day; day <= flow->day + TRAIN_DAYS_AFTER && day <= flow->today && status == STATUS_OK; day++) {
		days_text(day, text);
		status = painter_crossings(flow->painter, &ask, see_left, flow, why);
	}
	return status;
}

/* ---- dwell, lanes ---- */

static enum status
put_dwell(struct flow *flow, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__DwellAsk ask = JUYAN__V1__DWELL_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_DWELL;
	question.dwell = &ask;
	ask.from = ask.to = flow->day_text;
	ask.ports = flow->ids;
	ask.n_ports = flow->port != NULL;
	ask.by_mode = true;
	enum status status = painter_ask(flow->painter, &question, JUYAN__V1__ANSWER__SAY_DWELL, &answer, why);
	if (status != STATUS_OK)
		return status;
	json_t *list = json_array();
	status = put_json(flow->object, "dwell", list);
	for (size_t i = 0; i < answer->dwell->n_rows && status == STATUS_OK; i++) {
		const Juyan__V1__DwellRow *row = answer->dwell->rows[i];
		status = append_json(list,
		    json_pack("{s:s, s:s, s:I, s:o, s:o}", "mode", row->mode, "kind", row->kind, "n", (json_int_t)row->n, "p50_ms",
			kg_json(row->n > 0, row->p50_ms), "p90_ms", kg_json(row->n > 0, row->p90_ms)));
	}
	return status;
}

static enum status
put_lanes(struct flow *flow, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__LanesAsk ask = JUYAN__V1__LANES_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_LANES;
	question.lanes = &ask;
	ask.port = flow->id;
	enum status status = painter_ask(flow->painter, &question, JUYAN__V1__ANSWER__SAY_LANES, &answer, why);
	if (status != STATUS_OK)
		return status;
	json_t *list = json_array();
	status = put_json(flow->object, "lanes", list);
	for (size_t i = 0; i < answer->lanes->n_rows && status == STATUS_OK; i++)
		status = append_json(list, told_json(&answer->lanes->rows[i]->base));
	return status;
}

/* ---- the whole ---- */

static enum status
put_all(struct flow *flow, struct reason *why)
{
	flow->trains = json_array();
	enum status status = put_json(flow->object, "trains", flow->trains);
	if (status == STATUS_OK)
		status = put_json(flow->object, "day", json_string(flow->day_text));
	if (status == STATUS_OK)
		status = put_json(flow->object, "running", json_boolean(flow->day >= flow->today));
	if (status == STATUS_OK)
		status = put_hours(flow, why);
	if (status == STATUS_OK)
		status = put_agv(flow, why);
	if (status == STATUS_OK)
		status = put_yard(flow, why);
	if (status == STATUS_OK)
		status = put_trains(flow, why);
	if (status == STATUS_OK)
		status = put_dwell(flow, why);
	return status == STATUS_OK ? put_lanes(flow, why) : status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	struct flow flow = { .painter = painter, .object = object };
	enum status status = kept_port(painter, wanted->port, &flow.port, why);
	if (status != STATUS_OK)
		return status;
	flow.day = flow.today = kept_today(painter, flow.port);
	if (wanted->day != NULL && wanted->day[0] != '\0' && !civil_parse_day(wanted->day, &flow.day))
		return reason_say(why, STATUS_SYNTAX, "'day' is '%.32s': a day such as 2025-01-31 was expected", wanted->day);
	if (flow.day > flow.today)
		return reason_say(why, STATUS_OUT_OF_RANGE, "'day' is %.10s, which is still to come: today is %s", wanted->day,
		    days_text(flow.today, flow.day_text));
	days_text(flow.day, flow.day_text);
	snprintf(flow.id, sizeof flow.id, "%s", flow.port != NULL ? flow.port->id : "");
	flow.ids[0] = flow.id;
	status = put_all(&flow, why);
	for (size_t i = 0; i < flow.n; i++)
		juyan__v1__crossing__free_unpacked(flow.rows[i], NULL);
	free(flow.rows);
	return status;
}

enum status
painter_flow(struct painter *painter, const char *port, const char *day, json_t **out, struct reason *why)
{
	const struct wanted wanted = { port, day };
	return painter_paint(painter, draw, &wanted, out, why);
}

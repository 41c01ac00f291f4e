/*
 * The year against its goal. What was done, the plan and the year before are of this moment, to the hour; what the forecast says
 * is its own, of the day on which it was made.
 */
#include <stdlib.h>

#include "painter_year.h"

enum { RECORDS_MAX = 100 };

struct wanted {
	const char *goal, *why_none;
	const Juyan__V1__GoalReports *reports;
};

/* ---- by port, mode and direction ---- */

struct part {
	char port[PORT_BYTES_MAX + 1], mode[8], direction[8];
	struct mass mass;
	int64_t before_kg;
};

struct parts {
	struct part *list;
	size_t n;
};

static enum status
part_of(struct parts *parts, const Juyan__V1__TotalsRow *row, struct part **out)
{
	for (size_t i = 0; i < parts->n; i++) {
		struct part *part = &parts->list[i];
		if (strcmp(part->port, row->port) == 0 && strcmp(part->mode, row->mode) == 0 &&
		    strcmp(part->direction, row->direction) == 0) {
			*out = part;
			return STATUS_OK;
		}
	}
	struct part *grown = realloc(parts->list, (parts->n + 1) * sizeof *grown);
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	parts->list = grown;
	*out = &grown[parts->n++];
	**out = (struct part){ .before_kg = 0 };
	snprintf((*out)->port, sizeof(*out)->port, "%s", row->port);
	snprintf((*out)->mode, sizeof(*out)->mode, "%s", row->mode);
	snprintf((*out)->direction, sizeof(*out)->direction, "%s", row->direction);
	return STATUS_OK;
}

/* One answer: so the whole is the sum of its parts. */
static enum status
read_done(struct year *year, struct parts *parts, struct mass *done, struct reason *why)
{
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	if (year->today < year->from)
		return STATUS_OK;
	ask.by_port = ask.by_mode = ask.by_direction = ask.by_basis = true;
	enum status status = year_totals(year, &ask, year->from, year_known_to(year), &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		struct part *part;
		status = part_of(parts, totals->rows[i], &part);
		if (status != STATUS_OK)
			break;
		mass_add(&part->mass, totals->rows[i]);
		mass_add(done, totals->rows[i]);
	}
	return status;
}

/* Of the hour that runs now the share that has gone. */
static enum status
read_before(struct year *year, struct parts *parts, struct reason *why)
{
	int64_t day = days_year_before(year_known_to(year)), from = days_year_before(year->from);
	bool running = year->today <= year->to;
	char hour_text[CIVIL_TEXT_BYTES];
	enum status status = STATUS_OK;
	for (int share = 0; share <= (running ? 1 : 0) && status == STATUS_OK; share++) {
		Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
		const Juyan__V1__Totals *totals;
		char from_text[CIVIL_TEXT_BYTES], *names[2];
		int64_t last_day = !running ? day : year->hour > 0 || share == 1 ? day : day - 1;
		int last_hour = !running ? HOURS - 1 : (int)((year->hour + HOURS - 1 + share) % HOURS);
		if (last_day < from)
			continue;
		goal_slice(year->goal, &ask, names);
		days_text(from, from_text);
		days_hour_text(last_day, last_hour, hour_text);
		ask.from = share == 1 ? hour_text : from_text;
		ask.to = hour_text;
		ask.by_port = ask.by_mode = ask.by_direction = true;
		status = painter_totals(year->painter, &ask, &totals, why);
		for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
			struct part *part;
			int64_t kg = totals->rows[i]->net_kg;
			status = part_of(parts, totals->rows[i], &part);
			if (status == STATUS_OK)
				part->before_kg += share == 1 ? kg * year->into_ms / CIVIL_MS_PER_HOUR : kg;
		}
	}
	return status;
}

static int
compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	if (order == 0)
		order = strcmp(y->mode, x->mode); /* truck, rail, agv */
	return order != 0 ? order : strcmp(y->direction, x->direction);
}

static enum status
put_parts(struct year *year, struct parts *parts, const struct mass *done)
{
	bool known = year->reaches && year->today >= year->from;
	int64_t before_kg = 0;
	json_t *list = json_array();
	enum status status = put_json(year->object, "by_port_mode", list);
	if (parts->n > 0)
		qsort(parts->list, parts->n, sizeof *parts->list, compare);
	for (size_t i = 0; i < parts->n && status == STATUS_OK; i++) {
		const struct part *part = &parts->list[i];
		before_kg += part->before_kg;
		status = append_json(list,
		    json_pack("{s:s, s:s, s:s, s:o, s:o}", "port", part->port, "mode", part->mode, "direction", part->direction,
			"mass", mass_json(&part->mass), "last_year_kg", kg_json(known, part->before_kg)));
	}
	/* From before the ledger the forecast may know, from published totals, to the day that it knew. */
	bool said = !known && year->published_before && year->report != NULL && year->report->has_last_year_kg;
	if (status == STATUS_OK)
		status =
		    put_json(year->object, "last_year_kg", kg_json(known || said, said ? year->report->last_year_kg : before_kg));
	return status == STATUS_OK ? put_json(year->object, "done", mass_json(done)) : status;
}

static enum status
put_done(struct year *year, struct reason *why)
{
	struct parts parts = { NULL, 0 };
	struct mass done = { 0 };
	enum status status = read_done(year, &parts, &done, why);
	if (status == STATUS_OK && year->reaches && year->today >= year->from)
		status = read_before(year, &parts, why);
	if (status == STATUS_OK)
		status = put_parts(year, &parts, &done);
	free(parts.list);
	return status;
}

/* ---- what the forecast says ---- */

static enum status
put_texts(json_t *object, const char *name, char *const *texts, size_t n)
{
	json_t *list = json_array();
	enum status status = put_json(object, name, list);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = append_json(list, json_string(texts[i]));
	return status;
}

static json_t *
report_json(const struct year *year)
{
	const Juyan__V1__GoalReport *report = year->report;
	const Juyan__V1__Provenance *made = year->reports->provenance;
	json_t *object =
	    json_pack("{s:o, s:f, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}", "end", told_json(&report->end->base),
		"chance", report->chance, "met_on", text_json(report->met_on), "met_is_estimated", (int)report->met_is_estimated,
		"reached_p10", text_json(report->reached_p10), "reached_p50", text_json(report->reached_p50), "reached_p90",
		text_json(report->reached_p90), "days_left", (json_int_t)report->days_left, "open_days_left",
		(json_int_t)report->open_days_left, "rate_needed_kg", (json_int_t)report->rate_needed_kg, "rate_had_kg",
		(json_int_t)report->rate_had_kg, "next_goal", text_json(report->next_goal));
	json_t *origin = json_pack("{s:s, s:I, s:I, s:I, s:s, s:s}", "origin", made->origin, "lsn", (json_int_t)made->lsn, "seed",
	    (json_int_t)made->seed, "paths", (json_int_t)made->paths, "model", made->model, "backtest", made->backtest);
	bool done = object != NULL && origin != NULL && json_object_update(object, origin) == 0 &&
	    put_texts(object, "sentences", report->sentences, report->n_sentences) == STATUS_OK &&
	    put_texts(object, "notes", made->notes, made->n_notes) == STATUS_OK;
	json_decref(origin);
	if (!done) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* A report about other days or another target than the goal has now says nothing of it. */
static void
find_report(struct year *year)
{
	const Juyan__V1__GoalReports *reports = year->reports;
	for (size_t i = 0; year->goal != NULL && reports != NULL && reports->provenance != NULL && i < reports->n_goals; i++) {
		const Juyan__V1__GoalReport *report = reports->goals[i];
		const Juyan__V1__Goal *goal = report->goal;
		if (goal == NULL || strcmp(goal->id, year->goal->id) != 0 || report->end == NULL)
			continue;
		if (strcmp(goal->from, year->goal->from) == 0 && strcmp(goal->to, year->goal->to) == 0 &&
		    goal->target_kg == year->goal->target_kg)
			year->report = report;
	}
	if (year->report == NULL)
		return;
	for (size_t i = 0; i < year->report->n_done_by_basis; i++)
		if (strcmp(year->report->done_by_basis[i]->basis, "published") == 0)
			year->published_kg += year->report->done_by_basis[i]->net_kg;
}

static enum status
put_forecast(struct year *year)
{
	const char *why_none = year->why_none != NULL && year->why_none[0] != '\0' ? year->why_none : "there is no forecast yet";
	if (year->goal == NULL)
		why_none = "there is no goal whose period holds today";
	else if (year->report == NULL && year->reports != NULL)
		why_none = "the forecast says nothing of this goal as it is now";
	if (!wire_text_clean(why_none, strlen(why_none))) /* a sentence that was cut within a letter */
		why_none = "the forecast could not be had";
	enum status status = put_json(year->object, "report", year->report != NULL ? report_json(year) : json_null());
	if (status == STATUS_OK)
		status = put_json(year->object, "why_none", year->report != NULL ? json_null() : json_string(why_none));
	return status == STATUS_OK ? put_json(year->object, "published_kg", kg_json(year->report != NULL, year->published_kg))
				   : status;
}

/* ---- records ---- */

struct records {
	json_t *list;
	const char *port;
	bool failed;
};

static void
note_record(void *user, int64_t day, int64_t net_kg, int64_t units)
{
	struct records *records = user;
	json_t *record = json_pack("{s:s, s:o, s:I, s:I}", "port", records->port, "day", day_json(day), "net_kg",
	    (json_int_t)net_kg, "units", (json_int_t)units);
	records->failed = records->failed || append_json(records->list, record) != STATUS_OK;
}

static int
latest_first(const void *a, const void *b)
{
	json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int order = strcmp(json_string_value(json_object_get(y, "day")), json_string_value(json_object_get(x, "day")));
	return order != 0 ? order
			  : strcmp(json_string_value(json_object_get(x, "port")), json_string_value(json_object_get(y, "port")));
}

static enum status
put_sorted(struct year *year, json_t *all)
{
	size_t n = json_array_size(all);
	json_t **order = calloc(n + 1, sizeof(json_t *)), *list = json_array();
	enum status status = order != NULL ? put_json(year->object, "records", list) : STATUS_NO_MEMORY;
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		order[i] = json_array_get(all, i);
	if (status == STATUS_OK && n > 0)
		qsort(order, n, sizeof(json_t *), latest_first);
	for (size_t i = 0; i < n && i < RECORDS_MAX && status == STATUS_OK; i++)
		status = json_array_append(list, order[i]) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
	free(order);
	return status;
}

static enum status
put_records(struct year *year)
{
	struct records records = { .list = json_array() };
	const struct kept *kept = &year->painter->kept;
	if (records.list == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < kept->n_ports; i++) {
		const struct port *port = &kept->ports[i];
		records.port = port->id;
		if (goal_has_port(&year->painter->kept, year->goal, port->id))
			history_records(&port->history, port->today, note_record, &records);
	}
	enum status status = records.failed ? STATUS_NO_MEMORY : put_sorted(year, records.list);
	json_decref(records.list);
	return status;
}

/* ---- the whole ---- */

/* Without published totals the forecast takes what was before the ledger for nothing. */
static bool
published_before(const struct year *year)
{
	const Juyan__V1__Registry *records = year->painter->kept.records[RECORDS_PUBLISHED];
	for (size_t i = 0; i < records->n_records; i++) {
		const Juyan__V1__Published *published = records->records[i]->published;
		int64_t from;
		if (goal_has_port(&year->painter->kept, year->goal, published->port) && civil_parse_day(published->from, &from) &&
		    from <= days_year_before(year->from))
			return true;
	}
	return false;
}

/* Since when the ledger knows these ports. */
static enum status
read_begin(struct year *year, struct reason *why)
{
	struct kept *kept = &year->painter->kept;
	year->whole_day = INT64_MIN;
	for (size_t i = 0; i < kept->n_ports; i++) {
		struct port *port = &kept->ports[i];
		enum status status = history_of(year->painter, port, why);
		if (status != STATUS_OK)
			return status;
		if (!goal_has_port(&year->painter->kept, year->goal, port->id) || !port->history.any)
			continue;
		int64_t day = port->history.first_day;
		year->first_day = !year->any || day < year->first_day ? day : year->first_day;
		year->whole_day = day > year->whole_day ? day : year->whole_day;
		year->any = true;
	}
	year->published_before = published_before(year);
	year->reaches = year->any && days_year_before(year->from) >= year->first_day;
	return STATUS_OK;
}

static enum status
read_period(struct year *year, struct reason *why)
{
	int number, month, dom;
	int64_t of_day_ms = kept_local_ms(year->painter, NULL) - year->today * CIVIL_MS_PER_DAY;
	civil_date(year->today, &number, &month, &dom);
	year->from = civil_day(number, 1, 1);
	year->to = civil_day(number, 12, 31);
	year->hour = of_day_ms / CIVIL_MS_PER_HOUR;
	year->into_ms = of_day_ms % CIVIL_MS_PER_HOUR;
	if (year->goal != NULL &&
	    (!civil_parse_day(year->goal->from, &year->from) || !civil_parse_day(year->goal->to, &year->to) ||
		year->to < year->from))
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.64s: its days are '%.12s' to '%.12s'", year->goal->id,
		    year->goal->from, year->goal->to);
	return STATUS_OK;
}

static enum status
put_all(struct year *year, struct reason *why)
{
	int64_t known_to = year_known_to(year);
	enum status status = read_begin(year, why);
	if (status == STATUS_OK)
		status = put_json(year->object, "goal", year->goal != NULL ? goal_json(year->goal) : json_null());
	if (status == STATUS_OK)
		status = put_json(year->object, "known_to", known_to < year->from ? json_null() : day_json(known_to));
	if (status == STATUS_OK)
		status = put_json(year->object, "plan_kg", year_plan_now(year));
	if (status == STATUS_OK)
		status = put_forecast(year);
	if (status == STATUS_OK)
		status = put_done(year, why);
	if (status == STATUS_OK)
		status = year_put_course(year, why);
	return status == STATUS_OK ? put_records(year) : status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	struct year year = { .painter = painter, .object = object, .reports = wanted->reports, .why_none = wanted->why_none };
	year.today = kept_today(painter, NULL);
	enum status status = goal_find(painter, wanted->goal, &year.goal, why);
	if (status == STATUS_OK)
		status = read_period(&year, why);
	if (status == STATUS_OK) {
		find_report(&year);
		status = put_all(&year, why);
	}
	free(year.done_kg);
	free(year.before_kg);
	return status;
}

enum status
painter_overview(struct painter *painter, const char *goal, const Juyan__V1__GoalReports *reports, const char *why_none,
    json_t **out, struct reason *why)
{
	const struct wanted wanted = { goal, why_none, reports };
	return painter_paint(painter, draw, &wanted, out, why);
}

enum status
painter_forecast(const struct source *source, const char *goal, Juyan__V1__GoalReports **out, struct reason *why)
{
	char id[SHORT_TEXT_BYTES_MAX + 1];
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	Juyan__V1__GoalAsk ask = JUYAN__V1__GOAL_ASK__INIT;
	const Juyan__V1__ForecastReply *reply;
	if (source->forecast == NULL)
		return reason_say(why, STATUS_CLOSED, "no forecast service runs here");
	snprintf(id, sizeof id, "%s", goal != NULL ? goal : "");
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_GOAL;
	question.goal = &ask;
	ask.id = id;
	ask.course = true;
	enum status status = source->forecast(source->user, &question, &reply, why);
	if (status != STATUS_OK)
		return status;
	if (reply->say_case != JUYAN__V1__FORECAST_REPLY__SAY_GOALS)
		return reason_say(why, STATUS_UNDECODABLE, "the forecast service gave an answer to another question");
	size_t bytes = juyan__v1__goal_reports__get_packed_size(reply->goals);
	uint8_t *packed = malloc(bytes + 1);
	Juyan__V1__GoalReports *copy = packed == NULL
	    ? NULL
	    : juyan__v1__goal_reports__unpack(NULL, juyan__v1__goal_reports__pack(reply->goals, packed), packed);
	free(packed);
	if (copy == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	*out = copy;
	return STATUS_OK;
}

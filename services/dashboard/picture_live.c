/* The present: today so far beside ordinary days, and the yard. Made several times a second, of a handful of questions. */
#include <stdlib.h>

#include "painter_parts.h"

enum { MODES = 3, ATTENTION_EVERY_MS = 5000, SITES_EVERY_MS = 5000 };

static const char *const modes[MODES] = { "truck", "agv", "rail" };

/* One port while the picture is made. */
struct present {
	struct mass so_far, by_mode[MODES];
	struct yard yard;
};

struct present_yard {
	struct painter *painter;
	struct present *ports;
};

/* Of one answer, so that parts add up: each port's own day out of the days on which the ports are. */
static enum status
take_today(struct painter *painter, struct present *present, struct reason *why)
{
	struct kept *kept = &painter->kept;
	char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES], own[CIVIL_TEXT_BYTES];
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	int64_t first = kept_today(painter, NULL), last = first;
	for (size_t i = 0; i < kept->n_ports; i++)
		first = kept->ports[i].today < first ? kept->ports[i].today : first;
	days_text(first, from);
	days_text(last, to);
	ask.from = from;
	ask.to = to;
	ask.by_period = JUYAN__V1__PERIOD_KIND__DAY;
	ask.by_port = ask.by_mode = ask.by_basis = true;
	enum status status = painter_totals(painter, &ask, &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		const Juyan__V1__TotalsRow *row = totals->rows[i];
		struct port *port = kept_port_of(painter, row->port);
		if (port == NULL || strcmp(days_text(port->today, own), row->period) != 0)
			continue;
		struct present *one = &present[port - kept->ports];
		mass_add(&one->so_far, row);
		for (int mode = 0; mode < MODES; mode++)
			if (strcmp(row->mode, modes[mode]) == 0)
				mass_add(&one->by_mode[mode], row);
	}
	return status;
}

static enum status
see(void *user, const Juyan__V1__Crossing *crossing)
{
	struct present_yard *all = user;
	struct port *port = kept_port_of(all->painter, crossing->port);
	if (port != NULL)
		yard_add(all->painter, &all->ports[port - all->painter->kept.ports].yard, crossing);
	port_saw(all->painter, crossing);
	return STATUS_OK;
}

static enum status
take_yard(struct painter *painter, struct present *present, struct reason *why)
{
	Juyan__V1__CrossingsAsk ask = JUYAN__V1__CROSSINGS_ASK__INIT;
	struct present_yard all = { painter, present };
	return painter_crossings(painter, &ask, see, &all, why);
}

static enum status
put_port(struct painter *painter, json_t *list, size_t i, const struct present *present, struct reason *why)
{
	struct port *port = &painter->kept.ports[i];
	int64_t usual_kg;
	size_t usual_days;
	enum status status = usual_by_now(painter, port, &usual_kg, &usual_days, why);
	if (status != STATUS_OK)
		return status;
	json_t *by_mode = json_array();
	for (int mode = 0; mode < MODES && by_mode != NULL && status == STATUS_OK; mode++)
		status =
		    append_json(by_mode, json_pack("{s:s, s:o}", "mode", modes[mode], "mass", mass_json(&present->by_mode[mode])));
	if (status != STATUS_OK) {
		json_decref(by_mode);
		return status;
	}
	return append_json(list,
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "port", port->id, "today", day_json(port->today), "so_far",
		mass_json(&present->so_far), "by_mode", by_mode, "ordinary_kg", kg_json(usual_days >= USUAL_DAYS_LEAST, usual_kg),
		"ordinary_days", (json_int_t)usual_days, "yard", yard_json(&present->yard), "last_event_ms",
		kg_json(port->seen, port->last_event_ms)));
}

static enum status
put_year(struct painter *painter, json_t *object, struct reason *why)
{
	const Juyan__V1__Goal *goal;
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	char today[CIVIL_TEXT_BYTES], *names[2];
	int64_t done_kg = 0;
	enum status status = goal_find(painter, NULL, &goal, why);
	if (status != STATUS_OK)
		return status;
	if (goal == NULL)
		return put_json(object, "year", json_pack("{s:n, s:n}", "goal", "done_kg"));
	goal_slice(goal, &ask, names);
	days_text(kept_today(painter, NULL), today);
	ask.from = goal->from;
	ask.to = today;
	status = painter_totals(painter, &ask, &totals, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < totals->n_rows; i++)
		done_kg += totals->rows[i]->net_kg;
	return put_json(object, "year", json_pack("{s:s, s:I}", "goal", goal->id, "done_kg", (json_int_t)done_kg));
}

/* Those too that the list has no room for. */
static int64_t
how_many_ask(const Juyan__V1__AttentionList *list)
{
	int64_t n = 0;
	for (size_t i = 0; i < list->n_counts; i++)
		n += (int64_t)list->counts[i]->n;
	return n;
}

/*
 * It looks at all crossings of some days, so it is not asked for each time; while the road is flooded, not even with each event
 * that goes to quarantine.
 */
static enum status
put_attention(struct painter *painter, json_t *object, struct reason *why)
{
	struct kept *kept = &painter->kept;
	int64_t age_ms = painter->now_ms - kept->attention_ms;
	bool moved = kept->attention_quarantine != kept->quarantine_waiting && !kept->skipped;
	if (!kept->counted || moved || age_ms < 0 || age_ms >= ATTENTION_EVERY_MS) {
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		Juyan__V1__AttentionAsk ask = JUYAN__V1__ATTENTION_ASK__INIT;
		const Juyan__V1__Answer *answer;
		question.ask_case = JUYAN__V1__QUESTION__ASK_ATTENTION;
		question.attention = &ask;
		ask.now_ms = painter->now_ms;
		enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_ATTENTION, &answer, why);
		if (status != STATUS_OK)
			return status;
		kept->counted = true;
		kept->attention = how_many_ask(answer->attention);
		kept->attention_ms = painter->now_ms;
		kept->attention_quarantine = kept->quarantine_waiting;
	}
	return put_json(object, "attention", json_integer(kept->attention));
}

/* ---- sites ---- */

static json_t *
site_json(const Juyan__V1__SiteStatus *site)
{
	json_t *ports = json_array();
	for (size_t i = 0; i < site->n_ports; i++)
		if (append_json(ports, json_string(site->ports[i])) != STATUS_OK) {
			json_decref(ports);
			return NULL;
		}
	return json_pack("{s:s, s:o, s:o, s:o, s:b}", "name", site->terminal_name, "ports", ports, "as_of_ms",
	    kg_json(site->last_received_at_ms > 0, site->last_received_at_ms), "stopped_since_ms",
	    kg_json(site->stopped_since_ms > 0, site->stopped_since_ms), "revoked", site->revoked);
}

/* How old what has come from each site is. It is told in minutes, so it is not asked for each time. */
static enum status
put_sites(struct painter *painter, json_t *object, struct reason *why)
{
	struct kept *kept = &painter->kept;
	int64_t age_ms = painter->now_ms - kept->sites_ms;
	if (kept->sites == NULL || age_ms < 0 || age_ms >= SITES_EVERY_MS) {
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
		const Juyan__V1__Answer *answer;
		question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
		question.status = &ask;
		enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer, why);
		if (status != STATUS_OK)
			return status;
		json_t *sites = json_array();
		for (size_t i = 0; i < answer->status->n_sites && status == STATUS_OK; i++)
			status = append_json(sites, site_json(answer->status->sites[i]));
		if (status != STATUS_OK || sites == NULL) {
			json_decref(sites);
			return STATUS_NO_MEMORY;
		}
		json_decref(kept->sites);
		kept->sites = sites;
		kept->sites_ms = painter->now_ms;
	}
	return put_json(object, "sites", json_incref(kept->sites));
}

static enum status
draw_with(struct painter *painter, struct present *present, json_t *object, struct reason *why)
{
	struct mass total = { 0 };
	json_t *list = json_array();
	enum status status = put_json(object, "ports", list);
	if (status == STATUS_OK)
		status = ports_look(painter, why);
	if (status == STATUS_OK)
		status = take_today(painter, present, why);
	if (status == STATUS_OK)
		status = take_yard(painter, present, why);
	for (size_t i = 0; i < painter->kept.n_ports && status == STATUS_OK; i++) {
		mass_add_mass(&total, &present[i].so_far);
		status = put_port(painter, list, i, &present[i], why);
	}
	if (status == STATUS_OK)
		status = put_json(object, "total", mass_json(&total));
	if (status == STATUS_OK)
		status = put_year(painter, object, why);
	if (status == STATUS_OK)
		status = put_sites(painter, object, why);
	return status == STATUS_OK ? put_attention(painter, object, why) : status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	(void)what;
	struct present *present = calloc(painter->kept.n_ports + 1, sizeof *present);
	if (present == NULL)
		return STATUS_NO_MEMORY;
	enum status status = draw_with(painter, present, object, why);
	free(present);
	return status;
}

enum status
painter_live(struct painter *painter, json_t **out, struct reason *why)
{
	return painter_paint(painter, draw, NULL, out, why);
}

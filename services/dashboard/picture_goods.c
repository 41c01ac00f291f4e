/*
 * Commodity groups and directions, this span against the same one a year before. A span that is still running is compared with
 * what had passed by the same day. The 29th of February is compared with the 28th, and a whole February with a whole one.
 */
#include <stdlib.h>

#include "painter_parts.h"

struct wanted {
	const char *port, *from, *to;
};

struct span_days {
	int64_t from, to, before_from, before_to;
};

struct row {
	char group[GROUP_ID_BYTES_MAX + 1], direction[8];
	struct mass mass, before;
};

struct goods {
	struct painter *painter;
	struct port *port; /* NULL: all */
	struct span_days days;
	struct row *rows;
	size_t n;
};

/* ---- the span ---- */

static enum status
parse(const char *text, const char *which, uint32_t *period, enum period *kind, struct reason *why)
{
	if (!civil_parse(text, period, kind) || *kind == PERIOD_HOUR)
		return reason_say(why, STATUS_SYNTAX,
		    "'%s' is '%.32s': a day, month or year was expected, such as 2025-01-31, 2025-01 "
		    "or 2025",
		    which, text);
	return STATUS_OK;
}

static int64_t
day_of(uint32_t hour)
{
	return civil_day((int)(hour / 1000000), (int)(hour / 10000 % 100), (int)(hour / 100 % 100));
}

/* The same month or year, a year before: years differ in their last digits alone. */
static int64_t
end_before(uint32_t period, enum period kind)
{
	uint32_t year = kind == PERIOD_YEAR ? 1 : kind == PERIOD_MONTH ? 100 : 10000;
	return day_of(civil_last_hour(period - year, kind));
}

static enum status
read_span(const struct wanted *wanted, int64_t today, struct span_days *out, struct reason *why)
{
	bool has_from = wanted->from != NULL && wanted->from[0] != '\0', has_to = wanted->to != NULL && wanted->to[0] != '\0';
	char year_text[CIVIL_TEXT_BYTES], today_text[CIVIL_TEXT_BYTES];
	uint32_t from, to;
	enum period from_kind, to_kind;
	days_text(today, today_text);
	snprintf(year_text, sizeof year_text, "%.4s", today_text);
	enum status status = parse(has_from ? wanted->from : year_text, "from", &from, &from_kind, why);
	if (status == STATUS_OK)
		status = parse(has_to ? wanted->to : has_from ? wanted->from : today_text, "to", &to, &to_kind, why);
	if (status != STATUS_OK)
		return status;
	out->from = day_of(civil_first_hour(from, from_kind));
	out->to = day_of(civil_last_hour(to, to_kind));
	if (out->from > out->to)
		return reason_say(why, STATUS_OUT_OF_RANGE, "'to' is %.10s, before 'from', %.10s", wanted->to,
		    has_from ? wanted->from : year_text);
	if (out->from > today)
		return reason_say(why, STATUS_OUT_OF_RANGE, "'from' is %.10s, which is still to come: today is %s", wanted->from,
		    today_text);
	bool running = out->to > today, whole = !running && to_kind != PERIOD_DAY;
	out->to = running ? today : out->to;
	out->before_from = days_year_before(out->from);
	out->before_to = whole ? end_before(to, to_kind) : days_year_before(out->to);
	return STATUS_OK;
}

/* ---- rows ---- */

static enum status
row_of(struct goods *goods, const Juyan__V1__TotalsRow *total, struct row **out)
{
	for (size_t i = 0; i < goods->n; i++)
		if (strcmp(goods->rows[i].group, total->group) == 0 && strcmp(goods->rows[i].direction, total->direction) == 0) {
			*out = &goods->rows[i];
			return STATUS_OK;
		}
	struct row *grown = realloc(goods->rows, (goods->n + 1) * sizeof *grown);
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	goods->rows = grown;
	*out = &grown[goods->n++];
	**out = (struct row){ .group = "" };
	snprintf((*out)->group, sizeof(*out)->group, "%s", total->group);
	snprintf((*out)->direction, sizeof(*out)->direction, "%s", total->direction);
	return STATUS_OK;
}

static enum status
read_rows(struct goods *goods, int64_t from, int64_t to, bool before, struct reason *why)
{
	char from_text[CIVIL_TEXT_BYTES], to_text[CIVIL_TEXT_BYTES], id[PORT_BYTES_MAX + 1], *ids[] = { id };
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	days_text(from, from_text);
	days_text(to, to_text);
	snprintf(id, sizeof id, "%s", goods->port != NULL ? goods->port->id : "");
	ask.from = from_text;
	ask.to = to_text;
	ask.ports = ids;
	ask.n_ports = goods->port != NULL;
	ask.by_group = ask.by_direction = ask.by_basis = true;
	enum status status = painter_totals(goods->painter, &ask, &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		struct row *row;
		status = row_of(goods, totals->rows[i], &row);
		if (status == STATUS_OK)
			mass_add(before ? &row->before : &row->mass, totals->rows[i]);
	}
	return status;
}

/* The most first. */
static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	if (x->mass.net_kg != y->mass.net_kg)
		return x->mass.net_kg > y->mass.net_kg ? -1 : 1;
	if (x->before.net_kg != y->before.net_kg)
		return x->before.net_kg > y->before.net_kg ? -1 : 1;
	int order = strcmp(x->group, y->group);
	return order != 0 ? order : strcmp(y->direction, x->direction); /* import before export */
}

static enum status
put_rows(struct goods *goods, json_t *object, bool reaches)
{
	json_t *list = json_array();
	enum status status = put_json(object, "rows", list);
	if (goods->n > 0)
		qsort(goods->rows, goods->n, sizeof *goods->rows, compare);
	for (size_t i = 0; i < goods->n && status == STATUS_OK; i++) {
		const struct row *row = &goods->rows[i];
		status = append_json(list,
		    json_pack("{s:s, s:s, s:o, s:o}", "group", row->group, "direction", row->direction, "mass",
			mass_json(&row->mass), "before", reaches ? mass_json(&row->before) : json_null()));
	}
	return status;
}

static enum status
draw_with(struct goods *goods, json_t *object, struct reason *why)
{
	const struct span_days *days = &goods->days;
	bool any;
	int64_t first_day = 0;
	uint32_t first_hour;
	enum status status = history_begin(goods->painter, goods->port, &any, &first_day, &first_hour, why);
	bool reaches = any && days->before_from >= first_day;
	if (status == STATUS_OK)
		status = read_rows(goods, days->from, days->to, false, why);
	if (status == STATUS_OK && reaches)
		status = read_rows(goods, days->before_from, days->before_to, true, why);
	if (status == STATUS_OK)
		status = put_json(object, "from", day_json(days->from));
	if (status == STATUS_OK)
		status = put_json(object, "to", day_json(days->to));
	if (status == STATUS_OK)
		status = put_json(object, "before_from", day_json(days->before_from));
	if (status == STATUS_OK)
		status = put_json(object, "before_to", day_json(days->before_to));
	return status == STATUS_OK ? put_rows(goods, object, reaches) : status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	struct goods goods = { .painter = painter };
	enum status status = kept_port(painter, wanted->port, &goods.port, why);
	if (status == STATUS_OK)
		status = read_span(wanted, kept_today(painter, goods.port), &goods.days, why);
	if (status == STATUS_OK)
		status = draw_with(&goods, object, why);
	free(goods.rows);
	return status;
}

enum status
painter_goods(struct painter *painter, const char *port, const char *from, const char *to, json_t **out, struct reason *why)
{
	const struct wanted wanted = { port, from, to };
	return painter_paint(painter, draw, &wanted, out, why);
}

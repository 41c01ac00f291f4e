/* The days of a year: what passed, what was shut, and which were records. */
#include <stdlib.h>

#include "painter_parts.h"

enum { DAYS_MAX = 366, YEAR_MIN = 1900, YEAR_MAX = 2199 };

struct wanted {
	const char *port, *year;
};

struct year {
	struct painter *painter;
	struct port *port; /* NULL: all */
	int number;
	int64_t first, days, today;
	struct mass mass[DAYS_MAX];
	bool record[DAYS_MAX];
};

static enum status
read_year(const struct wanted *wanted, struct year *year, struct reason *why)
{
	uint32_t number;
	enum period kind;
	int month, dom;
	civil_date(year->today, &year->number, &month, &dom);
	if (wanted->year != NULL && wanted->year[0] != '\0') {
		if (!civil_parse(wanted->year, &number, &kind) || kind != PERIOD_YEAR)
			return reason_say(why, STATUS_SYNTAX, "'year' is '%.32s': %d to %d was expected", wanted->year, YEAR_MIN,
			    YEAR_MAX);
		year->number = (int)number;
	}
	year->first = civil_day(year->number, 1, 1);
	year->days = civil_day(year->number + 1, 1, 1) - year->first;
	return STATUS_OK;
}

static enum status
read_masses(struct year *year, struct reason *why)
{
	char text[CIVIL_TEXT_BYTES], id[PORT_BYTES_MAX + 1], *ids[] = { id };
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	const Juyan__V1__Totals *totals;
	civil_format((uint32_t)year->number, PERIOD_YEAR, text);
	snprintf(id, sizeof id, "%s", year->port != NULL ? year->port->id : "");
	ask.from = ask.to = text;
	ask.ports = ids;
	ask.n_ports = year->port != NULL;
	ask.by_period = JUYAN__V1__PERIOD_KIND__DAY;
	ask.by_basis = true;
	enum status status = painter_totals(year->painter, &ask, &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		int64_t day;
		if (!civil_parse_day(totals->rows[i]->period, &day) || day < year->first || day >= year->first + year->days)
			return STATUS_UNDECODABLE;
		mass_add(&year->mass[day - year->first], totals->rows[i]);
	}
	return status;
}

static void
note_record(void *user, int64_t day, int64_t net_kg, int64_t units)
{
	struct year *year = user;
	(void)net_kg;
	(void)units;
	if (day >= year->first && day < year->first + year->days)
		year->record[day - year->first] = true;
}

/* Of what is shown: one port's days, or those of all ports together, or of all below a place. */
static enum status
find_records(struct year *year, int64_t first_day, struct reason *why)
{
	struct history sum = { .known = true, .any = true, .first_day = first_day };
	struct kept *kept = &year->painter->kept;
	if (year->port != NULL && year->port->place == NULL) {
		history_records(&year->port->history, year->today, note_record, year);
		return STATUS_OK;
	}
	if (year->today < first_day)
		return STATUS_OK;
	sum.days = (size_t)(year->today - first_day) + 1;
	sum.net_kg = calloc(sum.days, sizeof *sum.net_kg);
	sum.units = calloc(sum.days, sizeof *sum.units);
	enum status status = sum.net_kg != NULL && sum.units != NULL ? STATUS_OK : reason_say(why, STATUS_NO_MEMORY, "no memory");
	for (size_t i = 0; i < kept->n_ports && status == STATUS_OK; i++) {
		const struct history *one = &kept->ports[i].history;
		if (!kept_looks_at(kept, year->port, &kept->ports[i]))
			continue;
		for (size_t d = 0; d < one->days && one->first_day + (int64_t)d <= year->today; d++)
			sum.net_kg[one->first_day + (int64_t)d - first_day] += one->net_kg[d];
	}
	if (status == STATUS_OK)
		history_records(&sum, year->today, note_record, year);
	history_close(&sum);
	return status;
}

static json_t *
day_of(const struct year *year, int64_t i, bool known)
{
	int64_t day = year->first + i;
	return json_pack("{s:o, s:o, s:b, s:o, s:b}", "day", day_json(day), "mass", known ? mass_json(&year->mass[i]) : json_null(),
	    "passed", (int)(day < year->today), "marks",
	    days_marks(&year->painter->kept, year->port != NULL ? year->port->id : NULL, day), "record",
	    (int)(known && year->record[i]));
}

static enum status
draw_with(struct year *year, json_t *object, struct reason *why)
{
	bool any;
	int64_t first_day = 0;
	uint32_t first_hour;
	enum status status = history_begin(year->painter, year->port, &any, &first_day, &first_hour, why);
	if (status == STATUS_OK && any)
		status = find_records(year, first_day, why);
	if (status == STATUS_OK)
		status = read_masses(year, why);
	if (status == STATUS_OK)
		status = put_json(object, "year", json_integer(year->number));
	if (status != STATUS_OK)
		return status;
	json_t *days = json_array();
	status = put_json(object, "days", days);
	for (int64_t i = 0; i < year->days && status == STATUS_OK; i++) {
		int64_t day = year->first + i;
		/* Of a day to come something is known only where a clock is ahead of ours. */
		bool known = day > year->today ? year->mass[i].batches > 0 : any && day >= first_day;
		status = append_json(days, day_of(year, i, known));
	}
	return status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	const struct wanted *wanted = what;
	struct year *year = calloc(1, sizeof *year);
	if (year == NULL)
		return STATUS_NO_MEMORY;
	year->painter = painter;
	enum status status = kept_port(painter, wanted->port, &year->port, why);
	if (status == STATUS_OK) {
		year->today = kept_today(painter, year->port);
		status = read_year(wanted, year, why);
	}
	if (status == STATUS_OK)
		status = draw_with(year, object, why);
	free(year);
	return status;
}

enum status
painter_calendar(struct painter *painter, const char *port, const char *year, json_t **out, struct reason *why)
{
	const struct wanted wanted = { port, year };
	return painter_paint(painter, draw, &wanted, out, why);
}

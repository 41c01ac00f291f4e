/* What has passed on the days that were: asked for once, then kept up by the news. */
#include <stdlib.h>

#include "painter_parts.h"

/* Times before 2000 are a clock that is wrong (storage marks them for review): the ledger does not begin there. */
#define YEAR_FIRST 2000

enum { YEARS_AT_ONCE = 20, LOOK_BACK_DAYS = 300 };
_Static_assert(YEARS_AT_ONCE * 366 <= TOTALS_ROWS_MAX && LOOK_BACK_DAYS * HOURS <= TOTALS_ROWS_MAX, "each fits an answer");

void
history_close(struct history *history)
{
	free(history->net_kg);
	free(history->units);
	*history = (struct history){ 0 };
}

static enum status
reach(struct history *history, size_t days)
{
	if (days <= history->days)
		return STATUS_OK;
	int64_t *net_kg = realloc(history->net_kg, days * sizeof *net_kg);
	if (net_kg == NULL)
		return STATUS_NO_MEMORY;
	history->net_kg = net_kg;
	int64_t *units = realloc(history->units, days * sizeof *units);
	if (units == NULL)
		return STATUS_NO_MEMORY;
	history->units = units;
	memset(net_kg + history->days, 0, (days - history->days) * sizeof *net_kg);
	memset(units + history->days, 0, (days - history->days) * sizeof *units);
	history->days = days;
	return STATUS_OK;
}

/* On the first day the first hour may have changed, and before it is a day that nobody knew of: both are asked for again. */
enum status
history_put(struct history *history, int64_t day, int64_t net_kg, int64_t units)
{
	if (!history->known)
		return STATUS_OK;
	if (!history->any || day <= history->first_day) {
		history_close(history);
		return STATUS_OK;
	}
	enum status status = reach(history, (size_t)(day - history->first_day) + 1);
	if (status == STATUS_OK) {
		history->net_kg[day - history->first_day] = net_kg;
		history->units[day - history->first_day] = units;
	}
	return status;
}

static enum status
ask(struct painter *painter, const struct port *port, Juyan__V1__PeriodKind kind, const char *from, const char *to,
    const Juyan__V1__Totals **out, struct reason *why)
{
	char id[PORT_BYTES_MAX + 1], from_text[CIVIL_TEXT_BYTES], to_text[CIVIL_TEXT_BYTES], *ports[] = { id };
	Juyan__V1__TotalsAsk totals = JUYAN__V1__TOTALS_ASK__INIT;
	snprintf(id, sizeof id, "%s", port->id);
	snprintf(from_text, sizeof from_text, "%s", from);
	snprintf(to_text, sizeof to_text, "%s", to);
	totals.ports = ports;
	totals.n_ports = 1;
	totals.by_period = kind;
	totals.from = from_text;
	totals.to = to_text;
	return painter_totals(painter, &totals, out, why);
}

/* Of each row the day is known to be of this history. */
static enum status
take_rows(struct history *history, const Juyan__V1__Totals *totals)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < totals->n_rows && status == STATUS_OK; i++) {
		const Juyan__V1__TotalsRow *row = totals->rows[i];
		int64_t day;
		if (!civil_parse_day(row->period, &day))
			return STATUS_UNDECODABLE;
		if (!history->any)
			history->first_day = day;
		history->any = true;
		status = reach(history, (size_t)(day - history->first_day) + 1);
		if (status == STATUS_OK) {
			history->net_kg[day - history->first_day] = row->net_kg;
			history->units[day - history->first_day] = row->units;
		}
	}
	return status;
}

static enum status
read_years(struct painter *painter, struct port *port, int first, int last, struct history *out, struct reason *why)
{
	enum status status = STATUS_OK;
	for (int year = first; year <= last && status == STATUS_OK; year += YEARS_AT_ONCE) {
		char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
		const Juyan__V1__Totals *totals;
		int end = year + YEARS_AT_ONCE - 1 < last ? year + YEARS_AT_ONCE - 1 : last;
		civil_format((uint32_t)year, PERIOD_YEAR, from);
		civil_format((uint32_t)end, PERIOD_YEAR, to);
		status = ask(painter, port, JUYAN__V1__PERIOD_KIND__DAY, from, to, &totals, why);
		if (status == STATUS_OK)
			status = take_rows(out, totals);
	}
	return status;
}

static enum status
read_first_hour(struct painter *painter, struct port *port, struct history *history, struct reason *why)
{
	char day[CIVIL_TEXT_BYTES];
	const Juyan__V1__Totals *totals;
	enum period kind;
	days_text(history->first_day, day);
	enum status status = ask(painter, port, JUYAN__V1__PERIOD_KIND__HOUR, day, day, &totals, why);
	if (status != STATUS_OK)
		return status;
	if (totals->n_rows > 0 && civil_parse(totals->rows[0]->period, &history->first_hour, &kind))
		return STATUS_OK;
	/* It has been taken back in between; the picture will be made again. */
	if (civil_parse(day, &history->first_hour, &kind))
		history->first_hour = civil_first_hour(history->first_hour, kind);
	return STATUS_OK;
}

enum status
history_of(struct painter *painter, struct port *port, struct reason *why)
{
	char since[CIVIL_TEXT_BYTES];
	const Juyan__V1__Totals *totals;
	uint32_t first, last;
	enum period kind;
	struct history made = { .known = true };
	if (port->history.known)
		return STATUS_OK;
	civil_format(YEAR_FIRST, PERIOD_YEAR, since);
	enum status status = ask(painter, port, JUYAN__V1__PERIOD_KIND__YEAR, since, "", &totals, why);
	if (status != STATUS_OK)
		return status;
	if (totals->n_rows > 0 && civil_parse(totals->rows[0]->period, &first, &kind) &&
	    civil_parse(totals->rows[totals->n_rows - 1]->period, &last, &kind)) {
		status = read_years(painter, port, (int)first, (int)last, &made, why);
		if (status == STATUS_OK && made.any)
			status = read_first_hour(painter, port, &made, why);
	}
	if (status != STATUS_OK) {
		history_close(&made);
		return status;
	}
	port->history = made;
	port->usual.known = false;
	return STATUS_OK;
}

enum status
history_last_hour(struct painter *painter, struct port *port, int64_t *out_ms, struct reason *why)
{
	char day[CIVIL_TEXT_BYTES];
	const Juyan__V1__Totals *totals;
	uint32_t hour;
	enum period kind;
	enum status status = history_of(painter, port, why);
	const struct history *history = &port->history;
	size_t at = history->days;
	while (status == STATUS_OK && at > 0 && history->units[at - 1] == 0)
		at--;
	if (status != STATUS_OK || at == 0)
		return status != STATUS_OK ? status : STATUS_NOT_FOUND;
	days_text(history->first_day + (int64_t)at - 1, day);
	status = ask(painter, port, JUYAN__V1__PERIOD_KIND__HOUR, day, day, &totals, why);
	if (status != STATUS_OK)
		return status;
	if (totals->n_rows == 0 || !civil_parse(totals->rows[totals->n_rows - 1]->period, &hour, &kind))
		return STATUS_NOT_FOUND;
	*out_ms =
	    (history->first_day + (int64_t)at - 1) * CIVIL_MS_PER_DAY + (int64_t)(hour % 100) * CIVIL_MS_PER_HOUR - port->offset_ms;
	return STATUS_OK;
}

enum status
history_begin(struct painter *painter, struct port *port, bool *any, int64_t *day, uint32_t *hour, struct reason *why)
{
	*any = false;
	for (size_t i = 0; i < painter->kept.n_ports; i++) {
		struct port *one = &painter->kept.ports[i];
		if (!kept_looks_at(&painter->kept, port, one))
			continue;
		enum status status = history_of(painter, one, why);
		if (status != STATUS_OK)
			return status;
		if (!one->history.any || (*any && one->history.first_hour >= *hour))
			continue;
		*any = true;
		*day = one->history.first_day;
		*hour = one->history.first_hour;
	}
	return STATUS_OK;
}

void
history_records(const struct history *history, int64_t last, void (*each)(void *user, int64_t day, int64_t net_kg, int64_t units),
    void *user)
{
	int64_t most_kg = 0;
	for (size_t i = 0; i < history->days && history->first_day + (int64_t)i <= last; i++) {
		if (history->net_kg[i] <= most_kg)
			continue;
		most_kg = history->net_kg[i];
		if (i >= RECORD_HISTORY_DAYS)
			each(user, history->first_day + (int64_t)i, history->net_kg[i], history->units[i]);
	}
}

/* ---- ordinary days ---- */

/* The last ordinary days that lie whole steps back. */
static size_t
choose_by(const struct kept *kept, const struct port *port, int64_t step, size_t most, int64_t days[USUAL_DAYS])
{
	const struct history *history = &port->history;
	size_t n = 0;
	for (int64_t day = port->today - step; n < most && day >= port->today - LOOK_BACK_DAYS; day -= step) {
		if (!history->any || day < history->first_day)
			break;
		size_t i = (size_t)(day - history->first_day);
		if (i < history->days && history->units[i] > 0 && days_ordinary(kept, port->id, day))
			days[n++] = day;
	}
	return n;
}

/* Of this day of the week, for ports have their weeks; of any day where those are too few. */
static size_t
choose(const struct kept *kept, const struct port *port, int64_t days[USUAL_DAYS])
{
	size_t n = choose_by(kept, port, 7, USUAL_WEEKS, days);
	return n >= USUAL_DAYS_LEAST ? n : choose_by(kept, port, 1, USUAL_DAYS, days);
}

static void
take_hour(struct usual *usual, const int64_t days[USUAL_DAYS], const Juyan__V1__TotalsRow *row)
{
	uint32_t period;
	enum period kind;
	int64_t day;
	char text[CIVIL_TEXT_BYTES];
	if (!civil_parse(row->period, &period, &kind) || kind != PERIOD_HOUR)
		return;
	civil_format(civil_period(period, PERIOD_DAY), PERIOD_DAY, text);
	if (!civil_parse_day(text, &day))
		return;
	for (size_t i = 0; i < usual->n; i++)
		if (days[i] == day)
			usual->hour_kg[i][period % 100] = row->net_kg;
}

static enum status
read_usual(struct painter *painter, struct port *port, struct reason *why)
{
	int64_t days[USUAL_DAYS];
	char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
	struct usual made = { .known = true, .today = port->today };
	enum status status = history_of(painter, port, why);
	if (status != STATUS_OK)
		return status;
	made.n = choose(&painter->kept, port, days);
	if (made.n > 0) {
		const Juyan__V1__Totals *totals;
		days_text(days[made.n - 1], from);
		days_text(days[0], to);
		status = ask(painter, port, JUYAN__V1__PERIOD_KIND__HOUR, from, to, &totals, why);
		for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++)
			take_hour(&made, days, totals->rows[i]);
	}
	if (status == STATUS_OK)
		port->usual = made;
	return status;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

enum status
usual_by_now(struct painter *painter, struct port *port, int64_t *kg, size_t *days, struct reason *why)
{
	int64_t passed[USUAL_DAYS], of_day_ms = painter->now_ms + port->offset_ms - port->today * CIVIL_MS_PER_DAY;
	if (!port->usual.known || port->usual.today != port->today) {
		enum status status = read_usual(painter, port, why);
		if (status != STATUS_OK)
			return status;
	}
	const struct usual *usual = &port->usual;
	int64_t hour = of_day_ms / CIVIL_MS_PER_HOUR, into_ms = of_day_ms % CIVIL_MS_PER_HOUR;
	for (size_t i = 0; i < usual->n; i++) {
		passed[i] = usual->hour_kg[i][hour] * into_ms / CIVIL_MS_PER_HOUR;
		for (int64_t before = 0; before < hour; before++)
			passed[i] += usual->hour_kg[i][before];
	}
	qsort(passed, usual->n, sizeof passed[0], compare);
	*days = usual->n;
	*kg = usual->n == 0 ? 0 : (passed[(usual->n - 1) / 2] + passed[usual->n / 2]) / 2;
	return STATUS_OK;
}

/* `juyan forecast` of the ledger: the outlook, in periods for tables and by day for pictures. */
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "inquiry.h"
#include "prospect_outlook.h"

enum { DAYS_BEARABLE = 62 }; /* a picture of more days is of months */

static enum status
ask(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, enum inquiry_rows rows, struct prospects *out, struct reason *why)
{
	const Juyan__V1__Outlook *outlook;
	int64_t to = INT32_MAX;
	enum status status = inquiry_outlook(inquiry, kind, rows, &outlook, why);
	if (status != STATUS_OK)
		return status;
	/* The usual end is that of a year. */
	if (inquiry->to[0] != '\0' && !civil_parse_day(inquiry->to, &to))
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a day within 1900 … 2199", inquiry->to);
	return prospects_of_outlook(outlook, kind, inquiry->whole, to, out, why);
}

/* The table's rows, and where pictures are drawn their days and months; all of one origin. */
struct views {
	struct prospects rows, days, months;
};

static void
views_close(struct views *views)
{
	prospects_close(&views->rows);
	prospects_close(&views->days);
	prospects_close(&views->months);
}

static enum status
ask_views(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, bool drawn, struct views *out, struct reason *why)
{
	enum status status = ask(inquiry, kind, INQUIRY_TABLE, &out->rows, why);
	if (status == STATUS_OK && drawn)
		status = ask(inquiry, JUYAN__V1__PERIOD_KIND__DAY, INQUIRY_DRAWN, &out->days, why);
	if (status == STATUS_OK && drawn)
		status = ask(inquiry, JUYAN__V1__PERIOD_KIND__MONTH, INQUIRY_DRAWN, &out->months, why);
	return status;
}

/* A day may end between two questions: then all are asked again, as of the day that the last one was made from. */
static enum status
ask_all(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, bool drawn, struct views *out, struct reason *why)
{
	char origin[STEP_TEXT_BYTES];
	enum status status = ask_views(inquiry, kind, drawn, out, why);
	if (status != STATUS_OK || !drawn || strcmp(out->rows.one[0].origin, out->months.one[0].origin) == 0)
		return status;
	snprintf(origin, sizeof origin, "%s", out->months.one[0].origin);
	views_close(out);
	status = inquiry_stay(inquiry, origin, why);
	return status == STATUS_OK ? ask_views(inquiry, kind, drawn, out, why) : status;
}

static enum status
kind_of(const struct forecast_command *command, Juyan__V1__PeriodKind *out, struct reason *why)
{
	*out = JUYAN__V1__PERIOD_KIND__MONTH;
	if (!command->period_given || command->period == STEP_MONTH)
		return STATUS_OK;
	if (command->period == STEP_WEEK)
		return reason_say(why, STATUS_USAGE, "--period is week, expected day, month or year for the ledger");
	*out = command->period == STEP_DAY ? JUYAN__V1__PERIOD_KIND__DAY : JUYAN__V1__PERIOD_KIND__YEAR;
	return STATUS_OK;
}

static enum status
show(const struct forecast_command *command, const struct prospects *rows, const struct prospects *days,
    const struct prospects *months, struct reason *why)
{
	struct forecast_shown *shown = calloc(rows->n, sizeof *shown);
	if (shown == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < rows->n; i++) {
		shown[i] = (struct forecast_shown){ &rows->one[i], &rows->one[i], &rows->one[i] };
		/* The same slices in the same order, whatever the period. */
		if (days->n != rows->n || months->n != rows->n)
			continue;
		size_t future = days->one[i].n - days->one[i].first_future;
		shown[i].detail = &days->one[i];
		shown[i].course = future > DAYS_BEARABLE ? &months->one[i] : &days->one[i];
	}
	enum status status = forecast_show(command, shown, rows->n, why);
	free(shown);
	return status;
}

enum status
forecast_of_ledger(struct forecast_command *command, struct reason *why)
{
	struct inquiry inquiry;
	struct views views = { .rows = { 0 } };
	Juyan__V1__PeriodKind kind;
	bool drawn = command->svg != NULL || command->html != NULL;
	enum status status = kind_of(command, &kind, why);
	if (status == STATUS_OK)
		status = inquiry_open(command, &inquiry, why);
	if (status != STATUS_OK)
		return status;
	status = ask_all(&inquiry, kind, drawn, &views, why);
	if (status == STATUS_OK)
		status = show(command, &views.rows, &views.days, &views.months, why);
	views_close(&views);
	inquiry_close(&inquiry);
	return status;
}

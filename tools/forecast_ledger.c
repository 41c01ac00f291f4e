/* `juyan forecast` of the ledger: the outlook, in periods for tables and by day for pictures. */
#include <stdlib.h>

#include "civil.h"
#include "inquiry.h"
#include "prospect_outlook.h"

enum { DAYS_BEARABLE = 62 }; /* a picture of more days is of months */

static enum status
ask(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, struct prospects *out, struct reason *why)
{
	const Juyan__V1__Outlook *outlook;
	int64_t to = INT32_MAX;
	enum status status = inquiry_outlook(inquiry, kind, true, &outlook, why);
	if (status != STATUS_OK)
		return status;
	/* The usual end is that of a year. */
	if (inquiry->to[0] != '\0' && !civil_parse_day(inquiry->to, &to))
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a day within 1900 … 2199", inquiry->to);
	return prospects_of_outlook(outlook, kind, inquiry->whole, to, out, why);
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
	struct prospects rows = { 0 }, days = { 0 }, months = { 0 };
	Juyan__V1__PeriodKind kind;
	bool drawn = command->svg != NULL || command->html != NULL;
	enum status status = kind_of(command, &kind, why);
	if (status == STATUS_OK)
		status = inquiry_open(command, &inquiry, why);
	if (status != STATUS_OK)
		return status;
	status = ask(&inquiry, kind, &rows, why);
	if (status == STATUS_OK && drawn)
		status = ask(&inquiry, JUYAN__V1__PERIOD_KIND__DAY, &days, why);
	if (status == STATUS_OK && drawn)
		status = ask(&inquiry, JUYAN__V1__PERIOD_KIND__MONTH, &months, why);
	if (status == STATUS_OK)
		status = show(command, &rows, &days, &months, why);
	prospects_close(&rows);
	prospects_close(&days);
	prospects_close(&months);
	inquiry_close(&inquiry);
	return status;
}

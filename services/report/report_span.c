/* See report_span.h. */
#include "report_span.h"

#include <stdio.h>

int64_t
report_span_day(uint32_t period, enum period kind)
{
	uint32_t hour = civil_first_hour(period, kind);
	return civil_day((int)(hour / 1000000), (int)(hour / 10000 % 100), (int)(hour / 100 % 100));
}

static int64_t
last_day(uint32_t period, enum period kind)
{
	return report_span_day(civil_period(civil_last_hour(period, kind), PERIOD_DAY), PERIOD_DAY);
}

static enum status
read_one(const char *which, const char *text, uint32_t *period, enum period *kind, struct reason *why)
{
	if (!civil_parse(text, period, kind) || *kind == PERIOD_HOUR)
		return reason_say(why, STATUS_SYNTAX,
		    "'%s' is '%.32s'; expected a day, month or year such as 2025-01-31, 2025-01 or 2025", which, text);
	return STATUS_OK;
}

enum status
report_span_read(const char *from, const char *to, struct report_span *out, struct reason *why)
{
	uint32_t first, last;
	enum period first_kind, last_kind;
	bool alone = to == NULL || to[0] == '\0';
	enum status status = read_one("from", from, &first, &first_kind, why);
	if (status == STATUS_OK)
		status = read_one(alone ? "from" : "to", alone ? from : to, &last, &last_kind, why);
	if (status != STATUS_OK)
		return status;
	struct report_span span = { report_span_day(first, first_kind), last_day(last, last_kind), PERIOD_MONTH };
	if (span.last < span.first)
		return reason_say(why, STATUS_OUT_OF_RANGE, "'to' is '%.32s', which ends before 'from' ('%.32s') begins", to, from);
	if (span.last - span.first >= INT64_C(366) * REPORT_YEARS_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "'%.32s' to '%.32s' is too long for one report; expected at most %d years", from, to, REPORT_YEARS_MAX);
	if (span.last - span.first < REPORT_DAYS_APART_MAX)
		span.step = span.first == span.last ? PERIOD_HOUR : PERIOD_DAY;
	*out = span;
	return STATUS_OK;
}

static bool
begins_month(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return dom == 1;
}

/* 29 February becomes the 28th; all other days are in every year. */
static int64_t
year_before(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_day(year - 1, month, month == 2 && dom == 29 ? 28 : dom);
}

struct report_span
report_span_year_before(const struct report_span *span)
{
	struct report_span before = { year_before(span->first), year_before(span->last), span->step };
	if (begins_month(span->first) && begins_month(span->last + 1))
		before.last = year_before(span->last + 1) - 1;
	return before;
}

uint32_t
report_span_period(int64_t day, int hour, enum period step)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	uint32_t number = (uint32_t)((year * 100 + month) * 100 + dom);
	return civil_period(number * 100 + (uint32_t)hour, step);
}

uint32_t
report_span_next(uint32_t period, enum period step)
{
	if (step == PERIOD_HOUR && period % 100 < 23)
		return period + 1;
	return report_span_period(last_day(period, step) + 1, 0, step);
}

int
report_span_kind(const struct report_span *span)
{
	static const enum period kinds[] = { PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		uint32_t period = report_span_period(span->first, 0, kinds[i]);
		if (report_span_day(period, kinds[i]) == span->first && last_day(period, kinds[i]) == span->last)
			return (int)kinds[i];
	}
	return 0;
}

const char *
report_span_iso(int64_t day, char out[CIVIL_TEXT_BYTES])
{
	civil_format(report_span_period(day, 0, PERIOD_DAY), PERIOD_DAY, out);
	return out;
}

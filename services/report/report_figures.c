/* See report_figures.h. */
#include "report_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
size_of(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* The size with so many decimals; `out` has room for any of these. */
static const char *
decimal(bool negative, uint64_t size, int decimals, char out[REPORT_FIGURE_BYTES])
{
	char text[REPORT_FIGURE_BYTES], *at = text + sizeof text - 1;
	*at = '\0';
	for (int i = 0; i < decimals; i++, size /= 10)
		*--at = (char)('0' + size % 10);
	if (decimals > 0)
		*--at = '.';
	int digits = 0;
	do {
		if (digits > 0 && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + size % 10);
		size /= 10;
		digits++;
	} while (size > 0);
	if (negative)
		*--at = '-';
	return memcpy(out, at, strlen(at) + 1);
}

const char *
report_figure_count(int64_t count, char out[REPORT_FIGURE_BYTES])
{
	return decimal(count < 0, size_of(count), 0, out);
}

const char *
report_figure_tonnes(int64_t kg, char out[REPORT_FIGURE_BYTES])
{
	return decimal(kg < 0, size_of(kg), 3, out);
}

const char *
report_figure_wan(int64_t kg, char out[REPORT_FIGURE_BYTES])
{
	return decimal(kg < 0, (size_of(kg) + 50000) / 100000, 2, out);
}

const char *
report_figure_per_cent(int64_t per_mille, bool change, char out[REPORT_FIGURE_BYTES])
{
	char number[REPORT_FIGURE_BYTES];
	decimal(false, size_of(per_mille), 1, number);
	snprintf(out, REPORT_FIGURE_BYTES, "%s%.40s %%", per_mille < 0 ? "-" : change && per_mille > 0 ? "+" : "", number);
	return out;
}

const char *
report_figure_span(int64_t ms, char out[REPORT_FIGURE_BYTES])
{
	uint64_t minutes = (size_of(ms) + 30000) / 60000;
	snprintf(out, REPORT_FIGURE_BYTES, "%s%llu:%02llu", ms < 0 ? "-" : "", (unsigned long long)(minutes / 60),
	    (unsigned long long)(minutes % 60));
	return out;
}

const char *
report_figure_time(int64_t utc_ms, int32_t offset_minutes, char out[REPORT_FIGURE_BYTES])
{
	char iso[32];
	int size = abs(offset_minutes);
	civil_format_ms(utc_ms + (int64_t)offset_minutes * 60000, iso);
	snprintf(out, REPORT_FIGURE_BYTES, "%.10s %.5s (UTC%c%02d:%02d)", iso, iso + 11, offset_minutes < 0 ? '-' : '+',
	    size / 60 % 100, size % 60);
	return out;
}

/* ---- days in words ---- */

static const char *const month_names[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December" };

static void
name_period(int64_t day, int kind, enum report_lang lang, char out[REPORT_DAYS_BYTES / 2])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	char *const at = out;
	const size_t bytes = REPORT_DAYS_BYTES / 2;
	const char *name = month_names[(month - 1) % 12];
	if (kind == PERIOD_YEAR)
		snprintf(at, bytes, lang == REPORT_ZH ? "%d年" : lang == REPORT_MN ? "%d он" : "%d", year);
	else if (kind == PERIOD_MONTH && lang == REPORT_EN)
		snprintf(at, bytes, "%s %d", name, year);
	else if (kind == PERIOD_MONTH)
		snprintf(at, bytes, lang == REPORT_ZH ? "%d年%d月" : "%d оны %d-р сар", year, month);
	else if (lang == REPORT_EN)
		snprintf(at, bytes, "%d %s %d", dom, name, year);
	else
		snprintf(at, bytes, lang == REPORT_ZH ? "%d年%d月%d日" : "%d оны %d-р сарын %d", year, month, dom);
}

const char *
report_figure_days(const struct report_span *span, enum report_lang lang, char out[REPORT_DAYS_BYTES])
{
	char first[REPORT_DAYS_BYTES / 2], last[REPORT_DAYS_BYTES / 2];
	int kind = report_span_kind(span);
	name_period(span->first, kind, lang, first);
	name_period(span->last, kind, lang, last);
	if (kind != 0)
		snprintf(out, REPORT_DAYS_BYTES, "%s", first);
	else
		snprintf(out, REPORT_DAYS_BYTES, "%.60s – %.60s", first, last);
	return out;
}

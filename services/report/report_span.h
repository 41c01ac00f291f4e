/*
 * The days of a report: what `from` and `to` name, into which periods they are split, and the same span a year before. Pure.
 */
#ifndef JUYAN_REPORT_SPAN_H
#define JUYAN_REPORT_SPAN_H

#include "civil.h"
#include "status.h"

enum {
	REPORT_DAYS_APART_MAX = 62, /* above this a report is by month */
	REPORT_YEARS_MAX = 50,      /* the longest report */
};

/* Both days included, as civil.h numbers them. */
struct report_span {
	int64_t first, last;
	enum period step; /* hours of a day, days of at most REPORT_DAYS_APART_MAX, else months */
};

/* `from` and `to` are a day, a month or a year; `to` empty or NULL: the same as `from`. SYNTAX, OUT_OF_RANGE. */
enum status report_span_read(const char *from, const char *to, struct report_span *out, struct reason *why) MUST_USE;

/* Whole months keep their ends: of February 2024 comes February 2023. Of 29 February alone, the 28th. */
struct report_span report_span_year_before(const struct report_span *span);

/* The first and the last period that touch these days, and the one behind another; as civil.h writes periods. */
uint32_t report_span_period(int64_t day, int hour, enum period step);
uint32_t report_span_next(uint32_t period, enum period step);

/* The day on which a period begins. */
int64_t report_span_day(uint32_t period, enum period kind);

/* What a span is to be called: PERIOD_DAY, PERIOD_MONTH or PERIOD_YEAR when it is just that, else 0. */
int report_span_kind(const struct report_span *span);

/* The ISO day. Returns `out`. */
const char *report_span_iso(int64_t day, char out[CIVIL_TEXT_BYTES]);

#endif

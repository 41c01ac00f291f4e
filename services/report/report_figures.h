/*
 * Figures as texts: exact, in decimal, without floating point. All three languages write a point before decimals and a comma
 * between thousands (Unicode CLDR). Pure. Each returns `out`.
 */
#ifndef JUYAN_REPORT_FIGURES_H
#define JUYAN_REPORT_FIGURES_H

#include "report.h"

enum { REPORT_FIGURE_BYTES = 48 };

/* "1,234,567" */
const char *report_figure_count(int64_t count, char out[REPORT_FIGURE_BYTES]);
/* "1,234.567" of 1234567 kg */
const char *report_figure_tonnes(int64_t kg, char out[REPORT_FIGURE_BYTES]);
/* "123.46" of 1234567890 kg: 万吨, to the nearest hundredth; the exact tonnes stand beside it */
const char *report_figure_wan(int64_t kg, char out[REPORT_FIGURE_BYTES]);
/* "12.3 %"; `change`: with its sign, "+12.3 %" */
const char *report_figure_per_cent(int64_t per_mille, bool change, char out[REPORT_FIGURE_BYTES]);
/* "49:05" hours and minutes, to the nearest minute */
const char *report_figure_span(int64_t ms, char out[REPORT_FIGURE_BYTES]);
/* "2025-01-31 16:00 (UTC+08:00)" */
const char *report_figure_time(int64_t utc_ms, int32_t offset_minutes, char out[REPORT_FIGURE_BYTES]);
/* "31 January 2025", "2025年1月31日", "2025 оны 1 сарын 31"; a span with its two ends, a month or a year as such */
enum { REPORT_DAYS_BYTES = 128 };
const char *report_figure_days(const struct report_span *span, enum report_lang lang, char out[REPORT_DAYS_BYTES]);

#endif

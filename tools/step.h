/*
 * The steps of a series: hours, days, weeks, months or years of the civil calendar, each with a number that grows by one from step
 * to step, so that gaps and doubles show. Pure; owns nothing; any thread.
 */
#ifndef JUYAN_TOOLS_STEP_H
#define JUYAN_TOOLS_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum step_kind { STEP_HOUR, STEP_DAY, STEP_WEEK, STEP_MONTH, STEP_YEAR, STEP_KINDS };

enum { STEP_TEXT_BYTES = 20, STEP_SEASONS_MAX = 3 };

/* How a date was written, which says more than its value: "2025-01" is a month, "2025-01-01" may be a day. */
enum step_form { STEP_FORM_YEAR, STEP_FORM_MONTH, STEP_FORM_WEEK, STEP_FORM_DAY, STEP_FORM_TIME };

struct step_date {
	enum step_form form;
	int64_t minutes; /* since 1970, of its beginning */
};

struct step {
	enum step_kind kind;
	bool iso_week;  /* weeks are written "2025-W05"; else as their first day */
	int64_t anchor; /* STEP_WEEK: a day on which a week begins */
};

/* ISO forms: 2025, 2025-01, 2025-W05 (or 2025W05), 2025-01-31, and with "T08", " 08:00" or " 08:00:00" behind it. */
bool step_read(struct span text, struct step_date *out) MUST_USE;

/* The number of the step in which a date stands; false where the date is not the beginning of one (weeks and hours). */
bool step_number(const struct step *step, const struct step_date *date, int64_t *out) MUST_USE;
/* The step of this kind in which a moment stands, in days since 1970. */
int64_t step_at(const struct step *step, double days);
/* Where a step begins, in days since 1970. */
double step_begin(const struct step *step, int64_t number);
/* The calendar year to whose total a step belongs; of an ISO week: its ISO year. */
int step_year(const struct step *step, int64_t number);
const char *step_text(const struct step *step, int64_t number, char out[STEP_TEXT_BYTES]);

/* "hour", "day" … ; "hours" with `many`. */
const char *step_word(enum step_kind kind, bool many);
bool step_kind_of(const char *word, enum step_kind *out) MUST_USE;
/* The seasons that steps of this kind usually have, shortest first. Returns how many. */
size_t step_seasons(enum step_kind kind, double out[STEP_SEASONS_MAX]);

#endif

/* What report.c and its neighbours share: questions, each copied into the report's arena, and what must be remarked. */
#ifndef JUYAN_REPORT_PARTS_H
#define JUYAN_REPORT_PARTS_H

#include "registry.h"
#include "report.h"

/* A question to the source, and its answer, which has to be of this kind. */
enum status report_ask(const struct source *source, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out, struct reason *why) MUST_USE;

/* The ports' clocks; the caller closes it. With a report: their names as well, and those of groups. */
enum status report_ask_registry(const struct source *source, struct report *report, struct registry **out,
    struct reason *why) MUST_USE;

/* All figures of the span, from one state of the ledger, with its mark. `until_hour`: the last local hour that has begun. */
enum status report_ask_figures(const struct source *source, struct report *report, uint32_t until_hour, int64_t *quarantined,
    struct reason *why) MUST_USE;
/* The ledger's first day, of any port; false: nothing has been counted. */
enum status report_ask_beginning(const struct source *source, bool *any, int64_t *day, struct reason *why) MUST_USE;
/* The sum of before_from … before_to. */
enum status report_ask_before(const struct source *source, struct report *report, struct reason *why) MUST_USE;
/* Dwell times; where the source knows none, dwell_known stays false. */
enum status report_ask_dwell(const struct source *source, struct report *report, int64_t *backwards, struct reason *why) MUST_USE;

void report_mass_add(struct report_mass *sum, const Juyan__V1__TotalsRow *row);
void report_remark(struct report *report, enum report_remark_kind kind, int64_t a, int64_t b);

/* A copy in the report's arena; NULL when it is used up. */
const char *report_copy(struct report *report, const char *text);

#endif

/* A prospect in a report, and as JSON. */
#ifndef JUYAN_TOOLS_PROSPECT_REPORT_H
#define JUYAN_TOOLS_PROSPECT_REPORT_H

#include <jansson.h>

#include "html_report.h"
#include "prospect.h"

/*
 * A section: pictures of `detail` as it adds up and of `course` (coarser where there is much of it), a table of `rows` (all may
 * be one), the years, the backtest, notes and how it was made. `number` makes the names within its pictures differ from those of
 * other sections. NO_MEMORY.
 */
enum status prospect_report(const struct prospect *detail, const struct prospect *course, const struct prospect *rows,
    size_t number, struct html_report *report) MUST_USE;

/* The caller's; NULL when memory runs out. Whole kg where it is mass. */
json_t *prospect_json(const struct prospect *prospect);

#endif

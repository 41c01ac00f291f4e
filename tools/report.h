/*
 * A report in one HTML file: text, tables and pictures, nothing loaded from elsewhere, light or dark as the reader prefers, to be
 * printed, mailed and kept. What is shown as text is escaped here. A report owns its file; one that fails is removed. One thread.
 */
#ifndef JUYAN_TOOLS_REPORT_H
#define JUYAN_TOOLS_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"
#include "table.h"

struct report;

/* SYSTEM with "PATH: …". `lead` says in a sentence what it is about; NULL: none. */
enum status report_open(const char *path, const char *title, const char *lead, struct report **out, struct reason *why) MUST_USE;
/* Whether all of it is on file: SYSTEM. With `keep` false it is removed (for the way out when something else failed). */
enum status report_close(struct report **report, bool keep, struct reason *why) MUST_USE;

void report_heading(struct report *report, const char *text);
void report_text(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As an SVG of a page (not `alone`). */
void report_picture(struct report *report, const char *svg);

/* A table: its columns (lent until its end), then cells row by row; below a rule, from report_sums on, sums. */
void report_table(struct report *report, const struct table_column *columns, size_t n);
void report_cell(struct report *report, const char *text);
void report_sums(struct report *report);
void report_table_end(struct report *report);

/* A list of points, such as notes. */
void report_list(struct report *report);
void report_point(struct report *report, const char *text);
void report_list_end(struct report *report);

/* A picture (`alone`) in a file of its own. SYSTEM with "PATH: …". */
enum status report_picture_file(const char *path, const char *svg, struct reason *why) MUST_USE;

#endif

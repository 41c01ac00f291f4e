/*
 * A report in one HTML file: text, tables and pictures, nothing loaded from elsewhere, light or dark as the reader prefers, to be
 * printed, mailed and kept. What is shown as text is escaped here. A report owns its file; one that fails is removed. One thread.
 */
#ifndef JUYAN_TOOLS_HTML_REPORT_H
#define JUYAN_TOOLS_HTML_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"
#include "table.h"

struct html_report;

/* SYSTEM with "PATH: …". `lead` says in a sentence what it is about; NULL: none. */
enum status html_report_open(const char *path, const char *title, const char *lead, struct html_report **out,
    struct reason *why) MUST_USE;
/* Whether all of it is on file: SYSTEM. With `keep` false it is removed (for the way out when something else failed). */
enum status html_report_close(struct html_report **report, bool keep, struct reason *why) MUST_USE;

void html_report_heading(struct html_report *report, const char *text);
void html_report_text(struct html_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As an SVG of a page (not `alone`). */
void html_report_picture(struct html_report *report, const char *svg);

/* A table: its columns (lent until its end), then cells row by row; below a rule, from html_report_sums on, sums. */
void html_report_table(struct html_report *report, const struct table_column *columns, size_t n);
void html_report_cell(struct html_report *report, const char *text);
void html_report_sums(struct html_report *report);
void html_report_table_end(struct html_report *report);

/* A list of points, such as notes. */
void html_report_list(struct html_report *report);
void html_report_point(struct html_report *report, const char *text);
void html_report_list_end(struct html_report *report);

/* A picture (`alone`) in a file of its own. SYSTEM with "PATH: …". */
enum status html_report_picture_file(const char *path, const char *svg, struct reason *why) MUST_USE;

#endif

/*
 * What stands on the paper (report_page.h): tables that go on to the next page with their heads, and the bars of the periods.
 */
#ifndef JUYAN_REPORT_SHEET_H
#define JUYAN_REPORT_SHEET_H

#include "report_page.h"
#include "report_tables.h"

/* Some columns and rows of a table, at some place across the paper. */
struct report_view {
	const struct report_table *table;
	size_t columns[REPORT_COLUMNS_MAX];
	size_t n_columns;
	size_t first_row, n_rows;
	double x, width;
};

/* All columns and rows, across the whole paper. */
struct report_view report_view_all(const struct report_page *page, const struct report_table *table);

/* Draws from the cursor on, and leaves it below. Of a table that is split, heads are repeated. */
void report_sheet_table(struct report_page *page, const struct report_view *view);
/* What it takes where it is not split. */
double report_sheet_height(struct report_page *page, const struct report_view *view);

/* A heading for what follows, which keeps `height` of it on the same page. */
void report_sheet_heading(struct report_page *page, double height, const char *text);

/* The periods as bars, by basis. `tables` has the words. */
void report_sheet_bars(struct report_page *page, const struct report *report, enum report_lang lang, double height);

#endif

/*
 * What a command says to people, to the terminal or into a report: written once, so that both say the same. Blocks of lines, points
 * and tables stand apart by themselves. A sheet lends its report; what it holds is gone with sheet_end. One thread.
 */
#ifndef JUYAN_TOOLS_SHEET_H
#define JUYAN_TOOLS_SHEET_H

#include "forecast.pb-c.h"
#include "html_report.h"
#include "table.h"

enum sheet_block { SHEET_NOTHING, SHEET_HEADING, SHEET_LINES, SHEET_POINTS, SHEET_TABLE };

struct sheet {
	struct html_report *report; /* NULL: standard output */
	enum sheet_block block;
	struct table *table; /* at work, for the terminal */
	const struct table_column *columns;
	size_t n_columns, column;
};

/* "As it is:"; in a report without the colon. */
void sheet_heading(struct sheet *sheet, const char *text);
void sheet_line(struct sheet *sheet, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sheet_points(struct sheet *sheet, char *const *texts, size_t n);

/* `columns` is lent until sheet_table_end; cells go row by row from left to right. */
enum status sheet_table(struct sheet *sheet, const struct table_column *columns, size_t n) MUST_USE;
void sheet_cell(struct sheet *sheet, const char *text);
void sheet_cellf(struct sheet *sheet, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In whole tonnes. */
void sheet_tonnes(struct sheet *sheet, int64_t kg);
/* Rows from here on are sums. */
void sheet_sums(struct sheet *sheet);
enum status sheet_table_end(struct sheet *sheet) MUST_USE;

/* How it was drawn and what came of it: that it cannot be drawn (NOT_FOUND) is no failure. Only in a report. Frees the picture. */
enum status sheet_picture(struct sheet *sheet, enum status drawn, char **svg) MUST_USE;

/* What a forecast rests on: how far such were off, notes, origin, data mark, model, seed. NULL: nothing is said. */
void sheet_provenance(struct sheet *sheet, const Juyan__V1__Provenance *provenance);

/* Ends what is at work, also after a failure. */
void sheet_end(struct sheet *sheet);

#endif

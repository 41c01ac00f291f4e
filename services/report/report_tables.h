/*
 * A report as tables of typed cells in one language: what goes into which table, under which title, in which order. Every writer
 * that shows people something shows these. Tables own their memory; texts may also be the report's, which has to outlive them.
 */
#ifndef JUYAN_REPORT_TABLES_H
#define JUYAN_REPORT_TABLES_H

#include "report.h"

enum report_cell_kind { REPORT_TEXT, REPORT_KG, REPORT_COUNT, REPORT_MS };

enum report_table_kind {
	REPORT_ABOUT,
	REPORT_SUMMARY,
	REPORT_PERIODS,
	REPORT_STREAMS,
	REPORT_GOODS,
	REPORT_DWELLS,
	REPORT_REMARK_LIST,
	REPORT_TABLES
};

enum { REPORT_COLUMNS_MAX = 10, REPORT_HEAD_BYTES = 96 };

struct report_column {
	enum report_cell_kind kind;
	char title[REPORT_HEAD_BYTES]; /* for people: "Mass, t", "Median, h:min" */
	char raw[REPORT_HEAD_BYTES];   /* for programs: "Mass, kg", "Median, ms" */
};

struct report_cell {
	const char *text; /* of a REPORT_TEXT */
	int64_t number;   /* of the others */
	bool unknown;
};

struct report_table {
	const char *title;
	struct report_column columns[REPORT_COLUMNS_MAX];
	size_t n_columns;
	struct report_cell *cells; /* row by row */
	size_t n_rows;
	bool sums; /* the last row is a sum */
};

struct report_tables {
	struct arena arena;
	struct report_table table[REPORT_TABLES];
};

/* Stays where it is. NO_MEMORY. */
enum status report_tables_open(const struct report *report, enum report_lang lang, struct report_tables *out,
    struct reason *why) MUST_USE;
void report_tables_close(struct report_tables *tables); /* safe on a zeroed one */

static inline const struct report_cell *
report_cell_at(const struct report_table *table, size_t row, size_t column)
{
	return &table->cells[row * table->n_columns + column];
}

/* A cell for people; "—" for what is unknown. Lent by the table or by `figure`. */
const char *report_cell_show(const struct report_table *table, size_t row, size_t column, char figure[48]);

#endif

/*
 * Tables for people and for programs: cells are gathered first, so that columns are as wide as they need to be on a terminal
 * (Chinese characters take two places, marks none). A table owns its cells. When memory runs out it remembers that, and printing
 * says so. One thread.
 */
#ifndef JUYAN_TOOLS_TABLE_H
#define JUYAN_TOOLS_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
	const char *title; /* lent until table_close */
	enum table_align align;
};

struct table;

enum { TABLE_COLUMNS_MAX = 24, TABLE_FIGURE_BYTES = 40 };

enum status table_open(const struct table_column *columns, size_t n, struct table **out) MUST_USE;
void table_close(struct table **table);

/* The next cell, row by row from left to right; copied. */
void table_cell(struct table *table, const char *text);
void table_cellf(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The rows from here on are sums: they stand below a rule. Only between two rows. */
void table_sums(struct table *table);

/* For people. Every row has to be complete. NO_MEMORY; whether the stream took it is the caller's to ask. */
enum status table_print(const struct table *table, FILE *out) MUST_USE;
/* As CSV (RFC 4180, lines end with \n). */
enum status table_csv(const struct table *table, FILE *out) MUST_USE;

/* Places that a text takes on a terminal. */
size_t table_width(const char *text);

/* "1,234,567" and, of 1234567 kg, "1,234.567": exact. They return `out`. */
const char *table_count(int64_t count, char out[TABLE_FIGURE_BYTES]);
const char *table_tonnes(int64_t kg, char out[TABLE_FIGURE_BYTES]);
/* "1,235" of 1234567 kg: for what is estimated, where kilograms would be false precision. */
const char *table_whole_tonnes(int64_t kg, char out[TABLE_FIGURE_BYTES]);

#endif

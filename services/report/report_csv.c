/*
 * A report as CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read it right): a block for each table, with its title above
 * and an empty line behind. Masses in kg, spans in ms, so that programs need not know a language's way with numbers.
 */
#include <stdio.h>
#include <string.h>

#include "report_tables.h"
#include "report_writers.h"

/* A text that a spreadsheet would take for a formula gets an apostrophe in front. */
static bool
guarded(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static void
add_text(struct report_file *file, const char *text)
{
	bool guard = guarded(text);
	bool quote = strpbrk(text, ",\"\r\n") != NULL;
	if (quote)
		report_file_text(file, "\"");
	if (guard)
		report_file_text(file, "'");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			report_file_text(file, "\"");
		report_file_add(file, text, 1);
	}
	if (quote)
		report_file_text(file, "\"");
}

static void
add_cell(struct report_file *file, const struct report_table *table, size_t row, size_t column)
{
	const struct report_cell *cell = report_cell_at(table, row, column);
	char number[32];
	if (cell->unknown)
		return;
	if (table->columns[column].kind == REPORT_TEXT) {
		add_text(file, cell->text);
		return;
	}
	snprintf(number, sizeof number, "%lld", (long long)cell->number);
	report_file_text(file, number);
}

static void
add_table(struct report_file *file, const struct report_table *table)
{
	add_text(file, table->title);
	report_file_text(file, "\r\n");
	for (size_t i = 0; i < table->n_columns; i++) {
		add_text(file, table->columns[i].raw);
		report_file_text(file, i + 1 < table->n_columns ? "," : "\r\n");
	}
	for (size_t row = 0; row < table->n_rows; row++) {
		for (size_t i = 0; i < table->n_columns; i++) {
			add_cell(file, table, row, i);
			report_file_text(file, i + 1 < table->n_columns ? "," : "\r\n");
		}
	}
	report_file_text(file, "\r\n");
}

enum status
report_csv(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why)
{
	struct report_tables tables;
	enum status status = report_tables_open(report, lang, &tables, why);
	if (status != STATUS_OK)
		return status;
	report_file_text(file, "\xEF\xBB\xBF");
	for (size_t i = 0; i < REPORT_TABLES; i++)
		add_table(file, &tables.table[i]);
	report_tables_close(&tables);
	return STATUS_OK;
}

/* See sheet.h. */
#include "sheet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 2048 };

/* An empty line between two blocks, but not behind a heading; headings and tables are blocks of their own. */
static void
enter(struct sheet *sheet, enum sheet_block block)
{
	bool apart = sheet->block != block || block == SHEET_HEADING || block == SHEET_TABLE;
	if (sheet->report == NULL && sheet->block > SHEET_HEADING && apart)
		putchar('\n');
	if (sheet->report != NULL && sheet->block == SHEET_POINTS && apart)
		html_report_list_end(sheet->report);
	if (sheet->report != NULL && block == SHEET_POINTS && apart)
		html_report_list(sheet->report);
	sheet->block = block;
}

void
sheet_heading(struct sheet *sheet, const char *text)
{
	char title[TEXT_BYTES];
	size_t n = strlen(text);
	enter(sheet, SHEET_HEADING);
	snprintf(title, sizeof title, "%.*s", (int)(n > 0 && text[n - 1] == ':' ? n - 1 : n), text);
	if (sheet->report != NULL)
		html_report_heading(sheet->report, title);
	else
		puts(text);
}

void
sheet_line(struct sheet *sheet, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	enter(sheet, SHEET_LINES);
	if (sheet->report != NULL)
		html_report_text(sheet->report, "%s", text);
	else
		puts(text);
}

void
sheet_points(struct sheet *sheet, char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enter(sheet, SHEET_POINTS);
		if (sheet->report != NULL)
			html_report_point(sheet->report, texts[i]);
		else
			printf("  %s\n", texts[i]);
	}
}

/* ---- tables ---- */

enum status
sheet_table(struct sheet *sheet, const struct table_column *columns, size_t n)
{
	assert(sheet->columns == NULL);
	enter(sheet, SHEET_TABLE);
	enum status status = STATUS_OK;
	if (sheet->report != NULL)
		html_report_table(sheet->report, columns, n);
	else
		status = table_open(columns, n, &sheet->table);
	if (status == STATUS_OK)
		sheet->columns = columns;
	sheet->n_columns = n;
	return status;
}

void
sheet_cell(struct sheet *sheet, const char *text)
{
	if (sheet->report != NULL)
		html_report_cell(sheet->report, text);
	else
		table_cell(sheet->table, text);
}

void
sheet_cellf(struct sheet *sheet, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	sheet_cell(sheet, text);
}

void
sheet_tonnes(struct sheet *sheet, int64_t kg)
{
	char figure[TABLE_FIGURE_BYTES];
	sheet_cell(sheet, table_whole_tonnes(kg, figure));
}

void
sheet_sums(struct sheet *sheet)
{
	if (sheet->report != NULL)
		html_report_sums(sheet->report);
	else
		table_sums(sheet->table);
}

enum status
sheet_table_end(struct sheet *sheet)
{
	enum status status = STATUS_OK;
	sheet->columns = NULL;
	if (sheet->report != NULL)
		html_report_table_end(sheet->report);
	else
		status = table_print(sheet->table, stdout);
	table_close(&sheet->table);
	return status;
}

/* ---- pictures, provenance ---- */

enum status
sheet_picture(struct sheet *sheet, enum status drawn, char **svg)
{
	assert(sheet->report != NULL);
	if (drawn == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (drawn != STATUS_OK)
		return drawn;
	enter(sheet, SHEET_LINES);
	html_report_picture(sheet->report, *svg);
	free(*svg);
	*svg = NULL;
	return STATUS_OK;
}

void
sheet_provenance(struct sheet *sheet, const Juyan__V1__Provenance *provenance)
{
	if (provenance == NULL)
		return;
	if (provenance->backtest[0] != '\0')
		sheet_line(sheet, "Backtest: %s.", provenance->backtest);
	for (size_t i = 0; i < provenance->n_notes; i++)
		sheet_line(sheet, "Note: %s", provenance->notes[i]);
	bool named = strncmp(provenance->program, "juyan", 5) == 0;
	sheet_line(sheet,
	    "Made by %s%.32s from what was known to %s: %s; %" PRIu32 " paths, seed %" PRIu64 ", log sequence number %" PRIu64 ".",
	    named ? "" : "juyan ", provenance->program, provenance->origin,
	    provenance->model[0] == '\0' ? "no model" : provenance->model, provenance->paths, provenance->seed, provenance->lsn);
}

void
sheet_end(struct sheet *sheet)
{
	table_close(&sheet->table);
	if (sheet->report != NULL && sheet->block == SHEET_POINTS)
		html_report_list_end(sheet->report);
	*sheet = (struct sheet){ .report = NULL };
}

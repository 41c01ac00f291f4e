/*
 * A report as a workbook: a sheet for each table, real numbers with number formats (tonnes with three decimals, exact to the
 * kilogram), heads that stay, set to be printed on A4. Texts are written as strings and never become formulas.
 *
 * The library writes to a path alone, so the workbook goes through a temporary file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "report_tables.h"
#include "report_words.h"
#include "report_writers.h"

enum { PATH_BYTES = 256, PIECE_BYTES = 64 * 1024, A4 = 9, HEAD_ROW = 2, WIDTH_TEXT = 18, WIDTH_NUMBER = 15, WIDTH_SENTENCE = 100 };
#define KG_PER_TONNE 1000.0
#define MS_PER_DAY 86400000.0

struct book {
	lxw_workbook *workbook;
	lxw_format *title, *head, *text, *wrapped, *number[REPORT_MS + 1], *sum_text, *sum_number[REPORT_MS + 1];
	lxw_error error; /* the first */
};

static const char *const number_formats[] = { [REPORT_KG] = "#,##0.000", [REPORT_COUNT] = "#,##0", [REPORT_MS] = "[h]:mm" };

static void
noted(struct book *book, lxw_error error)
{
	if (book->error == LXW_NO_ERROR)
		book->error = error;
}

/* ---- formats ---- */

static lxw_format *
new_format(struct book *book, bool bold)
{
	lxw_format *format = workbook_add_format(book->workbook);
	if (format == NULL) {
		noted(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
		return NULL;
	}
	if (bold)
		format_set_bold(format);
	return format;
}

static bool
make_formats(struct book *book)
{
	book->title = new_format(book, true);
	book->head = new_format(book, true);
	book->text = new_format(book, false);
	book->wrapped = new_format(book, false);
	book->sum_text = new_format(book, true);
	for (int kind = REPORT_KG; kind <= REPORT_MS; kind++) {
		book->number[kind] = new_format(book, false);
		book->sum_number[kind] = new_format(book, true);
	}
	if (book->error != LXW_NO_ERROR)
		return false;
	format_set_font_size(book->title, 14);
	format_set_text_wrap(book->head);
	format_set_align(book->head, LXW_ALIGN_VERTICAL_TOP);
	format_set_bottom(book->head, LXW_BORDER_THIN);
	format_set_text_wrap(book->wrapped);
	format_set_align(book->wrapped, LXW_ALIGN_VERTICAL_TOP);
	format_set_top(book->sum_text, LXW_BORDER_THIN);
	for (int kind = REPORT_KG; kind <= REPORT_MS; kind++) {
		format_set_num_format(book->number[kind], number_formats[kind]);
		format_set_num_format(book->sum_number[kind], number_formats[kind]);
		format_set_top(book->sum_number[kind], LXW_BORDER_THIN);
	}
	return true;
}

/* ---- a sheet ---- */

static void
put_cell(struct book *book, lxw_worksheet *sheet, const struct report_table *table, size_t row, size_t column)
{
	const struct report_cell *cell = report_cell_at(table, row, column);
	enum report_cell_kind kind = table->columns[column].kind;
	bool sum = table->sums && row + 1 == table->n_rows;
	lxw_row_t at = (lxw_row_t)(row + HEAD_ROW + 1);
	lxw_col_t col = (lxw_col_t)column;
	lxw_format *words = sum ? book->sum_text : table->n_columns == 1 ? book->wrapped : book->text;
	if (cell->unknown)
		noted(book, worksheet_write_blank(sheet, at, col, book->text));
	else if (kind == REPORT_TEXT)
		noted(book, worksheet_write_string(sheet, at, col, cell->text, words));
	else
		noted(book,
		    worksheet_write_number(sheet, at, col,
			kind == REPORT_KG       ? (double)cell->number / KG_PER_TONNE
			    : kind == REPORT_MS ? (double)cell->number / MS_PER_DAY
						: (double)cell->number,
			sum ? book->sum_number[kind] : book->number[kind]));
}

static double
width_of(const struct report_table *table, size_t column)
{
	if (table->n_columns == 1)
		return WIDTH_SENTENCE;
	size_t longest = 0;
	for (size_t row = 0; row < table->n_rows && table->columns[column].kind == REPORT_TEXT; row++) {
		size_t bytes = strlen(report_cell_at(table, row, column)->text);
		longest = bytes > longest ? bytes : longest;
	}
	double least = table->columns[column].kind == REPORT_TEXT ? WIDTH_TEXT : WIDTH_NUMBER;
	double wanted = (double)(longest < 60 ? longest : 60);
	return wanted > least ? wanted : least;
}

static void
set_page(lxw_worksheet *sheet, const struct report_table *table)
{
	worksheet_set_paper(sheet, A4);
	if (table->n_columns > 5)
		worksheet_set_landscape(sheet);
	worksheet_fit_to_pages(sheet, 1, 0);
	worksheet_set_footer(sheet, "&L&F&R&P / &N");
}

static void
put_table(struct book *book, const struct report *report, enum report_lang lang, const struct report_table *table)
{
	char title[512];
	lxw_worksheet *sheet = workbook_add_worksheet(book->workbook, table->title);
	if (sheet == NULL) {
		noted(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
		return;
	}
	snprintf(title, sizeof title, "%s · %s · %s – %s", table->title, report_port_name(report, lang, report->port), report->from,
	    report->to);
	noted(book, worksheet_write_string(sheet, 0, 0, title, book->title));
	for (size_t i = 0; i < table->n_columns; i++) {
		noted(book, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, width_of(table, i), NULL));
		noted(book, worksheet_write_string(sheet, HEAD_ROW, (lxw_col_t)i, table->columns[i].title, book->head));
	}
	for (size_t row = 0; row < table->n_rows && book->error == LXW_NO_ERROR; row++)
		for (size_t i = 0; i < table->n_columns; i++)
			put_cell(book, sheet, table, row, i);
	worksheet_freeze_panes(sheet, HEAD_ROW + 1, 0);
	noted(book, worksheet_repeat_rows(sheet, 0, HEAD_ROW));
	set_page(sheet, table);
}

static void
set_properties(struct book *book, const struct report *report, enum report_lang lang)
{
	char title[512], author[] = "Juyan";
	lxw_doc_properties properties = { .author = author, .created = (time_t)(report->made_at_ms / 1000) };
	snprintf(title, sizeof title, "%s · %s · %s – %s", report_title(report, lang), report_port_name(report, lang, report->port),
	    report->from, report->to);
	properties.title = title;
	noted(book, workbook_set_properties(book->workbook, &properties));
}

/* ---- the file ---- */

/* Takes the workbook to its file, whatever happened before: that is what frees it. */
static enum status
fill_book(const char *path, const struct report *report, enum report_lang lang, const struct report_tables *tables,
    struct reason *why)
{
	struct book book = { .workbook = workbook_new(path) };
	if (book.workbook == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	set_properties(&book, report, lang);
	if (make_formats(&book))
		for (size_t i = 0; i < REPORT_TABLES; i++)
			put_table(&book, report, lang, &tables->table[i]);
	noted(&book, workbook_close(book.workbook));
	if (book.error == LXW_ERROR_MEMORY_MALLOC_FAILED)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	return book.error == LXW_NO_ERROR ? STATUS_OK
					  : reason_say(why, STATUS_SYSTEM, "the workbook: %.160s", lxw_strerror(book.error));
}

static enum status
take_file(const char *path, struct report_file *file, struct reason *why)
{
	FILE *in = fopen(path, "re");
	char *piece = malloc(PIECE_BYTES);
	size_t n;
	if (in == NULL || piece == NULL) {
		if (in != NULL)
			fclose(in);
		free(piece);
		return reason_say(why, STATUS_SYSTEM, "%.160s: %s", path, strerror(errno));
	}
	while ((n = fread(piece, 1, PIECE_BYTES, in)) > 0 && !file->failed)
		report_file_add(file, piece, n);
	bool failed = ferror(in) != 0;
	fclose(in);
	free(piece);
	return failed ? reason_say(why, STATUS_SYSTEM, "%.160s: it cannot be read", path) : STATUS_OK;
}

enum status
report_xlsx(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why)
{
	struct report_tables tables;
	char path[PATH_BYTES];
	const char *folder = getenv("TMPDIR");
	int length = snprintf(path, sizeof path, "%s/juyan-report-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
	if (length < 0 || (size_t)length >= sizeof path)
		return reason_say(why, STATUS_SYSTEM, "TMPDIR is longer than a path may be");
	int fd = mkstemp(path);
	if (fd < 0)
		return reason_say(why, STATUS_SYSTEM, "%.160s: %s", path, strerror(errno));
	close(fd);
	enum status status = report_tables_open(report, lang, &tables, why);
	if (status == STATUS_OK)
		status = fill_book(path, report, lang, &tables, why);
	if (status == STATUS_OK)
		status = take_file(path, file, why);
	report_tables_close(&tables);
	unlink(path);
	return status;
}

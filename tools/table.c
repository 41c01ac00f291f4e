/* Aligned tables and CSV. Cells stand in one list, row after row. */
#include "table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES_MAX = 4096 };

struct table {
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t n_columns;
	char **cells;
	size_t used;
	size_t room;
	size_t sums; /* the first cell below the rule; SIZE_MAX: none */
	bool failed; /* memory ran out */
};

enum status
table_open(const struct table_column *columns, size_t n, struct table **out)
{
	assert(n > 0 && n <= TABLE_COLUMNS_MAX);
	struct table *table = calloc(1, sizeof *table);
	if (table == NULL)
		return STATUS_NO_MEMORY;
	memcpy(table->columns, columns, n * sizeof *columns);
	table->n_columns = n;
	table->sums = SIZE_MAX;
	*out = table;
	return STATUS_OK;
}

void
table_close(struct table **table)
{
	if (*table == NULL)
		return;
	for (size_t i = 0; i < (*table)->used; i++)
		free((*table)->cells[i]);
	free((*table)->cells);
	free(*table);
	*table = NULL;
}

void
table_cell(struct table *table, const char *text)
{
	if (table->failed)
		return;
	if (table->used == table->room) {
		size_t room = table->room == 0 ? 64 : table->room * 2;
		char **cells = reallocarray(table->cells, room, sizeof *cells);
		if (cells == NULL) {
			table->failed = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	char *copy = strdup(text);
	if (copy == NULL)
		table->failed = true;
	else
		table->cells[table->used++] = copy;
}

void
table_cellf(struct table *table, const char *format, ...)
{
	char text[CELL_BYTES_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	table_cell(table, text);
}

void
table_sums(struct table *table)
{
	assert(table->failed || table->used % table->n_columns == 0);
	table->sums = table->used;
}

/* ---- widths ---- */

static bool
is_wide(uint32_t c)
{
	static const uint32_t ranges[][2] = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 },
		{ 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF },
		{ 0x20000, 0x3FFFD } };
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

static bool
is_mark(uint32_t c)
{
	return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) || (c >= 0x180B && c <= 0x180F) ||
	    (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

/* Bytes that are no UTF-8 take one place each. */
size_t
table_width(const char *text)
{
	size_t width = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
		unsigned more = at[0] < 0xC0 ? 0 : at[0] < 0xE0 ? 1 : at[0] < 0xF0 ? 2 : 3;
		uint32_t c = more == 0 ? at[0] : at[0] & (0x3Fu >> more);
		at++;
		for (; more > 0 && (*at & 0xC0) == 0x80; more--)
			c = c << 6 | (*at++ & 0x3F);
		width += is_mark(c) ? 0 : is_wide(c) ? 2 : 1;
	}
	return width;
}

/* ---- printing ---- */

static void
print_spaces(FILE *out, size_t n)
{
	for (; n > 0; n--)
		fputc(' ', out);
}

/* Signs that would move the cursor (cells may come from outside) are shown as '?'. */
static void
print_text(FILE *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
		bool moves = *at < 0x20 || *at == 0x7F || (*at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0);
		fputc(moves ? '?' : *at, out);
		at += moves && *at == 0xC2;
	}
}

/* The last column is not filled up: no line ends with spaces. */
static void
print_cell(FILE *out, const struct table *table, size_t column, const char *text, size_t width)
{
	size_t fill = width - table_width(text);
	print_spaces(out, column == 0 ? 0 : 2);
	if (table->columns[column].align == TABLE_RIGHT)
		print_spaces(out, fill);
	print_text(out, text);
	if (table->columns[column].align == TABLE_LEFT && column + 1 < table->n_columns)
		print_spaces(out, fill);
}

static void
print_rule(FILE *out, const struct table *table, const size_t *widths)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		print_spaces(out, i == 0 ? 0 : 2);
		for (size_t j = 0; j < widths[i]; j++)
			fputc('-', out);
	}
	fputc('\n', out);
}

static void
measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
	for (size_t i = 0; i < table->n_columns; i++)
		widths[i] = table_width(table->columns[i].title);
	for (size_t i = 0; i < table->used; i++) {
		size_t width = table_width(table->cells[i]);
		if (width > widths[i % table->n_columns])
			widths[i % table->n_columns] = width;
	}
}

enum status
table_print(const struct table *table, FILE *out)
{
	if (table->failed)
		return STATUS_NO_MEMORY;
	assert(table->used % table->n_columns == 0);
	size_t widths[TABLE_COLUMNS_MAX];
	measure(table, widths);
	for (size_t i = 0; i < table->n_columns; i++)
		print_cell(out, table, i, table->columns[i].title, widths[i]);
	fputc('\n', out);
	print_rule(out, table, widths);
	for (size_t i = 0; i < table->used; i++) {
		size_t column = i % table->n_columns;
		if (i == table->sums && i > 0)
			print_rule(out, table, widths);
		print_cell(out, table, column, table->cells[i], widths[column]);
		if (column + 1 == table->n_columns)
			fputc('\n', out);
	}
	return STATUS_OK;
}

static void
print_csv_cell(FILE *out, const char *text)
{
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

enum status
table_csv(const struct table *table, FILE *out)
{
	if (table->failed)
		return STATUS_NO_MEMORY;
	assert(table->used % table->n_columns == 0);
	for (size_t i = 0; i < table->n_columns; i++) {
		print_csv_cell(out, table->columns[i].title);
		fputc(i + 1 == table->n_columns ? '\n' : ',', out);
	}
	for (size_t i = 0; i < table->used; i++) {
		print_csv_cell(out, table->cells[i]);
		fputc((i + 1) % table->n_columns == 0 ? '\n' : ',', out);
	}
	return STATUS_OK;
}

/* ---- figures ---- */

/* Digits in groups of three; `out` is filled from its end. */
static char *
grouped(uint64_t value, char *end)
{
	int digits = 0;
	do {
		if (digits > 0 && digits % 3 == 0)
			*--end = ',';
		*--end = (char)('0' + value % 10);
		value /= 10;
		digits++;
	} while (value > 0);
	return end;
}

static uint64_t
size_of(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

const char *
table_count(int64_t count, char out[TABLE_FIGURE_BYTES])
{
	char text[TABLE_FIGURE_BYTES], *end = text + sizeof text - 1;
	*end = '\0';
	char *begin = grouped(size_of(count), end);
	if (count < 0)
		*--begin = '-';
	return memcpy(out, begin, (size_t)(end - begin) + 1);
}

const char *
table_tonnes(int64_t kg, char out[TABLE_FIGURE_BYTES])
{
	char text[TABLE_FIGURE_BYTES], *end = text + sizeof text - 1;
	uint64_t size = size_of(kg);
	*end = '\0';
	for (uint64_t i = 0, rest = size % 1000; i < 3; i++, rest /= 10)
		*--end = (char)('0' + rest % 10);
	*--end = '.';
	char *begin = grouped(size / 1000, end);
	if (kg < 0)
		*--begin = '-';
	return memcpy(out, begin, strlen(begin) + 1);
}

const char *
table_whole_tonnes(int64_t kg, char out[TABLE_FIGURE_BYTES])
{
	int64_t tonnes = (int64_t)((size_of(kg) + 500) / 1000);
	return table_count(kg < 0 ? -tonnes : tonnes, out);
}

/* The cells of a series' CSV file: which column is what, dates and numbers. See series_file.h for what a file may look like. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "byte_source.h"
#include "csv.h"
#include "decimal.h"
#include "series_parts.h"

enum { SHOWN_BYTES = 40, NUMBER_BYTES = 64, NONE = -1 };

/* Sums of as many as there may be stay far from the end of doubles. */
static const double value_most = 1e18;

struct reader {
	const char *path;
	const struct series_options *options;
	struct series_rows *rows;
	int date, id; /* columns; NONE */
	int value[SERIES_COLUMNS_MAX];
	size_t n_values;
	size_t columns;
	size_t last;                        /* the series of the last row: the next row is most often of the same */
	size_t name_of[SERIES_COLUMNS_MAX]; /* the series of a value column, where no column names it */
	enum step_form form;
	bool formed;
};

static void
text_of(struct span span, char *out, size_t bytes)
{
	size_t n = span.bytes < bytes - 1 ? span.bytes : bytes - 1;
	memcpy(out, span.data, n);
	out[n] = '\0';
}

/* For a sentence: what is cut within a sign loses it, and what is no text is not repeated. */
static const char *
shown_of(struct span span, char out[SHOWN_BYTES])
{
	text_of(span, out, SHOWN_BYTES);
	for (size_t cut = 0; cut < 4 && span.bytes >= SHOWN_BYTES && !wire_text_clean(out, strlen(out)); cut++)
		out[strlen(out) - 1] = '\0';
	return strlen(out) == 0 || wire_text_clean(out, strlen(out)) ? out : "(no clean text)";
}

static bool
named(struct span field, const char *name)
{
	return field.bytes == strlen(name) && strncasecmp((const char *)field.data, name, field.bytes) == 0;
}

static bool
any_of(struct span field, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (named(field, names[i]))
			return true;
	return false;
}

static int
column_named(const struct csv *csv, const char *name)
{
	for (size_t i = 0; i < csv_fields(csv); i++)
		if (named(csv_field(csv, i), name))
			return (int)i;
	return NONE;
}

static int
column_of(const struct csv *csv, const char *const *names)
{
	for (size_t i = 0; i < csv_fields(csv); i++)
		if (any_of(csv_field(csv, i), names))
			return (int)i;
	return NONE;
}

/* ---- series by name ---- */

static enum status
name_add(struct reader *reader, struct span name, size_t *out, struct reason *why)
{
	struct series_rows *rows = reader->rows;
	if (rows->n_names == SERIES_COUNT_MAX)
		return reason_say(why, STATUS_TOO_MANY, "more than %d series", SERIES_COUNT_MAX);
	if (rows->n_names == rows->names_room) {
		size_t room = rows->names_room == 0 ? 16 : rows->names_room * 2;
		void *more = realloc(rows->name, room * sizeof *rows->name);
		if (more == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		rows->name = more;
		rows->names_room = room;
	}
	if (!wire_text_clean((const char *)name.data, name.bytes))
		return reason_say(why, STATUS_NOT_TEXT,
		    "a series' name is no UTF-8 or holds control characters; expected a file in UTF-8");
	text_of(name, rows->name[rows->n_names], SERIES_NAME_BYTES);
	char *kept = rows->name[rows->n_names];
	while (!wire_text_clean(kept, strlen(kept))) /* cut within a sign */
		kept[strlen(kept) - 1] = '\0';
	*out = rows->n_names++;
	return STATUS_OK;
}

static bool
is_name(const struct series_rows *rows, size_t i, struct span name)
{
	return i < rows->n_names && strlen(rows->name[i]) == name.bytes && memcmp(rows->name[i], name.data, name.bytes) == 0;
}

/* Most files hold one series behind the other: the last one and the next are looked at first. */
static enum status
name_find(struct reader *reader, struct span name, size_t *out, struct reason *why)
{
	const struct series_rows *rows = reader->rows;
	if (name.bytes == 0 || name.bytes >= SERIES_NAME_BYTES)
		return reason_say(why, STATUS_SYNTAX, "a series' name of %zu bytes, expected 1 to %d", name.bytes,
		    SERIES_NAME_BYTES - 1);
	for (size_t i = reader->last; i <= reader->last + 1; i++)
		if (is_name(rows, i, name)) {
			*out = reader->last = i;
			return STATUS_OK;
		}
	for (size_t i = 0; i < rows->n_names; i++)
		if (is_name(rows, i, name)) {
			*out = reader->last = i;
			return STATUS_OK;
		}
	enum status status = name_add(reader, name, out, why);
	if (status == STATUS_OK)
		reader->last = *out;
	return status;
}

static bool
wanted(const struct series_options *options, struct span name)
{
	for (size_t i = 0; i < options->n_ids; i++)
		if (strlen(options->ids[i]) == name.bytes && memcmp(options->ids[i], name.data, name.bytes) == 0)
			return true;
	return options->n_ids == 0;
}

/* ---- the first row ---- */

static enum status
choose_value(struct reader *reader, int column, struct reason *why)
{
	if (reader->n_values == SERIES_COLUMNS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "more than %d columns of values: choose with --column", SERIES_COLUMNS_MAX);
	reader->value[reader->n_values++] = column;
	return STATUS_OK;
}

static enum status
choose_values(struct reader *reader, const struct csv *csv, struct reason *why)
{
	static const char *const plain[] = { "value", NULL };
	enum status status = STATUS_OK;
	int value = column_of(csv, plain);
	for (size_t i = 0; i < reader->options->n_columns && status == STATUS_OK; i++) {
		int column = column_named(csv, reader->options->columns[i]);
		if (column == NONE)
			return reason_say(why, STATUS_NOT_FOUND, "there is no column '%.60s'", reader->options->columns[i]);
		status = choose_value(reader, column, why);
	}
	if (reader->n_values > 0 || status != STATUS_OK)
		return status;
	if (value != NONE)
		return choose_value(reader, value, why);
	for (int i = 0; i < (int)csv_fields(csv) && status == STATUS_OK; i++)
		if (i != reader->date && i != reader->id)
			status = choose_value(reader, i, why);
	if (status == STATUS_OK && reader->n_values == 0)
		return reason_say(why, STATUS_SYNTAX, "there is no column of values; expected a first row such as \"date,value\"");
	return status;
}

/* Where a column alone names the series, several columns are several series; beside a column of names there is one of values. */
static enum status
name_columns(struct reader *reader, const struct csv *csv, struct reason *why)
{
	enum status status = STATUS_OK;
	if (reader->id != NONE && reader->n_values > 1)
		return reason_say(why, STATUS_SYNTAX,
		    "series are named by a column, and %zu other columns are left; expected one of values: choose it with --column",
		    reader->n_values);
	if (reader->id != NONE)
		return STATUS_OK;
	size_t kept = 0;
	for (size_t i = 0; i < reader->n_values && status == STATUS_OK; i++) {
		struct span name = csv_field(csv, (size_t)reader->value[i]);
		if (!wanted(reader->options, name))
			continue;
		reader->value[kept] = reader->value[i];
		status = name_add(reader, name, &reader->name_of[kept++], why);
	}
	reader->n_values = kept;
	return status;
}

static enum status
read_names(struct reader *reader, const struct csv *csv, struct reason *why)
{
	static const char *const dates[] = { "date", "day", "hour", "week", "month", "year", "time", "period", "ds", "datetime",
		"timestamp", NULL };
	static const char *const ids[] = { "series_id", "series", "unique_id", "id", NULL };
	struct step_date ignored;
	for (size_t i = 0; i < csv_fields(csv); i++)
		if (step_read(csv_field(csv, i), &ignored))
			return reason_say(why, STATUS_SYNTAX,
			    "the first row holds a date; expected the names of columns, such as \"date,value\"");
	const char *date = reader->options->date_column;
	reader->columns = csv_fields(csv);
	reader->id = column_of(csv, ids);
	reader->date = date == NULL ? column_of(csv, dates) : column_named(csv, date);
	if (reader->date == NONE && date != NULL)
		return reason_say(why, STATUS_NOT_FOUND, "there is no column '%.60s'", date);
	if (reader->date == NONE)
		reader->date = reader->id == 0 ? 1 : 0;
	enum status status = choose_values(reader, csv, why);
	return status == STATUS_OK ? name_columns(reader, csv, why) : status;
}

/* ---- the other rows ---- */

static enum status
row_add(struct reader *reader, const struct series_row *row, struct reason *why)
{
	struct series_rows *rows = reader->rows;
	if (rows->n == SERIES_ROWS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "more than %d values", SERIES_ROWS_MAX);
	if (rows->n == rows->room) {
		size_t room = rows->room == 0 ? 1024 : rows->room * 2;
		void *more = realloc(rows->row, room * sizeof *rows->row);
		if (more == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		rows->row = more;
		rows->room = room;
	}
	rows->row[rows->n++] = *row;
	return STATUS_OK;
}

static enum status
read_date(struct reader *reader, struct span field, struct step_date *out, struct reason *why)
{
	static const char *const like[] = { [STEP_FORM_YEAR] = "2025",
		[STEP_FORM_MONTH] = "2025-01",
		[STEP_FORM_WEEK] = "2025-W05",
		[STEP_FORM_DAY] = "2025-01-31",
		[STEP_FORM_TIME] = "2025-01-31T08" };
	char text[SHOWN_BYTES];
	const char *shown = shown_of(field, text);
	if (!step_read(field, out))
		return reason_say(why, STATUS_SYNTAX, "the date is '%s', expected a form such as %s", shown,
		    reader->formed ? like[reader->form] : "2025-01-31, 2025-01, 2025-W05, 2025 or 2025-01-31T08");
	if (reader->formed && out->form != reader->form)
		return reason_say(why, STATUS_SYNTAX, "the date is '%s', expected the form of those above, such as %s", shown,
		    like[reader->form]);
	reader->form = out->form;
	reader->formed = true;
	return STATUS_OK;
}

static size_t
digits_at(struct span field, size_t *at)
{
	size_t begin = *at;
	while (*at < field.bytes && field.data[*at] >= '0' && field.data[*at] <= '9')
		(*at)++;
	return *at - begin;
}

/*
 * As programs write doubles: 0.0052716681950363276, 1e-05. Only then strtod, which would take hexadecimal and infinite ones as
 * well. The locale is C's: nobody sets another.
 */
static bool
read_double(struct span field, double *out)
{
	char text[NUMBER_BYTES];
	size_t at = 0;
	if (at < field.bytes && (field.data[at] == '-' || field.data[at] == '+'))
		at++;
	size_t digits = digits_at(field, &at);
	if (at < field.bytes && field.data[at] == '.') {
		at++;
		digits += digits_at(field, &at);
	}
	if (digits == 0 || field.bytes >= sizeof text)
		return false;
	if (at < field.bytes && (field.data[at] == 'e' || field.data[at] == 'E')) {
		at++;
		if (at < field.bytes && (field.data[at] == '-' || field.data[at] == '+'))
			at++;
		if (digits_at(field, &at) == 0)
			return false;
	}
	if (at < field.bytes)
		return false;
	text_of(field, text, sizeof text);
	*out = strtod(text, NULL);
	return fabs(*out) < value_most;
}

static enum status
read_value(struct span field, double *out, struct reason *why)
{
	static const char *const unknown[] = { "", "NA", "nan", NULL };
	static const struct decimal_style plain = { '.', 0 };
	char room[SHOWN_BYTES];
	struct reason expected = { "" };
	while (field.bytes > 0 && isspace(field.data[field.bytes - 1]))
		field.bytes--;
	for (; field.bytes > 0 && isspace(field.data[0]); field.bytes--)
		field.data++;
	if (any_of(field, unknown)) {
		*out = NAN;
		return STATUS_OK;
	}
	const char *shown = shown_of(field, room);
	enum status status = decimal_number(field, plain, out, &expected);
	if (status != STATUS_OK && !read_double(field, out))
		return reason_say(why, status, "the value is '%s', expected %.60s, or nothing where it is unknown", shown,
		    expected.text);
	if (*out < 0.0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the value is '%s', expected no number below 0", shown);
	return STATUS_OK;
}

static enum status
read_row(struct reader *reader, const struct csv *csv, struct reason *why)
{
	struct series_row row = { .line = csv_line(csv) };
	struct span id = { NULL, 0 };
	enum status status = STATUS_OK;
	if (csv_fields(csv) != reader->columns)
		return reason_say(why, STATUS_SYNTAX, "%zu fields, expected %zu as in the first row", csv_fields(csv),
		    reader->columns);
	if (reader->id != NONE)
		id = csv_field(csv, (size_t)reader->id);
	if (reader->id != NONE && !wanted(reader->options, id))
		return STATUS_OK;
	status = read_date(reader, csv_field(csv, (size_t)reader->date), &row.date, why);
	if (status == STATUS_OK && reader->id != NONE)
		status = name_find(reader, id, &row.series, why);
	for (size_t i = 0; i < reader->n_values && status == STATUS_OK; i++) {
		if (reader->id == NONE)
			row.series = reader->name_of[i];
		status = read_value(csv_field(csv, (size_t)reader->value[i]), &row.value, why);
		if (status == STATUS_OK)
			status = row_add(reader, &row, why);
	}
	return status;
}

/* ---- the file ---- */

static enum status
take_record(struct reader *reader, const struct csv *csv, struct reason *why)
{
	struct reason inner = { "" };
	enum status status = reader->columns == 0 ? read_names(reader, csv, &inner) : read_row(reader, csv, &inner);
	if (status == STATUS_OK)
		return status;
	return reason_say(why, status, "%.100s:%llu: %.140s", reader->path, (unsigned long long)csv_line(csv), inner.text);
}

/* The sign that stands most often in the first line. */
static char
separator_of(struct span begin)
{
	static const char signs[] = { ',', ';', '\t', '|' };
	size_t most = 0;
	char best = ',';
	for (size_t s = 0; s < sizeof signs; s++) {
		size_t n = 0;
		for (size_t i = 0; i < begin.bytes && begin.data[i] != '\n'; i++)
			n += begin.data[i] == (uint8_t)signs[s];
		if (n > most) {
			most = n;
			best = signs[s];
		}
	}
	return best;
}

static enum status
read_all(struct reader *reader, struct byte_source *source, struct csv *csv, struct reason *why)
{
	struct span bytes;
	struct reason inner = { "" };
	for (;;) {
		size_t taken = 0;
		bool ready = false;
		enum status status = byte_source_peek(source, &bytes, why);
		if (status != STATUS_OK)
			return status;
		bool ended = bytes.bytes == 0;
		status = ended ? csv_finish(csv, &ready, &inner) : csv_feed(csv, bytes.data, bytes.bytes, &taken, &ready, &inner);
		if (status != STATUS_OK)
			return reason_say(why, status, "%.100s:%llu: %.140s", reader->path, (unsigned long long)csv_line(csv),
			    inner.text);
		if (ready)
			status = take_record(reader, csv, why);
		byte_source_take(source, taken);
		if (status != STATUS_OK || ended)
			return status;
	}
}

enum status
series_rows_read(const char *path, const struct series_options *options, struct series_rows *out, struct reason *why)
{
	struct series_rows rows = { 0 };
	struct reader reader = { .path = path, .options = options, .rows = &rows };
	struct byte_source *source = NULL;
	struct csv *csv = NULL;
	struct span begin;
	enum status status = byte_source_open(path, &source, why);
	if (status == STATUS_OK)
		status = byte_source_peek(source, &begin, why);
	if (status == STATUS_OK && csv_open(separator_of(begin), &csv) != STATUS_OK)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status == STATUS_OK)
		status = read_all(&reader, source, csv, why);
	if (status == STATUS_OK && rows.n == 0 && options->n_ids > 0)
		status = reason_say(why, STATUS_NOT_FOUND, "%.150s: there is no series '%.60s'", path, options->ids[0]);
	else if (status == STATUS_OK && rows.n == 0)
		status = reason_say(why, STATUS_TOO_FEW,
		    "%.150s: there is no row of values; expected a first row with names, then rows "
		    "of a date and a value",
		    path);
	csv_close(&csv);
	byte_source_close(&source);
	if (status == STATUS_OK)
		*out = rows;
	else
		series_rows_close(&rows);
	return status;
}

void
series_rows_close(struct series_rows *rows)
{
	free(rows->row);
	free(rows->name);
	*rows = (struct series_rows){ 0 };
}

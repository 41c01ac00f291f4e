/* See history_file.h: a row is read field by field; the first thing that is wrong, or that leaves it out, is what is told. */
#include "history_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte_source.h"
#include "civil.h"
#include "csv.h"
#include "decimal.h"
#include "history_flags.h"

typedef Juyan__V1__RegistryRecord Record;

enum { FIELD_BYTES = TEXT_BYTES_MAX + 1 };

/* More than any port has handled; registry_check has the bound that counts. */
#define TOTAL_KG_MAX (MASS_KG_MAX * 1000000)

enum column { PORT, KIND, START, END, METRIC, VALUE, SOURCE, COLUMNS };

static const char *const columns[COLUMNS] = { "port", "kind", "period_start", "period_end", "metric", "value", "source" };

/* One file under way. */
struct reading {
	const char *name;
	const struct registry *registry;
	const char *only_port;
	struct arena *arena;
	struct history_file file;
	size_t room;
	bool has_header;
	size_t place[COLUMNS]; /* of each column among the fields */
	size_t fields;         /* of the header */
};

/* A row's texts, ended by NUL. */
struct cells {
	char text[COLUMNS][FIELD_BYTES];
};

/* Both end a row, and are false: it does not go on. */
#define LEAVE(row, ...) ((row)->verdict = HISTORY_LEFT, reason_write(&(row)->why, __VA_ARGS__), false)
#define WRONG(row, ...) ((row)->verdict = HISTORY_WRONG, reason_write(&(row)->why, __VA_ARGS__), false)

/* ---- the period ---- */

struct days {
	int64_t first, last;
	int year, month, dom; /* of the first day */
};

static bool
begins_year(const struct days *period)
{
	return period->month == 1 && period->dom == 1;
}

/* Whether the days are what the kind says. `expected` is for the sentence. */
static bool
fits_kind(const char *kind, const struct days *period, const char **expected)
{
	if (strcmp(kind, "annual") == 0) {
		*expected = "a whole year";
		return begins_year(period) && period->last == civil_day(period->year, 12, 31);
	}
	if (strcmp(kind, "month") == 0) {
		*expected = "a whole month";
		int64_t next =
		    period->month == 12 ? civil_day(period->year + 1, 1, 1) : civil_day(period->year, period->month + 1, 1);
		return period->dom == 1 && period->last == next - 1;
	}
	if (strcmp(kind, "ytd") == 0) {
		*expected = "1 January to a day of the same year";
		return begins_year(period) && period->last <= civil_day(period->year, 12, 31);
	}
	*expected = "a day";
	return true;
}

static bool
is_kind(const char *text)
{
	static const char *const kinds[] = { "annual", "month", "ytd", "day", "event" };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(text, kinds[i]) == 0)
			return true;
	return false;
}

static bool
read_period(struct history_row *row, const struct cells *cells, struct days *period)
{
	const char *kind = cells->text[KIND], *expected;
	if (!is_kind(kind))
		return WRONG(row, "kind is '%.40s', expected annual, month, ytd, day or event", kind);
	if (!civil_parse_day(cells->text[START], &period->first))
		return WRONG(row, "period_start is '%.40s', expected a day such as 2025-01-31", cells->text[START]);
	if (!civil_parse_day(cells->text[END], &period->last))
		return WRONG(row, "period_end is '%.40s', expected a day such as 2025-01-31", cells->text[END]);
	if (period->first > period->last)
		return WRONG(row, "the period ends on %s, before it begins on %s", cells->text[END], cells->text[START]);
	civil_date(period->first, &period->year, &period->month, &period->dom);
	if (!fits_kind(kind, period, &expected))
		return WRONG(row, "the period is %s to %s, expected %s as its kind is %s", cells->text[START], cells->text[END],
		    expected, kind);
	return true;
}

/* ---- one row ---- */

static char *
keep_text(struct arena *arena, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(arena, bytes);
	if (copy != NULL)
		memcpy(copy, text, bytes);
	return copy;
}

static enum status
make_record(const struct reading *reading, const struct cells *cells, const struct history_flags *flags, int64_t kg, Record **out)
{
	Record *record = arena_take(reading->arena, sizeof *record);
	Juyan__V1__Published *published = arena_take(reading->arena, sizeof *published);
	if (record == NULL || published == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__registry_record__init(record);
	juyan__v1__published__init(published);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED;
	record->published = published;
	published->port = keep_text(reading->arena, cells->text[PORT]);
	published->definition = keep_text(reading->arena, flags->definition);
	published->from = keep_text(reading->arena, cells->text[START]);
	published->to = keep_text(reading->arena, cells->text[END]);
	published->source = keep_text(reading->arena, cells->text[SOURCE]);
	published->net_kg = kg;
	published->precision = flags->precision;
	if (published->port == NULL || published->definition == NULL || published->from == NULL || published->to == NULL ||
	    published->source == NULL)
		return STATUS_NO_MEMORY;
	*out = record;
	return STATUS_OK;
}

/* What a row that is right may be left for. */
static bool
is_wanted(const struct reading *reading, struct history_row *row, const struct cells *cells, const struct days *period)
{
	const char *port = cells->text[PORT];
	if (reading->only_port != NULL && strcmp(port, reading->only_port) != 0)
		return LEAVE(row, "another port, '%.40s'", port);
	if (!registry_knows_port(reading->registry, port))
		return LEAVE(row, "the registry does not know the port '%.40s'", port);
	if (strcmp(cells->text[KIND], "event") == 0)
		return LEAVE(row, "an event: a plan, a capacity, a sum over years or a remark, no total of a period");
	if (strcmp(cells->text[METRIC], "tonnes") != 0)
		return LEAVE(row, "%.40s, not tonnes", cells->text[METRIC]);
	if (strcmp(cells->text[KIND], "day") == 0 && period->first != period->last)
		return LEAVE(row, "some day of %s to %s; which one is not known", cells->text[START], cells->text[END]);
	return true;
}

static bool
read_figure(struct history_row *row, const struct cells *cells, struct history_flags *flags, int64_t *kg)
{
	struct reason expected = { "" };
	const struct span value = { (const uint8_t *)cells->text[VALUE], strlen(cells->text[VALUE]) };
	if (decimal_kg_up_to(value, (struct decimal_style){ '.', 0 }, DECIMAL_T, TOTAL_KG_MAX, kg, &expected) != STATUS_OK)
		return WRONG(row, "value is '%.40s', expected %s", cells->text[VALUE], expected.text);
	if (!history_flags_read(cells->text[SOURCE], flags))
		return WRONG(row, "source has a '[' that is not closed: flags stand in square brackets");
	return true;
}

static bool
same_span(const Juyan__V1__Published *a, const Juyan__V1__Published *b)
{
	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 && strcmp(a->definition, b->definition) == 0 &&
	    strcmp(a->port, b->port) == 0;
}

/* The same port, definition and span once more: the more exact one is kept, of two alike the first. */
static void
settle_double(struct reading *reading, struct history_row *row)
{
	for (size_t i = 0; i < reading->file.n; i++) {
		struct history_row *before = &reading->file.rows[i];
		if (before->verdict != HISTORY_TAKEN || !same_span(before->record->published, row->record->published))
			continue;
		bool better = row->record->published->precision < before->record->published->precision;
		struct history_row *loser = better ? before : row;
		uint64_t winner = better ? row->line : before->line;
		(void)LEAVE(loser, "line %llu has the same span, and no less exactly", (unsigned long long)winner);
		reading->file.taken -= better;
		return;
	}
}

/* NO_MEMORY alone; what else there is to say stands in the row. */
static enum status
read_row(struct reading *reading, const struct cells *cells, struct history_row *row)
{
	struct days period;
	struct history_flags flags;
	Record *record;
	int64_t kg;
	if (!read_period(row, cells, &period) || !is_wanted(reading, row, cells, &period) || !read_figure(row, cells, &flags, &kg))
		return STATUS_OK;
	enum status status = make_record(reading, cells, &flags, kg, &record);
	if (status != STATUS_OK)
		return status;
	if (registry_check(record, &row->why) != STATUS_OK)
		return STATUS_OK;
	row->verdict = HISTORY_TAKEN;
	row->record = record;
	settle_double(reading, row);
	reading->file.taken += row->verdict == HISTORY_TAKEN;
	return STATUS_OK;
}

/* ---- the table ---- */

static enum status
bind_header(struct reading *reading, const struct csv *csv, struct reason *why)
{
	reading->fields = csv_fields(csv);
	for (size_t c = 0; c < COLUMNS; c++) {
		size_t found = 0, place = 0;
		for (size_t i = 0; i < reading->fields; i++) {
			struct span field = csv_field(csv, i);
			if (field.bytes == strlen(columns[c]) && memcmp(field.data, columns[c], field.bytes) == 0) {
				found++;
				place = i;
			}
		}
		if (found != 1)
			return reason_say(why, STATUS_SYNTAX,
			    "%.100s:%llu: the column '%s' is there %zu times; expected the columns port, kind, period_start, "
			    "period_end, metric, value and source",
			    reading->name, (unsigned long long)csv_line(csv), columns[c], found);
		reading->place[c] = place;
	}
	reading->has_header = true;
	return STATUS_OK;
}

static enum status
add_row(struct reading *reading, uint64_t line, struct history_row **out, struct reason *why)
{
	if (reading->file.n == HISTORY_ROWS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "%.100s:%llu: more than %d rows", reading->name, (unsigned long long)line,
		    HISTORY_ROWS_MAX);
	if (reading->file.n == reading->room) {
		size_t room = reading->room == 0 ? 64 : 2 * reading->room;
		struct history_row *rows = reallocarray(reading->file.rows, room, sizeof *rows);
		if (rows == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		reading->file.rows = rows;
		reading->room = room;
	}
	*out = &reading->file.rows[reading->file.n];
	**out = (struct history_row){ .line = line, .verdict = HISTORY_WRONG };
	return STATUS_OK;
}

/* The fields as texts; false where the row cannot be a row, with its verdict. */
static bool
take_cells(const struct reading *reading, const struct csv *csv, struct cells *cells, struct history_row *row)
{
	if (csv_fields(csv) != reading->fields)
		return WRONG(row, "it has %zu fields, expected the %zu of the header", csv_fields(csv), reading->fields);
	for (size_t c = 0; c < COLUMNS; c++) {
		struct span field = csv_field(csv, reading->place[c]);
		if (field.bytes >= FIELD_BYTES || !wire_text_clean((const char *)field.data, field.bytes))
			return WRONG(row, "%s is no clean UTF-8 text of at most %d bytes", columns[c], FIELD_BYTES - 1);
		memcpy(cells->text[c], field.data, field.bytes);
		cells->text[c][field.bytes] = '\0';
	}
	return true;
}

static enum status
take_record(struct reading *reading, const struct csv *csv, struct reason *why)
{
	static _Thread_local struct cells cells;
	struct history_row *row;
	if (!reading->has_header)
		return bind_header(reading, csv, why);
	enum status status = add_row(reading, csv_line(csv), &row, why);
	if (status != STATUS_OK)
		return status;
	if (take_cells(reading, csv, &cells, row))
		status = read_row(reading, &cells, row);
	if (status != STATUS_OK)
		return reason_say(why, status, "memory ran out for the figures");
	reading->file.wrong += row->verdict == HISTORY_WRONG;
	reading->file.n++;
	return STATUS_OK;
}

/* What is wrong with a record as such is a row that is wrong; before the header it ends the file. */
static enum status
take_broken(struct reading *reading, const struct csv *csv, const struct reason *broken, struct reason *why)
{
	struct history_row *row;
	if (!reading->has_header)
		return reason_say(why, STATUS_SYNTAX, "%.100s:%llu: %.120s", reading->name, (unsigned long long)csv_line(csv),
		    broken->text);
	enum status status = add_row(reading, csv_line(csv), &row, why);
	if (status != STATUS_OK)
		return status;
	row->why = *broken;
	reading->file.wrong++;
	reading->file.n++;
	return STATUS_OK;
}

static enum status
read_all(struct reading *reading, struct byte_source *source, struct csv *csv, struct reason *why)
{
	enum status status = STATUS_OK;
	for (bool ended = false; !ended && status == STATUS_OK;) {
		struct span piece;
		struct reason broken = { "" };
		bool ready = false;
		size_t taken = 0;
		status = byte_source_peek(source, &piece, why);
		if (status != STATUS_OK)
			break;
		ended = piece.bytes == 0;
		enum status fed =
		    ended ? csv_finish(csv, &ready, &broken) : csv_feed(csv, piece.data, piece.bytes, &taken, &ready, &broken);
		byte_source_take(source, taken);
		if (fed != STATUS_OK)
			status = take_broken(reading, csv, &broken, why);
		else if (ready)
			status = take_record(reading, csv, why);
	}
	if (status == STATUS_OK && !reading->has_header)
		status = reason_say(why, STATUS_SYNTAX,
		    "%.100s:1: the file is empty; expected a line with the names of its columns", reading->name);
	return status;
}

enum status
history_file_read(const char *path, const struct registry *registry, const char *only_port, struct arena *arena,
    struct history_file *out, struct reason *why)
{
	struct reading reading = { .name = path, .registry = registry, .only_port = only_port, .arena = arena };
	struct byte_source *source = NULL;
	struct csv *csv = NULL;
	enum status status = byte_source_open(path, &source, why);
	if (status == STATUS_OK)
		status = csv_open(',', &csv);
	if (status == STATUS_OK)
		status = read_all(&reading, source, csv, why);
	csv_close(&csv);
	byte_source_close(&source);
	if (status == STATUS_OK)
		*out = reading.file;
	else
		history_file_close(&reading.file);
	return status;
}

void
history_file_close(struct history_file *file)
{
	free(file->rows);
	*file = (struct history_file){ 0 };
}

/* See report_tables.h. */
#include "report_tables.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "report_figures.h"
#include "report_words.h"

enum { ARENA_BYTES = 4 * 1024 * 1024, MASS_COLUMNS = 7 };

/* A table at work. */
struct maker {
	const struct report *report;
	enum report_lang lang;
	struct arena *arena;
	struct report_table *table;
	size_t used, room; /* cells */
};

/* ---- heads ---- */

static void
add_column(struct maker *maker, enum report_cell_kind kind, enum report_word word)
{
	assert(maker->table->n_columns < REPORT_COLUMNS_MAX);
	struct report_column *column = &maker->table->columns[maker->table->n_columns++];
	const char *name = report_word(maker->lang, word);
	const char *unit = kind == REPORT_KG ? report_word(maker->lang, REPORT_WORD_TONNE)
	    : kind == REPORT_MS              ? report_word(maker->lang, REPORT_WORD_HOURS_MINUTES)
					     : NULL;
	const char *raw = kind == REPORT_KG ? "kg" : kind == REPORT_MS ? "ms" : NULL;
	column->kind = kind;
	snprintf(column->title, sizeof column->title, "%s%s%s", name, unit == NULL ? "" : ", ", unit == NULL ? "" : unit);
	snprintf(column->raw, sizeof column->raw, "%s%s%s", name, raw == NULL ? "" : ", ", raw == NULL ? "" : raw);
}

static void
add_mass_columns(struct maker *maker)
{
	add_column(maker, REPORT_KG, REPORT_WORD_MASS);
	add_column(maker, REPORT_KG, REPORT_WORD_WEIGHED);
	add_column(maker, REPORT_KG, REPORT_WORD_DECLARED);
	add_column(maker, REPORT_KG, REPORT_WORD_CORRECTED);
	add_column(maker, REPORT_COUNT, REPORT_WORD_BATCHES);
	add_column(maker, REPORT_COUNT, REPORT_WORD_UNITS);
	add_column(maker, REPORT_COUNT, REPORT_WORD_UNITS_UNKNOWN);
}

static void
begin(struct maker *maker, struct report_tables *tables, enum report_table_kind kind, enum report_word title)
{
	maker->table = &tables->table[kind];
	*maker->table = (struct report_table){ .title = report_word(maker->lang, title) };
	maker->used = maker->room = 0;
}

/* When all columns are there: room for so many rows. */
static bool
make_room(struct maker *maker, size_t rows)
{
	maker->room = rows * maker->table->n_columns;
	maker->table->cells = arena_take(maker->arena, (maker->room + 1) * sizeof *maker->table->cells);
	return maker->table->cells != NULL;
}

/* ---- cells ---- */

static void
put(struct maker *maker, struct report_cell cell)
{
	assert(maker->used < maker->room);
	maker->table->cells[maker->used++] = cell;
	maker->table->n_rows = maker->used / maker->table->n_columns;
}

static void
put_text(struct maker *maker, const char *text)
{
	put(maker, (struct report_cell){ .text = text });
}

static bool
put_copy(struct maker *maker, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(maker->arena, bytes);
	if (copy == NULL)
		return false;
	put_text(maker, memcpy(copy, text, bytes));
	return true;
}

static void
put_number(struct maker *maker, int64_t number)
{
	put(maker, (struct report_cell){ .number = number });
}

/* NULL: unknown. */
static void
put_mass(struct maker *maker, const struct report_mass *mass)
{
	if (mass == NULL) {
		for (int i = 0; i < MASS_COLUMNS; i++)
			put(maker, (struct report_cell){ .unknown = true });
		return;
	}
	put_number(maker, mass->net_kg);
	put_number(maker, mass->weighed_kg);
	put_number(maker, mass->declared_kg);
	put_number(maker, mass->corrected_kg);
	put_number(maker, mass->batches);
	put_number(maker, mass->units);
	put_number(maker, mass->units_unknown);
}

/* The last row: a name, blanks to the figures, the report's total. */
static void
put_total(struct maker *maker, size_t labels)
{
	put_text(maker, report_word(maker->lang, REPORT_WORD_TOTAL));
	for (size_t i = 1; i < labels; i++)
		put_text(maker, "");
	put_mass(maker, &maker->report->total);
	maker->table->sums = true;
}

/* ---- the tables ---- */

static bool
fact(struct maker *maker, enum report_word word, const char *value)
{
	put_text(maker, report_word(maker->lang, word));
	return put_copy(maker, value);
}

static bool
make_about(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	char text[REPORT_FIGURE_BYTES * 2 + 8], figure[REPORT_FIGURE_BYTES];
	const char *unknown = report_word(maker->lang, REPORT_WORD_UNKNOWN);
	begin(maker, tables, REPORT_ABOUT, REPORT_WORD_ABOUT);
	add_column(maker, REPORT_TEXT, REPORT_WORD_WHAT);
	add_column(maker, REPORT_TEXT, REPORT_WORD_VALUE);
	if (!make_room(maker, 9))
		return false;
	bool fine = fact(maker, REPORT_WORD_SPAN, report_title(report, maker->lang)) &&
	    fact(maker, REPORT_WORD_PORT, report_port_name(report, maker->lang, report->port)) &&
	    fact(maker, REPORT_WORD_FROM, report->from) && fact(maker, REPORT_WORD_TO, report->to);
	snprintf(text, sizeof text, "%s – %s", report->before_from, report->before_to);
	fine = fine && fact(maker, REPORT_WORD_BEFORE, text) &&
	    fact(maker, REPORT_WORD_CHANGE,
		report->change_known       ? report_figure_per_cent(report->change_per_mille, true, figure)
		    : report->before_known ? "—"
					   : unknown) &&
	    fact(maker, REPORT_WORD_MADE, report_figure_time(report->made_at_ms, report->utc_offset_minutes, figure)) &&
	    fact(maker, REPORT_WORD_DATA_UNTIL,
		report->received ? report_figure_time(report->received_at_ms, report->utc_offset_minutes, figure) : unknown);
	snprintf(figure, sizeof figure, "%llu", (unsigned long long)report->lsn);
	return fine && fact(maker, REPORT_WORD_LSN, figure);
}

static bool
make_summary(struct maker *maker, struct report_tables *tables)
{
	begin(maker, tables, REPORT_SUMMARY, REPORT_WORD_SUMMARY);
	add_column(maker, REPORT_TEXT, REPORT_WORD_SPAN);
	add_mass_columns(maker);
	if (!make_room(maker, 2))
		return false;
	put_text(maker, report_word(maker->lang, REPORT_WORD_THIS_SPAN));
	put_mass(maker, &maker->report->total);
	put_text(maker, report_word(maker->lang, REPORT_WORD_BEFORE));
	put_mass(maker, maker->report->before_known ? &maker->report->before : NULL);
	return true;
}

static bool
make_periods(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	enum period step = report->span.step;
	begin(maker, tables, REPORT_PERIODS,
	    step == PERIOD_HOUR      ? REPORT_WORD_BY_HOUR
		: step == PERIOD_DAY ? REPORT_WORD_BY_DAY
				     : REPORT_WORD_BY_MONTH);
	add_column(maker, REPORT_TEXT,
	    step == PERIOD_HOUR      ? REPORT_WORD_HOUR
		: step == PERIOD_DAY ? REPORT_WORD_DAY
				     : REPORT_WORD_MONTH);
	add_mass_columns(maker);
	if (!make_room(maker, report->n_periods + 1))
		return false;
	for (size_t i = 0; i < report->n_periods; i++) {
		char hour[8];
		const char *text = report->periods[i].text;
		if (step == PERIOD_HOUR) {
			snprintf(hour, sizeof hour, "%.2s:00", text + strlen(text) - 2);
			text = hour;
		}
		if (!put_copy(maker, text))
			return false;
		put_mass(maker, &report->periods[i].mass);
	}
	put_total(maker, 1);
	return true;
}

/* A report of one port does not name it in each row. */
static bool
make_streams(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	bool ports = report->port[0] == '\0';
	begin(maker, tables, REPORT_STREAMS, REPORT_WORD_BY_MODE);
	if (ports)
		add_column(maker, REPORT_TEXT, REPORT_WORD_PORT);
	add_column(maker, REPORT_TEXT, REPORT_WORD_MODE);
	add_column(maker, REPORT_TEXT, REPORT_WORD_DIRECTION);
	add_mass_columns(maker);
	if (!make_room(maker, report->n_streams + 1))
		return false;
	for (size_t i = 0; i < report->n_streams; i++) {
		const struct report_stream *stream = &report->streams[i];
		if (ports)
			put_text(maker, report_port_name(report, maker->lang, stream->port));
		put_text(maker, report_word_of(maker->lang, stream->mode));
		put_text(maker, report_word_of(maker->lang, stream->direction));
		put_mass(maker, &stream->mass);
	}
	put_total(maker, ports ? 3 : 2);
	return true;
}

static bool
make_goods(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	begin(maker, tables, REPORT_GOODS, REPORT_WORD_BY_GROUP);
	add_column(maker, REPORT_TEXT, REPORT_WORD_GROUP);
	add_column(maker, REPORT_TEXT, REPORT_WORD_DIRECTION);
	add_mass_columns(maker);
	if (!make_room(maker, report->n_goods + 1))
		return false;
	for (size_t i = 0; i < report->n_goods; i++) {
		put_text(maker, report_group_name(report, maker->lang, report->goods[i].group));
		put_text(maker, report_word_of(maker->lang, report->goods[i].direction));
		put_mass(maker, &report->goods[i].mass);
	}
	put_total(maker, 2);
	return true;
}

static bool
make_dwells(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	begin(maker, tables, REPORT_DWELLS, REPORT_WORD_DWELL);
	add_column(maker, REPORT_TEXT, REPORT_WORD_MODE);
	add_column(maker, REPORT_TEXT, REPORT_WORD_STAGE);
	add_column(maker, REPORT_COUNT, REPORT_WORD_CROSSINGS);
	add_column(maker, REPORT_MS, REPORT_WORD_MEDIAN);
	add_column(maker, REPORT_MS, REPORT_WORD_NINETY);
	if (!make_room(maker, report->n_dwells))
		return false;
	for (size_t i = 0; i < report->n_dwells; i++) {
		const struct report_dwell *dwell = &report->dwells[i];
		put_text(maker,
		    dwell->mode[0] == '\0' ? report_word(maker->lang, REPORT_WORD_UNKNOWN)
					   : report_word_of(maker->lang, dwell->mode));
		put_text(maker, report_word_of(maker->lang, dwell->kind));
		put_number(maker, dwell->n);
		put_number(maker, dwell->p50_ms);
		put_number(maker, dwell->p90_ms);
	}
	return true;
}

static bool
make_remarks(struct maker *maker, struct report_tables *tables)
{
	const struct report *report = maker->report;
	char sentence[REPORT_SENTENCE_BYTES];
	begin(maker, tables, REPORT_REMARK_LIST, REPORT_WORD_REMARKS);
	add_column(maker, REPORT_TEXT, REPORT_WORD_REMARKS);
	if (!make_room(maker, report->n_remarks))
		return false;
	for (size_t i = 0; i < report->n_remarks; i++)
		if (!put_copy(maker, report_remark_say(report, &report->remarks[i], maker->lang, sentence)))
			return false;
	return true;
}

enum status
report_tables_open(const struct report *report, enum report_lang lang, struct report_tables *out, struct reason *why)
{
	*out = (struct report_tables){ 0 };
	struct maker maker = { report, lang, &out->arena, NULL, 0, 0 };
	if (arena_open(&out->arena, ARENA_BYTES) == STATUS_OK && make_about(&maker, out) && make_summary(&maker, out) &&
	    make_periods(&maker, out) && make_streams(&maker, out) && make_goods(&maker, out) && make_dwells(&maker, out) &&
	    make_remarks(&maker, out))
		return STATUS_OK;
	report_tables_close(out);
	return reason_say(why, STATUS_NO_MEMORY, "memory ran out: the report is larger than a report may be");
}

void
report_tables_close(struct report_tables *tables)
{
	arena_close(&tables->arena);
}

const char *
report_cell_show(const struct report_table *table, size_t row, size_t column, char figure[48])
{
	_Static_assert(REPORT_FIGURE_BYTES == 48, "the room that callers give");
	const struct report_cell *cell = report_cell_at(table, row, column);
	if (cell->unknown)
		return "—";
	switch (table->columns[column].kind) {
	case REPORT_KG:
		return report_figure_tonnes(cell->number, figure);
	case REPORT_COUNT:
		return report_figure_count(cell->number, figure);
	case REPORT_MS:
		return report_figure_span(cell->number, figure);
	case REPORT_TEXT:
		break;
	}
	return cell->text;
}

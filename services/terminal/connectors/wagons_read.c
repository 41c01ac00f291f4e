/* The rows of a wagon list, by its header. */
#include <inttypes.h>
#include <string.h>

#include "civil.h"
#include "container.h"
#include "csv.h"
#include "encoding.h"
#include "wagons.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024, TITLE_LINES_MAX = 20, CELL_BYTES_MAX = 512, NO_COLUMN = -1 };

struct sheet {
	const struct wagons *wagons;
	struct rail_list *list;
	struct wagons_words *words;
	struct csv *csv;
	struct span text; /* what is left of it */
	bool finished;
	int column[WAGONS_FIELDS];
	enum decimal_unit unit[WAGONS_FIELDS];
	char heading[WAGONS_FIELDS][LABEL_BYTES_MAX]; /* for sentences */
	size_t twice[WAGONS_FIELDS];                  /* a second column of the field, from 1 */
	bool clashes[WAGONS_FIELDS];                  /* the heading's unit is not the setting's */
};

/* ---- cells ---- */

/* Of the record that is ready, without white space around it; "" where there is no such column or cell. */
static const char *
cell(const struct sheet *sheet, int column, char out[CELL_BYTES_MAX])
{
	out[0] = '\0';
	if (column < 0 || (size_t)column >= csv_fields(sheet->csv))
		return out;
	struct span field = csv_field(sheet->csv, (size_t)column);
	while (field.bytes > 0 && strchr(" \t\r\n", field.data[0]) != NULL)
		field = (struct span){ field.data + 1, field.bytes - 1 };
	while (field.bytes > 0 && strchr(" \t\r\n", field.data[field.bytes - 1]) != NULL)
		field.bytes--;
	size_t bytes = field.bytes < CELL_BYTES_MAX - 1 ? field.bytes : CELL_BYTES_MAX - 1;
	memcpy(out, field.data, bytes);
	out[bytes] = '\0';
	wire_text_mend(out);
	return out;
}

static void
wrong(struct sheet *sheet, enum wagons_field field, const char *text, const char *expected)
{
	rail_refuse(sheet->list, csv_line(sheet->csv), "column %d (%s) is '%.40s'; expected %s", sheet->column[field] + 1,
	    sheet->heading[field], text, expected);
}

/* A number that is cut would be another one's. */
static const char *
short_text(struct sheet *sheet, enum wagons_field field, size_t bytes_max, const char *expected)
{
	char text[CELL_BYTES_MAX];
	cell(sheet, sheet->column[field], text);
	if (strlen(text) > bytes_max) {
		wrong(sheet, field, text, expected);
		return "";
	}
	const char *copy = findings_text(sheet->list->out, text, bytes_max);
	return copy != NULL ? copy : "";
}

static bool
read_mass(struct sheet *sheet, enum wagons_field field, int64_t *kg)
{
	char text[CELL_BYTES_MAX];
	struct reason why;
	int64_t mass;
	cell(sheet, sheet->column[field], text);
	if (text[0] == '\0')
		return false;
	struct span span = { (const uint8_t *)text, strlen(text) };
	if (decimal_kg(span, sheet->wagons->style, sheet->unit[field], &mass, &why) != STATUS_OK) {
		wrong(sheet, field, text, why.text);
		return false;
	}
	if (mass < 0) {
		wrong(sheet, field, text, "a mass of 0 or more");
		return false;
	}
	*kg = mass;
	return true;
}

/* ---- the header ---- */

static bool
next_record(struct sheet *sheet, struct reason *why, enum status *status)
{
	bool ready = false;
	*status = STATUS_OK;
	while (!ready && *status == STATUS_OK && sheet->text.bytes > 0) {
		size_t taken = 0;
		*status = csv_feed(sheet->csv, sheet->text.data, sheet->text.bytes, &taken, &ready, why);
		sheet->text = (struct span){ sheet->text.data + taken, sheet->text.bytes - taken };
	}
	if (!ready && *status == STATUS_OK && !sheet->finished) {
		sheet->finished = true;
		*status = csv_finish(sheet->csv, &ready, why);
	}
	return ready;
}

/* A heading's unit holds where none is set. */
static void
take_heading(struct sheet *sheet, size_t field, size_t column, const char *heading, bool has_unit, enum decimal_unit unit)
{
	const struct wagons *wagons = sheet->wagons;
	bool says = has_unit && field >= FIELD_LOAD && field <= FIELD_GROSS;
	if (sheet->column[field] != NO_COLUMN)
		sheet->twice[field] = column + 1;
	sheet->column[field] = (int)column;
	snprintf(sheet->heading[field], LABEL_BYTES_MAX, "%.*s", LABEL_BYTES_MAX - 4, heading);
	wire_text_mend(sheet->heading[field]);
	sheet->clashes[field] = says && wagons->unit_is_set[field] && unit != wagons->unit[field];
	sheet->unit[field] = says ? unit : wagons->unit[field];
}

/* Two columns of one field, or a unit that is not the setting's: a mistake of ten or a thousand times, if it were passed over. */
static void
check_header(struct sheet *sheet)
{
	for (size_t i = 0; i < WAGONS_FIELDS; i++) {
		if (sheet->twice[i] > 0)
			rail_refuse(sheet->list, csv_line(sheet->csv), "column %zu (%s) is the %s once more; expected one",
			    sheet->twice[i], sheet->heading[i], sheet->wagons->names[i].field);
		if (sheet->clashes[i])
			rail_refuse(sheet->list, csv_line(sheet->csv), "column %d (%s) says another unit than the setting for %s",
			    sheet->column[i] + 1, sheet->heading[i], sheet->wagons->names[i].field);
	}
}

static void
match(struct sheet *sheet, size_t column)
{
	char heading[CELL_BYTES_MAX], name[CELL_BYTES_MAX];
	enum decimal_unit unit = DECIMAL_T;
	size_t bytes;
	cell(sheet, (int)column, heading);
	bool has_unit = label_unit(heading, &bytes, &unit);
	snprintf(name, sizeof name, "%.*s", (int)bytes, heading);
	for (size_t i = 0; i < WAGONS_FIELDS; i++) {
		if (label_has(&sheet->wagons->names[i], heading) || (has_unit && label_has(&sheet->wagons->names[i], name))) {
			take_heading(sheet, i, column, heading, has_unit, unit);
			return;
		}
	}
}

static bool
is_header(struct sheet *sheet)
{
	for (size_t i = 0; i < WAGONS_FIELDS; i++) {
		sheet->column[i] = NO_COLUMN;
		sheet->twice[i] = 0;
		sheet->clashes[i] = false;
	}
	for (size_t i = 0; i < csv_fields(sheet->csv); i++)
		match(sheet, i);
	return sheet->column[FIELD_WAGON] != NO_COLUMN &&
	    (sheet->column[FIELD_LOAD] != NO_COLUMN || sheet->column[FIELD_WAYBILL] != NO_COLUMN);
}

/* With this separator; the sheet stands behind the header then. */
static bool
find_header(struct sheet *sheet, char separator, struct span text)
{
	struct reason why;
	enum status status;
	csv_close(&sheet->csv);
	sheet->text = text;
	sheet->finished = false;
	if (csv_open(separator, &sheet->csv) != STATUS_OK) {
		sheet->list->out->full = true;
		return false;
	}
	for (size_t i = 0; i < TITLE_LINES_MAX; i++) {
		bool ready = next_record(sheet, &why, &status);
		if (ready && is_header(sheet))
			return true;
		if (!ready && status == STATUS_OK)
			return false;
	}
	return false;
}

static bool
find_any_header(struct sheet *sheet, struct span text)
{
	static const char separators[] = ",;\t|";
	if (sheet->wagons->separator != 0)
		return find_header(sheet, sheet->wagons->separator, text);
	for (size_t i = 0; separators[i] != '\0'; i++)
		if (find_header(sheet, separators[i], text))
			return true;
	return false;
}

/* ---- rows ---- */

static bool
is_blank(const struct sheet *sheet)
{
	char text[CELL_BYTES_MAX];
	for (size_t i = 0; i < csv_fields(sheet->csv); i++)
		if (cell(sheet, (int)i, text)[0] != '\0')
			return false;
	return true;
}

/* "合计", "Total", "Итого": a sum at the end is no wagon. */
static bool
begins_total(const char *text)
{
	static const char *const words[] = { "合计", "总计", "小计", "total", "Total", "TOTAL", "Итого", "ИТОГО", "итого",
		"Всего" };
	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
		if (strncmp(text, words[k], strlen(words[k])) == 0)
			return true;
	return false;
}

static bool
is_total(const struct sheet *sheet)
{
	char text[CELL_BYTES_MAX];
	for (size_t i = 0; i < csv_fields(sheet->csv); i++)
		if (begins_total(cell(sheet, (int)i, text)))
			return true;
	return false;
}

static bool
read_flag(struct sheet *sheet)
{
	char text[CELL_BYTES_MAX];
	bool yes = false;
	if (!label_flag(cell(sheet, sheet->column[FIELD_RELOADED], text), &yes))
		wrong(sheet, FIELD_RELOADED, text, "yes or no");
	return yes;
}

/* One number; false: it is not taken. */
static bool
add_container(struct sheet *sheet, struct rail_row *row, const char *at, size_t bytes)
{
	char number[SHORT_TEXT_BYTES_MAX + 1];
	if (bytes > SHORT_TEXT_BYTES_MAX || row->n_containers == CONTAINERS_MAX) {
		wrong(sheet, FIELD_CONTAINER, at, "at most 16 container numbers of up to 64 bytes");
		return false;
	}
	snprintf(number, sizeof number, "%.*s", (int)bytes, at);
	char *plain = container_number(sheet->list->out, number);
	return plain != NULL &&
	    (plain[0] == '\0' || findings_append(sheet->list->out, &row->containers, &row->n_containers, plain));
}

static void
read_containers(struct sheet *sheet, struct rail_row *row)
{
	static const char between[] = " ,;/";
	char text[CELL_BYTES_MAX];
	const char *at = cell(sheet, sheet->column[FIELD_CONTAINER], text);
	if (strlen(text) == CELL_BYTES_MAX - 1) /* cut */
		wrong(sheet, FIELD_CONTAINER, text, "at most 16 container numbers of up to 64 bytes");
	for (at += strspn(at, between); *at != '\0'; at += strspn(at, between)) {
		size_t bytes = strcspn(at, between);
		if (!add_container(sheet, row, at, bytes))
			return;
		at += bytes;
	}
}

static const char *
read_hs(struct sheet *sheet)
{
	const char *text = short_text(sheet, FIELD_HS, HS_DIGITS_MAX, "an HS code of 2 to 10 digits");
	size_t n = strlen(text);
	if (n > 0 && (n < HS_DIGITS_MIN || strspn(text, "0123456789") != n))
		wrong(sheet, FIELD_HS, text, "an HS code of 2 to 10 digits");
	return text;
}

/* What is said of the train must be the same in every row that says it. */
static void
say_once(struct sheet *sheet, enum wagons_field field, const char *text, const char **said)
{
	if (text[0] == '\0')
		return;
	if ((*said)[0] == '\0')
		*said = text;
	else if (strcmp(*said, text) != 0)
		wrong(sheet, field, text, "the same as in the rows above: a list is one train's");
}

static void
read_day(struct sheet *sheet)
{
	char text[CELL_BYTES_MAX], day[16];
	int64_t ms;
	int year, month, dom;
	struct reason why;
	cell(sheet, sheet->column[FIELD_DEPARTED], text);
	if (text[0] == '\0')
		return;
	struct span span = { (const uint8_t *)text, strlen(text) };
	int32_t offset = sheet->wagons->place.offset_minutes;
	if (moment_parse(span, sheet->wagons->time, &offset, &ms, &why) != STATUS_OK) {
		wrong(sheet, FIELD_DEPARTED, text, why.text);
		return;
	}
	civil_date(civil_day_of_ms(ms + offset * INT64_C(60000)), &year, &month, &dom);
	snprintf(day, sizeof day, "%04d%02d%02d", year % 10000, month % 100, dom % 100);
	const char *copy = findings_text(sheet->list->out, day, sizeof day);
	if (copy != NULL)
		say_once(sheet, FIELD_DEPARTED, copy, &sheet->words->date);
}

static void
read_row(struct sheet *sheet)
{
	char text[CELL_BYTES_MAX];
	cell(sheet, sheet->column[FIELD_WAGON], text);
	if (is_blank(sheet) || begins_total(text) || (text[0] == '\0' && is_total(sheet)))
		return;
	struct rail_row *row = rail_add(sheet->list, csv_line(sheet->csv));
	if (row == NULL)
		return;
	row->wagon = short_text(sheet, FIELD_WAGON, UNIT_ID_BYTES_MAX, "a wagon number of up to 32 bytes");
	if (text[0] == '\0')
		wrong(sheet, FIELD_WAGON, text, "a wagon number");
	row->waybill = short_text(sheet, FIELD_WAYBILL, SHORT_TEXT_BYTES_MAX, "a waybill number of up to 64 bytes");
	cell(sheet, sheet->column[FIELD_GOODS], text);
	const char *goods = findings_text(sheet->list->out, text, TEXT_BYTES_MAX);
	row->goods = goods != NULL ? goods : "";
	row->hs_code = read_hs(sheet);
	row->has_load = read_mass(sheet, FIELD_LOAD, &row->load_kg);
	row->has_tare = read_mass(sheet, FIELD_TARE, &row->tare_kg);
	row->has_gross = read_mass(sheet, FIELD_GROSS, &row->gross_kg);
	row->reloaded = read_flag(sheet);
	read_containers(sheet, row);
	say_once(sheet, FIELD_TRAIN, short_text(sheet, FIELD_TRAIN, SHORT_TEXT_BYTES_MAX, "a train's number"),
	    &sheet->words->train);
	say_once(sheet, FIELD_BATCH, short_text(sheet, FIELD_BATCH, SHORT_TEXT_BYTES_MAX, "a batch number"), &sheet->words->batch);
	read_day(sheet);
}

static const char *
unit_name(enum decimal_unit unit)
{
	static const char
	    *const names[] = { [DECIMAL_KG] = "kg", [DECIMAL_T] = "t", [DECIMAL_CENTNER] = "centners", [DECIMAL_LB] = "lb" };
	return names[unit];
}

static void
read_rows(struct sheet *sheet)
{
	struct reason why;
	enum status status;
	sheet->list->load_unit = unit_name(sheet->unit[FIELD_LOAD]);
	sheet->list->tare_unit = unit_name(sheet->unit[FIELD_TARE]);
	for (;;) {
		bool ready = next_record(sheet, &why, &status);
		if (status != STATUS_OK)
			rail_refuse(sheet->list, csv_line(sheet->csv), "%s", why.text);
		else if (!ready)
			return;
		else if (sheet->list->n < RAIL_ROWS_MAX || !sheet->list->refused)
			read_row(sheet);
	}
}

bool
wagons_read(const struct wagons *wagons, struct span bytes, struct rail_list *list, struct wagons_words *words)
{
	struct sheet sheet = { .wagons = wagons, .list = list, .words = words };
	struct reason why;
	struct span text;
	const char *encoding = wagons->encoding[0] != '\0' ? wagons->encoding : NULL;
	enum status status = bytes.bytes <= FILE_BYTES_MAX
	    ? encoding_to_utf8(encoding, bytes, list->out->arena, &text, &why)
	    : reason_say(&why, STATUS_TOO_LARGE, "%zu bytes; expected at most %d", bytes.bytes, FILE_BYTES_MAX);
	if (status != STATUS_OK) {
		findings_remark(list->out, REMARK_unreadable, "%s", why.text);
		list->out->full = list->out->full || status == STATUS_NO_MEMORY;
		return false;
	}
	bool found = find_any_header(&sheet, text);
	if (found) {
		check_header(&sheet);
		read_rows(&sheet);
	} else if (!findings_full(list->out))
		findings_remark(list->out, REMARK_unreadable,
		    "no header within %d lines; expected one that names the wagon (such as 车号 or wagon) and its load or waybill",
		    TITLE_LINES_MAX);
	csv_close(&sheet.csv);
	return found && !list->refused && !findings_full(list->out);
}

/* Asking a value for a row. What it is made of is in value_parts.h; how it is read from YAML in value_read.c. */
#include "value.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "value_parts.h"

enum { QUOTE_BYTES = 48, NAMES_BYTES = 128 };

int
value_order(struct span a, struct span b)
{
	size_t common = a.bytes < b.bytes ? a.bytes : b.bytes;
	int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
	return order != 0 ? order : (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

bool
value_constant(const struct value *value)
{
	for (size_t i = 0; i < value->n_pieces; i++)
		if (value->pieces[i].kind != PIECE_TEXT)
			return false;
	const struct value *others[] = { value->if_empty, value->otherwise, value->unit, value->offset };
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i] != NULL && !value_constant(others[i]))
			return false;
	return true;
}

/* ---- cells ---- */

/* A blank that has no meaning at the ends of a cell: space, tab, line ends, no-break space, ideographic space. Its length, or 0. */
static size_t
blank_at(const uint8_t *at, size_t left)
{
	if (at[0] == ' ' || at[0] == '\t' || at[0] == '\r' || at[0] == '\n')
		return 1;
	if (left >= 2 && memcmp(at, "\xC2\xA0", 2) == 0)
		return 2;
	if (left >= 3 && memcmp(at, "\xE3\x80\x80", 3) == 0)
		return 3;
	return 0;
}

struct span
value_trim(struct span text)
{
	size_t n;

	while (text.bytes > 0 && (n = blank_at(text.data, text.bytes)) > 0)
		text = (struct span){ text.data + n, text.bytes - n };
	for (bool more = true; more;) {
		more = false;
		for (n = 1; n <= 3 && n <= text.bytes && !more; n++)
			more = blank_at(text.data + text.bytes - n, n) == n;
		if (more)
			text.bytes -= n - 1;
	}
	return text;
}

enum status
value_clean(struct span cell, struct arena *arena, struct span *out)
{
	struct span text = value_trim(cell);
	bool broken = false;
	for (size_t i = 0; i < text.bytes; i++)
		broken = broken || text.data[i] == '\t' || text.data[i] == '\r' || text.data[i] == '\n';
	if (broken) {
		uint8_t *copy = arena_take(arena, text.bytes);
		if (copy == NULL)
			return STATUS_NO_MEMORY;
		size_t n = 0;
		for (size_t i = 0; i < text.bytes; i++) {
			bool crlf = text.data[i] == '\r' && text.data[i + 1] == '\n'; /* trimmed: nothing ends in '\r' */
			if (!crlf)
				copy[n++] =
				    text.data[i] == '\t' || text.data[i] == '\r' || text.data[i] == '\n' ? ' ' : text.data[i];
		}
		text = (struct span){ copy, n };
	}
	*out = text;
	return STATUS_OK;
}

/* The cell, or an empty one where it holds a sign for "not known". */
static struct span
cell_of(const struct value *value, const struct value_row *row, size_t column)
{
	struct span cell = row->cells[column];
	for (size_t i = 0; i < value->unknowns; i++)
		if (cell.bytes == strlen(value->unknown[i]) && memcmp(cell.data, value->unknown[i], cell.bytes) == 0)
			return (struct span){ cell.data, 0 };
	return cell;
}

/* The start of a text for a message: cut at a character's end. */
static void
quote(struct span text, char out[QUOTE_BYTES])
{
	size_t n = text.bytes < QUOTE_BYTES - 4 ? text.bytes : QUOTE_BYTES - 4;
	if (n < text.bytes)
		while (n > 0 && (text.data[n] & 0xC0) == 0x80)
			n--;
	memcpy(out, text.data, n);
	memcpy(out + n, n < text.bytes ? "…" : "", n < text.bytes ? sizeof "…" : 1);
}

/* ---- the text ---- */

/* The text of one piece for this row. `line` is room for a number. */
static struct span
piece_text(const struct value *value, const struct value_piece *piece, const struct value_row *row, char line[24])
{
	if (piece->kind == PIECE_TEXT)
		return piece->text;
	if (piece->kind != PIECE_LINE)
		return cell_of(value, row, piece->column);
	int n = snprintf(line, 24, "%llu", (unsigned long long)row->line);
	return (struct span){ (const uint8_t *)line, (size_t)n };
}

/* All pieces together; empty when a column that has to be there is empty. One column alone is lent, not copied. */
static enum status
join(const struct value *value, const struct value_row *row, struct span *out, struct reason *why)
{
	char line[24];
	size_t bytes = 0;

	if (value->n_pieces == 1 && value->pieces[0].kind != PIECE_LINE) {
		*out = piece_text(value, &value->pieces[0], row, line);
		return STATUS_OK;
	}
	for (size_t i = 0; i < value->n_pieces; i++) {
		struct span piece = piece_text(value, &value->pieces[i], row, line);
		if (piece.bytes == 0 && value->pieces[i].kind == PIECE_COLUMN) {
			*out = (struct span){ NULL, 0 };
			return STATUS_OK;
		}
		bytes += piece.bytes;
	}
	if (bytes > VALUE_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "%s: the text is longer than %d bytes", value->field, VALUE_BYTES_MAX);
	uint8_t *text = arena_take(row->arena, bytes + 1);
	if (text == NULL)
		return STATUS_NO_MEMORY;
	size_t n = 0;
	for (size_t i = 0; i < value->n_pieces; i++) {
		struct span piece = piece_text(value, &value->pieces[i], row, line);
		if (piece.bytes > 0)
			memcpy(text + n, piece.data, piece.bytes);
		n += piece.bytes;
	}
	assert(n == bytes);
	*out = value_trim((struct span){ text, n });
	return STATUS_OK;
}

/* `keep`, `case` and `pad`, in this order. */
static enum status
normalise(const struct value *value, const struct value_row *row, struct span *text)
{
	if (!value->digits_only && value->letters == CASE_KEPT && text->bytes >= value->pad)
		return STATUS_OK;
	uint8_t *made = arena_take(row->arena, text->bytes + value->pad + 1);
	if (made == NULL)
		return STATUS_NO_MEMORY;
	uint8_t *at = made + value->pad;
	size_t n = 0;
	for (size_t i = 0; i < text->bytes; i++) {
		uint8_t byte = text->data[i];
		if (value->digits_only && (byte < '0' || byte > '9'))
			continue;
		if (value->letters == CASE_LOWER && byte >= 'A' && byte <= 'Z')
			byte = (uint8_t)(byte - 'A' + 'a');
		else if (value->letters == CASE_UPPER && byte >= 'a' && byte <= 'z')
			byte = (uint8_t)(byte - 'a' + 'A');
		at[n++] = byte;
	}
	/* An empty text stays empty: zeros alone would be a code that nobody wrote. */
	while (n > 0 && n < value->pad) {
		*--at = '0';
		n++;
	}
	*text = (struct span){ at, n };
	return STATUS_OK;
}

static int
compare_pair(const void *key, const void *pair)
{
	return value_order(*(const struct span *)key, ((const struct value_pair *)pair)->from);
}

/* `why` tells which field, which column and what it holds; the caller's `expected` ends the sentence. */
static enum status
complain(const struct value *value, const struct value_row *row, enum status status, struct span text, const char *expected,
    struct reason *why)
{
	char held[QUOTE_BYTES];

	quote(text, held);
	bool column = value->n_pieces == 1 && value->pieces[0].kind != PIECE_TEXT && value->pieces[0].kind != PIECE_LINE;
	if (column)
		return reason_say(why, status, "%s: column '%s' holds '%s', expected %s", value->field,
		    row->columns->name[value->pieces[0].column], held, expected);
	return reason_say(why, status, "%s: the text '%s', expected %s", value->field, held, expected);
}

static enum status
translate(const struct value *value, const struct value_row *row, struct span *text, struct reason *why)
{
	char expected[NAMES_BYTES];
	size_t used = 0;

	const struct value_pair *pair = bsearch(text, value->pairs, value->n_pairs, sizeof *value->pairs, compare_pair);
	if (pair != NULL) {
		*text = pair->to;
		return STATUS_OK;
	}
	if (value->otherwise != NULL)
		return value_text(value->otherwise, row, text, why);
	expected[0] = '\0';
	for (size_t i = 0; i < value->n_pairs && used < sizeof expected - 1; i++) {
		char from[QUOTE_BYTES];
		quote(value->pairs[i].from, from);
		int n = snprintf(expected + used, sizeof expected - used, "%s%s", i == 0 ? "" : ", ", from);
		if (n < 0 || (size_t)n >= sizeof expected - used)
			break;
		used += (size_t)n;
	}
	char sentence[NAMES_BYTES + 64];
	expected[used] = '\0';
	snprintf(sentence, sizeof sentence, "one of the mapping's values: %s", expected);
	return complain(value, row, STATUS_OUT_OF_RANGE, *text, sentence, why);
}

enum status
value_text(const struct value *value, const struct value_row *row, struct span *out, struct reason *why)
{
	struct span text;

	enum status status = join(value, row, &text, why);
	if (status == STATUS_OK && text.bytes > 0)
		status = normalise(value, row, &text);
	if (status != STATUS_OK)
		return status;
	if (text.bytes == 0) {
		if (value->if_empty != NULL)
			return value_text(value->if_empty, row, out, why);
		*out = (struct span){ NULL, 0 };
		return STATUS_OK;
	}
	if (value->translated && (status = translate(value, row, &text, why)) != STATUS_OK)
		return status;
	*out = text.bytes == 0 ? (struct span){ NULL, 0 } : text;
	return STATUS_OK;
}

/* ---- the number ---- */

/* "import or export": the names of an enum without the one that says nothing. */
static enum status
explain_names(const ProtobufCEnumDescriptor *names, struct reason *why)
{
	char list[NAMES_BYTES];
	size_t used = 0;

	list[0] = '\0';
	for (unsigned i = 0; i < names->n_values; i++) {
		if (names->values[i].value == 0)
			continue;
		const char *joint = used == 0 ? "" : i + 1 == names->n_values ? " or " : ", ";
		int n = snprintf(list + used, sizeof list - used, "%s%s", joint, names->values[i].name);
		if (n < 0 || (size_t)n >= sizeof list - used)
			break;
		used += (size_t)n;
	}
	for (char *at = list; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return reason_say(why, STATUS_OUT_OF_RANGE, "%s", list);
}

static enum status
convert_name(const ProtobufCEnumDescriptor *names, struct span text, int64_t *out, struct reason *why)
{
	char name[64];

	if (text.bytes >= sizeof name)
		return explain_names(names, why);
	for (size_t i = 0; i < text.bytes; i++)
		name[i] = (char)toupper(text.data[i]);
	name[text.bytes] = '\0';
	const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(names, name);
	if (found == NULL || found->value == 0)
		return explain_names(names, why);
	*out = found->value;
	return STATUS_OK;
}

static enum status
convert_mass(const struct value *value, struct span text, enum decimal_unit unit, int64_t *out, struct reason *why)
{
	int64_t kg;

	enum status status = decimal_kg(text, value->style, unit, &kg, why);
	if (status != STATUS_OK)
		return status;
	if (kg < 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "a mass of 0 or more");
	*out = kg;
	return STATUS_OK;
}

static enum status
convert_whole(const struct value *value, struct span text, int64_t *out, struct reason *why)
{
	int64_t number;

	enum status status = decimal_whole(text, value->style, &number, why);
	if (status != STATUS_OK)
		return status;
	if (number < 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "a number of 0 or more");
	*out = number;
	return STATUS_OK;
}

static enum status
convert_unit(struct span text, int64_t *out, struct reason *why)
{
	enum decimal_unit unit;

	if (!decimal_unit_of(text, &unit))
		return reason_say(why, STATUS_OUT_OF_RANGE, "a unit of mass: " DECIMAL_UNIT_NAMES);
	*out = unit;
	return STATUS_OK;
}

static enum status
convert_offset(struct span text, int64_t *out, struct reason *why)
{
	char offset[8] = "";
	int32_t minutes;

	if (text.bytes < sizeof offset)
		memcpy(offset, text.data, text.bytes);
	if (!civil_parse_offset(offset, &minutes))
		return reason_say(why, STATUS_OUT_OF_RANGE, "an offset such as +08:00");
	*out = minutes;
	return STATUS_OK;
}

enum status
value_convert(const struct value *value, struct span text, const int64_t *aside, int64_t *out, struct reason *why)
{
	int32_t minutes = aside == NULL ? 0 : (int32_t)*aside;

	switch (value->kind) {
	case VALUE_NAME:
		return convert_name(value->names, text, out, why);
	case VALUE_MASS:
		return convert_mass(value, text, aside == NULL ? DECIMAL_KG : (enum decimal_unit) * aside, out, why);
	case VALUE_WHOLE:
		return convert_whole(value, text, out, why);
	case VALUE_MOMENT:
		return moment_parse(text, value->form, aside == NULL ? NULL : &minutes, out, why);
	case VALUE_UNIT:
		return convert_unit(text, out, why);
	case VALUE_OFFSET:
		return convert_offset(text, out, why);
	case VALUE_TEXT:
		break;
	}
	assert(false);
	return STATUS_SYNTAX;
}

/* The unit of a mass or the offset of a time, where the mapping says one; it has to be known then. */
static enum status
ask_aside(const struct value *aside, const struct value_row *row, int64_t *out, struct reason *why)
{
	bool known;

	enum status status = value_number(aside, row, &known, out, why);
	if (status == STATUS_OK && !known)
		return reason_say(why, STATUS_MISSING_FIELD, "%s: it is empty on this row, expected %s", aside->field,
		    aside->kind == VALUE_UNIT ? "a unit of mass: " DECIMAL_UNIT_NAMES : "an offset such as +08:00");
	return status;
}

enum status
value_number(const struct value *value, const struct value_row *row, bool *known, int64_t *out, struct reason *why)
{
	const struct value *beside = value->kind == VALUE_MASS ? value->unit : value->kind == VALUE_MOMENT ? value->offset : NULL;
	struct reason expected = { "" };
	struct span text;
	int64_t aside = 0, number = 0;

	enum status status = value_text(value, row, &text, why);
	if (status != STATUS_OK)
		return status;
	if (text.bytes == 0) {
		*known = false;
		return STATUS_OK;
	}
	if (beside != NULL && (status = ask_aside(beside, row, &aside, why)) != STATUS_OK)
		return status;
	status = value_convert(value, text, beside == NULL ? NULL : &aside, &number, &expected);
	if (status != STATUS_OK)
		return complain(value, row, status, text, expected.text, why);
	*known = true;
	*out = number;
	return STATUS_OK;
}

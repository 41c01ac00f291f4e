/* Reading values from YAML. All that can be known to be wrong without a row is said here, with the mapping's line. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value_parts.h"

enum { TEXTS_MAX = 256 };

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

enum status
value_read_texts(const struct yaml_node *node, const char *what, struct arena *arena, const char ***out, size_t *n,
    struct reason *why)
{
	size_t count = yaml_is_list(node) ? yaml_count(node) : 1;

	if (count > TEXTS_MAX)
		return yaml_fail(node, why, "'%s' has %zu texts, expected at most %d", what, count, TEXTS_MAX);
	const char **texts = arena_take(arena, (count + 1) * sizeof *texts);
	if (texts == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *item = yaml_is_list(node) ? yaml_item(node, i) : node;
		texts[i] = yaml_text(item);
		if (texts[i] == NULL)
			return yaml_fail(item, why, "'%s' holds something else than texts", what);
	}
	*out = texts;
	*n = count;
	return STATUS_OK;
}

/* ---- columns and pieces ---- */

static enum status
refer(const struct yaml_node *node, struct span name, struct value_reader *reader, size_t *out, struct reason *why)
{
	struct value_columns *columns = reader->columns;

	if (name.bytes == 0)
		return yaml_fail(node, why, "a column's name is missing between the braces");
	for (size_t i = 0; i < columns->n; i++) {
		if (value_order(span_of(columns->name[i]), name) == 0) {
			*out = i;
			return STATUS_OK;
		}
	}
	if (columns->n == VALUE_COLUMNS_MAX)
		return yaml_fail(node, why, "the mapping asks for more than %d columns", VALUE_COLUMNS_MAX);
	char *copy = arena_take(reader->arena, name.bytes + 1);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, name.data, name.bytes);
	copy[name.bytes] = '\0';
	columns->line[columns->n] = yaml_line(node);
	columns->name[columns->n] = copy;
	*out = columns->n++;
	return STATUS_OK;
}

static struct value_piece *
add_piece(struct value *value, enum value_piece_kind kind)
{
	struct value_piece *piece = &value->pieces[value->n_pieces++];
	*piece = (struct value_piece){ .kind = kind };
	return piece;
}

/* What stands between braces: {column}, {column?} or {line}. */
static enum status
read_brace(const struct yaml_node *node, struct span inside, struct value_reader *reader, struct value *value, struct reason *why)
{
	if (inside.bytes == 4 && memcmp(inside.data, "line", 4) == 0) {
		add_piece(value, PIECE_LINE);
		return STATUS_OK;
	}
	bool or_nothing = inside.bytes > 1 && inside.data[inside.bytes - 1] == '?';
	struct value_piece *piece = add_piece(value, or_nothing ? PIECE_COLUMN_OR_NOTHING : PIECE_COLUMN);
	return refer(node, (struct span){ inside.data, inside.bytes - (or_nothing ? 1 : 0) }, reader, &piece->column, why);
}

/* Text up to the next brace that means a column; doubled braces stand for themselves. Returns how much of `at` it took. */
static size_t
read_plain(const char *at, char *copy, struct span *out)
{
	size_t i = 0, n = 0;

	while (at[i] != '\0' && (at[i] != '{' || at[i + 1] == '{')) {
		bool doubled = (at[i] == '{' || at[i] == '}') && at[i + 1] == at[i];
		copy[n++] = at[i];
		i += doubled ? 2 : 1;
	}
	*out = (struct span){ (const uint8_t *)copy, n };
	return i;
}

static enum status
read_template(const struct yaml_node *node, const char *text, struct value_reader *reader, struct value *value, struct reason *why)
{
	char *copy = arena_take(reader->arena, strlen(text) + 1);
	value->pieces = arena_take(reader->arena, VALUE_PIECES_MAX * sizeof *value->pieces);
	if (copy == NULL || value->pieces == NULL)
		return STATUS_NO_MEMORY;
	do {
		if (value->n_pieces == VALUE_PIECES_MAX)
			return yaml_fail(node, why, "'%s' has more than %d parts", value->field, VALUE_PIECES_MAX);
		if (text[0] != '{' || text[1] == '{') {
			struct value_piece *piece = add_piece(value, PIECE_TEXT);
			text += read_plain(text, copy, &piece->text);
			copy += piece->text.bytes;
			continue;
		}
		const char *end = strchr(text, '}');
		if (end == NULL)
			return yaml_fail(node, why,
			    "'%s' opens a brace that is not closed; expected {column}, or {{ for a brace itself", value->field);
		enum status status =
		    read_brace(node, (struct span){ (const uint8_t *)text + 1, (size_t)(end - text) - 1 }, reader, value, why);
		if (status != STATUS_OK)
			return status;
		text = end + 1;
	} while (text[0] != '\0');
	return STATUS_OK;
}

/* ---- the options of a value that is a map ---- */

static enum status
choose(const struct yaml_node *node, const char *what, const char *const *names, const char *expected, size_t *out,
    struct reason *why)
{
	const char *text = yaml_text(node);

	for (size_t i = 0; text != NULL && names[i] != NULL; i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = i;
			return STATUS_OK;
		}
	}
	return yaml_fail(node, why, "'%s' is '%s', expected %s", what, text == NULL ? "no text" : text, expected);
}

static int
compare_pairs(const void *a, const void *b)
{
	return value_order(((const struct value_pair *)a)->from, ((const struct value_pair *)b)->from);
}

/* A translation's result is checked at once where that needs no row. */
static enum status
check_result(const struct yaml_node *node, const struct value *value, struct span text, struct reason *why)
{
	struct reason expected = { "" };
	int64_t number;

	if (value->kind == VALUE_TEXT || value->kind == VALUE_MOMENT || text.bytes == 0)
		return STATUS_OK;
	if (value_convert(value, text, NULL, &number, &expected) != STATUS_OK)
		return yaml_fail(node, why, "%s: '%.40s', expected %s", value->field, (const char *)text.data, expected.text);
	return STATUS_OK;
}

static enum status
read_values(const struct yaml_node *map, struct value_reader *reader, struct value *value, struct reason *why)
{
	if (!yaml_is_map(map) || yaml_count(map) == 0)
		return yaml_fail(map, why, "'values' is empty, expected lines such as  I: import");
	value->translated = true;
	value->n_pairs = yaml_count(map);
	value->pairs = arena_take(reader->arena, value->n_pairs * sizeof *value->pairs);
	if (value->pairs == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < value->n_pairs; i++) {
		const struct yaml_node *to = yaml_value(map, i);
		if (yaml_text(to) == NULL)
			return yaml_fail(to, why, "'values' has no plain text for '%.40s'", yaml_key(map, i));
		value->pairs[i] = (struct value_pair){ span_of(yaml_key(map, i)), span_of(yaml_text(to)) };
		enum status status = check_result(to, value, value->pairs[i].to, why);
		if (status != STATUS_OK)
			return status;
	}
	qsort(value->pairs, value->n_pairs, sizeof *value->pairs, compare_pairs);
	return STATUS_OK;
}

enum status
value_read_style(const struct yaml_node *map, struct decimal_style *style, struct reason *why)
{
	static const char *const marks[] = { "point", "comma", NULL };
	static const char *const separators[] = { "none", "comma", "point", "apostrophe", "space", NULL };
	static const char separator_sign[] = { 0, ',', '.', '\'', ' ' };
	const struct yaml_node *mark = yaml_get(map, "decimal"), *thousands = yaml_get(map, "thousands");
	enum status status = STATUS_OK;
	size_t i;

	if (mark != NULL && (status = choose(mark, "decimal", marks, "point or comma", &i, why)) == STATUS_OK)
		style->mark = i == 0 ? '.' : ',';
	if (status != STATUS_OK || thousands == NULL)
		return status == STATUS_OK && style->mark == style->thousands
		    ? yaml_fail(mark, why, "decimal mark and thousands separator are the same")
		    : status;
	status = choose(thousands, "thousands", separators, "none, comma, point, apostrophe or space", &i, why);
	if (status != STATUS_OK)
		return status;
	style->thousands = separator_sign[i];
	if (style->mark == style->thousands)
		return yaml_fail(thousands, why, "decimal mark and thousands separator are the same");
	return STATUS_OK;
}

/* What text values, and all others before they are converted, may ask for. */
static enum status
read_text_options(const struct yaml_node *map, struct value_reader *reader, struct value *value, struct reason *why)
{
	static const char *const cases[] = { "as_is", "lower", "upper", NULL };
	static const char *const keeps[] = { "all", "digits", NULL };
	const struct yaml_node *node;
	enum status status = STATUS_OK;
	size_t i = 0;
	int64_t pad = 0;

	if ((node = yaml_get(map, "unknown")) != NULL)
		status = value_read_texts(node, "unknown", reader->arena, &value->unknown, &value->unknowns, why);
	if (status == STATUS_OK && (node = yaml_get(map, "case")) != NULL) {
		status = choose(node, "case", cases, "as_is, lower or upper", &i, why);
		value->letters = (enum value_case)i;
	}
	if (status == STATUS_OK && (node = yaml_get(map, "keep")) != NULL) {
		status = choose(node, "keep", keeps, "all or digits", &i, why);
		value->digits_only = i == 1;
	}
	if (status == STATUS_OK && (node = yaml_get(map, "pad")) != NULL) {
		status = yaml_number(node, "pad", 1, VALUE_PAD_MAX, &pad, why);
		value->pad = (size_t)pad;
	}
	if (status == STATUS_OK && (node = yaml_get(map, "values")) != NULL)
		status = read_values(node, reader, value, why);
	if (status == STATUS_OK && (node = yaml_get(map, "otherwise")) != NULL) {
		if (!value->translated)
			return yaml_fail(node, why, "'otherwise' stands without 'values'");
		status = value_read(node, VALUE_TEXT, NULL, value->field, reader, &value->otherwise, why);
	}
	if (status == STATUS_OK && (node = yaml_get(map, "if_empty")) != NULL)
		status = value_read(node, VALUE_TEXT, NULL, value->field, reader, &value->if_empty, why);
	return status;
}

/* "declared_kg: unit", for messages about what stands beside a value. */
static const char *
beside_name(const char *field, const char *what, struct arena *arena)
{
	size_t bytes = strlen(field) + strlen(what) + 3;
	char *name = arena_take(arena, bytes);
	if (name != NULL)
		snprintf(name, bytes, "%s: %s", field, what);
	return name;
}

static enum status
read_beside(const struct yaml_node *map, const char *key, enum value_kind kind, struct value_reader *reader, const char *field,
    const struct value **out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(map, key);
	if (node == NULL)
		return STATUS_OK;
	const char *name = beside_name(field, key, reader->arena);
	if (name == NULL)
		return STATUS_NO_MEMORY;
	return value_read(node, kind, NULL, name, reader, out, why);
}

static enum status
read_kind_options(const struct yaml_node *map, struct value_reader *reader, struct value *value, struct reason *why)
{
	enum status status = STATUS_OK;

	if (value->kind == VALUE_MASS || value->kind == VALUE_WHOLE)
		status = value_read_style(map, &value->style, why);
	if (status == STATUS_OK && value->kind == VALUE_MASS)
		status = read_beside(map, "unit", VALUE_UNIT, reader, value->field, &value->unit, why);
	if (status != STATUS_OK || value->kind != VALUE_MOMENT)
		return status;
	const struct yaml_node *form = yaml_get(map, "form");
	if (form != NULL && (value->form = yaml_text(form)) == NULL)
		return yaml_fail(form, why, "'form' is no text, expected such as \"YYYY-MM-DD hh:mm\"");
	return read_beside(map, "offset", VALUE_OFFSET, reader, value->field, &value->offset, why);
}

/* `column` or `text` of a map: where the value comes from. */
static enum status
read_origin(const struct yaml_node *map, struct value_reader *reader, struct value *value, struct reason *why)
{
	const struct yaml_node *column = yaml_get(map, "column"), *text = yaml_get(map, "text");

	if ((column == NULL) == (text == NULL))
		return yaml_fail(map, why, "'%s' needs either 'column' or 'text'", value->field);
	const struct yaml_node *what = column != NULL ? column : text;
	if (yaml_text(what) == NULL)
		return yaml_fail(what, why, "'%s' is no text", column != NULL ? "column" : "text");
	if (text != NULL)
		return read_template(text, yaml_text(text), reader, value, why);
	value->pieces = arena_take(reader->arena, sizeof *value->pieces);
	if (value->pieces == NULL)
		return STATUS_NO_MEMORY;
	return refer(column, span_of(yaml_text(column)), reader, &add_piece(value, PIECE_COLUMN)->column, why);
}

static enum status
read_map(const struct yaml_node *map, struct value_reader *reader, struct value *value, struct reason *why)
{
#define COMMON "column", "text", "values", "otherwise", "if_empty", "unknown", "case", "keep", "pad"
	static const char *const common[] = { COMMON, NULL };
	static const char *const mass[] = { COMMON, "unit", "decimal", "thousands", NULL };
	static const char *const whole[] = { COMMON, "decimal", "thousands", NULL };
	static const char *const moment[] = { COMMON, "form", "offset", NULL };
#undef COMMON
	const char *const *allowed = value->kind == VALUE_MASS ? mass
	    : value->kind == VALUE_WHOLE                       ? whole
	    : value->kind == VALUE_MOMENT                      ? moment
							       : common;

	/* YAML reads a bare {plate} as a map with the name "plate" and no value. */
	if (yaml_count(map) == 1 && yaml_text(yaml_value(map, 0)) != NULL && *yaml_text(yaml_value(map, 0)) == '\0')
		return yaml_fail(map, why, "'%s': braces need quotes around them, as in \"{%.40s}\"", value->field,
		    yaml_key(map, 0));
	enum status status = yaml_only(map, allowed, why);
	if (status != STATUS_OK)
		return status;
	status = read_origin(map, reader, value, why);
	if (status == STATUS_OK)
		status = read_kind_options(map, reader, value, why);
	if (status == STATUS_OK)
		status = read_text_options(map, reader, value, why);
	return status;
}

/* ---- the whole ---- */

/* A time's form has to be understood, and its zone to come from somewhere. */
static enum status
check_moment(const struct yaml_node *node, const struct value *value, struct reason *why)
{
	struct reason expected = { "" };
	enum moment_zone zone;

	if (moment_form(value->form, &zone, &expected) != STATUS_OK)
		return yaml_fail(node, why, "'%s': the form '%.64s', expected %s", value->field, value->form, expected.text);
	if (zone == MOMENT_ZONE_NEVER && value->offset == NULL)
		return yaml_fail(node, why,
		    "'%s': times in the form '%.64s' have no zone; expected an 'offset' such as \"+08:00\" here or under 'time'",
		    value->field, value->form);
	return STATUS_OK;
}

/* What is the same for every row is tried once now. */
static enum status
check_constant(const struct yaml_node *node, const struct value *value, struct arena *arena, struct reason *why)
{
	struct value_columns columns = { .n = 0 };
	struct value_row row = { &columns, NULL, 1, arena };
	struct reason inner = { "" };
	struct span text;
	int64_t number;
	bool known;

	if (!value_constant(value))
		return STATUS_OK;
	enum status status =
	    value->kind == VALUE_TEXT ? value_text(value, &row, &text, &inner) : value_number(value, &row, &known, &number, &inner);
	return status == STATUS_OK || status == STATUS_NO_MEMORY ? status : yaml_fail(node, why, "%s", inner.text);
}

static struct value *
make(enum value_kind kind, const ProtobufCEnumDescriptor *names, const char *field, const struct value_reader *reader)
{
	struct value *value = arena_take(reader->arena, sizeof *value);
	if (value == NULL)
		return NULL;
	*value = (struct value){
		.kind = kind,
		.names = names,
		.field = field,
		.style = reader->style,
		.form = reader->form,
		.offset = kind == VALUE_MOMENT ? reader->offset : NULL,
		.unknown = reader->unknown,
		.unknowns = reader->unknowns,
	};
	return value;
}

enum status
value_read(const struct yaml_node *node, enum value_kind kind, const ProtobufCEnumDescriptor *names, const char *field,
    struct value_reader *reader, const struct value **out, struct reason *why)
{
	assert((kind == VALUE_NAME) == (names != NULL));
	if (yaml_is_list(node))
		return yaml_fail(node, why, "'%s' is a list, expected one value", field);
	struct value *value = make(kind, names, field, reader);
	if (value == NULL)
		return STATUS_NO_MEMORY;
	enum status status =
	    yaml_is_map(node) ? read_map(node, reader, value, why) : read_template(node, yaml_text(node), reader, value, why);
	if (status == STATUS_OK && kind == VALUE_MOMENT)
		status = check_moment(node, value, why);
	if (status == STATUS_OK)
		status = check_constant(node, value, reader->arena, why);
	if (status != STATUS_OK)
		return status;
	*out = value;
	return STATUS_OK;
}

enum status
value_read_origin(const struct yaml_node *map, const char *field, struct value_reader *reader, const struct value **out,
    struct reason *why)
{
	struct value *value = make(VALUE_TEXT, NULL, field, reader);
	if (value == NULL)
		return STATUS_NO_MEMORY;
	enum status status = read_origin(map, reader, value, why);
	if (status == STATUS_OK)
		*out = value;
	return status;
}

/*
 * Shapes: the fields of a message by its descriptor, so that a new field of the proto files needs no code here. Pure; arenas
 * hold all.
 */
#include "shape.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 512, NAMES_MAX = 48, PATH_BYTES_MAX = 160 };

/* A field and what fills it: values for texts and numbers, shapes for messages. One that is not repeated has one of them. */
struct shape_field {
	const ProtobufCFieldDescriptor *field;
	const struct value **values;
	const struct shape **shapes;
	size_t n;
};

struct shape {
	const ProtobufCMessageDescriptor *type;
	const struct when *when;
	struct shape_field *fields;
	size_t n;
};

/* ---- reading ---- */

static bool
ends_in_kg(const char *name)
{
	size_t n = strlen(name);
	return n > 3 && strcmp(name + n - 3, "_kg") == 0;
}

/* Which kind of value a field takes; false for what no cell can say (bytes, switches). */
static bool
kind_of(const ProtobufCFieldDescriptor *field, enum value_kind *out)
{
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*out = VALUE_TEXT;
		return true;
	case PROTOBUF_C_TYPE_ENUM:
		*out = VALUE_NAME;
		return true;
	case PROTOBUF_C_TYPE_INT64:
		*out = ends_in_kg(field->name) ? VALUE_MASS : VALUE_WHOLE;
		return true;
	default:
		return false;
	}
}

static enum status
check_names(const struct yaml_node *map, const ProtobufCMessageDescriptor *type, const char *const *beside, struct reason *why)
{
	const char *allowed[NAMES_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < type->n_fields; i++) {
		assert(n < NAMES_MAX - 2);
		allowed[n++] = type->fields[i].name;
	}
	for (size_t i = 0; beside[i] != NULL; i++) {
		assert(n < NAMES_MAX - 2);
		allowed[n++] = beside[i];
	}
	allowed[n++] = "when";
	allowed[n] = NULL;
	return yaml_only(map, allowed, why);
}

/* "units.declared_kg": for messages, in the arena. */
static const char *
path_below(const char *path, const char *name, struct arena *arena)
{
	char *below = arena_take(arena, PATH_BYTES_MAX);
	if (below != NULL)
		snprintf(below, PATH_BYTES_MAX, "%s%s%s", path, *path == '\0' ? "" : ".", name);
	return below;
}

static enum status
read_item(const struct yaml_node *node, const char *path, struct value_reader *reader, struct shape_field *field, size_t i,
    struct reason *why)
{
	static const char *const nothing[] = { NULL };
	const ProtobufCFieldDescriptor *about = field->field;
	enum value_kind kind;

	if (about->type == PROTOBUF_C_TYPE_MESSAGE) {
		if (!yaml_is_map(node))
			return yaml_fail(node, why, "'%s' holds a plain value, expected a map of names and values", path);
		return shape_read(node, about->descriptor, nothing, path, reader, &field->shapes[i], why);
	}
	if (!kind_of(about, &kind))
		return yaml_fail(node, why, "'%s' cannot be filled from a spreadsheet", path);
	return value_read(node, kind, kind == VALUE_NAME ? about->descriptor : NULL, path, reader, &field->values[i], why);
}

static enum status
read_field(const struct yaml_node *node, const char *path, struct value_reader *reader, struct shape_field *out, struct reason *why)
{
	bool message = out->field->type == PROTOBUF_C_TYPE_MESSAGE;
	bool list = yaml_is_list(node);

	if (list && out->field->label != PROTOBUF_C_LABEL_REPEATED)
		return yaml_fail(node, why, "'%s' is a list, expected one value", path);
	out->n = list ? yaml_count(node) : 1;
	if (out->n > ITEMS_MAX)
		return yaml_fail(node, why, "'%s' has %zu items, expected at most %d", path, out->n, ITEMS_MAX);
	void *slots = arena_take(reader->arena, (out->n + 1) * sizeof(void *));
	if (slots == NULL)
		return STATUS_NO_MEMORY;
	out->shapes = message ? slots : NULL;
	out->values = message ? NULL : slots;
	for (size_t i = 0; i < out->n; i++) {
		enum status status = read_item(list ? yaml_item(node, i) : node, path, reader, out, i, why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
shape_read(const struct yaml_node *map, const ProtobufCMessageDescriptor *type, const char *const *beside, const char *path,
    struct value_reader *reader, const struct shape **out, struct reason *why)
{
	struct shape *shape = arena_take(reader->arena, sizeof *shape);
	struct shape_field *fields = arena_take(reader->arena, (type->n_fields + 1) * sizeof *fields);
	if (shape == NULL || fields == NULL)
		return STATUS_NO_MEMORY;
	*shape = (struct shape){ .type = type, .fields = fields };
	enum status status = check_names(map, type, beside, why);
	if (status == STATUS_OK)
		status = when_read(yaml_get(map, "when"), reader, &shape->when, why);
	for (unsigned i = 0; status == STATUS_OK && i < type->n_fields; i++) {
		const struct yaml_node *node = yaml_get(map, type->fields[i].name);
		if (node == NULL)
			continue;
		const char *below = path_below(path, type->fields[i].name, reader->arena);
		if (below == NULL)
			return STATUS_NO_MEMORY;
		fields[shape->n] = (struct shape_field){ .field = &type->fields[i] };
		status = read_field(node, below, reader, &fields[shape->n], why);
		shape->n++;
	}
	if (status == STATUS_OK)
		*out = shape;
	return status;
}

/* ---- filling ---- */

/* A NUL-ended copy; cells are not. */
static char *
text_copy(struct span text, struct arena *arena)
{
	char *copy = arena_take(arena, text.bytes + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	return copy;
}

static enum status
fill_text(const struct value *value, const struct value_row *row, char **out, struct reason *why)
{
	struct span text;

	enum status status = value_text(value, row, &text, why);
	if (status != STATUS_OK || text.bytes == 0)
		return status;
	char *copy = text_copy(text, row->arena);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	*out = copy;
	return STATUS_OK;
}

static enum status
fill_number(const struct shape_field *field, const struct value_row *row, uint8_t *message, struct reason *why)
{
	int64_t number;
	bool known;

	enum status status = value_number(field->values[0], row, &known, &number, why);
	if (status != STATUS_OK || !known)
		return status;
	if (field->field->type == PROTOBUF_C_TYPE_ENUM) {
		int value = (int)number;
		memcpy(message + field->field->offset, &value, sizeof value);
	} else {
		memcpy(message + field->field->offset, &number, sizeof number);
	}
	if (field->field->quantifier_offset != 0 && field->field->label == PROTOBUF_C_LABEL_OPTIONAL) {
		protobuf_c_boolean has = 1;
		memcpy(message + field->field->quantifier_offset, &has, sizeof has);
	}
	return STATUS_OK;
}

/* What is not known, or whose condition does not hold, takes no place in the list. */
static enum status
fill_list(const struct shape_field *field, const struct value_row *row, uint8_t *message, struct reason *why)
{
	size_t n = 0;
	void **list = arena_take(row->arena, (field->n + 1) * sizeof *list);
	if (list == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < field->n; i++) {
		ProtobufCMessage *inner = NULL;
		char *text = NULL;
		enum status status = field->shapes != NULL ? shape_fill(field->shapes[i], row, &inner, why)
							   : fill_text(field->values[i], row, &text, why);
		if (status != STATUS_OK)
			return status;
		if (inner != NULL || text != NULL)
			list[n++] = field->shapes != NULL ? (void *)inner : (void *)text;
	}
	memcpy(message + field->field->quantifier_offset, &n, sizeof n);
	memcpy(message + field->field->offset, &list, sizeof list);
	return STATUS_OK;
}

static enum status
fill_field(const struct shape_field *field, const struct value_row *row, uint8_t *message, struct reason *why)
{
	if (field->field->label == PROTOBUF_C_LABEL_REPEATED)
		return fill_list(field, row, message, why);
	if (field->field->type != PROTOBUF_C_TYPE_STRING)
		return fill_number(field, row, message, why);
	char *text = NULL;
	enum status status = fill_text(field->values[0], row, &text, why);
	if (status == STATUS_OK && text != NULL)
		memcpy(message + field->field->offset, &text, sizeof text);
	return status;
}

enum status
shape_fill(const struct shape *shape, const struct value_row *row, ProtobufCMessage **out, struct reason *why)
{
	bool holds;

	enum status status = when_holds(shape->when, row, &holds, why);
	if (status != STATUS_OK)
		return status;
	if (!holds) {
		*out = NULL;
		return STATUS_OK;
	}
	ProtobufCMessage *message = arena_take(row->arena, shape->type->sizeof_message);
	if (message == NULL)
		return STATUS_NO_MEMORY;
	protobuf_c_message_init(shape->type, message);
	for (size_t i = 0; i < shape->n && status == STATUS_OK; i++)
		status = fill_field(&shape->fields[i], row, (uint8_t *)message, why);
	if (status == STATUS_OK)
		*out = message;
	return status;
}

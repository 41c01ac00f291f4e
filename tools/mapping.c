/*
 * Mappings: the plan that YAML makes, its binding to columns, and rows. The plan lives in one arena; texts are lent from the
 * document.
 */
#include "mapping.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shape.h"

enum { PLAN_BYTES = 4 * 1024 * 1024, HEADER_LINE_MAX = 1000, NAMES_BYTES = 160 };

/* What every event has, whatever it says. */
struct common {
	const struct value *occurred_at;
	const struct value *port;
	const struct value *batch_no;
	const struct value *source_key;
};

struct event_plan {
	const char *kind;
	const ProtobufCFieldDescriptor *what; /* of Event */
	struct common common;
	const struct shape *shape;
};

struct mapping {
	struct yaml *yaml;  /* texts are lent from it */
	struct arena arena; /* holds the plan */
	struct value_columns columns;
	char separator;
	int64_t header_line;
	const struct when *when;
	struct event_plan events[MAPPING_EVENTS_MAX];
	size_t n_events;
};

/* ---- reading ---- */

static enum status
read_file_part(const struct yaml_node *map, struct mapping *mapping, struct reason *why)
{
	static const char *const allowed[] = { "separator", "header_line", NULL };
	static const struct {
		const char *name;
		char sign;
	} separators[] = { { "comma", ',' }, { "semicolon", ';' }, { "tab", '\t' }, { "bar", '|' } };

	if (map == NULL)
		return STATUS_OK;
	if (!yaml_is_map(map))
		return yaml_fail(map, why, "'file' holds a plain value, expected a map with separator and header_line");
	enum status status = yaml_only(map, allowed, why);
	const struct yaml_node *line = yaml_get(map, "header_line"), *separator = yaml_get(map, "separator");
	if (status == STATUS_OK && line != NULL)
		status = yaml_number(line, "header_line", 0, HEADER_LINE_MAX, &mapping->header_line, why);
	if (status != STATUS_OK || separator == NULL)
		return status;
	for (size_t i = 0; yaml_text(separator) != NULL && i < sizeof separators / sizeof separators[0]; i++) {
		if (strcmp(yaml_text(separator), separators[i].name) == 0) {
			mapping->separator = separators[i].sign;
			return STATUS_OK;
		}
	}
	return yaml_fail(separator, why, "'separator' is '%.40s', expected comma, semicolon, tab or bar",
	    yaml_text(separator) == NULL ? "no text" : yaml_text(separator));
}

/* What holds for all values that do not say otherwise: signs for "unknown", decimal marks, the form and zone of times. */
static enum status
read_defaults(const struct yaml_node *root, struct value_reader *reader, struct reason *why)
{
	static const char *const number_names[] = { "decimal", "thousands", NULL };
	static const char *const time_names[] = { "form", "offset", NULL };
	const struct yaml_node *numbers = yaml_get(root, "numbers"), *times = yaml_get(root, "time"),
			       *unknown = yaml_get(root, "unknown");
	enum status status = STATUS_OK;

	if (unknown != NULL)
		status = value_read_texts(unknown, "unknown", reader->arena, &reader->unknown, &reader->unknowns, why);
	if (status == STATUS_OK && numbers != NULL) {
		if (!yaml_is_map(numbers))
			return yaml_fail(numbers, why, "'numbers' holds a plain value, expected a map with decimal and thousands");
		status = yaml_only(numbers, number_names, why);
		if (status == STATUS_OK)
			status = value_read_style(numbers, &reader->style, why);
	}
	if (status != STATUS_OK || times == NULL)
		return status;
	if (!yaml_is_map(times))
		return yaml_fail(times, why, "'time' holds a plain value, expected a map with form and offset");
	if ((status = yaml_only(times, time_names, why)) != STATUS_OK)
		return status;
	const struct yaml_node *form = yaml_get(times, "form"), *offset = yaml_get(times, "offset");
	if (form != NULL && (reader->form = yaml_text(form)) == NULL)
		return yaml_fail(form, why, "'form' is no text, expected such as \"YYYY-MM-DD hh:mm\"");
	if (offset != NULL)
		status = value_read(offset, VALUE_OFFSET, NULL, "time: offset", reader, &reader->offset, why);
	return status;
}

/* The common fields of a map, over what `common` holds. */
static enum status
read_common(const struct yaml_node *map, struct value_reader *reader, struct common *common, struct reason *why)
{
	const struct {
		const char *name;
		enum value_kind kind;
		const struct value **out;
	} parts[] = {
		{ "occurred_at", VALUE_MOMENT, &common->occurred_at },
		{ "port", VALUE_TEXT, &common->port },
		{ "batch_no", VALUE_TEXT, &common->batch_no },
		{ "source_key", VALUE_TEXT, &common->source_key },
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const struct yaml_node *node = yaml_get(map, parts[i].name);
		if (node == NULL)
			continue;
		enum status status = value_read(node, parts[i].kind, NULL, parts[i].name, reader, parts[i].out, why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* The member of Event.what with this name; administrators' kinds are none of a spreadsheet's. */
static const ProtobufCFieldDescriptor *
find_kind(const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(&juyan__v1__event__descriptor, name);

	if (field == NULL || (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return NULL;
	return field->id == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED || field->id == JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED
	    ? NULL
	    : field;
}

static enum status
fail_kind(const struct yaml_node *node, struct reason *why)
{
	char names[NAMES_BYTES] = "";
	size_t used = 0;
	const char *name;

	for (size_t i = 0; (name = wire_event_kind_name(i)) != NULL; i++)
		if (find_kind(name) != NULL && used < sizeof names)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ", name);
	return yaml_fail(node, why, "'event' is '%.40s', expected one of %s", yaml_text(node) == NULL ? "no text" : yaml_text(node),
	    names);
}

static enum status
read_event(const struct yaml_node *map, const struct common *common, struct value_reader *reader, struct event_plan *out,
    struct reason *why)
{
	static const char *const beside[] = { "event", "occurred_at", "port", "batch_no", "source_key", NULL };

	if (!yaml_is_map(map))
		return yaml_fail(map, why, "an event is a map that begins with  event: manifest_lodged  or another kind");
	const struct yaml_node *kind = yaml_get(map, "event");
	if (kind == NULL)
		return yaml_fail(map, why, "'event' is missing, expected such as  event: manifest_lodged");
	out->kind = yaml_text(kind);
	out->what = out->kind == NULL ? NULL : find_kind(out->kind);
	if (out->what == NULL)
		return fail_kind(kind, why);
	out->common = *common;
	enum status status = read_common(map, reader, &out->common, why);
	if (status == STATUS_OK)
		status = shape_read(map, out->what->descriptor, beside, "", reader, &out->shape, why);
	if (status != STATUS_OK)
		return status;
	const char *missing = out->common.occurred_at == NULL ? "occurred_at"
	    : out->common.port == NULL                        ? "port"
	    : out->common.batch_no == NULL                    ? "batch_no"
							      : NULL;
	if (missing != NULL)
		return yaml_fail(map, why, "the event '%s' has no '%s', neither of its own nor at the top of the mapping",
		    out->kind, missing);
	return STATUS_OK;
}

static enum status
read_root(const struct yaml_node *root, struct mapping *mapping, struct reason *why)
{
	static const char *const allowed[] = { "file", "numbers", "time", "unknown", "when", "occurred_at", "port", "batch_no",
		"source_key", "events", NULL };
	struct value_reader reader = {
		.arena = &mapping->arena,
		.columns = &mapping->columns,
		.style = { '.', 0 },
		.form = "iso",
	};
	struct common common = { 0 };

	enum status status = yaml_only(root, allowed, why);
	if (status == STATUS_OK)
		status = read_file_part(yaml_get(root, "file"), mapping, why);
	if (status == STATUS_OK)
		status = read_defaults(root, &reader, why);
	if (status == STATUS_OK)
		status = when_read(yaml_get(root, "when"), &reader, &mapping->when, why);
	if (status == STATUS_OK)
		status = read_common(root, &reader, &common, why);
	if (status != STATUS_OK)
		return status;
	const struct yaml_node *events = yaml_get(root, "events");
	if (events == NULL || !yaml_is_list(events) || yaml_count(events) == 0 || yaml_count(events) > MAPPING_EVENTS_MAX)
		return yaml_fail(events == NULL ? root : events, why,
		    "'events' has to be a list of 1 to %d events that each row makes", MAPPING_EVENTS_MAX);
	for (size_t i = 0; i < yaml_count(events) && status == STATUS_OK; i++)
		status = read_event(yaml_item(events, i), &common, &reader, &mapping->events[mapping->n_events++], why);
	return status;
}

/* Takes over the document. */
static enum status
mapping_make(struct yaml *yaml, const char *name, struct mapping **out, struct reason *why)
{
	struct mapping *mapping = calloc(1, sizeof *mapping);
	enum status status = STATUS_NO_MEMORY;

	if (mapping == NULL) {
		yaml_close(&yaml);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	mapping->yaml = yaml;
	mapping->separator = ',';
	mapping->header_line = 1;
	const struct yaml_node *root = yaml_root(yaml);
	if (root == NULL || !yaml_is_map(root))
		status = reason_say(why, STATUS_SYNTAX, "%s:1: no mapping; expected a YAML map with 'events' in it", name);
	else if ((status = arena_open(&mapping->arena, PLAN_BYTES)) == STATUS_OK)
		status = read_root(root, mapping, why);
	if (status == STATUS_NO_MEMORY)
		status =
		    reason_say(why, STATUS_NO_MEMORY, "%s: the mapping is larger than %d bytes of memory hold", name, PLAN_BYTES);
	if (status != STATUS_OK) {
		mapping_close(&mapping);
		return status;
	}
	*out = mapping;
	return STATUS_OK;
}

enum status
mapping_open(const char *path, struct mapping **out, struct reason *why)
{
	struct yaml *yaml;

	enum status status = yaml_open_file(path, &yaml, why);
	return status != STATUS_OK ? status : mapping_make(yaml, path, out, why);
}

enum status
mapping_open_text(const char *name, const char *text, size_t bytes, struct mapping **out, struct reason *why)
{
	struct yaml *yaml;

	enum status status = yaml_open_text(name, text, bytes, &yaml, why);
	return status != STATUS_OK ? status : mapping_make(yaml, name, out, why);
}

void
mapping_close(struct mapping **mapping)
{
	if (*mapping == NULL)
		return;
	arena_close(&(*mapping)->arena);
	yaml_close(&(*mapping)->yaml);
	free(*mapping);
	*mapping = NULL;
}

char
mapping_separator(const struct mapping *mapping)
{
	return mapping->separator;
}

uint64_t
mapping_header_line(const struct mapping *mapping)
{
	return (uint64_t)mapping->header_line;
}

/* ---- binding ---- */

/* The names that the file has, for a message: as many as fit. */
static void
list_names(const struct span *names, size_t n, char out[NAMES_BYTES])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		struct span name = names[i];
		size_t left = NAMES_BYTES - used;
		if (!wire_text_clean((const char *)name.data, name.bytes) || name.bytes + 8 > left)
			break;
		used += (size_t)snprintf(out + used, left, "%s%.*s", i == 0 ? "" : ", ", (int)name.bytes, (const char *)name.data);
	}
}

static enum status
find_column(const struct span *names, size_t n, const char *asked, int asked_line, size_t *out, struct reason *why)
{
	size_t found = n;

	for (size_t i = 0; i < n; i++) {
		if (names[i].bytes != strlen(asked) || memcmp(names[i].data, asked, names[i].bytes) != 0)
			continue;
		if (found < n)
			return reason_say(why, STATUS_CONTRADICTION,
			    "two columns are called '%s', which the mapping asks for on line %d", asked, asked_line);
		found = i;
	}
	if (found == n) {
		char list[NAMES_BYTES];
		list_names(names, n, list);
		return reason_say(why, STATUS_NOT_FOUND, "no column '%s', which the mapping asks for on line %d; there are: %s",
		    asked, asked_line, list);
	}
	*out = found;
	return STATUS_OK;
}

/* Without a header columns are called by their place, from 1. */
static enum status
number_column(size_t n, const char *asked, int asked_line, size_t *out, struct reason *why)
{
	size_t number = 0;

	for (const char *at = asked; number <= n && *at != '\0'; at++)
		number = *at >= '0' && *at <= '9' ? number * 10 + (size_t)(*at - '0') : n + 1;
	if (number < 1 || number > n)
		return reason_say(why, STATUS_NOT_FOUND,
		    "no column '%s', which the mapping asks for on line %d; without a header they are 1 to %zu", asked, asked_line,
		    n);
	*out = number - 1;
	return STATUS_OK;
}

enum status
mapping_bind(const struct mapping *mapping, const struct span *fields, size_t n, struct arena *arena, struct mapping_binding *out,
    struct reason *why)
{
	struct mapping_binding binding = { .fields = n };
	struct span *names = arena_take(arena, (n + 1) * sizeof *names);

	if (names == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		if (value_clean(fields[i], arena, &names[i]) != STATUS_OK)
			return STATUS_NO_MEMORY;

	for (size_t i = 0; i < mapping->columns.n; i++) {
		const char *asked = mapping->columns.name[i];
		int line = mapping->columns.line[i];
		enum status status = mapping->header_line == 0 ? number_column(n, asked, line, &binding.at[i], why)
							       : find_column(names, n, asked, line, &binding.at[i], why);
		if (status != STATUS_OK)
			return status;
	}
	*out = binding;
	return STATUS_OK;
}

/* ---- rows ---- */

static bool
is_blank(const struct span *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (value_trim(fields[i]).bytes > 0)
			return false;
	return true;
}

/* The cells that the mapping asks for, cleaned and known to be text. */
static enum status
take_cells(const struct mapping *mapping, const struct mapping_binding *binding, const struct span *fields, struct arena *arena,
    const struct span **out, struct reason *why)
{
	struct span *cells = arena_take(arena, (mapping->columns.n + 1) * sizeof *cells);
	if (cells == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < mapping->columns.n; i++) {
		enum status status = value_clean(fields[binding->at[i]], arena, &cells[i]);
		if (status != STATUS_OK)
			return status;
		if (!wire_text_clean((const char *)cells[i].data, cells[i].bytes))
			return reason_say(why, STATUS_NOT_TEXT,
			    "column '%s' is not UTF-8 or holds control characters; expected a file saved as UTF-8",
			    mapping->columns.name[i]);
	}
	*out = cells;
	return STATUS_OK;
}

/* A text that every event must have. Its field keeps the empty text where `value` is NULL. */
static enum status
fill_text(const struct value *value, const char *name, const char *kind, bool needed, const struct value_row *row, char **out,
    struct reason *why)
{
	struct span text = { NULL, 0 };

	enum status status = value == NULL ? STATUS_OK : value_text(value, row, &text, why);
	if (status != STATUS_OK)
		return status;
	if (text.bytes == 0)
		return needed ? reason_say(why, STATUS_MISSING_FIELD, "%s: '%s' is empty on this row", kind, name) : STATUS_OK;
	char *copy = arena_take(row->arena, text.bytes + 1);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	*out = copy;
	return STATUS_OK;
}

static enum status
fill_common(const struct event_plan *plan, const struct value_row *row, Juyan__V1__Event *event, struct reason *why)
{
	const struct common *common = &plan->common;
	bool known;

	enum status status = value_number(common->occurred_at, row, &known, &event->occurred_at_ms, why);
	if (status == STATUS_OK && !known)
		status = reason_say(why, STATUS_MISSING_FIELD, "%s: 'occurred_at' is empty on this row", plan->kind);
	if (status == STATUS_OK)
		status = fill_text(common->port, "port", plan->kind, true, row, &event->port, why);
	if (status == STATUS_OK)
		status = fill_text(common->batch_no, "batch_no", plan->kind, true, row, &event->batch_no, why);
	if (status == STATUS_OK)
		status = fill_text(common->source_key, "source_key", plan->kind, false, row, &event->source_key, why);
	return status;
}

/* *out is NULL when the event's condition does not hold. */
static enum status
make_event(const struct event_plan *plan, const struct value_row *row, const Juyan__V1__Event **out, struct reason *why)
{
	ProtobufCMessage *said;

	*out = NULL;
	enum status status = shape_fill(plan->shape, row, &said, why);
	if (status != STATUS_OK || said == NULL)
		return status;
	Juyan__V1__Event *event = arena_take(row->arena, sizeof *event);
	if (event == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__event__init(event);
	event->what_case = (Juyan__V1__Event__WhatCase)plan->what->id;
	memcpy((uint8_t *)event + plan->what->offset, &said, sizeof said);
	status = fill_common(plan, row, event, why);
	if (status == STATUS_OK)
		*out = event;
	return status;
}

enum status
mapping_row(const struct mapping *mapping, const struct mapping_binding *binding, const struct span *fields, size_t n,
    uint64_t line, struct arena *arena, struct mapping_events *out, struct reason *why)
{
	struct value_row row = { .columns = &mapping->columns, .line = line, .arena = arena };
	struct mapping_events events = { .n = 0 };
	bool holds = false;

	if (is_blank(fields, n)) {
		*out = events;
		return STATUS_OK;
	}
	if (n != binding->fields)
		return reason_say(why, STATUS_SYNTAX, "%zu fields, expected %zu as in the %s", n, binding->fields,
		    mapping->header_line == 0 ? "first row" : "header");
	enum status status = take_cells(mapping, binding, fields, arena, &row.cells, why);
	if (status == STATUS_OK)
		status = when_holds(mapping->when, &row, &holds, why);
	for (size_t i = 0; status == STATUS_OK && holds && i < mapping->n_events; i++) {
		const Juyan__V1__Event *event;
		status = make_event(&mapping->events[i], &row, &event, why);
		if (status == STATUS_OK && event != NULL)
			events.list[events.n++] = event;
	}
	if (status == STATUS_OK)
		*out = events;
	return status;
}

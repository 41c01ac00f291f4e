/* Reading mappings from YAML. The plan lives in one arena; texts are lent from the document, which the mapping keeps. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapping_parts.h"
#include "recode.h"

enum { PLAN_BYTES = 4 * 1024 * 1024, HEADER_LINE_MAX = 1000, NAMES_BYTES = 160 };

static enum status
read_file_part(const struct yaml_node *map, struct mapping *mapping, struct reason *why)
{
	static const char *const allowed[] = { "separator", "header_line", "encoding", NULL };
	static const struct {
		const char *name;
		char sign;
	} separators[] = { { "comma", ',' }, { "semicolon", ';' }, { "tab", '\t' }, { "bar", '|' } };

	if (map == NULL)
		return STATUS_OK;
	if (!yaml_is_map(map))
		return yaml_fail(map, why, "'file' holds a plain value, expected a map with separator, encoding and header_line");
	enum status status = yaml_only(map, allowed, why);
	const struct yaml_node *line = yaml_get(map, "header_line"), *separator = yaml_get(map, "separator");
	const struct yaml_node *encoding = yaml_get(map, "encoding");
	if (status == STATUS_OK && encoding != NULL) {
		mapping->encoding = yaml_text(encoding) == NULL ? "no text" : yaml_text(encoding);
		if (!recode_knows(mapping->encoding))
			return yaml_fail(encoding, why, "'encoding' is '%.40s', expected " RECODE_NAMES, mapping->encoding);
	}
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
	return field->id >= JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED ? NULL : field;
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

static bool
of_batch(const struct event_plan *plan)
{
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = (Juyan__V1__Event__WhatCase)plan->what->id;
	return wire_event_of_batch(&event);
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
	    : out->common.batch_no == NULL && of_batch(out)   ? "batch_no"
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
	mapping->encoding = "utf-8";
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

/* Asking a mapping: its binding to a file's columns, and its rows. How it is read from YAML is in mapping_read.c. */
#include "mapping.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "mapping_parts.h"

enum { NAMES_BYTES = 160 };

char
mapping_separator(const struct mapping *mapping)
{
	return mapping->separator;
}

const char *
mapping_encoding(const struct mapping *mapping)
{
	return mapping->encoding;
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

static bool
all_clean(const struct span *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!wire_text_clean((const char *)names[i].data, names[i].bytes))
			return false;
	return true;
}

static enum status
find_column(const struct span *names, size_t n, const char *encoding, const char *asked, int asked_line, size_t *out,
    struct reason *why)
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
		if (!all_clean(names, n))
			return reason_say(why, STATUS_NOT_TEXT,
			    "the header is not text in %s; the mapping can say another encoding, as in  file: { encoding: gb18030 "
			    "}",
			    encoding);
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
		enum status status = mapping->header_line == 0
		    ? number_column(n, asked, line, &binding.at[i], why)
		    : find_column(names, n, mapping->encoding, asked, line, &binding.at[i], why);
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
			    "column '%s' is no text (in UTF-8, or the encoding that the mapping says) or holds control characters",
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
	if (status == STATUS_OK && wire_event_of_batch(event))
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

/* A growing list in an arena. Whoever finds nothing room any more is told by NULL, and nothing half-made stays in the list. */
#include "findings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "status.h"

enum { FIRST_ROOM = 32 };

void
findings_open(struct findings *findings, struct arena *arena)
{
	*findings = (struct findings){ .arena = arena };
}

void
findings_clear(struct findings *findings)
{
	arena_reset(findings->arena);
	findings_open(findings, findings->arena);
}

bool
findings_full(const struct findings *findings)
{
	return findings->full;
}

void *
findings_take(struct findings *findings, size_t bytes)
{
	void *taken = arena_take(findings->arena, bytes);
	if (taken == NULL)
		findings->full = true;
	else
		memset(taken, 0, bytes);
	return taken;
}

/* Room for one more in a list that doubles; the old one stays behind in the arena. */
static bool
make_room(struct findings *findings, void *list, size_t n, size_t *room, size_t bytes)
{
	void *old, *wider;
	if (n < *room)
		return true;
	size_t wanted = *room > 0 ? *room * 2 : FIRST_ROOM;
	if ((wider = findings_take(findings, wanted * bytes)) == NULL)
		return false;
	memcpy(&old, list, sizeof old);
	if (n > 0)
		memcpy(wider, old, n * bytes);
	memcpy(list, &wider, sizeof wider);
	*room = wanted;
	return true;
}

void
findings_message(struct findings *findings, struct span raw)
{
	uint8_t *copy = findings_take(findings, raw.bytes > 0 ? raw.bytes : 1);
	if (copy == NULL ||
	    !make_room(findings, &findings->messages, findings->n_messages, &findings->room_messages, sizeof *findings->messages))
		return;
	if (raw.bytes > 0)
		memcpy(copy, raw.data, raw.bytes);
	findings->messages[findings->n_messages++] = (struct span){ copy, raw.bytes };
}

static struct finding *
add(struct findings *findings)
{
	assert(findings->n_messages > 0 || findings->full);
	if (findings->n_messages == 0 ||
	    !make_room(findings, &findings->list, findings->n, &findings->room, sizeof *findings->list))
		return NULL;
	struct finding *finding = &findings->list[findings->n];
	*finding = (struct finding){ .message = findings->n_messages - 1 };
	return finding;
}

/* The field of an event that says this kind of thing. */
static const ProtobufCFieldDescriptor *
field_of(Juyan__V1__Event__WhatCase what)
{
	return protobuf_c_message_descriptor_get_field(&juyan__v1__event__descriptor, (unsigned)what);
}

Juyan__V1__Event *
findings_event(struct findings *findings, Juyan__V1__Event__WhatCase what)
{
	const ProtobufCFieldDescriptor *field = field_of(what);
	assert(field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE);
	Juyan__V1__Event *event = findings_new(findings, &juyan__v1__event__descriptor);
	void *said = findings_new(findings, field->descriptor);
	struct finding *finding = event != NULL && said != NULL ? add(findings) : NULL;
	if (finding == NULL)
		return NULL;
	event->what_case = what;
	memcpy((uint8_t *)event + field->offset, &said, sizeof said);
	finding->event = event;
	findings->n++;
	return event;
}

struct finding *
findings_last(struct findings *findings)
{
	assert(findings->n > 0);
	return &findings->list[findings->n - 1];
}

void
findings_remark(struct findings *findings, enum remark remark, const char *format, ...)
{
	struct reason why;
	va_list list;
	va_start(list, format);
	vsnprintf(why.text, sizeof why.text, format, list);
	va_end(list);
	wire_text_mend(why.text);
	char *text = findings_text(findings, why.text, sizeof why.text);
	struct finding *finding = text != NULL ? add(findings) : NULL;
	if (finding == NULL)
		return;
	finding->remark = remark;
	finding->text = text;
	findings->n++;
}

char *
findings_text(struct findings *findings, const char *text, size_t bytes_max)
{
	size_t bytes = strnlen(text, bytes_max);
	if (text[bytes] != '\0') /* a sign that would be cut in two is left out */
		while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80)
			bytes--;
	char *copy = findings_take(findings, bytes + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, bytes);
	wire_text_mend(copy);
	return copy;
}

void *
findings_new(struct findings *findings, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *message = findings_take(findings, type->sizeof_message);
	if (message != NULL)
		protobuf_c_message_init(type, message);
	return message;
}

bool
findings_append(struct findings *findings, void *list, size_t *n, void *element)
{
	/* A field of n elements has room for the next power of two: whether it is full shows in n alone. */
	bool full = *n == 0 || (*n & (*n - 1)) == 0;
	void **old, **wider;
	if (element == NULL)
		return false;
	memcpy(&old, list, sizeof old);
	if (full) {
		if ((wider = findings_take(findings, (*n > 0 ? 2 * *n : 1) * sizeof *wider)) == NULL)
			return false;
		if (*n > 0)
			memcpy(wider, old, *n * sizeof *wider);
		memcpy(list, &wider, sizeof wider);
		old = wider;
	}
	old[(*n)++] = element;
	return true;
}

static const struct {
	const char *name, *prose;
} remarks[] = {
#define X(name, prose) { #name, prose },
	REMARK_LIST(X)
#undef X
};

const char *
remark_name(enum remark remark)
{
	return remarks[remark].name;
}

const char *
remark_prose(enum remark remark)
{
	return remarks[remark].prose;
}

const char *
part_name(enum part part)
{
	static const char
	    *const names[] = { [PART_WHOLE] = "whole", [PART_ADD] = "add", [PART_REPLACE] = "replace", [PART_DROP] = "drop" };
	return names[part];
}

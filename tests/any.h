/*
 * Chance for tests: a seeded generator, random messages of any type by their descriptors, and random events that are right. A test
 * prints its seed first, and JUYAN_SEED=N plays it again. Messages live in the arena that is given. For one thread.
 */
#ifndef JUYAN_TESTS_ANY_H
#define JUYAN_TESTS_ANY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire.h"

static uint64_t any_state;

static inline void
any_begin(void)
{
	const char *seed = getenv("JUYAN_SEED");
	any_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) * 1000003;
	printf("seed=%llu\n", (unsigned long long)any_state);
	fflush(stdout);
}

/* splitmix64 */
static inline uint64_t
any_bits(void)
{
	uint64_t z = (any_state += UINT64_C(0x9E3779B97F4A7C15));
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* From 0 to n - 1. */
static inline size_t
any_below(size_t n)
{
	return (size_t)(any_bits() % n);
}

static inline bool
any_chance(unsigned percent)
{
	return any_below(100) < percent;
}

static inline void *
any_take(struct arena *arena, size_t bytes)
{
	void *taken = arena_take(arena, bytes);
	if (taken == NULL)
		abort(); /* the test's arena is too small */
	return memset(taken, 0, bytes);
}

/* A clean text of exactly so many bytes: ASCII, Mongolian and Chinese letters. */
static inline char *
any_text(struct arena *arena, size_t bytes)
{
	static const char *const letters[] = { "a", "Z", "7", "-", " ", "~", "\"", "\\", "У", "ө", "ү", "煤", "策", "克", "🚛" };
	char *text = any_take(arena, bytes + 1);
	for (size_t at = 0; at < bytes;) {
		const char *letter = letters[any_below(sizeof letters / sizeof letters[0])];
		size_t length = strlen(letter);
		if (at + length > bytes)
			continue;
		memcpy(text + at, letter, length);
		at += length;
	}
	return text;
}

/* ---- any message at all ------------------------------------------------------------------------------------------------- */

static inline void any_fill(ProtobufCMessage *message, struct arena *arena);

static inline void
any_slot(const ProtobufCFieldDescriptor *field, void *slot, struct arena *arena)
{
	uint64_t bits = any_bits() >> any_below(64);
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		if (field->type == PROTOBUF_C_TYPE_INT64 && any_chance(20))
			bits = ~bits;
		memcpy(slot, &bits, 8);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		memcpy(slot, &(double){ (double)(int64_t)bits / 1024 }, 8);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		memcpy(slot, &(uint32_t){ (uint32_t)bits }, 4);
		break;
	case PROTOBUF_C_TYPE_ENUM: {
		const ProtobufCEnumDescriptor *type = field->descriptor;
		int32_t value = any_chance(5) ? (int32_t)bits : type->values[any_below(type->n_values)].value;
		memcpy(slot, &value, 4);
		break;
	}
	case PROTOBUF_C_TYPE_BOOL:
		memcpy(slot, &(protobuf_c_boolean){ any_chance(50) }, sizeof(protobuf_c_boolean));
		break;
	case PROTOBUF_C_TYPE_STRING:
		*(char **)slot = any_text(arena, any_below(24));
		break;
	case PROTOBUF_C_TYPE_BYTES: {
		ProtobufCBinaryData *bytes = slot;
		bytes->len = any_below(40);
		bytes->data = bytes->len == 0 ? NULL : any_take(arena, bytes->len);
		for (size_t i = 0; i < bytes->len; i++)
			bytes->data[i] = (uint8_t)any_bits();
		break;
	}
	case PROTOBUF_C_TYPE_MESSAGE: {
		const ProtobufCMessageDescriptor *type = field->descriptor;
		ProtobufCMessage *inner = any_take(arena, type->sizeof_message);
		protobuf_c_message_init(type, inner);
		any_fill(inner, arena);
		*(ProtobufCMessage **)slot = inner;
		break;
	}
	default:
		abort();
	}
}

static inline size_t
any_slot_bytes(ProtobufCType type)
{
	if (type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_ENUM || type == PROTOBUF_C_TYPE_BOOL)
		return 4;
	return type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : 8;
}

static inline void
any_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, struct arena *arena)
{
	uint8_t *base = (uint8_t *)message;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t n = any_below(4);
		uint8_t *slots = n == 0 ? NULL : any_take(arena, n * any_slot_bytes(field->type));
		for (size_t i = 0; i < n; i++)
			any_slot(field, slots + i * any_slot_bytes(field->type), arena);
		memcpy(base + field->offset, &slots, sizeof slots);
		memcpy(base + field->quantifier_offset, &n, sizeof n);
		return;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		uint32_t chosen;
		memcpy(&chosen, base + field->quantifier_offset, sizeof chosen);
		if (chosen != 0)
			return;
		memcpy(base + field->quantifier_offset, &field->id, sizeof field->id);
	} else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset != 0) {
		memcpy(base + field->quantifier_offset, &(protobuf_c_boolean){ true }, sizeof(protobuf_c_boolean));
	}
	any_slot(field, base + field->offset, arena);
}

/* Sets about three fields of four; of a oneof any one or none. */
static inline void
any_fill(ProtobufCMessage *message, struct arena *arena)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	size_t first = type->n_fields == 0 ? 0 : any_below(type->n_fields);
	for (unsigned i = 0; i < type->n_fields; i++)
		if (any_chance(75))
			any_field(message, &type->fields[(first + i) % type->n_fields], arena);
}

static inline ProtobufCMessage *
any_message(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
	ProtobufCMessage *message = any_take(arena, type->sizeof_message);
	protobuf_c_message_init(type, message);
	any_fill(message, arena);
	return message;
}

/* ---- events that are right ---------------------------------------------------------------------------------------------- */

static inline void
any_mass(protobuf_c_boolean *known, int64_t *kg)
{
	*known = any_chance(70);
	*kg = *known ? (int64_t)(any_bits() % (uint64_t)(MASS_KG_MAX + 1)) : 0;
	if (*known && any_chance(10))
		*kg = any_chance(50) ? 0 : MASS_KG_MAX;
}

/* From 0 (min 1 where it is required) to its bound, and often the bound itself. */
static inline char *
any_bounded(struct arena *arena, size_t min, size_t max)
{
	size_t bytes = any_chance(10) ? max : min + any_below((max < 20 ? max : 20) - min + 1);
	return any_text(arena, bytes);
}

static inline void
any_texts(struct arena *arena, size_t n_max, size_t *n, char ***texts)
{
	*n = any_chance(5) ? n_max : any_below(4);
	*texts = *n == 0 ? NULL : any_take(arena, *n * sizeof **texts);
	for (size_t i = 0; i < *n; i++)
		(*texts)[i] = any_bounded(arena, 1, SHORT_TEXT_BYTES_MAX);
}

static inline Juyan__V1__Unit *
any_unit(struct arena *arena, size_t i)
{
	Juyan__V1__Unit *unit = any_take(arena, sizeof *unit);
	juyan__v1__unit__init(unit);
	unit->unit_id = any_take(arena, UNIT_ID_BYTES_MAX + 1);
	snprintf(unit->unit_id, UNIT_ID_BYTES_MAX, "%zu УНА %s", i, any_text(arena, any_below(16)));
	any_texts(arena, TRAILERS_MAX, &unit->n_trailers, &unit->trailers);
	any_texts(arena, CONTAINERS_MAX, &unit->n_containers, &unit->containers);
	any_mass(&unit->has_declared_kg, &unit->declared_kg);
	any_mass(&unit->has_tare_kg, &unit->tare_kg);
	any_mass(&unit->has_container_tare_kg, &unit->container_tare_kg);
	unit->driver = any_bounded(arena, 0, SHORT_TEXT_BYTES_MAX);
	return unit;
}

static inline Juyan__V1__Waybill *
any_waybill(struct arena *arena)
{
	Juyan__V1__Waybill *waybill = any_take(arena, sizeof *waybill);
	juyan__v1__waybill__init(waybill);
	waybill->waybill_no = any_bounded(arena, 1, SHORT_TEXT_BYTES_MAX);
	any_mass(&waybill->has_declared_kg, &waybill->declared_kg);
	any_mass(&waybill->has_packages, &waybill->packages);
	waybill->n_goods = 1 + any_below(3);
	waybill->goods = any_take(arena, waybill->n_goods * sizeof *waybill->goods);
	for (size_t i = 0; i < waybill->n_goods; i++) {
		Juyan__V1__GoodsLine *line = any_take(arena, sizeof *line);
		juyan__v1__goods_line__init(line);
		line->description = any_bounded(arena, 0, TEXT_BYTES_MAX);
		line->hs_code = any_take(arena, HS_DIGITS_MAX + 1);
		size_t digits = any_chance(50) ? 0 : HS_DIGITS_MIN + any_below(HS_DIGITS_MAX - HS_DIGITS_MIN + 1);
		for (size_t j = 0; j < digits; j++)
			line->hs_code[j] = (char)('0' + any_below(10));
		any_mass(&line->has_declared_kg, &line->declared_kg);
		any_mass(&line->has_packages, &line->packages);
		waybill->goods[i] = line;
	}
	return waybill;
}

static inline Juyan__V1__ManifestLodged *
any_manifest(struct arena *arena)
{
	Juyan__V1__ManifestLodged *said = any_take(arena, sizeof *said);
	juyan__v1__manifest_lodged__init(said);
	said->direction = (Juyan__V1__Direction)(1 + any_below(2));
	said->mode = (Juyan__V1__Mode)(1 + any_below(3));
	said->n_units = 1 + any_below(any_chance(5) ? 60 : 3);
	said->units = any_take(arena, said->n_units * sizeof *said->units);
	for (size_t i = 0; i < said->n_units; i++)
		said->units[i] = any_unit(arena, i);
	said->n_waybills = any_below(4);
	said->waybills = said->n_waybills == 0 ? NULL : any_take(arena, said->n_waybills * sizeof *said->waybills);
	for (size_t i = 0; i < said->n_waybills; i++)
		said->waybills[i] = any_waybill(arena);
	return said;
}

static inline Juyan__V1__UnitWeighed *
any_weighing(struct arena *arena)
{
	Juyan__V1__UnitWeighed *said = any_take(arena, sizeof *said);
	juyan__v1__unit_weighed__init(said);
	said->unit_id = any_bounded(arena, 1, UNIT_ID_BYTES_MAX);
	any_mass(&said->has_gross_kg, &said->gross_kg);
	any_mass(&said->has_tare_kg, &said->tare_kg);
	any_mass(&said->has_container_tare_kg, &said->container_tare_kg);
	said->scale = any_bounded(arena, 0, SHORT_TEXT_BYTES_MAX);
	said->ticket_no = any_bounded(arena, 0, SHORT_TEXT_BYTES_MAX);
	said->stability = (Juyan__V1__Stability)any_below(3);
	said->lane = any_bounded(arena, 0, SHORT_TEXT_BYTES_MAX);
	return said;
}

/* Of the kinds whose fields are but texts and numbers: filled by descriptor, then put right. */
static inline ProtobufCMessage *
any_small(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
	ProtobufCMessage *message = any_take(arena, type->sizeof_message);
	protobuf_c_message_init(type, message);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		void *slot = (uint8_t *)message + field->offset;
		if (field->type == PROTOBUF_C_TYPE_STRING) {
			bool required = strcmp(field->name, "unit_id") == 0 || strcmp(field->name, "by") == 0 ||
			    strcmp(field->name, "reason") == 0;
			*(char **)slot = any_bounded(arena, required, strcmp(field->name, "unit_id") == 0 ? UNIT_ID_BYTES_MAX : 64);
		} else if (field->type == PROTOBUF_C_TYPE_ENUM) {
			*(int32_t *)slot = (int32_t)any_below(((const ProtobufCEnumDescriptor *)field->descriptor)->n_values);
		} else {
			any_mass((protobuf_c_boolean *)(void *)((uint8_t *)message + field->quantifier_offset), slot);
			*(protobuf_c_boolean *)(void *)((uint8_t *)message + field->quantifier_offset) = true;
		}
	}
	return message;
}

static inline Juyan__V1__Event *
any_event_of_any_size(struct arena *arena)
{
	Juyan__V1__Event *event = any_take(arena, sizeof *event);
	juyan__v1__event__init(event);
	event->occurred_at_ms = TIME_MS_LOWEST + (int64_t)(any_bits() % (uint64_t)(TIME_MS_HIGHEST - TIME_MS_LOWEST + 1));
	event->port = any_bounded(arena, 1, PORT_BYTES_MAX);
	event->batch_no = any_bounded(arena, 1, BATCH_NO_BYTES_MAX);
	event->source_key = any_bounded(arena, 0, SHORT_TEXT_BYTES_MAX);
	event->what_case = (Juyan__V1__Event__WhatCase)(JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED + any_below(8));
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
		event->manifest_lodged = any_manifest(arena);
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED)
		event->unit_weighed = any_weighing(arena);
	else
		event->released = (Juyan__V1__Released *)any_small(
		    protobuf_c_message_descriptor_get_field(event->base.descriptor, event->what_case)->descriptor, arena);
	return event;
}

/* An event about cargo that wire_event takes. */
static inline Juyan__V1__Event *
any_event(struct arena *arena)
{
	Juyan__V1__Event *event;
	do
		event = any_event_of_any_size(arena);
	while (protobuf_c_message_get_packed_size(&event->base) > EVENT_BYTES_MAX - 64); /* so that a test can add a little */
	return event;
}

#endif

/*
 * What an event may say, as far as that can be known without a registry. One table names the kinds of event; each has a function
 * that goes once over its fields. Owns nothing; any thread.
 */
#include <assert.h>
#include <string.h>

#include "wire_check.h"

static const char unit_id_wanted[] = "a plate, AGV or wagon number";

static enum status
check_mass(const struct check *check, const char *field, protobuf_c_boolean known, int64_t kg)
{
	return known ? check_number(check, field, kg, 0, MASS_KG_MAX) : STATUS_OK;
}

static enum status
check_packages(const struct check *check, protobuf_c_boolean known, int64_t packages)
{
	return known ? check_number(check, "packages", packages, 0, PACKAGES_MAX) : STATUS_OK;
}

/* ---- the manifest ------------------------------------------------------------------------------------------------------- */

static enum status
check_unit(struct check *check, const Juyan__V1__Unit *unit)
{
	CHECK(check_text(check, "unit_id", unit->unit_id, UNIT_ID_BYTES_MAX, unit_id_wanted));
	CHECK(check_texts(check, "trailers", unit->trailers, unit->n_trailers, TRAILERS_MAX, SHORT_TEXT_BYTES_MAX));
	CHECK(check_texts(check, "containers", unit->containers, unit->n_containers, CONTAINERS_MAX, SHORT_TEXT_BYTES_MAX));
	CHECK(check_mass(check, "declared_kg", unit->has_declared_kg, unit->declared_kg));
	CHECK(check_mass(check, "tare_kg", unit->has_tare_kg, unit->tare_kg));
	CHECK(check_mass(check, "container_tare_kg", unit->has_container_tare_kg, unit->container_tare_kg));
	return check_text(check, "driver", unit->driver, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_hs_code(const struct check *check, const char *text)
{
	CHECK(check_text(check, "hs_code", text, TEXT_BYTES_MAX, NULL));
	size_t bytes = strlen(text);
	if (bytes != 0 && (strspn(text, "0123456789") != bytes || bytes < HS_DIGITS_MIN || bytes > HS_DIGITS_MAX))
		return check_fail(check, STATUS_OUT_OF_RANGE, "hs_code", "is \"%.40s\": %d to %d digits were expected", text,
		    HS_DIGITS_MIN, HS_DIGITS_MAX);
	return STATUS_OK;
}

static enum status
check_goods_line(const struct check *check, const Juyan__V1__GoodsLine *line)
{
	CHECK(check_text(check, "description", line->description, TEXT_BYTES_MAX, NULL));
	CHECK(check_hs_code(check, line->hs_code));
	CHECK(check_mass(check, "declared_kg", line->has_declared_kg, line->declared_kg));
	return check_packages(check, line->has_packages, line->packages);
}

static enum status
check_waybill(struct check *check, const Juyan__V1__Waybill *waybill)
{
	CHECK(check_text(check, "waybill_no", waybill->waybill_no, SHORT_TEXT_BYTES_MAX, "a waybill number"));
	CHECK(check_mass(check, "declared_kg", waybill->has_declared_kg, waybill->declared_kg));
	CHECK(check_packages(check, waybill->has_packages, waybill->packages));
	CHECK(check_count(check, "goods", waybill->n_goods, 1, GOODS_MAX));
	check->inner = "goods";
	for (check->j = 0; check->j < waybill->n_goods; check->j++)
		CHECK(check_goods_line(check, waybill->goods[check->j]));
	check->inner = NULL;
	return STATUS_OK;
}

static uint32_t
hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	return h ^ (h >> 15);
}

/* A small open hash table on the stack: slot -> index of the unit + 1. Whoever makes names collide gains 128 x 64 comparisons. */
enum { SLOTS = 256 };
_Static_assert((int)UNITS_MAX < (int)SLOTS && UNITS_MAX + 1 <= UINT8_MAX,
    "the table always has a free slot and an index fits into it");

static enum status
check_units_differ(struct check *check, const Juyan__V1__ManifestLodged *said)
{
	if (said->n_units < 2)
		return STATUS_OK;
	uint8_t slots[SLOTS] = { 0 };
	for (size_t i = 0; i < said->n_units; i++) {
		const char *unit_id = said->units[i]->unit_id;
		uint32_t slot = hash(unit_id) % SLOTS;
		while (slots[slot] != 0) {
			unsigned earlier = slots[slot] - 1U;
			if (strcmp(said->units[earlier]->unit_id, unit_id) == 0) {
				check->list = "units";
				check->i = i;
				return check_fail(check, STATUS_DOUBLE_UNIT, "unit_id",
				    "is \"%s\", as units[%u] is: each unit stands once in a manifest", unit_id, earlier);
			}
			slot = (slot + 1) % SLOTS;
		}
		slots[slot] = (uint8_t)(i + 1);
	}
	return STATUS_OK;
}

static enum status
check_manifest_lodged(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__ManifestLodged *said = (const Juyan__V1__ManifestLodged *)message;
	CHECK(check_enum(check, "direction", (int)said->direction, &juyan__v1__direction__descriptor, false));
	CHECK(check_enum(check, "mode", (int)said->mode, &juyan__v1__mode__descriptor, false));
	CHECK(check_count(check, "units", said->n_units, 1, UNITS_MAX));
	CHECK(check_count(check, "waybills", said->n_waybills, 0, WAYBILLS_MAX));

	check->list = "units";
	for (check->i = 0; check->i < said->n_units; check->i++)
		CHECK(check_unit(check, said->units[check->i]));
	size_t goods = 0;
	check->list = "waybills";
	for (check->i = 0; check->i < said->n_waybills; check->i++) {
		CHECK(check_waybill(check, said->waybills[check->i]));
		goods += said->waybills[check->i]->n_goods;
	}
	check->list = NULL;
	if (goods > GOODS_MAX)
		return check_fail(check, STATUS_TOO_MANY, "waybills", "have %zu goods lines together: at most %d were expected",
		    goods, GOODS_MAX);
	return check_units_differ(check, said);
}

/* ---- the other kinds ---------------------------------------------------------------------------------------------------- */

static enum status
check_manifest_deleted(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__ManifestDeleted *said = (const Juyan__V1__ManifestDeleted *)message;
	return check_text(check, "reason", said->reason, TEXT_BYTES_MAX, NULL);
}

static enum status
check_unit_arrived(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__UnitArrived *said = (const Juyan__V1__UnitArrived *)message;
	CHECK(check_text(check, "unit_id", said->unit_id, UNIT_ID_BYTES_MAX, unit_id_wanted));
	CHECK(check_text(check, "lane", said->lane, SHORT_TEXT_BYTES_MAX, NULL));
	return check_text(check, "driver", said->driver, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_unit_departed(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__UnitDeparted *said = (const Juyan__V1__UnitDeparted *)message;
	CHECK(check_text(check, "unit_id", said->unit_id, UNIT_ID_BYTES_MAX, unit_id_wanted));
	CHECK(check_text(check, "lane", said->lane, SHORT_TEXT_BYTES_MAX, NULL));
	return check_text(check, "driver", said->driver, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_unit_weighed(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__UnitWeighed *said = (const Juyan__V1__UnitWeighed *)message;
	CHECK(check_text(check, "unit_id", said->unit_id, UNIT_ID_BYTES_MAX, unit_id_wanted));
	CHECK(check_mass(check, "gross_kg", said->has_gross_kg, said->gross_kg));
	CHECK(check_mass(check, "tare_kg", said->has_tare_kg, said->tare_kg));
	CHECK(check_mass(check, "container_tare_kg", said->has_container_tare_kg, said->container_tare_kg));
	CHECK(check_text(check, "scale", said->scale, SHORT_TEXT_BYTES_MAX, NULL));
	CHECK(check_text(check, "ticket_no", said->ticket_no, SHORT_TEXT_BYTES_MAX, NULL));
	CHECK(check_enum(check, "stability", (int)said->stability, &juyan__v1__stability__descriptor, true));
	return check_text(check, "lane", said->lane, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_inspected(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__Inspected *said = (const Juyan__V1__Inspected *)message;
	CHECK(check_enum(check, "by", (int)said->by, &juyan__v1__authority__descriptor, true));
	CHECK(check_enum(check, "outcome", (int)said->outcome, &juyan__v1__outcome__descriptor, true));
	CHECK(check_text(check, "unit_id", said->unit_id, UNIT_ID_BYTES_MAX, NULL));
	CHECK(check_text(check, "held", said->held, TEXT_BYTES_MAX, NULL));
	return check_text(check, "officer", said->officer, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_released(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__Released *said = (const Juyan__V1__Released *)message;
	CHECK(check_text(check, "office", said->office, SHORT_TEXT_BYTES_MAX, NULL));
	return check_text(check, "document_no", said->document_no, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_mass_corrected(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__MassCorrected *said = (const Juyan__V1__MassCorrected *)message;
	CHECK(check_text(check, "unit_id", said->unit_id, UNIT_ID_BYTES_MAX, unit_id_wanted));
	if (!said->has_net_kg)
		return check_fail(check, STATUS_MISSING_FIELD, "net_kg", "is not set: the right net mass was expected (0 is one)");
	CHECK(check_mass(check, "net_kg", true, said->net_kg));
	CHECK(check_text(check, "by", said->by, TEXT_BYTES_MAX, "who put the mass right"));
	return check_text(check, "reason", said->reason, TEXT_BYTES_MAX, "why the mass was put right");
}

static enum status
check_machine_reported(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__MachineReported *said = (const Juyan__V1__MachineReported *)message;
	CHECK(check_text(check, "machine", said->machine, UNIT_ID_BYTES_MAX, "the name of a scale, a gate or an AGV"));
	CHECK(check_enum(check, "kind", (int)said->kind, &juyan__v1__machine_kind__descriptor, false));
	CHECK(check_enum(check, "condition", (int)said->condition, &juyan__v1__condition__descriptor, false));
	CHECK(check_text(check, "note", said->note, TEXT_BYTES_MAX, NULL));
	return check_text(check, "lane", said->lane, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_registry(struct check *check, const ProtobufCMessage *message)
{
	return check_registry_changed(check, (const Juyan__V1__RegistryChanged *)message);
}

static enum status
check_quarantine_released(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__QuarantineReleased *said = (const Juyan__V1__QuarantineReleased *)message;
	if (said->lsn == 0)
		return check_fail(check, STATUS_MISSING_FIELD, "lsn",
		    "is not set: the log sequence number of a quarantined event was expected");
	CHECK(check_text(check, "by", said->by, TEXT_BYTES_MAX, "who settles it"));
	CHECK(check_text(check, "reason", said->reason, TEXT_BYTES_MAX, "why it is settled"));
	if (said->fixed_event.len > EVENT_BYTES_MAX)
		return check_fail(check, STATUS_TOO_LARGE, "fixed_event", "has %zu bytes: at most %d were expected",
		    said->fixed_event.len, EVENT_BYTES_MAX);
	if (said->dismissed && said->fixed_event.len > 0)
		return check_fail(check, STATUS_CONTRADICTION, "fixed_event",
		    "is set, and so is dismissed: one of the two was expected");
	return STATUS_OK;
}

static enum status
check_noted(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__Noted *said = (const Juyan__V1__Noted *)message;
	CHECK(check_text(check, "subject", said->subject, SUBJECT_BYTES_MAX, "what was seen, such as \"stuck:ceke/B-1\""));
	CHECK(check_text(check, "by", said->by, TEXT_BYTES_MAX, "who has seen it"));
	return check_text(check, "note", said->note, TEXT_BYTES_MAX, "what that person says");
}

/* What it changes is looked at when the signature has been. */
static enum status
check_decreed(struct check *check, const ProtobufCMessage *message)
{
	const Juyan__V1__Decreed *said = (const Juyan__V1__Decreed *)message;
	CHECK(check_text(check, "authority", said->authority, GROUP_ID_BYTES_MAX, "who decrees it"));
	if (said->number == 0)
		return check_fail(check, STATUS_OUT_OF_RANGE, "number", "is 0 or missing: numbers begin at 1");
	if (said->change.len == 0)
		return check_fail(check, STATUS_MISSING_FIELD, "change", "is empty: an encoded RegistryChanged was expected");
	if (said->signature.len != SIGNATURE_BYTES)
		return check_fail(check, STATUS_OUT_OF_RANGE, "signature",
		    "has %zu bytes: the %d of an Ed25519 signature were expected", said->signature.len, SIGNATURE_BYTES);
	return STATUS_OK;
}

/* ---- the table of kinds ------------------------------------------------------------------------------------------------- */

struct kind {
	Juyan__V1__Event__WhatCase what;
	const char *name;
	enum status (*check)(struct check *check, const ProtobufCMessage *said);
};

/* In the order of the proto file; test_wire compares it with the descriptor. */
static const struct kind kinds[] = {
	{ JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED, "manifest_lodged", check_manifest_lodged },
	{ JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, "manifest_deleted", check_manifest_deleted },
	{ JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, "unit_arrived", check_unit_arrived },
	{ JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, "unit_departed", check_unit_departed },
	{ JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, "unit_weighed", check_unit_weighed },
	{ JUYAN__V1__EVENT__WHAT_INSPECTED, "inspected", check_inspected },
	{ JUYAN__V1__EVENT__WHAT_RELEASED, "released", check_released },
	{ JUYAN__V1__EVENT__WHAT_MASS_CORRECTED, "mass_corrected", check_mass_corrected },
	{ JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED, "machine_reported", check_machine_reported },
	{ JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED, "registry_changed", check_registry },
	{ JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED, "quarantine_released", check_quarantine_released },
	{ JUYAN__V1__EVENT__WHAT_NOTED, "noted", check_noted },
	{ JUYAN__V1__EVENT__WHAT_DECREED, "decreed", check_decreed },
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct kind *
kind_of(const Juyan__V1__Event *event)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].what == event->what_case)
			return &kinds[i];
	return NULL;
}

const char *
wire_event_kind(const Juyan__V1__Event *event)
{
	const struct kind *kind = kind_of(event);
	return kind == NULL ? NULL : kind->name;
}

const char *
wire_event_kind_name(size_t i)
{
	return i < KINDS ? kinds[i].name : NULL;
}

bool
wire_event_administers(const Juyan__V1__Event *event)
{
	return event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED ||
	    event->what_case == JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED || event->what_case == JUYAN__V1__EVENT__WHAT_NOTED ||
	    event->what_case == JUYAN__V1__EVENT__WHAT_DECREED;
}

bool
wire_event_of_batch(const Juyan__V1__Event *event)
{
	return !wire_event_administers(event) && event->what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED;
}

/* ---- the whole event ---------------------------------------------------------------------------------------------------- */

static enum status
fail_empty(const Juyan__V1__Event *event, struct reason *why)
{
	if (event->base.n_unknown_fields > 0)
		return reason_say(why, STATUS_NO_CONTENT, "the event says nothing that protocol version %d knows: it has field %u",
		    PROTOCOL_VERSION, event->base.unknown_fields[0].tag);
	return reason_say(why, STATUS_NO_CONTENT,
	    "the event says nothing: a manifest_lodged, unit_weighed, released or the like was expected");
}

/* What every event has: administrators' events are about no port and no batch, a machine's about no batch, others about both. */
static enum status
check_common(const struct check *check, const Juyan__V1__Event *event)
{
	bool administers = wire_event_administers(event), of_batch = wire_event_of_batch(event);
	CHECK(check_number(check, "occurred_at_ms", event->occurred_at_ms, TIME_MS_LOWEST, TIME_MS_HIGHEST));
	CHECK(check_text(check, "port", event->port, PORT_BYTES_MAX, administers ? NULL : "a port id such as \"ceke\""));
	CHECK(check_text(check, "batch_no", event->batch_no, BATCH_NO_BYTES_MAX, of_batch ? "a transport batch number" : NULL));
	CHECK(check_text(check, "source_key", event->source_key, SHORT_TEXT_BYTES_MAX, NULL));
	if (administers && event->port[0] != '\0')
		return check_fail(check, STATUS_OUT_OF_RANGE, "port", "is \"%s\": an administrator's event is about no port",
		    event->port);
	if (!of_batch && event->batch_no[0] != '\0')
		return check_fail(check, STATUS_OUT_OF_RANGE, "batch_no", "is \"%s\": %s is about no batch", event->batch_no,
		    administers ? "an administrator's event" : "what a machine reports");
	return STATUS_OK;
}

enum status
wire_event_check(const Juyan__V1__Event *event, struct reason *why)
{
	const struct kind *kind = kind_of(event);
	/* All members of the oneof are pointers to messages. */
	const ProtobufCMessage *said = kind == NULL ? NULL : (const ProtobufCMessage *)(const void *)event->manifest_lodged;
	if (said == NULL)
		return fail_empty(event, why);

	struct check check = { .why = why };
	CHECK(check_common(&check, event));
	check.kind = kind->name;
	return kind->check(&check, said);
}

static enum status
event_of(struct span bytes, struct arena *arena, const Juyan__V1__Event **out, struct reason *why)
{
	const ProtobufCMessage *message = NULL;
	CHECK(wire_unpack(&juyan__v1__event__descriptor, bytes, arena, &message, why));
	const Juyan__V1__Event *event = (const Juyan__V1__Event *)message;
	/* Most events have no byte of 0, and the closer look is for the others. */
	enum status closer = memchr(bytes.data, 0, bytes.bytes) == NULL ? STATUS_OK : wire_look_closer(message->descriptor, bytes);
	if (closer == STATUS_NOT_TEXT)
		return reason_say(why, closer,
		    "a text of the event holds a NUL byte: UTF-8 without control characters was expected");
	if (closer != STATUS_OK)
		return reason_say(why, closer, "a field of the event has the number 0: numbers from 1 were expected");
	CHECK(wire_event_check(event, why));
	*out = event;
	return STATUS_OK;
}

/* What is to be applied in place of a quarantined event has to be well-formed, and is never an administrator's: so this goes one
 * deep. */
static enum status
check_fixed_event(const Juyan__V1__Event *event, struct arena *arena, struct reason *why)
{
	if (event->what_case != JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED || event->quarantine_released->fixed_event.len == 0)
		return STATUS_OK;
	struct check check = { .why = why, .kind = "quarantine_released" };
	const ProtobufCBinaryData *bytes = &event->quarantine_released->fixed_event;
	const Juyan__V1__Event *fixed = NULL;
	struct reason inner = { "" };
	enum status status = event_of((struct span){ bytes->data, bytes->len }, arena, &fixed, &inner);
	if (status != STATUS_OK)
		return check_fail(&check, status, "fixed_event", "is not right: %s", inner.text);
	if (wire_event_administers(fixed))
		return check_fail(&check, STATUS_OUT_OF_RANGE, "fixed_event", "is a %s: an event about cargo was expected",
		    wire_event_kind(fixed));
	return STATUS_OK;
}

enum status
wire_event(struct span bytes, struct arena *arena, const Juyan__V1__Event **out, struct reason *why)
{
	if (bytes.bytes == 0)
		return reason_say(why, STATUS_NO_CONTENT, "the event has no bytes: an encoded Event was expected");
	if (bytes.bytes > EVENT_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "the event has %zu bytes: at most %d were expected", bytes.bytes,
		    EVENT_BYTES_MAX);

	/* The answer must not depend on what else stands in the arena: what unfolds too far is refused wherever it comes. */
	size_t mark = arena->used, size = arena->size;
	if (size - mark > EVENT_DECODE_BYTES)
		arena->size = mark + EVENT_DECODE_BYTES;
	const Juyan__V1__Event *event = NULL;
	enum status status = event_of(bytes, arena, &event, why);
	if (status == STATUS_OK)
		status = check_fixed_event(event, arena, why);
	arena->size = size;
	if (status != STATUS_OK) {
		arena->used = mark;
		return status;
	}
	*out = event;
	return STATUS_OK;
}

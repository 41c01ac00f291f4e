/*
 * A random history: what happens to a few batches and machines at two ports, told by several terminals, and the registries under
 * which it counts. It lives in its own arena until the next is made. Chance comes from any.h. For one test, in one thread.
 */
#ifndef JUYAN_TESTS_HISTORY_H
#define JUYAN_TESTS_HISTORY_H

#include "../any.h"
#include "naive.h"

enum {
	TERMINALS = 4, /* the first is the administrator */
	EVENTS_MAX = 64,
	BATCHES = 5
};

static const char *const ports[] = { "ceke", "wuliji" };
static char *const lanes[] = { "in 1", "out 2", "" };
static const char *const vehicles[] = { "1234 УНА", "7", "蒙L12345" };
#define OF(list) ((list)[any_below(sizeof(list) / sizeof *(list))])
#define NEW(arena, type, init) ((type *)memcpy(any_take(arena, sizeof(type)), &(type)init, sizeof(type)))

struct happening {
	struct naive_event naive;
	struct span bytes;
	enum status verdict;
};

struct history {
	struct happening events[EVENTS_MAX];
	size_t n;
	char batches[BATCHES][16];
	bool departure_counts; /* at wuliji, after the change at the end */
	bool changed;
	struct arena arena;
};

static int64_t
some_kg(void)
{
	return any_chance(10) ? 0 : (int64_t)any_below(any_chance(20) ? 1000000000 : 150000);
}

static void
maybe_kg(unsigned percent, protobuf_c_boolean *has, int64_t *kg)
{
	*has = any_chance(percent);
	*kg = *has ? some_kg() : 0;
}

static Juyan__V1__GoodsLine *
some_line(struct arena *arena)
{
	static char *const codes[] = { "27011210", "2603", "", "", "84" };
	static char *const texts[] = { "炼焦煤", "Coking COAL", "коксжих НҮҮРС", "boxes", "зэсийн баяжмал" };
	Juyan__V1__GoodsLine *line = NEW(arena, Juyan__V1__GoodsLine, JUYAN__V1__GOODS_LINE__INIT);
	line->hs_code = OF(codes);
	line->description = OF(texts);
	maybe_kg(85, &line->has_declared_kg, &line->declared_kg);
	return line;
}

static Juyan__V1__ManifestLodged *
some_manifest(struct arena *arena)
{
	Juyan__V1__ManifestLodged *manifest = NEW(arena, Juyan__V1__ManifestLodged, JUYAN__V1__MANIFEST_LODGED__INIT);
	manifest->direction = (Juyan__V1__Direction)(1 + any_below(2));
	manifest->mode = (Juyan__V1__Mode)(1 + any_below(3));
	manifest->n_units = 1 + any_below(3);
	manifest->units = any_take(arena, 3 * sizeof *manifest->units);
	size_t first = any_below(3);
	for (size_t i = 0; i < manifest->n_units; i++) {
		static char *boxes[] = { "MSKU1234565", "TGHU7654321" };
		Juyan__V1__Unit *unit = manifest->units[i] = NEW(arena, Juyan__V1__Unit, JUYAN__V1__UNIT__INIT);
		unit->unit_id = (char *)(uintptr_t)vehicles[(first + i) % 3];
		unit->n_containers = any_below(3);
		unit->containers = boxes;
		static char *trailers[] = { "挂 12-34", "T 7" };
		unit->n_trailers = any_below(3);
		unit->trailers = trailers;
		maybe_kg(40, &unit->has_declared_kg, &unit->declared_kg);
		maybe_kg(20, &unit->has_tare_kg, &unit->tare_kg);
		maybe_kg(20, &unit->has_container_tare_kg, &unit->container_tare_kg);
	}
	manifest->n_waybills = any_below(4);
	manifest->waybills = any_take(arena, 4 * sizeof *manifest->waybills);
	for (size_t i = 0; i < manifest->n_waybills; i++) {
		Juyan__V1__Waybill *waybill = manifest->waybills[i] = NEW(arena, Juyan__V1__Waybill, JUYAN__V1__WAYBILL__INIT);
		static char *const papers[] = { "WB", "wb-1", "WB 12" };
		waybill->waybill_no = OF(papers);
		waybill->n_goods = 1 + any_below(3);
		waybill->goods = any_take(arena, 3 * sizeof *waybill->goods);
		maybe_kg(40, &waybill->has_declared_kg, &waybill->declared_kg);
		for (size_t g = 0; g < waybill->n_goods; g++)
			waybill->goods[g] = some_line(arena);
	}
	return manifest;
}

static Juyan__V1__UnitWeighed *
some_weighing(struct arena *arena)
{
	Juyan__V1__UnitWeighed *weighed = NEW(arena, Juyan__V1__UnitWeighed, JUYAN__V1__UNIT_WEIGHED__INIT);
	weighed->unit_id = (char *)(uintptr_t)OF(vehicles);
	maybe_kg(70, &weighed->has_gross_kg, &weighed->gross_kg);
	maybe_kg(60, &weighed->has_tare_kg, &weighed->tare_kg);
	maybe_kg(50, &weighed->has_container_tare_kg, &weighed->container_tare_kg);
	weighed->stability = (Juyan__V1__Stability)any_below(3);
	return weighed;
}

static Juyan__V1__MachineReported *
some_report(struct arena *arena)
{
	static char *const machines[] = { "scale 1", "scale", "AGV-7" }, *const notes[] = { "", "急停", "nothing for 60 s" };
	Juyan__V1__MachineReported *report = NEW(arena, Juyan__V1__MachineReported, JUYAN__V1__MACHINE_REPORTED__INIT);
	report->machine = OF(machines);
	report->kind = (Juyan__V1__MachineKind)(1 + any_below(4));
	report->condition = (Juyan__V1__Condition)(1 + any_below(8));
	report->note = OF(notes);
	report->lane = OF(lanes);
	return report;
}

/* Few distinct times, so that events often compete at the same millisecond. */
static Juyan__V1__Event *
some_event(struct history *history)
{
	struct arena *arena = &history->arena;
	Juyan__V1__Event *event = NEW(arena, Juyan__V1__Event, JUYAN__V1__EVENT__INIT);
	event->port = (char *)(uintptr_t)OF(ports);
	event->batch_no = history->batches[any_below(BATCHES)];
	event->occurred_at_ms = 1738252800000 + (int64_t)any_below(6) * 3500000 + (any_chance(30) ? 86400000 : 0);
	static const uint8_t kinds[] = { 10, 10, 10, 11, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18, 18 };
	event->what_case = (Juyan__V1__Event__WhatCase)OF(kinds);
	char *unit = (char *)(uintptr_t)OF(vehicles);
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
		event->manifest_lodged = some_manifest(arena);
		break;
	case JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED:
		event->manifest_deleted = NEW(arena, Juyan__V1__ManifestDeleted, JUYAN__V1__MANIFEST_DELETED__INIT);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		event->unit_arrived = NEW(arena, Juyan__V1__UnitArrived, JUYAN__V1__UNIT_ARRIVED__INIT);
		event->unit_arrived->unit_id = unit;
		event->unit_arrived->lane = OF(lanes);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		event->unit_departed = NEW(arena, Juyan__V1__UnitDeparted, JUYAN__V1__UNIT_DEPARTED__INIT);
		event->unit_departed->unit_id = unit;
		event->unit_departed->lane = OF(lanes);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		event->unit_weighed = some_weighing(arena);
		break;
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		event->inspected = NEW(arena, Juyan__V1__Inspected, JUYAN__V1__INSPECTED__INIT);
		event->inspected->by = (Juyan__V1__Authority)(1 + any_below(2));
		event->inspected->outcome = (Juyan__V1__Outcome)any_below(4);
		event->inspected->unit_id = any_chance(50) ? unit : "";
		event->inspected->held = any_chance(50) ? "a seal" : "";
		break;
	case JUYAN__V1__EVENT__WHAT_RELEASED:
		event->released = NEW(arena, Juyan__V1__Released, JUYAN__V1__RELEASED__INIT);
		break;
	case JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED:
		event->machine_reported = some_report(arena);
		event->batch_no = "";
		break;
	default:
		event->mass_corrected = NEW(arena, Juyan__V1__MassCorrected, JUYAN__V1__MASS_CORRECTED__INIT);
		*event->mass_corrected = (Juyan__V1__MassCorrected){ .base = event->mass_corrected->base,
			.unit_id = unit,
			.has_net_kg = true,
			.net_kg = some_kg(),
			.by = "a person",
			.reason = "a slip" };
	}
	return event;
}

static struct span
packed(const Juyan__V1__Event *event, struct arena *arena)
{
	struct span bytes;
	assert_int_equal(wire_pack(&event->base, EVENT_BYTES_MAX, arena, &bytes), STATUS_OK);
	return bytes;
}

/* Each terminal numbers its events; some are of the kind that goes to quarantine, some a conflict with the number before. */
static inline void
make_history(struct history *history)
{
	uint64_t seq[TERMINALS + 1] = { 0 };
	arena_reset(&history->arena);
	history->changed = false;
	history->n = 8 + any_below(EVENTS_MAX - 8);
	for (size_t i = 0; i < BATCHES; i++)
		snprintf(history->batches[i], sizeof history->batches[i], "B%zu", any_below(BATCHES));
	for (size_t i = 0; i < history->n; i++) {
		struct happening *happening = &history->events[i];
		Juyan__V1__Event *event = some_event(history);
		uint32_t terminal = 2 + (uint32_t)any_below(TERMINALS - 1);
		bool conflict = seq[terminal] > 0 && any_chance(4);
		happening->verdict = conflict ? STATUS_CONFLICTING_EVENT : any_chance(5) ? STATUS_UNKNOWN_PORT : STATUS_OK;
		happening->naive = (struct naive_event){ terminal, conflict ? seq[terminal] : ++seq[terminal], event };
		happening->bytes = packed(event, &history->arena);
	}
}

/* ---- the registry ---- */

static Juyan__V1__RegistryRecord *
port_record(const char *id, Juyan__V1__CountOn count_on, struct arena *arena)
{
	Juyan__V1__RegistryRecord *record = NEW(arena, Juyan__V1__RegistryRecord, JUYAN__V1__REGISTRY_RECORD__INIT);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	record->port = NEW(arena, Juyan__V1__Port, JUYAN__V1__PORT__INIT);
	record->port->id = (char *)(uintptr_t)id;
	record->port->name_en = record->port->id;
	record->port->utc_offset = "+08:00";
	record->port->count_on = count_on;
	return record;
}

static Juyan__V1__RegistryRecord *
group_record(char *id, char **prefixes, size_t n_prefixes, char **words, size_t n_words, uint32_t rank, struct arena *arena)
{
	Juyan__V1__RegistryRecord *record = NEW(arena, Juyan__V1__RegistryRecord, JUYAN__V1__REGISTRY_RECORD__INIT);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	record->group = NEW(arena, Juyan__V1__CommodityGroup, JUYAN__V1__COMMODITY_GROUP__INIT);
	*record->group = (Juyan__V1__CommodityGroup){ .base = record->group->base,
		.id = id,
		.name_zh = "",
		.name_mn = "",
		.name_en = id,
		.n_hs_prefixes = n_prefixes,
		.hs_prefixes = prefixes,
		.n_words = n_words,
		.words = words,
		.rank = rank };
	return record;
}

/* The registry of the beginning, or the one that counts wuliji on departure and calls copper ore something else. */
static struct span
registry_change(bool second, bool departure, struct arena *arena)
{
	static char *coal_prefixes[] = { "2701" }, *coal_words[] = { "煤", "нүүрс", "coal" }, *ore_prefixes[] = { "26" },
		    *ore_words[] = { "зэс" };
	Juyan__V1__RegistryRecord *records[4];
	Juyan__V1__RegistryChanged *change = NEW(arena, Juyan__V1__RegistryChanged, JUYAN__V1__REGISTRY_CHANGED__INIT);
	Juyan__V1__Event *event = NEW(arena, Juyan__V1__Event, JUYAN__V1__EVENT__INIT);
	event->occurred_at_ms = 1738252800000;
	event->what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event->registry_changed = change;
	change->by = "a test";
	change->reason = "to begin with";
	change->put = records;
	records[change->n_put++] =
	    port_record("wuliji", departure ? JUYAN__V1__COUNT_ON__DEPARTURE : JUYAN__V1__COUNT_ON__RELEASE, arena);
	if (second) {
		records[change->n_put++] = group_record("copper", ore_prefixes, 0, ore_words, 1, 2, arena);
	} else {
		records[change->n_put++] = port_record("ceke", JUYAN__V1__COUNT_ON__RELEASE, arena);
		records[change->n_put++] = group_record("coal", coal_prefixes, 1, coal_words, 3, 1, arena);
		records[change->n_put++] = group_record("copper", ore_prefixes, 1, ore_words, 1, 2, arena);
	}
	return packed(event, arena);
}

#endif

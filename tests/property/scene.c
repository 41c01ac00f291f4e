/* The events of scene.h. */
#include "check.h"

#include "scene.h"

/* Generated structs hold texts as char *; nobody writes through them. */
char *
scene_text(const char *lent)
{
	union {
		const char *lent;
		char *text;
	} both = { .lent = lent };
	return both.text;
}

struct span
scene_pack(const Juyan__V1__Event *event, struct arena *arena)
{
	struct span out = { NULL, 0 };
	assert_int_equal(wire_pack(&event->base, EVENT_BYTES_MAX, arena, &out), STATUS_OK);
	return out;
}

Juyan__V1__Event
scene_event(const char *port, const char *batch_no, Juyan__V1__Event__WhatCase what)
{
	Juyan__V1__Event event;
	juyan__v1__event__init(&event);
	event.occurred_at_ms = SCENE_MS;
	event.port = scene_text(port);
	event.batch_no = scene_text(batch_no);
	event.what_case = what;
	return event;
}

/* One truck with coal, declared on the waybill. */
struct span
scene_manifest(const char *port, const char *batch_no, int64_t declared_kg, struct arena *arena)
{
	Juyan__V1__Event event = scene_event(port, batch_no, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED);
	Juyan__V1__ManifestLodged manifest;
	Juyan__V1__Unit unit, *units[] = { &unit };
	Juyan__V1__Waybill waybill, *waybills[] = { &waybill };
	Juyan__V1__GoodsLine line, *lines[] = { &line };
	juyan__v1__manifest_lodged__init(&manifest);
	juyan__v1__unit__init(&unit);
	juyan__v1__waybill__init(&waybill);
	juyan__v1__goods_line__init(&line);
	unit.unit_id = scene_text(batch_no);
	line.hs_code = scene_text("2701");
	line.description = scene_text("coal");
	line.has_declared_kg = 1;
	line.declared_kg = declared_kg;
	waybill.waybill_no = scene_text(batch_no);
	waybill.n_goods = 1;
	waybill.goods = lines;
	manifest.direction = JUYAN__V1__DIRECTION__IMPORT;
	manifest.mode = JUYAN__V1__MODE__TRUCK;
	manifest.n_units = 1;
	manifest.units = units;
	manifest.n_waybills = 1;
	manifest.waybills = waybills;
	event.manifest_lodged = &manifest;
	return scene_pack(&event, arena);
}

struct span
scene_weighing(const char *port, const char *batch_no, int64_t gross_kg, int64_t tare_kg, struct arena *arena)
{
	Juyan__V1__Event event = scene_event(port, batch_no, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED);
	Juyan__V1__UnitWeighed weighed;
	juyan__v1__unit_weighed__init(&weighed);
	weighed.unit_id = scene_text(batch_no);
	weighed.has_gross_kg = 1;
	weighed.gross_kg = gross_kg;
	weighed.has_tare_kg = 1;
	weighed.tare_kg = tare_kg;
	weighed.stability = JUYAN__V1__STABILITY__STABLE;
	event.unit_weighed = &weighed;
	return scene_pack(&event, arena);
}

struct span
scene_release(const char *port, const char *batch_no, struct arena *arena)
{
	Juyan__V1__Event event = scene_event(port, batch_no, JUYAN__V1__EVENT__WHAT_RELEASED);
	Juyan__V1__Released released;
	juyan__v1__released__init(&released);
	released.office = scene_text("office 1");
	event.released = &released;
	return scene_pack(&event, arena);
}

struct span
scene_registry(Juyan__V1__RegistryRecord **records, size_t n, struct arena *arena)
{
	Juyan__V1__Event event = scene_event("", "", JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED);
	Juyan__V1__RegistryChanged changed;
	juyan__v1__registry_changed__init(&changed);
	changed.by = scene_text("the test");
	changed.reason = scene_text("the scene is set");
	changed.n_put = n;
	changed.put = records;
	event.registry_changed = &changed;
	return scene_pack(&event, arena);
}

void
scene_port(Juyan__V1__RegistryRecord *record, Juyan__V1__Port *port, const char *id)
{
	juyan__v1__registry_record__init(record);
	juyan__v1__port__init(port);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	record->port = port;
	port->id = scene_text(id);
	port->name_en = scene_text(id);
	port->utc_offset = scene_text("+08:00");
	port->count_on = JUYAN__V1__COUNT_ON__RELEASE;
}

/* `ports` is one port id or "*". */
void
scene_terminal(Juyan__V1__RegistryRecord *record, Juyan__V1__Terminal *terminal, uint32_t no, const char *name, uint8_t *key,
    char **ports)
{
	static char all[] = "*";
	static char *kinds[] = { all };
	juyan__v1__registry_record__init(record);
	juyan__v1__terminal__init(terminal);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	record->terminal = terminal;
	terminal->terminal_no = no;
	terminal->name = scene_text(name);
	terminal->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, key };
	terminal->n_ports = 1;
	terminal->ports = ports;
	terminal->n_kinds = 1;
	terminal->kinds = kinds;
}

/* The only sum of a Totals over everything, of one basis. */
void
scene_check_sum(struct reader *reader, struct arena *arena, const char *basis, int64_t net_kg, int64_t units)
{
	char *bases[] = { scene_text(basis) };
	Juyan__V1__Question question;
	Juyan__V1__TotalsAsk ask;
	const Juyan__V1__Answer *answer;
	juyan__v1__question__init(&question);
	juyan__v1__totals_ask__init(&ask);
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask;
	ask.n_bases = 1;
	ask.bases = bases;
	arena_reset(arena);
	assert_int_equal(reader_answer(reader, &question, arena, &answer, NULL), STATUS_OK);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_TOTALS);
	assert_int_equal(answer->totals->n_rows, 1);
	assert_int_equal(answer->totals->rows[0]->net_kg, net_kg);
	assert_int_equal(answer->totals->rows[0]->units, units);
}

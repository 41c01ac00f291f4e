/* From what is aboard to trips: which load came, which has gone, and what is told of a trip. */
#include <stdio.h>
#include <string.h>

#include "agv_parts.h"

static struct aboard *
find(struct vehicle *vehicle, const char *id, bool unnamed)
{
	for (size_t i = 0; i < vehicle->n_aboard; i++)
		if (vehicle->aboard[i].unnamed == unnamed && strcmp(vehicle->aboard[i].id, id) == 0)
			return &vehicle->aboard[i];
	return NULL;
}

static size_t
count_unnamed(const struct vehicle *vehicle)
{
	size_t n = 0;
	for (size_t i = 0; i < vehicle->n_aboard; i++)
		n += vehicle->aboard[i].unnamed && !vehicle->aboard[i].gone;
	return n;
}

/* ---- what is told of a trip ---- */

/* The trip's key; see agv.h. Whatever cannot stand in it as it is makes it a hash. */
static void
make_key(const struct vehicle *vehicle, const struct aboard *load, const struct agv_heard *heard, char out[AGV_ID_BYTES])
{
	char rest[64] = "", text[4 * AGV_ID_BYTES + sizeof rest + 8];
	if (load->order[0] == '\0')
		snprintf(rest, sizeof rest, "/%lld", (long long)heard->at_ms);
	else if (load->unnamed)
		snprintf(rest, sizeof rest, "/%lld", (long long)heard->sequence);
	snprintf(text, sizeof text, "%s/%s/%s/%s%s", vehicle->manufacturer, vehicle->serial, load->order, load->id, rest);
	agv_fit(text, SHORT_TEXT_BYTES_MAX, out);
}

/* The events of one trip, all of which have its key and batch. */
struct trip {
	struct agv *agv;
	struct vehicle *vehicle;
	const struct aboard *load;
	const struct agv_heard *heard;
	struct findings *out;
	struct agv_names names;
	char key[AGV_ID_BYTES], batch[BATCH_NO_BYTES_MAX + 1];
};

static Juyan__V1__Event *
event_of(const struct trip *trip, Juyan__V1__Event__WhatCase what, int64_t at_ms)
{
	Juyan__V1__Event *event = agv_event(trip->agv, trip->heard, what, trip->out);
	char *key = findings_text(trip->out, trip->key, SHORT_TEXT_BYTES_MAX);
	char *batch = findings_text(trip->out, trip->batch, BATCH_NO_BYTES_MAX);
	if (event == NULL || key == NULL || batch == NULL)
		return NULL;
	event->occurred_at_ms = at_ms;
	event->source_key = key;
	event->batch_no = batch;
	return event;
}

static char *
text_of(const struct trip *trip, const char *text, size_t bytes_max)
{
	return findings_text(trip->out, text, bytes_max);
}

static Juyan__V1__Waybill *
waybill_of(const struct trip *trip)
{
	const struct agv_rules *rules = &trip->agv->rules;
	char number[AGV_ID_BYTES];
	agv_fill(rules->waybill, &trip->names, SHORT_TEXT_BYTES_MAX, number);
	Juyan__V1__Waybill *waybill = findings_new(trip->out, &juyan__v1__waybill__descriptor);
	if (waybill == NULL || (waybill->waybill_no = text_of(trip, number[0] != '\0' ? number : trip->key, AGV_ID_BYTES)) == NULL)
		return NULL;
	if (trip->load->has_kg && !rules->weighed) {
		waybill->has_declared_kg = true;
		waybill->declared_kg = trip->load->kg;
	}
	for (size_t i = 0; i < rules->n_goods; i++) {
		Juyan__V1__GoodsLine *line = findings_new(trip->out, &juyan__v1__goods_line__descriptor);
		if (line == NULL || (line->description = text_of(trip, rules->goods[i], TEXT_BYTES_MAX)) == NULL ||
		    (line->hs_code = text_of(trip, rules->hs[i], HS_DIGITS_MAX)) == NULL ||
		    !findings_append(trip->out, &waybill->goods, &waybill->n_goods, line))
			return NULL;
	}
	return waybill;
}

/* A part that adds to the batch: two loads of one order are two waybills of one vehicle, whichever comes off first. */
static void
lodge(const struct trip *trip)
{
	if (trip->batch[0] == '\0') {
		agv_remark(trip->agv, trip->heard, trip->out, REMARK_lacks,
		    "%s unloaded '%s' and its report names no order; expected what the batch number %.64s is made of",
		    trip->vehicle->name, trip->names.load, trip->agv->rules.batch);
		return;
	}
	Juyan__V1__Event *event = event_of(trip, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED, trip->heard->at_ms);
	if (event == NULL)
		return;
	findings_last(trip->out)->part = PART_ADD;
	Juyan__V1__ManifestLodged *manifest = event->manifest_lodged;
	Juyan__V1__Unit *unit = findings_new(trip->out, &juyan__v1__unit__descriptor);
	manifest->direction = trip->agv->rules.direction;
	manifest->mode = JUYAN__V1__MODE__AGV;
	if (unit == NULL || (unit->unit_id = text_of(trip, trip->vehicle->name, UNIT_ID_BYTES_MAX)) == NULL)
		return;
	findings_append(trip->out, &manifest->units, &manifest->n_units, unit);
	findings_append(trip->out, &manifest->waybills, &manifest->n_waybills, waybill_of(trip));
}

static void
arrive(const struct trip *trip)
{
	Juyan__V1__Event *event = event_of(trip, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, trip->load->on_ms);
	char *unit = text_of(trip, trip->vehicle->name, UNIT_ID_BYTES_MAX);
	char *lane = text_of(trip, trip->load->on_lane, SHORT_TEXT_BYTES_MAX);
	if (event == NULL || unit == NULL || lane == NULL)
		return;
	event->unit_arrived->unit_id = unit;
	event->unit_arrived->lane = lane;
}

/*
 * What a vehicle weighs of its load is a net mass, and an event of a weighing speaks of the whole vehicle: so the empty vehicle's
 * mass, which the settings state, stands as tare, and with the load as gross. A gross mass of the load alone, beside a tare of
 * nothing, would make a wrong net mass together with any other scale's reading. All loads of a batch count together.
 */
static void
weigh(const struct trip *trip)
{
	struct vehicle *vehicle = trip->vehicle;
	const struct aboard *load = trip->load;
	const char *group = trip->batch[0] != '\0' ? trip->batch : trip->key;
	if (!load->has_kg) {
		agv_remark(trip->agv, trip->heard, trip->out, REMARK_lacks, "%s unloaded '%s' without a weight; expected one in kg",
		    vehicle->name, trip->names.load);
		return;
	}
	vehicle->weighed_kg = (strcmp(vehicle->weighed_batch, group) == 0 ? vehicle->weighed_kg : 0) + load->kg;
	snprintf(vehicle->weighed_batch, sizeof vehicle->weighed_batch, "%s", group);
	if (vehicle->weighed_kg > MASS_KG_MAX - trip->agv->rules.tare_kg)
		return; /* no mass at all: it was called implausible */
	Juyan__V1__Event *event = event_of(trip, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, trip->heard->at_ms);
	char *unit = text_of(trip, vehicle->name, UNIT_ID_BYTES_MAX);
	if (event == NULL || unit == NULL)
		return;
	Juyan__V1__UnitWeighed *weighed = event->unit_weighed;
	weighed->unit_id = weighed->scale = unit;
	weighed->has_gross_kg = weighed->has_tare_kg = true;
	weighed->tare_kg = trip->agv->rules.tare_kg;
	weighed->gross_kg = weighed->tare_kg + vehicle->weighed_kg;
}

static void
depart(const struct trip *trip)
{
	Juyan__V1__Event *event = event_of(trip, JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, trip->heard->at_ms);
	char *unit = text_of(trip, trip->vehicle->name, UNIT_ID_BYTES_MAX);
	char *lane = text_of(trip, agv_lane_of(&trip->agv->rules, trip->vehicle->node), SHORT_TEXT_BYTES_MAX);
	if (event == NULL || unit == NULL || lane == NULL)
		return;
	event->unit_departed->unit_id = unit;
	event->unit_departed->lane = lane;
}

static void
tell(struct agv *agv, struct vehicle *vehicle, const struct aboard *load, const struct agv_heard *heard, struct findings *out)
{
	struct trip trip = { .agv = agv, .vehicle = vehicle, .load = load, .heard = heard, .out = out };
	trip.names = (struct agv_names){ load->order, load->unnamed ? "" : load->id, vehicle->manufacturer, vehicle->serial,
		heard->at_ms, agv->offset_minutes };
	make_key(vehicle, load, heard, trip.key);
	agv_fill(agv->rules.batch, &trip.names, BATCH_NO_BYTES_MAX, trip.batch);
	if (load->has_kg && load->kg > UNIT_KG_MAX_AGV)
		agv_remark(agv, heard, out, REMARK_implausible, "%s unloaded '%s' of %lld kg; expected at most %lld", vehicle->name,
		    trip.names.load, (long long)load->kg, (long long)UNIT_KG_MAX_AGV);
	if (agv->rules.lodges)
		lodge(&trip);
	if (load->on_ms != 0)
		arrive(&trip);
	if (agv->rules.weighed)
		weigh(&trip);
	depart(&trip);
}

/* ---- what came and what has gone ---- */

static void
go(struct agv *agv, struct vehicle *vehicle, struct aboard *load, const struct agv_heard *heard, struct findings *out)
{
	load->gone = true;
	agv->changed = true;
	if (load->counted || !agv_unloads_at(&agv->rules, vehicle->node))
		return;
	load->counted = true;
	tell(agv, vehicle, load, heard, out);
}

/* A load that is aboard, under the order of now and with the weight that is stated now. */
static void
stay(struct agv *agv, struct vehicle *vehicle, struct aboard *load, const struct agv_load *said)
{
	agv->changed = agv->changed || load->gone || (vehicle->order[0] != '\0' && strcmp(load->order, vehicle->order) != 0);
	load->gone = false;
	if (vehicle->order[0] != '\0')
		memcpy(load->order, vehicle->order, sizeof load->order);
	if (said == NULL || !said->has_kg || said->kg == 0)
		return;
	agv->changed = agv->changed || !load->has_kg || load->kg != said->kg;
	load->has_kg = true;
	load->kg = said->kg;
}

static void
come(struct agv *agv, struct vehicle *vehicle, const char *id, bool unnamed, const struct agv_load *said,
    const struct agv_heard *heard)
{
	if (vehicle->n_aboard == ABOARD_MAX) { /* the room of one that has gone already */
		size_t i = 0;
		while (i < ABOARD_MAX && !vehicle->aboard[i].gone)
			i++;
		if (i == ABOARD_MAX)
			return;
		vehicle->aboard[i] = vehicle->aboard[--vehicle->n_aboard];
	}
	struct aboard *load = &vehicle->aboard[vehicle->n_aboard++];
	*load = (struct aboard){ .gone = true, .unnamed = unnamed };
	agv_fit(id, sizeof load->id - 1, load->id);
	if (vehicle->loads_known && agv_loads_at(&agv->rules, vehicle->node)) {
		load->on_ms = heard->at_ms;
		snprintf(load->on_lane, sizeof load->on_lane, "%s", agv_lane_of(&agv->rules, vehicle->node));
	}
	stay(agv, vehicle, load, said);
}

static bool
names(const struct agv_heard *heard, const struct aboard *load)
{
	char id[AGV_ID_BYTES];
	for (size_t i = 0; i < heard->n_loads; i++) {
		agv_fit(heard->loads[i].id, sizeof id - 1, id);
		if (!load->unnamed && strcmp(id, load->id) == 0)
			return true;
	}
	return false;
}

/* All loads with a number that the report names; how many of them are new. */
static size_t
take_named(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard)
{
	size_t fresh = 0;
	for (size_t i = 0; i < heard->n_loads; i++) {
		char id[AGV_ID_BYTES];
		agv_fit(heard->loads[i].id, sizeof id - 1, id);
		if (id[0] == '\0')
			continue;
		struct aboard *load = find(vehicle, id, false);
		fresh += load == NULL;
		if (load != NULL)
			stay(agv, vehicle, load, &heard->loads[i]);
		else
			come(agv, vehicle, id, false, &heard->loads[i], heard);
	}
	return fresh;
}

/* The first of the loads that the report gives no number, or its next one. */
static const struct agv_load *
next_unnamed(const struct agv_heard *heard, size_t *i)
{
	while (*i < heard->n_loads && heard->loads[*i].id[0] != '\0')
		++*i;
	return *i < heard->n_loads ? &heard->loads[(*i)++] : NULL;
}

static size_t
unnamed_in(const struct agv_heard *heard)
{
	size_t i = 0, n = 0;
	while (next_unnamed(heard, &i) != NULL)
		n++;
	return n;
}

/* Loads without a number are told apart by their place: "#1", "#2" … The last ones go first. */
static void
set_unnamed(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, size_t wanted, bool silently,
    struct findings *out)
{
	size_t said = 0;
	for (size_t k = 1; k <= AGV_LOADS_MAX; k++) {
		char id[8];
		snprintf(id, sizeof id, "#%zu", k);
		struct aboard *load = find(vehicle, id, true);
		if (k <= wanted && load != NULL)
			stay(agv, vehicle, load, next_unnamed(heard, &said));
		else if (k <= wanted)
			come(agv, vehicle, id, true, next_unnamed(heard, &said), heard);
		else if (load != NULL && !load->gone && silently)
			load->gone = load->counted = agv->changed = true;
		else if (load != NULL && !load->gone)
			go(agv, vehicle, load, heard, out);
	}
}

/*
 * The report names all that is aboard. A number that turns up where one without a number is missing was read late, and is no
 * trip; neither is one that is missing where one without a number turns up.
 */
static void
take_all(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	size_t old = count_unnamed(vehicle), unnamed = unnamed_in(heard), fresh = take_named(agv, vehicle, heard);
	size_t unread = unnamed > old ? unnamed - old : 0; /* turned up without a number: may be one whose number is missing */
	for (size_t i = 0; i < vehicle->n_aboard; i++) {
		struct aboard *load = &vehicle->aboard[i];
		if (load->unnamed || load->gone || names(heard, load))
			continue;
		if (unread > 0) {
			unread--;
			unnamed--;
			stay(agv, vehicle, load, NULL);
		} else {
			go(agv, vehicle, load, heard, out);
		}
	}
	size_t read_late = old > unnamed && fresh > 0 ? (fresh < old - unnamed ? fresh : old - unnamed) : 0;
	if (read_late > 0)
		set_unnamed(agv, vehicle, heard, old - read_late, true, out);
	set_unnamed(agv, vehicle, heard, unnamed, false, out);
}

static void
take_on(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	take_named(agv, vehicle, heard);
	size_t unnamed = unnamed_in(heard), old = count_unnamed(vehicle);
	if (unnamed > old) /* said again, it is the same one */
		set_unnamed(agv, vehicle, heard, unnamed, false, out);
}

static void
take_off(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	bool all = heard->n_loads == unnamed_in(heard);
	for (size_t i = 0; i < vehicle->n_aboard; i++)
		if (!vehicle->aboard[i].gone && (all || names(heard, &vehicle->aboard[i])))
			go(agv, vehicle, &vehicle->aboard[i], heard, out);
}

void
agv_trips(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	if (heard->say == AGV_LOADS_UNSAID)
		return;
	if (heard->say == AGV_LOADS_ALL)
		take_all(agv, vehicle, heard, out);
	else if (heard->say == AGV_LOADS_ON)
		take_on(agv, vehicle, heard, out);
	else
		take_off(agv, vehicle, heard, out);
	vehicle->loads_known = true;
}

/* Facts to events. Everything is put together in the encoder's own memory: no allocation for an event. */
#include "encode.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const ports[CROSSING_PORTS] = { "ceke", "wuliji" };
static const char *const batch_letters[CROSSING_PORTS] = { "CK", "WL" };

/* Longer than any short text may be, and text that is none. */
static char too_long[] = "this source key goes on and on and on, far beyond what bounds.h allows for the short texts of one event";
static char no_text[] = "\xC3\x28 weighbridge";

static char empty[] = "";

const char *
encode_port(uint8_t port)
{
	assert(port < CROSSING_PORTS);
	return ports[port];
}

void
encode_open(struct encoder *encoder, uint32_t twin)
{
	assert(twin <= ENCODE_TWINS_MAX);
	for (uint8_t p = 0; p < CROSSING_PORTS; p++)
		if (twin == 0)
			snprintf(encoder->port[p], ENCODE_PORT_BYTES, "%s", ports[p]);
		else
			snprintf(encoder->port[p], ENCODE_PORT_BYTES, "%s-%u", ports[p], twin);
}

/* The messages hold plain pointers, though nobody writes through them. */
static char *
lent(const char *text)
{
	union {
		const char *in;
		char *out;
	} same = { .in = text };
	return same.out;
}

static char *
vehicle_name(struct encoder *encoder, const struct crossing *crossing, uint32_t vehicle)
{
	char *name = encoder->at;
	if (crossing->mode == MODE_TRUCK)
		encoder->at = names_truck(name, vehicle);
	else if (crossing->mode == MODE_AGV)
		encoder->at = names_agv(name, vehicle);
	else
		encoder->at = names_wagon(name, vehicle);
	return name;
}

static char *
paper(struct encoder *encoder, const char *letters, const struct crossing *crossing, uint32_t number)
{
	char *name = encoder->at;
	encoder->at = names_paper(name, letters, crossing->yymmdd, number, 7);
	return name;
}

static char *
place(struct encoder *encoder, const char *kind, uint32_t number)
{
	char *name = encoder->at;
	encoder->at = names_place(name, kind, number);
	return name;
}

static char *
lane(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact)
{
	if (crossing->mode == MODE_RAIL)
		return place(encoder, "rail-", 1);
	if (crossing->mode == MODE_AGV)
		return place(encoder, "agv-", crossing->direction == DIRECTION_IMPORT ? 1 : 2);
	return place(encoder, crossing->direction == DIRECTION_IMPORT ? "road-in-" : "road-out-",
	    crossing->port == PORT_CEKE ? fact->lane : 1);
}

/* ---- the manifest ---- */

static void
put_unit(struct encoder *encoder, const struct crossing *crossing, const struct manifest *manifest, uint16_t u)
{
	const struct unit *from = &crossing->unit[u];
	Juyan__V1__Unit *unit = &encoder->unit[u];
	juyan__v1__unit__init(unit);
	encoder->units[u] = unit;
	/* A mistyped plate is that of a vehicle which is not in the convoy or train. */
	uint32_t mistyped = crossing->mode == MODE_TRUCK ? (from->vehicle + 997) % 9000 : from->vehicle + 500;
	unit->unit_id = vehicle_name(encoder, crossing, manifest->mistyped && u == 0 ? mistyped : from->vehicle);
	unit->n_trailers = from->trailers;
	unit->trailers = encoder->trailers[u];
	for (uint32_t i = 0; i < from->trailers; i++) {
		encoder->trailers[u][i] = encoder->at;
		encoder->at = names_trailer(encoder->at, from->vehicle, i);
	}
	unit->n_containers = from->containers;
	unit->containers = encoder->containers[u];
	for (uint32_t i = 0; i < from->containers; i++) {
		encoder->containers[u][i] = encoder->at;
		encoder->at = names_container(encoder->at, from->container + i);
	}
	unit->has_declared_kg = from->declared_kg != NOT_KNOWN;
	unit->declared_kg = from->declared_kg;
	unit->has_tare_kg = manifest->registered;
	unit->tare_kg = crossing_registered_kg(from->tare_kg);
	unit->has_container_tare_kg = manifest->registered && from->containers > 0;
	unit->container_tare_kg = crossing_registered_kg(from->container_tare_kg);
}

static void
put_line(struct encoder *encoder, const struct line *from, size_t i)
{
	Juyan__V1__GoodsLine *line = &encoder->line[i];
	juyan__v1__goods_line__init(line);
	encoder->lines[i] = line;
	line->description = lent(goods_text(from->goods, (enum goods_language)from->language));
	line->hs_code = from->with_hs ? lent(goods_hs(from->goods)) : empty;
	line->has_declared_kg = from->declared_kg != NOT_KNOWN;
	line->declared_kg = from->declared_kg;
	line->has_packages = from->packages != NOT_KNOWN;
	line->packages = from->packages;
}

static void
put_lodged(struct encoder *encoder, const struct crossing *crossing, uint8_t version)
{
	const struct manifest *manifest = &crossing->manifest[version];
	Juyan__V1__ManifestLodged *lodged = &encoder->what.lodged;
	juyan__v1__manifest_lodged__init(lodged);
	lodged->direction = crossing->direction == DIRECTION_IMPORT ? JUYAN__V1__DIRECTION__IMPORT : JUYAN__V1__DIRECTION__EXPORT;
	lodged->mode = crossing->mode == MODE_TRUCK ? JUYAN__V1__MODE__TRUCK
	    : crossing->mode == MODE_AGV            ? JUYAN__V1__MODE__AGV
						    : JUYAN__V1__MODE__RAIL;
	lodged->n_units = crossing->units;
	lodged->units = encoder->units;
	for (uint16_t u = 0; u < crossing->units; u++)
		put_unit(encoder, crossing, manifest, u);
	lodged->n_waybills = manifest->bills;
	lodged->waybills = encoder->waybills;
	size_t first = 0;
	for (uint8_t b = 0; b < manifest->bills; b++) {
		Juyan__V1__Waybill *waybill = &encoder->waybill[b];
		juyan__v1__waybill__init(waybill);
		encoder->waybills[b] = waybill;
		waybill->waybill_no = paper(encoder, "WB", crossing, crossing->serial * 100 + b);
		waybill->has_declared_kg = manifest->bill[b].declared_kg != NOT_KNOWN;
		waybill->declared_kg = manifest->bill[b].declared_kg;
		waybill->n_goods = manifest->bill[b].lines;
		waybill->goods = encoder->lines + first;
		for (size_t i = 0; i < waybill->n_goods; i++)
			put_line(encoder, &manifest->line[first + i], first + i);
		first += waybill->n_goods;
	}
	assert(first == manifest->lines);
	encoder->event.what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	encoder->event.manifest_lodged = lodged;
}

/* ---- what happens to units ---- */

static void
put_weighed(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact, char *unit_id)
{
	Juyan__V1__UnitWeighed *weighed = &encoder->what.weighed;
	juyan__v1__unit_weighed__init(weighed);
	weighed->unit_id = unit_id;
	weighed->has_gross_kg = fact->gross_kg != NOT_KNOWN;
	weighed->gross_kg = fact->gross_kg;
	weighed->has_tare_kg = fact->tare_kg != NOT_KNOWN;
	weighed->tare_kg = fact->tare_kg;
	weighed->has_container_tare_kg = fact->container_tare_kg != NOT_KNOWN;
	weighed->container_tare_kg = fact->container_tare_kg;
	weighed->scale = place(encoder, "scale-", (uint32_t)(1 + fact->desk - DESK_SCALE_1));
	weighed->ticket_no = paper(encoder, "T", crossing, crossing->serial * 100 + fact->unit);
	/* A scale under a moving train does not say. */
	if (fact->moving)
		weighed->stability = JUYAN__V1__STABILITY__MOVING;
	else if (crossing->mode != MODE_RAIL)
		weighed->stability = JUYAN__V1__STABILITY__STABLE;
	weighed->lane = lane(encoder, crossing, fact);
	encoder->event.what_case = JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	encoder->event.unit_weighed = weighed;
}

static void
put_passage(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact, char *unit_id)
{
	if (fact->kind == FACT_ARRIVED) {
		Juyan__V1__UnitArrived *arrived = &encoder->what.arrived;
		juyan__v1__unit_arrived__init(arrived);
		arrived->unit_id = unit_id;
		arrived->lane = lane(encoder, crossing, fact);
		encoder->event.what_case = JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED;
		encoder->event.unit_arrived = arrived;
	} else {
		Juyan__V1__UnitDeparted *departed = &encoder->what.departed;
		juyan__v1__unit_departed__init(departed);
		departed->unit_id = unit_id;
		departed->lane = lane(encoder, crossing, fact);
		encoder->event.what_case = JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED;
		encoder->event.unit_departed = departed;
	}
}

static void
put_corrected(struct encoder *encoder, const struct fact *fact, char *unit_id)
{
	Juyan__V1__MassCorrected *corrected = &encoder->what.corrected;
	juyan__v1__mass_corrected__init(corrected);
	corrected->unit_id = unit_id;
	corrected->has_net_kg = true;
	corrected->net_kg = fact->net_kg;
	corrected->by = lent("weighing office");
	corrected->reason = lent("the ticket and the scale's log differ");
	encoder->event.what_case = JUYAN__V1__EVENT__WHAT_MASS_CORRECTED;
	encoder->event.mass_corrected = corrected;
}

/* ---- what customs says ---- */

static void
put_inspected(struct encoder *encoder, const struct fact *fact, char *unit_id)
{
	Juyan__V1__Inspected *inspected = &encoder->what.inspected;
	juyan__v1__inspected__init(inspected);
	inspected->by = fact->lane % 4 == 3 ? JUYAN__V1__AUTHORITY__QUARANTINE : JUYAN__V1__AUTHORITY__CUSTOMS;
	inspected->outcome = fact->held ? JUYAN__V1__OUTCOME__HELD : JUYAN__V1__OUTCOME__PASSED;
	inspected->unit_id = unit_id;
	if (fact->held)
		inspected->held = lent("sample taken, seal renewed");
	encoder->event.what_case = JUYAN__V1__EVENT__WHAT_INSPECTED;
	encoder->event.inspected = inspected;
}

static void
put_decision(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact)
{
	if (fact->kind == FACT_DELETED) {
		Juyan__V1__ManifestDeleted *deleted = &encoder->what.deleted;
		juyan__v1__manifest_deleted__init(deleted);
		deleted->reason = lent("withdrawn by the carrier");
		encoder->event.what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED;
		encoder->event.manifest_deleted = deleted;
	} else {
		Juyan__V1__Released *released = &encoder->what.released;
		juyan__v1__released__init(released);
		released->office = lent(crossing->port == PORT_CEKE ? "Ceke customs" : "Wuliji customs");
		released->document_no = paper(encoder, "D", crossing, crossing->serial);
		encoder->event.what_case = JUYAN__V1__EVENT__WHAT_RELEASED;
		encoder->event.released = released;
	}
}

static void
put_fact(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact)
{
	char *unit_id = fact->unit == UNIT_NONE ? empty : vehicle_name(encoder, crossing, crossing->unit[fact->unit].vehicle);
	switch ((enum fact_kind)fact->kind) {
	case FACT_LODGED:
		put_lodged(encoder, crossing, fact->version);
		break;
	case FACT_WEIGHED:
		put_weighed(encoder, crossing, fact, unit_id);
		break;
	case FACT_ARRIVED:
	case FACT_DEPARTED:
		put_passage(encoder, crossing, fact, unit_id);
		break;
	case FACT_CORRECTED:
		put_corrected(encoder, fact, unit_id);
		break;
	case FACT_INSPECTED:
		put_inspected(encoder, fact, unit_id);
		break;
	case FACT_DELETED:
	case FACT_RELEASED:
		put_decision(encoder, crossing, fact);
		break;
	default:
		assert(!"a kind of fact");
	}
}

static void
put_flaw(Juyan__V1__Event *event, enum fact_flaw flaw)
{
	if (flaw == FLAW_PORT)
		event->port = lent("cekee");
	else if (flaw == FLAW_BATCH_NO)
		event->batch_no = empty;
	else if (flaw == FLAW_BOUND)
		event->source_key = too_long;
	else if (flaw == FLAW_TEXT)
		event->source_key = no_text;
}

size_t
encode_fact(struct encoder *encoder, const struct crossing *crossing, const struct fact *fact, const Juyan__V1__Event **message)
{
	Juyan__V1__Event *event = &encoder->event;
	juyan__v1__event__init(event);
	encoder->at = encoder->text;
	event->occurred_at_ms = fact->occurred_at_ms;
	event->port = encoder->port[crossing->port];
	event->batch_no = encoder->at;
	encoder->at = names_paper(event->batch_no, batch_letters[crossing->port], crossing->yymmdd, crossing->serial, 5);
	put_fact(encoder, crossing, fact);
	put_flaw(event, (enum fact_flaw)fact->flaw);
	assert(encoder->at <= encoder->text + sizeof encoder->text);
	/* Bounded by what a crossing may hold: about 200 bytes a unit. */
	size_t bytes = juyan__v1__event__pack(event, encoder->bytes);
	assert(bytes > 0 && bytes <= sizeof encoder->bytes);
	*message = event;
	if (fact->flaw == FLAW_BYTES) {
		/* Cut off in the middle of a field, as by a line that broke. */
		bytes = bytes > 8 ? bytes - 3 : bytes;
		*message = NULL;
	}
	return bytes;
}

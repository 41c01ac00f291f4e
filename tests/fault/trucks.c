/* Packing the four events of a truck: see trucks.h. */
#include "trucks.h"

#include <inttypes.h>
#include <stdio.h>

#include "cargo.pb-c.h"

static const int64_t FIRST_MS = INT64_C(1735689600000); /* 2025-01-01T00:00Z */

/* protobuf-c wants texts that it might write to. */
static char PORT[] = "ceke", UNIT[] = "1234", COAL[] = "27011290", WAYBILL[] = "W1", BY[] = "crash test",
	    REASON[] = "each third truck";

/* The four things that a truck does; `truck` counts from 0. */
static void
fill_manifest(Juyan__V1__Event *event, Juyan__V1__ManifestLodged *manifest, int64_t truck)
{
	static Juyan__V1__Unit unit;
	static Juyan__V1__Unit *units[] = { &unit };
	static Juyan__V1__GoodsLine line;
	static Juyan__V1__GoodsLine *goods[] = { &line };
	static Juyan__V1__Waybill waybill;
	static Juyan__V1__Waybill *waybills[] = { &waybill };

	juyan__v1__unit__init(&unit);
	unit.unit_id = UNIT;
	juyan__v1__goods_line__init(&line);
	line.hs_code = COAL;
	line.has_declared_kg = 1;
	line.declared_kg = 90000 + truck % 1000;
	juyan__v1__waybill__init(&waybill);
	waybill.waybill_no = WAYBILL;
	waybill.goods = goods;
	waybill.n_goods = 1;
	manifest->direction = JUYAN__V1__DIRECTION__IMPORT;
	manifest->mode = JUYAN__V1__MODE__TRUCK;
	manifest->units = units;
	manifest->n_units = 1;
	manifest->waybills = waybills;
	manifest->n_waybills = 1;
	event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	event->manifest_lodged = manifest;
}

static void
fill_weighing(Juyan__V1__Event *event, Juyan__V1__UnitWeighed *weighed, int64_t truck)
{
	weighed->unit_id = UNIT;
	weighed->has_gross_kg = 1;
	weighed->gross_kg = 130000 + truck % 7777;
	weighed->has_tare_kg = 1;
	weighed->tare_kg = 30000;
	weighed->stability = JUYAN__V1__STABILITY__STABLE;
	event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	event->unit_weighed = weighed;
}

static void
fill_last(Juyan__V1__Event *event, Juyan__V1__MassCorrected *corrected, Juyan__V1__UnitDeparted *departed, int64_t truck)
{
	if (truck % 3 != 0) {
		departed->unit_id = UNIT;
		event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED;
		event->unit_departed = departed;
		return;
	}
	corrected->unit_id = UNIT;
	corrected->has_net_kg = 1;
	corrected->net_kg = 99000 + truck % 5555;
	corrected->by = BY;
	corrected->reason = REASON;
	event->what_case = JUYAN__V1__EVENT__WHAT_MASS_CORRECTED;
	event->mass_corrected = corrected;
}

size_t
trucks_event(const char *name, uint64_t seq, uint8_t *buffer, size_t room)
{
	int64_t truck = (int64_t)(seq - 1) / TRUCK_EVENTS;
	char batch_no[64];
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	Juyan__V1__ManifestLodged manifest = JUYAN__V1__MANIFEST_LODGED__INIT;
	Juyan__V1__UnitWeighed weighed = JUYAN__V1__UNIT_WEIGHED__INIT;
	Juyan__V1__Released released = JUYAN__V1__RELEASED__INIT;
	Juyan__V1__MassCorrected corrected = JUYAN__V1__MASS_CORRECTED__INIT;
	Juyan__V1__UnitDeparted departed = JUYAN__V1__UNIT_DEPARTED__INIT;

	snprintf(batch_no, sizeof batch_no, "%s-%" PRId64, name, truck);
	event.occurred_at_ms = FIRST_MS + truck * 60000 + (int64_t)((seq - 1) % TRUCK_EVENTS);
	event.port = PORT;
	event.batch_no = batch_no;
	switch ((seq - 1) % TRUCK_EVENTS) {
	case 0:
		fill_manifest(&event, &manifest, truck);
		break;
	case 1:
		fill_weighing(&event, &weighed, truck);
		break;
	case 2:
		event.what_case = JUYAN__V1__EVENT__WHAT_RELEASED;
		event.released = &released;
		break;
	default:
		fill_last(&event, &corrected, &departed, truck);
		break;
	}
	if (juyan__v1__event__get_packed_size(&event) > room)
		return 0;
	return juyan__v1__event__pack(&event, buffer);
}

/* A truck counts from its release: by the weighing, or by the correction that came behind it. */
struct trucks_sums
trucks_count(uint64_t events)
{
	struct trucks_sums sums = { 0 };
	for (int64_t truck = 0; (uint64_t)truck * TRUCK_EVENTS + 3 <= events; truck++) {
		if (truck % 3 == 0 && (uint64_t)truck * TRUCK_EVENTS + 4 <= events) {
			sums.corrected_kg += 99000 + truck % 5555;
			sums.corrected++;
		} else {
			sums.weighed_kg += 100000 + truck % 7777;
			sums.weighed++;
		}
	}
	return sums;
}

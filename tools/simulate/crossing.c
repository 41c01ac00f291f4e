/* One crossing as it goes when nothing is out of the ordinary: vehicles, papers, and the road through the port. */
#include "crossing.h"

#include <assert.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)

enum { PERCENT = 10000 }; /* of random_chance's million */

/* ---- the vehicles ---- */

/* A road train of the Gobi: tractor and trailers weigh about 12 t and a fifth of what they carry. */
static void
draw_truck(struct unit *unit, const struct crossing_order *order, struct random *random)
{
	bool bulk = order->traffic == GOODS_BULK_IMPORT;
	int32_t payload_kg = bulk ? order->payload_kg : 24000;
	unit->tare_kg = (int32_t)random_around(random, 12000 + payload_kg / 5, 2500);
	unit->trailers = bulk && payload_kg > 80000 ? (uint8_t)random_between(random, 2, 3) : 1;
	if (bulk && random_chance(random, 75 * PERCENT))
		unit->containers = payload_kg > 80000 ? 4 : 2;
	else if (!bulk && random_chance(random, 30 * PERCENT))
		unit->containers = 1;
	for (int i = 0; i < unit->containers; i++)
		unit->container_tare_kg += (int32_t)random_between(random, 3700, 4100);
	if (order->laden)
		unit->net_kg = (int32_t)random_around(random, payload_kg, bulk ? payload_kg / 11 : 12000);
}

static void
draw_agv(struct unit *unit, const struct crossing_order *order, struct random *random)
{
	unit->tare_kg = (int32_t)random_between(random, 17600, 19200);
	unit->containers = 2;
	unit->container_tare_kg = (int32_t)random_between(random, 7400, 7900);
	if (order->laden)
		unit->net_kg = (int32_t)random_around(random, order->payload_kg, 3000);
}

static void
draw_wagon(struct unit *unit, const struct crossing_order *order, struct random *random)
{
	unit->tare_kg = (int32_t)random_between(random, 23600, 24200);
	if (order->laden)
		unit->net_kg = (int32_t)random_around(random, order->payload_kg, 3000);
}

static void
draw_units(struct crossing *crossing, const struct crossing_order *order, struct random *random)
{
	crossing->units = order->units;
	for (uint16_t u = 0; u < order->units; u++) {
		struct unit *unit = &crossing->unit[u];
		*unit = (struct unit){ .vehicle = (order->vehicle + u) % order->fleet, .declared_kg = NOT_KNOWN };
		unit->container = random_below(random, 999000);
		if (order->mode == MODE_TRUCK)
			draw_truck(unit, order, random);
		else if (order->mode == MODE_AGV)
			draw_agv(unit, order, random);
		else
			draw_wagon(unit, order, random);
	}
}

/* ---- the papers ---- */

/* What a clerk writes for a mass: near it, in tens of kilograms. */
static int32_t
declare(int64_t kg, struct random *random)
{
	return (int32_t)(random_around(random, kg, kg / 40) / 10 * 10);
}

static struct line
draw_line(const struct crossing_order *order, int32_t declared_kg, struct random *random)
{
	uint32_t hand = random_below(random, 100);
	bool heavy = order->mode != MODE_TRUCK;
	return (struct line){
		.goods = heavy ? goods_coal(random) : goods_draw(order->traffic, random),
		.language = hand < 50 ? GOODS_ZH
		    : hand < 85       ? GOODS_MN
				      : GOODS_EN,
		.with_hs = random_chance(random, 80 * PERCENT),
		.declared_kg = declared_kg,
		.packages = order->traffic == GOODS_BULK_IMPORT ? NOT_KNOWN : (int32_t)random_between(random, 1, 400),
	};
}

/* Adds a bill with so many lines for so many kilograms. The first line of a load of coal is mostly the only one. */
static void
draw_bill(struct manifest *manifest, const struct crossing_order *order, uint8_t lines, int32_t kg, struct random *random)
{
	struct bill *bill = &manifest->bill[manifest->bills++];
	*bill = (struct bill){ .lines = lines, .declared_kg = NOT_KNOWN };
	int32_t left_kg = kg;
	for (uint8_t i = 0; i < lines; i++) {
		int32_t part_kg = i + 1 == lines ? left_kg : (int32_t)random_between(random, 0, left_kg);
		manifest->line[manifest->lines++] = draw_line(order, part_kg, random);
		left_kg -= part_kg;
	}
	if (random_chance(random, 80 * PERCENT))
		bill->declared_kg = random_chance(random, 1 * PERCENT) ? declare(kg, random) : kg;
}

static void
draw_road_bills(struct crossing *crossing, const struct crossing_order *order, int64_t net_kg, struct random *random)
{
	uint32_t dice = random_below(random, 100);
	uint8_t bills = dice < 88 ? 1 : dice < 97 ? 2 : 3;
	for (uint8_t b = 0; b < bills; b++) {
		uint8_t lines = 1;
		if (order->traffic == GOODS_EXPORT)
			lines = (uint8_t)random_between(random, 1, 2);
		else if (random_chance(random, 8 * PERCENT))
			lines = 2;
		draw_bill(&crossing->manifest[0], order, lines, declare(net_kg / bills, random), random);
	}
}

static void
draw_manifest(struct crossing *crossing, const struct crossing_order *order, struct random *random)
{
	struct manifest *manifest = &crossing->manifest[0];
	/* A railway and an AGV's control know their vehicles' tares; for trucks it is rare. */
	manifest->registered = order->mode != MODE_TRUCK || random_chance(random, 15 * PERCENT);
	if (!order->laden)
		return;
	bool wagon_list = order->mode == MODE_RAIL || (order->units > 1 && random_chance(random, 50 * PERCENT));
	for (uint16_t u = 0; wagon_list && u < order->units; u++)
		crossing->unit[u].declared_kg = declare(crossing->unit[u].net_kg, random);
	if (order->mode == MODE_RAIL && random_chance(random, 70 * PERCENT))
		for (uint16_t u = 0; u < order->units; u++)
			draw_bill(manifest, order, 1, crossing->unit[u].declared_kg, random);
	else
		draw_road_bills(crossing, order, crossing_net_kg(crossing), random);
}

/* ---- the road through the port ---- */

static struct fact *
report(struct crossing *crossing, enum fact_kind kind, enum crossing_desk desk, int64_t at_ms, struct random *random)
{
	struct fact *fact = crossing_fact(crossing, kind, desk, at_ms);
	assert(fact != NULL);
	fact->sent_at_ms = at_ms + random_between(random, 200, 4000);
	return fact;
}

static struct fact *
report_unit(struct crossing *crossing, enum fact_kind kind, enum crossing_desk desk, int64_t at_ms, uint16_t unit,
    struct random *random)
{
	struct fact *fact = report(crossing, kind, desk, at_ms, random);
	fact->unit = unit;
	fact->lane = (uint8_t)(1 + crossing->unit[unit].vehicle % 4);
	return fact;
}

/*
 * How the masses become known: all at once with a stored tare, gross and tare apart, or gross alone where the manifest knows
 * the tare.
 */
static void
weigh_truck(struct crossing *crossing, uint16_t u, int64_t at_ms, struct random *random)
{
	const struct unit *unit = &crossing->unit[u];
	enum crossing_desk desk = random_chance(random, 50 * PERCENT) ? DESK_SCALE_1 : DESK_SCALE_2;
	struct fact *fact = report_unit(crossing, FACT_WEIGHED, desk, at_ms, u, random);
	fact->gross_kg = unit->net_kg + unit->tare_kg + unit->container_tare_kg;
	if (crossing->manifest[0].registered && random_chance(random, 50 * PERCENT))
		return;
	if (unit->net_kg > 0 && random_chance(random, 9 * PERCENT)) {
		desk = desk == DESK_SCALE_1 ? DESK_SCALE_2 : DESK_SCALE_1;
		fact = report_unit(crossing, FACT_WEIGHED, desk, at_ms + random_between(random, 40, 300) * MINUTE_MS, u, random);
	}
	fact->tare_kg = unit->tare_kg;
	if (unit->containers > 0)
		fact->container_tare_kg = unit->container_tare_kg;
}

static void
pass_truck(struct crossing *crossing, const struct crossing_order *order, uint16_t u, int64_t arrive_ms, int64_t release_ms,
    struct random *random)
{
	report_unit(crossing, FACT_ARRIVED, DESK_GATE_IN, arrive_ms, u, random);
	if (order->laden || random_chance(random, 40 * PERCENT))
		weigh_truck(crossing, u, arrive_ms + random_between(random, 180, 900) * SECOND_MS, random);
	if (order->laden && random_chance(random, 30 * PERCENT)) {
		struct fact *fact = report(crossing, FACT_INSPECTED, DESK_CUSTOMS,
		    arrive_ms + random_between(random, 900, 1700) * SECOND_MS, random);
		fact->unit = u;
	}
	report_unit(crossing, FACT_DEPARTED, DESK_GATE_OUT, release_ms + random_between(random, 120, 1200) * SECOND_MS, u, random);
}

/* AGV and wagons are weighed on the way, gross only: their tares are registered. */
static void
pass_guided(struct crossing *crossing, const struct crossing_order *order, uint16_t u, int64_t arrive_ms, int64_t release_ms,
    struct random *random)
{
	enum crossing_desk desk = order->mode == MODE_AGV ? DESK_AGV : DESK_RAIL;
	const struct unit *unit = &crossing->unit[u];
	report_unit(crossing, FACT_ARRIVED, desk, arrive_ms, u, random);
	if (order->laden) {
		struct fact *fact = report_unit(crossing, FACT_WEIGHED, desk, arrive_ms + 90 * SECOND_MS, u, random);
		fact->gross_kg = unit->net_kg + unit->tare_kg + unit->container_tare_kg;
	}
	report_unit(crossing, FACT_DEPARTED, desk, release_ms + (120 + u * 15) * SECOND_MS, u, random);
}

void
crossing_draw(struct crossing *crossing, const struct crossing_order *order, struct random *random)
{
	assert(order->units >= 1 && order->units <= CROSSING_UNITS_MAX && order->fleet > order->units);
	crossing->port = order->port;
	crossing->mode = order->mode;
	crossing->direction = order->direction;
	crossing->yymmdd = order->yymmdd;
	crossing->serial = order->serial;
	draw_units(crossing, order, random);
	draw_manifest(crossing, order, random);

	bool truck = order->mode == MODE_TRUCK;
	int64_t last_ms = order->arrive_ms + (order->units - 1) * (truck ? 90 : 15) * SECOND_MS;
	int64_t release_ms = last_ms + (truck ? random_between(random, 1800, 5400) : random_between(random, 300, 900)) * SECOND_MS;
	report(crossing, FACT_LODGED, order->mode == MODE_RAIL ? DESK_RAIL : DESK_CUSTOMS,
	    order->arrive_ms - random_between(random, 60, truck ? 1800 : 360) * MINUTE_MS, random);
	for (uint16_t u = 0; u < order->units; u++) {
		int64_t arrive_ms = order->arrive_ms + u * (truck ? 90 : 15) * SECOND_MS;
		if (truck)
			pass_truck(crossing, order, u, arrive_ms, release_ms, random);
		else
			pass_guided(crossing, order, u, arrive_ms, release_ms, random);
	}
	if (order->mode == MODE_RAIL && order->laden)
		report(crossing, FACT_INSPECTED, DESK_CUSTOMS, last_ms + 250 * SECOND_MS, random)->unit = UNIT_NONE;
	report(crossing, FACT_RELEASED, DESK_CUSTOMS, release_ms, random);
}

int32_t
crossing_registered_kg(int32_t tare_kg)
{
	return (tare_kg + 50) / 100 * 100;
}

int64_t
crossing_net_kg(const struct crossing *crossing)
{
	int64_t net_kg = 0;
	for (uint16_t u = 0; u < crossing->units; u++)
		net_kg += crossing->unit[u].net_kg;
	return net_kg;
}

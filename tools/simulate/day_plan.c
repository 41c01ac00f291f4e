/* A day's crossings, ordered until the day's demand is met. */
#include "day_plan.h"

#include <assert.h>
#include <string.h>

#include "port_calendar.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS CALENDAR_MS_PER_HOUR

enum {
	OPEN_HOUR = 8, /* the road is open from 08:00 to 20:00; the last vehicle is let in early enough to leave */
	LAST_IN_MINUTES = 640,
	TRAIN_WAGONS = 60,
	AGV_KG = 65000,
	WAGON_KG = 67500,
	EXPORT_LOAD_KG = 24000,
};

/* Far more vehicles than are on the road in one day, so that none is in two places. */
static const uint32_t fleet[CROSSING_MODES] = { 9000, 60, 30000 };

void
day_plan_open(struct day_plan *plan, const struct day_plan_options *options,
    bool (*take)(void *user, const struct crossing_order *order, struct random *random, int64_t *net_kg), void *user)
{
	memset(plan, 0, sizeof *plan);
	plan->options = *options;
	plan->take = take;
	plan->user = user;
	for (int p = 0; p < CROSSING_PORTS; p++)
		demand_open(&plan->demand[p], options->seed, (enum crossing_port)p, options->rail);
}

static uint32_t
yymmdd_of(int64_t day)
{
	int year, month, day_of_month;
	port_calendar_date(day, &year, &month, &day_of_month);
	return (uint32_t)(year % 100 * 10000 + month * 100 + day_of_month);
}

/* The way back: the same vehicles, some hours later; trucks that would come after closing time wait for the next open day. */
static int64_t
return_ms(struct day_plan *plan, const struct crossing_order *out)
{
	int64_t wait_ms = random_between(&plan->random, 90, 300) * MINUTE_MS;
	if (out->mode == MODE_AGV)
		return out->arrive_ms + wait_ms / 8;
	if (out->mode == MODE_RAIL)
		return out->arrive_ms + 3 * wait_ms;
	int64_t back_ms = out->arrive_ms + wait_ms;
	int64_t day = (back_ms + CALENDAR_OFFSET_MS) / CALENDAR_MS_PER_DAY;
	if (back_ms < port_calendar_start_ms(day) + (OPEN_HOUR * 60 + LAST_IN_MINUTES) * MINUTE_MS && port_calendar_road_open(day))
		return back_ms;
	for (day++; !port_calendar_road_open(day); day++)
		if (day > plan->options.last_day)
			return INT64_MAX;
	return port_calendar_start_ms(day) + (OPEN_HOUR * 60 + random_between(&plan->random, 0, 240)) * MINUTE_MS;
}

static bool
order_one(struct day_plan *plan, struct crossing_order *order, int64_t *net_kg)
{
	order->serial = plan->serial++;
	return plan->take(plan->user, order, &plan->random, net_kg);
}

/* A laden crossing and its way back. Some trucks take exports along, as long as some are owed. */
static bool
order_both(struct day_plan *plan, struct crossing_order *order, int64_t *net_kg)
{
	if (!order_one(plan, order, net_kg))
		return false;
	struct crossing_order back = *order;
	back.direction = order->direction == DIRECTION_IMPORT ? DIRECTION_EXPORT : DIRECTION_IMPORT;
	back.arrive_ms = return_ms(plan, order);
	if (back.arrive_ms >= port_calendar_start_ms(plan->options.last_day + 1))
		return true;
	int64_t *owed_kg = &plan->owed_export_kg[plan->port], back_kg = 0;
	back.laden = back.mode == MODE_TRUCK && back.direction == DIRECTION_EXPORT && *owed_kg > EXPORT_LOAD_KG / 2 &&
	    random_chance(&plan->random, 350000);
	back.traffic = back.laden ? GOODS_EXPORT : order->traffic;
	if (!order_one(plan, &back, &back_kg))
		return false;
	*owed_kg -= back_kg;
	return true;
}

static struct crossing_order
order_of(struct day_plan *plan, enum crossing_mode mode, uint16_t units, int32_t payload_kg)
{
	uint32_t vehicle = plan->next_vehicle[plan->port][mode];
	plan->next_vehicle[plan->port][mode] = (vehicle + units) % fleet[mode];
	return (struct crossing_order){
		.port = plan->port,
		.mode = (uint8_t)mode,
		.direction = DIRECTION_IMPORT,
		.laden = true,
		.units = units,
		.yymmdd = plan->yymmdd,
		.vehicle = vehicle,
		.fleet = fleet[mode],
		.payload_kg = payload_kg,
		.traffic = GOODS_BULK_IMPORT,
	};
}

/* More in the morning than towards the evening. */
static int64_t
road_time_ms(struct day_plan *plan, int64_t day)
{
	int64_t a = random_between(&plan->random, 0, LAST_IN_MINUTES * 60),
		b = random_between(&plan->random, 0, LAST_IN_MINUTES * 60);
	int64_t second = random_chance(&plan->random, 400000) && b < a ? b : a;
	return port_calendar_start_ms(day) + OPEN_HOUR * HOUR_MS + second * 1000 + random_between(&plan->random, 0, 999);
}

static bool
plan_road(struct day_plan *plan, int64_t day)
{
	int64_t *owed_kg = &plan->owed_kg[plan->port][MODE_TRUCK];
	while (*owed_kg > plan->day.payload_kg / 2) {
		uint32_t dice = random_below(&plan->random, 100);
		uint16_t units = dice < 92 ? 1 : dice < 97 ? 2 : (uint16_t)(dice < 99 ? 3 : 4);
		struct crossing_order order = order_of(plan, MODE_TRUCK, units, plan->day.payload_kg);
		if (random_chance(&plan->random, 15000))
			order.traffic = GOODS_SMALL_IMPORT;
		order.arrive_ms = road_time_ms(plan, day);
		int64_t net_kg = 0;
		if (!order_both(plan, &order, &net_kg))
			return false;
		*owed_kg -= net_kg;
	}
	return true;
}

/* Where exports outweigh imports, trucks come empty for what the ways back could not take. */
static bool
plan_exports(struct day_plan *plan, int64_t day)
{
	int64_t *owed_kg = &plan->owed_export_kg[plan->port];
	while (plan->port != PORT_CEKE && *owed_kg > EXPORT_LOAD_KG) {
		struct crossing_order order = order_of(plan, MODE_TRUCK, 1, plan->day.payload_kg);
		order.direction = DIRECTION_EXPORT;
		order.traffic = GOODS_EXPORT;
		order.arrive_ms = road_time_ms(plan, day);
		int64_t net_kg = 0;
		if (!order_both(plan, &order, &net_kg))
			return false;
		*owed_kg -= net_kg;
	}
	return true;
}

/* AGV go round the clock, trains by their timetable of four a day. */
static bool
plan_guided(struct day_plan *plan, int64_t day, enum crossing_mode mode)
{
	static const int train_minutes[] = { 130, 520, 860, 1230 };
	int64_t *owed_kg = &plan->owed_kg[plan->port][mode];
	bool rail = mode == MODE_RAIL;
	int64_t load_kg = rail ? (int64_t)TRAIN_WAGONS * WAGON_KG : AGV_KG;
	for (size_t n = 0; *owed_kg > load_kg / 2; n++) {
		uint16_t units = rail ? (uint16_t)random_between(&plan->random, TRAIN_WAGONS - 12, TRAIN_WAGONS) : 1;
		struct crossing_order order = order_of(plan, mode, units, rail ? WAGON_KG : AGV_KG);
		int64_t minute =
		    rail ? train_minutes[n % 4] + random_around(&plan->random, 0, 25) : random_between(&plan->random, 0, 1439);
		order.arrive_ms = port_calendar_start_ms(day) + minute * MINUTE_MS + random_between(&plan->random, 0, 59999);
		int64_t net_kg = 0;
		if (!order_both(plan, &order, &net_kg))
			return false;
		*owed_kg -= net_kg;
	}
	return true;
}

bool
day_plan_make(struct day_plan *plan, enum crossing_port port, int64_t day)
{
	plan->port = (uint8_t)port;
	plan->yymmdd = yymmdd_of(day);
	plan->serial = 1;
	plan->day = demand_of(&plan->demand[port], day);
	random_seed(&plan->random, plan->options.seed, (uint64_t)day * CROSSING_PORTS + port);
	for (int m = 0; m < CROSSING_MODES; m++) {
		int64_t kg = plan->day.kg[m] * plan->options.scale_per_mille / 1000;
		int64_t export_kg = m == MODE_TRUCK ? kg * plan->day.export_per_mille / 1000 : 0;
		plan->owed_export_kg[port] += export_kg;
		plan->owed_kg[port][m] += kg - export_kg;
	}
	if (port_calendar_road_open(day) && (!plan_road(plan, day) || !plan_exports(plan, day)))
		return false;
	return plan_guided(plan, day, MODE_AGV) && plan_guided(plan, day, MODE_RAIL);
}

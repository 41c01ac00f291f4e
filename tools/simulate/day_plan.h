/*
 * Which crossings there are on a day: loaded trucks, AGV trips and trains until the day's tonnage is reached, and the way back
 * of each, empty or with what China exports. What one day asks for beyond its last vehicle, or short of it, goes over to the
 * next.
 *
 * The caller owns a plan and closes nothing; one thread; days are planned in order.
 */
#ifndef JUYAN_SIMULATE_DAY_PLAN_H
#define JUYAN_SIMULATE_DAY_PLAN_H

#include "demand.h"

struct day_plan_options {
	uint64_t seed;
	uint32_t scale_per_mille; /* of the real traffic */
	bool rail;
	int64_t last_day; /* no crossing begins after it */
};

struct day_plan {
	struct day_plan_options options;
	struct demand demand[CROSSING_PORTS];
	int64_t owed_kg[CROSSING_PORTS][CROSSING_MODES];
	int64_t owed_export_kg[CROSSING_PORTS];
	uint32_t next_vehicle[CROSSING_PORTS][CROSSING_MODES];
	struct random random; /* of the port's day that is planned */
	uint8_t port;
	uint32_t yymmdd, serial;
	struct demand_day day;
	/* Takes each order with the chance that belongs to it; false: stop (no memory). */
	bool (*take)(void *user, const struct crossing_order *order, struct random *random, int64_t *net_kg);
	void *user;
};

void day_plan_open(struct day_plan *plan, const struct day_plan_options *options,
    bool (*take)(void *user, const struct crossing_order *order, struct random *random, int64_t *net_kg), void *user);
bool day_plan_make(struct day_plan *plan, enum crossing_port port, int64_t day);

/* How long before a day's beginning the first event of that day's crossings may happen. */
#define DAY_PLAN_LEAD_MS (INT64_C(36) * 3600 * 1000)

#endif

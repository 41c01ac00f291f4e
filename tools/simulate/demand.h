/*
 * How much crosses on a day, by port and way of crossing, so that the published figures of Ceke come out: a table of stretches
 * of time with the tonnage of each, spread over the days by the closures, the week, the year and chance. Whole kilograms; the
 * days of a stretch add up to it.
 *
 * The caller owns a demand, one for each port; one thread. Days are asked in order, and a stretch is worked out once.
 */
#ifndef JUYAN_SIMULATE_DEMAND_H
#define JUYAN_SIMULATE_DEMAND_H

#include "crossing.h"

enum { DEMAND_DAYS_MAX = 366 };

struct demand {
	uint64_t seed;
	uint8_t port;
	bool rail;           /* the railway runs */
	int64_t first, last; /* the stretch that is worked out, local days, both included */
	int64_t road_kg[DEMAND_DAYS_MAX];
};

struct demand_day {
	int64_t kg[CROSSING_MODES]; /* both directions together */
	int32_t payload_kg;         /* of a full truck of those days */
	int32_t export_per_mille;   /* the share that leaves China */
};

void demand_open(struct demand *demand, uint64_t seed, enum crossing_port port, bool rail);
struct demand_day demand_of(struct demand *demand, int64_t day);

#endif

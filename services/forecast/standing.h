/*
 * The registry's levers, capacities, goals and ports as they hold on one day: of several records of one id the one with the latest
 * valid_from that is not after the day, before the first of them the first. Owns its lists (standing_close), lends their records.
 */
#ifndef JUYAN_FORECAST_STANDING_H
#define JUYAN_FORECAST_STANDING_H

#include "inputs.h"

struct standing {
	const char **ports;
	const Juyan__V1__Lever **levers;
	const Juyan__V1__Capacity **capacities;
	const Juyan__V1__Goal **goals;
	size_t n_ports, n_levers, n_capacities, n_goals;
};

enum status standing_open(const Juyan__V1__Registry *registry, int64_t day, struct standing *out) MUST_USE;
void standing_close(struct standing *standing);
/* NULL: none has this id. */
const Juyan__V1__Goal *standing_goal(const struct standing *standing, const char *id);

#endif

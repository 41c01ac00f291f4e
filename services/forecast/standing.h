/*
 * The registry's levers, capacities, goals and ports as they hold on one day: of several records of one id the one with the latest
 * valid_from that is not after the day, before the first of them the first. Owns its lists (standing_close), lends their records.
 */
#ifndef JUYAN_FORECAST_STANDING_H
#define JUYAN_FORECAST_STANDING_H

#include "inputs.h"
#include "places.h"

struct standing {
	const char **ports;
	const Juyan__V1__Lever **levers;
	const Juyan__V1__Capacity **capacities;
	const Juyan__V1__Goal **goals; /* their ports instead of the places that they name; only standing_said's outlive it */
	Juyan__V1__Goal **said;        /* as they stand in the registry */
	Juyan__V1__Goal *wide;
	char **names;
	struct places *places;
	size_t n_ports, n_levers, n_capacities, n_goals;
};

/* The tree of places was checked when the registry was made: one that does not fit is DAMAGED. */
enum status standing_open(const Juyan__V1__Registry *registry, int64_t day, struct standing *out) MUST_USE;
void standing_close(struct standing *standing);
/* NULL: none has this id. */
const Juyan__V1__Goal *standing_goal(const struct standing *standing, const char *id);
/* One of `goals` as the registry says it. */
Juyan__V1__Goal *standing_said(const struct standing *standing, const Juyan__V1__Goal *goal);

#endif

/*
 * Declared changes of the future, applied to sample paths. Pure, without chance: path p of the changed leaves is the same possible
 * future as path p before, so that differences between scenarios are those of the scenario alone. Any thread.
 *
 * What is assumed, in the order in which it is done, whatever the order of the list:
 *   1. Days. Closed: nothing passes, and nothing is made up for later. Not closed (kept open by agreement): each path passes the
 *      mean of its nearest open days before and after. Whole ports first, then what names a mode or a direction.
 *   2. Levers. Demand allows: what passes at (port, mode) grows and shrinks in proportion to the product of its levers. Where a
 *      lever stands at 0 nothing runs yet, so that value * kg_per_day is added on open days as in 4, in proportion to the others.
 *      A lever keeps the value of the latest change that holds on the day.
 *   3. Demand: what is forecast times demand_per_mille / 1000. Several multiply.
 *   4. Added traffic, on open days. It varies as its slice does: times the ratio of the path's day to the mean of all paths (before
 *      2 and 3), for (port, mode), else for the port, else for all: the first that runs on most open days. Its mean is what was
 *      declared. It joins the biggest leaf of (port, mode, direction); where the mode has none, a new leaf with the port's most
 *      usual goods, of import unless a direction is given.
 *   5. Ceilings: of the change (each day's sum over what it names is scaled down to it), then the registry's capacities. A
 *      capacity of (port, mode) goes along with the product of that mode's levers; a scenario's ceiling for the same port and mode
 *      replaces it on its days. The leaves given keep to the registry's capacities already.
 *
 * Whatever 2 to 4 make of a leaf's day ends at LEAVES_DAY_KG_MAX.
 *
 * ramp_days: takes effect in equal steps, 1/ramp_days on the first day, wholly on the last. After `to` it is as if it had never
 * been. A change from before the origin acts from the day after it. An empty port, mode or direction: all, where added traffic
 * needs a port and a mode.
 */
#ifndef JUYAN_FORECAST_SCENARIO_H
#define JUYAN_FORECAST_SCENARIO_H

#include "forecast.pb-c.h"
#include "leaves.h"
#include "open_days.h"
#include "stop.h"

enum { SCENARIO_CHANGES_MAX = 64, SCENARIO_LEVERS_MAX = 64, SCENARIO_NOTES_MAX = 32 };

/* The registry as it holds at the origin. Lent. */
struct scenario_ground {
	const char *const *ports; /* known ids */
	size_t n_ports;
	const Juyan__V1__Lever *const *levers;
	size_t n_levers;
	const Juyan__V1__Capacity *const *capacities;
	size_t n_capacities;
	const atomic_bool *stop; /* once it is true, what works with the scenario ends soon, INTERRUPTED; NULL: never */
};

/* What a person should know of a scenario that was applied: a change that touched nothing, a lever above its most … */
struct scenario_notes {
	size_t n;
	char text[SCENARIO_NOTES_MAX][SENTENCE_BYTES_MAX];
};

/*
 * Whether a change can be. NOT_FOUND for a port or a lever that the registry does not have, with the nearest that it has;
 * OUT_OF_RANGE, SYNTAX for a day or a number. The sentence does not say which change it is: the caller knows where it stands.
 */
enum status scenario_check(const Juyan__V1__Change *change, const struct scenario_ground *ground, struct reason *why) MUST_USE;

/*
 * Changes `leaves` and `open` (copies of the caller's; leaves_copy, open_days_copy). On any status but OK they are of no use any
 * more, and are closed as ever. `notes` may be NULL. What scenario_check says, with the change's number; NO_MEMORY, INTERRUPTED.
 */
enum status scenario_apply(const Juyan__V1__Scenario *scenario, const struct scenario_ground *ground, struct open_days *open,
    struct leaves *leaves, struct scenario_notes *notes, struct reason *why) MUST_USE;

/* Why a lever moves nothing of these leaves, as the middle of a sentence; NULL where it does. */
const char *scenario_lever_idle(const struct leaves *leaves, const Juyan__V1__Lever *lever);

#endif

/* The most that can pass in a day: a scenario's ceilings and the registry's capacities. See scenario_parts.h. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* kg * to / of, rounded down, without leaving the integers. */
static int64_t
part_of(int64_t kg, int64_t to, int64_t of)
{
	return (int64_t)((__int128)kg * to / of);
}

/*
 * Scales what passes on a day of a path in the held leaves down to `ceiling`, to the kilogram: what rounding down leaves over goes
 * to the first of them, a kilogram each.
 */
static void
lower(const struct scene *scene, size_t n_held, size_t path, size_t day, int64_t sum, int64_t ceiling)
{
	int64_t left = ceiling;
	for (size_t i = 0; i < n_held; i++)
		left -= part_of(leaves_path(scene->leaves, scene->held[i], path)[day], ceiling, sum);
	for (size_t i = 0; i < n_held; i++) {
		int64_t *kg = &leaves_path(scene->leaves, scene->held[i], path)[day];
		int64_t part = part_of(*kg, ceiling, sum);
		int64_t more = left > 0 && part < *kg;
		*kg = part + more;
		left -= more;
	}
	assert(left == 0);
}

static size_t
hold(const struct scene *scene, const struct shift *shift)
{
	size_t n = 0;
	for (size_t i = 0; i < scene->leaves->n; i++)
		if (shift_holds(shift, &scene->leaves->leaf[i].key))
			scene->held[n++] = i;
	return n;
}

/* Nothing above per_day on any day, in any path; by a share only while it is still being ramped in. Path by path: so they lie. */
static void
lower_all(const struct scene *scene, const struct shift *shift)
{
	struct leaves *leaves = scene->leaves;
	size_t n_held = hold(scene, shift);
	for (size_t path = 0; path < leaves->paths; path++) {
		for (size_t day = 0; day < leaves->days; day++) {
			double ceiling = scene->per_day[day];
			int64_t sum = 0;
			for (size_t i = 0; i < n_held; i++)
				sum += leaves_path(leaves, scene->held[i], path)[day];
			if ((double)sum <= ceiling)
				continue;
			double share = shift_share(shift, leaves->origin + 1 + (int64_t)day);
			lower(scene, n_held, path, day, sum, sum - (int64_t)ceil(share * ((double)sum - ceiling)));
		}
	}
}

/* Whether the scenario says itself how much can pass there on this day. */
static bool
replaced(const struct scene *scene, const Juyan__V1__Capacity *capacity, int64_t day)
{
	for (size_t i = 0; i < scene->n; i++) {
		const struct shift *shift = &scene->shift[i];
		if (shift->change->what_case == JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY && shift->direction == 0 &&
		    shift->mode == capacity->mode && strcmp(shift->change->port, capacity->port) == 0 &&
		    shift_share(shift, day) > 0)
			return true;
	}
	return false;
}

static void
keep_capacity(const struct scene *scene, const Juyan__V1__Capacity *capacity)
{
	Juyan__V1__Change where = JUYAN__V1__CHANGE__INIT;
	const struct shift shift = { &where, capacity->mode, 0, scene->leaves->origin + 1, INT64_MAX };
	where.port = capacity->port;
	for (size_t i = 0; i < scene->leaves->days; i++) {
		int64_t day = scene->leaves->origin + 1 + (int64_t)i;
		double product = capacity->mode == 0 ? 1 : levers_product(scene, capacity->port, capacity->mode, day);
		scene->per_day[i] = replaced(scene, capacity, day) ? HUGE_VAL : (double)capacity->kg_per_day * product;
	}
	lower_all(scene, &shift);
}

static void
keep_ceiling(const struct scene *scene, const struct shift *shift)
{
	for (size_t i = 0; i < scene->leaves->days; i++)
		scene->per_day[i] = shift_share(shift, scene->leaves->origin + 1 + (int64_t)i) > 0
		    ? (double)shift->change->ceiling_kg_per_day
		    : HUGE_VAL;
	lower_all(scene, shift);
}

enum status
scene_ceilings(struct scene *scene)
{
	enum status status = stop_look(scene->ground->stop);
	for (size_t i = 0; status == STATUS_OK && i < scene->n; i++) {
		if (scene->shift[i].change->what_case == JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY)
			keep_ceiling(scene, &scene->shift[i]);
		status = stop_look(scene->ground->stop);
	}
	for (size_t i = 0; status == STATUS_OK && i < scene->ground->n_capacities; i++) {
		keep_capacity(scene, scene->ground->capacities[i]);
		status = stop_look(scene->ground->stop);
	}
	return status;
}

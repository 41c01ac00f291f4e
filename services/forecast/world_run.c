/* The day that is running, put into a world that knows closed days alone; and a world's open days. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "overrides.h"
#include "world.h"

static void
sum_first(const struct world *world, int64_t *sum)
{
	for (size_t i = 0; i < world->leaves.n; i++) {
		int64_t *of = &sum[i * world->leaves.days];
		*of = 0;
		for (size_t p = 0; p < world->leaves.paths; p++)
			*of += leaves_path(&world->leaves, i, p)[0];
	}
}

/* What a port's day has run ahead of, or fallen behind, its usual course: 1 as usual, at most three times as much. */
static double
pace(const struct world *world, const char *port, double share)
{
	double had = 0.0, meant = 0.0;
	for (size_t i = 0; i < world->leaves.n; i++) {
		if (strcmp(world->leaves.leaf[i].key.port, port) != 0)
			continue;
		had += (double)world->running_kg[i];
		for (size_t p = 0; p < world->leaves.paths; p++)
			meant += (double)world->first[i * world->leaves.paths + p] / (double)world->leaves.paths;
	}
	return share * meant <= 0.0 ? 1.0 : fmin(had / (share * meant), 3.0);
}

/*
 * What is still to come of the day: the share that usually is, of what the path has for the day, moved toward the pace that the day
 * has had by as much as the day is done.
 */
static void
run_leaf(struct world *world, size_t leaf, double share)
{
	double ahead = 1.0 + share * (pace(world, world->leaves.leaf[leaf].key.port, share) - 1.0);
	for (size_t p = 0; p < world->leaves.paths; p++) {
		double left = (1.0 - share) * (double)world->first[leaf * world->leaves.paths + p] * ahead;
		leaves_path(&world->leaves, leaf, p)[0] = world->running_kg[leaf] + leaves_kg(left);
	}
}

void
world_run(struct world *world, const struct inputs *now)
{
	assert(now->digest == world->inputs.digest);
	world->running_share = 0.0;
	for (size_t i = 0; i < world->leaves.n; i++) {
		double share = 0.0;
		world->running_kg[i] = 0;
		for (size_t k = 0; now->running_kg != NULL && k < now->n; k++)
			if (leaf_key_order(&now->leaf[k].key, &world->leaves.leaf[i].key) == 0)
				world->running_kg[i] = now->running_kg[k];
		for (size_t k = 0; now->running_kg != NULL && k < now->n; k++)
			if (strcmp(now->leaf[k].key.port, world->leaves.leaf[i].key.port) == 0)
				share = now->running_share[k];
		world->running_share = fmax(world->running_share, share);
		for (size_t p = 0; p < world->leaves.paths; p++)
			leaves_path(&world->leaves, i, p)[0] = world->first[i * world->leaves.paths + p];
	}
	for (size_t i = 0; now->running_kg != NULL && i < world->leaves.n; i++)
		for (size_t k = 0; k < now->n; k++)
			if (strcmp(now->leaf[k].key.port, world->leaves.leaf[i].key.port) == 0) {
				run_leaf(world, i, now->running_share[k]);
				break;
			}
	sum_first(world, world->base_sum);
	if (world->making.overrides)
		overrides_apply(&world->inputs, &world->leaves, world->running_kg, 0, 1);
	sum_first(world, world->sum);
}

static bool
is_open(const struct world *world, size_t port, size_t day)
{
	const struct days_of *days = &world->days[port].road;
	size_t past = world->leaves.past_days;
	return day < past ? days->calendar.open[day] > 0.5 : days->odds[day - past] >= 0.5;
}

enum status
world_open_days(const struct world *world, struct open_days *out)
{
	struct open_days open = { .first_day = world->leaves.first_day,
		.days = world->leaves.past_days + world->leaves.days,
		.n_ports = world->n_ports,
		.ports = world->ports,
		.open = calloc(world->n_ports * (world->leaves.past_days + world->leaves.days) + 1, sizeof *open.open) };
	if (open.open == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < world->n_ports; i++)
		for (size_t d = 0; d < open.days; d++)
			open.open[i * open.days + d] = is_open(world, i, d);
	*out = open;
	return STATUS_OK;
}

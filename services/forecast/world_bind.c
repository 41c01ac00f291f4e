/* What binds the paths of leaves that were drawn each for itself: their whole, the calendar's odds, ceilings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "reconcile.h"
#include "world_parts.h"

/* The leaves of a port, of one mode or (unspecified) of all. */
static size_t
leaves_of(const struct leaves *leaves, const char *port, Juyan__V1__Mode mode, size_t *which)
{
	size_t n = 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (strcmp(leaves->leaf[i].key.port, port) == 0 &&
		    (mode == JUYAN__V1__MODE__MODE_UNSPECIFIED || leaves->leaf[i].key.mode == mode))
			which[n++] = i;
	return n;
}

static enum status
bind_to_wholes(struct draft *draft)
{
	struct world *world = draft->world;
	enum status status = STATUS_OK;
	size_t *which = calloc(world->leaves.n + 1, sizeof *which);
	if (which == NULL)
		return STATUS_NO_MEMORY;
	if (draft->whole.path != NULL)
		status = reconcile_to_whole(&world->leaves, draft->which, draft->n_which, draft->whole.path);
	for (size_t port = 0; status == STATUS_OK && port < world->n_ports; port++) {
		if (draft->by_port[port].path == NULL || !world_has_leaf(&world->inputs, world->ports[port]))
			continue;
		size_t n = leaves_of(&world->leaves, world->ports[port], JUYAN__V1__MODE__MODE_UNSPECIFIED, which);
		status = reconcile_to_whole(&world->leaves, which, n, draft->by_port[port].path);
	}
	free(which);
	return status;
}

/*
 * Shut days are nobody's. A holiday that is kept open in some years is so in as many paths, for all leaves of the port alike;
 * what that takes away is the calendar's part.
 */
static void
shut(struct draft *draft)
{
	struct leaves *leaves = &draft->world->leaves;
	for (size_t i = 0; i < leaves->n; i++) {
		struct leaf_key port = { 0 };
		snprintf(port.port, sizeof port.port, "%s", leaves->leaf[i].key.port);
		uint64_t seed = world_seed(~draft->world->making.seed, &port); /* not that of its paths */
		for (size_t d = 0; d < leaves->days; d++) {
			double odds = draft_days(draft, i)->odds[d];
			for (size_t p = 0; odds < 1.0 && p < leaves->paths; p++) {
				struct chance chance = chance_begin(seed, ((uint64_t)p << 16) + d);
				if (chance_uniform(&chance) >= odds)
					leaves_path(leaves, i, p)[d] = 0;
			}
		}
	}
}

/* What has happened to the sums since `before` goes to this part. */
static void
keep_difference(struct world *world, const int64_t *before, enum forecast_part part)
{
	reconcile_sums(&world->leaves, world->sum);
	for (size_t i = 0; i < world->leaves.n * world->leaves.days; i++)
		world->part[part][i] += (double)(world->sum[i] - before[i]) / (double)world->leaves.paths;
}

/* Modes first, then ports; what this takes away is the ceiling's part. */
static enum status
bind_to_days(struct draft *draft)
{
	struct world *world = draft->world;
	struct leaves *leaves = &world->leaves;
	size_t *which = calloc(leaves->n + 1, sizeof *which);
	int64_t *most_kg = calloc(leaves->days, sizeof *most_kg);
	const Juyan__V1__Mode modes[] = { JUYAN__V1__MODE__TRUCK, JUYAN__V1__MODE__AGV, JUYAN__V1__MODE__RAIL,
		JUYAN__V1__MODE__MODE_UNSPECIFIED };
	bool room = which != NULL && most_kg != NULL;
	if (room) {
		reconcile_sums(leaves, world->base_sum);
		shut(draft);
		keep_difference(world, world->base_sum, PART_CALENDAR);
		memcpy(world->base_sum, world->sum, leaves->n * leaves->days * sizeof *world->sum);
	}
	for (size_t port = 0; room && port < world->n_ports; port++)
		for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
			if (days_ceiling(&world->inputs, world->ports[port], modes[m], leaves->days, most_kg))
				reconcile_limit(leaves, which, leaves_of(leaves, world->ports[port], modes[m], which), most_kg);
	if (room)
		keep_difference(world, world->base_sum, PART_CEILING);
	free(which);
	free(most_kg);
	return room ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status
draft_bind(struct draft *draft)
{
	enum status status = bind_to_wholes(draft);
	return status == STATUS_OK ? bind_to_days(draft) : status;
}

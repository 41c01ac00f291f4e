/* What a scenario and a goal stand on: see engine_parts.h. */
#include <stdlib.h>

#include "engine_parts.h"

void
stage_close(struct stage *stage)
{
	standing_close(&stage->standing);
	open_days_close(&stage->open);
	leaves_close(&stage->changed);
	*stage = (struct stage){ 0 };
}

static enum status
change(struct stage *stage, const Juyan__V1__Scenario *scenario, struct reason *why)
{
	struct scenario_notes notes = { 0 };
	enum status status = leaves_copy(&stage->world->leaves, &stage->changed);
	if (status == STATUS_OK)
		status = scenario_apply(scenario, &stage->scene, &stage->open, &stage->changed, &notes, why);
	if (status != STATUS_OK)
		return status;
	stage->leaves = &stage->changed;
	for (size_t i = 0; i < notes.n; i++)
		world_note(&stage->notes, "", "%s", notes.text[i]);
	return STATUS_OK;
}

enum status
stage_open(const struct world *world, const Juyan__V1__Making *making, struct stage *out, struct reason *why)
{
	*out = (struct stage){ .world = world, .leaves = &world->leaves };
	enum status status = standing_open(world->inputs.registry, world->leaves.origin + 1, &out->standing);
	if (status == STATUS_OK)
		status = world_open_days(world, &out->open);
	if (status != STATUS_OK)
		return reason_say(why, status, "memory ran out");
	out->scene = (struct scenario_ground){ .ports = out->standing.ports,
		.n_ports = out->standing.n_ports,
		.levers = out->standing.levers,
		.n_levers = out->standing.n_levers,
		.capacities = out->standing.capacities,
		.n_capacities = out->standing.n_capacities,
		.stop = world->making.stop };
	if (world->running_share > 0.0)
		world_note(&out->notes, "", "the day after the origin is running: by this hour %.0f %% of a day has usually come",
		    100.0 * world->running_share);
	if (making != NULL && making->scenario != NULL && making->scenario->n_changes > 0)
		return change(out, making->scenario, why);
	return STATUS_OK;
}

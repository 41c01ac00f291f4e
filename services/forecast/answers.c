/* The answers to each kind of question, from the world that it is about. */
#include <string.h>

#include "civil.h"
#include "compare.h"
#include "engine_parts.h"
#include "nearest.h"

/* ---- what a question may name ---- */

/* All that there can be of each, so that looking a name up never takes long. */
static enum status
check_counts(const Juyan__V1__Slice *slice, struct reason *why)
{
	const struct {
		const char *what;
		size_t n, most;
	} names[] = { { "ports", slice->n_ports, PORTS_MAX }, { "directions", slice->n_directions, JUYAN__V1__DIRECTION__EXPORT },
		{ "modes", slice->n_modes, JUYAN__V1__MODE__RAIL }, { "groups", slice->n_groups, GROUPS_MAX } };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].n > names[i].most)
			return reason_say(why, STATUS_TOO_MANY, "the slice names %zu %s: up to %zu were expected", names[i].n,
			    names[i].what, names[i].most);
	return STATUS_OK;
}

/* A port of the registry or of the ledger, or a place. */
static enum status
check_ports(const Juyan__V1__Slice *slice, const struct world *world, const struct places *places, struct reason *why)
{
	for (size_t i = 0; i < slice->n_ports; i++) {
		struct nearest search = nearest_to(slice->ports[i]);
		for (size_t k = 0; k < world->n_ports; k++)
			nearest_offer(&search, world->ports[k]);
		for (const char *id = places_next(places, NULL); id != NULL; id = places_next(places, id))
			nearest_offer(&search, id);
		if (search.name == NULL || strcmp(search.name, slice->ports[i]) != 0)
			return reason_say(why, STATUS_UNKNOWN_PORT,
			    "the registry does not know a port '%.32s'; the nearest is '%.32s'", slice->ports[i],
			    search.name == NULL ? "" : search.name);
	}
	return STATUS_OK;
}

/* The names are copied: the tree that lends them goes. */
static enum status
take_ports(Juyan__V1__Slice **slice, const struct places *places, struct arena *arena)
{
	bool any = false;
	for (size_t i = 0; i < (*slice)->n_ports; i++)
		any = any || places_id(places, (*slice)->ports[i]) != NULL;
	if (!any)
		return STATUS_OK;
	Juyan__V1__Slice *made = arena_take(arena, sizeof *made);
	char **ports = arena_take(arena, places_room(places, (*slice)->n_ports) * sizeof *ports);
	if (made == NULL || ports == NULL)
		return STATUS_NO_MEMORY;
	*made = **slice;
	made->n_ports = places_ports(places, (*slice)->ports, (*slice)->n_ports, ports);
	made->ports = ports;
	for (size_t i = 0; i < made->n_ports; i++)
		if ((ports[i] = outlook_text(arena, ports[i])) == NULL)
			return STATUS_NO_MEMORY;
	*slice = made;
	return STATUS_OK;
}

static enum status
take_places(Juyan__V1__Slice **slice, const struct world *world, struct arena *arena, struct reason *why)
{
	struct places *places = NULL;
	const Juyan__V1__RegistryRecord *misfit;
	const Juyan__V1__Registry *registry = world->inputs.registry;
	enum status status =
	    places_build((const Juyan__V1__RegistryRecord *const *)registry->records, registry->n_records, &places, &misfit, why);
	if (status == STATUS_OK)
		status = check_ports(*slice, world, places, why);
	if (status == STATUS_OK)
		status = take_ports(slice, places, arena);
	places_close(&places);
	return status;
}

enum status
engine_slice(Juyan__V1__Slice **asked, const struct world *world, struct arena *arena, struct reason *why)
{
	const Juyan__V1__Slice *slice = *asked;
	enum status status = slice == NULL ? STATUS_OK : check_counts(slice, why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	for (size_t i = 0; slice != NULL && i < slice->n_directions; i++)
		if (!wire_direction_of(slice->directions[i], &direction))
			return reason_say(why, STATUS_OUT_OF_RANGE, "there is no direction '%.32s': import or export was expected",
			    slice->directions[i]);
	for (size_t i = 0; slice != NULL && i < slice->n_modes; i++)
		if (!wire_mode_of(slice->modes[i], &mode))
			return reason_say(why, STATUS_OUT_OF_RANGE, "there is no mode '%.32s': truck, agv or rail was expected",
			    slice->modes[i]);
	return slice != NULL && slice->n_ports > 0 ? take_places(asked, world, arena, why) : STATUS_OK;
}

/* The last day of an ask: by default the end of the origin's year, in December of the next. */
static enum status
day_or_default(const char *text, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	*out = outlook_default_end(inputs_asked(inputs));
	return text[0] == '\0' ? STATUS_OK : engine_day(text, "to", out, why);
}

/* ---- outlook ---- */

static enum status
outlook_last_day(const void *ask, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	return day_or_default(((const Juyan__V1__OutlookAsk *)ask)->to, inputs, out, why);
}

static enum status
check_outlook(Juyan__V1__OutlookAsk *ask, const struct world *world, int64_t to, struct arena *arena, struct reason *why)
{
	int year, month, dom;
	civil_date(world->leaves.origin, &year, &month, &dom);
	if (to < civil_day(year, 1, 1))
		return reason_say(why, STATUS_OUT_OF_RANGE, "'to' is %.16s: a day of %d or later was expected", ask->to, year);
	if (ask->by_period == JUYAN__V1__PERIOD_KIND__HOUR || (unsigned)ask->by_period > JUYAN__V1__PERIOD_KIND__YEAR)
		return reason_say(why, STATUS_OUT_OF_RANGE, "by_period is %d: day, month or year was expected",
		    (int)ask->by_period);
	return engine_slice(&ask->slice, world, arena, why);
}

enum status
answer_outlook(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why)
{
	Juyan__V1__OutlookAsk wide = *question->outlook, *ask = &wide; /* of its places there will stand the ports */
	struct world *world;
	struct stage stage = { 0 };
	Juyan__V1__Outlook *outlook;
	int64_t to = 0;
	enum status status = engine_world(engine, ask->making, outlook_last_day, ask, &world, why);
	if (status == STATUS_OK)
		status = day_or_default(ask->to, &world->inputs, &to, why);
	if (status == STATUS_OK)
		status = check_outlook(ask, world, to, arena, why);
	if (status == STATUS_OK)
		status = stage_open(world, ask->making, &stage, why);
	if (status == STATUS_OK) {
		struct outlook_ground ground = { world, stage.leaves };
		status = outlook_make(&ground, ask, to, arena, &outlook);
	}
	if (status == STATUS_OK)
		status = outlook_provenance(world, outlook_ports(ask->slice), &stage.notes, arena, &outlook->provenance);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK;
		reply->outlook = outlook;
	}
	stage_close(&stage);
	return status;
}

/* ---- scenarios side by side ---- */

/* A goal's end is found in the registry: until then the origin's year is as good as any. */
static enum status
compare_last_day(const void *user, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	const Juyan__V1__CompareAsk *ask = user;
	struct standing standing;
	int64_t from, to;
	enum status status = day_or_default(ask->to, inputs, out, why);
	if (status != STATUS_OK || ask->goal[0] == '\0')
		return status;
	if (standing_open(inputs->registry, inputs->origin + 1, &standing) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	const Juyan__V1__Goal *goal = standing_goal(&standing, ask->goal);
	if (goal == NULL || !goal_days(goal, &from, &to))
		status = reason_say(why, STATUS_NOT_FOUND, "the registry has no goal '%.64s'", ask->goal);
	else
		*out = to > *out ? to : *out;
	standing_close(&standing);
	return status;
}

enum status
answer_compare(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why)
{
	Juyan__V1__CompareAsk wide = *question->compare, *ask = &wide;
	Juyan__V1__Making making = JUYAN__V1__MAKING__INIT; /* its own scenario is not looked at */
	struct world *world;
	struct stage stage = { 0 };
	Juyan__V1__Comparison *comparison;
	int64_t to = 0;
	if (ask->making != NULL)
		making = *ask->making;
	making.scenario = NULL;
	enum status status = engine_world(engine, &making, compare_last_day, ask, &world, why);
	if (status == STATUS_OK)
		status = day_or_default(ask->to, &world->inputs, &to, why);
	if (status == STATUS_OK)
		status = engine_slice(&ask->slice, world, arena, why);
	if (status == STATUS_OK)
		status = stage_open(world, NULL, &stage, why);
	if (status == STATUS_OK) {
		const struct compare_ask compare = { .slice = ask->slice,
			.goal = ask->goal[0] == '\0' ? NULL : standing_goal(&stage.standing, ask->goal),
			.to = to,
			.leaves = stage.leaves,
			.open = &stage.open,
			.scene = &stage.scene,
			.scenarios = ask->scenarios,
			.n_scenarios = ask->n_scenarios };
		status = compare_scenarios(&compare, arena, &comparison, why);
		if (status == STATUS_OK && compare.goal != NULL)
			comparison->goal = standing_said(&stage.standing, compare.goal);
	}
	if (status == STATUS_OK)
		status = outlook_provenance(world, outlook_ports(ask->slice), &stage.notes, arena, &comparison->provenance);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_COMPARISON;
		reply->comparison = comparison;
	}
	stage_close(&stage);
	return status;
}

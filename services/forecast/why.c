/*
 * What moved a forecast. From the kept one to today's there are steps, each a forecast of its own with one thing more as it is now:
 * the program, the days that were known already, the calendar and the rest of the registry, the overrides, and last the days since.
 * Each move is the difference between two neighbours, so that they add up to the whole difference, whatever they are.
 */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "civil.h"
#include "engine_parts.h"

/* The kept forecast, or the stages between it and now, all about one slice and one last day. */
struct trail {
	struct engine *engine;
	const Juyan__V1__Slice *slice;
	const Juyan__V1__Registry *registry; /* of now */
	struct world_making making;          /* of the kept forecast, with the threads of now */
	bool overrides;                      /* of now */
	int64_t to;
};

static int64_t
year_begin(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_day(year, 1, 1);
}

/* What was still expected of a day that was over. */
static int64_t
late_at(const struct kept *kept, size_t leaf, int64_t day)
{
	int64_t lag = kept->inputs.origin - day;
	return lag < COMPLETION_LAGS ? kept->late_kg[leaf * COMPLETION_LAGS + (size_t)lag] : 0;
}

/* What a kept forecast said: the mean year to date at the last day. */
static int64_t
said(const struct kept *kept, const Juyan__V1__Slice *slice, int64_t to)
{
	int64_t kg = 0;
	for (size_t i = 0; i < kept->n; i++) {
		bool held = outlook_holds(slice, &kept->leaf[i].key);
		for (int64_t day = year_begin(to); held && day <= to; day++) {
			if (day > kept->inputs.origin)
				kg += kept->mean_kg[i * kept->days + (size_t)(day - kept->inputs.origin - 1)];
			else if (day >= kept->inputs.first_day)
				kg += kept->leaf[i].past_kg[day - kept->inputs.first_day] + late_at(kept, i, day);
		}
	}
	return kg;
}

/* The same question to a forecast from these inputs, which it takes over. */
static enum status
mean_from(const struct trail *trail, struct inputs *inputs, bool overrides, int64_t *out, struct reason *why)
{
	struct world *world;
	struct world_making making = trail->making;
	int64_t known;
	making.overrides = overrides;
	enum status status = cache_world(&trail->engine->cache, inputs, &making, &world, why);
	inputs_close(inputs);
	if (status != STATUS_OK)
		return status;
	const struct outlook_ground ground = { world, &world->leaves };
	return outlook_mean(&ground, trail->slice, trail->to, out, &known);
}

enum { STAGE_MODEL, STAGE_CORRECTIONS, STAGE_CALENDAR, STAGE_OVERRIDES, STAGE_NEW_DATA, STAGES };

static const char *const move_names[STAGES] = { "model", "corrections", "calendar", "overrides", "new data" };

static enum status
cut_mean(const struct trail *trail, int64_t origin, const Juyan__V1__Registry *registry, const Juyan__V1__Registry *overrides,
    int64_t *out, struct reason *why)
{
	struct inputs inputs = { 0 };
	bool applied = overrides == trail->registry ? trail->overrides : trail->making.overrides;
	enum status status = inputs_cut(&trail->engine->all, origin, registry, overrides, &inputs);
	return status == STATUS_OK ? mean_from(trail, &inputs, applied, out, why) : status;
}

/* at[i]: the mean with the first i + 1 things as they are now. The kept inputs are used up. */
static enum status
walk(const struct trail *trail, struct kept *kept, int64_t at[STAGES], struct reason *why)
{
	int64_t origin = kept->inputs.origin;
	Juyan__V1__Registry *then = kept->inputs.registry;
	struct inputs cut = { 0 };
	enum status status = cut_mean(trail, origin, then, then, &at[STAGE_CORRECTIONS], why);
	if (status == STATUS_OK)
		status = cut_mean(trail, origin, trail->registry, then, &at[STAGE_CALENDAR], why);
	if (status == STATUS_OK)
		status = cut_mean(trail, origin, trail->registry, trail->registry, &at[STAGE_OVERRIDES], why);
	if (status == STATUS_OK) { /* last, for it takes the kept inputs with it */
		cut = kept->inputs;
		kept->inputs = (struct inputs){ .origin = origin, .lsn = cut.lsn };
		status = mean_from(trail, &cut, trail->making.overrides, &at[STAGE_MODEL], why);
	}
	return status;
}

static enum status
add_part(struct arena *arena, const char *name, int64_t kg, Juyan__V1__WhyPart **list, size_t *n)
{
	Juyan__V1__WhyPart *part = arena_take(arena, sizeof *part);
	if (part == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__why_part__init(part);
	part->name = outlook_text(arena, name);
	part->kg = kg;
	if (part->name == NULL)
		return STATUS_NO_MEMORY;
	list[(*n)++] = part;
	return STATUS_OK;
}

/* ---- today's ---- */

static enum status
say_parts(const struct outlook_ground *ground, const Juyan__V1__Slice *slice, int64_t to, struct arena *arena,
    Juyan__V1__WhyReport *report)
{
	int64_t kg[OUTLOOK_PARTS] = { 0 }, known = 0, sum = 0;
	enum status status = outlook_mean(ground, slice, to, &report->mean_kg, &known);
	if (status == STATUS_OK)
		status = outlook_parts(ground, slice, year_begin(to), to, kg);
	for (size_t k = 0; k < OUTLOOK_PARTS; k++)
		sum += kg[k];
	report->parts = arena_take(arena, (OUTLOOK_PARTS + 1) * sizeof(Juyan__V1__WhyPart *));
	if (status == STATUS_OK && report->parts == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) /* what has come of the running day is known as well */
		status = add_part(arena, "known", report->mean_kg - sum, report->parts, &report->n_parts);
	for (size_t k = 0; status == STATUS_OK && k < OUTLOOK_PARTS; k++)
		if (kg[k] != 0)
			status = add_part(arena, outlook_part_names[k], kg[k], report->parts, &report->n_parts);
	return status;
}

/* ---- the moves ---- */

static enum status
say_earlier(const struct kept *kept, struct arena *arena, Juyan__V1__Provenance **out)
{
	Juyan__V1__Provenance *earlier = arena_take(arena, sizeof *earlier);
	if (earlier == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__provenance__init(earlier);
	earlier->origin = outlook_day(arena, kept->inputs.origin);
	earlier->lsn = kept->inputs.lsn;
	earlier->seed = kept->making.seed;
	earlier->paths = (uint32_t)kept->making.paths;
	earlier->model = outlook_text(arena, kept->model);
	earlier->program = outlook_text(arena, kept->program);
	*out = earlier;
	return earlier->origin == NULL || earlier->model == NULL || earlier->program == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status
say_moves(const struct trail *trail, struct kept *kept, int64_t changed_kg, struct arena *arena, Juyan__V1__WhyReport *report,
    struct reason *why)
{
	int64_t at[STAGES], before = said(kept, trail->slice, trail->to);
	report->earlier_kg = before;
	report->moves = arena_take(arena, (STAGES + 1) * sizeof(Juyan__V1__WhyPart *));
	enum status status = report->moves == NULL ? STATUS_NO_MEMORY : say_earlier(kept, arena, &report->earlier);
	if (status == STATUS_OK)
		status = walk(trail, kept, at, why);
	at[STAGE_NEW_DATA] = report->mean_kg - changed_kg;
	for (size_t i = 0; status == STATUS_OK && i < STAGES; i++) {
		status = add_part(arena, move_names[i], at[i] - before, report->moves, &report->n_moves);
		before = at[i];
	}
	if (status == STATUS_OK && changed_kg != 0)
		status = add_part(arena, "scenario", changed_kg, report->moves, &report->n_moves);
	return status;
}

/* ---- the answer ---- */

static enum status
last_day(const void *user, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	const Juyan__V1__WhyAsk *ask = user;
	*out = outlook_default_end(inputs_asked(inputs));
	return ask->to[0] == '\0' ? STATUS_OK : engine_day(ask->to, "to", out, why);
}

/* The day on or before which the earlier forecast was kept; it knew the days before that. */
static enum status
since_day(const Juyan__V1__WhyAsk *ask, int64_t origin, int64_t *out, struct reason *why)
{
	enum status status = STATUS_OK;
	*out = origin;
	if (ask->since[0] != '\0')
		status = engine_day(ask->since, "since", out, why);
	return status;
}

/* What the question's scenario adds to the mean; 0 where there is none. */
static enum status
scenario_kg(const struct stage *stage, const Juyan__V1__WhyAsk *ask, int64_t to, int64_t *out)
{
	int64_t with = 0, without = 0, known = 0;
	const struct outlook_ground changed = { stage->world, stage->leaves }, own = { stage->world, &stage->world->leaves };
	enum status status = outlook_mean(&changed, ask->slice, to, &with, &known);
	if (status == STATUS_OK)
		status = outlook_mean(&own, ask->slice, to, &without, &known);
	*out = with - without;
	return status;
}

static enum status
report_today(const struct world *world, const Juyan__V1__WhyAsk *ask, int64_t to, int64_t *changed_kg, struct arena *arena,
    Juyan__V1__WhyReport *report, struct reason *why)
{
	struct stage stage = { 0 };
	enum status status = stage_open(world, ask->making, &stage, why);
	const struct outlook_ground ground = { world, stage.leaves };
	if (status == STATUS_OK)
		status = say_parts(&ground, ask->slice, to, arena, report);
	if (status == STATUS_OK)
		status = scenario_kg(&stage, ask, to, changed_kg);
	if (status == STATUS_OK)
		status = outlook_provenance(world, outlook_ports(ask->slice), &stage.notes, arena, &report->provenance);
	report->to = outlook_day(arena, to);
	stage_close(&stage);
	return status == STATUS_OK && report->to == NULL ? STATUS_NO_MEMORY : status;
}

/* One note more. */
static enum status
add_note(Juyan__V1__Provenance *provenance, const char *text, struct arena *arena)
{
	char **notes = arena_take(arena, (provenance->n_notes + 1) * sizeof *notes);
	char *copy = outlook_text(arena, text);
	if (notes == NULL || copy == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < provenance->n_notes; i++)
		notes[i] = provenance->notes[i];
	notes[provenance->n_notes++] = copy;
	provenance->notes = notes;
	return STATUS_OK;
}

/* OK without any moves where no earlier forecast is kept, or it does not reach so far. */
static enum status
report_moves(struct trail *trail, int64_t since, int64_t changed_kg, struct arena *arena, Juyan__V1__WhyReport *report,
    struct reason *why)
{
	struct kept kept = { 0 };
	const char *dir = trail->engine->options.archive;
	char passed[SENTENCE_BYTES_MAX] = "";
	enum status status = dir == NULL ? STATUS_NOT_FOUND : archive_find(dir, since - 1, &kept, passed, why);
	if (passed[0] != '\0' && add_note(report->provenance, passed, arena) != STATUS_OK) {
		kept_close(&kept);
		return STATUS_NO_MEMORY;
	}
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	size_t threads = trail->making.threads;
	trail->making = kept.making;
	trail->making.threads = threads;
	trail->making.stop = trail->engine->options.stop;
	if (status == STATUS_OK && kept.inputs.origin + (int64_t)kept.days >= trail->to)
		status = say_moves(trail, &kept, changed_kg, arena, report, why);
	kept_close(&kept);
	return status;
}

enum status
answer_why(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena, Juyan__V1__ForecastReply *reply,
    struct reason *why)
{
	Juyan__V1__WhyAsk wide = *question->why, *ask = &wide;
	struct world *world;
	int64_t to = 0, since = 0, changed_kg = 0;
	struct inputs now = { 0 };
	Juyan__V1__WhyReport *report = arena_take(arena, sizeof *report);
	enum status status = engine_world(engine, ask->making, last_day, ask, &world, why);
	if (status == STATUS_OK)
		status = engine_slice(&ask->slice, world, arena, why);
	if (status == STATUS_OK)
		status = last_day(ask, &world->inputs, &to, why);
	if (status == STATUS_OK && to <= world->leaves.origin)
		status = reason_say(why, STATUS_OUT_OF_RANGE, "'to' is %.16s: a day that is still to come was expected", ask->to);
	if (status == STATUS_OK)
		status = since_day(ask, world->leaves.origin, &since, why);
	if (status == STATUS_OK && report == NULL)
		status = STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		return status;
	juyan__v1__why_report__init(report);
	struct trail trail = { .engine = engine,
		.slice = ask->slice,
		.making = world->making,
		.overrides = world->making.overrides,
		.to = to };
	status = report_today(world, ask, to, &changed_kg, arena, report, why);
	if (status == STATUS_OK) /* the world may go when others are made: the registry of now is taken anew */
		status = engine_inputs(engine, ask->making, &now, why);
	trail.registry = now.registry;
	if (status == STATUS_OK)
		status = report_moves(&trail, since, changed_kg, arena, report, why);
	inputs_close(&now);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_WHY;
		reply->why = report;
	}
	return status;
}

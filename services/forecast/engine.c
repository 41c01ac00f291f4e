/*
 * A question's way: what the ledger says now (gather), as of the day asked about (inputs), the forecast of everything (world, from
 * the cache where it is there), and the answer, in answers.c for each kind.
 */
#include "engine_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "civil.h"
#include "gather.h"
#include "outlook.h"

enum { RUNNING_MS = 60000, MONTH_LAST = 12 };

enum status
engine_open(const struct engine_options *options, struct engine **out, struct reason *why)
{
	struct engine *engine = calloc(1, sizeof *engine);
	if (engine == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	engine->options = *options;
	if (engine->options.seed == 0)
		engine->options.seed = ENGINE_SEED;
	if (engine->options.paths == 0)
		engine->options.paths = ENGINE_PATHS;
	if (options->keeps && options->archive != NULL)
		archive_sweep(options->archive);
	*out = engine;
	return STATUS_OK;
}

void
engine_close(struct engine **engine)
{
	if (*engine == NULL)
		return;
	cache_close(&(*engine)->cache);
	inputs_close(&(*engine)->all);
	late_close(&(*engine)->late);
	free(*engine);
	*engine = NULL;
}

/* ---- what the ledger says now ---- */

enum status
engine_gather(struct engine *engine, struct reason *why)
{
	int64_t now_ms = clock_utc_ms(&engine->options.clock);
	uint64_t lsn = 0;
	struct inputs fresh;
	enum status status = gather_mark(&engine->options.source, &lsn, why);
	if (status != STATUS_OK)
		return status;
	bool old = engine->all.registry == NULL || engine->all.lsn != lsn ||
	    gather_today(engine->all.registry, now_ms) != engine->all.origin + 1 ||
	    (engine->all.running_kg != NULL && now_ms - engine->gathered_ms >= RUNNING_MS);
	if (!old)
		return STATUS_OK;
	status = gather(&engine->options.source, now_ms, &fresh, why);
	if (status != STATUS_OK)
		return status;
	status = late_learn(&engine->late, engine->options.archive, &fresh);
	if (status != STATUS_OK) {
		inputs_close(&fresh);
		return reason_say(why, status, "memory ran out");
	}
	inputs_close(&engine->all);
	engine->all = fresh;
	engine->gathered_ms = now_ms;
	return STATUS_OK;
}

/* ---- the world that a question is about ---- */

enum status
engine_day(const char *text, const char *what, int64_t *out, struct reason *why)
{
	if (!civil_parse_day(text, out))
		return reason_say(why, STATUS_SYNTAX, "'%s' is '%.32s': a day such as 2025-01-31 was expected", what, text);
	return STATUS_OK;
}

/* The end of the year of the later of the two: so that questions about one year share their forecast. */
static int64_t
horizon_of(int64_t origin, int64_t last_day)
{
	int64_t end = outlook_default_end(origin);
	int year, month, dom;
	civil_date(last_day > end ? last_day : end, &year, &month, &dom);
	return civil_day(year, MONTH_LAST, 31);
}

static enum status
as_of_day(const struct engine *engine, const Juyan__V1__Making *making, int64_t *out, struct reason *why)
{
	int64_t today = engine->all.origin + 1, stopped = inputs_stopped(&engine->all), day = stopped > 0 ? stopped - 1 : today;
	if (making != NULL && making->as_of[0] != '\0') {
		enum status status = engine_day(making->as_of, "as_of", &day, why);
		if (status != STATUS_OK)
			return status;
		if (day > today)
			return reason_say(why, STATUS_OUT_OF_RANGE, "as_of is %.16s: a day that is not after today was expected",
			    making->as_of);
	}
	*out = day;
	return STATUS_OK;
}

enum status
engine_inputs(struct engine *engine, const Juyan__V1__Making *making, struct inputs *out, struct reason *why)
{
	int64_t as_of = 0;
	enum status status = engine_gather(engine, why);
	if (status == STATUS_OK)
		status = as_of_day(engine, making, &as_of, why);
	if (status != STATUS_OK)
		return status;
	status = inputs_as_of(&engine->all, as_of, out);
	if (status == STATUS_OK && (making == NULL || making->as_of[0] == '\0'))
		out->stopped_day = inputs_stopped(&engine->all);
	return status == STATUS_NO_MEMORY ? reason_say(why, status, "memory ran out") : status;
}

/* Where a question names no number of paths: the usual one, or as many as a world of many parts has room for. */
static void
fit_paths(const struct inputs *inputs, struct world_making *making)
{
	size_t room = WORLD_VALUES_MAX / world_values(inputs, (size_t)(making->last_day - inputs->origin));
	if (making->paths > room)
		making->paths = room < WORLD_PATHS_MIN ? WORLD_PATHS_MIN : room;
}

enum status
engine_making(const struct engine *engine, const Juyan__V1__Making *making, const struct inputs *inputs, int64_t last_day,
    struct world_making *out, struct reason *why)
{
	int64_t origin = inputs->origin;
	uint32_t paths = making == NULL || making->paths == 0 ? engine->options.paths : making->paths;
	if (paths < WORLD_PATHS_MIN || paths > WORLD_PATHS_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "paths is %" PRIu32 ": %d to %d was expected", paths, WORLD_PATHS_MIN,
		    WORLD_PATHS_MAX);
	*out = (struct world_making){ .seed = making == NULL || making->seed == 0 ? engine->options.seed : making->seed,
		.paths = paths,
		.last_day = horizon_of(origin, last_day),
		.overrides = making == NULL || !making->without_overrides,
		.threads = engine->options.threads,
		.stop = engine->options.stop };
	if (out->last_day - origin > ENGINE_HORIZON_DAYS_MAX) {
		int year, month, dom;
		civil_date(origin + ENGINE_HORIZON_DAYS_MAX, &year, &month, &dom);
		return reason_say(why, STATUS_OUT_OF_RANGE, "a forecast reaches to the end of %d at most", year - 1);
	}
	if (making == NULL || making->paths == 0)
		fit_paths(inputs, out);
	return STATUS_OK;
}

enum status
engine_world(struct engine *engine, const Juyan__V1__Making *making, engine_last_day last_day, const void *ask, struct world **out,
    struct reason *why)
{
	struct inputs inputs = { 0 };
	struct world_making made = { 0 };
	int64_t to = 0;
	enum status status = engine_inputs(engine, making, &inputs, why);
	if (status == STATUS_OK)
		status = last_day(ask, &inputs, &to, why);
	if (status == STATUS_OK)
		status = engine_making(engine, making, &inputs, to, &made, why);
	if (status == STATUS_OK)
		status = cache_world(&engine->cache, &inputs, &made, out, why);
	inputs_close(&inputs);
	return status;
}

/* ---- the face ---- */

struct kind {
	enum status (*answer)(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
	    Juyan__V1__ForecastReply *reply, struct reason *why);
	const char *less; /* what to ask for where the answer is too large */
};

static const struct kind kinds[] = {
	[JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK] = { answer_outlook,
	    "for months in place of days, an earlier end, or fewer parts" },
	[JUYAN__V1__FORECAST_QUESTION__ASK_GOAL] = { answer_goal, "for one goal by its name" },
	[JUYAN__V1__FORECAST_QUESTION__ASK_BACKTEST] = { answer_backtest, "for fewer months" },
	[JUYAN__V1__FORECAST_QUESTION__ASK_COMPARE] = { answer_compare, "for fewer scenarios at once, or an earlier end" },
	[JUYAN__V1__FORECAST_QUESTION__ASK_PLAN] = { answer_plan, "without a scenario" },
	[JUYAN__V1__FORECAST_QUESTION__ASK_WHY] = { answer_why, "for one port" },
};

enum status
engine_answer(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    const Juyan__V1__ForecastReply **out, struct reason *why)
{
	size_t kind = (size_t)question->ask_case;
	if (kind >= sizeof kinds / sizeof kinds[0] || kinds[kind].answer == NULL)
		return reason_say(why, STATUS_NO_CONTENT, "the question asks nothing that this version knows");
	Juyan__V1__ForecastReply *reply = arena_take(arena, sizeof *reply);
	if (reply == NULL)
		return reason_say(why, STATUS_TOO_LARGE, "there is no room for an answer");
	juyan__v1__forecast_reply__init(reply);
	reply->nonce = question->nonce;
	enum status status = kinds[kind].answer(engine, question, arena, reply, why);
	bool large = status == STATUS_OK ? protobuf_c_message_get_packed_size(&reply->base) > FRAME_BYTES_MAX
					 : status == STATUS_NO_MEMORY && arena->exhausted;
	if (large)
		return reason_say(why, STATUS_TOO_LARGE, "the answer is larger than the %d bytes that one may have: ask %s",
		    FRAME_BYTES_MAX, kinds[kind].less);
	if (status == STATUS_OK)
		*out = reply;
	return status;
}

/*
 * The forecast that a question without a making asks for, ready before anybody asks. It is kept as it is before anything of the
 * running day has come, so that it is the same whenever it is made.
 */
static enum status
foresee(struct engine *engine, struct inputs *inputs, struct reason *unkept, struct reason *why)
{
	struct world_making making;
	struct world *world;
	free(inputs->running_kg);
	free(inputs->running_share);
	inputs->running_kg = NULL;
	inputs->running_share = NULL;
	enum status status = engine_making(engine, NULL, inputs, outlook_default_end(inputs_asked(inputs)), &making, why);
	if (status == STATUS_OK)
		status = cache_world(&engine->cache, inputs, &making, &world, why);
	if (status == STATUS_OK && engine->options.archive != NULL)
		engine->unkept = !archive_has(engine->options.archive, world->leaves.origin) &&
		    archive_keep(engine->options.archive, world, unkept) != STATUS_OK;
	return status;
}

enum status
engine_refresh(struct engine *engine, bool *changed, struct reason *unkept, struct reason *why)
{
	struct inputs inputs = { 0 };
	enum status status = engine_inputs(engine, NULL, &inputs, why);
	if (status != STATUS_OK)
		return status;
	bool differs = inputs.digest != engine->seen;
	engine->seen = inputs.digest;
	unkept->text[0] = '\0';
	if ((differs || engine->unkept) && engine->options.keeps && inputs.n > 0) /* an empty ledger has none worth keeping */
		status = foresee(engine, &inputs, unkept, why);
	inputs_close(&inputs);
	if (status == STATUS_OK)
		*changed = differs;
	else
		engine->seen = 0; /* so that it is tried again */
	return status;
}

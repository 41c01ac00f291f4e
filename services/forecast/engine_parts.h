/* Between engine.c, which finds the world that a question is about, and the files that answer from it. */
#ifndef JUYAN_FORECAST_ENGINE_PARTS_H
#define JUYAN_FORECAST_ENGINE_PARTS_H

#include "cache.h"
#include "engine.h"
#include "late.h"
#include "outlook.h"
#include "scenario.h"
#include "standing.h"

struct engine {
	struct engine_options options;
	struct inputs all; /* without a registry: nothing was gathered yet */
	int64_t gathered_ms;
	uint64_t seen; /* the digest at the last engine_refresh */
	bool unkept;   /* the archive could not be written then */
	struct cache cache;
	struct late late;
};

/* The ledger's newest, asked for only where something has come since. */
enum status engine_gather(struct engine *engine, struct reason *why) MUST_USE;
/* As of the day that the making (NULL: now) names. The caller closes them. */
enum status engine_inputs(struct engine *engine, const Juyan__V1__Making *making, struct inputs *out, struct reason *why) MUST_USE;
/* Defaults and bounds of a making; the horizon is the end of a year that holds last_day. */
enum status engine_making(const struct engine *engine, const Juyan__V1__Making *making, const struct inputs *inputs,
    int64_t last_day, struct world_making *out, struct reason *why) MUST_USE;

/* The last day that an ask is about, given what is known. */
typedef enum status (*engine_last_day)(const void *ask, const struct inputs *inputs, int64_t *out, struct reason *why);
/* The world is lent until the next call. */
enum status engine_world(struct engine *engine, const Juyan__V1__Making *making, engine_last_day last_day, const void *ask,
    struct world **out, struct reason *why) MUST_USE;

/* An ISO day of a question; SYNTAX. */
enum status engine_day(const char *text, const char *what, int64_t *out, struct reason *why) MUST_USE;

/*
 * Whether a slice names what there is: UNKNOWN_PORT with the nearest, OUT_OF_RANGE. Where it names places it becomes another, in
 * the arena, which names the ports below them.
 */
enum status engine_slice(Juyan__V1__Slice **slice, const struct world *world, struct arena *arena, struct reason *why) MUST_USE;

/* Each answers one kind of question. */
enum status answer_outlook(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;
enum status answer_goal(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;
enum status answer_compare(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;
enum status answer_backtest(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;
enum status answer_why(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;
enum status answer_plan(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why) MUST_USE;

/* What a scenario and a goal stand on: the registry of the day, open days, and the leaves, a scenario's own where there is one. */
struct stage {
	const struct world *world;
	struct standing standing;
	struct scenario_ground scene;
	struct open_days open;
	struct leaves changed; /* a copy that the making's scenario has changed */
	const struct leaves *leaves;
	struct world_notes notes;
};

/* Applies the making's scenario, if it has one. stage_close also after a failure. */
enum status stage_open(const struct world *world, const Juyan__V1__Making *making, struct stage *out, struct reason *why) MUST_USE;
void stage_close(struct stage *stage);

#endif

/*
 * What answers every question about the future. It has no socket: its data come through a function that asks query.proto's
 * questions, so that the service asks over the bus and a tool straight from the ledger, with the same answers.
 *
 * An engine owns what it has gathered and the forecasts that it keeps for the next question; one thread asks it. Inside it uses
 * threads of its own, whose number changes nothing but the time. The same ledger, registry, kept forecasts, clock day and question
 * give the same bytes.
 */
#ifndef JUYAN_FORECAST_ENGINE_H
#define JUYAN_FORECAST_ENGINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "status.h"
#include "wire.h"

#include "forecast.pb-c.h"
#include "query.pb-c.h"

enum { ENGINE_PATHS = 1000, ENGINE_SEED = 26, ENGINE_THREADS_MAX = 64, ENGINE_HORIZON_DAYS_MAX = 1100 };

struct engine_source {
	/* The answer is lent until the next call. A Failure comes back as its status with its sentence. */
	enum status (*ask)(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why);
	void *user;
};

struct engine_options {
	struct engine_source source;
	struct clock clock;      /* what "now" is */
	const char *archive;     /* the folder where each day's forecast is kept; lent; NULL: none */
	bool keeps;              /* writes new ones into it; else only reads what is there */
	size_t threads;          /* 0: as many as there are processors */
	uint64_t seed;           /* where a question has none; 0: ENGINE_SEED */
	uint32_t paths;          /* likewise; 0: ENGINE_PATHS */
	const atomic_bool *stop; /* lent; once it is true, what is being made ends soon, INTERRUPTED; NULL: none */
};

struct engine;

enum status engine_open(const struct engine_options *options, struct engine **out, struct reason *why) MUST_USE;
void engine_close(struct engine **engine); /* safe on NULL */

/*
 * The reply lives in the arena; its nonce is the question's. What is wrong with the question comes back as a REFUSE status with its
 * sentence; RETRY where the source cannot be reached.
 */
enum status engine_answer(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    const Juyan__V1__ForecastReply **out, struct reason *why) MUST_USE;

/*
 * Looks whether what forecasts rest on has changed (a day closed, facts of past days, the registry): *changed. Cheap while nothing
 * has. With `keeps`, it then makes the forecast anew, so that questions find it, and keeps the first of each day. Where that one
 * cannot be written `unkept` says why, else it is empty; news are news all the same, and each call tries again.
 */
enum status engine_refresh(struct engine *engine, bool *changed, struct reason *unkept, struct reason *why) MUST_USE;

#endif

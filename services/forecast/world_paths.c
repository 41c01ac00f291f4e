/*
 * One job for each leaf, one for the whole, one for each port that lives by published figures; all write to places of their own.
 * A model that cannot do with a history gives way to the rare traffic's way.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "daily.h"
#include "phrase.h"
#include "pool.h"
#include "sparse.h"
#include "world_parts.h"

enum { YEAR_DAYS = 365, SEASONS_NEED_YEARS = 2 };

uint64_t
world_seed(uint64_t seed, const struct leaf_key *key)
{
	char text[128];
	uint64_t mark = UINT64_C(14695981039346656037);
	snprintf(text, sizeof text, "%s/%d/%d/%s", key->port, (int)key->direction, (int)key->mode, key->group);
	for (const char *at = text; *at != '\0'; at++)
		mark = (mark ^ (uint8_t)*at) * UINT64_C(1099511628211);
	struct chance chance = chance_begin(seed, mark);
	return chance_bits(&chance);
}

/* ---- the automatic forecast ---- */

static void
name_day(const void *user, size_t step, char *out)
{
	const int64_t *first_day = user;
	char day[PHRASE_BYTES];
	snprintf(out, STEP_NAME_BYTES, "%s", phrase_day(*first_day + (int64_t)step, day));
}

static enum status
forecast_daily(const struct draft *draft, const struct daily *daily, uint64_t seed, struct forecast *out)
{
	const struct leaves *leaves = &draft->world->leaves;
	int64_t first_day = leaves->first_day + (int64_t)daily->begin;
	struct forecast_task task = { .series = { .values = daily->values,
					  .n = daily->n,
					  .periods = { 7.0 },
					  .n_periods = 1,
					  .step_name = name_day,
					  .step_user = &first_day },
		.open = daily->open,
		.regressors = daily->regressors,
		.n_regressors = CALENDAR_COLUMNS,
		.ceiling = daily->bounded ? daily->ceiling : NULL,
		.horizon = leaves->days,
		.paths = leaves->paths,
		.seed = seed };
	if (daily->n >= SEASONS_NEED_YEARS * YEAR_DAYS + 1)
		task.series.periods[task.series.n_periods++] = 365.25;
	return forecast_make(&task, out, NULL);
}

static void
keep_paths(struct leaves *leaves, size_t leaf, const struct forecast *forecast)
{
	int64_t *kg = leaves_path(leaves, leaf, 0);
	for (size_t i = 0; i < leaves->paths * leaves->days; i++)
		kg[i] = isfinite(forecast->path[i]) ? leaves_kg(forecast->path[i]) : 0;
}

static void
keep_parts(struct world *world, size_t leaf, const struct forecast *forecast)
{
	for (size_t k = 0; k < FORECAST_PARTS; k++)
		memcpy(world->part[k] + leaf * world->leaves.days, forecast->part[k], world->leaves.days * sizeof *world->part[k]);
}

static enum status
draw_model(struct draft *draft, size_t leaf)
{
	struct world *world = draft->world;
	struct daily daily;
	struct forecast forecast = { 0 };
	enum status status = daily_make(world, &leaf, 1, &daily);
	if (status != STATUS_OK)
		return status;
	status = forecast_daily(draft, &daily, world_seed(world->making.seed, &world->leaves.leaf[leaf].key), &forecast);
	if (status == STATUS_OK) {
		keep_paths(&world->leaves, leaf, &forecast);
		keep_parts(world, leaf, &forecast);
	}
	daily_close(&daily);
	forecast_close(&forecast);
	return status;
}

static enum status
draw_whole(struct draft *draft)
{
	struct daily daily;
	enum status status = daily_make(draft->world, draft->which, draft->n_which, &daily);
	if (status != STATUS_OK)
		return status;
	status = forecast_daily(draft, &daily, world_seed(draft->world->making.seed, &(struct leaf_key){ 0 }), &draft->whole);
	daily_close(&daily);
	return status;
}

/* ---- rare traffic and none ---- */

static void
fill_level(struct world *world, size_t leaf)
{
	for (size_t d = 0; d < world->leaves.days; d++) {
		double sum = 0.0;
		for (size_t p = 0; p < world->leaves.paths; p++)
			sum += (double)leaves_path(&world->leaves, leaf, p)[d];
		for (size_t k = 0; k < FORECAST_PARTS; k++)
			world->part[k][leaf * world->leaves.days + d] = 0.0;
		world->part[PART_LEVEL][leaf * world->leaves.days + d] = sum / (double)world->leaves.paths;
	}
}

static struct sparse_task
sparse_of(const struct draft *draft, size_t leaf, size_t begin)
{
	const struct world *world = draft->world;
	return (struct sparse_task){ .past_kg = world->leaves.leaf[leaf].past_kg + begin,
		.past_days = world->leaves.past_days - begin,
		.open = draft_days(draft, leaf)->calendar.open + begin,
		.days = world->leaves.days,
		.paths = world->leaves.paths,
		.seed = world_seed(world->making.seed, &world->leaves.leaf[leaf].key) };
}

static void
draw_rare(struct draft *draft, size_t leaf)
{
	struct sparse_task task = sparse_of(draft, leaf, world_begin(&draft->world->leaves, leaf));
	sparse_paths(&task, leaves_path(&draft->world->leaves, leaf, 0));
	fill_level(draft->world, leaf);
}

/* The most that is thought possible: its declared capacity, else a tenth of what all ports together carry on a day. */
static void
draw_guess(struct draft *draft, size_t leaf)
{
	struct world *world = draft->world;
	struct leaves *leaves = &world->leaves;
	int64_t most_kg = draft->day_kg / 10;
	int64_t *ceiling = malloc(leaves->days * sizeof *ceiling);
	if (ceiling != NULL &&
	    days_ceiling(&world->inputs, leaves->leaf[leaf].key.port, JUYAN__V1__MODE__MODE_UNSPECIFIED, leaves->days, ceiling) &&
	    ceiling[leaves->days - 1] < INT64_MAX)
		most_kg = ceiling[leaves->days - 1];
	free(ceiling);
	struct sparse_task task = sparse_of(draft, leaf, 0);
	sparse_guess(&task, leaves->past_days, most_kg, leaves_path(leaves, leaf, 0));
	fill_level(world, leaf);
}

/* ---- jobs ---- */

static enum status
draw_published(struct draft *draft, size_t port)
{
	struct world *world = draft->world;
	size_t carrier = SIZE_MAX;
	for (size_t i = 0; i < world->leaves.n; i++)
		if (draft->port[i] == port && world_is_port_alone(&world->leaves.leaf[i].key))
			carrier = i;
	assert(carrier != SIZE_MAX);
	struct reason why = { "" };
	enum status status = published_forecast(draft, port, &draft->by_port[port], &world->leaves.leaf[carrier], &why);
	if (draft->source[carrier] == FROM_PUBLISHED && status_consequence(status) == REFUSE) {
		draft->source[carrier] = FROM_GUESS;
		draw_guess(draft, carrier);
	} else if (draft->source[carrier] == FROM_PUBLISHED && status == STATUS_OK) {
		keep_paths(&world->leaves, carrier, &draft->by_port[port]);
		keep_parts(world, carrier, &draft->by_port[port]);
	}
	return status;
}

static void
draw_leaf(struct draft *draft, size_t leaf)
{
	switch (draft->source[leaf]) {
	case FROM_MODEL:
		draft->outcome[leaf] = draw_model(draft, leaf);
		if (status_consequence(draft->outcome[leaf]) == REFUSE) {
			draft->source[leaf] = FROM_RARE;
			draft->outcome[leaf] = STATUS_OK;
			draw_rare(draft, leaf);
		}
		break;
	case FROM_RARE:
		draw_rare(draft, leaf);
		break;
	case FROM_GUESS:
		draw_guess(draft, leaf);
		break;
	case FROM_PUBLISHED:
	case FROM_NOTHING:
		break;
	}
}

/* The wholes first: they take longest. */
static void
job(void *user, size_t i)
{
	struct draft *draft = user;
	const struct world *world = draft->world;
	enum status *outcome = draft->outcome + world->leaves.n;
	if (i == 0) {
		outcome[0] = draft->n_which > 1 ? draw_whole(draft) : STATUS_OK;
	} else if (i <= world->n_ports) {
		outcome[i] = draft->young[i - 1] ? draw_published(draft, i - 1) : STATUS_OK;
	} else {
		draw_leaf(draft, i - 1 - world->n_ports);
	}
}

enum status
draft_paths(struct draft *draft)
{
	size_t jobs = 1 + draft->world->n_ports + draft->world->leaves.n;
	enum status status = pool_run(draft->world->making.threads, jobs, job, draft, draft->world->making.stop);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < jobs; i++)
		if (status_consequence(draft->outcome[i]) == STOP)
			return draft->outcome[i];
	return STATUS_OK;
}

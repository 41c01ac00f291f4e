/*
 * What late facts are still to bring: each path takes one earlier look of a port (completion.h), and all leaves of the port grow as
 * its last days did after that look.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phrase.h"
#include "world_parts.h"

enum { LATE_STREAM = 0x1a7e };

/* Below this share nothing is said of a day. */
static const double told_share = 0.002;

/* The lag of a day of the past; COMPLETION_LAGS and more: complete. */
static size_t
lag_of(const struct inputs *inputs, int64_t day)
{
	return (size_t)(inputs->lag + inputs->origin - day);
}

bool
world_unsure(const struct world *world, const char *port, int64_t day)
{
	const struct completion *completion = inputs_completion(&world->inputs, port);
	size_t lag = lag_of(&world->inputs, day);
	return completion != NULL && lag < COMPLETION_LAGS && completion_unsure(completion, lag);
}

/* Days at the end of the past that are not complete as a rule. */
static size_t
late_days(const struct inputs *inputs, const struct completion *completion)
{
	size_t days = inputs->lag < COMPLETION_LAGS ? (size_t)(COMPLETION_LAGS - inputs->lag) : 0;
	days = days < inputs->past_days ? days : inputs->past_days;
	while (days > 0) {
		size_t lag = lag_of(inputs, inputs->origin + 1 - (int64_t)days);
		if (completion_mean(completion, lag) != 1.0 || completion_spread(completion, lag) > 0.0)
			break;
		days--;
	}
	return days;
}

static enum status
revise(struct world *world, const struct completion *completion, size_t days, struct leaf *leaf)
{
	struct leaf_key port = { 0 };
	snprintf(port.port, sizeof port.port, "%s", leaf->key.port);
	uint64_t seed = world_seed(world->making.seed ^ LATE_STREAM, &port); /* the same for all leaves of the port */
	leaf->revision_kg = calloc(world->leaves.paths * days, sizeof *leaf->revision_kg);
	if (leaf->revision_kg == NULL)
		return STATUS_NO_MEMORY;
	leaf->revised_days = days;
	for (size_t path = 0; path < world->leaves.paths; path++) {
		struct chance chance = chance_begin(seed, path);
		const double *growth = completion->growth[completion_draw(completion, &chance)];
		for (size_t d = 0; d < days; d++) {
			size_t past = world->leaves.past_days - days + d;
			size_t lag = lag_of(&world->inputs, world->leaves.first_day + (int64_t)past);
			leaf->revision_kg[path * days + d] = (int64_t)llround((double)leaf->past_kg[past] * (growth[lag] - 1.0));
		}
	}
	return STATUS_OK;
}

/* What the leaves of a port had on the i-th day from the end, and what is still expected of it. */
static void
sum_day(const struct world *world, const char *port, size_t i, int64_t *known_kg, int64_t *late_kg)
{
	const struct leaves *leaves = &world->leaves;
	for (size_t k = 0; k < leaves->n; k++)
		if (strcmp(leaves->leaf[k].key.port, port) == 0 && leaves->leaf[k].revision_kg != NULL) {
			*known_kg += leaves->leaf[k].past_kg[leaves->past_days - 1 - i];
			*late_kg += leaves_revision_mean(leaves, k, leaves->origin - (int64_t)i);
		}
}

/* Over the days of which something worth a word is still expected. */
static void
tell(struct world *world, const char *port, size_t days)
{
	char count[PHRASE_BYTES], mass[PHRASE_BYTES];
	int64_t known = 0, late = 0, told_known = 0, told_late = 0;
	size_t told = 0;
	for (size_t i = 0; i < days; i++) {
		int64_t day_known = 0, day_late = 0;
		sum_day(world, port, i, &day_known, &day_late);
		known += day_known;
		late += day_late;
		if ((double)llabs(day_late) >= told_share * (double)day_known && day_late != 0) {
			told = i + 1;
			told_known = known;
			told_late = late;
		}
	}
	if (told == 0 || told_known <= 0 || told_late == 0)
		return;
	bool grow = told_late > 0;
	double percent = 100.0 * fabs((double)told_late) / (double)told_known;
	phrase_count((int64_t)told, "day", count);
	phrase_mass(llabs(told_late), PHRASE_NEAREST, mass);
	world_note(&world->notes, port, "%s: the last %s usually %s%s by %.*f %% as late facts come: %s %s", port,
	    told == 1 ? "day" : count, grow ? "grow" : "shrink", told == 1 ? "s" : "", percent < 2.0 ? 1 : 0, percent, mass,
	    grow ? "are still expected" : "are expected to go");
}

enum status
world_expect_late(struct world *world)
{
	struct leaves *leaves = &world->leaves;
	for (size_t i = 0; i < world->inputs.n_completions; i++) {
		const struct completion *completion = &world->inputs.completion[i];
		size_t days = late_days(&world->inputs, completion);
		for (size_t k = 0; days > 0 && k < leaves->n; k++)
			if (strcmp(leaves->leaf[k].key.port, completion->port) == 0 && !world_is_port_alone(&leaves->leaf[k].key) &&
			    revise(world, completion, days, &leaves->leaf[k]) != STATUS_OK)
				return STATUS_NO_MEMORY;
		tell(world, completion->port, days);
	}
	return STATUS_OK;
}

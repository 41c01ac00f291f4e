/* See daily.h. */
#include "daily.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_DAYS = 365 };

/* A day is not known when more of it than this is of ports whose completion is unsure. */
#define UNSURE_SHARE 0.1

void
daily_close(struct daily *daily)
{
	free(daily->values);
	free(daily->open);
	free(daily->regressors);
	free(daily->ceiling);
	*daily = (struct daily){ 0 };
}

size_t
world_begin(const struct leaves *leaves, size_t leaf)
{
	size_t i = 0;
	while (i < leaves->past_days && leaves->leaf[leaf].past_kg[i] == 0)
		i++;
	return i;
}

int64_t
world_recent_kg(const struct leaves *leaves, size_t leaf, size_t days)
{
	int64_t kg = 0;
	for (size_t i = days < leaves->past_days ? leaves->past_days - days : 0; i < leaves->past_days; i++)
		kg += leaves->leaf[leaf].past_kg[i];
	return kg;
}

static enum status
daily_open(const struct world *world, size_t begin, struct daily *out)
{
	const struct leaves *leaves = &world->leaves;
	struct daily daily = { .begin = begin, .n = leaves->past_days - begin };
	size_t all = daily.n + leaves->days;
	daily.values = calloc(daily.n + 1, sizeof *daily.values);
	daily.open = calloc(all, sizeof *daily.open);
	daily.regressors = calloc(all * CALENDAR_COLUMNS, sizeof *daily.regressors);
	daily.ceiling = calloc(leaves->days, sizeof *daily.ceiling);
	if (daily.values == NULL || daily.open == NULL || daily.regressors == NULL || daily.ceiling == NULL) {
		daily_close(&daily);
		return STATUS_NO_MEMORY;
	}
	for (size_t d = 0; d < leaves->days; d++)
		daily.ceiling[d] = INFINITY;
	*out = daily;
	return STATUS_OK;
}

/* Adds a port's calendar with this weight. */
static void
add_days(struct daily *daily, const struct days_of *days, double weight, size_t future)
{
	for (size_t i = 0; i < daily->n + future; i++) {
		daily->open[i] += weight * days->calendar.open[daily->begin + i];
		for (size_t k = 0; k < CALENDAR_COLUMNS; k++)
			daily->regressors[i * CALENDAR_COLUMNS + k] +=
			    weight * days->calendar.column[(daily->begin + i) * CALENDAR_COLUMNS + k];
	}
}

/* The last days as they usually end; `unsure` takes what a day has of which that cannot be said. */
static void
add_past(struct daily *daily, const struct world *world, size_t which, double *unsure)
{
	const struct leaves *leaves = &world->leaves;
	const struct leaf *leaf = &leaves->leaf[which];
	for (size_t i = 0; i < daily->n; i++) {
		int64_t day = leaves->first_day + (int64_t)(daily->begin + i);
		double kg = (double)(leaf->past_kg[daily->begin + i] + leaves_revision_mean(leaves, which, day));
		daily->values[i] += kg;
		unsure[i] += world_unsure(world, leaf->key.port, day) ? kg : 0.0;
	}
}

/* A leaf can carry no more than its mode may at its port, nor than the port as a whole. */
static enum status
lower_ceiling(struct daily *daily, const struct world *world, size_t leaf)
{
	const struct leaves *leaves = &world->leaves;
	const struct leaf_key *key = &leaves->leaf[leaf].key;
	const Juyan__V1__Mode modes[] = { key->mode, JUYAN__V1__MODE__MODE_UNSPECIFIED };
	int64_t *most_kg = malloc(leaves->days * sizeof *most_kg);
	if (most_kg == NULL)
		return STATUS_NO_MEMORY;
	for (size_t m = 0; m < 2; m++) {
		if (!days_ceiling(&world->inputs, key->port, modes[m], leaves->days, most_kg))
			continue;
		for (size_t d = 0; d < leaves->days; d++)
			if (most_kg[d] < INT64_MAX)
				daily->ceiling[d] = fmin(daily->ceiling[d], (double)most_kg[d]);
		daily->bounded = true;
	}
	free(most_kg);
	return STATUS_OK;
}

static const struct days_of *
days_at(const struct world *world, const struct leaf_key *key)
{
	size_t port = 0;
	while (strcmp(world->ports[port], key->port) != 0)
		port++;
	return days_for(&world->days[port], key->mode);
}

enum status
daily_make(const struct world *world, const size_t *which, size_t n, struct daily *out)
{
	const struct leaves *leaves = &world->leaves;
	size_t begin = leaves->past_days;
	double all = 0.0;
	struct daily daily;
	for (size_t i = 0; i < n; i++) {
		size_t first = world_begin(leaves, which[i]);
		begin = first < begin ? first : begin;
		all += (double)world_recent_kg(leaves, which[i], YEAR_DAYS);
	}
	enum status status = daily_open(world, begin, &daily);
	double *unsure = status == STATUS_OK ? calloc(daily.n + 1, sizeof *unsure) : NULL;
	if (status == STATUS_OK && unsure == NULL) {
		daily_close(&daily);
		status = STATUS_NO_MEMORY;
	}
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++) {
		double kg = (double)world_recent_kg(leaves, which[i], YEAR_DAYS);
		add_past(&daily, world, which[i], unsure);
		add_days(&daily, days_at(world, &leaves->leaf[which[i]].key), all > 0.0 ? kg / all : 1.0 / (double)n, leaves->days);
	}
	for (size_t i = 0; i < daily.n + leaves->days; i++) /* weights may add up to a hair more or less than 1 */
		daily.open[i] = daily.open[i] < 1e-9 ? 0.0 : daily.open[i] > 1.0 - 1e-9 ? 1.0 : daily.open[i];
	for (size_t i = 0; i < daily.n; i++)
		if (unsure[i] > UNSURE_SHARE * daily.values[i])
			daily.values[i] = NAN;
	free(unsure);
	if (n == 1)
		status = lower_ceiling(&daily, world, which[0]);
	if (status != STATUS_OK)
		daily_close(&daily);
	else
		*out = daily;
	return status;
}

/*
 * Leaves made by hand, for tests of what is done with paths: two ports, open every day but Sunday, with random histories and
 * futures. A made set is closed with leaves_close, its open days with open_days_close.
 */
#ifndef JUYAN_TESTS_FUTURES_H
#define JUYAN_TESTS_FUTURES_H

#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "civil.h"
#include "leaves.h"
#include "open_days.h"

#define KT INT64_C(1000000)
#define MT INT64_C(1000000000)

static const char *const futures_ports[] = { "ceke", "wuliji" };

struct futures_leaf {
	const char *port;
	int direction, mode;
	const char *group;
	int64_t kg; /* a day, about */
};

static inline bool
futures_open(int64_t day)
{
	return civil_weekday(day) != 0;
}

/* Each path has a level of its own and each day a factor: 0.5 to 1.5 of the leaf's mass together, nothing on Sundays. */
static inline int64_t
futures_kg(int64_t kg, size_t level, int64_t day)
{
	return futures_open(day) ? kg * (int64_t)(500 + level + any_below(500)) / 1000 : 0;
}

static inline struct leaves
futures_make(const struct futures_leaf *leaf, size_t n, int64_t first_day, int64_t origin, size_t days, size_t paths)
{
	struct leaves leaves = { .first_day = first_day,
		.origin = origin,
		.past_days = (size_t)(origin - first_day + 1),
		.days = days,
		.paths = paths,
		.n = n };
	leaves.leaf = calloc(n + 1, sizeof *leaves.leaf);
	leaves.future_kg = calloc(n * paths * days + 1, sizeof *leaves.future_kg);
	if (leaves.leaf == NULL || leaves.future_kg == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		struct leaf_key *key = &leaves.leaf[i].key;
		snprintf(key->port, sizeof key->port, "%s", leaf[i].port);
		snprintf(key->group, sizeof key->group, "%s", leaf[i].group);
		key->direction = (Juyan__V1__Direction)leaf[i].direction;
		key->mode = (Juyan__V1__Mode)leaf[i].mode;
		leaves.leaf[i].past_kg = calloc(leaves.past_days + 1, sizeof(int64_t));
		if (leaves.leaf[i].past_kg == NULL)
			abort();
		for (size_t day = 0; day < leaves.past_days; day++)
			leaves.leaf[i].past_kg[day] = futures_kg(leaf[i].kg, 250, first_day + (int64_t)day);
	}
	for (size_t path = 0; path < paths; path++) {
		size_t level = any_below(500);
		for (size_t i = 0; i < n; i++)
			for (size_t day = 0; day < days; day++)
				leaves_path(&leaves, i, path)[day] = futures_kg(leaf[i].kg, level, origin + 1 + (int64_t)day);
	}
	return leaves;
}

/* Sundays shut at both ports, from `first` on. */
static inline struct open_days
futures_days(int64_t first, size_t days)
{
	struct open_days open = { .first_day = first, .days = days, .n_ports = 2, .ports = futures_ports };
	open.open = calloc(2 * days + 1, sizeof *open.open);
	if (open.open == NULL)
		abort();
	for (size_t i = 0; i < 2 * days; i++)
		open.open[i] = futures_open(first + (int64_t)(i % days));
	return open;
}

/* What all leaves pass in a path, or in all of them. */
static inline int64_t
futures_sum(const struct leaves *leaves, size_t leaf, size_t path)
{
	int64_t sum = 0;
	for (size_t day = 0; day < leaves->days; day++)
		sum += leaves_path(leaves, leaf, path)[day];
	return sum;
}

static inline double
futures_mean(const struct leaves *leaves)
{
	double sum = 0;
	for (size_t i = 0; i < leaves->n * leaves->paths * leaves->days; i++)
		sum += (double)leaves->future_kg[i];
	return sum / (double)leaves->paths;
}

#endif

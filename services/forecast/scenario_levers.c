/* What levers make of a mode. See scenario_parts.h. */
#include <assert.h>
#include <string.h>

#include "scenario_parts.h"

bool
lever_is_set(const struct shift *shift, const Juyan__V1__Lever *lever)
{
	return shift->change->what_case == JUYAN__V1__CHANGE__WHAT_LEVER && strcmp(shift->change->lever->name, lever->name) == 0 &&
	    shift_names(shift, lever->port, lever->mode);
}

const char *
scenario_lever_idle(const struct leaves *leaves, const Juyan__V1__Lever *lever)
{
	const char *idle = "no traffic of its mode is on file";
	for (size_t i = 0; i < leaves->n; i++) {
		const struct leaf_key *key = &leaves->leaf[i].key;
		if (strcmp(key->port, lever->port) != 0)
			continue;
		if (key->mode == lever->mode)
			return NULL;
		if (key->mode == 0)
			idle = "what passes at its port is not known by mode (published totals do not say it)";
	}
	return lever->now <= 0 ? NULL : idle; /* from 0 on it begins by itself */
}

size_t
levers_at_zero(const struct scenario_ground *ground, const char *port, Juyan__V1__Mode mode)
{
	size_t n = 0;
	for (size_t i = 0; i < ground->n_levers; i++)
		n += ground->levers[i]->mode == mode && strcmp(ground->levers[i]->port, port) == 0 && ground->levers[i]->now <= 0;
	return n;
}

/*
 * The value on a day: from what it is now through every change that holds, in the order of their first days, so that a ramp begins
 * at what was there before it. Of two that begin on one day the later in the list comes last.
 */
static double
value_on(const struct scene *scene, const Juyan__V1__Lever *lever, int64_t day)
{
	double value = (double)lever->now;
	int64_t after = INT64_MIN;
	for (;;) {
		/* The earliest beginning that was not looked at yet; there are few changes. */
		int64_t next = INT64_MAX;
		for (size_t i = 0; i < scene->n; i++)
			if (lever_is_set(&scene->shift[i], lever) && scene->shift[i].from > after && scene->shift[i].from < next)
				next = scene->shift[i].from;
		if (next == INT64_MAX || next > day)
			return value;
		for (size_t i = 0; i < scene->n; i++)
			if (lever_is_set(&scene->shift[i], lever) && scene->shift[i].from == next)
				value +=
				    ((double)scene->shift[i].change->lever->value - value) * shift_share(&scene->shift[i], day);
		after = next;
	}
}

double
levers_product(const struct scene *scene, const char *port, Juyan__V1__Mode mode, int64_t day)
{
	double product = 1;
	for (size_t i = 0; i < scene->ground->n_levers; i++) {
		const Juyan__V1__Lever *lever = scene->ground->levers[i];
		if (lever->mode == mode && lever->now > 0 && strcmp(lever->port, port) == 0)
			product *= value_on(scene, lever, day) / (double)lever->now;
	}
	return product;
}

double
lever_brings(const struct scene *scene, const Juyan__V1__Lever *lever, int64_t day)
{
	assert(lever->now <= 0);
	return value_on(scene, lever, day) * (double)lever->kg_per_day * levers_product(scene, lever->port, lever->mode, day);
}

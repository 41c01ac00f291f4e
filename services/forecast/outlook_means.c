/* Which leaves a slice holds, and the means of leaves and slices in whole kilograms. */
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "outlook.h"
#include "reconcile.h"

static bool
among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (name != NULL && strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

bool
outlook_holds(const Juyan__V1__Slice *slice, const struct leaf_key *key)
{
	return slice == NULL ||
	    (among(slice->ports, slice->n_ports, key->port) &&
		among(slice->directions, slice->n_directions, wire_direction_name(key->direction)) &&
		among(slice->modes, slice->n_modes, wire_mode_name(key->mode)) &&
		among(slice->groups, slice->n_groups, key->group));
}

void
outlook_means(const int64_t *sums, size_t n, size_t days, size_t paths, int64_t *means)
{
	for (size_t i = 0; i < n * days; i++)
		means[i] = (2 * sums[i] + (int64_t)paths) / (2 * (int64_t)paths);
}

/* The means of the leaves at hand, which are the world's own unless a scenario has changed them. */
enum status
outlook_leaf_means(const struct outlook_ground *ground, int64_t *means)
{
	const struct leaves *leaves = ground->leaves;
	if (leaves == &ground->world->leaves) {
		outlook_means(ground->world->sum, leaves->n, leaves->days, leaves->paths, means);
		return STATUS_OK;
	}
	int64_t *sums = calloc(leaves->n * leaves->days + 1, sizeof *sums);
	if (sums == NULL)
		return STATUS_NO_MEMORY;
	reconcile_sums(leaves, sums);
	outlook_means(sums, leaves->n, leaves->days, leaves->paths, means);
	free(sums);
	return STATUS_OK;
}

enum status
outlook_mean(const struct outlook_ground *ground, const Juyan__V1__Slice *slice, int64_t to, int64_t *mean_kg, int64_t *known_kg)
{
	const struct leaves *leaves = ground->leaves;
	int64_t *means = calloc(leaves->n * leaves->days + 1, sizeof *means), mean = 0, known = 0;
	int year, month, dom;
	if (means == NULL)
		return STATUS_NO_MEMORY;
	enum status status = outlook_leaf_means(ground, means);
	civil_date(to, &year, &month, &dom);
	int64_t first = civil_day(year, 1, 1);
	for (size_t i = 0; i < leaves->n; i++) {
		bool held = outlook_holds(slice, &leaves->leaf[i].key);
		for (int64_t day = first; held && day <= to; day++) {
			if (day > leaves->origin)
				mean += means[i * leaves->days + (size_t)(day - leaves->origin - 1)];
			else if (day >= leaves->first_day) {
				known += leaves->leaf[i].past_kg[day - leaves->first_day];
				mean += leaves_revision_mean(leaves, i, day);
			}
		}
	}
	free(means);
	if (status != STATUS_OK)
		return status;
	*mean_kg = known + mean;
	*known_kg = known;
	return STATUS_OK;
}

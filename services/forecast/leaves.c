/* See leaves.h. */
#include "leaves.h"

#include <stdlib.h>
#include <string.h>

void
leaves_close(struct leaves *leaves)
{
	for (size_t i = 0; leaves->leaf != NULL && i < leaves->n; i++) {
		free(leaves->leaf[i].past_kg);
		free(leaves->leaf[i].revision_kg);
	}
	free(leaves->leaf);
	free(leaves->future_kg);
	*leaves = (struct leaves){ 0 };
}

int64_t
leaves_revised_from(const struct leaves *leaves, size_t leaf)
{
	const struct leaf *of = &leaves->leaf[leaf];
	return leaves->origin + 1 - (of->revision_kg == NULL ? 0 : (int64_t)of->revised_days);
}

int64_t
leaves_revision(const struct leaves *leaves, size_t leaf, size_t path, int64_t first, int64_t last)
{
	const struct leaf *of = &leaves->leaf[leaf];
	int64_t from = leaves_revised_from(leaves, leaf), sum = 0;
	for (int64_t day = first > from ? first : from; day <= last && day <= leaves->origin; day++)
		sum += of->revision_kg[path * of->revised_days + (size_t)(day - from)];
	return sum;
}

/* Rounded down after half a kilogram was added, for sums below zero as well. */
int64_t
leaves_revision_mean(const struct leaves *leaves, size_t leaf, int64_t day)
{
	int64_t paths = (int64_t)leaves->paths, sum = 0;
	for (size_t path = 0; day >= leaves_revised_from(leaves, leaf) && path < leaves->paths; path++)
		sum += leaves_revision(leaves, leaf, path, day, day);
	int64_t twice = 2 * sum + paths;
	return paths == 0 ? 0 : twice / (2 * paths) - (twice % (2 * paths) < 0);
}

static int64_t *
copy_of(const int64_t *from, size_t n)
{
	int64_t *copy = malloc((n + 1) * sizeof *copy);
	if (copy != NULL && n > 0)
		memcpy(copy, from, n * sizeof *copy);
	return copy;
}

enum status
leaves_copy(const struct leaves *from, struct leaves *out)
{
	struct leaves copy = *from;
	copy.leaf = calloc(from->n + 1, sizeof *copy.leaf);
	copy.future_kg = copy_of(from->future_kg, from->n * from->paths * from->days);
	bool whole = copy.leaf != NULL && copy.future_kg != NULL;
	for (size_t i = 0; whole && i < from->n; i++) {
		copy.leaf[i].key = from->leaf[i].key;
		const struct leaf *leaf = &from->leaf[i];
		copy.leaf[i].past_kg = copy_of(leaf->past_kg, from->past_days);
		whole = copy.leaf[i].past_kg != NULL;
		if (!whole || leaf->revision_kg == NULL)
			continue;
		copy.leaf[i].revised_days = leaf->revised_days;
		copy.leaf[i].revision_kg = copy_of(leaf->revision_kg, from->paths * leaf->revised_days);
		whole = copy.leaf[i].revision_kg != NULL;
	}
	if (!whole) {
		leaves_close(&copy);
		return STATUS_NO_MEMORY;
	}
	*out = copy;
	return STATUS_OK;
}

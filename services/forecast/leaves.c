/* See leaves.h. */
#include "leaves.h"

#include <stdlib.h>
#include <string.h>

void
leaves_close(struct leaves *leaves)
{
	for (size_t i = 0; leaves->leaf != NULL && i < leaves->n; i++)
		free(leaves->leaf[i].past_kg);
	free(leaves->leaf);
	free(leaves->future_kg);
	*leaves = (struct leaves){ 0 };
}

static int64_t *
copy_of(const int64_t *from, size_t n)
{
	int64_t *copy = malloc((n + 1) * sizeof *copy);
	return copy == NULL ? NULL : memcpy(copy, from, n * sizeof *copy);
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
		copy.leaf[i].past_kg = copy_of(from->leaf[i].past_kg, from->past_days);
		whole = copy.leaf[i].past_kg != NULL;
	}
	if (!whole) {
		leaves_close(&copy);
		return STATUS_NO_MEMORY;
	}
	*out = copy;
	return STATUS_OK;
}

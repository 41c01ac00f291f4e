/* Traffic that was not there before: where it goes and how it varies. See scenario_parts.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"

/* What new traffic varies like: a day's mass in each path, and its mean over the paths. */
struct pattern {
	int64_t *kg;  /* [paths * days] */
	double *mean; /* [days] */
	bool *shut;   /* [days] nothing can pass there */
};

static void
pattern_close(struct pattern *pattern)
{
	free(pattern->kg);
	free(pattern->mean);
	free(pattern->shut);
}

static int64_t
future_sum(const struct leaves *leaves, size_t leaf)
{
	const int64_t *kg = leaves_path(leaves, leaf, 0);
	int64_t sum = 0;
	for (size_t i = 0; i < leaves->paths * leaves->days; i++)
		sum += kg[i];
	return sum;
}

/* Whether it has something on most of the open days of its paths: what runs once in a while says nothing about a daily service. */
static bool
steady(const struct leaves *leaves, const struct pattern *pattern)
{
	size_t with = 0, all = 0;
	for (size_t i = 0; i < leaves->paths * leaves->days; i++) {
		bool open = !pattern->shut[i % leaves->days];
		all += open;
		with += open && pattern->kg[i] > 0;
	}
	return 2 * with > all;
}

/* Sums the leaves that `shift` holds. */
static void
gather(const struct scene *scene, const struct shift *shift, struct pattern *pattern)
{
	const struct leaves *leaves = scene->leaves;
	memset(pattern->kg, 0, leaves->paths * leaves->days * sizeof *pattern->kg);
	for (size_t i = 0; i < leaves->n; i++) {
		if (!shift_holds(shift, &leaves->leaf[i].key))
			continue;
		const int64_t *kg = leaves_path(leaves, i, 0);
		for (size_t j = 0; j < leaves->paths * leaves->days; j++)
			pattern->kg[j] += kg[j];
	}
	memset(pattern->mean, 0, leaves->days * sizeof *pattern->mean);
	for (size_t i = 0; i < leaves->paths * leaves->days; i++)
		pattern->mean[i % leaves->days] += (double)pattern->kg[i] / (double)leaves->paths;
}

/* The mode's own days, else the port's, else those of all ports. */
static enum status
pattern_of(const struct scene *scene, const struct leaf_key *key, struct pattern *out)
{
	const struct leaves *leaves = scene->leaves;
	static char nothing[] = "";
	Juyan__V1__Change where = JUYAN__V1__CHANGE__INIT;
	struct shift shift = { .change = &where, .mode = key->mode };
	out->kg = calloc(leaves->paths * leaves->days + 1, sizeof *out->kg);
	out->mean = calloc(leaves->days + 1, sizeof *out->mean);
	out->shut = calloc(leaves->days + 1, sizeof *out->shut);
	if (out->kg == NULL || out->mean == NULL || out->shut == NULL)
		return STATUS_NO_MEMORY;
	for (size_t day = 0; day < leaves->days; day++)
		out->shut[day] = scene_shut(scene, key, leaves->origin + 1 + (int64_t)day);
	where.port = (char *)(uintptr_t)key->port; /* only looked at */
	gather(scene, &shift, out);
	if (steady(leaves, out))
		return STATUS_OK;
	shift.mode = JUYAN__V1__MODE__MODE_UNSPECIFIED;
	gather(scene, &shift, out);
	if (steady(leaves, out))
		return STATUS_OK;
	where.port = nothing;
	gather(scene, &shift, out);
	return STATUS_OK;
}

/* The biggest leaf of these; leaves->n where there is none. An unspecified mode or direction: any. */
static size_t
biggest(const struct leaves *leaves, const char *port, Juyan__V1__Mode mode, Juyan__V1__Direction direction)
{
	size_t best = leaves->n;
	int64_t best_kg = -1;
	for (size_t i = 0; i < leaves->n; i++) {
		const struct leaf_key *key = &leaves->leaf[i].key;
		if (strcmp(key->port, port) != 0 || (mode != 0 && key->mode != mode) ||
		    (direction != 0 && key->direction != direction))
			continue;
		int64_t kg = future_sum(leaves, i);
		if (kg > best_kg) {
			best = i;
			best_kg = kg;
		}
	}
	return best;
}

/* One more leaf with nothing in it, behind the others. */
static enum status
new_leaf(struct leaves *leaves, const struct leaf_key *key)
{
	size_t values = leaves->paths * leaves->days;
	int64_t *past = calloc(leaves->past_days + 1, sizeof *past);
	struct leaf *leaf = reallocarray(leaves->leaf, leaves->n + 2, sizeof *leaf);
	if (leaf != NULL)
		leaves->leaf = leaf;
	int64_t *future = reallocarray(leaves->future_kg, (leaves->n + 1) * values + 1, sizeof *future);
	if (future != NULL)
		leaves->future_kg = future;
	if (past == NULL || leaf == NULL || future == NULL) {
		free(past);
		return STATUS_NO_MEMORY;
	}
	memset(future + leaves->n * values, 0, values * sizeof *future);
	leaves->leaf[leaves->n++] = (struct leaf){ .key = *key, .past_kg = past };
	return STATUS_OK;
}

static enum status
leaf_for(struct leaves *leaves, const struct leaf_key *to, size_t *out)
{
	size_t leaf = biggest(leaves, to->port, to->mode, to->direction);
	if (leaf < leaves->n) {
		*out = leaf;
		return STATUS_OK;
	}
	struct leaf_key key = *to;
	if (key.direction == JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED)
		key.direction = JUYAN__V1__DIRECTION__IMPORT;
	size_t like = biggest(leaves, to->port, JUYAN__V1__MODE__MODE_UNSPECIFIED, key.direction);
	if (like == leaves->n)
		like = biggest(leaves, to->port, JUYAN__V1__MODE__MODE_UNSPECIFIED, JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED);
	if (like < leaves->n)
		memcpy(key.group, leaves->leaf[like].key.group, sizeof key.group);
	enum status status = new_leaf(leaves, &key);
	if (status == STATUS_OK)
		*out = leaves->n - 1;
	return status;
}

enum status
scene_draw(struct scene *scene, const struct leaf_key *to, const double *kg_per_day, struct addition *out)
{
	struct leaves *leaves = scene->leaves;
	struct pattern pattern = { NULL, NULL, NULL };
	size_t leaf = 0;
	enum status status = pattern_of(scene, to, &pattern);
	if (status == STATUS_OK)
		status = leaf_for(leaves, to, &leaf);
	for (size_t i = 0; status == STATUS_OK && i < leaves->paths * leaves->days; i++) {
		size_t day = i % leaves->days;
		double mean = pattern.mean[day], ratio = mean > 0 ? (double)pattern.kg[i] / mean : 1;
		pattern.kg[i] = kg_per_day[day] > 0 && !pattern.shut[day] ? leaves_kg(kg_per_day[day] * ratio) : 0;
	}
	if (status == STATUS_OK) {
		*out = (struct addition){ leaf, pattern.kg };
		pattern.kg = NULL;
	}
	pattern_close(&pattern);
	return status;
}

void
scene_join(struct scene *scene, const struct addition *addition)
{
	int64_t *kg = leaves_path(scene->leaves, addition->leaf, 0);
	for (size_t i = 0; i < scene->leaves->paths * scene->leaves->days; i++)
		kg[i] = kg[i] + addition->kg[i] < LEAVES_DAY_KG_MAX ? kg[i] + addition->kg[i] : LEAVES_DAY_KG_MAX;
}

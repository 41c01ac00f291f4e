/*
 * What the engine works with: the leaves of one origin (each port, direction, mode and commodity group that ever had traffic),
 * their daily histories, and whole sample paths of all of them that belong together: path p of every leaf is one possible future
 * of the whole. Sums over leaves within one path are that future's totals, so that parts add up to the whole to the kilogram, in
 * every path and in the mean. A set owns its memory; leaves_close. It may be read from any thread.
 */
#ifndef JUYAN_FORECAST_LEAVES_H
#define JUYAN_FORECAST_LEAVES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "cargo.pb-c.h"
#include "status.h"

struct leaf_key {
	char port[PORT_BYTES_MAX + 1];
	Juyan__V1__Direction direction;     /* unspecified: not known (published figures say no more than the port's total) */
	Juyan__V1__Mode mode;               /* likewise */
	char group[GROUP_ID_BYTES_MAX + 1]; /* empty: not known */
};

/*
 * `past_kg` is what is known: counted, or expected from published totals. Where that is not the last word (late facts are still to
 * come; a published total is about right), each path has a past of its own: past_kg plus its revision of that day, never below
 * zero together. Revisions reach over the last `revised_days` days of the past; before them, and where revision_kg is NULL, what is
 * known stays.
 */
struct leaf {
	struct leaf_key key;
	int64_t *past_kg; /* [past_days]: first_day … origin */
	size_t revised_days;
	int64_t *revision_kg; /* [path * revised_days + day] */
};

struct leaves {
	int64_t first_day; /* of the histories, as civil.h numbers days */
	int64_t origin;    /* the last complete day */
	size_t past_days;  /* origin - first_day + 1 */
	size_t days;       /* of the future: origin + 1 … origin + days */
	size_t paths;
	size_t n;
	struct leaf *leaf;
	/* kg, 0 … LEAVES_DAY_KG_MAX when they are made: future_kg[(leaf * paths + path) * days + day]. */
	int64_t *future_kg;
};

static inline int64_t *
leaves_path(const struct leaves *leaves, size_t leaf, size_t path)
{
	return leaves->future_kg + (leaf * leaves->paths + path) * leaves->days;
}

/* What a path revises of a leaf's days first … last; 0 for days that are not revised. */
int64_t leaves_revision(const struct leaves *leaves, size_t leaf, size_t path, int64_t first, int64_t last);
/* Its mean over all paths on one day, in whole kilograms. */
int64_t leaves_revision_mean(const struct leaves *leaves, size_t leaf, int64_t day);
/* The first day that any path revises; the day after the origin where there is none. */
int64_t leaves_revised_from(const struct leaves *leaves, size_t leaf);

/*
 * The most that a leaf's path may have on one day: 50 Mt, what a busy port carries in a year or two. Models that run away,
 * scenarios and overrides upon each other end here, so that sums of all of a world's paths, and twice that, stay within 64 bits.
 */
#define LEAVES_DAY_KG_MAX INT64_C(50000000000)

/* Whole kilograms of a path: nothing for what is no number or below 0, LEAVES_DAY_KG_MAX for what is above it. */
static inline int64_t
leaves_kg(double kg)
{
	return !(kg > 0.0) ? 0 : kg < (double)LEAVES_DAY_KG_MAX ? (int64_t)llround(kg) : LEAVES_DAY_KG_MAX;
}

void leaves_close(struct leaves *leaves);
/* A copy with paths of its own, for a scenario. NO_MEMORY. */
enum status leaves_copy(const struct leaves *from, struct leaves *out) MUST_USE;

#endif

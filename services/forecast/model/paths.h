/*
 * Whole sample paths of what the future may hold beside the point forecast: errors, on the scale of `adjusted`, for every step
 * together, so that their sums have the right spread. Half of them are errors that the same procedure really made from earlier
 * origins, whole vectors drawn again; half those of a level that learns from chance (exponential smoothing's residuals drawn
 * again). Each has either sign, so that the point is their median. Both are brought to one spread by distance, between what earlier
 * origins showed and what the errors of one step say.
 */
#ifndef JUYAN_MODEL_PATHS_H
#define JUYAN_MODEL_PATHS_H

#include "chance.h"
#include "origins.h"

struct paths_plan {
	enum pace pace;
	size_t horizon, paths;
	uint64_t seed;
};

/* errors[paths][horizon]. NO_MEMORY. */
enum status paths_draw(const struct combined *combined, const struct origins *origins, const struct paths_plan *plan,
    double *errors) MUST_USE;

#endif

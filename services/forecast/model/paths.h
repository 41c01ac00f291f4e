/*
 * Whole sample paths of what the future may hold beside the point forecast: errors, on the scale of `adjusted`, for every step
 * together, so that their sums have the right spread. They are those of a level that learns from chance (exponential smoothing's
 * residuals drawn again); of months a fifth are errors that the same procedure really made from earlier origins, whole vectors
 * drawn again, which of days would overlap too much. Each has either sign, so that the point is their median. All are brought to
 * one spread by distance, between what earlier origins showed and what the errors of one step say; of both the last months say more
 * than the years before, for a world that was shaken stays shaky for a while (Engle 1982; the fading weights are those of
 * RiskMetrics 1996). How much of an error stays in a path, and so how wide sums are beside steps, is between what is usual and what
 * the sums of earlier errors showed; a series of days whose level walks, by its single steps and its sums alike, is let walk in its
 * paths. At the pace of months a path may also hold a lasting shift of the level, as a history of a few years seldom has but the
 * world does: they make the outer intervals and those of sums wide enough.
 *
 * The constants (paths.c) are the same for every series of a pace. They were chosen by interval scores and coverage on public
 * series of freight and of two competitions together; on origins before those years they hold as well.
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

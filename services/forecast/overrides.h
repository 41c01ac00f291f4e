/* Planners' judgements, applied to sample paths. Pure. */
#ifndef JUYAN_FORECAST_OVERRIDES_H
#define JUYAN_FORECAST_OVERRIDES_H

#include "world.h"

/*
 * Multiplies the matching leaves' paths on future days from … to - 1 (counted from the origin's next) by per_mille / 1000, in whole
 * kilograms; several multiply. Of the first day only what has not come yet: running_kg[leaf] stays.
 */
void overrides_apply(const struct inputs *inputs, struct leaves *leaves, const int64_t *running_kg, size_t from, size_t to);
/* A sentence for each that touches a day behind the origin and by last_day. */
void overrides_tell(const struct inputs *inputs, int64_t last_day, struct world_notes *notes);

#endif

/*
 * What the number of working days does to steps that are not equally long, such as months: a value goes with a power of it, the
 * elasticity, learned from the series itself.
 *
 *     value = ordinary value * (days / usual days) ^ elasticity
 *
 * Usual is what the same place of the season has on the mean; the usual itself is in the season. The elasticity is the robust slope
 * (Huber 1964) of what each step has beyond the mean of its two neighbours, level and working days alike, held near what freight
 * series of months show (Hoerl and Kennard 1970). The one regressor of working days is that of Young (1965) and of Bell and Hillmer
 * (1983), with days of the week-end at nothing. A feast that moves between two steps has an elasticity of its own, held near none:
 * only a series that keeps the feast will show it, and no country needs to be known.
 */
#ifndef JUYAN_MODEL_WORKING_H
#define JUYAN_MODEL_WORKING_H

#include "auto.h"

struct working_effect {
	double days, feast; /* elasticities */
};

/*
 * Learns from `series` (the task's, on its footing) and writes factor[n + horizon]: what each step has to do with its working days,
 * 1 the usual. The task has `working`. TOO_FEW where no value is known; NO_MEMORY.
 */
enum status working_learn(const struct forecast_task *task, const struct series *series, struct working_effect *effect,
    double *factor) MUST_USE;

#endif

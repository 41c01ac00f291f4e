/*
 * How the point forecast (combine.h) would have done: from earlier origins of the same history, each with what was known then and
 * nothing later. Owns its memory; origins_close.
 */
#ifndef JUYAN_MODEL_ORIGINS_H
#define JUYAN_MODEL_ORIGINS_H

#include "combine.h"

struct origins {
	size_t n;            /* origins, the latest first */
	size_t horizon;      /* steps looked at */
	size_t *at;          /* [n]: values known */
	double *error;       /* [n][horizon]: came less forecast, on the scale of the whole history's `adjusted`; NAN: not known */
	double *came, *said; /* [n][horizon] in the values' unit; NAN likewise */
};

struct origins_plan {
	size_t most;  /* origins */
	size_t step;  /* between them */
	size_t least; /* values that the earliest must know */
};

/* None where the history is too short. NO_MEMORY. */
enum status origins_look(const struct series *series, double offset, size_t horizon, const struct origins_plan *plan,
    struct origins *out) MUST_USE;
void origins_close(struct origins *origins);

#endif

/*
 * The scale on which a series is modelled: as it is, its logarithm, or a power between (Box and Cox 1964). A transform is a value;
 * it owns nothing. What comes back is never below zero: counts and tonnages are not.
 */
#ifndef JUYAN_MODEL_TRANSFORM_H
#define JUYAN_MODEL_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

struct transform {
	double lambda; /* 1: as it is, 0: logarithm */
	double offset; /* added before, so that a zero has a logarithm; in the unit of the values */
};

static const struct transform transform_none = { 1.0, 0.0 };

/*
 * The transform of this lambda for these values (NAN: unknown). The offset is 0 where all are positive, else a twentieth of the
 * positive ones' median, so that a zero lies about three units below them on the scale of the logarithm.
 * TOO_FEW where none is positive; OUT_OF_RANGE where one is negative or lambda is not within 0 … 1; NO_MEMORY.
 */
enum status transform_make(const double *values, size_t n, double lambda, struct transform *out) MUST_USE;

/*
 * The lambda within 0 … 1 with which the spread within each stretch of `stretch` values (a year, say; at least 2) depends least on
 * its mean (Guerrero 1993, Journal of Forecasting 12:1). Stretches are counted from the end; unknown values are left out. TOO_FEW
 * below two stretches; NO_FIT where no spread can be compared; NO_MEMORY.
 */
enum status transform_guerrero(const double *values, size_t n, size_t stretch, double *lambda) MUST_USE;

/* NAN stays NAN. */
double transform_there(const struct transform *transform, double value);
/* A median goes to the median, a quantile to the quantile. Never below 0. */
double transform_back(const struct transform *transform, double value);
/*
 * The mean, on the scale of the values, of what is normal with this mean and variance on the transformed one: exact for lambda 0
 * and 1, to the second order between.
 */
double transform_back_mean(const struct transform *transform, double mean, double variance);

#endif

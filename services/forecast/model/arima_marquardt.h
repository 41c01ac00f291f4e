/*
 * The parameters at which a sum of squares is least (Levenberg 1944, Marquardt 1963), with differences for the slopes. For
 * smooth residuals a few dozen evaluations suffice where a search by values alone takes hundreds. Deterministic; owns nothing
 * between calls.
 */
#ifndef JUYAN_MODEL_ARIMA_MARQUARDT_H
#define JUYAN_MODEL_ARIMA_MARQUARDT_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

enum { MARQUARDT_PARAMETERS_MAX = 32 };

/* Fills residual[rows]; false where there is none at x. */
typedef bool marquardt_residuals(const double *x, double *residual, void *user);

struct marquardt_options {
	double bound;     /* |x| stays within */
	double tolerance; /* of the relative fall of the sum from step to step */
	int steps_max;
};

/* Moves x[n] from where it is; tells the sum. NO_FIT where there are no residuals at the beginning; NO_MEMORY. */
enum status marquardt_find(marquardt_residuals *residuals, void *user, size_t rows, double *x, size_t n,
    const struct marquardt_options *options, double *sum) MUST_USE;

#endif

/*
 * Finding the parameters at which a function is least, by NLopt. Deterministic: only local, derivative-free methods. Owns nothing
 * between calls; any thread.
 */
#ifndef JUYAN_MODEL_OPTIMUM_H
#define JUYAN_MODEL_OPTIMUM_H

#include <stddef.h>

#include "status.h"

enum { OPTIMUM_PARAMETERS_MAX = 64 };

/* The value at x; what is no number (or beyond reach) may be given as INFINITY. */
typedef double optimum_function(const double *x, void *user);

struct optimum_options {
	double tolerance;   /* relative, of the value; 0: 1e-8 */
	int steps_max;      /* evaluations; 0: 200 for each parameter */
	const double *step; /* the first step of each parameter; NULL: chosen by NLopt */
};

/*
 * Moves x[n], which begins within lower … upper, to a place where the value is least (Nelder and Mead 1965 with bounds after Box,
 * NLopt's NLOPT_LN_NELDERMEAD), and tells the value. Stopping at steps_max is no failure. NO_FIT where the value is nowhere a
 * number; NO_MEMORY.
 */
enum status optimum_find(optimum_function *function, void *user, double *x, const double *lower, const double *upper, size_t n,
    const struct optimum_options *options, double *value) MUST_USE;

#endif

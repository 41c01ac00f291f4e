/*
 * Finding single wild values: far from the median of their neighbours (Hampel's filter; Davies and Gather 1993, Journal of the
 * American Statistical Association 88), measured by how far the others are from theirs. A value has to be wild on the logarithm's
 * scale and on its own, and alone: a change of level is none, nor is the first or the last value, nor what comes again each year;
 * and in a series where such values are common none is. Owns nothing; any thread.
 */
#ifndef JUYAN_MODEL_OUTLIER_H
#define JUYAN_MODEL_OUTLIER_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* The series twice: without its season on the scale on which it is modelled, and what a value on it is in units of the series. */
struct outlier_view {
	const double *adjusted; /* [n], all numbers */
	const double *values;   /* [n] */
	size_t n;
	size_t period; /* the longest season: what comes again after one of it, a step or two aside, is not wild; 0: none */
	double least;  /* smaller errors on the adjusted scale are no outliers */
	/* What stands for `adjusted` at step i, in units of the values. */
	double (*back)(const void *user, size_t i, double adjusted);
	const void *user;
};

/*
 * Sets found[n] where a value is wild, leaves it as it is elsewhere, and tells how many were set anew. Where so many are set that
 * wild values are the way of this series, `common` is true and found[n] cleared. NO_MEMORY.
 */
enum status outlier_find(const struct outlier_view *view, const bool *keep, bool *found, size_t *n_new, bool *common) MUST_USE;

#endif

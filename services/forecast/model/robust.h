/* Middle and spread that a few wild values cannot move. Own nothing; any thread. */
#ifndef JUYAN_MODEL_ROBUST_H
#define JUYAN_MODEL_ROBUST_H

#include <stddef.h>

/* The median of values[n], which are put in another order; NAN where n is 0. No value may be NAN. */
double robust_median(double *values, size_t n);
/*
 * The median distance from `middle`, times 1.4826, so that it estimates a normal standard deviation (Hampel 1974). values[n] are
 * lost. NAN where n is 0.
 */
double robust_deviation(double *values, size_t n, double middle);

#endif

/* Least squares by LAPACKE. Owns nothing between calls; any thread. */
#ifndef JUYAN_MODEL_LEAST_SQUARES_H
#define JUYAN_MODEL_LEAST_SQUARES_H

#include <stddef.h>

#include "status.h"

/*
 * The coefficients b[columns] with which x b comes nearest to y[rows], x[rows][columns] row by row; of several the shortest (x may
 * lack rank: dgelsy, complete orthogonal factorisation, singular below 1e-10 of the greatest). Rows of weight 0 count for nothing;
 * `weight` NULL: all alike. x and y stay as they are. TOO_FEW without a row; NO_FIT where a number is none; NO_MEMORY.
 */
enum status least_squares(const double *x, const double *y, const double *weight, size_t rows, size_t columns, double *b) MUST_USE;

#endif

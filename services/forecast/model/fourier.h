/*
 * Waves of a season as regressors: cos and sin of 1, 2 … `harmonics` turns a period (Young, Pedregal and Tych 1999). Any period,
 * whole or not. Step 0 is the series' first. Functions of their arguments.
 */
#ifndef JUYAN_MODEL_FOURIER_H
#define JUYAN_MODEL_FOURIER_H

#include <stddef.h>

/* The most that tell anything at whole steps: half the period. */
size_t fourier_harmonics_max(double period);

/* How many columns so many harmonics take: two each, but one where a wave turns at every step and its sine is 0. */
size_t fourier_columns(double period, size_t harmonics);

/* out[fourier_columns]. The columns of fewer harmonics are the first ones. */
void fourier_row(double period, size_t harmonics, size_t step, double *out);

#endif

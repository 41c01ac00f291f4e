/*
 * Finding the stretches in which nothing, or next to nothing, went through at a place that is busy otherwise: a closed border, a
 * report that never came. Zeros that belong to the season (a day without work each week) or to a series that often has none are
 * values, and stay. Owns nothing; any thread.
 */
#ifndef JUYAN_MODEL_SHUT_H
#define JUYAN_MODEL_SHUT_H

#include "model.h"

struct shut_found {
	size_t begin;  /* the first step of the series' life: before it stands a stretch of nothing; 0: none */
	size_t at_end; /* length of the stretch of nothing that reaches the end and is longer than one step; 0: none */
	size_t runs;   /* stretches in all, those two left out */
	size_t steps;  /* of these */
};

/*
 * shut[n] is set for every step of such a stretch, those of the beginning and the end among them. Values are not negative; NAN:
 * unknown. NO_MEMORY.
 */
enum status shut_find(const struct series *series, bool *shut, struct shut_found *out) MUST_USE;

#endif

/*
 * Finding where a series jumps to another level: the medians of the values before and behind each step are compared (a moving sum
 * test, after Eichinger and Kirch 2018, Bernoulli 24:1, with medians in place of means), on the scale of how much they differ all
 * along the series. So what wanders, grows or is noisy by its nature has no breaks, and one wild value makes none.
 *
 * Meant for a series without its season, best of logarithms. Owns nothing; any thread.
 */
#ifndef JUYAN_MODEL_BREAKS_H
#define JUYAN_MODEL_BREAKS_H

#include <stddef.h>

#include "status.h"

enum { BREAKS_MAX = 16 };

enum break_kind {
	BREAK_TEMPORARY, /* it came back */
	BREAK_LASTING,   /* it did not, and had the time to */
	BREAK_YOUNG      /* too short ago to know */
};

struct level_break {
	size_t at;            /* the first step of the new level */
	size_t until;         /* the first step back on the old one; n where it is not back */
	double before, after; /* medians around `at` */
	double score;         /* how many times the usual spread */
	enum break_kind kind;
};

struct breaks_options {
	size_t width; /* values on each side, 4 … 64; a half and a quarter of it (3 at least) are tried first, for what is short */
	size_t reach; /* what is not back after so many steps will not come back */
	double least; /* a smaller jump is none; in units of the series */
};

/* Sorted by place; at most BREAKS_MAX, the clearest. Every value has to be a number (else NO_FIT). NO_MEMORY. */
enum status breaks_find(const double *x, size_t n, const struct breaks_options *options, struct level_break out[BREAKS_MAX],
    size_t *found) MUST_USE;

#endif

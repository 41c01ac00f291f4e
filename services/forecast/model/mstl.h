/*
 * A series of several seasons parted into trend, one part for each season, and remainder: MSTL (Bandara, Hyndman and Bergmeir
 * 2021), which takes the seasons out one after the other by STL, shortest first, and goes round until they agree. The parts add
 * up to the series. A series without a season, or too short for its own, has a local line as its trend.
 *
 * Owns its memory; mstl_close. Any thread. Units are the caller's.
 */
#ifndef JUYAN_MODEL_MSTL_H
#define JUYAN_MODEL_MSTL_H

#include "model.h"
#include "stl.h"

struct mstl_options {
	bool robust;
	size_t outer;               /* rounds of robust weights; 0: 15 */
	bool always_same;           /* the seasons do not change over time */
	size_t window[PERIODS_MAX]; /* of each season, as in stl.h; 0: 11, 15, 19, as the authors found best */
	size_t rounds;              /* 0: 2 (1 for one season, which is found at once) */
	/*
	 * Seasons of at least so many steps are smoothed along their places, each with its neighbours in a twelfth of the period:
	 * a day of the year seen three times says little by itself. 0: none, as the authors have it.
	 */
	size_t smooth_from;
};

struct mstl {
	size_t n;
	double *trend, *remainder;    /* [n] */
	double *season[PERIODS_MAX];  /* [n] each; `kept` of them */
	size_t kept;                  /* the seasons of which the series has more than two */
	double periods[PERIODS_MAX];  /* theirs */
	double strength[PERIODS_MAX]; /* 0 … 1: how much of what is not trend each explains (Wang, Smith and Hyndman 2006) */
};

/* TOO_FEW without a value; NO_FIT where one is none; NO_MEMORY. */
enum status mstl_make(const struct series *series, const struct mstl_options *options, struct mstl *out) MUST_USE;
void mstl_close(struct mstl *mstl);
/* The sum of the seasons at a step of the series (0 … n - 1), or behind its end, where the last of each goes on. */
double mstl_season_at(const struct mstl *mstl, size_t step);

#endif

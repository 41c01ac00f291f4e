/*
 * A backtest to look at: above, what came and what had been forecast at a few earlier origins; below, how many of the values lay
 * within the intervals at each distance, against what the intervals promise, and how far each method was off.
 */
#ifndef JUYAN_PICTURE_TRIAL_H
#define JUYAN_PICTURE_TRIAL_H

#include "picture.h"

enum { TRIAL_ORIGINS_MAX = 6, TRIAL_BANDS_MAX = 8, TRIAL_METHODS_MAX = 3 };

struct trial_origin {
	const double *at, *mean, *low80, *high80; /* [n] */
	size_t n;
};

struct trial_band {
	const char *distance;        /* such as "1-3 months" */
	double covered80, covered95; /* shares; NAN: unknown */
	double mase[TRIAL_METHODS_MAX];
};

struct trial {
	struct picture_about about;
	const double *past_at, *past; /* [n_past]; NAN: unknown. n_past 0: only what is below is drawn */
	size_t n_past;
	struct trial_origin origin[TRIAL_ORIGINS_MAX];
	size_t n_origins;
	struct trial_band band[TRIAL_BANDS_MAX];
	size_t n_bands;
	const char *method[TRIAL_METHODS_MAX]; /* the first is ours, the one whose coverage is shown */
	size_t n_methods;
};

/* NO_MEMORY. At least one band. */
enum status trial_draw(const struct trial *trial, char **out) MUST_USE;

#endif

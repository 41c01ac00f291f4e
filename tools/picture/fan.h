/*
 * The fan: what has been, the forecast, and how wide it spreads: bands that hold 50, 80 and 95 % of what may come. Of steps, or of
 * the year as it adds up, then with plan, goal and last year beside it.
 */
#ifndef JUYAN_PICTURE_FAN_H
#define JUYAN_PICTURE_FAN_H

#include "picture.h"

enum { FAN_LINES_MAX = 4 };

struct fan {
	struct picture_about about;
	const double *past_at, *past; /* [n_past]; NAN: unknown */
	size_t n_past;
	const double *at, *mean;                  /* [n] */
	const double (*quantile)[PICTURE_LEVELS]; /* [n] */
	size_t n;
	double origin;            /* where what is known ends */
	const char *origin_label; /* such as "known to 2025-02" */
	struct picture_line line[FAN_LINES_MAX];
	size_t n_lines;
	double goal; /* NAN: none */
	const char *goal_label;
};

/* NO_MEMORY. At least one point to come. */
enum status fan_draw(const struct fan *fan, char **out) MUST_USE;

#endif

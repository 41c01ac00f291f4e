/*
 * Scenarios side by side: for each the interval of the end, its median and its chance of reaching the goal; below, how the medians
 * add up over the year.
 */
#ifndef JUYAN_PICTURE_COMPARISON_H
#define JUYAN_PICTURE_COMPARISON_H

#include "picture.h"

enum { COMPARISON_MAX = 8 };

struct comparison_case {
	const char *name;
	double end[PICTURE_LEVELS];
	double chance;              /* NAN: no goal */
	struct picture_line course; /* the median, year to date; its label is not looked at */
};

struct comparison {
	struct picture_about about;
	struct comparison_case one[COMPARISON_MAX]; /* the first: without any change */
	size_t n;
	double goal; /* NAN: none */
	const char *goal_label;
};

/* NO_MEMORY. At least one case. */
enum status comparison_draw(const struct comparison *comparison, char **out) MUST_USE;

#endif

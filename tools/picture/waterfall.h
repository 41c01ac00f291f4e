/*
 * The waterfall: how parts, one behind the other, come to a whole; or how moves come to a difference. More goes to the right and is
 * dark, less to the left and is light with a dashed edge; each has its figure with its sign.
 */
#ifndef JUYAN_PICTURE_WATERFALL_H
#define JUYAN_PICTURE_WATERFALL_H

#include "picture.h"

enum { WATERFALL_STEPS_MAX = 24 };

struct waterfall_step {
	const char *label;
	double value;
	bool whole; /* a sum that is reached here: drawn from zero, and what follows goes on from it */
};

struct waterfall {
	struct picture_about about;
	bool difference; /* wholes are differences as well: they have their sign */
	struct waterfall_step step[WATERFALL_STEPS_MAX];
	size_t n;
};

/* NO_MEMORY. */
enum status waterfall_draw(const struct waterfall *waterfall, char **out) MUST_USE;

#endif

/*
 * Pictures as plain SVG text: text stays text (searchable, read by screen readers, in the reader's own font), nothing is loaded
 * from elsewhere. What tells one thing from another is lightness, dashes and labels beside the lines, so that a print in black
 * and white says the same. Sums are drawn from zero.
 *
 * A picture is a function of its figures. The texts and arrays are lent; the SVG that comes back is the caller's to free. Times are
 * days since 1970 (with parts), figures kg where `mass`, else the caller's unit. Any thread.
 */
#ifndef JUYAN_PICTURE_PICTURE_H
#define JUYAN_PICTURE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

enum { PICTURE_WIDTH = 760, PICTURE_TEXT_BYTES = 32, PICTURE_LEVELS = 7 };

/* The places of quantiles in an array of PICTURE_LEVELS: 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975. */
enum picture_level { PICTURE_P025, PICTURE_P10, PICTURE_P25, PICTURE_P50, PICTURE_P75, PICTURE_P90, PICTURE_P975 };

struct picture_about {
	const char *id; /* letters and digits: what is named within the picture begins with it, so that a page can hold several */
	const char *title;
	const char *subtitle; /* NULL: none */
	const char *told;     /* what the picture shows, in words, for those who do not see it */
	bool mass;
	bool alone; /* a file of its own, with style and paper; else part of a page that holds picture_style once */
};

/* A line beside others; which one it is shows by its dash and its label. */
enum picture_dash { PICTURE_SOLID, PICTURE_DASHED, PICTURE_DOTTED, PICTURE_LONG, PICTURE_DASHES };

struct picture_line {
	const char *label;
	enum picture_dash dash;
	const double *at, *value; /* [n]; a value of NAN parts the line */
	size_t n;
};

/* The style sheet of all pictures, light, and dark where the reader prefers that and the picture is in a page. */
const char *picture_style(void);

/* "26.4 Mt" or, without a unit of mass, "26.4 million": rounded to about three figures. */
const char *picture_figure(bool mass, double value, char out[PICTURE_TEXT_BYTES]);

#endif

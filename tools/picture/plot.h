/*
 * A field with axes on which a picture draws: from figures to places and back to round numbers beside them. A plot is a value and
 * lends its svg. One thread.
 */
#ifndef JUYAN_PICTURE_PLOT_H
#define JUYAN_PICTURE_PLOT_H

#include "svg.h"

enum { PLOT_TICKS_MAX = 12, PLOT_LABELS_MAX = 16, PLOT_LABEL_BYTES = 96 };

struct plot {
	struct svg *svg;
	double left, right, top, bottom; /* of the field */
	double x_low, x_high, y_low, y_high;
	bool mass;
};

double plot_x(const struct plot *plot, double at);
double plot_y(const struct plot *plot, double value);

/* Round numbers from low to high, both within; 1, 2 or 5 times a power of ten apart. Returns how many, at most `most`. */
size_t plot_ticks(double low, double high, size_t most, double ticks[PLOT_TICKS_MAX]);
/* The least round number that is not below: the end of an axis. */
double plot_round_up(double value);

/* Lines and numbers at the left, and the unit above them. */
void plot_y_axis(const struct plot *plot);
/* A figure in the unit of the vertical axis, which stands above that: about three figures. */
const char *plot_number(const struct plot *plot, double value, char out[PICTURE_TEXT_BYTES]);
/* Along the bottom: hours, days, months, quarters or years, as there is room for. */
void plot_time_axis(const struct plot *plot);
/* Numbers along the bottom, and lines up; the unit behind the last. */
void plot_x_axis(const struct plot *plot);

/* The band between two edges of n points; the same figures as a line. */
void plot_band(const struct plot *plot, const char *class, const double *at, const double *low, const double *high, size_t n,
    size_t stride);
void plot_line(const struct plot *plot, const char *class, const double *at, const double *value, size_t n, size_t stride);

/* Labels at the right of the field, moved apart so that none covers another, each led to its figure. */
struct plot_label {
	double y; /* where it belongs */
	const char *class;
	char text[PLOT_LABEL_BYTES];
};
void plot_labels(const struct plot *plot, struct plot_label *labels, size_t n);

#endif

/* Axes, and what is drawn along them: see plot.h. */
#include "plot.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_HEIGHT = 14, TICK_TEXT = 16, LEAD = 14 };

double
plot_x(const struct plot *plot, double at)
{
	return plot->left + (at - plot->x_low) / (plot->x_high - plot->x_low) * (plot->right - plot->left);
}

double
plot_y(const struct plot *plot, double value)
{
	return plot->bottom - (value - plot->y_low) / (plot->y_high - plot->y_low) * (plot->bottom - plot->top);
}

/* ---- round numbers ---- */

/* The least of 1, 2, 5 times a power of ten that is not below. */
static double
round_step(double value)
{
	double power = pow(10.0, floor(log10(value)));
	double times = value / power;
	return power * (times <= 1.0 + 1e-9 ? 1.0 : times <= 2.0 + 1e-9 ? 2.0 : times <= 5.0 + 1e-9 ? 5.0 : 10.0);
}

size_t
plot_ticks(double low, double high, size_t most, double ticks[PLOT_TICKS_MAX])
{
	size_t n = 0;
	assert(most >= 2 && most <= PLOT_TICKS_MAX);
	if (!(high > low))
		return 0;
	double step = round_step((high - low) / (double)(most - 1));
	for (double i = ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && n < most; i++)
		ticks[n++] = i * step;
	return n;
}

double
plot_round_up(double value)
{
	if (!(value > 0.0))
		return 1.0;
	double step = round_step(value / 10.0);
	return ceil(value / step - 1e-9) * step;
}

/* ---- units ---- */

struct unit {
	double per;
	const char *name;
};

static struct unit
unit_of(bool mass, double most)
{
	static const struct unit masses[] = { { 1e9, "Mt" }, { 1e6, "kt" }, { 1e3, "t" } };
	static const struct unit counts[] = { { 1e9, "billion" }, { 1e6, "million" }, { 1.0, "" } };
	const struct unit *units = mass ? masses : counts;
	size_t i = 0;
	while (i < 2 && most < units[i].per)
		i++;
	return units[i];
}

/* With `figures` significant ones, and thousands as 12 345. */
static void
number_text(double value, int decimals, char out[PICTURE_TEXT_BYTES])
{
	char plain[PICTURE_TEXT_BYTES];
	size_t used = 0;
	snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
	size_t whole = strcspn(plain, ".");
	if (value < 0.0 && strspn(plain, "0.") != strlen(plain))
		used = (size_t)snprintf(out, PICTURE_TEXT_BYTES, "−");
	for (size_t i = 0; plain[i] != '\0' && used + 4 < PICTURE_TEXT_BYTES; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = plain[i];
	}
	out[used] = '\0';
}

/* About three figures; a whole number of things stays whole. */
static int
decimals_for(double shown, bool counted)
{
	if (fabs(shown) >= 100.0 || (counted && shown == floor(shown)) || shown == 0.0)
		return 0;
	return fabs(shown) >= 10.0 ? 1 : fabs(shown) >= 0.1 ? 2 : 4;
}

const char *
plot_number(const struct plot *plot, double value, char out[PICTURE_TEXT_BYTES])
{
	struct unit unit = unit_of(plot->mass, fmax(fabs(plot->y_low), fabs(plot->y_high)));
	number_text(value / unit.per, decimals_for(value / unit.per, unit.per == 1.0), out);
	return out;
}

const char *
picture_figure(bool mass, double value, char out[PICTURE_TEXT_BYTES])
{
	char text[PICTURE_TEXT_BYTES];
	struct unit unit = unit_of(mass, fabs(value));
	double shown = value / unit.per;
	number_text(shown, decimals_for(shown, unit.per == 1.0), text);
	snprintf(out, PICTURE_TEXT_BYTES, "%.20s%s%.10s", text, unit.name[0] != '\0' ? " " : "", unit.name);
	return out;
}

static int
decimals_of(double step)
{
	return step >= 1.0 - 1e-9 ? 0 : (int)ceil(-log10(step) - 1e-9);
}

void
plot_y_axis(const struct plot *plot)
{
	char text[PICTURE_TEXT_BYTES];
	double ticks[PLOT_TICKS_MAX];
	struct unit unit = unit_of(plot->mass, fmax(fabs(plot->y_low), fabs(plot->y_high)));
	size_t n = plot_ticks(plot->y_low / unit.per, plot->y_high / unit.per, 7, ticks);
	for (size_t i = 0; i < n; i++) {
		double y = plot_y(plot, ticks[i] * unit.per);
		svg_line(plot->svg, plot->left, y, plot->right, y, ticks[i] == 0.0 ? "axis" : "grid");
		number_text(ticks[i], n > 1 ? decimals_of(ticks[1] - ticks[0]) : 0, text);
		svg_text(plot->svg, plot->left - 6, y + 4, SVG_END, "tick", "%s", text);
	}
	if (unit.name[0] != '\0')
		svg_text(plot->svg, plot->left - 6, plot->top - 14, SVG_END, "tick", "%s", unit.name);
}

void
plot_x_axis(const struct plot *plot)
{
	char text[PICTURE_TEXT_BYTES];
	double ticks[PLOT_TICKS_MAX];
	struct unit unit = unit_of(plot->mass, fmax(fabs(plot->x_low), fabs(plot->x_high)));
	size_t n = plot_ticks(plot->x_low / unit.per, plot->x_high / unit.per, 8, ticks);
	for (size_t i = 0; i < n; i++) {
		double x = plot_x(plot, ticks[i] * unit.per);
		svg_line(plot->svg, x, plot->top, x, plot->bottom, ticks[i] == 0.0 ? "axis" : "grid");
		number_text(ticks[i], n > 1 ? decimals_of(ticks[1] - ticks[0]) : 0, text);
		svg_text(plot->svg, x, plot->bottom + TICK_TEXT, SVG_MIDDLE, "tick", "%s", text);
	}
	if (unit.name[0] != '\0')
		svg_text(plot->svg, plot->right + 22, plot->bottom + TICK_TEXT, SVG_START, "tick", "%s", unit.name);
}

/* ---- lines and bands ---- */

void
plot_band(const struct plot *plot, const char *class, const double *at, const double *low, const double *high, size_t n,
    size_t stride)
{
	if (n == 0)
		return;
	svg_path(plot->svg, class);
	for (size_t i = 0; i < n; i++)
		svg_point(plot->svg, plot_x(plot, at[i]), plot_y(plot, high[i * stride]));
	for (size_t i = n; i-- > 0;)
		svg_point(plot->svg, plot_x(plot, at[i]), plot_y(plot, low[i * stride]));
	svg_path_end(plot->svg, true);
}

void
plot_line(const struct plot *plot, const char *class, const double *at, const double *value, size_t n, size_t stride)
{
	if (n == 0)
		return;
	svg_path(plot->svg, class);
	for (size_t i = 0; i < n; i++)
		svg_point(plot->svg, plot_x(plot, at[i]), plot_y(plot, value[i * stride]));
	svg_path_end(plot->svg, false);
}

/* ---- labels ---- */

static int
by_place(const void *left, const void *right)
{
	double a = ((const struct plot_label *)left)->y, b = ((const struct plot_label *)right)->y;
	return (a > b) - (a < b);
}

void
plot_labels(const struct plot *plot, struct plot_label *labels, size_t n)
{
	double y[PLOT_LABELS_MAX];
	assert(n <= PLOT_LABELS_MAX);
	qsort(labels, n, sizeof *labels, by_place);
	/* Down from the top, each below the one before; then up from the bottom, where they ran out of the field. */
	for (size_t i = 0; i < n; i++)
		y[i] = i > 0 && labels[i].y < y[i - 1] + LABEL_HEIGHT ? y[i - 1] + LABEL_HEIGHT : labels[i].y;
	double bottom = plot->bottom + 4;
	for (size_t i = n; i-- > 0;) {
		y[i] = fmin(y[i], bottom);
		bottom = y[i] - LABEL_HEIGHT;
	}
	for (size_t i = 0; i < n; i++) {
		svg_line(plot->svg, plot->right + 2, labels[i].y, plot->right + LEAD, y[i], "lead");
		svg_text(plot->svg, plot->right + LEAD + 3, y[i] + 4, SVG_START, labels[i].class, "%s", labels[i].text);
	}
}

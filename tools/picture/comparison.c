/* See comparison.h. */
#include "comparison.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot.h"

enum {
	TOP = 78,
	ROW = 34,
	LEFT = 170,
	RIGHT = PICTURE_WIDTH - 130,
	AXIS = 48,
	COURSE = 260,
	APART = 14,
	COURSE_LEFT = 58,
	NAME_WIDTH = 150
};

/* A name as long as there is room for, with an ellipsis; at a whole sign. */
static void
shortened(const char *name, double room, char out[PLOT_LABEL_BYTES])
{
	size_t n = strlen(name);
	snprintf(out, PLOT_LABEL_BYTES, "%s", name);
	if (n < PLOT_LABEL_BYTES && svg_width(name) <= room)
		return;
	for (n = n < PLOT_LABEL_BYTES - 4 ? n : PLOT_LABEL_BYTES - 4; n > 0; n--) {
		if (((unsigned char)name[n] & 0xC0) == 0x80)
			continue;
		snprintf(out, PLOT_LABEL_BYTES, "%.*s…", (int)n, name);
		if (svg_width(out) <= room)
			return;
	}
}

/* The interval of 95 % as a line, that of 80 % as a bar, the median as a mark; figures behind it. */
static void
draw_case(const struct plot *plot, const struct comparison_case *one, size_t i)
{
	char name[PLOT_LABEL_BYTES], figure[PICTURE_TEXT_BYTES];
	double y = TOP + ROW * (double)i + 12;
	double low = plot_x(plot, one->end[PICTURE_P10]), high = plot_x(plot, one->end[PICTURE_P90]);
	double median = plot_x(plot, one->end[PICTURE_P50]);
	shortened(one->name, NAME_WIDTH, name);
	svg_text(plot->svg, LEFT - 12, y + 4, SVG_END, i == 0 ? "strong" : "text", "%s", name);
	svg_line(plot->svg, plot_x(plot, one->end[PICTURE_P025]), y, plot_x(plot, one->end[PICTURE_P975]), y, "dash0");
	svg_rect(plot->svg, low, y - 7, high - low, 14, "fill1");
	svg_rect(plot->svg, median - 1.5, y - 10, 3, 20, "whole");
	svg_text(plot->svg, RIGHT + 10, y + 4, SVG_START, "strong", "%s",
	    picture_figure(plot->mass, one->end[PICTURE_P50], figure));
	/* Paths cannot know that it is impossible, or certain. */
	if (isfinite(one->chance))
		svg_text(plot->svg, PICTURE_WIDTH - 12, y + 4, SVG_END, "text", "%s%.0f %%",
		    one->chance < 0.01       ? "< "
			: one->chance > 0.99 ? "> "
					     : "",
		    one->chance < 0.01       ? 1.0
			: one->chance > 0.99 ? 99.0
					     : 100.0 * one->chance);
}

/*
 * The ends of the axis: places are compared here and no lengths from zero, so that it begins near the least of them, unless zero is
 * near.
 */
static void
lay_out(const struct comparison *comparison, struct plot *plot)
{
	double least = isfinite(comparison->goal) ? comparison->goal : INFINITY, most = 0.0;
	for (size_t i = 0; i < comparison->n; i++) {
		least = fmin(least, comparison->one[i].end[PICTURE_P025]);
		most = fmax(most, comparison->one[i].end[PICTURE_P975]);
	}
	if (isfinite(comparison->goal))
		most = fmax(most, comparison->goal);
	double room = plot_round_up((most - least) * 0.15);
	plot->x_low = least > most / 2.0 && most > least ? fmax(0.0, floor((least - room / 2.0) / room) * room) : 0.0;
	plot->x_high = plot->x_low > 0.0 ? ceil(most / room) * room : plot_round_up(most);
}

static void
draw_ends(const struct comparison *comparison, struct svg *svg, double bottom)
{
	struct plot plot = { .svg = svg,
		.left = LEFT,
		.right = RIGHT,
		.top = TOP - 8,
		.bottom = bottom,
		.mass = comparison->about.mass };
	lay_out(comparison, &plot);
	plot_x_axis(&plot);
	svg_text(svg, PICTURE_WIDTH - 12, 40, SVG_END, "tick", "bar: 80 %%; line: 95 %%; mark: median");
	if (plot.x_low > 0.0)
		svg_text(svg, LEFT - 12, bottom + 16, SVG_END, "tick", "not from 0:");
	svg_text(svg, RIGHT + 10, TOP - 12, SVG_START, "tick", "median");
	if (isfinite(comparison->goal)) {
		double x = plot_x(&plot, comparison->goal), half = svg_width(comparison->goal_label) / 2.0;
		svg_text(svg, PICTURE_WIDTH - 12, TOP - 12, SVG_END, "tick", "chance");
		svg_line(svg, x, TOP - 8, x, bottom, "goal");
		svg_text(svg, fmin(x, RIGHT - half), TOP - 12, SVG_MIDDLE, "strong", "%s", comparison->goal_label);
	}
	for (size_t i = 0; i < comparison->n; i++)
		draw_case(&plot, &comparison->one[i], i);
}

static void
draw_courses(const struct comparison *comparison, struct svg *svg, double top)
{
	static const char *const dashes[PICTURE_DASHES] = { "dash0", "dash1", "dash2", "dash3" };
	struct plot_label labels[PLOT_LABELS_MAX];
	size_t n = 0;
	struct plot plot = { .svg = svg,
		.left = COURSE_LEFT,
		.right = RIGHT - 40,
		.top = top + 34,
		.bottom = top + COURSE - 40,
		.x_low = INFINITY,
		.x_high = -INFINITY,
		.mass = comparison->about.mass };
	double most = isfinite(comparison->goal) ? comparison->goal : 0.0;
	for (size_t i = 0; i < comparison->n; i++) {
		const struct picture_line *course = &comparison->one[i].course;
		for (size_t k = 0; k < course->n; k++) {
			plot.x_low = fmin(plot.x_low, course->at[k]);
			plot.x_high = fmax(plot.x_high, course->at[k]);
			most = fmax(most, isfinite(course->value[k]) ? course->value[k] : 0.0);
		}
	}
	if (!(plot.x_high > plot.x_low))
		return;
	plot.y_high = plot_round_up(most);
	svg_text(svg, 12, top + 4, SVG_START, "strong", "How the medians add up");
	plot_y_axis(&plot);
	plot_time_axis(&plot);
	if (isfinite(comparison->goal))
		svg_line(svg, plot.left, plot_y(&plot, comparison->goal), plot.right, plot_y(&plot, comparison->goal), "goal");
	for (size_t i = 0; i < comparison->n; i++) {
		const struct picture_line *course = &comparison->one[i].course;
		if (course->n == 0)
			continue;
		plot_line(&plot, dashes[i % PICTURE_DASHES], course->at, course->value, course->n, 1);
		labels[n].y = plot_y(&plot, course->value[course->n - 1]);
		labels[n].class = i == 0 ? "strong" : "text";
		shortened(comparison->one[i].name, NAME_WIDTH, labels[n++].text);
	}
	if (isfinite(comparison->goal)) {
		labels[n] = (struct plot_label){ .y = plot_y(&plot, comparison->goal), .class = "strong" };
		snprintf(labels[n++].text, PLOT_LABEL_BYTES, "%s", comparison->goal_label);
	}
	plot_labels(&plot, labels, n);
}

enum status
comparison_draw(const struct comparison *comparison, char **out)
{
	struct svg *svg;
	bool courses = comparison->n > 0 && comparison->one[0].course.n > 1;
	assert(comparison->n > 0 && comparison->n <= COMPARISON_MAX);
	double bottom = TOP + ROW * (double)comparison->n, height = bottom + AXIS + (courses ? COURSE + APART : 0);
	enum status status = svg_begin(&comparison->about, height, &svg);
	if (status != STATUS_OK)
		return status;
	draw_ends(comparison, svg, bottom);
	if (courses)
		draw_courses(comparison, svg, bottom + AXIS + APART);
	return svg_end(&svg, out);
}

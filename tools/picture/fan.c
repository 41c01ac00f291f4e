/* See fan.h. */
#include "fan.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "plot.h"

enum { HEIGHT = 380, LEFT = 58, RIGHT = PICTURE_WIDTH - 128, TOP = 72, BOTTOM = HEIGHT - 42 };

static double
most_of(const double *values, size_t n, double most)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(values[i]))
			most = fmax(most, values[i]);
	return most;
}

/* Room for everything that is drawn; never less than from zero. */
static void
lay_out(const struct fan *fan, struct plot *plot)
{
	double most = most_of(fan->past, fan->n_past, 0.0);
	plot->x_low = fan->n_past > 0 ? fan->past_at[0] : fan->at[0];
	plot->x_high = fan->at[fan->n - 1];
	if (!(plot->x_high > plot->x_low))
		plot->x_high = plot->x_low + 1.0;
	for (size_t i = 0; i < fan->n; i++)
		most = fmax(most, fmax(fan->mean[i], fan->quantile[i][PICTURE_P975]));
	for (size_t i = 0; i < fan->n_lines; i++)
		most = most_of(fan->line[i].value, fan->line[i].n, most);
	if (isfinite(fan->goal))
		most = fmax(most, fan->goal);
	plot->y_high = plot_round_up(most);
}

static void
draw_bands(const struct fan *fan, const struct plot *plot)
{
	const double *q = fan->quantile[0];
	plot_band(plot, "band95", fan->at, q + PICTURE_P025, q + PICTURE_P975, fan->n, PICTURE_LEVELS);
	plot_band(plot, "band80", fan->at, q + PICTURE_P10, q + PICTURE_P90, fan->n, PICTURE_LEVELS);
	plot_band(plot, "band50", fan->at, q + PICTURE_P25, q + PICTURE_P75, fan->n, PICTURE_LEVELS);
	plot_line(plot, "edge95", fan->at, q + PICTURE_P025, fan->n, PICTURE_LEVELS);
	plot_line(plot, "edge95", fan->at, q + PICTURE_P975, fan->n, PICTURE_LEVELS);
	plot_line(plot, "edge80", fan->at, q + PICTURE_P10, fan->n, PICTURE_LEVELS);
	plot_line(plot, "edge80", fan->at, q + PICTURE_P90, fan->n, PICTURE_LEVELS);
}

static void
add_label(struct plot_label *labels, size_t *n, const struct plot *plot, double value, const char *class, const char *text)
{
	struct plot_label *label = &labels[*n];
	if (*n == PLOT_LABELS_MAX || !isfinite(value))
		return;
	label->y = plot_y(plot, value);
	label->class = class;
	snprintf(label->text, sizeof label->text, "%s", text);
	(*n)++;
}

/* What the bands and lines at the right edge are, and how much. */
static void
draw_labels(const struct fan *fan, const struct plot *plot)
{
	static const struct {
		enum picture_level level;
		const char *name;
	} ends[] = { { PICTURE_P975, "95 %" }, { PICTURE_P90, "80 %" }, { PICTURE_P10, "80 %" }, { PICTURE_P025, "95 %" } };
	struct plot_label labels[PLOT_LABELS_MAX];
	char figure[PICTURE_TEXT_BYTES], text[PLOT_LABEL_BYTES];
	size_t n = 0;
	const double *q = fan->quantile[fan->n - 1];
	/* What is certain has no intervals. */
	for (size_t i = 0; q[PICTURE_P975] > q[PICTURE_P025] && i < sizeof ends / sizeof ends[0]; i++) {
		snprintf(text, sizeof text, "%s (%s)", plot_number(plot, q[ends[i].level], figure), ends[i].name);
		add_label(labels, &n, plot, q[ends[i].level], "tick", text);
	}
	add_label(labels, &n, plot, fan->mean[fan->n - 1], "strong", plot_number(plot, fan->mean[fan->n - 1], figure));
	for (size_t i = 0; i < fan->n_lines; i++) {
		const struct picture_line *line = &fan->line[i];
		if (line->n == 0)
			continue;
		if (line->at[line->n - 1] < plot->x_high - 1e-6) {
			/* Sums rise: above the end of a line there is room. */
			svg_text(plot->svg, plot_x(plot, line->at[line->n - 1]), plot_y(plot, line->value[line->n - 1]) - 8,
			    SVG_END, "text", "%s", line->label);
			continue;
		}
		/* A plan ends where the goal is, which says how much. */
		if (isfinite(fan->goal) && fabs(line->value[line->n - 1] - fan->goal) <= 1e-9 * fabs(fan->goal))
			snprintf(text, sizeof text, "%s", line->label);
		else
			snprintf(text, sizeof text, "%s: %s", line->label, plot_number(plot, line->value[line->n - 1], figure));
		add_label(labels, &n, plot, line->value[line->n - 1], "text", text);
	}
	if (isfinite(fan->goal))
		add_label(labels, &n, plot, fan->goal, "strong", fan->goal_label);
	plot_labels(plot, labels, n);
}

static void
draw_origin(const struct fan *fan, const struct plot *plot)
{
	double x = plot_x(plot, fan->origin), half = svg_width(fan->origin_label) / 2.0;
	svg_line(plot->svg, x, TOP - 6, x, BOTTOM, "origin");
	/* Within the picture, wherever the origin is. */
	svg_text(plot->svg, fmin(fmax(x, LEFT + half), PICTURE_WIDTH - 8 - half), TOP - 11, SVG_MIDDLE, "tick", "%s",
	    fan->origin_label);
}

/* What the signs mean, in one line above the field: the same drawing, small. */
static void
draw_key(struct svg *svg, bool past)
{
	static const char *const names[] = { "50 %", "80 %", "95 %" };
	static const char *const classes[] = { "band50", "band80", "band95" };
	double x = PICTURE_WIDTH - 12, y = 40;
	for (size_t i = 3; i-- > 0;) {
		svg_text(svg, x, y, SVG_END, "tick", "%s", names[i]);
		svg_rect(svg, x - 50, y - 9, 16, 10, classes[i]);
		x -= 64;
	}
	svg_text(svg, x, y, SVG_END, "tick", "forecast");
	svg_line(svg, x - 76, y - 4, x - 56, y - 4, "mean");
	x -= 90;
	if (!past)
		return;
	svg_text(svg, x, y, SVG_END, "tick", "known");
	svg_line(svg, x - 66, y - 4, x - 46, y - 4, "past");
}

enum status
fan_draw(const struct fan *fan, char **out)
{
	static const char *const dashes[PICTURE_DASHES] = { "dash0", "dash1", "dash2", "dash3" };
	struct svg *svg;
	assert(fan->n > 0 && fan->n_lines <= FAN_LINES_MAX);
	enum status status = svg_begin(&fan->about, HEIGHT, &svg);
	if (status != STATUS_OK)
		return status;
	struct plot plot = { .svg = svg, .left = LEFT, .right = RIGHT, .top = TOP, .bottom = BOTTOM, .mass = fan->about.mass };
	lay_out(fan, &plot);
	plot_y_axis(&plot);
	draw_bands(fan, &plot);
	plot_time_axis(&plot);
	draw_origin(fan, &plot);
	for (size_t i = 0; i < fan->n_lines; i++)
		plot_line(&plot, dashes[fan->line[i].dash], fan->line[i].at, fan->line[i].value, fan->line[i].n, 1);
	if (isfinite(fan->goal))
		svg_line(svg, LEFT, plot_y(&plot, fan->goal), RIGHT, plot_y(&plot, fan->goal), "goal");
	plot_line(&plot, "past", fan->past_at, fan->past, fan->n_past, 1);
	plot_line(&plot, "mean", fan->at, fan->mean, fan->n, 1);
	draw_labels(fan, &plot);
	draw_key(svg, fan->n_past > 0);
	return svg_end(&svg, out);
}

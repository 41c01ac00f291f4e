/* See waterfall.h. */
#include "waterfall.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "plot.h"

enum { LEFT = 150, RIGHT = PICTURE_WIDTH - 110, TOP = 62, ROW = 26, BAR = 16, BELOW = 34 };

/* From where to where each bar reaches. */
static void
reach(const struct waterfall *waterfall, double from[], double to[])
{
	double at = 0.0;
	for (size_t i = 0; i < waterfall->n; i++) {
		const struct waterfall_step *step = &waterfall->step[i];
		from[i] = step->whole ? 0.0 : at;
		to[i] = at = step->whole ? step->value : at + step->value;
	}
}

static void
draw_step(const struct plot *plot, const struct waterfall_step *step, bool difference, double y, double from, double to)
{
	char figure[PICTURE_TEXT_BYTES];
	double x1 = plot_x(plot, from), x2 = plot_x(plot, to);
	const char *sign = (step->whole && !difference) || step->value == 0.0 ? "" : step->value > 0.0 ? "+" : "−";
	svg_text(plot->svg, LEFT - 10, y + BAR - 4, SVG_END, step->whole ? "strong" : "text", "%s", step->label);
	svg_rect(plot->svg, x1, y, x2 - x1, BAR, step->whole ? "whole" : step->value < 0.0 ? "less" : "bar");
	svg_text(plot->svg, fmax(x1, x2) + 6, y + BAR - 4, SVG_START, step->whole ? "strong" : "text", "%s%s", sign,
	    picture_figure(plot->mass, step->whole && !difference ? step->value : fabs(step->value), figure));
}

enum status
waterfall_draw(const struct waterfall *waterfall, char **out)
{
	double from[WATERFALL_STEPS_MAX], to[WATERFALL_STEPS_MAX], low = 0.0, high = 0.0;
	struct svg *svg;
	assert(waterfall->n > 0 && waterfall->n <= WATERFALL_STEPS_MAX);
	double height = TOP + ROW * (double)waterfall->n + BELOW;
	enum status status = svg_begin(&waterfall->about, height, &svg);
	if (status != STATUS_OK)
		return status;
	reach(waterfall, from, to);
	for (size_t i = 0; i < waterfall->n; i++) {
		low = fmin(low, to[i]);
		high = fmax(high, to[i]);
	}
	struct plot plot = { .svg = svg,
		.left = LEFT,
		.right = RIGHT,
		.top = TOP - 6,
		.bottom = height - BELOW,
		.x_low = low < 0.0 ? -plot_round_up(-low) : 0.0,
		.x_high = high > 0.0 || low == 0.0 ? plot_round_up(high) : 0.0,
		.mass = waterfall->about.mass };
	plot_x_axis(&plot);
	svg_line(svg, plot_x(&plot, 0), plot.top, plot_x(&plot, 0), plot.bottom, "axis");
	for (size_t i = 0; i < waterfall->n; i++) {
		double y = TOP + ROW * (double)i;
		draw_step(&plot, &waterfall->step[i], waterfall->difference, y, from[i], to[i]);
		/* From the end of a bar to the beginning of the next. */
		if (i + 1 < waterfall->n)
			svg_line(svg, plot_x(&plot, to[i]), y + BAR, plot_x(&plot, to[i]), y + ROW, "lead");
	}
	return svg_end(&svg, out);
}

/* See trial.h. */
#include "trial.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "plot.h"

enum { HEIGHT = 560, LEFT = 58, RIGHT = PICTURE_WIDTH - 24, TOP = 70, MIDDLE = 290 };
enum { BELOW = 372, BOTTOM = HEIGHT - 42, PANEL = 320, GAP = 12, LIFT = BELOW - 100 };

/* ---- what came, and what had been forecast ---- */

static void
lay_out(const struct trial *trial, struct plot *plot)
{
	double most = 0.0;
	plot->x_low = trial->past_at[0];
	plot->x_high = trial->past_at[trial->n_past - 1];
	for (size_t i = 0; i < trial->n_past; i++)
		if (isfinite(trial->past[i]))
			most = fmax(most, trial->past[i]);
	for (size_t o = 0; o < trial->n_origins; o++)
		for (size_t i = 0; i < trial->origin[o].n; i++) {
			most = fmax(most, fmax(trial->origin[o].high80[i], trial->origin[o].mean[i]));
			plot->x_high = fmax(plot->x_high, trial->origin[o].at[i]);
		}
	if (!(plot->x_high > plot->x_low))
		plot->x_high = plot->x_low + 1.0;
	plot->y_high = plot_round_up(most);
}

static void
draw_course(const struct trial *trial, struct svg *svg)
{
	struct plot plot = { .svg = svg, .left = LEFT, .right = RIGHT, .top = TOP, .bottom = MIDDLE, .mass = trial->about.mass };
	lay_out(trial, &plot);
	plot_y_axis(&plot);
	for (size_t i = 0; i < trial->n_origins; i++) {
		const struct trial_origin *one = &trial->origin[i];
		plot_band(&plot, "band80", one->at, one->low80, one->high80, one->n, 1);
		plot_line(&plot, "edge80", one->at, one->low80, one->n, 1);
		plot_line(&plot, "edge80", one->at, one->high80, one->n, 1);
		if (one->n > 0)
			svg_line(svg, plot_x(&plot, one->at[0]), TOP, plot_x(&plot, one->at[0]), MIDDLE, "origin");
	}
	plot_time_axis(&plot);
	plot_line(&plot, "past", trial->past_at, trial->past, trial->n_past, 1);
	for (size_t i = 0; i < trial->n_origins; i++)
		plot_line(&plot, "mean then", trial->origin[i].at, trial->origin[i].mean, trial->origin[i].n, 1);
}

static void
draw_key(struct svg *svg)
{
	double x = PICTURE_WIDTH - 12, y = 40;
	svg_text(svg, x, y, SVG_END, "tick", "80 %% interval");
	svg_rect(svg, x - 104, y - 9, 16, 10, "band80");
	x -= 118;
	svg_text(svg, x, y, SVG_END, "tick", "forecast then");
	svg_line(svg, x - 108, y - 4, x - 88, y - 4, "mean then");
	x -= 122;
	svg_text(svg, x, y, SVG_END, "tick", "what came");
	svg_line(svg, x - 94, y - 4, x - 74, y - 4, "past");
}

/* ---- bars ---- */

/* Where a band's bars stand. */
struct slot {
	double left, width; /* of one bar */
};

static struct slot
slot_of(const struct plot *plot, size_t bands, size_t band, size_t bars)
{
	double each = (plot->right - plot->left) / (double)bands, used = fmin(each - GAP, 34.0 * (double)bars);
	return (struct slot){ plot->left + each * (double)band + (each - used) / 2.0, used / (double)bars };
}

static void
draw_distances(const struct trial *trial, const struct plot *plot)
{
	double each = (plot->right - plot->left) / (double)trial->n_bands;
	for (size_t b = 0; b < trial->n_bands; b++)
		svg_text(plot->svg, plot->left + each * ((double)b + 0.5), plot->bottom + 16, SVG_MIDDLE, "tick", "%s",
		    trial->band[b].distance);
	svg_line(plot->svg, plot->left, plot->bottom, plot->right, plot->bottom, "axis");
}

/* What the intervals promise is a line over the bars, and how much was kept stands on each. */
static void
draw_coverage(const struct trial *trial, struct svg *svg, double below)
{
	struct plot plot = { .svg = svg,
		.left = LEFT,
		.right = LEFT + PANEL - 20,
		.top = below,
		.bottom = below + BOTTOM - BELOW,
		.y_high = 1.0 };
	static const double promised[2] = { 0.8, 0.95 };
	svg_text(svg, 12, below - 30, SVG_START, "strong", "Within the intervals");
	svg_text(svg, 12, below - 14, SVG_START, "tick", "share of what came; lines: promised (80 %%, 95 %%)");
	for (size_t b = 0; b < trial->n_bands; b++) {
		const double found[2] = { trial->band[b].covered80, trial->band[b].covered95 };
		struct slot slot = slot_of(&plot, trial->n_bands, b, 2);
		for (size_t k = 0; k < 2; k++) {
			double x = slot.left + slot.width * (double)k,
			       y = isfinite(found[k]) ? plot_y(&plot, found[k]) : plot.bottom;
			svg_rect(svg, x + 1, y, slot.width - 2, plot.bottom - y, k == 0 ? "fill1" : "fill2");
			if (isfinite(found[k]))
				svg_text(svg, x + slot.width / 2, plot.bottom - 7, SVG_MIDDLE, "text", "%.0f", 100.0 * found[k]);
		}
	}
	for (size_t k = 0; k < 2; k++) {
		double y = plot_y(&plot, promised[k]);
		svg_line(svg, plot.left, y, plot.right, y, k == 0 ? "edge80" : "edge95");
		svg_text(svg, plot.left - 6, y + 4, SVG_END, "tick", "%.0f %%", 100.0 * promised[k]);
	}
	svg_text(svg, plot.left - 6, plot.bottom + 4, SVG_END, "tick", "0");
	draw_distances(trial, &plot);
}

static void
draw_errors(const struct trial *trial, struct svg *svg, double below)
{
	static const char *const fills[TRIAL_METHODS_MAX] = { "fill0", "fill1", "fill2" };
	struct plot plot = { .svg = svg,
		.left = LEFT + PANEL + 40,
		.right = RIGHT,
		.top = below,
		.bottom = below + BOTTOM - BELOW };
	double most = 0.0, x = LEFT + PANEL + 4;
	for (size_t b = 0; b < trial->n_bands; b++)
		for (size_t m = 0; m < trial->n_methods; m++)
			most = isfinite(trial->band[b].mase[m]) ? fmax(most, trial->band[b].mase[m]) : most;
	plot.y_high = plot_round_up(most);
	svg_text(svg, x, below - 30, SVG_START, "strong", "Off by (MASE; less is better)");
	for (size_t m = 0; m < trial->n_methods; m++) {
		svg_rect(svg, x, below - 23, 10, 10, fills[m]);
		svg_text(svg, x + 15, below - 14, SVG_START, "tick", "%s", trial->method[m]);
		x += 30 + svg_width(trial->method[m]);
	}
	plot_y_axis(&plot);
	for (size_t b = 0; b < trial->n_bands; b++) {
		struct slot slot = slot_of(&plot, trial->n_bands, b, trial->n_methods);
		for (size_t m = 0; m < trial->n_methods; m++)
			if (isfinite(trial->band[b].mase[m]))
				svg_rect(svg, slot.left + slot.width * (double)m + 1, plot_y(&plot, trial->band[b].mase[m]),
				    slot.width - 2, plot.bottom - plot_y(&plot, trial->band[b].mase[m]), fills[m]);
	}
	draw_distances(trial, &plot);
}

enum status
trial_draw(const struct trial *trial, char **out)
{
	struct svg *svg;
	assert(trial->n_bands > 0 && trial->n_bands <= TRIAL_BANDS_MAX && trial->n_origins <= TRIAL_ORIGINS_MAX);
	double lift = trial->n_past > 0 ? 0.0 : LIFT;
	enum status status = svg_begin(&trial->about, HEIGHT - lift, &svg);
	if (status != STATUS_OK)
		return status;
	if (trial->n_past > 0) {
		draw_course(trial, svg);
		draw_key(svg);
	}
	draw_coverage(trial, svg, BELOW - lift);
	draw_errors(trial, svg, BELOW - lift);
	return svg_end(&svg, out);
}

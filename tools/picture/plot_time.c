/* The axis of time: as fine as there is room for. See plot.h. */
#include <math.h>
#include <stdio.h>

#include "civil.h"
#include "plot.h"

enum { LINE_1 = 16, LINE_2 = 30, TICK = 4 };

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* A place on the axis and what stands there; the second line tells the coarser period where it begins. */
static void
mark(const struct plot *plot, double at, bool first, const char *text, bool coarse, const char *below)
{
	double x = plot_x(plot, at);
	if (x < plot->left - 0.01 || x > plot->right + 0.01)
		return;
	svg_line(plot->svg, x, plot->bottom, x, plot->bottom + (coarse ? 2 * TICK : TICK), "axis");
	svg_text(plot->svg, x, plot->bottom + LINE_1, SVG_MIDDLE, "tick", "%s", text);
	if (coarse || first)
		svg_text(plot->svg, x, plot->bottom + LINE_2, SVG_MIDDLE, "tick", "%s", below);
}

static void
mark_hours(const struct plot *plot, int every)
{
	char text[16], day[24];
	int year, month, dom;
	bool first = true;
	for (double hour = ceil(plot->x_low * 24.0 / every - 1e-6) * every; hour <= plot->x_high * 24.0 + 1e-6; hour += every) {
		int of_day = (int)lround(hour - 24.0 * floor(hour / 24.0 + 1e-9));
		civil_date((int64_t)floor(hour / 24.0 + 1e-9), &year, &month, &dom);
		snprintf(text, sizeof text, "%02d h", of_day % 24);
		snprintf(day, sizeof day, "%d %s %d", dom, months[month - 1], year);
		mark(plot, hour / 24.0, first, text, of_day == 0, day);
		first = false;
	}
}

static void
mark_days(const struct plot *plot, int every)
{
	char text[16], above[24];
	int year, month, dom, before = 0;
	bool first = true;
	for (int64_t day = (int64_t)ceil(plot->x_low); (double)day <= plot->x_high; day++) {
		civil_date(day, &year, &month, &dom);
		if ((dom - 1) % every != 0 || dom > 31 - every / 2)
			continue;
		snprintf(text, sizeof text, "%d", dom);
		snprintf(above, sizeof above, "%s %d", months[month - 1], year);
		mark(plot, (double)day, first, text, month != before, above);
		before = month;
		first = false;
	}
}

static void
mark_months(const struct plot *plot, int every)
{
	char text[16], above[24];
	int year, month, dom;
	bool first = true;
	civil_date((int64_t)floor(plot->x_low), &year, &month, &dom);
	for (int i = year * 12 + month - 1;; i++) {
		double day = (double)civil_day(i / 12, i % 12 + 1, 1);
		if (day > plot->x_high)
			return;
		if (day < plot->x_low || i % every != 0)
			continue;
		snprintf(text, sizeof text, "%s", months[i % 12]);
		snprintf(above, sizeof above, "%d", i / 12);
		mark(plot, day, first, text, i % 12 == 0, above);
		first = false;
	}
}

static void
mark_years(const struct plot *plot, int every)
{
	char text[16];
	int year, month, dom;
	civil_date((int64_t)floor(plot->x_low), &year, &month, &dom);
	for (; (double)civil_day(year, 1, 1) <= plot->x_high; year++) {
		if (year % every != 0)
			continue;
		snprintf(text, sizeof text, "%d", year);
		mark(plot, (double)civil_day(year, 1, 1), false, text, false, "");
	}
}

void
plot_time_axis(const struct plot *plot)
{
	double days = plot->x_high - plot->x_low, room = (plot->right - plot->left) / 34.0;
	svg_line(plot->svg, plot->left, plot->bottom, plot->right, plot->bottom, "axis");
	if (days * 4.0 <= room)
		mark_hours(plot, 6);
	else if (days * 2.0 <= room)
		mark_hours(plot, 12);
	else if (days <= room * 1.3)
		mark_days(plot, 1);
	else if (days / 7.0 <= room)
		mark_days(plot, 7);
	else if (days / 30.4 <= room)
		mark_months(plot, 1);
	else if (days / 91.3 <= room)
		mark_months(plot, 3);
	else if (days / 365.25 <= room)
		mark_years(plot, 1);
	else
		mark_years(plot, days / 365.25 / 5.0 <= room ? 5 : 20);
}

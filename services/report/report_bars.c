/* The periods as bars, stacked by what their mass rests on; a period that is not known has none. See report_sheet.h. */
#include <stdio.h>
#include <string.h>

#include "report_figures.h"
#include "report_sheet.h"
#include "report_words.h"

enum { TICKS_MAX = 4, KG_PER_TONNE = 1000, LABELS_MAX = 16 };

/* Where the bars stand: x from the left margin, y downwards. */
struct plot {
	double x, y, width, height;
	int64_t top_kg, tick_kg;
};

/* Ticks of 1, 2 or 5 times a power of ten of whole tonnes, at most TICKS_MAX of them above zero. */
static void
scale_to(struct plot *plot, int64_t most_kg)
{
	static const int64_t leads[] = { 1, 2, 5 };
	int64_t tick = KG_PER_TONNE;
	for (int64_t power = KG_PER_TONNE; power < INT64_MAX / 100; power *= 10) {
		for (size_t i = 0; i < 3; i++) {
			tick = leads[i] * power;
			if (most_kg <= tick * TICKS_MAX)
				goto found;
		}
	}
found:
	plot->tick_kg = tick;
	plot->top_kg = most_kg <= 0 ? tick : (most_kg + tick - 1) / tick * tick;
}

static double
height_of(const struct plot *plot, int64_t kg)
{
	return kg <= 0 ? 0 : plot->height * (double)kg / (double)plot->top_kg;
}

static void
put_axis(struct report_page *page, const struct plot *plot)
{
	for (int64_t kg = 0; kg <= plot->top_kg; kg += plot->tick_kg) {
		char figure[REPORT_FIGURE_BYTES];
		double y = plot->y + plot->height - height_of(plot, kg);
		report_page_rule(page, plot->x, y, plot->x + plot->width, kg == 0 ? REPORT_INK_RULE : REPORT_INK_HAIR);
		report_page_text(page, 0, y - 5 * report_page_scale(page), plot->x - 5, REPORT_RIGHT, REPORT_STYLE_SMALL,
		    REPORT_INK_MUTED, report_figure_count(kg / KG_PER_TONNE, figure));
	}
}

static void
put_bar(struct report_page *page, const struct plot *plot, double x, double width, const struct report_mass *mass)
{
	const struct {
		int64_t kg;
		enum report_ink ink;
	} parts[] = { { mass->weighed_kg, REPORT_INK_DARK }, { mass->corrected_kg, REPORT_INK_MID },
		{ mass->declared_kg, REPORT_INK_PALE } };
	double y = plot->y + plot->height;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		double height = height_of(plot, parts[i].kg);
		y -= height;
		if (height > 0)
			report_page_box(page, x, y, width, height, parts[i].ink);
	}
}

/* "08" of an hour, "31" of a day, "01" of a month; of a longer report "2025-01". */
static const char *
label_of(const char *period, enum period step, bool long_months)
{
	size_t n = strlen(period);
	return step == PERIOD_MONTH && long_months ? period : period + (n >= 2 ? n - 2 : 0);
}

static void
put_bars(struct report_page *page, const struct report *report, const struct plot *plot)
{
	enum period step = report->span.step;
	uint32_t first = report_span_period(report->span.first, 0, step), last = report_span_period(report->span.last, 23, step);
	size_t slots = 0, p = 0, slot = 0;
	for (uint32_t period = first; period <= last; period = report_span_next(period, step))
		slots++;
	size_t every = step == PERIOD_HOUR || slots <= 31 ? 1 : (slots + LABELS_MAX - 1) / LABELS_MAX;
	double pitch = plot->width / (double)slots;
	for (uint32_t period = first; slot < slots; period = report_span_next(period, step), slot++) {
		char text[CIVIL_TEXT_BYTES];
		double x = plot->x + pitch * (double)slot;
		civil_format(period, step, text);
		while (p < report->n_periods && strcmp(report->periods[p].text, text) < 0)
			p++;
		if (p < report->n_periods && strcmp(report->periods[p].text, text) == 0)
			put_bar(page, plot, x + pitch * 0.14, pitch * 0.72, &report->periods[p].mass);
		if (slot % every == 0)
			report_page_text(page, x - (every > 1 ? 0 : pitch / 2), plot->y + plot->height + 2,
			    every > 1 ? pitch * (double)every : 2 * pitch, every > 1 ? REPORT_LEFT : REPORT_MIDDLE,
			    REPORT_STYLE_SMALL, REPORT_INK_MUTED, label_of(text, step, slots > 12));
	}
}

/* The keys of the bars' parts, from the right; only of parts that there are. */
static void
put_keys(struct report_page *page, const struct report *report, enum report_lang lang, double y)
{
	const struct {
		int64_t kg;
		enum report_ink ink;
		enum report_word word;
	} keys[] = { { report->total.declared_kg, REPORT_INK_PALE, REPORT_WORD_DECLARED },
		{ report->total.corrected_kg, REPORT_INK_MID, REPORT_WORD_CORRECTED },
		{ report->total.weighed_kg, REPORT_INK_DARK, REPORT_WORD_WEIGHED } };
	double x = report_page_width(page), box = 6 * report_page_scale(page);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		double wide, high;
		const char *word = report_word(lang, keys[i].word);
		if (keys[i].kg <= 0)
			continue;
		report_page_measure(page, 0, REPORT_STYLE_SMALL, word, &wide, &high);
		x -= wide;
		report_page_text(page, x, y, 0, REPORT_LEFT, REPORT_STYLE_SMALL, REPORT_INK_MUTED, word);
		x -= box + 3;
		report_page_box(page, x, y + (high - box) / 2, box, box, keys[i].ink);
		x -= 10;
	}
}

void
report_sheet_bars(struct report_page *page, const struct report *report, enum report_lang lang, double height)
{
	struct plot plot = { 0 };
	double wide, high;
	char figure[REPORT_FIGURE_BYTES];
	int64_t most_kg = 0;
	for (size_t i = 0; i < report->n_periods; i++)
		most_kg = report->periods[i].mass.net_kg > most_kg ? report->periods[i].mass.net_kg : most_kg;
	scale_to(&plot, most_kg);
	report_page_measure(page, 0, REPORT_STYLE_SMALL, report_figure_count(plot.top_kg / KG_PER_TONNE, figure), &wide, &high);
	put_keys(page, report, lang, report_page_at(page));
	report_page_text(page, 0, report_page_at(page), 0, REPORT_LEFT, REPORT_STYLE_SMALL, REPORT_INK_MUTED,
	    report_word(lang, REPORT_WORD_TONNE));
	plot.x = wide + 8;
	plot.y = report_page_at(page) + high + 6;
	plot.width = report_page_width(page) - plot.x;
	plot.height = height - 2 * high - 10;
	put_axis(page, &plot);
	put_bars(page, report, &plot);
	report_page_down(page, height);
}

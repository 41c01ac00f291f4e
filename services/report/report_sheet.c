/* Tables on paper: columns as wide as their figures, texts wrapped, nothing cut. See report_sheet.h. */
#include "report_sheet.h"

#include <string.h>

#include "report_figures.h"

/* In points at scale 1. */
#define GAP 9.0
#define ROW_PAD 1.1
#define HEAD_PAD 2.0
#define TEXT_SHARE 0.34 /* the most of the width that one column of text takes */

/* A table measured: the shrinking that it needs, its columns. */
struct widths {
	double shrink, gap;
	double column[REPORT_COLUMNS_MAX];
};

struct report_view
report_view_all(const struct report_page *page, const struct report_table *table)
{
	struct report_view view = { .table = table,
		.n_columns = table->n_columns,
		.n_rows = table->n_rows,
		.width = report_page_width(page) };
	for (size_t i = 0; i < table->n_columns; i++)
		view.columns[i] = i;
	return view;
}

static bool
is_sum(const struct report_view *view, size_t row)
{
	return view->table->sums && row + 1 == view->table->n_rows;
}

static bool
is_text(const struct report_view *view, size_t i)
{
	return view->table->columns[view->columns[i]].kind == REPORT_TEXT;
}

/* ---- widths ---- */

/* The longest word of a head: it is wrapped at blanks, and where it has none, anywhere. */
static double
head_least(struct report_page *page, const char *title)
{
	double least = 0;
	while (*title != '\0') {
		char word[REPORT_HEAD_BYTES];
		size_t n = strcspn(title, " ");
		double wide, high;
		memcpy(word, title, n);
		word[n] = '\0';
		report_page_measure(page, 0, REPORT_STYLE_STRONG, word, &wide, &high);
		least = wide > least ? wide : least;
		title += n + (title[n] == ' ');
	}
	return least;
}

static double
natural(struct report_page *page, const struct report_view *view, size_t i)
{
	double most = head_least(page, view->table->columns[view->columns[i]].title);
	for (size_t row = view->first_row; row < view->first_row + view->n_rows; row++) {
		char figure[REPORT_FIGURE_BYTES];
		double wide, high;
		report_page_measure(page, 0, is_sum(view, row) ? REPORT_STYLE_STRONG : REPORT_STYLE_BODY,
		    report_cell_show(view->table, row, view->columns[i], figure), &wide, &high);
		most = wide > most ? wide : most;
	}
	double cap = is_text(view, i) ? TEXT_SHARE * view->width : most;
	if (view->n_columns == 1)
		cap = view->width;
	return (most < cap ? most : cap) + 0.5;
}

/* Where it is too wide, all is set smaller; where there is room to spare, columns stand further apart. */
static struct widths
measure(struct report_page *page, const struct report_view *view)
{
	struct widths widths = { .shrink = 1 };
	report_page_shrink(page, 1);
	for (int tries = 0; tries < 3; tries++) {
		double sum = 0;
		widths.gap = GAP * report_page_scale(page);
		for (size_t i = 0; i < view->n_columns; i++)
			sum += widths.column[i] = natural(page, view, i);
		double free = view->width - sum - widths.gap * (double)(view->n_columns - 1);
		if (free >= 0) {
			for (size_t i = 0; i < view->n_columns; i++)
				widths.column[i] += free / (double)view->n_columns;
			break;
		}
		widths.shrink *= view->width / (view->width - free) * 0.995;
		report_page_shrink(page, widths.shrink);
	}
	report_page_shrink(page, 1);
	return widths;
}

/* ---- rows ---- */

/* Draws (or, not `drawn`, only measures) a row of texts from y on; returns its height. */
static double
set_row(struct report_page *page, const struct report_view *view, const struct widths *widths, size_t row, bool head, double y,
    bool drawn)
{
	double height = 0, x = view->x;
	enum report_style style = head || is_sum(view, row) ? REPORT_STYLE_STRONG : REPORT_STYLE_BODY;
	for (size_t i = 0; i < view->n_columns; i++) {
		char figure[REPORT_FIGURE_BYTES];
		size_t column = view->columns[i];
		const char *text = head ? view->table->columns[column].title : report_cell_show(view->table, row, column, figure);
		double wide, high;
		if (drawn)
			high = report_page_text(page, x, y, widths->column[i], is_text(view, i) ? REPORT_LEFT : REPORT_RIGHT, style,
			    REPORT_INK_TEXT, text);
		else
			report_page_measure(page, widths->column[i], style, text, &wide, &high);
		height = high > height ? high : height;
		x += widths->column[i] + widths->gap;
	}
	return height;
}

static double
row_pad(const struct report_page *page)
{
	return ROW_PAD * report_page_scale(page);
}

static void
put_head(struct report_page *page, const struct report_view *view, const struct widths *widths)
{
	double pad = HEAD_PAD * report_page_scale(page);
	double y = report_page_at(page);
	double height = set_row(page, view, widths, 0, true, y, true);
	report_page_rule(page, view->x, y + height + pad, view->x + view->width, REPORT_INK_RULE);
	report_page_down(page, height + 2 * pad);
}

static void
put_row(struct report_page *page, const struct report_view *view, const struct widths *widths, size_t row)
{
	double pad = row_pad(page);
	double height = set_row(page, view, widths, row, false, 0, false) + 2 * pad;
	if (report_page_need(page, height))
		put_head(page, view, widths);
	double y = report_page_at(page);
	if (is_sum(view, row))
		report_page_rule(page, view->x, y, view->x + view->width, REPORT_INK_RULE);
	set_row(page, view, widths, row, false, y + pad, true);
	report_page_down(page, height);
	if (row + 1 < view->first_row + view->n_rows && !is_sum(view, row + 1))
		report_page_rule(page, view->x, y + height, view->x + view->width, REPORT_INK_HAIR);
}

void
report_sheet_table(struct report_page *page, const struct report_view *view)
{
	struct widths widths = measure(page, view);
	report_page_shrink(page, widths.shrink);
	if (view->n_columns > 1)
		put_head(page, view, &widths);
	for (size_t row = view->first_row; row < view->first_row + view->n_rows; row++)
		put_row(page, view, &widths, row);
	report_page_shrink(page, 1);
}

double
report_sheet_height(struct report_page *page, const struct report_view *view)
{
	struct widths widths = measure(page, view);
	double height = 0;
	report_page_shrink(page, widths.shrink);
	if (view->n_columns > 1)
		height += set_row(page, view, &widths, 0, true, 0, false) + 2 * HEAD_PAD * report_page_scale(page);
	for (size_t row = view->first_row; row < view->first_row + view->n_rows; row++)
		height += set_row(page, view, &widths, row, false, 0, false) + 2 * row_pad(page);
	report_page_shrink(page, 1);
	return height;
}

void
report_sheet_heading(struct report_page *page, double height, const char *text)
{
	double wide, high, space = 7 * report_page_scale(page);
	report_page_measure(page, 0, REPORT_STYLE_HEADING, text, &wide, &high);
	if (!report_page_need(page, space + high + height))
		report_page_down(page, space);
	report_page_text(page, 0, report_page_at(page), report_page_width(page), REPORT_LEFT, REPORT_STYLE_HEADING, REPORT_INK_DARK,
	    text);
	report_page_down(page, high + 2 * report_page_scale(page));
}

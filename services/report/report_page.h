/*
 * Paper: A4 pages of a PDF, with text set by Pango, lines and bars drawn by cairo, and a cursor that goes down and on to the next
 * page. The only file that knows cairo and Pango. Lengths are points (1/72 inch); sizes of text follow the page's scale.
 *
 * A page owns its surface, which writes into the file lent to it. One thread.
 */
#ifndef JUYAN_REPORT_PAGE_H
#define JUYAN_REPORT_PAGE_H

#include "report_writers.h"

struct report_page;

enum report_style {
	REPORT_STYLE_TITLE,
	REPORT_STYLE_BIG, /* the one figure that matters most */
	REPORT_STYLE_HEADING,
	REPORT_STYLE_BODY,
	REPORT_STYLE_STRONG, /* body in bold: heads, sums */
	REPORT_STYLE_SMALL,
	REPORT_STYLES
};

enum report_ink {
	REPORT_INK_TEXT,
	REPORT_INK_MUTED,
	REPORT_INK_RULE,
	REPORT_INK_HAIR,
	REPORT_INK_DARK,
	REPORT_INK_MID,
	REPORT_INK_PALE
};

enum report_align { REPORT_LEFT, REPORT_RIGHT, REPORT_MIDDLE };

struct report_paper {
	enum report_lang lang;
	double scale;       /* of all text; 1: as usual */
	const char *footer; /* lent; on each page, with its number */
	const char *title;  /* of the document; lent for the call */
	int pages;          /* how many there will be, for "page 1 of 2"; 0: not known yet */
	int64_t made_at_ms;
};

/* `file` NULL: nothing is written, pages are only counted. Begins the first page. NO_MEMORY. */
enum status report_page_open(const struct report_paper *paper, struct report_file *file, struct report_page **out,
    struct reason *why) MUST_USE;
/* Ends the last page; how many there were, and how many characters no font has. NO_MEMORY. */
enum status report_page_close(struct report_page **page, int *pages, int *missing, struct reason *why) MUST_USE;

/* The printable width, and the scale of text (times `factor` from here on: of a table that is too wide). */
double report_page_width(const struct report_page *page);
double report_page_scale(const struct report_page *page);
void report_page_shrink(struct report_page *page, double factor);

/* The cursor. report_page_need goes on to the next page where less than `height` is left, and says whether it did. */
double report_page_at(const struct report_page *page);
void report_page_down(struct report_page *page, double height);
void report_page_to(struct report_page *page, double y);
bool report_page_need(struct report_page *page, double height);
double report_page_bottom(const struct report_page *page);

/* Text within `width` (wrapped; 0: on one line) with its top at y; x counts from the left margin. Returns its height. */
double report_page_text(struct report_page *page, double x, double y, double width, enum report_align align,
    enum report_style style, enum report_ink ink, const char *text);
/* What it would take. `width` 0: on one line. */
void report_page_measure(struct report_page *page, double width, enum report_style style, const char *text, double *wide,
    double *high);

void report_page_rule(struct report_page *page, double x, double y, double to_x, enum report_ink ink);
void report_page_box(struct report_page *page, double x, double y, double width, double height, enum report_ink ink);

#endif

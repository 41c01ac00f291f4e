/* See report_page.h. */
#include "report_page.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_figures.h"
#include "report_words.h"

#define PAPER_WIDTH 595.276
#define PAPER_HEIGHT 841.89
#define MARGIN 40.0
#define FOOTER 24.0

struct report_page {
	struct report_paper paper;
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoFontMap *fonts;
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *font;
	double y, shrink;
	int number, missing;
};

/* Chinese first where the report is Chinese: else its punctuation and digits would come from a Latin font. */
static const char *const families[REPORT_LANGS] = {
	[REPORT_ZH] = "Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif",
	[REPORT_MN] = "Noto Sans, Noto Sans CJK SC, DejaVu Sans, sans-serif",
	[REPORT_EN] = "Noto Sans, Noto Sans CJK SC, DejaVu Sans, sans-serif",
};
static const char *const languages[REPORT_LANGS] = { "zh-cn", "mn", "en" };

static const struct {
	double points;
	bool bold;
} styles[REPORT_STYLES] = {
	[REPORT_STYLE_TITLE] = { 17, true },
	[REPORT_STYLE_BIG] = { 22, true },
	[REPORT_STYLE_HEADING] = { 10, true },
	[REPORT_STYLE_BODY] = { 8, false },
	[REPORT_STYLE_STRONG] = { 8, true },
	[REPORT_STYLE_SMALL] = { 7, false },
};

static const double inks[][3] = {
	[REPORT_INK_TEXT] = { 0.10, 0.10, 0.12 },
	[REPORT_INK_MUTED] = { 0.38, 0.40, 0.43 },
	[REPORT_INK_RULE] = { 0.25, 0.27, 0.30 },
	[REPORT_INK_HAIR] = { 0.84, 0.85, 0.87 },
	[REPORT_INK_DARK] = { 0.12, 0.31, 0.47 },
	[REPORT_INK_MID] = { 0.87, 0.56, 0.20 },
	[REPORT_INK_PALE] = { 0.66, 0.77, 0.86 },
};

static void
set_ink(struct report_page *page, enum report_ink ink)
{
	cairo_set_source_rgb(page->cairo, inks[ink][0], inks[ink][1], inks[ink][2]);
}

/* ---- open and close ---- */

static cairo_status_t
take_bytes(void *user, const unsigned char *data, unsigned int bytes)
{
	struct report_file *file = user;
	report_file_add(file, data, bytes);
	return file->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void
set_metadata(struct report_page *page)
{
	char made[32];
	civil_format_ms(page->paper.made_at_ms, made);
	memcpy(made + 19, "Z", 2); /* whole seconds */
	cairo_pdf_surface_set_metadata(page->surface, CAIRO_PDF_METADATA_TITLE, page->paper.title);
	cairo_pdf_surface_set_metadata(page->surface, CAIRO_PDF_METADATA_AUTHOR, "Juyan");
	cairo_pdf_surface_set_metadata(page->surface, CAIRO_PDF_METADATA_CREATOR, "Juyan " JUYAN_VERSION);
	cairo_pdf_surface_set_metadata(page->surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

static void
begin_page(struct report_page *page)
{
	page->number++;
	page->y = MARGIN;
}

static void
end_page(struct report_page *page)
{
	char a[16], b[16], text[64];
	double shrink = page->shrink;
	page->shrink = 1 / page->paper.scale; /* the footer is the same on every page, however small the rest */
	double y = PAPER_HEIGHT - MARGIN - FOOTER + 10;
	snprintf(a, sizeof a, "%d", page->number);
	snprintf(b, sizeof b, "%d", page->paper.pages);
	report_fill(report_word(page->paper.lang, REPORT_WORD_PAGE), a, b, text, sizeof text);
	report_page_rule(page, 0, y - 4, report_page_width(page), REPORT_INK_HAIR);
	report_page_text(page, 0, y, report_page_width(page) - 90, REPORT_LEFT, REPORT_STYLE_SMALL, REPORT_INK_MUTED,
	    page->paper.footer);
	report_page_text(page, report_page_width(page) - 90, y, 90, REPORT_RIGHT, REPORT_STYLE_SMALL, REPORT_INK_MUTED, text);
	page->shrink = shrink;
	cairo_show_page(page->cairo);
}

static void
release(struct report_page **page)
{
	struct report_page *one = *page;
	if (one->font != NULL)
		pango_font_description_free(one->font);
	g_clear_object(&one->layout);
	g_clear_object(&one->context);
	g_clear_object(&one->fonts);
	cairo_destroy(one->cairo);
	cairo_surface_destroy(one->surface);
	free(one);
	*page = NULL;
}

/* Counting needs no file: what is drawn is kept in memory until the end, and forgotten. */
static cairo_surface_t *
new_surface(struct report_file *file)
{
	const cairo_rectangle_t extents = { 0, 0, PAPER_WIDTH, PAPER_HEIGHT };
	if (file == NULL)
		return cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &extents);
	return cairo_pdf_surface_create_for_stream(take_bytes, file, PAPER_WIDTH, PAPER_HEIGHT);
}

/* Paper has no pixels: without this, glyphs would stand at whole points, and small text would lose its blanks. */
static void
set_exact(PangoContext *context)
{
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_cairo_context_set_resolution(context, 72);
}

enum status
report_page_open(const struct report_paper *paper, struct report_file *file, struct report_page **out, struct reason *why)
{
	struct report_page *page = calloc(1, sizeof *page);
	if (page == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	page->paper = *paper;
	page->shrink = 1;
	page->surface = new_surface(file);
	page->cairo = cairo_create(page->surface);
	if (cairo_status(page->cairo) != CAIRO_STATUS_SUCCESS) {
		release(&page);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	/* A font map of its own: the default one would keep its fonts for the thread's life. */
	page->fonts = pango_cairo_font_map_new();
	page->context = pango_font_map_create_context(page->fonts);
	set_exact(page->context);
	pango_context_set_language(page->context, pango_language_from_string(languages[paper->lang]));
	page->layout = pango_layout_new(page->context);
	page->font = pango_font_description_from_string(families[paper->lang]);
	if (file != NULL)
		set_metadata(page);
	begin_page(page);
	*out = page;
	return STATUS_OK;
}

enum status
report_page_close(struct report_page **page, int *pages, int *missing, struct reason *why)
{
	end_page(*page);
	*pages = (*page)->number;
	*missing = (*page)->missing;
	cairo_surface_finish((*page)->surface);
	cairo_status_t found = cairo_status((*page)->cairo);
	if (found == CAIRO_STATUS_SUCCESS)
		found = cairo_surface_status((*page)->surface);
	release(page);
	if (found == CAIRO_STATUS_SUCCESS)
		return STATUS_OK;
	return reason_say(why, found == CAIRO_STATUS_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_SYSTEM, "the PDF: %.160s",
	    cairo_status_to_string(found));
}

/* ---- the cursor ---- */

double
report_page_width(const struct report_page *page)
{
	(void)page;
	return PAPER_WIDTH - 2 * MARGIN;
}

double
report_page_scale(const struct report_page *page)
{
	return page->paper.scale * page->shrink;
}

void
report_page_shrink(struct report_page *page, double factor)
{
	page->shrink = factor;
}

double
report_page_at(const struct report_page *page)
{
	return page->y;
}

void
report_page_down(struct report_page *page, double height)
{
	page->y += height;
}

void
report_page_to(struct report_page *page, double y)
{
	page->y = y;
}

double
report_page_bottom(const struct report_page *page)
{
	(void)page;
	return PAPER_HEIGHT - MARGIN - FOOTER;
}

bool
report_page_need(struct report_page *page, double height)
{
	if (page->y + height <= report_page_bottom(page) || page->y <= MARGIN)
		return false;
	end_page(page);
	begin_page(page);
	return true;
}

/* ---- text and lines ---- */

static void
set_text(struct report_page *page, double width, enum report_align align, enum report_style style, const char *text)
{
	double points = styles[style].points * report_page_scale(page);
	pango_font_description_set_absolute_size(page->font, points * PANGO_SCALE);
	pango_font_description_set_weight(page->font, styles[style].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(page->layout, page->font);
	pango_layout_set_width(page->layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
	pango_layout_set_wrap(page->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(page->layout,
	    align == REPORT_LEFT        ? PANGO_ALIGN_LEFT
		: align == REPORT_RIGHT ? PANGO_ALIGN_RIGHT
					: PANGO_ALIGN_CENTER);
	pango_layout_set_text(page->layout, text, -1); /* never markup */
}

void
report_page_measure(struct report_page *page, double width, enum report_style style, const char *text, double *wide, double *high)
{
	int w, h;
	set_text(page, width, REPORT_LEFT, style, text);
	pango_layout_get_size(page->layout, &w, &h);
	*wide = (double)w / PANGO_SCALE;
	*high = (double)h / PANGO_SCALE;
}

double
report_page_text(struct report_page *page, double x, double y, double width, enum report_align align, enum report_style style,
    enum report_ink ink, const char *text)
{
	int w, h;
	set_text(page, width, align, style, text);
	pango_layout_get_size(page->layout, &w, &h);
	page->missing += pango_layout_get_unknown_glyphs_count(page->layout);
	set_ink(page, ink);
	cairo_move_to(page->cairo, MARGIN + x, y);
	pango_cairo_show_layout(page->cairo, page->layout);
	return (double)h / PANGO_SCALE;
}

void
report_page_rule(struct report_page *page, double x, double y, double to_x, enum report_ink ink)
{
	set_ink(page, ink);
	cairo_set_line_width(page->cairo, ink == REPORT_INK_HAIR ? 0.4 : 0.7);
	cairo_move_to(page->cairo, MARGIN + x, y);
	cairo_line_to(page->cairo, MARGIN + to_x, y);
	cairo_stroke(page->cairo);
}

void
report_page_box(struct report_page *page, double x, double y, double width, double height, enum report_ink ink)
{
	set_ink(page, ink);
	cairo_rectangle(page->cairo, MARGIN + x, y, width, height);
	cairo_fill(page->cairo);
}

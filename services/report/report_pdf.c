/*
 * A report on paper. It is laid out before it is written, to know how many pages there will be; a day's is set a little smaller
 * until it stands on one. See report_page.h for what draws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_figures.h"
#include "report_sheet.h"
#include "report_words.h"

#define SCALE_STEP 0.04
#define SCALE_LEAST 0.60    /* of a day, which has to stand on one page */
#define SCALE_EASY 0.84     /* what still reads easily */
#define BEGIN_OF_TABLE 90.0 /* what has to stand below a heading, of a table that is split */
#define KG_PER_WAN INT64_C(10000000)

enum { TEXT_BYTES = 1024, HALVES = 2, HOUR_COLUMNS = 4 };

/* What is laid out, in which words. */
struct job {
	const struct report *report;
	enum report_lang lang;
	const struct report_tables *tables;
	char footer[TEXT_BYTES], title[TEXT_BYTES];
};

static const char *
said(const struct job *job, enum report_word word)
{
	return report_word(job->lang, word);
}

/* ---- the head ---- */

static void
put_title(struct report_page *page, const struct job *job)
{
	const struct report *report = job->report;
	char days[REPORT_DAYS_BYTES], figure[REPORT_FIGURE_BYTES], text[TEXT_BYTES];
	double width = report_page_width(page), scale = report_page_scale(page);
	double high = report_page_text(page, 0, report_page_at(page), width, REPORT_LEFT, REPORT_STYLE_TITLE, REPORT_INK_TEXT,
	    report_title(report, job->lang));
	report_page_down(page, high + 1 * scale);
	snprintf(text, sizeof text, "%s · %s", report_port_name(report, job->lang, report->port),
	    report_figure_days(&report->span, job->lang, days));
	high = report_page_text(page, 0, report_page_at(page), width, REPORT_LEFT, REPORT_STYLE_HEADING, REPORT_INK_DARK, text);
	report_page_down(page, high + 1 * scale);
	int n = snprintf(text, sizeof text, "%s %s", said(job, REPORT_WORD_MADE),
	    report_figure_time(report->made_at_ms, report->utc_offset_minutes, figure));
	if (report->received && n > 0)
		snprintf(text + n, sizeof text - (size_t)n, " · %s %s", said(job, REPORT_WORD_DATA_UNTIL),
		    report_figure_time(report->received_at_ms, report->utc_offset_minutes, figure));
	high = report_page_text(page, 0, report_page_at(page), width, REPORT_LEFT, REPORT_STYLE_SMALL, REPORT_INK_MUTED, text);
	report_page_down(page, high + 4 * scale);
	report_page_rule(page, 0, report_page_at(page), width, REPORT_INK_RULE);
	report_page_down(page, 5 * scale);
}

/* The mass, and beside it how it stands against the year before. */
static void
put_headline(struct report_page *page, const struct job *job)
{
	const struct report *report = job->report;
	char figure[REPORT_FIGURE_BYTES], wan[REPORT_FIGURE_BYTES], text[TEXT_BYTES];
	double width = report_page_width(page), y = report_page_at(page), wide, high;
	snprintf(text, sizeof text, "%s %s", report_figure_tonnes(report->total.net_kg, figure), said(job, REPORT_WORD_TONNE));
	report_page_measure(page, 0, REPORT_STYLE_BIG, text, &wide, &high);
	report_page_text(page, 0, y, 0, REPORT_LEFT, REPORT_STYLE_BIG, REPORT_INK_TEXT, text);
	if (job->lang == REPORT_ZH && report->total.net_kg >= KG_PER_WAN) {
		double low, base = high;
		snprintf(text, sizeof text, "（%s %s）", report_figure_wan(report->total.net_kg, wan), said(job, REPORT_WORD_WAN));
		double none;
		report_page_measure(page, 0, REPORT_STYLE_HEADING, text, &none, &low);
		report_page_text(page, wide + 6, y + (base - low) * 0.62, 0, REPORT_LEFT, REPORT_STYLE_HEADING, REPORT_INK_MUTED,
		    text);
	}
	snprintf(text, sizeof text, "%s: %s", said(job, REPORT_WORD_CHANGE),
	    report->change_known       ? report_figure_per_cent(report->change_per_mille, true, figure)
		: report->before_known ? "—"
				       : said(job, REPORT_WORD_UNKNOWN));
	double lines =
	    report_page_text(page, width * 0.5, y + 3, width * 0.5, REPORT_RIGHT, REPORT_STYLE_HEADING, REPORT_INK_TEXT, text);
	snprintf(text, sizeof text, "%s – %s", report->before_from, report->before_to);
	lines += report_page_text(page, width * 0.5, y + 3 + lines, width * 0.5, REPORT_RIGHT, REPORT_STYLE_SMALL, REPORT_INK_MUTED,
	    text);
	report_page_down(page, high > lines + 3 ? high : lines + 3);
}

/* ---- the parts ---- */

static void
put_table(struct report_page *page, const struct job *job, enum report_table_kind kind)
{
	struct report_view view = report_view_all(page, &job->tables->table[kind]);
	bool filled = view.n_rows > (view.table->sums ? 1 : 0);
	double whole = filled ? report_sheet_height(page, &view) : 0, some = BEGIN_OF_TABLE * report_page_scale(page);
	report_sheet_heading(page, whole < some ? whole : some, view.table->title);
	if (filled) {
		report_sheet_table(page, &view);
		return;
	}
	report_page_down(page,
	    report_page_text(page, 0, report_page_at(page), report_page_width(page), REPORT_LEFT, REPORT_STYLE_BODY,
		REPORT_INK_MUTED, said(job, REPORT_WORD_NONE_PASSED)));
}

/* The hours of a day: two halves side by side, of the figures that matter there; files have all. */
static void
put_hours(struct report_page *page, const struct job *job)
{
	const struct report_table *table = &job->tables->table[REPORT_PERIODS];
	size_t hours = table->n_rows - 1, half = (hours + 1) / HALVES;
	double y, lowest, gap = 22, width = (report_page_width(page) - gap) / HALVES;
	const struct report_view halves[HALVES] = {
		{ table, { 0, 1, 5, 6 }, HOUR_COLUMNS, 0, half, 0, width },
		{ table, { 0, 1, 5, 6 }, HOUR_COLUMNS, half, hours - half, width + gap, width },
	};
	if (hours == 0)
		return;
	report_sheet_heading(page, report_sheet_height(page, &halves[0]), table->title);
	y = lowest = report_page_at(page);
	for (size_t i = 0; i < HALVES; i++) {
		report_page_to(page, y);
		if (halves[i].n_rows > 0)
			report_sheet_table(page, &halves[i]);
		lowest = report_page_at(page) > lowest ? report_page_at(page) : lowest;
	}
	report_page_to(page, lowest);
}

/* Dwell times and remarks side by side; remarks alone across the paper. */
static void
put_end(struct report_page *page, const struct job *job)
{
	const struct report_table *dwells = &job->tables->table[REPORT_DWELLS], *remarks = &job->tables->table[REPORT_REMARK_LIST];
	struct report_view left = report_view_all(page, dwells), right = report_view_all(page, remarks);
	double gap = 22, scale = report_page_scale(page);
	if (dwells->n_rows > 0) {
		left.width = (right.width - gap) * 0.55;
		right.x = left.width + gap;
		right.width -= right.x;
	}
	double height = report_sheet_height(page, &right);
	if (dwells->n_rows > 0) {
		double other = report_sheet_height(page, &left);
		height = other > height ? other : height;
	}
	report_sheet_heading(page, height, dwells->n_rows > 0 ? dwells->title : remarks->title);
	double y = report_page_at(page), lowest = y;
	if (dwells->n_rows > 0) {
		double wide, high;
		report_page_measure(page, 0, REPORT_STYLE_HEADING, remarks->title, &wide, &high);
		report_page_text(page, right.x, y - high - 2 * scale, right.width, REPORT_LEFT, REPORT_STYLE_HEADING,
		    REPORT_INK_DARK, remarks->title);
		report_sheet_table(page, &left);
		lowest = report_page_at(page);
		report_page_to(page, y);
	}
	report_sheet_table(page, &right);
	if (lowest > report_page_at(page))
		report_page_to(page, lowest);
}

/* Lines to sign on, at the foot of the last page. */
static void
put_signatures(struct report_page *page, const struct job *job)
{
	static const enum report_word words[] = { REPORT_WORD_PREPARED, REPORT_WORD_CHECKED, REPORT_WORD_APPROVED,
		REPORT_WORD_DATE };
	const size_t n = sizeof words / sizeof words[0];
	double scale = report_page_scale(page), height = 46 * scale, gap = 16;
	double width = (report_page_width(page) - gap * (double)(n - 1)) / (double)n;
	report_page_need(page, height);
	double y = report_page_bottom(page) - 16 * scale;
	for (size_t i = 0; i < n; i++) {
		double x = (width + gap) * (double)i;
		report_page_rule(page, x, y, x + width, REPORT_INK_RULE);
		report_page_text(page, x, y + 2, width, REPORT_LEFT, REPORT_STYLE_SMALL, REPORT_INK_MUTED, said(job, words[i]));
	}
}

static void
put_all(struct report_page *page, const struct job *job)
{
	const struct report *report = job->report;
	bool day = report->span.step == PERIOD_HOUR;
	double bars = (day ? 96 : 130) * report_page_scale(page);
	put_title(page, job);
	put_headline(page, job);
	put_table(page, job, REPORT_SUMMARY);
	if (report->total.net_kg > 0) {
		report_page_down(page, 6 * report_page_scale(page));
		report_sheet_bars(page, report, job->lang, bars);
	}
	if (day && report->total.units > 0)
		put_hours(page, job);
	if (!day)
		put_table(page, job, REPORT_PERIODS);
	put_table(page, job, REPORT_STREAMS);
	put_table(page, job, REPORT_GOODS);
	put_end(page, job);
	put_signatures(page, job);
}

/* ---- laying out and writing ---- */

/* With `file` NULL only counts. */
static enum status
lay_out(const struct job *job, double scale, int pages, struct report_file *file, int *counted, int *missing, struct reason *why)
{
	const struct report_paper paper = { .lang = job->lang,
		.scale = scale,
		.footer = job->footer,
		.title = job->title,
		.pages = pages,
		.made_at_ms = job->report->made_at_ms };
	struct report_page *page;
	enum status status = report_page_open(&paper, file, &page, why);
	if (status != STATUS_OK)
		return status;
	put_all(page, job);
	return report_page_close(&page, counted, missing, why);
}

/*
 * A day's report is made to fit on one page. Any other is set a little smaller where that saves a page: so a year stands on one, a
 * month on two.
 */
static enum status
lay_out_fitting(const struct job *job, struct report_file *file, int *missing, struct reason *why)
{
	bool day = job->report->span.step == PERIOD_HOUR;
	double least = day ? SCALE_LEAST : SCALE_EASY, scale = 1;
	int pages = 0, fewest = 1;
	enum status status = lay_out(job, scale, 0, NULL, &pages, missing, why);
	if (status == STATUS_OK && !day && pages > 1)
		status = lay_out(job, least, 0, NULL, &fewest, missing, why);
	while (status == STATUS_OK && pages > fewest && scale > least) {
		scale -= SCALE_STEP;
		status = lay_out(job, scale, 0, NULL, &pages, missing, why);
	}
	return status == STATUS_OK ? lay_out(job, scale, pages, file, &pages, missing, why) : status;
}

/*
 * Says in the catalogue which language the document is in, which cairo has no word for. The catalogue is the last object before the
 * table of objects, so that nothing but the place of that table moves. A file of another form is left as it is.
 */
static void
name_language(struct report_file *file, enum report_lang lang)
{
	static const char catalogue[] = "/Type /Catalog", start[] = "startxref\n";
	char entry[32], tail[48];
	uint8_t *found = memmem(file->data, file->bytes, catalogue, strlen(catalogue));
	uint8_t *where = found == NULL ? NULL : memmem(found, file->bytes - (size_t)(found - file->data), start, strlen(start));
	if (where == NULL)
		return;
	size_t at = (size_t)(found - file->data) + strlen(catalogue), end = (size_t)(where - file->data);
	char number[24] = "";
	memcpy(number, where + strlen(start), file->bytes - end - strlen(start) < 20 ? file->bytes - end - strlen(start) : 20);
	unsigned long long table = strtoull(number, NULL, 10);
	if (table <= at || table >= end)
		return;
	int added = snprintf(entry, sizeof entry, "\n   /Lang (%s)", report_lang_code(lang));
	snprintf(tail, sizeof tail, "%s%llu\n%%%%EOF\n", start, table + (unsigned long long)added);
	struct report_file patched = { 0 };
	report_file_add(&patched, file->data, at);
	report_file_text(&patched, entry);
	report_file_add(&patched, file->data + at, end - at);
	report_file_text(&patched, tail);
	if (patched.failed) {
		report_file_close(&patched);
		return;
	}
	free(file->data);
	*file = patched;
}

enum status
report_pdf(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why)
{
	struct report_tables tables;
	int missing = 0;
	char days[REPORT_DAYS_BYTES];
	enum status status = report_tables_open(report, lang, &tables, why);
	if (status != STATUS_OK)
		return status;
	struct job job = { .report = report, .lang = lang, .tables = &tables };
	snprintf(job.title, sizeof job.title, "%s · %s · %s", report_title(report, lang),
	    report_port_name(report, lang, report->port), report_figure_days(&report->span, lang, days));
	snprintf(job.footer, sizeof job.footer, "Juyan · %.1000s", job.title);
	status = lay_out_fitting(&job, file, &missing, why);
	report_tables_close(&tables);
	if (status != STATUS_OK)
		return status;
	name_language(file, lang);
	if (missing > 0)
		reason_write(&file->warning,
		    "%d characters have no glyph in the fonts of this machine; expected fonts-noto-core and fonts-noto-cjk",
		    missing);
	return STATUS_OK;
}

/* A verdict in a report: see verdict.h. */
#include <math.h>
#include <string.h>

#include "html_report.h"
#include "verdict.h"

enum { CELL_BYTES = 64 };

static void
score_cell(struct html_report *report, double value, int decimals, double times)
{
	char text[CELL_BYTES] = "";
	if (isfinite(value))
		snprintf(text, sizeof text, "%.*f", decimals, value * times);
	html_report_cell(report, text);
}

static void
off_cell(struct html_report *report, double share)
{
	char text[CELL_BYTES] = "";
	if (isfinite(share))
		snprintf(text, sizeof text, "%+.1f", 100.0 * share);
	html_report_cell(report, text);
}

static void
add_scores(const struct verdict *verdict, struct html_report *report)
{
	static const struct table_column columns[] = { { "distance, method", TABLE_LEFT }, { "n", TABLE_RIGHT },
		{ "MASE", TABLE_RIGHT }, { "sMAPE %", TABLE_RIGHT }, { "in 80 %", TABLE_RIGHT }, { "in 95 %", TABLE_RIGHT },
		{ "MSIS", TABLE_RIGHT }, { "CRPS", TABLE_RIGHT } };
	char text[CELL_BYTES * 2];
	html_report_table(report, columns, sizeof columns / sizeof columns[0]);
	for (size_t i = 0; i < verdict->n_rows; i++) {
		const struct verdict_row *row = &verdict->row[i];
		snprintf(text, sizeof text, "%s, %s", row->distance, row->method);
		html_report_cell(report, text);
		snprintf(text, sizeof text, "%zu", row->score.n);
		html_report_cell(report, text);
		score_cell(report, row->score.mase, 3, 1.0);
		score_cell(report, row->score.smape, 2, 1.0);
		score_cell(report, row->score.covered80, 1, 100.0);
		score_cell(report, row->score.covered95, 1, 100.0);
		score_cell(report, row->score.msis, 2, 1.0);
		score_cell(report, row->score.crps, 3, 1.0);
	}
	html_report_table_end(report);
}

static void
year_cell(struct html_report *report, const struct verdict *verdict, double value)
{
	struct prospect_row row = { .total = { fabs(value) } };
	struct prospect like = { .mass = verdict->mass, .row = &row, .n = 1 };
	char text[PROSPECT_TEXT_BYTES * 2] = "";
	if (isfinite(value))
		prospect_number(&like, value, text);
	html_report_cell(report, text);
}

static void
add_years(const struct verdict *verdict, struct html_report *report)
{
	static const struct table_column columns[] = { { "year's total from", TABLE_LEFT }, { "forecast", TABLE_RIGHT },
		{ "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT }, { "came", TABLE_RIGHT }, { "off by %", TABLE_RIGHT },
		{ "seasonal naive %", TABLE_RIGHT }, { "naive %", TABLE_RIGHT } };
	char text[SERIES_NAME_BYTES + STEP_TEXT_BYTES + 4];
	html_report_table(report, columns, sizeof columns / sizeof columns[0]);
	for (size_t i = 0; i < verdict->n_years; i++) {
		const struct verdict_year *year = &verdict->year[i];
		bool named = strcmp(year->name, verdict->name) != 0;
		snprintf(text, sizeof text, "%s%s%s", named ? year->name : "", named ? ", " : "", year->origin);
		html_report_cell(report, text);
		year_cell(report, verdict, year->mean[BACKTEST_JUYAN]);
		year_cell(report, verdict, year->p10[BACKTEST_JUYAN]);
		year_cell(report, verdict, year->p90[BACKTEST_JUYAN]);
		year_cell(report, verdict, year->came);
		for (size_t m = 0; m < BACKTEST_METHODS; m++)
			off_cell(report, year->came > 0.0 ? year->mean[m] / year->came - 1.0 : NAN);
	}
	html_report_table_end(report);
}

void
verdict_report(const struct verdict *verdict, const char *picture, struct html_report *report)
{
	if (verdict->headline[0] != '\0')
		html_report_text(report, "In short: %s.", verdict->headline);
	if (picture != NULL)
		html_report_picture(report, picture);
	if (verdict->origins > 0) {
		html_report_heading(report, "How far off, by distance");
		html_report_text(report, "%s", VERDICT_WORDS);
		add_scores(verdict, report);
	}
	if (verdict->n_years > 0) {
		html_report_heading(report, "The year's total");
		add_years(verdict, report);
	}
	html_report_list(report);
	for (size_t i = 0; i < verdict->n_notes; i++)
		html_report_point(report, verdict->note[i]);
	html_report_list_end(report);
	html_report_text(report, "%s", verdict->made);
}

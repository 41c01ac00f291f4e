/* See prospect_report.h. */
#include "prospect_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "prospect_picture.h"

enum { FIGURE_BYTES = PROSPECT_TEXT_BYTES * 2, ID_BYTES = 40 };

/* Puts a picture in if there is one of this kind. */
static enum status
add_picture(struct html_report *report, enum status drawn, char **svg)
{
	if (drawn == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (drawn != STATUS_OK)
		return drawn;
	html_report_picture(report, *svg);
	free(*svg);
	return STATUS_OK;
}

static enum status
add_pictures(const struct prospect *detail, const struct prospect *course, size_t number, struct html_report *report)
{
	char id[ID_BYTES], *svg = NULL;
	snprintf(id, sizeof id, "year%zu", number);
	enum status status = add_picture(report, prospect_fan_year(detail, id, false, &svg), &svg);
	snprintf(id, sizeof id, "fan%zu", number);
	if (status == STATUS_OK)
		status = add_picture(report, prospect_fan(course, id, false, &svg), &svg);
	snprintf(id, sizeof id, "parts%zu", number);
	if (status == STATUS_OK)
		status = add_picture(report, prospect_waterfall(detail, id, false, &svg), &svg);
	return status;
}

static void
cell(struct html_report *report, const struct prospect *prospect, double value)
{
	char text[FIGURE_BYTES];
	html_report_cell(report, prospect_number(prospect, value, text));
}

static void
add_rows(const struct prospect *rows, struct html_report *report)
{
	static const struct table_column columns[] = { { "period", TABLE_LEFT }, { "forecast", TABLE_RIGHT },
		{ "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT }, { "95 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT },
		{ "year to date", TABLE_RIGHT }, { "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT } };
	char period[ID_BYTES];
	bool yearly = rows->kind == STEP_YEAR;
	html_report_table(report, columns, yearly ? 6 : 9);
	for (size_t i = rows->first_future; i < rows->n; i++) {
		const struct prospect_row *row = &rows->row[i];
		snprintf(period, sizeof period, "%s%s", row->period, row->whole ? "" : " (in part)");
		html_report_cell(report, period);
		cell(report, rows, row->total[PROSPECT_MEAN]);
		cell(report, rows, row->total[PROSPECT_P10]);
		cell(report, rows, row->total[PROSPECT_P90]);
		cell(report, rows, row->total[PROSPECT_P025]);
		cell(report, rows, row->total[PROSPECT_P975]);
		if (yearly)
			continue;
		cell(report, rows, row->to_date[PROSPECT_MEAN]);
		cell(report, rows, row->to_date[PROSPECT_P10]);
		cell(report, rows, row->to_date[PROSPECT_P90]);
	}
	html_report_table_end(report);
}

enum status
prospect_report(const struct prospect *detail, const struct prospect *course, const struct prospect *rows, size_t number,
    struct html_report *report)
{
	char line[PROSPECT_LINE_BYTES];
	html_report_heading(report, detail->name);
	html_report_text(report, "Known: %s to %s.%s", detail->history, detail->origin, detail->mass ? " Figures are tonnes." : "");
	enum status status = add_pictures(detail, course, number, report);
	if (status != STATUS_OK)
		return status;
	add_rows(rows, report);
	html_report_list(report);
	for (size_t i = 0; prospect_year_line(rows, i, line); i++)
		html_report_point(report, line);
	snprintf(line, sizeof line, "Backtest: %.490s.", detail->backtest);
	html_report_point(report, line);
	for (size_t i = 0; i < rows->n_notes; i++)
		html_report_point(report, rows->note[i]);
	html_report_list_end(report);
	prospect_made_line(detail, line);
	html_report_text(report, "%s", line);
	return STATUS_OK;
}

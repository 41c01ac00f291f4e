/* Forecasts that are made, as they were asked for: printed, drawn, reported. See forecast_parts.h. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forecast_parts.h"
#include "prospect_picture.h"
#include "prospect_report.h"

static enum status
show_tables(const struct forecast_shown *shown, size_t n)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		if (i > 0)
			fputc('\n', stdout);
		status = prospect_table(shown[i].rows, stdout);
	}
	return status;
}

static enum status
show_csv(const struct forecast_shown *shown, size_t n)
{
	const struct prospect **rows = calloc(n, sizeof *rows);
	if (rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		rows[i] = shown[i].rows;
	enum status status = prospect_csv(rows, n, stdout);
	free(rows);
	return status;
}

static enum status
show_json(const struct forecast_shown *shown, size_t n)
{
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, prospect_json(shown[i].rows));
	bool whole = all != NULL && json_array_size(all) == n;
	int failed = whole ? json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) : 0;
	json_decref(all);
	fputc('\n', stdout);
	return !whole ? STATUS_NO_MEMORY : failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static enum status
write_report(const char *path, const struct forecast_shown *shown, size_t n, struct reason *why)
{
	char title[SERIES_NAME_BYTES + 32];
	struct html_report *report = NULL;
	if (n == 1)
		snprintf(title, sizeof title, "Forecast: %s", shown[0].detail->name);
	else
		snprintf(title, sizeof title, "Forecast of %zu series", n);
	enum status status = html_report_open(path, title,
	    "What is known, how it is forecast to go on, and how sure that is: of 100 such cases about 80 lie within the 80 % "
	    "interval.",
	    &report, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = prospect_report(shown[i].detail, shown[i].course, shown[i].rows, i + 1, report);
	if (status != STATUS_OK)
		reason_write(why, "%s", status_sentence(status));
	enum status closed = html_report_close(&report, status == STATUS_OK, why);
	return status != STATUS_OK ? status : closed;
}

static enum status
write_picture(const char *path, const struct forecast_shown *shown, struct reason *why)
{
	char *svg = NULL;
	enum status status = prospect_fan(shown[0].course, "fan", true, &svg);
	if (status != STATUS_OK)
		return reason_say(why, status, "%s", status_sentence(status));
	status = html_report_picture_file(path, svg, why);
	free(svg);
	return status;
}

enum status
forecast_show(const struct forecast_command *command, const struct forecast_shown *shown, size_t n, struct reason *why)
{
	enum status status = STATUS_OK;
	if (command->svg != NULL && n > 1)
		return reason_say(why, STATUS_USAGE, "--svg draws one series, and there are %zu: choose one, or take --html", n);
	switch (command->shape) {
	case FORECAST_TABLE:
		status = show_tables(shown, n);
		break;
	case FORECAST_CSV:
		status = show_csv(shown, n);
		break;
	case FORECAST_JSON:
		status = show_json(shown, n);
		break;
	}
	if (status != STATUS_OK)
		return reason_say(why, status, "%s", status_sentence(status));
	if (command->svg != NULL)
		status = write_picture(command->svg, shown, why);
	if (status == STATUS_OK && command->html != NULL)
		status = write_report(command->html, shown, n, why);
	return status;
}

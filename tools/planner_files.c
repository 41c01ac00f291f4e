/* See planner_files.h. */
#include "planner_files.h"

#include <stdlib.h>

enum { KEY_SVG = 0x600, KEY_HTML };

static const struct argp_option options[] = {
	{ "svg", KEY_SVG, "FILE", 0, "a picture, into this file", 1 },
	{ "html", KEY_HTML, "FILE", 0, "a report with pictures, tables and how it was made, into this one file", 1 },
	{ 0 },
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct planner_files *files = state->input;
	switch (key) {
	case KEY_SVG:
		files->svg = arg;
		return 0;
	case KEY_HTML:
		files->html = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp planner_files_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };
static const struct argp_option report_options[] = {
	{ "html", KEY_HTML, "FILE", 0, "a report with tables and how it was made, into this one file", 1 },
	{ 0 },
};

const struct argp planner_report_argp = { report_options, parse, NULL, NULL, NULL, NULL, NULL };

enum status
planner_print(planner_say *say, const void *answer, struct reason *why)
{
	struct sheet sheet = { .report = NULL };
	enum status status = say(&sheet, answer, why);
	sheet_end(&sheet);
	return status;
}

enum status
planner_write_report(const struct planner_files *files, const char *title, const char *lead, planner_say *say, const void *answer,
    struct reason *why)
{
	struct sheet sheet = { .report = NULL };
	if (files->html == NULL)
		return STATUS_OK;
	enum status status = html_report_open(files->html, title, lead, &sheet.report, why);
	if (status != STATUS_OK)
		return status;
	struct html_report *report = sheet.report;
	status = say(&sheet, answer, why);
	sheet_end(&sheet);
	enum status closed = html_report_close(&report, status == STATUS_OK, why);
	return status != STATUS_OK ? status : closed;
}

enum status
planner_write_picture(const struct planner_files *files, enum status drawn, char **svg, struct reason *why)
{
	if (drawn == STATUS_OK)
		drawn = html_report_picture_file(files->svg, *svg, why);
	free(*svg);
	*svg = NULL;
	return drawn;
}

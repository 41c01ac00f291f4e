/* See html_report.h. */
#include "html_report.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "picture.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 2048 };

struct html_report {
	FILE *out;
	char path[PATH_BYTES];
	/* of the table at work */
	const struct table_column *columns;
	size_t n_columns, column; /* the next cell's */
	bool sums;
};

static const char page_style[] =
    ":root { color-scheme: light dark; }\n"
    "body { font: 15px/1.5 system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 "
    "1rem;\n"
    "  color: #1b1b1b; background: #fff; }\n"
    "h1 { font-size: 1.6rem; margin-bottom: 0.2rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }\n"
    ".picture { width: 100%; height: auto; margin: 0.8rem 0; }\n"
    ".wide { overflow-x: auto; margin: 0.9rem 0; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }\n"
    "th, td { padding: 0.15rem 0.45rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }\n"
    ".w { text-align: left; } th:first-child, td:first-child { padding-left: 0; }\n"
    ".sum td { border-top: 1px solid #777; font-weight: 600; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "body { color: #e8e8e8; background: #15181c; } th, td { border-color: #30363d; }\n"
    "}\n"
    "@media print { body { margin: 0; max-width: none; } .picture, tr { break-inside: avoid; }\n"
    "  .wide { overflow: visible; } table { font-size: 0.75rem; } th, td { padding: 0.1rem 0.35rem; } th { white-space: normal; } "
    "}\n";

static void
escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else
			fputc(c < 0x20 && c != '\n' && c != '\t' ? '?' : c, out);
	}
}

enum status
html_report_open(const char *path, const char *title, const char *lead, struct html_report **out, struct reason *why)
{
	struct html_report *report = calloc(1, sizeof *report);
	if (report == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (snprintf(report->path, sizeof report->path, "%s", path) >= (int)sizeof report->path ||
	    (report->out = fopen(path, "we")) == NULL) {
		free(report);
		return reason_say(why, STATUS_SYSTEM, "%.200s: %s", path, strerror(errno));
	}
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
	    report->out);
	escaped(report->out, title);
	fprintf(report->out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<h1>", page_style, picture_style());
	escaped(report->out, title);
	fputs("</h1>\n", report->out);
	if (lead != NULL)
		html_report_text(report, "%s", lead);
	*out = report;
	return STATUS_OK;
}

enum status
html_report_close(struct html_report **report, bool keep, struct reason *why)
{
	struct html_report *one = *report;
	if (one == NULL)
		return STATUS_OK;
	fputs("</body>\n</html>\n", one->out);
	bool failed = ferror(one->out) != 0;
	failed = fclose(one->out) != 0 || failed;
	if (failed)
		reason_write(why, "%.200s: it cannot be written", one->path);
	if (failed || !keep)
		unlink(one->path);
	free(one);
	*report = NULL;
	return failed ? STATUS_SYSTEM : STATUS_OK;
}

void
html_report_heading(struct html_report *report, const char *text)
{
	fputs("<h2>", report->out);
	escaped(report->out, text);
	fputs("</h2>\n", report->out);
}

void
html_report_text(struct html_report *report, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fputs("<p>", report->out);
	escaped(report->out, text);
	fputs("</p>\n", report->out);
}

void
html_report_picture(struct html_report *report, const char *svg)
{
	fputs("<figure style=\"margin: 0\">\n", report->out);
	fputs(svg, report->out);
	fputs("</figure>\n", report->out);
}

void
html_report_table(struct html_report *report, const struct table_column *columns, size_t n)
{
	assert(n > 0);
	report->columns = columns;
	report->n_columns = n;
	report->column = 0;
	report->sums = false;
	fputs("<div class=\"wide\"><table>\n<thead><tr>", report->out);
	for (size_t i = 0; i < n; i++) {
		fprintf(report->out, "<th scope=\"col\"%s>", columns[i].align == TABLE_LEFT ? " class=\"w\"" : "");
		escaped(report->out, columns[i].title);
		fputs("</th>", report->out);
	}
	fputs("</tr></thead>\n<tbody>\n", report->out);
}

void
html_report_cell(struct html_report *report, const char *text)
{
	if (report->column == 0)
		fputs(report->sums ? "<tr class=\"sum\">" : "<tr>", report->out);
	fputs(report->columns[report->column].align == TABLE_LEFT ? "<td class=\"w\">" : "<td>", report->out);
	escaped(report->out, text);
	fputs("</td>", report->out);
	report->column = (report->column + 1) % report->n_columns;
	if (report->column == 0)
		fputs("</tr>\n", report->out);
}

void
html_report_sums(struct html_report *report)
{
	assert(report->column == 0);
	report->sums = true;
}

void
html_report_table_end(struct html_report *report)
{
	assert(report->column == 0);
	fputs("</tbody></table></div>\n", report->out);
}

void
html_report_list(struct html_report *report)
{
	fputs("<ul>\n", report->out);
}

void
html_report_point(struct html_report *report, const char *text)
{
	fputs("<li>", report->out);
	escaped(report->out, text);
	fputs("</li>\n", report->out);
}

void
html_report_list_end(struct html_report *report)
{
	fputs("</ul>\n", report->out);
}

enum status
html_report_picture_file(const char *path, const char *svg, struct reason *why)
{
	FILE *out = fopen(path, "we");
	if (out == NULL)
		return reason_say(why, STATUS_SYSTEM, "%.200s: %s", path, strerror(errno));
	bool failed = fputs(svg, out) < 0;
	failed = fclose(out) != 0 || failed;
	return failed ? reason_say(why, STATUS_SYSTEM, "%.200s: it cannot be written", path) : STATUS_OK;
}

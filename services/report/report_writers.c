/* Which writer, and the bytes that they fill. See report_writers.h. */
#include "report_writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *media_type;
	enum status (*write)(const struct report *, enum report_lang, struct report_file *, struct reason *);
} formats[REPORT_FORMATS] = {
	[REPORT_JSON] = { "json", "application/json", report_json },
	[REPORT_CSV] = { "csv", "text/csv; charset=utf-8", report_csv },
	[REPORT_XLSX] = { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report_xlsx },
	[REPORT_PDF] = { "pdf", "application/pdf", report_pdf },
};

enum { ROOM_FIRST = 64 * 1024 };

void
report_file_add(struct report_file *file, const void *data, size_t bytes)
{
	if (file->failed || bytes > REPORT_FILE_BYTES_MAX - file->bytes) {
		file->failed = true;
		return;
	}
	if (bytes > file->room - file->bytes) {
		size_t room = file->room == 0 ? ROOM_FIRST : file->room;
		while (room - file->bytes < bytes)
			room *= 2;
		uint8_t *grown = realloc(file->data, room);
		if (grown == NULL) {
			file->failed = true;
			return;
		}
		file->data = grown;
		file->room = room;
	}
	if (bytes > 0)
		memcpy(file->data + file->bytes, data, bytes);
	file->bytes += bytes;
}

void
report_file_text(struct report_file *file, const char *text)
{
	report_file_add(file, text, strlen(text));
}

void
report_file_close(struct report_file *file)
{
	free(file->data);
	*file = (struct report_file){ 0 };
}

enum status
report_write(const struct report *report, enum report_format format, enum report_lang lang, struct report_file *out,
    struct reason *why)
{
	struct report_file file = { 0 };
	enum status status = formats[format].write(report, lang, &file, why);
	if (status == STATUS_OK && file.failed)
		status = reason_say(why, STATUS_TOO_LARGE, "the file would take more than %d MiB, or more than there is memory",
		    REPORT_FILE_BYTES_MAX / 1024 / 1024);
	if (status != STATUS_OK)
		report_file_close(&file);
	else
		*out = file;
	return status;
}

bool
report_format_of(const char *name, enum report_format *out)
{
	for (size_t i = 0; i < REPORT_FORMATS; i++) {
		if (strcmp(formats[i].name, name) == 0) {
			*out = (enum report_format)i;
			return true;
		}
	}
	return false;
}

const char *
report_format_name(enum report_format format)
{
	return formats[format].name;
}

const char *
report_media_type(enum report_format format)
{
	return formats[format].media_type;
}

const char *
report_file_name(const struct report *report, enum report_format format, char out[REPORT_FILE_NAME_BYTES])
{
	char first[CIVIL_TEXT_BYTES], last[CIVIL_TEXT_BYTES] = "";
	int kind = report_span_kind(&report->span);
	enum period named = kind == 0 ? PERIOD_DAY : (enum period)kind;
	civil_format(report_span_period(report->span.first, 0, named), named, first);
	if (kind == 0)
		snprintf(last, sizeof last, "%s", report->to);
	snprintf(out, REPORT_FILE_NAME_BYTES, "juyan-%.32s-%s%s%s.%s", report->port[0] == '\0' ? "all" : report->port, first,
	    kind == 0 ? "-to-" : "", last, formats[format].name);
	return out;
}

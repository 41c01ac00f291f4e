/*
 * A report as a file: JSON (schema Report of services/dashboard/openapi.yaml), CSV, XLSX or PDF. All tell the figures of the same
 * struct report; a writer only puts them into its form. The same report gives the same bytes.
 *
 * The caller owns the file and closes it. Different reports may be written in different threads. Everything here says NO_MEMORY;
 * GLib (under Pango) and libxlsxwriter end the process when memory runs out within them: where that must not be, see press.h.
 */
#ifndef JUYAN_REPORT_WRITERS_H
#define JUYAN_REPORT_WRITERS_H

#include "report.h"

enum report_format { REPORT_JSON, REPORT_CSV, REPORT_XLSX, REPORT_PDF, REPORT_FORMATS };

enum { REPORT_FILE_BYTES_MAX = 32 * 1024 * 1024 };

struct report_file {
	uint8_t *data;
	size_t bytes, room;
	bool failed;           /* it has grown beyond memory or REPORT_FILE_BYTES_MAX */
	struct reason warning; /* empty, or what is not as it should be: characters that no font of this machine has */
};

/* NO_MEMORY, TOO_LARGE, SYSTEM (a temporary file). */
enum status report_write(const struct report *report, enum report_format format, enum report_lang lang, struct report_file *out,
    struct reason *why) MUST_USE;
void report_file_close(struct report_file *file); /* safe on a zeroed one */

/* "json", "csv", "xlsx", "pdf"; their media types. */
bool report_format_of(const char *name, enum report_format *out) MUST_USE;
const char *report_format_name(enum report_format format);
const char *report_media_type(enum report_format format);
/* "juyan-ceke-2025-01-31.pdf": for a download. Returns `out`. */
enum { REPORT_FILE_NAME_BYTES = 96 };
const char *report_file_name(const struct report *report, enum report_format format, char out[REPORT_FILE_NAME_BYTES]);

/* ---- for the writers ---- */

void report_file_add(struct report_file *file, const void *data, size_t bytes);
void report_file_text(struct report_file *file, const char *text);

enum status report_json(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why) MUST_USE;
enum status report_csv(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why) MUST_USE;
enum status report_xlsx(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why) MUST_USE;
enum status report_pdf(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why) MUST_USE;

#endif

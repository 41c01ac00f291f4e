/* What the reading of a series' file and its putting in order share. Rows own their memory; series_rows_close. */
#ifndef JUYAN_TOOLS_SERIES_PARTS_H
#define JUYAN_TOOLS_SERIES_PARTS_H

#include "series_file.h"

struct series_row {
	size_t series;
	uint64_t line;
	struct step_date date;
	double value;
};

struct series_rows {
	struct series_row *row; /* in the file's order */
	size_t n, room;
	char (*name)[SERIES_NAME_BYTES];
	size_t n_names, names_room;
};

enum status series_rows_read(const char *path, const struct series_options *options, struct series_rows *out,
    struct reason *why) MUST_USE;
void series_rows_close(struct series_rows *rows);

#endif

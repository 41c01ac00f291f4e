/*
 * Forecasts as they were made, from the files in which the forecast service keeps them (DIR/forecasts/DAY.json, whose form stands
 * in services/forecast/archive.h). Each goes over once: the row in juyan.forecast_made, of the same transaction, says so. A file
 * that cannot be read is passed over.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_parts.h"

enum { PATH_BYTES = 640, FILES_MOST = 512, ARCHIVE_VERSION_READ = 1 };
#define DAY_KG_MOST INT64_C(1000000000000)

/* The days of all files, in no order; at most so many. */
static size_t
list_files(const char *data_dir, int64_t days[FILES_MOST])
{
	char path[PATH_BYTES];
	size_t n = 0;
	const struct dirent *entry;
	snprintf(path, sizeof path, "%.500s/forecasts", data_dir);
	DIR *folder = opendir(path);
	while (folder != NULL && n < FILES_MOST && (entry = readdir(folder)) != NULL) {
		char day[CIVIL_TEXT_BYTES];
		size_t bytes = strlen(entry->d_name);
		if (bytes != strlen("2025-01-31.json") || strcmp(entry->d_name + strlen("2025-01-31"), ".json") != 0)
			continue;
		snprintf(day, sizeof day, "%.10s", entry->d_name);
		n += civil_parse_day(day, &days[n]) ? 1 : 0;
	}
	if (folder != NULL)
		closedir(folder);
	return n;
}

static void
drop_day(int64_t *days, size_t *n, int64_t day)
{
	for (size_t i = 0; i < *n; i++)
		if (days[i] == day)
			days[i--] = days[--*n];
}

/* The earliest that is not in the warehouse yet. */
static enum trouble
find_missing(struct loader *loader, int64_t *day, bool *found, struct reason *why)
{
	int64_t days[FILES_MOST];
	const char *const parameters[] = { loader->ledger };
	size_t n = list_files(loader->options.data_dir, days);
	for (size_t i = 0; i < loader->n_forecasts_passed; i++)
		drop_day(days, &n, loader->forecasts_passed[i]);
	*found = false;
	if (n == 0)
		return TROUBLE_NONE;
	enum trouble trouble =
	    pgline_ask(loader->line, "SELECT made_on FROM juyan.forecast_made WHERE ledger = $1", parameters, 1, why);
	for (size_t i = 0; trouble == TROUBLE_NONE && i < pgline_rows(loader->line); i++) {
		int64_t made;
		if (civil_parse_day(pgline_cell(loader->line, i, 0), &made))
			drop_day(days, &n, made);
	}
	for (size_t i = 0; i < n; i++)
		if (!*found || days[i] < *day) {
			*day = days[i];
			*found = true;
		}
	return trouble;
}

/* ---- one file ---- */

static const char *
text_of(const json_t *object, const char *name, size_t bytes_max)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL && strlen(text) <= bytes_max ? text : NULL;
}

/* A number below zero stands for so many zeros. */
static bool
leaf_rows(struct loader *loader, const json_t *leaf, int64_t origin, int64_t days)
{
	struct copytext *text = &loader->texts[WAREHOUSE_forecast];
	const char *port = text_of(leaf, "port", PORT_BYTES_MAX), *direction = text_of(leaf, "direction", SHORT_TEXT_BYTES_MAX);
	const char *mode = text_of(leaf, "mode", SHORT_TEXT_BYTES_MAX), *group = text_of(leaf, "group", GROUP_ID_BYTES_MAX);
	const json_t *mean = json_object_get(leaf, "mean");
	int64_t day = 0;
	if (port == NULL || direction == NULL || mode == NULL || group == NULL || !json_is_array(mean))
		return false;
	for (size_t i = 0; i < json_array_size(mean); i++) {
		int64_t value = json_integer_value(json_array_get(mean, i));
		if (!json_is_integer(json_array_get(mean, i)) || value > DAY_KG_MOST || value < -(days - day) || day >= days)
			return false;
		for (int64_t zeros = value < 0 ? -value : 1; zeros > 0; zeros--) {
			copytext_string(text, port);
			copytext_day(text, origin + ++day);
			copytext_day(text, origin);
			copytext_string(text, direction);
			copytext_string(text, mode);
			copytext_string(text, group);
			copytext_number(text, value < 0 ? 0 : value);
			copytext_end(text);
		}
	}
	return day == days;
}

static bool
made_row(struct loader *loader, const json_t *root, int64_t origin, int64_t last)
{
	struct copytext *text = &loader->texts[WAREHOUSE_forecast_made];
	const char *model = text_of(root, "model", TEXT_BYTES_MAX), *program = text_of(root, "program", SHORT_TEXT_BYTES_MAX);
	if (model == NULL || program == NULL)
		return false;
	copytext_string(text, loader->ledger);
	copytext_day(text, origin);
	copytext_day(text, last);
	copytext_number(text, json_integer_value(json_object_get(root, "lsn")));
	copytext_string(text, model);
	copytext_string(text, program);
	copytext_number(text, json_integer_value(json_object_get(root, "paths")));
	copytext_number(text, json_integer_value(json_object_get(root, "seed")));
	copytext_end(text);
	return true;
}

static bool
read_forecast(struct loader *loader, int64_t day)
{
	char path[PATH_BYTES];
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	snprintf(path, sizeof path, "%.500s/forecasts/%04d-%02d-%02d.json", loader->options.data_dir, year, month, dom);
	json_t *root = json_load_file(path, 0, NULL);
	const json_t *leaves = json_object_get(root, "leaves");
	int64_t origin = json_integer_value(json_object_get(root, "origin"));
	int64_t last = json_integer_value(json_object_get(root, "last_day"));
	bool fine = json_integer_value(json_object_get(root, "version")) == ARCHIVE_VERSION_READ && origin == day &&
	    last >= origin && json_is_array(leaves) && made_row(loader, root, origin, last);
	for (size_t i = 0; fine && i < json_array_size(leaves); i++)
		fine = leaf_rows(loader, json_array_get(leaves, i), origin, last - origin);
	json_decref(root);
	return fine;
}

static void
pass_over(struct loader *loader, int64_t day)
{
	size_t room = sizeof loader->forecasts_passed / sizeof loader->forecasts_passed[0];
	loader->forecasts_passed[loader->n_forecasts_passed % room] = day;
	loader->n_forecasts_passed += loader->n_forecasts_passed < room ? 1 : 0;
}

static enum trouble
put_forecast(struct loader *loader, struct reason *why)
{
	enum trouble trouble = pgline_run(loader->line, "BEGIN", why);
	if (trouble == TROUBLE_NONE)
		trouble = load_copy(loader, WAREHOUSE_forecast_made, why);
	if (trouble == TROUBLE_NONE)
		trouble = load_copy(loader, WAREHOUSE_forecast, why);
	return trouble == TROUBLE_NONE ? pgline_run(loader->line, "COMMIT", why) : trouble;
}

enum trouble
loader_forecast(struct loader *loader, bool *more, struct reason *why)
{
	int64_t day = 0;
	*more = false;
	if (loader->ledger[0] == '\0')
		return TROUBLE_NONE;
	enum trouble trouble = find_missing(loader, &day, more, why);
	copytext_empty(&loader->texts[WAREHOUSE_forecast]);
	copytext_empty(&loader->texts[WAREHOUSE_forecast_made]);
	if (trouble == TROUBLE_NONE && *more && !read_forecast(loader, day))
		pass_over(loader, day);
	else if (trouble == TROUBLE_NONE && *more)
		trouble = put_forecast(loader, why);
	if (trouble != TROUBLE_NONE)
		loader_disconnect(loader);
	return trouble;
}

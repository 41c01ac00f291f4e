/* The folder of kept forecasts: names, order, what is too many. What is in a file is kept.c's. */
#include "archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "civil.h"
#include "kept.h"

enum { PATH_BYTES = 640 };

static void
path_of(const char *dir, int64_t origin, const char *end, char out[PATH_BYTES])
{
	char day[CIVIL_TEXT_BYTES];
	int year, month, dom;
	civil_date(origin, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, day);
	snprintf(out, PATH_BYTES, "%.512s/%s.json%s", dir, day, end);
}

bool
archive_has(const char *dir, int64_t origin)
{
	char path[PATH_BYTES];
	struct kept kept = { 0 };
	struct reason why = { "" };
	path_of(dir, origin, "", path);
	if (access(path, F_OK) != 0)
		return false;
	bool whole = kept_read(path, &kept, &why) == STATUS_OK;
	kept_close(&kept);
	return whole;
}

static int
day_order(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

enum { DAY_BYTES = sizeof "2025-01-31" - 1 };

/* The day of a kept file's name; other names are nobody's business. */
static bool
day_named(const char *name, const char *end, int64_t *out)
{
	char day[CIVIL_TEXT_BYTES];
	if (strlen(name) != DAY_BYTES + strlen(end) || strcmp(name + DAY_BYTES, end) != 0)
		return false;
	snprintf(day, sizeof day, "%.*s", DAY_BYTES, name);
	return civil_parse_day(day, out);
}

/* The origins of all files, however many, oldest first; the caller frees them. NULL without memory. */
static int64_t *
list(const char *dir, size_t *n)
{
	size_t room = 256;
	int64_t *days = malloc(room * sizeof *days), day;
	DIR *folder = opendir(dir);
	const struct dirent *entry;
	*n = 0;
	while (days != NULL && folder != NULL && (entry = readdir(folder)) != NULL) {
		if (!day_named(entry->d_name, ".json", &day))
			continue;
		if (*n == room) {
			int64_t *more = reallocarray(days, room *= 2, sizeof *days);
			if (more == NULL)
				free(days);
			days = more;
		}
		if (days != NULL)
			days[(*n)++] = day;
	}
	if (folder != NULL)
		closedir(folder);
	if (days != NULL && *n > 0)
		qsort(days, *n, sizeof *days, day_order);
	return days;
}

static bool
first_of_month(int64_t before, int64_t day)
{
	int year, month, dom, of_year, of_month;
	civil_date(before, &of_year, &of_month, &dom);
	civil_date(day, &year, &month, &dom);
	return year != of_year || month != of_month;
}

/* Whether the i-th of these days is among those that are kept for long. */
static bool
stays(const int64_t *days, size_t i, int64_t newest)
{
	return days[i] > newest - ARCHIVE_DAYS || i == 0 || first_of_month(days[i - 1], days[i]);
}

/* What cannot be removed now is tried again with the next one. */
static void
thin_out(const char *dir, int64_t newest)
{
	char path[PATH_BYTES];
	size_t n, staying = 0;
	int64_t *days = list(dir, &n);
	if (days == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		staying += stays(days, i, newest);
	for (size_t i = 0; i < n; i++) {
		bool stay = stays(days, i, newest);
		if (stay && staying <= ARCHIVE_FILES)
			continue;
		staying -= stay;
		path_of(dir, days[i], "", path);
		unlink(path);
	}
	free(days);
}

enum status
archive_keep(const char *dir, const struct world *world, struct reason *why)
{
	char path[PATH_BYTES], part[PATH_BYTES];
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return reason_say(why, STATUS_SYSTEM, "%.160s: the folder cannot be made: %s", dir, strerror(errno));
	path_of(dir, world->leaves.origin, "", path);
	path_of(dir, world->leaves.origin, ".part", part);
	enum status status = kept_write(part, world, why);
	if (status == STATUS_OK && rename(part, path) != 0)
		status = reason_say(why, STATUS_SYSTEM, "%.160s: it cannot be put in its place: %s", path, strerror(errno));
	if (status != STATUS_OK)
		unlink(part);
	else
		thin_out(dir, world->leaves.origin);
	return status;
}

void
archive_sweep(const char *dir)
{
	char path[PATH_BYTES];
	const struct dirent *entry;
	int64_t day;
	DIR *folder = opendir(dir);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (!day_named(entry->d_name, ".json.part", &day))
			continue;
		path_of(dir, day, ".part", path);
		unlink(path); /* one that cannot be removed is written over, or left */
	}
	if (folder != NULL)
		closedir(folder);
}

enum status
archive_days(const char *dir, int64_t **days, size_t *n)
{
	size_t found;
	int64_t *all = list(dir, &found);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	*n = found;
	*days = all;
	return STATUS_OK;
}

enum status
archive_find(const char *dir, int64_t origin, struct kept *out, char passed[SENTENCE_BYTES_MAX], struct reason *why)
{
	struct reason damage = { "" };
	passed[0] = '\0';
	size_t n = 0;
	int64_t *days = list(dir, &n);
	char path[PATH_BYTES];
	if (days == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = STATUS_SYNTAX;
	for (; n > 0 && status == STATUS_SYNTAX; n--) {
		if (days[n - 1] > origin)
			continue;
		path_of(dir, days[n - 1], "", path);
		status = kept_read(path, out, &damage);
		if (status == STATUS_OK && out->inputs.origin != days[n - 1]) {
			kept_close(out);
			status = reason_say(&damage, STATUS_SYNTAX, "%.160s: it is not of the day that its name says", path);
		}
		if (status == STATUS_SYNTAX && passed[0] == '\0')
			snprintf(passed, SENTENCE_BYTES_MAX, "%.200s: it is passed over", damage.text);
	}
	free(days);
	return status != STATUS_SYNTAX ? status : reason_say(why, STATUS_NOT_FOUND, "no forecast of that day or before is kept");
}

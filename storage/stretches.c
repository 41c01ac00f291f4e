/* Journal files one after another: see stretches.h. */
#include "stretches.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
	char *path;
	struct stretch_span span;
};

struct stretches {
	struct file *files;
	size_t n, room;
	size_t at;               /* the file that is read */
	struct stretch *stretch; /* … open */
	struct journal_end end;  /* of what has been read */
	bool of_folder;
};

static enum status
add(struct stretches *stretches, const char *path, struct reason *why)
{
	struct stretch *stretch = NULL;
	if (stretches->n == stretches->room) {
		size_t room = stretches->room == 0 ? 16 : 2 * stretches->room;
		struct file *files = realloc(stretches->files, room * sizeof *files);
		if (files == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "no memory for so many files");
		stretches->files = files;
		stretches->room = room;
	}
	enum status status = stretch_open(path, &stretch, why);
	if (status != STATUS_OK)
		return status;
	struct file file = { strdup(path), stretch_span(stretch) };
	stretch_close(&stretch);
	if (file.path == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for so many files");
	stretches->files[stretches->n++] = file;
	return STATUS_OK;
}

static bool
ends_right(const char *name)
{
	size_t bytes = strlen(name), suffix = strlen(STRETCH_SUFFIX);
	return bytes > suffix && strcmp(name + bytes - suffix, STRETCH_SUFFIX) == 0;
}

static enum status
add_folder(struct stretches *stretches, const char *path, struct reason *why)
{
	char file[512];
	enum status status = STATUS_OK;
	struct dirent *entry;
	DIR *folder = opendir(path);
	if (folder == NULL)
		return reason_say(why, STATUS_SYSTEM, "%.128s: it cannot be opened: %s", path, strerror(errno));
	while (status == STATUS_OK && (errno = 0, entry = readdir(folder)) != NULL) {
		if (!ends_right(entry->d_name))
			continue;
		if ((size_t)snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= sizeof file)
			status = reason_say(why, STATUS_USAGE, "%.128s: the path is too long", path);
		else
			status = add(stretches, file, why);
	}
	if (status == STATUS_OK && errno != 0)
		status = reason_say(why, STATUS_SYSTEM, "%.128s: it cannot be read: %s", path, strerror(errno));
	closedir(folder);
	stretches->of_folder = true;
	return status;
}

static int
by_first(const void *a, const void *b)
{
	const struct file *left = a, *right = b;
	return left->span.first_lsn < right->span.first_lsn ? -1 : left->span.first_lsn > right->span.first_lsn;
}

static enum status
check_order(const struct stretches *stretches, struct reason *why)
{
	if (stretches->of_folder && stretches->files[0].span.first_lsn != 1)
		return reason_say(why, STATUS_DAMAGED, "%.128s begins with event %" PRIu64 ": what stood before it is missing",
		    stretches->files[0].path, stretches->files[0].span.first_lsn);
	for (size_t i = 1; i < stretches->n; i++) {
		const struct file *a = &stretches->files[i - 1], *b = &stretches->files[i];
		if (memcmp(a->span.ledger, b->span.ledger, CHAIN_BYTES) != 0)
			return reason_say(why, STATUS_DAMAGED, "%.100s and %.100s are of different ledgers", a->path, b->path);
		if (b->span.first_lsn != a->span.last_lsn + 1)
			return reason_say(why, STATUS_DAMAGED,
			    "%.100s begins with event %" PRIu64 ": %" PRIu64 " was expected, where the file before it ends",
			    b->path, b->span.first_lsn, a->span.last_lsn + 1);
		if (memcmp(a->span.chain, b->span.before, CHAIN_BYTES) != 0)
			return reason_say(why, STATUS_DAMAGED,
			    "%.100s does not go on from %.100s: the chain values differ at event %" PRIu64, b->path, a->path,
			    a->span.last_lsn);
	}
	return STATUS_OK;
}

enum status
stretches_open(const char *const *paths, size_t n, struct stretches **out, struct reason *why)
{
	struct stat info;
	struct stretches *stretches = calloc(1, sizeof *stretches);
	enum status status =
	    stretches != NULL ? STATUS_OK : reason_say(why, STATUS_NO_MEMORY, "no memory to read a journal's files");
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = stat(paths[i], &info) == 0 && S_ISDIR(info.st_mode) ? add_folder(stretches, paths[i], why)
									     : add(stretches, paths[i], why);
	if (status == STATUS_OK && stretches->n == 0)
		status =
		    reason_say(why, STATUS_NOT_FOUND, "%.128s has no journal's file (*" STRETCH_SUFFIX ")", n > 0 ? paths[0] : "");
	if (status == STATUS_OK) {
		qsort(stretches->files, stretches->n, sizeof *stretches->files, by_first);
		status = check_order(stretches, why);
	}
	if (status == STATUS_OK) {
		stretches->end.lsn = stretches->files[0].span.first_lsn - 1;
		memcpy(stretches->end.chain, stretches->files[0].span.before, CHAIN_BYTES);
		*out = stretches;
	} else {
		stretches_close(&stretches);
	}
	return status;
}

void
stretches_close(struct stretches **stretches)
{
	if (*stretches == NULL)
		return;
	stretch_close(&(*stretches)->stretch);
	for (size_t i = 0; i < (*stretches)->n; i++)
		free((*stretches)->files[i].path);
	free((*stretches)->files);
	free(*stretches);
	*stretches = NULL;
}

size_t
stretches_count(const struct stretches *stretches)
{
	return stretches->n;
}

struct stretch_span
stretches_span(const struct stretches *stretches)
{
	struct stretch_span span = stretches->files[0].span;
	const struct stretch_span *last = &stretches->files[stretches->n - 1].span;
	span.last_lsn = last->last_lsn;
	memcpy(span.chain, last->chain, CHAIN_BYTES);
	span.bytes = 0;
	for (size_t i = 0; i < stretches->n; i++)
		span.bytes += stretches->files[i].span.bytes;
	return span;
}

enum status
stretches_next(struct stretches *stretches, struct journal_event *out, struct reason *why)
{
	for (;;) {
		if (stretches->at == stretches->n)
			return STATUS_NOT_FOUND;
		enum status status = stretches->stretch == NULL
		    ? stretch_open(stretches->files[stretches->at].path, &stretches->stretch, why)
		    : STATUS_OK;
		if (status != STATUS_OK)
			return status;
		status = stretch_next(stretches->stretch, out, why);
		if (status == STATUS_OK)
			stretches->end = *stretch_end(stretches->stretch);
		if (status != STATUS_NOT_FOUND)
			return status;
		stretch_close(&stretches->stretch);
		stretches->at++;
	}
}

const struct journal_end *
stretches_end(const struct stretches *stretches)
{
	return &stretches->end;
}

static enum status
source_next(void *self, struct journal_event *out, struct reason *why)
{
	return stretches_next(self, out, why);
}

static const struct journal_end *
source_end(void *self)
{
	return stretches_end(self);
}

struct replay_source
stretches_source(struct stretches *stretches)
{
	return (struct replay_source){ .next = source_next, .end = source_end, .self = stretches };
}

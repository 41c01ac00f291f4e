/* Journal files one after another: see archives.h. */
#include "archives.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
	char *path;
	struct archive_span span;
};

struct archives {
	struct file *files;
	size_t n, room;
	size_t at;               /* the file that is read */
	struct archive *archive; /* … open */
	struct journal_end end;  /* of what has been read */
	bool of_folder;
};

static enum status
add(struct archives *archives, const char *path, struct reason *why)
{
	struct archive *archive = NULL;
	if (archives->n == archives->room) {
		size_t room = archives->room == 0 ? 16 : 2 * archives->room;
		struct file *files = realloc(archives->files, room * sizeof *files);
		if (files == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "no memory for so many files");
		archives->files = files;
		archives->room = room;
	}
	enum status status = archive_open(path, &archive, why);
	if (status != STATUS_OK)
		return status;
	struct file file = { strdup(path), archive_span(archive) };
	archive_close(&archive);
	if (file.path == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for so many files");
	archives->files[archives->n++] = file;
	return STATUS_OK;
}

static bool
ends_right(const char *name)
{
	size_t bytes = strlen(name), suffix = strlen(ARCHIVE_SUFFIX);
	return bytes > suffix && strcmp(name + bytes - suffix, ARCHIVE_SUFFIX) == 0;
}

static enum status
add_folder(struct archives *archives, const char *path, struct reason *why)
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
			status = add(archives, file, why);
	}
	if (status == STATUS_OK && errno != 0)
		status = reason_say(why, STATUS_SYSTEM, "%.128s: it cannot be read: %s", path, strerror(errno));
	closedir(folder);
	archives->of_folder = true;
	return status;
}

static int
by_first(const void *a, const void *b)
{
	const struct file *left = a, *right = b;
	return left->span.first_lsn < right->span.first_lsn ? -1 : left->span.first_lsn > right->span.first_lsn;
}

static enum status
check_order(const struct archives *archives, struct reason *why)
{
	if (archives->of_folder && archives->files[0].span.first_lsn != 1)
		return reason_say(why, STATUS_DAMAGED, "%.128s begins with event %" PRIu64 ": what stood before it is missing",
		    archives->files[0].path, archives->files[0].span.first_lsn);
	for (size_t i = 1; i < archives->n; i++) {
		const struct file *a = &archives->files[i - 1], *b = &archives->files[i];
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
archives_open(const char *const *paths, size_t n, struct archives **out, struct reason *why)
{
	struct stat info;
	struct archives *archives = calloc(1, sizeof *archives);
	enum status status =
	    archives != NULL ? STATUS_OK : reason_say(why, STATUS_NO_MEMORY, "no memory to read a journal's files");
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = stat(paths[i], &info) == 0 && S_ISDIR(info.st_mode) ? add_folder(archives, paths[i], why)
									     : add(archives, paths[i], why);
	if (status == STATUS_OK && archives->n == 0)
		status =
		    reason_say(why, STATUS_NOT_FOUND, "%.128s has no journal's file (*" ARCHIVE_SUFFIX ")", n > 0 ? paths[0] : "");
	if (status == STATUS_OK) {
		qsort(archives->files, archives->n, sizeof *archives->files, by_first);
		status = check_order(archives, why);
	}
	if (status == STATUS_OK) {
		archives->end.lsn = archives->files[0].span.first_lsn - 1;
		memcpy(archives->end.chain, archives->files[0].span.before, CHAIN_BYTES);
		*out = archives;
	} else {
		archives_close(&archives);
	}
	return status;
}

void
archives_close(struct archives **archives)
{
	if (*archives == NULL)
		return;
	archive_close(&(*archives)->archive);
	for (size_t i = 0; i < (*archives)->n; i++)
		free((*archives)->files[i].path);
	free((*archives)->files);
	free(*archives);
	*archives = NULL;
}

size_t
archives_count(const struct archives *archives)
{
	return archives->n;
}

struct archive_span
archives_span(const struct archives *archives)
{
	struct archive_span span = archives->files[0].span;
	const struct archive_span *last = &archives->files[archives->n - 1].span;
	span.last_lsn = last->last_lsn;
	memcpy(span.chain, last->chain, CHAIN_BYTES);
	span.bytes = 0;
	for (size_t i = 0; i < archives->n; i++)
		span.bytes += archives->files[i].span.bytes;
	return span;
}

enum status
archives_next(struct archives *archives, struct journal_event *out, struct reason *why)
{
	for (;;) {
		if (archives->at == archives->n)
			return STATUS_NOT_FOUND;
		enum status status = archives->archive == NULL
		    ? archive_open(archives->files[archives->at].path, &archives->archive, why)
		    : STATUS_OK;
		if (status != STATUS_OK)
			return status;
		status = archive_next(archives->archive, out, why);
		if (status == STATUS_OK)
			archives->end = *archive_end(archives->archive);
		if (status != STATUS_NOT_FOUND)
			return status;
		archive_close(&archives->archive);
		archives->at++;
	}
}

const struct journal_end *
archives_end(const struct archives *archives)
{
	return &archives->end;
}

static enum status
source_next(void *self, struct journal_event *out, struct reason *why)
{
	return archives_next(self, out, why);
}

static const struct journal_end *
source_end(void *self)
{
	return archives_end(self);
}

struct replay_source
archives_source(struct archives *archives)
{
	return (struct replay_source){ .next = source_next, .end = source_end, .self = archives };
}

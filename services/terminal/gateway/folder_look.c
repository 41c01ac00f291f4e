/* Looks at a folder, and compares with the look before: see folder_look.h. */
#include "folder_look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTES_BYTES = 16 * 1024, WHOLE_MAX = 1024 };

void
folder_open(struct folder *folder, const char *path)
{
	*folder = (struct folder){ .path = path, .fd = -1, .notes = -1 };
}

static void
drop_files(struct folder_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(files[i].name);
	free(files);
}

void
folder_close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	if (folder->notes >= 0)
		close(folder->notes);
	drop_files(folder->files, folder->n);
	folder_open(folder, folder->path);
}

/* ---- one look ---- */

static bool
ends_in(const char *name, const char *end)
{
	size_t bytes = strlen(name), of_end = strlen(end);
	return bytes >= of_end && strcasecmp(name + bytes - of_end, end) == 0;
}

static bool
says_not_yet(const char *name)
{
	static const char *const ends[] = { ".part", ".tmp", ".filepart", ".crdownload", "~" };
	if (name[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (ends_in(name, ends[i]))
			return true;
	return false;
}

/* False: no file that is read here. */
static bool
look_at(const struct folder *folder, const char *name, struct folder_file *out)
{
	struct stat stat;
	if (says_not_yet(name) || fstatat(folder->fd, name, &stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(stat.st_mode))
		return false;
	*out = (struct folder_file){ .ino = stat.st_ino,
		.size = stat.st_size,
		.time_ns = (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec };
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct folder_file *)a)->name, ((const struct folder_file *)b)->name);
}

static bool
is_same(const struct folder_file *a, const struct folder_file *b)
{
	return a->ino == b->ino && a->size == b->size && a->time_ns == b->time_ns;
}

/* A file that is as it was keeps what is known of it. */
static void
remember(struct folder *folder, struct folder_file *file, int64_t now_ms)
{
	const struct folder_file *before = folder->n > 0 ? bsearch(file, folder->files, folder->n, sizeof *file, by_name) : NULL;
	file->since_ms = now_ms;
	if (before == NULL || !is_same(before, file))
		return;
	file->since_ms = before->since_ms;
	file->whole = before->whole;
	file->not_before_ms = before->not_before_ms;
}

static bool
append(struct folder_file **files, size_t *n, size_t *room, const struct folder_file *file)
{
	if (*n == *room) {
		size_t wanted = *room == 0 ? 64 : *room * 2;
		struct folder_file *wider = reallocarray(*files, wanted, sizeof *wider);
		if (wider == NULL)
			return false;
		*files = wider;
		*room = wanted;
	}
	(*files)[(*n)++] = *file;
	return true;
}

static enum status
read_all(struct folder *folder, DIR *dir, int64_t now_ms, struct reason *why)
{
	struct folder_file *files = NULL;
	size_t n = 0, room = 0;
	const struct dirent *entry;
	folder->more = false;
	while ((entry = readdir(dir)) != NULL) {
		struct folder_file file;
		if (!look_at(folder, entry->d_name, &file))
			continue;
		if (n == FOLDER_FILES_MAX) {
			folder->more = true;
			break;
		}
		if ((file.name = strdup(entry->d_name)) == NULL || !append(&files, &n, &room, &file)) {
			free(file.name);
			drop_files(files, n);
			return reason_say(why, STATUS_SYSTEM, "%.128s: no memory for its files", folder->path);
		}
		remember(folder, &files[n - 1], now_ms);
	}
	drop_files(folder->files, folder->n);
	if (n > 0)
		qsort(files, n, sizeof *files, by_name);
	folder->files = files;
	folder->n = n;
	return STATUS_OK;
}

/* The same path may be another folder by now: it was mounted over, or made anew. */
static enum status
find_folder(struct folder *folder, struct reason *why)
{
	struct stat there, ours;
	bool same = folder->fd >= 0 && stat(folder->path, &there) == 0 && fstat(folder->fd, &ours) == 0 &&
	    there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
	if (same)
		return STATUS_OK;
	const char *path = folder->path;
	folder_close(folder);
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0)
		return reason_say(why, STATUS_SYSTEM, "%.128s: %s", path, strerror(errno));
	folder->notes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (folder->notes >= 0 &&
	    inotify_add_watch(folder->notes, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0) {
		close(folder->notes);
		folder->notes = -1;
	}
	return STATUS_OK;
}

enum status
folder_look(struct folder *folder, int64_t now_ms, struct reason *why)
{
	enum status status = find_folder(folder, why);
	if (status != STATUS_OK)
		return status;
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return reason_say(why, STATUS_SYSTEM, "%.128s: %s", folder->path, strerror(error));
	}
	status = read_all(folder, dir, now_ms, why);
	closedir(dir);
	return status;
}

/* ---- what inotify says ---- */

static int
name_of(const void *name, const void *file)
{
	return strcmp(name, ((const struct folder_file *)file)->name);
}

struct folder_file *
folder_find(struct folder *folder, const char *name)
{
	return folder->n > 0 ? bsearch(name, folder->files, folder->n, sizeof *folder->files, name_of) : NULL;
}

/* The name is of a file that is whole; one that the list does not have yet is looked at now. */
static void
note_whole(struct folder *folder, const char *name)
{
	struct folder_file file, *known = folder_find(folder, name);
	if (!look_at(folder, name, &file))
		return;
	file.whole = true;
	if (known != NULL) {
		file.name = known->name;
		*known = file;
		return;
	}
	size_t n = folder->n, room = folder->n;
	file.name = strdup(name);
	if (file.name == NULL || n == FOLDER_FILES_MAX || !append(&folder->files, &n, &room, &file)) {
		free(file.name);
		return;
	}
	folder->n = n;
	qsort(folder->files, folder->n, sizeof file, by_name);
}

bool
folder_noted(struct folder *folder)
{
	_Alignas(struct inotify_event) char notes[NOTES_BYTES];
	bool any = false;
	if (folder->notes < 0)
		return false;
	for (int reads = 0; reads < 16; reads++) {
		ssize_t n = read(folder->notes, notes, sizeof notes);
		if (n <= 0)
			return any;
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(notes + at);
			at += (ssize_t)(sizeof *event + event->len);
			any = true;
			if ((event->mask & IN_MOVED_TO) != 0 && event->len > 0)
				note_whole(folder, event->name);
		}
	}
	return any;
}

/* ---- what is ready ---- */

static struct folder_file *
oldest_ready(const struct folder *folder, int64_t now_ms, int *wait_ms)
{
	struct folder_file *oldest = NULL;
	for (size_t i = 0; i < folder->n; i++) {
		struct folder_file *file = &folder->files[i];
		int64_t left = file->whole ? 0 : file->since_ms + FOLDER_STILL_MS - now_ms;
		if (file->not_before_ms > now_ms)
			continue;
		if (left > 0) {
			*wait_ms = left < *wait_ms ? (int)left : *wait_ms;
			continue;
		}
		if (oldest == NULL || file->time_ns < oldest->time_ns)
			oldest = file;
	}
	return oldest;
}

/* That it has not changed since the last look is seen now; else it begins anew to stand still. */
static bool
stands_still(const struct folder *folder, struct folder_file *file, int64_t now_ms)
{
	struct folder_file now;
	if (file->whole)
		return true;
	if (!look_at(folder, file->name, &now)) {
		file->not_before_ms = INT64_MAX; /* it has gone: the next look forgets it */
		return false;
	}
	if (is_same(&now, file))
		return true;
	now.name = file->name;
	now.since_ms = now_ms;
	*file = now;
	return false;
}

struct folder_file *
folder_next(struct folder *folder, int64_t now_ms, int *wait_ms)
{
	struct folder_file *file;
	while ((file = oldest_ready(folder, now_ms, wait_ms)) != NULL && !stands_still(folder, file, now_ms))
		continue;
	return file;
}

void
folder_forget(struct folder *folder, struct folder_file *file)
{
	free(file->name);
	size_t i = (size_t)(file - folder->files);
	memmove(file, file + 1, (folder->n - i - 1) * sizeof *file);
	folder->n--;
}

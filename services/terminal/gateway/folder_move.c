/* Moving by rename alone, so that a file is always at one place and whole: see folder_move.h. */
#include "folder_move.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "civil.h"

enum { TRIES = 1000, FOLDER_MODE = 0750, FILE_MODE = 0640 };

static enum status
fail(const char *what, struct reason *why)
{
	return reason_say(why, STATUS_SYSTEM, "%.100s: %s", what, strerror(errno));
}

/* A folder in a folder, made where it is missing, and never by way of a link. */
static enum status
enter(int folder, const char *name, int *fd, struct reason *why)
{
	if (mkdirat(folder, name, FOLDER_MODE) != 0 && errno != EEXIST)
		return fail(name, why);
	int opened = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (opened < 0)
		return fail(name, why);
	*fd = opened;
	return STATUS_OK;
}

/* The name with "-2" before its ending, cut so that it still is a name. */
static void
number(const char *name, int try, char out[NAME_MAX + 1])
{
	char mark[16] = "";
	const char *dot = strrchr(name, '.');
	size_t stem = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
	const char *ending = name + stem;
	if (try > 1)
		snprintf(mark, sizeof mark, "-%d", try);
	if (strlen(ending) > 64)
		ending = "";
	size_t room = (size_t)NAME_MAX - strlen(mark) - strlen(ending) - 4; /* ".txt" has to fit behind it */
	snprintf(out, NAME_MAX + 1, "%.*s%s%s", (int)(stem < room ? stem : room), name, mark, ending);
}

static enum status
write_text(int to, const char *name, const char *sentences, struct reason *why)
{
	char path[NAME_MAX + 8];
	snprintf(path, sizeof path, "%s.txt", name);
	int fd = openat(to, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return fail(path, why);
	size_t bytes = strlen(sentences), written = 0;
	while (written < bytes) {
		ssize_t n = write(fd, sentences + written, bytes - written);
		if (n < 0) {
			enum status status = fail(path, why);
			close(fd);
			return status;
		}
		written += (size_t)n;
	}
	close(fd);
	return STATUS_OK;
}

/* A name whose text would be written over another file is taken, too. */
static bool
is_taken(int to, const char *target, const char *sentences)
{
	char path[NAME_MAX + 8];
	snprintf(path, sizeof path, "%s.txt", target);
	return sentences != NULL && faccessat(to, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Some network file systems know no rename that leaves what is there: then we look before. */
static int
rename_safely(int from, const char *name, int to, const char *target)
{
	if (renameat2(from, name, to, target, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (faccessat(to, target, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, target);
}

static enum status
move_into(int folder, const char *name, int to, const char *sentences, struct reason *why)
{
	char target[NAME_MAX + 1];
	for (int try = 1; try <= TRIES; try++) {
		number(name, try, target);
		if (is_taken(to, target, sentences))
			continue;
		if (rename_safely(folder, name, to, target) == 0)
			return sentences == NULL ? STATUS_OK : write_text(to, target, sentences, why);
		if (errno == ENOENT) /* somebody took it away: it was read, and need not be moved */
			return STATUS_OK;
		if (errno != EEXIST)
			return fail(name, why);
	}
	errno = EEXIST;
	return fail(name, why);
}

enum status
folder_move(int folder, const char *name, bool done, int64_t local_day, const char *sentences, struct reason *why)
{
	int into = -1, day = -1, year, month, dom;
	char date[32];
	civil_date(local_day, &year, &month, &dom);
	snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, dom);
	enum status status = enter(folder, done ? "done" : "rejected", &into, why);
	if (status == STATUS_OK && done)
		status = enter(into, date, &day, why);
	if (status == STATUS_OK)
		status = move_into(folder, name, done ? day : into, sentences, why);
	if (day >= 0)
		close(day);
	if (into >= 0)
		close(into);
	return status;
}

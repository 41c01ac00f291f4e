/*
 * A library for LD_PRELOAD that writes down, in record.h's form, what a process does to the files under a folder: RECORD_FOLDER
 * (an absolute path), into RECORD_LOG. For tests alone, and for processes of one thread. What goes through a writable map is not
 * seen; of a ledger that is its lock file, which holds nothing that lasts.
 */
#include "record.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int log_fd = -1;
static const char *folder;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("RECORD_LOG");
	folder = getenv("RECORD_FOLDER");
	if (path != NULL && folder != NULL)
		log_fd = REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

/* A record that is cut short would make a right ledger look wrong: better no process. */
static void
note(struct record record, const char *path, const void *data, size_t bytes)
{
	union {
		const void *in;
		void *out;
	} text = { .in = path == NULL ? "" : path }, content = { .in = data };
	int before = errno;
	record.path_bytes = (uint32_t)strlen(text.in);
	record.bytes = (uint32_t)bytes;
	struct iovec pieces[] = { { &record, sizeof record }, { text.out, record.path_bytes }, { content.out, bytes } };
	if (REAL(writev)(log_fd, pieces, 3) != (ssize_t)(sizeof record + record.path_bytes + bytes))
		abort();
	errno = before;
}

/* The path behind a descriptor; false: it is not of the folder. */
static int
is_ours(int fd, char path[PATH_MAX])
{
	char link[64];
	int before = errno;
	if (log_fd < 0 || fd == log_fd)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t bytes = readlink(link, path, PATH_MAX - 1);
	path[bytes < 0 ? 0 : bytes] = '\0';
	errno = before;
	size_t parent = (size_t)(strrchr(folder, '/') - folder); /* its own name stands in the folder above */
	return strncmp(path, folder, strlen(folder)) == 0 || (strncmp(path, folder, parent) == 0 && path[parent] == '\0');
}

static uint64_t
inode_of(int fd)
{
	struct stat info;
	return fstat(fd, &info) == 0 ? info.st_ino : 0;
}

static int
is_synced(int fd)
{
	return (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
}

/* ---- writing ---- */

static ssize_t
wrote(int fd, const void *data, ssize_t bytes, off_t offset)
{
	char path[PATH_MAX];
	if (bytes > 0 && is_ours(fd, path))
		note((struct record){ .kind = RECORD_WRITE,
			 .synced = (uint32_t)is_synced(fd),
			 .inode = inode_of(fd),
			 .offset = (uint64_t)offset },
		    NULL, data, (size_t)bytes);
	return bytes;
}

ssize_t
write(int fd, const void *data, size_t bytes)
{
	off_t offset = lseek(fd, 0, SEEK_CUR);
	if (fd == STDOUT_FILENO && log_fd >= 0)
		note((struct record){ .kind = RECORD_SAID }, NULL, data, bytes);
	return wrote(fd, data, REAL(write)(fd, data, bytes), offset);
}

ssize_t
pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	return wrote(fd, data, REAL(pwrite)(fd, data, bytes, offset), offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t bytes, off64_t offset)
{
	return pwrite(fd, data, bytes, offset);
}

/* As single writes, which is what they are to a disk. */
ssize_t
pwritev(int fd, const struct iovec *pieces, int n, off_t offset)
{
	ssize_t all = 0;
	for (int i = 0; i < n; i++) {
		ssize_t bytes = pwrite(fd, pieces[i].iov_base, pieces[i].iov_len, offset + all);
		if (bytes < 0)
			return all > 0 ? all : bytes;
		all += bytes;
		if ((size_t)bytes < pieces[i].iov_len)
			break;
	}
	return all;
}

ssize_t
pwritev64(int fd, const struct iovec *pieces, int n, off64_t offset)
{
	return pwritev(fd, pieces, n, offset);
}

ssize_t
writev(int fd, const struct iovec *pieces, int n)
{
	ssize_t all = 0;
	for (int i = 0; i < n; i++) {
		ssize_t bytes = write(fd, pieces[i].iov_base, pieces[i].iov_len);
		if (bytes < 0)
			return all > 0 ? all : bytes;
		all += bytes;
		if ((size_t)bytes < pieces[i].iov_len)
			break;
	}
	return all;
}

int
ftruncate(int fd, off_t bytes)
{
	char path[PATH_MAX];
	int done = REAL(ftruncate)(fd, bytes);
	if (done == 0 && is_ours(fd, path))
		note((struct record){ .kind = RECORD_TRUNCATE, .inode = inode_of(fd), .offset = (uint64_t)bytes }, NULL, NULL, 0);
	return done;
}

int
ftruncate64(int fd, off64_t bytes)
{
	return ftruncate(fd, bytes);
}

static int
synced(int fd, int done)
{
	char path[PATH_MAX];
	if (done == 0 && is_ours(fd, path))
		note((struct record){ .kind = RECORD_SYNC, .inode = inode_of(fd) }, path, NULL, 0);
	return done;
}

int
fsync(int fd)
{
	return synced(fd, REAL(fsync)(fd));
}

int
fdatasync(int fd)
{
	return synced(fd, REAL(fdatasync)(fd));
}

/* ---- names ---- */

static int
is_under(const char *path)
{
	return log_fd >= 0 && strncmp(path, folder, strlen(folder)) == 0;
}

static int
opened(const char *path, int flags, mode_t mode)
{
	int before = errno;
	int fresh = (flags & O_CREAT) != 0 && log_fd >= 0 && is_under(path) && access(path, F_OK) != 0;
	errno = before;
	int fd = REAL(open)(path, flags, mode);
	if (fd >= 0 && fresh)
		note((struct record){ .kind = RECORD_FILE, .inode = inode_of(fd) }, path, NULL, 0);
	if (fd >= 0 && (flags & O_TRUNC) != 0 && !fresh && is_under(path))
		note((struct record){ .kind = RECORD_TRUNCATE, .inode = inode_of(fd) }, NULL, NULL, 0);
	return fd;
}

#define MODE_OF(flags, mode) \
	do { \
		va_list list; \
		va_start(list, flags); \
		mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0; \
		va_end(list); \
	} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode;
	MODE_OF(flags, mode);
	return opened(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode;
	MODE_OF(flags, mode);
	return opened(path, flags, mode);
}

int
mkdir(const char *path, mode_t mode)
{
	int done = REAL(mkdir)(path, mode);
	if (done == 0 && is_under(path))
		note((struct record){ .kind = RECORD_FOLDER }, path, NULL, 0);
	return done;
}

static int
removed(const char *path, int done)
{
	if (done == 0 && is_under(path))
		note((struct record){ .kind = RECORD_REMOVE }, path, NULL, 0);
	return done;
}

int
unlink(const char *path)
{
	return removed(path, REAL(unlink)(path));
}

int
rmdir(const char *path)
{
	return removed(path, REAL(rmdir)(path));
}

static int
renamed(const char *from, const char *to, int done)
{
	if (done == 0 && is_under(from))
		note((struct record){ .kind = RECORD_RENAME }, from, to, strlen(to) + 1);
	return done;
}

int
rename(const char *from, const char *to)
{
	return renamed(from, to, REAL(rename)(from, to));
}

int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	return renamed(from, to, REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

/*
 * A library for LD_PRELOAD that makes one call of a process fail: the n-th of its kind after a mark. For tests alone.
 *
 *     FAULT_CONTROL=FILE    a page that the test shares with the process: see struct control
 *     FAULT_KIND=KIND       memory, write, sync, open, map or send
 *     FAULT_AT=N            the N-th call fails; 0: none, they are only counted
 *     FAULT_ERROR=NAME      ENOMEM, EIO, ENOSPC, EINTR, EAGAIN, EROFS, EMFILE, ECONNRESET; or SHORT: half of it is written
 *     FAULT_LASTING=1       all calls from the N-th on fail
 *     FAULT_FILE=TEXT       only calls on files whose path has this in it (write, sync, open, map)
 *     FAULT_THREADS=A,B     only calls of threads of these names
 *     FAULT_SPARES=A,B      no calls from libraries whose path has one of these in it
 *
 * Nothing is counted until the test sets `armed`; `seen` says how many calls there were, `failed` how many of them failed.
 * glibc's own allocator stays below, by the names that it keeps for this.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { KIND_NONE, KIND_MEMORY, KIND_WRITE, KIND_SYNC, KIND_OPEN, KIND_MAP, KIND_SEND };
enum { SPARED_MAX = 32, SHORT = -1, THREAD_NAME_BYTES = 16 };

/* At the beginning of FAULT_CONTROL. */
struct control {
	_Atomic uint32_t armed;
	_Atomic uint32_t failed;
	_Atomic uint64_t seen;
};

static struct control *control;
static enum kind kind;
static uint64_t fail_at;
static int fail_with;
static bool lasting;
static const char *only_file, *only_threads;
static struct {
	uintptr_t from, to;
} spared[SPARED_MAX];
static size_t n_spared;

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

/* ---- what is asked for ---- */

static enum kind
kind_of(const char *name)
{
	static const char *const names[] = { "none", "memory", "write", "sync", "open", "map", "send" };
	for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum kind)i;
	return KIND_NONE;
}

static int
error_of(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = { { "ENOMEM", ENOMEM }, { "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EINTR", EINTR }, { "EAGAIN", EAGAIN },
		{ "EROFS", EROFS }, { "EMFILE", EMFILE }, { "ECONNRESET", ECONNRESET }, { "SHORT", SHORT } };
	for (size_t i = 0; name != NULL && i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(name, errors[i].name) == 0)
			return errors[i].error;
	return EIO;
}

/* Whether one of the words of a list that is parted by commas stands in the text; `whole`: is the text. */
static bool
names(const char *list, const char *text, bool whole)
{
	size_t bytes;
	for (const char *at = list; *at != '\0'; at += bytes + (at[bytes] == ',')) {
		bytes = strcspn(at, ",");
		const char *found = memmem(text, strlen(text), at, bytes);
		if (found != NULL && (!whole || (found == text && text[bytes] == '\0')))
			return true;
	}
	return false;
}

static int
note_spared(struct dl_phdr_info *info, size_t bytes, void *list)
{
	(void)bytes;
	if (!names(list, info->dlpi_name, false))
		return 0;
	for (int i = 0; i < info->dlpi_phnum && n_spared < SPARED_MAX; i++) {
		uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
			spared[n_spared].from = from;
			spared[n_spared++].to = from + info->dlpi_phdr[i].p_memsz;
		}
	}
	return 0;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("FAULT_CONTROL"), *at = getenv("FAULT_AT"), *spares = getenv("FAULT_SPARES");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	only_file = getenv("FAULT_FILE");
	only_threads = getenv("FAULT_THREADS");
	fail_with = error_of(getenv("FAULT_ERROR"));
	fail_at = at == NULL ? 0 : strtoull(at, NULL, 10);
	lasting = getenv("FAULT_LASTING") != NULL;
	if (spares != NULL) {
		union {
			const char *in;
			void *out;
		} list = { .in = spares };
		dl_iterate_phdr(note_spared, list.out);
	}
	kind = kind_of(getenv("FAULT_KIND"));
	void *page = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	control = page == MAP_FAILED ? NULL : page;
}

/* ---- whether this call fails ---- */

static bool
of_threads(void)
{
	char name[THREAD_NAME_BYTES] = "";
	return only_threads == NULL || (prctl(PR_GET_NAME, name) == 0 && names(only_threads, name, true));
}

static bool
of_file(int fd, const char *path)
{
	char link[64], found[PATH_MAX];
	if (only_file == NULL)
		return true;
	if (path != NULL)
		return strstr(path, only_file) != NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t bytes = readlink(link, found, sizeof found - 1);
	found[bytes < 0 ? 0 : bytes] = '\0';
	return strstr(found, only_file) != NULL;
}

static bool
is_spared(const void *caller)
{
	for (size_t i = 0; i < n_spared; i++)
		if ((uintptr_t)caller >= spared[i].from && (uintptr_t)caller < spared[i].to)
			return true;
	return false;
}

/* Counts the call, if it is one that counts. True: it has to fail, with errno set (or be short). */
static bool
strikes(enum kind called, const void *caller, int fd, const char *path)
{
	if (control == NULL || called != kind || atomic_load(&control->armed) == 0)
		return false;
	int before = errno;
	bool counts = !is_spared(caller) && of_threads() && of_file(fd, path);
	errno = before;
	if (!counts)
		return false;
	uint64_t n = atomic_fetch_add(&control->seen, 1) + 1;
	if (fail_at == 0 || n < fail_at || (n > fail_at && !lasting))
		return false;
	atomic_fetch_add(&control->failed, 1);
	if (fail_with > 0)
		errno = fail_with;
	return true;
}

#define STRIKES(called, fd, path) strikes(called, __builtin_return_address(0), fd, path)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- memory ---- */

void *
malloc(size_t bytes)
{
	return STRIKES(KIND_MEMORY, -1, "") ? NULL : __libc_malloc(bytes);
}

void *
calloc(size_t n, size_t bytes)
{
	return STRIKES(KIND_MEMORY, -1, "") ? NULL : __libc_calloc(n, bytes);
}

void *
realloc(void *old, size_t bytes)
{
	return STRIKES(KIND_MEMORY, -1, "") ? NULL : __libc_realloc(old, bytes);
}

void *
aligned_alloc(size_t alignment, size_t bytes)
{
	return STRIKES(KIND_MEMORY, -1, "") ? NULL : __libc_memalign(alignment, bytes);
}

int
posix_memalign(void **out, size_t alignment, size_t bytes)
{
	if (STRIKES(KIND_MEMORY, -1, ""))
		return ENOMEM;
	*out = __libc_memalign(alignment, bytes);
	return *out == NULL ? ENOMEM : 0;
}

void *
mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	return STRIKES(KIND_MAP, fd, NULL) ? MAP_FAILED : REAL(mmap)(at, bytes, protection, flags, fd, offset);
}

void *
mmap64(void *at, size_t bytes, int protection, int flags, int fd, off64_t offset)
{
	return STRIKES(KIND_MAP, fd, NULL) ? MAP_FAILED : REAL(mmap)(at, bytes, protection, flags, fd, offset);
}

/* ---- files ---- */

static size_t
half(size_t bytes)
{
	return bytes > 1 ? bytes / 2 : bytes;
}

ssize_t
write(int fd, const void *data, size_t bytes)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(write)(fd, data, bytes);
	return fail_with == SHORT ? REAL(write)(fd, data, half(bytes)) : -1;
}

ssize_t
pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(pwrite)(fd, data, bytes, offset);
	return fail_with == SHORT ? REAL(pwrite)(fd, data, half(bytes), offset) : -1;
}

ssize_t
pwrite64(int fd, const void *data, size_t bytes, off64_t offset)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(pwrite)(fd, data, bytes, offset);
	return fail_with == SHORT ? REAL(pwrite)(fd, data, half(bytes), offset) : -1;
}

ssize_t
writev(int fd, const struct iovec *pieces, int n)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(writev)(fd, pieces, n);
	return fail_with == SHORT ? REAL(write)(fd, pieces[0].iov_base, half(pieces[0].iov_len)) : -1;
}

ssize_t
pwritev(int fd, const struct iovec *pieces, int n, off_t offset)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(pwritev)(fd, pieces, n, offset);
	return fail_with == SHORT ? REAL(pwrite)(fd, pieces[0].iov_base, half(pieces[0].iov_len), offset) : -1;
}

ssize_t
pwritev64(int fd, const struct iovec *pieces, int n, off64_t offset)
{
	if (!STRIKES(KIND_WRITE, fd, NULL))
		return REAL(pwritev)(fd, pieces, n, offset);
	return fail_with == SHORT ? REAL(pwrite)(fd, pieces[0].iov_base, half(pieces[0].iov_len), offset) : -1;
}

int
fsync(int fd)
{
	return STRIKES(KIND_SYNC, fd, NULL) ? -1 : REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	return STRIKES(KIND_SYNC, fd, NULL) ? -1 : REAL(fdatasync)(fd);
}

int
msync(void *at, size_t bytes, int flags)
{
	return STRIKES(KIND_SYNC, -1, "") ? -1 : REAL(msync)(at, bytes, flags);
}

/* The mode stands behind the flags where a file may be made. */
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
	return STRIKES(KIND_OPEN, -1, path) ? -1 : REAL(open)(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode;
	MODE_OF(flags, mode);
	return STRIKES(KIND_OPEN, -1, path) ? -1 : REAL(open)(path, flags, mode);
}

int
openat(int folder, const char *path, int flags, ...)
{
	mode_t mode;
	MODE_OF(flags, mode);
	return STRIKES(KIND_OPEN, -1, path) ? -1 : REAL(openat)(folder, path, flags, mode);
}

/* ---- sockets ---- */

ssize_t
send(int fd, const void *data, size_t bytes, int flags)
{
	if (!STRIKES(KIND_SEND, fd, ""))
		return REAL(send)(fd, data, bytes, flags);
	return fail_with == SHORT ? REAL(send)(fd, data, half(bytes), flags) : -1;
}

ssize_t
sendto(int fd, const void *data, size_t bytes, int flags, const struct sockaddr *to, socklen_t to_bytes)
{
	if (!STRIKES(KIND_SEND, fd, ""))
		return REAL(sendto)(fd, data, bytes, flags, to, to_bytes);
	return fail_with == SHORT ? REAL(sendto)(fd, data, half(bytes), flags, to, to_bytes) : -1;
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	return STRIKES(KIND_SEND, fd, "") ? -1 : REAL(sendmsg)(fd, message, flags);
}

/* See memory.h. */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

/* No source's name begins with a dot: a draft's does. */
static bool
path_of(const struct machine_source *source, const char *before, char out[PATH_BYTES])
{
	return source->memory != NULL && snprintf(out, PATH_BYTES, "%s/%s%s", source->memory, before, source->name) < PATH_BYTES;
}

void
memory_recall(const struct machine_source *source, void *state)
{
	char path[PATH_BYTES];
	if (source->connector->recall == NULL || !path_of(source, "", path))
		return;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t *data = fd >= 0 ? malloc(MEMORY_BYTES_MAX) : NULL;
	size_t bytes = 0;
	ssize_t n = 0;
	while (data != NULL && bytes < MEMORY_BYTES_MAX && (n = read(fd, data + bytes, MEMORY_BYTES_MAX - bytes)) > 0)
		bytes += (size_t)n;
	if (data != NULL && n == 0 && bytes > 0)
		source->connector->recall(state, (struct span){ data, bytes });
	free(data);
	if (fd >= 0)
		close(fd);
}

static bool
write_all(const char *path, struct span bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t written = 0;
	bool good = fd >= 0;
	while (good && written < bytes.bytes) {
		ssize_t n = write(fd, bytes.data + written, bytes.bytes - written);
		good = n > 0;
		written += good ? (size_t)n : 0;
	}
	good = good && fdatasync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static bool
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

void
memory_keep(struct machine_source *source, void *state)
{
	char path[PATH_BYTES], draft[PATH_BYTES];
	struct arena arena;
	struct span kept;
	if (source->connector->keep == NULL || !path_of(source, "", path) || !path_of(source, ".", draft) ||
	    arena_open(&arena, MEMORY_BYTES_MAX) != STATUS_OK)
		return;
	if (source->connector->keep(state, &arena, &kept)) {
		bool good = mkdir(source->memory, 0700) == 0 || errno == EEXIST;
		good = good && write_all(draft, kept) && rename(draft, path) == 0 && sync_folder(source->memory);
		if (!good)
			source_say(source, LOG_ERROR, "memory_unkept", path, strerror(errno));
	}
	arena_close(&arena);
}

/* One buffer over one descriptor: see byte_source.h. */
#include "byte_source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes from `begin` up to `end` are read and not yet taken. */
struct byte_source {
	int fd;
	bool owned; /* stdin is not ours to close */
	bool ended;
	size_t begin;
	size_t end;
	char name[256]; /* for messages */
	uint8_t buffer[BYTE_SOURCE_BUFFER_BYTES];
};

enum status
byte_source_open(const char *path, struct byte_source **out, struct reason *why)
{
	bool standard = strcmp(path, "-") == 0;
	struct byte_source *source = malloc(sizeof *source);
	if (source == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (source->fd < 0) {
		enum status status = reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(errno));
		free(source);
		return status;
	}
	source->owned = !standard;
	source->ended = false;
	source->begin = source->end = 0;
	strncpy(source->name, standard ? "stdin" : path, sizeof source->name - 1);
	source->name[sizeof source->name - 1] = '\0';
	*out = source;
	return STATUS_OK;
}

void
byte_source_close(struct byte_source **source)
{
	if (*source == NULL)
		return;
	if ((*source)->owned)
		close((*source)->fd);
	free(*source);
	*source = NULL;
}

/* Reads more behind what is there; there has to be room. */
static enum status
fill(struct byte_source *source, struct reason *why)
{
	assert(source->end < BYTE_SOURCE_BUFFER_BYTES && !source->ended);
	ssize_t n;
	do
		n = read(source->fd, source->buffer + source->end, BYTE_SOURCE_BUFFER_BYTES - source->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return reason_say(why, STATUS_SYSTEM, "%s: %s", source->name, strerror(errno));
	source->ended = n == 0;
	source->end += (size_t)n;
	return STATUS_OK;
}

enum status
byte_source_peek(struct byte_source *source, struct span *out, struct reason *why)
{
	if (source->begin == source->end && !source->ended) {
		source->begin = source->end = 0;
		enum status status = fill(source, why);
		if (status != STATUS_OK)
			return status;
	}
	*out = (struct span){ source->buffer + source->begin, source->end - source->begin };
	return STATUS_OK;
}

void
byte_source_take(struct byte_source *source, size_t bytes)
{
	assert(bytes <= source->end - source->begin);
	source->begin += bytes;
}

/* Throws away what is there and what follows, up to a line's end. */
static enum status
skip_line(struct byte_source *source, struct reason *why)
{
	for (;;) {
		struct span rest;
		enum status status = byte_source_peek(source, &rest, why);
		if (status != STATUS_OK || rest.bytes == 0)
			return status;
		const uint8_t *newline = memchr(rest.data, '\n', rest.bytes);
		byte_source_take(source, newline == NULL ? rest.bytes : (size_t)(newline - rest.data) + 1);
		if (newline != NULL)
			return STATUS_OK;
	}
}

/* Makes room at the end of the buffer and reads on; the bytes that are there move to its front. */
static enum status
fill_behind(struct byte_source *source, struct reason *why)
{
	if (source->begin > 0) {
		memmove(source->buffer, source->buffer + source->begin, source->end - source->begin);
		source->end -= source->begin;
		source->begin = 0;
	}
	return fill(source, why);
}

enum status
byte_source_line(struct byte_source *source, struct span *out, struct reason *why)
{
	size_t searched = 0;

	for (;;) {
		const uint8_t *begin = source->buffer + source->begin;
		size_t bytes = source->end - source->begin;
		const uint8_t *newline = bytes == searched ? NULL : memchr(begin + searched, '\n', bytes - searched);
		if (newline != NULL || source->ended) {
			size_t length = newline == NULL ? bytes : (size_t)(newline - begin);
			byte_source_take(source, length + (newline == NULL ? 0 : 1));
			if (newline == NULL && length == 0) {
				*out = (struct span){ NULL, 0 };
				return STATUS_OK;
			}
			*out = (struct span){ begin, length - (length > 0 && begin[length - 1] == '\r' ? 1 : 0) };
			return STATUS_OK;
		}
		if (bytes == BYTE_SOURCE_BUFFER_BYTES) {
			enum status status = skip_line(source, why);
			if (status != STATUS_OK)
				return status;
			return reason_say(why, STATUS_TOO_LARGE, "the line is longer than %d bytes", BYTE_SOURCE_LINE_BYTES_MAX);
		}
		searched = bytes;
		enum status status = fill_behind(source, why);
		if (status != STATUS_OK)
			return status;
	}
}

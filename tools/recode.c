/* Recoding by the C library's iconv. A character that the source's buffer cuts in two waits in `tail` for its rest. */
#include "recode.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL_BYTES = 8, BUFFER_BYTES = 64 * 1024 };

struct recode {
	iconv_t machine;
	struct byte_source *source;
	size_t tail_bytes;
	char tail[TAIL_BYTES];
	size_t begin;
	size_t end;
	char buffer[BUFFER_BYTES];
};

bool
recode_knows(const char *encoding)
{
	static const char *const names[] = { "utf-8", "utf-16", "gb18030", "windows-1251" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(encoding, names[i]) == 0)
			return true;
	return false;
}

enum status
recode_open(const char *encoding, struct byte_source *source, struct recode **out, struct reason *why)
{
	assert(recode_knows(encoding));
	struct recode *recode = calloc(1, sizeof *recode);
	if (recode == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	recode->machine = iconv_open("UTF-8", encoding);
	if (recode->machine == (iconv_t)-1) {
		free(recode);
		return reason_say(why, STATUS_SYSTEM, "this machine cannot read %s: %s; expected a file saved as UTF-8", encoding,
		    strerror(errno));
	}
	recode->source = source;
	*out = recode;
	return STATUS_OK;
}

void
recode_close(struct recode **recode)
{
	if (*recode == NULL)
		return;
	iconv_close((*recode)->machine);
	free(*recode);
	*recode = NULL;
}

static void
put_wrong(struct recode *recode)
{
	assert(recode->end < BUFFER_BYTES);
	recode->buffer[recode->end++] = (char)0xFF;
}

/* Recodes what fits. Returns how many bytes of `in` are done with; EINVAL in *error: the rest is the begin of a character. */
static size_t
convert(struct recode *recode, const char *in, size_t bytes, int *error)
{
	char *from = (char *)(uintptr_t)in; /* iconv wants no const, and changes nothing */
	char *to = recode->buffer + recode->end;
	size_t left = bytes, room = BUFFER_BYTES - 1 - recode->end;

	errno = 0;
	size_t done = iconv(recode->machine, &from, &left, &to, &room);
	*error = done == (size_t)-1 ? errno : 0;
	recode->end = (size_t)(to - recode->buffer);
	return bytes - left;
}

/* One more byte for the character that was cut in two. */
static void
feed_tail(struct recode *recode, char byte)
{
	int error;

	recode->tail[recode->tail_bytes++] = byte;
	size_t done = convert(recode, recode->tail, recode->tail_bytes, &error);
	if (error == EINVAL && recode->tail_bytes < TAIL_BYTES)
		return;
	if (error != 0)
		put_wrong(recode);
	else
		assert(done == recode->tail_bytes);
	recode->tail_bytes = 0;
}

static void
feed(struct recode *recode, struct span piece)
{
	const char *in = (const char *)piece.data;
	int error = 0;

	if (recode->tail_bytes > 0) {
		feed_tail(recode, in[0]);
		byte_source_take(recode->source, 1);
		return;
	}
	size_t done = convert(recode, in, piece.bytes, &error);
	if (error == EILSEQ) {
		put_wrong(recode);
		done++;
	}
	if (error == EINVAL) {
		/* The begin of a character: at most a few bytes. */
		recode->tail_bytes = piece.bytes - done;
		assert(recode->tail_bytes < TAIL_BYTES);
		memcpy(recode->tail, in + done, recode->tail_bytes);
		done = piece.bytes;
	}
	byte_source_take(recode->source, done);
}

enum status
recode_peek(struct recode *recode, struct span *out, struct reason *why)
{
	bool ended = false;

	while (recode->begin == recode->end && !ended) {
		struct span piece;
		recode->begin = recode->end = 0;
		enum status status = byte_source_peek(recode->source, &piece, why);
		if (status != STATUS_OK)
			return status;
		ended = piece.bytes == 0;
		if (!ended)
			feed(recode, piece);
		else if (recode->tail_bytes > 0)
			put_wrong(recode); /* the file ends within a character */
		recode->tail_bytes = ended ? 0 : recode->tail_bytes;
	}
	*out = (struct span){ (const uint8_t *)recode->buffer + recode->begin, recode->end - recode->begin };
	return STATUS_OK;
}

void
recode_take(struct recode *recode, size_t bytes)
{
	assert(bytes <= recode->end - recode->begin);
	recode->begin += bytes;
}

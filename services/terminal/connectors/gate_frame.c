/*
 * The reader looks at one place of its buffer at a time: a frame, a bare document, or a byte to skip. Each decision rests on the
 * bytes from that place on and on what was decided before, never on how they came: so any pieces give the same messages.
 */
#include "gate_frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER_BYTES = 38,
	HEAD_BYTES = 4,
	TAIL_BYTES = 2,
	ROOM_FIRST = 16 * 1024,
	ROOM_MAX = GATE_FRAME_BYTES_MAX + 64 * 1024,
	PROLOGUE_BYTES_MAX = 1024
};
_Static_assert(GATE_FRAME_BYTES_MIN == HEADER_BYTES + TAIL_BYTES, "an empty frame is header and tail");

static const uint8_t head[HEAD_BYTES] = { 0xE2, 0x5C, 0x4B, 0x89 };
static const uint8_t mark[] = { 0xEF, 0xBB, 0xBF };

struct gate_reader {
	uint8_t *buffer;
	size_t room;
	size_t from, to; /* what waits */
	size_t looked;   /* of a bare document: where the search for its end goes on, counted from its beginning */
	bool framed;     /* a head was seen in this connection */
	bool lost;       /* bytes were skipped since the last message */
	bool tell;       /* what was skipped is to be told now */
	bool ended;      /* nothing more comes: what is not whole is broken */
	uint64_t skipped;
	uint8_t first[GATE_SKIPPED_KEPT];
	int64_t begun_ms, heard_ms;
};

enum status
gate_reader_open(struct gate_reader **out)
{
	struct gate_reader *reader = calloc(1, sizeof *reader);
	if (reader == NULL)
		return STATUS_NO_MEMORY;
	if ((reader->buffer = malloc(ROOM_FIRST)) == NULL) {
		free(reader);
		return STATUS_NO_MEMORY;
	}
	reader->room = ROOM_FIRST;
	*out = reader;
	return STATUS_OK;
}

void
gate_reader_close(struct gate_reader **reader)
{
	if (*reader != NULL)
		free((*reader)->buffer);
	free(*reader);
	*reader = NULL;
}

static void
leave(struct gate_reader *reader, size_t bytes)
{
	reader->from += bytes;
	reader->looked = 0;
	reader->begun_ms = reader->heard_ms;
}

static void
lose(struct gate_reader *reader, size_t bytes)
{
	for (size_t i = 0; i < bytes && reader->skipped + i < GATE_SKIPPED_KEPT; i++)
		reader->first[reader->skipped + i] = reader->buffer[reader->from + i];
	reader->skipped += bytes;
	reader->lost = true;
	leave(reader, bytes);
}

/* Room for so many bytes more behind what waits, as far as there is memory; for none at all what was begun is given up. */
static void
make_room(struct gate_reader *reader, size_t bytes)
{
	size_t waiting = reader->to - reader->from, room = reader->room;
	if (reader->from > 0)
		memmove(reader->buffer, reader->buffer + reader->from, waiting);
	reader->from = 0;
	reader->to = waiting;
	while (room < ROOM_MAX && room < waiting + bytes)
		room = 2 * room < ROOM_MAX ? 2 * room : ROOM_MAX;
	uint8_t *wider = room > reader->room ? realloc(reader->buffer, room) : NULL;
	if (wider != NULL) {
		reader->buffer = wider;
		reader->room = room;
	} else if (reader->room == waiting) {
		lose(reader, waiting);
		reader->from = reader->to = 0;
	}
}

size_t
gate_reader_feed(struct gate_reader *reader, struct span bytes, int64_t now_ms)
{
	assert(reader->to - reader->from <= GATE_FRAME_BYTES_MAX);
	if (reader->from == reader->to)
		reader->begun_ms = now_ms;
	make_room(reader, bytes.bytes);
	size_t waiting = reader->to, room = reader->room - waiting;
	size_t n = bytes.bytes < room ? bytes.bytes : room;
	if (n > 0)
		memcpy(reader->buffer + waiting, bytes.data, n);
	reader->to = waiting + n;
	reader->heard_ms = now_ms;
	return n;
}

static struct span
waiting_of(const struct gate_reader *reader)
{
	return (struct span){ reader->buffer + reader->from, reader->to - reader->from };
}

/* ---- what stands at the place ---- */

enum match { NO, PERHAPS, YES };

/* PERHAPS: the bytes end before it is clear. */
static enum match
begins_with(struct span bytes, const void *what, size_t n)
{
	size_t shared = bytes.bytes < n ? bytes.bytes : n;
	if (shared > 0 && memcmp(bytes.data, what, shared) != 0)
		return NO;
	return shared == n ? YES : PERHAPS;
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A tag of this beginning, such as "<GATHER_INFO", and not of a longer name. */
static enum match
begins_tag(struct span bytes, const char *tag)
{
	size_t n = strlen(tag);
	enum match match = begins_with(bytes, tag, n);
	if (match != YES || bytes.bytes == n)
		return match == YES ? PERHAPS : match;
	return is_blank(bytes.data[n]) || bytes.data[n] == '>' || bytes.data[n] == '/' ? YES : NO;
}

static const struct {
	const char *opens, *closes;
} roots[] = { { "<GATHER_INFO", "</GATHER_INFO" }, { "<COMMAND_INFO", "</COMMAND_INFO" } };
enum { ROOTS = sizeof roots / sizeof roots[0] };

/* The best of both roots, and which. */
static enum match
begins_root(struct span bytes, size_t *root)
{
	enum match best = NO;
	for (size_t i = 0; i < ROOTS; i++) {
		enum match match = begins_tag(bytes, roots[i].opens);
		if (match > best) {
			best = match;
			*root = i;
		}
	}
	return best;
}

static enum match
begins_bare(struct span bytes)
{
	size_t root;
	enum match of_root = begins_root(bytes, &root), of_xml = begins_with(bytes, "<?xml", 5);
	return of_root > of_xml ? of_root : of_xml;
}

static uint32_t
number_at(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void
text_at(const uint8_t *at, char text[11])
{
	memcpy(text, at, 10);
	text[10] = '\0';
	wire_text_mend(text);
}

/* Of bytes that begin with the head. */
static enum match
whole_frame(struct span bytes, struct gate_frame *out)
{
	if (bytes.bytes < HEADER_BYTES)
		return PERHAPS;
	uint64_t total = number_at(bytes.data + 4), xml = number_at(bytes.data + 34);
	if (total > GATE_FRAME_BYTES_MAX || total != xml + GATE_FRAME_BYTES_MIN)
		return NO;
	if (bytes.bytes < total)
		return PERHAPS;
	if (bytes.data[total - 2] != 0xFF || bytes.data[total - 1] != 0xFF)
		return NO;
	*out = (struct gate_frame){ .type = bytes.data[8],
		.way = (char)bytes.data[29],
		.xml = { bytes.data + HEADER_BYTES, xml },
		.raw = { bytes.data, total } };
	text_at(bytes.data + 9, out->station);
	text_at(bytes.data + 19, out->channel);
	return YES;
}

static struct span
behind(struct span bytes, size_t n)
{
	return (struct span){ bytes.data + n, bytes.bytes - n };
}

/* The root's tag behind what stands before it: a declaration, comments, blanks. */
static enum match
find_root(struct span bytes, size_t *at, size_t *root)
{
	for (size_t i = 0; i < bytes.bytes && i < PROLOGUE_BYTES_MAX; i++) {
		enum match match = bytes.data[i] == '<' ? begins_root(behind(bytes, i), root) : NO;
		enum match broken = begins_with(behind(bytes, i), head, HEAD_BYTES);
		*at = i;
		if (broken != NO)
			return broken == YES ? NO : PERHAPS;
		if (match != NO)
			return match;
	}
	return bytes.bytes < PROLOGUE_BYTES_MAX ? PERHAPS : NO;
}

/* What ends, or breaks off, a document whose root's tag lies before: at the '<' or the head's first byte. */
static enum match
ends_here(struct span bytes, const char *closes, size_t *length)
{
	enum match match = begins_with(bytes, closes, strlen(closes));
	if (match != NO) {
		size_t n = strlen(closes);
		while (match == YES && n < bytes.bytes && is_blank(bytes.data[n]))
			n++;
		if (match == PERHAPS || n == bytes.bytes)
			return PERHAPS;
		*length = n + 1;
		return bytes.data[n] == '>' ? YES : NO;
	}
	*length = 0;
	return begins_bare(bytes) > begins_with(bytes, head, HEAD_BYTES) ? begins_bare(bytes)
									 : begins_with(bytes, head, HEAD_BYTES);
}

/* Of bytes that begin as a bare document does; *looked goes on from call to call. NO: it is broken off, or too long. */
static enum match
whole_bare(struct span bytes, size_t *looked, struct gate_frame *out)
{
	size_t opens = 0, root = 0, length = 0;
	enum match match = find_root(bytes, &opens, &root);
	if (match != YES)
		return match;
	size_t at = *looked > opens ? *looked : opens + 1;
	for (; at < bytes.bytes && at < GATE_FRAME_BYTES_MAX; at++) {
		bool empty =
		    bytes.data[at] == '>' && bytes.data[at - 1] == '/' && memchr(bytes.data + opens, '>', at - opens) == NULL;
		match = empty ? YES : NO;
		length = 1;
		if (bytes.data[at] == '<' || bytes.data[at] == head[0])
			match = ends_here(behind(bytes, at), roots[root].closes, &length);
		if (match != NO)
			break;
	}
	*looked = at;
	if (match == YES && length == 0)
		return NO;
	if (at >= GATE_FRAME_BYTES_MAX || (match == YES && at + length > GATE_FRAME_BYTES_MAX))
		return NO;
	if (match != YES)
		return bytes.bytes >= GATE_FRAME_BYTES_MAX ? NO : PERHAPS;
	*out = (struct gate_frame){ .bare = true, .xml = { bytes.data, at + length }, .raw = { bytes.data, at + length } };
	return YES;
}

/* ---- going on ---- */

/* Skips a byte that begins nothing, and with it all that can begin nothing; true: it is time to tell. */
static bool
skip(struct gate_reader *reader)
{
	struct span bytes = waiting_of(reader);
	size_t n = 1, most = reader->skipped < GATE_SKIPPED_TOLD ? GATE_SKIPPED_TOLD - (size_t)reader->skipped : 1;
	while (n < bytes.bytes && n < most && bytes.data[n] != head[0] && bytes.data[n] != '<')
		n++;
	lose(reader, n);
	return reader->skipped >= GATE_SKIPPED_TOLD;
}

/* Between two messages nothing is meant by blanks, by a mark, and by the NUL that some programs send behind a text. */
static size_t
between(struct span bytes)
{
	if (bytes.bytes > 0 && (is_blank(bytes.data[0]) || bytes.data[0] == '\0'))
		return 1;
	return begins_with(bytes, mark, sizeof mark) == YES ? sizeof mark : 0;
}

static enum match
look(struct gate_reader *reader, struct gate_frame *frame)
{
	struct span bytes = waiting_of(reader);
	enum match match = begins_with(bytes, head, HEAD_BYTES);
	if (match == YES) {
		reader->framed = true;
		return whole_frame(bytes, frame);
	}
	if (match == NO && (!reader->lost || !reader->framed)) {
		match = begins_bare(bytes);
		if (match == YES)
			return whole_bare(bytes, &reader->looked, frame);
	}
	if (match == NO && !reader->lost)
		match = begins_with(bytes, mark, sizeof mark); /* a part of one */
	return match;
}

static enum gate_step
tell(struct gate_reader *reader, struct gate_skipped *skipped)
{
	size_t kept = reader->skipped < GATE_SKIPPED_KEPT ? (size_t)reader->skipped : GATE_SKIPPED_KEPT;
	*skipped = (struct gate_skipped){ reader->skipped, { reader->first, kept } };
	reader->skipped = 0;
	return GATE_SKIPPED;
}

enum gate_step
gate_reader_next(struct gate_reader *reader, struct gate_frame *frame, struct gate_skipped *skipped)
{
	enum match match = NO;
	while (reader->from < reader->to) {
		size_t nothing = reader->lost ? 0 : between(waiting_of(reader));
		if (nothing > 0) {
			leave(reader, nothing);
			continue;
		}
		match = look(reader, frame);
		if (match == YES || (match == PERHAPS && !reader->ended))
			break;
		if (skip(reader))
			return tell(reader, skipped);
	}
	bool whole = reader->from < reader->to && match == YES;
	if (reader->skipped > 0 && (whole || reader->tell))
		return tell(reader, skipped);
	if (!whole) {
		if (reader->ended)
			reader->lost = reader->framed = false;
		reader->tell = reader->ended = false;
		return GATE_MORE;
	}
	leave(reader, frame->raw.bytes);
	reader->lost = false;
	return GATE_MESSAGE;
}

void
gate_reader_pass(struct gate_reader *reader, int64_t now_ms)
{
	if (reader->from < reader->to && now_ms - reader->begun_ms >= GATE_BEGUN_MS) {
		reader->tell = skip(reader);
		reader->begun_ms = now_ms;
	}
	if (now_ms - reader->heard_ms >= GATE_QUIET_MS)
		reader->tell = true;
}

void
gate_reader_end(struct gate_reader *reader)
{
	reader->tell = reader->ended = true;
}

bool
gate_frame_begins(struct span bytes)
{
	size_t nothing;
	while ((nothing = between(bytes)) > 0)
		bytes = behind(bytes, nothing);
	size_t at, root;
	return begins_with(bytes, head, HEAD_BYTES) == YES || (begins_bare(bytes) == YES && find_root(bytes, &at, &root) == YES);
}

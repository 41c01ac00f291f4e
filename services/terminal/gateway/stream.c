/* Bytes of one connection on their way to its connector: see stream.h. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { FIRST_ROOM = 4096, PIECES_A_TURN = 4 };

/* Whether all connections of a source have one state. */
static bool
shares(const struct machine_source *source)
{
	return source->connector->feed == FEED_DOCUMENT || source->connector->one_machine;
}

enum status
stream_open(struct machine_source *source, struct stream *out, struct reason *why)
{
	struct stream stream = { .source = source, .state = source->shared };
	enum status status = STATUS_OK;
	if (stream.state == NULL)
		status = source->connector->open(source->settings, &source->place, &stream.state, why);
	if (status != STATUS_OK)
		return status;
	if (shares(source) && source->shared == NULL) {
		source->shared = stream.state;
		memory_recall(source, source->shared);
	}
	*out = stream;
	return STATUS_OK;
}

void
stream_settle(struct machine_source *source)
{
	if (source->shared != NULL)
		memory_keep(source, source->shared);
}

void
stream_source_close(struct machine_source *source)
{
	if (source->shared != NULL)
		source->connector->close(&source->shared);
}

void
stream_close(struct stream *stream)
{
	for (int side = 0; side < SIDES; side++)
		free(stream->heard[side].data);
	if (stream->state != NULL && stream->state != stream->source->shared)
		stream->source->connector->close(&stream->state);
	memset(stream, 0, sizeof *stream);
}

size_t
stream_room(const struct stream *stream)
{
	size_t bytes = stream->heard[SIDE_MACHINE].bytes;
	return bytes < SOURCE_PIECE_BYTES ? SOURCE_PIECE_BYTES - bytes : 0;
}

size_t
stream_bytes(const struct stream *stream)
{
	return stream->heard[SIDE_MACHINE].bytes + stream->heard[SIDE_ANSWER].bytes;
}

bool
stream_hear(struct stream *stream, enum stream_side side, const uint8_t *data, size_t bytes)
{
	size_t wanted = stream->heard[side].bytes + bytes, room = stream->heard[side].room;
	if (wanted > STREAM_BYTES_MAX)
		return false;
	if (wanted > room) {
		room = room == 0 ? FIRST_ROOM : room;
		while (room < wanted)
			room *= 2;
		uint8_t *wider = realloc(stream->heard[side].data, room);
		if (wider == NULL)
			return false;
		stream->heard[side].data = wider;
		stream->heard[side].room = room;
	}
	memcpy(stream->heard[side].data + stream->heard[side].bytes, data, bytes);
	stream->heard[side].bytes += bytes;
	return true;
}

void
stream_line(struct stream *stream, bool up)
{
	stream->up = up;
}

static bool
line_is_news(const struct stream *stream)
{
	return !stream->line_known || stream->connected != stream->up;
}

bool
stream_waits(const struct stream *stream)
{
	return stream_bytes(stream) > 0 || line_is_news(stream);
}

static void
look_after(struct machine_source *source, struct findings *findings)
{
	if (!findings_full(findings))
		return;
	turn_give_up_message(findings);
	source->tally.given_up++;
	source_say(source, LOG_WARNING, "given_up", "a stream", "a message needs more memory than there is for one");
}

static void
forget(struct stream *stream, enum stream_side side, size_t bytes)
{
	stream->heard[side].bytes -= bytes;
	memmove(stream->heard[side].data, stream->heard[side].data + bytes, stream->heard[side].bytes);
}

/*
 * How much of it, behind the `done` bytes, one call of the connector gets: a piece, or for a connector of documents the next line.
 * 0: no whole line yet.
 */
static size_t
next_piece(const struct stream *stream, enum stream_side side, size_t done, struct span *out)
{
	const uint8_t *data = stream->heard[side].data + done;
	size_t bytes = stream->heard[side].bytes - done;
	if (stream->source->connector->feed == FEED_STREAM) {
		*out = (struct span){ data, bytes < SOURCE_PIECE_BYTES ? bytes : SOURCE_PIECE_BYTES };
		return out->bytes;
	}
	const uint8_t *end = bytes > 0 ? memchr(data, '\n', bytes) : NULL;
	if (end == NULL && bytes < SOURCE_PIECE_BYTES && stream->up)
		return 0;
	*out = (struct span){ data, end != NULL ? (size_t)(end - data) : bytes };
	return out->bytes + (end != NULL);
}

/* False: the turn has no more room. *done: bytes that were taken. */
static bool
take_pieces(struct stream *stream, enum stream_side side, struct turn *turn, const struct instant *now, size_t *done)
{
	const struct moment_of when = { now->utc_ms, side == SIDE_ANSWER ? "answer" : "" };
	struct span piece;
	size_t bytes;
	for (int pieces = 0; pieces < PIECES_A_TURN || stream->source->connector->feed == FEED_DOCUMENT; pieces++) {
		if ((bytes = next_piece(stream, side, *done, &piece)) == 0)
			return true;
		struct findings *findings = turn_join(turn, stream->source, stream);
		if (findings == NULL)
			return false;
		if (piece.bytes > 0)
			stream->source->connector->take(stream->state, piece, &when, findings);
		look_after(stream->source, findings);
		*done += bytes;
	}
	return *done == stream->heard[side].bytes;
}

static bool
take_side(struct stream *stream, enum stream_side side, struct turn *turn, const struct instant *now)
{
	size_t done = 0;
	bool all = take_pieces(stream, side, turn, now, &done);
	if (done > 0) /* once: of short lines there are very many */
		forget(stream, side, done);
	return all;
}

static void
tell_line(struct stream *stream, struct turn *turn, const struct instant *now)
{
	struct findings *findings = turn_join(turn, stream->source, stream);
	if (findings == NULL)
		return;
	if (stream->source->connector->line != NULL && stream->source->connector->feed == FEED_STREAM)
		stream->source->connector->line(stream->state, stream->up, now->utc_ms, findings);
	look_after(stream->source, findings);
	stream->line_known = true;
	stream->connected = stream->up;
}

void
stream_take(struct stream *stream, struct turn *turn, const struct instant *now)
{
	if (stream->up && line_is_news(stream))
		tell_line(stream, turn, now);
	if (!take_side(stream, SIDE_MACHINE, turn, now) || !take_side(stream, SIDE_ANSWER, turn, now))
		return;
	if (!stream->up && line_is_news(stream))
		tell_line(stream, turn, now);
}

static void
pass(struct machine_source *source, void *state, struct turn *turn, const struct instant *now)
{
	struct findings *findings = state != NULL && source->connector->pass != NULL ? turn_join(turn, source, NULL) : NULL;
	if (findings == NULL)
		return;
	source->connector->pass(state, now->utc_ms, findings);
	look_after(source, findings);
}

void
stream_pass(struct stream *stream, struct turn *turn, const struct instant *now)
{
	if (stream->state != stream->source->shared)
		pass(stream->source, stream->state, turn, now);
}

void
stream_source_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	pass(source, source->shared, turn, now);
}

/*
 * What a connection or a line says, between the reading and the understanding: bytes that wait for their turn, of either direction,
 * and the connector's state of this one connection. A connector of documents gets the lines of a stream, one by one (NDJSON). That
 * one, and a connector of one machine, have one state for all connections of their source: it lives from the first stream_open to
 * stream_source_close, and is kept through a restart.
 *
 * A stream owns its buffers and the state. It holds at most STREAM_BYTES_MAX; whoever reads the socket asks stream_room first. One
 * thread.
 */
#ifndef JUYAN_GATEWAY_STREAM_H
#define JUYAN_GATEWAY_STREAM_H

#include "sources.h"

enum { STREAM_BYTES_MAX = 1024 * 1024 };

enum stream_side { SIDE_MACHINE, SIDE_ANSWER, SIDES };

struct stream {
	struct machine_source *source;
	void *state; /* the connector's; of documents: lent by the source */
	struct {
		uint8_t *data;
		size_t bytes, room;
	} heard[SIDES];
	bool line_known; /* the connector has been told … */
	bool connected;  /* … how the connection stands */
	bool up;         /* how it stands */
};

/* SYNTAX where the source's settings are not the connector's; NO_MEMORY. */
enum status stream_open(struct machine_source *source, struct stream *out, struct reason *why) MUST_USE;
void stream_close(struct stream *stream); /* safe on a zeroed one */

/* Room for bytes that can still be left where they are. */
size_t stream_room(const struct stream *stream);
/* Bytes that wait, of both sides. */
size_t stream_bytes(const struct stream *stream);
/* Keeps what was read. False: there is no room, and these bytes are lost. */
bool stream_hear(struct stream *stream, enum stream_side side, const uint8_t *data, size_t bytes);
/* The connection has come or gone; the connector hears of it when what was said before has been taken. */
void stream_line(struct stream *stream, bool up);
/* Whether stream_take has something to do. */
bool stream_waits(const struct stream *stream);
/* Through the connector, as much as the turn has room for. */
void stream_take(struct stream *stream, struct turn *turn, const struct instant *now);
/* A second has passed, for the state of this stream alone; and for the one that a source's streams share, if they do. */
void stream_pass(struct stream *stream, struct turn *turn, const struct instant *now);
void stream_source_pass(struct machine_source *source, struct turn *turn, const struct instant *now);

/* What was taken is on disk; and the end of the source, after its streams. */
void stream_settle(struct machine_source *source);
void stream_source_close(struct machine_source *source);

#endif

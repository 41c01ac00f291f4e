/*
 * What a terminal's frame says. A batch, which is nearly all there is, is read where it lies: its events are spans into the frame.
 * Everything else is unpacked into the arena, a batch with fields that we do not know among it. Owns nothing; any thread.
 */
#ifndef JUYAN_INGEST_FRAME_H
#define JUYAN_INGEST_FRAME_H

#include "session.h"

enum frame_says { FRAME_HELLO, FRAME_BATCH, FRAME_PING };

struct frame {
	enum frame_says says;
	const Juyan__V1__Hello *hello;
	struct batch batch;
	bool unpacked;  /* the batch's events are spans into the arena */
	uint64_t nonce; /* of a Ping */
};

/*
 * `events` has room for BATCH_EVENTS_MAX spans; what *out points to lives as long as bytes, events and arena.
 * UNDECODABLE, NO_CONTENT, TOO_MANY with a sentence; *out is then untouched.
 */
enum status frame_read(struct span bytes, struct span *events, struct arena *arena, struct frame *out, struct reason *why) MUST_USE;

#endif

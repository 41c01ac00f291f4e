/*
 * What a terminal's frame says. A batch, which is nearly all there is, is read where it lies: its events are spans into the frame,
 * and so are a site's blocks and what stands in them. Everything else is unpacked into the arena, a batch with fields that we do
 * not know among it. Owns nothing; any thread.
 */
#ifndef JUYAN_INGEST_FRAME_H
#define JUYAN_INGEST_FRAME_H

#include "session_site.h"

enum frame_says { FRAME_HELLO, FRAME_BATCH, FRAME_PING, FRAME_DECREES };

/* Where a batch's events and blocks are listed. */
struct frame_room {
	struct span items[BATCH_EVENTS_MAX];  /* of the message: events, or blocks */
	struct span events[BATCH_EVENTS_MAX]; /* of the blocks */
	struct head heads[BATCH_EVENTS_MAX];
	struct site_block blocks[BATCH_EVENTS_MAX]; /* each has at least one event */
};

struct frame {
	enum frame_says says;
	const Juyan__V1__Hello *hello;
	const Juyan__V1__DecreesAsk *decrees;
	struct batch batch;
	bool unpacked;  /* the batch's events are spans into the arena */
	uint64_t nonce; /* of a Ping */
};

/*
 * What *out points to lives as long as bytes, room and arena. UNDECODABLE (a block that is none, too), NO_CONTENT, TOO_MANY,
 * TOO_LARGE with a sentence; *out is then untouched.
 */
enum status frame_read(struct span bytes, struct frame_room *room, struct arena *arena, struct frame *out,
    struct reason *why) MUST_USE;

#endif

/*
 * A machine's connection, and, where it is passed on, the one to its platform: bytes go both ways unchanged, at once and before
 * anything is read of them. When either end is closed, what it said still goes through, and then the other is closed: the machine
 * meets what it would meet if it spoke to the platform itself.
 *
 * A passage owns both descriptors and what waits to be written. What it hears goes into a stream, which it lends. One thread.
 */
#ifndef JUYAN_GATEWAY_PASSAGE_H
#define JUYAN_GATEWAY_PASSAGE_H

#include "address.h"
#include "stream.h"

enum { PASSAGE_POLLS = 2, PASSAGE_BYTES_MAX = 256 * 1024, PASSAGE_DIAL_MS = 10 * 1000, PASSAGE_END_MS = 30 * 1000 };

/* One direction. */
struct passing {
	uint8_t *data;
	size_t bytes;
	bool ended; /* nothing more comes */
	bool told;  /* the other end has been told so */
};

struct passage {
	int machine, platform; /* descriptors; platform -1: none */
	bool passes, dialling;
	struct passing out, back;               /* to the platform, to the machine */
	int64_t dialled_ms, heard_ms, ended_ms; /* monotonic */
	const char *fault;                      /* why it was broken off; NULL: it was not */
	int error;                              /* with an errno; 0: none */
};

/* Takes the descriptor over. `platform` NULL: it is not passed on. SYSTEM: the platform cannot be dialled; the fd is closed. */
enum status passage_open(int machine, const struct address *platform, const struct instant *now, struct passage *out,
    struct reason *why) MUST_USE;
void passage_close(struct passage *passage);

/* Writes PASSAGE_POLLS of them; fd -1 where nothing is to be waited for. */
void passage_watch(const struct passage *passage, const struct stream *stream, bool held, struct pollfd polls[PASSAGE_POLLS]);
/* Reads, passes on, and lets the stream hear. `piece` is a buffer that is lent. False: it has come to its end. */
bool passage_move(struct passage *passage, struct stream *stream, const struct pollfd polls[PASSAGE_POLLS], bool held,
    const struct instant *now, uint8_t piece[SOURCE_PIECE_BYTES]);

#endif

/*
 * The events that a terminal holds: one batch being filled, and before it those that are full and not settled yet, each packed by
 * hand as the frame in which it travels. A batch is packed once and sent as often as needed.
 *
 * The window owns its buffers (one of FRAME_BYTES_MAX for each batch, taken when first needed and used again); one thread.
 */
#ifndef JUYAN_TERMINAL_WINDOW_H
#define JUYAN_TERMINAL_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

enum { WINDOW_SLOTS = WINDOW_BATCHES + 1 };

/* One batch. */
struct parcel {
	uint8_t *buffer;
	size_t begin; /* where its first event stands; before it there is room for the head of the frame */
	size_t end;
	uint64_t first;
	uint32_t n;
	bool sent;       /* since the last Hello */
	bool answered;   /* since the last Hello: what is left of it has to be sent again */
	uint32_t times;  /* how often it was sent in all */
	uint64_t serial; /* which sending it was: grows over all parcels */
	int64_t sent_ns; /* the last time */
};

struct window {
	struct parcel parcels[WINDOW_SLOTS];
	size_t head;         /* the oldest that is not settled */
	size_t sealed;       /* how many are sealed; the one after them is being filled */
	uint32_t events_max; /* of one batch */
	size_t frame_bytes_max;
};

void window_close(struct window *window); /* safe on a zeroed one */

/* Whether another event may be added: false when every slot holds a sealed batch. */
bool window_has_slot(const struct window *window);
/*
 * Copies one event into the batch being filled; its number is first + n. An empty batch begins with `seq`. BUSY: it has to be
 * sealed first. NO_MEMORY: no buffer. There has to be a slot.
 */
enum status window_add(struct window *window, uint64_t seq, struct span event) MUST_USE;
bool window_full(const struct window *window); /* the batch being filled takes no more events */
uint32_t window_filled(const struct window *window);
/* Nothing happens when the batch being filled is empty. */
void window_seal(struct window *window);

/* The i-th sealed batch, oldest first. */
struct parcel *window_parcel(struct window *window, size_t i);
/* The frame of a batch; lent until the parcel changes. */
struct span window_frame(struct parcel *parcel);
/* Forgets all events up to this number; how many these were. A batch that is settled in part is cut. */
uint64_t window_settle(struct window *window, uint64_t last);
/* A new Hello: everything has to be sent again. */
void window_unsend(struct window *window);

/* The bytes that an event takes in a frame, the head of a frame not counted. */
size_t window_event_bytes(size_t event_bytes);
enum { WINDOW_HEAD_BYTES = 32 }; /* at least the head of a frame */

#endif

/*
 * Packing by hand. A frame is FromTerminal { event_batch: EventBatch { first_stream_seq, events… } }. The events are written
 * behind a room for the head; the head, whose length depends on what follows, is written last and backwards from the first event.
 * So nothing is moved, and a batch that was settled in part is cut by beginning later.
 */
#include "window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Field number and wire type, as in ingest.proto. */
enum { TAG_EVENT_BATCH = 2 << 3 | 2, TAG_FIRST_STREAM_SEQ = 1 << 3 | 0, TAG_EVENTS = 2 << 3 | 2, VARINT_BYTES_MAX = 10 };

_Static_assert(WINDOW_HEAD_BYTES >= 1 + VARINT_BYTES_MAX + 1 + VARINT_BYTES_MAX, "the head of a frame fits before its events");

static size_t
varint_bytes(uint64_t value)
{
	size_t bytes = 1;
	while (value >= 0x80) {
		value >>= 7;
		bytes++;
	}
	return bytes;
}

static size_t
varint_put(uint8_t *at, uint64_t value)
{
	size_t bytes = 0;
	while (value >= 0x80) {
		at[bytes++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	at[bytes++] = (uint8_t)value;
	return bytes;
}

static uint64_t
varint_get(const uint8_t *at, size_t *bytes)
{
	uint64_t value = 0;
	unsigned shift = 0;
	size_t i = 0;
	do {
		assert(i < VARINT_BYTES_MAX);
		value |= (uint64_t)(at[i] & 0x7F) << shift;
		shift += 7;
	} while ((at[i++] & 0x80) != 0);
	*bytes = i;
	return value;
}

size_t
window_event_bytes(size_t event_bytes)
{
	return 1 + varint_bytes(event_bytes) + event_bytes;
}

void
window_close(struct window *window)
{
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		free(window->parcels[i].buffer);
	*window = (struct window){ 0 };
}

struct parcel *
window_parcel(struct window *window, size_t i)
{
	assert(i < WINDOW_SLOTS);
	return &window->parcels[(window->head + i) % WINDOW_SLOTS];
}

bool
window_has_slot(const struct window *window)
{
	assert(window->sealed <= WINDOW_SLOTS);
	return window->sealed < WINDOW_SLOTS;
}

static const struct parcel *
filling(const struct window *window)
{
	assert(window_has_slot(window));
	return &window->parcels[(window->head + window->sealed) % WINDOW_SLOTS];
}

uint32_t
window_filled(const struct window *window)
{
	return window_has_slot(window) ? filling(window)->n : 0;
}

bool
window_full(const struct window *window)
{
	return window_filled(window) >= window->events_max;
}

/* An empty parcel for the batch that begins with this number, with the buffer that its slot has. */
static enum status
begin(struct parcel *parcel, uint64_t seq)
{
	if (parcel->buffer == NULL)
		parcel->buffer = malloc(FRAME_BYTES_MAX);
	if (parcel->buffer == NULL)
		return STATUS_NO_MEMORY;
	*parcel = (struct parcel){
		.buffer = parcel->buffer,
		.begin = WINDOW_HEAD_BYTES,
		.end = WINDOW_HEAD_BYTES,
		.first = seq,
	};
	return STATUS_OK;
}

enum status
window_add(struct window *window, uint64_t seq, struct span event)
{
	assert(window->events_max > 0 && window->frame_bytes_max <= FRAME_BYTES_MAX);
	struct parcel *parcel = window_parcel(window, window->sealed);
	assert(window_has_slot(window));
	if (parcel->n == 0) {
		enum status s = begin(parcel, seq);
		if (s != STATUS_OK)
			return s;
	}
	assert(seq == parcel->first + parcel->n);
	if (parcel->n >= window->events_max || parcel->end + window_event_bytes(event.bytes) > window->frame_bytes_max) {
		assert(parcel->n > 0);
		return STATUS_BUSY;
	}
	uint8_t *at = parcel->buffer + parcel->end;
	*at++ = TAG_EVENTS;
	at += varint_put(at, event.bytes);
	memcpy(at, event.data, event.bytes);
	parcel->end = (size_t)(at - parcel->buffer) + event.bytes;
	parcel->n++;
	return STATUS_OK;
}

void
window_seal(struct window *window)
{
	if (window_filled(window) == 0)
		return;
	window->sealed++;
	/* The slot behind it may hold the remains of an old batch. */
	if (window_has_slot(window))
		window_parcel(window, window->sealed)->n = 0;
}

struct span
window_frame(struct parcel *parcel)
{
	assert(parcel->n > 0);
	uint8_t head[VARINT_BYTES_MAX + 1];
	head[0] = TAG_FIRST_STREAM_SEQ;
	size_t inner = 1 + varint_put(head + 1, parcel->first);
	uint8_t *at = parcel->buffer + parcel->begin - inner;
	memcpy(at, head, inner);

	size_t batch_bytes = inner + (parcel->end - parcel->begin);
	head[0] = TAG_EVENT_BATCH;
	size_t outer = 1 + varint_put(head + 1, batch_bytes);
	assert(inner + outer <= parcel->begin);
	at -= outer;
	memcpy(at, head, outer);
	return (struct span){ at, outer + batch_bytes };
}

/* Drops the first `drop` events of a batch. */
static void
cut(struct parcel *parcel, uint32_t drop)
{
	assert(drop < parcel->n);
	for (uint32_t i = 0; i < drop; i++) {
		assert(parcel->buffer[parcel->begin] == TAG_EVENTS);
		size_t length_bytes;
		uint64_t bytes = varint_get(parcel->buffer + parcel->begin + 1, &length_bytes);
		parcel->begin += 1 + length_bytes + bytes;
	}
	assert(parcel->begin < parcel->end);
	parcel->first += drop;
	parcel->n -= drop;
}

uint64_t
window_settle(struct window *window, uint64_t last)
{
	uint64_t settled = 0;
	while (window->sealed > 0) {
		struct parcel *parcel = window_parcel(window, 0);
		if (parcel->first > last)
			return settled;
		uint64_t known = last - parcel->first + 1;
		if (known < parcel->n) {
			cut(parcel, (uint32_t)known);
			return settled + known;
		}
		settled += parcel->n;
		parcel->n = 0;
		window->head = (window->head + 1) % WINDOW_SLOTS;
		window->sealed--;
	}
	return settled;
}

void
window_unsend(struct window *window)
{
	for (size_t i = 0; i < window->sealed; i++) {
		struct parcel *parcel = window_parcel(window, i);
		parcel->sent = false;
		parcel->answered = false;
	}
}

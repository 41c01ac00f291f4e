/* Reads a batch without copying; the coding is that of ingest.proto, and of blocks that of block.h. */
#include "frame.h"

#include <assert.h>

/*
 * A frame with more fields than this is not unpacked: that would take milliseconds, for which the others wait. It is twice as many
 * as the largest batch needs.
 */
enum { FIELDS_MAX = 2 * BATCH_EVENTS_MAX };

/* Field number and wire type. */
enum {
	TAG_EVENT_BATCH = 2 << 3 | 2,
	TAG_JOURNAL_BATCH = 4 << 3 | 2,
	TAG_FIRST = 1 << 3 | 0, /* number, of either */
	TAG_ITEMS = 2 << 3 | 2  /* events or blocks */
};

/* A message of one of two kinds that are coded alike: a number, and items of bytes. */
struct items {
	bool journal;
	uint64_t first;
	struct span *items; /* BATCH_EVENTS_MAX */
	size_t n;
};

/* Takes a varint of at most bytes_max bytes from the front of `rest`; false where there is none. */
static bool
take_varint(struct span *rest, size_t bytes_max, uint64_t *out)
{
	uint64_t value = 0;
	for (size_t i = 0; i < rest->bytes && i < bytes_max; i++) {
		uint8_t byte = rest->data[i];
		if (i == 9 && byte > 1)
			return false; /* more than 64 bits */
		value |= (uint64_t)(byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0) {
			rest->data += i + 1;
			rest->bytes -= i + 1;
			*out = value;
			return true;
		}
	}
	return false;
}

/* Takes a length and so many bytes. */
static bool
take_bytes(struct span *rest, struct span *out)
{
	uint64_t bytes;
	if (!take_varint(rest, 5, &bytes) || bytes > rest->bytes)
		return false;
	*out = (struct span){ rest->data, (size_t)bytes };
	rest->data += bytes;
	rest->bytes -= (size_t)bytes;
	return true;
}

static bool
take_tag(struct span *rest, uint8_t *tag)
{
	if (rest->bytes == 0)
		return false;
	*tag = *rest->data++;
	rest->bytes--;
	return true;
}

/*
 * The plain form, as every encoder writes it: one batch of either kind and nothing else, in it only the two fields that we know.
 * False: it is something else, right or wrong, and the general reader has to look.
 */
static bool
read_plain_batch(struct span rest, struct items *out)
{
	uint8_t tag;
	struct span inner;
	if (!take_tag(&rest, &tag) || (tag != TAG_EVENT_BATCH && tag != TAG_JOURNAL_BATCH) || !take_bytes(&rest, &inner) ||
	    rest.bytes != 0)
		return false;
	out->journal = tag == TAG_JOURNAL_BATCH;
	out->first = 0;
	out->n = 0;
	while (take_tag(&inner, &tag)) {
		if (tag == TAG_ITEMS) {
			if (out->n == BATCH_EVENTS_MAX || !take_bytes(&inner, &out->items[out->n]))
				return false;
			out->n++;
		} else if (tag != TAG_FIRST || !take_varint(&inner, 10, &out->first)) {
			return false;
		}
	}
	return true;
}

/* Takes one field from the front, with its value where that is bytes. False: it is none that protobuf would take. */
static bool
take_field(struct span *rest, struct span *bytes)
{
	uint64_t tag, value;
	*bytes = (struct span){ NULL, 0 };
	if (!take_varint(rest, 5, &tag))
		return false;
	size_t fixed = (tag & 7) == 1 ? 8 : 4;
	switch (tag & 7) {
	case 0:
		return take_varint(rest, 10, &value);
	case 2:
		return take_bytes(rest, bytes);
	case 1:
	case 5:
		if (rest->bytes < fixed)
			return false;
		*rest = (struct span){ rest->data + fixed, rest->bytes - fixed };
		return true;
	default:
		return false;
	}
}

/* How many fields stand in it, and in what it holds; counts no further than `most`, nor behind what is wrong. */
static size_t
count_fields(struct span rest, size_t most)
{
	size_t n = 0;
	struct span inner, unused;
	while (n < most && take_field(&rest, &inner))
		for (n++; n < most && take_field(&inner, &unused);)
			n++;
	return n;
}

static enum status
unpacked_items(uint64_t first, const ProtobufCBinaryData *items, size_t n, bool journal, struct items *out, struct reason *why)
{
	if (n > BATCH_EVENTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the batch holds %zu %s; at most %d are taken in one", n,
		    journal ? "blocks" : "events", BATCH_EVENTS_MAX);
	for (size_t i = 0; i < n; i++)
		out->items[i] = (struct span){ items[i].data, items[i].len };
	out->journal = journal;
	out->first = first;
	out->n = n;
	return STATUS_OK;
}

/* ---- blocks ---- */

static enum status
read_block(uint64_t lsn, struct span bytes, size_t i, struct frame_room *room, uint32_t *n, struct reason *why)
{
	struct block block;
	struct journal_event event;
	enum status status = block_open(lsn, bytes, &block);
	if (status == STATUS_OK) {
		if (block.left > BATCH_EVENTS_MAX - *n)
			return reason_say(why, STATUS_TOO_MANY,
			    "the blocks hold more than %d events; so many are taken in one batch", BATCH_EVENTS_MAX);
		room->blocks[i] = (struct site_block){ bytes, *n, block.left };
	}
	while (status == STATUS_OK && (status = block_next(&block, &event)) == STATUS_OK) {
		room->events[*n] = event.bytes;
		room->heads[(*n)++] = (struct head){ .terminal_no = event.terminal_no,
			.verdict = event.verdict,
			.stream_seq = event.stream_seq,
			.received_at_ms = event.received_at_ms,
			.conflict = event.conflict,
			.block = (uint32_t)i };
	}
	return status == STATUS_NOT_FOUND
	    ? STATUS_OK
	    : reason_say(why, STATUS_UNDECODABLE, "block %zu of the batch is no block of a journal", i + 1);
}

/* The events of a site's blocks, with what their blocks say of them. */
static enum status
read_blocks(const struct items *items, struct frame_room *room, struct batch *out, struct reason *why)
{
	uint32_t n = 0;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < items->n && status == STATUS_OK; i++)
		status = read_block(items->first + n, items->items[i], i, room, &n, why);
	*out =
	    (struct batch){ .first = items->first, .n = n, .events = room->events, .heads = room->heads, .blocks = room->blocks };
	return status;
}

static enum status
batch_of(const struct items *items, struct frame_room *room, struct batch *out, struct reason *why)
{
	if (items->journal)
		return read_blocks(items, room, out, why);
	*out = (struct batch){ .first = items->first, .n = (uint32_t)items->n, .events = room->items };
	return STATUS_OK;
}

static enum status
unpacked_batch(const Juyan__V1__FromTerminal *from, struct frame_room *room, struct batch *out, struct reason *why)
{
	struct items items = { .items = room->items };
	bool journal = from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH;
	enum status s = journal ? unpacked_items(from->journal_batch->first_lsn, from->journal_batch->blocks,
				      from->journal_batch->n_blocks, true, &items, why)
				: unpacked_items(from->event_batch->first_stream_seq, from->event_batch->events,
				      from->event_batch->n_events, false, &items, why);
	return s == STATUS_OK ? batch_of(&items, room, out, why) : s;
}

enum status
frame_read(struct span bytes, struct frame_room *room, struct arena *arena, struct frame *out, struct reason *why)
{
	struct frame frame = { .says = FRAME_BATCH };
	struct items items = { .items = room->items };
	if (read_plain_batch(bytes, &items)) {
		enum status read = batch_of(&items, room, &frame.batch, why);
		if (read == STATUS_OK)
			*out = frame;
		return read;
	}
	if (count_fields(bytes, FIELDS_MAX) == FIELDS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the frame has %d fields or more; no message needs so many", FIELDS_MAX);
	const ProtobufCMessage *message;
	enum status s = wire_unpack(&juyan__v1__from_terminal__descriptor, bytes, arena, &message, why);
	if (s != STATUS_OK)
		return s;
	const Juyan__V1__FromTerminal *from = (const void *)message;
	switch (from->say_case) {
	case JUYAN__V1__FROM_TERMINAL__SAY_HELLO:
		frame.says = FRAME_HELLO;
		frame.hello = from->hello;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH:
	case JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH:
		s = unpacked_batch(from, room, &frame.batch, why);
		frame.unpacked = true;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_PING:
		frame.says = FRAME_PING;
		frame.nonce = from->ping->nonce;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_DECREES_ASK:
		frame.says = FRAME_DECREES;
		frame.decrees = from->decrees_ask;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY__NOT_SET:
	case _JUYAN__V1__FROM_TERMINAL__SAY__CASE_IS_INT_SIZE:
	default:
		return reason_say(why, STATUS_NO_CONTENT,
		    "the frame says nothing that this version knows; hello, event_batch, journal_batch, decrees_ask or ping was "
		    "expected");
	}
	if (s == STATUS_OK)
		*out = frame;
	return s;
}

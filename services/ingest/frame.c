/* Reads a batch without copying; the coding is that of ingest.proto. */
#include "frame.h"

#include <assert.h>

/*
 * A frame with more fields than this is not unpacked: that would take milliseconds, for which the others wait. It is twice as many
 * as the largest batch needs.
 */
enum { FIELDS_MAX = 2 * BATCH_EVENTS_MAX };

/* Field number and wire type. */
enum { TAG_EVENT_BATCH = 2 << 3 | 2, TAG_FIRST_STREAM_SEQ = 1 << 3 | 0, TAG_EVENTS = 2 << 3 | 2 };

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
 * The plain form, as every encoder writes it: one event_batch and nothing else, in it only the two fields that we know. False: it
 * is something else, right or wrong, and the general reader has to look.
 */
static bool
read_plain_batch(struct span rest, struct span *events, struct batch *out)
{
	uint8_t tag;
	struct span inner;
	if (!take_tag(&rest, &tag) || tag != TAG_EVENT_BATCH || !take_bytes(&rest, &inner) || rest.bytes != 0)
		return false;
	*out = (struct batch){ .events = events };
	while (take_tag(&inner, &tag)) {
		if (tag == TAG_EVENTS) {
			if (out->n == BATCH_EVENTS_MAX || !take_bytes(&inner, &events[out->n]))
				return false;
			out->n++;
		} else if (tag != TAG_FIRST_STREAM_SEQ || !take_varint(&inner, 10, &out->first)) {
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
unpacked_batch(const Juyan__V1__EventBatch *batch, struct span *events, struct batch *out, struct reason *why)
{
	if (batch->n_events > BATCH_EVENTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the batch holds %zu events; at most %d are taken in one", batch->n_events,
		    BATCH_EVENTS_MAX);
	for (size_t i = 0; i < batch->n_events; i++)
		events[i] = (struct span){ batch->events[i].data, batch->events[i].len };
	*out = (struct batch){ .first = batch->first_stream_seq, .n = (uint32_t)batch->n_events, .events = events };
	return STATUS_OK;
}

enum status
frame_read(struct span bytes, struct span *events, struct arena *arena, struct frame *out, struct reason *why)
{
	struct frame frame = { .says = FRAME_BATCH };
	if (read_plain_batch(bytes, events, &frame.batch)) {
		*out = frame;
		return STATUS_OK;
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
		s = unpacked_batch(from->event_batch, events, &frame.batch, why);
		frame.unpacked = true;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_PING:
		frame.says = FRAME_PING;
		frame.nonce = from->ping->nonce;
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY__NOT_SET:
	case _JUYAN__V1__FROM_TERMINAL__SAY__CASE_IS_INT_SIZE:
	default:
		return reason_say(why, STATUS_NO_CONTENT,
		    "the frame says nothing that this version knows; hello, event_batch or ping was expected");
	}
	if (s == STATUS_OK)
		*out = frame;
	return s;
}

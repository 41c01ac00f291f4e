/*
 * What a terminal sends: the reader by hand (services/ingest/frame.h) against protobuf-c's own. Whatever one of them takes, the
 * other takes, with the same meaning.
 *
 * reads: services/ingest/frame.c
 */
#include "frame.h"
#include "fuzz.h"

#include "ingest.pb-c.h"

static struct span events[BATCH_EVENTS_MAX];

static void
same_batch(const struct frame *frame, const Juyan__V1__EventBatch *batch)
{
	fuzz_holds(frame->says == FRAME_BATCH);
	fuzz_holds(frame->batch.first == batch->first_stream_seq && frame->batch.n == batch->n_events);
	for (size_t i = 0; i < batch->n_events; i++)
		fuzz_holds(fuzz_same(frame->batch.events[i], (struct span){ batch->events[i].data, batch->events[i].len }));
}

static void
same(const struct frame *frame, const Juyan__V1__FromTerminal *from)
{
	switch (from->say_case) {
	case JUYAN__V1__FROM_TERMINAL__SAY_HELLO:
		fuzz_holds(frame->says == FRAME_HELLO && frame->hello->version == from->hello->version);
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH:
		same_batch(frame, from->event_batch);
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_PING:
		fuzz_holds(frame->says == FRAME_PING && frame->nonce == from->ping->nonce);
		break;
	default:
		fuzz_holds(false);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	struct reason why = { "" }, other = { "" };
	struct frame frame = { .says = FRAME_HELLO };
	const ProtobufCMessage *message = NULL;
	enum status by_hand = frame_read(input, events, fuzz_arena(0, DECODE_BYTES_MAX), &frame, &why);
	enum status by_library =
	    wire_unpack(&juyan__v1__from_terminal__descriptor, input, fuzz_arena(1, DECODE_BYTES_MAX), &message, &other);
	fuzz_holds(by_hand == STATUS_OK || why.text[0] != '\0');
	if (by_library != STATUS_OK)
		fuzz_holds(by_hand == by_library || by_hand == STATUS_TOO_MANY); /* too many fields to try */
	else if (by_hand == STATUS_OK)
		same(&frame, (const Juyan__V1__FromTerminal *)message);
	else
		fuzz_holds(by_hand == STATUS_NO_CONTENT || by_hand == STATUS_TOO_MANY);
	return 0;
}

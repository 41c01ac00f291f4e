/*
 * What a terminal sends: the reader by hand (services/ingest/frame.h) against protobuf-c's own. Whatever one of them takes, the
 * other takes, with the same meaning. Of a site's blocks, which protobuf takes for bytes, every event lies within its block.
 *
 * reads: services/ingest/frame.c storage/block.c
 */
#include "frame.h"
#include "fuzz.h"

#include "ingest.pb-c.h"

static struct frame_room room;

static void
same_batch(const struct frame *frame, const Juyan__V1__EventBatch *batch)
{
	fuzz_holds(frame->says == FRAME_BATCH);
	fuzz_holds(frame->batch.first == batch->first_stream_seq && frame->batch.n == batch->n_events);
	for (size_t i = 0; i < batch->n_events; i++)
		fuzz_holds(fuzz_same(frame->batch.events[i], (struct span){ batch->events[i].data, batch->events[i].len }));
}

static void
same_journal(const struct frame *frame, const Juyan__V1__JournalBatch *journal)
{
	uint32_t n = 0;
	const struct batch *batch = &frame->batch;
	fuzz_holds(frame->says == FRAME_BATCH && batch->heads != NULL && batch->first == journal->first_lsn);
	for (size_t i = 0; i < journal->n_blocks; i++) {
		const struct site_block *block = &batch->blocks[i];
		fuzz_holds(fuzz_same(block->bytes, (struct span){ journal->blocks[i].data, journal->blocks[i].len }));
		fuzz_holds(block->from == n && block->n > 0);
		for (uint32_t end = n + block->n; n < end; n++) {
			const struct span *event = &batch->events[n];
			fuzz_holds(batch->heads[n].block == i && event->bytes <= EVENT_BYTES_MAX);
			fuzz_holds(event->data >= block->bytes.data &&
			    event->data + event->bytes <= block->bytes.data + block->bytes.bytes);
		}
	}
	fuzz_holds(n == batch->n && n <= BATCH_EVENTS_MAX);
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
	case JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH:
		same_journal(frame, from->journal_batch);
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
	enum status by_hand = frame_read(input, &room, fuzz_arena(0, DECODE_BYTES_MAX), &frame, &why);
	enum status by_library =
	    wire_unpack(&juyan__v1__from_terminal__descriptor, input, fuzz_arena(1, DECODE_BYTES_MAX), &message, &other);
	fuzz_holds(by_hand == STATUS_OK || why.text[0] != '\0');
	if (by_library != STATUS_OK)
		fuzz_holds(by_hand == by_library || by_hand == STATUS_TOO_MANY); /* too many fields to try */
	else if (by_hand == STATUS_OK)
		same(&frame, (const Juyan__V1__FromTerminal *)message);
	else
		fuzz_holds(by_hand == STATUS_NO_CONTENT || by_hand == STATUS_TOO_MANY ||
		    (by_hand == STATUS_UNDECODABLE && /* a block that is none */
			((const Juyan__V1__FromTerminal *)message)->say_case == JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH));
	return 0;
}

/*
 * One event as it comes: decoding, checks, and the form in which it leaves. What was taken is taken again when it is packed anew or
 * written as JSON, and says the same.
 *
 * reads: proto/wire storage/facts.c
 */
#include "facts.h"
#include "fuzz.h"
#include "json.h"

static const Juyan__V1__Event *
taken_again(struct span bytes, unsigned which)
{
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	if (wire_event(bytes, fuzz_arena(which, EVENT_DECODE_BYTES), &event, &why) != STATUS_OK)
		fuzz_says(why.text);
	return event;
}

/* Fields that this version does not know are no part of JSON: so the second text is held against the first. */
static void
through_json(const Juyan__V1__Event *event)
{
	json_t *first = NULL, *second = NULL;
	const ProtobufCMessage *message = NULL;
	struct reason why = { "" };
	fuzz_holds(json_write(&event->base, false, &first) == STATUS_OK);
	struct arena *arena = fuzz_arena(2, EVENT_DECODE_BYTES);
	fuzz_holds(json_read(&juyan__v1__event__descriptor, first, arena, &message, &why) == STATUS_OK);
	fuzz_holds(wire_event_check((const Juyan__V1__Event *)message, &why) == STATUS_OK);
	fuzz_holds(json_write(message, false, &second) == STATUS_OK);
	fuzz_holds(json_equal(first, second));
	json_decref(first);
	json_decref(second);
}

/* What ingest makes of it: the facts of a batch, and their record. */
static void
into_facts(const Juyan__V1__Event *event)
{
	struct facts facts = { 0 }, again = { 0 };
	struct stamp at = { .occurred_at_ms = event->occurred_at_ms, .stream_seq = 1, .terminal_no = 1 };
	struct arena *arena = fuzz_arena(2, EVENT_DECODE_BYTES);
	if (!wire_event_of_batch(event))
		return;
	if (facts_apply(&facts, event, &at, facts_marks(event, event->occurred_at_ms), arena) != STATUS_OK)
		return;
	uint8_t *record = arena_take(arena, facts_encoded_bytes_max(&facts));
	fuzz_holds(record != NULL);
	size_t bytes = facts_encode(&facts, record);
	fuzz_holds(facts_decode((struct span){ record, bytes }, arena, &again) == STATUS_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	if (wire_event((struct span){ data, bytes }, fuzz_arena(0, EVENT_DECODE_BYTES), &event, &why) != STATUS_OK) {
		fuzz_holds(why.text[0] != '\0' && wire_text_clean(why.text, strlen(why.text)));
		return 0;
	}
	fuzz_holds(wire_event_kind(event) != NULL);
	struct arena *out = fuzz_arena(3, 4 * FRAME_BYTES_MAX);
	struct span once = fuzz_packed(&event->base, out);
	if (once.bytes > EVENT_BYTES_MAX)
		return 0; /* lists that came packed leave unpacked */
	fuzz_holds(fuzz_same(once, fuzz_packed(&taken_again(once, 1)->base, out)));
	through_json(event);
	into_facts(event);
	return 0;
}

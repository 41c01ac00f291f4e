/*
 * A batch on the wire: what the terminal packs by hand is what protobuf would pack, and what ingest reads by hand is what protobuf
 * would read, from right frames and from spoilt ones. And a BatchAck fits into a frame, whatever it has to say.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "frame.h"
#include "reply.h"
#include "window.h"

enum { ROUNDS = 20000, EVENTS_MAX = 40, EVENT_MAX = 300 };

static struct arena arena;
static struct frame_room room;

static int
setup(void **state)
{
	(void)state;
	return arena_open(&arena, DECODE_BYTES_MAX) == STATUS_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* The batch in a frame as protobuf reads it; NULL: it is none. */
static const Juyan__V1__EventBatch *
unpack(struct span bytes)
{
	const ProtobufCMessage *message;
	arena_reset(&arena);
	if (wire_unpack(&juyan__v1__from_terminal__descriptor, bytes, &arena, &message, NULL) != STATUS_OK)
		return NULL;
	const Juyan__V1__FromTerminal *from = (const void *)message;
	return from->say_case == JUYAN__V1__FROM_TERMINAL__SAY_EVENT_BATCH ? from->event_batch : NULL;
}

static void
check_same(const struct batch *batch, const Juyan__V1__EventBatch *other)
{
	assert_int_equal(batch->first, other->first_stream_seq);
	assert_int_equal(batch->n, other->n_events);
	for (uint32_t i = 0; i < batch->n; i++) {
		assert_int_equal(batch->events[i].bytes, other->events[i].len);
		if (other->events[i].len > 0)
			assert_memory_equal(batch->events[i].data, other->events[i].data, other->events[i].len);
	}
}

/* Fills the window with events whose content follows from their number. */
static void
fill(struct window *window, uint64_t first, uint32_t n, const size_t *sizes)
{
	uint8_t event[EVENT_MAX];
	for (uint32_t i = 0; i < n; i++) {
		memset(event, (int)((first + i) % 251), sizes[i]);
		assert_int_equal(window_add(window, first + i, (struct span){ event, sizes[i] }), STATUS_OK);
	}
	window_seal(window);
}

static void
check_content(const Juyan__V1__EventBatch *batch, uint64_t first, uint32_t n, const size_t *sizes)
{
	assert_non_null(batch);
	assert_int_equal(batch->first_stream_seq, first);
	assert_int_equal(batch->n_events, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(batch->events[i].len, sizes[i]);
		for (size_t b = 0; b < sizes[i]; b++)
			assert_int_equal(batch->events[i].data[b], (first + i) % 251);
	}
}

static void
what_is_packed_by_hand_is_read_by_protobuf(void **state)
{
	(void)state;
	any_begin();
	struct window window = { .events_max = EVENTS_MAX, .frame_bytes_max = FRAME_BYTES_MAX };
	for (int round = 0; round < ROUNDS / 10; round++) {
		size_t sizes[EVENTS_MAX];
		uint64_t first = (any_bits() >> (1 + any_below(62))) + 1;
		uint32_t n = 1 + (uint32_t)any_below(EVENTS_MAX);
		for (uint32_t i = 0; i < n; i++)
			sizes[i] = any_below(EVENT_MAX);
		fill(&window, first, n, sizes);
		check_content(unpack(window_frame(window_parcel(&window, 0))), first, n, sizes);
		/* Settled in part, it is packed again from what is left. */
		uint32_t settled = (uint32_t)any_below(n);
		assert_int_equal(window_settle(&window, first + settled - 1), settled);
		check_content(unpack(window_frame(window_parcel(&window, 0))), first + settled, n - settled, sizes + settled);
		assert_int_equal(window_settle(&window, UINT64_MAX), n - settled);
		assert_int_equal(window.sealed, 0);
	}
	window_close(&window);
}

static void
a_window_has_an_end(void **state)
{
	(void)state;
	struct window window = { .events_max = 2, .frame_bytes_max = 200 };
	uint8_t event[150] = { 0 };
	uint64_t seq = 1;
	for (int i = 0; i < WINDOW_SLOTS; i++) {
		assert_true(window_has_slot(&window));
		assert_int_equal(window_add(&window, seq++, (struct span){ event, 150 }), STATUS_OK);
		assert_int_equal(window_add(&window, seq, (struct span){ event, 150 }), STATUS_BUSY);
		window_seal(&window);
	}
	assert_false(window_has_slot(&window));
	assert_int_equal(window_filled(&window), 0);
	assert_int_equal(window_settle(&window, 3), 3);
	assert_int_equal(window_parcel(&window, 0)->first, 4);
	assert_int_equal(window_add(&window, seq, (struct span){ event, 1 }), STATUS_OK);
	assert_int_equal(window_filled(&window), 1);
	window_close(&window);
}

/* A right frame, some of its bytes spoilt. */
static void
what_is_read_by_hand_is_what_protobuf_reads(void **state)
{
	(void)state;
	any_begin();
	struct window window = { .events_max = EVENTS_MAX, .frame_bytes_max = FRAME_BYTES_MAX };
	int read = 0;
	for (int round = 0; round < ROUNDS; round++) {
		size_t sizes[EVENTS_MAX];
		uint32_t n = 1 + (uint32_t)any_below(5);
		for (uint32_t i = 0; i < n; i++)
			sizes[i] = any_below(20);
		fill(&window, 1 + (any_bits() >> (1 + any_below(62))), n, sizes);
		struct span packed = window_frame(window_parcel(&window, 0));
		uint8_t bytes[512];
		size_t n_bytes = any_chance(20) ? any_below(packed.bytes) : packed.bytes;
		memcpy(bytes, packed.data, n_bytes);
		for (size_t i = any_below(4); i > 0 && n_bytes > 0; i--)
			bytes[any_below(n_bytes)] = (uint8_t)(any_chance(50) ? any_bits() : any_below(20));

		struct span spoilt = { bytes, n_bytes };
		struct frame frame;
		static struct arena scratch;
		if (scratch.base == NULL)
			assert_int_equal(arena_open(&scratch, DECODE_BYTES_MAX), STATUS_OK);
		arena_reset(&scratch);
		enum status s = frame_read(spoilt, &room, &scratch, &frame, NULL);
		const Juyan__V1__EventBatch *other = unpack(spoilt);
		assert_int_equal(s == STATUS_OK && frame.says == FRAME_BATCH && frame.batch.heads == NULL, other != NULL);
		if (other != NULL)
			check_same(&frame.batch, other);
		read += other != NULL;
		window_settle(&window, UINT64_MAX);
		if (round + 1 == ROUNDS)
			arena_close(&scratch);
	}
	assert_true(read > ROUNDS / 10 && read < ROUNDS);
	window_close(&window);
}

static void
too_many_events_are_refused(void **state)
{
	(void)state;
	static uint8_t bytes[4 + 2 * (BATCH_EVENTS_MAX + 1)];
	for (uint32_t n = BATCH_EVENTS_MAX; n <= BATCH_EVENTS_MAX + 1; n++) {
		size_t inner = 2 * n;
		bytes[0] = 0x12;
		bytes[1] = (uint8_t)(inner | 0x80);
		bytes[2] = (uint8_t)(inner >> 7);
		size_t at = 3;
		if (inner >= 1 << 14) {
			bytes[2] |= 0x80;
			bytes[at++] = (uint8_t)(inner >> 14);
		}
		for (uint32_t i = 0; i < n; i++) {
			bytes[at++] = 0x12;
			bytes[at++] = 0;
		}
		struct frame frame;
		arena_reset(&arena);
		enum status s = frame_read((struct span){ bytes, at }, &room, &arena, &frame, NULL);
		assert_int_equal(s, n == BATCH_EVENTS_MAX ? STATUS_OK : STATUS_TOO_MANY);
	}
}

/* Fields that nobody knows, of which protobuf would take thousands to memory; beside a few of them a full batch is read. */
static void
a_frame_with_countless_fields_is_not_unpacked(void **state)
{
	(void)state;
	enum { UNKNOWN = 4 * BATCH_EVENTS_MAX };
	static uint8_t bytes[2 * (BATCH_EVENTS_MAX + UNKNOWN) + 8];
	for (uint32_t unknown = 1; unknown <= UNKNOWN; unknown += UNKNOWN - 1) {
		size_t at = 0;
		for (uint32_t i = 0; i < unknown; i++) {
			bytes[at++] = 0x78; /* field 15, a number */
			bytes[at++] = 1;
		}
		memcpy(bytes + at, "\x12\x80\x40", 3); /* event_batch of 2 * BATCH_EVENTS_MAX bytes */
		at += 3;
		for (uint32_t i = 0; i < BATCH_EVENTS_MAX; i++) {
			bytes[at++] = 0x12;
			bytes[at++] = 0;
		}
		struct frame frame;
		struct reason why;
		arena_reset(&arena);
		enum status s = frame_read((struct span){ bytes, at }, &room, &arena, &frame, &why);
		assert_int_equal(s, unknown == 1 ? STATUS_OK : STATUS_TOO_MANY);
		assert_true(s == STATUS_OK ? frame.unpacked && frame.batch.n == BATCH_EVENTS_MAX : arena.used == 0);
	}
}

static void
the_longest_ack_fits_into_a_frame(void **state)
{
	(void)state;
	static struct answer answers[BATCH_EVENTS_MAX];
	char sentence[SENTENCE_BYTES_MAX];
	memset(sentence, 'x', sizeof sentence - 1);
	sentence[sizeof sentence - 1] = '\0';
	struct stream stream = { .terminal_no = 1 };
	struct receipt receipt = {
		.stream = &stream,
		.first = UINT64_MAX - BATCH_EVENTS_MAX,
		.n = BATCH_EVENTS_MAX,
		.done = BATCH_EVENTS_MAX,
		.answers_to = BATCH_EVENTS_MAX,
	};
	for (size_t i = 0; i < BATCH_EVENTS_MAX; i++)
		answers[i] =
		    (struct answer){ receipt.first + i, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, sentence };
	struct span frame;
	arena_reset(&arena);
	assert_int_equal(reply_ack(&receipt, answers, &arena, &frame), STATUS_OK);
	assert_true(frame.bytes <= FRAME_BYTES_MAX);

	struct arena other;
	const ProtobufCMessage *message;
	assert_int_equal(arena_open(&other, DECODE_BYTES_MAX), STATUS_OK);
	assert_int_equal(wire_unpack(&juyan__v1__to_terminal__descriptor, frame, &other, &message, NULL), STATUS_OK);
	const Juyan__V1__BatchAck *ack = ((const Juyan__V1__ToTerminal *)(const void *)message)->batch_ack;
	assert_int_equal(ack->n_answers, BATCH_EVENTS_MAX);
	assert_string_equal(ack->answers[0]->sentence, sentence);
	assert_string_equal(ack->answers[BATCH_EVENTS_MAX - 1]->sentence, "");
	assert_string_equal(ack->answers[BATCH_EVENTS_MAX - 1]->name, "conflicting_event");
	arena_close(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_by_hand_is_read_by_protobuf),
		cmocka_unit_test(a_window_has_an_end),
		cmocka_unit_test(what_is_read_by_hand_is_what_protobuf_reads),
		cmocka_unit_test(too_many_events_are_refused),
		cmocka_unit_test(a_frame_with_countless_fields_is_not_unpacked),
		cmocka_unit_test(the_longest_ack_fits_into_a_frame),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

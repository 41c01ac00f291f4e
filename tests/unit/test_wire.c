/* Bytes and messages: random events come back as they were, hostile bytes are refused in bounded memory. */
#include "check.h"

#include <string.h>

#include "ingest.pb-c.h"
#include "wired.h"

/* ---- the arena ---------------------------------------------------------------------------------------------------------- */

static void
an_arena_gives_aligned_parts_until_it_is_used_up(void **state)
{
	(void)state;
	struct arena arena;
	assert_int_equal(arena_open(&arena, 1000), STATUS_OK);
	uint8_t *last_end = arena.base;
	void *part;
	for (size_t bytes = 1; (part = arena_take(&arena, bytes)) != NULL; bytes++) {
		assert_int_equal((uintptr_t)part % 16, 0);
		assert_true((uint8_t *)part >= last_end);
		memset(part, 0xA5, bytes);
		last_end = (uint8_t *)part + bytes;
		assert_true(last_end <= arena.base + arena.size);
	}
	assert_true(arena.exhausted);
	assert_null(arena_take(&arena, SIZE_MAX));
	assert_null(arena_take(&arena, SIZE_MAX - 8));
	arena_reset(&arena);
	assert_false(arena.exhausted);
	assert_non_null(arena_take(&arena, arena.size));
	assert_null(arena_take(&arena, 1));
	assert_non_null(arena_take(&arena, 0));
	arena_close(&arena);
	arena_close(&arena);
}

static void
packing_keeps_to_its_bounds(void **state)
{
	(void)state;
	Juyan__V1__Event *event = any_event(&build);
	size_t bytes = protobuf_c_message_get_packed_size(&event->base);
	struct span out = { 0 };
	assert_int_equal(wire_pack(&event->base, bytes - 1, &build, &out), STATUS_TOO_LARGE);
	assert_null(out.data);
	struct arena small;
	assert_int_equal(arena_open(&small, 16), STATUS_OK);
	assert_int_equal(wire_pack(&event->base, bytes, &small, &out), STATUS_NO_MEMORY);
	assert_null(out.data);
	arena_close(&small);
	assert_int_equal(wire_pack(&event->base, bytes, &build, &out), STATUS_OK);
	assert_int_equal(out.bytes, bytes);
}

/* ---- honest bytes ------------------------------------------------------------------------------------------------------- */

static void
random_events_come_back_as_they_were(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		empty_arenas(NULL);
		const Juyan__V1__Event *event = any_event(&build), *back = NULL;
		struct span bytes = packed(&event->base);
		struct reason why = { "" };
		if (wire_event(bytes, &decode, &back, &why) != STATUS_OK)
			fail_msg("round %d: %s", round, why.text);
		struct span again = packed(&back->base);
		assert_int_equal(again.bytes, bytes.bytes);
		assert_memory_equal(again.data, bytes.data, bytes.bytes);
		assert_string_equal(wire_event_kind(back), wire_event_kind(event));
		assert_int_equal(wire_event_check(event, NULL), STATUS_OK);
	}
}

static void
what_a_later_version_adds_is_passed_over(void **state)
{
	(void)state;
	const Juyan__V1__Event *event = any_event(&build), *back = NULL;
	struct span bytes = packed(&event->base);
	static const uint8_t added[] = { 0x9A, 0x3F, 3, 'n', 0, 'w' }; /* field 1011, three bytes with a NUL */
	uint8_t *longer = any_take(&build, bytes.bytes + sizeof added);
	memcpy(longer, bytes.data, bytes.bytes);
	memcpy(longer + bytes.bytes, added, sizeof added);
	assert_int_equal(wire_event((struct span){ longer, bytes.bytes + sizeof added }, &decode, &back, NULL), STATUS_OK);
}

static void
an_event_that_says_nothing_is_refused(void **state)
{
	(void)state;
	const Juyan__V1__Event *back = NULL;
	struct reason why;
	assert_int_equal(wire_event((struct span){ NULL, 0 }, &decode, &back, &why), STATUS_NO_CONTENT);
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.port = any_text(&build, 4);
	assert_int_equal(wire_event(packed(&event.base), &decode, &back, &why), STATUS_NO_CONTENT);
	static const uint8_t unknown[] = { 0xC2, 0x3E, 0 }; /* field 1000: a kind that we do not know */
	assert_int_equal(wire_event((struct span){ unknown, sizeof unknown }, &decode, &back, &why), STATUS_NO_CONTENT);
	assert_non_null(strstr(why.text, "1000"));
	assert_null(back);
	assert_int_equal(decode.used, 0);
	assert_null(wire_event_kind(&event));
	assert_false(wire_event_administers(&event));
}

/* ---- hostile bytes ------------------------------------------------------------------------------------------------------ */

/* Whatever comes out has to hold what wire_event promises. */
static void
feed(struct span bytes)
{
	arena_reset(&decode);
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	enum status status = wire_event(bytes, &decode, &event, &why);
	if (status == STATUS_OK) {
		assert_non_null(wire_event_kind(event));
		assert_int_equal(wire_event_check(event, NULL), STATUS_OK);
		return;
	}
	assert_null(event);
	assert_int_equal(decode.used, 0);
	assert_int_equal(status_consequence(status), REFUSE);
	assert_true(strlen(why.text) > 10);
	assert_true(wire_text_clean(why.text, strlen(why.text)));
}

/* The bytes stand alone at the end of a block of their own size, so that the address sanitizer sees a read beyond them. */
static void
feed_copy(struct span bytes)
{
	uint8_t *alone = malloc(bytes.bytes > 0 ? bytes.bytes : 1);
	assert_non_null(alone);
	memcpy(alone, bytes.data, bytes.bytes);
	feed((struct span){ alone, bytes.bytes });
	free(alone);
}

static void
cut_events_do_no_harm(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		empty_arenas(NULL);
		struct span bytes = packed(&any_event(&build)->base);
		for (size_t n = 0; n < bytes.bytes && n < 400; n++)
			feed_copy((struct span){ bytes.data, n });
	}
}

static void
spoilt_events_do_no_harm(void **state)
{
	(void)state;
	for (int round = 0; round < 30000; round++) {
		empty_arenas(NULL);
		struct span bytes = packed(&any_event(&build)->base);
		uint8_t *spoilt = any_take(&build, bytes.bytes);
		memcpy(spoilt, bytes.data, bytes.bytes);
		for (size_t n = 1 + any_below(3); n > 0; n--)
			spoilt[any_below(bytes.bytes)] = any_chance(30) ? 0 : (uint8_t)any_bits();
		feed_copy((struct span){ spoilt, bytes.bytes });
	}
}

static void
garbage_does_no_harm(void **state)
{
	(void)state;
	uint8_t garbage[300];
	for (int round = 0; round < 30000; round++) {
		size_t n = any_below(sizeof garbage);
		for (size_t i = 0; i < n; i++)
			garbage[i] = any_chance(50) ? (uint8_t)any_bits() : (uint8_t)any_below(20);
		feed_copy((struct span){ garbage, n });
	}
}

/* Two bytes that make a message of dozens each: 1 MiB would become some 70 MB. */
static void
an_expanding_frame_stops_at_the_arena(void **state)
{
	(void)state;
	static const struct {
		uint8_t pair[2];
		const char *what;
	} bombs[] = {
		{ { 0x12, 0x00 }, "empty events" },
		{ { 0x78, 0x00 }, "unknown numbers" },
		{ { 0x7A, 0x00 }, "unknown texts" },
	};
	uint8_t *frame = any_take(&build, FRAME_BYTES_MAX);
	for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
		for (size_t at = 0; at < FRAME_BYTES_MAX; at += 2)
			memcpy(frame + at, bombs[i].pair, 2);
		struct reason why = { "" };
		const ProtobufCMessage *message = NULL;
		struct span bytes = { frame, FRAME_BYTES_MAX };
		assert_int_equal(wire_unpack(&juyan__v1__event_batch__descriptor, bytes, &decode, &message, &why),
		    STATUS_UNDECODABLE);
		assert_null(message);
		assert_int_equal(decode.used, 0);
		assert_non_null(strstr(why.text, "memory"));
	}
}

/* A manifest of so many empty units: two bytes each. */
static struct span
swarm(size_t units)
{
	uint8_t *bytes = any_take(&build, EVENT_BYTES_MAX);
	size_t at = 0, length = 2 * units + 4;
	bytes[at++] = 10 << 3 | 2;
	bytes[at++] = (uint8_t)(length & 0x7F) | 0x80;
	bytes[at++] = (uint8_t)(length >> 7 & 0x7F) | 0x80;
	bytes[at++] = (uint8_t)(length >> 14);
	memcpy(bytes + at, (uint8_t[]){ 1 << 3, 1, 2 << 3, 1 }, 4);
	at += 4;
	for (size_t i = 0; i < units; i++) {
		bytes[at++] = 3 << 3 | 2;
		bytes[at++] = 0;
	}
	memcpy(bytes + at, (uint8_t[]){ 2 << 3 | 2, 1, 'c', 3 << 3 | 2, 1, 'b' }, 6);
	return (struct span){ bytes, at + 6 };
}

static void
an_expanding_event_is_refused(void **state)
{
	(void)state;
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	assert_int_equal(wire_event(swarm(10000), &decode, &event, &why), STATUS_TOO_MANY);
	assert_string_equal(why.text, "manifest_lodged.units has 10000 entries: at most 128 were expected");
	assert_int_equal(wire_event(swarm(32000), &decode, &event, &why), STATUS_UNDECODABLE);
	assert_int_equal(decode.used, 0);
}

/* Else the same event would be judged otherwise when it is read again, out of a journal, beside others. */
static void
an_answer_does_not_depend_on_the_room_that_is_left(void **state)
{
	(void)state;
	struct arena large, least;
	assert_int_equal(arena_open(&large, 8 * EVENT_DECODE_BYTES), STATUS_OK);
	assert_int_equal(arena_open(&least, EVENT_DECODE_BYTES), STATUS_OK);
	for (size_t units = 100; units < 32000; units += 100) {
		const Juyan__V1__Event *event = NULL;
		arena_reset(&build);
		struct span bytes = swarm(units);
		enum status status = wire_event(bytes, &large, &event, NULL);
		assert_int_equal(wire_event(bytes, &least, &event, NULL), status);
		assert_int_equal(large.size, 8 * EVENT_DECODE_BYTES);
	}
	arena_close(&large);
	arena_close(&least);
}

/* An event filled up to the limit, and one beyond, with a text that a later version may have added. */
static enum status
judge_filled_up_to(size_t size)
{
	Juyan__V1__Event *event = any_event(&build);
	event->what_case = JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	event->unit_weighed = any_weighing(&build);
	struct span bytes = packed(&event->base);
	uint8_t *filled = any_take(&build, size);
	memcpy(filled, bytes.data, bytes.bytes);
	size_t length = size - bytes.bytes - 5;
	uint8_t head[] = { 0xC2, 0x3E, (uint8_t)(length & 0x7F) | 0x80, (uint8_t)(length >> 7 & 0x7F) | 0x80,
		(uint8_t)(length >> 14) };
	memcpy(filled + bytes.bytes, head, sizeof head);
	const Juyan__V1__Event *back = NULL;
	return wire_event((struct span){ filled, size }, &decode, &back, NULL);
}

static void
sizes_are_bounded_before_anything_is_read(void **state)
{
	(void)state;
	assert_int_equal(judge_filled_up_to(EVENT_BYTES_MAX), STATUS_OK);
	assert_int_equal(judge_filled_up_to(EVENT_BYTES_MAX + 1), STATUS_TOO_LARGE);
	uint8_t *bytes = any_take(&build, FRAME_BYTES_MAX + 1);
	const Juyan__V1__Event *event = NULL;
	const ProtobufCMessage *message = NULL;
	assert_int_equal(wire_event((struct span){ bytes, EVENT_BYTES_MAX + 1 }, &decode, &event, NULL), STATUS_TOO_LARGE);
	assert_int_equal(
	    wire_unpack(&juyan__v1__event__descriptor, (struct span){ bytes, FRAME_BYTES_MAX + 1 }, &decode, &message, NULL),
	    STATUS_TOO_LARGE);
}

/* Every allocation inside of the decoder fails once: a smaller arena is used up at another place. */
static void
any_allocation_may_fail(void **state)
{
	(void)state;
	Juyan__V1__Event *event = any_event(&build);
	event->what_case = JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	event->manifest_lodged = any_manifest(&build);
	struct span bytes = packed(&event->base);
	bool taken = false;
	for (size_t size = 16; !taken; size += 16) {
		struct arena small;
		assert_int_equal(arena_open(&small, size), STATUS_OK);
		const Juyan__V1__Event *back = NULL;
		enum status status = wire_event(bytes, &small, &back, NULL);
		taken = status == STATUS_OK;
		assert_true(taken || status == STATUS_UNDECODABLE);
		arena_close(&small);
	}
}

/* ---- names -------------------------------------------------------------------------------------------------------------- */

static void
kinds_are_those_of_the_proto_file(void **state)
{
	(void)state;
	size_t n = 0;
	const ProtobufCMessageDescriptor *type = &juyan__v1__event__descriptor;
	for (unsigned i = 0; i < type->n_fields; i++) {
		if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
			continue;
		Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
		event.what_case = (Juyan__V1__Event__WhatCase)type->fields[i].id;
		assert_string_equal(wire_event_kind(&event), type->fields[i].name);
		assert_string_equal(wire_event_kind_name(n), type->fields[i].name);
		assert_int_equal(wire_event_administers(&event), type->fields[i].id >= 30);
		n++;
	}
	assert_null(wire_event_kind_name(n));
}

static void
directions_and_modes_have_names(void **state)
{
	(void)state;
	Juyan__V1__Direction direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	Juyan__V1__Mode mode = JUYAN__V1__MODE__MODE_UNSPECIFIED;
	for (int i = 1; i <= 2; i++) {
		assert_true(wire_direction_of(wire_direction_name((Juyan__V1__Direction)i), &direction));
		assert_int_equal(direction, i);
	}
	for (int i = 1; i <= 3; i++) {
		assert_true(wire_mode_of(wire_mode_name((Juyan__V1__Mode)i), &mode));
		assert_int_equal(mode, i);
	}
	assert_string_equal(wire_mode_name(JUYAN__V1__MODE__AGV), "agv");
	assert_string_equal(wire_direction_name(JUYAN__V1__DIRECTION__EXPORT), "export");
	assert_null(wire_direction_name((Juyan__V1__Direction)0));
	assert_null(wire_direction_name((Juyan__V1__Direction)3));
	assert_null(wire_mode_name((Juyan__V1__Mode)-1));
	assert_false(wire_direction_of("IMPORT", &direction));
	assert_false(wire_mode_of("", &mode));
}

/* check_enum takes every number below n_values. */
static void
enums_count_from_zero_without_holes(void **state)
{
	(void)state;
	static const ProtobufCEnumDescriptor *const types[] = { &juyan__v1__direction__descriptor, &juyan__v1__mode__descriptor,
		&juyan__v1__stability__descriptor, &juyan__v1__authority__descriptor, &juyan__v1__outcome__descriptor,
		&juyan__v1__count_on__descriptor, &juyan__v1__day_kind__descriptor };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		for (unsigned j = 0; j < types[i]->n_values; j++)
			assert_int_equal(types[i]->values[j].value, j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_gives_aligned_parts_until_it_is_used_up),
		cmocka_unit_test_setup(packing_keeps_to_its_bounds, empty_arenas),
		cmocka_unit_test_setup(random_events_come_back_as_they_were, empty_arenas),
		cmocka_unit_test_setup(what_a_later_version_adds_is_passed_over, empty_arenas),
		cmocka_unit_test_setup(an_event_that_says_nothing_is_refused, empty_arenas),
		cmocka_unit_test_setup(cut_events_do_no_harm, empty_arenas),
		cmocka_unit_test_setup(spoilt_events_do_no_harm, empty_arenas),
		cmocka_unit_test_setup(garbage_does_no_harm, empty_arenas),
		cmocka_unit_test_setup(an_expanding_frame_stops_at_the_arena, empty_arenas),
		cmocka_unit_test_setup(an_expanding_event_is_refused, empty_arenas),
		cmocka_unit_test_setup(an_answer_does_not_depend_on_the_room_that_is_left, empty_arenas),
		cmocka_unit_test_setup(sizes_are_bounded_before_anything_is_read, empty_arenas),
		cmocka_unit_test_setup(any_allocation_may_fail, empty_arenas),
		cmocka_unit_test(kinds_are_those_of_the_proto_file),
		cmocka_unit_test(directions_and_modes_have_names),
		cmocka_unit_test(enums_count_from_zero_without_holes),
	};
	return cmocka_run_group_tests(tests, open_arenas, close_arenas);
}

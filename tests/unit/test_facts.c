/*
 * The facts of a batch and their record: random facts go there and back, whatever order their events came in; a record that is cut
 * off, changed or made up is DAMAGED and never more than that.
 */
#include "check.h"

#include "../any.h"
#include "counting.h"
#include "said.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, EVENTS_MAX = 40, ROUNDS = 300 };

static struct arena events_arena, facts_arena, decoded_arena;

static int
start(void **state)
{
	any_begin();
	return said_begin(state) != 0 || arena_open(&events_arena, ARENA_BYTES) != STATUS_OK ||
	    arena_open(&facts_arena, ARENA_BYTES) != STATUS_OK || arena_open(&decoded_arena, ARENA_BYTES) != STATUS_OK;
}

static int
stop(void **state)
{
	arena_close(&events_arena);
	arena_close(&facts_arena);
	arena_close(&decoded_arena);
	return said_end(state);
}

struct happening {
	const Juyan__V1__Event *event;
	struct stamp at;
	uint32_t marks;
};

/* Few units and few times, so that facts compete and draw. */
static size_t
some_happenings(struct happening *happenings)
{
	static const char *const units[] = { "T1", "1234 УНА", "蒙L12345" };
	size_t n = 1 + any_below(EVENTS_MAX);
	for (size_t i = 0; i < n; i++) {
		Juyan__V1__Event *event = any_event(&events_arena);
		event->occurred_at_ms = any_chance(90) ? MIDNIGHT + HOURS((int64_t)any_below(3)) : event->occurred_at_ms;
		if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED && any_chance(80))
			event->unit_weighed->unit_id = (char *)(uintptr_t)units[any_below(3)];
		if (event->what_case == JUYAN__V1__EVENT__WHAT_MASS_CORRECTED && any_chance(80))
			event->mass_corrected->unit_id = (char *)(uintptr_t)units[any_below(3)];
		happenings[i] = (struct happening){ event, { event->occurred_at_ms, i + 1, 1 + (uint32_t)any_below(3) },
			facts_marks(event, MIDNIGHT) };
	}
	return n;
}

static struct span
record_of(const struct happening *happenings, size_t n)
{
	struct facts facts = { 0 };
	for (size_t i = 0; i < n; i++)
		assert_int_equal(facts_apply(&facts, happenings[i].event, &happenings[i].at, happenings[i].marks, &facts_arena),
		    STATUS_OK);
	uint8_t *record = arena_take(&facts_arena, facts_encoded_bytes_max(&facts));
	assert_non_null(record);
	return (struct span){ record, facts_encode(&facts, record) };
}

static void
same(struct span a, struct span b)
{
	assert_int_equal(a.bytes, b.bytes);
	assert_memory_equal(a.data, b.data, a.bytes);
}

static void
reset(void)
{
	arena_reset(&events_arena);
	arena_reset(&facts_arena);
	arena_reset(&decoded_arena);
}

static void
test_equal_facts_give_equal_bytes_in_any_order(void **state)
{
	struct happening happenings[EVENTS_MAX];
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		reset();
		size_t n = some_happenings(happenings);
		struct span record = record_of(happenings, n);
		for (size_t i = n; i > 1; i--) {
			size_t j = any_below(i);
			struct happening other = happenings[j];
			happenings[j] = happenings[i - 1];
			happenings[i - 1] = other;
		}
		same(record, record_of(happenings, n));
	}
}

static void
test_a_record_goes_there_and_back_and_on(void **state)
{
	struct happening happenings[EVENTS_MAX];
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		reset();
		size_t n = some_happenings(happenings), part = any_below(n + 1);
		struct span half = record_of(happenings, part), whole = record_of(happenings, n);
		struct facts facts;
		assert_int_equal(facts_decode(half, &decoded_arena, &facts), STATUS_OK);
		uint8_t *again = arena_take(&decoded_arena, facts_encoded_bytes_max(&facts));
		assert_non_null(again);
		same(half, (struct span){ again, facts_encode(&facts, again) });
		/* What was read from a record takes in what comes later as if it had never been on disk. */
		for (size_t i = part; i < n; i++)
			assert_int_equal(
			    facts_apply(&facts, happenings[i].event, &happenings[i].at, happenings[i].marks, &decoded_arena),
			    STATUS_OK);
		again = arena_take(&decoded_arena, facts_encoded_bytes_max(&facts));
		assert_non_null(again);
		same(whole, (struct span){ again, facts_encode(&facts, again) });
	}
}

static void
ignore_part(void *user, const struct counted *part)
{
	(void)part;
	++*(size_t *)user;
}

/* What decodes must be usable by everything that uses facts, or it must not decode. */
static enum status
decode_and_use(struct span record, const struct registry *registry)
{
	struct facts facts;
	size_t parts = 0;
	/* A block of its own and of just this size: the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(record.bytes + 1);
	assert_non_null(copy);
	memcpy(copy, record.data, record.bytes);
	arena_reset(&decoded_arena);
	enum status status = facts_decode((struct span){ copy, record.bytes }, &decoded_arena, &facts);
	if (status == STATUS_OK) {
		counting(&facts, registry, "ceke", ignore_part, &parts);
		counting_review(&facts);
		uint8_t *again = malloc(facts_encoded_bytes_max(&facts));
		assert_non_null(again);
		facts_encode(&facts, again);
		free(again);
	}
	free(copy);
	return status;
}

static void
test_no_record_that_is_cut_off_decodes(void **state)
{
	struct happening happenings[EVENTS_MAX];
	(void)state;
	for (int round = 0; round < 10; round++) {
		reset();
		struct span record = record_of(happenings, some_happenings(happenings));
		size_t step = 1 + record.bytes / 500;
		for (size_t bytes = 0; bytes < record.bytes; bytes += step)
			assert_int_equal(decode_and_use((struct span){ record.data, bytes }, NULL), STATUS_DAMAGED);
	}
}

/*
 * A changed bit may give other facts that are as good (a mass, a letter): that is what the recount finds. All others are DAMAGED,
 * and none makes the rules stumble.
 */
static void
test_changed_and_made_up_records_do_no_harm(void **state)
{
	struct happening happenings[EVENTS_MAX];
	struct registry *registry;
	uint8_t noise[256];
	size_t damaged = 0;
	(void)state;
	struct said said = registry_changed("'put': [" PORT("ceke", "RELEASE") "]");
	const Juyan__V1__RegistryChanged *change = said.event->registry_changed;
	assert_int_equal(registry_build((const Juyan__V1__RegistryRecord *const *)change->put, change->n_put, &registry, NULL),
	    STATUS_OK);
	for (int round = 0; round < 200; round++) {
		reset();
		struct span record = record_of(happenings, some_happenings(happenings));
		uint8_t *changed = arena_take(&facts_arena, record.bytes);
		assert_non_null(changed);
		for (int i = 0; i < 50; i++) {
			memcpy(changed, record.data, record.bytes);
			/* The head holds the counts and flags, where harm is done. */
			size_t at = any_below(any_chance(50) && record.bytes > 40 ? 40 : record.bytes);
			changed[at] = (uint8_t)any_bits();
			damaged += decode_and_use((struct span){ changed, record.bytes }, registry) == STATUS_DAMAGED;
		}
	}
	assert_true(damaged > 1000);
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof noise; i++)
			noise[i] = any_chance(30) ? (uint8_t)any_below(4) : (uint8_t)any_bits();
		noise[0] = 2;
		enum status status = decode_and_use((struct span){ noise, any_below(sizeof noise) }, registry);
		assert_true(status == STATUS_DAMAGED || status == STATUS_OK);
	}
	registry_close(&registry);
}

/* Each of these once passed the decoder and stopped the process at an assert of the rules. */
static void
test_a_record_beyond_the_bounds_is_damaged(void **state)
{
	/* version 2, lodged; sources: terminal 2, number 1, time 0, no marks; then the manifest. */
	static const uint8_t time_beyond[] = { 2, 0, 1, 2, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0 };
	static const uint8_t sources_twice[] = { 2, 0, 2, 2, 1, 0, 0, 2, 1, 0, 0, 0 };
	static const uint8_t sources_unsorted[] = { 2, 0, 2, 2, 2, 0, 0, 2, 1, 0, 0, 0 };
	static const uint8_t seen_twice[] = { 2, 0, 1, 2, 1, 0, 0, 2, 1, 'T', 0, 1, 'T', 0 };
	static const uint8_t marks_unknown[] = { 2, 0, 1, 2, 1, 0, 0x80, 8, 0 };
	static const uint8_t flags_unknown[] = { 2, 32, 0, 0 };
	static const uint8_t deleted_only[] = { 2, 2, 0, 0 };
	static const uint8_t of_another_version[] = { 1, 0, 0, 0 };
	static const uint8_t bytes_behind[] = { 2, 0, 0, 0, 0 };
	static const uint8_t waybills_unsorted[] = { 2, 1, 1, 2, 1, 0, 0, 0, 1, 1, 0, 2, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	static const uint8_t right[] = { 2, 1, 1, 2, 1, 0, 0, 0, 1, 1, 0, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0 };
#define SPAN(bytes) \
	{ \
		bytes, sizeof bytes \
	}
	static const struct span records[] = { SPAN(time_beyond), SPAN(sources_twice), SPAN(sources_unsorted), SPAN(seen_twice),
		SPAN(marks_unknown), SPAN(flags_unknown), SPAN(deleted_only), SPAN(of_another_version), SPAN(bytes_behind),
		SPAN(waybills_unsorted) };
	uint8_t units[2048] = { 2, 1, 1, 2, 1, 0, 0, 0, 1, 1, 0x81, 1 };
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
		if (decode_and_use(records[i], NULL) != STATUS_DAMAGED)
			fail_msg("record %zu decodes", i);
	assert_int_equal(decode_and_use((struct span)SPAN(right), NULL), STATUS_OK);
	/* 129 units, which no manifest has: each an empty name, 0 containers, three unknown masses. */
	size_t bytes = 12 + (size_t)(UNITS_MAX + 1) * 5;
	memset(units + 12, 0, bytes + 3 - 12);
	assert_int_equal(decode_and_use((struct span){ units, bytes + 3 }, NULL), STATUS_DAMAGED);
}

static void
test_a_batch_takes_so_many_events_and_no_more(void **state)
{
	struct facts facts = { 0 };
	(void)state;
	reset();
	struct said first = cargo(MIDNIGHT, "ceke", "B", RELEASED),
		    last = cargo(MIDNIGHT + 1, "ceke", "B", WEIGHED("T1", "'gross_kg': 7"));
	for (uint64_t seq = 1; seq <= BATCH_SOURCES_MAX; seq++)
		assert_int_equal(facts_apply(&facts, first.event, &(struct stamp){ MIDNIGHT, seq, 2 }, 0, &facts_arena), STATUS_OK);
	uint8_t *before = malloc(facts_encoded_bytes_max(&facts)), *after = malloc(facts_encoded_bytes_max(&facts));
	assert_non_null(before);
	assert_non_null(after);
	size_t bytes = facts_encode(&facts, before);
	assert_int_equal(facts_apply(&facts, last.event, &(struct stamp){ MIDNIGHT + 1, 1, 3 }, 0, &facts_arena),
	    STATUS_BATCH_FULL);
	assert_int_equal(facts.n_seen, 0);
	same((struct span){ before, bytes }, (struct span){ after, facts_encode(&facts, after) });
	assert_int_equal(facts_decode((struct span){ before, bytes }, &decoded_arena, &facts), STATUS_OK);
	assert_int_equal(facts.n_sources, BATCH_SOURCES_MAX);
	free(before);
	free(after);
}

static void
test_an_arena_that_is_used_up_is_told_from_damage(void **state)
{
	struct happening happenings[EVENTS_MAX];
	struct arena small;
	struct facts facts = { 0 };
	(void)state;
	reset();
	struct span record = record_of(happenings, some_happenings(happenings));
	assert_int_equal(arena_open(&small, 16), STATUS_OK);
	assert_int_equal(facts_decode(record, &small, &facts), STATUS_NO_MEMORY);
	assert_int_equal(facts_apply(&facts, happenings[0].event, &happenings[0].at, 0, &small), STATUS_NO_MEMORY);
	arena_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_facts_give_equal_bytes_in_any_order),
		cmocka_unit_test(test_a_record_goes_there_and_back_and_on),
		cmocka_unit_test(test_no_record_that_is_cut_off_decodes),
		cmocka_unit_test(test_changed_and_made_up_records_do_no_harm),
		cmocka_unit_test(test_a_record_beyond_the_bounds_is_damaged),
		cmocka_unit_test(test_a_batch_takes_so_many_events_and_no_more),
		cmocka_unit_test(test_an_arena_that_is_used_up_is_told_from_damage),
	};
	return cmocka_run_group_tests(tests, start, stop);
}

/*
 * What a batch counts for: each rule of counting.h by itself, and each mark for review. What is expected is written out here,
 * worked out by hand: unit, hour, group, basis, kg, batches, units; a line for each part.
 */
#include "check.h"

#include "../any.h"
#include "counting.h"
#include "said.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, TEXT_BYTES = 4096 };

/* One batch in the hands of a test. */
static struct {
	struct facts facts;
	struct arena arena;
	struct registry *registry;
	uint64_t seq;
} batch;

static int
start(void **state)
{
	if (said_begin(state) != 0 || arena_open(&batch.arena, ARENA_BYTES) != STATUS_OK)
		return -1;
	struct said said = registry_changed("'put': [" PORT("ceke", "RELEASE") "," PORT("leaving", "DEPARTURE") "," PORT("moving",
	    "RELEASE") "," PORT_FROM("2025-02-01", "moving", "DEPARTURE") "," GROUP("coal", "2701", "'coal'") "," GROUP("copper",
	    "2603", "") ", {'group': {'id': 'later', 'hs_prefixes': ['77']}},"
			"{'valid_from': '2025-02-01', 'group': {'id': 'later', 'hs_prefixes': ['88']}}]");
	const Juyan__V1__RegistryChanged *change = said.event->registry_changed;
	return registry_build((const Juyan__V1__RegistryRecord *const *)change->put, change->n_put, &batch.registry, NULL) ==
		STATUS_OK
	    ? 0
	    : -1;
}

static int
stop(void **state)
{
	registry_close(&batch.registry);
	arena_close(&batch.arena);
	return said_end(state);
}

static void
fresh(void)
{
	arena_reset(&batch.arena);
	batch.facts = (struct facts){ 0 };
	batch.seq = 0;
}

static void
apply_from(uint32_t terminal_no, struct said said)
{
	struct stamp at = { said.event->occurred_at_ms, ++batch.seq, terminal_no };
	uint32_t marks = facts_marks(said.event, MIDNIGHT + DAYS(7));
	assert_int_equal(facts_apply(&batch.facts, said.event, &at, marks, &batch.arena), STATUS_OK);
}

/* At midnight and some hours. */
#define HAPPENS(hours, ...) apply_from(2, cargo(MIDNIGHT + HOURS(hours), "ceke", "B", __VA_ARGS__))

static void
write_part(void *user, const struct counted *part)
{
	char *text = user;
	size_t used = strlen(text);
	assert_int_equal(part->direction, JUYAN__V1__DIRECTION__IMPORT);
	assert_int_equal(part->mode, JUYAN__V1__MODE__TRUCK);
	snprintf(text + used, TEXT_BYTES - used, "%.*s %u %s %s %lld %lld %lld\n", (int)part->unit_id.bytes,
	    (const char *)part->unit_id.data, part->hour, part->group, basis_name(part->basis), (long long)part->net_kg,
	    (long long)part->batches, (long long)part->units);
}

static void
counts_at(const char *port, const char *expected)
{
	char text[TEXT_BYTES] = "";
	counting(&batch.facts, batch.registry, port, write_part, text);
	assert_string_equal(text, expected);
}

static void
counts(const char *expected)
{
	counts_at("ceke", expected);
}

/* ---- when ---- */

static void
test_nothing_counts_before_its_release_or_without_a_manifest(void **state)
{
	(void)state;
	fresh();
	HAPPENS(1, WEIGHED("T1", "'gross_kg': 50000, 'tare_kg': 20000"));
	counts("");
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "31000"))));
	counts("");
	HAPPENS(2, RELEASED);
	counts("T1 2025013102 coal weighed 0 1 0\n"
	       "T1 2025013102 coal weighed 30000 0 1\n");
}

static void
test_a_release_before_its_manifest_waits_for_it(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, RELEASED);
	counts("");
	HAPPENS(9, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "31000"))));
	counts("T1 2025013100 coal declared 0 1 0\n"
	       "T1 2025013100 coal declared 31000 0 1\n");
}

static void
test_the_latest_release_dates_it_whatever_arrived_first(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "5"))));
	HAPPENS(30, RELEASED);
	HAPPENS(6, RELEASED);
	counts("T1 2025020106 coal declared 0 1 0\n"
	       "T1 2025020106 coal declared 5 0 1\n");
}

static void
test_hours_and_days_are_those_of_the_port(void **state)
{
	static const struct {
		int64_t ms;
		const char *expected;
	} borders[] = {
		{ MIDNIGHT - 1, "T1 2025013023 coal declared 0 1 0\nT1 2025013023 coal declared 5 0 1\n" },
		{ MIDNIGHT, "T1 2025013100 coal declared 0 1 0\nT1 2025013100 coal declared 5 0 1\n" },
		{ MIDNIGHT + HOURS(1) - 1, "T1 2025013100 coal declared 0 1 0\nT1 2025013100 coal declared 5 0 1\n" },
		{ MIDNIGHT + DAYS(1) - 1, "T1 2025013123 coal declared 0 1 0\nT1 2025013123 coal declared 5 0 1\n" },
		/* 16:00 UTC on New Year's eve is the new year at Ceke; a moment before 1970 rounds down as well. */
		{ INT64_C(1735660800000), "T1 2025010100 coal declared 0 1 0\nT1 2025010100 coal declared 5 0 1\n" },
		{ INT64_C(1735660799999), "T1 2024123123 coal declared 0 1 0\nT1 2024123123 coal declared 5 0 1\n" },
		{ HOURS(-8) - 1, "T1 1969123123 coal declared 0 1 0\nT1 1969123123 coal declared 5 0 1\n" },
		{ TIME_MS_LOWEST, "T1 1900010108 coal declared 0 1 0\nT1 1900010108 coal declared 5 0 1\n" },
		{ TIME_MS_HIGHEST, "T1 2200010107 coal declared 0 1 0\nT1 2200010107 coal declared 5 0 1\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
		fresh();
		HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "5"))));
		apply_from(2, cargo(borders[i].ms, "ceke", "B", RELEASED));
		counts(borders[i].expected);
	}
}

static void
test_where_departure_counts_each_unit_has_its_own_hour(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1") "," UNIT("T2") "," UNIT("T3"), WAYBILL(GOODS("2701", "90"))));
	HAPPENS(1, RELEASED);
	counts_at("leaving", "");
	HAPPENS(26, DEPARTED("T1"));
	HAPPENS(3, DEPARTED("T2"));
	/* The batch is counted once, with the unit that left first. */
	counts_at("leaving",
	    "T2 2025013103 coal declared 0 1 0\n"
	    "T1 2025020102 coal declared 30 0 1\n"
	    "T2 2025013103 coal declared 30 0 1\n");
	HAPPENS(4, DEPARTED("T2"));
	HAPPENS(2, DEPARTED("T3"));
	counts_at("leaving",
	    "T3 2025013102 coal declared 0 1 0\n"
	    "T1 2025020102 coal declared 30 0 1\n"
	    "T2 2025013104 coal declared 30 0 1\n"
	    "T3 2025013102 coal declared 30 0 1\n");
}

/* The port counts releases in January and departures from 1 February on; 0 hours: it did not happen. */
static void
test_the_rule_of_the_day_says_what_counts(void **state)
{
	enum { JANUARY = 23, FEBRUARY = 25, LATER = 49 };
	static const struct {
		int released, departed;
		const char *expected;
	} cases[] = {
		{ JANUARY, 0, "2025013123" }, { JANUARY, FEBRUARY, "2025013123" }, /* once, though it leaves under the new rule */
		{ FEBRUARY, 0, NULL }, { FEBRUARY, LATER, "2025020201" }, { LATER, FEBRUARY, "2025020101" },
		{ 0, FEBRUARY, "2025020101" }, { 0, JANUARY, NULL },
		{ FEBRUARY, JANUARY, "2025020101" }, /* neither rule takes it by itself: it counts at its release, once */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char expected[TEXT_BYTES] = "";
		fresh();
		HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "5"))));
		if (cases[i].released != 0)
			HAPPENS(cases[i].released, RELEASED);
		if (cases[i].departed != 0)
			HAPPENS(cases[i].departed, DEPARTED("T1"));
		if (cases[i].expected != NULL)
			snprintf(expected, sizeof expected, "T1 %s coal declared 0 1 0\nT1 %s coal declared 5 0 1\n",
			    cases[i].expected, cases[i].expected);
		counts_at("moving", expected);
	}
	counts_at("nowhere", "");
}

static void
test_a_group_is_that_of_the_accounting_day(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("88", "2") "," GOODS("77", "1"))));
	HAPPENS(23, RELEASED);
	counts("T1 2025013123 other declared 0 1 0\n"
	       "T1 2025013123 other declared 2 0 1\n"
	       "T1 2025013123 later declared 1 0 0\n");
	HAPPENS(24, RELEASED);
	counts("T1 2025020100 later declared 0 1 0\n"
	       "T1 2025020100 later declared 2 0 1\n"
	       "T1 2025020100 other declared 1 0 0\n");
}

/* ---- what the mass rests on ---- */

static void
test_corrected_beats_weighed_beats_declared(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "31000"))));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 31000 0 1\n");
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 50000, 'tare_kg': 20000"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 30000 0 1\n");
	HAPPENS(3, CORRECTED("T1", "29000"));
	HAPPENS(4, WEIGHED("T1", "'gross_kg': 60000"));
	counts("T1 2025013101 coal corrected 0 1 0\n"
	       "T1 2025013101 coal corrected 29000 0 1\n");
	HAPPENS(5, CORRECTED("T1", "0")); /* zero is a mass */
	counts("T1 2025013101 coal corrected 0 1 0\n"
	       "T1 2025013101 coal corrected 0 0 1\n");
}

static void
test_weighings_complete_each_other_field_by_field(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "31000"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 50000"));
	counts("T1 2025013101 coal declared 0 1 0\n" /* gross alone makes no net mass */
	       "T1 2025013101 coal declared 31000 0 1\n");
	HAPPENS(4, WEIGHED("T1", "'tare_kg': 20000"));
	HAPPENS(3, WEIGHED("T1", "'tare_kg': 11111"));                                       /* earlier: does not hold */
	HAPPENS(5, WEIGHED("T1", "'gross_kg': 1, 'tare_kg': 99999, 'stability': 'MOVING'")); /* makes no mass */
	HAPPENS(1, WEIGHED("T2", "'gross_kg': 90000, 'tare_kg': 1"));                        /* another vehicle */
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 30000 0 1\n");
	/* At the same moment the terminal with the higher number holds, then the later number of its stream. */
	apply_from(9, cargo(MIDNIGHT + HOURS(4), "ceke", "B", WEIGHED("T1", "'tare_kg': 21000")));
	HAPPENS(4, WEIGHED("T1", "'tare_kg': 22000"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 29000 0 1\n");
}

static void
test_containers_without_a_tare_leave_the_net_unknown(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED("{'unit_id': 'T1', 'containers': ['C1', 'C2']}", WAYBILL(GOODS("2701", "31000"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 50000, 'tare_kg': 15000"));
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 31000 0 1\n");
	HAPPENS(3, WEIGHED("T1", "'container_tare_kg': 4000"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 31000 0 1\n");
}

static void
test_registered_tares_stand_in_where_nothing_was_weighed(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0,
	    LODGED("{'unit_id': 'T1', 'containers': ['C1'], 'tare_kg': 16000, 'container_tare_kg': 3000}",
		WAYBILL(GOODS("2701", "1"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 50000"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 31000 0 1\n");
	HAPPENS(3, WEIGHED("T1", "'tare_kg': 17000, 'container_tare_kg': 3500"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal weighed 29500 0 1\n");
}

static void
test_a_negative_net_is_no_net(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "31000"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 100, 'tare_kg': 101"));
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 31000 0 1\n");
	assert_int_equal(counting_review(&batch.facts), MARK_NET_NEGATIVE);
	HAPPENS(3, WEIGHED("T1", "'gross_kg': 101"));
	counts("T1 2025013101 coal weighed 0 1 0\n" /* nothing on board is a mass as well */
	       "T1 2025013101 coal weighed 0 0 1\n");
}

static void
test_unknown_is_not_zero(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1") "," UNIT("T2"), WAYBILL(GOODS("2701", "100")) "," WAYBILL(GOODS_UNKNOWN("2603"))));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 coal unknown 0 1 0\n"
	       "T1 2025013101 coal unknown 0 0 1\n"
	       "T2 2025013101 coal unknown 0 0 1\n");
	/* Where the declaration is not whole, all goods lines weigh the same: 101 = 50 + 51. */
	HAPPENS(2, WEIGHED("T2", "'gross_kg': 201, 'tare_kg': 100"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal unknown 0 0 1\n"
	       "T2 2025013101 coal weighed 50 0 1\n"
	       "T2 2025013101 copper weighed 51 0 0\n");
}

/* ---- shares ---- */

static void
test_the_declared_mass_is_shared_by_what_units_declare(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0,
	    LODGED("{'unit_id': 'T1', 'declared_kg': 1}, {'unit_id': 'T2', 'declared_kg': 2}", WAYBILL(GOODS("2701", "10"))));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 3 0 1\n" /* 10/3 down */
	       "T2 2025013101 coal declared 7 0 1\n");
	HAPPENS(2,
	    LODGED("{'unit_id': 'T1', 'declared_kg': 0}, {'unit_id': 'T2', 'declared_kg': 0}", WAYBILL(GOODS("2701", "10"))));
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 5 0 1\n"
	       "T2 2025013101 coal declared 5 0 1\n");
}

static void
test_else_it_is_shared_equally(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED("{'unit_id': 'T1', 'declared_kg': 9}," UNIT("T2") "," UNIT("T3"), WAYBILL(GOODS("2701", "11"))));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 coal declared 0 1 0\n"
	       "T1 2025013101 coal declared 3 0 1\n"   /* 11/3 = 3.67 */
	       "T2 2025013101 coal declared 4 0 1\n"   /* 22/3 = 7.33 */
	       "T3 2025013101 coal declared 4 0 1\n"); /* 11 */
}

static void
test_a_unit_is_split_over_the_goods_lines(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "1") "," GOODS("2603", "2"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, CORRECTED("T1", "100"));
	/* The unit and the batch are counted at the heaviest line. */
	counts("T1 2025013101 copper corrected 0 1 0\n"
	       "T1 2025013101 coal corrected 33 0 0\n"
	       "T1 2025013101 copper corrected 67 0 1\n");
}

static void
test_a_waybills_own_total_holds_against_its_lines(void **state)
{
	(void)state;
	fresh();
	/* 10 : 20 of 90, and 50 in equal parts where one line is unknown. */
	HAPPENS(0,
	    LODGED(UNIT("T1"),
		WAYBILL_OF("90", GOODS("2701", "10") "," GOODS("2603", "20")) "," WAYBILL_OF("50",
		    GOODS("2701", "7") "," GOODS_UNKNOWN("9999"))));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 copper declared 0 1 0\n"
	       "T1 2025013101 coal declared 30 0 0\n"
	       "T1 2025013101 copper declared 60 0 1\n"
	       "T1 2025013101 coal declared 25 0 0\n"
	       "T1 2025013101 other declared 25 0 0\n");
}

static void
test_an_empty_crossing_counts_as_a_crossing(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), ""));
	HAPPENS(1, RELEASED);
	counts("T1 2025013101 empty declared 0 1 0\n"
	       "T1 2025013101 empty declared 0 0 1\n");
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 20500, 'tare_kg': 20000"));
	counts("T1 2025013101 empty weighed 0 1 0\n"
	       "T1 2025013101 empty weighed 500 0 1\n");
}

static void
test_a_deletion_takes_all_back_until_it_is_lodged_again(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "10"))));
	HAPPENS(1, RELEASED);
	HAPPENS(5, DELETED);
	counts("");
	HAPPENS(4, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "11")))); /* from before the deletion */
	counts("");
	HAPPENS(6, LODGED(UNIT("T2"), WAYBILL(GOODS("2701", "12"))));
	counts("T2 2025013101 coal declared 0 1 0\n" /* the release stands */
	       "T2 2025013101 coal declared 12 0 1\n");
}

/* ---- counts and sums ---- */

static void
test_a_batch_is_counted_once_where_most_of_its_mass_stands(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1") "," UNIT("T2") "," UNIT("T3"), WAYBILL(GOODS("2701", "300"))));
	HAPPENS(1, RELEASED);
	HAPPENS(2, CORRECTED("T1", "150"));
	HAPPENS(2, WEIGHED("T2", "'gross_kg': 151, 'tare_kg': 0"));
	counts("T1 2025013101 coal weighed 0 1 0\n"
	       "T1 2025013101 coal corrected 150 0 1\n"
	       "T2 2025013101 coal weighed 151 0 1\n"
	       "T3 2025013101 coal declared 100 0 1\n");
	HAPPENS(3, CORRECTED("T1", "151")); /* a draw goes to the better basis */
	counts("T1 2025013101 coal corrected 0 1 0\n"
	       "T1 2025013101 coal corrected 151 0 1\n"
	       "T2 2025013101 coal weighed 151 0 1\n"
	       "T3 2025013101 coal declared 100 0 1\n");
}

struct sum {
	int64_t kg, batches, units;
	int64_t unit_kg[UNITS_MAX];
};

static void
add_part(void *user, const struct counted *part)
{
	struct sum *sum = user;
	char id[UNIT_ID_BYTES_MAX + 1] = "";
	memcpy(id, part->unit_id.data, part->unit_id.bytes);
	assert_true(part->net_kg >= 0);
	sum->kg += part->net_kg;
	sum->batches += part->batches;
	sum->units += part->units;
	sum->unit_kg[strtol(id, NULL, 10)] += part->net_kg;
}

/* A manifest that fills its bounds or some of them, in JSON. */
static int64_t
some_manifest(char *text, size_t bytes, size_t units, size_t lines, bool heaviest)
{
	int64_t declared = 0;
	size_t used = (size_t)snprintf(text, bytes,
	    "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'TRUCK', 'waybills': [{'waybill_no': 'W', 'goods': [");
	for (size_t i = 0; i < lines; i++) {
		int64_t kg = heaviest ? MASS_KG_MAX : any_chance(20) ? 0 : (int64_t)any_below((size_t)MASS_KG_MAX + 1);
		declared += kg;
		used += (size_t)snprintf(text + used, bytes - used, "%s" GOODS("2701", "%lld"), i == 0 ? "" : ",", (long long)kg);
	}
	used += (size_t)snprintf(text + used, bytes - used, "]}], 'units': [");
	for (size_t i = 0; i < units; i++) {
		int64_t kg = heaviest ? MASS_KG_MAX : (int64_t)any_below((size_t)MASS_KG_MAX + 1);
		used += (size_t)snprintf(text + used, bytes - used, "%s{'unit_id': '%zu', 'declared_kg': %lld}", i == 0 ? "" : ",",
		    i, (long long)kg);
	}
	snprintf(text + used, bytes - used, "]}");
	return declared;
}

static void
test_parts_add_up_to_the_kilogram_up_to_the_bounds(void **state)
{
	static char text[128 * 1024];
	(void)state;
	any_begin();
	for (int round = 0; round < 60; round++) {
		bool heaviest = round == 0;
		size_t units = heaviest ? UNITS_MAX : 1 + any_below(UNITS_MAX);
		size_t lines = heaviest ? GOODS_MAX : 1 + any_below(GOODS_MAX);
		int64_t expected[UNITS_MAX] = { 0 };
		struct sum declared = { 0 }, corrected = { 0 };
		fresh();
		arena_reset(&said_arena);
		int64_t kg = some_manifest(text, sizeof text, units, lines, heaviest);
		HAPPENS(0, "%s", text);
		HAPPENS(1, RELEASED);
		counting(&batch.facts, batch.registry, "ceke", add_part, &declared);
		assert_int_equal(declared.kg, kg);
		assert_int_equal(declared.batches, 1);
		assert_int_equal(declared.units, units);
		for (size_t i = 0; i < units; i++) {
			expected[i] = heaviest ? MASS_KG_MAX : (int64_t)any_below((size_t)MASS_KG_MAX + 1);
			HAPPENS(2, "'mass_corrected': {'unit_id': '%zu', 'net_kg': %lld, 'by': 'b', 'reason': 'r'}", i,
			    (long long)expected[i]);
		}
		counting(&batch.facts, batch.registry, "ceke", add_part, &corrected);
		for (size_t i = 0; i < units; i++)
			assert_int_equal(corrected.unit_kg[i], expected[i]);
		assert_int_equal(corrected.batches, 1);
		assert_int_equal(corrected.units, units);
	}
}

/* ---- review ---- */

static void
marked(uint32_t expected)
{
	assert_int_equal(counting_review(&batch.facts), expected);
}

static void
test_times_and_unsteady_readings_are_marked(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "10"))));
	marked(0);
	HAPPENS(7 * 24, "'unit_arrived': {'unit_id': 'T1'}"); /* the moment of receipt, and then the allowance of 15 minutes */
	apply_from(2, cargo(MIDNIGHT + DAYS(7) + MINUTES(15), "ceke", "B", "'unit_arrived': {'unit_id': 'T1'}"));
	marked(0);
	apply_from(2, cargo(MIDNIGHT + DAYS(7) + MINUTES(15) + 1, "ceke", "B", "'unit_arrived': {'unit_id': 'T1'}"));
	marked(MARK_TIME_AHEAD);
	fresh();
	apply_from(2, cargo(INT64_C(946684800000), "ceke", "B", RELEASED));
	marked(0);
	apply_from(2, cargo(INT64_C(946684799999), "ceke", "B", RELEASED));
	marked(MARK_TIME_BEFORE_2000); /* also while there is no manifest */
	fresh();
	HAPPENS(0, WEIGHED("T1", "'gross_kg': 1, 'stability': 'MOVING'"));
	HAPPENS(1, DELETED);
	marked(MARK_MOVING); /* also when it is deleted */
}

static void
test_a_unit_that_is_too_heavy_is_marked_and_counts(void **state)
{
	static const struct {
		const char *mode, *at_most, *above;
	} modes[] = { { "TRUCK", "250000", "250001" }, { "AGV", "100000", "100001" }, { "RAIL", "200000", "200001" } };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fresh();
		HAPPENS(0, "'manifest_lodged': {'direction': 'IMPORT', 'mode': '%s', 'units': [" UNIT("T1") "]}", modes[i].mode);
		HAPPENS(1, "'mass_corrected': {'unit_id': 'T1', 'net_kg': %s, 'by': 'b', 'reason': 'r'}", modes[i].at_most);
		HAPPENS(1, "'unit_weighed': {'unit_id': 'T1', 'gross_kg': %s}", modes[i].at_most);
		marked(0);
		HAPPENS(2, "'mass_corrected': {'unit_id': 'T1', 'net_kg': %s, 'by': 'b', 'reason': 'r'}", modes[i].above);
		marked(MARK_UNIT_TOO_HEAVY);
		HAPPENS(3, CORRECTED("T1", "5"));
		marked(0);
		HAPPENS(3, "'unit_weighed': {'unit_id': 'T1', 'gross_kg': %s}", modes[i].above);
		marked(MARK_UNIT_TOO_HEAVY);
	}
}

/* A fifth and two tonnes: both have to be exceeded. */
static void
test_a_weighing_far_from_the_declaration_is_marked(void **state)
{
	static const struct {
		const char *declared, *weighed;
		bool far;
	} cases[] = { { "100000", "120000", false }, { "100000", "120001", true }, { "100000", "79999", true },
		{ "100000", "80000", false }, { "1000", "3000", false }, { "1000", "3001", true }, { "0", "2001", true } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		fresh();
		HAPPENS(0, LODGED(UNIT("T1"), "{'waybill_no': 'W', 'goods': [" GOODS("2701", "%s") "]}"), cases[i].declared);
		HAPPENS(1, "'unit_weighed': {'unit_id': 'T1', 'gross_kg': %s, 'tare_kg': 0}", cases[i].weighed);
		marked(cases[i].far ? MARK_FAR_FROM_DECLARED : 0);
	}
}

static void
test_the_other_contradictions_are_marked(void **state)
{
	(void)state;
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL_OF("11", GOODS("2701", "10"))));
	marked(MARK_LINES_DIFFER);
	HAPPENS(1, LODGED(UNIT("T1"), WAYBILL_OF("10", GOODS("2701", "10"))));
	HAPPENS(2, "'unit_arrived': {'unit_id': 'T1'}");
	HAPPENS(2, "'inspected': {'unit_id': ''}");
	marked(0);
	HAPPENS(3, "'inspected': {'unit_id': 'T9'}");
	marked(MARK_UNIT_NOT_IN_MANIFEST);
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), WAYBILL(GOODS_UNKNOWN("2701"))));
	marked(0); /* it does not count yet */
	HAPPENS(1, RELEASED);
	marked(MARK_MASS_UNKNOWN);
	fresh();
	HAPPENS(0, LODGED(UNIT("T1"), ""));
	HAPPENS(1, WEIGHED("T1", "'gross_kg': 22000, 'tare_kg': 20000"));
	marked(0);
	HAPPENS(2, WEIGHED("T1", "'gross_kg': 22001"));
	marked(MARK_EMPTY_WEIGHED);
}

static void
test_every_mark_and_basis_has_its_words(void **state)
{
	enum basis basis;
	(void)state;
	for (unsigned bit = 0; bit <= 9; bit++)
		assert_true(facts_mark_name(bit) != NULL && facts_mark_sentence(bit) != NULL);
	assert_true(facts_mark_name(10) == NULL && facts_mark_sentence(10) == NULL);
	assert_null(basis_name((enum basis)0));
	assert_null(basis_name((enum basis)5));
	assert_true(basis_of("weighed", &basis));
	assert_int_equal(basis, BASIS_WEIGHED);
	assert_false(basis_of("", &basis));
	assert_false(basis_of("Weighed", &basis));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_counts_before_its_release_or_without_a_manifest),
		cmocka_unit_test(test_a_release_before_its_manifest_waits_for_it),
		cmocka_unit_test(test_the_latest_release_dates_it_whatever_arrived_first),
		cmocka_unit_test(test_hours_and_days_are_those_of_the_port),
		cmocka_unit_test(test_where_departure_counts_each_unit_has_its_own_hour),
		cmocka_unit_test(test_the_rule_of_the_day_says_what_counts),
		cmocka_unit_test(test_a_group_is_that_of_the_accounting_day),
		cmocka_unit_test(test_corrected_beats_weighed_beats_declared),
		cmocka_unit_test(test_weighings_complete_each_other_field_by_field),
		cmocka_unit_test(test_containers_without_a_tare_leave_the_net_unknown),
		cmocka_unit_test(test_registered_tares_stand_in_where_nothing_was_weighed),
		cmocka_unit_test(test_a_negative_net_is_no_net),
		cmocka_unit_test(test_unknown_is_not_zero),
		cmocka_unit_test(test_the_declared_mass_is_shared_by_what_units_declare),
		cmocka_unit_test(test_else_it_is_shared_equally),
		cmocka_unit_test(test_a_unit_is_split_over_the_goods_lines),
		cmocka_unit_test(test_a_waybills_own_total_holds_against_its_lines),
		cmocka_unit_test(test_an_empty_crossing_counts_as_a_crossing),
		cmocka_unit_test(test_a_deletion_takes_all_back_until_it_is_lodged_again),
		cmocka_unit_test(test_a_batch_is_counted_once_where_most_of_its_mass_stands),
		cmocka_unit_test(test_parts_add_up_to_the_kilogram_up_to_the_bounds),
		cmocka_unit_test(test_times_and_unsteady_readings_are_marked),
		cmocka_unit_test(test_a_unit_that_is_too_heavy_is_marked_and_counts),
		cmocka_unit_test(test_a_weighing_far_from_the_declaration_is_marked),
		cmocka_unit_test(test_the_other_contradictions_are_marked),
		cmocka_unit_test(test_every_mark_and_basis_has_its_words),
	};
	return cmocka_run_group_tests(tests, start, stop);
}

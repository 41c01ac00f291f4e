/*
 * The simulated ports: the same seed gives the same bytes, the streams are in order, nobody crosses on closed days, and the
 * published milestones of Ceke come out.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "simulated.h"

/* ---- bytes and order ---- */

static uint64_t
fingerprint(const struct simulation_options *options)
{
	struct simulation *simulation = open_simulation(options);
	struct simulated_event event;
	uint64_t sum = 14695981039346656037u;
	while (next_event(simulation, &event))
		for (size_t i = 0; i < event.bytes.bytes; i++)
			sum = (sum ^ event.bytes.data[i]) * 1099511628211u;
	simulation_close(&simulation);
	return sum;
}

static void
test_same_seed_same_bytes(void **state)
{
	(void)state;
	struct simulation_options options = some_weeks(seed_of_run());
	uint64_t first = fingerprint(&options);
	assert_int_equal(first, fingerprint(&options));
	options.seed++;
	assert_int_not_equal(first, fingerprint(&options));
}

/* Twins of the ports differ in nothing but their names. */
static void
test_twins_are_other_ports_of_the_kind(void **state)
{
	(void)state;
	struct simulation_options options = some_weeks(seed_of_run());
	options.machines_from_day = options.from_day;
	struct simulation *own = open_simulation(&options);
	options.twin = 7;
	struct simulation *twin = open_simulation(&options);
	assert_int_equal(simulation_terminals(own), simulation_terminals(twin));
	assert_string_equal(simulation_terminal(twin, 0)->name, "ceke-7-customs");
	struct simulated_event a, b;
	bool wuliji = false;
	while (next_event(own, &a)) {
		assert_true(next_event(twin, &b));
		assert_true(a.terminal == b.terminal && a.stream_seq == b.stream_seq && a.sent_at_ms == b.sent_at_ms);
		assert_true(a.message == NULL || strcmp(a.message->batch_no, b.message->batch_no) == 0);
		assert_string_equal(b.port, strcmp(a.port, "ceke") == 0 ? "ceke-7" : "wuliji-7");
		assert_true(!b.sound || strcmp(b.message->port, b.port) == 0);
		wuliji |= strcmp(a.port, "wuliji") == 0;
	}
	assert_true(wuliji && !next_event(twin, &b));
	simulation_close(&own);
	simulation_close(&twin);
	options.twin = 100;
	struct reason why = { "" };
	assert_int_equal(simulation_open(&options, &own, &why), STATUS_OUT_OF_RANGE);
}

static bool
may_send(const struct simulation_terminal *terminal, const char *kind)
{
	for (const char *const *k = terminal->kinds; *k != NULL; k++)
		if (strcmp(*k, kind) == 0)
			return true;
	return false;
}

static const char *
kind_of(const Juyan__V1__Event *event)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(&juyan__v1__event__descriptor, (unsigned)event->what_case);
	assert_non_null(field);
	return field->name;
}

static void
test_streams_are_in_order(void **state)
{
	(void)state;
	struct simulation_options options = some_weeks(seed_of_run());
	struct simulation *simulation = open_simulation(&options);
	uint64_t last_seq[SIMULATION_TERMINALS_MAX] = { 0 }, spoilt = 0, late = 0;
	int64_t last_ms = 0;
	struct reason why = { "" };
	struct simulated_event event;
	while (next_event(simulation, &event)) {
		assert_true(event.sent_at_ms >= last_ms);
		last_ms = event.sent_at_ms;
		assert_int_equal(event.stream_seq, ++last_seq[event.terminal]);
		spoilt += !event.sound;
		late += event.sent_at_ms - event.occurred_at_ms > 3600000;
		if (event.message == NULL)
			continue;
		assert_int_equal(event.message->occurred_at_ms, event.occurred_at_ms);
		/* A wrong port is known to be wrong only by the registry. */
		enum status status = wire_event_check(event.message, &why);
		if (status != STATUS_OK && event.sound)
			fail_msg("%s", why.text);
		assert_true(event.sound || status != STATUS_OK || strcmp(event.message->port, event.port) != 0);
		assert_true(may_send(simulation_terminal(simulation, event.terminal), kind_of(event.message)));
	}
	for (uint32_t i = 0; i < simulation_terminals(simulation); i++)
		assert_true(last_seq[i] > 0);
	assert_true(spoilt > 0 && late > 100);
	simulation_close(&simulation);
}

/* Of all but machines' events. */
static uint64_t
fingerprint_of_cargo(const struct simulation_options *options)
{
	struct simulation *simulation = open_simulation(options);
	struct simulated_event event;
	uint64_t sum = 14695981039346656037u;
	while (next_event(simulation, &event)) {
		if (strcmp(simulation_terminal(simulation, event.terminal)->name, "ceke-gateway") == 0)
			continue;
		sum = (sum ^ event.stream_seq ^ ((uint64_t)event.terminal << 40)) * 1099511628211u;
		for (size_t i = 0; i < event.bytes.bytes; i++)
			sum = (sum ^ event.bytes.data[i]) * 1099511628211u;
	}
	simulation_close(&simulation);
	return sum;
}

static void
test_machines_tell_beside_the_crossings_and_change_nothing_of_them(void **state)
{
	enum { MACHINES_MAX = 64 };
	(void)state;
	struct simulation_options without = some_weeks(seed_of_run()), with = without;
	with.machines_from_day = port_calendar_day(2025, 10, 10);
	assert_int_equal(fingerprint_of_cargo(&with), fingerprint_of_cargo(&without));
	assert_int_equal(fingerprint(&with), fingerprint(&with));
	struct simulation *simulation = open_simulation(&with);
	struct simulated_event event;
	char names[MACHINES_MAX][16];
	int64_t told_ms[MACHINES_MAX], last_ms = 0;
	size_t n = 0, conditions[16] = { 0 };
	while (next_event(simulation, &event)) {
		assert_true(event.sent_at_ms >= last_ms);
		last_ms = event.sent_at_ms;
		if (event.message == NULL || event.message->what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED)
			continue;
		const Juyan__V1__MachineReported *said = event.message->machine_reported;
		assert_int_equal(wire_event_check(event.message, NULL), STATUS_OK);
		assert_true(event.occurred_at_ms >= port_calendar_start_ms(with.machines_from_day));
		size_t i = 0;
		while (i < n && strcmp(names[i], said->machine) != 0)
			i++;
		assert_true(i < MACHINES_MAX);
		if (i == n)
			snprintf(names[n++], sizeof names[0], "%s", said->machine);
		else
			assert_true(event.occurred_at_ms > told_ms[i] && event.occurred_at_ms - told_ms[i] <= 3600000);
		told_ms[i] = event.occurred_at_ms;
		conditions[said->condition]++;
	}
	assert_int_equal(n, 13);
	for (int i = JUYAN__V1__CONDITION__WORKING; i <= JUYAN__V1__CONDITION__SILENT; i++)
		assert_true(conditions[i] > 0);
	simulation_close(&simulation);
}

static void
test_without_faults_all_is_sound_and_prompt(void **state)
{
	(void)state;
	struct simulation_options options = some_weeks(seed_of_run());
	options.faults = false;
	struct simulation *simulation = open_simulation(&options);
	struct simulated_event event;
	while (next_event(simulation, &event)) {
		assert_true(event.sound && event.message != NULL);
		assert_true(event.sent_at_ms - event.occurred_at_ms < 60000);
	}
	simulation_close(&simulation);
}

static void
test_closed_days_see_no_truck(void **state)
{
	(void)state;
	struct simulation_options options = some_weeks(seed_of_run());
	struct simulation *simulation = open_simulation(&options);
	struct simulated_event event;
	while (next_event(simulation, &event)) {
		int64_t local_ms = event.occurred_at_ms + CALENDAR_OFFSET_MS;
		int64_t hour = local_ms % CALENDAR_MS_PER_DAY / CALENDAR_MS_PER_HOUR;
		const Juyan__V1__Event *message = event.message;
		if (message == NULL || message->what_case != JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED ||
		    strncmp(message->unit_arrived->lane, "road", 4) != 0 || event.occurred_at_ms < TIME_MS_MIN)
			continue;
		assert_true(port_calendar_road_open(local_ms / CALENDAR_MS_PER_DAY));
		assert_true(hour >= 8 && hour < 20);
	}
	simulation_close(&simulation);
}

/* ---- the milestones ---- */

struct milestone {
	uint32_t from, to;
	int64_t kg;
	int64_t vehicles; /* both ways; 0: not published */
};

static const struct milestone milestones[] = {
	{ 20230101, 20230824, INT64_C(10000000000), 0 },
	{ 20230101, 20230925, INT64_C(12240000000), 187909 },
	{ 20230925, 20230925, INT64_C(217000000), 3127 },
	{ 20230101, 20231102, INT64_C(14197100000), 221500 },
	{ 20240101, 20240930, INT64_C(18440700000), 0 },
	{ 20250101, 20251209, INT64_C(30000000000), 410000 },
};

static void
check_milestone(const struct milestone *milestone, const struct tally_row *rows, size_t n, int64_t times)
{
	int64_t kg = 0, vehicles = 0, coal_kg = 0, export_kg = 0;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].period < milestone->from || rows[i].period > milestone->to)
			continue;
		kg += rows[i].net_kg * times;
		vehicles += rows[i].units * times;
		coal_kg += strcmp(goods_group_id(rows[i].group), "coal") == 0 ? rows[i].net_kg * times : 0;
		export_kg += rows[i].direction == DIRECTION_EXPORT ? rows[i].net_kg * times : 0;
	}
	printf("%u to %u: %lld kg, published %lld; %lld vehicles, published %lld\n", milestone->from, milestone->to, (long long)kg,
	    (long long)milestone->kg, (long long)vehicles, (long long)milestone->vehicles);
	assert_true(llabs(kg - milestone->kg) * 100 <= milestone->kg * 3);
	if (milestone->vehicles != 0)
		assert_true(llabs(vehicles - milestone->vehicles) * 100 <= milestone->vehicles * 5);
	if (milestone->from != milestone->to)
		assert_true(coal_kg * 100 >= kg * 95 && coal_kg * 100 <= kg * 98 && export_kg * 1000 >= kg * 10 &&
		    export_kg * 1000 <= kg * 20);
}

static void
test_ceke_meets_its_milestones(void **state)
{
	(void)state;
	uint64_t seed = seed_of_run();
	for (uint64_t s = 0; s < 3; s++) {
		struct simulation_options options = simulation_defaults();
		options.seed = seed + s;
		options.ports[PORT_WULIJI] = false;
		options.scale_per_mille = s == 0 ? 1000 : 250; /* once in full; the others to see that it was not chance */
		struct simulation *simulation = open_simulation(&options);
		struct simulated_event event;
		while (next_event(simulation, &event))
			;
		struct tally_row *rows;
		size_t n;
		assert_int_equal(simulation_tally(simulation, TALLY_DAY, &rows, &n), STATUS_OK);
		for (size_t m = 0; m < sizeof milestones / sizeof milestones[0]; m++)
			check_milestone(&milestones[m], rows, n, 1000 / options.scale_per_mille);
		free(rows);
		simulation_close(&simulation);
	}
}

/* ---- small things ---- */

static void
test_calendar(void **state)
{
	(void)state;
	int64_t first = port_calendar_day(2015, 1, 1), last = port_calendar_day(2035, 12, 31);
	assert_int_equal(port_calendar_day(1970, 1, 1), 0);
	assert_int_equal(first, 16436);
	for (int64_t day = first; day <= last; day++) {
		int year, month, day_of_month;
		port_calendar_date(day, &year, &month, &day_of_month);
		assert_int_equal(port_calendar_day(year, month, day_of_month), day);
	}
	assert_int_equal(port_calendar_weekday(port_calendar_day(2023, 9, 25)), 1);
	assert_true(port_calendar_closed(port_calendar_day(2023, 1, 22)));
	assert_true(port_calendar_closed(port_calendar_day(2025, 3, 1)));
	assert_true(port_calendar_closed(port_calendar_day(2024, 7, 13)));
	assert_true(port_calendar_closed(port_calendar_day(2022, 1, 10)));
	assert_false(port_calendar_closed(port_calendar_day(2023, 9, 25)));
	assert_false(port_calendar_road_open(port_calendar_day(2023, 9, 24)));
}

static void
test_groups(void **state)
{
	(void)state;
	/* Every catalogue entry falls somewhere; words without a code agree with what is written, and traps are traps. */
	bool seen[32] = { false };
	struct random random;
	random_seed(&random, seed_of_run(), 2);
	for (int i = 0; i < 20000; i++) {
		uint8_t goods = goods_draw((enum goods_traffic)(i % 3), &random);
		uint8_t group = goods_group(goods, (enum goods_language)(i % GOODS_LANGUAGES), i % 5 != 0);
		assert_true(group < goods_groups() && group != GOODS_GROUP_EMPTY);
		seen[group] = true;
		if (strcmp(goods_hs(goods), "4402") == 0)
			assert_string_equal(goods_group_id(goods_group(goods, GOODS_MN, true)), "other");
		if (strcmp(goods_hs(goods), "84314999") == 0) {
			assert_string_equal(goods_group_id(goods_group(goods, GOODS_EN, true)), "machinery");
			assert_string_equal(goods_group_id(goods_group(goods, GOODS_EN, false)), "coal");
		}
	}
	for (size_t g = 1; g < goods_groups(); g++)
		assert_true(seen[g]);
}

static void
test_containers_have_their_check_digit(void **state)
{
	(void)state;
	/* By the table of ISO 6346, written out. */
	static const char alphabet[] = "0123456789A?BCDEFGHIJK?LMNOPQRSTU?VWXYZ";
	for (uint32_t number = 0; number < 3000; number++) {
		char text[NAME_BYTES];
		assert_ptr_equal(names_container(text, number * 331), text + 12);
		long sum = 0;
		for (int i = 0; i < 10; i++)
			sum += (strchr(alphabet, text[i]) - alphabet) << i;
		assert_int_equal(text[10], '0' + sum % 11 % 10);
	}
}

static void
test_wrong_options_are_refused(void **state)
{
	(void)state;
	struct simulation *simulation = NULL;
	struct reason why;
	struct simulation_options options = simulation_defaults();
	options.to_day = options.from_day - 1;
	assert_int_equal(simulation_open(&options, &simulation, &why), STATUS_OUT_OF_RANGE);
	options = simulation_defaults();
	options.from_day = port_calendar_day(2014, 12, 31);
	assert_int_equal(simulation_open(&options, &simulation, &why), STATUS_OUT_OF_RANGE);
	options = simulation_defaults();
	options.scale_per_mille = 0;
	assert_int_equal(simulation_open(&options, &simulation, &why), STATUS_OUT_OF_RANGE);
	assert_null(simulation);
	bool ports[CROSSING_PORTS];
	assert_false(simulation_parse_ports("cek", ports));
	assert_false(simulation_parse_ports("", ports));
	assert_true(simulation_parse_ports("wuliji", ports));
	assert_true(!ports[PORT_CEKE] && ports[PORT_WULIJI]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_containers_have_their_check_digit),
		cmocka_unit_test(test_wrong_options_are_refused),
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_twins_are_other_ports_of_the_kind),
		cmocka_unit_test(test_streams_are_in_order),
		cmocka_unit_test(test_machines_tell_beside_the_crossings_and_change_nothing_of_them),
		cmocka_unit_test(test_without_faults_all_is_sound_and_prompt),
		cmocka_unit_test(test_closed_days_see_no_truck),
		cmocka_unit_test(test_ceke_meets_its_milestones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

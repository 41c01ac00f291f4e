/* The compiled registry refuses what cannot be, with a sentence that names the record and the nearest that is known. */
#include "check.h"

#include <string.h>

#include "records.h"

static Juyan__V1__CalendarDay days[8];
static Juyan__V1__Goal goals[8];
static Juyan__V1__Capacity capacities[8];
static Juyan__V1__Lever levers[8];
static Juyan__V1__Override overrides[8];
static Juyan__V1__Published figures[8];

static void
test_ports_and_groups_that_are_refused(void **unused)
{
	static const char *const ids[] = { "Ceke", "ce ke", "策克", "123456789012345678901234567890123", "*" };
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		records_start(unused);
		port(ids[i], "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
		refused(STATUS_OUT_OF_RANGE, "id is");
	}
	records_start(unused);
	port("", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_MISSING_FIELD, "no id");
	records_start(unused);
	port("ceke", "", "+8", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_OUT_OF_RANGE, "port/ceke: utc_offset is '+8', expected a form such as +08:00");
	records_start(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__COUNT_ON_UNSPECIFIED);
	refused(STATUS_OUT_OF_RANGE, "count_on");
	records_start(unused);
	port("ceke", "2025-02-30", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_OUT_OF_RANGE, "valid_from");
	records_start(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("ceke", "", "+09:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_CONTRADICTION, "port/ceke stands twice");
	records_start(unused);
	group("other", "", 1, "27", "");
	refused(STATUS_OUT_OF_RANGE, "built in");
	records_start(unused);
	group("coal", "", 1, "2", "");
	refused(STATUS_OUT_OF_RANGE, "hs_prefixes has '2'");
	records_start(unused);
	group("coal", "", 1, "27x1", "");
	refused(STATUS_OUT_OF_RANGE, "hs_prefixes has '27x1'");
	records_start(unused);
	Juyan__V1__CommodityGroup *coal = group("coal", "", 1, "27", "");
	coal->words = (char *[]){ text("a\x01") };
	coal->n_words = 1;
	refused(STATUS_NOT_TEXT, "words");
}

static void
test_terminals_that_are_refused(void **unused)
{
	records_start(unused);
	terminal(3, 1, "ceke", "*");
	refused(STATUS_CONTRADICTION, "right for the port 'ceke'");
	records_start(unused);
	terminal(3, 1, "*", "*");
	terminal(4, 1, "*", "*");
	refused(STATUS_CONTRADICTION, "the terminals 3 and 4 have the same key");
	records_start(unused);
	terminal(3, 1, "*", "*");
	terminal(3, 2, "*", "*");
	refused(STATUS_CONTRADICTION, "terminal/00003 stands twice");
	static const char *const kinds[] = { "weighed", "registry_changed", "quarantine_released", "occurred_at_ms", "port" };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		records_start(unused);
		terminal(3, 1, "*", kinds[i]);
		refused(STATUS_OUT_OF_RANGE, "kinds has");
	}
	records_start(unused);
	terminal(3, 0, "*", "*");
	refused(STATUS_OUT_OF_RANGE, "public_key");
	records_start(unused);
	terminal(3, 1, "*", "*")->public_key.len = 31;
	refused(STATUS_OUT_OF_RANGE, "public_key");
	records_start(unused);
	terminal(TERMINAL_NO_MAX + 1, 1, "*", "*");
	refused(STATUS_OUT_OF_RANGE, "terminal_no");
	records_start(unused);
	terminal(3, 1, "*", "*");
	last_record()->valid_from = text("2025-01-01");
	refused(STATUS_OUT_OF_RANGE, "a terminal has no valid_from");
}

static Juyan__V1__Goal *
goal(const char *from, const char *to, const char *port_ids, const char *group_ids)
{
	Juyan__V1__Goal *out = &goals[records_n];
	juyan__v1__goal__init(out);
	out->id = text("annual");
	out->from = text(from);
	out->to = text(to);
	out->target_kg = 26;
	list(&out->ports, &out->n_ports, port_ids);
	list(&out->groups, &out->n_groups, group_ids);
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL;
	r->goal = out;
	return out;
}

static Juyan__V1__CalendarDay *
day(const char *port_id, const char *iso, const char *country)
{
	Juyan__V1__CalendarDay *out = &days[records_n];
	juyan__v1__calendar_day__init(out);
	out->port = text(port_id);
	out->day = text(iso);
	out->country = text(country);
	out->kind = JUYAN__V1__DAY_KIND__HOLIDAY;
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_DAY;
	r->day = out;
	return out;
}

static void
test_days_goals_and_capacities(void **unused)
{
	records_start(unused);
	day("*", "2025-10-01", "CN");
	day("*", "2025-10-01", "MN");
	day("*", "2025-10-01", "MN")->kind = JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT;
	struct registry *registry = build();
	registry_close(&registry);
	records_start(unused);
	day("*", "2025-02-29", "CN");
	refused(STATUS_OUT_OF_RANGE, "day is '2025-02-29', expected a day such as");
	records_start(unused);
	day("ceke", "2025-02-28", "CN");
	refused(STATUS_CONTRADICTION, "names the port 'ceke', which is not in the registry");
	records_start(unused);
	day("*", "2025-02-28", "RU");
	refused(STATUS_OUT_OF_RANGE, "country is 'RU', expected CN, MN or nothing");
	records_start(unused);
	goal("2025-12-31", "2025-01-01", "", "");
	refused(STATUS_OUT_OF_RANGE, "before it begins");
	records_start(unused);
	goal("2025-01-01", "2025-12-31", "", "other,coal");
	refused(STATUS_CONTRADICTION, "goal/annual names the group 'coal'");
	records_start(unused);
	goal("2025-01-01", "2025-12-31", "", "")->target_kg = 0;
	refused(STATUS_MISSING_FIELD, "goal/annual: target_kg is missing: a goal has to say how many kg");
	records_start(unused);
	goal("2025-01-01", "2025-12-31", "", "")->target_kg = -1;
	refused(STATUS_OUT_OF_RANGE, "target_kg is -1, expected 1 to");
	records_start(unused);
	record("");
	refused(STATUS_MISSING_FIELD, "no id");
	records_start(unused);
	juyan__v1__capacity__init(&capacities[0]);
	capacities[0].port = text("ceke");
	capacities[0].kg_per_day = -1;
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY;
	r->capacity = &capacities[0];
	refused(STATUS_OUT_OF_RANGE, "capacity/ceke/all: kg_per_day is -1");
}

static void
test_spans_of_days(void **unused)
{
	records_start(unused);
	day("*", "2020-02-14", "")->to = text("2020-03-29");
	day("*", "2025-11-26", "MN")->open_per_mille = 500;
	struct registry *registry = build();
	registry_close(&registry);
	records_start(unused);
	day("*", "2020-02-14", "")->to = text("2020-02-13");
	refused(STATUS_OUT_OF_RANGE, "it ends on 2020-02-13, before it begins on 2020-02-14");
	records_start(unused);
	day("*", "2020-02-14", "")->to = text("2020-02-30");
	refused(STATUS_OUT_OF_RANGE, "to is '2020-02-30', expected a day");
	records_start(unused);
	day("*", "2020-02-14", "")->open_per_mille = 1000;
	refused(STATUS_OUT_OF_RANGE, "open_per_mille is 1000, expected 0 to 999");
	records_start(unused);
	Juyan__V1__CalendarDay *closed = day("*", "2020-02-14", "");
	closed->open_per_mille = 1;
	closed->kind = JUYAN__V1__DAY_KIND__CLOSED;
	refused(STATUS_OUT_OF_RANGE, "open_per_mille goes with a holiday alone");
}

/* Two ports, so that one can be the nearest. */
static void
start_ports(void **unused)
{
	records_start(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("wuliji", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
}

static Juyan__V1__Lever *
lever(const char *port_id, const char *name, int64_t now, int64_t most)
{
	Juyan__V1__Lever *out = &levers[records_n];
	juyan__v1__lever__init(out);
	out->port = text(port_id);
	out->mode = JUYAN__V1__MODE__AGV;
	out->name = text(name);
	out->now = now;
	out->most = most;
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER;
	r->lever = out;
	return out;
}

static void
test_levers(void **unused)
{
	char key[REGISTRY_KEY_BYTES];
	start_ports(unused);
	lever("ceke", "agvs", 10, 60);
	lever("ceke", "trips_per_day", 7, 7);
	lever("wuliji", "agvs", 0, 30)->kg_per_day = 455000;
	struct registry *registry = build();
	registry_close(&registry);
	assert_true(registry_key(records[3], key));
	assert_string_equal(key, "lever/ceke/agv/trips_per_day");
	start_ports(unused);
	lever("wulji", "agvs", 10, 60);
	refused(STATUS_CONTRADICTION,
	    "lever/wulji/agv/agvs names the port 'wulji', which is not in the registry; the nearest known is 'wuliji'");
	start_ports(unused);
	lever("ceke", "agvs", 61, 60);
	refused(STATUS_OUT_OF_RANGE, "lever/ceke/agv/agvs: now is 61, more than most, which is 60");
	start_ports(unused);
	lever("ceke", "AGVs", 10, 60);
	refused(STATUS_OUT_OF_RANGE, "name is 'AGVs', expected 1 to 32 of: lower-case letters");
	start_ports(unused);
	lever("ceke", "agvs", 10, 60)->mode = 0;
	refused(STATUS_MISSING_FIELD, "expected one of a known kind with what names it");
	start_ports(unused);
	lever("ceke", "agvs", 0, 60);
	refused(STATUS_MISSING_FIELD, "kg_per_day is missing: where now is 0");
	start_ports(unused);
	lever("ceke", "agvs", 1, 60)->cost = 5;
	refused(STATUS_MISSING_FIELD, "cost_unit is missing");
	start_ports(unused);
	lever("ceke", "agvs", 0, 0);
	refused(STATUS_OUT_OF_RANGE, "most is 0, expected 1 to");
}

static Juyan__V1__Override *
override(const char *port_id, const char *from, const char *to)
{
	Juyan__V1__Override *out = &overrides[records_n];
	juyan__v1__override__init(out);
	out->id = text("strike");
	out->port = text(port_id);
	out->from = text(from);
	out->to = text(to);
	out->by = text("planner");
	out->reason = text("drivers are on strike");
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE;
	r->override = out;
	return out;
}

static void
test_overrides(void **unused)
{
	start_ports(unused);
	override("*", "2025-01-01", "2025-01-01");
	struct registry *registry = build();
	registry_close(&registry);
	start_ports(unused);
	override("cekee", "2025-01-01", "2025-01-02");
	refused(STATUS_CONTRADICTION,
	    "override/strike names the port 'cekee', which is not in the registry; the nearest known is 'ceke'");
	start_ports(unused);
	override("ceke", "2025-01-02", "2025-01-01");
	refused(STATUS_OUT_OF_RANGE, "override/strike: it ends on 2025-01-01, before it begins on 2025-01-02");
	start_ports(unused);
	override("ceke", "2025-01-01", "2025-01-02")->per_mille = 10001;
	refused(STATUS_OUT_OF_RANGE, "per_mille is 10001, expected 0 to 10000");
	start_ports(unused);
	override("ceke", "2025-01-01", "2025-01-02")->by = text("");
	refused(STATUS_MISSING_FIELD, "by is missing");
	start_ports(unused);
	override("ceke", "2025-01-01", "2025-01-02")->reason = text("");
	refused(STATUS_MISSING_FIELD, "reason is missing");
	start_ports(unused);
	override("ceke", "2025-01-01", "2025-01-02");
	last_record()->valid_from = text("2025-01-01");
	refused(STATUS_OUT_OF_RANGE, "an override has no valid_from");
}

static Juyan__V1__Published *
published(const char *port_id, const char *definition, const char *from, const char *to)
{
	Juyan__V1__Published *out = &figures[records_n];
	juyan__v1__published__init(out);
	out->port = text(port_id);
	out->definition = text(definition);
	out->from = text(from);
	out->to = text(to);
	out->net_kg = 18440700000;
	out->precision = JUYAN__V1__PRECISION__EXACT;
	out->source = text("a newspaper");
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED;
	r->published = out;
	return out;
}

static void
test_published_figures(void **unused)
{
	char key[REGISTRY_KEY_BYTES];
	start_ports(unused);
	published("ceke", "all", "2024-01-01", "2024-09-30");
	published("ceke", "coal", "2024-01-01", "2024-09-30");
	struct registry *registry = build();
	registry_close(&registry);
	assert_true(registry_key(records[3], key));
	assert_string_equal(key, "published/ceke/coal/2024-01-01/2024-09-30");
	published("ceke", "all", "2024-01-01", "2024-09-30");
	refused(STATUS_CONTRADICTION, "stands twice");
	start_ports(unused);
	published("ceka", "all", "2024-01-01", "2024-09-30");
	refused(STATUS_CONTRADICTION, "names the port 'ceka', which is not in the registry; the nearest known is 'ceke'");
	start_ports(unused);
	published("ceke", "All cargo", "2024-01-01", "2024-09-30");
	refused(STATUS_OUT_OF_RANGE, "definition is 'All cargo'");
	start_ports(unused);
	published("ceke", "all", "2024-09-30", "2024-01-01");
	refused(STATUS_OUT_OF_RANGE, "before it begins");
	start_ports(unused);
	published("ceke", "all", "2024-01-01", "2024-09-30")->net_kg = 0;
	refused(STATUS_OUT_OF_RANGE, "net_kg is 0, expected 1 to");
	start_ports(unused);
	published("ceke", "all", "2024-01-01", "2024-09-30")->precision = 0;
	refused(STATUS_OUT_OF_RANGE, "precision is 0, expected exact, about, more_than or less_than");
	start_ports(unused);
	published("ceke", "all", "2024-01-01", "2024-09-30")->source = text("");
	refused(STATUS_MISSING_FIELD, "source is missing");
}

/* Whose fault it is, so that a file can say where it stands. */
static void
test_the_misfit_is_told(void **unused)
{
	const Record *misfit;
	struct registry *registry = NULL;
	start_ports(unused);
	lever("ceke", "agvs", 10, 60);
	lever("ceka", "agvs", 10, 60);
	assert_int_equal(registry_build_telling(records, records_n, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_ptr_equal(misfit, records[3]);
	start_ports(unused);
	terminal(1, 1, "ceka", "*");
	assert_int_equal(registry_build_telling(records, records_n, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_ptr_equal(misfit, records[2]);
	start_ports(unused);
	goal("2025-01-01", "2025-12-31", "", "cole");
	group("coal", "", 1, "2701", "coal");
	refused(STATUS_CONTRADICTION,
	    "goal/annual names the group 'cole', which is not in the registry; the nearest known is 'coal'");
	start_ports(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	assert_int_equal(registry_build_telling(records, records_n, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_null(misfit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ports_and_groups_that_are_refused, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_terminals_that_are_refused, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_days_goals_and_capacities, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_spans_of_days, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_levers, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_overrides, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_published_figures, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_the_misfit_is_told, records_start, records_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The compiled registry against its records: which version holds, which group claims, who may say what, and what is refused. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "civil.h"
#include "registry.h"

typedef Juyan__V1__RegistryRecord Record;

/* Records are made in static arrays, so that a test reads as a table. */
static Record records[64];
static const Record *pointers[64];
static size_t used;
static Juyan__V1__Port ports[16];
static Juyan__V1__CommodityGroup groups[32];
static Juyan__V1__Terminal terminals[16];
static Juyan__V1__CalendarDay days[8];
static Juyan__V1__Goal goals[8];
static Juyan__V1__Capacity capacities[8];
static Juyan__V1__Lever levers[8];
static Juyan__V1__Override overrides[8];
static Juyan__V1__Published figures[8];
static char *texts[256];
static size_t texts_used;
static uint8_t keys[16][PUBLIC_KEY_BYTES];

static char *
text(const char *value)
{
	assert_true(texts_used < sizeof texts / sizeof texts[0]);
	texts[texts_used] = strdup(value);
	assert_non_null(texts[texts_used]);
	return texts[texts_used++];
}

static int
start_empty(void **unused)
{
	(void)unused;
	used = 0;
	for (; texts_used > 0; texts_used--)
		free(texts[texts_used - 1]);
	return 0;
}

/* A comma-separated list into a protobuf array. */
static void
list(char ***out, size_t *n, const char *values)
{
	static char *slots[512];
	static size_t next;
	char *rest = text(values), *one;
	if (next > 400)
		next = 0;
	*out = &slots[next];
	*n = 0;
	while ((one = strsep(&rest, ",")) != NULL && one[0] != '\0') {
		slots[next++] = one;
		(*n)++;
	}
}

static Record *
record(const char *valid_from)
{
	Record *out = &records[used];
	juyan__v1__registry_record__init(out);
	out->valid_from = text(valid_from);
	pointers[used++] = out;
	return out;
}

static Juyan__V1__Port *
port(const char *id, const char *valid_from, const char *offset, Juyan__V1__CountOn count_on)
{
	Juyan__V1__Port *out = &ports[used];
	juyan__v1__port__init(out);
	out->id = text(id);
	out->utc_offset = text(offset);
	out->count_on = count_on;
	Record *r = record(valid_from);
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	r->port = out;
	return out;
}

static Juyan__V1__CommodityGroup *
group(const char *id, const char *valid_from, uint32_t rank, const char *prefixes, const char *words)
{
	Juyan__V1__CommodityGroup *out = &groups[used];
	juyan__v1__commodity_group__init(out);
	out->id = text(id);
	out->rank = rank;
	list(&out->hs_prefixes, &out->n_hs_prefixes, prefixes);
	list(&out->words, &out->n_words, words);
	Record *r = record(valid_from);
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	r->group = out;
	return out;
}

static Juyan__V1__Terminal *
terminal(uint32_t no, uint8_t key, const char *port_ids, const char *kinds)
{
	Juyan__V1__Terminal *out = &terminals[used];
	juyan__v1__terminal__init(out);
	out->terminal_no = no;
	out->name = text("gate");
	memset(keys[used], key, PUBLIC_KEY_BYTES);
	out->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys[used] };
	list(&out->ports, &out->n_ports, port_ids);
	list(&out->kinds, &out->n_kinds, kinds);
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	r->terminal = out;
	return out;
}

static struct registry *
build(void)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	enum status status = registry_build(pointers, used, &registry, &why);
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why.text);
	return registry;
}

/* The records are refused with this status and a sentence that holds `part`. */
static void
refused(enum status expected, const char *part)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	assert_int_equal(registry_build(pointers, used, &registry, &why), expected);
	assert_null(registry);
	if (strstr(why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, why.text);
}

static struct span
span(const char *value)
{
	return (struct span){ (const uint8_t *)value, strlen(value) };
}

static const char *
group_of(const struct registry *registry, const char *day_text, const char *hs, const char *description)
{
	int64_t day;
	assert_true(civil_parse_day(day_text, &day));
	return registry_group(registry, day, span(hs), span(description));
}

/* ---- ports ---- */

static void
test_the_later_version_holds_from_its_local_day(void **unused)
{
	(void)unused;
	port("ceke", "2025-06-01", "+08:00", JUYAN__V1__COUNT_ON__DEPARTURE);
	port("ceke", "", "+07:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("ceke-2", "2020-01-01", "+09:00", JUYAN__V1__COUNT_ON__RELEASE);
	struct registry *registry = build();
	struct port_rule rule;
	int64_t turn = civil_day(2025, 6, 1) * CIVIL_MS_PER_DAY - 8 * CIVIL_MS_PER_HOUR;
	assert_true(registry_port(registry, "ceke", turn, &rule));
	assert_int_equal(rule.utc_offset_minutes, 480);
	assert_int_equal(rule.count_on, JUYAN__V1__COUNT_ON__DEPARTURE);
	assert_true(registry_port(registry, "ceke", turn - 1, &rule));
	assert_int_equal(rule.utc_offset_minutes, 420);
	assert_string_equal(rule.id, "ceke");
	/* Before the first of them, the first. */
	assert_true(registry_port(registry, "ceke-2", 0, &rule));
	assert_int_equal(rule.utc_offset_minutes, 540);
	assert_false(registry_port(registry, "cek", turn, &rule));
	assert_false(registry_port(registry, "", turn, &rule));
	assert_true(registry_knows_port(registry, "ceke"));
	assert_false(registry_knows_port(registry, "wuliji"));
	registry_close(&registry);
	assert_null(registry);
}

/* ---- groups ---- */

static void
shipped_groups(void)
{
	group("coal", "", 1, "2701,2702,2704", "煤,нүүрс,coal");
	group("copper", "", 2, "2603,7402", "铜精矿,зэс,copper");
	group("iron_ore", "", 3, "2601", "铁矿,төмрийн хүдэр,iron ore");
	group("fluorspar", "", 4, "2529", "萤石,жонш,fluorspar");
	group("building", "", 7, "25,68,72", "建材,барилгын,cement,steel");
	group("meat", "", 9, "02", "肉,мах,meat");
	group("wool", "", 11, "51", "羊毛,ноос,wool");
	group("tree", "", 12, "44", "ёлка,Élan");
}

static void
test_the_longest_prefix_claims(void **unused)
{
	(void)unused;
	shipped_groups();
	struct registry *registry = build();
	assert_string_equal(group_of(registry, "2025-01-01", "2701120000", ""), "coal");
	assert_string_equal(group_of(registry, "2025-01-01", "25291000", ""), "fluorspar");
	assert_string_equal(group_of(registry, "2025-01-01", "2523", ""), "building");
	assert_string_equal(group_of(registry, "2025-01-01", "25", ""), "building");
	assert_string_equal(group_of(registry, "2025-01-01", "27", ""), "other");
	assert_string_equal(group_of(registry, "2025-01-01", "99", ""), "other");
	/* With an HS code the words are not asked. */
	assert_string_equal(group_of(registry, "2025-01-01", "9999", "coal"), "other");
	registry_close(&registry);
}

static void
test_words_in_three_languages(void **unused)
{
	(void)unused;
	shipped_groups();
	struct registry *registry = build();
	static const char *const said[][2] = {
		{ "coal", "Coking COAL, washed" },
		{ "coal", "коксжих НҮҮРС" },
		{ "coal", "Нүүрсний концентрат" },
		{ "coal", "炼焦煤（精煤）" },
		{ "copper", "ЗЭСИЙН баяжмал" },
		{ "iron_ore", "ТӨМРИЙН  ХҮДЭР 62%" },
		{ "iron_ore", "Iron Ore fines" },
		{ "meat", "冻羊肉" },
		{ "wool", "raw-Wool" },
		{ "tree", "ЁЛКА" },
		{ "tree", "élan" },
		{ "other", "charcoal" },
		{ "other", "ironore" },
		{ "other", "" },
		{ "other", "\xD0" },
		{ "other", "хувцас" },
	};
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		assert_string_equal(group_of(registry, "2025-01-01", "", said[i][1]), said[i][0]);
	/* Two groups have a word in it: the lower rank holds, wherever it stands. */
	assert_string_equal(group_of(registry, "2025-01-01", "", "wool, coal"), "coal");
	assert_string_equal(group_of(registry, "2025-01-01", "", "Copperas; wool"), "copper");
	/* A description that fills its bound. */
	char full[TEXT_BYTES_MAX + 1];
	memset(full, 'x', TEXT_BYTES_MAX);
	memcpy(full + TEXT_BYTES_MAX - 5, " wool", 6);
	assert_string_equal(group_of(registry, "2025-01-01", "", full), "wool");
	registry_close(&registry);
}

static void
test_a_group_changes_on_its_day(void **unused)
{
	(void)unused;
	group("coal", "", 1, "27", "coal");
	group("coal", "2025-03-01", 1, "2701", "anthracite");
	group("fuel", "2025-03-01", 2, "27", "");
	struct registry *registry = build();
	assert_string_equal(group_of(registry, "2025-02-28", "2702", ""), "coal");
	assert_string_equal(group_of(registry, "2025-03-01", "2701", ""), "coal");
	/* fuel's first version holds before its day too, but coal is preferred there. */
	assert_string_equal(group_of(registry, "2025-03-01", "2702", ""), "fuel");
	assert_string_equal(group_of(registry, "2025-02-28", "", "anthracite"), "other");
	assert_string_equal(group_of(registry, "2025-03-01", "", "anthracite"), "coal");
	assert_string_equal(group_of(registry, "2025-03-01", "", "coal"), "other");
	registry_close(&registry);
}

/* ---- groups against a plain search ---- */

static uint64_t state;

static uint64_t
random_below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

static void
random_digits(char *out, size_t min, size_t max)
{
	size_t n = min + random_below(max - min + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (char)('1' + random_below(3));
	out[n] = '\0';
}

/* The longest prefix among all; on equal length the lower rank, then the smaller id. */
static const char *
plain_search(const char *hs)
{
	const Juyan__V1__CommodityGroup *best = NULL;
	size_t best_bytes = 0;
	for (size_t i = 0; i < used; i++) {
		const Juyan__V1__CommodityGroup *g = records[i].group;
		for (size_t j = 0; j < g->n_hs_prefixes; j++) {
			size_t bytes = strlen(g->hs_prefixes[j]);
			if (strncmp(hs, g->hs_prefixes[j], bytes) != 0 || bytes < best_bytes)
				continue;
			if (best == NULL || bytes > best_bytes || g->rank < best->rank ||
			    (g->rank == best->rank && strcmp(g->id, best->id) < 0)) {
				best = g;
				best_bytes = bytes;
			}
		}
	}
	return best == NULL ? GROUP_OTHER : best->id;
}

static void
test_prefixes_agree_with_a_plain_search(void **unused)
{
	for (int round = 0; round < 200; round++) {
		start_empty(unused);
		for (int i = 0; i < 12; i++) {
			char id[8], prefixes[64], one[4][16];
			for (int j = 0; j < 4; j++)
				random_digits(one[j], 2, 6);
			snprintf(prefixes, sizeof prefixes, "%s,%s,%s,%s", one[0], one[1], one[2], one[3]);
			snprintf(id, sizeof id, "g%d", i);
			group(id, "", (uint32_t)random_below(3), prefixes, "");
		}
		struct registry *registry = build();
		for (int i = 0; i < 200; i++) {
			char hs[16];
			random_digits(hs, 2, 10);
			assert_string_equal(group_of(registry, "2025-01-01", hs, ""), plain_search(hs));
		}
		registry_close(&registry);
	}
}

/* ---- terminals ---- */

static Juyan__V1__Event
event(Juyan__V1__Event__WhatCase what, const char *port_id)
{
	static Juyan__V1__Released released;
	Juyan__V1__Event out = JUYAN__V1__EVENT__INIT;
	juyan__v1__released__init(&released);
	out.port = text(port_id);
	out.what_case = what;
	out.released = &released;
	return out;
}

static void
test_rights(void **unused)
{
	(void)unused;
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("wuliji", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	terminal(7, 1, "ceke", "released,unit_weighed");
	terminal(3, 2, "*", "*");
	terminal(1, 3, "", "")->administrator = true;
	terminal(9, 4, "*", "*")->revoked = true;
	struct registry *registry = build();
	Juyan__V1__Event released = event(JUYAN__V1__EVENT__WHAT_RELEASED, "ceke");
	Juyan__V1__Event elsewhere = event(JUYAN__V1__EVENT__WHAT_RELEASED, "wuliji");
	Juyan__V1__Event inspected = event(JUYAN__V1__EVENT__WHAT_INSPECTED, "ceke");
	Juyan__V1__Event change = event(JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED, "");
	assert_true(registry_allows(registry, 7, &released));
	assert_false(registry_allows(registry, 7, &elsewhere));
	assert_false(registry_allows(registry, 7, &inspected));
	assert_false(registry_allows(registry, 7, &change));
	assert_true(registry_allows(registry, 3, &elsewhere));
	assert_true(registry_allows(registry, 3, &inspected));
	assert_false(registry_allows(registry, 3, &change));
	assert_true(registry_allows(registry, 1, &change));
	assert_false(registry_allows(registry, 1, &released));
	assert_true(registry_allows(registry, 9, &released));
	assert_false(registry_allows(registry, 4, &released));
	assert_int_equal(registry_terminals(registry), 4);
	assert_int_equal(registry_terminal_at(registry, 0)->terminal_no, 1);
	uint8_t key[PUBLIC_KEY_BYTES];
	memset(key, 4, sizeof key);
	assert_int_equal(registry_terminal_by_key(registry, key)->terminal_no, 9);
	assert_true(registry_terminal_by_key(registry, key)->revoked);
	memset(key, 5, sizeof key);
	assert_null(registry_terminal_by_key(registry, key));
	assert_null(registry_terminal(registry, 2));
	assert_string_equal(registry_terminal(registry, 7)->name, "gate");
	registry_close(&registry);
}

static struct registry *
with_terminals(bool admin, bool admin_revoked, uint8_t gate_key)
{
	start_empty(NULL);
	if (admin) {
		Juyan__V1__Terminal *one = terminal(1, 1, "*", "*");
		one->administrator = true;
		one->revoked = admin_revoked;
	}
	if (gate_key != 0)
		terminal(2, gate_key, "*", "*");
	return build();
}

static void
test_what_may_come_after(void **unused)
{
	(void)unused;
	struct registry *before = with_terminals(true, false, 2);
	static const struct {
		bool admin, admin_revoked;
		uint8_t gate_key;
		enum status expected;
		const char *part;
	} cases[] = {
		{ true, false, 2, STATUS_OK, "" },
		{ true, false, 0, STATUS_CONTRADICTION, "terminal 2 (gate) would be dropped: revoke it instead" },
		{ true, false, 3, STATUS_CONTRADICTION, "terminal 2 (gate) would get another key" },
		{ true, true, 2, STATUS_CONTRADICTION, "no administrator would be left" },
		{ false, false, 2, STATUS_CONTRADICTION, "terminal 1 (gate) would be dropped" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reason why = { "" };
		struct registry *after = with_terminals(cases[i].admin, cases[i].admin_revoked, cases[i].gate_key);
		assert_int_equal(registry_follows(before, after, &why), cases[i].expected);
		assert_non_null(strstr(why.text, cases[i].part));
		registry_close(&after);
	}
	/* A ledger begins with a registry that has none. */
	struct registry *empty = with_terminals(false, false, 0);
	assert_int_equal(registry_follows(empty, before, NULL), STATUS_OK);
	assert_int_equal(registry_follows(empty, empty, NULL), STATUS_OK);
	registry_close(&empty);
	registry_close(&before);
}

/* ---- what is refused ---- */

static void
test_ports_and_groups_that_are_refused(void **unused)
{
	static const char *const ids[] = { "Ceke", "ce ke", "策克", "123456789012345678901234567890123", "*" };
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		start_empty(unused);
		port(ids[i], "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
		refused(STATUS_OUT_OF_RANGE, "id is");
	}
	start_empty(unused);
	port("", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_MISSING_FIELD, "no id");
	start_empty(unused);
	port("ceke", "", "+8", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_OUT_OF_RANGE, "port/ceke: utc_offset is '+8', expected a form such as +08:00");
	start_empty(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__COUNT_ON_UNSPECIFIED);
	refused(STATUS_OUT_OF_RANGE, "count_on");
	start_empty(unused);
	port("ceke", "2025-02-30", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_OUT_OF_RANGE, "valid_from");
	start_empty(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("ceke", "", "+09:00", JUYAN__V1__COUNT_ON__RELEASE);
	refused(STATUS_CONTRADICTION, "port/ceke stands twice");
	start_empty(unused);
	group("other", "", 1, "27", "");
	refused(STATUS_OUT_OF_RANGE, "built in");
	start_empty(unused);
	group("coal", "", 1, "2", "");
	refused(STATUS_OUT_OF_RANGE, "hs_prefixes has '2'");
	start_empty(unused);
	group("coal", "", 1, "27x1", "");
	refused(STATUS_OUT_OF_RANGE, "hs_prefixes has '27x1'");
	start_empty(unused);
	group("coal", "", 1, "27", "")->words = (char *[]){ text("a\x01") };
	groups[0].n_words = 1;
	refused(STATUS_NOT_TEXT, "words");
}

static void
test_terminals_that_are_refused(void **unused)
{
	start_empty(unused);
	terminal(3, 1, "ceke", "*");
	refused(STATUS_CONTRADICTION, "right for the port 'ceke'");
	start_empty(unused);
	terminal(3, 1, "*", "*");
	terminal(4, 1, "*", "*");
	refused(STATUS_CONTRADICTION, "the terminals 3 and 4 have the same key");
	start_empty(unused);
	terminal(3, 1, "*", "*");
	terminal(3, 2, "*", "*");
	refused(STATUS_CONTRADICTION, "terminal/00003 stands twice");
	static const char *const kinds[] = { "weighed", "registry_changed", "quarantine_released", "occurred_at_ms", "port" };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		start_empty(unused);
		terminal(3, 1, "*", kinds[i]);
		refused(STATUS_OUT_OF_RANGE, "kinds has");
	}
	start_empty(unused);
	terminal(3, 0, "*", "*");
	refused(STATUS_OUT_OF_RANGE, "public_key");
	start_empty(unused);
	terminal(3, 1, "*", "*")->public_key.len = 31;
	refused(STATUS_OUT_OF_RANGE, "public_key");
	start_empty(unused);
	terminal(TERMINAL_NO_MAX + 1, 1, "*", "*");
	refused(STATUS_OUT_OF_RANGE, "terminal_no");
	start_empty(unused);
	terminal(3, 1, "*", "*");
	records[0].valid_from = text("2025-01-01");
	refused(STATUS_OUT_OF_RANGE, "a terminal has no valid_from");
}

static Juyan__V1__Goal *
goal(const char *from, const char *to, const char *port_ids, const char *group_ids)
{
	Juyan__V1__Goal *out = &goals[used];
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
	Juyan__V1__CalendarDay *out = &days[used];
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
	start_empty(unused);
	day("*", "2025-10-01", "CN");
	day("*", "2025-10-01", "MN");
	day("*", "2025-10-01", "MN")->kind = JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT;
	struct registry *registry = build();
	registry_close(&registry);
	start_empty(unused);
	day("*", "2025-02-29", "CN");
	refused(STATUS_OUT_OF_RANGE, "day is '2025-02-29', expected a day such as");
	start_empty(unused);
	day("ceke", "2025-02-28", "CN");
	refused(STATUS_CONTRADICTION, "names the port 'ceke', which is not in the registry");
	start_empty(unused);
	day("*", "2025-02-28", "RU");
	refused(STATUS_OUT_OF_RANGE, "country is 'RU', expected CN, MN or nothing");
	start_empty(unused);
	goal("2025-12-31", "2025-01-01", "", "");
	refused(STATUS_OUT_OF_RANGE, "before it begins");
	start_empty(unused);
	goal("2025-01-01", "2025-12-31", "", "other,coal");
	refused(STATUS_CONTRADICTION, "goal/annual names the group 'coal'");
	start_empty(unused);
	goal("2025-01-01", "2025-12-31", "", "")->target_kg = 0;
	refused(STATUS_MISSING_FIELD, "goal/annual: target_kg is missing: a goal has to say how many kg");
	start_empty(unused);
	goal("2025-01-01", "2025-12-31", "", "")->target_kg = -1;
	refused(STATUS_OUT_OF_RANGE, "target_kg is -1, expected 1 to");
	start_empty(unused);
	record("");
	refused(STATUS_MISSING_FIELD, "no id");
	start_empty(unused);
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
	start_empty(unused);
	day("*", "2020-02-14", "")->to = text("2020-03-29");
	day("*", "2025-11-26", "MN")->open_per_mille = 500;
	struct registry *registry = build();
	registry_close(&registry);
	start_empty(unused);
	day("*", "2020-02-14", "")->to = text("2020-02-13");
	refused(STATUS_OUT_OF_RANGE, "it ends on 2020-02-13, before it begins on 2020-02-14");
	start_empty(unused);
	day("*", "2020-02-14", "")->to = text("2020-02-30");
	refused(STATUS_OUT_OF_RANGE, "to is '2020-02-30', expected a day");
	start_empty(unused);
	day("*", "2020-02-14", "")->open_per_mille = 1000;
	refused(STATUS_OUT_OF_RANGE, "open_per_mille is 1000, expected 0 to 999");
	start_empty(unused);
	Juyan__V1__CalendarDay *closed = day("*", "2020-02-14", "");
	closed->open_per_mille = 1;
	closed->kind = JUYAN__V1__DAY_KIND__CLOSED;
	refused(STATUS_OUT_OF_RANGE, "open_per_mille goes with a holiday alone");
}

/* Two ports, so that one can be the nearest. */
static void
start_ports(void **unused)
{
	start_empty(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	port("wuliji", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
}

static Juyan__V1__Lever *
lever(const char *port_id, const char *name, int64_t now, int64_t most)
{
	Juyan__V1__Lever *out = &levers[used];
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
	assert_true(registry_key(pointers[3], key));
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
	Juyan__V1__Override *out = &overrides[used];
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
	records[2].valid_from = text("2025-01-01");
	refused(STATUS_OUT_OF_RANGE, "an override has no valid_from");
}

static Juyan__V1__Published *
published(const char *port_id, const char *definition, const char *from, const char *to)
{
	Juyan__V1__Published *out = &figures[used];
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
	assert_true(registry_key(pointers[3], key));
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
	assert_int_equal(registry_build_telling(pointers, used, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_ptr_equal(misfit, pointers[3]);
	start_ports(unused);
	terminal(1, 1, "ceka", "*");
	assert_int_equal(registry_build_telling(pointers, used, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_ptr_equal(misfit, pointers[2]);
	start_ports(unused);
	goal("2025-01-01", "2025-12-31", "", "cole");
	group("coal", "", 1, "2701", "coal");
	refused(STATUS_CONTRADICTION,
	    "goal/annual names the group 'cole', which is not in the registry; the nearest known is 'coal'");
	start_ports(unused);
	port("ceke", "", "+08:00", JUYAN__V1__COUNT_ON__RELEASE);
	assert_int_equal(registry_build_telling(pointers, used, &registry, &misfit, NULL), STATUS_CONTRADICTION);
	assert_null(misfit);
}

static void
test_an_empty_registry_knows_nothing(void **unused)
{
	(void)unused;
	struct registry *registry = build();
	assert_false(registry_knows_port(registry, "ceke"));
	assert_string_equal(group_of(registry, "2025-01-01", "2701", "coal"), "other");
	assert_null(registry_terminal(registry, 1));
	registry_close(&registry);
	registry_close(&registry);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	state += state == 0;
	printf("seed=%llu\n", (unsigned long long)state);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_later_version_holds_from_its_local_day, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_the_longest_prefix_claims, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_words_in_three_languages, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_a_group_changes_on_its_day, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_prefixes_agree_with_a_plain_search, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_rights, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_what_may_come_after, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_ports_and_groups_that_are_refused, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_terminals_that_are_refused, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_days_goals_and_capacities, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_spans_of_days, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_levers, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_overrides, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_published_figures, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_the_misfit_is_told, start_empty, start_empty),
		cmocka_unit_test_setup_teardown(test_an_empty_registry_knows_nothing, start_empty, start_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

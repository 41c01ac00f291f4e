/* The compiled registry against its records: which version holds, which group claims, who may say what, and what may come after. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "civil.h"
#include "records.h"

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
	for (size_t i = 0; i < records_n; i++) {
		const Juyan__V1__CommodityGroup *g = records[i]->group;
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
		records_start(unused);
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
	records_start(NULL);
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
		cmocka_unit_test_setup_teardown(test_the_later_version_holds_from_its_local_day, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_the_longest_prefix_claims, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_words_in_three_languages, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_a_group_changes_on_its_day, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_prefixes_agree_with_a_plain_search, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_rights, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_what_may_come_after, records_start, records_start),
		cmocka_unit_test_setup_teardown(test_an_empty_registry_knows_nothing, records_start, records_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Scenario files: what each word means, and what bad ones are told, with the line. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario_file.h"

static struct arena arena;
static struct scenario_file file;
static struct reason why;

/* ---- a registry ---- */

static const char *const ports[] = { "ceke", "wuliji" };
static Juyan__V1__Lever levers[3];
static const Juyan__V1__Lever *list[] = { &levers[0], &levers[1], &levers[2] };
static const struct scenario_ground ground = { .ports = ports, .n_ports = 2, .levers = list, .n_levers = 3 };

static void
set_lever(Juyan__V1__Lever *lever, Juyan__V1__Mode mode, const char *name, int64_t now)
{
	juyan__v1__lever__init(lever);
	lever->port = (char *)(uintptr_t)ports[0];
	lever->mode = mode;
	lever->name = (char *)(uintptr_t)name;
	lever->now = now;
	lever->kg_per_day = 4000000;
}

static enum status
parse(const char *text, const struct scenario_ground *with)
{
	arena_reset(&arena);
	why.text[0] = '\0';
	return scenario_file_parse("s.yaml", text, strlen(text), with, &arena, &file, &why);
}

static const Juyan__V1__Change *
first_change(const char *text)
{
	if (parse(text, &ground) != STATUS_OK)
		fail_msg("%s", why.text);
	return file.scenarios[0]->changes[0];
}

static void
test_every_word(void **unused)
{
	(void)unused;
	const Juyan__V1__Change *at = first_change("name: a\nchanges:\n"
						   "  - {from: 2026-07-01, to: 2026-08-01, port: ceke, mode: agv, set: {agvs: 30}, "
						   "ramp_days: 30, note: why}\n");
	assert_string_equal(file.scenarios[0]->name, "a");
	assert_string_equal(at->from, "2026-07-01");
	assert_string_equal(at->to, "2026-08-01");
	assert_string_equal(at->port, "ceke");
	assert_string_equal(at->mode, "agv");
	assert_string_equal(at->note, "why");
	assert_int_equal(at->ramp_days, 30);
	assert_int_equal(at->what_case, JUYAN__V1__CHANGE__WHAT_LEVER);
	assert_string_equal(at->lever->name, "agvs");
	assert_int_equal(at->lever->value, 30);
	at = first_change("{name: a, changes: [{on: 2026-07-01, closed: true}]}");
	assert_string_equal(at->from, "2026-07-01");
	assert_string_equal(at->to, "2026-07-01");
	assert_true(at->what_case == JUYAN__V1__CHANGE__WHAT_CLOSED && at->closed);
	at = first_change("{name: a, changes: [{on: 2026-07-01, open: yes}]}");
	assert_true(at->what_case == JUYAN__V1__CHANGE__WHAT_CLOSED && !at->closed);
	at = first_change("{name: a, changes: [{from: 2026-07-01, direction: import, mode: rail, port: ceke, add: 3.5 kt}]}");
	assert_int_equal(at->added_kg_per_day, 3500000);
	assert_string_equal(at->direction, "import");
	at = first_change("{name: a, changes: [{from: 2026-07-01, ceiling: 0.25 Mt}]}");
	assert_int_equal(at->ceiling_kg_per_day, 250000000);
	at = first_change("{name: a, changes: [{from: 2026-07-01, demand: +12.5 %}]}");
	assert_int_equal(at->demand_per_mille, 1125);
	at = first_change("{name: a, changes: [{from: 2026-07-01, demand: -20%}]}");
	assert_int_equal(at->demand_per_mille, 800);
	at = first_change("{name: a, changes: [{from: 2026-07-01, demand: -100 %}]}");
	assert_int_equal(at->demand_per_mille, 0);
}

/* Several levers of one change are as many changes of the same days. */
static void
test_several(void **unused)
{
	(void)unused;
	const Juyan__V1__Change *at =
	    first_change("scenarios:\n"
			 "- name: a\n  changes: [{from: 2026-07-01, set: {agvs: 30, hours: 18}}, {on: 2026-08-01, closed: true}]\n"
			 "- name: b\n  changes: []\n");
	assert_int_equal(file.n, 2);
	assert_int_equal(file.scenarios[0]->n_changes, 3);
	assert_string_equal(at->lever->name, "agvs");
	assert_string_equal(file.scenarios[0]->changes[1]->lever->name, "hours");
	assert_string_equal(file.scenarios[0]->changes[1]->from, "2026-07-01");
	assert_int_equal(file.scenarios[1]->n_changes, 0);
}

static const struct {
	const char *text;
	const char *said;
} bad[] = {
	{ "", "s.yaml:1: it is empty" },
	{ "[1]", "s.yaml:1: expected 'name' and 'changes'" },
	{ "name: a\n", "a list of changes" },
	{ "name: a\nchanges: 5\n", "s.yaml:2: a scenario has a list of changes" },
	{ "changes: []\n", "s.yaml:1: a scenario has a name" },
	{ "name: a\nchange: []\n", "the nearest that it can have: 'changes'" },
	{ "name: a\nchanges:\n- 5\n", "s.yaml:3: expected a change, such as" },
	{ "name: a\nchanges:\n- {from: 2026-07-01}\n", "s.yaml:3: it changes nothing" },
	{ "name: a\nchanges:\n- {demand: -20 %}\n", "s.yaml:3: a change says from when" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  prot: ceke\n  demand: -20 %\n",
	    "s.yaml:4: a change has no 'prot'; the nearest that it can have: 'port'" },
	{ "\"na\\eme\": a\nchanges: []\n", "s.yaml:1: a scenario has no 'na?me'; the nearest that it can have: 'name'" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: -20 %\n  port: ceka\n",
	    "s.yaml:5: port 'ceka' is not known; the nearest that is: 'ceke'" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  mode: trucks\n  demand: -20 %\n",
	    "s.yaml:4: mode is 'trucks', expected truck, agv or rail" },
	{ "name: a\nchanges:\n- from: 1 July\n  demand: -20 %\n", "s.yaml:3: from is '1 July'" },
	{ "name: a\nchanges:\n- on: 1 July\n  closed: true\n", "s.yaml:3: on is expected" },
	{ "name: a\nchanges:\n- on: 2026-07-01\n  to: 2026-07-02\n  closed: true\n", "s.yaml:3: 'on' is one day" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  to: 2026-06-01\n  demand: -20 %\n", "s.yaml:3: it goes from 2026-07-01 to" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  port: ceke\n  mode: agv\n  set: {agv: 30}\n",
	    "s.yaml:6: lever 'agv' is not known for agv at ceke; the nearest that is: 'agvs'" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  set: {agvs: many}\n", "s.yaml:4: agvs" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  set: agvs\n", "s.yaml:4: set is expected" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: 80 %\n",
	    "s.yaml:4: demand is '80 %', expected a change with its sign" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: -120 %\n", "s.yaml:4: demand is '-120 %'" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: -0x10 %\n", "s.yaml:4: demand is" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: '-'\n", "s.yaml:4: demand is" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  port: ceke\n  mode: rail\n  add: 8\n",
	    "s.yaml:6: add is '8', expected a mass a day with its unit" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  port: ceke\n  mode: rail\n  add: -8 kt\n", "s.yaml:6: add is '-8 kt'" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  add: 8 kt\n", "s.yaml:3: added traffic needs a port and a mode" },
	{ "name: a\nchanges:\n- on: 2026-07-01\n  closed: maybe\n", "s.yaml:4: closed is 'maybe'" },
	{ "name: a\nchanges:\n- on: 2026-07-01\n  closed: no\n", "s.yaml:4: closed is 'no'" },
	{ "name: a\nchanges:\n- on: 2026-07-01\n  closed: true\n  demand: -20 %\n", "a change of its own" },
	{ "name: a\nchanges:\n- on: 2026-07-01\n  closed: true\n  ramp_days: 4\n", "expected no ramp" },
	{ "name: a\nchanges:\n- from: 2026-07-01\n  demand: -20 %\n  ramp_days: 99999\n", "s.yaml:5: ramp_days is 99999" },
	{ "scenarios: []\n", "s.yaml:1: scenarios is expected to be a list" },
	{ "scenarios:\n- {name: a, changes: []}\n- {name: a, changes: []}\n", "s.yaml:3: another scenario has the name 'a'" },
	{ "scenarios:\n- {name: a, changes: []}\nname: b\n", "'scenarios' stands alone" },
};

static void
test_what_is_wrong(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		enum status status = parse(bad[i].text, &ground);
		if (status_consequence(status) != REFUSE || strstr(why.text, bad[i].said) == NULL)
			fail_msg("%s\n%s: '%s', expected '%s'", bad[i].text, status_name(status), why.text, bad[i].said);
	}
}

/* Without a registry, names are not looked up; whoever applies it does that. */
static void
test_without_a_registry(void **unused)
{
	(void)unused;
	assert_int_equal(parse("{name: a, changes: [{from: 2026-07-01, port: ceka, set: {agv: 3}}]}", NULL), STATUS_OK);
	assert_int_equal(parse("{name: a, changes: [{from: 2026-07-01, set: {agv: 3}}]}", NULL), STATUS_OK);
	assert_int_equal(parse("{name: a, changes: [{from: 2026-07-01, mode: agvs, set: {agv: 3}}]}", NULL), STATUS_NOT_FOUND);
	assert_int_equal(parse("{name: a, changes: [{from: 2026-07-81, set: {agv: 3}}]}", NULL), STATUS_SYNTAX);
}

/* The example that is shipped. */
static void
test_the_example(void **unused)
{
	(void)unused;
	const char *source = getenv("JUYAN_SOURCE");
	char path[512];
	snprintf(path, sizeof path, "%s/tools/scenarios/example.yaml", source == NULL ? "." : source);
	if (source == NULL && access(path, R_OK) != 0)
		skip();
	arena_reset(&arena);
	if (scenario_file_read(path, NULL, &arena, &file, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(file.n, 7);
	assert_int_equal(file.scenarios[6]->n_changes, 7);
	assert_int_not_equal(scenario_file_read("/nowhere.yaml", NULL, &arena, &file, &why), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_word),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_without_a_registry),
		cmocka_unit_test(test_the_example),
	};
	if (arena_open(&arena, 1024 * 1024) != STATUS_OK)
		return 1;
	set_lever(&levers[0], JUYAN__V1__MODE__AGV, "agvs", 10);
	set_lever(&levers[1], JUYAN__V1__MODE__AGV, "hours", 12);
	set_lever(&levers[2], JUYAN__V1__MODE__RAIL, "trains_per_day", 0);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed;
}

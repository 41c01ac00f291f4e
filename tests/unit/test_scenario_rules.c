/* Declared changes on sample paths: each does what scenario.h says to the leaves that it names, and nothing else. */
#include "check.h"

#include "futures.h"
#include "scenario.h"

enum { PATHS = 100, DAYS = 200, ROUNDS = 60 };

static struct arena arena;

static const struct futures_leaf usual[] = {
	{ "ceke", 1, 1, "coal", 60 * KT },
	{ "ceke", 1, 1, "copper", 3 * KT },
	{ "ceke", 1, 2, "coal", 6 * KT },
	{ "ceke", 2, 1, "machinery", 2 * KT },
	{ "wuliji", 2, 1, "building", 1 * KT },
};

enum { LEAVES = sizeof usual / sizeof usual[0], CEKE_AGV = 2, WULIJI = 4 };

/* ---- a registry ---- */

static Juyan__V1__Lever levers[4];
static Juyan__V1__Capacity capacity = JUYAN__V1__CAPACITY__INIT;
static const Juyan__V1__Lever *lever_list[] = { &levers[0], &levers[1], &levers[2], &levers[3] };
static const Juyan__V1__Capacity *capacity_list[] = { &capacity };
static struct scenario_ground ground = { .ports = futures_ports, .n_ports = 2, .levers = lever_list, .n_levers = 4 };

static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void
set_lever(size_t i, const char *port, Juyan__V1__Mode mode, const char *name, int64_t now, int64_t most, int64_t kg)
{
	juyan__v1__lever__init(&levers[i]);
	levers[i].port = lent(port);
	levers[i].mode = mode;
	levers[i].name = lent(name);
	levers[i].now = now;
	levers[i].most = most;
	levers[i].kg_per_day = kg;
}

static void
set_registry(void)
{
	set_lever(0, "ceke", JUYAN__V1__MODE__AGV, "agvs", 10, 60, 0);
	set_lever(1, "ceke", JUYAN__V1__MODE__AGV, "hours", 12, 24, 0);
	set_lever(2, "ceke", JUYAN__V1__MODE__RAIL, "trains_per_day", 0, 6, 4 * KT);
	set_lever(3, "ceke", JUYAN__V1__MODE__RAIL, "wagons", 50, 60, 0);
	capacity.port = lent("ceke");
	capacity.mode = JUYAN__V1__MODE__AGV;
	capacity.kg_per_day = 9 * KT;
	ground.n_capacities = 0;
	ground.capacities = capacity_list;
}

/* ---- a scenario ---- */

static Juyan__V1__Change
change_of(const char *from, const char *port, const char *mode)
{
	Juyan__V1__Change change = JUYAN__V1__CHANGE__INIT;
	change.from = lent(from);
	change.port = lent(port);
	change.mode = lent(mode);
	return change;
}

static Juyan__V1__Change
lever_change(const char *from, const char *mode, const char *name, int64_t value)
{
	Juyan__V1__Change change = change_of(from, "ceke", mode);
	change.what_case = JUYAN__V1__CHANGE__WHAT_LEVER;
	change.lever = any_take(&arena, sizeof *change.lever);
	juyan__v1__lever_change__init(change.lever);
	change.lever->name = lent(name);
	change.lever->value = value;
	return change;
}

static Juyan__V1__Change
number_change(const char *from, const char *port, const char *mode, Juyan__V1__Change__WhatCase what, int64_t number)
{
	Juyan__V1__Change change = change_of(from, port, mode);
	change.what_case = what;
	if (what == JUYAN__V1__CHANGE__WHAT_CLOSED)
		change.closed = number != 0;
	else
		change.demand_per_mille = number; /* one place for all numbers of the oneof */
	return change;
}

struct world {
	struct leaves before, after;
	struct open_days open;
	struct scenario_notes notes;
	struct reason why;
	int64_t origin;
};

static struct world
world_make(void)
{
	struct world world = { .origin = civil_day(2025, 12, 31) };
	world.before = futures_make(usual, LEAVES, world.origin - 60, world.origin, DAYS, PATHS);
	world.open = futures_days(world.origin - 60, 61 + DAYS);
	arena_reset(&arena);
	return world;
}

static void
world_close(struct world *world)
{
	leaves_close(&world->before);
	leaves_close(&world->after);
	open_days_close(&world->open);
}

/* Applies to copies, so that one world takes one scenario after another. */
static enum status
apply(struct world *world, const Juyan__V1__Change *changes, size_t n)
{
	Juyan__V1__Scenario scenario = JUYAN__V1__SCENARIO__INIT;
	Juyan__V1__Change *list[SCENARIO_CHANGES_MAX + 1];
	struct open_days open;
	for (size_t i = 0; i < n; i++)
		list[i] = (Juyan__V1__Change *)(uintptr_t)&changes[i];
	scenario.changes = list;
	scenario.n_changes = n;
	leaves_close(&world->after);
	assert_int_equal(leaves_copy(&world->before, &world->after), STATUS_OK);
	assert_int_equal(open_days_copy(&world->open, &open), STATUS_OK);
	enum status status = scenario_apply(&scenario, &ground, &open, &world->after, &world->notes, &world->why);
	open_days_close(&open);
	for (size_t i = 0; i < world->after.n * PATHS * DAYS; i++)
		assert_true(world->after.future_kg[i] >= 0);
	return status;
}

static void
apply_fine(struct world *world, const Juyan__V1__Change *changes, size_t n)
{
	if (apply(world, changes, n) != STATUS_OK)
		fail_msg("%s", world->why.text);
}

static void
assert_same_leaf(const struct world *world, size_t leaf)
{
	assert_memory_equal(leaves_path(&world->before, leaf, 0), leaves_path(&world->after, leaf, 0),
	    PATHS * DAYS * sizeof(int64_t));
}

static int64_t
day_sum(const struct leaves *leaves, size_t path, size_t day, bool agv_only)
{
	int64_t sum = 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (!agv_only || leaves->leaf[i].key.mode == JUYAN__V1__MODE__AGV)
			sum += leaves_path(leaves, i, path)[day];
	return sum;
}

/* ---- nothing ---- */

static void
test_what_changes_nothing(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change none[] = {
		number_change("2026-01-01", "", "", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 1000),
		lever_change("2026-01-01", "agv", "agvs", 10),
		lever_change("2026-01-01", "rail", "wagons", 60), /* nothing runs there */
		number_change("2026-01-01", "", "", JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY, 1000 * KT),
		number_change("2025-01-01", "", "", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 0),
	};
	Juyan__V1__Change over[5];
	memcpy(over, none, sizeof none);
	over[4].to = lent("2025-12-31");
	for (size_t n = 0; n <= 5; n++) {
		apply_fine(&world, over, n);
		assert_int_equal(world.after.n, LEAVES);
		for (size_t leaf = 0; leaf < LEAVES; leaf++)
			assert_same_leaf(&world, leaf);
	}
	assert_true(world.notes.n >= 2);
	world_close(&world);
}

/* ---- levers ---- */

static void
test_a_lever_scales_its_mode_alone(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change more[] = { lever_change("2026-03-01", "agv", "agvs", 30),
		lever_change("2026-04-01", "", "hours", 18) };
	size_t march = (size_t)(civil_day(2026, 3, 1) - world.origin - 1),
	       april = (size_t)(civil_day(2026, 4, 1) - world.origin - 1);
	apply_fine(&world, more, 2);
	for (size_t leaf = 0; leaf < LEAVES; leaf++)
		if (leaf != CEKE_AGV)
			assert_same_leaf(&world, leaf);
	for (size_t path = 0; path < PATHS; path++)
		for (size_t day = 0; day < DAYS; day++) {
			int64_t was = leaves_path(&world.before, CEKE_AGV, path)[day],
				is = leaves_path(&world.after, CEKE_AGV, path)[day];
			if (day < march)
				assert_int_equal(is, was);
			else if (day < april)
				assert_int_equal(is, 3 * was);
			else
				assert_true(llabs(2 * is - 9 * was) <= 1);
		}
	world_close(&world);
}

/* 10 -> 30 over four days: 15, 20, 25, 30; and back at once behind `to`. */
static void
test_a_ramp_is_linear(void **unused)
{
	(void)unused;
	struct world world = world_make();
	Juyan__V1__Change change = lever_change("2026-01-05", "agv", "agvs", 30);
	change.ramp_days = 4;
	change.to = lent("2026-01-20");
	apply_fine(&world, &change, 1);
	for (int64_t day = 1; day <= 40; day++) {
		int64_t factor = day < 5 || day > 20 ? 20 : day < 8 ? 20 + (day - 4) * 10 : 60;
		int64_t was = leaves_path(&world.before, CEKE_AGV, 7)[day - 1],
			is = leaves_path(&world.after, CEKE_AGV, 7)[day - 1];
		assert_true(llabs(20 * is - factor * was) <= 10);
	}
	world_close(&world);
}

static void
test_a_mode_that_begins_from_nothing(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change trains[] = { lever_change("2026-02-01", "rail", "trains_per_day", 2),
		lever_change("2026-02-01", "rail", "wagons", 60) };
	apply_fine(&world, trains, 2);
	assert_int_equal(world.after.n, LEAVES + 1);
	const struct leaf *rail = &world.after.leaf[LEAVES];
	assert_string_equal(rail->key.port, "ceke");
	assert_string_equal(rail->key.group, "coal");
	assert_int_equal(rail->key.mode, JUYAN__V1__MODE__RAIL);
	assert_int_equal(rail->key.direction, JUYAN__V1__DIRECTION__IMPORT);
	double mean = 0, open = 0, least = 1e18, most = 0;
	for (size_t path = 0; path < PATHS; path++) {
		double sum = (double)futures_sum(&world.after, LEAVES, path);
		mean += sum / PATHS;
		least = sum < least ? sum : least;
		most = sum > most ? sum : most;
	}
	for (size_t day = 0; day < DAYS; day++) {
		bool runs = futures_open(world.origin + 1 + (int64_t)day) && day >= 31;
		open += runs;
		assert_true((leaves_path(&world.after, LEAVES, 0)[day] > 0) == runs);
	}
	double wished = open * 2 * 4e6 * 60 / 50;
	assert_true(mean > 0.9999 * wished && mean < 1.0001 * wished);
	assert_true(most > 1.2 * least); /* its own spread: that of the port's other traffic */
	for (size_t leaf = 0; leaf < LEAVES; leaf++)
		assert_same_leaf(&world, leaf);
	world_close(&world);
}

/* ---- demand, days, added ---- */

static void
test_demand(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change less[] = { number_change("2026-02-01", "ceke", "", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 800),
		number_change("2026-02-01", "", "truck", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 500) };
	static const int64_t per_mille[LEAVES] = { 400, 400, 800, 400, 500 };
	apply_fine(&world, less, 2);
	for (size_t leaf = 0; leaf < LEAVES; leaf++)
		for (size_t path = 0; path < PATHS; path++)
			for (size_t day = 0; day < DAYS; day++) {
				int64_t was = leaves_path(&world.before, leaf, path)[day];
				int64_t is = leaves_path(&world.after, leaf, path)[day];
				assert_true(llabs(1000 * is - (day < 31 ? 1000 : per_mille[leaf]) * was) <= 500);
			}
	world_close(&world);
}

static void
test_closed_days(void **unused)
{
	(void)unused;
	struct world world = world_make();
	Juyan__V1__Change days[] = { number_change("2026-02-10", "ceke", "", JUYAN__V1__CHANGE__WHAT_CLOSED, 1),
		number_change("2026-01-01", "ceke", "agv", JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY, 5 * KT) };
	days[0].to = lent("2026-02-12");
	apply_fine(&world, days, 2);
	assert_same_leaf(&world, WULIJI);
	for (size_t path = 0; path < PATHS; path++)
		for (size_t day = 0; day < DAYS; day++) {
			bool shut = day >= 40 && day <= 42;
			for (size_t leaf = 0; leaf < WULIJI; leaf++)
				if (shut)
					assert_int_equal(leaves_path(&world.after, leaf, path)[day], 0);
				else if (leaf != CEKE_AGV)
					assert_int_equal(leaves_path(&world.after, leaf, path)[day],
					    leaves_path(&world.before, leaf, path)[day]);
		}
	world_close(&world);
}

/* 4 January 2026 is a Sunday. */
static void
test_a_day_kept_open(void **unused)
{
	(void)unused;
	struct world world = world_make();
	Juyan__V1__Change day = number_change("2026-01-04", "ceke", "", JUYAN__V1__CHANGE__WHAT_CLOSED, 0);
	day.to = lent("2026-01-04");
	apply_fine(&world, &day, 1);
	for (size_t path = 0; path < PATHS; path++) {
		const int64_t *kg = leaves_path(&world.after, 0, path);
		assert_int_equal(kg[3], kg[2] / 2 + kg[4] / 2 + (kg[2] % 2 + kg[4] % 2) / 2);
		assert_true(kg[3] > 0);
		assert_int_equal(kg[10], 0);
	}
	world_close(&world);
}

/* ---- ceilings ---- */

static void
test_ceilings(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change ceiling =
	    number_change("2026-02-01", "", "", JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY, 50 * KT + 7);
	size_t lowered = 0;
	apply_fine(&world, &ceiling, 1);
	for (size_t path = 0; path < PATHS; path++)
		for (size_t day = 0; day < DAYS; day++) {
			int64_t was = day_sum(&world.before, path, day, false), is = day_sum(&world.after, path, day, false);
			bool above = day >= 31 && was > 50 * KT + 7;
			assert_int_equal(is, above ? 50 * KT + 7 : was);
			lowered += above;
			for (size_t leaf = 0; leaf < LEAVES; leaf++)
				assert_true(
				    leaves_path(&world.after, leaf, path)[day] <= leaves_path(&world.before, leaf, path)[day]);
		}
	assert_true(lowered > 1000);
	world_close(&world);
}

/* A mode's capacity goes along with its levers, and a scenario's own ceiling replaces it. */
static void
test_capacities(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change more[] = { number_change("2026-01-01", "ceke", "agv", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE,
					       9000),
		lever_change("2026-03-01", "agv", "agvs", 20),
		number_change("2026-05-01", "ceke", "agv", JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY, 25 * KT) };
	ground.n_capacities = 1;
	apply_fine(&world, more, 3);
	ground.n_capacities = 0;
	for (size_t path = 0; path < PATHS; path++)
		for (size_t day = 0; day < DAYS; day++)
			if (futures_open(world.origin + 1 + (int64_t)day))
				assert_int_equal(day_sum(&world.after, path, day, true),
				    day < 59        ? 9 * KT
					: day < 120 ? 18 * KT
						    : 25 * KT);
	world_close(&world);
}

/* ---- together ---- */

/* Changes that touch different leaves: what they do together is the sum of what each does alone, in every path. */
static void
test_parts_add_up(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change both[] = { lever_change("2026-02-01", "agv", "agvs", 25),
		number_change("2026-03-01", "", "truck", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 870) };
	int64_t alone[PATHS] = { 0 };
	for (size_t i = 0; i < 2; i++) {
		apply_fine(&world, &both[i], 1);
		for (size_t path = 0; path < PATHS; path++)
			for (size_t leaf = 0; leaf < LEAVES; leaf++)
				alone[path] += futures_sum(&world.after, leaf, path) - futures_sum(&world.before, leaf, path);
	}
	apply_fine(&world, both, 2);
	for (size_t path = 0; path < PATHS; path++) {
		int64_t together = 0;
		for (size_t leaf = 0; leaf < LEAVES; leaf++)
			together += futures_sum(&world.after, leaf, path) - futures_sum(&world.before, leaf, path);
		assert_int_equal(together, alone[path]);
	}
	world_close(&world);
}

/* The order of the list says nothing, and more of a lever never lets less through. */
static void
test_random_scenarios(void **unused)
{
	(void)unused;
	static const char *const days[] = { "2025-12-01", "2026-01-15", "2026-03-01", "2026-05-20" };
	static const Juyan__V1__Change__WhatCase whats[] = { JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE,
		JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY, JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY };
	struct world world = world_make();
	ground.n_capacities = 1;
	for (int round = 0; round < ROUNDS; round++) {
		Juyan__V1__Change changes[5], turned[5];
		arena_reset(&arena);
		for (size_t i = 0; i < 3; i++) {
			changes[i] = number_change(days[any_below(4)], "ceke", any_chance(50) ? "agv" : "truck", whats[i],
			    i == 0 ? (int64_t)any_below(3000) : (int64_t)any_below(40) * KT);
			changes[i].ramp_days = (uint32_t)any_below(40);
		}
		changes[3] = lever_change("2026-02-01", "agv", "agvs", (int64_t)any_below(30));
		changes[4] = lever_change("2026-03-01", "rail", "trains_per_day", (int64_t)any_below(4));
		for (size_t i = 0; i < 5; i++)
			turned[i] = changes[4 - i];
		apply_fine(&world, changes, 5);
		double mean = futures_mean(&world.after);
		apply_fine(&world, turned, 5);
		assert_true(futures_mean(&world.after) == mean);
		changes[3].lever->value += 5;
		apply_fine(&world, changes, 5);
		assert_true(futures_mean(&world.after) >= mean);
		changes[4].lever->value += 1;
		double more = futures_mean(&world.after);
		apply_fine(&world, changes, 5);
		assert_true(futures_mean(&world.after) > more);
	}
	ground.n_capacities = 0;
	world_close(&world);
}

/* ---- what cannot be ---- */

static void
assert_refused(struct world *world, Juyan__V1__Change change, enum status expected, const char *words)
{
	assert_int_equal(apply(world, &change, 1), expected);
	if (strstr(world->why.text, words) == NULL)
		fail_msg("'%s' does not say '%s'", world->why.text, words);
}

static void
test_what_cannot_be(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change__WhatCase demand = JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE,
					  added = JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY;
	Juyan__V1__Change turned = number_change("2026-02-01", "", "", demand, 800),
			  ramp = number_change("2026-02-01", "", "", JUYAN__V1__CHANGE__WHAT_CLOSED, 1);
	turned.to = lent("2026-01-01");
	ramp.ramp_days = 5;
	assert_refused(&world, number_change("2026-02-01", "ceka", "", demand, 800), STATUS_NOT_FOUND,
	    "change 1: port 'ceka' is not known; the nearest that is: 'ceke'");
	assert_refused(&world, number_change("2026-02-30", "", "", demand, 800), STATUS_SYNTAX, "from is '2026-02-30'");
	assert_refused(&world, turned, STATUS_OUT_OF_RANGE, "not before the beginning");
	assert_refused(&world, ramp, STATUS_OUT_OF_RANGE, "no ramp");
	assert_refused(&world, number_change("2026-02-01", "", "trucks", demand, 800), STATUS_NOT_FOUND,
	    "expected truck, agv or rail");
	assert_refused(&world, number_change("2026-02-01", "", "", demand, -1), STATUS_OUT_OF_RANGE, "demand_per_mille is -1");
	assert_refused(&world, number_change("2026-02-01", "ceke", "", added, KT), STATUS_MISSING_FIELD, "a port and a mode");
	assert_refused(&world, change_of("2026-02-01", "", ""), STATUS_NO_CONTENT, "it changes nothing");
	assert_refused(&world, lever_change("2026-02-01", "agv", "agv", 30), STATUS_NOT_FOUND, "the nearest that is: 'agvs'");
	assert_refused(&world, lever_change("2026-02-01", "truck", "lanes", 30), STATUS_NOT_FOUND, "has no levers");
	assert_refused(&world, lever_change("2026-02-01", "agv", "agvs", -1), STATUS_OUT_OF_RANGE, "its value is -1");
	levers[2].kg_per_day = 0;
	assert_refused(&world, lever_change("2026-02-01", "rail", "trains_per_day", 2), STATUS_CONTRADICTION, "no kg_per_day");
	set_registry();
	levers[3].now = 0;
	levers[3].kg_per_day = KT;
	assert_refused(&world, lever_change("2026-02-01", "rail", "trains_per_day", 2), STATUS_CONTRADICTION, "not the only one");
	set_registry();
	world_close(&world);
}

/* A port that is shut stops its railway too; a mode that is named is shut alone. */
static void
test_one_mode_closed(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change agvs = number_change("2026-01-01", "ceke", "agv", JUYAN__V1__CHANGE__WHAT_CLOSED, 1);
	apply_fine(&world, &agvs, 1);
	for (size_t leaf = 0; leaf < LEAVES; leaf++) {
		if (world.before.leaf[leaf].key.mode != JUYAN__V1__MODE__AGV)
			assert_same_leaf(&world, leaf);
		for (size_t i = 0; world.before.leaf[leaf].key.mode == JUYAN__V1__MODE__AGV && i < PATHS * DAYS; i++)
			assert_int_equal(leaves_path(&world.after, leaf, 0)[i], 0);
	}
	world_close(&world);
}

static void
test_notes(void **unused)
{
	(void)unused;
	struct world world = world_make();
	const Juyan__V1__Change changes[] = { lever_change("2026-02-01", "agv", "agvs", 61),
		number_change("2026-02-01", "wuliji", "agv", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 500),
		number_change("2029-02-01", "", "", JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE, 500) };
	apply_fine(&world, changes, 3);
	assert_int_equal(world.notes.n, 3);
	assert_non_null(strstr(world.notes.text[0], "61 is more than the 60"));
	assert_non_null(strstr(world.notes.text[1], "meets no traffic"));
	assert_non_null(strstr(world.notes.text[2], "outside of the days"));
	world_close(&world);

	/* Nothing runs, says the registry; the ledger knows better. */
	world = world_make();
	levers[0].now = 0;
	levers[0].kg_per_day = KT;
	const Juyan__V1__Change idle[] = { lever_change("2026-02-01", "agv", "agvs", 5) };
	apply_fine(&world, idle, 1);
	assert_int_equal(world.notes.n, 1);
	assert_non_null(strstr(world.notes.text[0], "agvs at ceke stands at 0 in the registry, yet "));
	assert_non_null(strstr(world.notes.text[0], " a day passed by agv of late"));
	set_registry();
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_changes_nothing),
		cmocka_unit_test(test_a_lever_scales_its_mode_alone),
		cmocka_unit_test(test_a_ramp_is_linear),
		cmocka_unit_test(test_a_mode_that_begins_from_nothing),
		cmocka_unit_test(test_demand),
		cmocka_unit_test(test_closed_days),
		cmocka_unit_test(test_a_day_kept_open),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_capacities),
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_random_scenarios),
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_one_mode_closed),
		cmocka_unit_test(test_notes),
	};
	any_begin();
	if (arena_open(&arena, 1024 * 1024) != STATUS_OK)
		return 1;
	set_registry();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed;
}

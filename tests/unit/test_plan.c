/* Plans and comparisons: what a plan names reaches the level when it is applied, one less does not, and nothing is cheaper. */
#include "check.h"

#include "compare.h"
#include "futures.h"
#include "plan.h"

enum { PATHS = 100 };

static struct arena arena;

static const struct futures_leaf usual[] = {
	{ "ceke", 1, 1, "coal", 50 * KT },
	{ "ceke", 1, 1, "copper", 3 * KT },
	{ "ceke", 1, 2, "coal", 6 * KT },
	{ "ceke", 2, 1, "machinery", 2 * KT },
	{ "wuliji", 2, 1, "building", 1 * KT },
};

enum { LEAVES = sizeof usual / sizeof usual[0] };

static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Juyan__V1__Lever
lever_of(Juyan__V1__Mode mode, const char *name, int64_t now, int64_t most, int64_t cost)
{
	Juyan__V1__Lever lever = JUYAN__V1__LEVER__INIT;
	lever.port = lent("ceke");
	lever.mode = mode;
	lever.name = lent(name);
	lever.now = now;
	lever.most = most;
	lever.kg_per_day = 4 * KT;
	lever.cost = cost;
	lever.cost_unit = lent("CNY a year");
	return lever;
}

struct world {
	struct leaves leaves;
	struct open_days open;
	Juyan__V1__Lever levers[4];
	const Juyan__V1__Lever *list[4];
	struct scenario_ground scene;
	Juyan__V1__Goal goal;
	struct plan_ask ask;
};

/* In mid-2025; the target is so far above what comes that nothing alone is easy. */
static void
world_open(struct world *world, int64_t target_kg)
{
	int64_t origin = civil_day(2025, 6, 30);
	arena_reset(&arena);
	world->leaves = futures_make(usual, LEAVES, origin - 200, origin, 184, PATHS);
	world->open = futures_days(origin - 200, 201 + 184);
	world->levers[0] = lever_of(JUYAN__V1__MODE__AGV, "agvs", 10, 60, 10);
	world->levers[1] = lever_of(JUYAN__V1__MODE__AGV, "hours", 12, 24, 35);
	world->levers[2] = lever_of(JUYAN__V1__MODE__RAIL, "trains_per_day", 0, 4, 150);
	world->levers[3] = lever_of(JUYAN__V1__MODE__TRUCK, "lanes", 8, 9, 60);
	for (size_t i = 0; i < 4; i++)
		world->list[i] = &world->levers[i];
	world->scene = (struct scenario_ground){ .ports = futures_ports, .n_ports = 2, .levers = world->list, .n_levers = 4 };
	juyan__v1__goal__init(&world->goal);
	world->goal.id = lent("g");
	world->goal.from = lent("2025-01-01");
	world->goal.to = lent("2025-12-31");
	world->goal.target_kg = target_kg;
	world->ask =
	    (struct plan_ask){ .goal = &world->goal, .leaves = &world->leaves, .open = &world->open, .scene = &world->scene };
}

static void
world_close(struct world *world)
{
	leaves_close(&world->leaves);
	open_days_close(&world->open);
}

static const Juyan__V1__PlanReport *
plan_of(struct world *world)
{
	Juyan__V1__PlanReport *report = NULL;
	struct reason why = { "" };
	if (plan_report(&world->ask, &arena, &report, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return report;
}

/* Through the scenario, on the whole leaves. Values below 0: as it is. */
static double
chance_with(const struct world *world, const int64_t values[4])
{
	Juyan__V1__LeverChange set[4];
	Juyan__V1__Change changes[4], *list[4];
	Juyan__V1__Scenario scenario = JUYAN__V1__SCENARIO__INIT;
	struct leaves leaves;
	struct open_days open;
	struct goal_outcome outcome;
	struct reason why;
	scenario.changes = list;
	for (size_t i = 0; i < 4; i++) {
		if (values[i] < 0)
			continue;
		juyan__v1__change__init(&changes[i]);
		juyan__v1__lever_change__init(&set[i]);
		set[i].name = world->levers[i].name;
		set[i].value = values[i];
		changes[i].from = lent("2025-07-01");
		changes[i].what_case = JUYAN__V1__CHANGE__WHAT_LEVER;
		changes[i].lever = &set[i];
		list[scenario.n_changes++] = &changes[i];
	}
	assert_int_equal(leaves_copy(&world->leaves, &leaves), STATUS_OK);
	assert_int_equal(open_days_copy(&world->open, &open), STATUS_OK);
	assert_int_equal(goal_outcome_open(&leaves, &outcome), STATUS_OK);
	if (scenario_apply(&scenario, &world->scene, &open, &leaves, NULL, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	goal_play(&world->goal, &leaves, &outcome);
	double chance = outcome.chance;
	goal_outcome_close(&outcome);
	open_days_close(&open);
	leaves_close(&leaves);
	return chance;
}

static double
chance_of_one(const struct world *world, size_t which, int64_t value)
{
	int64_t values[4] = { -1, -1, -1, -1 };
	values[which] = value;
	return chance_with(world, values);
}

static void
test_the_least_that_reaches_it(void **unused)
{
	(void)unused;
	size_t found = 0;
	for (int64_t target = 15500; target <= 24000; target += 500) {
		struct world world;
		world_open(&world, target * KT);
		const Juyan__V1__PlanReport *report = plan_of(&world);
		assert_int_equal(report->n_levers, 4);
		for (size_t i = 0; i < 4; i++) {
			const Juyan__V1__PlanLever *row = report->levers[i];
			assert_true(row->chance_at_most == chance_of_one(&world, i, row->most));
			if (!row->has_needed) {
				assert_true(row->chance_at_most < PLAN_CHANCE);
				continue;
			}
			assert_true(chance_of_one(&world, i, row->needed) >= PLAN_CHANCE);
			assert_true(row->needed == row->now || chance_of_one(&world, i, row->needed - 1) < PLAN_CHANCE);
			assert_int_equal(row->cost, (row->needed - row->now) * world.levers[i].cost);
			found += row->needed > row->now;
		}
		world_close(&world);
	}
	assert_true(found >= 4);
}

/* Every combination in the plainest way, on few values. */
static int64_t
least_cost(const struct world *world)
{
	int64_t least = INT64_MAX;
	for (int64_t agvs = 10; agvs <= 16; agvs++)
		for (int64_t hours = 12; hours <= 14; hours++)
			for (int64_t trains = 0; trains <= 2; trains++)
				for (int64_t lanes = 8; lanes <= 9; lanes++) {
					const int64_t values[4] = { agvs, hours, trains, lanes };
					int64_t cost = (agvs - 10) * 10 + (hours - 12) * 35 + trains * 150 + (lanes - 8) * 60;
					if (cost < least && chance_with(world, values) >= PLAN_CHANCE)
						least = cost;
				}
	return least;
}

static void
assert_nothing_is_cheaper(struct world *world)
{
	world->levers[0].most = 16;
	world->levers[1].most = 14;
	world->levers[2].most = 2;
	int64_t least = least_cost(world), sum = 0, values[4] = { -1, -1, -1, -1 };
	const Juyan__V1__PlanReport *report = plan_of(world);
	if (least == INT64_MAX) {
		assert_int_equal(report->n_together, 0);
		return;
	}
	assert_true(least > 0);
	assert_int_equal(report->cost, least);
	assert_string_equal(report->cost_unit, "CNY a year");
	for (size_t i = 0; i < report->n_together; i++) {
		sum += report->together[i]->cost;
		for (size_t j = 0; j < 4; j++)
			if (report->together[i]->name == world->levers[j].name)
				values[j] = report->together[i]->needed;
	}
	assert_int_equal(sum, least);
	assert_true(chance_with(world, values) >= PLAN_CHANCE);
}

static void
test_nothing_is_cheaper(void **unused)
{
	(void)unused;
	struct world world;
	world_open(&world, 19000 * KT);
	assert_nothing_is_cheaper(&world);
	world_close(&world);
}

/* Where ceilings stand in the way, more of a lever is not in proportion any more. */
static void
test_nothing_is_cheaper_under_ceilings(void **unused)
{
	(void)unused;
	struct world world;
	Juyan__V1__Capacity capacities[2] = { JUYAN__V1__CAPACITY__INIT, JUYAN__V1__CAPACITY__INIT };
	const Juyan__V1__Capacity *list[] = { &capacities[0], &capacities[1] };
	world_open(&world, 19000 * KT);
	capacities[0].port = lent("ceke");
	capacities[0].kg_per_day = 56 * KT;
	capacities[1].port = lent("ceke");
	capacities[1].mode = JUYAN__V1__MODE__RAIL;
	capacities[1].kg_per_day = 5 * KT;
	world.scene.capacities = list;
	world.scene.n_capacities = 2;
	/* As the engine's paths do, ours keep to what can pass. */
	for (size_t i = 0; i < LEAVES * PATHS * world.leaves.days; i++)
		world.leaves.future_kg[i] = world.leaves.future_kg[i] * 3 / 5;
	/* A target that most of what can be had just reaches: there the ceilings bind. */
	static const int64_t most[4] = { 16, 14, 2, 9 };
	while (chance_with(&world, most) < PLAN_CHANCE)
		world.goal.target_kg -= 20 * KT;
	world.goal.target_kg -= 100 * KT;
	assert_nothing_is_cheaper(&world);
	world_close(&world);
}

static void
test_what_cannot_be_reached_or_needs_nothing(void **unused)
{
	(void)unused;
	struct world world;
	world_open(&world, 90000 * KT);
	const Juyan__V1__PlanReport *report = plan_of(&world);
	for (size_t i = 0; i < 4; i++)
		assert_false(report->levers[i]->has_needed);
	assert_int_equal(report->n_together, 0);
	assert_int_equal(report->cost, 0);
	world.goal.target_kg = 11000 * KT;
	report = plan_of(&world);
	assert_true(report->chance_now >= PLAN_CHANCE);
	for (size_t i = 0; i < 4; i++)
		assert_true(report->levers[i]->has_needed && report->levers[i]->needed == report->levers[i]->now);
	assert_int_equal(report->n_together, 0);
	assert_non_null(strstr(report->sentences[0], "needs no change"));
	world_close(&world);
}

static void
test_costs_that_are_not_known(void **unused)
{
	(void)unused;
	struct world world;
	world_open(&world, 19000 * KT);
	for (size_t i = 0; i < 4; i++)
		world.levers[i].cost = 0;
	const Juyan__V1__PlanReport *report = plan_of(&world);
	assert_int_equal(report->n_together, 0);
	assert_non_null(strstr(report->sentences[report->n_sentences - 1], "not known"));
	world.levers[2].kg_per_day = 0; /* nobody knows what a train brings: no row, a sentence */
	assert_int_equal(plan_of(&world)->n_levers, 3);
	world.goal.mode = JUYAN__V1__MODE__AGV;
	assert_int_equal(plan_of(&world)->n_levers, 2);
	world_close(&world);
}

static void
test_what_cannot_be_planned(void **unused)
{
	(void)unused;
	struct world world;
	struct reason why;
	Juyan__V1__PlanReport *none = NULL;
	world_open(&world, 19000 * KT);
	world.ask.chance = 1;
	assert_int_equal(plan_report(&world.ask, &arena, &none, &why), STATUS_OUT_OF_RANGE);
	world.ask.chance = 0.5;
	world.ask.from = civil_day(2026, 1, 1);
	assert_int_equal(plan_report(&world.ask, &arena, &none, &why), STATUS_OUT_OF_RANGE);
	world.ask.from = 0;
	world.goal.to = lent("2025-06-30");
	assert_int_equal(plan_report(&world.ask, &arena, &none, &why), STATUS_OUT_OF_RANGE);
	assert_non_null(strstr(why.text, "nothing can change it"));
	assert_null(none);
	world_close(&world);
}

/* ---- comparisons ---- */

static Juyan__V1__Scenario
demand_of(const char *name, int64_t per_mille, Juyan__V1__Change *change, Juyan__V1__Change **list)
{
	Juyan__V1__Scenario scenario = JUYAN__V1__SCENARIO__INIT;
	juyan__v1__change__init(change);
	change->from = lent("2025-08-01");
	change->what_case = JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE;
	change->demand_per_mille = per_mille;
	*list = change;
	scenario.name = lent(name);
	scenario.changes = list;
	scenario.n_changes = 1;
	return scenario;
}

static void
test_compare(void **unused)
{
	(void)unused;
	struct world world;
	world_open(&world, 18500 * KT);
	Juyan__V1__Change changes[3], *lists[3];
	Juyan__V1__Scenario less = demand_of("less", 800, &changes[0], &lists[0]),
			    same = demand_of("same", 1000, &changes[1], &lists[1]),
			    more = demand_of("more", 1300, &changes[2], &lists[2]);
	Juyan__V1__Scenario *all[] = { &less, &same, &more };
	struct compare_ask ask = { .goal = &world.goal,
		.leaves = &world.leaves,
		.open = &world.open,
		.scene = &world.scene,
		.scenarios = all,
		.n_scenarios = 3 };
	Juyan__V1__Comparison *said = NULL;
	struct reason why;
	assert_int_equal(compare_scenarios(&ask, &arena, &said, &why), STATUS_OK);
	assert_int_equal(said->n_scenarios, 4);
	Juyan__V1__ComparedScenario **at = said->scenarios;
	assert_string_equal(at[0]->name, "");
	assert_memory_equal(&at[0]->end->mean_kg, &at[2]->end->mean_kg, 8 * sizeof(int64_t));
	assert_true(at[1]->chance <= at[0]->chance && at[0]->chance <= at[3]->chance && at[1]->chance < at[3]->chance);
	assert_true(at[1]->end->p50_kg < at[0]->end->p50_kg && at[0]->end->p50_kg < at[3]->end->p50_kg);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(at[i]->n_rows, 7); /* June, whose last day is the origin, to December */
		assert_string_equal(at[i]->rows[0]->period, "2025-06");
		assert_string_equal(at[i]->rows[6]->period, "2025-12");
		assert_int_equal(at[i]->rows[0]->known_kg, at[i]->rows[0]->total->p025_kg);
		assert_int_equal(at[i]->rows[6]->year_to_date->mean_kg, at[i]->end->mean_kg);
		assert_int_equal(at[i]->rows[6]->year_to_date->p10_kg, at[i]->end->p10_kg);
		/* July is before the change. */
		assert_int_equal(at[i]->rows[1]->total->mean_kg, at[0]->rows[1]->total->mean_kg);
		int64_t sum = at[i]->rows[0]->year_to_date->mean_kg;
		for (size_t row = 1; row < 7; row++)
			sum += at[i]->rows[row]->total->mean_kg;
		assert_true(llabs(sum - at[i]->end->mean_kg) <= 7);
	}
	world_close(&world);
}

static void
test_compare_a_slice(void **unused)
{
	(void)unused;
	struct world world;
	world_open(&world, 18500 * KT);
	Juyan__V1__Change change, *list;
	Juyan__V1__Scenario half = demand_of("half", 500, &change, &list), *all[] = { &half };
	Juyan__V1__Slice slice = JUYAN__V1__SLICE__INIT;
	char *modes[] = { lent("agv") };
	slice.modes = modes;
	slice.n_modes = 1;
	struct compare_ask ask = { .slice = &slice,
		.to = civil_day(2025, 9, 15),
		.leaves = &world.leaves,
		.open = &world.open,
		.scene = &world.scene,
		.scenarios = all,
		.n_scenarios = 1 };
	Juyan__V1__Comparison *said = NULL, *none = NULL;
	struct reason why;
	assert_int_equal(compare_scenarios(&ask, &arena, &said, &why), STATUS_OK);
	assert_int_equal(said->scenarios[0]->n_rows, 4);
	assert_false(said->scenarios[0]->has_chance);
	double before = (double)said->scenarios[0]->rows[2]->total->mean_kg,
	       after = (double)said->scenarios[1]->rows[2]->total->mean_kg;
	assert_true(after > 0.4999 * before && after < 0.5001 * before);
	ask.to = world.leaves.origin;
	assert_int_equal(compare_scenarios(&ask, &arena, &none, &why), STATUS_OUT_OF_RANGE);
	ask.to = civil_day(2025, 9, 15);
	change.port = lent("ceka");
	assert_int_equal(compare_scenarios(&ask, &arena, &none, &why), STATUS_NOT_FOUND);
	assert_non_null(strstr(why.text, "scenario 'half': change 1: port 'ceka'"));
	world_close(&world);
}

/* What is to date on a day of January is of January alone. */
static void
test_the_year_turns(void **unused)
{
	(void)unused;
	int64_t origin = civil_day(2025, 11, 20);
	const struct scenario_ground scene = { .ports = futures_ports, .n_ports = 2 };
	struct leaves leaves = futures_make(usual, LEAVES, civil_day(2025, 1, 1), origin, 100, PATHS);
	struct open_days open = futures_days(origin, 101);
	const struct compare_ask ask = { .to = civil_day(2026, 2, 28), .leaves = &leaves, .open = &open, .scene = &scene };
	Juyan__V1__Comparison *said = NULL;
	struct reason why;
	arena_reset(&arena);
	assert_int_equal(compare_scenarios(&ask, &arena, &said, &why), STATUS_OK);
	Juyan__V1__OutlookRow **rows = said->scenarios[0]->rows;
	assert_int_equal(said->scenarios[0]->n_rows, 4);
	assert_string_equal(rows[2]->period, "2026-01");
	assert_int_equal(rows[2]->year_to_date->p50_kg, rows[2]->total->p50_kg);
	assert_true(llabs(rows[3]->year_to_date->mean_kg - rows[2]->total->mean_kg - rows[3]->total->mean_kg) <= 2);
	int64_t known = 0;
	for (size_t i = 0; i < LEAVES; i++)
		for (size_t day = 0; day < leaves.past_days; day++)
			known += leaves.leaf[i].past_kg[day];
	assert_true(rows[0]->year_to_date->p025_kg >= known);
	assert_true(rows[1]->year_to_date->p025_kg > rows[0]->year_to_date->p025_kg);
	leaves_close(&leaves);
	open_days_close(&open);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_least_that_reaches_it),
		cmocka_unit_test(test_nothing_is_cheaper),
		cmocka_unit_test(test_nothing_is_cheaper_under_ceilings),
		cmocka_unit_test(test_what_cannot_be_reached_or_needs_nothing),
		cmocka_unit_test(test_costs_that_are_not_known),
		cmocka_unit_test(test_what_cannot_be_planned),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_compare_a_slice),
		cmocka_unit_test(test_the_year_turns),
	};
	any_begin();
	if (arena_open(&arena, 16 * 1024 * 1024) != STATUS_OK)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed;
}

/* Goals against figures counted by hand and in the plainest way: what is done, the day it was met, chance, rates, words. */
#include "check.h"

#include "futures.h"
#include "goal.h"
#include "goal_course.h"
#include "phrase.h"
#include "spread.h"

enum { PATHS = 200, ROUNDS = 40 };

static struct arena arena;

static const struct futures_leaf usual[] = {
	{ "ceke", 1, 1, "coal", 60 * KT },
	{ "ceke", 1, 2, "coal", 6 * KT },
	{ "ceke", 2, 1, "machinery", 2 * KT },
	{ "wuliji", 2, 1, "building", 1 * KT },
};

enum { LEAVES = sizeof usual / sizeof usual[0] };

struct world {
	struct leaves leaves;
	struct open_days open;
	struct goal_ground ground;
};

/* Histories from 2024 on; the future reaches to the end of 2026. */
static struct world
world_make(int64_t origin)
{
	int64_t first = civil_day(2024, 1, 1), end = civil_day(2026, 12, 31);
	struct world world = { .leaves = futures_make(usual, LEAVES, first, origin, (size_t)(end - origin), PATHS),
		.open = futures_days(first, (size_t)(end - first + 1)) };
	return world;
}

static const struct goal_ground *
ground_of(struct world *world)
{
	world->ground.leaves = &world->leaves;
	world->ground.open = &world->open;
	return &world->ground;
}

static void
world_close(struct world *world)
{
	leaves_close(&world->leaves);
	open_days_close(&world->open);
}

static Juyan__V1__Goal
goal_of(const char *from, const char *to, int64_t target_kg)
{
	static char id[] = "g";
	Juyan__V1__Goal goal = JUYAN__V1__GOAL__INIT;
	goal.id = id;
	goal.from = any_take(&arena, 16);
	goal.to = any_take(&arena, 16);
	snprintf(goal.from, 16, "%s", from);
	snprintf(goal.to, 16, "%s", to);
	goal.target_kg = target_kg;
	return goal;
}

static const Juyan__V1__GoalReport *
report_of(const Juyan__V1__Goal *goal, struct world *world)
{
	Juyan__V1__GoalReport *report = NULL;
	struct reason why = { "" };
	enum status status = goal_report(goal, ground_of(world), &arena, &report, &why);
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why.text);
	return report;
}

static void
assert_says(const Juyan__V1__GoalReport *report, const char *words)
{
	for (size_t i = 0; i < report->n_sentences; i++)
		if (strstr(report->sentences[i], words) != NULL)
			return;
	for (size_t i = 0; i < report->n_sentences; i++)
		print_message("%s\n", report->sentences[i]);
	fail_msg("no sentence says '%s'", words);
}

/* In the plainest way: the days of all leaves, in a path behind the origin. */
static int64_t
plain_sum(const struct leaves *leaves, size_t path, int64_t from, int64_t to)
{
	int64_t sum = 0;
	for (int64_t day = from; day <= to; day++)
		for (size_t i = 0; i < leaves->n; i++)
			if (day >= leaves->first_day)
				sum += day <= leaves->origin ? leaves->leaf[i].past_kg[day - leaves->first_day]
							     : leaves_path(leaves, i, path)[day - leaves->origin - 1];
	return sum;
}

/* ---- figures ---- */

static void
test_figures_of_a_running_goal(void **unused)
{
	(void)unused;
	int64_t origin = civil_day(2025, 9, 30), from = civil_day(2025, 1, 1), to = civil_day(2025, 12, 31);
	struct world world = world_make(origin);
	const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", 26 * MT);
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_string_equal(report->as_of, "2025-09-30");
	assert_int_equal(report->done_kg, plain_sum(&world.leaves, 0, from, origin));
	assert_true(report->has_last_year_kg);
	assert_int_equal(report->last_year_kg, plain_sum(&world.leaves, 0, civil_day(2024, 1, 1), civil_day(2024, 9, 30)));
	assert_int_equal(report->days_left, 92);
	int64_t open = 0, passed = 0, left = 0;
	for (int64_t day = from; day <= to; day++) {
		open += futures_open(day);
		passed += futures_open(day) && day <= origin;
		left += futures_open(day) && day > origin;
	}
	assert_int_equal(report->open_days_left, left);
	assert_int_equal(report->plan_kg, (int64_t)((__int128)26 * MT * passed / open));
	assert_true(report->rate_needed_kg * left >= goal.target_kg - report->done_kg);
	assert_true((report->rate_needed_kg - 1) * left < goal.target_kg - report->done_kg);
	int64_t day = origin + 1;
	for (int64_t days = 0; days < 28;)
		days += futures_open(--day);
	assert_int_equal(report->rate_had_kg, (plain_sum(&world.leaves, 0, day, origin) + 14) / 28);
	world_close(&world);
}

/* 29 September 2025 is a Monday; its eve was shut, and something passed all the same. */
static void
test_days_that_are_not_as_the_calendar_says(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 29));
	const Juyan__V1__Goal goal = goal_of("2025-09-29", "2025-12-31", 4 * MT);
	world.leaves.past_days = 2;
	world.leaves.first_day = world.leaves.origin - 1;
	for (size_t i = 0; i < LEAVES; i++) {
		world.leaves.leaf[i].past_kg[0] = 100;
		world.leaves.leaf[i].past_kg[1] = 300;
	}
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_int_equal(report->rate_had_kg, LEAVES * 200);
	assert_int_equal(report->done_kg, LEAVES * 300);
	for (size_t i = 0; i < report->n_sentences; i++)
		assert_null(strstr(report->sentences[i], "the last 2 open days"));
	assert_int_equal(report->plan_kg, 4 * MT / (1 + report->open_days_left));
	const Juyan__V1__Goal earlier = goal_of("2025-09-01", "2025-12-31", 4 * MT);
	assert_says(report_of(&earlier, &world), "What passed before 28 Sep 2025 is not on file");
	world_close(&world);
}

static void
test_chance_is_the_share_of_paths(void **unused)
{
	(void)unused;
	int64_t from = civil_day(2025, 1, 1), to = civil_day(2025, 12, 31);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t origin = from - 40 + (int64_t)any_below(400);
		struct world world = world_make(origin);
		double before = 1;
		arena_reset(&arena);
		for (int64_t target = 15 * MT; target <= 27 * MT; target += MT) {
			const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", target);
			const Juyan__V1__GoalReport *report = report_of(&goal, &world);
			const Juyan__V1__Quantiles *end = report->end;
			size_t reaching = 0;
			for (size_t path = 0; path < PATHS; path++)
				reaching += plain_sum(&world.leaves, path, from, to) >= target;
			assert_true(report->chance == (double)reaching / PATHS);
			assert_true(report->chance <= before);
			before = report->chance;
			assert_true(end->p025_kg <= end->p10_kg && end->p10_kg <= end->p25_kg && end->p25_kg <= end->p50_kg);
			assert_true(end->p50_kg <= end->p75_kg && end->p75_kg <= end->p90_kg && end->p90_kg <= end->p975_kg);
			assert_true(
			    end->p025_kg <= end->mean_kg && end->mean_kg <= end->p975_kg && end->p025_kg >= report->done_kg);
			assert_true(report->reached_p90[0] == '\0' || report->chance >= 0.9);
			assert_true((report->reached_p50[0] != '\0') == (report->chance >= 0.5));
		}
		world_close(&world);
	}
}

/* The first day on which the sum is there, not the day after, and not by a kilogram. */
static void
test_met_on_the_exact_day(void **unused)
{
	(void)unused;
	int64_t from = civil_day(2025, 1, 1);
	struct world world = world_make(civil_day(2025, 11, 20));
	for (int round = 0; round < ROUNDS; round++) {
		int64_t day = from + (int64_t)any_below(300);
		while (!futures_open(day))
			day++;
		int64_t target = plain_sum(&world.leaves, 0, from, day);
		char iso[PHRASE_ISO_BYTES];
		arena_reset(&arena);
		const Juyan__V1__Goal exact = goal_of("2025-01-01", "2025-12-31", target);
		const Juyan__V1__GoalReport *report = report_of(&exact, &world);
		assert_string_equal(report->met_on, phrase_iso(day, iso));
		assert_string_equal(report->reached_p10, report->met_on);
		assert_string_equal(report->reached_p90, report->met_on);
		assert_true(report->chance == 1);
		assert_int_equal(report->rate_needed_kg, 0);
		const Juyan__V1__Goal more = goal_of("2025-01-01", "2025-12-31", target + 1);
		report = report_of(&more, &world);
		int64_t next = day + 1;
		while (!futures_open(next))
			next++;
		assert_string_equal(report->met_on, phrase_iso(next, iso));
	}
	world_close(&world);
}

/* A slice that divides the whole: its parts' done and means add up. */
static void
test_slices_add_up(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 6, 30));
	const Juyan__V1__Goal whole = goal_of("2025-01-01", "2025-12-31", 20 * MT);
	Juyan__V1__Goal imports = whole, exports = whole;
	imports.direction = JUYAN__V1__DIRECTION__IMPORT;
	exports.direction = JUYAN__V1__DIRECTION__EXPORT;
	const Juyan__V1__GoalReport *all = report_of(&whole, &world), *in = report_of(&imports, &world),
				    *out = report_of(&exports, &world);
	assert_int_equal(all->done_kg, in->done_kg + out->done_kg);
	assert_true(llabs(all->end->mean_kg - in->end->mean_kg - out->end->mean_kg) <= 1);
	char *wuliji[] = { (char *)(uintptr_t)futures_ports[1] };
	Juyan__V1__Goal small = whole;
	small.ports = wuliji;
	small.n_ports = 1;
	assert_int_equal(report_of(&small, &world)->done_kg,
	    plain_sum(&world.leaves, 0, civil_day(2025, 1, 1), world.leaves.origin) - report_of(&imports, &world)->done_kg -
		(report_of(&exports, &world)->done_kg - report_of(&small, &world)->done_kg));
	world_close(&world);
}

static void
test_basis(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 6, 30));
	const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", 20 * MT);
	int64_t done = report_of(&goal, &world)->done_kg;
	const struct goal_basis basis[] = { { "weighed", done - 5 * KT }, { "declared", 3 * KT }, { "corrected", 0 } };
	world.ground.basis = basis;
	world.ground.n_basis = 3;
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_int_equal(report->n_done_by_basis, 3);
	assert_string_equal(report->done_by_basis[2]->basis, "published");
	assert_int_equal(report->done_by_basis[2]->net_kg, 2 * KT);
	const struct goal_basis too_much[] = { { "weighed", done + 1 } };
	Juyan__V1__GoalReport *none = NULL;
	struct reason why;
	world.ground.basis = too_much;
	world.ground.n_basis = 1;
	assert_int_equal(goal_report(&goal, ground_of(&world), &arena, &none, &why), STATUS_CONTRADICTION);
	assert_null(none);
	world_close(&world);
}

/* ---- states and words ---- */

static void
test_words_of_each_state(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	const Juyan__V1__Goal running = goal_of("2025-01-01", "2025-12-31", 26 * MT);
	const Juyan__V1__GoalReport *report = report_of(&running, &world);
	assert_says(report, "of 26 Mt done by 30 Sep 2025");
	assert_says(report, "open days needs");
	assert_says(report, "Chance below 1 %: most likely");
	assert_says(report, "The plan line stands at");

	const Juyan__V1__Goal later = goal_of("2026-01-01", "2026-12-31", 20 * MT);
	report = report_of(&later, &world);
	assert_says(report, "It begins on 1 Jan 2026, in 93 days; 20 Mt in");
	assert_int_equal(report->done_kg, 0);
	assert_int_equal(report->plan_kg, 0);
	assert_int_equal(report->days_left, 365);
	assert_false(report->has_last_year_kg);

	const Juyan__V1__Goal missed = goal_of("2024-01-01", "2024-12-31", 90 * MT);
	report = report_of(&missed, &world);
	assert_says(report, "Its period ended on 31 Dec 2024 with");
	assert_true(report->chance == 0 && report->days_left == 0 && report->rate_needed_kg == 0);
	assert_int_equal(report->end->p025_kg, report->done_kg);
	assert_int_equal(report->end->p975_kg, report->done_kg);
	assert_int_equal(report->plan_kg, 90 * MT);

	const Juyan__V1__Goal met = goal_of("2025-01-01", "2025-12-31", 10 * MT);
	report = report_of(&met, &world);
	assert_says(report, "Met on ");
	assert_says(report, "above the goal.");
	world_close(&world);
}

/* ---- a past that is not the last word ---- */

/* Each path multiplies the last days of a leaf by a factor of its own between these. */
static void
revise(struct leaves *leaves, size_t leaf, size_t days, double least, double most)
{
	struct leaf *of = &leaves->leaf[leaf];
	of->revised_days = days;
	of->revision_kg = calloc(leaves->paths * days, sizeof *of->revision_kg);
	assert_non_null(of->revision_kg);
	for (size_t path = 0; path < leaves->paths; path++) {
		double factor = least + (most - least) * (double)path / (double)(leaves->paths - 1);
		for (size_t day = 0; day < days; day++)
			of->revision_kg[path * days + day] =
			    (int64_t)((factor - 1.0) * (double)of->past_kg[leaves->past_days - days + day]);
	}
}

static void
test_what_is_still_expected_is_in_the_end(void **unused)
{
	(void)unused;
	int64_t origin = civil_day(2025, 9, 30), from = civil_day(2025, 1, 1), to = civil_day(2025, 12, 31);
	struct world world = world_make(origin);
	const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", 26 * MT);
	int64_t done = report_of(&goal, &world)->done_kg, had = report_of(&goal, &world)->rate_had_kg;
	revise(&world.leaves, 0, 10, 1.0, 1.2);
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_int_equal(report->done_kg, done);
	assert_true(report->rate_had_kg > had);
	struct goal_outcome outcome;
	assert_int_equal(goal_outcome_open(&world.leaves, &outcome), STATUS_OK);
	goal_play(&goal, &world.leaves, &outcome);
	for (size_t path = 0; path < PATHS; path++)
		assert_int_equal(outcome.total_kg[path],
		    plain_sum(&world.leaves, path, from, to) + leaves_revision(&world.leaves, 0, path, from, to));
	goal_outcome_close(&outcome);

	/* Day by day as in the end. */
	Juyan__V1__GoalReport course = *report;
	assert_int_equal(goal_course(&course, ground_of(&world), GOAL_COURSE_DAYS, &arena), STATUS_OK);
	const Juyan__V1__GoalDay *last = course.course[course.n_course - 1];
	assert_int_equal(last->to_date->p10_kg, report->end->p10_kg);
	assert_int_equal(last->to_date->p90_kg, report->end->p90_kg);

	/* A period that is over, and missed by what is known: facts that are late may still bring it. */
	const Juyan__V1__Goal over =
	    goal_of("2025-09-01", "2025-09-30", plain_sum(&world.leaves, 0, civil_day(2025, 9, 1), origin) + 20 * KT);
	report = report_of(&over, &world);
	assert_true(report->chance > 0.1 && report->chance < 0.99);
	assert_true(report->end->p10_kg < report->end->p90_kg && report->end->p025_kg >= report->done_kg);
	assert_says(report, "missed by");
	assert_says(report, "Chance ");
	/* One that ended before is certain. */
	const Juyan__V1__Goal before = goal_of("2025-08-01", "2025-08-31", 90 * MT);
	report = report_of(&before, &world);
	assert_true(report->end->p025_kg == report->done_kg && report->end->p975_kg == report->done_kg);
	world_close(&world);
}

/* The leaf of the port's coal, as if it were known from published totals alone. */
static void
publish(struct leaves *leaves)
{
	struct leaf_key *key = &leaves->leaf[0].key;
	key->direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	key->mode = JUYAN__V1__MODE__MODE_UNSPECIFIED;
	key->group[0] = '\0';
}

static void
test_what_was_published_is_an_estimate(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", 10 * MT);
	publish(&world.leaves);
	size_t days = (size_t)(world.leaves.origin + 1 - civil_day(2024, 1, 1));
	revise(&world.leaves, 0, days, 0.99, 1.01);
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_true(report->met_is_estimated && report->has_last_year_kg);
	assert_says(report, "Met about ");
	assert_says(report, "(estimated from published totals)");
	assert_true(strcmp(report->reached_p10, report->met_on) <= 0 && strcmp(report->reached_p90, report->met_on) >= 0);
	assert_true(strcmp(report->reached_p10, report->reached_p90) < 0);
	/* Figures between which last year's days are anybody's guess. */
	free(world.leaves.leaf[0].revision_kg);
	revise(&world.leaves, 0, days, 0.8, 1.2);
	report = report_of(&goal, &world);
	assert_false(report->has_last_year_kg);
	assert_true(report->chance == 1.0);
	/* The target itself lies within the error of what is done. */
	const Juyan__V1__Goal near = goal_of("2025-01-01", "2025-09-30", report->done_kg - 100 * KT);
	report = report_of(&near, &world);
	assert_true(report->met_is_estimated && report->chance > 0.4 && report->chance < 0.7);
	assert_says(report, "the chance that it was reached is");
	world_close(&world);
}

static void
test_silence_is_said(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2024, 9, 30));
	world.ground.asked = civil_day(2025, 6, 30);
	const Juyan__V1__Goal year = goal_of("2025-01-01", "2025-12-31", 20 * MT);
	const Juyan__V1__GoalReport *report = report_of(&year, &world);
	assert_string_equal(report->as_of, "2025-06-30");
	assert_string_equal(report->known_to, "2024-09-30");
	assert_int_equal(report->days_left, 184);
	assert_says(report, "It began on 1 Jan 2025, and nothing of it is known yet");
	assert_says(report, "Nothing is known since 30 Sep 2024");
	const Juyan__V1__Goal last = goal_of("2024-01-01", "2024-12-31", 26 * MT);
	report = report_of(&last, &world);
	assert_string_equal(report->as_of, "2025-06-30");
	assert_int_equal(report->days_left, 0);
	assert_true(report->rate_needed_kg > 0);
	assert_says(report, "done by 30 Sep 2024");
	assert_says(report, "Its period ended on 31 Dec 2024, and nothing is known since 30 Sep 2024");
	world_close(&world);
}

/* 25.97 Mt is not 26 Mt; but 15.18 are told as 15.2, to which the 10.8 that are left add up. */
static void
test_what_is_nearly_done_does_not_read_as_done(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	const Juyan__V1__Goal any = goal_of("2025-01-01", "2025-12-31", MT);
	int64_t done = report_of(&any, &world)->done_kg;
	const Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", done + 1);
	char text[PHRASE_BYTES], words[2 * PHRASE_BYTES];
	snprintf(words, sizeof words, "%s done by", phrase_masses(done, PHRASE_DOWN, "of", done + 1, text));
	assert_says(report_of(&goal, &world), words);
	assert_string_equal(phrase_masses(25970 * KT, PHRASE_DOWN, "of", 26 * MT, text), "25.9 of 26 Mt");
	world.leaves.leaf[0].past_kg[world.leaves.past_days - 1] += 80 * KT - done % (100 * KT);
	done += 80 * KT - done % (100 * KT);
	const Juyan__V1__Goal far = goal_of("2025-01-01", "2025-12-31", 90 * MT);
	snprintf(words, sizeof words, "%s done by", phrase_masses(done, PHRASE_NEAREST, "of", 90 * MT, text));
	assert_says(report_of(&far, &world), words);
	world_close(&world);
}

static void
test_nothing_on_file(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	Juyan__V1__Goal goal = goal_of("2025-01-01", "2025-12-31", 5 * MT);
	goal.mode = JUYAN__V1__MODE__RAIL;
	const Juyan__V1__GoalReport *report = report_of(&goal, &world);
	assert_null(report->end);
	assert_int_equal(report->done_kg, 0);
	assert_says(report, "no forecast can be made");
	world_close(&world);
}

/* Published figures say no more than a port's total: they count for a goal that asks no more. */
static void
test_what_is_not_known_does_not_count(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	world.leaves.leaf[0].key.direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	world.leaves.leaf[0].key.group[0] = '\0';
	const Juyan__V1__Goal all = goal_of("2025-01-01", "2025-12-31", 26 * MT);
	Juyan__V1__Goal imports = all;
	imports.direction = JUYAN__V1__DIRECTION__IMPORT;
	assert_true(report_of(&all, &world)->done_kg > 10 * report_of(&imports, &world)->done_kg);
	assert_says(report_of(&imports, &world), "Not counted: ");
	world_close(&world);
}

static void
test_the_next_goal(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	Juyan__V1__Goal met = goal_of("2025-01-01", "2025-12-31", 10 * MT), higher = met, highest = met;
	Juyan__V1__Goal after = goal_of("2026-01-01", "2026-12-31", 20 * MT), later = goal_of("2027-01-01", "2027-12-31", 20 * MT);
	Juyan__V1__Goal other = after;
	char higher_id[] = "higher", highest_id[] = "highest", after_id[] = "after", other_id[] = "other";
	higher.target_kg = 12 * MT;
	highest.target_kg = 14 * MT;
	higher.id = higher_id;
	highest.id = highest_id;
	after.id = after_id;
	other.id = other_id;
	other.mode = JUYAN__V1__MODE__AGV;
	const Juyan__V1__Goal *goals[] = { &later, &other, &highest, &after, &higher, &met };
	world.ground.goals = goals;
	world.ground.n_goals = 6;
	assert_string_equal(report_of(&met, &world)->next_goal, "higher");
	assert_says(report_of(&met, &world), "The next goal: higher, 12 Mt from 2025-01-01");
	assert_string_equal(report_of(&highest, &world)->next_goal, "after");
	assert_ptr_equal(goal_next(&after, goals, 6), &later);
	assert_null(goal_next(&later, goals, 6));
	assert_null(goal_next(&other, goals, 6));
	world_close(&world);
}

static void
test_what_cannot_be_asked(void **unused)
{
	(void)unused;
	struct world world = world_make(civil_day(2025, 9, 30));
	Juyan__V1__GoalReport *none = NULL;
	struct reason why;
	const Juyan__V1__Goal no_target = goal_of("2025-01-01", "2025-12-31", 0), turned = goal_of("2025-12-31", "2025-01-01", MT);
	const Juyan__V1__Goal far = goal_of("2027-01-01", "2027-12-31", MT);
	assert_int_equal(goal_report(&no_target, ground_of(&world), &arena, &none, &why), STATUS_OUT_OF_RANGE);
	assert_int_equal(goal_report(&turned, ground_of(&world), &arena, &none, &why), STATUS_OUT_OF_RANGE);
	assert_int_equal(goal_report(&far, ground_of(&world), &arena, &none, &why), STATUS_OUT_OF_RANGE);
	assert_non_null(strstr(why.text, "365 days after"));
	world_close(&world);
}

/* ---- numbers in words ---- */

static void
test_phrases(void **unused)
{
	(void)unused;
	char text[PHRASE_BYTES];
	assert_string_equal(phrase_mass(18440 * KT, PHRASE_NEAREST, text), "18.4 Mt");
	assert_string_equal(phrase_mass(82200000, PHRASE_NEAREST, text), "82.2 kt");
	assert_string_equal(phrase_mass(999960000, PHRASE_NEAREST, text), "1 Mt");
	assert_string_equal(phrase_mass(999960000, PHRASE_DOWN, text), "999.9 kt");
	assert_string_equal(phrase_mass(950000, PHRASE_NEAREST, text), "950 t");
	assert_string_equal(phrase_mass(1066644, PHRASE_NEAREST, text), "1.07 kt");
	assert_string_equal(phrase_mass(9999999, PHRASE_NEAREST, text), "10 kt");
	assert_string_equal(phrase_mass(9999999, PHRASE_DOWN, text), "9.99 kt");
	assert_string_equal(phrase_mass(7200001, PHRASE_UP, text), "7.21 kt");
	assert_string_equal(phrase_mass(12, PHRASE_NEAREST, text), "12 kg");
	assert_string_equal(phrase_mass(0, PHRASE_NEAREST, text), "0 kg");
	assert_string_equal(phrase_mass(-1500 * KT, PHRASE_NEAREST, text), "-1.5 Mt");
	assert_string_equal(phrase_chance(0, text), "below 1 %");
	assert_string_equal(phrase_chance(1, text), "above 99 %");
	assert_string_equal(phrase_chance(0.125, text), "13 %");
	assert_string_equal(phrase_count(1, "day", text), "1 day");
	assert_string_equal(phrase_day(civil_day(2025, 10, 24), text), "24 Oct 2025");
}

/* Against R's quantile(type = 7): c(1, 2, 4, 8, 16) * 1000. */
static void
test_quantiles(void **unused)
{
	(void)unused;
	int64_t values[] = { 16000, 1000, 4000, 8000, 2000 };
	Juyan__V1__Quantiles out = JUYAN__V1__QUANTILES__INIT;
	spread_of(values, 5, &out);
	assert_int_equal(out.mean_kg, 6200);
	assert_int_equal(out.p025_kg, 1100);
	assert_int_equal(out.p10_kg, 1400);
	assert_int_equal(out.p25_kg, 2000);
	assert_int_equal(out.p50_kg, 4000);
	assert_int_equal(out.p90_kg, 12800);
	assert_int_equal(out.p975_kg, 15200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures_of_a_running_goal),
		cmocka_unit_test(test_days_that_are_not_as_the_calendar_says),
		cmocka_unit_test(test_chance_is_the_share_of_paths),
		cmocka_unit_test(test_met_on_the_exact_day),
		cmocka_unit_test(test_slices_add_up),
		cmocka_unit_test(test_basis),
		cmocka_unit_test(test_words_of_each_state),
		cmocka_unit_test(test_what_is_still_expected_is_in_the_end),
		cmocka_unit_test(test_what_was_published_is_an_estimate),
		cmocka_unit_test(test_silence_is_said),
		cmocka_unit_test(test_what_is_nearly_done_does_not_read_as_done),
		cmocka_unit_test(test_nothing_on_file),
		cmocka_unit_test(test_what_is_not_known_does_not_count),
		cmocka_unit_test(test_the_next_goal),
		cmocka_unit_test(test_what_cannot_be_asked),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_quantiles),
	};
	any_begin();
	if (arena_open(&arena, 64 * 1024 * 1024) != STATUS_OK)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed;
}

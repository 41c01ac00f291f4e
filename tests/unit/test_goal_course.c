/* A goal's course: its last day says what the report says, each day what is counted in the plainest way. */
#include "check.h"

#include "futures.h"
#include "goal_course.h"

enum { PATHS = 100 };

static struct arena arena;

static const struct futures_leaf usual[] = {
	{ "ceke", 1, 1, "coal", 60 * KT },
	{ "ceke", 2, 1, "machinery", 2 * KT },
	{ "wuliji", 2, 1, "building", 1 * KT },
};

struct made {
	struct leaves leaves;
	struct open_days open;
	Juyan__V1__Goal goal;
	char id[2], from[16], to[16];
	const Juyan__V1__GoalReport *report;
};

/* Histories from 2023 on; the future reaches to the end of 2028. */
static void
make(struct made *made, int64_t origin, const char *from, const char *to)
{
	int64_t first = civil_day(2023, 1, 1), end = civil_day(2028, 12, 31);
	struct reason why = { "" };
	Juyan__V1__GoalReport *report;
	arena_reset(&arena);
	made->leaves = futures_make(usual, sizeof usual / sizeof usual[0], first, origin, (size_t)(end - origin), PATHS);
	made->open = futures_days(first, (size_t)(end - first + 1));
	juyan__v1__goal__init(&made->goal);
	snprintf(made->id, sizeof made->id, "g");
	snprintf(made->from, sizeof made->from, "%s", from);
	snprintf(made->to, sizeof made->to, "%s", to);
	made->goal.id = made->id;
	made->goal.from = made->from;
	made->goal.to = made->to;
	made->goal.target_kg = 20 * MT;
	const struct goal_ground ground = { .leaves = &made->leaves, .open = &made->open };
	assert_int_equal(goal_report(&made->goal, &ground, &arena, &report, &why), STATUS_OK);
	assert_int_equal(goal_course(report, &ground, GOAL_COURSE_DAYS, &arena), STATUS_OK);
	made->report = report;
}

static void
unmake(struct made *made)
{
	leaves_close(&made->leaves);
	open_days_close(&made->open);
}

static int64_t
plain_sum(const struct leaves *leaves, int64_t from, int64_t to)
{
	int64_t sum = 0;
	for (int64_t day = from; day <= to; day++)
		for (size_t i = 0; i < leaves->n; i++)
			sum += leaves->leaf[i].past_kg[day - leaves->first_day];
	return sum;
}

static const Juyan__V1__GoalDay *
day_of(const struct made *made, const char *day)
{
	for (size_t i = 0; i < made->report->n_course; i++)
		if (strcmp(made->report->course[i]->day, day) == 0)
			return made->report->course[i];
	fail_msg("%s is not in the course", day);
	return NULL;
}

static void
assert_ends_as_reported(const struct made *made)
{
	const Juyan__V1__GoalDay *last = made->report->course[made->report->n_course - 1];
	assert_string_equal(last->day, made->goal.to);
	assert_int_equal(last->plan_kg, made->goal.target_kg);
	assert_non_null(last->to_date);
	assert_int_equal(last->to_date->mean_kg, made->report->end->mean_kg);
	assert_int_equal(last->to_date->p10_kg, made->report->end->p10_kg);
	assert_int_equal(last->to_date->p975_kg, made->report->end->p975_kg);
}

static void
test_running(void **unused)
{
	(void)unused;
	struct made made;
	make(&made, civil_day(2025, 9, 30), "2025-01-01", "2025-12-31");
	assert_int_equal(made.report->n_course, 365);
	const Juyan__V1__GoalDay *today = day_of(&made, "2025-09-30"), *next = day_of(&made, "2025-10-01");
	assert_int_equal(today->done_kg, made.report->done_kg);
	assert_int_equal(today->plan_kg, made.report->plan_kg);
	assert_int_equal(today->last_year_kg, made.report->last_year_kg);
	assert_null(today->to_date);
	assert_false(next->has_done_kg);
	assert_true(next->to_date->p025_kg >= today->done_kg);
	/* Saturday to Sunday nothing is planned and nothing passes. */
	assert_int_equal(day_of(&made, "2025-03-02")->plan_kg, day_of(&made, "2025-03-01")->plan_kg);
	assert_int_equal(day_of(&made, "2025-03-02")->done_kg, day_of(&made, "2025-03-01")->done_kg);
	/* The leap day counts with the day before it. */
	assert_int_equal(day_of(&made, "2025-03-01")->last_year_kg,
	    plain_sum(&made.leaves, civil_day(2024, 1, 1), civil_day(2024, 3, 1)));
	assert_int_equal(day_of(&made, "2025-12-31")->last_year_kg,
	    plain_sum(&made.leaves, civil_day(2024, 1, 1), civil_day(2024, 12, 31)));
	assert_ends_as_reported(&made);
	unmake(&made);
}

static void
test_other_periods(void **unused)
{
	(void)unused;
	struct made made;
	/* Not begun, and next to nothing of the year before has passed. */
	make(&made, civil_day(2025, 9, 30), "2026-07-01", "2027-06-30");
	assert_false(made.report->course[0]->has_done_kg);
	assert_true(day_of(&made, "2026-09-30")->has_last_year_kg);
	assert_false(day_of(&made, "2026-10-01")->has_last_year_kg);
	assert_ends_as_reported(&made);
	unmake(&made);
	/* Over. */
	make(&made, civil_day(2025, 9, 30), "2024-07-01", "2025-06-30");
	assert_int_equal(day_of(&made, "2025-06-30")->done_kg, made.report->done_kg);
	assert_null(day_of(&made, "2025-06-30")->to_date);
	unmake(&made);
	/* Four years: not every day, but the day asked about and the last. */
	make(&made, civil_day(2025, 9, 30), "2025-01-01", "2028-12-31");
	assert_in_range(made.report->n_course, 365, GOAL_COURSE_DAYS + 2);
	assert_int_equal(day_of(&made, "2025-09-30")->done_kg, made.report->done_kg);
	assert_ends_as_reported(&made);
	unmake(&made);
}

/* Without anything on file there is a plan, and nothing else. */
static void
test_nothing_on_file(void **unused)
{
	(void)unused;
	struct made made;
	make(&made, civil_day(2025, 9, 30), "2025-01-01", "2025-12-31");
	static char rail[] = "camels", *rails[] = { rail };
	const struct goal_ground ground = { .leaves = &made.leaves, .open = &made.open };
	Juyan__V1__GoalReport *report;
	struct reason why;
	made.goal.groups = rails;
	made.goal.n_groups = 1;
	assert_int_equal(goal_report(&made.goal, &ground, &arena, &report, &why), STATUS_OK);
	assert_int_equal(goal_course(report, &ground, GOAL_COURSE_DAYS, &arena), STATUS_OK);
	assert_null(report->course[364]->to_date);
	assert_false(report->course[0]->has_done_kg);
	assert_false(report->course[364]->has_last_year_kg);
	assert_int_equal(report->course[364]->plan_kg, made.goal.target_kg);
	unmake(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_other_periods),
		cmocka_unit_test(test_nothing_on_file),
	};
	any_begin();
	if (arena_open(&arena, 16 * 1024 * 1024) != STATUS_OK)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed;
}

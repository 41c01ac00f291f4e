/* Pictures of the planner's answers, from messages made by hand. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "planner_picture.h"

enum { DAYS = 365, DONE = 226, MONTHS = 12 };

static char ceke_2025[] = "ceke-2025", first[] = "2025-01-01", last[] = "2025-12-31", name[] = "26 million tonnes", nothing[] = "";

/* $JUYAN_PICTURES: a folder into which the pictures go, for those who want to look at them. */
static void
keep(const char *file, const char *svg)
{
	const char *folder = getenv("JUYAN_PICTURES");
	char path[512];
	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%s.svg", folder, file);
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs(svg, out);
	assert_int_equal(fclose(out), 0);
}

static Juyan__V1__Goal
a_goal(void)
{
	Juyan__V1__Goal goal = JUYAN__V1__GOAL__INIT;
	goal.id = ceke_2025;
	goal.name = name;
	goal.from = first;
	goal.to = last;
	goal.target_kg = INT64_C(26000000000);
	return goal;
}

/* 70 kt a day, 65 a year before, what is to come spreads. */
static void
fill_course(int64_t from, int done, Juyan__V1__GoalDay *day, Juyan__V1__GoalDay **days, Juyan__V1__Quantiles *to_date,
    char texts[][CIVIL_TEXT_BYTES])
{
	for (int i = 0; i < DAYS; i++) {
		int y, m, d;
		civil_date(from + i, &y, &m, &d);
		civil_format((uint32_t)(y * 10000 + m * 100 + d), PERIOD_DAY, texts[i]);
		int64_t sum = INT64_C(70000000) * (i + 1), wide = (i - done) * INT64_C(8000000);
		juyan__v1__goal_day__init(&day[i]);
		juyan__v1__quantiles__init(&to_date[i]);
		to_date[i] = (Juyan__V1__Quantiles){ to_date[i].base, sum, sum - 2 * wide, sum - wide, sum - wide / 2, sum,
			sum + wide / 2, sum + wide, sum + 2 * wide };
		day[i].day = texts[i];
		day[i].plan_kg = INT64_C(26000000000) * (i + 1) / DAYS;
		day[i].has_last_year_kg = 1;
		day[i].last_year_kg = INT64_C(65000000) * (i + 1);
		day[i].has_done_kg = i < done;
		day[i].done_kg = i < done ? sum : 0;
		day[i].to_date = i < done ? NULL : &to_date[i];
		days[i] = &day[i];
	}
}

/* Of a period that begins on this day and of which so many days have passed. */
static char *
goal_picture(const char *file, const char *from, int done)
{
	static Juyan__V1__GoalDay day[DAYS], *days[DAYS];
	static Juyan__V1__Quantiles to_date[DAYS];
	static char texts[DAYS][CIVIL_TEXT_BYTES], begin[CIVIL_TEXT_BYTES];
	static char eve[] = "2024-12-31";
	Juyan__V1__Goal goal = a_goal();
	Juyan__V1__GoalReport report = JUYAN__V1__GOAL_REPORT__INIT;
	struct reason why = { "" };
	int64_t first_day;
	char *svg = NULL;
	assert_true(civil_parse_day(from, &first_day));
	snprintf(begin, sizeof begin, "%s", from);
	fill_course(first_day, done, day, days, to_date, texts);
	goal.from = begin;
	goal.to = texts[DAYS - 1];
	report.goal = &goal;
	report.as_of = done == 0 ? eve : texts[done - 1];
	report.course = days;
	report.n_course = DAYS;
	if (planner_picture_goal(&report, 1, true, &svg, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	keep(file, svg);
	assert_non_null(strstr(svg, ">goal 26.0 Mt</text>"));
	assert_non_null(strstr(svg, ">plan</text>"));
	return svg;
}

static void
test_goal(void **state)
{
	(void)state;
	char *svg = goal_picture("goal", "2025-01-01", DONE);
	assert_non_null(strstr(svg, ">2024: 23.7</text>"));
	assert_non_null(strstr(svg, ">known to 2025-08-14</text>"));
	assert_non_null(strstr(svg, ">2025, from its beginning</text>"));
	free(svg);
	svg = goal_picture("goal_not_begun", "2025-01-01", 0);
	assert_non_null(strstr(svg, "; made from what was known to 2024-12-31</text>"));
	assert_null(strstr(svg, ">known</text>"));
	free(svg);
	/* All is known: no intervals. */
	svg = goal_picture("goal_over", "2025-01-01", DAYS);
	assert_null(strstr(svg, "(80 %)"));
	assert_non_null(strstr(svg, ">25.6</text>"));
	free(svg);
}

/* A period that is no calendar year. */
static void
test_goal_of_another_year(void **state)
{
	(void)state;
	char *svg = goal_picture("goal_winter", "2024-07-01", DONE);
	assert_non_null(strstr(svg, ">2024-07-01 to 2025-06-30, from its beginning</text>"));
	assert_non_null(strstr(svg, ">year before: 23.7</text>"));
	free(svg);
	Juyan__V1__Goal goal = a_goal();
	Juyan__V1__GoalReport report = JUYAN__V1__GOAL_REPORT__INIT;
	struct reason why = { "" };
	report.goal = &goal;
	assert_int_equal(planner_picture_goal(&report, 1, true, &svg, &why), STATUS_NOT_FOUND);
}

static void
test_comparison(void **state)
{
	(void)state;
	static Juyan__V1__OutlookRow row[2][MONTHS], *rows[2][MONTHS];
	static Juyan__V1__Quantiles year[2][MONTHS];
	static char periods[MONTHS][CIVIL_TEXT_BYTES], agvs[] = "30 AGVs";
	Juyan__V1__ComparedScenario scenario[2], *scenarios[2] = { &scenario[0], &scenario[1] };
	Juyan__V1__Comparison comparison = JUYAN__V1__COMPARISON__INIT;
	Juyan__V1__Goal goal = a_goal();
	struct reason why = { "" };
	char *svg = NULL;
	for (int s = 0; s < 2; s++) {
		juyan__v1__compared_scenario__init(&scenario[s]);
		for (int i = 0; i < MONTHS; i++) {
			int64_t kg = (INT64_C(2000000000) + s * INT64_C(150000000)) * (i + 1);
			civil_format((uint32_t)(202501 + i), PERIOD_MONTH, periods[i]);
			juyan__v1__outlook_row__init(&row[s][i]);
			juyan__v1__quantiles__init(&year[s][i]);
			year[s][i] = (Juyan__V1__Quantiles){ year[s][i].base, kg, kg * 9 / 10, kg * 19 / 20, kg * 97 / 100, kg,
				kg * 103 / 100, kg * 21 / 20, kg * 11 / 10 };
			row[s][i].period = periods[i];
			row[s][i].year_to_date = &year[s][i];
			rows[s][i] = &row[s][i];
		}
		scenario[s].name = s == 0 ? nothing : agvs;
		scenario[s].end = &year[s][MONTHS - 1];
		scenario[s].has_chance = 1;
		scenario[s].chance = 0.25 + 0.3 * s;
		scenario[s].rows = rows[s];
		scenario[s].n_rows = MONTHS;
	}
	comparison.scenarios = scenarios;
	comparison.n_scenarios = 2;
	comparison.goal = &goal;
	if (planner_picture_comparison(&comparison, true, &svg, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	keep("planner_comparison", svg);
	assert_non_null(strstr(svg, ">as it is</text>"));
	assert_non_null(strstr(svg, ">55 %</text>"));
	assert_non_null(strstr(svg, ">25.8 Mt</text>"));
	free(svg);
	comparison.n_scenarios = 0;
	assert_int_equal(planner_picture_comparison(&comparison, true, &svg, &why), STATUS_NOT_FOUND);
}

static void
test_why(void **state)
{
	(void)state;
	static char known[] = "known", level[] = "level", data[] = "new data", calendar[] = "calendar",
		    earlier_day[] = "2025-06-30";
	Juyan__V1__WhyPart part[4], *parts[4];
	Juyan__V1__WhyReport report = JUYAN__V1__WHY_REPORT__INIT;
	Juyan__V1__Provenance earlier = JUYAN__V1__PROVENANCE__INIT;
	static char *const names[4] = { known, level, data, calendar };
	static const int64_t kg[4] = { 18000000000, 8000000000, -500000000, 100000000 };
	struct reason why = { "" };
	char *svg = NULL;
	for (int i = 0; i < 4; i++) {
		juyan__v1__why_part__init(&part[i]);
		part[i].name = names[i];
		part[i].kg = kg[i];
		parts[i] = &part[i];
	}
	report.to = last;
	report.mean_kg = 26000000000;
	report.parts = parts;
	report.n_parts = 2;
	assert_int_equal(planner_picture_why(&report, true, &svg, &why), STATUS_OK);
	assert_non_null(strstr(svg, ">26.0 Mt</text>"));
	free(svg);
	assert_int_equal(planner_picture_moves(&report, true, &svg, &why), STATUS_NOT_FOUND);
	assert_string_equal(why.text, "no earlier forecast is kept");
	earlier.origin = earlier_day;
	report.earlier = &earlier;
	report.earlier_kg = 26400000000;
	report.moves = parts + 2;
	report.n_moves = 2;
	assert_int_equal(planner_picture_moves(&report, true, &svg, &why), STATUS_OK);
	keep("planner_moves", svg);
	assert_non_null(strstr(svg, "What moved since 2025-06-30"));
	assert_non_null(strstr(svg, ">−500 kt</text>"));
	assert_non_null(strstr(svg, ">−400 kt</text>"));
	free(svg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goal),
		cmocka_unit_test(test_goal_of_another_year),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

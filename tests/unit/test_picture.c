/* Pictures as text: what stands in them, that it is escaped, that axes are round, and that labels do not cover one another. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "fan.h"
#include "plot.h"
#include "trial.h"
#include "waterfall.h"

enum { DAYS = 60, FUTURE = 12 };

/* $JUYAN_PICTURES: a folder into which the pictures go, for those who want to look at them. */
static void
keep(const char *name, const char *svg)
{
	const char *folder = getenv("JUYAN_PICTURES");
	char path[512];
	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%s.svg", folder, name);
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs(svg, out);
	assert_int_equal(fclose(out), 0);
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
		n++;
	return n;
}

/* As far as can be seen without a parser: every element is closed, no figure is none. */
static void
expect_whole(const char *svg)
{
	assert_int_equal(count(svg, "<text"), count(svg, "</text>"));
	assert_int_equal(count(svg, "<svg"), 1);
	assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
	for (const char *at = svg; (at = strchr(at, '=')) != NULL; at++) {
		assert_true(strncmp(at, "=\"nan", 5) != 0 && strncmp(at, "=\"-nan", 6) != 0);
		assert_true(strncmp(at, "=\"inf", 5) != 0 && strncmp(at, "=\"-inf", 6) != 0);
	}
	assert_null(strstr(svg, "nan\""));
}

static void
test_round_numbers(void **state)
{
	(void)state;
	double ticks[PLOT_TICKS_MAX];
	assert_int_equal(plot_ticks(0, 27.3, 7, ticks), 6);
	assert_true(ticks[0] == 0 && ticks[1] == 5 && ticks[5] == 25);
	assert_int_equal(plot_ticks(-0.3, 0.7, 6, ticks), 5);
	assert_true(fabs(ticks[0] + 0.2) < 1e-12 && ticks[1] == 0.0 && fabs(ticks[4] - 0.6) < 1e-12);
	assert_int_equal(plot_ticks(5, 5, 6, ticks), 0);
	assert_true(fabs(plot_round_up(26.1) - 30) < 1e-9);
	assert_true(fabs(plot_round_up(96.0) - 100) < 1e-9);
	assert_true(fabs(plot_round_up(0.0) - 1) < 1e-9);
	assert_true(plot_round_up(1e12) >= 1e12);
}

static void
test_figures(void **state)
{
	(void)state;
	char text[PICTURE_TEXT_BYTES];
	assert_string_equal(picture_figure(true, 26e9, text), "26.0 Mt");
	assert_string_equal(picture_figure(true, 71.2e6, text), "71.2 kt");
	assert_string_equal(picture_figure(true, 140e3, text), "140 t");
	assert_string_equal(picture_figure(true, -1.25e9, text), "−1.25 Mt");
	assert_string_equal(picture_figure(false, 2336, text), "2,336");
	assert_string_equal(picture_figure(false, 422672047, text), "423 million");
	assert_string_equal(picture_figure(false, 0, text), "0");
}

/* A year of days: a fan over a third of it, with all that a fan can have. */
static void
test_fan(void **state)
{
	(void)state;
	static double past_at[DAYS], past[DAYS], at[FUTURE], mean[FUTURE], quantile[FUTURE][PICTURE_LEVELS];
	for (int i = 0; i < DAYS; i++) {
		past_at[i] = 19000 + i * 30.4;
		past[i] = i == 20 ? NAN : 2e9 + 5e8 * sin(i / 2.0);
	}
	for (int i = 0; i < FUTURE; i++) {
		at[i] = past_at[DAYS - 1] + 30.4 * (i + 1);
		mean[i] = 2.1e9;
		for (int q = 0; q < PICTURE_LEVELS; q++)
			quantile[i][q] = mean[i] + (q - 3) * 1e8 * sqrt(i + 1.0);
	}
	struct fan fan = { .about = { "a", "策克 & <Ceke>", "each \"month\"", "told & shown", true, true },
		.past_at = past_at,
		.past = past,
		.n_past = DAYS,
		.at = at,
		.mean = mean,
		.quantile = (const double(*)[PICTURE_LEVELS])quantile,
		.n = FUTURE,
		.origin = past_at[DAYS - 1] + 15,
		.origin_label = "known to 2026-12",
		.goal = 2.5e9,
		.goal_label = "goal 2.5 Mt" };
	char *svg;
	assert_int_equal(fan_draw(&fan, &svg), STATUS_OK);
	expect_whole(svg);
	keep("fan", svg);
	assert_non_null(strstr(svg, "策克 &amp; &lt;Ceke&gt;"));
	assert_non_null(strstr(svg, "each &quot;month&quot;"));
	assert_non_null(strstr(svg, ">2.10</text>"));
	assert_non_null(strstr(svg, ">goal 2.5 Mt</text>"));
	assert_non_null(strstr(svg, "<style>"));
	free(svg);
	/* In a page: neither style nor a header of its own. */
	fan.about.alone = false;
	assert_int_equal(fan_draw(&fan, &svg), STATUS_OK);
	assert_null(strstr(svg, "<style>"));
	assert_null(strstr(svg, "<?xml"));
	free(svg);
}

/* Nothing but zeros, one point, no past: still a picture. */
static void
test_fan_of_nothing(void **state)
{
	(void)state;
	static const double at = 20000, mean = 0, quantile[1][PICTURE_LEVELS];
	struct fan fan = { .about = { "a", "", NULL, "", false, true },
		.at = &at,
		.mean = &mean,
		.quantile = quantile,
		.n = 1,
		.origin = 20000,
		.origin_label = "",
		.goal = NAN };
	char *svg;
	assert_int_equal(fan_draw(&fan, &svg), STATUS_OK);
	expect_whole(svg);
	free(svg);
}

/* Labels that belong to one place stand below each other, and stay within the field. */
static void
test_labels_keep_apart(void **state)
{
	(void)state;
	struct picture_about about = { "a", "", NULL, "", false, false };
	struct svg *svg;
	char *text;
	assert_int_equal(svg_begin(&about, 200, &svg), STATUS_OK);
	struct plot plot = { .svg = svg, .left = 0, .right = 100, .top = 0, .bottom = 150 };
	struct plot_label labels[5];
	for (int i = 0; i < 5; i++)
		labels[i] = (struct plot_label){ .y = 148, .class = "text", .text = "label" };
	plot_labels(&plot, labels, 5);
	assert_int_equal(svg_end(&svg, &text), STATUS_OK);
	double before = -INFINITY;
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, "<text x=\"117.00\" y=\"")) != NULL; at++) {
		double y = strtod(at + strlen("<text x=\"117.00\" y=\""), NULL);
		assert_true(y - before >= 13.99);
		assert_true(y <= 160);
		before = y;
		n++;
	}
	assert_int_equal(n, 5);
	free(text);
}

static void
test_waterfall(void **state)
{
	(void)state;
	struct waterfall waterfall = { .about = { "w", "Why", "the year's end", "told", true, true },
		.step = { { "known", 18.2e9, true }, { "level", 7.9e9, false }, { "trend", 0.6e9, false }, { "year", 1.1e9, false },
		    { "calendar", -0.9e9, false }, { "forecast", 26.9e9, true } },
		.n = 6 };
	char *svg;
	assert_int_equal(waterfall_draw(&waterfall, &svg), STATUS_OK);
	expect_whole(svg);
	keep("waterfall", svg);
	assert_non_null(strstr(svg, ">+7.90 Mt</text>"));
	assert_non_null(strstr(svg, ">−900 kt</text>"));
	assert_int_equal(count(svg, "class=\"less\""), 1);
	assert_int_equal(count(svg, "class=\"whole\""), 2);
	free(svg);
	struct waterfall moves = { .about = { "w", "Moves since 2025-06-01", "from 25.1 to 24.8 Mt", "told", true, true },
		.step = { { "new data", -0.42e9, false }, { "corrections", 0.01e9, false }, { "calendar", 0.06e9, false },
		    { "in all", -0.35e9, true } },
		.n = 4 };
	assert_int_equal(waterfall_draw(&moves, &svg), STATUS_OK);
	expect_whole(svg);
	keep("moves", svg);
	free(svg);
}

static void
test_comparison(void **state)
{
	(void)state;
	static double at[3][13], value[3][13];
	static const char *const names[] = { "as it is", "30 AGVs from July", "the railway opens at two trains a day with a ramp" };
	struct comparison comparison = { .about = { "c", "Scenarios", "2025, all ports", "told", true, true },
		.n = 3,
		.goal = 26e9,
		.goal_label = "goal 26 Mt" };
	for (int i = 0; i < 3; i++) {
		struct comparison_case *one = &comparison.one[i];
		one->name = names[i];
		one->chance = 0.3 + 0.25 * i;
		for (int q = 0; q < PICTURE_LEVELS; q++)
			one->end[q] = 25e9 + i * 8e8 + (q - 3) * 6e8;
		for (int k = 0; k < 13; k++) {
			at[i][k] = 20089 + 30.4 * k;
			value[i][k] = one->end[PICTURE_P50] * k / 12.0;
		}
		one->course = (struct picture_line){ names[i], PICTURE_SOLID, at[i], value[i], 13 };
	}
	char *svg;
	assert_int_equal(comparison_draw(&comparison, &svg), STATUS_OK);
	expect_whole(svg);
	keep("comparison", svg);
	assert_non_null(strstr(svg, ">55 %</text>"));
	assert_non_null(strstr(svg, "…</text>"));
	free(svg);
}

static void
test_trial(void **state)
{
	(void)state;
	static double past_at[DAYS], past[DAYS], low[DAYS], high[DAYS];
	for (int i = 0; i < DAYS; i++) {
		past_at[i] = 18000 + i * 30.4;
		past[i] = 200 + 40 * sin(i / 2.0);
		low[i] = past[i] - 30;
		high[i] = past[i] + 35;
	}
	struct trial trial = { .about = { "t", "Backtest", "monthly, 24 origins", "told", false, true },
		.past_at = past_at,
		.past = past,
		.n_past = DAYS,
		.n_origins = 3,
		.band = { { "1-3 months", 0.82, 0.96, { 0.6, 0.9, 1.2 } }, { "4-6 months", 0.78, 0.93, { 0.8, 1.0, 1.4 } },
		    { "7-12 months", 0.74, NAN, { 0.9, 1.1, NAN } } },
		.n_bands = 3,
		.method = { "juyan", "seasonal naive", "naive" },
		.n_methods = 3 };
	for (int i = 0; i < 3; i++)
		trial.origin[i] =
		    (struct trial_origin){ past_at + 12 + 14 * i, past + 11 + 14 * i, low + 11 + 14 * i, high + 11 + 14 * i, 12 };
	char *svg;
	assert_int_equal(trial_draw(&trial, &svg), STATUS_OK);
	expect_whole(svg);
	keep("trial", svg);
	assert_non_null(strstr(svg, ">82</text>"));
	free(svg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_numbers),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_fan),
		cmocka_unit_test(test_fan_of_nothing),
		cmocka_unit_test(test_labels_keep_apart),
		cmocka_unit_test(test_waterfall),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_trial),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Cleaning: what was planted in made-up series is found, and undisturbed ones of many kinds are left alone. A made-up series has a
 * season, a slow growth and noise that is white, drags on, or wanders.
 */
#include "check.h"

#include <math.h>

#include "any.h"
#include "chance.h"
#include "clean.h"

enum { STEPS = 240, SERIES = 150, UNDISTURBED = 800 };

enum noise { WHITE, DRAGGING, WANDERING, NOISES };

static double values[STEPS], before[STEPS];
static struct chance chance;

static double
season_at(size_t i)
{
	return 0.15 * sin(2.0 * M_PI * (double)i / 12.0) + 0.1 * cos(4.0 * M_PI * (double)i / 12.0);
}

static void
make(enum noise noise)
{
	double error = 0.0, part = noise == WHITE ? 0.0 : noise == DRAGGING ? 0.7 : 1.0;
	for (size_t i = 0; i < STEPS; i++) {
		error = part * error + 0.06 * chance_normal(&chance);
		before[i] = values[i] = 1000.0 * exp(0.003 * (double)i + season_at(i) + error);
	}
}

static struct cleaned
clean(size_t n, const double *open, struct clean_options options)
{
	struct series series = { .values = values, .n = n, .periods = { 12 }, .n_periods = 1 };
	struct cleaned cleaned;
	struct reason why = { "" };
	enum status status = clean_series(&series, open, &options, &cleaned, &why);
	if (status != STATUS_OK)
		fail_msg("%s", why.text);
	for (size_t i = 0; i < n; i++) {
		assert_true(isfinite(cleaned.values[i]) && cleaned.values[i] >= 0.0);
		assert_true(cleaned.kind[i] != CLEAN_KEPT || open != NULL || cleaned.values[i] == values[i]);
		assert_true(cleaned.weight[i] == (cleaned.kind[i] == CLEAN_KEPT ? 1.0 : 0.0));
	}
	return cleaned;
}

static size_t
count(const struct cleaned *cleaned, enum clean_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < cleaned->n; i++)
		n += cleaned->kind[i] == kind;
	return n;
}

static void
test_undisturbed(void **state)
{
	(void)state;
	for (enum noise noise = WHITE; noise < NOISES; noise++) {
		size_t replaced = 0, broken = 0;
		for (size_t s = 0; s < UNDISTURBED; s++) {
			make(noise);
			struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
			replaced += count(&cleaned, CLEAN_KEPT) + count(&cleaned, CLEAN_SHOCK) < STEPS;
			broken += cleaned.n_breaks > 0;
			assert_true(cleaned.n_notes > 0 || (cleaned.n_breaks == 0 && count(&cleaned, CLEAN_KEPT) == STEPS));
			clean_close(&cleaned);
		}
		printf("noise %d: of %d series, %zu with a value replaced, %zu with a break\n", (int)noise, UNDISTURBED, replaced,
		    broken);
		assert_true(replaced * 20 <= UNDISTURBED);
		assert_true(broken * 20 <= UNDISTURBED);
	}
}

/* The record day of three times its neighbours, and the part of a month. */
static void
test_outliers(void **state)
{
	size_t found = 0;
	(void)state;
	for (size_t s = 0; s < SERIES; s++) {
		make((enum noise)(s % NOISES));
		size_t high = 10 + chance_index(&chance, 100), low = 130 + chance_index(&chance, 100);
		values[high] *= 3.0;
		values[low] *= 0.3;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
		found += cleaned.kind[high] == CLEAN_OUTLIER;
		found += cleaned.kind[low] == CLEAN_OUTLIER;
		if (cleaned.kind[high] == CLEAN_OUTLIER)
			assert_true(fabs(log(cleaned.values[high] / before[high])) < 0.5);
		clean_close(&cleaned);
		bool keep[STEPS] = { false };
		keep[high] = true;
		cleaned = clean(STEPS, NULL, (struct clean_options){ .keep = keep });
		assert_int_equal(cleaned.kind[high], CLEAN_KEPT);
		clean_close(&cleaned);
		cleaned = clean(STEPS, NULL, (struct clean_options){ .keep_outliers = true });
		assert_int_equal(count(&cleaned, CLEAN_OUTLIER), 0);
		clean_close(&cleaned);
	}
	printf("%zu of %d wild values found\n", found, 2 * SERIES);
	assert_true(found * 100 >= 2 * SERIES * 98);
}

/* Gaps, single and long, anywhere, are filled with what belongs there. */
static void
test_gaps(void **state)
{
	(void)state;
	for (size_t s = 0; s < 30; s++) {
		make(WHITE);
		for (size_t i = 0; i < 15; i++)
			values[chance_index(&chance, STEPS)] = NAN;
		values[0] = values[STEPS - 1] = NAN;
		for (size_t i = 100; i < 107; i++)
			values[i] = NAN;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
		for (size_t i = 0; i < STEPS; i++) {
			assert_true(isnan(values[i]) == (cleaned.kind[i] == CLEAN_GAP));
			if (isnan(values[i]))
				assert_true(fabs(log(cleaned.values[i] / before[i])) < 0.5);
		}
		clean_close(&cleaned);
	}
}

/* Half a year of next to nothing, as in a border that was shut; the months are told, and the trend does not see them. */
static void
test_shut(void **state)
{
	(void)state;
	for (size_t s = 0; s < 30; s++) {
		make(DRAGGING);
		size_t from = 30 + chance_index(&chance, 180), length = 1 + chance_index(&chance, 7);
		for (size_t i = from; i < from + length; i++)
			values[i] = i % 2 == 0 ? 0.0 : 3.0;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
		for (size_t i = 0; i < STEPS; i++)
			assert_true((cleaned.kind[i] == CLEAN_SHUT) == (i >= from && i < from + length));
		for (size_t i = from; i < from + length; i++)
			assert_true(fabs(log(cleaned.values[i] / before[i])) < 1.0);
		assert_non_null(strstr(cleaned.notes[0], "next to nothing went through"));
		clean_close(&cleaned);
	}
}

/* What stands at both ends is told, and stays unless it is asked for. One white series in some hundreds seems to have a break. */
static void
test_ends(void **state)
{
	(void)state;
	size_t whole = 0;
	for (size_t s = 0; s < 30; s++) {
		make(WHITE);
		for (size_t i = 0; i < 5; i++)
			values[i] = 0.0;
		for (size_t i = STEPS - 4; i < STEPS; i++)
			values[i] = 0.0;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
		assert_int_equal(cleaned.begin, 5);
		assert_int_equal(cleaned.at_end, 4);
		whole += cleaned.regime == 5;
		assert_int_equal(count(&cleaned, CLEAN_BEFORE), 5);
		assert_int_equal(count(&cleaned, CLEAN_END), 4);
		assert_true(cleaned.values[STEPS - 1] == 0.0 && cleaned.values[0] == 0.0);
		clean_close(&cleaned);
		cleaned = clean(STEPS, NULL, (struct clean_options){ .replace_end = true });
		assert_true(fabs(log(cleaned.values[STEPS - 1] / before[STEPS - 1])) < 0.5);
		clean_close(&cleaned);
	}
	assert_true(whole >= 27);
}

/* Steps that the calendar shuts tell nothing; those open in part count as if open, if that is wished. */
static void
test_calendar(void **state)
{
	double open[STEPS];
	(void)state;
	make(WHITE);
	for (size_t i = 0; i < STEPS; i++)
		open[i] = i % 50 == 20 ? 0.0 : i % 50 == 21 ? 0.5 : 1.0;
	for (size_t i = 0; i < STEPS; i++)
		values[i] *= open[i];
	struct cleaned cleaned = clean(STEPS, open, (struct clean_options){ .reopen = true });
	for (size_t i = 0; i < STEPS; i++) {
		assert_true((cleaned.kind[i] == CLEAN_CLOSED) == (i % 50 == 20));
		if (i % 50 == 20)
			assert_true(fabs(log(cleaned.values[i] / before[i])) < 0.5);
		if (i % 50 == 21)
			assert_true(fabs(cleaned.values[i] / before[i] - 1.0) < 1e-12);
	}
	clean_close(&cleaned);
}

/* A fall by 60 % for four months is temporary and is undone only if wished; one that stays is the beginning of the present. */
static void
test_breaks(void **state)
{
	size_t temporary = 0, lasting = 0, young = 0;
	(void)state;
	for (size_t s = 0; s < SERIES; s++) {
		double level[STEPS];
		make((enum noise)(s % NOISES));
		for (size_t i = 0; i < STEPS; i++)
			values[i] *= (i >= 80 && i < 84) || i >= 180 ? 0.4 : 1.0;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ .replace_shocks = true });
		for (size_t b = 0; b < cleaned.n_breaks; b++) {
			const struct level_break *found = &cleaned.breaks[b];
			assert_true(cleaned.of_log);
			temporary += found->kind == BREAK_TEMPORARY && found->at == 80 && found->until == 84;
			if (found->kind != BREAK_LASTING || found->at != 180)
				continue;
			lasting++;
			assert_true(fabs(found->after - found->before - log(0.4)) < 0.6);
			clean_on_present_level(&cleaned, level);
			if (cleaned.n_breaks == 2)
				for (size_t i = 150; i < 200; i++)
					assert_true(i < 180 ? fabs(log(level[i] / (0.4 * before[i]))) < 0.5
							    : level[i] == cleaned.values[i]);
		}
		if (cleaned.kind[81] == CLEAN_SHOCK)
			assert_true(fabs(log(cleaned.values[81] / before[81])) < 1.0);
		clean_close(&cleaned);
		/* Asked six months after the fall, whether it lasts is not known. */
		cleaned = clean(186, NULL, (struct clean_options){ 0 });
		young += cleaned.n_breaks > 0 && cleaned.breaks[cleaned.n_breaks - 1].kind == BREAK_YOUNG && cleaned.regime == 180;
		clean_close(&cleaned);
	}
	printf("of %d each: %zu temporary, %zu lasting, %zu young\n", SERIES, temporary, lasting, young);
	assert_true(temporary * 10 >= SERIES * 9 && lasting * 10 >= SERIES * 9 && young * 10 >= SERIES * 9);
}

/* One good month within a fall that stays is not its end; a rise is found as a fall is. */
static void
test_one_good_month(void **state)
{
	size_t found = 0;
	(void)state;
	for (size_t s = 0; s < SERIES; s++) {
		make(WHITE);
		for (size_t i = 150; i < STEPS; i++)
			values[i] *= i == 170 ? 1.0 : s % 2 == 0 ? 0.4 : 2.5;
		struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ .keep_outliers = true });
		const struct level_break *only = &cleaned.breaks[0];
		if (cleaned.n_breaks == 1 && only->at == 150 && only->kind == BREAK_LASTING) {
			found++;
			assert_int_equal(only->until, STEPS);
			assert_int_equal(cleaned.regime, 150);
			assert_non_null(strstr(cleaned.notes[0], s % 2 == 0 ? "the level fell by" : "the level rose by"));
			assert_non_null(strstr(cleaned.notes[0], "from step 151 on and stayed there"));
		}
		clean_close(&cleaned);
	}
	printf("%zu of %d lasting breaks found, and nothing else\n", found, SERIES);
	assert_true(found * 100 >= SERIES * 90);
}

/* Where one step in twenty is wild, that is the way of the series. */
static void
test_common_spikes(void **state)
{
	(void)state;
	make(WHITE);
	for (size_t i = 0; i < STEPS; i++)
		values[i] *= i % 20 == 3 + i / 20 % 5 ? 3.0 : 1.0;
	struct cleaned cleaned = clean(STEPS, NULL, (struct clean_options){ 0 });
	assert_int_equal(count(&cleaned, CLEAN_OUTLIER), 0);
	assert_memory_equal(cleaned.values, values, sizeof values);
	clean_close(&cleaned);
}

/* What was cleaned is clean, but for what stands at the limit of being common; in another unit it is the same in that unit. */
static void
test_again(void **state)
{
	size_t same = 0;
	(void)state;
	for (size_t s = 0; s < SERIES; s++) {
		make((enum noise)(s % NOISES));
		for (size_t i = 0; i < 8; i++)
			values[chance_index(&chance, STEPS)] *= i % 2 == 0 ? NAN : 5.0 * chance_uniform(&chance);
		struct cleaned first = clean(STEPS, NULL, (struct clean_options){ 0 });
		for (size_t i = 0; i < STEPS; i++)
			values[i] *= 1000.0;
		struct cleaned scaled = clean(STEPS, NULL, (struct clean_options){ 0 });
		memcpy(values, first.values, sizeof values);
		struct cleaned second = clean(STEPS, NULL, (struct clean_options){ 0 });
		same += memcmp(first.values, second.values, sizeof values) == 0;
		for (size_t i = 0; i < STEPS; i++) {
			assert_int_equal(first.kind[i], scaled.kind[i]);
			assert_true(fabs(scaled.values[i] / first.values[i] / 1000.0 - 1.0) < 1e-9);
		}
		clean_close(&first);
		clean_close(&scaled);
		clean_close(&second);
	}
	assert_true(same * 100 >= SERIES * 98);
}

/* Regular zeros, and series that often have none, are what they are. */
static void
test_zeros_that_stay(void **state)
{
	static double daily[700];
	struct series week = { .values = daily, .n = 700, .periods = { 7 }, .n_periods = 1 };
	struct cleaned cleaned;
	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < 700; i++)
			daily[i] = (kind == 0 ? i % 7 == 6 : chance_uniform(&chance) < 0.4)
			    ? 0.0
			    : 100.0 * exp(0.2 * chance_normal(&chance));
		assert_int_equal(clean_series(&week, NULL, &(struct clean_options){ 0 }, &cleaned, NULL), STATUS_OK);
		for (size_t i = 7; i + 7 < 700; i++)
			assert_true(cleaned.kind[i] != CLEAN_SHUT && (daily[i] != 0.0 || cleaned.values[i] == 0.0));
		clean_close(&cleaned);
	}
}

/* A day on which hardly anything goes through is found once, and left to the season where it comes every year. */
static void
test_day_of_the_year(void **state)
{
	static double daily[1600];
	struct series week = { .values = daily, .n = 1600, .periods = { 7, 365.25 }, .n_periods = 2 };
	struct cleaned cleaned;
	(void)state;
	for (size_t i = 0; i < 1600; i++)
		daily[i] =
		    (i % 365 == 200 || i == 777 ? 0.3 : 1.0) * (i % 7 == 6 ? 60.0 : 100.0) * exp(0.1 * chance_normal(&chance));
	assert_int_equal(clean_series(&week, NULL, &(struct clean_options){ 0 }, &cleaned, NULL), STATUS_OK);
	for (size_t i = 200; i < 1600; i += 365)
		assert_int_equal(cleaned.kind[i], CLEAN_KEPT);
	assert_int_equal(cleaned.kind[777], CLEAN_OUTLIER);
	assert_true(count(&cleaned, CLEAN_OUTLIER) <= 2);
	assert_int_equal(cleaned.n_breaks, 0);
	clean_close(&cleaned);
}

/* Whatever the series, there is an answer or a reason. */
static void
test_odd_series(void **state)
{
	struct series series = { .values = values, .n = 0, .periods = { 12, 7 }, .n_periods = 1 };
	struct cleaned cleaned;
	struct reason why;
	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		series.n = chance_index(&chance, 60);
		series.n_periods = chance_index(&chance, 2);
		size_t known = 0;
		for (size_t i = 0; i < series.n; i++) {
			double wild = chance_uniform(&chance);
			values[i] = wild < 0.2 * (double)(round % 5) ? NAN
			    : wild < 0.5                             ? 0.0
			    : round % 3 == 0                         ? 7.0
					     : exp(10.0 * chance_normal(&chance)) * (round % 7 == 0 ? -1.0 : 1.0);
			known += isnan(values[i]) ? 0 : 1;
		}
		enum status status = clean_series(&series, NULL, &(struct clean_options){ .replace_shocks = true }, &cleaned, &why);
		assert_int_equal(status, known == 0 ? STATUS_TOO_FEW : STATUS_OK);
		for (size_t i = 0; i < series.n && status == STATUS_OK; i++)
			assert_true(isfinite(cleaned.values[i]));
		if (status == STATUS_OK)
			clean_close(&cleaned);
	}
	values[0] = INFINITY;
	series.n = 1;
	assert_int_equal(clean_series(&series, NULL, &(struct clean_options){ 0 }, &cleaned, &why), STATUS_OUT_OF_RANGE);
	assert_string_equal(why.text, "a value of the series is infinite");
}

int
main(void)
{
	any_begin();
	chance = chance_begin(any_bits(), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undisturbed),
		cmocka_unit_test(test_outliers),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_shut),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_one_good_month),
		cmocka_unit_test(test_common_spikes),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_zeros_that_stay),
		cmocka_unit_test(test_day_of_the_year),
		cmocka_unit_test(test_odd_series),
	};
	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}

/*
 * Paths that belong together: leaves share the mass of their whole's paths to the kilogram, by rank, and never below zero; what
 * carries nothing stays empty; limits hold; leaves that are not named stay as they are. Random leaves; the seed is printed.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chance.h"
#include "reconcile.h"

enum { LEAVES = 5, PATHS = 120, DAYS = 30, ROUNDS = 20, EMPTY_DAY = 7 };

static struct chance chance;

static struct leaves
leaves_of_chance(void)
{
	struct leaves leaves = { .days = DAYS, .paths = PATHS, .n = LEAVES };
	leaves.leaf = calloc(LEAVES, sizeof *leaves.leaf);
	leaves.future_kg = calloc(LEAVES * PATHS * DAYS, sizeof *leaves.future_kg);
	assert_true(leaves.leaf != NULL && leaves.future_kg != NULL);
	for (size_t i = 0; i < LEAVES; i++)
		for (size_t p = 0; p < PATHS; p++)
			for (size_t d = 0; d < DAYS; d++) {
				bool carries = d != EMPTY_DAY && chance_index(&chance, i + 1) == 0;
				leaves_path(&leaves, i, p)[d] =
				    carries ? (int64_t)(1000.0 * pow(10.0, (double)i) * chance_uniform(&chance)) : 0;
			}
	return leaves;
}

static int64_t
sum_on(const struct leaves *leaves, const size_t *which, size_t n, size_t path, size_t day)
{
	int64_t kg = 0;
	for (size_t i = 0; i < n; i++)
		kg += leaves_path(leaves, which[i], path)[day];
	return kg;
}

static void
leaves_share_their_whole(void **state)
{
	(void)state;
	const size_t which[] = { 0, 2, 3, 4 };
	for (int round = 0; round < ROUNDS; round++) {
		struct leaves leaves = leaves_of_chance(), before;
		static double whole[PATHS * DAYS];
		assert_int_equal(leaves_copy(&leaves, &before), STATUS_OK);
		for (size_t p = 0; p < PATHS; p++)
			for (size_t d = 0; d < DAYS; d++)
				whole[p * DAYS + d] = 8e6 * (0.8 + 0.4 * chance_uniform(&chance));
		assert_int_equal(reconcile_to_whole(&leaves, which, 4, whole), STATUS_OK);
		for (size_t p = 0; p < PATHS; p++)
			for (size_t d = 0; d < DAYS; d++) {
				int64_t had = sum_on(&before, which, 4, p, d), has = sum_on(&leaves, which, 4, p, d);
				assert_true(has <= had * RECONCILE_MOST + 1 && has >= had / RECONCILE_MOST - 1);
				assert_int_equal(leaves_path(&leaves, 1, p)[d], leaves_path(&before, 1, p)[d]);
				for (size_t i = 0; i < 4; i++) {
					int64_t kg = leaves_path(&leaves, which[i], p)[d],
						was = leaves_path(&before, which[i], p)[d];
					assert_true(kg >= 0 && (was > 0 || kg == 0));
					if (had > 0) /* each within a kilogram of its share */
						assert_true(
						    fabs((double)kg - (double)was * (double)has / (double)had) <= 1.0 + 1e-6);
				}
			}
		leaves_close(&leaves);
		leaves_close(&before);
	}
}

/* One leaf that carries every day takes the whole's paths as they are: each of them once, in the order of its own ranks. */
static void
every_path_of_the_whole_is_taken_once(void **state)
{
	(void)state;
	const size_t which[] = { 0 };
	struct leaves leaves = leaves_of_chance();
	static double whole[PATHS * DAYS];
	static bool taken[PATHS];
	double own[PATHS] = { 0.0 };
	memset(taken, 0, sizeof taken);
	for (size_t p = 0; p < PATHS; p++)
		for (size_t d = 0; d < DAYS; d++) {
			leaves_path(&leaves, 0, p)[d] = 500 + (int64_t)chance_index(&chance, 500);
			own[p] += (double)leaves_path(&leaves, 0, p)[d];
			whole[p * DAYS + d] = 700.0 + (double)chance_index(&chance, 500);
		}
	assert_int_equal(reconcile_to_whole(&leaves, which, 1, whole), STATUS_OK);
	double total[PATHS];
	for (size_t p = 0; p < PATHS; p++) {
		size_t match = PATHS;
		total[p] = 0.0;
		for (size_t q = 0; q < PATHS; q++) {
			size_t same = 0;
			while (same < DAYS && leaves_path(&leaves, 0, p)[same] == (int64_t)whole[q * DAYS + same])
				same++;
			match = same == DAYS ? q : match;
		}
		assert_true(match < PATHS && !taken[match]);
		taken[match] = true;
		for (size_t d = 0; d < DAYS; d++)
			total[p] += whole[match * DAYS + d];
	}
	for (size_t p = 0; p < PATHS; p++)
		for (size_t q = 0; q < PATHS; q++)
			if (own[p] < own[q])
				assert_true(total[p] <= total[q]);
	leaves_close(&leaves);
}

static void
limits_hold_and_take_from_all_alike(void **state)
{
	(void)state;
	const size_t which[] = { 1, 2, 4 };
	int64_t most_kg[DAYS];
	struct leaves leaves = leaves_of_chance(), before;
	assert_int_equal(leaves_copy(&leaves, &before), STATUS_OK);
	for (size_t d = 0; d < DAYS; d++)
		most_kg[d] = d % 3 == 0 ? INT64_MAX : (int64_t)chance_index(&chance, 3000000);
	reconcile_limit(&leaves, which, 3, most_kg);
	for (size_t p = 0; p < PATHS; p++)
		for (size_t d = 0; d < DAYS; d++) {
			int64_t had = sum_on(&before, which, 3, p, d);
			assert_int_equal(sum_on(&leaves, which, 3, p, d), had < most_kg[d] ? had : most_kg[d]);
			for (size_t i = 0; i < LEAVES; i++) {
				int64_t kg = leaves_path(&leaves, i, p)[d], was = leaves_path(&before, i, p)[d];
				assert_true(kg >= 0 && kg <= was + 1);
				if (i == 0 || i == 3)
					assert_int_equal(kg, was);
			}
		}
	leaves_close(&leaves);
	leaves_close(&before);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("seed=%llu\n", (unsigned long long)seed);
	chance = chance_begin(seed, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_share_their_whole),
		cmocka_unit_test(every_path_of_the_whole_is_taken_once),
		cmocka_unit_test(limits_hold_and_take_from_all_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Sharing in whole kilograms: leaf i gets what the first i + 1 leaves are to have, rounded, less what the first i have. So the
 * parts add up exactly, each within a kilogram of its share, and nothing stays nothing.
 */
#include "reconcile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ranked {
	double total;
	size_t path;
};

static int
rank_order(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	if (a->total != b->total)
		return a->total < b->total ? -1 : 1;
	return (a->path > b->path) - (a->path < b->path);
}

/* One path of some leaves while it is shared out, by day. */
struct share {
	int64_t *had;     /* of all of these leaves together */
	int64_t *to_have; /* what they are to have together */
	int64_t *seen;    /* had by the leaves that were done */
	int64_t *given;   /* given to them */
};

static bool
share_open(struct share *share, size_t days)
{
	share->had = calloc(4 * days + 1, sizeof *share->had);
	share->to_have = share->had + days;
	share->seen = share->had + 2 * days;
	share->given = share->had + 3 * days;
	return share->had != NULL;
}

static void
sum_path(const struct leaves *leaves, const size_t *which, size_t n, size_t path, int64_t *sum)
{
	memset(sum, 0, leaves->days * sizeof *sum);
	for (size_t i = 0; i < n; i++) {
		const int64_t *kg = leaves_path(leaves, which[i], path);
		for (size_t d = 0; d < leaves->days; d++)
			sum[d] += kg[d];
	}
}

static void
share_out(struct leaves *leaves, const size_t *which, size_t n, size_t path, struct share *share)
{
	memset(share->seen, 0, 2 * leaves->days * sizeof *share->seen);
	for (size_t i = 0; i < n; i++) {
		int64_t *kg = leaves_path(leaves, which[i], path);
		for (size_t d = 0; d < leaves->days; d++) {
			if (share->had[d] == share->to_have[d] || kg[d] == 0)
				continue;
			share->seen[d] += kg[d];
			double part = (double)share->seen[d] / (double)share->had[d];
			int64_t upto = share->seen[d] == share->had[d] ? share->to_have[d]
								       : (int64_t)llround(part * (double)share->to_have[d]);
			kg[d] = upto - share->given[d];
			share->given[d] = upto;
		}
	}
}

static int64_t
wanted(int64_t had, double whole)
{
	double least = (double)had / RECONCILE_MOST, most = (double)had * RECONCILE_MOST;
	return (int64_t)llround(fmin(fmax(whole, least), most));
}

static void
rank(const struct leaves *leaves, const size_t *which, size_t n, const double *whole, struct ranked *leaf_rank,
    struct ranked *whole_rank, int64_t *sum)
{
	for (size_t p = 0; p < leaves->paths; p++) {
		leaf_rank[p] = whole_rank[p] = (struct ranked){ 0.0, p };
		sum_path(leaves, which, n, p, sum);
		for (size_t d = 0; d < leaves->days; d++) {
			leaf_rank[p].total += (double)sum[d];
			whole_rank[p].total += whole[p * leaves->days + d];
		}
	}
	qsort(leaf_rank, leaves->paths, sizeof *leaf_rank, rank_order);
	qsort(whole_rank, leaves->paths, sizeof *whole_rank, rank_order);
}

enum status
reconcile_to_whole(struct leaves *leaves, const size_t *which, size_t n, const double *whole)
{
	struct share share = { NULL };
	struct ranked *ranks = calloc(2 * leaves->paths + 1, sizeof *ranks);
	if (ranks == NULL || !share_open(&share, leaves->days)) {
		free(ranks);
		return STATUS_NO_MEMORY;
	}
	struct ranked *leaf_rank = ranks, *whole_rank = ranks + leaves->paths;
	rank(leaves, which, n, whole, leaf_rank, whole_rank, share.had);
	for (size_t r = 0; r < leaves->paths; r++) {
		sum_path(leaves, which, n, leaf_rank[r].path, share.had);
		for (size_t d = 0; d < leaves->days; d++)
			share.to_have[d] = wanted(share.had[d], whole[whole_rank[r].path * leaves->days + d]);
		share_out(leaves, which, n, leaf_rank[r].path, &share);
	}
	free(share.had);
	free(ranks);
	return STATUS_OK;
}

/* Here there is nothing to fail: the day's sum and its share are worked out one day after the other. */
void
reconcile_limit(struct leaves *leaves, const size_t *which, size_t n, const int64_t *most_kg)
{
	for (size_t p = 0; p < leaves->paths; p++)
		for (size_t d = 0; d < leaves->days; d++) {
			int64_t had = 0, seen = 0, given = 0;
			for (size_t i = 0; most_kg[d] < INT64_MAX && i < n; i++)
				had += leaves_path(leaves, which[i], p)[d];
			for (size_t i = 0; had > most_kg[d] && i < n; i++) {
				int64_t *kg = &leaves_path(leaves, which[i], p)[d];
				seen += *kg;
				double part = (double)seen / (double)had;
				int64_t upto = seen == had ? most_kg[d] : (int64_t)llround(part * (double)most_kg[d]);
				*kg = upto - given;
				given = upto;
			}
		}
}

void
reconcile_sums(const struct leaves *leaves, int64_t *sums)
{
	memset(sums, 0, leaves->n * leaves->days * sizeof *sums);
	for (size_t i = 0; i < leaves->n; i++)
		for (size_t p = 0; p < leaves->paths; p++) {
			const int64_t *kg = leaves_path(leaves, i, p);
			for (size_t d = 0; d < leaves->days; d++)
				sums[i * leaves->days + d] += kg[d];
		}
}

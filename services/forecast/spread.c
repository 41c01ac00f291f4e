/* See spread.h. */
#include "spread.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

int64_t
spread_quantile(const int64_t *sorted, size_t n, double p)
{
	assert(n > 0 && p >= 0 && p <= 1);
	double at = p * (double)(n - 1);
	size_t below = (size_t)at;
	if (below + 1 >= n)
		return sorted[n - 1];
	double share = at - (double)below;
	return sorted[below] + (int64_t)llround(share * (double)(sorted[below + 1] - sorted[below]));
}

/* By differences from the first, so that the sum of many large masses stays far from the end of the integers. */
static int64_t
mean_of(const int64_t *values, size_t n)
{
	int64_t sum = 0, count = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		sum += values[i] - values[0];
	int64_t twice = 2 * sum + (sum < 0 ? -count : count);
	return values[0] + twice / (2 * count);
}

void
spread_of(int64_t *values, size_t n, Juyan__V1__Quantiles *out)
{
	qsort(values, n, sizeof *values, compare);
	out->mean_kg = mean_of(values, n);
	out->p025_kg = spread_quantile(values, n, 0.025);
	out->p10_kg = spread_quantile(values, n, 0.1);
	out->p25_kg = spread_quantile(values, n, 0.25);
	out->p50_kg = spread_quantile(values, n, 0.5);
	out->p75_kg = spread_quantile(values, n, 0.75);
	out->p90_kg = spread_quantile(values, n, 0.9);
	out->p975_kg = spread_quantile(values, n, 0.975);
}

void
spread_known(int64_t kg, Juyan__V1__Quantiles *out)
{
	spread_of(&kg, 1, out);
}

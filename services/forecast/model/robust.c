/* See robust.h. */
#include "robust.h"

#include <math.h>

#define NORMAL 1.4826

/* Moves the values so that the k-th stands at k, none before it is greater and none behind it less (Hoare 1961). */
static double
select_kth(double *values, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;
	while (low < high) {
		double pivot = values[low + (high - low) / 2], swap;
		ptrdiff_t i = (ptrdiff_t)low - 1, j = (ptrdiff_t)high + 1;
		for (;;) {
			do
				i++;
			while (values[i] < pivot);
			do
				j--;
			while (values[j] > pivot);
			if (i >= j)
				break;
			swap = values[i];
			values[i] = values[j];
			values[j] = swap;
		}
		if (k <= (size_t)j)
			high = (size_t)j;
		else
			low = (size_t)j + 1;
	}
	return values[k];
}

double
robust_median(double *values, size_t n)
{
	if (n == 0)
		return NAN;
	double upper = select_kth(values, n, n / 2), lower = upper;
	if (n % 2 == 0) {
		lower = values[0];
		for (size_t i = 1; i < n / 2; i++)
			lower = fmax(lower, values[i]);
	}
	return lower + (upper - lower) / 2.0;
}

double
robust_deviation(double *values, size_t n, double middle)
{
	for (size_t i = 0; i < n; i++)
		values[i] = fabs(values[i] - middle);
	return NORMAL * robust_median(values, n);
}

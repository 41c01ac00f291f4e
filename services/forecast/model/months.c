/* See months.h. */
#include "months.h"

#include <assert.h>
#include <math.h>

#define MONTHS_A_YEAR 12.0

size_t
months_in(size_t n, double year)
{
	return (size_t)((double)n * MONTHS_A_YEAR / year);
}

size_t
months_ahead(size_t horizon, double year)
{
	return (size_t)ceil((double)horizon * MONTHS_A_YEAR / year) + 1;
}

/* Days from the end to the end of the month that is `back` before the last. */
static size_t
days_back(size_t back, double year)
{
	return (size_t)lround((double)back * year / MONTHS_A_YEAR);
}

void
months_make(const struct adjusted *adjusted, double year, double *out)
{
	size_t n = adjusted->n, months = months_in(n, year);
	for (size_t back = 0; back < months; back++) {
		size_t end = n - days_back(back, year), far = days_back(back + 1, year);
		size_t begin = far < n ? n - far : 0;
		double sum = 0.0;
		assert(begin < end);
		for (size_t i = begin; i < end; i++)
			sum += adjusted->level[i];
		out[months - 1 - back] = adjusted_value(adjusted, sum / (double)(end - begin));
	}
}

double
months_day(const double *months, size_t n, double year, size_t h)
{
	double at = fmax(0.0, ((double)h + 0.5) * MONTHS_A_YEAR / year - 0.5);
	size_t before = (size_t)at;
	assert(n > 0);
	if (before + 1 >= n)
		return months[n - 1];
	return months[before] + (at - (double)before) * (months[before + 1] - months[before]);
}

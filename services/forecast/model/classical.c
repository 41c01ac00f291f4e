/* See classical.h. */
#include "classical.h"

#include <assert.h>

/* The mean of one period's length around t; an even length counts both its ends half. */
static double
centred_mean(const double *values, size_t t, size_t period)
{
	size_t half = period / 2;
	double sum = 0.0;
	for (size_t k = t - half + (period % 2 == 0); k < t + half + (period % 2 != 0); k++)
		sum += values[k];
	if (period % 2 == 0)
		sum += 0.5 * (values[t - half] + values[t + half]);
	return sum / (double)period;
}

void
classical_season(const double *values, size_t n, size_t period, bool multiplied, double *season)
{
	assert(period >= 2 && n >= 2 * period);
	size_t half = period / 2;
	double mean = 0.0;
	for (size_t k = 0; k < period; k++) {
		double sum = 0.0;
		size_t count = 0;
		for (size_t t = k < half ? k + period : k; t + half < n; t += period) {
			double around = centred_mean(values, t, period);
			sum += multiplied ? values[t] / around : values[t] - around;
			count++;
		}
		season[k] = count > 0 ? sum / (double)count : multiplied ? 1.0 : 0.0;
		mean += season[k] / (double)period;
	}
	for (size_t k = 0; k < period; k++)
		season[k] = multiplied ? season[k] / mean : season[k] - mean;
}

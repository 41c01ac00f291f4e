/* See arima_tests.h. */
#include "arima_tests.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stl.h"

/* The authors' critical value at 5 %. */
#define KPSS_LEVEL_5 0.463
#define SAME 1e-12

static double
mean_of(const double *y, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += y[i];
	return n == 0 ? 0.0 : sum / (double)n;
}

static double
variance_of(const double *y, size_t n)
{
	double mean = mean_of(y, n), sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += (y[i] - mean) * (y[i] - mean);
	return sum;
}

bool
same_throughout(const double *y, size_t n)
{
	double most = 0.0, far = 0.0;
	for (size_t i = 0; i < n; i++) {
		most = fmax(most, fabs(y[i]));
		far = fmax(far, fabs(y[i] - y[0]));
	}
	return far <= SAME * most;
}

enum status
season_strength(const double *y, size_t n, size_t period, double *out)
{
	const struct stl_options options = { .season_window = 11 };
	double *season, *trend, *rest, whole;
	if (period < 2 || n <= 2 * period || same_throughout(y, n)) {
		*out = 0.0;
		return STATUS_OK;
	}
	season = calloc(3 * n, sizeof *season);
	if (season == NULL)
		return STATUS_NO_MEMORY;
	trend = season + n;
	rest = season + 2 * n;
	enum status status = stl_part(y, n, period, &options, season, trend, NULL);
	if (status == STATUS_OK) {
		for (size_t i = 0; i < n; i++) {
			rest[i] = y[i] - season[i] - trend[i];
			season[i] += rest[i];
		}
		whole = variance_of(season, n);
		*out = whole > 0.0 ? fmax(0.0, 1.0 - variance_of(rest, n) / whole) : 0.0;
	}
	free(season);
	return status;
}

bool
kpss_refuses(const double *y, size_t n)
{
	size_t lags = (size_t)(3.0 * sqrt((double)n) / 13.0);
	double mean = mean_of(y, n), partial = 0.0, sums = 0.0, variance = variance_of(y, n) / (double)n;
	if (n < 3 || same_throughout(y, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		partial += y[i] - mean;
		sums += partial * partial;
	}
	/* The variance in the long run, with the weights of Newey and West (1987). */
	for (size_t lag = 1; lag <= lags; lag++) {
		double sum = 0.0;
		for (size_t i = lag; i < n; i++)
			sum += (y[i] - mean) * (y[i - lag] - mean);
		variance += 2.0 * (1.0 - (double)lag / ((double)lags + 1.0)) * sum / (double)n;
	}
	return sums / ((double)n * (double)n * variance) > KPSS_LEVEL_5;
}

/* See transform.h. */
#include "transform.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "optimum.h"
#include "robust.h"

/* Of the positive values' median. */
#define OFFSET_SHARE 0.05

enum status
transform_make(const double *values, size_t n, double lambda, struct transform *out)
{
	struct transform transform = { lambda, 0.0 };
	size_t positive = 0, zeros = 0;
	if (!(lambda >= 0.0 && lambda <= 1.0))
		return STATUS_OUT_OF_RANGE;
	double *room = calloc(n + 1, sizeof *room);
	enum status status = room == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		if (values[i] < 0.0)
			status = STATUS_OUT_OF_RANGE;
		else if (values[i] > 0.0)
			room[positive++] = values[i];
		else if (values[i] == 0.0)
			zeros++;
	}
	if (status == STATUS_OK && positive == 0)
		status = STATUS_TOO_FEW;
	if (status == STATUS_OK) {
		if (zeros > 0 && lambda < 1.0)
			transform.offset = OFFSET_SHARE * robust_median(room, positive);
		*out = transform;
	}
	free(room);
	return status;
}

double
transform_there(const struct transform *transform, double value)
{
	if (transform->lambda == 1.0)
		return value;
	if (transform->lambda == 0.0)
		return log(value + transform->offset);
	return (pow(value + transform->offset, transform->lambda) - 1.0) / transform->lambda;
}

double
transform_back(const struct transform *transform, double value)
{
	if (isnan(value))
		return value;
	if (transform->lambda == 1.0)
		return fmax(value, 0.0);
	if (transform->lambda == 0.0)
		return fmax(exp(value) - transform->offset, 0.0);
	double base = fmax(transform->lambda * value + 1.0, 0.0);
	return fmax(pow(base, 1.0 / transform->lambda) - transform->offset, 0.0);
}

double
transform_back_mean(const struct transform *transform, double mean, double variance)
{
	double lambda = transform->lambda;
	if (lambda == 1.0 || isnan(mean) || !(variance > 0.0))
		return transform_back(transform, mean);
	if (lambda == 0.0)
		return fmax(exp(mean + variance / 2.0) - transform->offset, 0.0);
	double base = lambda * mean + 1.0;
	if (base <= 0.0)
		return 0.0;
	double curved = 1.0 + variance * (1.0 - lambda) / (2.0 * base * base);
	return fmax(pow(base, 1.0 / lambda) * curved - transform->offset, 0.0);
}

/* --- Guerrero ------------------------------------------------------------------------------------------------------------- */

struct stretches {
	double *mean, *spread;
	size_t n;
};

static void
add_stretch(struct stretches *stretches, const double *values, size_t n)
{
	double sum = 0.0, squares = 0.0;
	size_t known = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(values[i])) {
			sum += values[i];
			known++;
		}
	for (size_t i = 0; i < n; i++)
		if (isfinite(values[i]))
			squares += (values[i] - sum / (double)known) * (values[i] - sum / (double)known);
	if (known < 2 || !(sum > 0.0))
		return;
	stretches->mean[stretches->n] = sum / (double)known;
	stretches->spread[stretches->n++] = sqrt(squares / (double)(known - 1));
}

/* How much the ratio of spread to a power of the mean varies from stretch to stretch. */
static double
variation(const double *lambda, void *user)
{
	const struct stretches *stretches = user;
	double n = (double)stretches->n, sum = 0.0, squares = 0.0;
	for (size_t i = 0; i < stretches->n; i++)
		sum += stretches->spread[i] / pow(stretches->mean[i], 1.0 - *lambda);
	for (size_t i = 0; i < stretches->n; i++) {
		double off = stretches->spread[i] / pow(stretches->mean[i], 1.0 - *lambda) - sum / n;
		squares += off * off;
	}
	return sum > 0.0 ? sqrt(squares / (n - 1.0)) / (sum / n) : INFINITY;
}

enum status
transform_guerrero(const double *values, size_t n, size_t stretch, double *lambda)
{
	assert(stretch >= 2);
	size_t whole = n / stretch;
	struct stretches stretches = { .mean = calloc(whole + 1, sizeof(double)), .spread = calloc(whole + 1, sizeof(double)) };
	double best = 0.5, lower = 0.0, upper = 1.0, value;
	enum status status = STATUS_NO_MEMORY;
	if (stretches.mean == NULL || stretches.spread == NULL)
		goto done;
	for (size_t i = 0; i < whole; i++)
		add_stretch(&stretches, values + n - (i + 1) * stretch, stretch);
	status = STATUS_TOO_FEW;
	if (stretches.n < 2)
		goto done;
	status = optimum_find(variation, &stretches, &best, &lower, &upper, 1, &(struct optimum_options){ 0 }, &value);
	if (status == STATUS_OK)
		*lambda = best;
done:
	free(stretches.mean);
	free(stretches.spread);
	return status;
}

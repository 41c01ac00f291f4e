/* See arima_marquardt.h. */
#include "arima_marquardt.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP 1e-6          /* for the slopes */
#define DAMPING_FIRST 1e-3 /* of the diagonal's own size */
#define DAMPING_LEAST 1e-9
#define DAMPING_MOST 1e8
#define RIDGE 1e-10 /* of the largest diagonal: where a parameter moves nothing */

struct descent {
	marquardt_residuals *residuals;
	void *user;
	size_t rows, n;
	double bound;
	double *now, *tried; /* [rows] residuals */
	double *slope;       /* [n][rows] */
	double normal[MARQUARDT_PARAMETERS_MAX][MARQUARDT_PARAMETERS_MAX], fall[MARQUARDT_PARAMETERS_MAX];
};

static double
squares(const double *residual, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += residual[i] * residual[i];
	return sum;
}

static double
try(struct descent *descent, const double *x, double *residual)
{
	if (!descent->residuals(x, residual, descent->user))
		return INFINITY;
	double sum = squares(residual, descent->rows);
	return isnan(sum) ? INFINITY : sum;
}

/* The slopes of all residuals by differences, away from the bound, and the normal equations. */
static void
linearise(struct descent *descent, const double *x)
{
	double moved[MARQUARDT_PARAMETERS_MAX];
	memcpy(moved, x, descent->n * sizeof *x);
	for (size_t k = 0; k < descent->n; k++) {
		double step = x[k] > 0.0 ? -STEP : STEP, *slope = descent->slope + k * descent->rows;
		moved[k] = x[k] + step;
		bool there = isfinite(try(descent, moved, slope));
		moved[k] = x[k];
		for (size_t i = 0; i < descent->rows; i++)
			slope[i] = there ? (slope[i] - descent->now[i]) / step : 0.0;
	}
	for (size_t k = 0; k < descent->n; k++) {
		const double *a = descent->slope + k * descent->rows;
		for (size_t j = 0; j <= k; j++) {
			const double *b = descent->slope + j * descent->rows;
			double sum = 0.0;
			for (size_t i = 0; i < descent->rows; i++)
				sum += a[i] * b[i];
			descent->normal[k][j] = descent->normal[j][k] = sum;
		}
		descent->fall[k] = 0.0;
		for (size_t i = 0; i < descent->rows; i++)
			descent->fall[k] -= a[i] * descent->now[i];
	}
}

/* The step of the damped normal equations, by Cholesky's square root. False where rounding left no root. */
static bool
propose(const struct descent *descent, double damping, double *step)
{
	double root[MARQUARDT_PARAMETERS_MAX][MARQUARDT_PARAMETERS_MAX], most = 0.0;
	size_t n = descent->n;
	for (size_t k = 0; k < n; k++)
		most = fmax(most, descent->normal[k][k]);
	for (size_t k = 0; k < n; k++)
		for (size_t j = 0; j <= k; j++) {
			double sum = descent->normal[k][j];
			if (j == k)
				sum += damping * sum + RIDGE * most;
			for (size_t i = 0; i < j; i++)
				sum -= root[k][i] * root[j][i];
			if (j == k && !(sum > 0.0))
				return false;
			root[k][j] = j == k ? sqrt(sum) : sum / root[j][j];
		}
	for (size_t k = 0; k < n; k++) {
		step[k] = descent->fall[k];
		for (size_t i = 0; i < k; i++)
			step[k] -= root[k][i] * step[i];
		step[k] /= root[k][k];
	}
	for (size_t k = n; k-- > 0;) {
		for (size_t i = k + 1; i < n; i++)
			step[k] -= root[i][k] * step[i];
		step[k] /= root[k][k];
	}
	return true;
}

/* Damps more and more until a step goes down. False where none does. */
static bool
go_down(struct descent *descent, double *x, double *damping, double *sum)
{
	double step[MARQUARDT_PARAMETERS_MAX], there[MARQUARDT_PARAMETERS_MAX];
	for (; *damping <= DAMPING_MOST; *damping *= 8.0) {
		double length = 0.0;
		if (!propose(descent, *damping, step))
			continue;
		for (size_t k = 0; k < descent->n; k++) {
			/* Far steps along a flat way end where nothing is known: one unit of x is a long way already. */
			step[k] = fmin(fmax(step[k], -1.0), 1.0);
			there[k] = fmin(fmax(x[k] + step[k], -descent->bound), descent->bound);
			length = fmax(length, fabs(there[k] - x[k]));
		}
		if (length < 1e-12)
			return false;
		double value = try(descent, there, descent->tried);
		if (value < *sum) {
			double *kept = descent->now;
			descent->now = descent->tried;
			descent->tried = kept;
			memcpy(x, there, descent->n * sizeof *x);
			*sum = value;
			*damping = fmax(*damping / 10.0, DAMPING_LEAST);
			return true;
		}
	}
	return false;
}

enum status
marquardt_find(marquardt_residuals *residuals, void *user, size_t rows, double *x, size_t n,
    const struct marquardt_options *options, double *sum)
{
	struct descent descent = { .residuals = residuals, .user = user, .rows = rows, .n = n, .bound = options->bound };
	enum status status = STATUS_NO_MEMORY;
	assert(n <= MARQUARDT_PARAMETERS_MAX);
	double *room = calloc((n + 2) * rows + 1, sizeof *room), damping = DAMPING_FIRST;
	if (room == NULL)
		return status;
	descent.now = room;
	descent.tried = room + rows;
	descent.slope = room + 2 * rows;
	double best = try(&descent, x, descent.now);
	status = isfinite(best) ? STATUS_OK : STATUS_NO_FIT;
	for (int step = 0; status == STATUS_OK && n > 0 && step < options->steps_max; step++) {
		double before = best;
		linearise(&descent, x);
		if (!go_down(&descent, x, &damping, &best) || before - best <= options->tolerance * before)
			break;
	}
	free(room);
	if (status == STATUS_OK)
		*sum = best;
	return status;
}

/* See working.h. */
#include "working.h"

#include <math.h>
#include <stdlib.h>

#include "adjust.h"
#include "robust.h"

enum { KINDS = 2, PASSES = 8 };

/* What is believed of the elasticities of days and of a feast before any is seen, and give or take how much. */
static const double believed[KINDS] = { 0.5, 0.0 };
#define BELIEVED_WITHIN 0.4
/* No elasticity is taken beyond these. */
#define LEAST (-0.5)
#define MOST 2.0
/* A step farther than so many deviations from the slope counts less. */
#define STEP_WILD 1.5

struct rows {
	double *x[KINDS], *y, *rest; /* [n] each */
	size_t n;
};

/* How far each step's logarithm of days is from the usual at its place in the season; a feast is days that fall away. */
static void
put_distances(const struct forecast_task *task, double *const x[KINDS])
{
	size_t whole = task->series.n + task->horizon;
	size_t season = task->series.n_periods == 0 ? 1 : (size_t)fmax(1.0, rint(task->series.periods[0]));
	for (size_t i = 0; i < whole; i++) {
		struct working at = task->working(task->working_user, i);
		x[0][i] = log(at.days);
		x[1][i] = log(1.0 - at.feast / at.days);
	}
	for (size_t k = 0; k < KINDS; k++)
		for (size_t place = 0; place < season && place < whole; place++) {
			double sum = 0.0, count = 0.0;
			for (size_t i = place; i < whole; i += season, count += 1.0)
				sum += x[k][i];
			for (size_t i = place; i < whole; i += season)
				x[k][i] -= sum / count;
		}
}

/* Each known step between known ones, less the mean of the two; on the scale, a change of the value is smaller by its share. */
static void
put_rows(const double *values, const struct adjusted *a, double *const x[KINDS], struct rows *rows)
{
	for (size_t i = 1; i + 1 < a->n; i++) {
		double share[3];
		if (isnan(values[i - 1]) || isnan(values[i]) || isnan(values[i + 1]))
			continue;
		for (size_t g = 0; g < 3; g++) {
			size_t at = i + g - 1;
			share[g] = fmax(0.0, 1.0 - a->offset / exp(a->level[at] + a->season[at] + a->season2[at]));
		}
		for (size_t k = 0; k < KINDS; k++)
			rows->x[k][rows->n] = share[1] * x[k][i] - 0.5 * (share[0] * x[k][i - 1] + share[2] * x[k][i + 1]);
		rows->y[rows->n++] = a->level[i] - 0.5 * (a->level[i - 1] + a->level[i + 1]);
	}
}

static double
rest_of(const struct rows *rows, size_t i, const double b[KINDS])
{
	return rows->y[i] - b[0] * rows->x[0][i] - b[1] * rows->x[1][i];
}

/* One after the other, again and again. */
static void
find_slopes(const struct rows *rows, double b[KINDS])
{
	for (size_t k = 0; k < KINDS; k++)
		b[k] = believed[k];
	for (int pass = 0; pass < PASSES && rows->n > 0; pass++) {
		for (size_t i = 0; i < rows->n; i++)
			rows->rest[i] = rest_of(rows, i, b);
		double noise = robust_deviation(rows->rest, rows->n, 0.0) + 1e-6;
		double ridge = noise * noise / (BELIEVED_WITHIN * BELIEVED_WITHIN);
		for (size_t k = 0; k < KINDS; k++) {
			double top = ridge * believed[k], bottom = ridge;
			for (size_t i = 0; i < rows->n; i++) {
				double rest = rest_of(rows, i, b), x = rows->x[k][i];
				double weight = fmin(1.0, STEP_WILD * noise / (fabs(rest) + 1e-12));
				top += weight * x * (rest + b[k] * x);
				bottom += weight * x * x;
			}
			b[k] = fmin(fmax(top / bottom, LEAST), MOST);
		}
	}
}

enum status
working_learn(const struct forecast_task *task, const struct series *series, struct working_effect *effect, double *factor)
{
	size_t n = series->n, whole = n + task->horizon;
	struct adjusted adjusted;
	double b[KINDS], *x[KINDS] = { malloc((2 * whole + 4 * n) * sizeof(double)) };
	if (x[0] == NULL)
		return STATUS_NO_MEMORY;
	x[1] = x[0] + whole;
	struct rows rows = { .x = { x[1] + whole, x[1] + whole + n }, .y = x[1] + whole + 2 * n, .rest = x[1] + whole + 3 * n };
	enum status status = adjusted_make(series, 0, &adjusted);
	if (status == STATUS_OK) {
		put_distances(task, x);
		put_rows(series->values, &adjusted, x, &rows);
		find_slopes(&rows, b);
		for (size_t i = 0; i < whole; i++)
			factor[i] = exp(b[0] * x[0][i] + b[1] * x[1][i]);
		*effect = (struct working_effect){ b[0], b[1] };
		adjusted_close(&adjusted);
	}
	free(x[0]);
	return status;
}

/*
 * See arima_filter.h. The filter for series without gaps, after Morf, Sidhu and Kailath (1974), and the least squares of its
 * errors.
 */
#include "arima_filter.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From here on the variance is as good as its limit, and the gain stays. */
#define STEADY 1e-13
/* A column whose square shrinks by this much when the others are taken out of it says nothing new. */
#define SAYS_NOTHING 1e-18

double
arima_constant(const struct arima_orders *orders, size_t step)
{
	return orders->d + orders->seasonal_d == 0 ? 1.0 : (double)(step + 1);
}

static bool
orders_right(const struct arima_orders *orders)
{
	bool seasonal = orders->seasonal_p + orders->seasonal_d + orders->seasonal_q > 0;
	return orders->p <= ARIMA_ORDER_MAX && orders->q <= ARIMA_ORDER_MAX && orders->d <= ARIMA_DIFFERENCES_MAX &&
	    orders->seasonal_p <= ARIMA_SEASONAL_MAX && orders->seasonal_q <= ARIMA_SEASONAL_MAX &&
	    orders->seasonal_d <= ARIMA_SEASONAL_DIFFERENCES_MAX && orders->season <= ARIMA_SEASON_MAX &&
	    (!seasonal || orders->season >= 2) && (!orders->constant || orders->d + orders->seasonal_d <= 1);
}

static bool
rows_right(const struct arima_regressors *regressors, size_t n)
{
	return regressors == NULL || (regressors->columns <= ARIMA_REGRESSORS_MAX && regressors->n_rows >= n);
}

static enum status
fill(struct arima_work *work, const struct series *series, const struct arima_regressors *regressors)
{
	size_t n = work->n, first = work->orders.constant ? 2 : 1;
	for (size_t t = 0; t < n; t++) {
		double value = series->values[t];
		work->gaps = work->gaps || isnan(value);
		if (isinf(value))
			return STATUS_NO_FIT;
		work->data[t] = value;
		if (work->orders.constant)
			work->data[n + t] = arima_constant(&work->orders, t);
		for (size_t c = first; c < work->columns; c++) {
			work->data[c * n + t] = regressors->rows[t * regressors->columns + c - first];
			if (!isfinite(work->data[c * n + t]))
				return STATUS_NO_FIT;
		}
	}
	return STATUS_OK;
}

static void
difference(struct arima_work *work)
{
	size_t n = work->n, left = n - work->lost;
	for (size_t c = 0; c < work->columns; c++) {
		const double *data = work->data + c * n;
		double *to = work->differenced + c * left;
		for (size_t t = 0; t < left; t++) {
			double value = data[work->lost + t];
			for (size_t i = 0; i < work->lost; i++)
				if (work->delta[i] != 0.0)
					value -= work->delta[i] * data[work->lost + t - 1 - i];
			to[t] = value;
			if (c == 0)
				work->at[t] = t + work->lost;
		}
	}
	work->used = left;
}

static enum status
take_room(struct arima_work *work)
{
	size_t n = work->n, columns = work->columns;
	work->data = calloc(columns * n + 1, sizeof(double));
	work->differenced = calloc(columns * n + 1, sizeof(double));
	work->error = calloc(columns * n + 1, sizeof(double));
	work->projection = calloc(columns * n + 1, sizeof(double));
	work->triangle = calloc(columns * columns, sizeof(double));
	work->root = calloc(n + 1, sizeof(double));
	work->at = calloc(n + 1, sizeof *work->at);
	work->ending = calloc(columns * work->stride, sizeof(double));
	bool whole = work->data != NULL && work->differenced != NULL && work->error != NULL && work->projection != NULL &&
	    work->triangle != NULL && work->root != NULL && work->at != NULL && work->ending != NULL;
	return whole ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Which steps have an error depends on the gaps alone: any stationary model shows it. */
static enum status
look_through_gaps(struct arima_work *work)
{
	struct arma plain;
	double none[ARIMA_COEFFICIENTS_MAX] = { 0 };
	size_t all = work->states + work->lost;
	work->dense = calloc(3 * all * all + 2 * all, sizeof(double));
	if (work->dense == NULL)
		return STATUS_NO_MEMORY;
	arima_expand(&work->orders, none, &plain);
	return arima_filter_gaps(work, &plain) ? STATUS_OK : STATUS_NO_FIT;
}

enum status
arima_work_open(struct arima_work *work, const struct series *series, const struct arima_orders *orders,
    const struct arima_regressors *regressors)
{
	double none[ARIMA_COEFFICIENTS_MAX] = { 0 };
	struct arma arma;
	*work = (struct arima_work){ .orders = *orders, .n = series->n };
	if (!orders_right(orders) || !rows_right(regressors, series->n))
		return STATUS_USAGE;
	work->columns = 1 + (size_t)orders->constant + (regressors == NULL ? 0 : regressors->columns);
	work->lost = arima_delta(orders, work->delta);
	if (series->n <= work->lost)
		return STATUS_TOO_FEW;
	arima_expand(orders, none, &arma);
	work->states = arma.states;
	work->stride = work->states + 1 + work->lost;
	enum status status = take_room(work);
	if (status == STATUS_OK)
		status = fill(work, series, regressors);
	if (status == STATUS_OK && work->gaps)
		status = look_through_gaps(work);
	else if (status == STATUS_OK)
		difference(work);
	if (status == STATUS_OK && (work->used == 0 || work->used + 1 < work->columns))
		status = STATUS_TOO_FEW;
	if (status != STATUS_OK)
		arima_work_close(work);
	return status;
}

void
arima_work_close(struct arima_work *work)
{
	free(work->data);
	free(work->differenced);
	free(work->error);
	free(work->projection);
	free(work->triangle);
	free(work->root);
	free(work->at);
	free(work->ending);
	free(work->dense);
	*work = (struct arima_work){ 0 };
}

/*
 * The variance f of the one-step error and the covariance `gain` of the next states with it. Their changes have rank one: a
 * direction and a (negative) size, so that a step costs as much as there are states, not their square.
 */
struct variance {
	double f, size;
	double gain[ARMA_STATES_MAX + 1], turn[ARMA_STATES_MAX + 1];
	bool steady;
};

static bool
variance_begin(const struct arma *arma, struct variance *out)
{
	double cov[ARMA_STATES_MAX + 1];
	if (!arma_beginning(arma, cov))
		return false;
	memset(out, 0, sizeof *out);
	out->f = cov[0];
	out->size = -1.0 / cov[0];
	for (size_t i = 0; i < arma->states; i++)
		out->gain[i] = out->turn[i] = arma->phi[i] * cov[0] + (i + 1 < arma->states ? cov[i + 1] : 0.0);
	return isfinite(out->f);
}

static void
variance_step(struct variance *v, const struct arma *arma)
{
	double head = v->turn[0], weight = v->size * head, norm = 0.0, f = v->f + head * weight, back = head / f;
	for (size_t i = 0; i < arma->states; i++) {
		double turned = v->turn[i + 1] + arma->phi[i] * head;
		v->gain[i] += turned * weight;
		v->turn[i] = turned - v->gain[i] * back;
		norm += v->turn[i] * v->turn[i];
	}
	v->size += weight * weight / v->f;
	v->f = f;
	v->steady = fabs(v->size) * norm < STEADY;
}

/* One column's state one step on, with this error. There is a zero after the last state. */
static void
state_step(double *state, const struct arma *arma, const double *gain, double weight)
{
	double head = state[0];
	for (size_t i = 0; i < arma->states; i++)
		state[i] = state[i + 1] + arma->phi[i] * head + gain[i] * weight;
}

static void
last_values(struct arima_work *work)
{
	for (size_t c = 0; c < work->columns; c++)
		for (size_t i = 0; i < work->lost; i++)
			work->ending[c * work->stride + work->states + 1 + i] = work->data[c * work->n + work->n - 1 - i];
}

/* One step of every column; `per_f` is what the gain is still to be multiplied by. */
static void
columns_step(struct arima_work *work, const struct arma *arma, const double *gain, size_t t, double per_root, double per_f)
{
	for (size_t c = 0; c < work->columns; c++) {
		double *state = work->ending + c * work->stride;
		double error = work->differenced[c * work->used + t] - state[0];
		work->error[c * work->n + t] = error * per_root;
		state_step(state, arma, gain, error * per_f);
	}
}

bool
arima_filter(struct arima_work *work, const struct arma *arma)
{
	struct variance variance;
	double sum = 0.0, product = 1.0, root;
	size_t t = 0;
	if (work->gaps)
		return arima_filter_gaps(work, arma);
	if (!variance_begin(arma, &variance))
		return false;
	memset(work->ending, 0, work->columns * work->stride * sizeof(double));
	for (; t < work->used && !variance.steady; t++) {
		work->root[t] = root = sqrt(variance.f);
		product *= root;
		if (product > 1e100) {
			sum += log(product);
			product = 1.0;
		}
		columns_step(work, arma, variance.gain, t, 1.0 / root, 1.0 / variance.f);
		variance_step(&variance, arma);
	}
	root = sqrt(variance.f);
	sum += log(product) + (double)(work->used - t) * log(root);
	for (size_t i = 0; i < arma->states; i++)
		variance.gain[i] /= variance.f;
	for (; t < work->used; t++) {
		work->root[t] = root;
		columns_step(work, arma, variance.gain, t, 1.0 / root, 1.0);
	}
	work->log_scale = sum / (double)work->used;
	last_values(work);
	return isfinite(sum);
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static void
take_out(double *from, const double *what, double times, size_t n)
{
	for (size_t i = 0; i < n; i++)
		from[i] -= times * what[i];
}

/* Modified Gram-Schmidt (Björck 1967): column by column out of the later ones and out of the series. */
double
arima_concentrate(struct arima_work *work, bool fixed, double *slopes, double *residual)
{
	size_t n = work->used, k = work->columns - 1;
	memcpy(residual, work->error, n * sizeof *residual);
	for (size_t c = 0; c < k && fixed; c++)
		take_out(residual, work->error + (c + 1) * work->n, slopes[c], n);
	if (fixed || k == 0)
		return dot(residual, residual, n);
	for (size_t c = 0; c < k; c++) {
		const double *column = work->error + (c + 1) * work->n;
		double *rest = work->projection + c * n, *row = work->triangle + c * k, whole = dot(column, column, n);
		memcpy(rest, column, n * sizeof *rest);
		for (size_t i = 0; i < c; i++)
			if (work->triangle[i * k + i] > 0.0) {
				work->triangle[i * k + c] = dot(work->projection + i * n, rest, n) / work->triangle[i * k + i];
				take_out(rest, work->projection + i * n, work->triangle[i * k + c], n);
			}
		double left = dot(rest, rest, n);
		row[c] = left > SAYS_NOTHING * whole ? left : 0.0;
		slopes[c] = row[c] > 0.0 ? dot(rest, residual, n) / row[c] : 0.0;
		take_out(residual, rest, slopes[c], n);
	}
	for (size_t c = k; c-- > 0;)
		for (size_t i = c + 1; i < k && work->triangle[c * k + c] > 0.0; i++)
			slopes[c] -= work->triangle[c * k + i] * slopes[i];
	return dot(residual, residual, n);
}

/*
 * See arima_filter.h: the filter for series with gaps. Its states are Harvey's and, after them, the last values before
 * differencing; these begin diffuse, and exactly so (Koopman and Durbin 2000, with one value at a time).
 */
#include "arima_filter.h"

#include <math.h>
#include <string.h>

/* A diffuse variance below this is none: its own unit is 1. */
#define RESOLVED 1e-8

struct dense {
	const struct arima_work *work;
	const struct arma *arma;
	size_t all;              /* states and last values */
	double *known, *diffuse; /* [all][all] covariances: the part that is finite, and the one that is beyond all bounds */
	double *turned;          /* [all][all] */
	double *gain, *far_gain; /* [all] covariances of the states with the value */
	size_t unresolved;       /* rank of the diffuse part */
};

/* The covariances of Harvey's states at the beginning, from those with the value itself. */
static bool
begin(struct dense *dense)
{
	size_t r = dense->arma->states, all = dense->all;
	const double *phi = dense->arma->phi, *theta = dense->arma->theta;
	double first[ARMA_STATES_MAX + 1], *p = dense->known;
	if (!arma_beginning(dense->arma, first))
		return false;
	memset(p, 0, all * all * sizeof *p);
	memset(dense->diffuse, 0, all * all * sizeof *p);
	for (size_t i = r; i-- > 0;)
		for (size_t j = r; j-- > i;) {
			double sum = i == 0 ? first[j] : phi[i] * phi[j] * first[0] + theta[i - 1] * theta[j - 1];
			if (i > 0 && j + 1 < r)
				sum += p[(i + 1) * all + j + 1] + phi[i] * first[j + 1];
			if (i > 0 && i + 1 < r)
				sum += phi[j] * first[i + 1];
			p[i * all + j] = p[j * all + i] = sum;
		}
	for (size_t i = r; i < all; i++)
		dense->diffuse[i * all + i] = 1.0;
	dense->unresolved = all - r;
	return true;
}

/* What the value is made of: the first state and the last values. */
static double
value_of(const struct dense *dense, const double *states, size_t step)
{
	double sum = states[0];
	for (size_t i = dense->arma->states; i < dense->all; i++)
		sum += dense->work->delta[i - dense->arma->states] * states[i * step];
	return sum;
}

/* One step on of every column of m[all][width], from `from` into `to`. */
static void
forward(const struct dense *dense, const double *from, double *to, size_t width)
{
	size_t r = dense->arma->states;
	for (size_t i = 0; i < r; i++) {
		double phi = dense->arma->phi[i];
		for (size_t j = 0; j < width; j++)
			to[i * width + j] = phi * from[j] + (i + 1 < r ? from[(i + 1) * width + j] : 0.0);
	}
	if (r == dense->all)
		return;
	for (size_t j = 0; j < width; j++)
		to[r * width + j] = value_of(dense, from + j, width);
	memcpy(to + (r + 1) * width, from + r * width, (dense->all - r - 1) * width * sizeof *to);
}

static void
transpose(double *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			double kept = m[i * n + j];
			m[i * n + j] = m[j * n + i];
			m[j * n + i] = kept;
		}
}

/* Covariances one step on, but for the new innovation. */
static void
carry(const struct dense *dense, double *p)
{
	forward(dense, p, dense->turned, dense->all);
	transpose(dense->turned, dense->all);
	forward(dense, dense->turned, p, dense->all);
}

/* A known value is one of the last values now, and has no variance: what rounding left of it would grow with unit roots. */
static void
make_certain(const struct dense *dense, double *p)
{
	size_t r = dense->arma->states;
	for (size_t i = 0; i < dense->all; i++)
		p[r * dense->all + i] = p[i * dense->all + r] = 0.0;
}

static void
carry_all(const struct dense *dense, bool known)
{
	size_t r = dense->arma->states, all = dense->all;
	carry(dense, dense->known);
	if (dense->unresolved > 0)
		carry(dense, dense->diffuse);
	for (size_t i = 0; i < r; i++)
		for (size_t j = 0; j < r; j++)
			dense->known[i * all + j] +=
			    (i == 0 ? 1.0 : dense->arma->theta[i - 1]) * (j == 0 ? 1.0 : dense->arma->theta[j - 1]);
	if (known && r < all) {
		make_certain(dense, dense->known);
		make_certain(dense, dense->diffuse);
	}
}

static double
covariances_with_value(const struct dense *dense, const double *p, double *out)
{
	for (size_t i = 0; i < dense->all; i++)
		out[i] = value_of(dense, p + i * dense->all, 1);
	return value_of(dense, out, 1);
}

/* What one known value tells of the states' covariances; the gain to correct the states by is left in dense->gain. */
static bool
learn(struct dense *dense, double *f)
{
	size_t all = dense->all;
	double *k = dense->gain, *far = dense->far_gain, far_f = 0.0;
	*f = covariances_with_value(dense, dense->known, k);
	if (dense->unresolved > 0)
		far_f = covariances_with_value(dense, dense->diffuse, far);
	bool was_far = far_f > RESOLVED;
	for (size_t i = 0; i < all; i++)
		for (size_t j = 0; j < all; j++) {
			double *p = dense->known + i * all + j;
			if (was_far) {
				*p += (far[i] * far[j] * *f / far_f - k[i] * far[j] - far[i] * k[j]) / far_f;
				dense->diffuse[i * all + j] -= far[i] * far[j] / far_f;
			} else {
				*p -= k[i] * k[j] / *f;
			}
		}
	for (size_t i = 0; i < all; i++)
		k[i] = was_far ? far[i] / far_f : k[i] / *f;
	dense->unresolved -= was_far ? 1 : 0;
	return !was_far;
}

/* One value of every column: its error, and the states one step on. */
static void
columns_step(struct dense *dense, struct arima_work *work, size_t t, bool known, bool counts, double root)
{
	double next[ARMA_STATES_MAX + ARIMA_LOST_MAX], now[ARMA_STATES_MAX + ARIMA_LOST_MAX];
	size_t r = work->states;
	for (size_t c = 0; c < work->columns; c++) {
		double *ending = work->ending + c * work->stride;
		memcpy(now, ending, r * sizeof *now);
		memcpy(now + r, ending + r + 1, work->lost * sizeof *now);
		if (known) {
			double error = work->data[c * work->n + t] - value_of(dense, now, 1);
			if (counts)
				work->error[c * work->n + work->used] = error / root;
			for (size_t i = 0; i < dense->all; i++)
				now[i] += dense->gain[i] * error;
		}
		forward(dense, now, next, 1);
		if (known && work->lost > 0)
			next[r] = work->data[c * work->n + t];
		memcpy(ending, next, r * sizeof *now);
		memcpy(ending + r + 1, next + r, work->lost * sizeof *now);
	}
}

bool
arima_filter_gaps(struct arima_work *work, const struct arma *arma)
{
	size_t all = work->states + work->lost;
	struct dense dense = { work, arma, all, work->dense, work->dense + all * all, work->dense + 2 * all * all,
		work->dense + 3 * all * all, work->dense + 3 * all * all + all, 0 };
	double sum = 0.0;
	if (!begin(&dense))
		return false;
	memset(work->ending, 0, work->columns * work->stride * sizeof(double));
	work->used = 0;
	for (size_t t = 0; t < work->n; t++) {
		double f = 1.0;
		bool known = !isnan(work->data[t]), counts = known && learn(&dense, &f);
		columns_step(&dense, work, t, known, counts, sqrt(f));
		if (counts) {
			work->root[work->used] = sqrt(f);
			work->at[work->used++] = t;
			sum += 0.5 * log(f);
		}
		carry_all(&dense, known);
	}
	work->log_scale = work->used == 0 ? 0.0 : sum / (double)work->used;
	return isfinite(sum);
}

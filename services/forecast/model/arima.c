/* See arima.h. The fitted model and what model.h asks of it; the search for orders is in arima_choose.c. */
#include "arima.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arima_filter.h"
#include "arima_fitting.h"
#include "arima_marquardt.h"

/* tanh(7) is 1 - 1.7e-6: nearer to a unit root no coefficient is told from it. */
#define BOUND 7.0
/* Where the search begins when nothing is known; not 0, for there AR and MA of one lag cancel out. */
#define BEGINNING 0.1

struct arima {
	struct arima_orders orders;
	double coefficients[ARIMA_COEFFICIENTS_MAX];
	struct arma arma;
	size_t n, columns; /* of slopes: the constant's and the regressors' */
	double *slopes;
	double *rows; /* [n_rows][columns - constant] */
	size_t n_rows;
	double *fitted, *residuals; /* [n] */
	double *drawn;              /* [n_drawn] residuals to draw from: centred, widened for the coefficients */
	size_t n_drawn;
	double state[ARMA_STATES_MAX + 1], last[ARIMA_LOST_MAX + 1], delta[ARIMA_LOST_MAX];
	size_t lost;
	double variance, log_likelihood, aicc;
};

static void
arima_close(void *opaque)
{
	struct arima *self = opaque;
	if (self == NULL)
		return;
	free(self->slopes);
	free(self->rows);
	free(self->fitted);
	free(self->residuals);
	free(self->drawn);
	free(self);
}

static const double *
arima_fitted(const void *opaque)
{
	return ((const struct arima *)opaque)->fitted;
}

/* What the constant and the regressors add at a step. */
static double
regression_at(const struct arima *self, size_t step)
{
	size_t constant = self->orders.constant ? 1 : 0, k = self->columns - constant;
	double sum = constant ? self->slopes[0] * arima_constant(&self->orders, step) : 0.0;
	if (k == 0)
		return sum;
	assert(step < self->n_rows);
	for (size_t c = 0; c < k; c++)
		sum += self->slopes[constant + c] * self->rows[step * k + c];
	return sum;
}

/* A walk from the series' end: one step with this innovation. */
struct walk {
	double state[ARMA_STATES_MAX + 1], last[2 * ARIMA_LOST_MAX + 1];
	size_t at; /* of the newest of the last values */
};

static double
walk_step(const struct arima *self, struct walk *walk, double innovation)
{
	size_t lost = self->lost;
	double head = walk->state[0], value = head + innovation;
	for (size_t i = 0; i < self->arma.states; i++)
		walk->state[i] = walk->state[i + 1] + self->arma.phi[i] * value + self->arma.theta[i] * innovation;
	for (size_t i = 0; i < lost; i++)
		value += self->delta[i] * walk->last[walk->at + i];
	if (lost > 0) {
		/* A ring written twice, so that the last values always stand in one piece. */
		walk->at = walk->at == 0 ? lost - 1 : walk->at - 1;
		walk->last[walk->at] = walk->last[walk->at + lost] = value;
	}
	return value;
}

static struct walk
walk_begin(const struct arima *self)
{
	struct walk walk = { .at = 0 };
	memcpy(walk.state, self->state, sizeof walk.state);
	memcpy(walk.last, self->last, self->lost * sizeof(double));
	memcpy(walk.last + self->lost, self->last, self->lost * sizeof(double));
	return walk;
}

static void
arima_forecast(const void *opaque, size_t horizon, double *out)
{
	const struct arima *self = opaque;
	struct walk walk = walk_begin(self);
	for (size_t h = 0; h < horizon; h++)
		out[h] = walk_step(self, &walk, 0.0) + regression_at(self, self->n + h);
}

static void
arima_simulate(const void *opaque, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct arima *self = opaque;
	struct walk walk = walk_begin(self);
	double deviation = sqrt(self->variance);
	for (size_t h = 0; h < horizon; h++) {
		double innovation = normal ? deviation * chance_normal(chance) : self->drawn[chance_index(chance, self->n_drawn)];
		path[h] = walk_step(self, &walk, innovation) + regression_at(self, self->n + h);
	}
}

static enum status arima_again(const void *opaque, const struct series *series, bool anew, void **out);

static const struct model_face face = { arima_forecast, arima_simulate, arima_fitted, arima_again, arima_close };

static bool
take_room(struct arima *self, const struct arima_work *work, const struct arima_regressors *regressors)
{
	size_t rows = regressors == NULL ? 0 : regressors->n_rows * regressors->columns;
	self->n = work->n;
	self->columns = work->columns - 1;
	self->slopes = calloc(self->columns + 1, sizeof(double));
	self->rows = calloc(rows + 1, sizeof(double));
	self->fitted = calloc(self->n + 1, sizeof(double));
	self->residuals = calloc(self->n + 1, sizeof(double));
	self->drawn = calloc(self->n + 1, sizeof(double));
	if (self->slopes == NULL || self->rows == NULL || self->fitted == NULL || self->residuals == NULL || self->drawn == NULL)
		return false;
	if (rows > 0) {
		self->n_rows = regressors->n_rows;
		memcpy(self->rows, regressors->rows, rows * sizeof(double));
	}
	return true;
}

/* Variance, likelihood and AICc (Hurvich and Tsai 1989). */
static void
measure(struct arima *self, const struct arima_work *work, double sum)
{
	double used = (double)work->used, k = (double)(arima_coefficients(&self->orders) + self->columns + 1);
	double mean = sum / used;
	self->variance = sum / fmax(used - k + 1.0, 1.0);
	self->log_likelihood = -0.5 * used * (log(2.0 * M_PI * mean) + 1.0) - used * work->log_scale;
	self->aicc = used > k + 1.0 ? -2.0 * self->log_likelihood + 2.0 * k * used / (used - k - 1.0) : INFINITY;
}

static void
keep_errors(struct arima *self, const struct arima_work *work, const double *residual)
{
	double mean = 0.0, wider, k = (double)(arima_coefficients(&self->orders) + self->columns);
	for (size_t t = 0; t < self->n; t++)
		self->fitted[t] = self->residuals[t] = NAN;
	for (size_t i = 0; i < work->used; i++) {
		size_t t = work->at[i];
		self->residuals[t] = residual[i];
		self->fitted[t] = work->data[t] - residual[i] * work->root[i];
		mean += residual[i] / (double)work->used;
	}
	self->n_drawn = work->used;
	wider = sqrt((double)work->used / fmax((double)work->used - k, 1.0));
	for (size_t i = 0; i < work->used; i++)
		self->drawn[i] = wider * (residual[i] - mean);
}

static void
keep_ending(struct arima *self, const struct arima_work *work)
{
	self->lost = work->lost;
	memcpy(self->delta, work->delta, sizeof self->delta);
	for (size_t c = 0; c < work->columns; c++) {
		const double *ending = work->ending + c * work->stride;
		double times = c == 0 ? 1.0 : -self->slopes[c - 1];
		for (size_t i = 0; i < work->states; i++)
			self->state[i] += times * ending[i];
		for (size_t i = 0; i < work->lost; i++)
			self->last[i] += times * ending[work->states + 1 + i];
	}
}

static void
label(const struct arima *self, char out[MODEL_LABEL_BYTES])
{
	const struct arima_orders *o = &self->orders;
	char season[40] = "";
	if (o->season > 1 && o->seasonal_p + o->seasonal_d + o->seasonal_q > 0)
		snprintf(season, sizeof season, "(%zu,%zu,%zu)[%zu]", o->seasonal_p % 10, o->seasonal_d % 10, o->seasonal_q % 10,
		    o->season % 1000);
	snprintf(out, MODEL_LABEL_BYTES, "ARIMA(%zu,%zu,%zu)%s%s", o->p % 100, o->d % 100, o->q % 100, season,
	    !o->constant                    ? ""
		: o->d + o->seasonal_d == 0 ? " with mean"
					    : " with drift");
}

/* The model of these coefficients out of a work; slopes found where `slopes` is NULL. */
static enum status
conclude(struct arima_work *work, const double *coefficients, const double *slopes, const struct arima_regressors *regressors,
    struct arima **out)
{
	struct arima *self = calloc(1, sizeof *self);
	double *residual = calloc(work->n + 1, sizeof *residual);
	enum status status = STATUS_NO_MEMORY;
	if (self == NULL || residual == NULL || !take_room(self, work, regressors))
		goto done;
	self->orders = work->orders;
	memcpy(self->coefficients, coefficients, arima_coefficients(&self->orders) * sizeof *coefficients);
	arima_expand(&self->orders, self->coefficients, &self->arma);
	status = STATUS_NO_FIT;
	if (!arima_filter(work, &self->arma))
		goto done;
	if (slopes != NULL)
		memcpy(self->slopes, slopes, self->columns * sizeof *slopes);
	double sum = arima_concentrate(work, slopes != NULL, self->slopes, residual);
	if (!isfinite(sum))
		goto done;
	measure(self, work, sum);
	keep_errors(self, work, residual);
	keep_ending(self, work);
	*out = self;
	status = STATUS_OK;
done:
	free(residual);
	if (status != STATUS_OK)
		arima_close(self);
	return status;
}

struct question {
	struct arima_work *work;
	double *slopes;
};

/* Squares of these add up to the likelihood's monotone image: errors times the geometric mean of their deviations. */
static bool
residuals(const double *x, double *residual, void *user)
{
	struct question *question = user;
	struct arima_work *work = question->work;
	double coefficients[ARIMA_COEFFICIENTS_MAX];
	struct arma arma;
	arima_bind(&work->orders, x, coefficients);
	arima_expand(&work->orders, coefficients, &arma);
	if (!arima_filter(work, &arma))
		return false;
	(void)arima_concentrate(work, false, question->slopes, residual);
	double scale = exp(work->log_scale);
	for (size_t i = 0; i < work->used; i++)
		residual[i] *= scale;
	return true;
}

enum status
arima_search(struct arima_work *work, bool quick, double *coefficients, double *sum)
{
	const struct marquardt_options options = { BOUND, quick ? 1e-5 : 1e-11, quick ? 20 : 100 };
	double x[ARIMA_COEFFICIENTS_MAX], slopes[ARIMA_REGRESSORS_MAX + 1];
	struct question question = { work, slopes };
	size_t n = arima_coefficients(&work->orders);
	arima_free(&work->orders, coefficients, x);
	for (size_t i = 0; i < n; i++)
		x[i] = fmin(fmax(x[i], -BOUND + 0.5), BOUND - 0.5);
	enum status status = marquardt_find(residuals, &question, work->used, x, n, &options, sum);
	if (status == STATUS_OK)
		arima_bind(&work->orders, x, coefficients);
	return status;
}

void
arima_first_guess(const struct arima_orders *orders, double *coefficients)
{
	double x[ARIMA_COEFFICIENTS_MAX];
	for (size_t i = 0; i < arima_coefficients(orders); i++)
		x[i] = BEGINNING;
	arima_bind(orders, x, coefficients);
}

static enum status
wrap(struct arima *self, struct model *out)
{
	*out = (struct model){ .face = &face, .self = self, .n = self->n };
	label(self, out->label);
	return STATUS_OK;
}

enum status
arima_fit_from(const struct series *series, const struct arima_orders *orders, const struct arima_regressors *regressors,
    const double *beginning, struct model *out)
{
	struct arima_work work;
	struct arima *self = NULL;
	double coefficients[ARIMA_COEFFICIENTS_MAX], sum;
	enum status status = arima_work_open(&work, series, orders, regressors);
	if (status != STATUS_OK)
		return status;
	if (work.used + 1 < arima_coefficients(orders) + work.columns) {
		arima_work_close(&work);
		return STATUS_TOO_FEW;
	}
	if (beginning == NULL)
		arima_first_guess(orders, coefficients);
	else
		memcpy(coefficients, beginning, arima_coefficients(orders) * sizeof *coefficients);
	status = arima_search(&work, false, coefficients, &sum);
	if (status == STATUS_OK)
		status = conclude(&work, coefficients, NULL, regressors, &self);
	arima_work_close(&work);
	return status == STATUS_OK ? wrap(self, out) : status;
}

enum status
arima_fit(const struct series *series, const struct arima_orders *orders, const struct arima_regressors *regressors,
    struct model *out)
{
	return arima_fit_from(series, orders, regressors, NULL, out);
}

enum status
arima_given(const struct series *series, const struct arima_orders *orders, const struct arima_regressors *regressors,
    const double *coefficients, const double *slopes, struct model *out)
{
	struct arima_work work;
	struct arima *self = NULL;
	enum status status = arima_work_open(&work, series, orders, regressors);
	if (status != STATUS_OK)
		return status;
	status = conclude(&work, coefficients, slopes, regressors, &self);
	arima_work_close(&work);
	return status == STATUS_OK ? wrap(self, out) : status;
}

static enum status
arima_again(const void *opaque, const struct series *series, bool anew, void **out)
{
	const struct arima *self = opaque;
	size_t k = self->columns - (self->orders.constant ? 1 : 0);
	const struct arima_regressors regressors = { self->rows, self->n_rows, k };
	const struct arima_regressors *lent = k == 0 ? NULL : &regressors;
	struct model model;
	enum status status = anew ? arima_fit_from(series, &self->orders, lent, self->coefficients, &model)
				  : arima_given(series, &self->orders, lent, self->coefficients, self->slopes, &model);
	if (status == STATUS_OK)
		*out = model.self;
	return status;
}

struct arima_facts
arima_facts(const struct model *model)
{
	assert(model->face == &face);
	const struct arima *self = model->self;
	return (struct arima_facts){ .orders = self->orders,
		.coefficients = self->coefficients,
		.n_coefficients = arima_coefficients(&self->orders),
		.slopes = self->slopes,
		.n_slopes = self->columns,
		.residuals = self->residuals,
		.variance = self->variance,
		.log_likelihood = self->log_likelihood,
		.aicc = self->aicc };
}

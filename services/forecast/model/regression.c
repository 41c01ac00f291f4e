/* See regression.h. */
#include "regression.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fourier.h"
#include "regression_columns.h"

/* Of the steps ahead, so many have their columns' sum ready, for paths pass over them a thousand times. */
enum { ERRORS_ORDER = 5, ROUGH = 500, REGRESSION_COLUMNS_MAX = ARIMA_REGRESSORS_MAX, READY_MAX = 1024 };

struct regression {
	struct regression_layout layout;
	double *rows; /* the layout's calendar */
	bool logarithm;
	size_t n, columns;
	double slopes[REGRESSION_COLUMNS_MAX];
	struct model errors; /* an ARIMA of what the columns leave */
	double last;         /* the last known of that */
	double *fitted;      /* [n] */
	size_t ready;
	double ahead[READY_MAX]; /* [ready] */
	double aicc;
};

static void
regression_close(void *opaque)
{
	struct regression *self = opaque;
	if (self == NULL)
		return;
	model_close(&self->errors);
	free(self->rows);
	free(self->fitted);
	free(self);
}

static double
columns_at(const struct regression *self, size_t step)
{
	double row[REGRESSION_COLUMNS_MAX], sum = 0.0;
	regression_row(&self->layout, step, row);
	for (size_t c = 0; c < self->columns; c++)
		sum += self->slopes[c] * row[c];
	return sum;
}

/* Errors of future steps become values. */
static void
complete(const struct regression *self, size_t horizon, double *path)
{
	for (size_t h = 0; h < horizon; h++) {
		path[h] += h < self->ready ? self->ahead[h] : columns_at(self, self->n + h);
		if (self->logarithm)
			path[h] = exp(path[h]);
	}
}

static void
regression_forecast(const void *opaque, size_t horizon, double *out)
{
	const struct regression *self = opaque;
	self->errors.face->forecast(self->errors.self, horizon, out);
	complete(self, horizon, out);
}

static void
regression_simulate(const void *opaque, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct regression *self = opaque;
	self->errors.face->simulate(self->errors.self, normal, chance, horizon, path);
	complete(self, horizon, path);
}

static const double *
regression_fitted(const void *opaque)
{
	return ((const struct regression *)opaque)->fitted;
}

static enum status regression_again(const void *opaque, const struct series *series, bool anew, void **out);

static const struct model_face face = { regression_forecast, regression_simulate, regression_fitted, regression_again,
	regression_close };

static enum status
take_values(const struct series *series, bool logarithm, double *out)
{
	for (size_t t = 0; t < series->n; t++) {
		double value = series->values[t];
		if (isinf(value) || (logarithm && value <= 0.0))
			return STATUS_NO_FIT;
		out[t] = logarithm ? log(value) : value;
	}
	return STATUS_OK;
}

/* What the columns leave of y, in its place; tells the last known. */
static void
leave_errors(struct regression *self, double *y)
{
	self->last = 0.0;
	for (size_t t = 0; t < self->n; t++) {
		y[t] -= columns_at(self, t);
		if (!isnan(y[t]))
			self->last = y[t];
	}
}

/* All slopes at once, given the ARIMA of the errors: generalised least squares (Aitken 1935). */
static enum status
find_slopes(struct regression *self, const double *y, const struct arima_facts *errors)
{
	size_t n = self->n, k = self->columns;
	struct arima_orders orders = errors->orders;
	double *rows = calloc(n * k + 1, sizeof *rows);
	struct model whole;
	if (rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t t = 0; t < n; t++)
		regression_row(&self->layout, t, rows + t * k);
	orders.constant = orders.constant || orders.d == 0;
	const struct arima_regressors regressors = { rows, n, k };
	enum status status =
	    arima_given(&(struct series){ .values = y, .n = n }, &orders, &regressors, errors->coefficients, NULL, &whole);
	if (status == STATUS_OK) {
		memcpy(self->slopes, arima_facts(&whole).slopes + (orders.constant ? 1 : 0), k * sizeof *self->slopes);
		self->aicc = arima_facts(&whole).aicc;
		model_close(&whole);
	}
	free(rows);
	return status;
}

static void
keep_columns(struct regression *self)
{
	const struct arima_regressors *calendar = &self->layout.calendar;
	size_t known = calendar->columns == 0 ? READY_MAX : calendar->n_rows - self->n;
	self->ready = known < READY_MAX ? known : READY_MAX;
	for (size_t h = 0; h < self->ready; h++)
		self->ahead[h] = columns_at(self, self->n + h);
}

static void
keep_fitted(struct regression *self)
{
	const double *errors = self->errors.face->fitted(self->errors.self);
	for (size_t t = 0; t < self->n; t++) {
		self->fitted[t] = errors[t] + columns_at(self, t);
		if (self->logarithm)
			self->fitted[t] = exp(self->fitted[t]);
	}
}

/* As many waves as asked for, but not so many that the series cannot tell them. */
static void
bound_waves(struct regression_layout *layout, const struct series *series, const struct regression_options *options)
{
	layout->n_periods = series->n_periods;
	for (size_t i = 0; i < series->n_periods; i++) {
		size_t half = fourier_harmonics_max(series->periods[i]), most = options->harmonics_max[i];
		most = most == 0 || most > REGRESSION_HARMONICS_MAX ? REGRESSION_HARMONICS_MAX : most;
		layout->periods[i] = series->periods[i];
		layout->harmonics[i] = (double)series->n < 2.0 * series->periods[i] ? 0 : most < half ? most : half;
	}
	for (;;) {
		size_t widest = 0;
		for (size_t i = 1; i < layout->n_periods; i++)
			widest = layout->harmonics[i] > layout->harmonics[widest] ? i : widest;
		if (layout->n_periods == 0 || layout->harmonics[widest] == 0 || 3 * regression_columns(layout) <= series->n)
			break;
		layout->harmonics[widest]--;
	}
}

static bool
right(const struct series *series, const struct arima_regressors *calendar)
{
	return series->n_periods <= PERIODS_MAX &&
	    (calendar == NULL || (calendar->n_rows >= series->n && calendar->columns <= REGRESSION_COLUMNS_MAX));
}

static enum status
open_regression(const struct series *series, const struct arima_regressors *calendar, struct regression **out)
{
	size_t cells = calendar == NULL ? 0 : calendar->n_rows * calendar->columns;
	struct regression *self = calloc(1, sizeof *self);
	if (self == NULL)
		return STATUS_NO_MEMORY;
	self->n = series->n;
	self->rows = calloc(cells + 1, sizeof(double));
	self->fitted = calloc(self->n + 1, sizeof(double));
	if (self->rows == NULL || self->fitted == NULL) {
		regression_close(self);
		return STATUS_NO_MEMORY;
	}
	if (cells > 0) {
		memcpy(self->rows, calendar->rows, cells * sizeof(double));
		self->layout.calendar = (struct arima_regressors){ self->rows, calendar->n_rows, calendar->columns };
	}
	*out = self;
	return STATUS_OK;
}

/* Slopes by what the errors are like, then the errors' ARIMA of these orders once more by what the slopes leave in place of y. */
static enum status
settle(struct regression *self, double *y, const struct model *like)
{
	struct arima_facts facts = arima_facts(like);
	struct arima_orders orders = facts.orders;
	orders.constant = orders.constant || orders.d == 0;
	enum status status = find_slopes(self, y, &facts);
	if (status != STATUS_OK)
		return status;
	leave_errors(self, y);
	return arima_given(&(struct series){ .values = y, .n = self->n }, &orders, NULL, facts.coefficients, NULL, &self->errors);
}

/* Waves, errors roughly, and now that it is known what the errors are like, the waves and the errors once more. */
static enum status
choose(struct regression *self, const struct regression_options *options, const double *y, double *left, struct model *errors)
{
	struct arima_limits limits = { .order_max = options->order_max != 0 ? options->order_max : ERRORS_ORDER,
		.seasonless = true };
	const struct series rest = { .values = left, .n = self->n };
	struct regression_layout most = self->layout;
	struct model rough;
	enum status status = regression_choose(&self->layout, options->fixed, NULL, y, self->n, left);
	if (status != STATUS_OK)
		return status;
	limits.latest = options->fixed ? 0 : ROUGH;
	status = arima_choose(&rest, &limits, NULL, options->fixed ? errors : &rough);
	if (status != STATUS_OK || options->fixed)
		return status;
	struct arima_facts facts = arima_facts(&rough);
	struct whitening whitening = whitening_of(&facts);
	model_close(&rough);
	/* A wandering level hides a year from AICc, not from the planner: a season once seen keeps a wave. */
	for (size_t i = 0; i < most.n_periods; i++)
		most.harmonics_least[i] = self->layout.harmonics[i] > 0 ? 1 : 0;
	self->layout = most;
	status = regression_choose(&self->layout, false, &whitening, y, self->n, left);
	limits.latest = 0;
	return status == STATUS_OK ? arima_choose(&rest, &limits, NULL, errors) : status;
}

static enum status
fit(struct regression *self, const struct series *series, const struct regression_options *options)
{
	struct model errors = { 0 };
	double *y = calloc(2 * self->n + 1, sizeof *y);
	if (y == NULL)
		return STATUS_NO_MEMORY;
	self->logarithm = options->logarithm;
	self->layout.trend = options->trend;
	bound_waves(&self->layout, series, options);
	enum status status = regression_columns(&self->layout) <= REGRESSION_COLUMNS_MAX ? STATUS_OK : STATUS_USAGE;
	if (status == STATUS_OK)
		status = take_values(series, self->logarithm, y);
	if (status == STATUS_OK)
		status = choose(self, options, y, y + self->n, &errors);
	if (status == STATUS_OK) {
		/* Differencing makes a drift of the line: whether there is one, the ARIMA has decided. */
		self->layout.trend = self->layout.trend && arima_facts(&errors).orders.d == 0;
		self->columns = regression_columns(&self->layout);
		status = settle(self, y, &errors);
	}
	model_close(&errors);
	free(y);
	return status;
}

static void
wrap(struct regression *self, struct model *out)
{
	char waves[12] = "";
	size_t at = 0;
	for (size_t i = 0; i < self->layout.n_periods; i++)
		at += (size_t)snprintf(waves + at, sizeof waves - at, "%s%zu", i == 0 ? "" : ",", self->layout.harmonics[i] % 100);
	*out = (struct model){ .face = &face, .self = self, .n = self->n };
	snprintf(out->label, sizeof out->label, "%sregression(%s)+%.27s", self->logarithm ? "log " : "", waves, self->errors.label);
}

enum status
regression_fit(const struct series *series, const struct regression_options *options, const struct arima_regressors *calendar,
    struct model *out)
{
	static const struct regression_options plain = { .trend = false };
	struct regression *self;
	if (!right(series, calendar))
		return STATUS_USAGE;
	enum status status = open_regression(series, calendar, &self);
	if (status != STATUS_OK)
		return status;
	status = fit(self, series, options == NULL ? &plain : options);
	if (status != STATUS_OK) {
		regression_close(self);
		return status;
	}
	keep_fitted(self);
	keep_columns(self);
	wrap(self, out);
	return STATUS_OK;
}

static enum status
fit_again(struct regression *self, const struct regression *like, const struct series *series, bool anew)
{
	double *y = calloc(self->n + 1, sizeof *y);
	if (y == NULL)
		return STATUS_NO_MEMORY;
	enum status status = take_values(series, self->logarithm, y);
	if (status == STATUS_OK && anew) {
		struct arima_facts facts = arima_facts(&like->errors);
		status = find_slopes(self, y, &facts);
	}
	if (status == STATUS_OK) {
		leave_errors(self, y);
		self->errors = like->errors;
		status = like->errors.face->again(like->errors.self, &(struct series){ .values = y, .n = self->n }, anew,
		    &self->errors.self);
		self->errors.n = self->n;
		if (status != STATUS_OK)
			self->errors = (struct model){ 0 };
	}
	free(y);
	return status;
}

static enum status
regression_again(const void *opaque, const struct series *series, bool anew, void **out)
{
	const struct regression *like = opaque;
	const struct arima_regressors *calendar = like->layout.calendar.columns == 0 ? NULL : &like->layout.calendar;
	struct regression *self;
	if (!right(series, calendar))
		return STATUS_USAGE;
	enum status status = open_regression(series, calendar, &self);
	if (status != STATUS_OK)
		return status;
	struct arima_regressors own = self->layout.calendar;
	self->layout = like->layout;
	self->layout.calendar = own;
	self->logarithm = like->logarithm;
	self->columns = like->columns;
	self->aicc = like->aicc;
	memcpy(self->slopes, like->slopes, sizeof self->slopes);
	status = fit_again(self, like, series, anew);
	if (status != STATUS_OK) {
		regression_close(self);
		return status;
	}
	keep_fitted(self);
	keep_columns(self);
	*out = self;
	return STATUS_OK;
}

static double
dot(const double *a, const double *b, size_t from, size_t to)
{
	double sum = 0.0;
	for (size_t i = from; i < to; i++)
		sum += a[i] * b[i];
	return sum;
}

enum status
regression_parts(const struct model *model, size_t horizon, double *const out[REGRESSION_PARTS])
{
	assert(model->face == &face);
	const struct regression *self = model->self;
	const struct arima_facts errors = arima_facts(&self->errors);
	size_t line = self->layout.trend ? 1 : 0, first = regression_period_at(&self->layout, 0);
	double row[REGRESSION_COLUMNS_MAX], level = errors.orders.d > 0 ? self->last : errors.slopes[0], growth = 0.0;
	if (errors.orders.d > 0 && errors.orders.constant)
		growth = errors.slopes[0];
	if (line == 1) {
		growth = self->slopes[0];
		level += growth * (double)self->n;
	}
	double *path = calloc(horizon + 1, sizeof *path);
	if (path == NULL)
		return STATUS_NO_MEMORY;
	self->errors.face->forecast(self->errors.self, horizon, path);
	for (size_t h = 0; h < horizon; h++) {
		regression_row(&self->layout, self->n + h, row);
		out[REGRESSION_LEVEL][h] = level;
		out[REGRESSION_TREND][h] = growth * (double)(h + 1);
		out[REGRESSION_CALENDAR][h] = dot(self->slopes, row, line, first);
		double whole = path[h] + dot(self->slopes, row, 0, line);
		out[REGRESSION_ERRORS][h] = whole - level - out[REGRESSION_TREND][h];
		for (size_t i = 0; i < PERIODS_MAX; i++)
			out[REGRESSION_PERIOD + i][h] = i >= self->layout.n_periods
			    ? 0.0
			    : dot(self->slopes, row, regression_period_at(&self->layout, i),
				  regression_period_at(&self->layout, i + 1));
	}
	free(path);
	return STATUS_OK;
}

struct regression_facts
regression_facts(const struct model *model)
{
	assert(model->face == &face);
	const struct regression *self = model->self;
	struct regression_facts facts = { .orders = arima_facts(&self->errors).orders,
		.calendar = self->slopes + (self->layout.trend ? 1 : 0),
		.calendar_columns = self->layout.calendar.columns,
		.aicc = self->aicc };
	memcpy(facts.harmonics, self->layout.harmonics, sizeof facts.harmonics);
	return facts;
}

/* See naive.h. */
#include "naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct naive {
	enum naive_kind kind;
	size_t n, lag; /* lag: how far back the value is that is said again */
	double centre; /* drift, or mean; else 0 */
	double spread; /* of one step's error */
	double unsure; /* standard error of the centre */
	double mean;   /* of the errors */
	size_t errors;
	double *last;     /* [lag], oldest first */
	double *fitted;   /* [n] */
	double *residual; /* [errors] */
};

static const char *const labels[] = { "Naive", "Seasonal naive", "Random walk with drift", "Mean" };
static const struct model_face face;

/* How many values back the forecast looks; the mean looks at none. */
static enum status
lag_of(const struct series *series, enum naive_kind kind, size_t *lag)
{
	*lag = kind == NAIVE_MEAN ? 0 : 1;
	if (kind == NAIVE_SEASON) {
		double whole = series->n_periods == 0 ? 0.0 : nearbyint(series->periods[0]);
		if (!(whole >= 2.0))
			return STATUS_USAGE;
		if (!(whole < (double)series->n))
			return STATUS_TOO_FEW;
		*lag = (size_t)whole;
	}
	if (series->n < (kind == NAIVE_DRIFT ? 3 : 2))
		return STATUS_TOO_FEW;
	for (size_t t = 0; t < series->n; t++)
		if (!isfinite(series->values[t]))
			return STATUS_NO_FIT;
	return STATUS_OK;
}

static void
run(struct naive *naive, const double *y)
{
	double squares = 0.0, count = (double)naive->errors;
	if (naive->kind == NAIVE_DRIFT)
		naive->centre = (y[naive->n - 1] - y[0]) / count;
	for (size_t t = 0; t < naive->n && naive->kind == NAIVE_MEAN; t++)
		naive->centre += y[t] / count;
	for (size_t t = 0; t < naive->n; t++) {
		naive->fitted[t] = t < naive->lag ? NAN : naive->centre + (naive->lag > 0 ? y[t - naive->lag] : 0.0);
		if (t < naive->lag)
			continue;
		double e = y[t] - naive->fitted[t];
		naive->residual[t - naive->lag] = e;
		naive->mean += e / count;
		squares += e * e;
	}
	bool estimated = naive->kind == NAIVE_DRIFT || naive->kind == NAIVE_MEAN;
	naive->spread = sqrt(squares / (count - (estimated ? 1.0 : 0.0)));
	naive->unsure = estimated ? naive->spread / sqrt(count) : 0.0;
	memcpy(naive->last, y + naive->n - naive->lag, naive->lag * sizeof *y);
}

static enum status
make(const struct series *series, enum naive_kind kind, struct naive **out)
{
	size_t lag, n = series->n;
	enum status status = lag_of(series, kind, &lag);
	if (status != STATUS_OK)
		return status;
	struct naive *naive = calloc(1, sizeof *naive + (2 * n + lag) * sizeof(double));
	if (naive == NULL)
		return STATUS_NO_MEMORY;
	*naive = (struct naive){ .kind = kind, .n = n, .lag = lag, .errors = n - lag };
	naive->fitted = (double *)(naive + 1);
	naive->residual = naive->fitted + n;
	naive->last = naive->residual + n;
	run(naive, series->values);
	*out = naive;
	return STATUS_OK;
}

enum status
naive_fit(const struct series *series, enum naive_kind kind, struct model *out)
{
	struct naive *naive;
	enum status status = make(series, kind, &naive);
	if (status != STATUS_OK)
		return status;
	*out = (struct model){ .face = &face, .self = naive, .n = naive->n };
	memcpy(out->label, labels[kind], strlen(labels[kind]) + 1);
	return STATUS_OK;
}

/* The value `lag` steps before step h ahead: of the series, or of the path itself. */
static double
base(const struct naive *naive, size_t h, const double *path)
{
	if (naive->lag == 0)
		return 0.0;
	return h < naive->lag ? naive->last[h] : path[h - naive->lag];
}

static void
forecast(const void *self, size_t horizon, double *out)
{
	const struct naive *naive = self;
	for (size_t h = 0; h < horizon; h++)
		out[h] = base(naive, h, out) + naive->centre;
}

static void
simulate(const void *self, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct naive *naive = self;
	double centre = naive->centre + (naive->unsure > 0.0 ? naive->unsure * chance_normal(chance) : 0.0);
	for (size_t h = 0; h < horizon; h++) {
		double e = normal ? naive->spread * chance_normal(chance)
				  : naive->residual[chance_index(chance, naive->errors)] - naive->mean;
		path[h] = base(naive, h, path) + centre + e;
	}
}

static const double *
fitted(const void *self)
{
	return ((const struct naive *)self)->fitted;
}

/* There is nothing to keep: all is known from the series. */
static enum status
again(const void *self, const struct series *series, bool anew, void **out)
{
	struct naive *naive;
	(void)anew;
	enum status status = make(series, ((const struct naive *)self)->kind, &naive);
	if (status == STATUS_OK)
		*out = naive;
	return status;
}

static const struct model_face face = {
	.forecast = forecast,
	.simulate = simulate,
	.fitted = fitted,
	.again = again,
	.close = free,
};

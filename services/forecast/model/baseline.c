/* See baseline.h. */
#include "baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct baseline {
	enum baseline_kind kind;
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
lag_of(const struct series *series, enum baseline_kind kind, size_t *lag)
{
	*lag = kind == BASELINE_MEAN ? 0 : 1;
	if (kind == BASELINE_SEASON) {
		double whole = series->n_periods == 0 ? 0.0 : nearbyint(series->periods[0]);
		if (!(whole >= 2.0))
			return STATUS_USAGE;
		if (!(whole < (double)series->n))
			return STATUS_TOO_FEW;
		*lag = (size_t)whole;
	}
	if (series->n < (kind == BASELINE_DRIFT ? 3 : 2))
		return STATUS_TOO_FEW;
	for (size_t t = 0; t < series->n; t++)
		if (!isfinite(series->values[t]))
			return STATUS_NO_FIT;
	return STATUS_OK;
}

static void
run(struct baseline *baseline, const double *y)
{
	double squares = 0.0, count = (double)baseline->errors;
	if (baseline->kind == BASELINE_DRIFT)
		baseline->centre = (y[baseline->n - 1] - y[0]) / count;
	for (size_t t = 0; t < baseline->n && baseline->kind == BASELINE_MEAN; t++)
		baseline->centre += y[t] / count;
	for (size_t t = 0; t < baseline->n; t++) {
		baseline->fitted[t] = t < baseline->lag ? NAN : baseline->centre + (baseline->lag > 0 ? y[t - baseline->lag] : 0.0);
		if (t < baseline->lag)
			continue;
		double e = y[t] - baseline->fitted[t];
		baseline->residual[t - baseline->lag] = e;
		baseline->mean += e / count;
		squares += e * e;
	}
	bool estimated = baseline->kind == BASELINE_DRIFT || baseline->kind == BASELINE_MEAN;
	baseline->spread = sqrt(squares / (count - (estimated ? 1.0 : 0.0)));
	baseline->unsure = estimated ? baseline->spread / sqrt(count) : 0.0;
	memcpy(baseline->last, y + baseline->n - baseline->lag, baseline->lag * sizeof *y);
}

static enum status
make(const struct series *series, enum baseline_kind kind, struct baseline **out)
{
	size_t lag, n = series->n;
	enum status status = lag_of(series, kind, &lag);
	if (status != STATUS_OK)
		return status;
	struct baseline *baseline = calloc(1, sizeof *baseline + (2 * n + lag) * sizeof(double));
	if (baseline == NULL)
		return STATUS_NO_MEMORY;
	*baseline = (struct baseline){ .kind = kind, .n = n, .lag = lag, .errors = n - lag };
	baseline->fitted = (double *)(baseline + 1);
	baseline->residual = baseline->fitted + n;
	baseline->last = baseline->residual + n;
	run(baseline, series->values);
	*out = baseline;
	return STATUS_OK;
}

enum status
baseline_fit(const struct series *series, enum baseline_kind kind, struct model *out)
{
	struct baseline *baseline;
	enum status status = make(series, kind, &baseline);
	if (status != STATUS_OK)
		return status;
	*out = (struct model){ .face = &face, .self = baseline, .n = baseline->n };
	memcpy(out->label, labels[kind], strlen(labels[kind]) + 1);
	return STATUS_OK;
}

/* The value `lag` steps before step h ahead: of the series, or of the path itself. */
static double
base(const struct baseline *baseline, size_t h, const double *path)
{
	if (baseline->lag == 0)
		return 0.0;
	return h < baseline->lag ? baseline->last[h] : path[h - baseline->lag];
}

static void
forecast(const void *self, size_t horizon, double *out)
{
	const struct baseline *baseline = self;
	for (size_t h = 0; h < horizon; h++)
		out[h] = base(baseline, h, out) + baseline->centre;
}

static void
simulate(const void *self, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct baseline *baseline = self;
	double centre = baseline->centre + (baseline->unsure > 0.0 ? baseline->unsure * chance_normal(chance) : 0.0);
	for (size_t h = 0; h < horizon; h++) {
		double e = normal ? baseline->spread * chance_normal(chance)
				  : baseline->residual[chance_index(chance, baseline->errors)] - baseline->mean;
		path[h] = base(baseline, h, path) + centre + e;
	}
}

static const double *
fitted(const void *self)
{
	return ((const struct baseline *)self)->fitted;
}

/* There is nothing to keep: all is known from the series. */
static enum status
again(const void *self, const struct series *series, bool anew, void **out)
{
	struct baseline *baseline;
	(void)anew;
	enum status status = make(series, ((const struct baseline *)self)->kind, &baseline);
	if (status == STATUS_OK)
		*out = baseline;
	return status;
}

static const struct model_face face = {
	.forecast = forecast,
	.simulate = simulate,
	.fitted = fitted,
	.again = again,
	.close = free,
};

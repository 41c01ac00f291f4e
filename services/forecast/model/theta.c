/* See theta.h. */
#include "theta.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classical.h"
#include "optimum.h"

enum { VALUES_MIN = 5, GRID = 12 };
#define FACTOR_LEAST 1e-4
#define SHARE_MOST 0.9999 /* theta 10,000: the line itself */
/* Standard: as exponential smoothing. Dynamic: as its authors. */
static const double alpha_least[] = { 0.0001, 0.1 }, alpha_most[] = { 0.9999, 0.99 };

/* The mean and the slope of all values so far, kept up step by step. */
struct line {
	double count, mean, slope;
};

struct theta {
	struct theta_about about;
	size_t n;
	double last;      /* level after the last value */
	struct line line; /* after the last value */
	double begin;     /* what the drift adds to the first step ahead (standard) */
	size_t first;     /* the first step with an error */
	double mean;      /* of the errors */
	double *season;   /* [period], as factors; the first is that of the series' first step */
	double *fitted;   /* [n] */
	double *residual; /* [n], without season */
};

static struct line
line_grown(struct line line, double value)
{
	double n = line.count;
	struct line out = { .count = n + 1.0, .mean = (n * line.mean + value) / (n + 1.0) };
	/* Least squares through n + 1 points from those through n: Fiorucci et al. 2016, section 3.2. */
	if (n > 0.0)
		out.slope = ((n - 1.0) * line.slope + 6.0 * (value - line.mean) / (n + 1.0)) / (n + 2.0);
	return out;
}

/* What a whole share of the line adds to the level's forecast; `kept` is (1 - alpha) to the power of the steps so far. */
static double
line_adds(const struct line *line, double alpha, double kept)
{
	double start = line->mean - 0.5 * (line->count + 1.0) * line->slope;
	return kept * start + (1.0 - kept * (1.0 - alpha)) / alpha * line->slope;
}

struct smoothing {
	const double *x;
	size_t n, first;
	bool dynamic;
	double level, share; /* the best with the alpha that was tried last */
};

/*
 * The squares' sum with this alpha. Errors are linear in the first level and in the line's share, so that the best of these two
 * follow at once and alpha alone is searched.
 */
static double
squares_at(const double *alpha_at, void *user)
{
	struct smoothing *s = user;
	double alpha = *alpha_at, level = 0.0, kept = 1.0;
	double aa = 0.0, ab = 0.0, bb = 0.0, ae = 0.0, be = 0.0, ee = 0.0;
	struct line line = { 0 };
	for (size_t t = 0; t < s->n; t++) {
		if (t >= s->first) {
			double e = s->x[t] - level, b = s->dynamic ? line_adds(&line, alpha, kept) : 0.0;
			aa += kept * kept;
			ab += kept * b;
			bb += b * b;
			ae += kept * e;
			be += b * e;
			ee += e * e;
		}
		level += alpha * (s->x[t] - level);
		kept *= 1.0 - alpha;
		if (s->dynamic)
			line = line_grown(line, s->x[t]);
	}
	double determinant = aa * bb - ab * ab;
	s->share = s->dynamic && determinant > 1e-12 * aa * bb ? (aa * be - ab * ae) / determinant : 0.0;
	s->share = fmin(fmax(s->share, 0.0), SHARE_MOST);
	s->level = (ae - s->share * ab) / aa;
	return ee - 2.0 * (s->level * ae + s->share * be) + s->level * s->level * aa + 2.0 * s->level * s->share * ab +
	    s->share * s->share * bb;
}

/* The best alpha: of a grid, then the floor of its valley. */
static enum status
search(struct smoothing *s, enum theta_kind kind, double *alpha)
{
	double lower = alpha_least[kind], upper = alpha_most[kind], least = INFINITY, gap = (upper - lower) / (double)(GRID - 1);
	for (size_t k = 0; k < GRID; k++) {
		double one = fmin(lower + gap * (double)k, upper), squares = squares_at(&one, s);
		if (squares < least) {
			least = squares;
			*alpha = one;
		}
	}
	double from = fmax(lower, *alpha - gap), to = fmin(upper, *alpha + gap), step = 0.3 * gap;
	enum status status = optimum_find(squares_at, s, alpha, &from, &to, 1,
	    &(struct optimum_options){ .tolerance = 1e-13, .steps_max = 200, .step = &step }, &least);
	(void)squares_at(alpha, s);
	return status;
}

/* Whether the autocorrelation at one period is beyond what chance gives in one of ten (one side in twenty). */
static bool
seasonal(const double *y, size_t n, size_t period)
{
	double mean = 0.0, variance = 0.0, r = 0.0, before = 0.0;
	if (period < 2 || n <= 2 * period)
		return false;
	for (size_t t = 0; t < n; t++)
		mean += y[t] / (double)n;
	for (size_t t = 0; t < n; t++)
		variance += (y[t] - mean) * (y[t] - mean);
	if (!(variance > 1e-20 * mean * mean * (double)n))
		return false;
	for (size_t lag = 1; lag <= period; lag++) {
		before += r * r;
		r = 0.0;
		for (size_t t = lag; t < n; t++)
			r += (y[t] - mean) * (y[t - lag] - mean);
		r /= variance;
	}
	return fabs(r) > normal_quantile(0.95) * sqrt((1.0 + 2.0 * before) / (double)n);
}

/* The factors of the season; false where there are none to be had. */
static bool
factors(const double *y, size_t n, size_t period, double *season)
{
	for (size_t t = 0; t < n; t++)
		if (y[t] < 0.0)
			return false;
	classical_season(y, n, period, true, season);
	for (size_t k = 0; k < period; k++)
		if (!(season[k] >= FACTOR_LEAST))
			return false;
	return true;
}

static size_t
period_of(const struct series *series)
{
	double whole = series->n_periods == 0 ? 1.0 : nearbyint(series->periods[0]);
	return whole >= 2.0 && whole < (double)series->n ? (size_t)whole : 1;
}

/* Half the slope of the line through all, and what it adds to the first step ahead. */
static void
set_drift(struct theta *theta, const double *x)
{
	struct line line = { 0 };
	double alpha = theta->about.alpha;
	for (size_t t = 0; t < theta->n; t++)
		line = line_grown(line, x[t]);
	theta->about.drift = 0.5 * line.slope;
	theta->begin = theta->about.drift * (1.0 - pow(1.0 - alpha, (double)theta->n)) / alpha;
}

/* Goes through x with the weights that are set. */
static void
run(struct theta *theta, const double *x)
{
	struct theta_about *about = &theta->about;
	double level = about->level, kept = 1.0, squares = 0.0, count = (double)(theta->n - theta->first);
	struct line line = { 0 };
	for (size_t t = 0; t < theta->n; t++) {
		double f = level + about->share * line_adds(&line, about->alpha, kept);
		theta->residual[t] = x[t] - f;
		theta->fitted[t] = t < theta->first ? NAN : f * theta->season[t % about->period];
		level += about->alpha * (x[t] - level);
		kept *= 1.0 - about->alpha;
		line = line_grown(line, x[t]);
		if (t < theta->first)
			continue;
		squares += theta->residual[t] * theta->residual[t];
		theta->mean += theta->residual[t] / count;
	}
	theta->last = level;
	theta->line = line;
	about->sigma2 = squares / (count - (about->kind == THETA_DYNAMIC ? 3.0 : 2.0));
	if (about->kind == THETA_STANDARD)
		set_drift(theta, x);
}

static const struct model_face face;

/* Room for a theta of the series, its season found; x gets the values without it. */
static enum status
prepare(const struct series *series, enum theta_kind kind, struct theta **out, double **x)
{
	size_t n = series->n, period = period_of(series);
	if (n < VALUES_MIN)
		return STATUS_TOO_FEW;
	for (size_t t = 0; t < n; t++)
		if (!isfinite(series->values[t]))
			return STATUS_NO_FIT;
	struct theta *theta = calloc(1, sizeof *theta + (2 * n + period) * sizeof(double));
	*x = calloc(n, sizeof **x);
	if (theta == NULL || *x == NULL) {
		free(theta);
		free(*x);
		return STATUS_NO_MEMORY;
	}
	theta->fitted = (double *)(theta + 1);
	theta->residual = theta->fitted + n;
	theta->season = theta->residual + n;
	theta->n = n;
	theta->first = kind == THETA_DYNAMIC;
	theta->about = (struct theta_about){ .kind = kind, .period = period };
	if (!seasonal(series->values, n, period) || !factors(series->values, n, period, theta->season)) {
		theta->about.period = 1;
		theta->season[0] = 1.0;
	}
	for (size_t t = 0; t < n; t++)
		(*x)[t] = series->values[t] / theta->season[t % theta->about.period];
	*out = theta;
	return STATUS_OK;
}

static struct model
finished(struct theta *theta, const double *x)
{
	run(theta, x);
	struct model model = { .face = &face, .self = theta, .n = theta->n };
	(void)snprintf(model.label, sizeof model.label, "%s%s", theta->about.kind == THETA_DYNAMIC ? "Dynamic theta" : "Theta",
	    theta->about.period > 1 ? " (seasonal)" : "");
	return model;
}

/* With alpha found, or where not NULL the one given and the level and share that are best with it. */
static enum status
fit(const struct series *series, enum theta_kind kind, const double *alpha, struct model *out)
{
	struct theta *theta;
	double *x;
	enum status status = prepare(series, kind, &theta, &x);
	if (status != STATUS_OK)
		return status;
	struct smoothing s = { .x = x, .n = theta->n, .first = theta->first, .dynamic = kind == THETA_DYNAMIC };
	if (alpha == NULL) {
		status = search(&s, kind, &theta->about.alpha);
	} else {
		theta->about.alpha = *alpha;
		(void)squares_at(alpha, &s);
	}
	theta->about.level = s.level;
	theta->about.share = s.share;
	if (status == STATUS_OK)
		*out = finished(theta, x);
	else
		free(theta);
	free(x);
	return status;
}

enum status
theta_fit(const struct series *series, enum theta_kind kind, struct model *out)
{
	return fit(series, kind, NULL, out);
}

enum status
theta_given(const struct series *series, const struct theta_about *given, struct model *out)
{
	struct theta *theta;
	double *x;
	enum status status = prepare(series, given->kind, &theta, &x);
	if (status != STATUS_OK)
		return status;
	theta->about.alpha = given->alpha;
	theta->about.level = given->level;
	theta->about.share = given->kind == THETA_DYNAMIC ? given->share : 0.0;
	*out = finished(theta, x);
	free(x);
	return STATUS_OK;
}

const struct theta_about *
theta_about(const struct model *model)
{
	assert(model->face == &face);
	return &((const struct theta *)model->self)->about;
}

/* The steps ahead, each with an error drawn from `chance`; NULL: without. */
static void
ahead(const struct theta *theta, struct chance *chance, bool normal, size_t horizon, double *out)
{
	const struct theta_about *about = &theta->about;
	double level = theta->last, kept = pow(1.0 - about->alpha, (double)theta->n), spread = sqrt(about->sigma2);
	size_t errors = theta->n - theta->first;
	struct line line = theta->line;
	for (size_t h = 0; h < horizon; h++) {
		double f = level, e = 0.0;
		if (chance != NULL)
			e = normal ? spread * chance_normal(chance)
				   : theta->residual[theta->first + chance_index(chance, errors)] - theta->mean;
		if (about->kind == THETA_DYNAMIC) {
			f += about->share * line_adds(&line, about->alpha, kept) + e;
			level += about->alpha * (f - level);
			kept *= 1.0 - about->alpha;
			line = line_grown(line, f);
		} else {
			f += theta->begin + about->drift * (double)h + e;
			level += about->alpha * e;
		}
		out[h] = f * theta->season[(theta->n + h) % about->period];
	}
}

static void
forecast(const void *self, size_t horizon, double *out)
{
	ahead(self, NULL, false, horizon, out);
}

static void
simulate(const void *self, bool normal, struct chance *chance, size_t horizon, double *path)
{
	ahead(self, chance, normal, horizon, path);
}

static const double *
fitted(const void *self)
{
	return ((const struct theta *)self)->fitted;
}

static enum status
again(const void *self, const struct series *series, bool anew, void **out)
{
	const struct theta_about *about = &((const struct theta *)self)->about;
	struct model model;
	enum status status = fit(series, about->kind, anew ? NULL : &about->alpha, &model);
	if (status == STATUS_OK)
		*out = model.self;
	return status;
}

static const struct model_face face = {
	.forecast = forecast,
	.simulate = simulate,
	.fitted = fitted,
	.again = again,
	.close = free,
};

/*
 * The maximum of likelihood. With as many starting states as a season has steps a simplex over all of them is slow and ends early;
 * yet -2 log likelihood is n times the log of a sum of squares (with multiplied errors: of errors times the geometric mean of
 * forecasts), so that damped Gauss and Newton steps (Marquardt 1963) find its floor in a dozen turns. A simplex over the weights
 * alone, which are few and may have several valleys, goes before. See ets_filter.h.
 */
#include "ets_filter.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <lapacke.h>

#include "optimum.h"

enum { STATE_TURNS = 1, ALL_TURNS = 60, WEIGHTS_MAX = 4, SIMPLEX_STEPS = 40, PATIENCE = 20, FIRST_VALUES = 400 };
#define ALPHA_QUICK 0.7 /* where a start for quick levels begins */
#define NEARLY 4.0      /* of the deviance: valleys that differ by less are alike */
#define GAIN_LEAST 1e-6 /* of the deviance: less is standing still */
#define DAMPING_FIRST 1e-3
#define DAMPING_LEAST 1e-9
#define DAMPING_MOST 1e8

struct descent {
	const struct ets_case *c;
	struct ets_columns at;
	bool fixed[ETS_COLUMNS_MAX]; /* columns that stay */
	double lower[ETS_COLUMNS_MAX], upper[ETS_COLUMNS_MAX];
	double x[ETS_COLUMNS_MAX];
	double deviance, damping;
};

static void
bounds(const struct ets_columns *at, double *lower, double *upper)
{
	for (size_t k = 0; k < at->n; k++) {
		lower[k] = -INFINITY;
		upper[k] = INFINITY;
	}
	lower[at->alpha] = ETS_LEAST;
	upper[at->alpha] = ETS_MOST;
	if (at->beta >= 0) {
		lower[at->beta] = 0.0;
		upper[at->beta] = 1.0;
	}
	if (at->gamma >= 0) {
		lower[at->gamma] = 0.0;
		upper[at->gamma] = 1.0;
	}
	if (at->phi >= 0) {
		lower[at->phi] = ETS_PHI_LEAST;
		upper[at->phi] = ETS_PHI_MOST;
	}
}

static double
deviance_at(const struct ets_case *c, const double *x)
{
	struct ets_values values;
	ets_unpack(c, x, &values);
	for (size_t k = 0; c->form.season == 'M' && k < c->period; k++)
		if (!(values.season[k] > 0.0))
			return INFINITY;
	return ets_admissible(c, &values) ? ets_deviance(c, &values) : INFINITY;
}

/*
 * The normal equations of the deviance at x, and its slope (both halved and times the sum of squares, which cancels). A column at
 * its bound whose slope leads out of it stays for this turn.
 */
static bool
equations(const struct descent *d, const struct ets_sums *sums, double *h, double *slope, bool *stays)
{
	size_t n = d->at.n;
	double count = (double)d->c->n;
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		double hi = sums->h[i] / count;
		slope[i] = sums->rd[i] + sums->squares * hi;
		for (size_t k = i; k < n; k++) {
			double hk = sums->h[k] / count;
			h[i * n + k] = h[k * n + i] =
			    sums->dd[i][k] + sums->rd[i] * hk + hi * sums->rd[k] + sums->squares * hi * hk;
		}
		stays[i] = d->fixed[i] || (d->x[i] <= d->lower[i] && slope[i] > 0.0) || (d->x[i] >= d->upper[i] && slope[i] < 0.0);
		any = any || !stays[i];
	}
	return any;
}

/* One damped step from x to trial; false where the equations have no answer. */
static bool
stride(const struct descent *d, const double *h, const double *slope, const bool *stays, double *trial)
{
	size_t n = d->at.n;
	double a[ETS_COLUMNS_MAX * ETS_COLUMNS_MAX], b[ETS_COLUMNS_MAX], greatest = 0.0;
	for (size_t i = 0; i < n; i++)
		greatest = fmax(greatest, h[i * n + i]);
	for (size_t i = 0; i < n; i++) {
		b[i] = stays[i] ? 0.0 : -slope[i];
		for (size_t k = 0; k < n; k++)
			a[i * n + k] = stays[i] || stays[k] ? 0.0 : h[i * n + k];
		a[i * n + i] = stays[i] ? 1.0 : h[i * n + i] * (1.0 + d->damping) + 1e-14 * greatest;
	}
	/* The matrix is symmetric: its order by columns is that by rows. */
	if (LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, 1, a, (lapack_int)n, b, (lapack_int)n) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		trial[i] = fmin(fmax(d->x[i] + b[i], d->lower[i]), d->upper[i]);
	return true;
}

/* A step down, with as much damping as it takes. False where there is none. */
static bool
turn(struct descent *d)
{
	struct ets_sums sums;
	double h[ETS_COLUMNS_MAX * ETS_COLUMNS_MAX], slope[ETS_COLUMNS_MAX], trial[ETS_COLUMNS_MAX];
	bool stays[ETS_COLUMNS_MAX];
	if (!ets_slopes(d->c, d->x, &sums) || !equations(d, &sums, h, slope, stays))
		return false;
	for (; d->damping < DAMPING_MOST; d->damping *= 8.0) {
		if (!stride(d, h, slope, stays, trial))
			continue;
		double deviance = deviance_at(d->c, trial);
		if (!(deviance < d->deviance))
			continue;
		double gain = d->deviance - deviance;
		d->deviance = deviance;
		memcpy(d->x, trial, d->at.n * sizeof *trial);
		d->damping = fmax(d->damping / 16.0, DAMPING_LEAST);
		return gain > GAIN_LEAST;
	}
	return false;
}

/*
 * The deviance's least, from *values on. `states_only`: the weights stay. Given up where even PATIENCE more turns as good as the
 * last would not bring it below `wanted`.
 */
static void
descend(const struct ets_case *c, bool states_only, int turns, double wanted, struct ets_values *values, double *deviance)
{
	struct descent d = { .c = c, .at = ets_columns(&c->form, c->period), .damping = DAMPING_FIRST };
	bounds(&d.at, d.lower, d.upper);
	for (size_t k = 0; k < (size_t)d.at.level; k++)
		d.fixed[k] = states_only;
	ets_pack(c, values, d.x);
	d.deviance = deviance_at(c, d.x);
	if (!isfinite(d.deviance)) {
		*deviance = INFINITY;
		return;
	}
	for (double before = d.deviance; turns > 0 && turn(&d); before = d.deviance, turns--)
		if (d.deviance - PATIENCE * (before - d.deviance) > wanted)
			break;
	ets_unpack(c, d.x, values);
	*deviance = d.deviance;
}

struct weights {
	const struct ets_case *c;
	struct ets_columns at;
	double x[ETS_COLUMNS_MAX];
};

static double
of_weights(const double *weights, void *user)
{
	struct weights *w = user;
	memcpy(w->x, weights, (size_t)w->at.level * sizeof *weights);
	return deviance_at(w->c, w->x);
}

/* The weights of the least deviance while the states stay. */
static enum status
simplex(const struct ets_case *c, struct ets_values *values, double *deviance)
{
	struct weights w = { .c = c, .at = ets_columns(&c->form, c->period) };
	double x[WEIGHTS_MAX], lower[ETS_COLUMNS_MAX], upper[ETS_COLUMNS_MAX], step[WEIGHTS_MAX];
	size_t n = (size_t)w.at.level; /* weights stand before states */
	assert(n <= WEIGHTS_MAX);
	bounds(&w.at, lower, upper);
	ets_pack(c, values, w.x);
	memcpy(x, w.x, n * sizeof *x);
	for (size_t k = 0; k < n; k++)
		step[k] = 0.25 * (upper[k] - lower[k]);
	enum status status = optimum_find(of_weights, &w, x, lower, upper, n,
	    &(struct optimum_options){ .tolerance = 1e-5, .steps_max = SIMPLEX_STEPS * (int)n, .step = step }, deviance);
	if (status != STATUS_OK)
		return status;
	memcpy(w.x, x, n * sizeof *x);
	ets_unpack(c, w.x, values);
	return STATUS_OK;
}

/* The weights of the one, the states of the other. */
static struct ets_values
joined(const struct ets_values *weights, const struct ets_values *states)
{
	struct ets_values out = *states;
	out.alpha = weights->alpha;
	out.beta = weights->beta;
	out.gamma = weights->gamma;
	out.phi = weights->phi;
	return out;
}

/*
 * The weights' best valley by two starts, for slow and for quick levels: where they are nearly as deep the slow one, which takes
 * less of the noise along. Looks at the first `values`: some hundred tell, and a longer series costs no more.
 */
static enum status
valley(const struct ets_case *c, const struct ets_values *guess, size_t values, struct ets_values *out)
{
	const double alphas[] = { guess->alpha, ALPHA_QUICK };
	struct ets_case first = *c;
	first.n = c->n < values ? c->n : values;
	double deviance = INFINITY;
	for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++) {
		struct ets_values begin = *guess;
		double one;
		ets_first_weights(c, alphas[k], &begin);
		descend(&first, true, STATE_TURNS, INFINITY, &begin, &one);
		enum status status = simplex(&first, &begin, &one);
		if (status == STATUS_NO_MEMORY)
			return status;
		if (status == STATUS_OK && (deviance == INFINITY || one < deviance - NEARLY)) {
			deviance = one;
			*out = begin;
		}
	}
	return deviance == INFINITY ? STATUS_NO_FIT : STATUS_OK;
}

/* All the way down from the rule of thumb. */
static enum status
search_fresh(const struct ets_case *c, const struct ets_values *guess, double wanted, struct ets_values *out, double *deviance)
{
	enum status status = valley(c, guess, FIRST_VALUES, out);
	if (status == STATUS_NO_MEMORY)
		return status;
	*deviance = INFINITY;
	if (status == STATUS_OK)
		descend(c, false, ALL_TURNS, wanted, out, deviance);
	if (isfinite(*deviance) || c->n <= FIRST_VALUES)
		return status;
	/* Weights that suit the beginning may be impossible later on. */
	status = valley(c, guess, c->n, out);
	if (status == STATUS_OK)
		descend(c, false, ALL_TURNS, wanted, out, deviance);
	return status;
}

enum status
ets_search(const struct ets_case *c, const struct ets_values *near, double wanted, struct ets_values *out, double *deviance)
{
	struct ets_values guess, found;
	double least = INFINITY;
	enum status status = ets_guess(c, &guess);
	if (status == STATUS_OK && near != NULL) {
		/* The weights that held before, with whichever states go better with them. */
		found = joined(near, &guess);
		if (ets_deviance(c, near) < ets_deviance(c, &found))
			found = *near;
		descend(c, false, ALL_TURNS, wanted, &found, &least);
	}
	if (status == STATUS_OK && !isfinite(least))
		status = search_fresh(c, &guess, wanted, &found, &least);
	if (status != STATUS_OK)
		return status;
	if (!isfinite(least))
		return STATUS_NO_FIT;
	*deviance = least;
	*out = found;
	return STATUS_OK;
}

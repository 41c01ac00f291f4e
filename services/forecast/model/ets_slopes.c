/* The derivatives of the errors by weights and starting states, carried along with the states themselves. See ets_filter.h. */
#include "ets_filter.h"

#include <math.h>
#include <string.h>

struct walk {
	const struct ets_case *c;
	struct ets_columns at;
	struct ets_values now; /* level and trend move; season is in its ring */
	double beta_share, gamma_share;
	double dlevel[ETS_COLUMNS_MAX], dtrend[ETS_COLUMNS_MAX];
	double dseason[ETS_PERIOD_MAX][ETS_COLUMNS_MAX];
	double dq[ETS_COLUMNS_MAX], df[ETS_COLUMNS_MAX], derror[ETS_COLUMNS_MAX];
};

static void
begin(struct walk *w, const struct ets_case *c, const double *x)
{
	memset(w, 0, sizeof *w);
	w->c = c;
	w->at = ets_columns(&c->form, c->period);
	ets_unpack(c, x, &w->now);
	w->dlevel[w->at.level] = 1.0;
	if (w->at.beta >= 0) {
		w->beta_share = x[w->at.beta];
		w->dtrend[w->at.trend] = 1.0;
	}
	if (w->at.gamma < 0)
		return;
	w->gamma_share = x[w->at.gamma];
	for (size_t k = 1; k < c->period; k++) {
		w->dseason[k][(size_t)w->at.season + k - 1] = 1.0;
		w->dseason[0][(size_t)w->at.season + k - 1] = -1.0;
	}
}

/* The forecast, its parts and their slopes. */
static double
look_ahead(struct walk *w, size_t slot, double *q)
{
	size_t n = w->at.n;
	double phi = w->now.phi;
	*q = w->now.level + phi * w->now.trend;
	for (size_t k = 0; k < n; k++)
		w->dq[k] = w->dlevel[k] + phi * w->dtrend[k];
	if (w->at.phi >= 0)
		w->dq[w->at.phi] += w->now.trend;
	if (w->c->form.season == 'N') {
		memcpy(w->df, w->dq, n * sizeof *w->df);
		return *q;
	}
	double s = w->now.season[slot];
	const double *ds = w->dseason[slot];
	if (w->c->form.season == 'A') {
		for (size_t k = 0; k < n; k++)
			w->df[k] = w->dq[k] + ds[k];
		return *q + s;
	}
	for (size_t k = 0; k < n; k++)
		w->df[k] = s * w->dq[k] + *q * ds[k];
	return *q * s;
}

/* Adds this step's error and slopes to the sums. */
static void
gather(struct walk *w, double y, double f, struct ets_sums *sums)
{
	size_t n = w->at.n;
	double r = y - f, scale = -1.0, d[ETS_COLUMNS_MAX];
	if (w->c->form.error == 'M') {
		r /= f;
		scale = -(1.0 + r) / f;
		sums->logs += log(f);
		for (size_t k = 0; k < n; k++)
			sums->h[k] += w->df[k] / f;
	}
	sums->squares += r * r;
	for (size_t k = 0; k < n; k++) {
		d[k] = scale * w->df[k];
		sums->rd[k] += r * d[k];
	}
	for (size_t i = 0; i < n; i++) {
		double di = d[i], *row = sums->dd[i];
		for (size_t k = i; k < n; k++)
			row[k] += di * d[k];
	}
}

/* Level and trend learn from `error` (of the level), whose slopes are in derror. */
static void
learn(struct walk *w, double q, double error)
{
	size_t n = w->at.n;
	const struct ets_columns *at = &w->at;
	double alpha = w->now.alpha, beta = w->now.beta, phi = w->now.phi, trend = w->now.trend;
	for (size_t k = 0; k < n; k++)
		w->dlevel[k] = w->dq[k] + alpha * w->derror[k];
	w->dlevel[at->alpha] += error;
	w->now.level = q + alpha * error;
	if (at->beta < 0)
		return;
	for (size_t k = 0; k < n; k++)
		w->dtrend[k] = phi * w->dtrend[k] + beta * w->derror[k];
	w->dtrend[at->beta] += (alpha - ETS_LEAST) * error;
	w->dtrend[at->alpha] += w->beta_share * error;
	if (at->phi >= 0)
		w->dtrend[at->phi] += trend;
	w->now.trend = phi * trend + beta * error;
}

static void
season_learns(struct walk *w, size_t slot, double y, double q, double error)
{
	size_t n = w->at.n;
	double gamma = w->now.gamma, *ds = w->dseason[slot];
	if (w->c->form.season == 'M') {
		error = y / q - w->now.season[slot];
		for (size_t k = 0; k < n; k++)
			ds[k] -= gamma * (ds[k] + y / (q * q) * w->dq[k]);
	} else {
		for (size_t k = 0; k < n; k++)
			ds[k] -= gamma * w->df[k];
	}
	ds[w->at.gamma] += (1.0 - w->now.alpha - ETS_LEAST) * error;
	ds[w->at.alpha] -= w->gamma_share * error;
	w->now.season[slot] += gamma * error;
}

static void
step(struct walk *w, double y, double q, double f, size_t slot)
{
	size_t n = w->at.n;
	double error = y - f;
	if (w->c->form.season == 'M') {
		double s = w->now.season[slot], slope = y / (s * s);
		error = y / s - q;
		for (size_t k = 0; k < n; k++)
			w->derror[k] = -slope * w->dseason[slot][k] - w->dq[k];
	} else {
		for (size_t k = 0; k < n; k++)
			w->derror[k] = -w->df[k];
	}
	learn(w, q, error);
	if (w->c->form.season != 'N')
		season_learns(w, slot, y, q, error);
}

bool
ets_slopes(const struct ets_case *c, const double *x, struct ets_sums *out)
{
	struct walk walk;
	size_t slot = 0;
	memset(out, 0, sizeof *out);
	begin(&walk, c, x);
	for (size_t t = 0; t < c->n; t++) {
		double q, f = look_ahead(&walk, slot, &q);
		if (c->form.error == 'M' && !(f > 0.0))
			return false;
		gather(&walk, c->y[t], f, out);
		step(&walk, c->y[t], q, f, slot);
		slot = slot + 1 == c->period ? 0 : slot + 1;
	}
	return isfinite(out->squares);
}

/* See arima_polynomial.h. */
#include "arima_polynomial.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Partial autocorrelations nearer to 1 than this count as unit roots. */
#define UNIT 1e-12

size_t
arima_coefficients(const struct arima_orders *orders)
{
	return orders->p + orders->q + orders->seasonal_p + orders->seasonal_q;
}

size_t
arima_lost(const struct arima_orders *orders)
{
	return orders->d + orders->seasonal_d * orders->season;
}

/* (1 + a B + …)(1 + b B^season + …) without its leading 1. */
static size_t
multiply(const double *a, size_t n_a, const double *b, size_t n_b, size_t season, double sign, double *out)
{
	for (size_t j = 0; j <= n_b; j++) {
		double high = j == 0 ? 1.0 : sign * b[j - 1];
		for (size_t i = 0; i <= n_a; i++) {
			double low = i == 0 ? 1.0 : sign * a[i - 1];
			if (i + j > 0)
				out[i + j * season - 1] += high * low;
		}
	}
	return n_a + n_b * season;
}

void
arima_expand(const struct arima_orders *orders, const double *coefficients, struct arma *out)
{
	const double *phi = coefficients, *theta = phi + orders->p, *high_phi = theta + orders->q,
		     *high_theta = high_phi + orders->seasonal_p;
	memset(out, 0, sizeof *out);
	out->p = multiply(phi, orders->p, high_phi, orders->seasonal_p, orders->season, -1.0, out->phi);
	for (size_t i = 0; i < out->p; i++)
		out->phi[i] = -out->phi[i];
	out->q = multiply(theta, orders->q, high_theta, orders->seasonal_q, orders->season, 1.0, out->theta);
	out->states = out->p > out->q + 1 ? out->p : out->q + 1;
	assert(out->states <= ARMA_STATES_MAX);
}

size_t
arima_delta(const struct arima_orders *orders, double delta[ARIMA_LOST_MAX])
{
	double polynomial[ARIMA_LOST_MAX + 1] = { 1.0 };
	size_t degree = 0;
	for (size_t round = 0; round < orders->d + orders->seasonal_d; round++) {
		size_t step = round < orders->d ? 1 : orders->season;
		degree += step;
		for (size_t i = degree; i >= step; i--)
			polynomial[i] -= polynomial[i - step];
	}
	for (size_t i = 0; i < degree; i++)
		delta[i] = -polynomial[i + 1];
	return degree;
}

/* The autoregression of these partial autocorrelations (Durbin 1960, Levinson 1947). */
static void
raise_order(const double *partial, size_t n, double sign, double *out)
{
	double before[ARIMA_ORDER_MAX];
	for (size_t k = 0; k < n; k++) {
		memcpy(before, out, k * sizeof *out);
		for (size_t i = 0; i < k; i++)
			out[i] = before[i] - partial[k] * before[k - 1 - i];
		out[k] = partial[k];
	}
	for (size_t i = 0; i < n; i++)
		out[i] *= sign;
}

/* Its inverse. False where one is beyond 1. */
static bool
lower_order(const double *coefficients, size_t n, double sign, double *partial)
{
	double now[ARIMA_ORDER_MAX], before[ARIMA_ORDER_MAX];
	bool inside = true;
	for (size_t i = 0; i < n; i++)
		now[i] = sign * coefficients[i];
	for (size_t k = n; k-- > 0;) {
		if (!(fabs(now[k]) < 1.0 - UNIT)) {
			inside = false;
			now[k] = isfinite(now[k]) ? copysign(0.99, now[k]) : 0.0;
		}
		partial[k] = now[k];
		memcpy(before, now, k * sizeof *now);
		for (size_t i = 0; i < k; i++)
			now[i] = (before[i] + partial[k] * before[k - 1 - i]) / (1.0 - partial[k] * partial[k]);
	}
	return inside;
}

/* The factors in the order of the coefficients: phi, theta, seasonal phi, seasonal theta. */
struct factor {
	size_t at, n;
	double sign;
};

static void
factors(const struct arima_orders *orders, struct factor out[4])
{
	const size_t n[4] = { orders->p, orders->q, orders->seasonal_p, orders->seasonal_q };
	size_t at = 0;
	for (size_t i = 0; i < 4; i++) {
		out[i] = (struct factor){ at, n[i], i % 2 == 0 ? 1.0 : -1.0 };
		at += n[i];
	}
}

void
arima_bind(const struct arima_orders *orders, const double *x, double *coefficients)
{
	struct factor factor[4];
	double partial[ARIMA_ORDER_MAX];
	factors(orders, factor);
	for (size_t f = 0; f < 4; f++) {
		for (size_t i = 0; i < factor[f].n; i++)
			partial[i] = tanh(x[factor[f].at + i]);
		raise_order(partial, factor[f].n, factor[f].sign, coefficients + factor[f].at);
	}
}

void
arima_free(const struct arima_orders *orders, const double *coefficients, double *x)
{
	struct factor factor[4];
	double partial[ARIMA_ORDER_MAX];
	factors(orders, factor);
	for (size_t f = 0; f < 4; f++) {
		(void)lower_order(coefficients + factor[f].at, factor[f].n, factor[f].sign, partial);
		for (size_t i = 0; i < factor[f].n; i++)
			x[factor[f].at + i] = atanh(partial[i]);
	}
}

/* Stretched by the radius, the roots must still be outside of the unit circle (Schur 1917). */
bool
arima_roots_outside(const struct arima_orders *orders, const double *coefficients, double radius)
{
	struct factor factor[4];
	double stretched[ARIMA_ORDER_MAX], partial[ARIMA_ORDER_MAX];
	factors(orders, factor);
	for (size_t f = 0; f < 4; f++) {
		double power = 1.0;
		for (size_t i = 0; i < factor[f].n; i++)
			stretched[i] = coefficients[factor[f].at + i] * (power *= radius);
		if (!lower_order(stretched, factor[f].n, factor[f].sign, partial))
			return false;
	}
	return true;
}

/* phi of an order one higher, from the end: now[0 … k] to now[0 … k - 1], or back; `rest` is 1 - partial^2, or 1 for the way up. */
static void
mirror(double *now, size_t k, double partial, double rest)
{
	for (size_t i = 0, j = k; i < j--; i++) {
		double low = now[i], high = now[j];
		now[i] = (low + partial * high) / rest;
		now[j] = (high + partial * low) / rest;
	}
}

/* Autocovariances of the pure autoregression with innovations of variance 1, order by order: out[0 … n - 1]. */
static bool
autoregression_covariances(const struct arma *arma, double *out, size_t n)
{
	double phi[ARMA_LAGS_MAX + 1];
	size_t p = arma->p;
	memcpy(phi, arma->phi, sizeof phi);
	out[0] = 1.0;
	for (size_t k = p; k-- > 0;) {
		double rest = 1.0 - phi[k] * phi[k];
		if (!(rest > UNIT))
			return false;
		mirror(phi, k, phi[k], rest);
		out[0] /= rest;
	}
	/* phi now holds the partial autocorrelations: each closes the equations of its own order. */
	for (size_t k = 1; k < n; k++) {
		size_t known = k <= p ? k : p;
		double sum = 0.0;
		if (k <= p)
			mirror(phi, k - 1, -phi[k - 1], 1.0);
		for (size_t i = 0; i < known; i++)
			sum += phi[i] * out[k - 1 - i];
		out[k] = sum;
	}
	return true;
}

/* Autocovariances of the whole: out[0 … states]. */
static bool
covariances(const struct arma *arma, double *out)
{
	double pure[2 * ARMA_STATES_MAX + 2], moving[ARMA_LAGS_MAX + 1];
	size_t q = arma->q, n = arma->states + 1;
	if (!autoregression_covariances(arma, pure, n + q))
		return false;
	for (size_t k = 0; k <= q; k++) {
		moving[k] = k == 0 ? 1.0 : arma->theta[k - 1];
		for (size_t i = 0; i + k < q; i++)
			moving[k] += arma->theta[i] * arma->theta[i + k];
	}
	for (size_t k = 0; k < n; k++) {
		double sum = moving[0] * pure[k];
		for (size_t i = 1; i <= q; i++)
			if (moving[i] != 0.0)
				sum += moving[i] * (pure[k + i] + pure[k > i ? k - i : i - k]);
		out[k] = sum;
	}
	return true;
}

bool
arma_beginning(const struct arma *arma, double cov[ARMA_STATES_MAX + 1])
{
	double gamma[ARMA_STATES_MAX + 2], psi[ARMA_STATES_MAX + 1];
	size_t r = arma->states;
	if (!covariances(arma, gamma))
		return false;
	for (size_t k = 0; k < r; k++) {
		psi[k] = k == 0 ? 1.0 : arma->theta[k - 1];
		for (size_t i = 0; i < k && i < arma->p; i++)
			psi[k] += arma->phi[i] * psi[k - 1 - i];
	}
	memset(cov, 0, (r + 1) * sizeof *cov);
	cov[0] = gamma[0];
	for (size_t j = 1; j < r; j++) {
		double phi = arma->phi[j], theta = arma->theta[j - 1];
		if (phi == 0.0 && theta == 0.0)
			continue;
		for (size_t i = 1; i <= j; i++)
			cov[i] += phi * gamma[j - i + 1] + theta * psi[j - i];
	}
	return true;
}

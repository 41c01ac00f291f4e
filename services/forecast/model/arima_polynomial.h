/*
 * The polynomials of a seasonal ARIMA: multiplied out, kept stationary and invertible, and what follows from them at the
 * beginning of a series. Values alone; nothing is owned but by the caller.
 */
#ifndef JUYAN_MODEL_ARIMA_POLYNOMIAL_H
#define JUYAN_MODEL_ARIMA_POLYNOMIAL_H

#include "arima.h"

enum {
	ARMA_LAGS_MAX = ARIMA_ORDER_MAX + ARIMA_SEASONAL_MAX * ARIMA_SEASON_MAX,
	ARMA_STATES_MAX = ARMA_LAGS_MAX + 1,
	ARIMA_LOST_MAX = ARIMA_DIFFERENCES_MAX + ARIMA_SEASONAL_DIFFERENCES_MAX * ARIMA_SEASON_MAX
};

/* An ARMA with its seasonal factors multiplied out. Both lists have `states` places, filled up with zeros. */
struct arma {
	size_t p, q;
	size_t states;                     /* the greater of p and q + 1 */
	double phi[ARMA_STATES_MAX + 1];   /* phi[i] stands before w[t - 1 - i] */
	double theta[ARMA_STATES_MAX + 1]; /* theta[i] before e[t - 1 - i] */
};

size_t arima_coefficients(const struct arima_orders *orders);
/* Values that differencing takes: d + D m. */
size_t arima_lost(const struct arima_orders *orders);

void arima_expand(const struct arima_orders *orders, const double *coefficients, struct arma *out);

/* y[t] = w[t] + delta[0] y[t - 1] + …; returns arima_lost. */
size_t arima_delta(const struct arima_orders *orders, double delta[ARIMA_LOST_MAX]);

/*
 * Any numbers x become coefficients of a stationary and invertible model: partial autocorrelations tanh(x), factor by factor
 * (Monahan 1984; Jones 1980). And back, where the coefficients are such; else the nearest that is.
 */
void arima_bind(const struct arima_orders *orders, const double *x, double *coefficients);
void arima_free(const struct arima_orders *orders, const double *coefficients, double *x);

/* True if all roots of all factors are outside of a circle with this radius. */
bool arima_roots_outside(const struct arima_orders *orders, const double *coefficients, double radius);

/*
 * The covariances of the states of Harvey's form (Harvey and Phillips 1979) with the value itself, in units of the innovations'
 * variance: cov[states]. False where phi is not stationary.
 */
bool arma_beginning(const struct arma *arma, double cov[ARMA_STATES_MAX + 1]);

#endif

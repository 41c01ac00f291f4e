/*
 * Seasonal ARIMA(p,d,q)(P,D,Q)[m] (Box and Jenkins 1970), with regressors whose errors it then describes, by exact Gaussian
 * likelihood. The signs are R's: w[t] = phi w[t-1] + … + e[t] + theta e[t-1] + …, w being the series without its regressors,
 * differenced. The regressors' coefficients are found together with the others (concentrated out of the likelihood).
 *
 * Values may be NAN (unknown); regressors must be known. The first d + D m known values have no forecast (a diffuse beginning,
 * Durbin and Koopman 2001), and neither has what is unknown.
 *
 * A model is model.h's: whoever fitted it closes it. It keeps a copy of the regressors' rows, and so `again` takes any stretch that
 * begins at the same step as the fitted series, as long as there are rows; forecasts reach as far as the rows do.
 */
#ifndef JUYAN_MODEL_ARIMA_H
#define JUYAN_MODEL_ARIMA_H

#include "model.h"

enum {
	ARIMA_ORDER_MAX = 8,    /* p, q */
	ARIMA_SEASONAL_MAX = 2, /* P, Q */
	ARIMA_SEASON_MAX = 52,
	ARIMA_DIFFERENCES_MAX = 2,          /* d */
	ARIMA_SEASONAL_DIFFERENCES_MAX = 1, /* D */
	ARIMA_COEFFICIENTS_MAX = 2 * (ARIMA_ORDER_MAX + ARIMA_SEASONAL_MAX),
	ARIMA_REGRESSORS_MAX = 200
};

struct arima_orders {
	size_t p, d, q;
	size_t seasonal_p, seasonal_d, seasonal_q;
	size_t season; /* m; 0 or 1: none, and then the seasonal orders are 0 */
	bool constant; /* a mean where d + D is 0, a drift a step where it is 1; not above that */
};

/* Known for each step of the series and of the forecasts: rows[n_rows][columns]. Lent. NULL in place of it: none. */
struct arima_regressors {
	const double *rows;
	size_t n_rows, columns;
};

struct arima_limits {
	size_t order_max;    /* p, q; 0: 5 */
	size_t seasonal_max; /* P, Q; 0: 2 */
	bool seasonless;     /* look for no season, even though the series has a period */
	size_t latest;       /* so many of the latest values say which orders; 0: 4000, or 600 where there is a season */
};

/*
 * The most likely coefficients. USAGE for orders or rows out of bounds, TOO_FEW where there are fewer values than coefficients ask
 * for, NO_FIT where a regressor is no number, NO_MEMORY.
 */
enum status arima_fit(const struct series *series, const struct arima_orders *orders, const struct arima_regressors *regressors,
    struct model *out) MUST_USE;

/*
 * The model of these coefficients: phi[p], theta[q], seasonal phi[P], seasonal theta[Q]; then those of the constant and the
 * regressors (`slopes`; NULL: the most likely ones, by generalised least squares). NO_FIT where phi is not stationary.
 */
enum status arima_given(const struct series *series, const struct arima_orders *orders, const struct arima_regressors *regressors,
    const double *coefficients, const double *slopes, struct model *out) MUST_USE;

/*
 * Orders found by themselves, after Hyndman and Khandakar (2008): D by the strength of the season (Wang, Smith and Hyndman 2006),
 * d by KPSS tests (Kwiatkowski, Phillips, Schmidt and Shin 1992), the others by steps towards a lower AICc. The season is the
 * first period that is a whole number of 2 … ARIMA_SEASON_MAX steps. `limits` NULL: the defaults. A short series gets a simple
 * model; TOO_FEW without a known value. Regressors: differences and steps look at what least squares leaves of the series.
 */
enum status arima_choose(const struct series *series, const struct arima_limits *limits, const struct arima_regressors *regressors,
    struct model *out) MUST_USE;

/* What a fitted model is. Pointers are lent until it is closed. The model must be one of ours (asserted). */
struct arima_facts {
	struct arima_orders orders;
	const double *coefficients; /* as arima_given takes them */
	size_t n_coefficients;
	const double *slopes; /* of the constant, if any, then of the regressors */
	size_t n_slopes;
	const double *residuals; /* one-step errors over their standard deviation in units of the innovations'; NAN: none */
	double variance;         /* of the innovations, coefficients counted */
	double log_likelihood, aicc;
};
struct arima_facts arima_facts(const struct model *model);

#endif

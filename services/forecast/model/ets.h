/*
 * Exponential smoothing as a state space model with one source of error (Hyndman, Koehler, Snyder and Grose 2002; Hyndman, Koehler,
 * Ord and Snyder 2008): level, trend and season, each learning from the error of one step ahead.
 *
 *     error   A: y = f + e         M: y = f (1 + e)
 *     trend   N: none              A: added; damped: times phi at each step
 *     season  N: none              A: added         M: times the level
 *
 * An added error with a multiplied season is refused, for its variance has no bound; multiplied trends are left out, as they run
 * away. Multiplied errors need values above 0. Seasons have 2 … 24 steps; the series' shortest period counts, and where it is
 * longer or no whole number the models are without season.
 *
 * A fitted model is a struct model (model.h) and owns its memory. Units are the series'.
 */
#ifndef JUYAN_MODEL_ETS_H
#define JUYAN_MODEL_ETS_H

#include "model.h"

enum { ETS_PERIOD_MAX = 24 };

struct ets_form {
	char error;  /* A, M */
	char trend;  /* N, A */
	char season; /* N, A, M */
	bool damped; /* only with a trend */
};

/* Weights and states; what the form lacks is not looked at. */
struct ets_values {
	double alpha, beta, gamma, phi; /* of the error in level, trend and season; damping */
	double level, trend;
	double season[ETS_PERIOD_MAX]; /* season[0] is that of the next step */
};

enum ets_criterion { ETS_AICC, ETS_AIC, ETS_BIC };

/* What ets_choose leaves out; all zero: nothing. */
struct ets_limits {
	bool additive_only, no_trend, no_season;
	enum ets_criterion criterion;
};

struct ets_about {
	struct ets_form form;
	size_t period;                 /* 1 without a season */
	struct ets_values start, last; /* states before the first and after the last value */
	size_t parameters;             /* estimated weights and states; the variance comes to them in the criteria */
	double minus2;                 /* -2 log likelihood, but for a constant of n */
	double aic, aicc, bic;         /* infinite where there are too few values for the form */
	double sigma2;                 /* variance of e, with n - parameters in the denominator */
};

/* How many values a form needs: a fit with fewer is TOO_FEW. */
size_t ets_values_needed(const struct ets_form *form, size_t period);
/* The season's length that a series allows: its shortest period, or 1. */
size_t ets_period(const struct series *series);

/*
 * The form's maximum of likelihood within the usual bounds (0.0001 < beta < alpha < 0.9999, gamma < 1 - alpha, phi 0.8 … 0.98) that
 * are admissible as well (old values are forgotten). USAGE for a form that is none or has a season that the series lacks; NO_FIT
 * where a value is NAN, or not above 0 and the error is multiplied.
 */
enum status ets_fit(const struct series *series, const struct ets_form *form, struct model *out) MUST_USE;
/* The form of the least criterion, of all that the series and the limits allow. TOO_FEW with fewer than five values. */
enum status ets_choose(const struct series *series, const struct ets_limits *limits, struct model *out) MUST_USE;
/* The form with these weights and starting states, as they are. */
enum status ets_given(const struct series *series, const struct ets_form *form, const struct ets_values *start,
    struct model *out) MUST_USE;
/* Lent until the model is closed; the model is one of the above. */
const struct ets_about *ets_about(const struct model *model);

#endif

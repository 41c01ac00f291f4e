/*
 * A series and its regressors run through the filter of one ARIMA: their one-step errors, standardised, from which likelihood,
 * regression and forecasts follow. All columns pass through the same filter, so that y - X b passes as y's errors less X's errors
 * times b (Harvey and Phillips 1979).
 *
 * A work is opened once for a series and its orders and then used for any coefficients of these orders. It owns its memory;
 * arima_work_close. One thread at a time.
 */
#ifndef JUYAN_MODEL_ARIMA_FILTER_H
#define JUYAN_MODEL_ARIMA_FILTER_H

#include "arima_polynomial.h"

struct arima_work {
	struct arima_orders orders;
	size_t n, columns; /* the series is column 0; then the constant, then the regressors */
	size_t lost, states;
	bool gaps;
	double *data;        /* [columns][n] */
	double *differenced; /* [columns][n - lost]; without gaps only */
	size_t used;         /* values with a one-step error: the same for all coefficients */
	size_t *at;          /* [used] their steps */
	double *error;       /* [columns][n]: the first `used` of each column are errors over `root` */
	double *root;        /* [used] standard deviation of the error in units of the innovations' */
	double log_scale;    /* mean of log(root) */
	/* Where each column is after the last step: states of Harvey's form, a zero, then the last `lost` values, newest first. */
	double *ending; /* [columns][stride] */
	size_t stride;  /* states + 1 + lost */
	double delta[ARIMA_LOST_MAX];
	double *dense;      /* the matrices of the filter with gaps */
	double *projection; /* [columns][n] */
	double *triangle;   /* [columns][columns] */
};

/*
 * TOO_FEW where fewer values have a one-step error than there are slopes, or none; USAGE where orders or rows are out of bounds;
 * NO_FIT, NO_MEMORY.
 */
enum status arima_work_open(struct arima_work *work, const struct series *series, const struct arima_orders *orders,
    const struct arima_regressors *regressors) MUST_USE;
void arima_work_close(struct arima_work *work);

/* Fills error, root, log_scale and ending. False where phi is not stationary. */
bool arima_filter(struct arima_work *work, const struct arma *arma);
bool arima_filter_gaps(struct arima_work *work, const struct arma *arma); /* slower; right for any series */

/*
 * The regressors' coefficients by least squares on the errors, slopes[columns - 1] (0 for those that say nothing new), and what is
 * left: residual[used]. Returns its sum of squares. `fixed`: the slopes are given and stay.
 */
double arima_concentrate(struct arima_work *work, bool fixed, double *slopes, double *residual);

/* The value of the constant's regressor at a step. */
double arima_constant(const struct arima_orders *orders, size_t step);

#endif

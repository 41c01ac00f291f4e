/*
 * The columns of a regression: trend, calendar, waves; and how many waves to take. Not for others. A layout is a value; its
 * calendar is lent.
 */
#ifndef JUYAN_MODEL_REGRESSION_COLUMNS_H
#define JUYAN_MODEL_REGRESSION_COLUMNS_H

#include "arima.h"

struct regression_layout {
	struct arima_regressors calendar;
	double periods[PERIODS_MAX];
	size_t harmonics[PERIODS_MAX];
	size_t harmonics_least[PERIODS_MAX]; /* so many stay, whatever AICc says */
	size_t n_periods;
	bool trend;
};

/* Columns: the trend, if any, then the calendar's, then each period's; and where a period's begin. */
size_t regression_columns(const struct regression_layout *layout);
size_t regression_period_at(const struct regression_layout *layout, size_t period);

/* out[regression_columns]. The step must be within the calendar (asserted). */
void regression_row(const struct regression_layout *layout, size_t step, double *out);

/* A series less `n` times its last values is nearly without memory. */
enum { WHITENING_MAX = 32 };
struct whitening {
	size_t n;
	double phi[WHITENING_MAX];
};

/* That of an ARIMA without seasons: its autoregression of infinite order, cut off. */
struct whitening whitening_of(const struct arima_facts *facts);

/*
 * Lowers layout->harmonics to what AICc bears, for y[n] (NAN: unknown), after errors are filtered out of values and columns
 * (Cochrane and Orcutt 1949): without that, slow errors pass for waves. `errors` NULL: they are like those of a first regression
 * with all waves. Of numbers of waves that are as good the least is taken; `fixed`: all stay. Leaves in out[n] the series
 * without trend, calendar and waves. TOO_FEW, NO_FIT, NO_MEMORY.
 */
enum status regression_choose(struct regression_layout *layout, bool fixed, const struct whitening *errors, const double *y,
    size_t n, double *out) MUST_USE;

#endif

/*
 * Regression with ARIMA errors (dynamic harmonic regression: Young, Pedregal and Tych 1999; Hyndman and Athanasopoulos 2021,
 * chapter 10): the series, or its logarithm, is a level, a trend if wished, waves of each period, columns of a calendar, and
 * errors that an ARIMA of low order describes. How many waves a period has is chosen by AICc, and the ARIMA as arima_choose
 * does.
 *
 * Values may be NAN (unknown): a shut day, or an outlier that shall not count. The calendar's columns must be known.
 *
 * A model is model.h's: whoever fitted it closes it. It keeps a copy of the calendar's rows: forecasts reach as far as these do
 * (without a calendar: anywhere), and `again` takes any stretch that begins at the same step as the fitted series.
 */
#ifndef JUYAN_MODEL_REGRESSION_H
#define JUYAN_MODEL_REGRESSION_H

#include "arima.h"

enum { REGRESSION_HARMONICS_MAX = 12 };

struct regression_options {
	size_t harmonics_max[PERIODS_MAX]; /* of each period of the series; 0: REGRESSION_HARMONICS_MAX, or half the period */
	bool fixed;                        /* as many harmonics as the bound says, none chosen */
	bool trend;                        /* a straight line through all of the history, unless the errors are differenced */
	bool logarithm;                    /* of the values, which must be above 0; forecasts and paths are of the values again */
	size_t order_max;                  /* p and q of the errors; 0: 5 */
};

/*
 * `calendar`: known for each step of the series and of the forecasts; NULL: none. `options` NULL: all 0. A period of which the
 * series has less than two has no waves. USAGE for rows out of bounds, TOO_FEW where there are fewer values than columns, NO_FIT
 * where a value is infinite, or not above 0 for a logarithm, or a row is no number; NO_MEMORY.
 */
enum status regression_fit(const struct series *series, const struct regression_options *options,
    const struct arima_regressors *calendar, struct model *out) MUST_USE;

/* What a forecast is made of: the parts of a step add up to it (of a logarithm: to the forecast's logarithm). */
enum regression_part {
	REGRESSION_LEVEL,    /* at the end of the series */
	REGRESSION_TREND,    /* since then */
	REGRESSION_CALENDAR, /* all columns together */
	REGRESSION_ERRORS,   /* what still goes on of the last errors */
	REGRESSION_PERIOD,   /* the waves of the first period; the next one's follow */
	REGRESSION_PARTS = REGRESSION_PERIOD + PERIODS_MAX
};
/* out[part][horizon]; the model must be one of ours, and the horizon within the calendar (both asserted). NO_MEMORY. */
enum status regression_parts(const struct model *model, size_t horizon, double *const out[REGRESSION_PARTS]) MUST_USE;

struct regression_facts {
	struct arima_orders orders;
	size_t harmonics[PERIODS_MAX];
	const double *calendar; /* what each of its columns adds; lent until the model is closed */
	size_t calendar_columns;
	double aicc; /* comparable among regressions of the same values */
};
struct regression_facts regression_facts(const struct model *model);

#endif

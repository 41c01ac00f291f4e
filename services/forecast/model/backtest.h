/*
 * How far forecasts were off: the same procedure made again at earlier origins, each from what was known then, and held against
 * what came. Beside it the yardsticks that a good procedure has to beat: the last value (naive) and the last season (seasonal
 * naive).
 *
 * Measures: MASE and its scale (Hyndman and Koehler 2006), sMAPE as of M3 and M4 (Makridakis and Hibon 2000), coverage, MSIS at
 * 95 % (Gneiting and Raftery 2007; scaled as in M4: Makridakis et al. 2020), CRPS of the sample of paths (Gneiting and Raftery
 * 2007), scaled as MASE. Every value that came weighs the same; what is unknown (NAN) is passed over.
 *
 * Pure: the same task gives the same figures. A tally is a value and owns nothing. Units are the caller's.
 */
#ifndef JUYAN_MODEL_BACKTEST_H
#define JUYAN_MODEL_BACKTEST_H

#include "auto.h"

enum backtest_method { BACKTEST_JUYAN, BACKTEST_SEASONAL_NAIVE, BACKTEST_NAIVE, BACKTEST_METHODS };

enum { BACKTEST_BANDS_MAX = 8, BACKTEST_LEVELS = 7 };

/* Of the quantiles in a backtest_total: 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975. */
extern const double backtest_levels[BACKTEST_LEVELS];
/* "juyan", "seasonal naive", "naive". */
extern const char *const backtest_method_names[BACKTEST_METHODS];

/* In a tally sums over n; from backtest_mean means: mase, crps and msis without a unit, smape in percent, coverage as a share. */
struct backtest_score {
	size_t n;        /* values that came */
	size_t n_scaled; /* of them: with a scale; the others are not in mase, crps, msis */
	double mase, smape, covered80, covered95, msis, crps;
};

/* Scores by method and distance. Zeroed but for the bands: up to band[0] steps ahead, up to band[1], … in rising order. */
struct backtest_tally {
	size_t n_bands; /* 1 … BACKTEST_BANDS_MAX */
	size_t band[BACKTEST_BANDS_MAX];
	struct backtest_score score[BACKTEST_METHODS][BACKTEST_BANDS_MAX];
	size_t origins;
};

/* One forecast and what came. Steps beyond the last band are not looked at. */
struct backtest_case {
	double scale;        /* of backtest_scale; NAN: none */
	const double *point; /* [horizon] */
	const double *path;  /* [paths][horizon], each path `stride` behind the other */
	size_t paths, stride;
	const double *came; /* [horizon]; NAN: unknown */
	size_t horizon;
};

/* A total to a given end, as forecast from one origin, what was known by then included. */
struct backtest_total {
	size_t origin; /* values known; of the case in which nothing was asked for: 0 */
	double mean, quantile[BACKTEST_LEVELS];
	double came;
};

struct backtest_task {
	/*
	 * The whole of what is known (task.series.n values) and how each forecast is to be made. `open`, `regressors` and
	 * `working` reach over the known values at least; `ceiling` and `horizon` are not looked at.
	 */
	struct forecast_task task;
	const size_t *origin; /* [n_origins]: how many values are known there, each at least 1 and less than n */
	size_t n_origins;
	size_t reach; /* steps ahead that are scored, where so many came */
	/* [n_origins]: steps from the origin to the end of its total, 0: none; and what counts to it already. NULL: none. */
	const size_t *total_steps;
	const double *total_known;
	/* Told after each origin; NULL: nobody. */
	void (*progress)(void *user, size_t done, size_t of);
	/* Shown each forecast from origin[i] as long as it lasts; NULL: nobody. */
	void (*seen)(void *user, size_t i, enum backtest_method method, const struct forecast *forecast);
	void *user;
};

/* Mean of |x[t] - x[t - season]| over the known ones; NAN where there is none or it is 0. */
double backtest_scale(const double *values, size_t n, size_t season);
/* The season of the yardstick and of the scale: the shortest that the series has; 1: none. */
size_t backtest_season(const struct series *series);

/* Adds the scores of one forecast. NO_MEMORY. */
enum status backtest_add(struct backtest_tally *tally, enum backtest_method method, const struct backtest_case *one) MUST_USE;
/* The means of a band; `band` = n_bands: of all. */
struct backtest_score backtest_mean(const struct backtest_tally *tally, enum backtest_method method, size_t band);

/*
 * A yardstick as a forecast: the last known value, or that of the same place in the season before. Its paths go on with its own
 * errors drawn again. TOO_FEW where no value is known; NO_MEMORY.
 */
enum status backtest_yardstick(const struct forecast_task *task, bool seasonal, struct forecast *out, struct reason *why) MUST_USE;

/* The total of known + the first `steps` of a forecast, its spread over the paths. NO_MEMORY. */
enum status backtest_sum(const struct forecast *forecast, size_t steps, double known, struct backtest_total *out) MUST_USE;

/*
 * Forecasts from every origin by every method, and adds their scores to the tally. `total` ([n_origins][BACKTEST_METHODS]) may be
 * NULL. An origin from which no forecast can be made (TOO_FEW) is passed over and not counted. NO_MEMORY, USAGE.
 */
enum status backtest_run(const struct backtest_task *task, struct backtest_tally *tally, struct backtest_total *total,
    struct reason *why) MUST_USE;

#endif

/*
 * The automatic forecast: the one call behind every figure about the future. It puts the history on the footing of ordinary open
 * steps (footing.h), takes the seasons off (adjust.h), asks simple models of the level (experts.h) and weighs them by weights that
 * were learned across many series, with ETS and ARIMA beside them (combine.h); looks how the same would have done from earlier
 * origins (origins.h), and draws whole sample paths from that and from chance (paths.h), so that single steps and their sums have
 * the spread that they had.
 *
 * Pure: the same task gives the same bytes. Units are the caller's (kg or tonnes a step, vehicles a step …).
 */
#ifndef JUYAN_MODEL_AUTO_H
#define JUYAN_MODEL_AUTO_H

#include <stdint.h>

#include "model.h"

enum { FORECAST_PATHS_MAX = 100000, FORECAST_STEPS_MAX = 20000, FORECAST_NOTES_MAX = 8, FORECAST_MODEL_BYTES = 256 };

/* The working days of a step, above 0; how many of them, not all, lie on a feast that some keep, and that moves. */
struct working {
	double days, feast;
};
typedef struct working working_counter(const void *user, size_t step);

struct forecast_task {
	struct series series; /* NAN: unknown. Zeros are values */
	/*
	 * Share of each step in which work is possible, [n + horizon]: 0 shut for the whole step, 1 open; NULL: always 1. A shut
	 * step says nothing about level, trend or season, and its forecast is 0.
	 */
	const double *open;
	/* Calendar regressors of past and future, [n + horizon][n_regressors] row by row, 0 on an ordinary step; NULL: none. */
	const double *regressors;
	size_t n_regressors;
	/*
	 * Working days of each step (from 0) of past and future, where steps differ in them, as months do; pure. How much the
	 * series goes with them is learned from it (working.h). NULL: not known.
	 */
	working_counter *working;
	const void *working_user;
	const double *ceiling; /* the most that a step can take, [horizon]; NULL: none */
	size_t horizon;        /* steps ahead, at least 1 */
	size_t paths;          /* at least 100 */
	uint64_t seed;
};

/* What the point forecast is made of; the parts of a step add up to its point. */
enum forecast_part { PART_LEVEL, PART_TREND, PART_WEEK, PART_YEAR, PART_CALENDAR, PART_CEILING, FORECAST_PARTS };

/* How the same procedure would have done at earlier origins of this very series. */
struct forecast_past {
	size_t origins;   /* 0: the history is too short to know */
	double mase;      /* over all steps ahead; scale: the seasonal naive's mean absolute step over the history */
	double sum_error; /* median of |sum forecast - sum| / sum, over the horizon; NAN: unknown */
	double covered80; /* share of their steps that lie within the 80 % interval drawn now */
};

/* Owns its memory; forecast_close. */
struct forecast {
	size_t horizon, paths;
	double *point;                    /* [horizon]; never below 0, never above the ceiling */
	double *path;                     /* [paths][horizon], likewise; the median of paths is near the point */
	double *part[FORECAST_PARTS];     /* [horizon] each */
	char model[FORECAST_MODEL_BYTES]; /* such as "0.4 ETS(M,Ad,M) + 0.3 Theta + 0.3 ARIMA(1,1,1)(0,1,1)[12]" */
	char notes[FORECAST_NOTES_MAX][SENTENCE_BYTES_MAX]; /* what a person should know, in sentences: short history, a shock … */
	size_t n_notes;
	struct forecast_past past;
};

/*
 * USAGE for a task out of bounds, TOO_FEW where no value is known, NO_MEMORY. A short history is no failure: fewer models, wider
 * intervals and a note.
 */
enum status forecast_make(const struct forecast_task *task, struct forecast *out, struct reason *why) MUST_USE;
void forecast_close(struct forecast *forecast);

/*
 * The quantiles of values[n] (they are sorted in place) at p[m]: type 7 of Hyndman and Fan (1996), as R's default.
 */
void quantiles(double *values, size_t n, const double *p, size_t m, double *out);

#endif

/*
 * The point forecast of a history: its level models (experts.h) weighed, its seasons put back.
 *
 * The weights are constants of this library, by distance, and the same for every series of a pace. Those of months were learned at
 * once on many public series, from origins whose targets all lie before those on which accuracy is measured
 * (tests/accuracy/learn.c): least absolute error, none below zero. Those of days were chosen by hand, for public series of days are
 * few. Weights learned across many series do better than those of each alone, whose past is too short to tell (Montero-Manso and
 * Hyndman 2021). ETS and ARIMA with seasons of their own stand beside, with a fixed share (Petropoulos and Svetunkov 2020 on simple
 * combinations). Where a season is twelve months, ETS of the level's quarters and half-years, where the noise of single months is
 * gone, move the whole (temporal aggregation: Kourentzes, Petropoulos and Trapero 2014).
 *
 * Days have no members; but far days are moved half the way to what their months (months.h) say by the pace of months, members and
 * all, unless the level broke within two years.
 *
 * Owns its memory; combined_close.
 */
#ifndef JUYAN_MODEL_COMBINE_H
#define JUYAN_MODEL_COMBINE_H

#include "experts.h"

enum { WEIGHT_KNOTS = 6 };

/* What ETS and ARIMA count each, where the history has three rounds of the season. */
#define MEMBER_SHARE 0.2
/* What ETS of quarters and ETS of half-years count each, from COARSE_FROM steps on; less before. */
#define COARSE_SHARE 0.15
#define COARSE_FROM 4

struct combined {
	struct adjusted adjusted;
	double alpha, spread; /* of the best exponential smoothing */
	double base;          /* its level, on the scale of `adjusted` */
	/* [horizon] each, on that scale; base + local + line + year + the seasons is the forecast */
	double *local, *line, *year;
	char ets[MODEL_LABEL_BYTES], arima[MODEL_LABEL_BYTES]; /* members; empty: not taken in */
	size_t coarse;                                         /* forecasts of quarters and half-years that were taken in */
};

/*
 * values: NAN unknown, none below 0. whole: with members, months and breaks; else the experts alone, which take a fraction of the
 * time. TOO_FEW where none is known; NO_MEMORY.
 */
enum status combined_make(const struct series *series, size_t horizon, bool whole, struct combined *out) MUST_USE;
void combined_close(struct combined *combined);
/* The place of step h on the scale, and its value. */
double combined_place(const struct combined *combined, size_t h);
double combined_value(const struct combined *combined, size_t h);
/* The weight of an expert h steps ahead (0: the first). */
double combine_weight(enum pace pace, enum expert expert, size_t h);

extern const double combine_knots[PACES][WEIGHT_KNOTS];
extern const double combine_weights[PACES][EXPERTS][WEIGHT_KNOTS];

#endif

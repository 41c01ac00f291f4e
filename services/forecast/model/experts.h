/*
 * Simple forecasts of a level without season (adjust.h), each with a view of its own: local means of several memories, lines,
 * damped trend, autoregression, and what the same time of the last years did. combine.h weighs them. A single wild error teaches no
 * more than three deviations (Gelper, Fried and Croux 2010), so that a shock moves the level but not wildly.
 *
 *     exponential smoothing       Brown 1959; the best weight of errors, and four fixed ones
 *     damped trend                Gardner and McKenzie 1985
 *     autoregression              Yule 1927; huberised, with a ridge (Hoerl and Kennard 1970)
 */
#ifndef JUYAN_MODEL_EXPERTS_H
#define JUYAN_MODEL_EXPERTS_H

#include "adjust.h"

enum expert {
	EXPERT_SLOWEST, /* exponential smoothing by fixed weights */
	EXPERT_SLOW,
	EXPERT_QUICK,
	EXPERT_QUICKEST,
	EXPERT_MEAN_1, /* of the last steps: three spans */
	EXPERT_MEAN_2,
	EXPERT_MEAN_3,
	EXPERT_AGAIN,  /* the level a season ago; of a year of days: its change from the same day on */
	EXPERT_LINE_1, /* slopes of lines through the last steps */
	EXPERT_LINE_2,
	EXPERT_LINE_ALL,
	EXPERT_DAMPED,
	EXPERT_AR3,
	EXPERT_AR6,
	EXPERT_ARI3, /* of the changes */
	EXPERTS
};

struct expert_views {
	size_t horizon;
	double base;           /* where the best exponential smoothing stands: its forecast for every step */
	double alpha;          /* its weight of errors */
	double spread;         /* robust standard deviation of its errors of one step */
	double *view[EXPERTS]; /* [horizon] each: how far the expert's forecast is from base */
	double *scratch;
};

/* Owns its memory; expert_views_close. NO_MEMORY. */
enum status expert_views_make(const struct adjusted *adjusted, const struct series *series, struct expert_views *out) MUST_USE;
void expert_views_close(struct expert_views *views);

#endif

/*
 * The theta method (Assimakopoulos and Nikolopoulos 2000) in the two forms that do well:
 *
 *     standard   exponential smoothing with half the slope of the line through all values as its drift (Hyndman and Billah 2003)
 *     dynamic    the line is drawn anew at each step through what came so far, and its share is estimated: the dynamic optimised
 *                theta model of Fiorucci, Pellegrini, Louzada and Petropoulos (2016)
 *
 * A season, where the autocorrelation at one period shows one (90 %), is taken out by classical decomposition before and put back
 * after: as a factor, or where a value is below 0 or a factor near it, not at all. The shortest period counts, rounded to whole
 * steps.
 *
 * A fitted model is a struct model (model.h) and owns its memory. Units are the series'. The fitted values of the standard form are
 * those of the smoothing alone, without drift.
 */
#ifndef JUYAN_MODEL_THETA_H
#define JUYAN_MODEL_THETA_H

#include "model.h"

enum theta_kind { THETA_STANDARD, THETA_DYNAMIC };

struct theta_about {
	enum theta_kind kind;
	size_t period; /* 1: no season */
	double alpha;  /* weight of the last error */
	double level;  /* before the first value, of the series without its season */
	double drift;  /* of a step: half the slope; 0 where dynamic */
	double share;  /* of the line: 1 - 1 / theta; 0 where standard */
	double sigma2; /* variance of one step's error, of the series without its season */
};

/* TOO_FEW with fewer than five values, NO_FIT where one is NAN. */
enum status theta_fit(const struct series *series, enum theta_kind kind, struct model *out) MUST_USE;
/* With this alpha, level and share as they are; the rest follows from the series. */
enum status theta_given(const struct series *series, const struct theta_about *given, struct model *out) MUST_USE;
/* Lent until the model is closed; the model is one of the above. */
const struct theta_about *theta_about(const struct model *model);

#endif

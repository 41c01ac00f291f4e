/*
 * The baselines (Hyndman and Athanasopoulos 2021, section 5.2): the last value, that of a season ago, the last value with the mean
 * step as its drift, the mean. Whoever forecasts has to be better than these.
 *
 * A fitted model is a struct model (model.h) and owns its memory. Units are the series'. Paths of the last two draw drift and mean
 * as well, for these are known no better than the series is long.
 */
#ifndef JUYAN_MODEL_BASELINE_H
#define JUYAN_MODEL_BASELINE_H

#include "model.h"

enum baseline_kind { BASELINE_LAST, BASELINE_SEASON, BASELINE_DRIFT, BASELINE_MEAN };

/*
 * TOO_FEW with fewer values than two, than three for a drift, or than a season and one; NO_FIT where a value is NAN. The season is
 * the shortest, rounded to whole steps; USAGE without one.
 */
enum status baseline_fit(const struct series *series, enum baseline_kind kind, struct model *out) MUST_USE;

#endif

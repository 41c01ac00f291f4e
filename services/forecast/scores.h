/*
 * The scores of look-backs that were made apart, on several threads, put together: added in the order of the calls, so that the
 * sums are the same whoever was ready first. Pure.
 */
#ifndef JUYAN_FORECAST_SCORES_H
#define JUYAN_FORECAST_SCORES_H

#include "backtest.h"

/* Both have the same bands. */
void scores_add(const struct backtest_tally *from, struct backtest_tally *to);

#endif

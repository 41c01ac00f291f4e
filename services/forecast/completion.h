/*
 * How much of a day's mass is usually known so many days after its end: facts come late (releases, weighings, corrections). It is
 * learned from earlier looks at the same days, each beside what the ledger says of them now, when they are complete.
 *
 * The mean is the ratio of sums over all looks, as the chain ladder's (Mack 1993, ASTIN Bulletin 23): unbiased where every day
 * grows by the same share on average. The spread is that of the looks themselves: a path takes one look for all its late days,
 * drawn in proportion to what was known in it, so that what is late together stays together.
 *
 * Pure. A completion is a value; nothing is owned. Lag 0 is the day that has just ended.
 */
#ifndef JUYAN_FORECAST_COMPLETION_H
#define JUYAN_FORECAST_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "chance.h"

enum { COMPLETION_LAGS = 14, COMPLETION_LOOKS = 60, COMPLETION_LOOKS_MIN = 7 };

/* Some day's look at the last days: what was known of each then, and what is known of the same day now. */
struct completion_look {
	int64_t known_kg[COMPLETION_LAGS], now_kg[COMPLETION_LAGS];
};

struct completion {
	char port[PORT_BYTES_MAX + 1];                    /* the caller's */
	size_t looks;                                     /* 0: days are taken as complete */
	double upto[COMPLETION_LOOKS];                    /* chance of this look or one before it */
	double growth[COMPLETION_LOOKS][COMPLETION_LAGS]; /* the whole over what is known now; 1: complete */
};

/*
 * From these looks (of more than COMPLETION_LOOKS the first) at days that are complete by now. `come` (NULL: nothing) is what has
 * come of each lag already since the time of day of a look, as a factor: it is not expected again. Looks that saw next to nothing
 * of their days are left out: a history that was filled in later tells nothing of lateness. Fewer than COMPLETION_LOOKS_MIN say
 * nothing.
 */
void completion_learn(const struct completion_look *looks, size_t n, const double come[COMPLETION_LAGS], struct completion *out);

/* The factor by which a day of this lag grows on average, and its standard deviation; 1 and 0 for lags that are complete. */
double completion_mean(const struct completion *completion, size_t lag);
double completion_spread(const struct completion *completion, size_t lag);
/* So uncertain that what is known of the day says little of it: its growth spreads by more than a quarter of itself. */
bool completion_unsure(const struct completion *completion, size_t lag);
/* The look that a path takes for all lags of a port; only where there are looks. */
size_t completion_draw(const struct completion *completion, struct chance *chance);

#endif

/* See scores.h. */
#include "scores.h"

#include <assert.h>

void
scores_add(const struct backtest_tally *from, struct backtest_tally *to)
{
	assert(from->n_bands == to->n_bands);
	to->origins += from->origins;
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		for (size_t b = 0; b < to->n_bands; b++) {
			const struct backtest_score *one = &from->score[m][b];
			struct backtest_score *all = &to->score[m][b];
			all->n += one->n;
			all->n_scaled += one->n_scaled;
			all->mase += one->mase;
			all->smape += one->smape;
			all->covered80 += one->covered80;
			all->covered95 += one->covered95;
			all->msis += one->msis;
			all->crps += one->crps;
		}
}

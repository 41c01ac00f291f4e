/* See verdict.h. */
#include "verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
verdict_close(struct verdict *verdict)
{
	free(verdict->year);
	*verdict = (struct verdict){ 0 };
}

struct verdict_year *
verdict_add_year(struct verdict *verdict)
{
	if (verdict->n_years == verdict->years_room) {
		size_t room = verdict->years_room == 0 ? 32 : verdict->years_room * 2;
		void *more = realloc(verdict->year, room * sizeof *verdict->year);
		if (more == NULL)
			return NULL;
		verdict->year = more;
		verdict->years_room = room;
	}
	struct verdict_year *year = &verdict->year[verdict->n_years++];
	*year = (struct verdict_year){ .came = NAN };
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		year->mean[m] = year->p10[m] = year->p90[m] = NAN;
	return year;
}

void
verdict_note(struct verdict *verdict, const char *format, ...)
{
	va_list arguments;
	if (verdict->n_notes == PROSPECT_NOTES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(verdict->note[verdict->n_notes++], SENTENCE_BYTES_MAX, format, arguments);
	va_end(arguments);
}

double
verdict_year_error(const struct verdict *verdict, enum backtest_method method)
{
	static const double middle = 0.5;
	double median = NAN, *error = calloc(verdict->n_years + 1, sizeof *error);
	size_t n = 0;
	for (size_t i = 0; i < verdict->n_years && error != NULL; i++) {
		const struct verdict_year *year = &verdict->year[i];
		if (isfinite(year->mean[method]) && year->came > 0.0)
			error[n++] = fabs(year->mean[method] - year->came) / year->came;
	}
	if (n > 0)
		quantiles(error, n, &middle, 1, &median);
	free(error);
	return median;
}

/* The row of all distances together; NULL: none. */
static const struct verdict_row *
all_of(const struct verdict *verdict, enum backtest_method method)
{
	for (size_t i = verdict->n_rows; i-- > 0;)
		if (strcmp(verdict->row[i].method, backtest_method_names[method]) == 0)
			return &verdict->row[i];
	return NULL;
}

void
verdict_conclude(struct verdict *verdict)
{
	const struct verdict_row *ours = all_of(verdict, BACKTEST_JUYAN), *other = all_of(verdict, BACKTEST_SEASONAL_NAIVE);
	double error = verdict_year_error(verdict, BACKTEST_JUYAN), naive = verdict_year_error(verdict, BACKTEST_SEASONAL_NAIVE);
	char year[128] = "";
	if (verdict->headline[0] != '\0' || ours == NULL || other == NULL || ours->score.n == 0)
		return;
	if (isfinite(error) && isfinite(naive))
		snprintf(year, sizeof year, "the year's total was off by %.1f %% (median; seasonal naive: %.1f %%); ",
		    100.0 * error, 100.0 * naive);
	snprintf(verdict->headline, sizeof verdict->headline,
	    "from %zu earlier origins %sMASE %.2f (seasonal naive: %.2f); the 80 %% interval held %.0f %%, the 95 %% interval %.0f "
	    "%%",
	    verdict->origins, year, ours->score.mase, other->score.mase, 100.0 * ours->score.covered80,
	    100.0 * ours->score.covered95);
}

void
verdict_bands(const struct verdict *verdict, struct trial *trial)
{
	trial->n_methods = BACKTEST_METHODS;
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		trial->method[m] = backtest_method_names[m];
	for (size_t i = 0; i < verdict->n_rows; i++) {
		const struct verdict_row *row = &verdict->row[i];
		size_t band = 0;
		while (band < trial->n_bands && strcmp(trial->band[band].distance, row->distance) != 0)
			band++;
		if (band == TRIAL_BANDS_MAX || strcmp(row->distance, "all") == 0)
			continue;
		if (band == trial->n_bands)
			trial->band[trial->n_bands++] = (struct trial_band){ row->distance, NAN, NAN, { NAN, NAN, NAN } };
		for (size_t m = 0; m < BACKTEST_METHODS; m++)
			if (strcmp(row->method, backtest_method_names[m]) == 0)
				trial->band[band].mase[m] = row->score.mase;
		if (strcmp(row->method, backtest_method_names[BACKTEST_JUYAN]) == 0) {
			trial->band[band].covered80 = row->score.covered80;
			trial->band[band].covered95 = row->score.covered95;
		}
	}
}

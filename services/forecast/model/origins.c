/* See origins.h. */
#include "origins.h"

#include <math.h>
#include <stdlib.h>

void
origins_close(struct origins *origins)
{
	free(origins->at);
	free(origins->error);
	*origins = (struct origins){ 0 };
}

static enum status
look(const struct series *series, double offset, struct origins *to, size_t k)
{
	struct series early = *series;
	struct combined combined;
	early.n = to->at[k];
	enum status status = combined_make(&early, to->horizon, false, &combined);
	for (size_t h = 0; h < to->horizon; h++) {
		size_t i = k * to->horizon + h, at = to->at[k] + h;
		double came = status == STATUS_OK && at < series->n ? series->values[at] : NAN;
		to->came[i] = came;
		to->said[i] = isnan(came) ? NAN : combined_value(&combined, h);
		to->error[i] = isnan(came) ? NAN : log(came + offset) - log(to->said[i] + offset);
	}
	if (status == STATUS_OK)
		combined_close(&combined);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

enum status
origins_look(const struct series *series, double offset, size_t horizon, const struct origins_plan *plan, struct origins *out)
{
	struct origins made = { .horizon = horizon };
	size_t least = plan->least < 1 ? 1 : plan->least;
	if (series->n > least)
		made.n = (series->n - 1 - least) / plan->step + 1;
	made.n = made.n < plan->most ? made.n : plan->most;
	made.at = calloc(made.n + 1, sizeof *made.at);
	made.error = calloc(3 * made.n * horizon + 1, sizeof *made.error);
	enum status status = made.at == NULL || made.error == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	if (status == STATUS_OK) {
		made.came = made.error + made.n * horizon;
		made.said = made.came + made.n * horizon;
	}
	for (size_t k = 0; k < made.n && status == STATUS_OK; k++) {
		made.at[k] = series->n - 1 - k * plan->step;
		status = look(series, offset, &made, k);
	}
	if (status == STATUS_OK)
		*out = made;
	else
		origins_close(&made);
	return status;
}

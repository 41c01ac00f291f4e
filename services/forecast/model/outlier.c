/* See outlier.h. */
#include "outlier.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "robust.h"

/* How many robust standard deviations an error has to be on the scale of the model, and on that of the values. */
#define SCORE_ADJUSTED 6.0
#define SCORE_VALUES 5.0

enum {
	SIDE = 3,         /* neighbours on each side */
	ASIDE = 2,        /* steps by which a day may move from year to year */
	NEIGHBOURS = 4,   /* at least so many in all */
	COMMON_SHARE = 50 /* more than one in so many (and more than two) are no wild values but the way of the series */
};

static double
usual_at(const struct outlier_view *view, size_t i)
{
	double near[2 * SIDE];
	size_t known = 0;
	for (size_t k = i > SIDE ? i - SIDE : 0; k <= i + SIDE && k < view->n; k++)
		if (k != i)
			near[known++] = view->adjusted[k];
	return known < NEIGHBOURS ? NAN : robust_median(near, known);
}

/* A neighbour that goes more than half the way along makes it a change of level rather than one wild value. */
static bool
is_alone(const struct outlier_view *view, size_t i, double usual)
{
	double error = view->adjusted[i] - usual;
	return (view->adjusted[i - 1] - usual) / error < 0.5 && (view->adjusted[i + 1] - usual) / error < 0.5;
}

/* Half as much, one season before or behind. */
static bool
comes_again(const double *error, size_t n, size_t period, size_t i)
{
	for (size_t k = i + period > ASIDE ? i + period - ASIDE : 0; period > 0 && k <= i + period + ASIDE && k < n; k++)
		if (error[k] / error[i] > 0.5)
			return true;
	for (size_t k = i > period + ASIDE ? i - period - ASIDE : 0; period > 0 && k + period <= i + ASIDE; k++)
		if (error[k] / error[i] > 0.5)
			return true;
	return false;
}

/* The robust spread of errors; where more than half of them are nothing, from their mean size. `room` is as long. */
static double
spread_of(const double *error, size_t n, double *room)
{
	size_t known = 0;
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(error[i])) {
			room[known++] = error[i];
			sum += fabs(error[i]);
		}
	double spread = robust_deviation(room, known, 0.0);
	return spread > 0.0 ? spread : known > 0 ? sqrt(M_PI / 2.0) * sum / (double)known : NAN;
}

static size_t
mark(const struct outlier_view *view, const bool *keep, double *room, bool *found, bool *common)
{
	size_t n = view->n, set = 0, known = 0;
	double *usual = room, *error = usual + n, *value_error = error + n, *last = value_error + n;
	for (size_t i = 0; i < n; i++) {
		usual[i] = usual_at(view, i);
		error[i] = view->adjusted[i] - usual[i];
		value_error[i] = isnan(usual[i]) ? NAN : view->values[i] - view->back(view->user, i, usual[i]);
	}
	double spread = spread_of(error, n, last), value_spread = spread_of(value_error, n, last);
	for (size_t i = 1; i + 1 < n; i++) {
		bool wild = fabs(error[i]) > fmax(SCORE_ADJUSTED * spread, view->least) &&
		    fabs(value_error[i]) > SCORE_VALUES * value_spread;
		if (wild && !found[i] && !(keep != NULL && keep[i]) && is_alone(view, i, usual[i]) &&
		    !comes_again(error, n, view->period, i)) {
			found[i] = true;
			set++;
		}
		known += found[i];
	}
	*common = known > 2 && known * COMMON_SHARE > n;
	if (*common)
		memset(found, 0, n * sizeof *found);
	return *common ? 0 : set;
}

enum status
outlier_find(const struct outlier_view *view, const bool *keep, bool *found, size_t *n_new, bool *common)
{
	double *room = calloc(4 * view->n + 1, sizeof *room);
	if (room == NULL)
		return STATUS_NO_MEMORY;
	*n_new = mark(view, keep, room, found, common);
	free(room);
	return STATUS_OK;
}

/* See stl.h. The names of the rounds are those of the paper: an inner round renews season and trend, an outer one the weights. */
#include "stl.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "robust.h"

/* Weights nearer than this to 1 or 0 are just that, as the authors have it; a spread of places this small bears no line. */
#define NEAR 0.001

/*
 * One smoother. Distances are whole, and most steps have the same reach: so the tricube is tabled, and the table is made anew only
 * where the reach is another one.
 */
struct smoother {
	size_t window, jump;
	int degree;
	double *kernel; /* [room]: by distance */
	double reach;   /* that the table was made for; 0: for none */
};

static void
set_reach(struct smoother *smoother, double reach, size_t farthest)
{
	if (smoother->reach == reach)
		return;
	for (size_t d = 0; d <= farthest; d++) {
		double share = (double)d / reach, under = 1.0 - share * share * share;
		smoother->kernel[d] = share <= NEAR ? 1.0 : share > 1.0 - NEAR ? 0.0 : under * under * under;
	}
	smoother->reach = reach;
}

/*
 * The regression at place `at` (-1 … n) through y[left … right]. False where no weight is left. The sums need one pass each: the
 * mean place, then the spread around it and the slope.
 */
static bool
regress(struct smoother *smoother, const double *y, const double *weight, size_t n, ptrdiff_t at, size_t left, size_t right,
    double *out)
{
	ptrdiff_t before = at - (ptrdiff_t)left, behind = (ptrdiff_t)right - at;
	size_t farthest = (size_t)(before > behind ? before : behind);
	double reach = (double)(farthest + (smoother->window > n ? (smoother->window - n) / 2 : 0));
	double total = 0.0, place = 0.0, level = 0.0;
	set_reach(smoother, reach, farthest);
	for (size_t j = left; j <= right; j++) {
		double w = smoother->kernel[labs((ptrdiff_t)j - at)] * (weight == NULL ? 1.0 : weight[j]);
		double x = (double)((ptrdiff_t)j - at);
		total += w;
		place += w * x;
		level += w * y[j];
	}
	if (!(total > 0.0))
		return false;
	place /= total;
	level /= total;
	*out = level;
	if (smoother->degree == 0 || farthest == 0)
		return true;
	double spread = 0.0, slope = 0.0;
	for (size_t j = left; j <= right; j++) {
		double w = smoother->kernel[labs((ptrdiff_t)j - at)] * (weight == NULL ? 1.0 : weight[j]);
		double x = (double)((ptrdiff_t)j - at) - place;
		spread += w * x * x;
		slope += w * x * y[j];
	}
	if (sqrt(spread / total) > NEAR * (double)(n - 1))
		*out = level - slope / spread * place;
	return true;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The values that are regarded at step i: the window around it, moved inwards at the ends. */
static void
set_window(const struct smoother *smoother, size_t n, size_t i, size_t *left, size_t *right)
{
	size_t half = (smoother->window - 1) / 2;
	*left = 0;
	*right = n - 1;
	if (smoother->window >= n)
		return;
	*left = i <= half ? 0 : least(i - half, n - smoother->window);
	*right = *left + smoother->window - 1;
}

static void
smooth(struct smoother *smoother, const double *y, const double *weight, size_t n, double *out)
{
	size_t jump = least(smoother->jump, n - 1), before = 0;
	if (n < 2) {
		out[0] = y[0];
		return;
	}
	/* The table of another series' reach may be too short for this one. */
	smoother->reach = 0.0;
	for (size_t i = 0;; i = least(i + jump, n - 1)) {
		size_t left, right;
		set_window(smoother, n, i, &left, &right);
		if (!regress(smoother, y, weight, n, (ptrdiff_t)i, left, right, &out[i]))
			out[i] = y[i];
		for (size_t k = before + 1; k < i; k++)
			out[k] = out[before] + (out[i] - out[before]) * (double)(k - before) / (double)(i - before);
		before = i;
		if (i == n - 1)
			return;
	}
}

/* --- one series --------------------------------------------------------------------------------------------------------------- */

struct parting {
	const double *y;
	size_t n, period;
	struct smoother season, trend, low;
	/* The places of one season under each other: [n] values, weights, [n + 2] smoothed. */
	double *column, *column_weight, *column_out;
	double *cycle, *filtered; /* [n + 2 period] */
	double *detrended;        /* [n] */
	double *weight;           /* [n] */
	bool weighed;             /* false in the first outer round */
};

/* Smooths each place of the season over the years, and carries each on by one year to both sides. */
static void
smooth_columns(struct parting *parting)
{
	size_t period = parting->period;
	for (size_t place = 0; place < period; place++) {
		size_t rows = (parting->n - place - 1) / period + 1, window = least(parting->season.window, rows);
		const double *weight = parting->weighed ? parting->column_weight : NULL;
		double *out = parting->column_out;
		for (size_t i = 0; i < rows; i++) {
			parting->column[i] = parting->detrended[i * period + place];
			parting->column_weight[i] = parting->weight[i * period + place];
		}
		smooth(&parting->season, parting->column, weight, rows, out + 1);
		if (!regress(&parting->season, parting->column, weight, rows, -1, 0, window - 1, &out[0]))
			out[0] = out[1];
		if (!regress(&parting->season, parting->column, weight, rows, (ptrdiff_t)rows, rows - window, rows - 1,
			&out[rows + 1]))
			out[rows + 1] = out[rows];
		for (size_t i = 0; i < rows + 2; i++)
			parting->cycle[i * period + place] = out[i];
	}
}

/* The moving average over `width` values; gives its length. */
static size_t
average(const double *x, size_t n, size_t width, double *out)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++) {
		sum += x[i] - (i < width ? 0.0 : x[i - width]);
		if (i + 1 >= width)
			out[i + 1 - width] = sum / (double)width;
	}
	return n - width + 1;
}

/* What is slow in the smoothed columns belongs to the trend: it is filtered out of the season. The work lands in `detrended`. */
static void
filter_low(struct parting *parting, double *room)
{
	size_t n = average(parting->cycle, parting->n + 2 * parting->period, parting->period, parting->filtered);
	n = average(parting->filtered, n, parting->period, room);
	n = average(room, n, 3, parting->filtered);
	assert(n == parting->n);
	smooth(&parting->low, parting->filtered, NULL, n, parting->detrended);
}

static void
inner_round(struct parting *parting, double *season, double *trend)
{
	for (size_t i = 0; i < parting->n; i++)
		parting->detrended[i] = parting->y[i] - trend[i];
	smooth_columns(parting);
	filter_low(parting, parting->column_out);
	for (size_t i = 0; i < parting->n; i++) {
		season[i] = parting->cycle[parting->period + i] - parting->detrended[i];
		parting->filtered[i] = parting->y[i] - season[i];
	}
	smooth(&parting->trend, parting->filtered, parting->weighed ? parting->weight : NULL, parting->n, trend);
}

/* The size of errors that come of rounding alone. */
static double
rounding(const double *y, size_t n)
{
	double most = 0.0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(y[i]));
	return 1e-10 * most;
}

/* Bisquare weights of errors on the scale of six times their median size, or `floor`; `size` is room for as many. */
static void
set_weights(const double *error, size_t n, double floor, double *size, double *weight)
{
	for (size_t i = 0; i < n; i++)
		size[i] = fabs(error[i]);
	double scale = fmax(6.0 * robust_median(size, n), floor);
	for (size_t i = 0; i < n; i++) {
		double share = fabs(error[i]) / scale, under = 1.0 - share * share;
		bool none = fabs(error[i]) > (1.0 - NEAR) * scale;
		weight[i] = fabs(error[i]) <= NEAR * scale ? 1.0 : none ? 0.0 : under * under;
	}
}

static void
outer_round(struct parting *parting, const double *season, const double *trend)
{
	for (size_t i = 0; i < parting->n; i++)
		parting->detrended[i] = parting->y[i] - season[i] - trend[i];
	set_weights(parting->detrended, parting->n, rounding(parting->y, parting->n), parting->column, parting->weight);
	parting->weighed = true;
}

static size_t
odd(size_t window)
{
	return window < 3 ? 3 : window | 1;
}

static struct smoother
smoother_make(size_t window, int degree, size_t jump)
{
	return (struct smoother){ .window = odd(window), .degree = degree, .jump = jump != 0 ? jump : (window + 9) / 10 };
}

static void
set_smoothers(struct parting *parting, const struct stl_options *options)
{
	size_t always = 10 * parting->n + 1;
	size_t season = options->season_window != 0 ? options->season_window : always;
	double least_trend = ceil(1.5 * (double)parting->period / (1.0 - 1.5 / (double)season));
	size_t trend = options->trend_window != 0 ? options->trend_window : (size_t)least_trend | 1;
	parting->season = smoother_make(season, options->season_degree, options->season_jump);
	parting->trend = smoother_make(trend, 1, options->trend_jump);
	parting->low = smoother_make(options->low_window != 0 ? options->low_window : parting->period | 1, 1, options->low_jump);
}

/* One block for all work; `room` is what has to be given back. */
static bool
take_room(struct parting *parting, double **room)
{
	size_t n = parting->n, wide = n + 2 * parting->period;
	double *at = *room = calloc(4 * n + 3 * wide + n + 2, sizeof **room);
	if (at == NULL)
		return false;
	parting->column = at;
	parting->column_weight = at += n;
	parting->detrended = at += n;
	parting->weight = at += n;
	/* The columns' smoothed values share their room with the filter's middle step, which is longer. */
	parting->column_out = at += n;
	parting->cycle = at += wide;
	parting->filtered = at += wide;
	/* No two smoothers are at work at a time, and each makes its table when it begins. */
	parting->season.kernel = parting->trend.kernel = parting->low.kernel = at + wide;
	return true;
}

/* A season that is the same all along: the mean of each place. */
static void
make_periodic(double *season, size_t n, size_t period)
{
	for (size_t place = 0; place < period; place++) {
		double sum = 0.0;
		size_t rows = (n - place - 1) / period + 1;
		for (size_t i = place; i < n; i += period)
			sum += season[i];
		for (size_t i = place; i < n; i += period)
			season[i] = sum / (double)rows;
	}
}

static bool
all_numbers(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(y[i]))
			return false;
	return true;
}

enum status
stl_part(const double *y, size_t n, size_t period, const struct stl_options *options, double *season, double *trend, double *weight)
{
	struct parting parting = { .y = y, .n = n, .period = period };
	double *room;
	if (period < 2 || options->season_degree < 0 || options->season_degree > 1)
		return STATUS_USAGE;
	if (n <= 2 * period)
		return STATUS_TOO_FEW;
	if (!all_numbers(y, n))
		return STATUS_NO_FIT;
	set_smoothers(&parting, options);
	if (!take_room(&parting, &room))
		return STATUS_NO_MEMORY;
	size_t inner = options->inner != 0 ? options->inner : options->robust ? 1 : 2;
	size_t outer = options->outer != 0 ? options->outer : options->robust ? 15 : 0;
	memset(trend, 0, n * sizeof *trend);
	for (size_t i = 0; i < n; i++)
		parting.weight[i] = 1.0;
	for (size_t round = 0;; round++) {
		for (size_t i = 0; i < inner; i++)
			inner_round(&parting, season, trend);
		if (round == outer)
			break;
		outer_round(&parting, season, trend);
	}
	if (options->season_window == 0)
		make_periodic(season, n, period);
	if (weight != NULL)
		memcpy(weight, parting.weight, n * sizeof *weight);
	free(room);
	return STATUS_OK;
}

enum status
loess(const double *y, size_t n, const struct loess_options *options, double *out)
{
	struct smoother smoother = smoother_make(options->window, options->degree, options->jump);
	if (n == 0)
		return STATUS_TOO_FEW;
	double *room = calloc(4 * n + 2, sizeof *room), *weight = room + n, *error = weight + n;
	if (room == NULL)
		return STATUS_NO_MEMORY;
	smoother.kernel = error + n;
	for (size_t i = 0; i < n; i++)
		weight[i] = options->weight == NULL ? 1.0 : options->weight[i];
	smooth(&smoother, y, weight, n, out);
	for (size_t round = 0; round < options->robust_rounds; round++) {
		for (size_t i = 0; i < n; i++)
			error[i] = y[i] - out[i];
		set_weights(error, n, rounding(y, n), room, weight);
		for (size_t i = 0; i < n && options->weight != NULL; i++)
			weight[i] *= options->weight[i];
		smooth(&smoother, y, weight, n, out);
	}
	free(room);
	return STATUS_OK;
}

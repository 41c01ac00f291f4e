/* See arima.h: arima_choose. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arima_fitting.h"
#include "arima_tests.h"
#include "least_squares.h"

/* Above this strength a season is differenced: where the authors' comparisons put the bound. */
#define STRONG_SEASON 0.64
/* Models nearer than this to a unit root are not taken: another difference, or one less, says the same more simply. */
#define ROOT_RADIUS 1.01
/* Where a coefficient begins that the model before had not. */
#define NEW_PARTIAL 0.1

/*
 * Of a long seasonal series the latest values say which orders (not which coefficients): all of them say it no better, and a
 * season's filter is slow. Without a season slow drifts need all. In long series the last search begins in one place only.
 * Likelihoods with gaps are searched as long as a filter's run multiplies no more than this; beyond, gaps are guessed for the
 * coefficients.
 */
enum { MODELS_MAX = 94, MOVES = 17, LATEST = 600, LATEST_MAX = 4000, LONG = 600, DENSE_MAX = 200000 };

struct candidate {
	struct arima_orders orders;
	double coefficients[ARIMA_COEFFICIENTS_MAX];
	double aicc;
};

struct choice {
	struct series series; /* without gaps, and without what regressors explain */
	size_t p_max, q_max, seasonal_p_max, seasonal_q_max;
	size_t latest; /* how many values the search looks at */
	struct arima_orders seen[MODELS_MAX];
	size_t n_seen;
	struct candidate best;
};

/* What is known one season before and after, else before and after, says what an unknown value may have been. */
static double
guess(const double *y, size_t n, size_t t, size_t step)
{
	double sum = 0.0, weight = 0.0;
	for (size_t i = t; i >= step && weight == 0.0;)
		if (!isnan(y[i -= step])) {
			weight = (double)step / (double)(t - i);
			sum = weight * y[i];
		}
	for (size_t i = t + step; i < n; i += step)
		if (!isnan(y[i])) {
			double other = (double)step / (double)(i - t);
			sum += other * y[i];
			weight += other;
			break;
		}
	return weight > 0.0 ? sum / weight : NAN;
}

static void
fill_gaps(const struct series *series, size_t season, double *out)
{
	for (size_t t = 0; t < series->n; t++) {
		out[t] = series->values[t];
		if (isnan(out[t]) && season > 1)
			out[t] = guess(series->values, series->n, t, season);
		if (isnan(out[t]))
			out[t] = guess(series->values, series->n, t, 1);
	}
}

/* Takes out of y what level and regressors explain by least squares. */
static enum status
take_out(double *y, size_t n, const struct arima_regressors *regressors)
{
	size_t k = regressors->columns + 1;
	double b[ARIMA_REGRESSORS_MAX + 1], *x = calloc(n * k, sizeof *x);
	if (x == NULL)
		return STATUS_NO_MEMORY;
	for (size_t t = 0; t < n; t++) {
		x[t * k] = 1.0;
		memcpy(x + t * k + 1, regressors->rows + t * regressors->columns, regressors->columns * sizeof *x);
	}
	enum status status = least_squares(x, y, NULL, n, k, b);
	for (size_t t = 0; t < n && status == STATUS_OK; t++)
		for (size_t c = 1; c < k; c++)
			y[t] -= b[c] * x[t * k + c];
	free(x);
	return status;
}

static size_t
whole_season(const struct series *series, const struct arima_limits *limits)
{
	for (size_t i = 0; i < series->n_periods && !limits->seasonless; i++) {
		double period = series->periods[i];
		if (period == floor(period) && period >= 2.0 && period <= ARIMA_SEASON_MAX && period < (double)series->n)
			return (size_t)period;
	}
	return 1;
}

static size_t
subtract(double *y, size_t n, size_t lag)
{
	for (size_t t = 0; t + lag < n; t++)
		y[t] = y[t + lag] - y[t];
	return n - lag;
}

/* D and d, by the tests; y is differenced on the way. */
static enum status
choose_differences(double *y, size_t n, struct arima_orders *orders)
{
	double strength = 0.0;
	enum status status = season_strength(y, n, orders->season, &strength);
	if (status != STATUS_OK)
		return status;
	if (strength > STRONG_SEASON) {
		orders->seasonal_d = 1;
		n = subtract(y, n, orders->season);
	}
	while (orders->d < ARIMA_DIFFERENCES_MAX && kpss_refuses(y, n)) {
		orders->d++;
		n = subtract(y, n, 1);
	}
	return STATUS_OK;
}

static bool
same_orders(const struct arima_orders *a, const struct arima_orders *b)
{
	return a->p == b->p && a->q == b->q && a->seasonal_p == b->seasonal_p && a->seasonal_q == b->seasonal_q &&
	    a->constant == b->constant;
}

static bool
is_new(const struct choice *choice, const struct arima_orders *orders)
{
	for (size_t i = 0; i < choice->n_seen; i++)
		if (same_orders(&choice->seen[i], orders))
			return false;
	return choice->n_seen < MODELS_MAX;
}

/* The partial autocorrelations of one model as the beginning of another: what both have stays. */
static void
hand_over(const struct candidate *from, struct candidate *to)
{
	double x[ARIMA_COEFFICIENTS_MAX], begin[ARIMA_COEFFICIENTS_MAX];
	const size_t had[4] = { from->orders.p, from->orders.q, from->orders.seasonal_p, from->orders.seasonal_q };
	const size_t has[4] = { to->orders.p, to->orders.q, to->orders.seasonal_p, to->orders.seasonal_q };
	size_t at_had = 0, at_has = 0;
	arima_free(&from->orders, from->coefficients, x);
	for (size_t f = 0; f < 4; f++) {
		for (size_t i = 0; i < has[f]; i++)
			begin[at_has + i] = i < had[f] ? fmin(fmax(x[at_had + i], -1.5), 1.5) : NEW_PARTIAL;
		at_had += had[f];
		at_has += has[f];
	}
	arima_bind(&to->orders, begin, to->coefficients);
}

/* AICc by the exact likelihood, roughly found; INFINITY where the model is none or too near a unit root. */
static enum status
appraise(const struct choice *choice, struct candidate *candidate)
{
	struct arima_work work;
	double sum;
	candidate->aicc = INFINITY;
	struct series searched = choice->series;
	if (searched.n > choice->latest) {
		searched.values += searched.n - choice->latest;
		searched.n = choice->latest;
	}
	enum status status = arima_work_open(&work, &searched, &candidate->orders, NULL);
	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status : STATUS_OK;
	double n = (double)work.used, k = (double)(arima_coefficients(&candidate->orders) + work.columns);
	status = n > k + 1.0 ? arima_search(&work, true, candidate->coefficients, &sum) : STATUS_NO_FIT;
	if (status == STATUS_OK && arima_roots_outside(&candidate->orders, candidate->coefficients, ROOT_RADIUS))
		candidate->aicc = n * (log(2.0 * M_PI * sum / n) + 1.0) + 2.0 * k * n / (n - k - 1.0);
	arima_work_close(&work);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* True in `better` where these orders have become the best. */
static enum status
consider(struct choice *choice, const struct arima_orders *orders, bool *better)
{
	struct candidate candidate = { .orders = *orders };
	*better = false;
	if (!is_new(choice, orders))
		return STATUS_OK;
	choice->seen[choice->n_seen++] = *orders;
	if (isfinite(choice->best.aicc))
		hand_over(&choice->best, &candidate);
	else
		arima_first_guess(orders, candidate.coefficients);
	enum status status = appraise(choice, &candidate);
	*better = status == STATUS_OK && candidate.aicc < choice->best.aicc;
	if (*better)
		choice->best = candidate;
	return status;
}

/* The models that the search begins with. */
static enum status
begin(struct choice *choice, const struct arima_orders *differences)
{
	static const size_t first[4][4] = { { 2, 2, 1, 1 }, { 0, 0, 0, 0 }, { 1, 0, 1, 0 }, { 0, 1, 0, 1 } };
	bool better, may = differences->d + differences->seasonal_d <= 1;
	enum status status = STATUS_OK;
	choice->best = (struct candidate){ .aicc = INFINITY };
	for (size_t i = 0; i < 5 && status == STATUS_OK; i++) {
		struct arima_orders orders = *differences;
		const size_t *tried = first[i < 4 ? i : 1];
		orders.p = tried[0] < choice->p_max ? tried[0] : choice->p_max;
		orders.q = tried[1] < choice->q_max ? tried[1] : choice->q_max;
		orders.seasonal_p = tried[2] < choice->seasonal_p_max ? tried[2] : choice->seasonal_p_max;
		orders.seasonal_q = tried[3] < choice->seasonal_q_max ? tried[3] : choice->seasonal_q_max;
		orders.constant = may && i < 4;
		status = consider(choice, &orders, &better);
	}
	return status;
}

/* One order up or down by a move; false where that leaves the bounds. */
static bool
shift(size_t *order, int by, size_t most)
{
	if ((by < 0 && *order == 0) || (by > 0 && *order >= most))
		return false;
	*order += (size_t)(ptrdiff_t)by;
	return true;
}

static bool
move(const struct choice *choice, size_t i, struct arima_orders *orders)
{
	/* Of (P, Q), then of (p, q). */
	static const int by[8][2] = { { -1, 0 }, { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };
	if (i < 8)
		return shift(&orders->seasonal_p, by[i][0], choice->seasonal_p_max) &&
		    shift(&orders->seasonal_q, by[i][1], choice->seasonal_q_max);
	if (i < 16)
		return shift(&orders->p, by[i - 8][0], choice->p_max) && shift(&orders->q, by[i - 8][1], choice->q_max);
	orders->constant = !orders->constant;
	return orders->d + orders->seasonal_d <= 1;
}

static enum status
step_by_step(struct choice *choice)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < MOVES && status == STATUS_OK; i++) {
		struct arima_orders orders = choice->best.orders;
		bool better = false;
		if (isfinite(choice->best.aicc) && move(choice, i, &orders))
			status = consider(choice, &orders, &better);
		if (better)
			i = (size_t)-1; /* and look around the new place from the first move on */
	}
	return status;
}

/* The likelier of two models of these orders, the other begun where any search begins. */
static void
try_cold(const struct candidate *best, const struct series *series, const struct arima_regressors *regressors, struct model *model)
{
	struct model cold;
	if (arima_fit_from(series, &best->orders, regressors, NULL, &cold) != STATUS_OK)
		return;
	bool likelier = arima_facts(&cold).log_likelihood > arima_facts(model).log_likelihood;
	if (likelier && arima_roots_outside(&best->orders, arima_facts(&cold).coefficients, ROOT_RADIUS)) {
		struct model kept = *model;
		*model = cold;
		cold = kept;
	}
	model_close(&cold);
}

/* The chosen orders on the series as it is, with its gaps and regressors. */
static enum status
fit_chosen(const struct choice *choice, const struct series *series, const struct arima_regressors *regressors, struct model *out)
{
	const struct candidate *best = &choice->best;
	struct model model;
	struct arma arma;
	bool gaps = false;
	for (size_t t = 0; t < series->n; t++)
		gaps = gaps || isnan(series->values[t]);
	arima_expand(&best->orders, best->coefficients, &arma);
	size_t dense = arma.states + arima_lost(&best->orders);
	bool guessed = gaps && series->n * dense * dense > DENSE_MAX;
	enum status status = arima_fit_from(guessed ? &choice->series : series, &best->orders, guessed ? NULL : regressors,
	    best->coefficients, &model);
	if (status != STATUS_OK)
		return status;
	if (guessed) {
		struct model filled = model;
		status = arima_given(series, &best->orders, regressors, arima_facts(&filled).coefficients, NULL, &model);
		model_close(&filled);
	} else if (!gaps && series->n <= LONG && arima_coefficients(&best->orders) > 1) {
		try_cold(best, series, regressors, &model);
	}
	if (status == STATUS_OK)
		*out = model;
	return status;
}

/* Simpler and simpler, until one can be fitted: for short series and those that differencing leaves without variance. */
static enum status
fit_simple(const struct arima_orders *differences, const struct series *series, const struct arima_regressors *regressors,
    struct model *out)
{
	struct arima_orders orders = *differences;
	orders.constant = orders.d + orders.seasonal_d <= 1;
	enum status status = arima_fit(series, &orders, regressors, out);
	orders = (struct arima_orders){ .constant = true };
	if (status == STATUS_TOO_FEW)
		status = arima_fit(series, &orders, regressors, out);
	if (status == STATUS_TOO_FEW)
		status = arima_fit(series, &orders, NULL, out);
	return status;
}

static size_t
least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
bounds(struct choice *choice, const struct arima_limits *limits, size_t season)
{
	size_t third = choice->series.n / 3, order = limits->order_max != 0 ? limits->order_max : 5;
	size_t seasonal = limits->seasonal_max != 0 ? limits->seasonal_max : 2;
	choice->p_max = choice->q_max = least_of(least_of(order, third), ARIMA_ORDER_MAX);
	seasonal = season < 2 ? 0 : least_of(least_of(seasonal, third / season), ARIMA_SEASONAL_MAX);
	choice->seasonal_p_max = choice->seasonal_q_max = seasonal;
	choice->latest = limits->latest != 0 ? limits->latest : season > 1 ? LATEST : LATEST_MAX;
}

/* Orders for the series in choice->series; `scratch` is as long. */
static enum status
search(struct choice *choice, const struct arima_limits *limits, double *scratch, struct arima_orders *differences)
{
	size_t n = choice->series.n;
	memcpy(scratch, choice->series.values, n * sizeof *scratch);
	enum status status = choose_differences(scratch, n, differences);
	choice->best.aicc = INFINITY;
	/* What never varies has one model. */
	if (status != STATUS_OK || same_throughout(scratch, n - arima_lost(differences)))
		return status;
	bounds(choice, limits, differences->season);
	status = begin(choice, differences);
	return status == STATUS_OK ? step_by_step(choice) : status;
}

enum status
arima_choose(const struct series *series, const struct arima_limits *limits, const struct arima_regressors *regressors,
    struct model *out)
{
	static const struct arima_limits plain = { 0 };
	size_t n = series->n;
	if (limits == NULL)
		limits = &plain;
	if (regressors != NULL && (regressors->columns > ARIMA_REGRESSORS_MAX || regressors->n_rows < n))
		return STATUS_USAGE;
	struct arima_orders differences = { .season = whole_season(series, limits) };
	double *filled = calloc(2 * n + 1, sizeof *filled);
	struct choice *choice = calloc(1, sizeof *choice);
	enum status status = STATUS_NO_MEMORY;
	if (filled == NULL || choice == NULL)
		goto done;
	fill_gaps(series, differences.season, filled);
	status = n == 0 || isnan(filled[0]) ? STATUS_TOO_FEW : STATUS_OK;
	if (status == STATUS_OK && regressors != NULL && regressors->columns > 0)
		status = take_out(filled, n, regressors);
	choice->series = (struct series){ .values = filled, .n = n };
	if (status == STATUS_OK)
		status = search(choice, limits, filled + n, &differences);
	if (status != STATUS_OK)
		goto done;
	status = isfinite(choice->best.aicc) ? fit_chosen(choice, series, regressors, out) : STATUS_TOO_FEW;
	if (status == STATUS_TOO_FEW)
		status = fit_simple(&differences, series, regressors, out);
done:
	free(choice);
	free(filled);
	return status;
}

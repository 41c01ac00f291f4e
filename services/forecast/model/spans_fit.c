/*
 * See spans_fit.h. The process stands at knots of a week each; a step's rate is its profile times the rate of its knot. What is
 * asked of matrices is asked of LAPACKE.
 */
#include "spans_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>

enum { ROUNDS = 12 };

#define LEVEL_SD 1.5        /* of the level before any figure: next to nothing is known */
#define SURGE_KNOTS 4.0     /* a surge or a dip lasts about a month */
#define SWING_SHARPNESS 1.0 /* of the yearly swing: one or two peaks a year (MacKay 1998, periodic covariance) */
#define RECORD_SD 1.0       /* a single day is published because it was a record: it says little of its neighbours */
#define DAY_SD 0.25         /* of a day around its week, where no days were observed to tell */
#define JITTER 1e-9
#define SETTLED 1e-6 /* the mode has been found when no knot moves by more */

/* How strong each part of the process may be: log rate a root year; log rate. The prior over the grid is flat. */
static const double wanders[WANDERS] = { 0.18, 0.28, 0.42 };
static const double swings[SWINGS] = { 0.05, 0.15, 0.30 };
static const double surges[SURGES] = { 0.08, 0.16, 0.30 };

void
spans_work_close(struct spans_work *work)
{
	free(work->figure);
	free(work->share);
	free(work->prior);
	free(work->weight);
	free(work->cross);
	free(work->inner);
	free(work->knot);
	free(work->residual);
	free(work->solved);
	free(work->drawn);
}

/* ---- the figures ---- */

static double
profile_sum(const struct spans_task *task, size_t first, size_t last)
{
	double sum = 0.0;
	for (size_t i = first; i <= last; i++)
		sum += task->profile[i];
	return sum;
}

static void
add_figure(struct spans_work *work, size_t first, size_t last, double total, double variance)
{
	/* A figure of steps that are all shut, or of nothing, says nothing about the rate. */
	if (total <= 0.0 || profile_sum(work->task, first, last) <= 0.0)
		return;
	work->figure[work->figures++] = (struct spans_figure){ first, last, log(total), variance };
}

double
spans_day_variance(const struct spans_work *work, const struct span_total *span)
{
	double steps = (double)(span->last - span->first + 1), spread = steps < KNOT_STEPS ? RECORD_SD : work->day_sd;
	return spread * spread / steps;
}

/* The total of a span is off by its error, and by what its days happened to be around their weeks. */
static void
add_span(struct spans_work *work, const struct span_total *span)
{
	add_figure(work, span->first, span->last, span->total, span->error * span->error + spans_day_variance(work, span));
}

/* The spread of single observed steps around the mean of their knot, as relative standard deviation. */
static double
observed_spread(const struct spans_task *task)
{
	double squares = 0.0;
	size_t n = 0;
	for (size_t i = KNOT_STEPS; task->observed != NULL && i < task->n; i++) {
		double before = task->observed[i - KNOT_STEPS], now = task->observed[i];
		if (!(before > 0.0 && now > 0.0) || task->profile[i] <= 0.0 || task->profile[i - KNOT_STEPS] <= 0.0)
			continue;
		double step = fmax(-1.5, fmin(1.5, log(now / before)));
		squares += step * step / 2.0;
		n++;
	}
	return n < 14 ? DAY_SD : fmax(0.02, sqrt(squares / (double)n));
}

/* Observed steps enter as sums over their knot, so that the work grows with weeks and not with days. */
static void
add_observed(struct spans_work *work)
{
	const struct spans_task *task = work->task;
	for (size_t first = 0; task->observed != NULL && first < task->n; first += KNOT_STEPS) {
		size_t last = first + KNOT_STEPS <= task->n ? first + KNOT_STEPS - 1 : task->n - 1, run = 0;
		double sum = 0.0;
		/* A knot known in part gives the runs of known steps in it. */
		for (size_t i = first; i <= last + 1; i++) {
			bool known = i <= last && isfinite(task->observed[i]);
			if (known) {
				sum += task->observed[i];
				run++;
			} else if (run > 0) {
				add_figure(work, i - run, i - 1, sum, work->day_sd * work->day_sd / (double)run);
				run = 0;
				sum = 0.0;
			}
		}
	}
}

static void
fill_shares(struct spans_work *work)
{
	for (size_t k = 0; k < work->figures; k++)
		for (size_t i = work->figure[k].first; i <= work->figure[k].last; i++)
			work->share[k * work->knots + i / KNOT_STEPS] += work->task->profile[i];
	double sum = 0.0;
	for (size_t k = 0; k < work->figures; k++)
		sum += work->figure[k].log_total - log(profile_sum(work->task, work->figure[k].first, work->figure[k].last));
	work->mean = sum / (double)work->figures;
}

enum status
spans_work_open(const struct spans_task *task, struct spans_work *work)
{
	size_t room = task->n_spans + task->n + 1;
	work->task = task;
	work->steps = task->n + task->horizon;
	work->knots = (work->steps + KNOT_STEPS - 1) / KNOT_STEPS;
	work->day_sd = observed_spread(task);
	work->figure = calloc(room, sizeof *work->figure);
	if (work->figure == NULL)
		return STATUS_NO_MEMORY;
	for (size_t k = 0; k < task->n_spans; k++)
		add_span(work, &task->span[k]);
	add_observed(work);
	if (work->figures == 0)
		return STATUS_TOO_FEW;
	size_t knots = work->knots, figures = work->figures;
	work->share = calloc(figures * knots, sizeof *work->share);
	work->prior = calloc(knots * knots, sizeof *work->prior);
	work->weight = calloc(figures * knots, sizeof *work->weight);
	work->cross = calloc(figures * knots, sizeof *work->cross);
	work->inner = calloc(figures * figures, sizeof *work->inner);
	work->knot = calloc(knots, sizeof *work->knot);
	work->residual = calloc(figures, sizeof *work->residual);
	work->solved = calloc(figures, sizeof *work->solved);
	work->drawn = calloc(knots, sizeof *work->drawn);
	if (work->share == NULL || work->prior == NULL || work->weight == NULL || work->cross == NULL || work->inner == NULL ||
	    work->knot == NULL || work->residual == NULL || work->solved == NULL || work->drawn == NULL)
		return STATUS_NO_MEMORY;
	fill_shares(work);
	return STATUS_OK;
}

/* ---- the process ---- */

/* The covariance of two knots is that of the level up to the earlier one, and of swing and surge by how far they are apart. */
static void
fill_prior(struct spans_work *work, size_t choice)
{
	double wander = wanders[choice % WANDERS], swing = swings[choice / WANDERS % SWINGS],
	       surge = surges[choice / WANDERS / SWINGS];
	double year = work->task->year / KNOT_STEPS;
	for (size_t apart = 0; apart < work->knots; apart++) {
		double turn = sin(M_PI * (double)apart / year) / SWING_SHARPNESS;
		double alike = swing * swing * exp(-2.0 * turn * turn) + surge * surge * exp(-(double)apart / SURGE_KNOTS);
		for (size_t i = 0; i + apart < work->knots; i++) {
			double level = LEVEL_SD * LEVEL_SD + wander * wander * (double)i / year;
			double value = level + alike + (apart == 0 ? JITTER : 0.0);
			work->prior[i * work->knots + i + apart] = value;
			work->prior[(i + apart) * work->knots + i] = value;
		}
	}
}

/* The log total of each figure at the mode, and the weight of each knot in it: they add up to 1 in a figure. */
static void
linearise(struct spans_work *work)
{
	for (size_t k = 0; k < work->figures; k++) {
		double *weight = work->weight + k * work->knots, total = 0.0;
		for (size_t w = 0; w < work->knots; w++) {
			double share = work->share[k * work->knots + w];
			weight[w] = share > 0.0 ? share * exp(work->knot[w]) : 0.0;
			total += weight[w];
		}
		double residual = work->figure[k].log_total - log(total);
		for (size_t w = 0; w < work->knots; w++) {
			weight[w] /= total;
			residual += weight[w] * (work->knot[w] - work->mean);
		}
		work->residual[k] = residual;
	}
}

/* Fills cross and inner, and factors inner. */
static enum status
factor_inner(struct spans_work *work)
{
	size_t knots = work->knots, figures = work->figures;
	for (size_t i = 0; i < knots; i++)
		for (size_t k = 0; k < figures; k++) {
			const double *row = work->prior + i * knots, *weight = work->weight + k * knots;
			double sum = 0.0;
			/* A figure touches only the knots of its span. */
			for (size_t w = work->figure[k].first / KNOT_STEPS; w <= work->figure[k].last / KNOT_STEPS; w++)
				sum += row[w] * weight[w];
			work->cross[i * figures + k] = sum;
		}
	for (size_t k = 0; k < figures; k++)
		for (size_t l = 0; l <= k; l++) {
			double sum = k == l ? work->figure[k].variance : 0.0;
			for (size_t w = work->figure[k].first / KNOT_STEPS; w <= work->figure[k].last / KNOT_STEPS; w++)
				sum += work->weight[k * knots + w] * work->cross[w * figures + l];
			work->inner[k * figures + l] = sum;
		}
	lapack_int n = (lapack_int)figures;
	return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, work->inner, n) == 0 ? STATUS_OK : STATUS_NO_FIT;
}

/* solved = inner^-1 solved. */
static enum status
solve_inner(struct spans_work *work)
{
	lapack_int n = (lapack_int)work->figures;
	lapack_int info = LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'L', n, 1, work->inner, n, work->solved, 1);
	return info == 0 ? STATUS_OK : STATUS_NO_FIT;
}

/* knot += cross x solved */
static void
add_correction(const struct spans_work *work, double *knot)
{
	for (size_t i = 0; i < work->knots; i++)
		for (size_t k = 0; k < work->figures; k++)
			knot[i] += work->cross[i * work->figures + k] * work->solved[k];
}

/* Moves the knots to the mode; `evidence` is the log density of the figures under this choice (Laplace). */
enum status
spans_mode(struct spans_work *work, size_t choice, double *evidence)
{
	size_t figures = work->figures;
	fill_prior(work, choice);
	for (size_t w = 0; w < work->knots; w++)
		work->knot[w] = work->mean;
	double moved = INFINITY;
	for (int round = 0; round < ROUNDS && moved > SETTLED; round++) {
		linearise(work);
		memcpy(work->solved, work->residual, figures * sizeof *work->solved);
		if (factor_inner(work) != STATUS_OK || solve_inner(work) != STATUS_OK)
			return STATUS_NO_FIT;
		*evidence = 0.0;
		for (size_t k = 0; k < figures; k++)
			*evidence -= 0.5 * work->residual[k] * work->solved[k] + log(work->inner[k * figures + k]);
		memcpy(work->drawn, work->knot, work->knots * sizeof *work->drawn);
		for (size_t w = 0; w < work->knots; w++)
			work->knot[w] = work->mean;
		add_correction(work, work->knot);
		moved = 0.0;
		for (size_t w = 0; w < work->knots; w++)
			moved = fmax(moved, fabs(work->knot[w] - work->drawn[w]));
	}
	linearise(work);
	return STATUS_OK;
}

/* ---- drawing ---- */

enum status
spans_draw_begin(struct spans_work *work)
{
	lapack_int n = (lapack_int)work->knots;
	return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, work->prior, n) == 0 ? STATUS_OK : STATUS_NO_FIT;
}

/* One draw from the posterior: a draw from the prior, put right by what it says of the figures (Matheron's rule). */
enum status
spans_draw(struct spans_work *work, struct chance *chance)
{
	size_t knots = work->knots;
	for (size_t i = 0; i < knots; i++)
		work->drawn[i] = chance_normal(chance);
	for (size_t i = knots; i-- > 0;) {
		double sum = 0.0;
		for (size_t j = 0; j <= i; j++)
			sum += work->prior[i * knots + j] * work->drawn[j];
		work->drawn[i] = sum;
	}
	for (size_t k = 0; k < work->figures; k++) {
		double said = sqrt(work->figure[k].variance) * chance_normal(chance);
		for (size_t w = work->figure[k].first / KNOT_STEPS; w <= work->figure[k].last / KNOT_STEPS; w++)
			said += work->weight[k * knots + w] * work->drawn[w];
		work->solved[k] = work->residual[k] - said;
	}
	enum status status = solve_inner(work);
	for (size_t i = 0; i < knots; i++)
		work->drawn[i] += work->mean;
	if (status == STATUS_OK)
		add_correction(work, work->drawn);
	return status;
}

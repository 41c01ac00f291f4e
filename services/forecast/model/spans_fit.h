/*
 * The inside of spans.c: the figures, the process and its posterior mode under one choice of its strengths. A spans_work is opened
 * for a task, which it borrows, and closed by the same caller; one thread.
 */
#ifndef JUYAN_MODEL_SPANS_FIT_H
#define JUYAN_MODEL_SPANS_FIT_H

#include "spans.h"

/* The choices: how far the level wanders, how strong the yearly swing is, how strong surges are. */
enum { KNOT_STEPS = 7, WANDERS = 3, SWINGS = 3, SURGES = 3, CHOICES = WANDERS * SWINGS * SURGES };

/* One figure, as the fit sees it: which share of each knot's rate it holds. */
struct spans_figure {
	size_t first, last; /* steps */
	double log_total, variance;
};

struct spans_work {
	const struct spans_task *task;
	size_t steps, knots, figures;
	struct spans_figure *figure;
	double mean; /* of the log rate */
	double day_sd;
	double *share;    /* [figures][knots]: profile summed over the figure's steps in the knot */
	double *prior;    /* [knots][knots] covariance, then its Cholesky factor (lower) */
	double *weight;   /* [figures][knots]: the derivative of the log total by each knot */
	double *cross;    /* [knots][figures] = covariance x weight' */
	double *inner;    /* [figures][figures] = weight x cross + errors, then its factor */
	double *knot;     /* [knots] the mode */
	double *residual; /* [figures] */
	double *solved;   /* [figures] */
	double *drawn;    /* [knots] */
};

/* TOO_FEW where no figure says anything; NO_MEMORY. Close it also after a failure. */
enum status spans_work_open(const struct spans_task *task, struct spans_work *out) MUST_USE;
void spans_work_close(struct spans_work *work);

/* Of the logarithm of a span's total, by what its days happen to be around their weeks. */
double spans_day_variance(const struct spans_work *work, const struct span_total *span);

/* Moves the knots to the mode; `evidence` is the log density of the figures under this choice (Laplace). NO_FIT. */
enum status spans_mode(struct spans_work *work, size_t choice, double *evidence) MUST_USE;
/* Turns the prior into its factor: after this, until the next mode, spans_draw may be called. NO_FIT. */
enum status spans_draw_begin(struct spans_work *work) MUST_USE;
/* One draw of the knots from the posterior into `drawn`. NO_FIT. */
enum status spans_draw(struct spans_work *work, struct chance *chance) MUST_USE;

#endif

/*
 * A history known by totals over spans (a year, a month, the year to a day), some of them only about right, and the future that
 * follows from it. It serves a port whose ledger has just begun: published figures become a daily history with its uncertainty,
 * and observed days join them one by one.
 *
 * The logarithm of the daily rate is a Gaussian process: a level that wanders, a yearly swing, and surges and dips of some weeks;
 * a span's total is the sum of the rates in it, times its error. The posterior is found by Gauss and Newton's method (Tarantola
 * 2005, Inverse Problem Theory, ch. 3) and sampled by Matheron's rule (Journel and Huijbregts 1978; Wilson et al. 2020); how far
 * the rate wanders is weighed by the evidence of the figures themselves (a grid over three variances). It is temporal
 * disaggregation as of Chow and Lin (1971), with a process that cannot go below zero.
 *
 * Pure: the same task gives the same bytes. Units are the caller's.
 */
#ifndef JUYAN_MODEL_SPANS_H
#define JUYAN_MODEL_SPANS_H

#include "auto.h"

/* Relative standard deviations of published totals: rounded at the last digit; "about", "nearly"; "more than" (which also lies
 * a little above). */
#define SPAN_EXACT 0.0005
#define SPAN_ABOUT 0.02
#define SPAN_BEYOND 0.015

enum { SPANS_MAX = 512, SPANS_STEPS_MAX = 20000 };

struct span_total {
	size_t first, last; /* steps of the history, both included */
	double total;       /* above zero */
	double error;       /* its standard deviation, relative to the total; above zero */
};

struct spans_task {
	const struct span_total *span;
	size_t n_spans;
	const double *observed; /* [n], single steps that are known besides; NAN: not known; NULL: none */
	/* What is known of each step before any figure: 1 ordinary, 0 shut, between for part of a day; [n + horizon]. */
	const double *profile;
	const double *ceiling; /* [horizon]; NULL: none */
	size_t n, horizon;     /* steps of the history up to the origin, and after it */
	size_t keep;           /* last steps of the history that each path is wanted of, too; at most n */
	double year;           /* in steps, such as 365.25 */
	size_t paths;
	uint64_t seed;
};

/* Owns its memory; spans_close. */
struct spans_result {
	size_t n;
	double *past;           /* [n] the expected history; its sums over spans are near their totals */
	double *past_sd;        /* [n] standard deviation of each step's rate */
	struct forecast future; /* point: the mean of the paths */
	/*
	 * [path * kept + step] of the last `kept` steps: the history that a path of the future goes on from. Its sums over spans
	 * are off from their totals as these are from the truth: hardly at all where a total is exact.
	 */
	double *drawn;
	size_t kept;
};

/* TOO_FEW without any figure above zero; USAGE for a task out of bounds; NO_FIT; NO_MEMORY. */
enum status spans_forecast(const struct spans_task *task, struct spans_result *out, struct reason *why) MUST_USE;
void spans_close(struct spans_result *result);

#endif

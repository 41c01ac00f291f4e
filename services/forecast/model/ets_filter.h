/*
 * The recursion of exponential smoothing over a series, and its derivatives: what fitting is made of. Internal to ets*.c. Owns
 * nothing.
 */
#ifndef JUYAN_MODEL_ETS_FILTER_H
#define JUYAN_MODEL_ETS_FILTER_H

#include "ets.h"

enum { ETS_COLUMNS_MAX = 4 + 2 + ETS_PERIOD_MAX - 1 };

#define ETS_LEAST 0.0001 /* of alpha, beta, gamma */
#define ETS_MOST 0.9999  /* likewise */
#define ETS_PHI_LEAST 0.8
#define ETS_PHI_MOST 0.98

struct ets_case {
	const double *y;
	size_t n, period; /* period 1 without a season */
	struct ets_form form;
};

/*
 * What is searched, one column each: alpha; beta and gamma as shares of the room that alpha leaves them, so that the bounds are a
 * box; phi; then the states. The first season follows from the others (sum 0, or mean 1). A column that the form lacks is -1.
 */
struct ets_columns {
	int alpha, beta, gamma, phi, level, trend, season;
	size_t n;
};

/* Sums over the series at one place: r the errors, h the derivatives of log f (0 with added errors), d those of r. */
struct ets_sums {
	double squares;                              /* of r */
	double logs;                                 /* of f; 0 with added errors */
	double dd[ETS_COLUMNS_MAX][ETS_COLUMNS_MAX]; /* upper half */
	double rd[ETS_COLUMNS_MAX], h[ETS_COLUMNS_MAX];
};

/* What one run leaves; `fitted` and `residual` may be NULL. */
struct ets_trace {
	double *fitted, *residual;
	struct ets_values last;
	double squares, logs;
};

struct ets_columns ets_columns(const struct ets_form *form, size_t period);
void ets_unpack(const struct ets_case *c, const double *x, struct ets_values *out);
void ets_pack(const struct ets_case *c, const struct ets_values *values, double *x);
/* Whether old values are forgotten: the roots of the reduced form (Hyndman, Akram and Archibald 2008). */
bool ets_admissible(const struct ets_case *c, const struct ets_values *values);

/* -2 log likelihood but for a constant; INFINITY where a multiplied error meets a forecast not above 0. */
double ets_deviance(const struct ets_case *c, const struct ets_values *start);
double ets_deviance_of(const struct ets_case *c, double squares, double logs);
/* False where the deviance is infinite: then the trace is worth nothing. */
bool ets_run(const struct ets_case *c, const struct ets_values *start, struct ets_trace *trace);
/* The sums at x; false where the deviance is infinite. */
bool ets_slopes(const struct ets_case *c, const double *x, struct ets_sums *out);

/* Starting states by rule of thumb (Hyndman et al. 2002, section 2.6.1) and weights to begin a search with. NO_MEMORY. */
enum status ets_guess(const struct ets_case *c, struct ets_values *out) MUST_USE;
/* Such weights beside this alpha; the states stay. */
void ets_first_weights(const struct ets_case *c, double alpha, struct ets_values *out);
/*
 * The values of least deviance, of a case whose values are of size 1 (so that units make no difference), from `near` on (NULL: by
 * rule of thumb). Gives up early where the deviance will hardly come below `wanted` (INFINITY: never), and tells how far it came.
 * NO_FIT, NO_MEMORY.
 */
enum status ets_search(const struct ets_case *c, const struct ets_values *near, double wanted, struct ets_values *out,
    double *deviance) MUST_USE;

/* Checks form and values, and says how the series looks to the form: USAGE, NO_FIT, TOO_FEW for a fit. */
enum status ets_case_of(const struct series *series, const struct ets_form *form, struct ets_case *out) MUST_USE;
/* The same form for y / *size, of mean size 1, in memory of its own: free(y). NO_MEMORY. */
enum status ets_case_scaled(const struct series *series, double **y, double *size) MUST_USE;
/* Values in units `by` times smaller. */
struct ets_values ets_values_scaled(const struct ets_case *c, const struct ets_values *values, double by);
/* The model of these values. */
enum status ets_make(const struct ets_case *c, const struct ets_values *start, struct model *out) MUST_USE;
/* The criteria of a deviance. */
void ets_judge(const struct ets_case *c, double deviance, struct ets_about *out);

#endif

/* See optimum.h. */
#include "optimum.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <nlopt.h>

/* NLopt asks for a finite value everywhere: what is none counts as this, and the best that was really seen is remembered. */
#define BEYOND 1e300

struct search {
	optimum_function *function;
	void *user;
	double best;
	double best_x[OPTIMUM_PARAMETERS_MAX];
};

static double
evaluate(unsigned n, const double *x, double *gradient, void *user)
{
	struct search *search = user;
	(void)gradient;
	double value = search->function(x, search->user);
	if (!isfinite(value))
		return BEYOND;
	if (value < search->best) {
		search->best = value;
		memcpy(search->best_x, x, n * sizeof *x);
	}
	return value;
}

static void
prepare(nlopt_opt opt, struct search *search, const double *lower, const double *upper, size_t n,
    const struct optimum_options *options)
{
	static const struct optimum_options plain = { 0 };
	if (options == NULL)
		options = &plain;
	nlopt_set_min_objective(opt, evaluate, search);
	nlopt_set_lower_bounds(opt, lower);
	nlopt_set_upper_bounds(opt, upper);
	nlopt_set_ftol_rel(opt, options->tolerance > 0.0 ? options->tolerance : 1e-8);
	nlopt_set_maxeval(opt, options->steps_max > 0 ? options->steps_max : 200 * (int)n);
	if (options->step != NULL)
		nlopt_set_initial_step(opt, options->step);
}

enum status
optimum_find(optimum_function *function, void *user, double *x, const double *lower, const double *upper, size_t n,
    const struct optimum_options *options, double *value)
{
	struct search search = { .function = function, .user = user, .best = INFINITY };
	double ignored;
	assert(n > 0 && n <= OPTIMUM_PARAMETERS_MAX);
	nlopt_opt opt = nlopt_create(NLOPT_LN_NELDERMEAD, (unsigned)n);
	if (opt == NULL)
		return STATUS_NO_MEMORY;
	prepare(opt, &search, lower, upper, n, options);
	/* Rounding may end a search early (a negative result): the best that was seen is still the best. */
	nlopt_result result = nlopt_optimize(opt, x, &ignored);
	nlopt_destroy(opt);
	if (result == NLOPT_OUT_OF_MEMORY)
		return STATUS_NO_MEMORY;
	if (!isfinite(search.best))
		return STATUS_NO_FIT;
	memcpy(x, search.best_x, n * sizeof *x);
	*value = search.best;
	return STATUS_OK;
}

/* See paths.h. */
#include "paths.h"

#include <math.h>
#include <stdlib.h>

#include "robust.h"

/* What little history leaves open: a deviation on the scale, worth so many values, fading out as the history grows. */
#define PRIOR 0.15
#define PRIOR_VALUES 4.0
#define PRIOR_GONE 40.0
/* Residuals beyond so many deviations are drawn as if they were so far. */
#define RESIDUAL_FAR 8.0
/* An earlier error beyond so many deviations of theory says no more than that; nor does luck say less than this share. */
#define SEEN_FAR 4.0
#define SEEN_LEAST 0.2
/* Weights of errors at which earlier origins count as much as theory. */
#define THEORY_WEIGHT 5.0
/* The share of the late residuals in the spread of one step. */
#define LATE_SHARE 0.7
/* A level may walk where single steps ask for an alpha above this; it does where sums ask for it too: wholly at twice as much. */
#define WALK_LEAST 0.4
/* A shift of the level that the history does not foretell: its deviation, in spreads of the step at which it comes. */
#define SHIFT_SIZE 2.5
/* Earlier stretches of a horizon's length, none in another, that say as much of how errors hang together as what is usual. */
#define STRETCHES_USUAL 6.0
#define LASTING_LEAST 0.005
#define LASTING_MOST 1.0
#define LASTING_STEP 1.25
/* Fewer residuals are drawn as normal ones. */
enum { RESIDUALS_LEAST = 12, RESIDUALS_FIRST = 6 };
/* The longest and shortest sums that tell whether a level walks, and how often the longest has to fit into the history. */
enum { WALK_LONGEST = 56, WALK_SHORTEST = 7, WALK_FITS = 8 };

struct manner {
	double alpha_least, alpha_most; /* of the level that learns from chance */
	double lasting;                 /* how much of that stays in a path beside what its spread says */
	double late;                    /* steps over which the late residuals fade */
	double recent, odds;            /* likewise earlier origins: in the spread, in being drawn */
	double seen;                    /* the share of paths that are errors really made: few, for they overlap */
	double width, jitter;           /* of all paths; by chance from path to path (its logarithm's deviation): heavy tails */
	double shift;                   /* the chance of a shift of the level at a step */
	/*
	 * Whether residuals are drawn without their mean. Of days it is but how far a slow smoothing lags behind, and by a path's
	 * one sign it would part the sums of many steps into two heaps, one above the point and one below.
	 */
	bool centred;
	bool walks; /* whether a level that walks is looked for: of days, whose alpha is held low */
};

static const struct manner manners[PACES] = {
	[PACE_MONTHS] = { 0.15, 0.6, 1.1, 3.0, 8.0, 60.0, 0.2, 0.93, 0.35, 0.008, false, false },
	[PACE_DAYS] = { 0.01, 0.05, 0.85, 90.0, 365.0, 730.0, 0.0, 0.98, 0.2, 0.0, true, true },
};

struct bag {
	const struct combined *combined;
	const struct origins *origins;
	const struct paths_plan *plan;
	const struct manner *manner;
	double *residual; /* of one step */
	size_t n_residuals;
	double root;           /* of their mean square */
	double alpha;          /* of the level that learns from chance: how the spread grows */
	double lasting;        /* likewise: how the steps of a path hang together */
	double *spread, *seen; /* [horizon]: standard deviation taken, and what earlier origins showed */
	double *scratch;       /* [n] */
	double own;            /* the alpha that sums over the history ask for, where single steps ask for a high one; else 0 */
	double *odds;          /* [origins]: cumulated weight of being drawn */
	double odds_sum;
};

/* Takes their mean off values[n]; returns by how much the sum of their squares falls. */
static double
centre(double *values, size_t n)
{
	double mean = 0.0;
	for (size_t i = 0; i < n; i++)
		mean += values[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		values[i] -= mean;
	return mean * mean * (double)n;
}

/* The residuals of the best exponential smoothing. */
static void
find_residuals(struct bag *bag)
{
	const struct combined *c = bag->combined;
	const double *y = c->adjusted.level;
	double level = y[0], far = RESIDUAL_FAR * fmax(c->spread, 1e-9), square = 0.0;
	for (size_t i = 1; i < c->adjusted.n; i++) {
		double error = y[i] - level;
		level += c->alpha * error;
		if (i < RESIDUALS_FIRST && c->adjusted.n > 2 * RESIDUALS_FIRST)
			continue;
		error = fmax(-far, fmin(far, error));
		bag->residual[bag->n_residuals++] = error;
		square += error * error;
	}
	if (bag->manner->centred)
		square -= centre(bag->residual, bag->n_residuals);
	bag->root = bag->n_residuals > 0 ? sqrt(fmax(square, 0.0) / (double)bag->n_residuals) : 0.0;
}

/* The standard deviation of one step: late residuals before early ones, never less than what little history allows to claim. */
static double
one_step(const struct bag *bag)
{
	double late = 0.0, weights = 0.0, n = (double)bag->combined->adjusted.known;
	for (size_t k = 0; k < bag->n_residuals; k++) {
		double weight = exp(-(double)(bag->n_residuals - 1 - k) / bag->manner->late);
		late += weight * bag->residual[k] * bag->residual[k];
		weights += weight;
	}
	double square = weights > 0.0 ? (1.0 - LATE_SHARE) * bag->root * bag->root + LATE_SHARE * late / weights : 0.0;
	double prior = PRIOR_VALUES * fmax(0.0, 1.0 - n / PRIOR_GONE);
	return sqrt((n * square + prior * PRIOR * PRIOR) / (n + prior));
}

/*
 * The spread by distance. Theory: growing as a level that learns (Hyndman et al. 2008, ch. 6). Seen: the root of the mean square of
 * earlier errors around this distance. Between the two by how much was seen, on the scale of logarithms.
 */
static void
find_spread(struct bag *bag)
{
	const struct origins *o = bag->origins;
	double one = one_step(bag);
	for (size_t h = 0; h < bag->plan->horizon; h++) {
		double sum = 0.0, count = 0.0, theory = one * sqrt(1.0 + bag->alpha * bag->alpha * (double)h) + 1e-9;
		size_t reach = 1 + h / 4;
		for (size_t k = 0; k < o->n; k++) {
			double weight = exp(-(double)(o->at[0] - o->at[k]) / bag->manner->recent);
			for (size_t g = h > reach ? h - reach : 0; g <= h + reach && g < o->horizon; g++) {
				double error = o->error[k * o->horizon + g];
				if (isnan(error))
					continue;
				error = fmin(fabs(error), SEEN_FAR * theory);
				sum += weight * error * error;
				count += weight;
			}
		}
		double share = count / (count + THEORY_WEIGHT);
		bag->seen[h] = fmax(count > 0.0 ? sqrt(sum / count) : theory, SEEN_LEAST * theory);
		bag->spread[h] = exp((1.0 - share) * log(theory) + share * log(bag->seen[h]));
	}
}

/* The variance of a sum of m steps of a level that learns, each of variance 1, by what it were if they had nothing in common. */
static double
sum_ratio(double alpha, size_t m)
{
	double twice = 0.0, later = 0.0;
	for (size_t h = m; h-- > 0;) {
		double size = sqrt(1.0 + alpha * alpha * (double)h);
		twice += (alpha * alpha * (double)h + alpha) / size * later;
		later += 1.0 / size;
	}
	return 1.0 + 2.0 * twice / (double)m;
}

/* The alpha at which sums have that ratio. */
static double
lasting_of(double ratio, size_t m)
{
	double alpha = LASTING_LEAST;
	while (alpha < LASTING_MOST && sum_ratio(alpha, m) < ratio)
		alpha *= LASTING_STEP;
	return alpha;
}

/* The robust deviation of how far the mean of `steps` levels was from where exponential smoothing stood before them. */
static double
missed(const struct bag *bag, double alpha, size_t steps)
{
	const double *y = bag->combined->adjusted.level;
	size_t n = bag->combined->adjusted.n, count = 0;
	double level = y[0], sum = 0.0;
	for (size_t i = 0; i < steps; i++)
		sum += y[i];
	for (size_t i = 0; i + steps < n; i++) {
		level += alpha * (y[i] - level);
		sum += y[i + steps] - y[i];
		if (i >= n / WALK_FITS)
			bag->scratch[count++] = sum / (double)steps - level;
	}
	return robust_deviation(bag->scratch, count, 0.0);
}

/*
 * Finds how errors hang together by how sums of several lengths were missed, each by the alpha that does best for it; and returns
 * the alpha by which the level walks, 0 where it does not. A high alpha of single steps alone says little: what soon returns after
 * a shock has one too, but is missed in sums by far less than what walks.
 */
static double
find_own(struct bag *bag)
{
	size_t n = bag->combined->adjusted.n, longest = n / WALK_FITS < WALK_LONGEST ? n / WALK_FITS : WALK_LONGEST;
	double best = bag->combined->alpha, sum = 0.0, count = 0.0;
	double one = bag->manner->walks && longest >= WALK_SHORTEST && best > WALK_LEAST ? missed(bag, best, 1) : 0.0;
	if (!(one > 1e-9))
		return 0.0;
	for (size_t steps = longest; steps >= WALK_SHORTEST && 4 * steps >= longest; steps /= 2) {
		double least =
		    fmin(missed(bag, best, steps), fmin(missed(bag, best / 4.0, steps), missed(bag, best / 16.0, steps)));
		sum += log(lasting_of((double)steps * least * least / (one * one), steps));
		count += 1.0;
	}
	bag->own = exp(sum / count);
	double alpha = fmin(bag->own, best);
	return alpha * fmin(fmax(alpha / WALK_LEAST - 1.0, 0.0), 1.0);
}

/* The same of earlier errors; 0 where none are known. */
static double
seen_ratio(const struct bag *bag)
{
	const struct origins *o = bag->origins;
	double top = 0.0, bottom = 0.0;
	for (size_t k = 0; k < o->n; k++) {
		double sum = 0.0, square = 0.0;
		size_t known = 0;
		for (size_t h = 0; h < bag->plan->horizon && h < o->horizon; h++) {
			double error = o->error[k * o->horizon + h] / bag->seen[h];
			if (isnan(error))
				continue;
			sum += error;
			square += error * error;
			known++;
		}
		if (4 * known < 3 * bag->plan->horizon)
			continue;
		top += sum * sum / (double)known;
		bottom += square / (double)known;
	}
	return bottom > 0.0 ? top / bottom : 0.0;
}

/* How much of an error stays: between what is usual and what the sums of earlier errors say, by how many of those there were. */
static void
find_lasting(struct bag *bag)
{
	const struct origins *o = bag->origins;
	size_t horizon = bag->plan->horizon;
	double usual = bag->manner->lasting * bag->alpha, ratio = seen_ratio(bag);
	usual = bag->own > usual ? sqrt(usual * bag->own) : usual;
	bag->lasting = usual;
	if (ratio <= 0.0 || horizon < 2)
		return;
	double stretches = (double)(o->at[0] - o->at[o->n - 1]) / (double)horizon;
	double share = stretches / (stretches + STRETCHES_USUAL);
	bag->lasting = exp((1.0 - share) * log(usual) + share * log(lasting_of(ratio, horizon)));
}

/* Origins that saw the whole horizon may be drawn, later ones rather. */
static void
find_odds(struct bag *bag)
{
	const struct origins *o = bag->origins;
	for (size_t k = 0; k < o->n; k++) {
		bool whole = o->horizon >= bag->plan->horizon;
		for (size_t h = 0; whole && h < bag->plan->horizon; h++)
			whole = !isnan(o->error[k * o->horizon + h]);
		bag->odds_sum += whole ? exp(-(double)(o->at[0] - o->at[k]) / bag->manner->odds) : 0.0;
		bag->odds[k] = bag->odds_sum;
	}
}

static void
draw_seen(const struct bag *bag, struct chance *chance, double *errors)
{
	const struct origins *o = bag->origins;
	double at = chance_uniform(chance) * bag->odds_sum;
	size_t k = 0;
	while (k + 1 < o->n && bag->odds[k] < at)
		k++;
	for (size_t h = 0; h < bag->plan->horizon; h++)
		errors[h] = o->error[k * o->horizon + h] * bag->spread[h] / bag->seen[h];
}

static void
draw_theory(const struct bag *bag, struct chance *chance, double *errors)
{
	bool normal = bag->n_residuals < RESIDUALS_LEAST || bag->root < 1e-9;
	double level = 0.0, alpha = bag->lasting;
	for (size_t h = 0; h < bag->plan->horizon; h++) {
		double e = normal ? chance_normal(chance) : bag->residual[chance_index(chance, bag->n_residuals)] / bag->root;
		errors[h] = (level + e) * bag->spread[h] / sqrt(1.0 + alpha * alpha * (double)h);
		level += alpha * e;
	}
}

/* What most histories have not yet shown: the level shifts, and stays where it went. */
static void
add_shifts(const struct bag *bag, struct chance *chance, double *errors)
{
	double level = 0.0;
	if (bag->manner->shift <= 0.0)
		return;
	for (size_t h = 0; h < bag->plan->horizon; h++) {
		if (chance_uniform(chance) < bag->manner->shift)
			level += SHIFT_SIZE * bag->spread[h] * chance_normal(chance);
		errors[h] += level;
	}
}

static void
draw(const struct bag *bag, double *errors)
{
	const struct paths_plan *plan = bag->plan;
	for (size_t p = 0; p < plan->paths; p++) {
		struct chance chance = chance_begin(plan->seed, p);
		double *path = errors + p * plan->horizon, sign = chance_uniform(&chance) < 0.5 ? -1.0 : 1.0;
		double factor = sign * bag->manner->width * exp(bag->manner->jitter * chance_normal(&chance));
		if (bag->odds_sum > 0.0 && chance_uniform(&chance) < bag->manner->seen)
			draw_seen(bag, &chance, path);
		else
			draw_theory(bag, &chance, path);
		for (size_t h = 0; h < plan->horizon; h++)
			path[h] *= factor;
		add_shifts(bag, &chance, path);
	}
}

enum status
paths_draw(const struct combined *combined, const struct origins *origins, const struct paths_plan *plan, double *errors)
{
	struct bag bag = { .combined = combined, .origins = origins, .plan = plan, .manner = &manners[plan->pace] };
	size_t n = combined->adjusted.n, horizon = plan->horizon;
	double known = (double)combined->adjusted.known;
	bag.residual = calloc(2 * n + 2 * horizon + origins->n + 1, sizeof *bag.residual);
	if (bag.residual == NULL)
		return STATUS_NO_MEMORY;
	bag.scratch = bag.residual + n;
	bag.spread = bag.scratch + n;
	bag.seen = bag.spread + horizon;
	bag.odds = bag.seen + horizon;
	/* A short history cannot tell that its level stands still. */
	double least = fmax(bag.manner->alpha_least, 0.5 * (1.0 - known / 24.0));
	bag.alpha = fmax(fmin(combined->alpha, fmax(bag.manner->alpha_most, find_own(&bag))), least);
	find_residuals(&bag);
	find_spread(&bag);
	find_lasting(&bag);
	find_odds(&bag);
	draw(&bag, errors);
	free(bag.residual);
	return STATUS_OK;
}

/* See breaks.h. */
#include "breaks.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "robust.h"

/* How many times the usual spread a jump has to be: a wandering series of some hundred steps has less in all but few. */
#define SCORE_LEAST 5.5
/* Back is what has made good all but this share of the jump. */
#define BACK_SHARE (1.0 / 3.0)

enum { WIDTH_MAX = 64, WIDTH_LEAST = 3, WIDTHS = 3 };

struct search {
	const double *x;
	size_t n, width;
	double *jump, *room; /* [n] each */
	double middle, spread;
};

static double
level(const double *x, size_t n)
{
	double copy[WIDTH_MAX];
	assert(n >= 1 && n <= WIDTH_MAX);
	for (size_t i = 0; i < n; i++)
		copy[i] = x[i];
	return robust_median(copy, n);
}

/* Every jump of the series, and what is usual among them. */
static void
measure(struct search *search)
{
	size_t known = 0, width = search->width;
	double *ahead = search->room;
	for (size_t t = 0; t + width <= search->n; t++) {
		ahead[t] = level(search->x + t, width);
		search->jump[t] = t < width ? 0.0 : ahead[t] - ahead[t - width];
	}
	for (size_t t = width; t + width <= search->n; t++)
		search->room[known++] = search->jump[t];
	search->middle = robust_median(search->room, known);
	search->spread = robust_deviation(search->room, known, search->middle);
}

static double
score(const struct search *search, size_t t, double least)
{
	double off = fabs(search->jump[t] - search->middle);
	if (fabs(search->jump[t]) < least || !(off > 0.0))
		return 0.0;
	return search->spread > 0.0 ? off / search->spread : INFINITY;
}

/* Medians jump as one over some steps: of those near the best, the break stands where the value itself jumps most. */
static size_t
sharpen(const struct search *search, size_t best)
{
	size_t at = best;
	double sign = search->jump[best] > 0.0 ? 1.0 : -1.0, most = -INFINITY;
	for (size_t t = best > search->width / 2 + search->width ? best - search->width / 2 : search->width;
	     t <= best + search->width / 2 && t + search->width <= search->n; t++) {
		double step = sign * (search->x[t] - search->x[t - 1]);
		if (sign * search->jump[t] >= 0.8 * fabs(search->jump[best]) && step > most) {
			most = step;
			at = t;
		}
	}
	return at;
}

static void
judge(const struct search *search, const struct breaks_options *options, struct level_break *found)
{
	double jump = found->after - found->before;
	size_t width = search->width;
	size_t last = found->at + options->reach < search->n ? found->at + options->reach : search->n;
	found->until = search->n;
	found->kind = search->n - found->at >= 2 * options->width && search->n - found->at >= options->reach / 2 ? BREAK_LASTING
														 : BREAK_YOUNG;
	for (size_t t = found->at + 1; t < last && t + width <= search->n; t++) {
		double left = (level(search->x + t, width) - found->before) / jump;
		if (left < BACK_SHARE && (search->x[t] - found->before) / jump < 0.5) {
			found->until = t;
			found->kind = BREAK_TEMPORARY;
			return;
		}
	}
}

static bool
is_known(const size_t *places, size_t n, size_t width, size_t t)
{
	for (size_t i = 0; i < n; i++)
		if (t + width > places[i] && t < places[i] + width)
			return true;
	return false;
}

/* The clearest first: what is found then keeps its surroundings from being found again. */
static void
pick(struct search *search, double least, size_t *places, double *scores, size_t *found)
{
	while (*found < BREAKS_MAX) {
		size_t best = 0;
		double most = 0.0;
		for (size_t t = search->width; t + search->width <= search->n; t++) {
			double here = score(search, t, least);
			if (here > most && !is_known(places, *found, search->width, t)) {
				most = here;
				best = t;
			}
		}
		if (most < SCORE_LEAST)
			return;
		places[*found] = sharpen(search, best);
		scores[(*found)++] = most;
	}
}

static void
fill(const struct search *search, const struct breaks_options *options, size_t at, double how, struct level_break *out)
{
	*out = (struct level_break){ .at = at,
		.before = level(search->x + at - search->width, search->width),
		.after = level(search->x + at, search->width),
		.score = how };
	judge(search, options, out);
}

/* A jump that lies within a temporary one, or is its way back, is no other. */
static bool
is_new(const struct level_break *known, size_t n, size_t width, size_t at)
{
	for (size_t i = 0; i < n; i++) {
		size_t end = known[i].kind == BREAK_TEMPORARY ? known[i].until : known[i].at;
		if (at + width > known[i].at && at < end + width)
			return false;
	}
	return true;
}

static int
compare(const void *left, const void *right)
{
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	return (a > b) - (a < b);
}

/* In order of place, so that a fall is known before its way back. */
static void
search_width(struct search *search, const struct breaks_options *options, struct level_break *out, size_t *known)
{
	size_t places[BREAKS_MAX], ordered[BREAKS_MAX], found = 0;
	double scores[BREAKS_MAX];
	measure(search);
	pick(search, options->least, places, scores, &found);
	for (size_t i = 0; i < found; i++)
		ordered[i] = places[i];
	qsort(ordered, found, sizeof *ordered, compare);
	for (size_t i = 0; i < found; i++) {
		size_t which = 0;
		while (places[which] != ordered[i])
			which++;
		if (*known < BREAKS_MAX && is_new(out, *known, 2 * search->width, ordered[i]))
			fill(search, options, ordered[i], scores[which], &out[(*known)++]);
	}
}

static int
by_place(const void *left, const void *right)
{
	size_t a = ((const struct level_break *)left)->at, b = ((const struct level_break *)right)->at;
	return (a > b) - (a < b);
}

enum status
breaks_find(const double *x, size_t n, const struct breaks_options *options, struct level_break out[BREAKS_MAX], size_t *found)
{
	size_t known = 0;
	assert(options->width >= 4 && options->width <= WIDTH_MAX && options->reach >= options->width);
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return STATUS_NO_FIT;
	struct search search = { .x = x, .n = n, .jump = calloc(2 * n + 1, sizeof *search.jump) };
	if (search.jump == NULL)
		return STATUS_NO_MEMORY;
	search.room = search.jump + n;
	for (size_t part = WIDTHS; part-- > 0;) {
		search.width = options->width >> part;
		if (search.width < WIDTH_LEAST && part > 0)
			continue;
		/* With few places to compare, nothing can be said of what is usual. */
		if (n < 4 * search.width + 8)
			break;
		search_width(&search, options, out, &known);
	}
	qsort(out, known, sizeof *out, by_place);
	*found = known;
	free(search.jump);
	return STATUS_OK;
}

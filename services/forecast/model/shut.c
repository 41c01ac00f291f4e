/* See shut.h. */
#include "shut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "robust.h"

/* Next to nothing: of the median of its place in the season, and of what stands around the stretch. */
#define OF_PLACE 0.02
#define OF_AROUND 0.1

enum {
	ROWS_LEAST = 5, /* fewer values of a place say too little: the whole series' median stands for it */
	AROUND = 3,     /* values on each side that are looked at */
	RUNS_SHARE = 20 /* a series with more stretches than one in so many steps is one that often has none */
};

/* median[period]: what is usual in each place of the season. */
static void
set_usual(const struct series *series, size_t period, double *room, double *usual)
{
	for (size_t place = 0; place < period; place++) {
		size_t known = 0, step = series->n / period < ROWS_LEAST ? 1 : period;
		for (size_t i = step == 1 ? 0 : place; i < series->n; i += step)
			if (isfinite(series->values[i]))
				room[known++] = series->values[i];
		usual[place] = known == 0 ? 0.0 : robust_median(room, known);
	}
}

/* The median of the nearest values around begin … end that are not next to nothing; INFINITY where there is none. */
static double
around(const struct series *series, const bool *low, size_t begin, size_t end)
{
	double near[2 * AROUND];
	size_t known = 0;
	for (size_t i = begin; i-- > 0 && known < AROUND;)
		if (isfinite(series->values[i]) && !low[i])
			near[known++] = series->values[i];
	for (size_t i = end, room = known + AROUND; i < series->n && known < room; i++)
		if (isfinite(series->values[i]) && !low[i])
			near[known++] = series->values[i];
	return known == 0 ? INFINITY : robust_median(near, known);
}

/* The end of the stretch that begins at `begin`; unknown steps within belong to it, those behind it do not. */
static size_t
end_of(const struct series *series, const bool *low, size_t begin)
{
	size_t end = begin + 1;
	for (size_t i = begin; i < series->n && (low[i] || isnan(series->values[i])); i++)
		if (low[i])
			end = i + 1;
	return end;
}

static double
mean_of(const struct series *series, const bool *low, size_t begin, size_t end)
{
	double sum = 0.0, known = 0.0;
	for (size_t i = begin; i < end; i++)
		if (low[i]) {
			sum += series->values[i];
			known += 1.0;
		}
	return sum / known;
}

static void
take(const struct series *series, bool *low, bool *shut, struct shut_found *found)
{
	for (size_t i = 0, end; i < series->n; i = end) {
		end = i + 1;
		if (!low[i])
			continue;
		end = end_of(series, low, i);
		if (mean_of(series, low, i, end) > OF_AROUND * around(series, low, i, end))
			continue;
		for (size_t k = i; k < end; k++)
			shut[k] = true;
		if (i == 0 && end > 1)
			found->begin = end;
		else if (end == series->n && end - i > 1)
			found->at_end = end - i;
		else {
			found->runs++;
			found->steps += end - i;
		}
	}
}

enum status
shut_find(const struct series *series, bool *shut, struct shut_found *out)
{
	size_t n = series->n, period = series->n_periods == 0 ? 1 : (size_t)lround(series->periods[0]);
	struct shut_found found = { 0 };
	double *room = calloc(n + period + 1, sizeof *room);
	bool *low = calloc(n + 1, sizeof *low);
	enum status status = room == NULL || low == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	if (status == STATUS_OK) {
		memset(shut, 0, n * sizeof *shut);
		set_usual(series, period, room, room + n);
		for (size_t i = 0; i < n; i++)
			low[i] = series->values[i] < OF_PLACE * room[n + i % period];
		take(series, low, shut, &found);
		if (found.runs > 1 && found.runs * RUNS_SHARE > n) {
			for (size_t i = found.begin; i + found.at_end < n; i++)
				shut[i] = false;
			found.runs = found.steps = 0;
		}
		*out = found;
	}
	free(room);
	free(low);
	return status;
}

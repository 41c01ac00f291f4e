/* See sparse.h. */
#include "sparse.h"

#include <math.h>

#include "chance.h"
#include "leaves.h"

enum { WEEK = 7, WEEKS_BACK = 52, DRAWS = 8 };

/* How much the times to come differ from those just past, as a standard deviation of logarithms. */
static const double times_spread = 0.3;
/* Weeks after which a week is drawn half as often: rare traffic comes and goes, and the year before says less than last month. */
static const double half_life_weeks = 10.0;

/* How many weeks back, from 1 on. */
static size_t
draw_week(struct chance *chance, size_t weeks)
{
	double age = -log(chance_uniform(chance)) * half_life_weeks / M_LN2;
	return 1 + (size_t)fmod(age, (double)weeks);
}

/* Days of traffic in the weeks that are mostly drawn from. */
static size_t
busy_days(const struct sparse_task *task, size_t weeks)
{
	size_t n = 0;
	size_t most = (size_t)(2.0 * half_life_weeks), recent = (weeks < most ? weeks : most) * WEEK;
	size_t back = recent < task->past_days ? recent : task->past_days;
	for (size_t i = task->past_days - back; i < task->past_days; i++)
		n += task->past_kg[i] > 0;
	return n;
}

/* A day of an earlier week in the place of future day `day`; a shut one says nothing about an open one. */
static double
draw(const struct sparse_task *task, struct chance *chance, size_t weeks, size_t week_back, size_t day)
{
	for (int i = 0; i < DRAWS; i++) {
		size_t back = week_back * WEEK - day % WEEK;
		if (back <= task->past_days && task->open[task->past_days - back] > 0.0)
			return (double)task->past_kg[task->past_days - back];
		week_back = draw_week(chance, weeks);
	}
	return 0.0;
}

void
sparse_paths(const struct sparse_task *task, int64_t *future_kg)
{
	size_t weeks = (task->past_days + WEEK - 1) / WEEK;
	weeks = weeks < 1 ? 1 : weeks > WEEKS_BACK ? WEEKS_BACK : weeks;
	double spread = sqrt(1.0 / (1.0 + (double)busy_days(task, weeks)) + times_spread * times_spread);
	for (size_t p = 0; p < task->paths; p++) {
		struct chance chance = chance_begin(task->seed, p);
		double level = exp(spread * chance_normal(&chance) - spread * spread / 2.0);
		size_t week_back = 1;
		for (size_t d = 0; d < task->days; d++) {
			if (d % WEEK == 0)
				week_back = draw_week(&chance, weeks);
			double kg = draw(task, &chance, weeks, week_back, d) * level * task->open[task->past_days + d];
			future_kg[p * task->days + d] = leaves_kg(kg);
		}
	}
}

void
sparse_guess(const struct sparse_task *task, size_t seen_days, int64_t most_kg, int64_t *future_kg)
{
	double stays_shut = log1p(-1.0 / ((double)seen_days + 2.0));
	for (size_t p = 0; p < task->paths; p++) {
		struct chance chance = chance_begin(task->seed, p);
		double opens = log(chance_uniform(&chance)) / stays_shut;
		double share = chance_uniform(&chance);
		for (size_t d = 0; d < task->days; d++) {
			double day = 2.0 * chance_uniform(&chance);
			double kg = (double)d < opens ? 0.0 : share * share * (double)most_kg * day;
			kg = fmin(kg, (double)most_kg) * task->open[task->past_days + d];
			future_kg[p * task->days + d] = leaves_kg(kg);
		}
	}
}

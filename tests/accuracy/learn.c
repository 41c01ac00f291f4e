/*
 * Learns the weights of combine_weights.c at the pace of months and prints that file; the weights of days are printed as they are.
 * From origins all of whose targets lie before 2018, when the benchmark's tasks begin, and from the training part of a competition:
 *
 *     learn FOLDER M3_TRAIN > services/forecast/model/combine_weights.c
 *
 * Least absolute error, scaled by the seasonal naive's mean step, by weighted least squares again and again (Schlossmacher 1973);
 * none below zero, by coordinate descent; the knots at once, for between them weights are drawn by lines.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "combine.h"
#include "footing.h"
#include "tasks.h"

enum { HORIZON = 18, BEFORE = 12 * 2018, WEIGHTS = WEIGHT_KNOTS * EXPERTS };
#define RIDGE 1e-7

struct rows {
	double *x, *y, *weight; /* x[n][EXPERTS] */
	size_t n, room;
};

static struct rows rows[HORIZON];

static const char *const names[EXPERTS] = { "smoothing, slowest", "smoothing, slow", "smoothing, quick", "smoothing, quickest",
	"mean 1", "mean 2", "mean 3", "again", "line 1", "line 2", "line of all", "damped trend", "AR(3)", "AR(6)", "ARI(3)" };

static void
add(struct rows *to, const struct expert_views *views, size_t h, double error, double weight)
{
	if (to->n == to->room) {
		to->room = to->room == 0 ? 1024 : 2 * to->room;
		to->x = realloc(to->x, to->room * EXPERTS * sizeof(double));
		to->y = realloc(to->y, to->room * sizeof(double));
		to->weight = realloc(to->weight, to->room * sizeof(double));
		if (to->x == NULL || to->y == NULL || to->weight == NULL)
			errx(3, "memory ran out");
	}
	for (size_t k = 0; k < EXPERTS; k++)
		to->x[to->n * EXPERTS + k] = views->view[k][h];
	to->y[to->n] = error;
	to->weight[to->n++] = weight;
}

static double
scale_of(const double *values, size_t n, size_t season)
{
	double sum = 0.0;
	size_t count = 0;
	for (size_t i = season; i < n; i++)
		if (!isnan(values[i]) && !isnan(values[i - season])) {
			sum += fabs(values[i] - values[i - season]);
			count++;
		}
	return count > 0 ? sum / (double)count : 0.0;
}

/* What came, on the usual footing, beside what each expert said of it. */
static void
add_steps(const struct column *column, const struct footing *footing, size_t n, double scale)
{
	struct adjusted adjusted;
	struct expert_views views;
	if (adjusted_make(&footing->series, HORIZON, &adjusted) != STATUS_OK)
		return;
	if (expert_views_make(&adjusted, &footing->series, &views) != STATUS_OK)
		errx(3, "memory ran out");
	for (size_t h = 0; h < HORIZON; h++) {
		double value = column->values[n + h] / footing->factor[n + h];
		double season = adjusted.season[n + h] + adjusted.season2[n + h];
		if (!isnan(value))
			add(&rows[h], &views, h, log(value + adjusted.offset) - season - views.base,
			    footing->factor[n + h] * exp(views.base + season) / scale);
	}
	expert_views_close(&views);
	adjusted_close(&adjusted);
}

/* One origin. */
static void
look(const struct tasks *tasks, const struct column *column, size_t n)
{
	struct forecast_task task = { .series = { .values = column->values, .n = n, .n_periods = tasks->n_periods },
		.horizon = HORIZON,
		.working = tasks->calendar == CALENDAR_MONTHS ? tasks_working : NULL,
		.working_user = column };
	struct footing footing;
	struct reason why;
	memcpy(task.series.periods, tasks->periods, sizeof tasks->periods);
	double scale = scale_of(column->values, n, (size_t)tasks->periods[0]);
	if (scale <= 0.0 || footing_make(&task, &footing, &why) != STATUS_OK)
		return;
	add_steps(column, &footing, n, scale);
	footing_close(&footing);
}

/* Between which two knots a distance lies, and how near to the second, as combine_weight does. */
static size_t
knot_of(size_t h, double *share)
{
	const double *knots = combine_knots[PACE_MONTHS];
	size_t k = 0;
	while (k + 2 < WEIGHT_KNOTS && (double)(h + 1) > knots[k + 1])
		k++;
	*share = fmax(0.0, ((double)(h + 1) - knots[k]) / (knots[k + 1] - knots[k]));
	return k;
}

/* Adds the rows of one distance: they bear on the weights of two knots. */
static void
gather(size_t h, const double *b, double a[WEIGHTS][WEIGHTS], double *c, double *total)
{
	double share, x[2 * EXPERTS];
	size_t first = knot_of(h, &share) * EXPERTS;
	for (size_t r = 0; r < rows[h].n; r++) {
		double error = rows[h].y[r];
		for (size_t k = 0; k < 2 * EXPERTS; k++) {
			x[k] = (k < EXPERTS ? 1.0 - share : share) * rows[h].x[r * EXPERTS + k % EXPERTS];
			error -= b[first + k] * x[k];
		}
		double weight = rows[h].weight[r] / fmax(fabs(error), 0.01);
		for (size_t i = 0; i < 2 * EXPERTS; i++) {
			for (size_t j = 0; j <= i; j++)
				a[first + i][first + j] += weight * x[i] * x[j];
			c[first + i] += weight * x[i] * rows[h].y[r];
		}
		*total += weight;
	}
}

/* The weights of all knots at once, for between them they are drawn by lines. */
static void
learn(double *b)
{
	static double a[WEIGHTS][WEIGHTS];
	for (int pass = 0; pass < 30; pass++) {
		double c[WEIGHTS] = { 0 }, total = 0.0;
		memset(a, 0, sizeof a);
		for (size_t h = 0; h < HORIZON; h++)
			gather(h, b, a, c, &total);
		for (size_t i = 0; i < WEIGHTS; i++) {
			a[i][i] = a[i][i] * 1.001 + 1e-9 + RIDGE * total;
			for (size_t j = 0; j < i; j++)
				a[j][i] = a[i][j];
		}
		for (int round = 0; round < 500; round++)
			for (size_t i = 0; i < WEIGHTS; i++) {
				double slope = c[i];
				for (size_t j = 0; j < WEIGHTS; j++)
					slope -= j == i ? 0.0 : a[i][j] * b[j];
				b[i] = fmax(0.0, slope / a[i][i]);
			}
	}
}

static void
read_monthly(const char *folder, size_t step)
{
	struct tasks tasks;
	char series[512], list[512];
	snprintf(series, sizeof series, "%s/dev/bts_monthly.csv", folder);
	snprintf(list, sizeof list, "%s/dev/tasks_monthly.csv", folder);
	tasks_read(&tasks, series, list, false, false);
	for (size_t c = 0; c < tasks.n_columns; c++)
		for (size_t n = 60; tasks.columns[c].first + (long)n + HORIZON <= BEFORE; n += step)
			look(&tasks, &tasks.columns[c], n);
	tasks_close(&tasks);
}

static void
read_competition(const char *path)
{
	struct tasks tasks;
	tasks_read_wide(&tasks, path, 12.0, HORIZON);
	for (size_t c = 0; c < tasks.n_columns; c++)
		for (size_t n = tasks.columns[c].n - HORIZON; n >= 30 && n + 3 * HORIZON > tasks.columns[c].n; n -= HORIZON / 2)
			look(&tasks, &tasks.columns[c], n);
	tasks_close(&tasks);
}

static void
print_weights(double weights[WEIGHT_KNOTS][EXPERTS])
{
	printf("\t{\n");
	for (size_t e = 0; e < EXPERTS; e++) {
		printf("\t    {");
		for (size_t k = 0; k < WEIGHT_KNOTS; k++)
			printf("%s%.3f", k == 0 ? " " : ", ", weights[k][e]);
		printf(" }, /* %s */\n", names[e]);
	}
	printf("\t},\n");
}

static void
print_knots(const double *knots)
{
	printf("\t{");
	for (size_t k = 0; k < WEIGHT_KNOTS; k++)
		printf("%s%.0f", k == 0 ? " " : ", ", knots[k]);
	printf(" },\n");
}

int
main(int argc, char **argv)
{
	static double weights[PACES][WEIGHT_KNOTS][EXPERTS];
	char tonnage[512];
	if (argc != 3)
		errx(2, "usage: learn FOLDER M3_TRAIN");
	snprintf(tonnage, sizeof tonnage, "%s/tonnage", argv[1]);
	read_monthly(argv[1], 4);
	read_monthly(tonnage, 2);
	read_competition(argv[2]);
	learn(&weights[PACE_MONTHS][0][0]);
	for (size_t k = 0; k < WEIGHT_KNOTS; k++)
		for (size_t e = 0; e < EXPERTS; e++)
			weights[PACE_DAYS][k][e] = combine_weights[PACE_DAYS][e][k];
	printf("/* See combine.h. The weights of months are what tests/accuracy/learn.c printed; those of days are chosen by hand. "
	       "*/\n");
	printf("#include \"combine.h\"\n\nconst double combine_knots[PACES][WEIGHT_KNOTS] = {\n");
	for (size_t p = 0; p < PACES; p++)
		print_knots(combine_knots[p]);
	printf("};\nconst double combine_weights[PACES][EXPERTS][WEIGHT_KNOTS] = {\n");
	for (size_t p = 0; p < PACES; p++)
		print_weights(weights[p]);
	printf("};\n");
	return 0;
}

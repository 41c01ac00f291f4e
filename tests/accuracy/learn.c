/*
 * Learns the weights of combine_weights.c at the pace of months and prints that file; the weights of days are printed as they are.
 * From origins all of whose targets lie before 2018, when the benchmark's tasks begin, and from the training part of a competition:
 *
 *     learn FOLDER M3_TRAIN > services/forecast/model/combine_weights.c
 *
 * Least absolute error, scaled by the seasonal naive's mean step, by weighted least squares again and again (Schlossmacher 1973);
 * none below zero, by coordinate descent.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "combine.h"
#include "tasks.h"

enum { HORIZON = 18, BEFORE = 12 * 2018 };

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

/* One origin: what each expert said of the next steps, and what came. */
static void
look(const struct tasks *tasks, const struct column *column, size_t n)
{
	struct series series = { .values = column->values, .n = n, .n_periods = tasks->n_periods };
	struct adjusted adjusted;
	struct expert_views views;
	memcpy(series.periods, tasks->periods, sizeof tasks->periods);
	double scale = scale_of(column->values, n, (size_t)tasks->periods[0]);
	if (scale <= 0.0 || adjusted_make(&series, HORIZON, &adjusted) != STATUS_OK)
		return;
	if (expert_views_make(&adjusted, &series, &views) != STATUS_OK)
		errx(3, "memory ran out");
	for (size_t h = 0; h < HORIZON; h++) {
		double value = column->values[n + h], season = adjusted.season[n + h] + adjusted.season2[n + h];
		if (!isnan(value))
			add(&rows[h], &views, h, log(value + adjusted.offset) - season - views.base,
			    exp(views.base + season) / scale);
	}
	expert_views_close(&views);
	adjusted_close(&adjusted);
}

static void
gather(const struct rows *from, const double *b, double a[EXPERTS][EXPERTS], double *c, double *total)
{
	for (size_t r = 0; r < from->n; r++) {
		const double *x = from->x + r * EXPERTS;
		double error = from->y[r];
		for (size_t k = 0; k < EXPERTS; k++)
			error -= b[k] * x[k];
		double weight = from->weight[r] / fmax(fabs(error), 0.01);
		for (size_t i = 0; i < EXPERTS; i++) {
			for (size_t j = 0; j <= i; j++)
				a[i][j] += weight * x[i] * x[j];
			c[i] += weight * x[i] * from->y[r];
		}
		*total += weight;
	}
}

/* The weights of a knot, from the rows at and around it. */
static void
learn(size_t from, size_t to, double *b)
{
	memset(b, 0, EXPERTS * sizeof *b);
	for (int pass = 0; pass < 30; pass++) {
		double a[EXPERTS][EXPERTS] = { { 0 } }, c[EXPERTS] = { 0 }, total = 0.0;
		for (size_t h = from; h <= to; h++)
			gather(&rows[h], b, a, c, &total);
		for (size_t i = 0; i < EXPERTS; i++) {
			a[i][i] = a[i][i] * 1.001 + 1e-9 + 1e-5 * total;
			for (size_t j = 0; j < i; j++)
				a[j][i] = a[i][j];
		}
		for (int round = 0; round < 500; round++)
			for (size_t i = 0; i < EXPERTS; i++) {
				double slope = c[i];
				for (size_t j = 0; j < EXPERTS; j++)
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
	for (size_t k = 0; k < WEIGHT_KNOTS; k++) {
		size_t at = (size_t)combine_knots[PACE_MONTHS][k] - 1, reach = at / 4 + 1;
		learn(at > reach ? at - reach : 0, at + reach < HORIZON ? at + reach : HORIZON - 1, weights[PACE_MONTHS][k]);
		for (size_t e = 0; e < EXPERTS; e++)
			weights[PACE_DAYS][k][e] = combine_weights[PACE_DAYS][e][k];
	}
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

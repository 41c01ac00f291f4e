/*
 * The automatic forecast of every task of a benchmark set, as the CSV that its scorer reads:
 *
 *     accuracy --set monthly|tonnage|daily --folder FOLDER [--core] [--sample K] [--jobs N] [--paths N] [--out FILE]
 *     accuracy --set m3|nn5 --train FILE …
 *
 * FOLDER holds dev/, tonnage/dev/; FILE is a wide set's training part, unpacked. --sample K takes every K-th task. A forecast sees
 * its series up to the origin and nothing else. On stderr: how far it is, and at the end the CPU time of a task.
 */
#include <argp.h>
#include <err.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auto.h"
#include "tasks.h"

enum { KEY_SET = 256, KEY_FOLDER, KEY_TRAIN, KEY_CORE, KEY_SAMPLE, KEY_JOBS, KEY_PATHS, KEY_OUT, KEY_SIDE, JOBS_MAX = 64 };

struct options {
	const char *set, *folder, *train, *out, *side;
	bool core;
	size_t sample, jobs, paths;
};

struct work {
	const struct options *options;
	struct tasks tasks;
	size_t n; /* of the sample */
	char **text;
	atomic_size_t next, done;
	atomic_llong cpu_ns;
};

static const double levels[5] = { 0.1, 0.9, 0.025, 0.975, 0.5 };

static void
print_row(FILE *to, const struct work *work, const struct question *question, const char *h, double mean, const double ends[4])
{
	fprintf(to, "%s,%s,%s,%.10g,%.10g,%.10g,%.10g,%.10g", work->tasks.columns[question->column].id, question->origin, h, mean,
	    ends[0], ends[1], ends[2], ends[3]);
}

static void
print_points(FILE *to, const struct work *work, const struct question *question, const struct forecast *forecast, double *values)
{
	for (size_t h = 0; h < question->points; h++) {
		double ends[5];
		char name[24];
		for (size_t p = 0; p < forecast->paths; p++)
			values[p] = forecast->path[p * forecast->horizon + h];
		quantiles(values, forecast->paths, levels, 5, ends);
		snprintf(name, sizeof name, "%zu", h + 1);
		print_row(to, work, question, name, forecast->point[h], ends);
		fprintf(to, ",,,\n");
	}
}

/* The year's total: its median, its ends, and the chances of three goals around the last year's. */
static void
print_total(FILE *to, const struct work *work, const struct question *question, const struct forecast *forecast, double *values)
{
	static const double goals[3] = { 0.95, 1.0, 1.05 };
	size_t reached[3] = { 0 };
	double ends[5];
	for (size_t p = 0; p < forecast->paths; p++) {
		values[p] = question->known;
		for (size_t h = 0; h < question->total; h++)
			values[p] += forecast->path[p * forecast->horizon + h];
		for (size_t i = 0; i < 3; i++)
			reached[i] += values[p] >= goals[i] * question->last_year;
	}
	quantiles(values, forecast->paths, levels, 5, ends);
	print_row(to, work, question, "T", ends[4], ends);
	for (size_t i = 0; i < 3; i++)
		fprintf(to, ",%.6f", (double)reached[i] / (double)forecast->paths);
	fprintf(to, "\n");
}

static void
answer(struct work *work, size_t at)
{
	const struct question *question = &work->tasks.questions[at * work->options->sample];
	const struct column *column = &work->tasks.columns[question->column];
	struct forecast_task task = { .series = { .values = column->values, .n = question->n, .n_periods = work->tasks.n_periods },
		.horizon = question->total > question->points ? question->total : question->points,
		.paths = work->options->paths,
		.seed = 1,
		.working = work->tasks.calendar == CALENDAR_MONTHS ? tasks_working : NULL,
		.working_user = column };
	struct forecast forecast;
	struct reason why;
	size_t bytes;
	memcpy(task.series.periods, work->tasks.periods, sizeof work->tasks.periods);
	enum status status = forecast_make(&task, &forecast, &why);
	if (status != STATUS_OK)
		errx(1, "%s at %s: %s", column->id, question->origin, why.text);
	FILE *to = open_memstream(&work->text[at], &bytes);
	double *values = calloc(forecast.paths, sizeof *values);
	if (to == NULL || values == NULL)
		errx(3, "memory ran out");
	print_points(to, work, question, &forecast, values);
	if (question->total > 0)
		print_total(to, work, question, &forecast, values);
	fclose(to);
	free(values);
	forecast_close(&forecast);
}

static long long
cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *
run(void *user)
{
	struct work *work = user;
	for (size_t at; (at = atomic_fetch_add(&work->next, 1)) < work->n;) {
		long long before = cpu_ns();
		answer(work, at);
		atomic_fetch_add(&work->cpu_ns, cpu_ns() - before);
		size_t done = atomic_fetch_add(&work->done, 1) + 1;
		if (done % 50 == 0)
			fprintf(stderr, "\r%s %zu of %zu", work->options->set, done, work->n);
	}
	return NULL;
}

static void
read_tasks(struct work *work, const struct options *options)
{
	char series[512], list[512];
	if (strcmp(options->set, "m3") == 0 || strcmp(options->set, "nn5") == 0) {
		bool m3 = options->set[0] == 'm';
		tasks_read_wide(&work->tasks, options->train, m3 ? 12.0 : 7.0, m3 ? 18 : 56);
		if (!m3)
			work->tasks.periods[work->tasks.n_periods++] = 365.25;
		return;
	}
	bool daily = strcmp(options->set, "daily") == 0;
	const char *under = strcmp(options->set, "tonnage") == 0 ? "tonnage/" : "";
	snprintf(series, sizeof series, "%s/%s%s/%s.csv", options->folder, under, options->side, daily ? "daily" : "bts_monthly");
	snprintf(list, sizeof list, "%s/%s%s/tasks_%s.csv", options->folder, under, options->side, daily ? "daily" : "monthly");
	tasks_read(&work->tasks, series, list, daily, options->core);
}

static int
write_out(const struct work *work)
{
	FILE *to = work->options->out == NULL ? stdout : fopen(work->options->out, "w");
	if (to == NULL)
		err(3, "%s", work->options->out);
	fprintf(to, "series_id,origin,h,mean,lo80,hi80,lo95,hi95,p095,p100,p105\n");
	for (size_t i = 0; i < work->n; i++)
		fputs(work->text[i], to);
	return fclose(to) == 0 ? 0 : 1;
}

static error_t
option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case KEY_SET:
		options->set = argument;
		break;
	case KEY_FOLDER:
		options->folder = argument;
		break;
	case KEY_TRAIN:
		options->train = argument;
		break;
	case KEY_OUT:
		options->out = argument;
		break;
	case KEY_SIDE:
		options->side = argument;
		break;
	case KEY_CORE:
		options->core = true;
		break;
	case KEY_SAMPLE:
		options->sample = (size_t)strtoul(argument, NULL, 10);
		break;
	case KEY_JOBS:
		options->jobs = (size_t)strtoul(argument, NULL, 10);
		break;
	case KEY_PATHS:
		options->paths = (size_t)strtoul(argument, NULL, 10);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option known[] = { { "set", KEY_SET, "NAME", 0, "monthly, tonnage, daily, m3 or nn5", 0 },
	{ "folder", KEY_FOLDER, "FOLDER", 0, "the benchmark", 0 },
	{ "train", KEY_TRAIN, "FILE", 0, "a wide set's training part", 0 },
	{ "side", KEY_SIDE, "NAME", 0, "the benchmark's part (dev)", 0 }, { "core", KEY_CORE, NULL, 0, "the core series alone", 0 },
	{ "sample", KEY_SAMPLE, "K", 0, "every K-th task", 0 }, { "jobs", KEY_JOBS, "N", 0, "threads", 0 },
	{ "paths", KEY_PATHS, "N", 0, "sample paths of a forecast", 0 }, { "out", KEY_OUT, "FILE", 0, "instead of stdout", 0 },
	{ 0 } };

int
main(int argc, char **argv)
{
	static const struct argp argp = { known, option, NULL, "Forecasts every task of a benchmark set.", NULL, NULL, NULL };
	struct options options = { .sample = 1, .jobs = 2, .paths = 1000, .side = "dev" };
	pthread_t threads[JOBS_MAX];
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.set == NULL || options.sample < 1 || options.jobs < 1 || options.jobs > JOBS_MAX ||
	    (options.folder == NULL && options.train == NULL))
		errx(2, "--set and --folder or --train are needed; see --help");
	struct work work = { .options = &options };
	read_tasks(&work, &options);
	work.n = (work.tasks.n_questions + options.sample - 1) / options.sample;
	work.text = calloc(work.n + 1, sizeof *work.text);
	for (size_t i = 0; i < options.jobs; i++)
		if (work.text == NULL || pthread_create(&threads[i], NULL, run, &work) != 0)
			errx(3, "a thread could not be started");
	for (size_t i = 0; i < options.jobs; i++)
		pthread_join(threads[i], NULL);
	fprintf(stderr, "\r%s: %zu tasks, %.6f CPU seconds each\n", options.set, work.n,
	    (double)work.cpu_ns / 1e9 / (double)(work.n > 0 ? work.n : 1));
	int status = write_out(&work);
	for (size_t i = 0; i < work.n; i++)
		free(work.text[i]);
	free(work.text);
	tasks_close(&work.tasks);
	return status;
}

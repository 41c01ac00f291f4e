/* See spans.h: the paths that are drawn from the posterior, and the history that goes with them. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "spans_fit.h"

enum { MEAN_ROUNDS = 30, PATH_ROUNDS = 8 };

#define TAIL_FREEDOM 6.0 /* Student's t: shocks are rarer and greater than a Gaussian's */

void
spans_close(struct spans_result *result)
{
	free(result->past);
	free(result->past_sd);
	free(result->drawn);
	forecast_close(&result->future);
	*result = (struct spans_result){ 0 };
}

/* Room for one path's history, of the steps from `begin` on, and its spans' totals. */
struct spans_past {
	size_t begin;
	double *past;
	double total[SPANS_MAX];
};

/* Of unit variance, as a factor for a whole path. */
static double
tail_factor(struct chance *chance)
{
	double squares = 0.0;
	for (int i = 0; i < (int)TAIL_FREEDOM; i++) {
		double normal = chance_normal(chance);
		squares += normal * normal;
	}
	return sqrt((TAIL_FREEDOM - 2.0) / squares);
}

static void
write_path(const struct spans_work *work, struct chance *chance, double *path)
{
	const struct spans_task *task = work->task;
	double tail = tail_factor(chance);
	for (size_t h = 0; h < task->horizon; h++) {
		size_t step = task->n + h, w = step / KNOT_STEPS;
		double rate = work->knot[w] + tail * (work->drawn[w] - work->knot[w]);
		double day = work->day_sd * chance_normal(chance) - work->day_sd * work->day_sd / 2.0;
		double value = task->profile[step] * exp(rate + day);
		path[h] = task->ceiling == NULL ? value : fmin(value, task->ceiling[h]);
	}
}

/* Adds one draw to the sums of the history and of its squares. */
static void
add_past(const struct spans_work *work, struct spans_result *result)
{
	for (size_t i = 0; i < result->n; i++) {
		double value = work->task->profile[i] * exp(work->drawn[i / KNOT_STEPS]);
		result->past[i] += value;
		result->past_sd[i] += value * value;
	}
}

/*
 * Scales a history, of the steps from `begin` on, until its spans have these totals: the surest last, so that they hold (Deming and
 * Stephan 1940). Spans that end before step `least` are let be.
 */
static void
meet_totals(const struct spans_task *task, const double *total, size_t begin, size_t least, int rounds, double *past)
{
	static const double sure[] = { 1.0, SPAN_ABOUT, SPAN_EXACT };
	for (int round = 0; round < rounds; round++)
		for (size_t s = 0; s < sizeof sure / sizeof sure[0]; s++)
			for (size_t k = 0; k < task->n_spans; k++) {
				const struct span_total *span = &task->span[k];
				double sum = 0.0;
				if (span->last < least || span->error > sure[s] ||
				    (s + 1 < sizeof sure / sizeof sure[0] && span->error <= sure[s + 1]))
					continue;
				for (size_t i = span->first; i <= span->last; i++)
					sum += past[i - begin];
				for (size_t i = span->first; sum > 0.0 && i <= span->last; i++)
					past[i - begin] *= total[k] / sum;
			}
}

/*
 * The total of a span in this path. The rates that were drawn say what it is but for what its days happened to be, the figure says
 * what it is but for its error: the posterior of the two, both lognormal.
 */
static double
draw_total(const struct spans_work *work, const struct span_total *span, double rates, struct chance *chance)
{
	double figure = span->error * span->error, days = spans_day_variance(work, span);
	double at = (figure * log(rates) + days * log(span->total)) / (figure + days);
	return exp(at + sqrt(figure * days / (figure + days)) * chance_normal(chance));
}

/* The path's own history: the rates that were drawn, brought to totals that were drawn too. */
static void
write_past(const struct spans_work *work, struct chance *chance, struct spans_past *room, double *out)
{
	const struct spans_task *task = work->task;
	size_t least = task->n - task->keep, begin = room->begin;
	for (size_t i = begin; i < task->n; i++)
		room->past[i - begin] = task->profile[i] * exp(work->drawn[i / KNOT_STEPS]);
	for (size_t k = 0; k < task->n_spans; k++) {
		const struct span_total *span = &task->span[k];
		double rates = 0.0;
		for (size_t i = span->first; span->last >= least && i <= span->last; i++)
			rates += room->past[i - begin];
		room->total[k] = rates > 0.0 ? draw_total(work, span, rates, chance) : 0.0;
	}
	meet_totals(task, room->total, begin, least, PATH_ROUNDS, room->past);
	for (size_t i = least; i < task->n; i++) {
		bool seen = task->observed != NULL && isfinite(task->observed[i]);
		out[i - least] = seen ? task->observed[i] : room->past[i - begin];
	}
}

static enum status
draw_choice(struct spans_work *work, size_t choice, size_t first, size_t n, struct spans_past *room, struct spans_result *result)
{
	double ignored;
	enum status status = spans_mode(work, choice, &ignored);
	if (status == STATUS_OK)
		status = spans_draw_begin(work);
	for (size_t p = first; status == STATUS_OK && p < first + n; p++) {
		struct chance chance = chance_begin(work->task->seed, p);
		status = spans_draw(work, &chance);
		if (status != STATUS_OK)
			break;
		write_path(work, &chance, result->future.path + p * result->future.horizon);
		add_past(work, result);
		if (result->kept > 0)
			write_past(work, &chance, room, result->drawn + p * result->kept);
	}
	return status;
}

/* How many of the paths each choice gives: its share of the evidence. */
static void
share_paths(const double *evidence, size_t paths, size_t *out)
{
	double best = -INFINITY, sum = 0.0, given = 0.0;
	size_t begun = 0;
	for (size_t c = 0; c < CHOICES; c++)
		best = fmax(best, evidence[c]);
	for (size_t c = 0; c < CHOICES; c++)
		sum += exp(evidence[c] - best);
	for (size_t c = 0; c < CHOICES; c++) {
		given += exp(evidence[c] - best) / sum * (double)paths;
		size_t upto = c + 1 == CHOICES ? paths : (size_t)lround(given);
		out[c] = upto - begun;
		begun = upto;
	}
}

/* ---- the result ---- */

static enum status
take_room(const struct spans_task *task, struct spans_result *result)
{
	struct forecast *future = &result->future;
	result->n = task->n;
	result->past = calloc(task->n + 1, sizeof *result->past);
	result->past_sd = calloc(task->n + 1, sizeof *result->past_sd);
	result->kept = task->keep;
	result->drawn = calloc(task->paths * task->keep + 1, sizeof *result->drawn);
	future->horizon = task->horizon;
	future->paths = task->paths;
	future->point = calloc(task->horizon, sizeof *future->point);
	future->path = calloc(task->horizon * task->paths, sizeof *future->path);
	bool whole = result->past != NULL && result->past_sd != NULL && result->drawn != NULL && future->point != NULL &&
	    future->path != NULL;
	for (size_t i = 0; i < FORECAST_PARTS; i++) {
		future->part[i] = calloc(task->horizon, sizeof *future->part[i]);
		whole = whole && future->part[i] != NULL;
	}
	return whole ? STATUS_OK : STATUS_NO_MEMORY;
}

static void
finish(const struct spans_task *task, struct spans_result *result)
{
	struct forecast *future = &result->future;
	double total[SPANS_MAX], paths = (double)task->paths;
	for (size_t i = 0; i < task->n; i++) {
		double mean = result->past[i] / paths;
		result->past_sd[i] = sqrt(fmax(0.0, result->past_sd[i] / paths - mean * mean));
		result->past[i] = mean;
	}
	for (size_t k = 0; k < task->n_spans; k++)
		total[k] = task->span[k].total;
	meet_totals(task, total, 0, 0, MEAN_ROUNDS, result->past);
	for (size_t i = 0; task->observed != NULL && i < task->n; i++)
		if (isfinite(task->observed[i])) {
			result->past[i] = task->observed[i];
			result->past_sd[i] = 0.0;
		}
	for (size_t h = 0; h < task->horizon; h++) {
		double sum = 0.0;
		for (size_t p = 0; p < task->paths; p++)
			sum += future->path[p * task->horizon + h];
		future->point[h] = sum / paths;
		future->part[PART_LEVEL][h] = future->point[h];
	}
	snprintf(future->model, sizeof future->model, "totals over spans (Gaussian process of the log rate)");
	snprintf(future->notes[future->n_notes++], SENTENCE_BYTES_MAX,
	    "the history rests on %zu totals over spans, not on days: the interval is wide", task->n_spans);
	future->past.sum_error = NAN;
}

static enum status
check_task(const struct spans_task *task, struct reason *why)
{
	if (task->n < 1 || task->horizon < 1 || task->n + task->horizon > SPANS_STEPS_MAX || task->n_spans > SPANS_MAX ||
	    task->keep > task->n)
		return reason_say(why, STATUS_USAGE, "a history in spans has 1 to %d steps and at most %d spans", SPANS_STEPS_MAX,
		    SPANS_MAX);
	if (task->paths < 100 || task->paths > FORECAST_PATHS_MAX)
		return reason_say(why, STATUS_USAGE, "a forecast has 100 to %d paths", FORECAST_PATHS_MAX);
	for (size_t k = 0; k < task->n_spans; k++) {
		const struct span_total *span = &task->span[k];
		if (span->first > span->last || span->last >= task->n || !(span->total > 0.0) || !(span->error > 0.0))
			return reason_say(why, STATUS_USAGE, "span %zu is not within the history, or has no total or no error", k);
	}
	return STATUS_OK;
}

/* The first step of any span that reaches into the steps that are kept, or of these. */
static size_t
past_begin(const struct spans_task *task)
{
	size_t least = task->n - task->keep, begin = least;
	for (size_t k = 0; k < task->n_spans; k++)
		if (task->span[k].last >= least && task->span[k].first < begin)
			begin = task->span[k].first;
	return begin;
}

static enum status
forecast_spans(struct spans_work *work, struct spans_past *room, struct spans_result *result)
{
	double evidence[CHOICES];
	size_t paths[CHOICES], first = 0;
	enum status status = STATUS_OK;
	for (size_t c = 0; status == STATUS_OK && c < CHOICES; c++)
		status = spans_mode(work, c, &evidence[c]);
	if (status != STATUS_OK)
		return status;
	share_paths(evidence, work->task->paths, paths);
	for (size_t c = 0; status == STATUS_OK && c < CHOICES; c++) {
		if (paths[c] > 0)
			status = draw_choice(work, c, first, paths[c], room, result);
		first += paths[c];
	}
	return status;
}

enum status
spans_forecast(const struct spans_task *task, struct spans_result *out, struct reason *why)
{
	struct spans_work work = { 0 };
	struct spans_result result = { 0 };
	struct spans_past *room = calloc(1, sizeof *room);
	enum status status = room == NULL ? STATUS_NO_MEMORY : check_task(task, why);
	if (status != STATUS_OK) {
		free(room);
		return status;
	}
	room->begin = past_begin(task);
	room->past = calloc(task->n - room->begin + 1, sizeof *room->past);
	status = room->past == NULL ? STATUS_NO_MEMORY : spans_work_open(task, &work);
	if (status == STATUS_OK)
		status = take_room(task, &result);
	if (status == STATUS_OK)
		status = forecast_spans(&work, room, &result);
	spans_work_close(&work);
	free(room->past);
	free(room);
	if (status != STATUS_OK) {
		spans_close(&result);
		return reason_say(why, status, "%s",
		    status == STATUS_TOO_FEW ? "no total above zero is known" : status_sentence(status));
	}
	finish(task, &result);
	*out = result;
	return STATUS_OK;
}

/*
 * `juyan bench forecast`: how long the whole automatic forecast takes, with all its sample paths: by kind and length of series, and
 * by their number. Beside it stand what functions of R's forecast 8.20 took for series of these kinds (R 4.2.2, one core of another
 * machine, defaults): literature, not measured here.
 */
#include <argp.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "bench_parts.h"
#include "series_task.h"
#include "table.h"
#include "tool.h"

enum { KEY_REPEATS = 'r', KEY_PATHS = 'p', KEY_JSON = 'j', KEY_SEED = 's', KEY_LEDGER = 0x100, REPEATS_MAX = 1000, COUNTS = 3 };

/* One kind of series: its steps, length and seasons, how far it is forecast, and what R took (0: not known). */
struct kind {
	const char *name;
	size_t n, horizon;
	double season[2];
	double r_best, r_stlf, r_theta;
};

static const struct kind kinds[] = {
	{ "months", 120, 12, { 12 }, 6.417, 0.108, 0.009 },
	{ "months", 240, 12, { 12 }, 6.417, 0.108, 0.009 },
	{ "months", 360, 12, { 12 }, 6.417, 0.108, 0.009 },
	{ "weeks", 520, 52, { 365.25 / 7 }, 0.0, 0.0, 0.006 },
	{ "days", 730, 365, { 7, 365.25 }, 1.050, 0.211, 0.111 },
	{ "days", 1826, 365, { 7, 365.25 }, 1.050, 0.211, 0.111 },
	{ "hours", 672, 48, { 24, 168 }, 0.0, 0.065, 0.012 },
	{ "hours", 1344, 48, { 24, 168 }, 0.0, 0.065, 0.012 },
	{ "hours", 2688, 48, { 24, 168 }, 0.0, 0.065, 0.012 },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Of many series of 240 months. */
static const size_t counts[COUNTS] = { 1, 4, 16 };

struct bench {
	size_t repeats, paths;
	uint64_t seed;
	bool json;
	double seconds[KINDS]; /* of one series: the median */
	char model[KINDS][FORECAST_MODEL_BYTES];
	double together[COUNTS]; /* of all of them */
	bool of_ledger;
	struct tool_connection connection;
	struct bench_slices slices;
};

static const struct argp_option options[] = {
	{ "repeats", KEY_REPEATS, "N", 0, "how many series of each kind are measured (default: 5)", 0 },
	{ "paths", KEY_PATHS, "N", 0, "how many sample paths (default: 1000)", 0 },
	{ "seed", KEY_SEED, "N", 0, "of the made-up series (default: 1)", 0 },
	{ "ledger", KEY_LEDGER, NULL, 0,
	    "besides, the outlook of a ledger's every port, direction, mode and group at once; with no service running, from "
	    "nothing",
	    0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct bench *bench = state->input;
	switch (key) {
	case KEY_REPEATS:
		bench->repeats = bench_number(text, "repeats", 1, REPEATS_MAX, state);
		return 0;
	case KEY_PATHS:
		bench->paths = bench_number(text, "paths", 100, FORECAST_PATHS_MAX, state);
		return 0;
	case KEY_SEED:
		bench->seed = bench_number(text, "seed", 0, UINT64_MAX, state);
		return 0;
	case KEY_JSON:
		bench->json = true;
		return 0;
	case KEY_LEDGER:
		bench->of_ledger = true;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &bench->connection;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan, with --ledger:", 1 }, { 0 } };
static const struct argp argp = { options, parse, NULL,
	"Measure the whole automatic forecast (cleaning, choice of models, their weights, sample paths, calibration) on made-up "
	"series: "
	"seconds for one series of each kind, how they grow with its length and with the number of series.",
	children, NULL, NULL };

/* ---- series ---- */

/* Level, trend, seasons that grow with the level, noise that keeps a part of itself, and now and then a wild value. */
static void
make_values(const struct kind *kind, uint64_t seed, uint64_t stream, double *out)
{
	struct chance chance = chance_begin(seed, stream);
	double noise = 0.0, phase = chance_uniform(&chance) * 6.283, trend = (chance_uniform(&chance) - 0.3) / (double)kind->n;
	for (size_t i = 0; i < kind->n; i++) {
		double t = (double)i, season = 1.0;
		for (size_t k = 0; k < 2 && kind->season[k] > 0.0; k++)
			season += (0.2 + 0.1 * (double)k) * sin(6.283185307 * t / kind->season[k] + phase * (double)(k + 1)) +
			    0.05 * sin(2.0 * 6.283185307 * t / kind->season[k]);
		noise = 0.4 * noise + 0.08 * chance_normal(&chance);
		double wild = chance_uniform(&chance) < 0.005 ? 2.5 : 1.0;
		out[i] = fmax(0.0, 1000.0 * (1.0 + trend * t) * season * exp(noise) * wild);
	}
}

/* ---- measuring ---- */

static enum status
forecast_once(const struct bench *bench, const struct kind *kind, uint64_t stream, double *seconds, char *model, struct reason *why)
{
	struct forecast forecast = { 0 };
	struct forecast_task task = { .horizon = kind->horizon, .paths = bench->paths, .seed = bench->seed };
	double *values = calloc(kind->n, sizeof *values);
	if (values == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	make_values(kind, bench->seed, stream, values);
	task.series = (struct series){ .values = values, .n = kind->n };
	for (size_t k = 0; k < 2 && kind->season[k] > 0.0; k++)
		task.series.periods[task.series.n_periods++] = kind->season[k];
	int64_t begun = bench_now_ns();
	enum status status = forecast_make(&task, &forecast, why);
	*seconds = (double)(bench_now_ns() - begun) / 1e9;
	if (status == STATUS_OK && model != NULL)
		snprintf(model, FORECAST_MODEL_BYTES, "%s", forecast.model);
	forecast_close(&forecast);
	free(values);
	return status;
}

static enum status
measure_kind(struct bench *bench, size_t k, struct reason *why)
{
	static const double middle = 0.5;
	enum status status = STATUS_OK;
	double *seconds = calloc(bench->repeats, sizeof *seconds);
	if (seconds == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < bench->repeats && status == STATUS_OK; i++)
		status = forecast_once(bench, &kinds[k], k * REPEATS_MAX + i, &seconds[i], bench->model[k], why);
	if (status == STATUS_OK)
		quantiles(seconds, bench->repeats, &middle, 1, &bench->seconds[k]);
	free(seconds);
	return status;
}

static enum status
measure(struct bench *bench, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t k = 0; k < KINDS && status == STATUS_OK; k++) {
		fprintf(stderr, "%zu %s …\n", kinds[k].n, kinds[k].name);
		status = measure_kind(bench, k, why);
	}
	for (size_t c = 0; c < COUNTS && status == STATUS_OK; c++) {
		fprintf(stderr, "%zu series …\n", counts[c]);
		for (size_t i = 0; i < counts[c] && status == STATUS_OK; i++) {
			double seconds = 0.0;
			status = forecast_once(bench, &kinds[1], i, &seconds, NULL, why);
			bench->together[c] += seconds;
		}
	}
	if (status == STATUS_OK && bench->of_ledger) {
		fprintf(stderr, "the ledger …\n");
		status = bench_slices(&bench->connection, &bench->slices, why);
	}
	return status;
}

/* ---- showing ---- */

static void
ratio_cell(struct table *table, double r, double ours)
{
	if (r > 0.0 && ours > 0.0)
		table_cellf(table, "%.0f", r / ours);
	else
		table_cell(table, "");
}

/* By what power of the length the time grows from the row before, where that is of the same kind. */
static void
growth_cell(struct table *table, const struct bench *bench, size_t k)
{
	if (k == 0 || strcmp(kinds[k].name, kinds[k - 1].name) != 0)
		table_cell(table, "");
	else
		table_cellf(table, "%.1f",
		    log(bench->seconds[k] / bench->seconds[k - 1]) / log((double)kinds[k].n / (double)kinds[k - 1].n));
}

static enum status
show_table(const struct bench *bench, const char *machine)
{
	static const struct table_column columns[] = { { "series", TABLE_LEFT }, { "ahead", TABLE_RIGHT }, { "ms", TABLE_RIGHT },
		{ "grows as n^", TABLE_RIGHT }, { "R best ms", TABLE_RIGHT }, { "times", TABLE_RIGHT },
		{ "R stlf ms", TABLE_RIGHT }, { "times", TABLE_RIGHT }, { "model of the last", TABLE_LEFT } };
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t k = 0; k < KINDS; k++) {
		const struct kind *kind = &kinds[k];
		table_cellf(table, "%zu %s", kind->n, kind->name);
		table_cellf(table, "%zu", kind->horizon);
		table_cellf(table, "%.1f", 1000.0 * bench->seconds[k]);
		growth_cell(table, bench, k);
		table_cellf(table, kind->r_best > 0.0 ? "%.0f" : "", 1000.0 * kind->r_best);
		ratio_cell(table, kind->r_best, bench->seconds[k]);
		table_cellf(table, kind->r_stlf > 0.0 ? "%.0f" : "", 1000.0 * kind->r_stlf);
		ratio_cell(table, kind->r_stlf, bench->seconds[k]);
		table_cell(table, bench->model[k]);
	}
	printf("one automatic forecast with %zu paths, median of %zu series each, on %s\n\n", bench->paths, bench->repeats,
	    machine);
	status = table_print(table, stdout);
	table_close(&table);
	printf("\nR's: forecast 8.20 on one core of another machine, with 1,000 paths; best: of months the mean of ets,\n"
	       "auto.arima and thetaf (671, 5745 and 9 ms), of days ets (auto.arima with waves: 4265 ms, thetaf: 111 ms).\n");
	for (size_t c = 0; c < COUNTS; c++)
		printf("%zu series of 240 months, one behind the other: %.3f s, %.1f ms each\n", counts[c], bench->together[c],
		    1000.0 * bench->together[c] / (double)counts[c]);
	if (bench->of_ledger)
		printf("the ledger, %zu slices of port, direction, mode and group: %.3f s, asked again %.3f s\n",
		    bench->slices.slices, bench->slices.first_s, bench->slices.again_s);
	return status;
}

static enum status
show_json(const struct bench *bench, const char *machine)
{
	json_t *series = json_array(), *together = json_array();
	for (size_t k = 0; k < KINDS; k++)
		json_array_append_new(series,
		    json_pack("{s:s, s:I, s:I, s:f, s:s, s:f, s:f, s:f}", "steps", kinds[k].name, "n", (json_int_t)kinds[k].n,
			"ahead", (json_int_t)kinds[k].horizon, "seconds", bench->seconds[k], "model", bench->model[k],
			"r_best_seconds", kinds[k].r_best, "r_stlf_seconds", kinds[k].r_stlf, "r_theta_seconds", kinds[k].r_theta));
	for (size_t c = 0; c < COUNTS; c++)
		json_array_append_new(together,
		    json_pack("{s:I, s:f}", "series", (json_int_t)counts[c], "seconds", bench->together[c]));
	json_t *all = json_pack("{s:s, s:I, s:I, s:o, s:o}", "machine", machine, "paths", (json_int_t)bench->paths, "repeats",
	    (json_int_t)bench->repeats, "one", series, "together", together);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	if (bench->of_ledger)
		json_object_set_new(all, "ledger",
		    json_pack("{s:I, s:f, s:f}", "slices", (json_int_t)bench->slices.slices, "first_s", bench->slices.first_s,
			"again_s", bench->slices.again_s));
	int failed = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(all);
	printf("\n");
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

int
bench_forecast(int argc, char **argv)
{
	struct bench bench = { .repeats = 5, .paths = SERIES_TASK_PATHS, .seed = 1 };
	struct reason why = { "" };
	struct utsname name = { 0 };
	char machine[256];
	argp_parse(&argp, argc, argv, 0, NULL, &bench);
	enum status status = measure(&bench, &why);
	if (status != STATUS_OK)
		return tool_fail("bench forecast", status, &why);
	uname(&name);
	snprintf(machine, sizeof machine, "%.60s %.60s %.60s, %ld processors", name.sysname, name.release, name.machine,
	    sysconf(_SC_NPROCESSORS_ONLN));
	status = bench.json ? show_json(&bench, machine) : show_table(&bench, machine);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("bench forecast", status, &why);
}

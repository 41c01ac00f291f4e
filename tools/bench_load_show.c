/* See bench_load_show.h. */
#include "bench_load_show.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

/* ---- the plan ---- */

void
load_course_plan(struct load_course *course, uint32_t kinds, unsigned seconds, unsigned rounds)
{
	course->n_turns = 1;
	for (int i = 0; i < LOAD_KINDS; i++)
		if ((kinds >> i & 1) != 0)
			course->turns[course->n_turns++].kinds = UINT32_C(1) << i;
	if (course->n_turns > 2)
		course->turns[course->n_turns++].kinds = kinds;
	size_t spans = course->n_turns > 1 ? 2 * (course->n_turns - 1) : 1;
	course->span_s = (double)seconds / (double)(spans * rounds);
}

const char *
load_turn_name(const struct load_course *course, size_t turn)
{
	uint32_t kinds = course->turns[turn].kinds;
	for (int i = 0; i < LOAD_KINDS; i++)
		if (kinds == UINT32_C(1) << i)
			return load_kind_name((enum load_kind)i);
	return kinds == 0 ? "quiet" : "all at once";
}

/* ---- figures ---- */

static struct load_times
figure(struct bench_times *times)
{
	return (struct load_times){ .p50_ms = bench_times_at(times, 0.5) / 1000,
		.p99_ms = bench_times_at(times, 0.99) / 1000,
		.p999_ms = bench_times_at(times, 0.999) / 1000,
		.max_ms = bench_times_at(times, 1) / 1000,
		.n = times->n };
}

/* The waits of events that were due in the spans of one turn, or of all (turn < 0). */
static void
gather(const struct load_span *span, const struct load_sample *samples, size_t n, struct bench_times *times)
{
	for (size_t i = 0; i < n; i++)
		if (samples[i].due_ns >= span->from.at_ns && samples[i].due_ns < span->to.at_ns)
			bench_times_add(times, samples[i].wait_ns);
}

static void
figure_turn(struct load_course *course, size_t no, const struct load_sample *samples, size_t n, struct bench_times *times)
{
	struct load_turn *turn = &course->turns[no];
	double cpu_s = 0, seconds = 0, ratios[LOAD_SPANS_MAX];
	size_t n_ratios = 0;
	times->n = 0;
	for (size_t i = 0; i < course->n_spans; i++) {
		const struct load_span *span = &course->spans[i];
		if (span->turn != no)
			continue;
		gather(span, samples, n, times);
		cpu_s += span->to.cpu_s - span->from.cpu_s;
		seconds += (double)(span->to.at_ns - span->from.at_ns) / 1e9;
		double own_mib = (double)span->to.own_bytes / (1 << 20);
		turn->own_mib = own_mib > turn->own_mib ? own_mib : turn->own_mib;
		turn->files = span->to.files > turn->files ? span->to.files : turn->files;
		for (int k = 0; k < COUNTERS; k++)
			turn->rose[k] += span->after.counters[k] - span->from.counters[k];
		if (no != LOAD_QUIET && span->p99_ms > 0 && course->spans[i - 1].p99_ms > 0)
			ratios[n_ratios++] = span->p99_ms / course->spans[i - 1].p99_ms;
	}
	turn->times = figure(times);
	turn->cores = seconds > 0 ? cpu_s / seconds : 0;
	if (n_ratios > 0)
		turn->p99 = bench_ratio_of(ratios, n_ratios);
}

enum status
load_course_figures(struct load_course *course, const struct load_sample *samples, size_t n, struct reason *why)
{
	struct bench_times times;
	if (bench_times_open(n, &times) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < n; i++)
		bench_times_add(&times, samples[i].wait_ns);
	course->all = figure(&times);
	for (size_t i = 0; i < course->n_spans; i++) {
		times.n = 0;
		gather(&course->spans[i], samples, n, &times);
		course->spans[i].p99_ms = bench_times_at(&times, 0.99) / 1000;
	}
	for (size_t i = 0; i < course->n_turns; i++)
		figure_turn(course, i, samples, n, &times);
	bench_times_close(&times);
	return STATUS_OK;
}

/* ---- showing ---- */

static double
load_average(void)
{
	double load = 0;
	return getloadavg(&load, 1) == 1 ? load : 0;
}

static json_t *
times_json(const struct load_times *times)
{
	return json_pack("{s:I, s:f, s:f, s:f, s:f}", "events", (json_int_t)times->n, "p50_ms", times->p50_ms, "p99_ms",
	    times->p99_ms, "p999_ms", times->p999_ms, "max_ms", times->max_ms);
}

static json_t *
turn_json(const struct load_course *course, size_t no)
{
	const struct load_turn *turn = &course->turns[no];
	json_t *rose = json_object();
	for (int i = 0; i < COUNTERS; i++)
		if (turn->rose[i] > 0)
			json_object_set_new(rose, counter_name((enum counter)i), json_integer((json_int_t)turn->rose[i]));
	return json_pack("{s:s, s:I, s:o, s:{s:f, s:f, s:f}, s:f, s:f, s:I, s:o}", "name", load_turn_name(course, no), "acts",
	    (json_int_t)turn->done, "acknowledged", times_json(&turn->times), "p99_by_quiet", "median", turn->p99.median, "least",
	    turn->p99.least, "most", turn->p99.most, "server_cores", turn->cores, "server_own_mib", turn->own_mib, "server_files",
	    (json_int_t)turn->files, "counters", rose);
}

enum status
load_course_json(const struct load_course *course)
{
	char machine[256];
	json_t *turns = json_array();
	bench_machine(machine);
	for (size_t i = 0; i < course->n_turns; i++)
		json_array_append_new(turns, turn_json(course, i));
	json_t *all = json_pack("{s:s, s:f, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:o, s:o}", "machine", machine, "load_average",
	    load_average(), "terminals", (json_int_t)course->terminals, "events_per_s", (json_int_t)course->rate, "rounds",
	    (json_int_t)course->rounds, "turn_s", course->span_s, "sent", (json_int_t)course->tally.sent, "accepted",
	    (json_int_t)course->tally.accepted, "unanswered", (json_int_t)course->tally.unanswered, "reconnects",
	    (json_int_t)course->tally.reconnects, "acknowledged", times_json(&course->all), "turns", turns);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	int failed = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(all);
	printf("\n");
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static void
add_row(struct table *table, const struct load_course *course, size_t no)
{
	const struct load_turn *turn = &course->turns[no];
	char count[TABLE_FIGURE_BYTES];
	table_cell(table, load_turn_name(course, no));
	table_cell(table, table_count((int64_t)turn->done, count));
	table_cell(table, table_count((int64_t)turn->times.n, count));
	table_cellf(table, "%.1f", turn->times.p50_ms);
	table_cellf(table, "%.1f", turn->times.p99_ms);
	table_cellf(table, "%.1f", turn->times.p999_ms);
	table_cellf(table, "%.1f", turn->times.max_ms);
	if (no == LOAD_QUIET)
		table_cell(table, "");
	else
		table_cellf(table, "%.2f", turn->p99.median);
	table_cellf(table, "%.2f", turn->cores);
	table_cellf(table, "%.0f", turn->own_mib);
	table_cell(table, turn->files == 0 ? "?" : table_count((int64_t)turn->files, count));
}

/* What the server counted in a turn, without what the terminals themselves bring. */
static void
print_rose(const struct load_course *course)
{
	for (size_t no = 1; no < course->n_turns; no++) {
		printf("  %-12s", load_turn_name(course, no));
		for (int i = 0; i < COUNTERS; i++)
			if (course->turns[no].rose[i] > 0)
				printf(" %s %" PRIu64, counter_name((enum counter)i), course->turns[no].rose[i]);
		printf("\n");
	}
}

enum status
load_course_print(const struct load_course *course)
{
	static const struct table_column columns[] = { { "", TABLE_LEFT }, { "acts", TABLE_RIGHT }, { "events", TABLE_RIGHT },
		{ "p50 ms", TABLE_RIGHT }, { "p99 ms", TABLE_RIGHT }, { "p99.9 ms", TABLE_RIGHT }, { "most ms", TABLE_RIGHT },
		{ "p99 by quiet", TABLE_RIGHT }, { "cores", TABLE_RIGHT }, { "MiB", TABLE_RIGHT }, { "files", TABLE_RIGHT } };
	const struct load_times *all = &course->all;
	char machine[256];
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	bench_machine(machine);
	printf("%zu terminals, %u events a second, %u rounds of turns of %.1f s; on %s, load average %.1f\n\n", course->terminals,
	    course->rate, course->rounds, course->span_s, machine, load_average());
	for (size_t i = 0; i < course->n_turns; i++)
		add_row(table, course, i);
	status = table_print(table, stdout);
	table_close(&table);
	printf("\nall %zu events: acknowledged p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, at most %.1f ms after they were due\n",
	    all->n, all->p50_ms, all->p99_ms, all->p999_ms, all->max_ms);
	printf("sent %" PRIu64 ", accepted %" PRIu64 ", unanswered %" PRIu64 ", reconnects %" PRIu64 "\n", course->tally.sent,
	    course->tally.accepted, course->tally.unanswered, course->tally.reconnects);
	if (course->n_turns > 1) {
		printf("counted meanwhile:\n");
		print_rose(course);
	}
	return status;
}

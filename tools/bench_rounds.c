/* See bench_rounds.h. The order within a pair is turned each time, so that whatever goes up or down meanwhile falls on both. */
#include "bench_rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLE_EVENTS = 200 };

/* ---- one round ---- */

static enum status
pace(const struct bench_rounds *rounds, struct bench_window *window, struct bench_side *side, unsigned pair, struct reason *why)
{
	double cpu_s = child_cpu(&window->dashboard);
	int64_t begun_ns = bench_now_ns();
	enum status status = bench_window_pace(window, (size_t)rounds->seconds * BENCH_PER_S, BENCH_PER_S, why);
	side->seconds += (double)(bench_now_ns() - begun_ns) / 1e9;
	side->cpu_s += child_cpu(&window->dashboard) - cpu_s;
	for (size_t i = 0; i < window->waits.n; i++)
		bench_times_add(&side->acks, window->waits.ns[i]);
	side->rounds[pair] = (struct bench_round){ bench_times_at(&window->waits, 0.5), bench_times_at(&window->waits, 0.99) };
	return status;
}

static enum status
round_with(struct bench_rounds *rounds, struct bench_window *window, unsigned pair, struct reason *why)
{
	struct bench_listeners *listeners = NULL;
	size_t n;
	enum status status = bench_listeners_open(window->dashboard.http, &listeners, why);
	double cpu_s = status == STATUS_OK ? bench_listeners_cpu(listeners) : 0;
	if (status == STATUS_OK)
		status = pace(rounds, window, &rounds->with, pair, why);
	if (status == STATUS_OK) {
		rounds->listening_cpu_s += bench_listeners_cpu(listeners) - cpu_s;
		status = bench_listeners_wait(listeners, bench_window_lsn(window), why);
	}
	if (status == STATUS_OK) {
		const struct bench_hearing *hearings = bench_listeners_end(listeners, &n);
		bench_window_late(window, hearings, n, &rounds->late);
	}
	bench_listeners_close(&listeners);
	return status;
}

/* ---- figures ---- */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* Between two of them, in proportion. */
static double
at_part(const double *sorted, size_t n, double part)
{
	double place = part * (double)(n - 1);
	size_t below = (size_t)place;
	size_t above = below + 1 < n ? below + 1 : below;
	return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

struct bench_ratio
bench_ratio_of(double *ratios, size_t n)
{
	qsort(ratios, n, sizeof *ratios, compare);
	return (struct bench_ratio){ at_part(ratios, n, 0.5), at_part(ratios, n, 0.25), at_part(ratios, n, 0.75), ratios[0],
		ratios[n - 1] };
}

static void
figures(struct bench_rounds *rounds)
{
	double p50[BENCH_ROUNDS_MAX], p99[BENCH_ROUNDS_MAX];
	struct bench_side *sides[] = { &rounds->with, &rounds->without };
	for (size_t i = 0; i < 2; i++) {
		sides[i]->p50_us = bench_times_at(&sides[i]->acks, 0.5);
		sides[i]->p99_us = bench_times_at(&sides[i]->acks, 0.99);
	}
	for (unsigned i = 0; i < rounds->pairs; i++) {
		p50[i] = rounds->with.rounds[i].p50_us / rounds->without.rounds[i].p50_us;
		p99[i] = rounds->with.rounds[i].p99_us / rounds->without.rounds[i].p99_us;
	}
	rounds->p50 = bench_ratio_of(p50, rounds->pairs);
	rounds->p99 = bench_ratio_of(p99, rounds->pairs);
	rounds->late_p50_ms = bench_times_at(&rounds->late, 0.5) / 1000;
	rounds->late_p99_ms = bench_times_at(&rounds->late, 0.99) / 1000;
	rounds->late_max_ms = bench_times_at(&rounds->late, 1) / 1000;
}

enum status
bench_rounds_measure(struct bench_rounds *rounds, struct bench_window *window, struct reason *why)
{
	size_t events = (size_t)rounds->seconds * rounds->pairs * BENCH_PER_S;
	enum status status = bench_times_open(events, &rounds->with.acks);
	if (status == STATUS_OK)
		status = bench_times_open(events, &rounds->without.acks);
	if (status == STATUS_OK)
		status = bench_times_open(events * BENCH_LISTENERS, &rounds->late);
	if (status != STATUS_OK)
		return reason_say(why, status, "memory ran out");
	status = bench_window_pace(window, SETTLE_EVENTS, BENCH_PER_S, why);
	for (unsigned pair = 0; pair < rounds->pairs && status == STATUS_OK; pair++) {
		bool with_first = pair % 2 == 1;
		if (with_first)
			status = round_with(rounds, window, pair, why);
		if (status == STATUS_OK)
			status = pace(rounds, window, &rounds->without, pair, why);
		if (status == STATUS_OK && !with_first)
			status = round_with(rounds, window, pair, why);
	}
	if (status == STATUS_OK)
		figures(rounds);
	return status;
}

void
bench_rounds_close(struct bench_rounds *rounds)
{
	bench_times_close(&rounds->with.acks);
	bench_times_close(&rounds->without.acks);
	bench_times_close(&rounds->late);
}

/* ---- showing ---- */

static json_t *
side_json(const struct bench_side *side, unsigned pairs)
{
	json_t *p50 = json_array(), *p99 = json_array();
	for (unsigned i = 0; i < pairs; i++) {
		json_array_append_new(p50, json_real(side->rounds[i].p50_us));
		json_array_append_new(p99, json_real(side->rounds[i].p99_us));
	}
	return json_pack("{s:f, s:f, s:o, s:o, s:f}", "ack_p50_us", side->p50_us, "ack_p99_us", side->p99_us, "rounds_p50_us", p50,
	    "rounds_p99_us", p99, "dashboard_cores", side->cpu_s / side->seconds);
}

static json_t *
ratio_json(const struct bench_ratio *ratio)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "median", ratio->median, "quarter", ratio->quarter, "three_quarters",
	    ratio->three_quarters, "least", ratio->least, "most", ratio->most);
}

json_t *
bench_rounds_json(const struct bench_rounds *rounds)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:{s:f, s:f, s:f}, s:o, s:o, s:o, s:o, s:f}", "listeners", BENCH_LISTENERS,
	    "events_per_s", BENCH_PER_S, "pairs", (int)rounds->pairs, "round_s", (int)rounds->seconds, "late", "p50_ms",
	    rounds->late_p50_ms, "p99_ms", rounds->late_p99_ms, "max_ms", rounds->late_max_ms, "with",
	    side_json(&rounds->with, rounds->pairs), "without", side_json(&rounds->without, rounds->pairs), "ack_p50_ratio",
	    ratio_json(&rounds->p50), "ack_p99_ratio", ratio_json(&rounds->p99), "listening_cores",
	    rounds->listening_cpu_s / rounds->with.seconds);
}

static void
print_ratio(const char *name, const struct bench_ratio *ratio, double with_us, double without_us)
{
	printf("  %s %.2f in the middle (half of the pairs %.2f to %.2f, all %.2f to %.2f); of all rounds together %.0f us with, "
	       "%.0f us "
	       "without\n",
	    name, ratio->median, ratio->quarter, ratio->three_quarters, ratio->least, ratio->most, with_us, without_us);
}

void
bench_rounds_print(const struct bench_rounds *rounds)
{
	const struct bench_side *with = &rounds->with, *without = &rounds->without;
	printf("%d listeners at %d events a second hear of an event p50 %.0f ms, p99 %.0f ms, at most %.0f ms after its "
	       "acknowledgement\n",
	    BENCH_LISTENERS, BENCH_PER_S, rounds->late_p50_ms, rounds->late_p99_ms, rounds->late_max_ms);
	printf("the dashboard takes %.2f of a processor meanwhile (%.2f without them), the listeners themselves %.2f\n",
	    with->cpu_s / with->seconds, without->cpu_s / without->seconds, rounds->listening_cpu_s / with->seconds);
	printf("ingest's acknowledgements with the listeners by those without, in %u pairs of rounds of %u s (%u each):\n",
	    rounds->pairs, rounds->seconds, rounds->seconds * BENCH_PER_S);
	print_ratio("p50", &rounds->p50, with->p50_us, without->p50_us);
	print_ratio("p99", &rounds->p99, with->p99_us, without->p99_us);
}

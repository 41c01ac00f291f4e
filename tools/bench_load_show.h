/*
 * The course of `juyan bench load`: which turns there are, what was seen in each, and the figures that follow. Plain data; nothing
 * is owned.
 */
#ifndef JUYAN_TOOLS_BENCH_LOAD_SHOW_H
#define JUYAN_TOOLS_BENCH_LOAD_SHOW_H

#include "bench_load_server.h"
#include "bench_rounds.h"

enum {
	LOAD_ROUNDS_MAX = 40,
	LOAD_QUIET = 0,
	LOAD_TURNS_MAX = LOAD_KINDS + 2,
	LOAD_SPANS_MAX = 2 * LOAD_ROUNDS_MAX * LOAD_TURNS_MAX
};

struct load_times {
	double p50_ms, p99_ms, p999_ms, max_ms;
	size_t n;
};

/* Quiet, one hostile kind, or all of them. */
struct load_turn {
	uint32_t kinds;
	uint64_t done; /* what the hostile did in all rounds: frames or connections */
	struct load_times times;
	struct bench_ratio p99; /* by the quiet beside it */
	double cores, own_mib;  /* of the server; own_mib and files: the most that was seen at the end of a round */
	size_t files;
	uint64_t rose[COUNTERS];
};

/* One round's turn. */
struct load_span {
	size_t turn;
	unsigned round;
	struct load_look from, to, after; /* after: what its end has brought is counted too */
	double p99_ms;                    /* 0: no event was due */
};

struct load_course {
	size_t terminals;
	unsigned rate, rounds;
	double span_s;
	struct load_turn turns[LOAD_TURNS_MAX];
	size_t n_turns;
	struct load_span spans[LOAD_SPANS_MAX];
	size_t n_spans;
	struct load_times all;
	struct load_tally tally;
};

void load_course_plan(struct load_course *course, uint32_t kinds, unsigned seconds, unsigned rounds);
const char *load_turn_name(const struct load_course *course, size_t turn);
enum status load_course_figures(struct load_course *course, const struct load_sample *samples, size_t n,
    struct reason *why) MUST_USE;
enum status load_course_json(const struct load_course *course) MUST_USE;
enum status load_course_print(const struct load_course *course) MUST_USE;

#endif

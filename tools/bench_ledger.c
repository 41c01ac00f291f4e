/* Without a wire: the bare loop that is the limit, and the ledger fed from memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench_parts.h"
#include "clock.h"
#include "founding.h"
#include "judge.h"
#include "yardstick.h"

enum { PATH_BYTES = 512, EVENT_ARENA_BYTES = 64 * 1024 * 1024 };

static enum status
make_folder(const char *dir, const char *name, char path[PATH_BYTES], struct reason *why)
{
	snprintf(path, PATH_BYTES, "%s/%s", dir, name);
	return mkdir(path, 0700) == 0 ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%s cannot be made", path);
}

enum status
bench_limit(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_figures *out, struct reason *why)
{
	char path[PATH_BYTES];
	uint64_t bytes;
	struct bench_times times;
	enum status status = make_folder(dir, "limit", path, why);
	if (status == STATUS_OK)
		status = bench_times_open(events->n / per_batch + 1, &times);
	if (status != STATUS_OK)
		return status;
	int64_t begun = bench_now_ns();
	status = yardstick_lmdb(path, events->spans, events->n, per_batch, times.ns, &bytes, why);
	times.n = (events->n + per_batch - 1) / per_batch;
	if (status == STATUS_OK)
		bench_figure(&times, events->n, begun, bytes, out);
	bench_times_close(&times);
	return status;
}

/* What ingest does with a batch but the session: decode, judge, write. */
static enum status
take_batch(struct ledger *ledger, const struct bench_events *events, size_t first, size_t n, struct entry *entries,
    struct arena *arena, int64_t now_ms, struct reason *why)
{
	arena_reset(arena);
	for (size_t i = 0; i < n; i++) {
		struct entry *entry = &entries[i];
		/* The founding took number 1 of the administrator's stream. */
		*entry = (struct entry){ .terminal_no = FOUNDING_TERMINAL_NO,
			.stream_seq = first + i + 2,
			.received_at_ms = now_ms,
			.bytes = events->spans[first + i] };
		entry->verdict = wire_event(entry->bytes, arena, &entry->event, why);
		if (entry->verdict == STATUS_OK)
			entry->verdict = judge_event(ledger_registry(ledger), entry->terminal_no, entry->event, why);
		if (entry->verdict != STATUS_OK)
			return entry->verdict;
	}
	return ledger_apply(ledger, entries, n, why);
}

static enum status
feed(struct ledger *ledger, struct env *env, const struct bench_events *events, size_t per_batch, struct bench_figures *out,
    struct reason *why)
{
	struct arena arena = { 0 };
	struct bench_times times = { 0 };
	struct clock clock = clock_system();
	struct entry *entries = calloc(per_batch, sizeof *entries);
	uint64_t map, used, disk;
	enum status status = entries != NULL ? arena_open(&arena, EVENT_ARENA_BYTES) : STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = bench_times_open(events->n / per_batch + 1, &times);
	int64_t begun = bench_now_ns();
	for (size_t first = 0; first < events->n && status == STATUS_OK; first += per_batch) {
		int64_t handed_over = bench_now_ns();
		size_t n = events->n - first < per_batch ? events->n - first : per_batch;
		status = take_batch(ledger, events, first, n, entries, &arena, clock_utc_ms(&clock), why);
		bench_times_add(&times, bench_now_ns() - handed_over);
	}
	env_usage(env, &map, &used, &disk);
	if (status == STATUS_OK)
		bench_figure(&times, events->n, begun, used, out);
	bench_times_close(&times);
	arena_close(&arena);
	free(entries);
	return status;
}

enum status
bench_ledger(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_figures *out, struct reason *why)
{
	char path[PATH_BYTES];
	struct env *env = NULL;
	struct ledger *ledger = NULL;
	struct clock clock = clock_system();
	snprintf(path, sizeof path, "%s/ledger", dir);
	enum status status = env_open(&(struct env_options){ .dir = path }, &env, why);
	if (status == STATUS_OK)
		status = ledger_open(env, &ledger, why);
	if (status == STATUS_OK)
		status = founding_begin(ledger, path, clock_utc_ms(&clock), NULL, why);
	if (status == STATUS_OK)
		status = feed(ledger, env, events, per_batch, out, why);
	ledger_close(&ledger);
	env_close(&env);
	return status;
}

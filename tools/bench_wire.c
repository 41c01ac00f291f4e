/*
 * The whole road: a server as a process of its own, this one as a terminal over loopback tcp with CURVE, and as one who
 * asks over ipc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_parts.h"
#include "child.h"
#include "env.h"
#include "options.h"
#include "query.pb-c.h"
#include "terminal.h"
#include "yardstick.h"

enum { PATH_BYTES = 512, WAIT_MS = 30000, ANSWER_ARENA_BYTES = DECODE_BYTES_MAX, SYNC_BYTES = 200 };

/* A port's pace, many times over: 100 events every 2 ms are 50,000 a second. */
#define PACE_NS (INT64_C(2) * 1000 * 1000)
enum { PACE_EVENTS = 100 };

/* This process's two ends while it measures. */
struct road {
	struct child child;
	struct bus *bus;
	struct terminal *terminal;
	struct bus_socket *query;
	struct arena arena;
	struct bench_times acks;
	char dir[PATH_BYTES];
};

static void
note_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	(void)last_stream_seq;
	(void)events;
	bench_times_add(user, wait_ns);
}

static void
close_road(struct road *road)
{
	terminal_close(&road->terminal);
	bus_socket_close(&road->query);
	bus_close(&road->bus);
	child_end(&road->child);
	arena_close(&road->arena);
	bench_times_close(&road->acks);
}

static enum status
open_road(struct road *road, size_t per_batch, size_t batches, struct reason *why)
{
	struct tool_connection connection = { .data = road->dir };
	struct tool_address ingest, query;
	enum status status = bench_times_open(batches + BENCH_SINGLES + 2 * BENCH_QUESTIONS, &road->acks);
	if (status == STATUS_OK)
		status = arena_open(&road->arena, ANSWER_ARENA_BYTES);
	if (status == STATUS_OK)
		status = child_serve(road->dir, NULL, &road->child, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "ingest", &ingest, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "query", &query, why);
	if (status == STATUS_OK)
		status = bus_open(&road->bus, why);
	if (status == STATUS_OK)
		status = bus_connect(road->bus, query.endpoint, &query.keys, query.server_key, &road->query, why);
	struct terminal_options options = { .bus = road->bus,
		.endpoint = road->child.tcp,
		.keys = &ingest.keys,
		.server_key = ingest.server_key,
		.batch_events = (uint32_t)per_batch,
		.on_ack = note_ack,
		.user = &road->acks };
	if (status == STATUS_OK)
		status = terminal_open(&options, &road->terminal, why);
	return status == STATUS_OK ? terminal_hello(road->terminal, WAIT_MS, why) : status;
}

static enum status
stream_all(struct road *road, const struct bench_events *events, struct bench_figures *out, struct reason *why)
{
	enum status status = STATUS_OK;
	int64_t begun = bench_now_ns();
	for (size_t i = 0; i < events->n && status == STATUS_OK; i++)
		status = terminal_send(road->terminal, events->spans[i], why);
	if (status == STATUS_OK)
		status = terminal_flush(road->terminal, WAIT_MS, why);
	struct terminal_tally tally = terminal_tally(road->terminal);
	if (status == STATUS_OK && tally.accepted != events->n)
		return reason_say(why, STATUS_CONTRADICTION, "of %zu events %llu were accepted", events->n,
		    (unsigned long long)tally.accepted);
	if (status == STATUS_OK)
		bench_figure(&road->acks, events->n, begun, 0, out);
	return status;
}

/* One event at a time, each acknowledged before the next. */
static enum status
send_singles(struct road *road, const struct bench_events *events, struct bench_wire *out, struct reason *why)
{
	enum status status = STATUS_OK;
	road->acks.n = 0;
	for (size_t i = 0; i < BENCH_SINGLES && status == STATUS_OK; i++) {
		status = terminal_send(road->terminal, events->spans[i % events->n], why);
		if (status == STATUS_OK)
			status = terminal_flush(road->terminal, WAIT_MS, why);
	}
	out->single_ack_p50_us = bench_times_at(&road->acks, 0.5);
	out->single_ack_p99_us = bench_times_at(&road->acks, 0.99);
	return status;
}

static enum status
ask_year(struct road *road, int year, uint64_t *lsn, struct reason *why)
{
	char period[8];
	struct span frame;
	struct bus_frame answer;
	const ProtobufCMessage *message;
	Juyan__V1__TotalsAsk totals = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	snprintf(period, sizeof period, "%d", year);
	totals.from = totals.to = period;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &totals;
	arena_reset(&road->arena);
	enum status status = wire_pack(&question.base, FRAME_BYTES_MAX, &road->arena, &frame);
	if (status == STATUS_OK)
		status = bus_give(road->query, NULL, frame);
	while (status == STATUS_OK && (status = bus_take(road->query, NULL, &answer)) == STATUS_TIMEOUT)
		status = bus_wait(&road->query, 1, WAIT_MS, NULL);
	if (status != STATUS_OK)
		return reason_say(why, status, "the question for a year's total was not answered: %s", status_sentence(status));
	status = wire_unpack(&juyan__v1__answer__descriptor, answer.bytes, &road->arena, &message, why);
	bus_frame_close(&answer);
	if (status != STATUS_OK)
		return status;
	*lsn = ((const Juyan__V1__Answer *)message)->lsn;
	return ((const Juyan__V1__Answer *)message)->say_case == JUYAN__V1__ANSWER__SAY_TOTALS
	    ? STATUS_OK
	    : reason_say(why, STATUS_CONTRADICTION, "the question for a year's total was not answered with totals");
}

/* Answers what waits and lets the time pass, without a question under way. */
static enum status
wait_until(struct road *road, int64_t until_ns, struct reason *why)
{
	enum status status = terminal_push(road->terminal, why);
	for (int64_t left_ns; status == STATUS_OK && (left_ns = until_ns - bench_now_ns()) > 0;) {
		bool ready;
		status = bus_wait(&road->query, 1, (int)(left_ns / 1000000) + 1, &ready);
		if (status == STATUS_OK)
			status = terminal_push(road->terminal, why);
	}
	return status;
}

/* A batch and a question, every `pace_ns`; 0: as fast as the window lets batches go, so that it is always full. */
static enum status
ask_while_streaming(struct road *road, const struct bench_events *events, size_t per_batch, int64_t pace_ns, struct bench_year *out,
    struct reason *why)
{
	struct bench_times times;
	enum status status = bench_times_open(BENCH_QUESTIONS, &times);
	uint64_t first = 0, last = 0;
	int64_t begun = bench_now_ns();
	for (size_t i = 0; i < BENCH_QUESTIONS && status == STATUS_OK; i++) {
		for (size_t k = 0; k < per_batch && status == STATUS_OK; k++)
			status = terminal_send(road->terminal, events->spans[(i * per_batch + k) % events->n], why);
		int64_t asked = bench_now_ns();
		if (status == STATUS_OK)
			status = ask_year(road, 2015 + (int)(i % 5), &last, why);
		bench_times_add(&times, bench_now_ns() - asked);
		first = i == 0 ? last : first;
		if (status == STATUS_OK && pace_ns > 0)
			status = wait_until(road, begun + (int64_t)(i + 1) * pace_ns, why);
	}
	double seconds = (double)(bench_now_ns() - begun) / 1e9;
	if (status == STATUS_OK)
		status = terminal_flush(road->terminal, WAIT_MS, why);
	*out = (struct bench_year){ first, (double)(BENCH_QUESTIONS * per_batch) / seconds, bench_times_at(&times, 0.5),
		bench_times_at(&times, 0.99) };
	bench_times_close(&times);
	return status;
}

static enum status
measure_sync(const char *dir, struct bench_wire *out, struct reason *why)
{
	struct bench_times times;
	enum status status = bench_times_open(BENCH_SINGLES, &times);
	if (status == STATUS_OK)
		status = yardstick_sync(dir, SYNC_BYTES, BENCH_SINGLES, times.ns, why);
	times.n = BENCH_SINGLES;
	if (status == STATUS_OK)
		out->sync_p50_us = bench_times_at(&times, 0.5);
	bench_times_close(&times);
	return status;
}

/* What the ledger takes on disk; the server has ended by now. */
static enum status
measure_disk(const char *dir, size_t n, struct bench_wire *out, struct reason *why)
{
	struct env *env;
	uint64_t map, used, disk;
	enum status status = env_open(&(struct env_options){ .dir = dir, .readonly = true }, &env, why);
	if (status != STATUS_OK)
		return status;
	env_usage(env, &map, &used, &disk);
	out->road.bytes_per_event = (double)used / (double)n;
	env_close(&env);
	return STATUS_OK;
}

enum status
bench_wire(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_wire *out, struct reason *why)
{
	struct road road = { .child.pid = 0 };
	struct bench_wire found = { .sync_p50_us = 0 };
	snprintf(road.dir, sizeof road.dir, "%s/wire", dir);
	enum status status = open_road(&road, per_batch, events->n / per_batch, why);
	if (status == STATUS_OK)
		status = stream_all(&road, events, &found.road, why);
	if (status == STATUS_OK)
		status = measure_sync(dir, &found, why);
	if (status == STATUS_OK)
		status = send_singles(&road, events, &found, why);
	if (status == STATUS_OK)
		status = ask_while_streaming(&road, events, PACE_EVENTS, PACE_NS, &found.year_paced, why);
	if (status == STATUS_OK)
		status = ask_while_streaming(&road, events, per_batch, 0, &found.year_flooded, why);
	if (status == STATUS_OK)
		child_memory(&road.child, &found.serve_peak_bytes, &found.serve_anonymous_bytes);
	close_road(&road);
	if (status == STATUS_OK)
		status =
		    measure_disk(road.dir, events->n + BENCH_SINGLES + BENCH_QUESTIONS * (PACE_EVENTS + per_batch), &found, why);
	if (status == STATUS_OK)
		*out = found;
	return status;
}

/* See bench_window.h. */
#include "bench_window.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "bench_http.h"
#include "civil.h"
#include "clock.h"
#include "port_calendar.h"
#include "simulation.h"
#include "terminal.h"

enum { WAIT_MS = 30000, YEAR_DAYS = 365, DAYS_AHEAD = 14, LOOK_MS = 5 };

/* ---- opening ---- */

static void
note_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	struct bench_window *window = user;
	(void)last_stream_seq;
	bench_times_add(&window->waits, wait_ns);
	for (uint32_t i = 0; i < events && window->n_acked < BENCH_WINDOW_EVENTS_MAX; i++)
		window->acked_ns[window->n_acked++] = bench_now_ns();
}

static enum status
open_simulation(struct bench_window *window, uint64_t seed, struct reason *why)
{
	struct simulation_options options = simulation_defaults();
	struct clock clock = clock_system();
	window->today = civil_day_of_ms(clock_utc_ms(&clock) + CALENDAR_OFFSET_MS);
	options.seed = seed;
	options.faults = false;
	options.rail = true;
	options.from_day = window->today - YEAR_DAYS;
	options.to_day = window->today + DAYS_AHEAD; /* a day may have few events, or none */
	return simulation_open(&options, &window->simulation, why);
}

static enum status
open_terminal(struct bench_window *window, uint32_t batch_events, struct reason *why)
{
	struct tool_connection connection = { .data = window->dir };
	struct tool_address ingest;
	terminal_close(&window->terminal);
	enum status status = tool_address(&connection, "ingest", &ingest, why);
	if (status != STATUS_OK)
		return status;
	const struct terminal_options options = { .bus = window->bus,
		.endpoint = window->serve.tcp,
		.keys = &ingest.keys,
		.server_key = ingest.server_key,
		.batch_events = batch_events,
		.on_ack = batch_events == 1 ? note_ack : NULL,
		.user = window };
	status = terminal_open(&options, &window->terminal, why);
	key_pair_wipe(&ingest.keys);
	return status == STATUS_OK ? terminal_hello(window->terminal, WAIT_MS, why) : status;
}

/* All that was sent before today began. */
static enum status
load(struct bench_window *window, struct reason *why)
{
	int64_t until_ms = port_calendar_start_ms(window->today);
	struct simulated_event event = { .sent_at_ms = 0 };
	enum status status = STATUS_OK;
	while (status == STATUS_OK && event.sent_at_ms < until_ms) {
		status = simulation_next(window->simulation, &event, why);
		if (status == STATUS_OK && event.bytes.data == NULL)
			return reason_say(why, STATUS_OUT_OF_RANGE, "the simulated ports have no events today");
		if (status == STATUS_OK)
			status = terminal_send(window->terminal, event.bytes, why);
		window->loaded++;
	}
	if (status == STATUS_OK)
		status = terminal_flush(window->terminal, WAIT_MS, why);
	if (status == STATUS_OK && terminal_tally(window->terminal).accepted != window->loaded)
		status = reason_say(why, STATUS_CONTRADICTION, "not all of %" PRIu64 " events were accepted", window->loaded);
	return status;
}

/* Nobody else writes this ledger: from now on each event of the stream is the next one of the ledger. */
static enum status
learn_lsn(struct bench_window *window, struct reason *why)
{
	const struct tool_connection connection = { .data = window->dir };
	struct ask *ask = NULL;
	const Juyan__V1__Answer *answer;
	Juyan__V1__StatusAsk status_ask = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &status_ask;
	enum status status = ask_open(&connection, &ask, why);
	if (status == STATUS_OK)
		status = ask_question(ask, &question, &answer, why);
	if (status == STATUS_OK && answer->say_case != JUYAN__V1__ANSWER__SAY_STATUS)
		status = reason_say(why, STATUS_CONTRADICTION, "the ledger does not tell its state");
	if (status == STATUS_OK)
		window->to_lsn = answer->status->last_lsn - terminal_last_acked(window->terminal);
	ask_close(&ask);
	return status;
}

enum status
bench_window_open(const char *dir, uint64_t seed, struct bench_window *out, struct reason *why)
{
	static const char *const services[] = { "ingest", "query", "feed", "forecast", NULL },
				 *const alone[] = { "dashboard", NULL };
	struct bench_window *window = out;
	snprintf(window->dir, sizeof window->dir, "%s/window", dir);
	window->acked_ns = calloc(BENCH_WINDOW_EVENTS_MAX, sizeof *window->acked_ns);
	enum status status =
	    window->acked_ns == NULL ? STATUS_NO_MEMORY : bench_times_open(BENCH_WINDOW_EVENTS_MAX, &window->waits);
	if (status == STATUS_OK)
		status = open_simulation(window, seed, why);
	if (status == STATUS_OK)
		status = child_serve(window->dir, services, &window->serve, why);
	if (status == STATUS_OK)
		status = bus_open(&window->bus, why);
	if (status == STATUS_OK)
		status = open_terminal(window, 0, why);
	if (status == STATUS_OK)
		status = load(window, why);
	if (status == STATUS_OK)
		status = open_terminal(window, 1, why);
	if (status == STATUS_OK)
		status = learn_lsn(window, why);
	if (status == STATUS_OK)
		status = child_serve(window->dir, alone, &window->dashboard, why);
	window->first_seq = status == STATUS_OK ? terminal_next_seq(window->terminal) : 0;
	return status == STATUS_OK ? bench_window_heard(window, why) : status;
}

void
bench_window_close(struct bench_window *window)
{
	terminal_close(&window->terminal);
	bus_close(&window->bus);
	child_end(&window->dashboard);
	child_end(&window->serve);
	simulation_close(&window->simulation);
	bench_times_close(&window->waits);
	free(window->acked_ns);
}

/* ---- the port's pace ---- */

static enum status
send_next(struct bench_window *window, struct reason *why)
{
	struct simulated_event event;
	enum status status = simulation_next(window->simulation, &event, why);
	if (status == STATUS_OK && event.bytes.data == NULL)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the simulated ports have no more events");
	if (status == STATUS_OK)
		status = terminal_send(window->terminal, event.bytes, why);
	return status == STATUS_OK ? terminal_flush(window->terminal, WAIT_MS, why) : status;
}

static void
wait_until(int64_t at_ns)
{
	int64_t left_ns = at_ns - bench_now_ns();
	const struct timespec wait = { .tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000 };
	if (left_ns > 0)
		ppoll(NULL, 0, &wait, NULL);
}

enum status
bench_window_pace(struct bench_window *window, size_t n, unsigned per_s, struct reason *why)
{
	enum status status = STATUS_OK;
	int64_t begun_ns = bench_now_ns(), pace_ns = 1000000000 / per_s;
	window->waits.n = 0;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		status = send_next(window, why);
		wait_until(begun_ns + (int64_t)(i + 1) * pace_ns);
	}
	return status;
}

uint64_t
bench_window_lsn(const struct bench_window *window)
{
	return terminal_last_acked(window->terminal) + window->to_lsn;
}

/* Its own word for how far it has heard. While it is not well it answers 503, which is no answer here. */
enum status
bench_window_heard(struct bench_window *window, struct reason *why)
{
	int64_t until_ns = bench_now_ns() + (int64_t)WAIT_MS * 1000000;
	uint64_t wanted = bench_window_lsn(window), heard = 0;
	while (heard < wanted && bench_now_ns() < until_ns) {
		struct bench_body body = { 0 };
		struct reason ignored = { "" };
		if (bench_http_get(window->dashboard.http, "/healthz", false, &body, &ignored) == STATUS_OK) {
			const char *found = strstr(body.text, "\"last_lsn\":");
			heard = found == NULL ? 0 : strtoull(found + strlen("\"last_lsn\":"), NULL, 10);
		}
		bench_body_close(&body);
		if (heard < wanted)
			wait_until(bench_now_ns() + (int64_t)LOOK_MS * 1000000);
	}
	return heard >= wanted ? STATUS_OK : reason_say(why, STATUS_TIMEOUT, "the dashboard does not hear of the ledger's end");
}

void
bench_window_late(const struct bench_window *window, const struct bench_hearing *hearings, size_t n, struct bench_times *out)
{
	uint64_t known[BENCH_LISTENERS] = { 0 }, first = window->first_seq + window->to_lsn, last = first + window->n_acked;
	for (size_t i = 0; i < n; i++) {
		const struct bench_hearing *heard = &hearings[i];
		/* The first one of each tells what was before it came. */
		for (uint64_t lsn = known[heard->who] + 1; known[heard->who] > 0 && lsn <= heard->lsn && lsn < last; lsn++)
			if (lsn >= first)
				bench_times_add(out, heard->at_ns - window->acked_ns[lsn - first]);
		if (heard->lsn > known[heard->who])
			known[heard->who] = heard->lsn;
	}
}

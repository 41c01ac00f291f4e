/*
 * `juyan bench catch-up`: how fast a terminal that was cut off for days is up to date again, while it goes on taking; held against
 * what the same road takes from a terminal that streams from its memory.
 */
#include <argp.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench_parts.h"
#include "child.h"
#include "clock.h"
#include "juyan.h"
#include "spool.h"
#include "terminal.h"
#include "tool.h"

enum {
	KEY_EVENTS = 'n',
	KEY_DAYS = 'D',
	KEY_PACE = 'p',
	KEY_DIR = 'd',
	KEY_JSON = 'j',
	PATH_BYTES = 512,
	EVENTS_MAX = 30000000,
	DAYS_MAX = 3650,
	PACE_MAX = 10000,
	TAKE_EVENTS = 1000,
	WAIT_MS = 30000,
	LIVE_MS = 20, /* between two takings while it catches up */
	CATCH_UP_S_MAX = 3600,
	ROOM_PER_EVENT = 300
};

struct catch_up {
	size_t events;
	long days, pace;
	const char *dir;
	bool json;

	double taken_per_s;     /* into the spool, so many to a sync */
	double streamed_per_s;  /* from memory to the centre's disk, without a spool */
	double caught_up_per_s; /* from the spool, while new events came */
	double seconds;
	uint64_t meanwhile; /* events that were taken while it caught up */
	double take_p50_us, take_p99_us;
	double processor; /* of this process, in processors */
};

static const struct argp_option options[] = {
	{ "events", KEY_EVENTS, "N", 0, "how many events wait (default: 1000000)", 0 },
	{ "days", KEY_DAYS, "N", 0, "over how many days they were taken (default: 7)", 0 },
	{ "pace", KEY_PACE, "N", 0, "new events a second meanwhile (default: 100)", 0 },
	{ "dir", KEY_DIR, "DIR", 0, "a folder on the disk to be measured (default: here); what is made there is removed again", 0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct catch_up *bench = state->input;
	switch (key) {
	case KEY_EVENTS:
		bench->events = bench_number(text, "events", TAKE_EVENTS, EVENTS_MAX, state);
		return 0;
	case KEY_DAYS:
		bench->days = (long)bench_number(text, "days", 1, DAYS_MAX, state);
		return 0;
	case KEY_PACE:
		bench->pace = (long)bench_number(text, "pace", 0, PACE_MAX, state);
		return 0;
	case KEY_DIR:
		bench->dir = text;
		return 0;
	case KEY_JSON:
		bench->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse, NULL,
	"Measure how a terminal catches up that was cut off: its spool is filled with events of so many days, then a server is "
	"there, "
	"and all goes to its disk, in order, while new events are taken. Beside it, in the same run and on the same disk: a "
	"terminal "
	"that streams the same events from its memory.\v"
	"Exit codes: 0 it caught up at half of that rate or faster; 1 it did not; 2 the command line cannot be; 3 this machine "
	"failed.",
	NULL, NULL, NULL };

/* ---- the parts ---- */

enum status
bench_stream(const char *data, const struct bench_events *events, double *per_s, struct reason *why)
{
	static const char *const services[] = { "ingest", NULL };
	struct child child = { .pid = 0 };
	struct tool_address ingest;
	struct terminal *terminal = NULL;
	const struct tool_connection connection = { .data = data };
	enum status status = child_serve(data, services, &child, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "ingest", &ingest, why);
	struct terminal_options terminal_options = { .endpoint = child.tcp, .keys = &ingest.keys, .server_key = ingest.server_key };
	if (status == STATUS_OK)
		status = terminal_open(&terminal_options, &terminal, why);
	if (status == STATUS_OK)
		status = terminal_hello(terminal, WAIT_MS, why);
	int64_t begun = bench_now_ns();
	for (size_t i = 0; i < events->n && status == STATUS_OK; i++)
		status = terminal_send(terminal, events->spans[i], why);
	if (status == STATUS_OK)
		status = terminal_flush(terminal, WAIT_MS, why);
	*per_s = (double)events->n * 1e9 / (double)(bench_now_ns() - begun);
	terminal_close(&terminal);
	child_end(&child);
	return status;
}

/* As if they had been taken over those days, by a terminal that saw no centre. */
static enum status
fill(const char *dir, const struct catch_up *bench, const struct bench_events *events, const uint8_t key[PUBLIC_KEY_BYTES],
    double *per_s, struct reason *why)
{
	struct spool *spool = NULL;
	struct clock clock = clock_system();
	int64_t span_ms = (int64_t)bench->days * 86400000, first_ms = clock_utc_ms(&clock) - span_ms, begun = bench_now_ns();
	uint64_t last;
	const struct spool_options spool_options = { dir, (uint64_t)(64 << 20) + events->n * ROOM_PER_EVENT, key };
	enum status status = spool_open(&spool_options, &spool, why);
	for (size_t i = 0; i < events->n && status == STATUS_OK; i += TAKE_EVENTS) {
		size_t n = events->n - i < TAKE_EVENTS ? events->n - i : TAKE_EVENTS;
		int64_t at_ms = first_ms + (int64_t)((double)span_ms * (double)i / (double)events->n);
		status = spool_take(spool, events->spans + i, n, at_ms, NULL, &last, why);
	}
	*per_s = (double)events->n * 1e9 / (double)(bench_now_ns() - begun);
	spool_close(&spool);
	return status;
}

/* New events at the pace, until those of the days are at the centre. */
static enum status
take_meanwhile(struct catch_up *bench, struct juyan *juyan, const struct bench_events *events, struct bench_times *times,
    struct reason *why)
{
	struct juyan_state state;
	int64_t begun = bench_now_ns();
	enum juyan_result result = JUYAN_OK;
	for (juyan_state(juyan, &state); state.confirmed < bench->events; juyan_state(juyan, &state)) {
		int64_t passed = bench_now_ns() - begun;
		if (passed > (int64_t)CATCH_UP_S_MAX * 1000000000)
			return reason_say(why, STATUS_TIMEOUT, "it has not caught up in %d s", CATCH_UP_S_MAX);
		while (result == JUYAN_OK && bench->meanwhile < (uint64_t)((double)passed * (double)bench->pace / 1e9)) {
			struct span event = events->spans[bench->meanwhile++ % events->n];
			int64_t asked = bench_now_ns();
			result = juyan_take_encoded(juyan, event.data, event.bytes, why->text, sizeof why->text);
			bench_times_add(times, bench_now_ns() - asked);
			passed = bench_now_ns() - begun;
		}
		if (result != JUYAN_OK)
			return STATUS_SYSTEM;
		poll(NULL, 0, LIVE_MS);
	}
	bench->seconds = (double)(bench_now_ns() - begun) / 1e9;
	bench->caught_up_per_s = (double)bench->events / bench->seconds;
	return state.quarantined == 0 && juyan_flush(juyan, WAIT_MS) == JUYAN_OK
	    ? STATUS_OK
	    : reason_say(why, STATUS_TIMEOUT, "not all that was taken meanwhile has come to the centre");
}

static enum status
catch_up(const char *dir, struct catch_up *bench, const struct bench_events *events, struct reason *why)
{
	static const char *const services[] = { "ingest", NULL };
	char data[PATH_BYTES], spool[PATH_BYTES];
	struct child child = { .pid = 0 };
	struct tool_address ingest;
	struct juyan *juyan = NULL;
	struct bench_times times = { NULL, 0, 0 };
	snprintf(data, sizeof data, "%s/caught", dir);
	snprintf(spool, sizeof spool, "%s/spool", dir);
	const struct tool_connection connection = { .data = data };
	enum status status = child_serve(data, services, &child, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "ingest", &ingest, why);
	if (status == STATUS_OK)
		status = fill(spool, bench, events, ingest.keys.public_key, &bench->taken_per_s, why);
	if (status == STATUS_OK)
		status = bench_times_open(1000000, &times);
	const struct juyan_options juyan_options = { .centre = child.tcp,
		.key_file = ingest.key_path,
		.centre_key_file = ingest.server_key_path,
		.spool_folder = spool };
	clock_t before = clock();
	if (status == STATUS_OK && juyan_open(&juyan_options, &juyan, why->text, sizeof why->text) != JUYAN_OK)
		status = STATUS_SYSTEM;
	if (status == STATUS_OK)
		status = take_meanwhile(bench, juyan, events, &times, why);
	bench->processor = (double)(clock() - before) / CLOCKS_PER_SEC / bench->seconds;
	bench->take_p50_us = bench_times_at(&times, 0.5);
	bench->take_p99_us = bench_times_at(&times, 0.99);
	juyan_close(&juyan);
	bench_times_close(&times);
	child_end(&child);
	return status;
}

/* ---- showing ---- */

static int
show(const struct catch_up *bench)
{
	char machine[256];
	double ratio = bench->caught_up_per_s / bench->streamed_per_s;
	bench_machine(machine);
	if (bench->json) {
		json_t *all = json_pack("{s:s, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:f}", "machine", machine,
		    "events", (json_int_t)bench->events, "days", (json_int_t)bench->days, "taken_per_s", bench->taken_per_s,
		    "streamed_per_s", bench->streamed_per_s, "caught_up_per_s", bench->caught_up_per_s, "seconds", bench->seconds,
		    "ratio", ratio, "meanwhile", (json_int_t)bench->meanwhile, "take_p50_us", bench->take_p50_us, "take_p99_us",
		    bench->take_p99_us, "processor", bench->processor);
		json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
		printf("\n");
		json_decref(all);
	} else {
		printf("%zu events of %ld days, on %s\n\n", bench->events, bench->days, machine);
		printf("into the spool, %d to a sync:      %8.0f a second\n", TAKE_EVENTS, bench->taken_per_s);
		printf("streamed from memory:              %8.0f a second\n", bench->streamed_per_s);
		printf("caught up from the spool:          %8.0f a second, in %.1f s: %.0f %% of that\n", bench->caught_up_per_s,
		    bench->seconds, 100 * ratio);
		printf("taken meanwhile:                   %8llu, each in %.2f ms (p50; p99 %.1f ms)\n",
		    (unsigned long long)bench->meanwhile, bench->take_p50_us / 1000, bench->take_p99_us / 1000);
		printf("the terminal's processor time:     %8.2f of one\n", bench->processor);
	}
	return ratio >= 0.5 ? TOOL_FINE : TOOL_WRONG;
}

int
bench_catch_up(int argc, char **argv)
{
	struct catch_up bench = { .events = 1000000, .days = 7, .pace = 100, .dir = "." };
	struct bench_events events = { 0 };
	struct reason why = { "" };
	char dir[PATH_BYTES / 2], data[PATH_BYTES];
	argp_parse(&argp, argc, argv, 0, NULL, &bench);
	if (snprintf(dir, sizeof dir, "%s/juyan-bench-XXXXXX", bench.dir) >= (int)sizeof dir || mkdtemp(dir) == NULL)
		return tool_fail("bench", reason_say(&why, STATUS_SETTING, "%s: no folder can be made here", bench.dir), &why);
	fprintf(stderr, "making %zu events …\n", bench.events);
	enum status status = bench_events_make(1, bench.events, &events, &why);
	if (status == STATUS_OK) {
		fprintf(stderr, "streaming them …\n");
		snprintf(data, sizeof data, "%s/streamed", dir);
		status = bench_stream(data, &events, &bench.streamed_per_s, &why);
	}
	if (status == STATUS_OK) {
		fprintf(stderr, "catching up …\n");
		status = catch_up(dir, &bench, &events, &why);
	}
	bench_events_close(&events);
	bench_remove(dir);
	return status == STATUS_OK ? show(&bench) : tool_fail("bench", status, &why);
}

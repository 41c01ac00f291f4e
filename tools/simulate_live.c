/* The live stream: take an event, wait until it is due, give it to its terminal. */
#include "simulate_live.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "port_calendar.h"
#include "process.h"
#include "random.h"
#include "simulate_keys.h"
#include "terminal.h"

#define NS_PER_MS INT64_C(1000000)

enum {
	PATIENCE_MS = 500, /* so often a signal is looked for while the centre is away */
	FLUSH_MS = 10000,  /* how long an end waits for acknowledgements */
	TURN_MS = 200,     /* terminals hear what waits for them at least so often */
	PROGRESS_MS = 2000,
	PROGRESS_SLOW_MS = 60000,
	PROGRESS_EVENTS = 10000,
	LOOK_EVERY = 256, /* events between two looks at the clock, at full speed */
	RESEND_EVERY = 5000,
};

struct stream {
	const struct simulate_live *live;
	struct simulation *simulation;
	struct bus *bus;
	struct terminal *terminal[SIMULATION_TERMINALS_MAX];
	uint64_t before[SIMULATION_TERMINALS_MAX]; /* what was on disk when we came */
	struct process_signals signals;
	struct clock clock;
	bool stop, away;
	uint64_t sent, unsound;
	int64_t begun_ns, begun_ms; /* our time and the simulated time of the first event */
	int64_t turned_ns, told_ns;
	uint64_t told_events;
};

/* ---- signals and waiting ---- */

/* Waits for a signal at most wait_ms; once one has come, always true. */
static bool
stopped(struct stream *stream, int wait_ms)
{
	struct pollfd fd = { .fd = stream->signals.fd, .events = POLLIN };
	if (!stream->stop && poll(&fd, 1, wait_ms) > 0)
		stream->stop = true;
	return stream->stop;
}

/* Sends what is gathered and hears what waits. What fails here comes again with the next event. */
static void
turn_all(struct stream *stream)
{
	for (uint32_t i = 0; i < simulation_terminals(stream->simulation); i++) {
		enum status status = terminal_push(stream->terminal[i], NULL);
		(void)status;
	}
	stream->turned_ns = clock_monotonic_ns(&stream->clock);
}

static uint64_t
acked(const struct stream *stream)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < simulation_terminals(stream->simulation); i++)
		sum += terminal_last_acked(stream->terminal[i]);
	return sum;
}

static void
tell(struct stream *stream, int64_t sent_at_ms)
{
	int64_t now = clock_monotonic_ns(&stream->clock), passed_ms = (now - stream->told_ns) / NS_PER_MS;
	uint64_t on_disk = acked(stream);
	/* Soon where much goes, now and then where little does. */
	bool much = on_disk - stream->told_events >= PROGRESS_EVENTS;
	if (stream->live->quiet || passed_ms < (much ? PROGRESS_MS : PROGRESS_SLOW_MS))
		return;
	int64_t local_ms = sent_at_ms + CALENDAR_OFFSET_MS;
	int year, month, day;
	port_calendar_date(local_ms / CALENDAR_MS_PER_DAY, &year, &month, &day);
	uint64_t rate = (on_disk - stream->told_events) * 1000 / (uint64_t)passed_ms;
	fprintf(stderr, "juyan simulate: %04d-%02d-%02d %02d:%02d, %" PRIu64 " events on disk, %" PRIu64 " a second\n", year, month,
	    day, (int)(local_ms % CALENDAR_MS_PER_DAY / CALENDAR_MS_PER_HOUR), (int)(local_ms % CALENDAR_MS_PER_HOUR / 60000),
	    on_disk, rate);
	stream->told_ns = now;
	stream->told_events = on_disk;
}

/* How long until an event is due, in ms; 0 or less: now. */
static int64_t
due_in_ms(const struct stream *stream, int64_t sent_at_ms)
{
	if (stream->live->pace == PACE_CLOCK)
		return sent_at_ms - clock_utc_ms(&stream->clock);
	if (stream->live->pace == PACE_MAX)
		return 0;
	if (stream->begun_ms == 0)
		return 0;
	int64_t passed_ms = (clock_monotonic_ns(&stream->clock) - stream->begun_ns) / NS_PER_MS;
	return (int64_t)((double)(sent_at_ms - stream->begun_ms) / stream->live->speedup) - passed_ms;
}

/* False: a signal came. */
static bool
await_due(struct stream *stream, int64_t sent_at_ms)
{
	for (;;) {
		int64_t wait_ms = due_in_ms(stream, sent_at_ms);
		bool waits = wait_ms > 0;
		if (waits ||
		    (stream->sent % LOOK_EVERY == 0 &&
			clock_monotonic_ns(&stream->clock) - stream->turned_ns > TURN_MS * NS_PER_MS))
			turn_all(stream);
		if (waits || stream->sent % LOOK_EVERY == 0) {
			tell(stream, sent_at_ms);
			if (stopped(stream, (int)(waits ? (wait_ms < TURN_MS ? wait_ms : TURN_MS) : 0)))
				return false;
		}
		if (!waits)
			return true;
	}
}

/* ---- giving ---- */

static bool
is_away(enum status status)
{
	return status != STATUS_OK && status_consequence(status) == RETRY;
}

/* Says once that the centre is away, and once that it is back. */
static void
note_away(struct stream *stream, bool away, const struct reason *why)
{
	if (away != stream->away && !stream->live->quiet)
		fprintf(stderr, "juyan simulate: %s\n", away ? why->text : "the centre is back");
	stream->away = away;
}

static enum status
give(struct stream *stream, uint32_t terminal, struct span event, struct reason *why)
{
	enum status status;
	while (is_away(status = terminal_send(stream->terminal[terminal], event, why))) {
		note_away(stream, true, why);
		if (stopped(stream, 0))
			return STATUS_INTERRUPTED;
	}
	if (status == STATUS_OK)
		note_away(stream, false, why);
	return status;
}

/* All that was given to this terminal is on disk after it. */
static enum status
flush(struct stream *stream, uint32_t terminal, struct reason *why)
{
	enum status status;
	while (is_away(status = terminal_flush(stream->terminal[terminal], PATIENCE_MS, why))) {
		note_away(stream, true, why);
		if (stopped(stream, 0))
			return STATUS_INTERRUPTED;
	}
	return status;
}

/*
 * The same number once more: with the same bytes, or with others (a source key behind them), as by a terminal that lost its
 * memory.
 */
static enum status
send_again(struct stream *stream, const struct simulated_event *event, struct reason *why)
{
	static const uint8_t other[] = { 0x22, 0x05, 'a', 'g', 'a', 'i', 'n' };
	uint8_t bytes[EVENT_BYTES_MAX];
	struct span again = event->bytes;
	if (event->stream_seq % 2 == 0 && event->bytes.bytes + sizeof other <= sizeof bytes) {
		memcpy(bytes, event->bytes.data, event->bytes.bytes);
		memcpy(bytes + event->bytes.bytes, other, sizeof other);
		again = (struct span){ bytes, event->bytes.bytes + sizeof other };
	}
	enum status status = flush(stream, event->terminal, why);
	if (status == STATUS_OK)
		status = terminal_set_next_seq(stream->terminal[event->terminal], event->stream_seq);
	if (status == STATUS_OK)
		status = give(stream, event->terminal, again, why);
	return status == STATUS_OK ? flush(stream, event->terminal, why) : status;
}

static enum status
send_event(struct stream *stream, const struct simulated_event *event, struct reason *why)
{
	assert(terminal_next_seq(stream->terminal[event->terminal]) == event->stream_seq);
	enum status status = give(stream, event->terminal, event->bytes, why);
	if (status != STATUS_OK)
		return status;
	stream->sent++;
	stream->unsound += !event->sound;
	bool again = stream->live->resend && random_mix(event->terminal, event->stream_seq, 0) % RESEND_EVERY == 0;
	return again ? send_again(stream, event, why) : STATUS_OK;
}

/* The simulated clock starts where something is to be seen: papers are lodged up to a day and a half before the first crossing. */
static void
start_clock(struct stream *stream, const struct simulated_event *event)
{
	const Juyan__V1__Event *message = event->message;
	bool released = message != NULL && message->what_case == JUYAN__V1__EVENT__WHAT_RELEASED;
	int64_t fast_until_ms = stream->live->fast_until_ms;
	if (stream->begun_ms != 0 || (fast_until_ms == 0 ? !released : event->sent_at_ms < fast_until_ms))
		return;
	stream->begun_ms = event->sent_at_ms;
	stream->begun_ns = clock_monotonic_ns(&stream->clock);
}

static enum status
send_all(struct stream *stream, struct reason *why)
{
	for (;;) {
		struct simulated_event event;
		enum status status = simulation_next(stream->simulation, &event, why);
		if (status != STATUS_OK || event.bytes.data == NULL)
			return status;
		if (event.stream_seq <= stream->before[event.terminal])
			continue;
		start_clock(stream, &event);
		if (!await_due(stream, event.sent_at_ms))
			return STATUS_INTERRUPTED;
		status = send_event(stream, &event, why);
		if (status != STATUS_OK)
			return status;
	}
}

/* ---- beginning and end ---- */

static enum status
open_terminal(struct stream *stream, uint32_t i, const struct tool_address *address, const struct key_pair *keys,
    struct reason *why)
{
	const char *name = simulation_terminal(stream->simulation, i)->name;
	struct terminal_options options = { .bus = stream->bus,
		.endpoint = address->endpoint,
		.keys = keys,
		.server_key = address->server_key,
		.patience_ms = PATIENCE_MS };
	enum status status = terminal_open(&options, &stream->terminal[i], why);
	if (status != STATUS_OK)
		return status;
	struct reason inner = { "" };
	int64_t begun_ns = clock_monotonic_ns(&stream->clock);
	while (is_away(status = terminal_hello(stream->terminal[i], PATIENCE_MS, &inner))) {
		if (stopped(stream, 0))
			return STATUS_INTERRUPTED;
		if (clock_monotonic_ns(&stream->clock) - begun_ns > FLUSH_MS * NS_PER_MS)
			break;
	}
	bool asked = stream->live->connection->connect == NULL || stream->live->connection->ask != NULL;
	if (status != STATUS_OK)
		return reason_say(why, status, "%s has no session: %.140s%s", name, inner.text,
		    asked ? "" : "; without --ask, 'juyan keys authorise' has to have let it in");
	stream->before[i] = terminal_last_acked(stream->terminal[i]);
	return STATUS_OK;
}

static enum status
open_terminals(struct stream *stream, struct reason *why)
{
	const struct simulate_live *live = stream->live;
	struct simulate_keys keys = { 0 };
	struct tool_address address = { 0 };
	enum status status = simulate_keys_load(live->keys_dir, stream->simulation, &keys, why);
	/* Elsewhere without --ask the registry cannot be asked: the keys have to be entered there. */
	if (status == STATUS_OK && (live->connection->connect == NULL || live->connection->ask != NULL))
		status = simulate_keys_authorise(live->connection, stream->simulation, &keys, why);
	if (status == STATUS_OK)
		status = tool_address(live->connection, "ingest", &address, why);
	if (status == STATUS_OK)
		status = bus_open(&stream->bus, why);
	for (uint32_t i = 0; status == STATUS_OK && i < simulation_terminals(stream->simulation); i++)
		status = open_terminal(stream, i, &address, &keys.pair[i], why);
	key_pair_wipe(&address.keys);
	simulate_keys_wipe(&keys);
	return status;
}

/* After the last event: until all is on disk. After a signal: as far as it gets in a short time. */
static enum status
finish(struct stream *stream, bool interrupted, struct reason *why)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < simulation_terminals(stream->simulation); i++) {
		enum status one = interrupted ? terminal_flush(stream->terminal[i], FLUSH_MS / 4, why) : flush(stream, i, why);
		if (one != STATUS_OK)
			status = one;
	}
	return status;
}

static void
tell_end(const struct stream *stream, const struct simulate_outcome *outcome)
{
	struct terminal_tally sum = { 0 };
	for (uint32_t i = 0; i < simulation_terminals(stream->simulation); i++) {
		struct terminal_tally one = terminal_tally(stream->terminal[i]);
		sum.quarantined += one.quarantined;
		sum.refused += one.refused;
		sum.duplicate += one.duplicate;
		sum.conflict += one.conflict;
		sum.reconnects += one.reconnects;
		sum.retries += one.retries;
	}
	fprintf(stderr,
	    "juyan simulate: %" PRIu64 " events sent, %" PRIu64 " meant to be wrong; the centre quarantined %" PRIu64
	    ", refused %" PRIu64 ", knew %" PRIu64 ", found %" PRIu64 " in conflict; %" PRIu64 " batches sent again; %" PRIu64
	    " on disk in all\n",
	    stream->sent, stream->unsound, sum.quarantined, sum.refused, sum.duplicate, sum.conflict, sum.retries, outcome->events);
}

static void
close_stream(struct stream *stream)
{
	for (size_t i = 0; i < SIMULATION_TERMINALS_MAX; i++)
		terminal_close(&stream->terminal[i]);
	bus_close(&stream->bus);
	process_signals_close(&stream->signals);
}

enum status
simulate_live(const struct simulate_live *live, struct simulation *simulation, struct simulate_outcome *outcome, struct reason *why)
{
	struct stream stream = { .live = live, .simulation = simulation, .clock = clock_system(), .signals = { .fd = -1 } };
	*outcome = (struct simulate_outcome){ 0 };
	enum status status = process_signals_open(&stream.signals, why);
	if (status != STATUS_OK)
		return status;
	stream.told_ns = clock_monotonic_ns(&stream.clock);
	status = open_terminals(&stream, why);
	outcome->begun = status == STATUS_OK;
	if (status == STATUS_OK) {
		stream.told_events = acked(&stream);
		status = send_all(&stream, why);
		bool interrupted = status == STATUS_INTERRUPTED;
		if (status == STATUS_OK || interrupted) {
			enum status end = finish(&stream, interrupted, why);
			outcome->complete = !interrupted && end == STATUS_OK;
			status = is_away(end) || end == STATUS_INTERRUPTED ? STATUS_OK : end;
		}
		for (uint32_t i = 0; i < simulation_terminals(simulation); i++)
			outcome->acked[i] = terminal_last_acked(stream.terminal[i]);
		outcome->events = acked(&stream);
		tell_end(&stream, outcome);
	} else if (status == STATUS_INTERRUPTED) {
		status = STATUS_OK;
	}
	close_stream(&stream);
	return status;
}

/* The face of terminal.h: the calls with their deadlines, over the machine of talk.h. */
#include "terminal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

enum { PATIENCE_MS = 30000 };

static int64_t
deadline(const struct terminal *t, int wait_ms)
{
	return clock_monotonic_ns(&t->caller.clock) + (int64_t)(wait_ms < 0 ? 0 : wait_ms) * 1000000;
}

static enum status
prepare_caller(struct terminal *t, struct reason *why)
{
	t->caller.bus = t->options.bus;
	t->caller.endpoint = t->endpoint;
	t->caller.keys = &t->keys;
	t->caller.server_key = t->options.server_key;
	enum status s = caller_prepare(&t->caller);
	return s == STATUS_OK ? s : reason_say(why, s, "no memory for a terminal");
}

enum status
terminal_open(const struct terminal_options *options, struct terminal **out, struct reason *why)
{
	assert(options->endpoint != NULL && options->keys != NULL);
	struct terminal *t = calloc(1, sizeof *t);
	if (t == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for a terminal");
	t->options = *options;
	t->keys = *options->keys;
	t->options.keys = &t->keys;
	if (options->server_key != NULL) {
		memcpy(t->server_key, options->server_key, PUBLIC_KEY_BYTES);
		t->options.server_key = t->server_key;
	}
	if (t->options.patience_ms <= 0)
		t->options.patience_ms = PATIENCE_MS;
	t->caller.clock = clock_system();
	t->next_seq = 1;
	t->endpoint = strdup(options->endpoint);
	enum status s = t->endpoint == NULL ? reason_say(why, STATUS_NO_MEMORY, "no memory for a terminal") : STATUS_OK;
	if (s == STATUS_OK && t->options.bus == NULL) {
		s = bus_open(&t->own_bus, why);
		t->options.bus = t->own_bus;
	}
	if (s == STATUS_OK)
		s = prepare_caller(t, why);
	if (s != STATUS_OK) {
		terminal_close(&t);
		return s;
	}
	*out = t;
	return STATUS_OK;
}

void
terminal_close(struct terminal **terminal)
{
	struct terminal *t = *terminal;
	if (t == NULL)
		return;
	caller_hang_up(&t->caller);
	bus_close(&t->own_bus);
	window_close(&t->window);
	key_pair_wipe(&t->keys);
	free(t->endpoint);
	free(t);
	*terminal = NULL;
}

/* Turns until `done` says so; TIMEOUT at the deadline. */
static enum status
turn_until(struct terminal *t, bool (*done)(const struct terminal *t), int64_t deadline_ns, struct reason *why)
{
	int64_t begun_ns = clock_monotonic_ns(&t->caller.clock);
	for (;;) {
		enum status s = talk_turn(t, why);
		if (s != STATUS_OK || done(t))
			return s;
		int64_t now = clock_monotonic_ns(&t->caller.clock);
		if (now >= deadline_ns)
			return reason_say(why, STATUS_TIMEOUT, "no answer from %s in %" PRId64 " ms: %s", t->endpoint,
			    (now - begun_ns) / 1000000,
			    t->caller.state == CALLER_OPEN ? "the centre has gone quiet"
							   : "it is away, has no room, or this key is not authorised");
		s = talk_wait(t, deadline_ns);
		if (s != STATUS_OK)
			return reason_say(why, s, "waiting for %s failed", t->endpoint);
	}
}

static bool
is_open(const struct terminal *t)
{
	return t->caller.state == CALLER_OPEN;
}

static bool
has_slot(const struct terminal *t)
{
	return window_has_slot(&t->window);
}

static bool
is_empty(const struct terminal *t)
{
	return t->window.sealed == 0 && window_filled(&t->window) == 0;
}

enum status
terminal_hello(struct terminal *t, int wait_ms, struct reason *why)
{
	talk_again(t);
	if (is_empty(t))
		t->placed = false;
	return turn_until(t, is_open, deadline(t, wait_ms), why);
}

uint64_t
terminal_last_acked(const struct terminal *t)
{
	return t->last_acked;
}

bool
terminal_connected(const struct terminal *t)
{
	return t->caller.state == CALLER_OPEN;
}

const Juyan__V1__Welcome *
terminal_welcome(const struct terminal *t)
{
	assert(t->welcomed);
	return &t->welcome;
}

uint64_t
terminal_next_seq(const struct terminal *t)
{
	return t->next_seq;
}

enum status
terminal_set_next_seq(struct terminal *t, uint64_t seq)
{
	if (!is_empty(t))
		return STATUS_BUSY;
	if (seq == 0)
		return STATUS_OUT_OF_RANGE;
	t->next_seq = seq;
	return STATUS_OK;
}

static enum status
check_event(const struct terminal *t, struct span event, struct reason *why)
{
	if (!t->welcomed)
		return reason_say(why, STATUS_NO_HELLO, "there is no session yet: terminal_hello comes first");
	size_t event_bytes_max = t->welcome.event_bytes_max < EVENT_BYTES_MAX ? t->welcome.event_bytes_max : EVENT_BYTES_MAX;
	if (event.bytes > event_bytes_max)
		return reason_say(why, STATUS_TOO_LARGE, "the event has %zu bytes; at most %zu are taken", event.bytes,
		    event_bytes_max);
	if (WINDOW_HEAD_BYTES + window_event_bytes(event.bytes) > t->window.frame_bytes_max)
		return reason_say(why, STATUS_TOO_LARGE, "the event has %zu bytes; at most %zu fit into a frame", event.bytes,
		    t->window.frame_bytes_max - WINDOW_HEAD_BYTES - 4);
	return STATUS_OK;
}

/* Puts the event into the batch being filled; BUSY when that has to be sealed first. */
static enum status
add_event(struct terminal *t, struct span event, struct reason *why)
{
	enum status s = STATUS_OK;
	if (!window_has_slot(&t->window))
		s = turn_until(t, has_slot, deadline(t, t->options.patience_ms), why);
	if (s != STATUS_OK)
		return s;
	s = window_add(&t->window, t->next_seq, event);
	return s == STATUS_NO_MEMORY ? reason_say(why, s, "no memory for a batch") : s;
}

/*
 * What fails here comes again with the next call: the batch stays in the window. So an event that was taken is never reported as
 * not taken.
 */
static void
seal_and_send(struct terminal *t)
{
	window_seal(&t->window);
	enum status s = talk_turn(t, NULL);
	(void)s;
}

enum status
terminal_send(struct terminal *t, struct span event, struct reason *why)
{
	enum status s = check_event(t, event, why);
	if (s != STATUS_OK)
		return s;
	while ((s = add_event(t, event, why)) == STATUS_BUSY)
		seal_and_send(t);
	if (s != STATUS_OK)
		return s;
	t->next_seq++;
	t->tally.sent++;
	if (window_full(&t->window))
		seal_and_send(t);
	return STATUS_OK;
}

enum status
terminal_push(struct terminal *t, struct reason *why)
{
	if (t->window.sealed < t->under_way_max)
		window_seal(&t->window);
	return talk_turn(t, why);
}

enum status
terminal_idle(struct terminal *t, int fd, int wait_ms, struct reason *why)
{
	enum status s = terminal_push(t, why);
	if (s == STATUS_OK)
		s = talk_wait_with(t, fd, deadline(t, wait_ms));
	return s == STATUS_OK ? talk_turn(t, why) : s;
}

enum status
terminal_flush(struct terminal *t, int wait_ms, struct reason *why)
{
	window_seal(&t->window);
	return turn_until(t, is_empty, deadline(t, wait_ms), why);
}

struct terminal_tally
terminal_tally(const struct terminal *t)
{
	struct terminal_tally tally = t->tally;
	tally.reconnects = t->caller.reconnects;
	return tally;
}

/* The machine of talk.h. */
#include "talk.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

/*
 * How long a Hello waits for its Welcome before the socket is made anew: CURVE closes the door without a word, and never opens it
 * again.
 */
#define GREETING_NS (INT64_C(3000) * NS_PER_MS)
/* Silence while something is under way: after this a Ping asks whether it got lost … */
#define PING_NS (INT64_C(250) * NS_PER_MS)
/* Silence while nothing is owed: the centre is asked whether it is still there. */
#define IDLE_NS (INT64_C(10000) * NS_PER_MS)
/* … and after this the connection is given up. */
#define SILENCE_NS (INT64_C(10000) * NS_PER_MS)
/* A socket without a connection cannot say when it has one: it is tried after this, and each time a little later. */
#define KNOCK_NS_MIN (INT64_C(1) * NS_PER_MS)
#define KNOCK_NS_MAX (INT64_C(50) * NS_PER_MS)
/* Inside one process nothing is slow. */
#define LOCAL_KNOCKS_NS (INT64_C(200) * NS_PER_MS)
#define PAUSE_NS_MIN (INT64_C(50) * NS_PER_MS)
#define PAUSE_NS_MAX (INT64_C(2000) * NS_PER_MS)

static void
enter(struct terminal *t, enum talk_state state)
{
	t->state = state;
	t->state_ns = clock_monotonic_ns(&t->clock);
	t->heard_ns = t->state_ns;
	t->pinged_ns = t->state_ns;
}

void
talk_again(struct terminal *t)
{
	enter(t, TALK_AWAY);
	t->again_ns = t->state_ns;
	t->knock_ns = KNOCK_NS_MIN;
}

static void
again_after_pause(struct terminal *t)
{
	if (t->pause_ns < PAUSE_NS_MIN)
		t->pause_ns = PAUSE_NS_MIN;
	enter(t, TALK_AWAY);
	t->again_ns = t->state_ns + t->pause_ns;
	t->pause_ns = t->pause_ns * 2 < PAUSE_NS_MAX ? t->pause_ns * 2 : PAUSE_NS_MAX;
}

static void
again_with_new_socket(struct terminal *t)
{
	bus_socket_close(&t->socket);
	t->tally.reconnects++;
	talk_again(t);
}

/* ---- saying ---- */

/* BUSY and CLOSED: not now. */
static enum status
give(struct terminal *t, const Juyan__V1__FromTerminal *from)
{
	arena_reset(&t->arena);
	struct span frame;
	enum status s = wire_pack(&from->base, FRAME_BYTES_MAX, &t->arena, &frame);
	return s == STATUS_OK ? bus_give(t->socket, NULL, frame) : s;
}

static enum status
say_hello(struct terminal *t)
{
	Juyan__V1__FromTerminal from;
	Juyan__V1__Hello hello;
	char software[] = "juyan " JUYAN_VERSION;
	juyan__v1__from_terminal__init(&from);
	juyan__v1__hello__init(&hello);
	hello.version = PROTOCOL_VERSION;
	hello.software = software;
	hello.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, t->keys.public_key };
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_HELLO;
	from.hello = &hello;
	return give(t, &from);
}

/* The nonce is the serial of the last batch: a Pong that comes back before that batch's answer shows that the answer is lost. */
static enum status
say_ping(struct terminal *t)
{
	Juyan__V1__FromTerminal from;
	Juyan__V1__Ping ping;
	juyan__v1__from_terminal__init(&from);
	juyan__v1__ping__init(&ping);
	ping.nonce = t->serial;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_PING;
	from.ping = &ping;
	return give(t, &from);
}

static bool
not_now(enum status s)
{
	return s == STATUS_BUSY || s == STATUS_CLOSED;
}

static size_t
under_way(struct terminal *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->window.sealed; i++)
		n += window_parcel(&t->window, i)->sent;
	return n;
}

static enum status
say_batches(struct terminal *t)
{
	size_t n = under_way(t);
	for (size_t i = 0; i < t->window.sealed && n < t->under_way_max; i++) {
		struct parcel *parcel = window_parcel(&t->window, i);
		if (parcel->sent)
			continue;
		enum status s = bus_give(t->socket, NULL, window_frame(parcel));
		if (not_now(s) && n == 0)
			talk_again(t); /* there is no connection any more */
		if (s != STATUS_OK)
			return not_now(s) ? STATUS_OK : s;
		if (n == 0)
			t->heard_ns = clock_monotonic_ns(&t->clock);
		n++;
		parcel->sent = true;
		parcel->serial = ++t->serial;
		parcel->sent_ns = clock_monotonic_ns(&t->clock);
		if (parcel->times++ > 0)
			t->tally.retries++;
	}
	return STATUS_OK;
}

/* ---- hearing ---- */

/* What is settled leaves the window; answers for it have been given before. */
static void
settle(struct terminal *t, uint64_t last, int64_t sent_ns)
{
	uint64_t settled = window_settle(&t->window, last);
	if (last > t->last_acked)
		t->last_acked = last;
	if (settled == 0)
		return;
	t->pause_ns = PAUSE_NS_MIN;
	t->tally.accepted += settled; /* less those that were counted otherwise: see count_answer */
	if (t->options.on_ack != NULL)
		t->options.on_ack(t->options.user, last, (uint32_t)settled, clock_monotonic_ns(&t->clock) - sent_ns);
}

/* One event that is settled, and not simply accepted. */
static void
count_answer(struct terminal *t, const Juyan__V1__EventAnswer *answer)
{
	switch (answer->disposition) {
	case JUYAN__V1__DISPOSITION__DUPLICATE:
		t->tally.duplicate++;
		break;
	case JUYAN__V1__DISPOSITION__CONFLICT:
		t->tally.conflict++;
		break;
	case JUYAN__V1__DISPOSITION__QUARANTINED:
		t->tally.quarantined++;
		break;
	case JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED:
	case JUYAN__V1__DISPOSITION__ACCEPTED:
	case JUYAN__V1__DISPOSITION__REFUSED:
	case _JUYAN__V1__DISPOSITION_IS_INT_SIZE:
	default:
		t->tally.refused++;
		break;
	}
	t->tally.accepted--;
	if (t->options.on_answer != NULL)
		t->options.on_answer(t->options.user, answer);
}

/* An event that the centre did not take. OK: sent again it may be. */
static enum status
not_taken(struct terminal *t, const Juyan__V1__EventAnswer *answer, struct reason *why)
{
	enum status code = (enum status)answer->code;
	if (code == STATUS_GAP) {
		if (t->state == TALK_OPEN)
			talk_again(t);
		return STATUS_OK;
	}
	if (status_consequence(code) == RETRY) {
		if (t->state == TALK_OPEN)
			again_after_pause(t);
		return STATUS_OK;
	}
	return reason_say(why, status_consequence(code) == FINE ? STATUS_UNDECODABLE : code, "event %" PRIu64 " was not taken: %s",
	    answer->stream_seq, answer->sentence);
}

static struct parcel *
parcel_answered(struct terminal *t, const Juyan__V1__BatchAck *ack)
{
	for (size_t i = 0; i < t->window.sealed; i++) {
		struct parcel *parcel = window_parcel(&t->window, i);
		if (parcel->sent && !parcel->answered && parcel->first == ack->first_stream_seq && parcel->n == ack->events)
			return parcel;
	}
	return NULL;
}

/* Its number belongs to another event, and there was no room to keep it for a person: nothing has it but we. */
static bool
comes_again(const Juyan__V1__EventAnswer *answer)
{
	return answer->disposition == JUYAN__V1__DISPOSITION__REFUSED && status_consequence((enum status)answer->code) == RETRY;
}

static enum status
hear_ack(struct terminal *t, const Juyan__V1__BatchAck *ack, struct reason *why)
{
	struct parcel *parcel = parcel_answered(t, ack);
	if (parcel == NULL)
		return STATUS_OK; /* of a batch that a Welcome has settled */
	parcel->answered = true;
	uint64_t last = parcel->first + parcel->n - 1;
	/* Answers come in order: what stands before this batch was answered, and is here because not all of it was taken. */
	bool oldest = parcel == window_parcel(&t->window, 0);
	uint64_t settled = ack->last_stream_seq < last ? ack->last_stream_seq : last;
	if (!oldest)
		settled = parcel->first - 1;
	bool again = parcel->times > 1;
	enum status s = STATUS_OK;
	for (size_t i = 0; i < ack->n_answers && s == STATUS_OK; i++) {
		const Juyan__V1__EventAnswer *answer = ack->answers[i];
		if (answer->stream_seq < parcel->first || answer->stream_seq > last)
			return reason_say(why, STATUS_UNDECODABLE,
			    "the centre answers for event %" PRIu64 " in the batch %" PRIu64 " … %" PRIu64, answer->stream_seq,
			    parcel->first, last);
		if (answer->stream_seq > ack->last_stream_seq || comes_again(answer)) {
			s = not_taken(t, answer, why);
			if (answer->stream_seq <= settled)
				settled = answer->stream_seq - 1;
		} else if (answer->stream_seq > settled && answer->disposition == JUYAN__V1__DISPOSITION__CONFLICT) {
			continue; /* it is sent again with what was not taken before it, and answered again */
		} else if (answer->disposition != JUYAN__V1__DISPOSITION__DUPLICATE || !again) {
			count_answer(t, answer);
		}
	}
	if (oldest)
		settle(t, settled, parcel->sent_ns);
	if (ack->last_stream_seq > t->last_acked)
		t->last_acked = ack->last_stream_seq;
	return s;
}

/* The limits of the centre, within our own. */
static enum status
keep_welcome(struct terminal *t, const Juyan__V1__Welcome *welcome, struct reason *why)
{
	if (welcome->events_max == 0 || welcome->window_batches == 0 || welcome->batch_bytes_max < 2 * WINDOW_HEAD_BYTES)
		return reason_say(why, STATUS_UNDECODABLE, "the centre's Welcome allows no events at all");
	uint32_t wanted = t->options.batch_events == 0 ? 1000 : t->options.batch_events;
	wanted = wanted < BATCH_EVENTS_MAX ? wanted : BATCH_EVENTS_MAX;
	t->window.events_max = wanted < welcome->events_max ? wanted : welcome->events_max;
	t->window.frame_bytes_max = welcome->batch_bytes_max < FRAME_BYTES_MAX ? welcome->batch_bytes_max : FRAME_BYTES_MAX;
	uint32_t batches = t->options.window_batches == 0 ? WINDOW_BATCHES : t->options.window_batches;
	batches = batches < WINDOW_BATCHES ? batches : WINDOW_BATCHES;
	t->under_way_max = batches < welcome->window_batches ? batches : welcome->window_batches;

	t->welcome = *welcome;
	strncpy(t->name, welcome->terminal_name, sizeof t->name - 1);
	t->welcome.terminal_name = t->name;
	t->welcome.base.n_unknown_fields = 0;
	t->welcome.base.unknown_fields = NULL;
	return STATUS_OK;
}

/* Whether the terminal can go on behind what the centre has on disk. */
static enum status
find_place(struct terminal *t, uint64_t last, struct reason *why)
{
	uint64_t oldest = t->next_seq - window_filled(&t->window);
	if (t->window.sealed > 0)
		oldest = window_parcel(&t->window, 0)->first;
	if (oldest <= last + 1)
		return STATUS_OK;
	return reason_say(why, STATUS_GAP,
	    "the centre expects event %" PRIu64 ", which this terminal has sent and forgotten; it holds %" PRIu64 " and later ones",
	    last + 1, oldest);
}

static enum status
hear_welcome(struct terminal *t, const Juyan__V1__Welcome *welcome, struct reason *why)
{
	if (t->state != TALK_GREETING)
		return STATUS_OK;
	enum status s = keep_welcome(t, welcome, why);
	if (s != STATUS_OK)
		return s;
	uint64_t last = welcome->last_stream_seq;
	if (!t->placed)
		t->next_seq = last + 1;
	t->placed = true;
	t->welcomed = true;
	s = find_place(t, last, why);
	if (s != STATUS_OK)
		return s;
	/*
	 * All that has no answer is sent again, also what the centre has numbers for: whether these are ours or those of another
	 * process that sends with the same key, its "duplicate" or "conflict" alone can say.
	 */
	if (last > t->last_acked)
		t->last_acked = last;
	window_unsend(&t->window);
	enter(t, TALK_OPEN);
	return STATUS_OK;
}

/* An answer for a batch that was sent before this Ping should have come before its Pong. */
static void
hear_pong(struct terminal *t, const Juyan__V1__Pong *pong)
{
	for (size_t i = 0; i < t->window.sealed && t->state == TALK_OPEN; i++) {
		const struct parcel *parcel = window_parcel(&t->window, i);
		if (parcel->sent && !parcel->answered && parcel->serial <= pong->nonce)
			talk_again(t);
	}
}

static enum status
hear_refusal(struct terminal *t, const Juyan__V1__Refusal *refusal, struct reason *why)
{
	enum status code = (enum status)refusal->code;
	if (code == STATUS_NO_HELLO) {
		if (t->state == TALK_OPEN)
			talk_again(t); /* while greeting, it belongs to what was sent before the Hello */
		return STATUS_OK;
	}
	if (status_consequence(code) == RETRY) {
		again_after_pause(t);
		return STATUS_OK;
	}
	talk_again(t);
	return reason_say(why, status_consequence(code) == FINE ? STATUS_UNDECODABLE : code, "%s", refusal->sentence);
}

static enum status
hear(struct terminal *t, struct span frame, struct reason *why)
{
	arena_reset(&t->arena);
	const ProtobufCMessage *message;
	enum status s = wire_unpack(&juyan__v1__to_terminal__descriptor, frame, &t->arena, &message, why);
	if (s != STATUS_OK)
		return s;
	const Juyan__V1__ToTerminal *to = (const void *)message;
	t->heard_ns = clock_monotonic_ns(&t->clock);
	switch (to->say_case) {
	case JUYAN__V1__TO_TERMINAL__SAY_WELCOME:
		return hear_welcome(t, to->welcome, why);
	case JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK:
		return hear_ack(t, to->batch_ack, why);
	case JUYAN__V1__TO_TERMINAL__SAY_PONG:
		hear_pong(t, to->pong);
		return STATUS_OK;
	case JUYAN__V1__TO_TERMINAL__SAY_REFUSAL:
		return hear_refusal(t, to->refusal, why);
	case JUYAN__V1__TO_TERMINAL__SAY__NOT_SET:
	case _JUYAN__V1__TO_TERMINAL__SAY__CASE_IS_INT_SIZE:
	default:
		return STATUS_OK; /* something newer than this terminal */
	}
}

static enum status
hear_all(struct terminal *t, struct reason *why)
{
	enum status s = STATUS_OK;
	while (s == STATUS_OK && t->socket != NULL) {
		struct bus_frame frame;
		s = bus_take(t->socket, NULL, &frame);
		if (s == STATUS_TIMEOUT)
			return STATUS_OK;
		if (s != STATUS_OK)
			return reason_say(why, s, "the centre's answer cannot be read: %s", status_sentence(s));
		s = hear(t, frame.bytes, why);
		bus_frame_close(&frame);
	}
	return s;
}

/* ---- the machine ---- */

static enum status
knock(struct terminal *t, struct reason *why)
{
	enum status s = STATUS_OK;
	if (t->socket == NULL)
		s = bus_connect(t->options.bus, t->endpoint, &t->keys, t->options.server_key, &t->socket, why);
	if (s != STATUS_OK || clock_monotonic_ns(&t->clock) < t->again_ns)
		return s;
	s = say_hello(t);
	if (s == STATUS_OK) {
		enter(t, TALK_GREETING);
	} else if (not_now(s)) {
		/* A key that was refused, and a service of this process that has ended, are found again by a new socket alone. */
		t->again_ns = clock_monotonic_ns(&t->clock) + t->knock_ns;
		t->knock_ns = t->knock_ns * 2 < KNOCK_NS_MAX ? t->knock_ns * 2 : KNOCK_NS_MAX;
		if (t->again_ns - t->state_ns > (t->options.server_key == NULL ? LOCAL_KNOCKS_NS : GREETING_NS))
			again_with_new_socket(t);
	} else {
		return reason_say(why, s, "the Hello cannot be sent: %s", status_sentence(s));
	}
	return STATUS_OK;
}

/* What time brings: a Hello without an answer, silence. */
static void
watch(struct terminal *t)
{
	int64_t now = clock_monotonic_ns(&t->clock);
	if (t->state == TALK_GREETING && now - t->state_ns > GREETING_NS)
		again_with_new_socket(t);
	if (t->state != TALK_OPEN)
		return;
	int64_t quiet_ns = under_way(t) > 0 ? PING_NS : IDLE_NS;
	bool unanswered = under_way(t) > 0 || t->pinged_ns > t->heard_ns;
	if (unanswered && now - t->heard_ns > SILENCE_NS + (under_way(t) > 0 ? 0 : IDLE_NS)) {
		again_with_new_socket(t);
	} else if (now - t->heard_ns > quiet_ns && now - t->pinged_ns > quiet_ns) {
		t->pinged_ns = now;
		if (say_ping(t) != STATUS_OK)
			talk_again(t); /* there is no connection any more */
	}
}

enum status
talk_turn(struct terminal *t, struct reason *why)
{
	enum status s = hear_all(t, why);
	if (s == STATUS_OK)
		watch(t);
	if (s == STATUS_OK && t->state == TALK_AWAY)
		s = knock(t, why);
	if (s == STATUS_OK && t->state == TALK_OPEN) {
		s = say_batches(t);
		if (s != STATUS_OK)
			reason_say(why, s, "a batch cannot be sent: %s", status_sentence(s));
	}
	if (s != STATUS_OK)
		talk_again(t);
	assert(status_consequence(s) != RETRY);
	return s;
}

/* When the machine has something to do though nothing comes. */
static int64_t
next_ns(struct terminal *t)
{
	switch (t->state) {
	case TALK_AWAY:
		return t->again_ns;
	case TALK_GREETING:
		return t->state_ns + GREETING_NS;
	case TALK_OPEN:
	default:
		break;
	}
	if (t->window.sealed > under_way(t) && under_way(t) < t->under_way_max)
		return clock_monotonic_ns(&t->clock) + KNOCK_NS_MAX; /* the socket had no room for a batch */
	return (t->heard_ns > t->pinged_ns ? t->heard_ns : t->pinged_ns) + (under_way(t) > 0 ? PING_NS : IDLE_NS);
}

enum status
talk_wait_with(struct terminal *t, int fd, int64_t deadline_ns)
{
	int64_t until = next_ns(t);
	if (until > deadline_ns)
		until = deadline_ns;
	int64_t left_ns = until - clock_monotonic_ns(&t->clock);
	if (left_ns <= 0 || (t->socket == NULL && fd < 0))
		return STATUS_OK;
	return bus_wait_with(&t->socket, t->socket == NULL ? 0 : 1, fd, (int)(left_ns / NS_PER_MS) + 1);
}

enum status
talk_wait(struct terminal *t, int64_t deadline_ns)
{
	return talk_wait_with(t, -1, deadline_ns);
}

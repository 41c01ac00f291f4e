/* The machine of talk.h. */
#include "talk.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* A batch for which the socket had no room is tried again after this. */
#define ROOM_NS INT64_C(50000000)

void
talk_again(struct terminal *t)
{
	caller_again(&t->caller);
}

/* ---- saying ---- */

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
		enum status s = caller_give(&t->caller, window_frame(parcel), n > 0);
		if (caller_not_now(s) && n == 0)
			talk_again(t); /* there is no connection any more */
		if (s != STATUS_OK)
			return caller_not_now(s) ? STATUS_OK : s;
		n++;
		parcel->sent = true;
		parcel->serial = t->caller.serial;
		parcel->sent_ns = clock_monotonic_ns(&t->caller.clock);
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
	caller_unpause(&t->caller);
	t->tally.accepted += settled; /* less those that were counted otherwise: see count_answer */
	if (t->options.on_ack != NULL)
		t->options.on_ack(t->options.user, last, (uint32_t)settled, clock_monotonic_ns(&t->caller.clock) - sent_ns);
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
		if (t->caller.state == CALLER_OPEN)
			talk_again(t);
		return STATUS_OK;
	}
	if (status_consequence(code) == RETRY) {
		if (t->caller.state == CALLER_OPEN)
			caller_pause(&t->caller);
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
	if (t->caller.state != CALLER_GREETING)
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
	caller_open(&t->caller);
	return STATUS_OK;
}

/* An answer for a batch that was sent before this Ping should have come before its Pong. */
static void
hear_pong(struct terminal *t, const Juyan__V1__Pong *pong)
{
	for (size_t i = 0; i < t->window.sealed && t->caller.state == CALLER_OPEN; i++) {
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
		if (t->caller.state == CALLER_OPEN)
			talk_again(t); /* while greeting, it belongs to what was sent before the Hello */
		return STATUS_OK;
	}
	if (status_consequence(code) == RETRY) {
		caller_pause(&t->caller);
		return STATUS_OK;
	}
	talk_again(t);
	return reason_say(why, status_consequence(code) == FINE ? STATUS_UNDECODABLE : code, "%s", refusal->sentence);
}

static enum status
hear(struct terminal *t, const Juyan__V1__ToTerminal *to, struct reason *why)
{
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
	const Juyan__V1__ToTerminal *to;
	enum status s;
	while ((s = caller_hear(&t->caller, &to, why)) == STATUS_OK && (s = hear(t, to, why)) == STATUS_OK)
		;
	return s == STATUS_TIMEOUT ? STATUS_OK : s;
}

/* ---- the machine ---- */

enum status
talk_turn(struct terminal *t, struct reason *why)
{
	enum status s = hear_all(t, why);
	if (s == STATUS_OK)
		s = caller_turn(&t->caller, under_way(t) > 0, why);
	if (s == STATUS_OK && t->caller.state == CALLER_OPEN) {
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
	size_t n = under_way(t);
	if (t->caller.state == CALLER_OPEN && t->window.sealed > n && n < t->under_way_max)
		return clock_monotonic_ns(&t->caller.clock) + ROOM_NS;
	return caller_next_ns(&t->caller, n > 0);
}

enum status
talk_wait_with(struct terminal *t, int fd, int64_t deadline_ns)
{
	int64_t until = next_ns(t);
	return caller_wait(&t->caller, fd, until < deadline_ns ? until : deadline_ns);
}

enum status
talk_wait(struct terminal *t, int64_t deadline_ns)
{
	return talk_wait_with(t, -1, deadline_ns);
}

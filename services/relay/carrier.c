/* The machine of carrier.h: what is sent and heard, and what follows. */
#include "carrier.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carrier_parts.h"

#define NS_PER_MS INT64_C(1000000)
/* A refusal that is not of the past itself: a port may have been added there meanwhile. Each pause is twice the last. */
#define HALT_NS_MIN (INT64_C(1000) * NS_PER_MS)
#define HALT_NS_MAX (INT64_C(60000) * NS_PER_MS)
/* A session that is begun anew for so long has ended. */
#define AWAY_NS (INT64_C(1500) * NS_PER_MS)
/* How often the journal is looked at while there is nothing to send, and the socket while it has no room. */
#define LOOK_NS (INT64_C(50) * NS_PER_MS)

void
carrier_tell(const struct carrier *c, enum carrier_news news, const char *sentence)
{
	if (c->options.on_news != NULL)
		c->options.on_news(c->options.user, news, sentence);
}

static int64_t
now_ns(const struct carrier *c)
{
	return clock_monotonic_ns(&c->caller.clock);
}

static bool
owed(const struct carrier *c)
{
	return c->n_under_way > 0;
}

/* Read by people: it has to be a text, whoever said it. */
static void
set_why(struct carrier *c, enum status status, const char *sentence)
{
	c->status = status;
	reason_write(&c->why, "%s", sentence);
}

/* Nothing is brought for a while; told once for each reason. */
static void
halt_until(struct carrier *c, enum status status, const char *sentence, int64_t pause_ns)
{
	struct reason before = c->why;
	bool told = c->halted && c->status == status;
	c->state = CARRIER_STOPPED;
	c->halted = true;
	c->connected = false;
	c->n_under_way = 0;
	set_why(c, status, sentence);
	caller_later(&c->caller, now_ns(c) + pause_ns);
	if (!told || strcmp(before.text, c->why.text) != 0)
		carrier_tell(c, CARRIER_HALTED, c->why.text);
}

void
carrier_halt(struct carrier *c, enum status status, const char *sentence)
{
	halt_until(c, status, sentence, c->halt_ns);
	c->halt_ns = c->halt_ns * 2 < HALT_NS_MAX ? c->halt_ns * 2 : HALT_NS_MAX;
}

void
carrier_halt_long(struct carrier *c, enum status status, const char *sentence)
{
	halt_until(c, status, sentence, HALT_NS_MAX);
}

/* ---- saying ---- */

/* BUSY, CLOSED: not now. */
static enum status
give_blocks(struct carrier *c, const struct followed *followed, struct reason *why)
{
	struct span frame;
	Juyan__V1__FromTerminal from;
	Juyan__V1__JournalBatch batch;
	ProtobufCBinaryData *blocks = arena_take(&c->arena, followed->n * sizeof *blocks);
	if (blocks == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	juyan__v1__from_terminal__init(&from);
	juyan__v1__journal_batch__init(&batch);
	for (size_t i = 0; i < followed->n; i++)
		blocks[i] = (ProtobufCBinaryData){ followed->blocks[i].bytes, (uint8_t *)(uintptr_t)followed->blocks[i].data };
	batch.first_lsn = followed->first_lsn;
	batch.n_blocks = followed->n;
	batch.blocks = blocks;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH;
	from.journal_batch = &batch;
	enum status s = wire_pack(&from.base, c->frame_bytes_max, &c->arena, &frame);
	if (s != STATUS_OK)
		return reason_say(why, s, "blocks from event %" PRIu64 " on cannot be packed: %s", followed->first_lsn,
		    status_sentence(s));
	s = caller_give(&c->caller, frame, owed(c));
	if (s == STATUS_OK)
		c->under_way[c->n_under_way++] = (struct consignment){ followed->first_lsn, followed->last_lsn, c->caller.serial };
	return s;
}

/* What is not now is tried again; without anything under way there is no connection any more. */
static enum status
bear(struct carrier *c, enum status s)
{
	if (!caller_not_now(s))
		return s;
	if (!owed(c))
		caller_again(&c->caller);
	c->crowded = true;
	return STATUS_OK;
}

static enum status
say_more(struct carrier *c, struct reason *why)
{
	enum status s = STATUS_OK;
	c->crowded = false;
	while (s == STATUS_OK && c->caller.state == CALLER_OPEN && !c->crowded && c->n_under_way < c->under_way_max) {
		struct followed followed;
		arena_reset(&c->arena);
		s = follow_blocks(c->options.env, c->sent, c->frame_bytes_max - CARRIER_HEAD_BYTES, c->events_max, &c->arena,
		    &followed, why);
		if (s != STATUS_OK || followed.n == 0)
			return s;
		c->end = followed.end;
		s = give_blocks(c, &followed, why);
		if (s == STATUS_OK)
			c->sent = followed.last_lsn;
		else
			s = bear(c, s);
	}
	return s;
}

/* What finds no room is asked again in its time; an answer that does not come likewise. */
static enum status
say_question(struct carrier *c)
{
	if (c->options.ask == NULL)
		return STATUS_OK;
	arena_reset(&c->arena);
	struct span frame = c->options.ask(c->options.user, &c->arena);
	if (frame.data == NULL)
		return STATUS_OK;
	enum status s = caller_give(&c->caller, frame, owed(c));
	return caller_not_now(s) ? STATUS_OK : s;
}

static enum status
say_probe(struct carrier *c, struct reason *why)
{
	uint64_t event;
	struct followed followed;
	if (owed(c))
		return STATUS_OK;
	if (!halving_next(&c->halving, &event)) {
		carrier_end_search(c);
		return STATUS_OK;
	}
	arena_reset(&c->arena);
	enum status s = follow_block(c->options.env, event, &c->arena, &followed, why);
	c->crowded = false;
	return s == STATUS_OK ? bear(c, give_blocks(c, &followed, why)) : s;
}

/* ---- hearing ---- */

static void
drop_oldest(struct carrier *c)
{
	c->n_under_way--;
	memmove(c->under_way, c->under_way + 1, c->n_under_way * sizeof *c->under_way);
}

/* Why headquarters has not taken all of it. */
static const Juyan__V1__EventAnswer *
first_untaken(const Juyan__V1__BatchAck *ack)
{
	for (size_t i = 0; i < ack->n_answers; i++)
		if (ack->answers[i]->stream_seq > ack->last_stream_seq)
			return ack->answers[i];
	return NULL;
}

static void
hear_refused(struct carrier *c, enum status code, const char *sentence)
{
	if (code == STATUS_NO_HELLO || code == STATUS_GAP) {
		if (c->caller.state == CALLER_OPEN)
			caller_again(&c->caller); /* while greeting, it belongs to what was sent before the Hello */
	} else if (status_consequence(code) == RETRY) {
		caller_pause(&c->caller);
	} else {
		carrier_halt(c, status_consequence(code) == FINE ? STATUS_UNDECODABLE : code, sentence);
	}
}

/* What was stopped is brought again; without anything to bring nobody could refuse it. */
static void
goes_on(struct carrier *c)
{
	if (c->connected && !c->halted)
		return;
	c->connected = true;
	c->halted = c->unheard = false;
	set_why(c, STATUS_OK, "");
	carrier_tell(c, CARRIER_CONNECTED, "headquarters answers");
}

static void
hear_carried(struct carrier *c, const Juyan__V1__BatchAck *ack)
{
	uint64_t last = c->under_way[0].last;
	uint64_t confirmed = ack->last_stream_seq < last ? ack->last_stream_seq : last;
	drop_oldest(c);
	if (confirmed > c->confirmed) {
		c->delivered += confirmed - c->confirmed;
		c->confirmed = confirmed;
		c->halt_ns = HALT_NS_MIN;
		caller_unpause(&c->caller);
		goes_on(c);
	}
	if (ack->last_stream_seq >= last)
		return;
	const Juyan__V1__EventAnswer *answer = first_untaken(ack);
	if (answer == NULL)
		caller_again(&c->caller);
	else
		hear_refused(c, (enum status)answer->code, answer->sentence);
}

static bool
all_known(const Juyan__V1__BatchAck *ack)
{
	size_t known = 0;
	for (size_t i = 0; i < ack->n_answers; i++)
		known += ack->answers[i]->disposition == JUYAN__V1__DISPOSITION__DUPLICATE;
	return known == ack->n_answers && known == ack->events;
}

static void
hear_ack(struct carrier *c, const Juyan__V1__BatchAck *ack)
{
	const struct consignment *oldest = &c->under_way[0];
	if (c->caller.state != CALLER_OPEN || !owed(c) || ack->first_stream_seq != oldest->first ||
	    ack->events != oldest->last - oldest->first + 1)
		return; /* of what was sent before the last Welcome */
	if (c->state == CARRIER_CARRYING) {
		hear_carried(c, ack);
	} else if (c->state == CARRIER_SEARCHING) {
		halving_told(&c->halving, oldest->first, oldest->last, all_known(ack));
		drop_oldest(c);
	}
}

static void
hear_refusal(struct carrier *c, const Juyan__V1__Refusal *refusal)
{
	enum status code = (enum status)refusal->code;
	if (c->state == CARRIER_SEARCHING && c->caller.state == CALLER_OPEN && owed(c) && code == STATUS_OTHER_PAST) {
		halving_told(&c->halving, c->under_way[0].first, c->under_way[0].last, false);
		drop_oldest(c);
		caller_again(&c->caller); /* a Refusal ends the session */
		return;
	}
	hear_refused(c, code, refusal->sentence);
}

/* The limits of headquarters, within our own. Whatever stands in a journal has to fit. */
static enum status
keep_limits(struct carrier *c, const Juyan__V1__Welcome *welcome, struct reason *why)
{
	size_t bytes = welcome->batch_bytes_max < FRAME_BYTES_MAX ? welcome->batch_bytes_max : FRAME_BYTES_MAX;
	if (bytes < CARRIER_HEAD_BYTES + BLOCK_BYTES_MAX || welcome->events_max == 0 || welcome->window_batches == 0)
		return reason_say(why, STATUS_UNDECODABLE, "headquarters' Welcome leaves no room for a journal's blocks");
	c->frame_bytes_max = bytes;
	c->events_max = welcome->events_max < BATCH_EVENTS_MAX ? welcome->events_max : BATCH_EVENTS_MAX;
	c->under_way_max = welcome->window_batches < WINDOW_BATCHES ? welcome->window_batches : WINDOW_BATCHES;
	snprintf(c->name, sizeof c->name, "%s", welcome->terminal_name);
	wire_text_mend(c->name);
	return STATUS_OK;
}

static void
hear_welcome(struct carrier *c, const Juyan__V1__Welcome *welcome)
{
	struct reason why = { "" };
	if (c->caller.state != CALLER_GREETING)
		return;
	c->n_under_way = 0; /* what was answered was answered before */
	enum status s = keep_limits(c, welcome, &why);
	if (s == STATUS_OK)
		s = carrier_compare(c, welcome, &why);
	if (s != STATUS_OK)
		carrier_halt(c, s, why.text);
	if (c->state != CARRIER_CARRYING && c->state != CARRIER_SEARCHING)
		return;
	caller_open(&c->caller);
	if (c->state == CARRIER_CARRYING && (!c->halted || c->confirmed == c->end.lsn))
		goes_on(c);
}

/* An answer to something that was sent before this Ping should have come before its Pong. */
static void
hear_pong(struct carrier *c, const Juyan__V1__Pong *pong)
{
	if (c->caller.state == CALLER_OPEN && owed(c) && c->under_way[0].serial <= pong->nonce)
		caller_again(&c->caller);
}

static void
hear(struct carrier *c, const Juyan__V1__ToTerminal *to)
{
	switch (to->say_case) {
	case JUYAN__V1__TO_TERMINAL__SAY_WELCOME:
		hear_welcome(c, to->welcome);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK:
		hear_ack(c, to->batch_ack);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_PONG:
		hear_pong(c, to->pong);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_REFUSAL:
		hear_refusal(c, to->refusal);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY_DECREES:
		if (c->options.on_decrees != NULL && c->state == CARRIER_CARRYING)
			c->options.on_decrees(c->options.user, to->decrees);
		break;
	case JUYAN__V1__TO_TERMINAL__SAY__NOT_SET:
	case _JUYAN__V1__TO_TERMINAL__SAY__CASE_IS_INT_SIZE:
	default:
		break; /* something newer than this carrier */
	}
}

static enum status
hear_all(struct carrier *c, struct reason *why)
{
	const Juyan__V1__ToTerminal *to;
	enum status s;
	while ((s = caller_hear(&c->caller, &to, why)) == STATUS_OK)
		hear(c, to);
	return s == STATUS_TIMEOUT ? STATUS_OK : s;
}

/* ---- one turn ---- */

static enum status
work(struct carrier *c, struct reason *why)
{
	enum status s = hear_all(c, why);
	if (s == STATUS_OK)
		s = caller_turn(&c->caller, owed(c), why);
	if (s != STATUS_OK || c->caller.state != CALLER_OPEN)
		return s;
	if (c->state == CARRIER_SEARCHING)
		return say_probe(c, why);
	s = say_more(c, why);
	return s == STATUS_OK && c->caller.state == CALLER_OPEN ? say_question(c) : s;
}

/* Headquarters is found again by the caller itself; what is to be told is how long that takes. */
static void
look_at_session(struct carrier *c)
{
	static const char silence[] = "headquarters does not answer: it is away, or this site's key is not authorised there";
	if (c->caller.state == CALLER_OPEN || c->state == CARRIER_STOPPED) {
		c->greeted_ns = now_ns(c);
		return;
	}
	if (now_ns(c) - c->greeted_ns <= AWAY_NS)
		return;
	if (c->state == CARRIER_CARRYING)
		c->state = CARRIER_AWAY;
	c->connected = false;
	if (c->unheard)
		return;
	c->unheard = true;
	if (!c->halted)
		set_why(c, STATUS_TIMEOUT, silence);
	carrier_tell(c, CARRIER_NO_ANSWER, silence);
}

static enum status
rest(struct carrier *c, int64_t until_ns)
{
	int64_t left_ns = until_ns - now_ns(c);
	if (c->caller.socket != NULL)
		return caller_wait(&c->caller, -1, until_ns);
	if (left_ns > 0)
		poll(NULL, 0, (int)(left_ns / NS_PER_MS) + 1);
	return STATUS_OK;
}

void
carrier_turn(struct carrier *c, int wait_ms)
{
	struct reason why = { "" };
	enum status s = work(c, &why);
	if (s != STATUS_OK)
		carrier_halt(c, s, why.text);
	look_at_session(c);
	int64_t now = now_ns(c), until = now + (int64_t)wait_ms * NS_PER_MS, next = caller_next_ns(&c->caller, owed(c));
	if (c->caller.state == CALLER_OPEN && c->n_under_way < c->under_way_max && next > now + LOOK_NS)
		next = now + LOOK_NS;
	if (rest(c, next < until ? next : until) != STATUS_OK)
		carrier_halt(c, STATUS_SYSTEM, "waiting for headquarters failed");
}

/* ---- the whole ---- */

/* So that headquarters sees by itself where this journal is shorter than what it has, or ends otherwise: nothing is sent then. */
static void
on_hello(void *user, Juyan__V1__Hello *hello)
{
	struct carrier *c = user;
	struct journal_end end;
	if (follow_end(c->options.env, &end, NULL) != STATUS_OK || end.lsn == 0)
		return;
	c->end = end;
	hello->journal_lsn = end.lsn;
	hello->journal_chain = (ProtobufCBinaryData){ CHAIN_BYTES, c->end.chain };
}

static enum status
copy_options(struct carrier *c, const struct carrier_options *options)
{
	c->options = *options;
	c->keys = *options->keys;
	c->endpoint = strdup(options->endpoint);
	if (c->endpoint == NULL)
		return STATUS_NO_MEMORY;
	c->caller = (struct caller){ .bus = options->bus,
		.endpoint = c->endpoint,
		.keys = &c->keys,
		.clock = options->clock,
		.on_hello = on_hello,
		.user = c };
	if (options->server_key != NULL) {
		memcpy(c->server_key, options->server_key, PUBLIC_KEY_BYTES);
		c->caller.server_key = c->server_key;
	}
	c->confirmed = c->remembered = options->confirmed;
	c->halt_ns = HALT_NS_MIN;
	return STATUS_OK;
}

enum status
carrier_open(const struct carrier_options *options, struct carrier **out, struct reason *why)
{
	struct carrier *c = calloc(1, sizeof *c);
	enum status s = c == NULL ? STATUS_NO_MEMORY : copy_options(c, options);
	if (s == STATUS_OK)
		s = arena_open(&c->arena, CARRIER_ARENA_BYTES);
	if (s == STATUS_OK)
		s = caller_prepare(&c->caller);
	if (s != STATUS_OK) {
		carrier_close(&c);
		return reason_say(why, s, "no memory to talk to headquarters");
	}
	c->greeted_ns = now_ns(c);
	*out = c;
	return STATUS_OK;
}

void
carrier_close(struct carrier **carrier)
{
	struct carrier *c = *carrier;
	if (c == NULL)
		return;
	caller_hang_up(&c->caller);
	arena_close(&c->arena);
	key_pair_wipe(&c->keys);
	free(c->endpoint);
	free(c);
	*carrier = NULL;
}

/* Messages in: who speaks, what is owed to it, and into the group with it. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "desk.h"

/*
 * How much is taken in one turn, in units of about a microsecond: an event is one, a message as many as it takes to answer it, and
 * bytes have to be looked at also where nothing comes of them. Without such a bound a peer whose frames bring no events could have
 * the service to itself.
 */
enum { TURN_WORK = 1000, MESSAGE_WORK = 8, BYTES_OF_WORK = 256 };

/* ---- refusing ---- */

/* The reply to a message, which keeps its frame. */
static struct reply *
reply_to(struct desk *desk, struct message *message, enum reply_kind kind)
{
	struct reply *reply = group_reply(desk->filling, kind, message->door, &message->peer);
	if (message->bytes != NULL)
		desk->filling->frames_bytes += message->bytes->bytes.bytes;
	reply->frame = message->bytes;
	message->bytes = NULL;
	return reply;
}

/* A site's stream has stopped: that stays on file until it goes on. Where there is no room for it, the answer alone says so. */
static enum status
raise_alarm(struct desk *desk, const struct stream *stream, uint64_t lsn, enum status status, const char *sentence,
    struct reason *why)
{
	struct site_alarm alarm = { .since_ms = clock_utc_ms(&desk->kit->clock), .lsn = lsn, .status = status };
	snprintf(alarm.why.text, sizeof alarm.why.text, "%s", sentence);
	count(desk->kit->counters, COUNTER_sites_stopped, 1);
	enum status s = ledger_alarm(desk->ledger, stream->terminal_no, &alarm, why);
	return status_consequence(s) == STOP ? s : STATUS_OK;
}

/* What a site has sent cannot be taken for a part of its journal at all: its stream stands still as well. */
static enum status
alarm_unread(struct desk *desk, const struct guest *guest, enum status status, const char *sentence, struct reason *why)
{
	struct reason said;
	const struct stream *stream = guest == NULL ? NULL : guest->session.stream;
	if (stream == NULL || stream->site == NULL || status == STATUS_WINDOW)
		return STATUS_OK;
	enum status s = desk_settle(desk, why);
	if (s != STATUS_OK)
		return s;
	reason_say(&said, status, "site %s: event %" PRIu64 " was expected, and what came is refused: %s", stream->site->name,
	    stream->taken + 1, sentence);
	return raise_alarm(desk, stream, stream->taken + 1, status, said.text, why);
}

/*
 * Where a site's journal ends, as its Hello says, beside what is on file of it. One that is shorter, or ends otherwise, has another
 * past and will send nothing; one that ends just here is what it was.
 */
static enum status
compare_end(struct desk *desk, const struct stream *stream, uint64_t lsn, ProtobufCBinaryData chain, struct reason *why)
{
	struct reason said;
	if (stream == NULL || stream->site == NULL || chain.len != CHAIN_BYTES || lsn > stream->site->on_disk.lsn)
		return STATUS_OK;
	const struct journal_end *held = &stream->site->on_disk;
	bool same = lsn == held->lsn && memcmp(chain.data, held->chain, CHAIN_BYTES) == 0;
	enum status s = desk_settle(desk, why);
	if (s == STATUS_OK && same) {
		s = ledger_end_alarm(desk->ledger, stream->terminal_no, why);
		return status_consequence(s) == STOP ? s : STATUS_OK;
	}
	if (s != STATUS_OK)
		return s;
	if (lsn < held->lsn)
		reason_say(&said, STATUS_OTHER_PAST,
		    "site %s: its journal ends with event %" PRIu64 ", and %" PRIu64
		    " are on file here: it was restored from an older copy, or another one sends with its key",
		    stream->site->name, lsn, held->lsn);
	else
		reason_say(&said, STATUS_OTHER_PAST,
		    "site %s: event %" PRIu64
		    ", the last of its journal, is another one here: the two journals have parted at it or before",
		    stream->site->name, lsn);
	return raise_alarm(desk, stream, lsn + (lsn < held->lsn), STATUS_OTHER_PAST, said.text, why);
}

void
desk_refuse(struct desk *desk, struct message *message, struct guest *guest, enum status status, const char *sentence)
{
	struct reply *reply = reply_to(desk, message, REPLY_REFUSAL);
	reply->status = status;
	reply->sentence = group_text(desk->filling, status, sentence);
	if (guest != NULL) {
		reply->stream = guest->session.stream;
		guests_forget(desk->guests, guest);
	}
}

/* ---- the messages ---- */

const struct terminal_rule *
desk_terminal(const struct desk *desk, const struct message *message)
{
	const Juyan__V1__Hello *hello = message->frame.hello;
	const uint8_t *key = message->peer.key;
	if (message->peer.local) {
		if (hello->public_key.len != PUBLIC_KEY_BYTES)
			return NULL;
		key = hello->public_key.data;
	}
	const struct terminal_rule *rule = registry_terminal_by_key(desk->registry, key);
	return rule == NULL || rule->revoked ? NULL : rule;
}

/* The stream of a terminal; the first time its place on disk is looked up. NULL in *out: there are too many. */
static enum status
find_stream(struct desk *desk, const struct terminal_rule *rule, struct stream **out, struct reason *why)
{
	bool fresh;
	uint32_t terminal_no = rule->terminal_no;
	struct stream *stream = guests_stream(desk->guests, terminal_no, &fresh);
	if (fresh) {
		/* Nothing of this terminal is in the filling group: that needs no commit. */
		enum status s = desk_wait(desk, why);
		if (s != STATUS_OK)
			return s;
		stream->on_disk = ledger_stream_tail(desk->ledger, terminal_no);
		stream->taken = stream->on_disk;
	}
	if (stream != NULL && rule->site) {
		enum status s = guests_site(stream, rule->name);
		if (s != STATUS_OK)
			return reason_say(why, s, "no memory for a site");
		if (fresh) {
			ledger_site_end(desk->ledger, terminal_no, &stream->site->on_disk);
			stream->site->taken = stream->site->on_disk;
		}
	}
	*out = stream;
	return STATUS_OK;
}

static enum status
take_hello(struct desk *desk, struct message *message, struct reason *why)
{
	const Juyan__V1__Hello *hello = message->frame.hello;
	struct guest *guest = guests_find(desk->guests, message->door, &message->peer);
	struct reason reason = { "" };
	if (hello->version != PROTOCOL_VERSION) {
		reason_say(&reason, STATUS_VERSION, "version %" PRIu32 " is not spoken here; %d is", hello->version,
		    PROTOCOL_VERSION);
		desk_refuse(desk, message, guest, STATUS_VERSION, reason.text);
		return STATUS_OK;
	}
	const struct terminal_rule *rule = desk_terminal(desk, message);
	if (rule == NULL) {
		desk_refuse(desk, message, guest, STATUS_REVOKED, "");
		return STATUS_OK;
	}
	struct stream *stream;
	enum status s = find_stream(desk, rule, &stream, why);
	if (s == STATUS_OK)
		s = compare_end(desk, stream, hello->journal_lsn, hello->journal_chain, why);
	if (s != STATUS_OK)
		return s;
	enum guests_gone gone = GUESTS_NOBODY;
	guest = stream == NULL ? NULL : guests_admit(desk->guests, message->door, &message->peer, stream, &gone);
	count(desk->kit->counters, COUNTER_sessions_forgotten, gone == GUESTS_SILENT);
	count(desk->kit->counters, COUNTER_sessions_crowded, gone == GUESTS_OWN);
	if (guest == NULL) {
		desk_refuse(desk, message, NULL, STATUS_BUSY, "as many sessions are open as there may be; try again later");
		return STATUS_OK;
	}
	session_hello(&guest->session, stream, ++desk->hellos);
	struct reply *reply = reply_to(desk, message, REPLY_WELCOME);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = stream;
	guest->owed = 1; /* replies under an earlier Hello do not count any more */
	return STATUS_OK;
}

static void
take_ping(struct desk *desk, struct message *message)
{
	struct guest *guest = guests_find(desk->guests, message->door, &message->peer);
	if (guest == NULL) {
		desk_refuse(desk, message, NULL, STATUS_NO_HELLO, "");
		return;
	}
	struct reply *reply = reply_to(desk, message, REPLY_PONG);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = guest->session.stream;
	reply->nonce = message->frame.nonce;
	guest->owed++;
}

/* What is decided above is for those below: for sites. */
static void
take_decrees_ask(struct desk *desk, struct message *message)
{
	const Juyan__V1__DecreesAsk *ask = message->frame.decrees;
	struct guest *guest = guests_find(desk->guests, message->door, &message->peer);
	if (guest == NULL || guest->session.stream->site == NULL) {
		desk_refuse(desk, message, guest, guest == NULL ? STATUS_NO_HELLO : STATUS_NOT_AUTHORISED,
		    guest == NULL ? "" : "decrees are told to sites, and this key is not a site's");
		return;
	}
	struct reply *reply = reply_to(desk, message, REPLY_DECREES);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = guest->session.stream;
	reply->nonce = ask->after;
	reply->sentence = group_text(desk->filling, STATUS_NOT_FOUND, ask->authority);
	guest->owed++;
}

/* Where a batch finds its room: entries in the group, answers there too or in its parcel. */
static struct admission
admission_of(const struct group *group, const struct parcel *parcel)
{
	struct admission admission = group->admission;
	if (parcel == NULL)
		return admission;
	admission.answers = parcel->answers;
	admission.n_answers = parcel->n_answers;
	admission.answers_max = BATCH_EVENTS_MAX;
	return admission;
}

static enum status
admit_once(struct desk *desk, struct receipt *receipt, const struct batch *batch, struct parcel *parcel, struct reason *why)
{
	const struct court court = desk_court(desk);
	struct group *group = desk->filling;
	struct admission admission = admission_of(group, parcel);
	if (parcel != NULL)
		admission.texts = &parcel->texts;
	enum status s = session_admit(receipt, batch, &admission, &court, why);
	*(parcel == NULL ? &group->admission.n_answers : &parcel->n_answers) = admission.n_answers;
	group->admission.n_entries = admission.n_entries;
	group->admission.n_wrong = admission.n_wrong;
	return s;
}

enum status
desk_admit(struct desk *desk, struct receipt *receipt, const struct frame *frame, struct parcel *parcel, struct reason *why)
{
	for (;;) {
		uint32_t done = receipt->done;
		enum status s = admit_once(desk, receipt, &frame->batch, parcel, why);
		/* The next message takes the arena in which its events lie; and an alarm is written when nothing is under way. */
		if (s == STATUS_OK && (frame->unpacked || receipt->stopped)) {
			s = desk_settle(desk, why);
			return s != STATUS_OK || !receipt->stopped
			    ? s
			    : raise_alarm(desk, receipt->stream, receipt->refused_from, receipt->refused, receipt->sentence, why);
		}
		if (s != STATUS_BUSY)
			return s;
		bool idle = desk->under_way == NULL && desk->filling->admission.n_entries == 0;
		assert(!idle || receipt->done > done); /* an idle desk has nothing to wait for */
		s = desk_settle(desk, why);
		if (s != STATUS_OK)
			return s;
	}
}

static enum status
take_batch(struct desk *desk, struct message *message, struct reason *why)
{
	const struct batch *batch = &message->frame.batch;
	struct guest *guest = guests_find(desk->guests, message->door, &message->peer);
	struct session stranger = { 0 };
	struct receipt receipt;
	struct reason reason = { "" };
	enum status s = session_begin(guest == NULL ? &stranger : &guest->session, batch, &receipt, &reason);
	if (s != STATUS_OK) {
		enum status alarmed = alarm_unread(desk, guest, s, reason.text, why);
		desk_refuse(desk, message, guests_find(desk->guests, message->door, &message->peer), s, reason.text);
		return alarmed;
	}
	guest->owed++;
	if (desk_at_once(desk, message) == 0) {
		desk_begin_parcel(desk, message, guest, &receipt);
		return STATUS_OK;
	}
	desk_note_share(desk, receipt.stream, batch->n, message->bytes->bytes.bytes);
	struct reply *reply = reply_to(desk, message, REPLY_ACK);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = guest->session.stream;
	reply->receipt = receipt;
	group_speak(desk->filling, receipt.stream);
	desk->filling->n_events += batch->n;
	return desk_admit(desk, &reply->receipt, &message->frame, NULL, why);
}

enum status
desk_take_message(struct desk *desk, struct message *message, struct reason *why)
{
	desk->filling->admission.received_at_ms = clock_utc_ms(&desk->kit->clock);
	switch (message->frame.says) {
	case FRAME_HELLO:
		return take_hello(desk, message, why);
	case FRAME_PING:
		take_ping(desk, message);
		return STATUS_OK;
	case FRAME_DECREES:
		take_decrees_ask(desk, message);
		return STATUS_OK;
	case FRAME_BATCH:
	default:
		return take_batch(desk, message, why);
	}
}

/* ---- frames ---- */

/* Reads one frame from the sockets in turn. TIMEOUT: nothing waits. */
static enum status
next_frame(struct desk *desk, struct bus_frame *frame)
{
	enum status s = STATUS_TIMEOUT;
	for (size_t i = 0; i < DOOR_SOCKETS && s == STATUS_TIMEOUT; i++) {
		desk->hand.door = desk->next_door;
		s = bus_take(desk->door.sockets[desk->next_door], &desk->hand.peer, frame);
		if (s == STATUS_TIMEOUT)
			desk->next_door = (desk->next_door + 1) % DOOR_SOCKETS;
	}
	return s;
}

/* Takes the next frame that is a message and leaves it pending; others are answered at once. TIMEOUT: nothing waits. */
static enum status
next_message(struct desk *desk, struct bus_frame *bytes, size_t *work, struct reason *why)
{
	struct message *hand = &desk->hand;
	struct reason reason = { "" };
	enum status s = next_frame(desk, bytes);
	if (s == STATUS_TOO_LARGE)
		reason_say(&reason, s, "a message is one frame of at most %d bytes", FRAME_BYTES_MAX);
	*work += MESSAGE_WORK;
	if (s == STATUS_OK) {
		*work += bytes->bytes.bytes / BYTES_OF_WORK;
		arena_reset(&hand->scratch);
		s = frame_read(bytes->bytes, &hand->room, &hand->scratch, &hand->frame, &reason);
		if (s == STATUS_OK) {
			hand->bytes = bytes;
			desk->pending = true;
			return STATUS_OK;
		}
		bus_frame_close(bytes);
	} else if (s == STATUS_NOT_AUTHORISED) {
		count(desk->kit->counters, COUNTER_keys_refused, 1); /* nobody knows whose it was: it is gone */
		return STATUS_OK;
	} else if (s != STATUS_TOO_LARGE) {
		return s;
	}
	count(desk->kit->counters, COUNTER_frames_undecodable, 1);
	enum status alarmed = alarm_unread(desk, guests_find(desk->guests, hand->door, &hand->peer), s, reason.text, why);
	desk_refuse(desk, hand, guests_find(desk->guests, hand->door, &hand->peer), s, reason.text);
	return alarmed;
}

static enum status
take_next(struct desk *desk, size_t *work, struct reason *why)
{
	struct bus_frame *bytes = desk_frame(desk);
	assert(bytes != NULL); /* there are as many as there are places for them */
	enum status s = next_message(desk, bytes, work, why);
	if (!desk->pending)
		desk_frame_free(desk, bytes);
	return s;
}

/* Whether there is room; says it in the log when that has changed. */
static void
look_for_room(struct desk *desk)
{
	struct admission *admission = &desk->filling->admission;
	struct reason reason = { "" };
	admission->room = env_room(desk->kit->env, &reason);
	bool no_room = admission->room != STATUS_OK;
	if (no_room)
		admission->room_sentence = group_text(desk->filling, admission->room, reason.text);
	if (no_room == desk->no_room)
		return;
	desk->no_room = no_room;
	char quoted[LOG_QUOTED_BYTES];
	if (no_room)
		log_say(desk->kit->log, LOG_ERROR, "ingest", "no_room", "sentence=%s", log_quoted(reason.text, quoted));
	else
		log_say(desk->kit->log, LOG_INFO, "ingest", "room_again", "%s", "");
}

void
desk_prepare(struct desk *desk)
{
	if (desk->filling->room_known)
		return;
	desk->filling->room_known = true;
	look_for_room(desk);
	desk->filling->shared = desk->crowded > 0;
}

/* The pending message goes into the filling group, or into the line. TIMEOUT: there is no room for it. */
static enum status
take_pending(struct desk *desk, size_t *work, struct reason *why)
{
	desk_prepare(desk);
	if (desk_makes_wait(desk, &desk->hand)) {
		desk->pending = false;
		return STATUS_OK;
	}
	uint32_t events = desk_at_once(desk, &desk->hand);
	if (!group_fits(desk->filling, events))
		return STATUS_TIMEOUT;
	desk->pending = false;
	*work += events;
	return desk_take_message(desk, &desk->hand, why);
}

static enum status
take_at_door(struct desk *desk, bool *took, struct reason *why)
{
	size_t work = 0;
	enum status s = STATUS_OK;
	while (s == STATUS_OK && work < TURN_WORK && !desk->settled && group_fits(desk->filling, 0)) {
		if (!desk->pending && !line_open(&desk->line))
			break;
		s = desk->pending ? take_pending(desk, &work, why) : take_next(desk, &work, why);
		*took = *took || s == STATUS_OK;
	}
	return s == STATUS_TIMEOUT ? STATUS_OK : s;
}

enum status
desk_take_in(struct desk *desk, bool *took, struct reason *why)
{
	bool door_first = desk->door_first;
	*took = false;
	desk->settled = false;
	desk->door_first = false;
	enum status s = door_first ? take_at_door(desk, took, why) : desk_take_late(desk, took, why);
	if (s != STATUS_OK || desk->settled)
		return s;
	return door_first ? desk_take_late(desk, took, why) : take_at_door(desk, took, why);
}

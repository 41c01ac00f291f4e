/* Messages in: who speaks, what is owed to it, and into the group with it. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "desk.h"
#include "judge.h"

/*
 * How much is taken in one turn, in units of about a microsecond: an event is one, a message as many as it takes to answer it, and
 * bytes have to be looked at also where nothing comes of them. Without such a bound a peer whose frames bring no events could have
 * the service to itself.
 */
enum { TURN_WORK = 1000, MESSAGE_WORK = 8, BYTES_OF_WORK = 256 };

/* ---- what the session's rules ask ---- */

static enum status
court_stored(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out)
{
	struct desk *desk = user;
	if (desk->under_way != NULL)
		return STATUS_BUSY; /* the ledger is the committer's */
	arena_reset(&desk->stored);
	return ledger_stored(desk->ledger, terminal_no, stream_seq, &desk->stored, out);
}

static enum status
court_judge(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	struct desk *desk = user;
	struct arena *decoded = &desk->filling->decoded;
	if (decoded->size - decoded->used < EVENT_DECODE_BYTES)
		return STATUS_BUSY;
	size_t used = decoded->used;
	enum status s = wire_event(bytes, decoded, out, why);
	if (s != STATUS_OK) {
		decoded->used = used;
		return s;
	}
	return judge_event(desk->registry, terminal_no, *out, why);
}

/* ---- refusing ---- */

/* The session is closed; the terminal is told why, in its turn. */
static void
refuse(struct desk *desk, struct guest *guest, enum status status, const char *sentence)
{
	struct reply *reply = group_reply(desk->filling, REPLY_REFUSAL, desk->peer_door, &desk->peer);
	reply->status = status;
	reply->sentence = group_text(desk->filling, status, sentence);
	if (guest != NULL) {
		reply->stream = guest->session.stream;
		guests_forget(desk->guests, guest);
	}
}

/* ---- the three messages ---- */

/*
 * The terminal of this connection, by the key that it has proved; inside one process by the key that it says. NULL: none that may
 * come in.
 */
static const struct terminal_rule *
find_terminal(const struct desk *desk, const Juyan__V1__Hello *hello)
{
	const uint8_t *key = desk->peer.key;
	if (desk->peer.local) {
		if (hello->public_key.len != PUBLIC_KEY_BYTES)
			return NULL;
		key = hello->public_key.data;
	}
	const struct terminal_rule *rule = registry_terminal_by_key(desk->registry, key);
	return rule == NULL || rule->revoked ? NULL : rule;
}

/* The stream of a terminal; the first time its place on disk is looked up. NULL in *out: there are too many. */
static enum status
find_stream(struct desk *desk, uint32_t terminal_no, struct stream **out, struct reason *why)
{
	bool fresh;
	struct stream *stream = guests_stream(desk->guests, terminal_no, &fresh);
	if (fresh) {
		/* Nothing of this terminal is in the filling group: that needs no commit. */
		enum status s = desk_wait(desk, why);
		if (s != STATUS_OK)
			return s;
		stream->on_disk = ledger_stream_tail(desk->ledger, terminal_no);
		stream->taken = stream->on_disk;
	}
	*out = stream;
	return STATUS_OK;
}

static enum status
take_hello(struct desk *desk, struct reason *why)
{
	const Juyan__V1__Hello *hello = desk->frame.hello;
	struct guest *guest = guests_find(desk->guests, desk->peer_door, &desk->peer);
	struct reason reason = { "" };
	if (hello->version != PROTOCOL_VERSION) {
		reason_say(&reason, STATUS_VERSION, "version %" PRIu32 " is not spoken here; %d is", hello->version,
		    PROTOCOL_VERSION);
		refuse(desk, guest, STATUS_VERSION, reason.text);
		return STATUS_OK;
	}
	const struct terminal_rule *rule = find_terminal(desk, hello);
	if (rule == NULL) {
		refuse(desk, guest, STATUS_REVOKED, "");
		return STATUS_OK;
	}
	uint32_t terminal_no = rule->terminal_no;
	struct stream *stream;
	enum status s = find_stream(desk, terminal_no, &stream, why);
	if (s != STATUS_OK)
		return s;
	enum guests_gone gone = GUESTS_NOBODY;
	guest = stream == NULL ? NULL : guests_admit(desk->guests, desk->peer_door, &desk->peer, stream, &gone);
	count(desk->kit->counters, COUNTER_sessions_forgotten, gone == GUESTS_SILENT);
	count(desk->kit->counters, COUNTER_sessions_crowded, gone == GUESTS_OWN);
	if (guest == NULL) {
		refuse(desk, NULL, STATUS_BUSY, "as many sessions are open as there may be; try again later");
		return STATUS_OK;
	}
	session_hello(&guest->session, stream, ++desk->hellos);
	struct reply *reply = group_reply(desk->filling, REPLY_WELCOME, desk->peer_door, &desk->peer);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = stream;
	guest->owed = 1; /* replies under an earlier Hello do not count any more */
	return STATUS_OK;
}

static void
take_ping(struct desk *desk)
{
	struct guest *guest = guests_find(desk->guests, desk->peer_door, &desk->peer);
	if (guest == NULL) {
		refuse(desk, NULL, STATUS_NO_HELLO, "");
		return;
	}
	struct reply *reply = group_reply(desk->filling, REPLY_PONG, desk->peer_door, &desk->peer);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = guest->session.stream;
	reply->nonce = desk->frame.nonce;
	guest->owed++;
}

static enum status
take_batch(struct desk *desk, struct reason *why)
{
	const struct batch *batch = &desk->frame.batch;
	struct guest *guest = guests_find(desk->guests, desk->peer_door, &desk->peer);
	struct session stranger = { 0 };
	struct receipt receipt;
	struct reason reason = { "" };
	enum status s = session_begin(guest == NULL ? &stranger : &guest->session, batch, &receipt, &reason);
	if (s != STATUS_OK) {
		refuse(desk, guest, s, reason.text);
		return STATUS_OK;
	}
	struct reply *reply = group_reply(desk->filling, REPLY_ACK, desk->peer_door, &desk->peer);
	reply->guest = guest;
	reply->hello = guest->session.hello;
	reply->stream = guest->session.stream;
	reply->receipt = receipt;
	group_speak(desk->filling, guest);
	guest->owed++;
	desk->filling->n_events += batch->n;

	const struct court court = { court_stored, court_judge, desk };
	for (;;) {
		uint32_t done = reply->receipt.done;
		s = session_admit(&reply->receipt, batch, &desk->filling->admission, &court, why);
		if (s == STATUS_OK && desk->frame.unpacked) /* the next message takes the arena in which its events lie */
			return desk_settle(desk, why);
		if (s != STATUS_BUSY)
			return s;
		bool idle = desk->under_way == NULL && desk->filling->admission.n_entries == 0;
		assert(!idle || reply->receipt.done > done); /* an idle desk has nothing to wait for */
		s = desk_settle(desk, why);
		if (s != STATUS_OK)
			return s;
	}
}

static enum status
take_message(struct desk *desk, struct reason *why)
{
	desk->filling->admission.received_at_ms = clock_utc_ms(&desk->kit->clock);
	switch (desk->frame.says) {
	case FRAME_HELLO:
		return take_hello(desk, why);
	case FRAME_PING:
		take_ping(desk);
		return STATUS_OK;
	case FRAME_BATCH:
	default:
		return take_batch(desk, why);
	}
}

/* ---- frames ---- */

/* Reads one frame from the sockets in turn. TIMEOUT: nothing waits. */
static enum status
next_frame(struct desk *desk, struct bus_frame *frame)
{
	enum status s = STATUS_TIMEOUT;
	for (size_t i = 0; i < DOOR_SOCKETS && s == STATUS_TIMEOUT; i++) {
		desk->peer_door = desk->next_door;
		s = bus_take(desk->door.sockets[desk->next_door], &desk->peer, frame);
		if (s == STATUS_TIMEOUT)
			desk->next_door = (desk->next_door + 1) % DOOR_SOCKETS;
	}
	return s;
}

/* Takes the next frame that is a message and leaves it pending; others are answered at once. TIMEOUT: nothing waits. */
static enum status
next_message(struct desk *desk, size_t *work)
{
	struct bus_frame *frame = &desk->frames[(desk->frames_head + desk->n_frames) % DESK_FRAMES];
	struct reason reason = { "" };
	enum status s = next_frame(desk, frame);
	if (s == STATUS_TOO_LARGE)
		reason_say(&reason, s, "a message is one frame of at most %d bytes", FRAME_BYTES_MAX);
	*work += MESSAGE_WORK;
	if (s == STATUS_OK) {
		*work += frame->bytes.bytes / BYTES_OF_WORK;
		arena_reset(&desk->scratch);
		s = frame_read(frame->bytes, desk->events, &desk->scratch, &desk->frame, &reason);
		if (s == STATUS_OK) {
			desk->n_frames++;
			desk->pending = true;
			return STATUS_OK;
		}
		bus_frame_close(frame);
	} else if (s == STATUS_NOT_AUTHORISED) {
		count(desk->kit->counters, COUNTER_keys_refused, 1); /* nobody knows whose it was: it is gone */
		return STATUS_OK;
	} else if (s != STATUS_TOO_LARGE) {
		return s;
	}
	count(desk->kit->counters, COUNTER_frames_undecodable, 1);
	refuse(desk, guests_find(desk->guests, desk->peer_door, &desk->peer), s, reason.text);
	return STATUS_OK;
}

/* Whether there is room; says it in the log when that has changed. */
static void
look_for_room(struct desk *desk)
{
	struct admission *admission = &desk->filling->admission;
	struct reason reason = { "" };
	desk->filling->room_known = true;
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

/* The pending message goes into the filling group. */
static enum status
take_pending(struct desk *desk, size_t *work, struct reason *why)
{
	const struct bus_frame *frame = &desk->frames[(desk->frames_head + desk->n_frames - 1) % DESK_FRAMES];
	if (!desk->filling->room_known) {
		look_for_room(desk);
		desk->filling->shared = desk->crowded > 0;
	}
	desk->pending = false;
	desk->filling->n_frames++;
	desk->filling->frames_bytes += frame->bytes.bytes;
	*work += desk->frame.says == FRAME_BATCH ? desk->frame.batch.n : 0;
	return take_message(desk, why);
}

enum status
desk_take_in(struct desk *desk, bool *took, struct reason *why)
{
	size_t work = 0;
	enum status s = STATUS_OK;
	*took = false;
	desk->settled = false;
	while (s == STATUS_OK && work < TURN_WORK && !desk->settled) {
		bool batch = desk->pending && desk->frame.says == FRAME_BATCH;
		if (!group_fits(desk->filling, batch ? desk->frame.batch.n : 0))
			return STATUS_OK;
		s = desk->pending ? take_pending(desk, &work, why) : next_message(desk, &work);
		if (s == STATUS_TIMEOUT)
			return STATUS_OK;
		*took = true;
	}
	return s;
}

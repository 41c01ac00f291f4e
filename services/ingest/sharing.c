/*
 * Who has how much of a group where several terminals send. Each has its share: what is beyond it waits in the line for the next
 * group, and a batch that is larger goes in parts. So one who sends much has a part of each commit, and the others need not wait
 * for all of it. What a terminal has sent is taken in the order in which it came.
 */
#include <assert.h>

#include "desk.h"

/* ---- shares ---- */

/* What a batch takes of a share, in events. */
static size_t
cost(size_t events, size_t bytes)
{
	size_t by_bytes = bytes / SHARE_EVENT_BYTES;
	return events > by_bytes ? events : by_bytes;
}

static size_t
used_share(const struct desk *desk, const struct stream *stream)
{
	return stream->group == desk->filling->serial ? stream->share : 0;
}

void
desk_note_share(struct desk *desk, struct stream *stream, uint32_t events, size_t bytes)
{
	size_t used = used_share(desk, stream) + cost(events, bytes);
	stream->group = desk->filling->serial;
	stream->share = used > SHARE_EVENTS ? SHARE_EVENTS : (uint32_t)used;
}

static bool
goes_in_parts(const struct desk *desk, uint32_t events, size_t bytes)
{
	return desk->filling->shared && events > 1 && cost(events, bytes) > SHARE_EVENTS;
}

uint32_t
desk_at_once(const struct desk *desk, const struct message *message)
{
	uint32_t events = message->frame.says == FRAME_BATCH ? message->frame.batch.n : 0;
	return events > 0 && goes_in_parts(desk, events, message->bytes->bytes.bytes) ? 0 : events;
}

/* Whether a batch of this stream (0 events: something else) has to wait for another group; its terminal has no parcel. */
static bool
is_beyond_share(const struct desk *desk, const struct stream *stream, uint32_t events, size_t bytes)
{
	if (events == 0 || stream == NULL || !desk->filling->shared)
		return false;
	if (goes_in_parts(desk, events, bytes))
		return !parcels_room(&desk->parcels);
	size_t used = used_share(desk, stream);
	return used > 0 && used + cost(events, bytes) > SHARE_EVENTS;
}

/* ---- the line ---- */

static struct stream *
stream_of(struct desk *desk, size_t door, const struct bus_peer *peer)
{
	const struct guest *guest = guests_find(desk->guests, door, peer);
	return guest == NULL ? NULL : guest->session.stream;
}

/* Whose message it is; 0: a stranger's. */
static uint32_t
terminal_of(struct desk *desk, const struct message *message, const struct stream *stream)
{
	if (message->frame.says != FRAME_HELLO)
		return stream == NULL ? 0 : stream->terminal_no;
	const struct terminal_rule *rule = desk_terminal(desk, message);
	return rule == NULL ? 0 : rule->terminal_no;
}

bool
desk_makes_wait(struct desk *desk, struct message *message)
{
	const struct stream *stream = stream_of(desk, message->door, &message->peer);
	uint32_t events = message->frame.says == FRAME_BATCH ? message->frame.batch.n : 0;
	uint32_t terminal_no = terminal_of(desk, message, stream);
	size_t before = line_of(&desk->line, terminal_no);
	if (terminal_no == 0 ||
	    (before == 0 && !parcels_has(&desk->parcels, terminal_no) &&
		!is_beyond_share(desk, stream, events, message->bytes->bytes.bytes)))
		return false;
	if (before == LINE_OF_ONE) {
		desk_refuse(desk, message, guests_find(desk->guests, message->door, &message->peer), STATUS_WINDOW,
		    "more messages are under way than a window of batches and what may come with it");
		return true;
	}
	const struct waiting waiting = { .terminal_no = terminal_no,
		.door = message->door,
		.peer = message->peer,
		.frame = message->bytes,
		.events = events };
	line_put(&desk->line, &waiting);
	message->bytes = NULL;
	return true;
}

static bool
may_go_on(struct desk *desk, size_t at)
{
	const struct waiting *waiting = &desk->line.places[at];
	size_t bytes = waiting->frame->bytes.bytes;
	if (line_has_before(&desk->line, at) || parcels_has(&desk->parcels, waiting->terminal_no))
		return false;
	bool in_parts = goes_in_parts(desk, waiting->events, bytes);
	return group_fits(desk->filling, in_parts ? 0 : waiting->events) &&
	    !is_beyond_share(desk, stream_of(desk, waiting->door, &waiting->peer), waiting->events, bytes);
}

/* Reads a frame again: it was read before, and so there is nothing wrong with it. */
static void
read_again(struct desk *desk, struct span bytes)
{
	struct reason why;
	struct message *late = &desk->late;
	arena_reset(&late->scratch);
	enum status s = frame_read(bytes, &late->room, &late->scratch, &late->frame, &why);
	assert(s == STATUS_OK);
}

static enum status
take_from_line(struct desk *desk, size_t at, struct reason *why)
{
	struct waiting waiting;
	line_take(&desk->line, at, &waiting);
	desk->late.door = waiting.door;
	desk->late.peer = waiting.peer;
	desk->late.bytes = waiting.frame;
	read_again(desk, waiting.frame->bytes);
	return desk_take_message(desk, &desk->late, why);
}

/* ---- parcels ---- */

void
desk_begin_parcel(struct desk *desk, struct message *message, struct guest *guest, const struct receipt *receipt)
{
	struct parcel *parcel = parcels_place(&desk->parcels);
	assert(parcel != NULL && !parcels_has(&desk->parcels, receipt->stream->terminal_no));
	parcel->here = true;
	parcel->door = message->door;
	parcel->peer = message->peer;
	parcel->guest = guest;
	parcel->hello = guest->session.hello;
	parcel->receipt = *receipt;
	parcel->frame = message->bytes;
	message->bytes = NULL;
}

/* Whether a part may end before this event: a site's block stays whole. */
static bool
may_end(const struct batch *batch, uint32_t at)
{
	return batch->heads == NULL || batch->heads[at].block != batch->heads[at - 1].block;
}

/* How many of the rest the next part holds: a share of them, or one that is larger. *bytes: of all of them. */
static uint32_t
part_of(const struct desk *desk, const struct receipt *receipt, const struct batch *batch, size_t *bytes)
{
	size_t most = desk->filling->shared ? SHARE_EVENTS : batch->n;
	uint32_t n = 0;
	if (most > desk->filling->admission.entries_max)
		most = desk->filling->admission.entries_max;
	for (*bytes = 0; receipt->done + n < batch->n && (n < most || !may_end(batch, receipt->done + n)); n++) {
		uint32_t at = receipt->done + n;
		size_t more = batch->events[at].bytes;
		if (n > 0 && cost(n + 1, *bytes + more) > most && may_end(batch, at))
			break;
		*bytes += more;
	}
	return n;
}

static enum status
take_part(struct desk *desk, struct parcel *parcel, struct reason *why)
{
	size_t bytes;
	struct receipt *receipt = &parcel->receipt;
	desk->filling->admission.received_at_ms = clock_utc_ms(&desk->kit->clock);
	read_again(desk, parcel->frame->bytes);
	const struct frame *frame = &desk->late.frame;
	uint32_t n = part_of(desk, receipt, &frame->batch, &bytes);
	struct reply *reply = group_reply(desk->filling, REPLY_PART, parcel->door, &parcel->peer);
	reply->guest = parcel->guest;
	reply->hello = parcel->hello;
	reply->stream = receipt->stream;
	reply->parcel = parcel;
	parcel->under_way = true;
	receipt->until = receipt->done + n;
	group_speak(desk->filling, receipt->stream);
	desk_note_share(desk, receipt->stream, n, bytes);
	enum status s = desk_admit(desk, receipt, frame, parcel, why);
	if (s == STATUS_OK && receipt->done == receipt->n) {
		reply->kind = REPLY_ACK;
		reply->frame = parcel->frame;
		parcel->frame = NULL;
	}
	return s;
}

/* Of one parcel: the others have theirs in the next turns. */
static enum status
take_one_part(struct desk *desk, bool *took, struct reason *why)
{
	struct parcel *parcel = parcels_turn(&desk->parcels);
	if (parcel == NULL)
		return STATUS_OK;
	if (parcel->guest->session.hello != parcel->hello) {
		/* Its session is closed: nobody waits for the answer, and what is not taken is sent again. */
		desk_frame_done(desk, &parcel->frame);
		parcel_end(parcel);
		*took = true;
		return STATUS_OK;
	}
	desk_prepare(desk);
	size_t rest = parcel->receipt.n - parcel->receipt.done;
	size_t most = desk->filling->shared && rest > SHARE_EVENTS ? SHARE_EVENTS : rest;
	if (!group_fits(desk->filling, (uint32_t)most) || (desk->filling->shared && used_share(desk, parcel->receipt.stream) > 0))
		return STATUS_OK;
	*took = true;
	return take_part(desk, parcel, why);
}

enum status
desk_take_late(struct desk *desk, bool *took, struct reason *why)
{
	enum status s = take_one_part(desk, took, why);
	for (size_t at = 0; s == STATUS_OK && !desk->settled && at < desk->line.n;) {
		desk_prepare(desk);
		if (!may_go_on(desk, at)) {
			at++;
			continue;
		}
		*took = true;
		s = take_from_line(desk, at, why);
	}
	desk->door_first = desk->settled;
	return s;
}

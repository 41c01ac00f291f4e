/*
 * Replies out: each decision counted, said once in the log (as far as the log's budget goes: a terminal that errs all day must
 * not fill the disk), and given to the terminal without waiting for it.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "desk.h"
#include "reply.h"

/* What a receipt came to. */
struct sums {
	uint64_t accepted;
	uint64_t duplicate;
	uint64_t conflict;
	uint64_t quarantined;
	uint64_t not_authorised;
	uint64_t not_taken;
};

static struct sums
sum_up(const struct receipt *receipt, const struct answer *answers)
{
	struct sums sums = { 0 };
	if (receipt->refused != STATUS_OK)
		sums.not_taken = receipt->first + (receipt->n - 1) - receipt->refused_from + 1;
	for (size_t i = receipt->answers_from; i < receipt->answers_to; i++) {
		sums.duplicate += answers[i].disposition == JUYAN__V1__DISPOSITION__DUPLICATE;
		sums.conflict += answers[i].disposition == JUYAN__V1__DISPOSITION__CONFLICT;
		sums.quarantined += answers[i].disposition == JUYAN__V1__DISPOSITION__QUARANTINED;
		bool refused = answers[i].disposition == JUYAN__V1__DISPOSITION__REFUSED;
		sums.not_authorised += refused && answers[i].status == STATUS_NOT_AUTHORISED;
		sums.not_taken += refused && answers[i].status != STATUS_NOT_AUTHORISED;
	}
	sums.accepted = receipt->n - sums.not_taken - (receipt->answers_to - receipt->answers_from);
	for (size_t i = receipt->answers_from; i < receipt->answers_to; i++)
		sums.accepted +=
		    answers[i].disposition == JUYAN__V1__DISPOSITION__REFUSED && answers[i].status != STATUS_NOT_AUTHORISED;
	return sums;
}

static void
record_ack(struct desk *desk, const struct receipt *receipt, const struct answer *answers)
{
	struct counters *counters = desk->kit->counters;
	struct sums sums = sum_up(receipt, answers);
	count(counters, COUNTER_events_accepted, sums.accepted);
	if (sums.accepted == receipt->n)
		return;
	count(counters, COUNTER_events_duplicate, sums.duplicate);
	count(counters, COUNTER_events_conflicting, sums.conflict);
	count(counters, COUNTER_events_quarantined, sums.quarantined);
	count(counters, COUNTER_events_not_authorised, sums.not_authorised);
	if (receipt->refused != STATUS_OK)
		count(counters, receipt->refused == STATUS_GAP ? COUNTER_batches_gap : COUNTER_batches_no_room, 1);
	uint64_t withheld;
	if (!log_affords(&desk->answers_budget, &withheld))
		return;
	const char *sentence = "";
	if (receipt->refused != STATUS_OK)
		sentence = receipt->sentence;
	else if (receipt->answers_from < receipt->answers_to)
		sentence = answers[receipt->answers_from].sentence;
	char quoted[LOG_QUOTED_BYTES];
	log_say(desk->kit->log, LOG_INFO, "ingest", "batch_answered",
	    "terminal=%" PRIu32 " first=%" PRIu64 " events=%" PRIu32 " accepted=%" PRIu64 " duplicate=%" PRIu64 " conflict=%" PRIu64
	    " quarantined=%" PRIu64 " not_authorised=%" PRIu64 " not_taken=%" PRIu64 " sentence=%s withheld=%" PRIu64,
	    receipt->stream->terminal_no, receipt->first, receipt->n, sums.accepted, sums.duplicate, sums.conflict,
	    sums.quarantined, sums.not_authorised, sums.not_taken, log_quoted(sentence, quoted), withheld);
}

static void
record_refusal(struct desk *desk, const struct reply *reply)
{
	char quoted[LOG_QUOTED_BYTES];
	char key[KEY_TEXT_BYTES] = "local";
	count(desk->kit->counters, COUNTER_sessions_refused, 1);
	if (reply->status == STATUS_WINDOW)
		count(desk->kit->counters, COUNTER_batches_window, 1);
	if (reply->status == STATUS_BUSY)
		count(desk->kit->counters, COUNTER_sessions_full, 1);
	uint64_t withheld;
	if (!log_affords(&desk->refusals_budget, &withheld))
		return;
	if (!reply->peer.local)
		key_format(reply->peer.key, key);
	/* A terminal that says NO_HELLO to itself after our restart says Hello next: no news. */
	log_say(desk->kit->log, reply->status == STATUS_NO_HELLO ? LOG_DEBUG : LOG_WARNING, "ingest", "session_refused",
	    "terminal=%" PRIu32 " key=%s reason=%s sentence=%s withheld=%" PRIu64,
	    reply->stream == NULL ? 0 : reply->stream->terminal_no, key, status_name(reply->status),
	    log_quoted(reply->sentence, quoted), withheld);
}

static enum status
pack_welcome(struct desk *desk, const struct reply *reply, struct span *out)
{
	const struct terminal_rule *rule = registry_terminal(desk->registry, reply->stream->terminal_no);
	const char *name = rule == NULL ? "" : rule->name;
	char quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	count(desk->kit->counters, COUNTER_sessions_opened, 1);
	if (log_affords(&desk->openings_budget, &withheld))
		log_say(desk->kit->log, LOG_INFO, "ingest", "session_opened",
		    "terminal=%" PRIu32 " name=%s last_stream_seq=%" PRIu64 " withheld=%" PRIu64, reply->stream->terminal_no,
		    log_quoted(name, quoted), reply->stream->on_disk, withheld);
	const struct site *site = reply->stream->site;
	return reply_welcome(reply->stream->on_disk, reply->stream->terminal_no, name,
	    site != NULL && site->on_disk.lsn > 0 ? site->on_disk.chain : NULL, clock_utc_ms(&desk->kit->clock), &desk->outgoing,
	    out);
}

/* A site's stream has stopped: what of the batch was taken before is on disk, and the next Welcome says so. */
static enum status
pack_stop(struct desk *desk, const struct reply *reply, const struct receipt *receipt, struct span *out)
{
	struct reply refusal = *reply;
	refusal.status = receipt->refused;
	refusal.sentence = receipt->sentence;
	record_refusal(desk, &refusal);
	return reply_refusal(receipt->refused, receipt->sentence, receipt->tail + 1, &desk->outgoing, out);
}

static enum status
pack_decrees(struct desk *desk, const struct reply *reply, struct span *out)
{
	ProtobufCBinaryData *events;
	size_t n;
	enum status s = ledger_decrees(desk->ledger, reply->sentence, reply->nonce, &desk->outgoing, &events, &n);
	return s == STATUS_OK ? reply_decrees(reply->sentence, events, n, &desk->outgoing, out) : s;
}

static enum status
pack_reply(struct desk *desk, const struct group *group, struct reply *reply, struct span *out)
{
	switch (reply->kind) {
	case REPLY_WELCOME:
		return pack_welcome(desk, reply, out);
	case REPLY_ACK:
		if (reply_receipt(reply)->stopped)
			return pack_stop(desk, reply, reply_receipt(reply), out);
		record_ack(desk, reply_receipt(reply), group_answers(group, reply));
		return reply_ack(reply_receipt(reply), group_answers(group, reply), &desk->outgoing, out);
	case REPLY_DECREES:
		return pack_decrees(desk, reply, out);
	case REPLY_PONG:
		return reply_pong(reply->nonce, reply->stream->on_disk, clock_utc_ms(&desk->kit->clock), &desk->outgoing, out);
	case REPLY_REFUSAL:
	case REPLY_PART:
	default:
		record_refusal(desk, reply);
		return reply_refusal(reply->status, reply->sentence, reply->stream == NULL ? 0 : reply->stream->taken + 1,
		    &desk->outgoing, out);
	}
}

/* Who is away will ask again: an answer is never waited for. */
static void
give(struct desk *desk, size_t door, const struct bus_peer *peer, struct span frame)
{
	if (bus_give(desk->door.sockets[door], peer, frame) != STATUS_OK)
		count(desk->kit->counters, COUNTER_peers_away, 1);
}

enum status
desk_reply(struct desk *desk, struct group *group, struct reason *why)
{
	for (size_t i = 0; i < group->n_replies; i++) {
		struct reply *reply = &group->replies[i];
		struct span frame;
		if (reply->parcel != NULL)
			reply->parcel->under_way = false; /* its next part may come */
		if (reply->kind == REPLY_PART)
			continue;
		arena_reset(&desk->outgoing);
		enum status s = pack_reply(desk, group, reply, &frame);
		if (s != STATUS_OK)
			return reason_say(why, s, "an answer cannot be packed: %s", status_sentence(s));
		give(desk, reply->door, &reply->peer, frame);
		struct guest *guest = reply->guest;
		bool here = guest != NULL && guest->session.hello == reply->hello;
		assert(!here || guest->owed > 0);
		if (here)
			guest->owed--;
		if (here && reply->kind == REPLY_ACK)
			session_end(&guest->session, reply_receipt(reply));
		if (here && reply->kind == REPLY_ACK && reply_receipt(reply)->stopped)
			guests_forget(desk->guests, guest);
		if (reply->parcel != NULL)
			parcel_end(reply->parcel);
	}
	return STATUS_OK;
}

enum status
desk_show_out(struct desk *desk)
{
	struct guest *guest;
	for (size_t i = 0; (guest = guests_at(desk->guests, i)) != NULL; i++) {
		if (!guest->here)
			continue;
		uint32_t terminal_no = guest->session.stream->terminal_no;
		const struct terminal_rule *rule = registry_terminal(desk->registry, terminal_no);
		bool same_key =
		    rule != NULL && (guest->peer.local || memcmp(rule->public_key, guest->peer.key, PUBLIC_KEY_BYTES) == 0);
		if (same_key && !rule->revoked)
			continue;
		struct reply reply = {
			.kind = REPLY_REFUSAL,
			.peer = guest->peer,
			.stream = guest->session.stream,
			.status = STATUS_REVOKED,
			.sentence = status_sentence(STATUS_REVOKED),
		};
		struct span frame;
		arena_reset(&desk->outgoing);
		enum status s = pack_reply(desk, NULL, &reply, &frame);
		if (s != STATUS_OK)
			return s;
		give(desk, guest->door, &guest->peer, frame);
		guests_forget(desk->guests, guest);
	}
	return STATUS_OK;
}

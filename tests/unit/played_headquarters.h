/*
 * Headquarters played by hand, for tests of a site's end: a server socket within this process that holds what it has of a site's
 * journal (where each block ends, with its chain), takes what fits and refuses what does not, in the test's own thread. What it is
 * to do wrong, the test sets.
 */
#ifndef JUYAN_TESTS_PLAYED_HEADQUARTERS_H
#define JUYAN_TESTS_PLAYED_HEADQUARTERS_H

#include "block.h"
#include "key.h"
#include "played_centre.h"

enum { HELD_MAX = 20000 };

struct played_headquarters {
	struct played_centre centre;
	struct journal_end held[HELD_MAX]; /* held[0] is the beginning */
	size_t n;

	uint32_t events_max, bytes_max, window; /* of the Welcome; 0: as ever */
	bool deaf;                              /* it takes frames, and answers none */
	bool full;                              /* no_room */
	enum status refusal;                    /* OK, or what it answers a block with that holds or is behind … */
	uint64_t refuse_from;
	bool chainless; /* its Welcome has no chain: it takes the key for a terminal's */

	size_t hellos, batches, probes; /* what it has heard */
	uint64_t events;                /* that were new */
	uint64_t bytes_most, events_most;
};

static inline const struct journal_end *
played_tail(const struct played_headquarters *hq)
{
	return &hq->held[hq->n];
}

static inline void
played_give(struct played_headquarters *hq, const Juyan__V1__ToTerminal *to)
{
	struct span frame = { NULL, 0 };
	assert_int_equal(wire_pack(&to->base, FRAME_BYTES_MAX, &hq->centre.out, &frame), STATUS_OK);
	enum status status = bus_give(hq->centre.socket, &hq->centre.peer, frame);
	assert_true(status == STATUS_OK || status == STATUS_CLOSED); /* whoever asked may have gone */
	arena_reset(&hq->centre.out);
}

static inline void
played_welcomes_site(struct played_headquarters *hq)
{
	Juyan__V1__ToTerminal to = JUYAN__V1__TO_TERMINAL__INIT;
	Juyan__V1__Welcome welcome = JUYAN__V1__WELCOME__INIT;
	char name[] = "ceke";
	struct journal_end tail = *played_tail(hq);
	welcome.last_stream_seq = tail.lsn;
	welcome.terminal_no = 7;
	welcome.terminal_name = name;
	welcome.events_max = hq->events_max != 0 ? hq->events_max : BATCH_EVENTS_MAX;
	welcome.batch_bytes_max = hq->bytes_max != 0 ? hq->bytes_max : FRAME_BYTES_MAX;
	welcome.event_bytes_max = EVENT_BYTES_MAX;
	welcome.window_batches = hq->window != 0 ? hq->window : WINDOW_BATCHES;
	if (tail.lsn > 0 && !hq->chainless)
		welcome.site_chain = (ProtobufCBinaryData){ CHAIN_BYTES, tail.chain };
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_WELCOME;
	to.welcome = &welcome;
	played_give(hq, &to);
}

static inline void
played_refuses_site(struct played_headquarters *hq, enum status status)
{
	Juyan__V1__ToTerminal to = JUYAN__V1__TO_TERMINAL__INIT;
	Juyan__V1__Refusal refusal = JUYAN__V1__REFUSAL__INIT;
	char name[64], sentence[] = "as the test wants it";
	snprintf(name, sizeof name, "%s", status_name(status));
	refusal.code = (uint32_t)status;
	refusal.name = name;
	refusal.sentence = sentence;
	refusal.expected_stream_seq = played_tail(hq)->lsn + 1;
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_REFUSAL;
	to.refusal = &refusal;
	played_give(hq, &to);
}

/* All events of the batch have this disposition and reason. */
static inline void
played_acks_site(struct played_headquarters *hq, uint64_t first, uint32_t n, Juyan__V1__Disposition disposition, enum status code)
{
	static Juyan__V1__EventAnswer answers[BATCH_EVENTS_MAX], *list[BATCH_EVENTS_MAX];
	Juyan__V1__ToTerminal to = JUYAN__V1__TO_TERMINAL__INIT;
	Juyan__V1__BatchAck ack = JUYAN__V1__BATCH_ACK__INIT;
	ack.first_stream_seq = first;
	ack.events = n;
	ack.last_stream_seq = played_tail(hq)->lsn;
	ack.n_answers = disposition == JUYAN__V1__DISPOSITION__ACCEPTED ? 0 : n;
	for (size_t i = 0; i < ack.n_answers; i++) {
		juyan__v1__event_answer__init(&answers[i]);
		answers[i].stream_seq = first + i;
		answers[i].disposition = disposition;
		answers[i].code = (uint32_t)code;
		list[i] = &answers[i];
	}
	ack.answers = list;
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK;
	to.batch_ack = &ack;
	played_give(hq, &to);
}

/* OK: it is new and fits. DUPLICATE_EVENT: it is held. OTHER_PAST. */
static inline enum status
played_judge(struct played_headquarters *hq, uint64_t first, struct span bytes, uint64_t *last)
{
	struct block block;
	assert_int_equal(block_open(first, bytes, &block), STATUS_OK);
	*last = first + block.left - 1;
	for (size_t i = 1; first <= played_tail(hq)->lsn && i <= hq->n; i++) {
		struct journal_end end = hq->held[i - 1];
		if (end.lsn + 1 != first || hq->held[i].lsn != *last)
			continue;
		bool same = block_follow(&end, first, bytes, &block, NULL) == STATUS_OK &&
		    memcmp(end.chain, hq->held[i].chain, CHAIN_BYTES) == 0;
		return same ? STATUS_DUPLICATE_EVENT : STATUS_OTHER_PAST;
	}
	struct journal_end end = *played_tail(hq);
	if (first != end.lsn + 1 || block_follow(&end, first, bytes, &block, NULL) != STATUS_OK)
		return STATUS_OTHER_PAST;
	if (hq->refusal != STATUS_OK && *last >= hq->refuse_from)
		return hq->refusal;
	assert_true(hq->n + 1 < HELD_MAX);
	hq->held[++hq->n] = end;
	hq->events += *last - first + 1;
	return STATUS_OK;
}

static inline void
played_takes_blocks(struct played_headquarters *hq, const Juyan__V1__JournalBatch *batch)
{
	uint64_t next = batch->first_lsn, last = 0;
	size_t held = 0;
	uint32_t n = 0;
	for (size_t i = 0; i < batch->n_blocks; i++)
		n += (uint32_t)value_get(batch->blocks[i].data + BLOCK_AT_EVENTS, 2);
	if (n > hq->events_most)
		hq->events_most = n;
	hq->batches++;
	hq->probes += batch->first_lsn <= played_tail(hq)->lsn;
	for (size_t i = 0; i < batch->n_blocks && !hq->full; i++, next = last + 1) {
		struct span bytes = { batch->blocks[i].data, batch->blocks[i].len };
		enum status status = played_judge(hq, next, bytes, &last);
		if (status != STATUS_OK && status != STATUS_DUPLICATE_EVENT) {
			played_refuses_site(hq, status);
			return;
		}
		held += status == STATUS_DUPLICATE_EVENT;
	}
	if (hq->full)
		played_acks_site(hq, batch->first_lsn, n, JUYAN__V1__DISPOSITION__REFUSED, STATUS_NO_ROOM);
	else if (held > 0)
		played_acks_site(hq, batch->first_lsn, n, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT);
	else
		played_acks_site(hq, batch->first_lsn, n, JUYAN__V1__DISPOSITION__ACCEPTED, STATUS_OK);
}

static inline void
played_pongs(struct played_headquarters *hq, uint64_t nonce)
{
	Juyan__V1__ToTerminal to = JUYAN__V1__TO_TERMINAL__INIT;
	Juyan__V1__Pong pong = JUYAN__V1__PONG__INIT;
	pong.nonce = nonce;
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_PONG;
	to.pong = &pong;
	played_give(hq, &to);
}

/* Hears and answers one frame; false: none waits. */
static inline bool
played_serves_one(struct played_headquarters *hq)
{
	const Juyan__V1__FromTerminal *from = played_hears_some(&hq->centre);
	if (from == NULL)
		return false;
	size_t bytes = juyan__v1__from_terminal__get_packed_size(from);
	if (bytes > hq->bytes_most)
		hq->bytes_most = bytes;
	if (hq->deaf)
		return true;
	switch (from->say_case) {
	case JUYAN__V1__FROM_TERMINAL__SAY_HELLO:
		hq->hellos++;
		played_welcomes_site(hq);
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH:
		played_takes_blocks(hq, from->journal_batch);
		break;
	case JUYAN__V1__FROM_TERMINAL__SAY_PING:
		played_pongs(hq, from->ping->nonce);
		break;
	default:
		fail_msg("a site says %d", from->say_case);
	}
	return true;
}

#endif

/* The rules of session.h. */
#include "session_site.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
session_hello(struct session *session, struct stream *stream, uint64_t hello)
{
	assert(hello != session->hello);
	*session = (struct session){ .stream = stream, .hello = hello };
}

/* What is wrong with a batch whatever the state of its stream. */
static enum status
check_shape(const struct batch *batch, struct reason *why)
{
	if (batch->n == 0)
		return reason_say(why, STATUS_NO_CONTENT, "the batch holds no events; at least one was expected");
	if (batch->n > BATCH_EVENTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the batch holds %" PRIu32 " events; at most %d are taken in one", batch->n,
		    BATCH_EVENTS_MAX);
	if (batch->first == 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "first_stream_seq is 0 or missing; numbers begin at 1");
	if (batch->first > UINT64_MAX - (batch->n - 1))
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "first_stream_seq is %" PRIu64 " and leaves no numbers for %" PRIu32 " events", batch->first, batch->n);
	for (uint32_t i = 0; i < batch->n; i++)
		if (batch->events[i].bytes > EVENT_BYTES_MAX)
			return reason_say(why, STATUS_TOO_LARGE, "event %" PRIu64 " has %zu bytes; at most %d are taken",
			    batch->first + i, batch->events[i].bytes, EVENT_BYTES_MAX);
	return STATUS_OK;
}

enum status
session_begin(struct session *session, const struct batch *batch, struct receipt *receipt, struct reason *why)
{
	if (session->stream == NULL)
		return reason_say(why, STATUS_NO_HELLO, "a batch came before a Hello; the session has to begin with a Hello");
	enum status s = check_shape(batch, why);
	if (s != STATUS_OK)
		return s;
	if (session->under_way >= WINDOW_BATCHES)
		return reason_say(why, STATUS_WINDOW, "%" PRIu32 " batches are under way already; at most %d may be",
		    session->under_way, WINDOW_BATCHES);
	if ((batch->heads != NULL) != (session->stream->site != NULL))
		return reason_say(why, STATUS_NOT_AUTHORISED, "%s",
		    batch->heads != NULL ? "a JournalBatch is what a site sends, and this key is not a site's"
					 : "a site sends its journal and nothing else; a JournalBatch was expected");
	session->under_way++;
	*receipt = (struct receipt){
		.stream = session->stream,
		.hello = session->hello,
		.first = batch->first,
		.n = batch->n,
		.until = batch->n,
		.tail = session->stream->taken,
	};
	return STATUS_OK;
}

/* A copy in the texts, or the status's own sentence when they are full: a terminal always gets the code and a sentence. */
static const char *
keep_sentence(struct arena *texts, enum status status, const char *sentence)
{
	size_t bytes = strlen(sentence) + 1;
	char *copy = arena_take(texts, bytes);
	if (copy == NULL)
		return status_sentence(status);
	return memcpy(copy, sentence, bytes);
}

void
session_answer(struct admission *admission, uint64_t stream_seq, Juyan__V1__Disposition disposition, enum status status,
    const char *sentence)
{
	assert(admission->n_answers < admission->answers_max);
	assert(disposition != JUYAN__V1__DISPOSITION__ACCEPTED && disposition != JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED);
	admission->answers[admission->n_answers++] = (struct answer){
		.stream_seq = stream_seq,
		.disposition = disposition,
		.status = status,
		.sentence = sentence[0] == '\0' ? status_sentence(status) : keep_sentence(admission->texts, status, sentence),
	};
}

Juyan__V1__Disposition
session_disposition(enum status verdict)
{
	if (verdict == STATUS_OK)
		return JUYAN__V1__DISPOSITION__ACCEPTED;
	if (verdict == STATUS_NOT_AUTHORISED)
		return JUYAN__V1__DISPOSITION__REFUSED;
	if (verdict == STATUS_CONFLICTING_EVENT)
		return JUYAN__V1__DISPOSITION__CONFLICT;
	return JUYAN__V1__DISPOSITION__QUARANTINED;
}

static struct entry *
add_entry(struct admission *admission, const struct receipt *receipt, uint64_t seq, struct span bytes)
{
	assert(admission->n_entries < admission->entries_max);
	struct entry *entry = &admission->entries[admission->n_entries++];
	*entry = (struct entry){
		.terminal_no = receipt->stream->terminal_no,
		.stream_seq = seq,
		.received_at_ms = admission->received_at_ms,
		.bytes = bytes,
	};
	return entry;
}

void
session_refuse(struct receipt *receipt, struct admission *admission, enum status reason, const char *sentence)
{
	assert(reason != STATUS_OK && sentence != NULL);
	receipt->refused = reason;
	receipt->refused_from = receipt->first + receipt->done;
	receipt->sentence = keep_sentence(admission->texts, reason, sentence);
	receipt->done = receipt->n;
}

static void
refuse_gap(struct receipt *receipt, struct admission *admission)
{
	char sentence[SENTENCE_BYTES_MAX];
	snprintf(sentence, sizeof sentence, "the stream has a gap: I expect %" PRIu64 ", and this batch begins with %" PRIu64,
	    receipt->stream->taken + 1, receipt->first);
	session_refuse(receipt, admission, STATUS_GAP, sentence);
}

/* A number that was taken before: the same again, or something else under the same number. */
static enum status
admit_again(struct receipt *receipt, uint64_t seq, struct span bytes, struct admission *admission, const struct court *court)
{
	if (seq > receipt->stream->on_disk)
		return STATUS_BUSY;
	struct span stored;
	enum status s = court->stored(court->user, receipt->stream->terminal_no, seq, &stored);
	if (s != STATUS_OK)
		return s;
	if (stored.bytes == bytes.bytes && (bytes.bytes == 0 || memcmp(stored.data, bytes.data, bytes.bytes) == 0)) {
		session_answer(admission, seq, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "");
		return STATUS_OK;
	}
	if (admission->room != STATUS_OK) {
		session_answer(admission, seq, JUYAN__V1__DISPOSITION__REFUSED, admission->room, admission->room_sentence);
		return STATUS_OK;
	}
	if (admission->n_entries == admission->entries_max)
		return STATUS_BUSY;
	add_entry(admission, receipt, seq, bytes)->verdict = STATUS_CONFLICTING_EVENT;
	admission->n_wrong++;
	session_answer(admission, seq, JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT, "");
	return STATUS_OK;
}

/* The next number of the stream. *ends_group: it administers, and what follows has to be judged by what it changes. */
static enum status
admit_new(struct receipt *receipt, uint64_t seq, struct span bytes, struct admission *admission, const struct court *court,
    bool *ends_group, struct reason *why)
{
	assert(seq == receipt->stream->taken + 1);
	if (admission->n_entries == admission->entries_max)
		return STATUS_BUSY;
	struct reason reason = { "" };
	const Juyan__V1__Event *event = NULL;
	enum status verdict = court->judge(court->user, receipt->stream->terminal_no, bytes, &event, &reason);
	if (verdict == STATUS_BUSY)
		return STATUS_BUSY;
	if (status_consequence(verdict) == STOP)
		return reason_say(why, verdict, "%s", reason.text);

	struct entry *entry = add_entry(admission, receipt, seq, bytes);
	entry->event = event;
	entry->verdict = verdict;
	receipt->stream->taken = seq;
	receipt->tail = seq;
	if (verdict != STATUS_OK) {
		admission->n_wrong++;
		session_answer(admission, seq, session_disposition(verdict), verdict, reason.text);
	}
	*ends_group = verdict == STATUS_OK && event != NULL && wire_event_administers(event);
	return STATUS_OK;
}

/* The next event, or a site's next block. */
static enum status
admit_one(struct receipt *receipt, const struct batch *batch, struct admission *admission, const struct court *court,
    bool *ends_group, struct reason *why)
{
	enum status s = STATUS_OK;
	uint64_t seq = receipt->first + receipt->done, taken = receipt->stream->taken;
	if (seq > taken && admission->room != STATUS_OK) {
		session_refuse(receipt, admission, admission->room, admission->room_sentence);
		return STATUS_OK;
	}
	if (seq > taken + 1) {
		refuse_gap(receipt, admission);
		return STATUS_OK;
	}
	if (batch->heads != NULL)
		return session_admit_block(receipt, batch, admission, court, ends_group, why);
	struct span bytes = batch->events[receipt->done];
	s = seq <= taken ? admit_again(receipt, seq, bytes, admission, court)
			 : admit_new(receipt, seq, bytes, admission, court, ends_group, why);
	receipt->done += s == STATUS_OK;
	return s;
}

enum status
session_admit(struct receipt *receipt, const struct batch *batch, struct admission *admission, const struct court *court,
    struct reason *why)
{
	assert(batch->first == receipt->first && batch->n == receipt->n);
	assert(receipt->done <= receipt->n && receipt->until <= receipt->n);
	struct stream *stream = receipt->stream;
	if (receipt->done == receipt->n)
		return STATUS_OK; /* a failed commit has ended it, and with it answers that stand in the admission still */
	if (receipt->done == 0) {
		receipt->answers_from = admission->n_answers;
		receipt->answers_settled = admission->n_answers;
		receipt->tail = stream->taken;
		if (stream->site != NULL)
			receipt->site_tail = stream->site->taken;
	}
	receipt->entries_from = admission->n_entries;
	enum status s = STATUS_OK;
	while (s == STATUS_OK && receipt->done < receipt->until) {
		bool ends_group = false;
		s = admit_one(receipt, batch, admission, court, &ends_group, why);
		if (ends_group)
			s = STATUS_BUSY;
	}
	receipt->answers_to = admission->n_answers;
	receipt->entries_to = admission->n_entries;
	return s;
}

void
session_committed(struct receipt *receipt)
{
	struct stream *stream = receipt->stream;
	assert(receipt->tail <= stream->taken);
	if (stream->on_disk < receipt->tail)
		stream->on_disk = receipt->tail;
	if (stream->site != NULL && stream->site->on_disk.lsn < receipt->site_tail.lsn)
		stream->site->on_disk = receipt->site_tail;
	receipt->answers_settled = receipt->answers_to;
	receipt->entries_from = receipt->entries_to = 0;
}

void
session_failed(struct receipt *receipt, struct answer *answers, enum status reason, const char *sentence)
{
	assert(status_consequence(reason) == RETRY);
	struct stream *stream = receipt->stream;
	stream->taken = stream->on_disk;
	if (stream->site != NULL)
		session_forget_site(stream->site);
	/* Never above what it was: numbers that came on disk later are another batch's, and this one was not compared with them. */
	if (receipt->tail > stream->on_disk)
		receipt->tail = stream->on_disk;
	if (stream->site != NULL && receipt->site_tail.lsn > stream->on_disk)
		receipt->site_tail = stream->site->on_disk;
	receipt->entries_from = receipt->entries_to = 0;
	/* Answers stand in order of number: those above the tail fall away, for the whole rest is refused. */
	size_t keep = receipt->answers_from;
	while (keep < receipt->answers_to && answers[keep].stream_seq <= receipt->tail) {
		/* A conflict takes no number: its evidence was in the failed group. */
		if (keep >= receipt->answers_settled && answers[keep].disposition == JUYAN__V1__DISPOSITION__CONFLICT) {
			answers[keep].disposition = JUYAN__V1__DISPOSITION__REFUSED;
			answers[keep].status = reason;
			answers[keep].sentence = sentence;
		}
		keep++;
	}
	receipt->answers_to = keep;
	/* Where nothing beyond the tail was dealt with, session_admit goes on by itself and finds that there is no room. */
	bool all_done = receipt->done == receipt->n;
	uint64_t last = receipt->first + (receipt->n - 1);
	if (last <= receipt->tail || (!all_done && receipt->first + receipt->done <= receipt->tail + 1))
		return;
	receipt->done = receipt->n;
	receipt->stopped = false;
	receipt->refused = reason;
	receipt->refused_from = receipt->first > receipt->tail ? receipt->first : receipt->tail + 1;
	receipt->sentence = sentence;
}

void
session_end(struct session *session, const struct receipt *receipt)
{
	if (session->hello != receipt->hello)
		return;
	assert(session->under_way > 0);
	session->under_way--;
}

/* The room for a group, and what becomes of it. */
#include "group.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum status
group_open(struct group *group, unsigned no, size_t events_max)
{
	assert(no < GROUPS);
	*group = (struct group){ .serial = no + 1 };
	group->replies = calloc(GROUP_REPLIES_MAX, sizeof *group->replies);
	/* A site's block goes as a whole into an empty group, however small that is to be. */
	size_t room = events_max < BLOCK_EVENTS_FIT ? BLOCK_EVENTS_FIT : events_max;
	group->admission.entries = calloc(room, sizeof *group->admission.entries);
	group->admission.entries_max = events_max;
	/* A full group and one batch of duplicates besides. */
	size_t answers_max = events_max + BATCH_EVENTS_MAX;
	group->admission.answers = calloc(answers_max, sizeof *group->admission.answers);
	group->admission.answers_max = answers_max;
	group->spare = calloc(answers_max, sizeof *group->spare);
	group->admission.texts = &group->texts;
	if (group->replies == NULL || group->admission.entries == NULL || group->admission.answers == NULL || group->spare == NULL)
		return STATUS_NO_MEMORY;
	enum status s = arena_open(&group->texts, GROUP_TEXT_BYTES);
	return s == STATUS_OK ? arena_open(&group->decoded, GROUP_DECODE_BYTES) : s;
}

void
group_close(struct group *group)
{
	arena_close(&group->texts);
	arena_close(&group->decoded);
	free(group->replies);
	free(group->admission.entries);
	free(group->admission.answers);
	free(group->spare);
	*group = (struct group){ 0 };
}

/* The entries have gone their way: their room is free again, and so is that of their decoded events. */
static void
forget_entries(struct group *group)
{
	group->admission.n_entries = 0;
	group->admission.n_wrong = 0;
	arena_reset(&group->decoded);
}

void
group_reset(struct group *group)
{
	forget_entries(group);
	group->serial += GROUPS;
	arena_reset(&group->texts);
	group->admission.n_answers = 0;
	group->n_events = 0;
	group->n_replies = 0;
	group->frames_bytes = 0;
	group->speaker = NULL;
	group->n_speakers = 0;
	group->shared = false;
	group->room_known = false;
	group->closed = false;
}

bool
group_fits(const struct group *group, uint32_t events)
{
	const struct admission *admission = &group->admission;
	if (group->closed || group->n_replies == GROUP_REPLIES_MAX || group->frames_bytes >= GROUP_FRAMES_BYTES_MAX)
		return false;
	if (admission->answers_max - group->n_events < events)
		return false;
	size_t most = admission->entries_max;
	if (group->shared && most > GROUP_SHARED_EVENTS)
		most = GROUP_SHARED_EVENTS;
	return events == 0 || admission->n_entries == 0 || admission->n_entries + events <= most;
}

void
group_speak(struct group *group, const struct stream *speaker)
{
	if (group->n_speakers == 0 || (group->n_speakers == 1 && group->speaker != speaker))
		group->n_speakers++;
	group->speaker = speaker;
	group->shared = group->shared || group->n_speakers > 1;
}

struct reply *
group_reply(struct group *group, enum reply_kind kind, size_t door, const struct bus_peer *peer)
{
	assert(group->n_replies < GROUP_REPLIES_MAX);
	struct reply *reply = &group->replies[group->n_replies++];
	*reply = (struct reply){ .kind = kind, .door = door, .peer = *peer };
	return reply;
}

struct receipt *
reply_receipt(struct reply *reply)
{
	if (reply->kind != REPLY_ACK && reply->kind != REPLY_PART)
		return NULL;
	return reply->parcel == NULL ? &reply->receipt : &reply->parcel->receipt;
}

struct answer *
group_answers(const struct group *group, const struct reply *reply)
{
	return reply->parcel == NULL ? group->admission.answers : reply->parcel->answers;
}

static const char *
text(struct arena *texts, enum status status, const char *sentence)
{
	size_t bytes = strlen(sentence) + 1;
	char *copy = bytes == 1 ? NULL : arena_take(texts, bytes);
	return copy == NULL ? status_sentence(status) : memcpy(copy, sentence, bytes);
}

const char *
group_text(struct group *group, enum status status, const char *sentence)
{
	return text(&group->texts, status, sentence);
}

/* A parcel's sentences outlive the group. */
static struct arena *
texts_of(struct group *group, const struct reply *reply)
{
	return reply->parcel == NULL ? &group->texts : &reply->parcel->texts;
}

static struct commit *
commit_of(struct group *group)
{
	group->commit.entries = group->admission.entries;
	group->commit.n = group->admission.n_entries;
	return &group->commit;
}

void
group_give(struct group *group, struct committer *committer)
{
	committer_give(committer, commit_of(group));
}

void
group_do(struct group *group, struct committer *committer)
{
	committer_do(committer, commit_of(group));
}

/* What the answer to a turned verdict says: the ledger's sentence where it has one. */
static const char *
sentence_of(const struct group *group, const struct entry *entry)
{
	return entry->event != NULL && wire_event_administers(entry->event) ? group->commit.why.text : "";
}

/* The answers of one reply into `spare` from `n` on, with those for its entries whose verdict the ledger has turned. */
static size_t
merge_answers(struct group *group, struct reply *reply, struct answer *spare, size_t n)
{
	struct receipt *receipt = reply_receipt(reply);
	const struct answer *answers = group_answers(group, reply);
	size_t from = n;
	size_t old = receipt->answers_from;
	for (size_t i = receipt->entries_from; i < receipt->entries_to; i++) {
		const struct entry *entry = &group->admission.entries[i];
		while (old < receipt->answers_to && answers[old].stream_seq < entry->stream_seq)
			spare[n++] = answers[old++];
		bool known = old < receipt->answers_to && answers[old].stream_seq == entry->stream_seq;
		if (entry->verdict == STATUS_OK || entry->site_chain != NULL || known) /* a site knows its verdicts */
			continue;
		spare[n++] = (struct answer){
			.stream_seq = entry->stream_seq,
			.disposition = session_disposition(entry->verdict),
			.status = entry->verdict,
			.sentence = text(texts_of(group, reply), entry->verdict, sentence_of(group, entry)),
		};
	}
	while (old < receipt->answers_to)
		spare[n++] = answers[old++];
	receipt->answers_from = from;
	receipt->answers_to = n;
	return n;
}

static void
swap_answers(struct answer **a, struct answer **b)
{
	struct answer *answers = *a;
	*a = *b;
	*b = answers;
}

static void
answer_turned(struct group *group)
{
	size_t n = 0;
	for (size_t i = 0; i < group->n_replies; i++) {
		struct reply *reply = &group->replies[i];
		struct parcel *parcel = reply->parcel;
		if (reply_receipt(reply) == NULL)
			continue;
		if (parcel == NULL) {
			n = merge_answers(group, reply, group->spare, n);
			continue;
		}
		parcel->n_answers = merge_answers(group, reply, parcel->spare, 0);
		assert(parcel->n_answers <= BATCH_EVENTS_MAX);
		swap_answers(&parcel->answers, &parcel->spare);
	}
	assert(n <= group->admission.answers_max);
	swap_answers(&group->admission.answers, &group->spare);
	group->admission.n_answers = n;
}

void
group_committed(struct group *group)
{
	if (group->commit.n_wrong != group->admission.n_wrong)
		answer_turned(group);
	for (size_t i = 0; i < group->n_replies; i++) {
		struct receipt *receipt = reply_receipt(&group->replies[i]);
		if (receipt != NULL)
			session_committed(receipt);
	}
	forget_entries(group);
}

void
group_failed(struct group *group, enum status reason, const char *sentence)
{
	const char *kept = group_text(group, reason, sentence);
	for (size_t i = 0; i < group->n_replies; i++) {
		struct reply *reply = &group->replies[i];
		struct receipt *receipt = reply_receipt(reply);
		if (receipt != NULL)
			session_failed(receipt, group_answers(group, reply), reason,
			    reply->parcel == NULL ? kept : text(&reply->parcel->texts, reason, sentence));
	}
	group->room_known = true;
	group->admission.room = reason;
	group->admission.room_sentence = kept;
	forget_entries(group);
}

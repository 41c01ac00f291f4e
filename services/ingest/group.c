/* The room for a group, and what becomes of it. */
#include "group.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum status
group_open(struct group *group, size_t events_max)
{
	*group = (struct group){ 0 };
	group->replies = calloc(GROUP_REPLIES_MAX, sizeof *group->replies);
	group->admission.entries = calloc(events_max, sizeof *group->admission.entries);
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
	arena_reset(&group->texts);
	group->admission.n_answers = 0;
	group->n_events = 0;
	group->n_replies = 0;
	group->n_frames = 0;
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
group_speak(struct group *group, const struct guest *speaker)
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

const char *
group_text(struct group *group, enum status status, const char *sentence)
{
	size_t bytes = strlen(sentence) + 1;
	char *copy = bytes == 1 ? NULL : arena_take(&group->texts, bytes);
	return copy == NULL ? status_sentence(status) : memcpy(copy, sentence, bytes);
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

/* The answers of one receipt into the spare array from `n` on, with those for its entries whose verdict the ledger has turned. */
static size_t
merge_answers(struct group *group, struct receipt *receipt, size_t n)
{
	const struct admission *admission = &group->admission;
	size_t from = n;
	size_t old = receipt->answers_from;
	for (size_t i = receipt->entries_from; i < receipt->entries_to; i++) {
		const struct entry *entry = &admission->entries[i];
		while (old < receipt->answers_to && admission->answers[old].stream_seq < entry->stream_seq)
			group->spare[n++] = admission->answers[old++];
		bool known = old < receipt->answers_to && admission->answers[old].stream_seq == entry->stream_seq;
		if (entry->verdict == STATUS_OK || known)
			continue;
		bool administers = entry->event != NULL && wire_event_administers(entry->event);
		group->spare[n++] = (struct answer){
			.stream_seq = entry->stream_seq,
			.disposition = session_disposition(entry->verdict),
			.status = entry->verdict,
			.sentence = group_text(group, entry->verdict, administers ? group->commit.why.text : ""),
		};
	}
	while (old < receipt->answers_to)
		group->spare[n++] = admission->answers[old++];
	receipt->answers_from = from;
	receipt->answers_to = n;
	assert(n <= admission->answers_max);
	return n;
}

static void
answer_turned(struct group *group)
{
	size_t n = 0;
	for (size_t i = 0; i < group->n_replies; i++)
		if (group->replies[i].kind == REPLY_ACK)
			n = merge_answers(group, &group->replies[i].receipt, n);
	struct answer *answers = group->admission.answers;
	group->admission.answers = group->spare;
	group->spare = answers;
	group->admission.n_answers = n;
}

void
group_committed(struct group *group)
{
	if (group->commit.n_wrong != group->admission.n_wrong)
		answer_turned(group);
	for (size_t i = 0; i < group->n_replies; i++)
		if (group->replies[i].kind == REPLY_ACK)
			session_committed(&group->replies[i].receipt);
	forget_entries(group);
}

void
group_failed(struct group *group, enum status reason, const char *sentence)
{
	const char *kept = group_text(group, reason, sentence);
	for (size_t i = 0; i < group->n_replies; i++)
		if (group->replies[i].kind == REPLY_ACK)
			session_failed(&group->replies[i].receipt, group->admission.answers, reason, kept);
	group->room_known = true;
	group->admission.room = reason;
	group->admission.room_sentence = kept;
	forget_entries(group);
}

/* A site's blocks: each is taken as a whole, as it stands in the site's journal, or stops the site's stream. See session.h. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "key.h"
#include "session_site.h"

void
session_forget_site(struct site *site)
{
	site->taken = site->on_disk;
	memset(site->tails, 0, (TERMINAL_NO_MAX + 1) * sizeof *site->tails);
}

/* Nothing is taken from this block on; the sentence names the site and the event. */
static enum status
stop(struct receipt *receipt, struct admission *admission, enum status status, uint64_t lsn, const char *sentence)
{
	struct reason said;
	reason_say(&said, status, "site %s: event %" PRIu64 " %s", receipt->stream->site->name, lsn, sentence);
	session_refuse(receipt, admission, status, said.text);
	receipt->stopped = true;
	return STATUS_OK;
}

/* ---- a block that is on file ---- */

/* Whether the very same block stands where this one belongs, and all before it is the same. NOT_FOUND: it does not. */
static enum status
find_again(const struct receipt *receipt, uint64_t first, uint64_t last, struct span bytes, const struct court *court)
{
	struct block opened;
	struct journal_end end = { .lsn = first - 1 };
	uint8_t held[CHAIN_BYTES];
	uint32_t site_no = receipt->stream->terminal_no;
	enum status s = court->site_chain(court->user, site_no, first - 1, end.chain);
	if (s == STATUS_OK && block_follow(&end, first, bytes, &opened, NULL) != STATUS_OK)
		return STATUS_NOT_FOUND;
	if (s == STATUS_OK)
		s = court->site_chain(court->user, site_no, last, held);
	if (s == STATUS_OK && memcmp(held, end.chain, CHAIN_BYTES) != 0)
		return STATUS_NOT_FOUND;
	return s;
}

static enum status
admit_again(struct receipt *receipt, const struct site_block *block, struct admission *admission, const struct court *court)
{
	const struct stream *stream = receipt->stream;
	uint64_t first = receipt->first + block->from, last = first + (block->n - 1);
	if (last <= stream->taken && last > stream->on_disk)
		return STATUS_BUSY;
	enum status s = last > stream->taken ? STATUS_NOT_FOUND : find_again(receipt, first, last, block->bytes, court);
	if (s == STATUS_NOT_FOUND)
		return stop(receipt, admission, STATUS_OTHER_PAST, first,
		    "is on file here, and another: the two journals have parted at it or before");
	if (s != STATUS_OK)
		return s;
	for (uint32_t i = 0; i < block->n; i++)
		session_answer(admission, first + i, JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT, "");
	receipt->done += block->n;
	return STATUS_OK;
}

/* ---- a new block ---- */

/* What is wrong with a block whatever stands before it; NULL: nothing. */
static const char *
misshapen(const struct site_block *block, const struct head *head)
{
	const size_t alone = BLOCK_HEADER_BYTES + BLOCK_EVENT_HEADER_BYTES + EVENT_BYTES_MAX;
	unsigned flags = (unsigned)value_get(block->bytes.data + BLOCK_AT_FLAGS, 2);
	if ((flags & BLOCK_RELAYED) != 0 || head->terminal_no > TERMINAL_NO_MAX)
		return "came there from a site of its own: a headquarters' journal is not taken further";
	if ((flags & ~(unsigned)BLOCK_CONFLICT) != 0)
		return "stands in a block with flags that this version does not know";
	if (block->bytes.bytes > (block->n == 1 ? alone : (size_t)BLOCK_BYTES))
		return "stands in a block that is larger than a block may be";
	if (head->terminal_no == 0 || head->received_at_ms < TIME_MS_LOWEST || head->received_at_ms > TIME_MS_HIGHEST)
		return "has a terminal's number or a time of receipt that cannot be";
	return NULL;
}

/* The last number of a site's terminal that was admitted. */
static enum status
tail_of(const struct receipt *receipt, uint32_t terminal_no, const struct court *court, uint64_t *out)
{
	uint64_t *tail = &receipt->stream->site->tails[terminal_no], found = 0;
	enum status s = STATUS_OK;
	if (*tail == 0)
		s = court->tail(court->user, block_terminal(receipt->stream->terminal_no, terminal_no), &found);
	if (s == STATUS_OK && *tail == 0)
		*tail = found + 1;
	if (s == STATUS_OK)
		*out = *tail - 1;
	return s;
}

static bool
can_stand(const struct site_block *block, const struct head *head, uint64_t tail)
{
	if (head->conflict)
		return block->n == 1 && head->verdict == STATUS_CONFLICTING_EVENT && head->stream_seq > 0 &&
		    head->stream_seq <= tail;
	return head->stream_seq == tail + 1;
}

/* One event of a block; *wrong is set, in words, where it cannot stand there. */
static enum status
judge(const struct receipt *receipt, const struct site_block *block, const struct head *head, struct span bytes,
    const struct court *court, const Juyan__V1__Event **event, enum status *wrong, struct reason *why)
{
	*event = NULL;
	*wrong = STATUS_OK;
	if (head->verdict != STATUS_OK) {
		bool conflict = head->verdict == STATUS_CONFLICTING_EVENT;
		if (status_consequence(head->verdict) != REFUSE || conflict != head->conflict)
			*wrong = reason_say(why, STATUS_CONTRADICTION, "has a verdict that no event can have");
		return STATUS_OK;
	}
	struct reason said = { "" };
	enum status s = court->judge_site(court->user, receipt->stream->terminal_no, bytes, event, &said);
	if (s == STATUS_BUSY || status_consequence(s) == STOP) {
		reason_say(why, s, "%s", said.text);
		return s;
	}
	if (s == STATUS_OK && wire_event_administers(*event) && block->n > 1)
		*wrong = reason_say(why, STATUS_CONTRADICTION, "is an administrator's, and stands in a block with others");
	else if (s != STATUS_OK)
		*wrong = reason_say(why, s, "%s%s",
		    s == STATUS_UNKNOWN_PORT || s == STATUS_NOT_AUTHORISED ? "" : "cannot be read here: ", said.text);
	return STATUS_OK;
}

static void
add_entry(struct admission *admission, const struct receipt *receipt, const struct site_block *block, const struct head *head,
    struct span bytes, const Juyan__V1__Event *event, bool begins_block)
{
	struct entry *entry = &admission->entries[admission->n_entries++];
	*entry = (struct entry){
		.terminal_no = block_terminal(receipt->stream->terminal_no, head->terminal_no),
		.stream_seq = head->stream_seq,
		.received_at_ms = admission->received_at_ms,
		.bytes = bytes,
		.event = event,
		.verdict = head->verdict,
		.begins_block = begins_block,
		.site_chain = block->bytes.data + BLOCK_AT_CHAIN,
		.first_received_at_ms = head->received_at_ms,
	};
	admission->n_wrong += head->verdict != STATUS_OK;
}

/* All events of the block into the admission, or none of them. */
static enum status
add_block(struct receipt *receipt, const struct batch *batch, const struct site_block *block, struct admission *admission,
    const struct court *court, bool *ends_group, struct reason *why)
{
	size_t n_entries = admission->n_entries, n_wrong = admission->n_wrong;
	enum status s = STATUS_OK, wrong = STATUS_OK;
	uint32_t i = 0;
	for (; i < block->n && s == STATUS_OK && wrong == STATUS_OK; i++) {
		const struct head *head = &batch->heads[block->from + i];
		const Juyan__V1__Event *event;
		struct span bytes = batch->events[block->from + i];
		s = judge(receipt, block, head, bytes, court, &event, &wrong, why);
		if (s == STATUS_OK && wrong == STATUS_OK)
			add_entry(admission, receipt, block, head, bytes, event, i == 0);
		*ends_group = s == STATUS_OK && wrong == STATUS_OK && event != NULL && wire_event_administers(event);
	}
	if (s == STATUS_OK && wrong == STATUS_OK)
		return STATUS_OK;
	admission->n_entries = n_entries;
	admission->n_wrong = n_wrong;
	return s != STATUS_OK ? s : stop(receipt, admission, wrong, receipt->first + block->from + (i - 1), why->text);
}

/* A journal is here once: under another number all that it says would be taken twice. Two may begin in one group. */
static enum status
check_beginning(const struct receipt *receipt, const struct journal_end *end, const struct admission *admission,
    const struct court *court, struct reason *why)
{
	if (receipt->stream->site->taken.lsn > 0)
		return STATUS_OK;
	if (admission->n_entries > 0)
		return STATUS_BUSY;
	return court->begins(court->user, receipt->stream->terminal_no, end->chain, why);
}

static enum status
admit_new(struct receipt *receipt, const struct batch *batch, const struct site_block *block, struct admission *admission,
    const struct court *court, bool *ends_group, struct reason *why)
{
	struct site *site = receipt->stream->site;
	const struct head *head = &batch->heads[block->from];
	struct journal_end end = site->taken;
	struct block opened;
	uint64_t tail, first = receipt->first + block->from;
	const char *wrong = misshapen(block, head);
	if (wrong != NULL)
		return stop(receipt, admission, STATUS_CONTRADICTION, first, wrong);
	if (block_follow(&end, first, block->bytes, &opened, NULL) != STATUS_OK)
		return stop(receipt, admission, STATUS_OTHER_PAST, first,
		    "does not follow what is on file here: its chain is another's");
	enum status s = check_beginning(receipt, &end, admission, court, why);
	if (s == STATUS_CONTRADICTION)
		return stop(receipt, admission, s, first, why->text);
	if (s == STATUS_OK)
		s = tail_of(receipt, head->terminal_no, court, &tail);
	if (s != STATUS_OK)
		return s;
	if (!can_stand(block, head, tail))
		return stop(receipt, admission, STATUS_CONTRADICTION, first,
		    "has a number in its terminal's stream that cannot stand there");
	s = add_block(receipt, batch, block, admission, court, ends_group, why);
	if (s != STATUS_OK || receipt->stopped)
		return s;
	if (!head->conflict)
		site->tails[head->terminal_no] = head->stream_seq + block->n;
	site->taken = end;
	receipt->site_tail = end;
	receipt->stream->taken = receipt->tail = end.lsn;
	receipt->done += block->n;
	return STATUS_OK;
}

enum status
session_admit_block(struct receipt *receipt, const struct batch *batch, struct admission *admission, const struct court *court,
    bool *ends_group, struct reason *why)
{
	struct reason unsaid;
	const struct site_block *block = &batch->blocks[batch->heads[receipt->done].block];
	assert(block->from == receipt->done && receipt->first + block->from <= receipt->stream->taken + 1);
	if (receipt->first + block->from <= receipt->stream->taken)
		return admit_again(receipt, block, admission, court);
	if (admission->n_entries > 0 && admission->n_entries + block->n > admission->entries_max)
		return STATUS_BUSY;
	return admit_new(receipt, batch, block, admission, court, ends_group, why != NULL ? why : &unsaid);
}

/* Applying a journal again: see replay.h. */
#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "meta.h"
#include "tails.h"

/* A group's memory: the bytes of its events and the events themselves, decoded. */
enum {
	GROUP_EVENTS = 4096, /* then a group is applied, where a block ends */
	GROUP_EVENTS_MAX = 2 * GROUP_EVENTS,
	ARENA_BYTES = 256 * 1024 * 1024,
	ARENA_FULL = ARENA_BYTES / 2,
	ARENA_LAST = ARENA_BYTES - EVENT_DECODE_BYTES - 2 * EVENT_BYTES_MAX
};

struct replay {
	struct replay_source source;
	struct ledger *into;
	struct replay_state state;
	struct arena arena;
	struct entry *entries;
	enum status *verdicts; /* as they stand in the journal */
	size_t n;
	uint64_t first_lsn;         /* of the group */
	struct tails *tails;        /* the last number of each terminal so far */
	struct journal_event event; /* the next one, lent by the source */
	bool waits;                 /* … it has not been taken yet */
};

static enum status
walk_source_next(void *self, struct journal_event *out, struct reason *why)
{
	return journal_walk_next(self, out, why);
}

static const struct journal_end *
walk_source_end(void *self)
{
	return &((struct journal_walk *)self)->end;
}

struct replay_source
replay_walk(struct journal_walk *walk)
{
	return (struct replay_source){ .next = walk_source_next, .end = walk_source_end, .self = walk };
}

__attribute__((format(printf, 2, 3))) static void
differ(struct replay *replay, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	replay->state.right = false;
	vsnprintf(replay->state.difference, sizeof replay->state.difference, format, list);
	va_end(list);
}

/* ---- one event ---- */

/*
 * Whether an event can have this number where it stands: the next of its terminal's stream, or for a conflict one that is taken. A
 * right chain does not say so: whoever can write the file can write a chain.
 */
static bool
can_follow(const struct replay *replay, const struct journal_event *event)
{
	uint32_t site_no = block_site(event->terminal_no), own = event->terminal_no - block_terminal(site_no, 0);
	uint64_t tail = tails_last(replay->tails, event->terminal_no);
	if (own == 0 || (site_no != 0) != (event->site_chain != NULL))
		return false;
	if (event->verdict == STATUS_CONFLICTING_EVENT)
		return event->stream_seq > 0 && event->stream_seq <= tail;
	return event->stream_seq == tail + 1;
}

/* A source lends its bytes for one step only. */
static enum status
copy_bytes(struct replay *replay, struct span bytes, struct span *out)
{
	uint8_t *copy = arena_take(&replay->arena, bytes.bytes + 1);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, bytes.data, bytes.bytes);
	*out = (struct span){ copy, bytes.bytes };
	return STATUS_OK;
}

/* All events of a block share one copy. */
static enum status
copy_site_chain(struct replay *replay, const struct journal_event *event, struct entry *entry)
{
	struct span copy;
	entry->first_received_at_ms = event->first_received_at_ms;
	if (!event->begins_block && replay->n > 0) {
		entry->site_chain = replay->entries[replay->n - 1].site_chain;
		return entry->site_chain == NULL ? STATUS_DAMAGED : STATUS_OK;
	}
	enum status status = copy_bytes(replay, (struct span){ event->site_chain, CHAIN_BYTES }, &copy);
	if (status == STATUS_OK)
		entry->site_chain = copy.data;
	return status;
}

static enum status
gather(struct replay *replay, struct reason *why)
{
	const struct journal_event *event = &replay->event;
	struct entry *entry = &replay->entries[replay->n];
	struct reason inner = { "" };
	*entry = (struct entry){ .terminal_no = event->terminal_no,
		.stream_seq = event->stream_seq,
		.received_at_ms = event->received_at_ms,
		.begins_block = event->begins_block,
		.verdict = event->verdict };
	if (!can_follow(replay, event)) {
		differ(replay,
		    "journal: event %" PRIu64 " has the number %" PRIu64 " of terminal %" PRIu32 ", which cannot stand there",
		    event->lsn, event->stream_seq, event->terminal_no);
		return STATUS_OK;
	}
	enum status status = copy_bytes(replay, event->bytes, &entry->bytes);
	if (status == STATUS_OK && event->verdict != STATUS_CONFLICTING_EVENT)
		status = tails_note(replay->tails, NULL, event->terminal_no, event->stream_seq, event->lsn);
	if (status == STATUS_OK && event->site_chain != NULL)
		status = copy_site_chain(replay, event, entry);
	if (status != STATUS_OK)
		return reason_say(why, status, "no memory to replay a journal");
	if (event->verdict == STATUS_OK && wire_event(entry->bytes, &replay->arena, &entry->event, &inner) != STATUS_OK) {
		differ(replay, "journal: event %" PRIu64 " was accepted, but cannot be read: %s", event->lsn, inner.text);
		return STATUS_OK;
	}
	replay->verdicts[replay->n++] = event->verdict;
	replay->waits = false;
	return STATUS_OK;
}

/* ---- a group ---- */

/* Applies what is gathered; every event has to come out with the number and the verdict that the journal has. */
static enum status
apply_group(struct replay *replay, struct reason *why)
{
	enum status status = replay->n == 0 ? STATUS_OK : ledger_apply(replay->into, replay->entries, replay->n, why);
	for (size_t i = 0; i < replay->n && status == STATUS_OK && replay->state.right; i++) {
		const struct entry *entry = &replay->entries[i];
		uint64_t lsn = replay->first_lsn + i;
		if (entry->misfits)
			differ(replay,
			    "journal: the block that begins with event %" PRIu64 " came from site %" PRIu32
			    ", and does not fit the chain of that site's journal",
			    lsn, block_site(entry->terminal_no));
		else if (entry->verdict != replay->verdicts[i] || entry->lsn != lsn)
			differ(replay, "journal: event %" PRIu64 " stands there as '%s', by a recount it is '%s'", lsn,
			    status_name(replay->verdicts[i]), status_name(entry->verdict));
	}
	replay->first_lsn += replay->n;
	replay->n = 0;
	arena_reset(&replay->arena);
	return status;
}

/*
 * Groups end where blocks end. A block of more events than any that we write is cut all the same, and has another chain then: the
 * journal does not fit.
 */
static bool
is_full(const struct replay *replay)
{
	if (replay->n == GROUP_EVENTS_MAX || replay->arena.used >= ARENA_LAST)
		return true;
	return replay->waits && replay->event.begins_block && (replay->n >= GROUP_EVENTS || replay->arena.used >= ARENA_FULL);
}

/* The next event into `event`. What the source finds damaged is a difference. */
static enum status
look(struct replay *replay, struct reason *why)
{
	struct reason broken = { "" };
	if (replay->waits || replay->state.ended)
		return STATUS_OK;
	enum status status = replay->source.next(replay->source.self, &replay->event, &broken);
	if (status == STATUS_OK) {
		replay->waits = true;
		return STATUS_OK;
	}
	if (status == STATUS_NOT_FOUND)
		replay->state.ended = true;
	else if (status == STATUS_DAMAGED || status == STATUS_FORMAT)
		differ(replay, "%s", broken.text);
	else
		return reason_say(why, status, "%s", broken.text);
	return STATUS_OK;
}

/* Whether the event that waits is beyond the limit: a block is replayed as a whole. */
static bool
beyond(const struct replay *replay, struct replay_limit limit)
{
	return replay->event.begins_block && (replay->event.lsn > limit.lsn || replay->event.received_at_ms > limit.received_at_ms);
}

enum status
replay_until(struct replay *replay, struct replay_limit limit, void (*progress)(void *user, uint64_t done), void *user,
    struct reason *why)
{
	enum status status;
	while ((status = look(replay, why)) == STATUS_OK && replay->state.right && replay->waits && !beyond(replay, limit)) {
		bool full = is_full(replay);
		status = full ? apply_group(replay, why) : STATUS_OK;
		if (full && status == STATUS_OK && progress != NULL)
			progress(user, replay->first_lsn - 1);
		if (status == STATUS_OK && replay->state.right)
			status = gather(replay, why);
		if (status != STATUS_OK || !replay->state.right)
			break;
		/* The source has not gone on yet, so its end is that of this event's block. */
		replay->state.end = *replay->source.end(replay->source.self);
	}
	return status == STATUS_OK && replay->state.right ? apply_group(replay, why) : status;
}

/* ---- beginning and ending ---- */

enum status
replay_open(struct replay_source source, struct ledger *into, struct replay **out, struct reason *why)
{
	struct replay *replay = calloc(1, sizeof *replay);
	enum status status = replay == NULL ? STATUS_NO_MEMORY : arena_open(&replay->arena, ARENA_BYTES);
	if (status == STATUS_OK) {
		replay->source = source;
		replay->into = into;
		replay->state.right = true;
		replay->first_lsn = ledger_lsn(into) + 1;
		assert(replay->first_lsn == 1);
		replay->entries = calloc(GROUP_EVENTS_MAX, sizeof *replay->entries);
		replay->verdicts = calloc(GROUP_EVENTS_MAX, sizeof *replay->verdicts);
		status = tails_open(&replay->tails);
		if (replay->entries == NULL || replay->verdicts == NULL)
			status = STATUS_NO_MEMORY;
	}
	if (status == STATUS_OK)
		*out = replay;
	else
		replay_close(&replay);
	return status == STATUS_OK ? status : reason_say(why, status, "no memory to replay a journal");
}

void
replay_close(struct replay **replay)
{
	if (*replay == NULL)
		return;
	arena_close(&(*replay)->arena);
	free((*replay)->entries);
	free((*replay)->verdicts);
	tails_close(&(*replay)->tails);
	free(*replay);
	*replay = NULL;
}

const struct replay_state *
replay_state(const struct replay *replay)
{
	return &replay->state;
}

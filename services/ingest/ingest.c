/*
 * The loop. Two groups: while the committer waits for the disk with one, the service's thread takes and judges messages into the
 * other.
 *
 *     collect    what the committer has done: the next group goes to it at once, then the done one is answered
 *     take in    messages into the filling group (intake.c)
 *     dispatch   the filling group to the committer, when that is idle; a few events are committed here, without it
 *
 * A group without entries (a Hello, a Ping, duplicates) passes the committer by, but never overtakes the group before it.
 */
#include "ingest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "desk.h"

enum { SMALL_GROUP = 32 }; /* events: up to here a commit's CPU time is small beside waking another thread */

/* One who sends much brings many groups between two events of the others: they are remembered so long. */
enum { CROWDED_GROUPS = 256 };

#define REAP_NS (INT64_C(60) * 1000 * 1000 * 1000)

/* ---- frames ---- */

struct bus_frame *
desk_frame(struct desk *desk)
{
	return desk->n_free_frames == 0 ? NULL : desk->free_frames[--desk->n_free_frames];
}

void
desk_frame_free(struct desk *desk, struct bus_frame *frame)
{
	assert(desk->n_free_frames < DESK_FRAMES);
	desk->free_frames[desk->n_free_frames++] = frame;
}

void
desk_frame_done(struct desk *desk, struct bus_frame **frame)
{
	if (*frame == NULL)
		return;
	bus_frame_close(*frame);
	desk_frame_free(desk, *frame);
	*frame = NULL;
}

static void
open_frames(struct desk *desk)
{
	for (size_t i = 0; i < DESK_FRAMES; i++)
		desk->free_frames[i] = &desk->frames[i];
	desk->n_free_frames = DESK_FRAMES;
}

static void
close_frames(struct desk *desk)
{
	for (unsigned i = 0; i < GROUPS; i++)
		for (size_t j = 0; j < desk->groups[i].n_replies; j++)
			desk_frame_done(desk, &desk->groups[i].replies[j].frame);
	for (size_t i = 0; i < PARCELS_MAX; i++)
		desk_frame_done(desk, &desk->parcels.places[i].frame);
	for (size_t i = 0; i < desk->line.n; i++)
		desk_frame_done(desk, &desk->line.places[i].frame);
	desk_frame_done(desk, &desk->hand.bytes);
}

/* ---- the end of a group ---- */

/* Several terminals send where one follows on another, be it in the next group. */
static void
note_speakers(struct desk *desk, const struct group *group)
{
	if (group->n_speakers == 0)
		return;
	if (group->n_speakers > 1 || (desk->last_speaker != NULL && desk->last_speaker != group->speaker))
		desk->crowded = CROWDED_GROUPS;
	else if (desk->crowded > 0)
		desk->crowded--;
	desk->last_speaker = group->speaker;
}

/* Answers a group whose commit has been decided, and lets go of its frames, which are the oldest. */
static enum status
finish(struct desk *desk, struct group *group, struct reason *why)
{
	enum status s = desk_reply(desk, group, why);
	note_speakers(desk, group);
	for (size_t i = 0; i < group->n_replies; i++)
		desk_frame_done(desk, &group->replies[i].frame);
	group_reset(group);
	if (s == STATUS_OK && desk->sweep) {
		desk->sweep = false;
		s = desk_show_out(desk);
		if (s != STATUS_OK)
			reason_say(why, s, "the revoked terminals cannot be told: %s", status_sentence(s));
	}
	return s;
}

/* What the disk said about a group. RETRY statuses end here: every batch of it, and of the group behind it, is refused. */
static enum status
decide(struct desk *desk, struct group *group, struct reason *why)
{
	struct commit *commit = &group->commit;
	if (commit->outcome == STATUS_OK) {
		count(desk->kit->counters, COUNTER_commits, 1);
		group_committed(group);
		return STATUS_OK;
	}
	if (status_consequence(commit->outcome) != RETRY)
		return reason_say(why, commit->outcome, "%s",
		    commit->why.text[0] == '\0' ? status_sentence(commit->outcome) : commit->why.text);
	char quoted[LOG_QUOTED_BYTES];
	log_say(desk->kit->log, LOG_ERROR, "ingest", "group_refused", "entries=%zu reason=%s sentence=%s", commit->n,
	    status_name(commit->outcome), log_quoted(commit->why.text, quoted));
	group_failed(group, commit->outcome, commit->why.text);
	/* What stands behind it was admitted as if it were on disk. */
	if (group != desk->filling)
		group_failed(desk->filling, commit->outcome, commit->why.text);
	return STATUS_OK;
}

static void
dispatch(struct desk *desk)
{
	assert(desk->under_way == NULL && desk->filling->admission.n_entries > 0);
	desk->under_way = desk->filling;
	desk->filling = desk->filling == &desk->groups[0] ? &desk->groups[1] : &desk->groups[0];
	group_give(desk->under_way, desk->committer);
}

/* A few events of a quiet hour: committed by this thread, which has nothing else to do, and answered at once. */
static enum status
commit_small(struct desk *desk, struct reason *why)
{
	struct group *group = desk->filling;
	group_do(group, desk->committer);
	enum status s = decide(desk, group, why);
	return s == STATUS_OK ? finish(desk, group, why) : s;
}

/* Takes back the group that is done, if one is. */
static enum status
collect(struct desk *desk, bool wait, bool *collected, struct reason *why)
{
	*collected = false;
	if (desk->under_way == NULL || !committer_take(desk->committer, wait))
		return STATUS_OK;
	*collected = true;
	struct group *done = desk->under_way;
	desk->under_way = NULL;
	enum status s = decide(desk, done, why);
	if (s != STATUS_OK)
		return s;
	/* The disk has work again before the answers go out; the groups then change places, for `done` is empty in a moment. */
	if (!wait && desk->filling->admission.n_entries > 0)
		dispatch(desk);
	s = finish(desk, done, why);
	assert(desk->filling == done || desk->under_way == NULL);
	return s;
}

/* ---- an administrator's event ---- */

/* The registry may be another one now, unless the ledger, looking at what is on file, has turned the verdict. */
static enum status
administered(struct desk *desk, const struct entry *entry, struct reason *why)
{
	desk->registry = ledger_registry(desk->ledger);
	desk->sweep = true;
	desk->filling->closed = true;
	log_say(desk->kit->log, LOG_INFO, "ingest", "administered",
	    "terminal=%" PRIu32 " stream_seq=%" PRIu64 " lsn=%" PRIu64 " kind=%s", entry->terminal_no, entry->stream_seq,
	    entry->lsn, wire_event_kind(entry->event));
	enum status s = auth_replace(desk->kit->auth, desk->registry);
	return s == STATUS_OK ? s : reason_say(why, s, "the list of keys cannot be replaced: %s", status_sentence(s));
}

static enum status
settle_filling(struct desk *desk, struct reason *why)
{
	struct group *group = desk->filling;
	size_t n = group->admission.n_entries;
	if (n == 0)
		return STATUS_OK;
	group_do(group, desk->committer);
	group->closed = true; /* whoever makes groups end early delays the answers of no more than one */
	/* The entry's event lives in the group's arena, which is emptied when the commit has been decided. */
	const struct entry *last = &group->admission.entries[n - 1];
	bool administers = last->verdict == STATUS_OK && last->event != NULL && wire_event_administers(last->event);
	enum status s = STATUS_OK;
	if (group->commit.outcome == STATUS_OK && administers)
		s = administered(desk, last, why);
	return s == STATUS_OK ? decide(desk, group, why) : s;
}

enum status
desk_wait(struct desk *desk, struct reason *why)
{
	bool collected;
	return collect(desk, true, &collected, why);
}

enum status
desk_settle(struct desk *desk, struct reason *why)
{
	desk->settled = true;
	enum status s = desk_wait(desk, why);
	return s == STATUS_OK ? settle_filling(desk, why) : s;
}

/* ---- the service ---- */

static enum status
wait_for_work(struct desk *desk, int wait_ms, struct reason *why)
{
	/* A message that found no room waits for the committer, and so does a full line; more of them would only spin. */
	bool closed = desk->pending || !line_open(&desk->line) || !group_fits(desk->filling, 0);
	size_t sockets = closed ? 0 : DOOR_SOCKETS;
	assert(sockets > 0 || desk->under_way != NULL);
	int fd = desk->under_way == NULL ? -1 : committer_fd(desk->committer);
	enum status s = bus_wait_with(desk->door.sockets, sockets, fd, wait_ms);
	return s == STATUS_OK ? s : reason_say(why, s, "waiting for messages failed: %s", status_sentence(s));
}

static void
reap(struct desk *desk)
{
	int64_t now = clock_monotonic_ns(&desk->kit->clock);
	if (now < desk->reap_ns)
		return;
	desk->reap_ns = now + REAP_NS;
	env_reap_readers(desk->kit->env);
}

static enum status
ingest_step(void *self, int wait_ms, struct reason *why)
{
	struct desk *desk = self;
	bool collected, took = false;
	reap(desk);
	enum status s = collect(desk, false, &collected, why);
	if (s == STATUS_OK)
		s = desk_take_in(desk, &took, why);
	if (s != STATUS_OK)
		return s;
	if (desk->under_way == NULL && desk->filling->admission.n_entries > SMALL_GROUP)
		dispatch(desk);
	else if (desk->under_way == NULL && desk->filling->admission.n_entries > 0)
		s = commit_small(desk, why);
	else if (desk->under_way == NULL && desk->filling->n_replies > 0)
		s = finish(desk, desk->filling, why);
	else if (!collected && !took)
		s = wait_for_work(desk, wait_ms, why);
	return s;
}

static void
ingest_close(void **self)
{
	struct desk *desk = *self;
	if (desk == NULL)
		return;
	struct reason why;
	bool collected = false;
	/* Its turn is finished: what the disk has taken is answered. A STOP has been said by step. */
	enum status s = desk->committer == NULL ? STATUS_OK : collect(desk, true, &collected, &why);
	if (s != STATUS_OK)
		log_say(desk->kit->log, LOG_ERROR, "ingest", "last_group_lost", "reason=%s", status_name(s));
	committer_close(&desk->committer);
	close_frames(desk);
	door_close(&desk->door);
	for (unsigned i = 0; i < GROUPS; i++)
		group_close(&desk->groups[i]);
	parcels_close(&desk->parcels);
	guests_close(&desk->guests);
	arena_close(&desk->hand.scratch);
	arena_close(&desk->late.scratch);
	arena_close(&desk->stored);
	arena_close(&desk->outgoing);
	ledger_close(&desk->ledger);
	free(desk);
	*self = NULL;
}

static enum status
open_memory(struct desk *desk, struct reason *why)
{
	const struct config *config = desk->kit->config;
	enum status s = STATUS_OK;
	for (unsigned i = 0; i < GROUPS && s == STATUS_OK; i++)
		s = group_open(&desk->groups[i], i, (size_t)config->group_events_max);
	if (s == STATUS_OK)
		s = parcels_open(&desk->parcels);
	if (s == STATUS_OK)
		s = guests_open((size_t)config->sessions_max, &desk->guests);
	if (s == STATUS_OK)
		s = arena_open(&desk->hand.scratch, DECODE_BYTES_MAX);
	if (s == STATUS_OK)
		s = arena_open(&desk->late.scratch, DECODE_BYTES_MAX);
	if (s == STATUS_OK)
		s = arena_open(&desk->outgoing, DECODE_BYTES_MAX);
	if (s == STATUS_OK)
		s = arena_open(&desk->stored, 2 * EVENT_BYTES_MAX);
	return s == STATUS_OK ? s : reason_say(why, s, "no memory for ingest");
}

static enum status
ingest_open(const struct service_kit *kit, void **self, struct reason *why)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for ingest");
	desk->kit = kit;
	desk->filling = &desk->groups[0];
	open_frames(desk);
	void *opened = desk;
	enum status s = open_memory(desk, why);
	if (s == STATUS_OK)
		s = ledger_open(kit->env, &desk->ledger, why);
	if (s == STATUS_OK) {
		desk->registry = ledger_registry(desk->ledger);
		s = auth_replace(kit->auth, desk->registry);
	}
	if (s == STATUS_OK)
		s = committer_open(desk->ledger, &desk->committer, why);
	if (s == STATUS_OK)
		s = door_open(kit, "ingest", kit->config->listen, &desk->door, why);
	if (s != STATUS_OK) {
		ingest_close(&opened);
		return s;
	}
	*self = desk;
	return STATUS_OK;
}

const struct service ingest_service = {
	.name = "ingest",
	.help = "takes the terminals' events into the ledger",
	.writes = true,
	.open = ingest_open,
	.step = ingest_step,
	.close = ingest_close,
};

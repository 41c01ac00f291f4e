/* Writing the ledger: one transaction for a group of entries. See ledger.h. */
#include "ledger.h"

#include <stdlib.h>

#include "machines.h"
#include "manifests.h"
#include "meta.h"
#include "notes.h"
#include "quarantine.h"
#include "registry_table.h"
#include "streams.h"

enum {
	WORK_BYTES = 128 * 1024 * 1024, /* address space for the working set of a group; touched only as far as it is used */
	WORK_FULL = WORK_BYTES / 2,     /* then the set is written early, so that one more batch always fits */
	ADMIN_BYTES = 4 * 1024 * 1024,
	COMMITS_HELD = 256,
	COMMITS_TRIMMED = 4
};

struct ledger {
	struct env *env;
	struct store store; /* of the transaction under way */
	struct meta meta;
	struct registry *registry;
	struct registry *registry_before; /* … of the last commit, where the transaction under way has changed it */
	struct arena work;
	struct arena admin;
	struct manifests manifests;
	struct tonnage_changes changes;
	struct stream_run *streams; /* the last run of each terminal, by its number */
	uint64_t *touched;          /* one bit a terminal: its run has to be written */
	struct store held;          /* see hold_pages */
	unsigned commits;           /* since it was taken */
};

/*
 * LMDB fills the pages that the last commits but one gave back, and those lie scattered: a group of a thousand events then writes
 * some 35 stretches of the file, each of which the disk is asked for by itself. A snapshot held over many commits makes it gather
 * what they give back, and reuse it in long stretches: about 5 a group. It costs the pages of as many commits (some tens of MiB)
 * and keeps nobody waiting.
 */
static void
hold_pages(struct ledger *ledger)
{
	if (++ledger->commits % COMMITS_TRIMMED == 0)
		env_trim(ledger->env);
	if (ledger->held.txn != NULL && ledger->commits < COMMITS_HELD)
		return;
	store_abort(&ledger->held);
	ledger->commits = 0;
	/* Without it the ledger is slower and just as right. */
	if (store_begin_read(ledger->env, &ledger->held, NULL) != STATUS_OK)
		ledger->held.txn = NULL;
}

/* ---- opening ---- */

static enum status
read_streams(struct ledger *ledger)
{
	uint32_t terminal_no = 0;
	enum status status;
	memset(ledger->streams, 0, (TERMINAL_NO_MAX + 1) * sizeof *ledger->streams);
	while ((status = streams_next_terminal(&ledger->store, terminal_no, &terminal_no)) == STATUS_OK) {
		if (terminal_no > TERMINAL_NO_MAX)
			return STATUS_DAMAGED;
		status = streams_last(&ledger->store, terminal_no, &ledger->streams[terminal_no]);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The view becomes the ledger's own; the one of the last commit is kept until the next, because others look at it until then. */
static void
take_registry(struct ledger *ledger, struct registry *view)
{
	if (ledger->registry_before == NULL)
		ledger->registry_before = ledger->registry;
	else
		registry_close(&ledger->registry);
	ledger->registry = view;
}

static void
take_registry_back(struct ledger *ledger)
{
	if (ledger->registry_before == NULL)
		return;
	registry_close(&ledger->registry);
	ledger->registry = ledger->registry_before;
	ledger->registry_before = NULL;
}

/* All that is kept in memory, from disk: at the start, and (but for the registry) after a transaction that was given up. */
static enum status
load(struct ledger *ledger, struct reason *why)
{
	enum status status = store_begin_write(ledger->env, &ledger->store, why);
	if (status == STATUS_OK)
		status = meta_read(&ledger->store, &ledger->meta, why);
	if (status == STATUS_OK)
		status = read_streams(ledger);
	if (status == STATUS_OK && ledger->registry == NULL)
		status = registry_table_on_file(&ledger->store, &ledger->registry, why);
	store_abort(&ledger->store);
	return status;
}

enum status
ledger_open(struct env *env, struct ledger **out, struct reason *why)
{
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a ledger");
	ledger->env = env;
	ledger->streams = calloc(TERMINAL_NO_MAX + 1, sizeof *ledger->streams);
	ledger->touched = calloc((TERMINAL_NO_MAX + 64) / 64, sizeof *ledger->touched);
	enum status status = ledger->streams != NULL && ledger->touched != NULL ? STATUS_OK : STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = arena_open(&ledger->work, WORK_BYTES);
	if (status == STATUS_OK)
		status = arena_open(&ledger->admin, ADMIN_BYTES);
	if (status == STATUS_OK)
		status = manifests_open(&ledger->manifests, &ledger->work);
	if (status == STATUS_OK)
		status = load(ledger, why);
	if (status == STATUS_OK)
		*out = ledger;
	else
		ledger_close(&ledger);
	return status;
}

void
ledger_close(struct ledger **ledger)
{
	if (*ledger == NULL)
		return;
	store_abort(&(*ledger)->store);
	store_abort(&(*ledger)->held);
	registry_close(&(*ledger)->registry);
	registry_close(&(*ledger)->registry_before);
	manifests_close(&(*ledger)->manifests);
	tonnage_changes_close(&(*ledger)->changes);
	arena_close(&(*ledger)->work);
	arena_close(&(*ledger)->admin);
	free((*ledger)->streams);
	free((*ledger)->touched);
	free(*ledger);
	*ledger = NULL;
}

/* ---- what an entry does, beyond standing in the journal ---- */

static enum status
write_work(struct ledger *ledger)
{
	enum status status = manifests_write(&ledger->manifests, &ledger->store, ledger->registry, &ledger->changes);
	/* The changes lend the set's port names from the events, so they go to the table before anything is forgotten. */
	if (status == STATUS_OK)
		status = tonnage_apply(&ledger->store, &ledger->changes);
	manifests_forget(&ledger->manifests);
	return status;
}

/* What a terminal says of its port: of a batch there, or of a machine. */
static enum status
apply_report(struct ledger *ledger, const struct entry *entry, const Juyan__V1__Event *event)
{
	struct stamp at = { event->occurred_at_ms, entry->stream_seq, entry->terminal_no };
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED)
		return machines_take(&ledger->store, event, &at);
	uint32_t marks = facts_marks(event, entry->received_at_ms);
	enum status status = STATUS_OK;
	if (ledger->work.used > WORK_FULL)
		status = write_work(ledger);
	if (status == STATUS_OK)
		status = manifests_apply(&ledger->manifests, &ledger->store, ledger->registry, event, &at, marks, &ledger->changes);
	return status;
}

/* A change of the registry: its records, the new view, and everything that counts differently by it. */
static enum status
apply_registry(struct ledger *ledger, const Juyan__V1__RegistryChanged *change, struct reason *why)
{
	struct registry *view = NULL;
	enum status status = registry_table_change(&ledger->store, change, &ledger->admin, why);
	if (status == STATUS_OK)
		status = registry_table_view(&ledger->store, &view, why);
	if (status == STATUS_OK)
		status = registry_follows(ledger->registry, view, why);
	if (status == STATUS_OK && registry_table_moves_totals(change))
		status = manifests_recount(&ledger->manifests, &ledger->store, ledger->registry, view, &ledger->changes, why);
	if (status == STATUS_OK)
		status = tonnage_apply(&ledger->store, &ledger->changes);
	if (status != STATUS_OK) {
		registry_close(&view);
		return status;
	}
	take_registry(ledger, view);
	ledger->meta.registry_version++;
	return STATUS_OK;
}

static enum status
apply_release(struct ledger *ledger, const Juyan__V1__QuarantineReleased *release, uint64_t lsn, struct reason *why)
{
	struct quarantine_row row;
	struct journal_event held;
	const Juyan__V1__Event *event = NULL;
	enum status status = quarantine_get(&ledger->store, release->lsn, &row);
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, status, "no event with number %llu is in quarantine", (unsigned long long)release->lsn);
	if (status == STATUS_OK && row.state != QUARANTINE_WAITING)
		return reason_say(why, STATUS_NOT_WAITING, "event %llu was %s by event %llu", (unsigned long long)release->lsn,
		    quarantine_state_name(row.state), (unsigned long long)row.settled_lsn);
	if (status == STATUS_OK)
		status = journal_find(&ledger->store, release->lsn, &held);
	/* A conflict has no number of its own to be applied under; what it says must be sent anew. */
	if (status == STATUS_OK && held.conflict && !release->dismissed)
		return reason_say(why, STATUS_CONTRADICTION,
		    "event %llu conflicts with another of the same number: dismiss it, and send what is right under a new number",
		    (unsigned long long)release->lsn);
	if (status == STATUS_OK && !release->dismissed)
		status = quarantine_event(release, &held, ledger->registry, &ledger->admin, &event, why);
	if (status == STATUS_OK && event != NULL) {
		struct entry entry = { .terminal_no = held.terminal_no,
			.stream_seq = held.stream_seq,
			.received_at_ms = held.received_at_ms };
		status = apply_report(ledger, &entry, event);
		/* The event lives in the arena of this call, so the set is written while it does. */
		if (status == STATUS_OK)
			status = write_work(ledger);
	}
	if (status != STATUS_OK)
		return status;
	row.state = release->dismissed ? QUARANTINE_DISMISSED : QUARANTINE_RELEASED;
	row.settled_lsn = lsn;
	ledger->meta.quarantine_waiting--;
	return quarantine_put(&ledger->store, &row);
}

/*
 * An administrative event changes tables before it is known to fit, so it runs in a nested transaction: what does not fit leaves
 * nothing behind but its own record in quarantine.
 */
static enum status
apply_administrative(struct ledger *ledger, struct entry *entry, struct reason *why)
{
	struct store outer = ledger->store;
	struct meta before = ledger->meta;
	enum status status = store_begin_nested(ledger->env, &outer, &ledger->store, why);
	if (status != STATUS_OK)
		return status;
	struct stamp at = { entry->event->occurred_at_ms, entry->stream_seq, entry->terminal_no };
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
		status = apply_registry(ledger, entry->event->registry_changed, why);
	else if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_NOTED)
		status = notes_take(&ledger->store, entry->event->noted, &at);
	else
		status = apply_release(ledger, entry->event->quarantine_released, ledger->meta.end.lsn + 1, why);
	if (status == STATUS_OK)
		status = store_commit(&ledger->store, why);
	else
		store_abort(&ledger->store);
	ledger->store = outer;
	arena_reset(&ledger->admin);
	if (status_consequence(status) != REFUSE)
		return status;
	assert(status != STATUS_CONFLICTING_EVENT); /* as a verdict it would take no number */
	tonnage_forget(&ledger->changes);
	manifests_forget(&ledger->manifests);
	ledger->meta = before;
	entry->verdict = status;
	return STATUS_OK;
}

/*
 * Whether an entry has to find all that stands before it in the tables: an administrative event, and a conflict, which is not kept
 * when its content is on file, even if it came there a moment ago.
 */
static bool
stands_alone(const struct entry *entry)
{
	return entry->verdict == STATUS_CONFLICTING_EVENT || (entry->verdict == STATUS_OK && wire_event_administers(entry->event));
}

/* A conflict that is on file already is not kept once more. */
static enum status
look_up_conflict(struct ledger *ledger, struct entry *entry)
{
	uint64_t lsn;
	enum status status = conflicts_find(&ledger->store, entry->terminal_no, entry->stream_seq, entry->bytes, &lsn);
	if (status == STATUS_OK)
		entry->lsn = JOURNAL_SKIP;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
apply_entry(struct ledger *ledger, struct entry *entry, struct reason *why)
{
	enum status status = STATUS_OK;
	entry->lsn = 0;
	if (entry->verdict == STATUS_CONFLICTING_EVENT)
		return look_up_conflict(ledger, entry);
	if (entry->verdict != STATUS_OK)
		return STATUS_OK;
	assert(entry->event != NULL);
	if (wire_event_administers(entry->event))
		return apply_administrative(ledger, entry, why);
	status = apply_report(ledger, entry, entry->event);
	if (status == STATUS_BATCH_FULL) {
		entry->verdict = status;
		status = STATUS_OK;
	}
	return status;
}

/* ---- what every entry leaves behind ---- */

/* Its number becomes the end of its terminal's stream: the run goes on, or a new one begins. */
static enum status
note_number(struct ledger *ledger, const struct entry *entry)
{
	struct stream_run *run = &ledger->streams[entry->terminal_no];
	assert(entry->terminal_no > 0 && entry->terminal_no <= TERMINAL_NO_MAX);
	assert(entry->stream_seq == run->first_seq + run->events || (run->events == 0 && entry->stream_seq == 1));
	if (run->events > 0 && entry->lsn == run->first_lsn + run->events) {
		run->events++;
	} else {
		enum status status = run->events > 0 ? streams_put(&ledger->store, run) : STATUS_OK;
		if (status != STATUS_OK)
			return status;
		*run = (struct stream_run){ entry->terminal_no, entry->stream_seq, entry->lsn, 1 };
	}
	ledger->touched[entry->terminal_no / 64] |= UINT64_C(1) << (entry->terminal_no % 64);
	return STATUS_OK;
}

static enum status
note_entry(struct ledger *ledger, struct entry *entry)
{
	enum status status = STATUS_OK;
	bool conflict = entry->verdict == STATUS_CONFLICTING_EVENT;
	if (entry->lsn == JOURNAL_SKIP) {
		entry->lsn = 0;
		return STATUS_OK;
	}
	if (!conflict)
		status = note_number(ledger, entry);
	if (status != STATUS_OK || entry->verdict == STATUS_OK)
		return status;
	if (conflict)
		status = conflicts_put(&ledger->store, entry->terminal_no, entry->stream_seq, entry->bytes, entry->lsn);
	if (status == STATUS_OK)
		status =
		    quarantine_put(&ledger->store, &(struct quarantine_row){ entry->lsn, entry->verdict, QUARANTINE_WAITING, 0 });
	ledger->meta.quarantine_waiting++;
	return status;
}

static enum status
write_streams(struct ledger *ledger)
{
	enum status status = STATUS_OK;
	for (size_t word = 0; word < (TERMINAL_NO_MAX + 64) / 64; word++)
		for (; ledger->touched[word] != 0 && status == STATUS_OK; ledger->touched[word] &= ledger->touched[word] - 1)
			status = streams_put(&ledger->store,
			    &ledger->streams[word * 64 + (size_t)__builtin_ctzll(ledger->touched[word])]);
	return status;
}

/*
 * One entry that stands alone, or all up to the next that does. What stands before such an entry is in all tables, its journal
 * included, before that is applied: so the outcome depends on the order of entries alone, not on how they were grouped.
 */
static enum status
apply_run(struct ledger *ledger, struct entry *entries, size_t n, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = apply_entry(ledger, &entries[i], why);
	if (status == STATUS_OK)
		status = write_work(ledger);
	if (status == STATUS_OK)
		status = journal_append(&ledger->store, &ledger->meta.end, entries, n);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = note_entry(ledger, &entries[i]);
	return status;
}

static enum status
apply_all(struct ledger *ledger, struct entry *entries, size_t n, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t first = 0, run; first < n && status == STATUS_OK; first += run) {
		for (run = 1; !stands_alone(&entries[first]) && first + run < n && !stands_alone(&entries[first + run]); run++)
			;
		status = apply_run(ledger, entries + first, run, why);
	}
	if (status == STATUS_OK)
		status = write_streams(ledger);
	if (status == STATUS_OK)
		status = meta_write(&ledger->store, &ledger->meta);
	return status;
}

enum status
ledger_apply(struct ledger *ledger, struct entry *entries, size_t n, struct reason *why)
{
	if (n == 0)
		return STATUS_OK;
	reason_say(why, STATUS_OK, "the ledger could not take the group");
	enum status status = store_begin_write(ledger->env, &ledger->store, why);
	if (status != STATUS_OK)
		return status;
	status = apply_all(ledger, entries, n, why);
	if (status == STATUS_OK)
		status = store_commit(&ledger->store, why);
	else
		store_abort(&ledger->store);
	if (status == STATUS_OK) {
		registry_close(&ledger->registry_before);
		hold_pages(ledger);
		return STATUS_OK;
	}
	/* Nothing of it happened; so nothing of it may stay in memory. And pages that were held back may be what is missing. */
	store_abort(&ledger->held);
	take_registry_back(ledger);
	manifests_forget(&ledger->manifests);
	tonnage_forget(&ledger->changes);
	memset(ledger->touched, 0, (TERMINAL_NO_MAX + 64) / 64 * sizeof *ledger->touched);
	if (status_consequence(status) == STOP)
		return status;
	struct reason second;
	enum status loaded = load(ledger, &second);
	if (loaded == STATUS_OK)
		return status;
	if (why != NULL)
		*why = second;
	return loaded;
}

/* ---- asking the writer ---- */

uint64_t
ledger_stream_tail(const struct ledger *ledger, uint32_t terminal_no)
{
	if (terminal_no > TERMINAL_NO_MAX || ledger->streams[terminal_no].events == 0)
		return 0;
	return ledger->streams[terminal_no].first_seq + ledger->streams[terminal_no].events - 1;
}

enum status
ledger_stored(struct ledger *ledger, uint32_t terminal_no, uint64_t stream_seq, struct arena *arena, struct span *out)
{
	struct store store;
	struct journal_event event;
	uint64_t lsn;
	enum status status = store_begin_read(ledger->env, &store, NULL);
	if (status == STATUS_BUSY) /* others have all the places of readers; a writer needs none */
		status = store_begin_write(ledger->env, &store, NULL);
	if (status != STATUS_OK)
		return status;
	status = streams_find(&store, terminal_no, stream_seq, &lsn);
	if (status == STATUS_OK)
		status = journal_find(&store, lsn, &event);
	uint8_t *copy = status == STATUS_OK ? arena_take(arena, event.bytes.bytes + 1) : NULL;
	if (status == STATUS_OK && copy == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		memcpy(copy, event.bytes.data, event.bytes.bytes);
		*out = (struct span){ copy, event.bytes.bytes };
	}
	store_abort(&store);
	return status;
}

uint64_t
ledger_lsn(const struct ledger *ledger)
{
	return ledger->meta.end.lsn;
}

const struct registry *
ledger_registry(const struct ledger *ledger)
{
	return ledger->registry;
}

/* Writing the ledger: one transaction for a group of entries. See ledger.h. */
#include "ledger_parts.h"

#include <stdlib.h>

#include "machines.h"
#include "quarantine.h"
#include "registry_table.h"
#include "sites.h"

enum {
	WORK_BYTES = 128 * 1024 * 1024, /* address space for the working set of a group; touched only as far as it is used */
	WORK_FULL = WORK_BYTES / 2,     /* then the set is written early, so that one more batch always fits */
	ADMIN_BYTES = 4 * 1024 * 1024,
	COMMITS_HELD = 256,
	COMMITS_TRIMMED = 4
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
read_sites(struct ledger *ledger)
{
	uint32_t site_no = 0;
	enum status status;
	free(ledger->sites);
	ledger->sites = calloc(TERMINAL_NO_MAX + 1, sizeof *ledger->sites); /* touched only where there are sites */
	if (ledger->sites == NULL)
		return STATUS_NO_MEMORY;
	while ((status = sites_next(&ledger->store, site_no, &site_no)) == STATUS_OK) {
		if (site_no > TERMINAL_NO_MAX)
			return STATUS_DAMAGED;
		status = sites_end(&ledger->store, site_no, &ledger->sites[site_no]);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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
		status = tails_load(ledger->tails, &ledger->store);
	if (status == STATUS_OK)
		status = read_sites(ledger);
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
	enum status status = tails_open(&ledger->tails);
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
	tails_close(&(*ledger)->tails);
	free((*ledger)->sites);
	free(*ledger);
	*ledger = NULL;
}

/* ---- what an entry does, beyond standing in the journal ---- */

enum status
ledger_write_work(struct ledger *ledger)
{
	enum status status = manifests_write(&ledger->manifests, &ledger->store, ledger->registry, &ledger->changes);
	/* The changes lend the set's port names from the events, so they go to the table before anything is forgotten. */
	if (status == STATUS_OK)
		status = tonnage_apply(&ledger->store, &ledger->changes);
	manifests_forget(&ledger->manifests);
	return status;
}

/* What a terminal says of its port: of a batch there, or of a machine. */
enum status
ledger_apply_report(struct ledger *ledger, const struct entry *entry, const Juyan__V1__Event *event)
{
	struct stamp at = { event->occurred_at_ms, entry->stream_seq, entry->terminal_no };
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED)
		return machines_take(&ledger->store, event, &at);
	uint32_t marks = facts_marks(event, entry->site_chain != NULL ? entry->first_received_at_ms : entry->received_at_ms);
	enum status status = STATUS_OK;
	if (ledger->work.used > WORK_FULL)
		status = ledger_write_work(ledger);
	if (status == STATUS_OK)
		status = manifests_apply(&ledger->manifests, &ledger->store, ledger->registry, event, &at, marks, &ledger->changes);
	return status;
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
	entry->misfits = false;
	if (entry->verdict == STATUS_CONFLICTING_EVENT)
		return entry->site_chain != NULL ? STATUS_OK : look_up_conflict(ledger, entry);
	if (entry->verdict != STATUS_OK)
		return STATUS_OK;
	assert(entry->event != NULL);
	if (wire_event_administers(entry->event))
		return ledger_administer(ledger, entry, why);
	status = ledger_apply_report(ledger, entry, entry->event);
	if (status == STATUS_BATCH_FULL) {
		if (entry->site_chain == NULL)
			entry->verdict = status;
		status = STATUS_OK;
	}
	return status;
}

/* ---- what every entry leaves behind ---- */

/* Numbers become the ends of streams: that of its terminal, and of a site's event the site's own, in which conflicts have one. */
static enum status
note_numbers(struct ledger *ledger, const struct entry *entry, bool conflict)
{
	uint32_t site_no = block_site(entry->terminal_no);
	enum status status = STATUS_OK;
	assert((site_no != 0) == (entry->site_chain != NULL));
	if (!conflict)
		status = tails_note(ledger->tails, &ledger->store, entry->terminal_no, entry->stream_seq, entry->lsn);
	if (status == STATUS_OK && site_no != 0)
		status = tails_note(ledger->tails, &ledger->store, site_no, tails_last(ledger->tails, site_no) + 1, entry->lsn);
	return status;
}

/* Of the sites whose blocks were written: where they end now, and that they stand still no longer. */
static enum status
note_sites(struct ledger *ledger, const struct entry *entries, size_t n)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		uint32_t site_no = block_site(entries[i].terminal_no);
		if (site_no == 0 || (i + 1 < n && block_site(entries[i + 1].terminal_no) == site_no))
			continue;
		status = sites_put_end(&ledger->store, site_no, &ledger->sites[site_no]);
		if (status == STATUS_OK)
			status = sites_drop_alarm(&ledger->store, site_no, SITE_STOPPED);
	}
	return status;
}

static enum status
note_entry(struct ledger *ledger, struct entry *entry)
{
	bool conflict = entry->verdict == STATUS_CONFLICTING_EVENT;
	if (entry->lsn == JOURNAL_SKIP) {
		entry->lsn = 0;
		return STATUS_OK;
	}
	enum status status = note_numbers(ledger, entry, conflict);
	if (status != STATUS_OK || entry->verdict == STATUS_OK)
		return status;
	if (conflict)
		status = conflicts_put(&ledger->store, entry->terminal_no, entry->stream_seq, entry->bytes, entry->lsn);
	else if (entry->site_chain != NULL)
		status = ledger_note_refused_decree(ledger, entry);
	if (status == STATUS_OK)
		status =
		    quarantine_put(&ledger->store, &(struct quarantine_row){ entry->lsn, entry->verdict, QUARANTINE_WAITING, 0 });
	ledger->meta.quarantine_waiting++;
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
		status = ledger_write_work(ledger);
	if (status == STATUS_OK)
		status = journal_append(&ledger->store, &ledger->meta.end, ledger->sites, entries, n);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = note_entry(ledger, &entries[i]);
	if (status == STATUS_OK)
		status = note_sites(ledger, entries, n);
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
		status = tails_write(ledger->tails, &ledger->store);
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
	return tails_last(ledger->tails, terminal_no);
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

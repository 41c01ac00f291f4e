/* What administrators send: see ledger_parts.h. */
#include "ledger_parts.h"

#include "notes.h"
#include "quarantine.h"
#include "registry_table.h"
#include "sites.h"

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

enum status
ledger_take_registry(struct ledger *ledger, bool moves_totals, struct reason *why)
{
	struct registry *view = NULL;
	enum status status = registry_table_view(&ledger->store, &view, why);
	if (status == STATUS_OK)
		status = registry_follows(ledger->registry, view, why);
	if (status == STATUS_OK && moves_totals)
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

/* A change of the registry: its records, the new view, and everything that counts differently by it. */
static enum status
apply_registry(struct ledger *ledger, const Juyan__V1__RegistryChanged *change, struct reason *why)
{
	enum status status = ledger_may_change(ledger, change, why);
	if (status == STATUS_OK)
		status = registry_table_change(&ledger->store, change, &ledger->admin, why);
	return status == STATUS_OK ? ledger_take_registry(ledger, registry_table_moves_totals(change), why) : status;
}

/* What waits from a site is settled there: it is not this ledger that can say what becomes of it. */
static enum status
refuse_of_site(struct ledger *ledger, const struct journal_event *held, struct reason *why)
{
	uint64_t there;
	const struct terminal_rule *site = registry_terminal(ledger->registry, block_site(held->terminal_no));
	enum status status = sites_lsn(&ledger->store, held, &there);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	return reason_say(why, STATUS_NOT_AUTHORISED,
	    "event %llu came from the site %.60s, where it is event %llu: settle it there", (unsigned long long)held->lsn,
	    site == NULL ? "" : site->name, (unsigned long long)there);
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
	if (status == STATUS_OK && held.site_chain != NULL)
		return refuse_of_site(ledger, &held, why);
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
		status = ledger_apply_report(ledger, &entry, event);
		/* The event lives in the arena of this call, so the set is written while it does. */
		if (status == STATUS_OK)
			status = ledger_write_work(ledger);
	}
	if (status != STATUS_OK)
		return status;
	row.state = release->dismissed ? QUARANTINE_DISMISSED : QUARANTINE_RELEASED;
	row.settled_lsn = lsn;
	ledger->meta.quarantine_waiting--;
	return quarantine_put(&ledger->store, &row);
}

static enum status
administer_own(struct ledger *ledger, const struct entry *entry, struct reason *why)
{
	struct stamp at = { entry->event->occurred_at_ms, entry->stream_seq, entry->terminal_no };
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
		return apply_registry(ledger, entry->event->registry_changed, why);
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_NOTED)
		return notes_take(&ledger->store, entry->event->noted, &at);
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_DECREED)
		return ledger_decree(ledger, entry->event->decreed, why);
	return apply_release(ledger, entry->event->quarantine_released, ledger->meta.end.lsn + 1, why);
}

enum status
ledger_attempt(struct ledger *ledger, ledger_deed *deed, const void *user, struct reason *why)
{
	struct store outer = ledger->store;
	struct meta before = ledger->meta;
	enum status status = store_begin_nested(ledger->env, &outer, &ledger->store, why);
	if (status != STATUS_OK) {
		ledger->store = outer;
		return status;
	}
	status = deed(ledger, user, why);
	if (status == STATUS_OK)
		status = store_commit(&ledger->store, why);
	else
		store_abort(&ledger->store);
	ledger->store = outer;
	arena_reset(&ledger->admin);
	if (status_consequence(status) != REFUSE)
		return status;
	tonnage_forget(&ledger->changes);
	manifests_forget(&ledger->manifests);
	ledger->meta = before;
	return status;
}

static enum status
administer_any(struct ledger *ledger, const void *user, struct reason *why)
{
	const struct entry *entry = user;
	return entry->site_chain != NULL ? ledger_administer_site(ledger, entry, why) : administer_own(ledger, entry, why);
}

/*
 * An administrative event changes tables before it is known to fit, so it runs in a nested transaction: what does not fit leaves
 * nothing behind but its own record in quarantine.
 */
enum status
ledger_administer(struct ledger *ledger, struct entry *entry, struct reason *why)
{
	uint64_t version = ledger->meta.registry_version;
	bool of_site = entry->site_chain != NULL;
	bool registry_of_site = of_site && entry->event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	enum status fits = registry_of_site ? ledger_name_terminals(ledger, entry) : STATUS_OK;
	if (fits == STATUS_OK)
		fits = ledger_attempt(ledger, administer_any, entry, why);
	if (fits != STATUS_OK && status_consequence(fits) != REFUSE)
		return fits;
	assert(fits != STATUS_CONFLICTING_EVENT); /* as a verdict it would take no number */
	if (fits != STATUS_OK && !of_site)
		entry->verdict = fits;
	enum status status = registry_of_site ? ledger_want_registry(ledger, entry, fits == STATUS_OK) : STATUS_OK;
	if (status == STATUS_OK && (registry_of_site || ledger->meta.registry_version != version))
		status = ledger_fit_registries(ledger, entry, ledger->meta.registry_version != version);
	return status;
}

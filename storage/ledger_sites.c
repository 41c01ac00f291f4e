/*
 * What is other with events of sites, and what a site's administrators say. It was judged at the site: what does not fit here is
 * not applied, and stands in the journal as it stands there.
 */
#include "ledger_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "notes.h"
#include "quarantine.h"
#include "sites.h"

/* ---- the quarantine ---- */

/* The event that leaves quarantine, as it does at the site; NULL: one that this site may not speak of. */
static enum status
released_event(struct ledger *ledger, const Juyan__V1__QuarantineReleased *release, const struct journal_event *held,
    const Juyan__V1__Event **out)
{
	const Juyan__V1__Event *event = NULL;
	struct span bytes =
	    release->fixed_event.len > 0 ? (struct span){ release->fixed_event.data, release->fixed_event.len } : held->bytes;
	enum status status = wire_event(bytes, &ledger->admin, &event, NULL);
	if (status == STATUS_OK &&
	    (wire_event_administers(event) || !registry_has_port(ledger->registry, block_site(held->terminal_no), event->port)))
		status = STATUS_NOT_AUTHORISED;
	if (status == STATUS_OK)
		*out = event;
	return status;
}

static enum status
release_held(struct ledger *ledger, const Juyan__V1__QuarantineReleased *release, const struct journal_event *held)
{
	const Juyan__V1__Event *event = NULL;
	if (held->conflict)
		return STATUS_CONTRADICTION;
	enum status status = released_event(ledger, release, held, &event);
	if (status != STATUS_OK)
		return status;
	struct entry entry = { .terminal_no = held->terminal_no,
		.stream_seq = held->stream_seq,
		.received_at_ms = held->received_at_ms,
		.site_chain = held->site_chain,
		.first_received_at_ms = held->first_received_at_ms };
	status = ledger_apply_report(ledger, &entry, event);
	/* The event lives in the arena of this call, so the set is written while it does. */
	return status == STATUS_OK ? ledger_write_work(ledger) : status;
}

/* The site names the event by its own number for it. */
static enum status
apply_release(struct ledger *ledger, uint32_t site_no, const Juyan__V1__QuarantineReleased *release, struct reason *why)
{
	struct quarantine_row row;
	struct journal_event held;
	uint64_t lsn;
	enum status status = tails_find(ledger->tails, &ledger->store, site_no, release->lsn, &lsn);
	if (status == STATUS_OK)
		status = quarantine_get(&ledger->store, lsn, &row);
	if (status == STATUS_OK && row.state != QUARANTINE_WAITING)
		status = STATUS_NOT_WAITING;
	if (status == STATUS_OK)
		status = journal_find(&ledger->store, lsn, &held);
	if (status == STATUS_OK && !release->dismissed)
		status = release_held(ledger, release, &held);
	if (status != STATUS_OK)
		return reason_say(why, status, "%s", status_sentence(status));
	row.state = release->dismissed ? QUARANTINE_DISMISSED : QUARANTINE_RELEASED;
	row.settled_lsn = ledger->meta.end.lsn + 1;
	ledger->meta.quarantine_waiting--;
	return quarantine_put(&ledger->store, &row);
}

/* ---- notes ---- */

/*
 * What the site calls the subject, in this ledger's words: an event of its quarantine has another number here, its terminals are
 * not looked after here, and of a batch or a machine it may speak where the port is its own.
 */
static enum status
subject_here(struct ledger *ledger, uint32_t site_no, const char *subject, char out[SUBJECT_BYTES_MAX + 1])
{
	uint64_t there, lsn;
	char port[PORT_BYTES_MAX + 1] = "";
	const char *colon = strchr(subject, ':');
	snprintf(out, SUBJECT_BYTES_MAX + 1, "%s", subject);
	if (sscanf(subject, "quarantine:%" SCNu64, &there) == 1) {
		enum status status = tails_find(ledger->tails, &ledger->store, site_no, there, &lsn);
		if (status == STATUS_OK)
			snprintf(out, SUBJECT_BYTES_MAX + 1, "quarantine:%" PRIu64, lsn);
		return status;
	}
	if (strncmp(subject, "site:", strlen("site:")) == 0 || strncmp(subject, "silent:", strlen("silent:")) == 0)
		return STATUS_NOT_AUTHORISED;
	size_t bytes = colon == NULL ? 0 : strcspn(colon + 1, "/");
	if (bytes == 0 || bytes > PORT_BYTES_MAX)
		return STATUS_NOT_AUTHORISED;
	memcpy(port, colon + 1, bytes);
	return registry_has_port(ledger->registry, site_no, port) ? STATUS_OK : STATUS_NOT_AUTHORISED;
}

static enum status
apply_note(struct ledger *ledger, const struct entry *entry)
{
	char subject[SUBJECT_BYTES_MAX + 1];
	Juyan__V1__Noted noted = *entry->event->noted;
	struct stamp at = { entry->event->occurred_at_ms, entry->stream_seq, entry->terminal_no };
	enum status status = subject_here(ledger, block_site(entry->terminal_no), noted.subject, subject);
	noted.subject = subject;
	return status == STATUS_OK ? notes_take(&ledger->store, &noted, &at) : status;
}

/* ---- decrees ---- */

/* It came from here and is no news, but for how far the site has come. Of authorities that nobody here knows nothing is kept. */
static enum status
note_decree(struct ledger *ledger, uint32_t site_no, const Juyan__V1__Decreed *said, uint64_t refused_lsn)
{
	struct site_decrees decrees;
	if (authorities_find(registry_authorities(ledger->registry), said->authority) == NULL)
		return STATUS_OK;
	enum status status = sites_decrees(&ledger->store, site_no, said->authority, &decrees);
	if (status != STATUS_OK || said->number <= decrees.last)
		return status;
	if (refused_lsn == 0)
		decrees.last = said->number;
	else
		decrees = (struct site_decrees){ decrees.last, said->number, refused_lsn };
	if (decrees.refused <= decrees.last)
		decrees.refused = decrees.refused_lsn = 0;
	return sites_put_decrees(&ledger->store, site_no, said->authority, &decrees);
}

enum status
ledger_note_refused_decree(struct ledger *ledger, const struct entry *entry)
{
	const Juyan__V1__Event *event;
	enum status status = wire_event(entry->bytes, &ledger->admin, &event, NULL);
	if (status == STATUS_OK && event->what_case == JUYAN__V1__EVENT__WHAT_DECREED)
		status = note_decree(ledger, block_site(entry->terminal_no), event->decreed, entry->lsn);
	else if (status_consequence(status) == REFUSE)
		status = STATUS_OK; /* that may be why it is in quarantine */
	arena_reset(&ledger->admin);
	return status;
}

enum status
ledger_administer_site(struct ledger *ledger, const struct entry *entry, struct reason *why)
{
	uint32_t site_no = block_site(entry->terminal_no);
	enum status status;
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
		return ledger_apply_site_registry(ledger, site_no, entry->event->registry_changed, why);
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_DECREED)
		return note_decree(ledger, site_no, entry->event->decreed, 0);
	if (entry->event->what_case == JUYAN__V1__EVENT__WHAT_NOTED)
		status = apply_note(ledger, entry);
	else
		status = apply_release(ledger, site_no, entry->event->quarantine_released, why);
	return status;
}

/* ---- asking the writer ---- */

void
ledger_site_end(const struct ledger *ledger, uint32_t site_no, struct journal_end *out)
{
	assert(site_no <= TERMINAL_NO_MAX);
	*out = ledger->sites[site_no];
}

/* Others may have all the places of readers; a writer needs none. */
static enum status
begin_look(struct ledger *ledger, struct store *store)
{
	enum status status = store_begin_read(ledger->env, store, NULL);
	return status == STATUS_BUSY ? store_begin_write(ledger->env, store, NULL) : status;
}

enum status
ledger_whose_journal(struct ledger *ledger, const uint8_t name[CHAIN_BYTES], uint32_t *site_no)
{
	struct store store;
	uint8_t found[CHAIN_BYTES];
	uint32_t holder = 0;
	enum status status = begin_look(ledger, &store);
	if (status != STATUS_OK)
		return status;
	status = journal_name(&store, found);
	while (status == STATUS_OK && memcmp(found, name, CHAIN_BYTES) != 0) {
		status = sites_next(&store, holder, &holder);
		if (status == STATUS_OK)
			status = sites_journal_name(&store, holder, found);
	}
	store_abort(&store);
	if (status == STATUS_OK)
		*site_no = holder;
	return status;
}

enum status
ledger_site_chain(struct ledger *ledger, uint32_t site_no, uint64_t site_lsn, uint8_t out[CHAIN_BYTES])
{
	struct store store;
	enum status status = begin_look(ledger, &store);
	if (status != STATUS_OK)
		return status;
	status = sites_chain(&store, site_no, site_lsn, out);
	store_abort(&store);
	return status;
}

/*
 * Whether an alarm says nothing that is not on file. A site that looks for where the two journals parted sends old blocks; of all
 * that do not fit the first is where they did.
 */
static bool
says_nothing_new(const struct site_alarm *held, const struct site_alarm *alarm)
{
	if (held->status != alarm->status)
		return false;
	if (held->status == STATUS_OTHER_PAST && alarm->lsn > held->lsn)
		return true;
	return held->lsn == alarm->lsn && strcmp(held->why.text, alarm->why.text) == 0;
}

enum status
ledger_alarm(struct ledger *ledger, uint32_t site_no, const struct site_alarm *alarm, struct reason *why)
{
	struct site_alarm held, kept = *alarm;
	struct store store;
	enum status status = store_begin_write(ledger->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = sites_alarm(&store, site_no, SITE_STOPPED, &held);
	bool known = status == STATUS_OK && says_nothing_new(&held, alarm);
	if (status == STATUS_OK)
		kept.since_ms = held.since_ms;
	if (known || (status != STATUS_OK && status != STATUS_NOT_FOUND)) {
		store_abort(&store);
		return status;
	}
	status = sites_put_alarm(&store, site_no, SITE_STOPPED, &kept);
	if (status == STATUS_OK)
		return store_commit(&store, why);
	store_abort(&store);
	return status;
}

enum status
ledger_end_alarm(struct ledger *ledger, uint32_t site_no, struct reason *why)
{
	struct site_alarm held;
	struct store store;
	enum status status = store_begin_write(ledger->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = sites_alarm(&store, site_no, SITE_STOPPED, &held);
	bool over = status == STATUS_OK && held.status == STATUS_OTHER_PAST;
	if (over)
		status = sites_drop_alarm(&store, site_no, SITE_STOPPED);
	if (over && status == STATUS_OK)
		return store_commit(&store, why);
	store_abort(&store);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

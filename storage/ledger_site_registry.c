/*
 * What a site's registry changes here: records of its own ports, as the site has them. A change is taken over as a whole or not at
 * all. What was not is wanted from then on, and tried again when the registry here changes.
 */
#include <stdio.h>

#include "ledger_parts.h"
#include "registry_table.h"
#include "sites.h"
#include "wanted.h"

/* So many changes of one site are tried again at a time, the oldest first: each looks at the whole registry. */
enum { TRIED_AGAIN_MAX = 64 };

/* The port that a record is about, where it is of a kind that a site decides; NULL: it is not. */
static const char *
port_of(const Juyan__V1__RegistryRecord *record)
{
	switch (record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		return record->port->id;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY:
		return record->day->port;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		return record->capacity->port;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		return record->lever->port;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		return record->override->port;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
		return record->published->port;
	default:
		return NULL;
	}
}

/* Whether a record is of a kind that a site decides, of whatever port. */
static bool
is_a_sites(const struct ledger *ledger, const Juyan__V1__RegistryRecord *record)
{
	return port_of(record) != NULL && authorities_of(registry_authorities(ledger->registry), (int)record->record_case) == NULL;
}

/* Whether it is of a port that is this site's now. What drops an override need not say of which port that is. */
static bool
decides(const struct ledger *ledger, uint32_t site_no, const Juyan__V1__RegistryRecord *record, bool drop)
{
	const struct terminal_rule *site = registry_terminal(ledger->registry, site_no);
	if (site == NULL || site->revoked || !is_a_sites(ledger, record))
		return false;
	return (drop && record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE) ||
	    registry_has_port(ledger->registry, site_no, port_of(record));
}

/* ---- one record ---- */

/*
 * Among those of its name may stand one of a port that is not the site's: the name of an override says nothing of its port. That
 * one is another's, and stays. NOT_FOUND: there is none of this name.
 */
static enum status
look_at_held(struct ledger *ledger, uint32_t site_no, const Juyan__V1__RegistryRecord *record, bool *anothers)
{
	const Juyan__V1__RegistryRecord *held;
	enum status status = registry_table_find(&ledger->store, record, &ledger->admin, &held);
	if (status == STATUS_OK)
		*anothers = !decides(ledger, site_no, held, false);
	return status;
}

/* Among places a port stands where this ledger puts it: its site need not know of any. */
static enum status
put_record(struct ledger *ledger, const Juyan__V1__RegistryRecord *record, struct reason *why)
{
	char place[PORT_BYTES_MAX + 1] = "";
	Juyan__V1__RegistryRecord here = *record;
	Juyan__V1__Port port;
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT) {
		const char *above = places_above(registry_places(ledger->registry), record->port->id);
		snprintf(place, sizeof place, "%s", above != NULL ? above : "");
		port = *record->port;
		port.place = place;
		here.port = &port;
	}
	return registry_table_put(&ledger->store, &here, &ledger->admin, why);
}

/* One that is to be dropped and is not there is gone already. */
static enum status
take_record(struct ledger *ledger, uint32_t site_no, const Juyan__V1__RegistryRecord *record, bool drop, struct reason *why)
{
	char name[REGISTRY_KEY_BYTES];
	bool anothers = false;
	enum status status = look_at_held(ledger, site_no, record, &anothers);
	bool held = status == STATUS_OK;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (drop)
		return held && !anothers ? registry_table_drop(&ledger->store, record, why) : STATUS_OK;
	if (anothers && registry_key(record, name))
		return reason_say(why, STATUS_CONTRADICTION, "%s stands here for a port that is not this site's", name);
	return put_record(ledger, record, why);
}

/* ---- a change ---- */

enum status
ledger_apply_site_registry(struct ledger *ledger, uint32_t site_no, const Juyan__V1__RegistryChanged *change, struct reason *why)
{
	enum status status = STATUS_OK;
	bool moves_totals = false;
	size_t taken = 0;
	for (size_t i = 0; i < change->n_drop + change->n_put && status == STATUS_OK; i++) {
		bool drop = i < change->n_drop;
		const Juyan__V1__RegistryRecord *record = drop ? change->drop[i] : change->put[i - change->n_drop];
		if (!decides(ledger, site_no, record, drop))
			continue;
		status = take_record(ledger, site_no, record, drop, why);
		moves_totals = moves_totals || record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
		taken++;
	}
	return status == STATUS_OK && taken > 0 ? ledger_take_registry(ledger, moves_totals, why) : status;
}

enum status
ledger_want_registry(struct ledger *ledger, const struct entry *entry, bool fits)
{
	const Juyan__V1__RegistryChanged *change = entry->event->registry_changed;
	uint32_t site_no = block_site(entry->terminal_no);
	enum status status = STATUS_OK;
	for (size_t i = 0; i < change->n_drop + change->n_put && status == STATUS_OK; i++) {
		struct wanted wanted = { .lsn = ledger->sites[site_no].lsn + 1, .drop = i < change->n_drop };
		char name[REGISTRY_KEY_BYTES];
		wanted.record = wanted.drop ? change->drop[i] : change->put[i - change->n_drop];
		if (!registry_key(wanted.record, name))
			continue;
		if (!is_a_sites(ledger, wanted.record) || (fits && decides(ledger, site_no, wanted.record, wanted.drop)))
			status = wanted_forget(&ledger->store, site_no, name);
		else
			status = wanted_put(&ledger->store, site_no, &wanted, &ledger->admin);
		arena_reset(&ledger->admin);
	}
	return status;
}

/* ---- what is wanted, once more ---- */

struct change_wanted {
	uint32_t site_no;
	uint64_t lsn;
};

/* All that is wanted since one event of a site and is of its ports. */
static enum status
take_wanted(struct ledger *ledger, const void *user, struct reason *why)
{
	const struct change_wanted *change = user;
	char name[REGISTRY_KEY_BYTES] = "";
	struct wanted wanted;
	enum status status = STATUS_OK, found;
	bool moves_totals = false;
	size_t used = ledger->admin.used;
	while (status == STATUS_OK &&
	    (found = wanted_next(&ledger->store, change->site_no, name, &ledger->admin, &wanted)) != STATUS_NOT_FOUND) {
		status = found;
		if (status == STATUS_OK && wanted.lsn == change->lsn &&
		    decides(ledger, change->site_no, wanted.record, wanted.drop)) {
			status = take_record(ledger, change->site_no, wanted.record, wanted.drop, why);
			moves_totals = moves_totals || wanted.record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
			if (status == STATUS_OK)
				status = wanted_forget(&ledger->store, change->site_no, name);
		}
		ledger->admin.used = used;
	}
	return status == STATUS_OK ? ledger_take_registry(ledger, moves_totals, why) : status;
}

/* The first event of a site behind this one since which something of its ports is wanted. NOT_FOUND: there is none. */
static enum status
next_wanted(struct ledger *ledger, struct change_wanted *change)
{
	char name[REGISTRY_KEY_BYTES] = "";
	struct wanted wanted;
	enum status status;
	uint64_t next = UINT64_MAX;
	while ((status = wanted_next(&ledger->store, change->site_no, name, &ledger->admin, &wanted)) == STATUS_OK) {
		if (wanted.lsn > change->lsn && wanted.lsn < next && decides(ledger, change->site_no, wanted.record, wanted.drop))
			next = wanted.lsn;
		arena_reset(&ledger->admin);
	}
	if (status != STATUS_NOT_FOUND || next == UINT64_MAX)
		return status;
	change->lsn = next;
	return STATUS_OK;
}

/* Whether there is something that does not fit (lsn > 0) stays on file until there is nothing. */
static enum status
note_unfit(struct ledger *ledger, uint32_t site_no, struct site_alarm *unfit)
{
	struct site_alarm held;
	if (unfit->lsn == 0)
		return sites_drop_alarm(&ledger->store, site_no, SITE_UNFIT);
	enum status status = sites_alarm(&ledger->store, site_no, SITE_UNFIT, &held);
	if (status == STATUS_OK)
		unfit->since_ms = held.since_ms;
	return status == STATUS_OK || status == STATUS_NOT_FOUND ? sites_put_alarm(&ledger->store, site_no, SITE_UNFIT, unfit)
								 : status;
}

static enum status
fit_registry(struct ledger *ledger, uint32_t site_no, int64_t now_ms)
{
	struct change_wanted change = { .site_no = site_no };
	struct site_alarm unfit = { .since_ms = now_ms };
	const struct terminal_rule *site = registry_terminal(ledger->registry, site_no);
	enum status status = STATUS_OK;
	if (site == NULL || site->revoked) /* however much it wants */
		return note_unfit(ledger, site_no, &unfit);
	for (int i = 0; i < TRIED_AGAIN_MAX && (status = next_wanted(ledger, &change)) == STATUS_OK; i++) {
		struct reason why = { "" };
		enum status fits = ledger_attempt(ledger, take_wanted, &change, &why);
		if (fits != STATUS_OK && status_consequence(fits) != REFUSE)
			return fits;
		if (fits == STATUS_OK || unfit.lsn != 0)
			continue;
		unfit.lsn = change.lsn;
		unfit.status = fits;
		unfit.why = why;
	}
	return status == STATUS_OK || status == STATUS_NOT_FOUND ? note_unfit(ledger, site_no, &unfit) : status;
}

enum status
ledger_fit_registries(struct ledger *ledger, const struct entry *entry, bool all)
{
	uint32_t own = block_site(entry->terminal_no), site_no = 0;
	enum status status = own == 0 ? STATUS_OK : fit_registry(ledger, own, entry->received_at_ms);
	while (all && status == STATUS_OK && (status = sites_next(&ledger->store, site_no, &site_no)) == STATUS_OK)
		if (site_no != own)
			status = fit_registry(ledger, site_no, entry->received_at_ms);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- names ---- */

enum status
ledger_name_terminals(struct ledger *ledger, const struct entry *entry)
{
	const Juyan__V1__RegistryChanged *change = entry->event->registry_changed;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < change->n_put && status == STATUS_OK; i++)
		if (change->put[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL &&
		    registry_check(change->put[i], NULL) == STATUS_OK)
			status = sites_put_terminal_name(&ledger->store,
			    block_terminal(block_site(entry->terminal_no), change->put[i]->terminal->terminal_no),
			    change->put[i]->terminal->name);
	return status;
}

/* Changes of the registry that were decided elsewhere and signed there: see ledger_parts.h and decrees.h. */
#include "ledger_parts.h"

#include <inttypes.h>

#include "decrees.h"
#include "registry_table.h"

/* ---- what is decided elsewhere ---- */

enum status
ledger_may_change(const struct ledger *ledger, const Juyan__V1__RegistryChanged *change, struct reason *why)
{
	char key[REGISTRY_KEY_BYTES];
	for (size_t i = 0; i < change->n_put + change->n_drop; i++) {
		const Juyan__V1__RegistryRecord *record = i < change->n_put ? change->put[i] : change->drop[i - change->n_put];
		const struct authority *authority =
		    authorities_of(registry_authorities(ledger->registry), (int)record->record_case);
		if (authority != NULL && registry_key(record, key))
			return reason_say(why, STATUS_NOT_AUTHORISED,
			    "%s: such records are decided by the authority '%s' and come signed by it; who has its key applies "
			    "them with "
			    "--sign",
			    key, authority->id);
	}
	return STATUS_OK;
}

/* ---- a decree ---- */

/* Whether a decree that was taken before says the same as this one, which then is the same come again. */
static enum status
look_up_taken(struct ledger *ledger, const Juyan__V1__Decreed *said, struct reason *why)
{
	uint64_t lsn;
	struct journal_event held;
	const Juyan__V1__Event *event;
	enum status status = decrees_find(&ledger->store, said->authority, said->number, &lsn);
	if (status == STATUS_OK)
		status = journal_find(&ledger->store, lsn, &held);
	if (status == STATUS_OK)
		status = wire_event(held.bytes, &ledger->admin, &event, NULL);
	if (status != STATUS_OK || event->what_case != JUYAN__V1__EVENT__WHAT_DECREED)
		return status == STATUS_NO_MEMORY || status == STATUS_DISK ? status : STATUS_DAMAGED;
	const ProtobufCBinaryData *other = &event->decreed->change;
	if (other->len == said->change.len && memcmp(other->data, said->change.data, other->len) == 0)
		return STATUS_OK;
	return reason_say(why, STATUS_CONTRADICTION,
	    "decree %" PRIu64 " of '%s' was taken as event %" PRIu64
	    ", and said something else: its key has signed two of one number",
	    said->number, said->authority, lsn);
}

static bool
knows_port(const struct registry *after, const char *port)
{
	return port == NULL || strcmp(port, "*") == 0 || registry_knows_port(after, port);
}

/* Whether all ports that a record speaks of are known; what is said of others is no concern of this ledger. */
static bool
concerns(const struct registry *registry, const Juyan__V1__RegistryRecord *record)
{
	switch (record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY:
		return knows_port(registry, record->day->port);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		return knows_port(registry, record->capacity->port);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		return knows_port(registry, record->lever->port);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		return knows_port(registry, record->override->port);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
		return knows_port(registry, record->published->port);
	default:
		return true;
	}
}

/* A goal is of ports and places: those that this very change brings are known too. */
static bool
is_put(const Juyan__V1__RegistryChanged *change, const char *id)
{
	for (size_t i = 0; i < change->n_put; i++) {
		const Juyan__V1__RegistryRecord *record = change->put[i];
		if ((record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT && strcmp(record->port->id, id) == 0) ||
		    (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE && strcmp(record->place->id, id) == 0))
			return true;
	}
	return false;
}

static bool
concerns_goal(const struct registry *registry, const Juyan__V1__RegistryChanged *change, const Juyan__V1__RegistryRecord *record)
{
	if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL)
		return true;
	for (size_t i = 0; i < record->goal->n_ports; i++)
		if (!registry_knows_spot(registry, record->goal->ports[i]) && !is_put(change, record->goal->ports[i]))
			return false;
	return true;
}

static enum status
apply(struct ledger *ledger, const Juyan__V1__RegistryChanged *change, struct reason *why)
{
	enum status status = STATUS_OK;
	size_t taken = 0;
	for (size_t i = 0; i < change->n_drop && status == STATUS_OK; i++) {
		status = registry_table_drop(&ledger->store, change->drop[i], why);
		taken += status == STATUS_OK;
		if (status == STATUS_CONTRADICTION) /* it was passed over when it came */
			status = STATUS_OK;
	}
	for (size_t i = 0; i < change->n_put && status == STATUS_OK; i++) {
		if (!concerns(ledger->registry, change->put[i]) || !concerns_goal(ledger->registry, change, change->put[i]))
			continue;
		status = registry_table_put(&ledger->store, change->put[i], &ledger->admin, why);
		taken++;
	}
	return status == STATUS_OK && taken > 0 ? ledger_take_registry(ledger, registry_table_moves_totals(change), why) : status;
}

enum status
ledger_decree(struct ledger *ledger, const Juyan__V1__Decreed *said, struct reason *why)
{
	uint64_t last;
	const Juyan__V1__RegistryChanged *change;
	const struct authority *authority = authorities_find(registry_authorities(ledger->registry), said->authority);
	if (authority == NULL)
		return reason_say(why, STATUS_NOT_AUTHORISED, "the registry here names no authority '%.40s'", said->authority);
	if (!decree_signed_by(said, authority))
		return reason_say(why, STATUS_NOT_AUTHORISED,
		    "decree %" PRIu64 " is not signed with the key that the registry here has of the authority '%s'", said->number,
		    authority->id);
	enum status status = decrees_last(&ledger->store, authority->id, &last);
	if (status == STATUS_OK && said->number <= last)
		return look_up_taken(ledger, said, why);
	if (status == STATUS_OK && said->number != last + 1)
		return reason_say(why, STATUS_CONTRADICTION, "decree %" PRIu64 " of '%s' came, and %" PRIu64 " was expected",
		    said->number, authority->id, last + 1);
	if (status == STATUS_OK)
		status = decree_change(said, authority, &ledger->admin, &change, why);
	if (status == STATUS_OK)
		status = apply(ledger, change, why);
	return status == STATUS_OK ? decrees_put(&ledger->store, said->authority, said->number, ledger->meta.end.lsn + 1) : status;
}

enum status
ledger_decrees(struct ledger *ledger, const char *authority, uint64_t after, struct arena *arena, ProtobufCBinaryData **out,
    size_t *n)
{
	struct store store;
	enum { ANSWER_BYTES = FRAME_BYTES_MAX / 2 };
	if (strlen(authority) > GROUP_ID_BYTES_MAX)
		authority = ""; /* no authority has such a name, and a key holds no longer one */
	enum status status = store_begin_read(ledger->env, &store, NULL);
	if (status == STATUS_BUSY) /* others have all the places of readers; a writer needs none */
		status = store_begin_write(ledger->env, &store, NULL);
	if (status != STATUS_OK)
		return status;
	status = decrees_after(&store, authority, after, ANSWER_BYTES, arena, out, n);
	store_abort(&store);
	return status;
}

/*
 * The compiled registry. Records are sorted by name, so that all versions of one id stand together; from these runs come ports with
 * the time from which each version holds, groups with the days of each version, and terminals by number and by key.
 */
#include "registry.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "groups.h"
#include "nearest.h"
#include "registry_parts.h"
#include "registry_references.h"

/* A record and its name, for sorting. */
struct named {
	char key[REGISTRY_KEY_BYTES];
	size_t id_bytes; /* of the key, without " from …" */
	const Juyan__V1__RegistryRecord *record;
};

static const struct terminal_entry *
find_terminal(const struct registry *registry, uint32_t terminal_no)
{
	size_t low = 0, high = registry->n_terminals;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (registry->terminals[middle].rule.terminal_no < terminal_no)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == registry->n_terminals || registry->terminals[low].rule.terminal_no != terminal_no)
		return NULL;
	return &registry->terminals[low];
}

/* ---- sorting records by name ---- */

static int
compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	return strcmp(x->key, y->key);
}

static bool
same_id(const struct named *a, const struct named *b)
{
	return a->id_bytes == b->id_bytes && memcmp(a->key, b->key, a->id_bytes) == 0;
}

static enum status
name_records(const Juyan__V1__RegistryRecord *const *records, size_t n, struct named *named, struct reason *why)
{
	for (size_t i = 0; i < n; i++) {
		enum status status = registry_check(records[i], why);
		if (status != STATUS_OK)
			return status;
		bool has_name = registry_key(records[i], named[i].key);
		assert(has_name);
		named[i].record = records[i];
		named[i].id_bytes = strlen(named[i].key);
		if (records[i]->valid_from[0] != '\0')
			named[i].id_bytes -= strlen(" from ") + strlen(records[i]->valid_from);
	}
	qsort(named, n, sizeof *named, compare_named);
	for (size_t i = 1; i < n; i++)
		if (strcmp(named[i - 1].key, named[i].key) == 0)
			return reason_say(why, STATUS_CONTRADICTION, "%s stands twice in the registry", named[i].key);
	return STATUS_OK;
}

/* The first day of a record; INT64_MIN where it says none, or is the first of its id and so holds before as well. */
static int64_t
first_day(const struct named *named, size_t i)
{
	int64_t day;
	if (i == 0 || !same_id(&named[i - 1], &named[i]))
		return INT64_MIN;
	bool dated = civil_parse_day(named[i].record->valid_from, &day);
	assert(dated); /* only one version of an id can be without a day, and it is the first */
	return day;
}

/* ---- ports ---- */

static enum status
build_ports(struct registry *registry, const struct named *named, size_t n, struct reason *why)
{
	size_t ids = 0;
	for (size_t i = 0; i < n; i++) {
		if (named[i].record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PORT)
			continue;
		const Juyan__V1__Port *port = named[i].record->port;
		int64_t day = first_day(named, i);
		ids += day == INT64_MIN;
		struct port_version *version = &registry->ports[registry->n_ports++];
		bool parsed = civil_parse_offset(port->utc_offset, &version->rule.utc_offset_minutes);
		assert(parsed && strlen(port->id) <= PORT_BYTES_MAX);
		snprintf(version->id, sizeof version->id, "%s", port->id);
		version->rule.id = version->id;
		version->rule.count_on = port->count_on;
		/* Its day begins at midnight by its own clock. */
		version->first_ms =
		    day == INT64_MIN ? day : day * CIVIL_MS_PER_DAY - (int64_t)version->rule.utc_offset_minutes * 60000;
	}
	if (ids > PORTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the registry has %zu ports, at most %d are allowed", ids, PORTS_MAX);
	return STATUS_OK;
}

/* ---- groups ---- */

static enum status
build_groups(struct registry *registry, const struct named *named, size_t n, struct reason *why)
{
	size_t ids = 0, used = 0;
	struct group_version *versions = calloc(n + 1, sizeof *versions);
	if (versions == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out for the commodity groups");
	for (size_t i = 0; i < n; i++) {
		if (named[i].record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP)
			continue;
		int64_t day = first_day(named, i);
		ids += day == INT64_MIN;
		if (day != INT64_MIN)
			versions[used - 1].last_day = day - 1;
		versions[used++] = (struct group_version){ named[i].record->group, day, INT64_MAX };
	}
	enum status status;
	if (ids > GROUPS_MAX)
		status = reason_say(why, STATUS_TOO_MANY, "the registry has %zu groups, at most %d are allowed", ids, GROUPS_MAX);
	else
		status = groups_build(versions, used, &registry->groups);
	free(versions);
	return status;
}

const char *
registry_group(const struct registry *registry, int64_t day, struct span hs, struct span description)
{
	const char *found = groups_find(registry->groups, day, hs, description);
	return found == NULL ? GROUP_OTHER : found;
}

/* ---- terminals ---- */

static uint64_t
kind_bit(uint32_t what)
{
	return what < 64 ? UINT64_C(1) << what : 0;
}

static uint64_t
kind_bits(const Juyan__V1__Terminal *terminal)
{
	const uint64_t administrative = kind_bit(JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED) |
	    kind_bit(JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED) | kind_bit(JUYAN__V1__EVENT__WHAT_NOTED) |
	    kind_bit(JUYAN__V1__EVENT__WHAT_DECREED);
	uint64_t bits = 0;
	for (size_t i = 0; i < terminal->n_kinds; i++) {
		if (strcmp(terminal->kinds[i], "*") == 0) {
			bits |= ~administrative;
			continue;
		}
		const ProtobufCFieldDescriptor *field =
		    protobuf_c_message_descriptor_get_field_by_name(&juyan__v1__event__descriptor, terminal->kinds[i]);
		assert(field != NULL);
		bits |= kind_bit(field->id);
	}
	return terminal->administrator ? bits | administrative : bits;
}

static enum status
build_terminal(struct registry *registry, const Juyan__V1__Terminal *terminal, struct terminal_entry *entry, struct reason *why)
{
	char known[NEAREST_KNOWN_BYTES];
	entry->ports = calloc(terminal->n_ports + 1, sizeof *entry->ports);
	entry->name = strdup(terminal->name);
	if (entry->ports == NULL || entry->name == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out for the terminals");
	entry->rule.terminal_no = terminal->terminal_no;
	entry->rule.name = entry->name;
	entry->rule.administrator = terminal->administrator;
	entry->rule.reader = terminal->reader;
	entry->rule.revoked = terminal->revoked;
	entry->rule.site = terminal->site;
	memcpy(entry->rule.public_key, terminal->public_key.data, PUBLIC_KEY_BYTES);
	entry->kinds = kind_bits(terminal);
	for (size_t i = 0; i < terminal->n_ports; i++) {
		const struct port_version *port = registry_find_port(registry, terminal->ports[i]);
		if (strcmp(terminal->ports[i], "*") == 0)
			entry->all_ports = true;
		else if (port == NULL)
			return reason_say(why, STATUS_CONTRADICTION,
			    "terminal %u has a right for the port '%s', which is not in the registry%s", terminal->terminal_no,
			    terminal->ports[i], registry_nearest_known(registry_nearest_port(registry, terminal->ports[i]), known));
		else
			entry->ports[entry->n_ports++] = (uint32_t)(port - registry->ports);
	}
	return STATUS_OK;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct terminal_entry *const *x = a, *const *y = b;
	return memcmp((*x)->rule.public_key, (*y)->rule.public_key, PUBLIC_KEY_BYTES);
}

static bool
has_port(const struct registry *registry, const struct terminal_entry *entry, const char *port)
{
	if (entry->all_ports)
		return true;
	for (size_t i = 0; i < entry->n_ports; i++)
		if (strcmp(registry->ports[entry->ports[i]].id, port) == 0)
			return true;
	return false;
}

static enum status
build_terminals(struct registry *registry, const struct named *named, size_t n, const Juyan__V1__RegistryRecord **misfit,
    struct reason *why)
{
	size_t authorised = 0;
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__RegistryRecord *record = named[i].record;
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL)
			continue;
		/* Counted before it is filled: registry_close frees what a failure leaves. */
		struct terminal_entry *entry = &registry->terminals[registry->n_terminals++];
		enum status status = build_terminal(registry, record->terminal, entry, why);
		if (status == STATUS_CONTRADICTION)
			*misfit = record;
		if (status != STATUS_OK)
			return status;
		authorised += !entry->rule.revoked;
	}
	if (authorised > TERMINALS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "%zu terminals are authorised, at most %d are allowed", authorised,
		    TERMINALS_MAX);
	for (size_t i = 0; i < registry->n_terminals; i++)
		registry->by_key[i] = &registry->terminals[i];
	qsort(registry->by_key, registry->n_terminals, sizeof registry->by_key[0], compare_keys);
	for (size_t i = 1; i < registry->n_terminals; i++)
		if (compare_keys(&registry->by_key[i - 1], &registry->by_key[i]) == 0)
			return reason_say(why, STATUS_CONTRADICTION, "the terminals %u and %u have the same key",
			    registry->by_key[i - 1]->rule.terminal_no, registry->by_key[i]->rule.terminal_no);
	return STATUS_OK;
}

const struct terminal_rule *
registry_terminal(const struct registry *registry, uint32_t terminal_no)
{
	const struct terminal_entry *entry = find_terminal(registry, terminal_no);
	return entry == NULL ? NULL : &entry->rule;
}

const struct terminal_rule *
registry_terminal_by_key(const struct registry *registry, const uint8_t key[PUBLIC_KEY_BYTES])
{
	size_t low = 0, high = registry->n_terminals;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(registry->by_key[middle]->rule.public_key, key, PUBLIC_KEY_BYTES);
		if (order == 0)
			return &registry->by_key[middle]->rule;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t
registry_terminals(const struct registry *registry)
{
	return registry->n_terminals;
}

const struct terminal_rule *
registry_terminal_at(const struct registry *registry, size_t i)
{
	assert(i < registry->n_terminals);
	return &registry->terminals[i].rule;
}

bool
registry_has_port(const struct registry *registry, uint32_t terminal_no, const char *port)
{
	const struct terminal_entry *entry = find_terminal(registry, terminal_no);
	return entry != NULL && has_port(registry, entry, port);
}

bool
registry_allows(const struct registry *registry, uint32_t terminal_no, const Juyan__V1__Event *event)
{
	const struct terminal_entry *entry = find_terminal(registry, terminal_no);
	/* A decree's right is its signature, whoever brings it. */
	if (entry != NULL && event->what_case == JUYAN__V1__EVENT__WHAT_DECREED)
		return true;
	if (entry == NULL || (entry->kinds & kind_bit((uint32_t)event->what_case)) == 0)
		return false;
	return wire_event_administers(event) || has_port(registry, entry, event->port);
}

/* ---- the whole ---- */

enum status
registry_build(const Juyan__V1__RegistryRecord *const *records, size_t n, struct registry **out, struct reason *why)
{
	const Juyan__V1__RegistryRecord *misfit;
	return registry_build_telling(records, n, out, &misfit, why);
}

enum status
registry_build_telling(const Juyan__V1__RegistryRecord *const *records, size_t n, struct registry **out,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why)
{
	*misfit = NULL;
	enum status status = reason_say(why, STATUS_NO_MEMORY, "memory ran out for the registry");
	struct named *named = calloc(n + 1, sizeof *named);
	struct registry *registry = calloc(1, sizeof *registry);
	if (named == NULL || registry == NULL)
		goto done;
	registry->ports = calloc(n + 1, sizeof *registry->ports);
	registry->terminals = calloc(n + 1, sizeof *registry->terminals);
	registry->by_key = calloc(n + 1, sizeof *registry->by_key);
	if (registry->ports == NULL || registry->terminals == NULL || registry->by_key == NULL)
		goto done;
	status = name_records(records, n, named, why);
	if (status == STATUS_OK)
		status = build_ports(registry, named, n, why);
	if (status == STATUS_OK)
		status = places_build(records, n, &registry->places, misfit, why);
	if (status == STATUS_OK)
		status = authorities_build(records, n, &registry->authorities, misfit, why);
	if (status == STATUS_OK)
		status = build_groups(registry, named, n, why);
	if (status == STATUS_OK)
		status = build_terminals(registry, named, n, misfit, why);
	if (status == STATUS_OK)
		status = registry_references(registry, records, n, misfit, why);
	if (status == STATUS_OK) {
		*out = registry;
		registry = NULL;
	}
done:
	free(named);
	registry_close(&registry);
	return status;
}

static bool
has_administrator(const struct registry *registry)
{
	for (size_t i = 0; i < registry->n_terminals; i++)
		if (registry->terminals[i].rule.administrator && !registry->terminals[i].rule.revoked)
			return true;
	return false;
}

enum status
registry_follows(const struct registry *before, const struct registry *after, struct reason *why)
{
	for (size_t i = 0; i < before->n_terminals; i++) {
		const struct terminal_rule *old = &before->terminals[i].rule, *new = registry_terminal(after, old->terminal_no);
		if (new == NULL)
			return reason_say(why, STATUS_CONTRADICTION, "terminal %u (%.60s) would be dropped: revoke it instead",
			    old->terminal_no, old->name);
		/* A site goes on under another key: its journal's chain says that it is the same. */
		if (!old->site && memcmp(old->public_key, new->public_key, PUBLIC_KEY_BYTES) != 0)
			return reason_say(why, STATUS_CONTRADICTION,
			    "terminal %u (%.60s) would get another key: revoke it, and authorise the new key as another terminal",
			    old->terminal_no, old->name);
		if (old->site != new->site)
			return reason_say(why, STATUS_CONTRADICTION,
			    "terminal %u (%.60s) would %s: a site and what is none have different streams; make another key",
			    old->terminal_no, old->name, new->site ? "become a site" : "be a site no more");
	}
	if (has_administrator(before) && !has_administrator(after))
		return reason_say(why, STATUS_CONTRADICTION,
		    "no administrator would be left: nobody could change the registry again");
	return STATUS_OK;
}

void
registry_close(struct registry **registry)
{
	struct registry *r = *registry;
	if (r == NULL)
		return;
	for (size_t i = 0; r->terminals != NULL && i < r->n_terminals; i++) {
		free(r->terminals[i].ports);
		free(r->terminals[i].name);
	}
	authorities_close(&r->authorities);
	places_close(&r->places);
	groups_close(&r->groups);
	free(r->by_key);
	free(r->terminals);
	free(r->ports);
	free(r);
	*registry = NULL;
}

/* See registry_references.h. */
#include "registry_references.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"

typedef Juyan__V1__RegistryRecord Record;

_Static_assert(NEAREST_KNOWN_BYTES > sizeof "; the nearest known is ''" + PORT_BYTES_MAX, "a port's id fits");
_Static_assert(NEAREST_KNOWN_BYTES > sizeof "; the nearest known is ''" + GROUP_ID_BYTES_MAX, "a group's id fits");

const char *
registry_nearest_known(const char *name, char text[NEAREST_KNOWN_BYTES])
{
	text[0] = '\0';
	if (name != NULL)
		snprintf(text, NEAREST_KNOWN_BYTES, "; the nearest known is '%s'", name);
	return text;
}

static enum status
fail(const Record *record, const char *what, const char *id, const char *nearest, struct reason *why)
{
	char key[REGISTRY_KEY_BYTES], known[NEAREST_KNOWN_BYTES];
	bool has_name = registry_key(record, key);
	assert(has_name);
	return reason_say(why, STATUS_CONTRADICTION, "%s names the %s '%s', which is not in the registry%s", key, what, id,
	    registry_nearest_known(nearest, known));
}

static enum status
check_ports(const struct registry *registry, const Record *record, char *const *ports, size_t n, struct reason *why)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(ports[i], "*") != 0 && !registry_knows_port(registry, ports[i]))
			return fail(record, "port", ports[i], registry_nearest_port(registry, ports[i]), why);
	return STATUS_OK;
}

static enum status
check_group(const Record *const *records, size_t n, const Record *record, const char *id, struct reason *why)
{
	struct nearest search = nearest_to(id);
	nearest_offer(&search, GROUP_OTHER);
	nearest_offer(&search, GROUP_EMPTY);
	for (size_t i = 0; i < n; i++)
		if (records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP)
			nearest_offer(&search, records[i]->group->id);
	return strcmp(search.name, id) == 0 ? STATUS_OK : fail(record, "group", id, search.name, why);
}

static enum status
check_goal(const struct registry *registry, const Record *const *records, size_t n, const Record *record, struct reason *why)
{
	const Juyan__V1__Goal *goal = record->goal;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < goal->n_ports && status == STATUS_OK; i++)
		if (strcmp(goal->ports[i], "*") != 0 && !registry_knows_spot(registry, goal->ports[i]))
			status =
			    fail(record, "port or place", goal->ports[i], registry_nearest_spot(registry, goal->ports[i]), why);
	for (size_t i = 0; i < goal->n_groups && status == STATUS_OK; i++)
		status = check_group(records, n, record, goal->groups[i], why);
	return status;
}

/* A port is one site's: what two ledgers tell of it would be counted here as one, and in neither of them. */
static enum status
check_site(const struct registry *registry, const Juyan__V1__Terminal *site, struct reason *why)
{
	for (size_t p = 0; p < site->n_ports && site->site && !site->revoked; p++)
		for (size_t i = 0; i < registry_terminals(registry); i++) {
			const struct terminal_rule *other = registry_terminal_at(registry, i);
			if (other->terminal_no < site->terminal_no && other->site && !other->revoked &&
			    registry_has_port(registry, other->terminal_no, site->ports[p]))
				return reason_say(why, STATUS_CONTRADICTION,
				    "the port '%s' would be of two sites, %u (%.60s) and %u (%.60s)", site->ports[p],
				    other->terminal_no, other->name, site->terminal_no, site->name);
		}
	return STATUS_OK;
}

enum status
registry_references(const struct registry *registry, const Record *const *records, size_t n, const Record **misfit,
    struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		const Record *record = records[i];
		switch ((int)record->record_case) {
		case JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL:
			status = check_site(registry, record->terminal, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY:
			status = check_ports(registry, record, &record->day->port, 1, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
			status = check_ports(registry, record, &record->capacity->port, 1, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
			status = check_goal(registry, records, n, record, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
			status = check_ports(registry, record, &record->lever->port, 1, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
			status = check_ports(registry, record, &record->override->port, 1, why);
			break;
		case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
			status = check_ports(registry, record, &record->published->port, 1, why);
			break;
		default:
			break;
		}
		if (status != STATUS_OK)
			*misfit = record;
	}
	return status;
}

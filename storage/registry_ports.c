/* What a view of the registry says of ports and of the places above them: see registry.h. */
#include <string.h>

#include "nearest.h"
#include "registry_parts.h"

const struct port_version *
registry_find_port(const struct registry *registry, const char *id)
{
	size_t low = 0, high = registry->n_ports;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(registry->ports[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < registry->n_ports && strcmp(registry->ports[low].id, id) == 0 ? &registry->ports[low] : NULL;
}

bool
registry_knows_port(const struct registry *registry, const char *port)
{
	return registry_find_port(registry, port) != NULL;
}

bool
registry_knows_spot(const struct registry *registry, const char *port_or_place)
{
	return registry_knows_port(registry, port_or_place) || places_id(registry->places, port_or_place) != NULL;
}

const struct places *
registry_places(const struct registry *registry)
{
	return registry->places;
}

const struct authorities *
registry_authorities(const struct registry *registry)
{
	return registry->authorities;
}

const char *
registry_port_id(const struct registry *registry, const char *port)
{
	const struct port_version *found = registry_find_port(registry, port);
	return found == NULL ? NULL : found->rule.id;
}

const char *
registry_next_port(const struct registry *registry, const char *after)
{
	const struct port_version *next = after == NULL ? registry->ports : registry_find_port(registry, after);
	const struct port_version *end = registry->ports + registry->n_ports;
	while (next != NULL && after != NULL && next < end && strcmp(next->id, after) == 0)
		next++;
	return next == NULL || next == end ? NULL : next->rule.id;
}

const char *
registry_nearest_port(const struct registry *registry, const char *port)
{
	struct nearest search = nearest_to(port);
	for (size_t i = 0; i < registry->n_ports; i++)
		nearest_offer(&search, registry->ports[i].id);
	return search.name;
}

const char *
registry_nearest_spot(const struct registry *registry, const char *port_or_place)
{
	struct nearest search = nearest_to(port_or_place);
	for (size_t i = 0; i < registry->n_ports; i++)
		nearest_offer(&search, registry->ports[i].id);
	for (const char *id = places_next(registry->places, NULL); id != NULL; id = places_next(registry->places, id))
		nearest_offer(&search, id);
	return search.name;
}

bool
registry_port(const struct registry *registry, const char *port, int64_t utc_ms, struct port_rule *out)
{
	const struct port_version *found = registry_find_port(registry, port), *end = registry->ports + registry->n_ports;
	if (found == NULL)
		return false;
	for (const struct port_version *next = found + 1; next < end && strcmp(next->id, port) == 0 && next->first_ms <= utc_ms;
	     next++)
		found = next;
	*out = found->rule;
	return true;
}

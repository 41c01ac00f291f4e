/* The inside of a view of the registry: registry.c compiles it, registry_ports.c says what is asked of ports and places. */
#ifndef JUYAN_STORAGE_REGISTRY_PARTS_H
#define JUYAN_STORAGE_REGISTRY_PARTS_H

#include "registry.h"

struct port_version {
	char id[PORT_BYTES_MAX + 1];
	int64_t first_ms; /* from when it holds, UTC; the first version of a port: INT64_MIN */
	struct port_rule rule;
};

struct terminal_entry {
	struct terminal_rule rule;
	uint64_t kinds; /* bit n: the event whose field in Event.what has the number n */
	bool all_ports;
	size_t n_ports;
	uint32_t *ports; /* first versions in registry.ports */
	char *name;
};

struct registry {
	struct port_version *ports; /* sorted by id, then by time */
	size_t n_ports;
	struct terminal_entry *terminals; /* sorted by number */
	size_t n_terminals;
	const struct terminal_entry **by_key; /* sorted by key */
	struct groups *groups;
	struct places *places;
	struct authorities *authorities;
};

/* The first version of a port; NULL where it is unknown. */
const struct port_version *registry_find_port(const struct registry *registry, const char *id);

#endif

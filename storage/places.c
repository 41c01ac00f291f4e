/* See places.h. Ports and places are the nodes of one list, sorted by id; each knows the number of the one above it. */
#include "places.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "registry_references.h"

typedef Juyan__V1__RegistryRecord Record;

#define NONE UINT32_MAX

struct node {
	char id[PORT_BYTES_MAX + 1];
	bool port;
	uint32_t above;       /* NONE: nothing */
	const Record *record; /* while it is built: the latest */
};

struct places {
	struct node *nodes;
	size_t n;
};

static const struct node *
find(const struct places *places, const char *id)
{
	size_t low = 0, high = places->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(places->nodes[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < places->n && strcmp(places->nodes[low].id, id) == 0 ? &places->nodes[low] : NULL;
}

/* ---- building ---- */

static const char *
id_of(const Record *record)
{
	return record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE ? record->place->id : record->port->id;
}

static const char *
above_of(const Record *record)
{
	return record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE ? record->place->parent : record->port->place;
}

/* By id, then by day: ISO days sort as texts, and no day is the first. */
static int
compare(const void *a, const void *b)
{
	const struct node *x = a, *y = b;
	int order = strcmp(x->id, y->id);
	return order != 0 ? order : strcmp(x->record->valid_from, y->record->valid_from);
}

static enum status
list_nodes(struct places *places, const Record *const *records, size_t n, const Record **misfit, struct reason *why)
{
	size_t used = 0, n_places = 0;
	for (size_t i = 0; i < n; i++) {
		bool port = records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
		if (!port && records[i]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE)
			continue;
		struct node *node = &places->nodes[places->n++];
		*node = (struct node){ .port = port, .above = NONE, .record = records[i] };
		assert(strlen(id_of(records[i])) <= PORT_BYTES_MAX);
		memcpy(node->id, id_of(records[i]), strlen(id_of(records[i])) + 1);
		n_places += !port;
	}
	if (n_places > PORTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the registry has %zu places, at most %d are allowed", n_places, PORTS_MAX);
	if (places->n > 0)
		qsort(places->nodes, places->n, sizeof *places->nodes, compare);
	for (size_t i = 0; i < places->n; i++) {
		struct node *node = &places->nodes[i], *last = used > 0 ? &places->nodes[used - 1] : NULL;
		if (last == NULL || strcmp(last->id, node->id) != 0) {
			places->nodes[used++] = *node;
		} else if (last->port != node->port) {
			*misfit = node->port ? last->record : node->record;
			return reason_say(why, STATUS_CONTRADICTION, "'%s' is the id of a port and of a place: choose another one",
			    node->id);
		} else {
			*last = *node;
		}
	}
	places->n = used;
	return STATUS_OK;
}

static enum status
say_unknown(const struct places *places, const struct node *node, const char *above, struct reason *why)
{
	char known[NEAREST_KNOWN_BYTES];
	struct nearest search = nearest_to(above);
	for (size_t i = 0; i < places->n; i++)
		if (!places->nodes[i].port)
			nearest_offer(&search, places->nodes[i].id);
	return reason_say(why, STATUS_CONTRADICTION, "%s/%s stands below the place '%s', which is not in the registry%s",
	    node->port ? "port" : "place", node->id, above, registry_nearest_known(search.name, known));
}

static enum status
bind(struct places *places, const Record **misfit, struct reason *why)
{
	for (size_t i = 0; i < places->n; i++) {
		struct node *node = &places->nodes[i];
		const char *above = above_of(node->record);
		const struct node *found = above[0] != '\0' ? find(places, above) : NULL;
		if (above[0] == '\0')
			continue;
		if (found == NULL || found->port) {
			*misfit = node->record;
			return say_unknown(places, node, above, why);
		}
		node->above = (uint32_t)(found - places->nodes);
	}
	for (size_t i = 0; i < places->n; i++) {
		size_t steps = 0;
		for (uint32_t at = (uint32_t)i; at != NONE && steps <= places->n; at = places->nodes[at].above)
			steps++;
		if (steps > places->n) {
			*misfit = places->nodes[i].record;
			return reason_say(why, STATUS_CONTRADICTION, "place/%s stands, by the places above it, below itself",
			    places->nodes[i].id);
		}
	}
	return STATUS_OK;
}

enum status
places_build(const Record *const *records, size_t n, struct places **out, const Record **misfit, struct reason *why)
{
	*misfit = NULL;
	struct places *places = calloc(1, sizeof *places);
	if (places != NULL)
		places->nodes = calloc(n + 1, sizeof *places->nodes);
	enum status status = places != NULL && places->nodes != NULL
	    ? list_nodes(places, records, n, misfit, why)
	    : reason_say(why, STATUS_NO_MEMORY, "memory ran out for the places");
	if (status == STATUS_OK)
		status = bind(places, misfit, why);
	if (status != STATUS_OK) {
		places_close(&places);
		return status;
	}
	for (size_t i = 0; i < places->n; i++)
		places->nodes[i].record = NULL;
	*out = places;
	return STATUS_OK;
}

void
places_close(struct places **places)
{
	if (*places != NULL)
		free((*places)->nodes);
	free(*places);
	*places = NULL;
}

/* ---- asking ---- */

const char *
places_id(const struct places *places, const char *id)
{
	const struct node *node = find(places, id);
	return node == NULL || node->port ? NULL : node->id;
}

const char *
places_above(const struct places *places, const char *id)
{
	const struct node *node = find(places, id);
	return node == NULL || node->above == NONE ? NULL : places->nodes[node->above].id;
}

bool
places_within(const struct places *places, const char *port, const char *port_or_place)
{
	if (strcmp(port, port_or_place) == 0)
		return true;
	for (const char *at = places_above(places, port); at != NULL; at = places_above(places, at))
		if (strcmp(at, port_or_place) == 0)
			return true;
	return false;
}

bool
places_among(const struct places *places, char *const *names, size_t n, const char *port)
{
	for (size_t i = 0; i < n; i++)
		if (places_within(places, port, names[i]))
			return true;
	return n == 0;
}

const char *
places_next(const struct places *places, const char *after)
{
	const struct node *node = after == NULL ? places->nodes : find(places, after), *end = places->nodes + places->n;
	if (node != NULL && after != NULL)
		node++;
	while (node != NULL && node < end && node->port)
		node++;
	return node == NULL || node == end ? NULL : node->id;
}

size_t
places_room(const struct places *places, size_t n)
{
	return places->n + n + 1;
}

size_t
places_ports(const struct places *places, char *const *names, size_t n, char **out)
{
	size_t used = 0;
	for (size_t i = 0; i < places->n && n > 0; i++)
		if (places->nodes[i].port && places_among(places, names, n, places->nodes[i].id))
			out[used++] = places->nodes[i].id;
	for (size_t i = 0; i < n && used == 0; i++)
		out[used++] = names[i];
	return used;
}

/* See standing.h. Records of one id stand together, in order of valid_from. */
#include "standing.h"

#include <stdlib.h>
#include <string.h>

#include "civil.h"

static bool
same_id(const Juyan__V1__RegistryRecord *a, const Juyan__V1__RegistryRecord *b)
{
	if (a->record_case != b->record_case)
		return false;
	switch (a->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		return strcmp(a->port->id, b->port->id) == 0;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		return strcmp(a->lever->port, b->lever->port) == 0 && a->lever->mode == b->lever->mode &&
		    strcmp(a->lever->name, b->lever->name) == 0;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		return strcmp(a->capacity->port, b->capacity->port) == 0 && a->capacity->mode == b->capacity->mode;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
		return strcmp(a->goal->id, b->goal->id) == 0;
	default:
		return false;
	}
}

/* Whether this record holds on the day, and none behind it of the same id does so instead. */
static bool
holds(const Juyan__V1__Registry *registry, size_t i, int64_t day)
{
	const Juyan__V1__RegistryRecord *record = registry->records[i];
	int64_t from = INT64_MIN;
	bool first = i == 0 || !same_id(registry->records[i - 1], record);
	if (record->valid_from[0] != '\0' && civil_parse_day(record->valid_from, &from) && from > day && !first)
		return false;
	if (i + 1 == registry->n_records || !same_id(record, registry->records[i + 1]))
		return true;
	return civil_parse_day(registry->records[i + 1]->valid_from, &from) && from > day;
}

static void
take(struct standing *standing, const Juyan__V1__RegistryRecord *record)
{
	switch (record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		standing->ports[standing->n_ports++] = record->port->id;
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		standing->levers[standing->n_levers++] = record->lever;
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		standing->capacities[standing->n_capacities++] = record->capacity;
		break;
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
		standing->said[standing->n_goals++] = record->goal;
		break;
	default:
		break;
	}
}

/* One list of names for all goals, so that there is one to free. */
static enum status
widen(struct standing *standing)
{
	size_t room = 0;
	for (size_t i = 0; i < standing->n_goals; i++)
		room += places_room(standing->places, standing->said[i]->n_ports);
	standing->names = calloc(room + 1, sizeof *standing->names);
	if (standing->names == NULL)
		return STATUS_NO_MEMORY;
	char **names = standing->names;
	for (size_t i = 0; i < standing->n_goals; i++) {
		const Juyan__V1__Goal *said = standing->said[i];
		standing->wide[i] = *said;
		standing->wide[i].ports = names;
		standing->wide[i].n_ports = places_ports(standing->places, said->ports, said->n_ports, names);
		standing->goals[i] = &standing->wide[i];
		names += standing->wide[i].n_ports;
	}
	return STATUS_OK;
}

enum status
standing_open(const Juyan__V1__Registry *registry, int64_t day, struct standing *out)
{
	size_t most = registry->n_records + 1;
	struct standing made = { .ports = calloc(most, sizeof *made.ports),
		.levers = calloc(most, sizeof *made.levers),
		.capacities = calloc(most, sizeof *made.capacities),
		.goals = calloc(most, sizeof *made.goals),
		.said = calloc(most, sizeof *made.said),
		.wide = calloc(most, sizeof *made.wide) };
	const Juyan__V1__RegistryRecord *misfit;
	enum status status = STATUS_NO_MEMORY;
	if (made.ports != NULL && made.levers != NULL && made.capacities != NULL && made.goals != NULL && made.said != NULL &&
	    made.wide != NULL)
		status = places_build((const Juyan__V1__RegistryRecord *const *)registry->records, registry->n_records,
		    &made.places, &misfit, NULL);
	if (status_consequence(status) == REFUSE)
		status = STATUS_DAMAGED;
	for (size_t i = 0; i < registry->n_records && status == STATUS_OK; i++)
		if (holds(registry, i, day))
			take(&made, registry->records[i]);
	if (status == STATUS_OK)
		status = widen(&made);
	if (status == STATUS_OK)
		*out = made;
	else
		standing_close(&made);
	return status;
}

void
standing_close(struct standing *standing)
{
	free(standing->ports);
	free(standing->levers);
	free(standing->capacities);
	free(standing->goals);
	free(standing->said);
	free(standing->wide);
	free(standing->names);
	places_close(&standing->places);
	*standing = (struct standing){ 0 };
}

const Juyan__V1__Goal *
standing_goal(const struct standing *standing, const char *id)
{
	for (size_t i = 0; i < standing->n_goals; i++)
		if (strcmp(standing->goals[i]->id, id) == 0)
			return standing->goals[i];
	return NULL;
}

Juyan__V1__Goal *
standing_said(const struct standing *standing, const Juyan__V1__Goal *goal)
{
	return standing->said[goal - standing->wide];
}

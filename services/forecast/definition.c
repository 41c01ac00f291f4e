/* See definition.h. */
#include "definition.h"

#include <stddef.h>
#include <string.h>

#include "civil.h"

/* NULL: no published figure of this port that was known. */
static const Juyan__V1__Published *
known_at(const Juyan__V1__Registry *registry, const char *port, int64_t as_of, size_t i)
{
	const Juyan__V1__RegistryRecord *record = registry->records[i];
	int64_t to;
	if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED || strcmp(record->published->port, port) != 0 ||
	    record->published->net_kg <= 0 || !civil_parse_day(record->published->to, &to) || to > as_of)
		return NULL;
	return record->published;
}

const char *
definition_of(const Juyan__V1__Registry *registry, const char *port, int64_t as_of)
{
	const char *best = "all";
	size_t most = 0;
	for (size_t i = 0; i < registry->n_records; i++) {
		const Juyan__V1__Published *one = known_at(registry, port, as_of, i), *other;
		size_t n = 0;
		if (one == NULL)
			continue;
		if (strcmp(one->definition, "all") == 0)
			return one->definition;
		for (size_t k = 0; k < registry->n_records; k++)
			n +=
			    (other = known_at(registry, port, as_of, k)) != NULL && strcmp(one->definition, other->definition) == 0;
		if (n > most) {
			most = n;
			best = one->definition;
		}
	}
	return best;
}

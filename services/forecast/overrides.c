/* See overrides.h. Records of the registry that are no days any more have been refused when they were applied. */
#include "overrides.h"

#include <string.h>

#include "civil.h"

static const Juyan__V1__Override *
override_at(const struct inputs *inputs, size_t i, int64_t *first, int64_t *last)
{
	const Juyan__V1__RegistryRecord *record = inputs->registry->records[i];
	if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE || record->override->per_mille < 0 ||
	    !civil_parse_day(record->override->from, first) || !civil_parse_day(record->override->to, last))
		return NULL;
	return record->override;
}

static bool
matches(const Juyan__V1__Override *override, const struct leaf_key *key)
{
	return (strcmp(override->port, "*") == 0 || strcmp(override->port, key->port) == 0) &&
	    (override->mode == 0 || override->mode == key->mode) &&
	    (override->direction == 0 || override->direction == key->direction);
}

static void
apply_to_leaf(const Juyan__V1__Override *override, struct leaves *leaves, size_t leaf, int64_t running_kg, size_t from, size_t to)
{
	for (size_t p = 0; p < leaves->paths; p++) {
		int64_t *kg = leaves_path(leaves, leaf, p);
		for (size_t d = from; d < to; d++) {
			int64_t known = d == 0 ? running_kg : 0;
			int64_t scaled = ((kg[d] - known) * override->per_mille + 500) / 1000;
			kg[d] = known + (scaled < LEAVES_DAY_KG_MAX ? scaled : LEAVES_DAY_KG_MAX);
		}
	}
}

void
overrides_apply(const struct inputs *inputs, struct leaves *leaves, const int64_t *running_kg, size_t from, size_t to)
{
	for (size_t i = 0; i < inputs->registry->n_records; i++) {
		int64_t first, last, begin = leaves->origin + 1;
		const Juyan__V1__Override *override = override_at(inputs, i, &first, &last);
		if (override == NULL || last < begin)
			continue;
		size_t lower = first > begin ? (size_t)(first - begin) : 0, upper = (size_t)(last - begin) + 1;
		lower = lower > from ? lower : from;
		upper = upper < to ? upper : to;
		for (size_t k = 0; k < leaves->n; k++)
			if (matches(override, &leaves->leaf[k].key))
				apply_to_leaf(override, leaves, k, running_kg[k], lower, upper);
	}
}

void
overrides_tell(const struct inputs *inputs, int64_t last_day, struct world_notes *notes)
{
	for (size_t i = 0; i < inputs->registry->n_records; i++) {
		int64_t first, last;
		const Juyan__V1__Override *override = override_at(inputs, i, &first, &last);
		if (override == NULL || last <= inputs->origin || first > last_day)
			continue;
		world_note(notes, strcmp(override->port, "*") == 0 ? "" : override->port,
		    "override %.40s by %.40s: %.1f %% of the forecast at %.32s from %s to %s: %.80s", override->id, override->by,
		    (double) override->per_mille / 10.0, strcmp(override->port, "*") == 0 ? "every port" : override->port,
		    override->from, override->to, override->reason);
	}
}

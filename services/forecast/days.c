/* See days.h. */
#include "days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

void
days_close(struct days *days)
{
	free(days->open);
	free(days->regressors);
	*days = (struct days){ 0 };
}

enum status
days_make(const struct inputs *inputs, const char *port, size_t future, struct days *out)
{
	struct days made = { .n = inputs->past_days + future };
	snprintf(made.port, sizeof made.port, "%s", port);
	made.open = calloc(made.n, sizeof *made.open);
	if (made.open == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < made.n; i++)
		made.open[i] = inputs_open(inputs, port, inputs->first_day + (int64_t)i);
	*out = made;
	return STATUS_OK;
}

bool
days_ceiling(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t future, int64_t *most_kg)
{
	bool any = false;
	for (size_t d = 0; d < future; d++)
		most_kg[d] = INT64_MAX;
	/* Records of one id stand in order of valid_from: the later writes over the earlier. */
	for (size_t i = 0; i < inputs->registry->n_records; i++) {
		const Juyan__V1__RegistryRecord *record = inputs->registry->records[i];
		int64_t from = INT64_MIN;
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY ||
		    strcmp(record->capacity->port, port) != 0 || record->capacity->mode != mode)
			continue;
		if (record->valid_from[0] != '\0' && !civil_parse_day(record->valid_from, &from))
			continue;
		for (size_t d = 0; d < future; d++) {
			if (inputs->origin + 1 + (int64_t)d < from)
				continue;
			most_kg[d] = record->capacity->kg_per_day;
			any = true;
		}
	}
	return any;
}

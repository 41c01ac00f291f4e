/* See days.h. */
#include "days.h"

#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { USUAL_DAYS = 28 };

/* Of the mean of the days before it: what makes a day of the past an open one. */
static const double open_share = 0.25;

static void
close_one(struct days_of *days)
{
	calendar_close(&days->calendar);
	free(days->odds);
	days->odds = NULL;
}

void
days_close(struct days *days)
{
	close_one(&days->road);
	close_one(&days->rail);
}

static double
passed(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t day)
{
	double kg = 0.0;
	for (size_t i = 0; i < inputs->n; i++)
		if (strcmp(inputs->leaf[i].key.port, port) == 0 &&
		    (inputs->leaf[i].key.mode == JUYAN__V1__MODE__RAIL) == (mode == JUYAN__V1__MODE__RAIL))
			kg += (double)inputs->leaf[i].past_kg[day];
	return kg;
}

static bool
was_open(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t day)
{
	double usual = 0.0;
	for (size_t back = 1; back <= USUAL_DAYS && back <= day; back++)
		usual += passed(inputs, port, mode, day - back) / USUAL_DAYS;
	return passed(inputs, port, mode, day) > open_share * usual;
}

static enum status
make_one(const struct inputs *inputs, const char *port, Juyan__V1__Mode mode, size_t future, struct days_of *out)
{
	const Juyan__V1__RegistryRecord *const *records = (const Juyan__V1__RegistryRecord *const *)inputs->registry->records;
	size_t past = inputs->past_days;
	out->odds = calloc(future + 1, sizeof *out->odds);
	if (out->odds == NULL)
		return STATUS_NO_MEMORY;
	enum status status =
	    calendar_make(records, inputs->registry->n_records, port, mode, inputs->first_day, past + future, &out->calendar);
	if (status != STATUS_OK)
		return status;
	double *open = out->calendar.open;
	for (size_t i = 0; i < past; i++)
		if (open[i] > 0.0 && open[i] < 1.0)
			open[i] = was_open(inputs, port, mode, i) ? 1.0 : 0.0;
	for (size_t i = 0; i < future; i++) {
		out->odds[i] = open[past + i];
		open[past + i] = open[past + i] > 0.0 ? 1.0 : 0.0;
	}
	return STATUS_OK;
}

enum status
days_make(const struct inputs *inputs, const char *port, size_t future, struct days *out)
{
	struct days made = { 0 };
	enum status status = make_one(inputs, port, JUYAN__V1__MODE__MODE_UNSPECIFIED, future, &made.road);
	if (status == STATUS_OK)
		status = make_one(inputs, port, JUYAN__V1__MODE__RAIL, future, &made.rail);
	if (status != STATUS_OK) {
		days_close(&made);
		return status;
	}
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

/*
 * Days, and what the registry says of them. The rule for a day: a closed day beats all; a day open by agreement beats a holiday;
 * a holiday is shut, unless it is kept open in some years. A holiday is no ordinary day, open or not.
 */
#include <stdlib.h>

#include "painter_parts.h"

typedef Juyan__V1__RegistryRecord Record;

int64_t
days_year_before(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_day(year - 1, month, month == 2 && dom == 29 ? 28 : dom);
}

const char *
days_text(int64_t day, char out[CIVIL_TEXT_BYTES])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, out);
	return out;
}

const char *
days_hour_text(int64_t day, int hour, char out[CIVIL_TEXT_BYTES])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	civil_format((uint32_t)(year * 1000000 + month * 10000 + dom * 100 + hour), PERIOD_HOUR, out);
	return out;
}

/* ---- which records hold ---- */

static int64_t
begins(const Record *record)
{
	int64_t day;
	return civil_parse_day(record->valid_from, &day) ? day : INT64_MIN;
}

static bool
same_name(const Juyan__V1__CalendarDay *a, const Juyan__V1__CalendarDay *b)
{
	return a->kind == b->kind && strcmp(a->day, b->day) == 0 && strcmp(a->port, b->port) == 0 &&
	    strcmp(a->country, b->country) == 0;
}

/* A version holds until the next one begins; the first has always held. */
static void
cut(const Juyan__V1__Registry *records, const Record *record, struct stretch *stretch)
{
	int64_t own = begins(record);
	bool first = true;
	for (size_t i = 0; i < records->n_records; i++) {
		int64_t other = begins(records->records[i]);
		if (records->records[i] == record || !same_name(records->records[i]->day, record->day))
			continue;
		first = first && other > own;
		if (other > own && other - 1 < stretch->last)
			stretch->last = other - 1;
	}
	if (!first && own > stretch->first)
		stretch->first = own;
}

enum status
days_read(struct kept *kept)
{
	const Juyan__V1__Registry *records = kept->records[RECORDS_DAY];
	bool dated = false;
	kept->stretches = calloc(records->n_records + 1, sizeof *kept->stretches);
	if (kept->stretches == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < records->n_records; i++)
		dated = dated || records->records[i]->valid_from[0] != '\0';
	for (size_t i = 0; i < records->n_records; i++) {
		const Juyan__V1__CalendarDay *day = records->records[i]->day;
		struct stretch stretch = { .day = day };
		if (!civil_parse_day(day->day, &stretch.first))
			continue; /* the registry takes no such record */
		if (!civil_parse_day(day->to, &stretch.last))
			stretch.last = stretch.first;
		if (dated)
			cut(records, records->records[i], &stretch);
		if (stretch.first <= stretch.last)
			kept->stretches[kept->n_stretches++] = stretch;
	}
	return STATUS_OK;
}

/* A place's days are those of all its ports. */
static bool
speaks_of(const struct kept *kept, const struct stretch *stretch, const char *port, int64_t day)
{
	return day >= stretch->first && day <= stretch->last &&
	    (port == NULL || strcmp(stretch->day->port, "*") == 0 ||
		places_within(registry_places(kept->registry), stretch->day->port, port));
}

/* ---- what they say ---- */

bool
days_ordinary(const struct kept *kept, const char *port, int64_t day)
{
	for (size_t i = 0; i < kept->n_stretches; i++)
		if (speaks_of(kept, &kept->stretches[i], port, day) &&
		    kept->stretches[i].day->kind != JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT)
			return false;
	return true;
}

bool
days_open(const struct kept *kept, const char *port, int64_t day)
{
	bool agreed = false, shut = false;
	for (size_t i = 0; i < kept->n_stretches; i++) {
		const Juyan__V1__CalendarDay *said = kept->stretches[i].day;
		if (!speaks_of(kept, &kept->stretches[i], port, day))
			continue;
		if (said->kind == JUYAN__V1__DAY_KIND__CLOSED)
			return false;
		agreed = agreed || said->kind == JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT;
		shut = shut || (said->kind == JUYAN__V1__DAY_KIND__HOLIDAY && said->open_per_mille == 0);
	}
	return agreed || !shut;
}

bool
days_any_open(const struct painter *painter, const Juyan__V1__Goal *goal, int64_t day)
{
	const struct kept *kept = &painter->kept;
	for (size_t i = 0; i < kept->n_ports; i++)
		if (goal_has_port(kept, goal, kept->ports[i].id) && days_open(kept, kept->ports[i].id, day))
			return true;
	return false;
}

json_t *
days_marks(const struct kept *kept, const char *port, int64_t day)
{
	static const char *const kinds[] = { "", "closed", "holiday", "open_by_agreement" };
	json_t *marks = json_array();
	for (size_t i = 0; i < kept->n_stretches && marks != NULL; i++) {
		const Juyan__V1__CalendarDay *said = kept->stretches[i].day;
		if (!speaks_of(kept, &kept->stretches[i], port, day) || (unsigned)said->kind >= sizeof kinds / sizeof kinds[0])
			continue;
		if (json_array_append_new(marks,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "port", said->port, "kind", kinds[said->kind], "country",
			    said->country, "festival", said->festival, "note", said->note)) != 0) {
			json_decref(marks);
			return NULL;
		}
	}
	return marks;
}

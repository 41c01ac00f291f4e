/* Totals of the hours and days that are touched: as the harvest's snapshot has them, in place of those that are there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "load_parts.h"

/* Where a row goes, while totals are read. */
struct telling {
	struct copytext *text;
	const char *port;
	uint32_t period;
	bool hourly;
};

static void
tell_total(void *user, const struct harvest_total *row)
{
	struct telling *telling = user;
	struct copytext *text = telling->text;
	uint32_t day = telling->hourly ? telling->period / 100 : telling->period;
	copytext_string(text, telling->port);
	copytext_day(text, civil_day((int)(day / 10000), (int)(day / 100 % 100), (int)(day % 100)));
	if (telling->hourly)
		copytext_number(text, telling->period % 100);
	copytext_string(text, wire_direction_name(row->direction));
	copytext_string(text, wire_mode_name(row->mode));
	copytext_string(text, basis_name(row->basis));
	copytext_string(text, row->group);
	copytext_number(text, row->net_kg);
	copytext_number(text, row->batches);
	copytext_number(text, row->units);
	copytext_end(text);
}

static bool
begins_day(const struct counted_hours *hours, size_t i)
{
	return i == 0 || hours->at[i].hour / 100 != hours->at[i - 1].hour / 100 ||
	    strcmp(hours->at[i].port, hours->at[i - 1].port) != 0;
}

enum trouble
totals_gather(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	struct counted_hours *hours = &loader->hours;
	enum status status = STATUS_OK;
	counted_hours_settle(hours);
	for (size_t i = 0; i < hours->n && status == STATUS_OK; i++) {
		struct telling hour = { &loader->texts[WAREHOUSE_total_hour], hours->at[i].port, hours->at[i].hour, true };
		struct telling day = { &loader->texts[WAREHOUSE_total_day], hour.port, hour.period / 100, false };
		status = harvest_totals(harvest, PERIOD_HOUR, hour.period, hour.port, tell_total, &hour);
		if (status == STATUS_OK && begins_day(hours, i))
			status = harvest_totals(harvest, PERIOD_DAY, day.period, day.port, tell_total, &day);
	}
	return status == STATUS_OK ? TROUBLE_NONE : load_trouble(status, why);
}

/* Whether a day was over at its port when the warehouse last heard of the ledger: then somebody may have reported its total. */
static bool
was_over(const struct loader *loader, const char *port, uint32_t day)
{
	struct port_rule rule;
	int64_t ms = loader->position.received_at_ms;
	if (loader->position.lsn == 0 || !registry_port(loader->registry, port, ms, &rule))
		return false;
	return civil_hour(ms, rule.utc_offset_minutes) / 100 > day;
}

/* Several transactions of one snapshot may touch a day: what it was before the first of them is what it was. */
static enum trouble
replace_day(struct loader *loader, const char *port, uint32_t period, const char *hours, struct reason *why)
{
	char day[CIVIL_TEXT_BYTES], lsn[24], received[32], sql[SQL_BYTES];
	const char *columns = warehouse_table_columns(WAREHOUSE_total_day);
	enum trouble trouble = TROUBLE_NONE;
	civil_format(period, PERIOD_DAY, day);
	snprintf(lsn, sizeof lsn, "%" PRIu64, loader->to.ahead_lsn);
	civil_format_ms(loader->to_received_at_ms, received);
	const char *const parameters[] = { port, day, lsn, received };
	const char *const with_hours[] = { port, day, hours };
	if (was_over(loader, port, period)) {
		snprintf(sql, sizeof sql,
		    "INSERT INTO juyan.total_day_history (%s, to_lsn, replaced_at)"
		    " SELECT %s, CAST($3 AS bigint), CAST($4 AS timestamptz) FROM juyan.total_day WHERE port = $1 AND day = $2"
		    " AND NOT EXISTS (SELECT 1 FROM juyan.total_day_history h WHERE h.port = $1 AND h.day = $2 AND h.to_lsn = "
		    "CAST($3 AS bigint))",
		    columns, columns);
		trouble = pgline_ask(loader->line, sql, parameters, 4, why);
	}
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.total_day WHERE port = $1 AND day = $2", parameters, 2, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.total_hour WHERE port = $1 AND day = $2 AND hour = ANY($3)",
		    with_hours, 3, why);
	return trouble;
}

enum trouble
totals_replace(struct loader *loader, struct reason *why)
{
	const struct counted_hours *hours = &loader->hours;
	enum trouble trouble = TROUBLE_NONE;
	for (size_t i = 0, many; i < hours->n && trouble == TROUBLE_NONE; i += many) {
		char list[24 * 4 + 2] = "{";
		size_t used = 1;
		for (many = 0; i + many < hours->n && (many == 0 || !begins_day(hours, i + many)); many++)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%u", many == 0 ? "" : ",",
			    hours->at[i + many].hour % 100);
		snprintf(list + used, sizeof list - used, "}");
		trouble = replace_day(loader, hours->at[i].port, hours->at[i].hour / 100, list, why);
	}
	if (trouble == TROUBLE_NONE)
		trouble = load_copy(loader, WAREHOUSE_total_day, why);
	return trouble == TROUBLE_NONE ? load_copy(loader, WAREHOUSE_total_hour, why) : trouble;
}

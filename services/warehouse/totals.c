/* Totals of the hours and days that are touched: as the harvest's snapshot has them, in place of those that are there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "load_parts.h"

enum { DAY_COLUMNS = 9 };

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

/* Where in the text of total_day the rows of a day stand; in the order of the hours' days. */
struct day_rows {
	size_t from, to;
};

enum trouble
totals_gather(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	struct counted_hours *hours = &loader->hours;
	struct copytext *days = &loader->texts[WAREHOUSE_total_day];
	enum status status = STATUS_OK;
	size_t n = 0;
	counted_hours_settle(hours);
	loader->days = arena_take(&loader->arena, (hours->n + 1) * sizeof *loader->days);
	if (loader->days == NULL)
		return load_no_memory(why);
	for (size_t i = 0; i < hours->n && status == STATUS_OK; i++) {
		struct telling hour = { &loader->texts[WAREHOUSE_total_hour], hours->at[i].port, hours->at[i].hour, true };
		struct telling day = { days, hour.port, hour.period / 100, false };
		status = harvest_totals(harvest, PERIOD_HOUR, hour.period, hour.port, tell_total, &hour);
		if (status != STATUS_OK || !begins_day(hours, i))
			continue;
		loader->days[n].from = days->used;
		status = harvest_totals(harvest, PERIOD_DAY, day.period, day.port, tell_total, &day);
		loader->days[n++].to = days->used;
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

static size_t
lines_in(const char *bytes, size_t n)
{
	size_t lines = 0;
	for (size_t i = 0; i < n; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/*
 * Whether the rows of a day, which the line was just asked for, are those that are to come: as many, and each of them among these.
 * A line of the text begins behind another's end, or at the beginning.
 */
static bool
is_same_day(struct loader *loader, const struct day_rows *rows)
{
	const char *bytes = loader->texts[WAREHOUSE_total_day].bytes + rows->from;
	size_t n = rows->to - rows->from;
	if (rows->to == rows->from || pgline_rows(loader->line) != lines_in(bytes, n))
		return rows->to == rows->from && pgline_rows(loader->line) == 0;
	for (size_t i = 0; i < pgline_rows(loader->line); i++) {
		char line[SQL_BYTES];
		size_t used = 0;
		for (int column = 0; column < DAY_COLUMNS; column++)
			used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", column == 0 ? "" : "\t",
			    pgline_cell(loader->line, i, column));
		snprintf(line + used, sizeof line - used, "\n");
		const char *found = memmem(bytes, n, line, used + 1);
		if (found == NULL || (found > bytes && found[-1] != '\n'))
			return false;
	}
	return true;
}

/* Several transactions of one snapshot may touch a day: what it was before the first of them is what it was. */
static enum trouble
keep_day(struct loader *loader, const char *port, const char *day, struct reason *why)
{
	char lsn[24], received[32], sql[SQL_BYTES];
	const char *columns = warehouse_table_columns(WAREHOUSE_total_day);
	snprintf(lsn, sizeof lsn, "%" PRIu64, loader->to.ahead_lsn);
	civil_format_ms(loader->to_received_at_ms, received);
	const char *const parameters[] = { port, day, lsn, received };
	snprintf(sql, sizeof sql,
	    "INSERT INTO juyan.total_day_history (%s, to_lsn, replaced_at)"
	    " SELECT %s, CAST($3 AS bigint), CAST($4 AS timestamptz) FROM juyan.total_day WHERE port = $1 AND day = $2"
	    " AND NOT EXISTS (SELECT 1 FROM juyan.total_day_history h WHERE h.port = $1 AND h.day = $2"
	    " AND h.to_lsn = CAST($3 AS bigint))",
	    columns, columns);
	return pgline_ask(loader->line, sql, parameters, 4, why);
}

/* The old rows of a day that was over go into the history, where they are not the same. */
static enum trouble
remove_day(struct loader *loader, const char *port, uint32_t period, const struct day_rows *rows, struct reason *why)
{
	char day[CIVIL_TEXT_BYTES], sql[SQL_BYTES];
	enum trouble trouble = TROUBLE_NONE;
	civil_format(period, PERIOD_DAY, day);
	const char *const parameters[] = { port, day };
	if (was_over(loader, port, period)) {
		snprintf(sql, sizeof sql, "SELECT %s FROM juyan.total_day WHERE port = $1 AND day = $2",
		    warehouse_table_columns(WAREHOUSE_total_day));
		trouble = pgline_ask(loader->line, sql, parameters, 2, why);
		if (trouble == TROUBLE_NONE && !is_same_day(loader, rows))
			trouble = keep_day(loader, port, day, why);
	}
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.total_day WHERE port = $1 AND day = $2", parameters, 2, why);
	return trouble;
}

static enum trouble
remove_hours(struct loader *loader, const char *port, uint32_t period, const char *hours, struct reason *why)
{
	char day[CIVIL_TEXT_BYTES];
	civil_format(period, PERIOD_DAY, day);
	const char *const parameters[] = { port, day, hours };
	return pgline_ask(loader->line, "DELETE FROM juyan.total_hour WHERE port = $1 AND day = $2 AND hour = ANY($3)", parameters,
	    3, why);
}

enum trouble
totals_replace(struct loader *loader, struct reason *why)
{
	const struct counted_hours *hours = &loader->hours;
	enum trouble trouble = TROUBLE_NONE;
	for (size_t i = 0, many, n = 0; i < hours->n && trouble == TROUBLE_NONE; i += many, n++) {
		char list[24 * 4 + 2] = "{";
		size_t used = 1;
		for (many = 0; i + many < hours->n && (many == 0 || !begins_day(hours, i + many)); many++)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%u", many == 0 ? "" : ",",
			    hours->at[i + many].hour % 100);
		snprintf(list + used, sizeof list - used, "}");
		trouble = remove_day(loader, hours->at[i].port, hours->at[i].hour / 100, &loader->days[n], why);
		if (trouble == TROUBLE_NONE)
			trouble = remove_hours(loader, hours->at[i].port, hours->at[i].hour / 100, list, why);
	}
	if (trouble == TROUBLE_NONE)
		trouble = load_copy(loader, WAREHOUSE_total_day, why);
	return trouble == TROUBLE_NONE ? load_copy(loader, WAREHOUSE_total_hour, why) : trouble;
}
